"""What does every screen need: the services, who is at the counter, and the ways of the house?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Qt, Signal

from app.ui.card_bridge import CardBridge

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from app.kernel.actor import Actor
    from app.kernel.clock import Clock
    from app.kernel.events import Changed, Publisher
    from app.kernel.mode import Mode
    from app.kernel.outcome import Finding, Outcome
    from app.officine.accounts.papers import AccountPapers
    from app.officine.accounts.service import Accounts
    from app.officine.advances.service import Advances
    from app.officine.billing.service import Tfr
    from app.officine.care.service import Care
    from app.officine.care.site import CareSite
    from app.officine.cash.closings import Closings
    from app.officine.cash.paper import ClosingPapers
    from app.officine.cash.service import Cash
    from app.officine.catalog.service import Catalog
    from app.officine.copies.service import Copies
    from app.officine.dispensing.book import Book
    from app.officine.dispensing.equivalents import Substitutions
    from app.officine.dispensing.handing import Handing
    from app.officine.dispensing.prints import Prints
    from app.officine.dispensing.reversals import Reversals
    from app.officine.dispensing.service import Counter
    from app.officine.dispensing.slips import Slips
    from app.officine.dispensing.tickets import Tickets
    from app.officine.inbox.service import Inbox
    from app.officine.interventions.service import Interventions
    from app.officine.owed.service import Owed
    from app.officine.papers.service import Papers
    from app.officine.patients.card_desk import PatientCards
    from app.officine.patients.cog import Places
    from app.officine.patients.identities import Identities
    from app.officine.patients.ins_scan import InsScans
    from app.officine.patients.ins_symbols import InsSymbols
    from app.officine.patients.insi_desk import InsiDesk
    from app.officine.patients.insi_journal import InsiJournal
    from app.officine.patients.insi_site import InsiSite
    from app.officine.patients.merges import Merges
    from app.officine.patients.service import Patients
    from app.officine.pharmacy.service import PharmacySite
    from app.officine.prescriptions.service import Prescriptions
    from app.officine.recalls.service import Recalls
    from app.officine.registers.service import Registers
    from app.officine.rights.component import ComponentSettings
    from app.officine.rights.service import PatientRights
    from app.officine.safety.service import Safety
    from app.officine.secrets.certificates import Certificates
    from app.officine.secrets.service import Vault
    from app.officine.staff.accounts import Accounts as StaffAccounts
    from app.officine.staff.card_settings import CardSettings
    from app.officine.staff.lock_settings import LockSettings
    from app.officine.staff.model import Member
    from app.officine.staff.ports import ProfessionalCards
    from app.officine.staff.readers import ReaderBench
    from app.officine.staff.service import Staff
    from app.officine.staff.session import StaffSession
    from app.officine.staff.signing import SignIn
    from app.officine.stock.narcotics import Narcotics
    from app.officine.stock.open_boxes import OpenBoxes
    from app.officine.stock.quarantine import Quarantine
    from app.officine.stock.service import Stock
    from app.officine.trace.sealing import Seals
    from app.officine.trace.service import Trace
    from app.settings import Settings
    from app.ui.scanner import Scanner
    from app.ui.shortcuts import Acts
    from app.ui.tasks import Tasks
    from app.ui.theme import Theme


class Folder(Protocol):
    """The places of the data folder that a screen names."""

    @property
    def root(self) -> Path:
        """The folder itself."""
        ...

    @property
    def database_file(self) -> Path:
        """The embedded business database."""
        ...

    @property
    def backups(self) -> Path:
        """The backups made by Galien."""
        ...

    @property
    def logs(self) -> Path:
        """Technical logs and crash reports."""
        ...

    @property
    def prints(self) -> Path:
        """What was printed."""
        ...


class Database(Protocol):
    """What a screen asks of the database: of which kind it is, and whether it is sound."""

    @property
    def is_postgresql(self) -> bool:
        """True where several workstations share it."""
        ...

    def wait_until_checked(self) -> None:
        """Wait for the check made at start; raise what it found."""
        ...


class QueueItem(Protocol):
    """One write that waits for a remote service."""

    @property
    def id(self) -> int:
        """Its number."""
        ...

    @property
    def lane(self) -> str:
        """The service."""
        ...

    @property
    def kind(self) -> str:
        """What is sent."""
        ...

    @property
    def state(self) -> str:
        """waiting, running, done, failed or cancelled."""
        ...

    @property
    def attempts(self) -> int:
        """How many times it was tried."""
        ...

    @property
    def created_at(self) -> dt.datetime:
        """When it was left."""
        ...

    @property
    def next_try_at(self) -> dt.datetime:
        """When it is tried next."""
        ...

    @property
    def last_error(self) -> str:
        """Why the last try failed."""
        ...


class Passphrase(Protocol):
    """The passphrase of this workstation."""

    @property
    def is_to_ask(self) -> bool:
        """True where a person must give it."""
        ...

    def give(self, passphrase: str) -> None:
        """Take what a person typed."""
        ...


class Queue(Protocol):
    """The queue of writes for remote services."""

    def items(self) -> Sequence[QueueItem]:
        """Return the writes, oldest first."""
        ...

    def counts(self) -> Mapping[Any, int]:
        """Return how many there are in each state."""
        ...

    def oldest_age(self) -> dt.timedelta | None:
        """Return the age of the oldest one still to be made."""
        ...

    def retry(self, item_id: int, actor: Actor) -> Outcome[Any]:
        """Try a write again now."""
        ...

    def cancel(self, item_id: int, actor: Actor) -> Outcome[Any]:
        """Give a write up."""
        ...


class DemoCard(Protocol):
    """A card of the demonstration."""

    @property
    def key(self) -> str:
        """What names it."""
        ...

    @property
    def title(self) -> str:
        """Whose it is."""
        ...

    @property
    def about(self) -> str:
        """What it shows."""
        ...

    @property
    def reader(self) -> str:
        """Where it is; empty while it is out."""
        ...


class DemoCards(Protocol):
    """The cards of a simulation, put in and pulled by hand."""

    def cards(self) -> Sequence[DemoCard]:
        """Return the cards."""
        ...

    def toggle(self, key: str) -> bool:
        """Put a card in, or pull it; True where it is in now."""
        ...

    def code(self, key: str) -> str:
        """Return what a phone shows, to be scanned; empty for a card."""
        ...


class Services(Protocol):
    """The services of one data folder, as the composition root builds them."""

    settings: Settings
    mode: Mode
    clock: Clock
    publisher: Publisher
    staff: Staff
    catalog: Catalog
    patients: Patients
    identities: Identities
    places: Places
    merges: Merges
    ins_scans: InsScans
    ins_symbols: InsSymbols
    insi: InsiDesk
    insi_journal: InsiJournal
    insi_site: InsiSite
    prescriptions: Prescriptions
    stock: Stock
    counter: Counter
    cash: Cash
    closings: Closings
    reversals: Reversals
    closing_papers: ClosingPapers
    interventions: Interventions
    owed: Owed
    handing: Handing
    tickets: Tickets
    tfr: Tfr
    open_boxes: OpenBoxes
    substitutions: Substitutions
    prints: Prints
    registers: Registers
    narcotics: Narcotics
    recalls: Recalls
    quarantine: Quarantine
    book: Book
    advances: Advances
    accounts: Accounts
    account_papers: AccountPapers
    slips: Slips
    copies: Copies
    inbox: Inbox
    papers: Papers
    pharmacy_site: PharmacySite
    safety: Safety
    cards: PatientCards
    vault: Vault
    certificates: Certificates
    card_settings: CardSettings
    component_settings: ComponentSettings
    lock_settings: LockSettings
    rights: PatientRights
    staff_accounts: StaffAccounts
    sign_in: SignIn
    seals: Seals
    trace: Trace
    care: Care
    care_site: CareSite

    @property
    def professional_cards(self) -> ProfessionalCards | None:
        """The reader of professional cards; None where this workstation has none."""
        ...

    @property
    def demo_pin(self) -> str:
        """The PIN that opens a simulation; empty with real data."""
        ...

    @property
    def passphrase(self) -> Passphrase | None:
        """What opens the key of this workstation; None where nobody need give anything."""
        ...

    @property
    def demo_cards(self) -> DemoCards | None:
        """The cards of a simulation; None where the readers are real."""
        ...

    @property
    def card_bench(self) -> ReaderBench:
        """What tests the card readers."""
        ...

    @property
    def folder(self) -> Folder:
        """The data folder."""
        ...

    @property
    def db(self) -> Database:
        """The database."""
        ...

    @property
    def outbox(self) -> Queue:
        """What waits to be sent."""
        ...

    @property
    def system_actor(self) -> Actor:
        """Galien itself, on this workstation."""
        ...

    def back_up(self, report: Callable[[int, int, str], None]) -> Path:
        """Write a checked backup; return its file."""
        ...

    def backups(self) -> list[Path]:
        """Return the backups made, oldest first."""
        ...

    @property
    def pharmacy_name(self) -> str:
        """The name of the officine; empty while it is not known."""
        ...

    def save_settings(self) -> None:
        """Write the settings of this workstation."""
        ...

    def close(self) -> None:
        """Close what was opened."""
        ...


class Broadcast(QObject):
    """Brings each committed change to the thread of the screens, once."""

    changed = Signal(object)
    _arrived = Signal(object)

    def __init__(self, publisher: Publisher, parent: QObject | None = None) -> None:
        """Listen to ``publisher`` until ``stop``."""
        super().__init__(parent)
        self._arrived.connect(self.changed, Qt.ConnectionType.QueuedConnection)
        self._unsubscribe = publisher.subscribe(self._receive)

    def stop(self) -> None:
        """Hear no more."""
        self._unsubscribe()

    def _receive(self, change: Changed) -> None:
        """Pass on, from whatever thread wrote."""
        self._arrived.emit(change)


class Ui(QObject):
    """What the main window gives to each of its screens."""

    operator_changed = Signal()
    operator_asked = Signal(object)
    session_changed = Signal()
    accesses_wanted = Signal(object)
    insi_calls_wanted = Signal(object)
    documents_wanted = Signal(object)
    patient_wanted = Signal(object)
    care_wanted = Signal(object)
    locked = Signal()

    def __init__(
        self,
        *,
        services: Services,
        tasks: Tasks,
        acts: Acts,
        theme: Theme,
        scanner: Scanner,
        say: Callable[..., None],
        parent: QObject | None = None,
    ) -> None:
        """Gather what every screen needs; ``say(text, kind)`` shows a short message that goes away by itself."""
        super().__init__(parent)
        self.services = services
        self.tasks = tasks
        self.acts = acts
        self.theme = theme
        self.scanner = scanner
        self.say = say
        self.broadcast = Broadcast(services.publisher, self)
        self.cards = CardBridge(services, tasks, self)
        self.operator: Member | None = None
        self.session: StaffSession | None = None
        self.is_locked = False
        self._waiting: list[Callable[[], object]] = []

    @property
    def settings(self) -> Settings:
        """The settings of this workstation."""
        return self.services.settings

    def actor(self) -> Actor:
        """Return who acts now at this workstation: the operator, or Galien itself before anyone is known."""
        from app.officine.staff.service import actor_of  # noqa: PLC0415 -- the services load after the first paint

        if self.operator is None:
            return self.services.system_actor
        return actor_of(self.operator, self.settings.station)

    def set_operator(self, member: Member | None) -> None:
        """Change who is at the counter."""
        self.operator = member
        self.operator_changed.emit()

    def set_session(self, session: StaffSession | None) -> None:
        """Begin the session of a member, who is at the counter from now on; None: a full sign-in is needed."""
        self.session = session
        self.session_changed.emit()
        if session is not None:
            self.set_operator(session.member)

    def ask_operator(self, member: Member) -> None:
        """Ask a member to prove who they are: a badge names its holder, and opens nothing."""
        self.operator_asked.emit(member)

    def set_locked(self, *, locked: bool) -> None:
        """Tell the screens that everything is hidden, or shown again: what waited for that is done."""
        self.is_locked = locked
        if locked:
            self.locked.emit()
            return
        waiting, self._waiting = self._waiting, []
        for act in waiting:
            act()

    def when_open(self, act: Callable[[], object]) -> None:
        """Do an act that shows something: at once, or after the unlock."""
        if self.is_locked:
            self._waiting.append(act)
        else:
            act()

    def keep_settings(self) -> None:
        """Write the settings of this workstation, in the background."""
        self.tasks.run(
            lambda _progress: self.services.save_settings(), done=lambda _none: None, owner=self, key="settings"
        )

    def refuse(self, findings: Iterable[Finding]) -> None:
        """Tell a refusal that has no better place: its first finding, as a message."""
        first = next(iter(findings), None)
        if first is not None:
            self.say(f"{first.text} {first.advice}".strip(), "danger")

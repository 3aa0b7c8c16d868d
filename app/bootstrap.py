"""How is the house put together? Builds every service once, from the settings of a data folder."""

from __future__ import annotations

import contextlib
import logging
import tempfile
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app import logs
from app import settings as settings_module
from app.cards.apcv import NoApcv
from app.cards.fsv import FsvDesk
from app.cards.trial_people import trial_people
from app.demo_cards import DemoCards
from app.demo_rights import DemoApcv, DemoFsv
from app.fsv_bench import FsvBench, files_of
from app.holder_cards import CardBench, HolderCards, build_cards
from app.insi_line import DemoInsi, InsiLine
from app.jobs import DailySeal, DailyWork
from app.kernel.clock import SystemClock
from app.kernel.errors import DatabaseDamaged, EnvironmentFailure, GalienError, InputDefect
from app.kernel.events import Publisher
from app.kernel.loopback import close_network, is_loopback
from app.kernel.mode import Mode
from app.kernel.outcome import Refused
from app.kernel.secret import SecretsUnavailable
from app.keys.clear import ClearKeys
from app.keys.passphrase import Passphrase, PassphraseKeys
from app.keys.system import SystemKeys
from app.officine.accounts.papers import AccountPapers
from app.officine.accounts.service import Accounts
from app.officine.advances.service import Advances
from app.officine.billing.service import Tfr
from app.officine.care.kit import InstalledKit
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
from app.officine.prescriptions.service import Prescriptions
from app.officine.recalls.service import Recalls
from app.officine.registers.service import Registers
from app.officine.rights import meanings
from app.officine.rights.component import ComponentSettings
from app.officine.rights.model import Meanings
from app.officine.rights.service import PatientRights
from app.officine.safety.service import Safety
from app.officine.scan import ins_symbol
from app.officine.secrets.authorities import defect_of
from app.officine.secrets.certificates import Certificates
from app.officine.secrets.service import Vault
from app.officine.staff.accounts import Accounts as StaffAccounts
from app.officine.staff.card_settings import CardSettings
from app.officine.staff.lock_settings import LockSettings
from app.officine.staff.locks import LockPolicy
from app.officine.staff.service import Staff
from app.officine.staff.signing import SignIn
from app.officine.stock.narcotics import Narcotics
from app.officine.stock.open_boxes import OpenBoxes
from app.officine.stock.quarantine import Quarantine
from app.officine.stock.service import Stock
from app.officine.trace.model import Reason
from app.officine.trace.sealing import Seals
from app.officine.trace.service import Trace
from app.paths import DataFolder
from app.sandbox.rights import COVER_CODES
from app.store import backup, facts, notify, schema
from app.store.audit import Actor
from app.store.blobs import open_blobs
from app.store.database import Database
from app.store.engine import open_engine, sqlite_url
from app.store.erasable import open_erasable
from app.store.failures import file_errors
from app.store.outbox import Outbox
from app.store.seal_key import SealKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy import Engine

    from app.kernel.clock import Clock
    from app.officine.secrets.ports import KeyPlace
    from app.settings import Settings
    from app.store.backup import Backup

SYSTEM = "Galien"
"""Name under which Galien itself acts: installation, checks, transfers."""


@dataclass(slots=True)
class Services:
    """Every service of one data folder, opened."""

    folder: DataFolder
    settings: Settings
    mode: Mode
    clock: Clock
    publisher: Publisher
    db: Database
    outbox: Outbox
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
    demo_insi: DemoInsi | None
    prescriptions: Prescriptions
    stock: Stock
    counter: Counter
    cash: Cash
    closings: Closings
    reversals: Reversals
    closing_papers: ClosingPapers
    owed: Owed
    handing: Handing
    tickets: Tickets
    tfr: Tfr
    open_boxes: OpenBoxes
    substitutions: Substitutions
    prints: Prints
    registers: Registers
    narcotics: Narcotics
    book: Book
    safety: Safety
    interventions: Interventions
    advances: Advances
    accounts: Accounts
    recalls: Recalls
    quarantine: Quarantine
    account_papers: AccountPapers
    slips: Slips
    copies: Copies
    papers: Papers
    care: Care
    care_site: CareSite
    cards: PatientCards
    rights: PatientRights
    demo_cards: DemoCards | None
    staff_accounts: StaffAccounts
    sign_in: SignIn
    vault: Vault
    passphrase: Passphrase | None
    certificates: Certificates
    professional_cards: HolderCards
    card_bench: CardBench
    card_settings: CardSettings
    component_settings: ComponentSettings
    lock_settings: LockSettings
    seals: Seals
    trace: Trace
    _watcher: notify.Watcher | None = field(default=None, init=False)
    _daily_seal: DailySeal | None = field(default=None, init=False)
    _daily_purge: DailyWork | None = field(default=None, init=False)

    @property
    def system_actor(self) -> Actor:
        """Galien itself, on this workstation."""
        return Actor(None, SYSTEM, self.settings.station)

    @property
    def demo_pin(self) -> str:
        """The PIN that opens a simulation, which its lock shows; empty with real data."""
        from app.demo_people import PIN  # noqa: PLC0415 -- only demonstrations need it

        return PIN if self.mode.is_simulated else ""

    @property
    def pharmacy_name(self) -> str:
        """The name of the officine; empty while it is not known."""
        known = facts.read(self.db, "officine")
        return str(known.get("name", "")) if isinstance(known, dict) else ""

    def back_up(self, report: Callable[[int, int, str], None]) -> Path:
        """Write a checked backup into the data folder’s own place; return its file. Raises as ``back_up_into``."""
        return self.back_up_into(self.folder.backups, report).path

    def back_up_into(self, folder: Path, report: Callable[[int, int, str], None] = backup.silent) -> Backup:
        """Write a checked backup into a folder, traced: database, catalogue and thesaurus in force, settings, copies.

        Raises the EnvironmentFailure that stood in the way; nothing partial is left. Once the file is there it is a
        backup, and is returned as one even where the audit can't be written: a base that takes no more writes is the
        very moment at which it is needed.
        """
        is_sealed = self._seal()
        version = self.catalog.version()
        companions: dict[str, Path] = {}
        if version is not None:
            snapshot = self.folder.catalogs / f"{version.version}.sqlite"
            companions[f"catalogs/{snapshot.name}"] = snapshot
        thesaurus = self.safety.version()
        if thesaurus is not None:
            kept = self.folder.thesauri / f"{thesaurus.version}.sqlite"
            companions[f"thesauri/{kept.name}"] = kept
        with self._settings_to_carry() as carried:
            companions["settings.json"] = carried
            present = {name: path for name, path in companions.items() if path.is_file()}
            made = backup.make(
                self.db.engine, folder, now=self.clock.now(), extras=present, blobs=self.copies.blobs, report=report
            )
        if is_sealed:
            self.seals.copy_to(folder / self.folder.seals.name)
        try:
            with self.db.write(self.system_actor) as work:
                work.audit("backup", "database", made.path.name, details={"size": made.size})
        except EnvironmentFailure as failure:
            return replace(made, untraced=failure)
        return made

    @contextmanager
    def _settings_to_carry(self) -> Iterator[Path]:
        """Give the settings that may leave the workstation: the address of the database without its password."""
        address = self.settings.database_url
        bare = address and _without_password(address)
        if bare == address:
            yield self.folder.settings_file
            return
        with file_errors(), tempfile.TemporaryDirectory(prefix=".settings-", dir=self.folder.root) as name:
            staged = Path(name) / "settings.json"
            settings_module.save(staged, replace(self.settings, database_url=bare))
            yield staged

    def _seal(self) -> bool:
        """Seal the registers; what stands in the way stops no backup."""
        with contextlib.suppress(GalienError):
            return not isinstance(self.seals.make(self.system_actor, Reason.BACKUP), Refused)
        return False

    def backups(self) -> list[Path]:
        """Return the backups in the data folder's own place, oldest first."""
        return backup.backups(self.folder.backups)

    def save_settings(self) -> None:
        """Write the settings of this workstation."""
        settings_module.save(self.folder.settings_file, self.settings)

    def go_live(self) -> None:
        """Begin what only an open window needs: hear what other workstations and programs change."""
        self._watcher = notify.watcher(self.db)
        self._watcher.start()
        self._daily_seal = DailySeal(
            self.publisher,
            self.seals.is_due,
            lambda reason, is_wanted: self.seals.make(self.system_actor, Reason(reason), is_wanted=is_wanted),
        )
        self._daily_seal.start()
        self._daily_purge = DailyWork("purge", self.papers.is_due, self._purge)
        self._daily_purge.start()

    def _purge(self) -> None:
        """Destroy the copies of identity papers that are due; those that stay go under the newest key."""
        self.papers.purge(self.system_actor)
        self.papers.reseal()

    def close(self) -> None:
        """Close what was opened."""
        if self._watcher is not None:
            self._watcher.stop()
        if self._daily_seal is not None:
            self._daily_seal.stop()
        self.insi.close()
        if self._daily_purge is not None:
            self._daily_purge.stop()
        self.cards.stop()
        self.professional_cards.close()
        self.rights.close()
        self.care.close()
        self.safety.close()
        self.catalog.close()
        self.db.close()


def open_services(root: Path, *, mode: Mode | None = None, clock: Clock | None = None) -> Services:
    """Open the data folder at ``root``, made when missing, and return its services.

    ``mode`` makes them judge as another mode would; the folder keeps its own. The quick check of an existing
    database runs in the background, and the first write waits for it. Raises the GalienError that says why
    the folder can't be opened.
    """
    folder = DataFolder(root)
    folder.make()
    settings = settings_module.load(folder.settings_file)
    is_new = not folder.settings_file.exists()
    if is_new:
        settings_module.save(folder.settings_file, settings)
    _close_simulation(settings)
    logs.start(folder.logs)
    services = _build(folder, settings, mode or settings.mode, clock or SystemClock())
    try:
        _prepare(services)
    except GalienError:
        services.close()
        raise
    return services


def create_folder(root: Path, mode: Mode) -> None:
    """Make a new data folder for ``mode``. Raises InputDefect where ``root`` already is one."""
    folder = DataFolder(root)
    if folder.settings_file.exists():
        raise InputDefect(
            "Ce dossier de données existe déjà.",
            code="GAL-FIC-02",
            advice="Le mode d’un dossier ne change jamais : choisissez un autre dossier.",
        )
    folder.make()
    settings_module.save(folder.settings_file, settings_module.Settings(mode=mode))


def create_demo(root: Path, *, mode: Mode | None = None, clock: Clock | None = None) -> Services:
    """Open a simulation's folder at ``root`` and fill it with fictitious people, stock and history.

    A folder that has them already is opened as it is. Raises InputDefect for the folder of a real officine.
    """
    from app import demo_data  # noqa: PLC0415 -- only demonstrations need it

    services = open_services(root, mode=mode, clock=clock)
    if services.settings.mode is Mode.PRODUCTION:
        services.close()
        raise InputDefect("Ce dossier est celui d’une officine réelle : aucune donnée fictive n’y entre.")
    if not services.staff.members():
        demo_data.load(services)
    return services


def _build(folder: DataFolder, settings: Settings, mode: Mode, clock: Clock) -> Services:
    publisher = Publisher()
    db = Database(_engine(folder, settings), clock, publisher)
    staff = Staff(db)
    catalog = Catalog(db, folder.catalogs, staff)
    passphrase = passphrase_of(settings)
    vault = Vault(db, staff, key_place(folder, settings, passphrase), Actor(None, SYSTEM, settings.station))
    patients, prescriptions, registers = Patients(db, staff), Prescriptions(db, staff), Registers(db, catalog, staff)
    stock = Stock(db, staff, registers)
    tfr, open_boxes, cash = Tfr(db, staff), OpenBoxes(db, staff, registers), Cash(db, staff)
    owed, advances, accounts = Owed(db, stock, staff), Advances(db, staff), Accounts(db, cash, staff)
    safety = Safety(db, folder.thesauri, staff, catalog)
    interventions = Interventions(db, staff)
    recalls = Recalls(db, catalog, staff)
    quarantine = Quarantine(db, stock=stock, recalls=recalls, staff=staff)
    copies = Copies(db, open_blobs(db.engine, folder.blobs), staff)
    counter = Counter(
        db,
        catalog=catalog,
        patients=patients,
        prescriptions=prescriptions,
        stock=stock,
        staff=staff,
        tfr=tfr,
        open_boxes=open_boxes,
        cash=cash,
        owed=owed,
        safety=safety,
        interventions=interventions,
        advances=advances,
        accounts=accounts,
        recalls=recalls,
        quarantine=quarantine,
        copies=copies,
    )
    demo_cards = DemoCards(clock) if settings.mode.is_simulated else None
    # The readers of a simulation are virtual: no card of a real person is ever read into fictitious data.
    readers = build_cards(settings, mode, clock, demo_cards)
    cards = PatientCards(db, readers.desk, production=not mode.is_simulated, test_people=trial_people())

    def keep_settings(values: Mapping[str, str | int]) -> None:
        # What could not be written is not in force either.
        settings_module.save(folder.settings_file, replace(settings, **values))  # type: ignore[arg-type] # by name
        for name, value in values.items():
            setattr(settings, name, value)

    def locks() -> LockPolicy:
        return LockPolicy(
            settings.lock_idle_minutes,
            settings.lock_absolute_hours,
            settings.lock_on_card_removed,
            settings.lock_on_system_lock,
        )

    seals = Seals(
        db,
        staff,
        folder=folder.seals,
        key=SealKey(folder.seal_key, vault),
        copy=lambda: Path(settings.seal_copy) if settings.seal_copy else None,
    )
    sign_in = SignIn(
        db,
        staff,
        vault,
        station=settings.station,
        # A name alone opens nothing on real data, whatever the mode asked for.
        simulated=mode.is_simulated and settings.mode.is_simulated,
        policy=locks,
        trust=readers.trust,
    )
    identities = Identities(db, staff, production=not mode.is_simulated)
    insi_site = InsiSite(db, staff, defect_of=defect_of)
    certificates = Certificates(db, vault, staff)
    demo_insi = None if demo_cards is None else DemoInsi(demo_cards.authority, clock)
    narcotics = Narcotics(db, stock=stock, registers=registers, catalog=catalog, staff=staff)
    care_site = CareSite(db, staff)
    ins_symbols = InsSymbols(
        db,
        staff,
        identities,
        ins_symbol.message,
        folder=folder.prints,
        banner=settings.mode.banner,
        production=not mode.is_simulated,
    )
    return Services(
        folder=folder,
        settings=settings,
        mode=mode,
        clock=clock,
        publisher=publisher,
        db=db,
        outbox=Outbox(db, settings.station),
        staff=staff,
        catalog=catalog,
        patients=patients,
        identities=identities,
        places=Places(db, staff),
        merges=Merges(db, staff),
        ins_scans=InsScans(db, staff, identities, production=not mode.is_simulated),
        ins_symbols=ins_symbols,
        insi_journal=InsiJournal(db, staff, vault),
        insi_site=insi_site,
        demo_insi=demo_insi,
        insi=InsiDesk(
            db,
            staff,
            identities=identities,
            site=insi_site,
            line=InsiLine(db, certificates, readers.professional, demo_insi),
            box=vault,
            production=not mode.is_simulated,
        ),
        prescriptions=prescriptions,
        stock=stock,
        counter=counter,
        cash=cash,
        closings=Closings(db, cash, staff),
        reversals=Reversals(
            db,
            cash=cash,
            stock=stock,
            staff=staff,
            quarantine=quarantine,
            owed=owed,
            advances=advances,
            accounts=accounts,
        ),
        closing_papers=ClosingPapers(db, folder.prints, seals.witness),
        owed=owed,
        handing=Handing(
            db,
            owed=owed,
            patients=patients,
            prescriptions=prescriptions,
            stock=stock,
            staff=staff,
            recalls=recalls,
            quarantine=quarantine,
        ),
        tickets=Tickets(db, folder.prints, settings.mode),
        tfr=tfr,
        open_boxes=open_boxes,
        substitutions=Substitutions(db, catalog=catalog, stock=stock, tfr=tfr),
        prints=Prints(db, folder.prints, settings.mode, patients=patients, prescriptions=prescriptions, cash=cash),
        registers=registers,
        narcotics=narcotics,
        book=Book(
            db,
            counter=counter,
            registers=registers,
            narcotics=narcotics,
            folder=folder.prints,
            mode=settings.mode,
            interventions=interventions,
            symbols=ins_symbols,
        ),
        safety=safety,
        interventions=interventions,
        advances=advances,
        accounts=accounts,
        recalls=recalls,
        quarantine=quarantine,
        account_papers=AccountPapers(db, folder.prints, settings.mode, staff),
        slips=Slips(db, folder.prints, settings.mode, staff),
        copies=copies,
        papers=Papers(db, staff, sign_in=sign_in, vault=vault, place=open_erasable(db.engine, folder.papers)),
        care=Care(
            db,
            staff,
            patients=patients,
            identities=identities,
            prescriptions=prescriptions,
            catalog=catalog,
            site=care_site,
            blobs=copies.blobs,
            judge=InstalledKit(folder.cda_kit),
            folder=folder.prints,
            mode=settings.mode,
            production=not mode.is_simulated,
        ),
        care_site=care_site,
        cards=cards,
        rights=_rights(db, settings, mode, demo_cards, patients=patients, files=cards, staff=staff),
        demo_cards=demo_cards,
        staff_accounts=StaffAccounts(db, staff, vault),
        sign_in=sign_in,
        vault=vault,
        passphrase=passphrase,
        certificates=certificates,
        professional_cards=readers.holders,
        card_bench=readers.bench,
        card_settings=CardSettings(db, staff, lambda name, value: keep_settings({name: value})),
        component_settings=ComponentSettings(db, staff, keep=keep_settings, bench=FsvBench()),
        lock_settings=LockSettings(db, staff, locks, keep_settings),
        seals=seals,
        trace=Trace(db, staff, patients, folder=folder.seals),
    )


def passphrase_of(settings: Settings) -> Passphrase | None:
    """Return what opens the key of this workstation; None where nobody need give anything."""
    if settings.mode.is_simulated or settings.secret_place != settings_module.PASSPHRASE:
        return None
    return Passphrase(Path(settings.secret_passphrase_file) if settings.secret_passphrase_file else None)


def key_place(folder: DataFolder, settings: Settings, passphrase: Passphrase | None) -> KeyPlace:
    """Return where the key of this workstation lies: in clear in a simulation only, which has no real secret."""
    if settings.mode.is_simulated:
        return ClearKeys(folder.keys)
    return SystemKeys() if passphrase is None else PassphraseKeys(folder.keys, passphrase)


def _rights(
    db: Database,
    settings: Settings,
    mode: Mode,
    demo_cards: DemoCards | None,
    *,
    patients: Patients,
    files: PatientCards,
    staff: Staff,
) -> PatientRights:
    """Build the rights of the patients: over the publisher's library, or over the cards of a simulation."""
    fsv: FsvDesk | DemoFsv
    apcv: NoApcv | DemoApcv
    if demo_cards is None:
        resources = (settings.fsv_ps_resource, settings.fsv_reader_resource)
        fsv, apcv = FsvDesk(files_of(settings.fsv_library), resources=resources, version=settings.fsv_version), NoApcv()
        table = Path(settings.fsv_meanings) if settings.fsv_meanings else None
    else:
        fsv, apcv, table = DemoFsv(demo_cards), DemoApcv(), COVER_CODES
    return PatientRights(
        db,
        patients=patients,
        files=files,
        staff=staff,
        fsv=fsv,
        apcv=apcv,
        meanings=Meanings if table is None else partial(meanings.load, table),
        production=not mode.is_simulated,
        code_minutes=settings.apcv_code_minutes,
        context_minutes=settings.apcv_context_minutes,
    )


def _engine(folder: DataFolder, settings: Settings) -> Engine:
    return open_engine(settings.database_url or sqlite_url(folder.database_file))


def _prepare(services: Services) -> None:
    """Bring the schema up to date, or check what is there while the first screen shows."""
    engine = services.db.engine
    existed = schema.version(engine) is not None
    if not existed:
        _require_unused(services)
    upgraded = schema.upgrade(engine, keep_copy=lambda: backup.keep_copy(engine, services.folder.backups))
    if not existed or upgraded:
        _begin_secrets(services)
    if not existed:
        _install(services)
        return
    facts.require_mode(services.db, services.settings.mode)
    services.catalog.ensure_local()
    if not upgraded:
        services.db.check_in_background()


def _require_unused(services: Services) -> None:
    """Refuse to begin a new base where the one of this folder was lost: the empty one would hide that."""
    if services.settings.database_url is None and services.folder.has_served:
        raise DatabaseDamaged(
            "La base de données de ce dossier manque ou est vide, alors que le dossier a déjà servi.",
            advice="Restaurez la dernière sauvegarde : galien restore FICHIER. Rien n’a été écrit.",
        )


def _begin_secrets(services: Services) -> None:
    """Make the key of the officine; where this machine has no place for one, the counter opens all the same."""
    try:
        services.vault.prepare()
    except SecretsUnavailable as failure:
        logging.getLogger("galien.secrets").warning("%s: no key yet", failure.code)


def _install(services: Services) -> None:
    """Write into a new database what it is, and give a demonstration its catalogue."""
    with services.db.write(services.system_actor) as work:
        facts.install(work, services.settings.mode, str(uuid.uuid4()))
    if services.settings.mode.is_simulated:
        from app.officine.catalog import demo  # noqa: PLC0415 -- only demonstrations need it
        from app.officine.safety.demo import load_demo_ages, load_demo_thesaurus  # noqa: PLC0415 -- the same

        demo.load_demo_catalog(services.catalog, services.system_actor)
        load_demo_thesaurus(services.safety, services.system_actor)
        load_demo_ages(services.safety, services.system_actor)


def _close_simulation(settings: Settings) -> None:
    """Keep a simulation on this machine: its sockets, and the address of its database."""
    if not settings.mode.is_simulated:
        return
    if settings.database_url and not _is_local(settings.database_url):
        raise InputDefect(
            "Une simulation n’utilise qu’une base de cette machine.",
            code="GAL-FIC-03",
            advice="Corrigez l’adresse de la base dans les réglages.",
        )
    close_network()


def _is_local(url: str) -> bool:
    from sqlalchemy import make_url  # noqa: PLC0415 -- loaded already wherever a database is opened

    parts = make_url(url)
    hosts = [parts.host, *_texts(parts.query.get("host")), *_texts(parts.query.get("hostaddr"))]
    return all(host is None or host.startswith("/") or is_loopback(host) for host in hosts)


def _without_password(url: str) -> str:
    from sqlalchemy import URL, make_url  # noqa: PLC0415 -- loaded already wherever a database is opened

    parts = make_url(url)
    asked = {name: value for name, value in parts.query.items() if name not in {"password", "sslpassword"}}
    if parts.password is None and len(asked) == len(parts.query):
        return url
    bare = URL.create(parts.drivername, parts.username, None, parts.host, parts.port, parts.database, asked)
    return bare.render_as_string(hide_password=False)


def _texts(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else value

"""Which boxes of the line are promised, who comes back for which ones, and how are they handed over?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.kernel.clock import today
from app.kernel.outcome import Finding, Refused, Severity
from app.kernel.text import NBSP, fold, plural
from app.officine.catalog.model import ListClass
from app.officine.dispensing import owing
from app.officine.dispensing import session as editing
from app.officine.dispensing.bearer import NO_NAME, check_handed, read_bearer
from app.officine.owed import rules
from app.ui import formats, theme
from app.ui.counter.advances_block import AdvancesBlock
from app.ui.counter.bearer_fields import BearerFields
from app.ui.counter.drawer import Drawer
from app.ui.counter.due_fields import DueFields
from app.ui.widgets.basics import ActButton, Button, Divider, EmptyState, Text
from app.ui.widgets.fields import Field, SearchField, TextField
from app.ui.widgets.findings import FindingList
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from app.jobs import Progress
    from app.kernel.actor import Actor
    from app.kernel.errors import GalienError
    from app.kernel.money import Money
    from app.kernel.outcome import Outcome
    from app.officine.catalog.model import Product
    from app.officine.dispensing.model import Box, DraftLine
    from app.officine.owed.model import HandedOver, Promise
    from app.ui.context import Services, Ui
    from app.ui.counter.till import Till

_TITLE = "Promis et dus"
_KEYS = "Scannez la boîte, ou ↑ ↓ choisir · Entrée remettre · Échap fermer"
_ADVANCES = "Avances"
_ADVANCES_KEYS = "↑ ↓ choisir · Entrée reprendre dans la vente · Alt+A toutes · Échap fermer"


@dataclass(frozen=True, slots=True)
class Known:
    """What is owed, as it was read: the promis, the name of the officine, the day, and what each is worth.

    ``narcotics`` are the numbers of those that are of a stupéfiant; from ``late_days`` on a promis is late.
    """

    promises: tuple[Promise, ...] = ()
    officine: str = ""
    day: dt.date | None = None
    values: Mapping[int, Money] = field(default_factory=dict)
    narcotics: frozenset[int] = frozenset()
    late_days: int = rules.OLD_DAYS


@dataclass(slots=True)
class _Hand:
    """A hand-over being prepared: the promis, and the boxes scanned for it."""

    promise: Promise
    boxes: list[Box] = field(default_factory=list)


class OwedDrawer(Drawer):
    """F8: promise what lacks of the line; else hand over what was promised, by the scan of its box and Entrée."""

    name = "owed"

    def __init__(self, ui: Ui, till: Till) -> None:
        """Serve the promis of the customer of ``till``."""
        super().__init__(ui, till, _TITLE)
        self.known = Known()
        self.line: DraftLine | None = None
        self.hand: _Hand | None = None
        self._message = ""
        self._warned = ""
        self._pages = (self._promising(), self._listing(), self._handing())
        self.advances = AdvancesBlock(ui, till)
        self.advances.taken.connect(self.closed)
        self.advances.learned.connect(self._arrange)
        self.advances.bind(self)
        self.content.addWidget(self.advances)
        for page in self._pages:
            self.content.addWidget(page)
        self.content.addStretch(1)
        self.refusal = FindingList(refusal="Refusé")
        self.go = Button("", kind="primary", icon="check")
        self.go.clicked.connect(self.confirm)
        self.keys = Text(_KEYS, "caption", wrap=True)
        self.due = DueFields(ui)
        self.foot.addWidget(self.refusal)
        self.foot.addWidget(self.due)
        self.foot.addWidget(self.go)
        self.foot.addWidget(self.keys)

    # --- Layout -------------------------------------------------------------------------------------------------

    def _promising(self) -> QWidget:
        page, column = _page()
        self.line_name = Text("", "heading", wrap=True)
        self.proposal = Text("", wrap=True)
        self.boxes = TextField(limit=3)
        self.customer = TextField(placeholder="Mme Dupuis 06 12 34 56 78", limit=80)
        self.customer_field = Field(
            "&Nom et téléphone", self.customer, hint="Vente sans patient\u00a0: qui revient\u202f?"
        )
        column.addWidget(self.line_name)
        column.addWidget(self.proposal)
        column.addWidget(Field("&Boîtes à promettre", self.boxes, hint="0\u00a0: tout part maintenant"))
        column.addWidget(self.customer_field)
        column.addWidget(Divider())
        return page

    def _listing(self) -> QWidget:
        page, column = _page()
        self.whose = Text("", "strong", wrap=True)
        self.search = SearchField("Nom, produit, n° de promis…", "Chercher un promis")
        self.empty = EmptyState("pause", "Rien n’est dû", "Un promis s’ouvre depuis la ligne\u00a0: F8.")
        columns: list[Column[Promise]] = [
            Column("Promis", lambda one: one.label, second=self._second, strong=True),
            Column("Dû", lambda one: str(one.left), width=3, right=True),
            Column("Âge", self._age, width=9, tone=self._age_tone, second=lambda one: one.label_of_state),
        ]
        self.list: ListTable[Promise] = ListTable("Promis à remettre", columns, self.empty)
        self.list.setMinimumHeight(theme.current().pixels(190))
        self.list.chosen.connect(self.take)
        self.search.textChanged.connect(lambda _text: self._filter())
        self.search.moved.connect(self.list.step)
        self.search.confirmed.connect(self.confirm)
        for part in (
            self.whose,
            self.search,
            self.list,
            ActButton(self.ui.acts, "counter.print_slip", text="Ticket du promis"),
        ):
            column.addWidget(part)
        return page

    def _handing(self) -> QWidget:
        page, column = _page()
        self.promised = Text("", "heading", wrap=True)
        self.about = Text("", wrap=True)
        self.scanned = Text("", "strong", wrap=True)
        self.quantity = TextField(limit=3)
        self.sms = Text("", "muted", wrap=True, selectable=True)
        self.sms_title = Text("SMS proposé\u00a0: rien n’est envoyé", "caption", wrap=True)
        self.copy = Button("&Copier le SMS", kind="ghost", icon="copy")
        self.reason = TextField(limit=rules.REASON_LIMIT, placeholder="Rupture, le patient n’en veut plus…")
        self.reason_field = Field("Mo&tif de l’annulation", self.reason, hint="Ce qui a été payé se rend par un avoir.")
        self.cancel = Button("Annuler le &promis", kind="ghost", icon="close")
        self.copy.clicked.connect(self._copy)
        self.cancel.clicked.connect(self._ask_reason)
        column.addWidget(self.promised)
        column.addWidget(self.about)
        column.addWidget(self.scanned)
        column.addWidget(Field("Boîtes à re&mettre", self.quantity))
        self.bearer = BearerFields()
        self.chain(*self.bearer.fields)
        column.addWidget(self.bearer)
        self.quantity.textChanged.connect(lambda _typed: self._ask_due())
        column.addWidget(Divider())
        for part in (self.sms_title, self.sms, self.copy, self.cancel, self.reason_field):
            column.addWidget(part)
        return page

    def _second(self, one: Promise) -> str:
        worth = self.known.values.get(one.number)
        amount = f" · {formats.amount(worth)}" if worth is not None else ""
        later = "" if one.billed else " · à facturer"
        return f"n°{NBSP}{one.number}{amount}{later} · {one.customer}"

    def _age(self, one: Promise) -> str:
        days = 0 if self.known.day is None else rules.age_days(one, self.known.day)
        return f"{days}{NBSP}j" if days else "ce jour"

    def _age_tone(self, one: Promise) -> str:
        day = self.known.day
        return "danger" if day is not None and rules.is_old(one, day, self.known.late_days) else ""

    @property
    def current(self) -> Promise | None:
        """The promis that is being handed over, or pointed at in the list."""
        return self.hand.promise if self.hand is not None else self.list.current_record

    @property
    def together(self) -> list[Promise]:
        """The promis of the same delivery as the one pointed at: one ticket names them all."""
        current = self.current
        return [one for one in self.known.promises if current is not None and one.delivery == current.delivery]

    # --- Opening ------------------------------------------------------------------------------------------------

    def point_at(self, line: DraftLine | None) -> None:
        """Begin with the line pointed at; None: with what is to be handed over."""
        self.line, self.hand = line, None
        session = self.till.session
        if line is not None:
            item = self.till.picture.items.get(line.code)
            proposal = owing.propose(session, line, 0 if item is None else item.quantity)
            self.line_name.setText(line.label)
            self.proposal.setText(proposal.words)
            self.boxes.setText(str(line.owed or proposal.owed))
            self.customer.setText(session.label if rules.phone_in(session.label) else "")
        self.customer_field.setVisible(session.patient_id is None)
        self.advances.read()
        self._show()
        self._read()
        self._focus()

    def opened(self) -> None:
        """Read anew what is owed."""
        self.point_at(self.line if self.line is not None and self.line in self.till.session.lines else None)

    def forget(self) -> None:
        """Forget the line and the hand-over: another sale begins."""
        self.line, self.hand = None, None
        self.search.clear()

    def back(self) -> bool:
        """Go back from the hand-over to the list."""
        if self.hand is None:
            return False
        self.hand = None
        self._show()
        self._focus()
        return True

    def _read(self) -> None:
        services, actor = self.ui.services, self.ui.actor()
        self.ui.tasks.run(lambda _progress: read_owed(services, actor), done=self._learn, owner=self, key="owed")

    def _learn(self, known: Known) -> None:
        self.known = known
        self._filter()
        if self.hand is None:
            self._show()
        waits = self.line is None and self.hand is None and not self.advances.list.hasFocus()
        if waits and self.list.records and not self.search.text():
            self._focus()

    def _arrange(self) -> None:
        """Leave the room to the avances where nothing is being promised nor handed over."""
        if self.line is None and self.hand is None:
            self._show()

    def _filter(self) -> None:
        """Show the promis of the patient; what is typed is looked for among those of everybody."""
        words = fold(self.search.text()).split()
        patient = self.till.session.patient_id
        if words:
            found = [
                one for one in self.known.promises if rules.matches(one, words, fold(f"{one.customer} {one.label}"))
            ]
        else:
            found = [one for one in self.known.promises if patient is None or one.patient_id == patient]
        named = self.till.session.patient_name if patient is not None and not words else "Tous les promis"
        self.whose.setText(f"{named}\u00a0: {plural(len(found), 'promis', 'promis')}")
        self.list.set_records(found, keep=True)

    def _focus(self) -> None:
        if self.hand is not None:
            self.go.setFocus()
        elif self.line is not None:
            self.reveal(self.boxes)
        elif self.list.records:
            self.list.setFocus()
        else:
            self.search.setFocus()

    def _show(self) -> None:
        line, hand = self.line is not None and self.hand is None, self.hand is not None
        listed = not hand and (not line or bool(self.list.records))
        # With avances to settle and nothing promised, the list of the promis would only stand in their way.
        advances_only = listed and bool(self.advances.list.records) and not self.known.promises
        listed = listed and not advances_only
        self.title.setText(_ADVANCES if advances_only else _TITLE)
        self.keys.setText(_ADVANCES_KEYS if advances_only else _KEYS)
        for page, shown in zip(self._pages, (line, listed, hand), strict=True):
            page.setVisible(shown)
        self.refusal.set_findings(())
        self.go.setVisible(line or hand)
        self.go.setText("Remettre — Entrée" if hand else "Promettre — Entrée")
        self.keys.setVisible(not line and not hand)
        if self.hand is not None:
            self._show_hand(self.hand)
        else:
            self.due.forget()

    # --- Promising ----------------------------------------------------------------------------------------------

    def confirm(self) -> None:
        """Hand over, or promise, or take the promis pointed at; from the reason of a cancellation: cancel."""
        if self.advances.button.hasFocus():
            self.advances.take(self.advances.list.records)
        elif self.reason.hasFocus():
            self._cancel()
        elif self.hand is not None:
            self._hand_over(self.hand)
        elif self.line is not None and not (self.list.hasFocus() or self.search.hasFocus()):
            self._promise(self.line)
        elif self.list.current_record is not None:
            self.take(self.list.current_record)

    def _promise(self, line: DraftLine) -> None:
        count = _count(self.boxes)
        if count is None:
            self.refusal.set_findings((_not_a_number(line.line_id),))
            return
        if self.till.session.patient_id is None and count:
            wrong = rules.check_customer(self.customer.text())
            if wrong:
                self.refusal.set_findings(tuple(wrong))
                self.reveal(self.customer)
                return
            if self.customer.text().strip() != self.till.session.label:
                self.till.do(editing.set_label(self.till.session, self.customer.text()))
        edited = owing.owe(self.till.session, line.line_id, count)
        if edited[1]:
            self.refusal.set_findings(edited[1])
            return
        self.till.do(edited)
        words = plural(count, "boîte promise", "boîtes promises") if count else "tout part maintenant"
        self.ui.say(f"{line.label}\u00a0: {words}.", "success")
        self.line = None
        self.closed.emit()

    # --- Handing over -------------------------------------------------------------------------------------------

    def take(self, promise: Promise) -> None:
        """Prepare the hand-over of a promis."""
        self.hand = _Hand(promise)
        self.quantity.setText(str(promise.left))
        self.bearer.begin(narcotic=promise.number in self.known.narcotics)
        self._warned = ""
        self._ask_due()
        self.reason_field.hide()
        self.reason.clear()
        self._show()
        self._focus()

    def take_product(self, product: Product, box: Box | None) -> bool:
        """Take a scanned box for the promis it belongs to; False where it belongs to the sale."""
        if self.hand is None:
            if self.line is not None:
                return False
            asked = [one for one in self.list.records if one.code == product.code]
            if not asked:
                return False
            self.take(asked[0])
        assert self.hand is not None
        self._scan(self.hand, product, box)
        return True

    def _scan(self, hand: _Hand, product: Product, box: Box | None) -> None:
        promise = hand.promise
        if product.code != promise.code:
            text = f"{product.name} n’est pas le produit promis ({promise.label})."
            self.refusal.set_findings((Finding("GAL-DU-14", Severity.ERROR, text, "Scannez la boîte promise."),))
            return
        if box is not None and len(hand.boxes) >= promise.left:
            text = f"{plural(promise.left, 'boîte')} à remettre\u00a0: celle-ci est de trop."
            self.refusal.set_findings((Finding("GAL-DU-05", Severity.ERROR, text, "Remettez-la en place."),))
            return
        if box is not None and box.serial and box.serial in {one.serial for one in hand.boxes}:
            self.refusal.set_findings((Finding("GAL-DU-12", Severity.ERROR, "Cette boîte est déjà scannée."),))
            return
        if box is not None:
            hand.boxes.append(box)
            self.quantity.setText(str(len(hand.boxes)))
        self.refusal.set_findings(())
        self._show_hand(hand)
        self.go.setFocus()

    def _show_hand(self, hand: _Hand) -> None:
        promise = hand.promise
        self.promised.setText(promise.label)
        paid = f"délivrance n°{NBSP}{promise.delivery} du {formats.date(promise.at.date())}"
        paid += ", déjà facturé" if promise.billed else ", à facturer à la remise"
        self.about.setText(
            f"Promis n°{NBSP}{promise.number} · {promise.customer} · {promise.label_of_state.lower()} · "
            f"{plural(promise.left, 'boîte due', 'boîtes dues')}{self._worth(promise)} · {paid}"
        )
        lots = ", ".join(box.lot or "sans lot" for box in hand.boxes)
        count = plural(len(hand.boxes), "boîte scannée", "boîtes scannées")
        self.scanned.setText(f"{count}\u00a0: lot {lots}" if hand.boxes else "Scannez la boîte, puis Entrée.")
        same = [one for one in self.known.promises if one.ready and _same_customer(one, promise)]
        for part in (self.sms_title, self.sms, self.copy):
            part.setVisible(bool(same) and bool(promise.phone))
        to = f"Au {promise.phone}\u00a0: " if promise.phone else ""
        self._message = rules.message(same, self.known.officine)
        self.sms.setText(f"{to}{self._message}")

    def _worth(self, promise: Promise) -> str:
        worth = self.known.values.get(promise.number)
        return f" ({formats.amount(worth)})" if worth is not None else ""

    def _hand_over(self, hand: _Hand) -> None:
        count = _count(self.quantity)
        if count is None:
            self.refusal.set_findings((_not_a_number(hand.promise.code),))
            return
        services, actor, number, boxes = self.ui.services, self.ui.actor(), hand.promise.number, tuple(hand.boxes)
        bearer = self.bearer.bearer.text
        if not self._is_bearer_read(hand.promise, bearer):
            return
        payments = self.due.payments() if not hand.promise.billed else ()
        if payments is None:
            self.ui.say("Le prix du jour se lit\u00a0: Entrée dans un instant.", "info")
            return
        self.go.setEnabled(False)

        def act(_progress: Progress) -> Outcome[HandedOver]:
            if hand.promise.billed:
                return services.handing.hand_over(actor, number, count, boxes, bearer)
            return services.counter.hand_over(actor, number, count, boxes, bearer=bearer, payments=payments)

        self.ui.tasks.run(
            act,
            done=lambda outcome: self._handed(hand.promise, outcome),
            failed=self._failed,
            owner=self,
            key="hand",
        )

    def _ask_due(self) -> None:
        """Read what the boxes come to today, where they are billed when they are handed over."""
        count = _count(self.quantity)
        if self.hand is not None and count is not None and not self.hand.promise.billed:
            self.due.ask(self.hand.promise, count)
        else:
            self.due.forget()

    def ask_bearer(self) -> bool:
        """Ask who collects the promis that is being handed over; False where none is."""
        if self.hand is None:
            return False
        self.bearer.show()
        self.reveal(self.bearer.who)
        return True

    def _is_bearer_read(self, promise: Promise, bearer: str) -> bool:
        """Return False where something is to be typed, or read, of the bearer first: Entrée again passes a warning."""
        if bearer and not self.bearer.bearer.name:
            self.reveal(self.bearer.tell(NO_NAME))
            return False
        of_list = ListClass.NARCOTIC if promise.number in self.known.narcotics else None
        told = [one for one in check_handed(promise.label, of_list, bearer, promise.code) if one.advice]
        if not told or self._warned == bearer:
            return True
        self._warned = bearer if told[0].severity is Severity.WARNING else ""
        if self._warned:
            self.go.setText("Remettre quand même — Entrée")
        self.reveal(self.bearer.tell(told[0].code))
        return False

    def _handed(self, promise: Promise, outcome: Outcome[HandedOver]) -> None:
        self.go.setEnabled(True)
        if isinstance(outcome, Refused):
            self.refusal.set_findings(outcome.findings)
            self._ask_due()
            return
        done = outcome.value
        register = f" Ordonnancier\u00a0: n°{NBSP}{done.ordonnancier}." if done.ordonnancier is not None else ""
        bearer = f" Porteur\u00a0: {read_bearer(done.bearer).name}." if done.bearer else ""
        billed = f" Facturé\u00a0: délivrance n°{NBSP}{done.delivery}." if done.delivery is not None else ""
        left = f" Reste dû\u00a0: {plural(done.left, 'boîte')}." if done.left else ""
        words = plural(done.quantity, "boîte remise", "boîtes remises")
        self.ui.say(f"Promis n°{NBSP}{promise.number}\u00a0: {words}.{left}{register}{billed}{bearer}", "success")
        self._return()

    def _failed(self, error: GalienError) -> None:
        self.go.setEnabled(True)
        self.refusal.set_findings((Finding(error.code, Severity.ERROR, error.text, error.advice),))

    def _return(self) -> None:
        self.hand = None
        self.line = None
        self.search.clear()
        self._show()
        self._read()
        self._focus()

    # --- Giving up ----------------------------------------------------------------------------------------------

    def _copy(self) -> None:
        QApplication.clipboard().setText(self._message)
        self.ui.say("SMS copié\u00a0: collez-le dans votre messagerie. Galien n’envoie rien.", "info")

    def _ask_reason(self) -> None:
        if self.reason_field.isVisible():
            self._cancel()
            return
        self.reason_field.show()
        self.reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def _cancel(self) -> None:
        if self.hand is None:
            return
        owed, actor, number, reason = (
            self.ui.services.owed,
            self.ui.actor(),
            self.hand.promise.number,
            self.reason.text(),
        )
        self.ui.tasks.run(
            lambda _progress: owed.cancel(actor, number, reason),
            done=self._cancelled,
            failed=self._failed,
            owner=self,
            key="cancel",
        )

    def _cancelled(self, outcome: Outcome[Promise]) -> None:
        if isinstance(outcome, Refused):
            self.refusal.set_findings(outcome.findings)
            return
        told = "Ce qui a été payé se rend par un avoir." if outcome.value.billed else "Rien n’en avait été facturé."
        self.ui.say(f"Promis n°{NBSP}{outcome.value.number} annulé. {told}", "warning")
        self._return()


def read_owed(services: Services, actor: Actor | None = None) -> Known:
    """Return all that is owed; runs in the background."""
    promises = tuple(services.owed.open_promises(actor))
    return Known(
        promises,
        services.pharmacy_name,
        today(services.clock),
        services.slips.values(promises),
        services.handing.narcotics(promises),
        services.owed.settings().late_days,
    )


def _page() -> tuple[QWidget, QVBoxLayout]:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.S)
    return page, column


def _count(typed: TextField) -> int | None:
    text = typed.text().strip()
    return int(text) if text.isascii() and text.isdigit() else None


def _not_a_number(subject: str) -> Finding:
    return Finding("GAL-DU-01", Severity.ERROR, "Le nombre de boîtes est un nombre entier.", subject=subject)


def _same_customer(one: Promise, other: Promise) -> bool:
    return (one.patient_id, one.customer) == (other.patient_id, other.customer)

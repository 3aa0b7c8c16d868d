"""Which boxes of the line are promised, who comes back for which ones, and how are they handed over?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.kernel.clock import today
from app.kernel.outcome import Finding, Refused, Severity
from app.kernel.text import NBSP, fold, plural
from app.officine.catalog.model import ListClass
from app.officine.dispensing import owing
from app.officine.dispensing import session as editing
from app.officine.dispensing.bearer import NO_NAME, check_handed, read_bearer
from app.officine.owed import rules
from app.ui.counter.advances_block import AdvancesBlock
from app.ui.counter.drawer import Drawer
from app.ui.counter.due_fields import DueFields
from app.ui.counter.owed_pages import (
    Hand,
    HandingPage,
    Known,
    ListingPage,
    PromisingPage,
    count_typed,
    not_a_number,
)
from app.ui.widgets.basics import Button, Text
from app.ui.widgets.findings import FindingList

if TYPE_CHECKING:
    from app.jobs import Progress
    from app.kernel.actor import Actor
    from app.kernel.errors import GalienError
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


class OwedDrawer(Drawer):
    """F8: promise what lacks of the line; else hand over what was promised, by the scan of its box and Entrée."""

    name = "owed"

    def __init__(self, ui: Ui, till: Till) -> None:
        """Serve the promis of the customer of ``till``."""
        super().__init__(ui, till, _TITLE)
        self.known = Known()
        self.line: DraftLine | None = None
        self.hand: Hand | None = None
        self._warned = ""
        self.promising, self.listing, self.handing = PromisingPage(), ListingPage(ui.acts), HandingPage()
        self._pages = (self.promising, self.listing, self.handing)
        self.search, self.list, self.bearer = self.listing.search, self.listing.list, self.handing.bearer
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
        self._listen()
        self.foot.addWidget(self.refusal)
        self.foot.addWidget(self.due)
        self.foot.addWidget(self.go)
        self.foot.addWidget(self.keys)

    def _listen(self) -> None:
        self.list.chosen.connect(self.take)
        self.search.textChanged.connect(lambda _text: self._filter())
        self.search.moved.connect(self.list.step)
        self.search.confirmed.connect(self.confirm)
        self.chain(*self.bearer.fields)
        self.handing.quantity.textChanged.connect(lambda _typed: self._ask_due())
        self.handing.copy.clicked.connect(self._copy)
        self.handing.cancel.clicked.connect(self._ask_reason)

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
            self.promising.line_name.setText(line.label)
            self.promising.proposal.setText(proposal.words)
            self.promising.boxes.setText(str(line.owed or proposal.owed))
            self.promising.customer.setText(session.label if rules.phone_in(session.label) else "")
        self.promising.customer_field.setVisible(session.patient_id is None)
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
        self.listing.show_promises(self.known, found, named)

    def _focus(self) -> None:
        if self.hand is not None:
            self.go.setFocus()
        elif self.line is not None:
            self.reveal(self.promising.boxes)
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
            self.handing.show_hand(self.hand, self.known)
        else:
            self.due.forget()

    # --- Promising ----------------------------------------------------------------------------------------------

    def confirm(self) -> None:
        """Hand over, or promise, or take the promis pointed at; from the reason of a cancellation: cancel."""
        if self.advances.button.hasFocus():
            self.advances.take(self.advances.list.records)
        elif self.handing.reason.hasFocus():
            self._cancel()
        elif self.hand is not None:
            self._hand_over(self.hand)
        elif self.line is not None and not (self.list.hasFocus() or self.search.hasFocus()):
            self._promise(self.line)
        elif self.list.current_record is not None:
            self.take(self.list.current_record)

    def _promise(self, line: DraftLine) -> None:
        count = count_typed(self.promising.boxes)
        if count is None:
            self.refusal.set_findings((not_a_number(line.line_id),))
            return
        if self.till.session.patient_id is None and count:
            wrong = rules.check_customer(self.promising.customer.text())
            if wrong:
                self.refusal.set_findings(tuple(wrong))
                self.reveal(self.promising.customer)
                return
            if self.promising.customer.text().strip() != self.till.session.label:
                self.till.do(editing.set_label(self.till.session, self.promising.customer.text()))
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
        self.hand = Hand(promise)
        self.handing.quantity.setText(str(promise.left))
        self.bearer.begin(narcotic=promise.number in self.known.narcotics)
        self._warned = ""
        self._ask_due()
        self.handing.reason_field.hide()
        self.handing.reason.clear()
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

    def _scan(self, hand: Hand, product: Product, box: Box | None) -> None:
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
            self.handing.quantity.setText(str(len(hand.boxes)))
        self.refusal.set_findings(())
        self.handing.show_hand(hand, self.known)
        self.go.setFocus()

    def _hand_over(self, hand: Hand) -> None:
        count = count_typed(self.handing.quantity)
        if count is None:
            self.refusal.set_findings((not_a_number(hand.promise.code),))
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
        count = count_typed(self.handing.quantity)
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
        QApplication.clipboard().setText(self.handing.message)
        self.ui.say("SMS copié\u00a0: collez-le dans votre messagerie. Galien n’envoie rien.", "info")

    def _ask_reason(self) -> None:
        if self.handing.reason_field.isVisible():
            self._cancel()
            return
        self.handing.reason_field.show()
        self.handing.reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def _cancel(self) -> None:
        if self.hand is None:
            return
        owed, actor, number, reason = (
            self.ui.services.owed,
            self.ui.actor(),
            self.hand.promise.number,
            self.handing.reason.text(),
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

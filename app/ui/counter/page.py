"""How is one comptoir served: lines in the middle, one side panel at a time, totals always in sight?"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from app.kernel.errors import GalienError
from app.kernel.outcome import Finding, Refused, Severity
from app.kernel.text import plural
from app.officine.dispensing import matching, proposals
from app.officine.dispensing import session as editing
from app.officine.dispensing.papers import PaperKind, PrinterUse
from app.ui import formats, sounds, theme
from app.ui.counter.allergies_drawer import AllergiesDrawer
from app.ui.counter.band import PatientBand
from app.ui.counter.bearer_drawer import BearerDrawer
from app.ui.counter.card_drawer import CardDrawer
from app.ui.counter.cards import CardHand
from app.ui.counter.control_drawer import ControlDrawer
from app.ui.counter.copies_drawer import CopiesDrawer
from app.ui.counter.detail import LineDetail
from app.ui.counter.directions_drawer import DirectionsDrawer
from app.ui.counter.keybar import KeyBar
from app.ui.counter.line_drawer import LineDrawer
from app.ui.counter.lines import LinesTable
from app.ui.counter.lists_drawers import HistoryDrawer, WaitingDrawer, WhyDrawer
from app.ui.counter.omnibox import Omnibox
from app.ui.counter.owed_drawer import OwedDrawer
from app.ui.counter.patient_drawer import PatientDrawer
from app.ui.counter.payment_drawer import PaymentDrawer
from app.ui.counter.pictures import print_ticket
from app.ui.counter.prescription_drawer import PrescriptionDrawer
from app.ui.counter.prints_drawer import PrintsDrawer
from app.ui.counter.privacy import PrivateSide
from app.ui.counter.recall_drawer import RecallDrawer
from app.ui.counter.rights_drawer import RightsDrawer
from app.ui.counter.sale_drawer import SaleDrawer
from app.ui.counter.scans import Meaning, read
from app.ui.counter.steps import StepsBar, steps
from app.ui.counter.substitution_drawer import SubstitutionDrawer
from app.ui.counter.totals import TotalsPanel
from app.ui.counter.units_drawer import UnitsDrawer
from app.ui.printing import Wish, print_desk
from app.ui.sounds import Sound
from app.ui.widgets.findings import FindingList
from app.ui.widgets.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QResizeEvent

    from app.kernel.money import Money
    from app.officine.catalog.model import Product
    from app.officine.dispensing.model import Box, Delivery, DraftLine
    from app.officine.owed.model import Promise
    from app.officine.patients.model import Patient
    from app.officine.scan.model import Scan
    from app.ui.context import Ui
    from app.ui.counter.drawer import Drawer
    from app.ui.counter.till import Till

_DRAWERS: dict[str, Callable[[Ui, Till], Drawer]] = {
    drawer.name: drawer
    for drawer in (
        PatientDrawer,
        PrescriptionDrawer,
        DirectionsDrawer,
        CopiesDrawer,
        HistoryDrawer,
        AllergiesDrawer,
        OwedDrawer,
        ControlDrawer,
        PaymentDrawer,
        PrintsDrawer,
        WaitingDrawer,
        WhyDrawer,
        SubstitutionDrawer,
        UnitsDrawer,
        BearerDrawer,
        SaleDrawer,
        RecallDrawer,
        CardDrawer,
        RightsDrawer,
    )
}
_KEYS = (
    ("counter.more", "Plus"),
    ("counter.less", "Moins"),
    ("counter.remove", "Retirer"),
    ("counter.undo", "Annuler"),
    ("counter.redo", "Rétablir"),
    ("", ""),
    ("counter.history", "Historique"),
    ("counter.hold", "Attente"),
)
_PLAIN_KEYS = ("counter.more", "counter.less", "counter.redo", "counter.undo", "counter.remove")
_SPARE_KEYS = ("counter.redo", "counter.history", "counter.undo")
_PAYMENT_CODES = {"GAL-CPT-40", "GAL-CPT-41", "GAL-CPT-42", "GAL-CPT-43", "GAL-CPT-44"}
_UNKNOWN_CODES = {"GAL-CPT-70", "GAL-CPT-71", "GAL-CPT-73"}
_SIDE_WIDTH = 366
_SIDE_PART = 0.44
_TALL = 500


class TillPage(QWidget):
    """One comptoir, whole."""

    resumed = Signal(str)

    def __init__(self, ui: Ui, till: Till) -> None:
        """Serve ``till``."""
        super().__init__()
        self._ui, self.till = ui, till
        till.setParent(self)
        self._scans: deque[Scan] = deque()
        self._drawers: dict[str, Drawer] = {}
        self._reading = False
        self._served = till.session.id
        self.steps = StepsBar(ui.acts)
        self.band = PatientBand(ui, till)
        self.omnibox = Omnibox(ui, self)
        self.notice = FindingList(refusal="Refusé")
        self.table = LinesTable()
        self.detail = LineDetail(till, ui.acts)
        self.side = Stack()
        self.side.addWidget(self.detail)
        clinical = (
            self.detail,
            HistoryDrawer,
            AllergiesDrawer,
            ControlDrawer,
            PrescriptionDrawer,
            DirectionsDrawer,
            SubstitutionDrawer,
            CopiesDrawer,
            RightsDrawer,
        )
        self.shield = PrivateSide(self.side, clinical, ui.acts)
        self.desk = print_desk(ui)
        self.card = CardHand(ui, self)
        self.totals = TotalsPanel(ui, till)
        self.setFocusProxy(self.omnibox)
        self._lay_out()
        self._connect()
        self._changed()

    # --- Layout -------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(theme.S)
        left.addWidget(self.omnibox)
        left.addWidget(self.notice)
        left.addWidget(self.table, 1)
        left.addWidget(KeyBar(self._ui.acts, _KEYS, _SPARE_KEYS, plain=_PLAIN_KEYS))
        self._right = QWidget()
        right = QVBoxLayout(self._right)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(theme.S)
        right.addWidget(self.shield, 1)
        right.addWidget(self.totals)
        line = QHBoxLayout()
        line.setSpacing(theme.M)
        line.addLayout(left, 1)
        line.addWidget(self._right)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S)
        column.addWidget(self.steps)
        column.addWidget(self.band)
        column.addLayout(line, 1)
        theme.current().changed.connect(self._measure)
        self._measure()

    def _measure(self) -> None:
        worn = theme.current()
        self.totals.set_room(small=self.drawer is not None, tall=self.height() >= worn.pixels(_TALL))
        wanted = worn.pixels(_SIDE_WIDTH)
        self._right.setFixedWidth(max(_SIDE_WIDTH, min(wanted, int(self.width() * _SIDE_PART))))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width anew, and keep the answers under the field."""
        super().resizeEvent(event)
        self._measure()
        self.omnibox.place_answers()

    def _connect(self) -> None:
        till, box = self.till, self.omnibox
        till.changed.connect(self._changed)
        till.seen.connect(self._seen)
        till.told.connect(self.tell)
        till.delivered.connect(self._delivered)
        till.refused.connect(self._refused)
        self.table.pointed.connect(self.detail.show_line)
        self.steps.chosen.connect(self._ui.acts.trigger)
        self.detail.price_typed.connect(self._set_price)
        box.patient_taken.connect(self._take_patient)
        box.product_taken.connect(self.add_found)
        box.price_taken.connect(self._price_unpriced)
        box.lot_taken.connect(self._set_lot)
        box.create_wanted.connect(self.create_patient)
        box.moved.connect(self.table.step)
        box.field.multiplied.connect(self.set_quantity)
        box.field.empty_confirmed.connect(self._next_step)

    # --- What shows ---------------------------------------------------------------------------------------------

    def _changed(self) -> None:
        session = self.till.session
        if session.id != self._served:
            self._served = session.id
            for drawer in self._drawers.values():
                drawer.forget()
        self.omnibox.patients_first = session.patient_id is None and not session.lines
        unpriced = self._unpriced
        self.omnibox.unpriced = unpriced.label if unpriced is not None else ""
        self.notice.set_findings(())
        self._seen()

    def _seen(self) -> None:
        self.table.show_till(self.till)
        self.detail.show_line(self.table.current_line)
        self.steps.show_steps(steps(self.till))

    def tell(self, finding: Finding) -> None:
        """Show a finding over the lines until the next change."""
        self.notice.set_findings((finding,))
        if finding.severity is Severity.ERROR:
            unknown = finding.code in _UNKNOWN_CODES
            sounds.play(self._ui.settings, Sound.UNKNOWN if unknown else Sound.BLOCKED)

    # --- Side panels --------------------------------------------------------------------------------------------

    @property
    def drawer(self) -> Drawer | None:
        """The side panel that is open."""
        return next((one for one in self._drawers.values() if one is self.side.currentWidget()), None)

    def open(self, name: str) -> Drawer:
        """Open a side panel; what was typed in it before is still there."""
        drawer = self._drawers.get(name)
        if drawer is None:
            drawer = self._drawers[name] = _DRAWERS[name](self._ui, self.till)
            drawer.closed.connect(self.close_drawer)
            self.side.addWidget(drawer)
            self._wire(drawer)
        self.omnibox.reset()
        self.side.setCurrentWidget(drawer)
        self.totals.setVisible(name != PaymentDrawer.name)
        self._measure()
        if isinstance(drawer, LineDrawer):
            drawer.point(self.current_line)
        drawer.opened()
        focused = QApplication.focusWidget()
        if focused is None or not drawer.isAncestorOf(focused):
            self.omnibox.field.setFocus(Qt.FocusReason.OtherFocusReason)
        return drawer

    def _wire(self, drawer: Drawer) -> None:
        if isinstance(drawer, ControlDrawer):
            drawer.passed.connect(self.pay)
        elif isinstance(drawer, PaymentDrawer):
            drawer.paid.connect(lambda _payments: self.till.when_fresh(self._deliver))
        elif isinstance(drawer, WaitingDrawer):
            drawer.resumed.connect(self.resumed)
        elif isinstance(drawer, CardDrawer):
            drawer.creation_wanted.connect(self.card.create)

    def close_drawer(self) -> None:
        """Go back to the lines."""
        self.side.setCurrentWidget(self.detail)
        self.totals.show()
        self._measure()
        self.omnibox.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def back(self) -> None:
        """Go back one level: the answers, then the inside of a side panel, then the panel; nothing is lost."""
        drawer = self.drawer
        if self.omnibox.is_open:
            self.omnibox.reset()
            self.omnibox.field.setFocus()
        elif drawer is not None and drawer.back():
            return
        elif drawer is not None:
            self.close_drawer()
        else:
            self.notice.set_findings(())
            self.omnibox.field.setFocus()

    def find_product(self) -> None:
        """Go to the field, to look for a product."""
        if self.drawer is not None:
            self.close_drawer()
        self.omnibox.patients_first = False
        self.omnibox.field.setFocus()
        self.omnibox.field.selectAll()

    # --- Lines --------------------------------------------------------------------------------------------------

    @property
    def current_line(self) -> DraftLine | None:
        """The line that + − × and Suppr act on."""
        return self.table.current_line

    def add(self, product: Product, box: Box | None = None) -> bool:
        """Add a box of a product, and point at its line; return False where it was refused."""
        before = {line.line_id for line in self.till.session.lines}
        edited = matching.add_product(self.till.session, product, box=box, author=self.till.author)
        if not self.till.do(edited):
            return False
        lines = self.till.session.lines
        new = next((line for line in lines if line.line_id not in before), None)
        held = new or next(line for line in lines if line.code == product.code)
        self.table.show_till(self.till, point_at=held.line_id)
        return True

    def add_found(self, product: Product) -> None:
        """Add a box of a product that was chosen among the answers."""
        self.add(product)
        self.omnibox.field.setFocus()

    def change_quantity(self, step: int) -> None:
        """Add ``step`` boxes to the current line; the last one is taken out by Suppr only."""
        line = self.current_line
        if line is not None:
            self.set_quantity(line.quantity + step)

    def set_quantity(self, quantity: int) -> None:
        """Set how many boxes of the current line leave."""
        line = self.current_line
        if line is not None:
            self.till.do(editing.set_quantity(self.till.session, line.line_id, quantity))

    def take_proposal(self) -> None:
        """Put on the current line the boxes that its posology asks for."""
        line = self.current_line
        advice = None if line is None else self.till.picture.advice.get(line.line_id)
        if line is None or advice is None or advice.proposal is None:
            self._ui.say("Pas de quantité à proposer\u00a0: il faut la posologie et la durée (Ctrl+L).")
        elif proposals.differs(line, advice.proposal):
            self.till.do(proposals.apply(self.till.session, line.line_id, advice.proposal))

    def attach(self) -> None:
        """Turn the current line over: of the ordonnance, or beside it."""
        line = self.current_line
        if line is not None:
            self.till.do(matching.attach(self.till.session, line.line_id))

    def show_copies(self) -> None:
        """Show the copies of the delivery pointed at in the history or the prints; else those of the sale.

        On an empty sale, those of the delivery just made.
        """
        number, last = _delivery_shown(self.drawer), self.till.last_delivery
        if number is None and last is not None and self.till.session.is_empty:
            number = last.number
        drawer = self.open(CopiesDrawer.name)
        assert isinstance(drawer, CopiesDrawer)
        drawer.point_at(number)

    def ask_quantity(self) -> None:
        """Say how a quantity is typed."""
        self.omnibox.field.setFocus()
        self._ui.say("Tapez le nombre de boîtes, puis ×\u00a0: «\u00a03×\u00a0».")

    def ask_bearer(self) -> None:
        """Say who collects: the boxes of the promis that is being handed over, else those of the sale."""
        if isinstance(self.drawer, OwedDrawer) and self.drawer.ask_bearer():
            return
        self.open(BearerDrawer.name)

    def owe(self) -> None:
        """Promise what lacks of the current line; with none, hand over what was promised."""
        drawer = self.open(OwedDrawer.name)
        assert isinstance(drawer, OwedDrawer)
        drawer.point_at(self.current_line)

    def hand_over(self, promise: Promise) -> None:
        """Prepare the hand-over of a promis whose ticket was scanned."""
        drawer = self.open(OwedDrawer.name)
        assert isinstance(drawer, OwedDrawer)
        drawer.take(promise)

    def remove(self) -> None:
        """Take the current line out."""
        line = self.current_line
        if line is not None and self.till.do(editing.remove_line(self.till.session, line.line_id)):
            self._ui.say(f"Ligne retirée\u00a0: {line.label}. Ctrl+Z la remet.")

    @property
    def _unpriced(self) -> DraftLine | None:
        """The line whose price is to be typed: the current one, else the first one."""
        wanting = [line for line in self.till.session.lines if line.unit_price is None]
        current = self.table.current_line
        return current if current in wanting else next(iter(wanting), None)

    def _set_lot(self, lot: str) -> None:
        line = self.table.current_line
        if line is not None:
            self.till.do(editing.set_lot(self.till.session, line.line_id, lot))

    def _price_unpriced(self, price: Money) -> None:
        line = self._unpriced
        if line is not None:
            self.table.show_till(self.till, point_at=line.line_id)
            self._set_price(price)

    def _ask_price(self, line: DraftLine) -> None:
        """Go back to the lines, to type the price that is missing."""
        if self.drawer is not None:
            self.close_drawer()
        self.table.show_till(self.till, point_at=line.line_id)
        self.tell(
            Finding(
                "GAL-CPT-13", Severity.WARNING, f"{line.label}\u00a0: prix inconnu.", "Tapez le prix ici, puis Entrée."
            )
        )
        self.omnibox.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _set_price(self, price: object) -> None:
        line = self.current_line
        if line is not None:
            self.till.do(editing.set_price(self.till.session, line.line_id, price))  # type: ignore[arg-type]
            self.omnibox.field.setFocus()

    # --- Patient ------------------------------------------------------------------------------------------------

    def _take_patient(self, patient: Patient) -> None:
        self.till.do(editing.set_patient(self.till.session, patient.id, patient.display_name))
        self.omnibox.field.setFocus()

    def create_patient(self, typed: str) -> None:
        """Open the creation of a patient with what was typed."""
        drawer = self.open(PatientDrawer.name)
        assert isinstance(drawer, PatientDrawer)
        drawer.begin(typed)

    # --- Scans --------------------------------------------------------------------------------------------------

    def take_scan(self, scan: Scan) -> None:
        """Take a scan, one after the other in the order they came."""
        self._scans.append(scan)
        self._read_next()

    def _read_next(self) -> None:
        if self._reading or not self._scans or self.till.validating:
            return
        self._reading = True
        scan, services, actor = self._scans.popleft(), self._ui.services, self._ui.actor()
        self._ui.tasks.run(
            lambda _progress: read(services, scan, actor),
            done=lambda meaning: self._understood(scan, meaning),
            failed=self._unread,
            owner=self,
        )

    def _understood(self, scan: Scan, meaning: Meaning) -> None:
        self._reading = False
        self._act_on(scan, meaning)
        self._read_next()

    def _unread(self, error: GalienError) -> None:
        self._reading = False
        self.tell(as_finding(error))
        self._read_next()

    def _act_on(self, scan: Scan, meaning: Meaning) -> None:
        if meaning.product is not None:
            self._take_box(meaning.product, meaning)
        elif meaning.promise is not None:
            self.hand_over(meaning.promise)
        elif meaning.member is not None:
            self._ui.ask_operator(meaning.member)
        elif len(meaning.patients) == 1 and not meaning.is_doubtful:
            self._take_patient(meaning.patients[0])
        elif meaning.patients or meaning.draft is not None:
            self._choose_patient(meaning)
        elif meaning.phone:
            self._read_phone(meaning)
        elif meaning.prescription_number:
            label = f"Ordonnance numérique {meaning.prescription_number}"
            self.till.do(editing.set_label(self.till.session, label))
        for finding in meaning.findings:
            if finding.severity is not Severity.INFO or not scan.ok:
                self.tell(finding)

    def _take_box(self, product: Product, meaning: Meaning) -> None:
        """Take a scanned box; a recalled one stays out of the sale, and the screen says why."""
        if meaning.recalls:
            sounds.play(self._ui.settings, Sound.BLOCKED)
            drawer = self.open(RecallDrawer.name)
            assert isinstance(drawer, RecallDrawer)
            drawer.stop(product, meaning.box, meaning.recalls)
            return
        taken = self.drawer is not None and self.drawer.take_product(product, meaning.box)
        if taken or self.add(product, meaning.box):
            sounds.play(self._ui.settings, Sound.FOUND)

    def read_rights(self) -> None:
        """Read the rights of the card that is in; where none is, what a phone said is shown again."""
        shown = self._drawers.get(RightsDrawer.name)
        if shown is not None and (shown is self.drawer or self._ui.services.cards.vitale_reader() is not None):
            shown.forget()
        self.open(RightsDrawer.name)

    def _read_phone(self, meaning: Meaning) -> None:
        drawer = self.open(RightsDrawer.name)
        assert isinstance(drawer, RightsDrawer)
        assert meaning.shown_at is not None
        drawer.read_phone(meaning.phone, meaning.shown_at)

    def set_aside(self) -> None:
        """Set aside the box that was stopped; with none, one of the current line."""
        drawer = self.drawer
        if isinstance(drawer, RecallDrawer) and drawer.case is not None:
            drawer.set_aside()
            return
        if self.current_line is None:
            self._ui.say("Scannez d’abord la boîte à écarter.", "warning")
            return
        self.open(RecallDrawer.name)

    def _choose_patient(self, meaning: Meaning) -> None:
        drawer = self.open(PatientDrawer.name)
        assert isinstance(drawer, PatientDrawer)
        if meaning.draft is not None:
            origin = "Lu sur un code INS. Le matricule ne sera gardé qu’après son contrôle par INSi."
            drawer.begin("", meaning.draft, origin)
            return
        first = meaning.patients[0]
        drawer.pane.field.setText(f"{first.family_name} {formats.date(first.birth_date)}")
        drawer.pane.field.search_now()

    # --- Paper and discretion -----------------------------------------------------------------------------------

    def print_current(self) -> None:
        """Print the paper pointed at, or the ticket of the last delivery."""
        if isinstance(self.drawer, PrintsDrawer):
            self.drawer.confirm()
        else:
            self.print_paper(PaperKind.TICKET)

    def print_paper(self, kind: PaperKind) -> None:
        """Print a paper of the delivery shown among the prints, or of the last one of this comptoir."""
        last = self.till.last_delivery
        if isinstance(self.drawer, PrintsDrawer):
            self.drawer.print_kind(kind)
        elif last is None:
            self._ui.say("Rien à imprimer\u00a0: aucune vente n’a été validée ici. F11 donne celles du jour.")
        else:
            self.desk.print(Wish(last.number, kind, self._ui.settings.label_size))

    def print_slip(self) -> None:
        """Print the ticket of the promis pointed at in F8, or those of the last delivery of this comptoir."""
        if isinstance(self.drawer, OwedDrawer) and self.drawer.current is not None:
            self._print_slips(self.drawer.together)
            return
        last, owed = self.till.last_delivery, self._ui.services.owed
        if last is None or not any(line.owed or line.promised for line in last.lines):
            self._ui.say("Aucun promis à imprimer\u00a0: F8 les liste.")
            return
        number = last.number
        self._ui.tasks.run(lambda _progress: owed.of_delivery(number), done=self._print_slips, owner=self, key="slips")

    def _print_slips(self, promises: list[Promise]) -> None:
        slips, actor = self._ui.services.slips, self._ui.actor()
        waiting = [one for one in promises if one.left]
        if waiting:
            title = f"Ticket du promis n°\u00a0{waiting[0].number}"
            self.desk.print_pages(lambda: slips.write(waiting, actor), PrinterUse.TICKET, title)

    def toggle_private(self) -> None:
        """Hide what says who is treated for what from those who look over the shoulder; again: show it."""
        private = not self.shield.private
        self.shield.set_private(private=private)
        self.band.setVisible(not private)
        focused = QApplication.focusWidget()
        if focused is None or not focused.isVisible():
            self.omnibox.field.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- Payment ------------------------------------------------------------------------------------------------

    def pay(self) -> None:
        """Go on to the payment, by way of the control where there is something to see."""
        if not self.till.session.lines:
            self.tell(Finding("GAL-CPT-10", Severity.INFO, "La vente est vide.", "Scannez ou cherchez un produit."))
            return
        unpriced = self._unpriced
        if unpriced is not None:
            self._ask_price(unpriced)
            return
        self.till.save_now()
        if self.till.is_fresh and self.till.open_findings:
            self.open(ControlDrawer.name)
            return
        self.open(PaymentDrawer.name)
        self.till.when_fresh(self._check_again)

    def _next_step(self) -> None:
        if self.till.session.lines:
            self.pay()

    def _check_again(self) -> None:
        if self.till.open_findings and isinstance(self.drawer, PaymentDrawer):
            control = self.open(ControlDrawer.name)
            assert isinstance(control, ControlDrawer)
            control.interrupt()

    def _deliver(self) -> None:
        drawer = self._drawers.get(PaymentDrawer.name)
        if self.till.open_findings or drawer is not self.drawer:
            self._check_again()
            return
        assert isinstance(drawer, PaymentDrawer)
        payments = drawer.payments()
        if payments is None:
            drawer.confirm()
            return
        self.till.validate(payments)

    def _delivered(self, delivery: Delivery) -> None:
        self.close_drawer()
        numbers = ", ".join(str(number) for number in delivery.ordonnancier)
        register = f" Ordonnancier\u00a0: n°\u00a0{numbers}." if numbers else ""
        owed = sum(line.owed + line.promised for line in delivery.lines)
        slip = self._ui.acts.key_text_of("counter.print_slip")
        boxes = plural(owed, "boîte promise", "boîtes promises")
        promised = f" {boxes}\u00a0: F8, ticket {slip}." if owed else ""
        said = f"Délivrance n°\u00a0{delivery.number} enregistrée.{register}{promised}{self.desk.hint}"
        self._ui.say(said, "success")
        self.detail.show_line(None)
        services = self._ui.services
        self._ui.tasks.run(
            lambda _progress: print_ticket(services, delivery),
            done=self.detail.show_ticket,
            failed=self._not_printed,
            owner=self,
            key="ticket",
        )
        self.desk.after_delivery(delivery)
        self._read_next()

    def _not_printed(self, error: GalienError) -> None:
        self._ui.say(f"La vente est enregistrée, mais son ticket n’a pas pu être écrit\u00a0: {error.text}", "warning")

    def _refused(self, why: Refused | GalienError) -> None:
        if isinstance(why, GalienError):
            self.tell(as_finding(why))
        elif all(finding.code in _PAYMENT_CODES for finding in why.findings if finding.severity is Severity.ERROR):
            self.open(PaymentDrawer.name).show_refusal(why.findings)
        else:
            self.till.look()
            control = self.open(ControlDrawer.name)
            assert isinstance(control, ControlDrawer)
            control.show_refusal(why.findings)
            control.interrupt()
        self._read_next()


def _delivery_shown(drawer: Drawer | None) -> int | None:
    """Return the delivery that a side panel points at; None for one that points at none."""
    if isinstance(drawer, HistoryDrawer):
        taken = drawer.list.current_record
        return None if taken is None else taken.last.delivery
    if isinstance(drawer, PrintsDrawer):
        return None if drawer.wish is None else drawer.wish.number
    return None


def as_finding(error: GalienError) -> Finding:
    """Return a failure as a finding, to be shown over the lines: the sale stays as it is."""
    advice = f"{error.advice} La vente est intacte." if error.advice else "La vente est intacte\u00a0: recommencez."
    return Finding(error.code, Severity.ERROR, error.text, advice)

"""Why does this box not leave, and where does it go? A recalled box is set aside; a pharmacist may answer for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.kernel.clock import today
from app.kernel.outcome import Refused
from app.kernel.text import plural
from app.officine.dispensing import matching, recalled
from app.officine.dispensing.model import Box
from app.officine.recalls.model import concerning
from app.officine.staff.model import Right
from app.officine.stock.quarantined import Aside, Cause
from app.ui import formats, theme
from app.ui.counter.line_drawer import LineDrawer
from app.ui.widgets.basics import ActButton, Button, IconLabel, Text
from app.ui.widgets.facts import Facts
from app.ui.widgets.fields import Field, TextField
from app.ui.widgets.findings import FindingList

if TYPE_CHECKING:
    import datetime as dt

    from app.kernel.outcome import Outcome
    from app.officine.catalog.model import Product
    from app.officine.dispensing.model import DraftLine
    from app.officine.recalls.model import Recall
    from app.officine.stock.quarantined import Quarantined
    from app.ui.context import Services, Ui
    from app.ui.counter.till import Till

_ACT = "counter.set_aside"
_LIMIT = 150


@dataclass(frozen=True, slots=True)
class Case:
    """One box that is held up: ``line_id`` where the sale holds it already, ``product`` where the scan was stopped."""

    code: str
    label: str
    box: Box
    recalls: tuple[Recall, ...] = ()
    product: Product | None = None
    line_id: str = ""

    def cause(self, day: dt.date) -> Cause:
        """Return why the box is set aside, as far as it is known."""
        if self.recalls:
            return Cause.RECALL
        is_expired = self.box.expiry is not None and self.box.expiry < day
        return Cause.EXPIRED if is_expired else Cause.DAMAGED


class RecallDrawer(LineDrawer):
    """The box held up: what calls it back, the key that sets it aside, and a pharmacist's word to let it leave."""

    name = "recall"

    def __init__(self, ui: Ui, till: Till) -> None:
        """Hold up boxes of ``till``."""
        super().__init__(ui, till, "Boîte à écarter")
        self._cases: list[Case] = []
        self._forced = False
        self.told = _Told()
        self.product = Text("", "strong", wrap=True)
        self.more = Text("", "strong", wrap=True)
        self.facts = Facts()
        self.reason = TextField(limit=_LIMIT)
        self.reason_field = Field("&Motif", self.reason)
        self.findings = FindingList()
        self.who = Text(
            "Seul un pharmacien peut passer outre, avec un motif tracé. F12 change d’opérateur.", "muted", wrap=True
        )
        self.force_button = Button("Délivrer quand même", kind="danger", icon="warning")
        self.force_button.clicked.connect(self.force)
        self.force_button.key = "Entrée"
        told: tuple[QWidget, ...] = (self.findings, self.told, self.product, self.more)
        answer: tuple[QWidget, ...] = (self.who, self.reason_field, self.force_button, self.facts)
        for part in (*told, *answer):
            self.content.addWidget(part)
        self.content.addStretch(1)
        self.go = ActButton(ui.acts, _ACT, kind="primary")
        self.foot.addWidget(self.go)
        self.chain(self.reason)
        ui.operator_changed.connect(self._draw)
        self._draw()

    @property
    def case(self) -> Case | None:
        """The box that is held up first; None for none."""
        return self._cases[0] if self._cases else None

    @property
    def may_force(self) -> bool:
        """True where who serves may pass over a recall."""
        return self.ui.operator is not None and self.ui.acts.may(Right.ANSWER_FOR_RECALLS)

    def stop(self, product: Product, box: Box | None, recalls: tuple[Recall, ...]) -> None:
        """Hold up a box that was scanned and did not enter the sale; one scanned again is held up once."""
        case = Case(product.code, product.name, box or Box(), recalls, product)
        self._cases = [one for one in self._cases if not one.line_id]
        if case not in self._cases:
            self._cases.append(case)
        self._begin()

    def opened(self) -> None:
        """Show the box held up; opened by its key, one of the line pointed at."""
        line, services = self.line, self.ui.services
        if self.case is not None and not self.case.line_id:
            self._begin()
            return
        self._cases = []
        self._begin()
        if line is not None:
            self.ui.tasks.run(
                lambda _progress: case_of(services, line), done=self._show_case, owner=self, key="recalls"
            )

    def confirm(self) -> None:
        """Set the box aside; from the reason of a recalled box, let it leave."""
        if self.reason.hasFocus() and self._is_recall:
            self.force()
        else:
            self.set_aside()

    def set_aside(self) -> None:
        """Set the box aside, out of the stock for sale, and out of the sale where it is in."""
        case, services, actor = self.case, self.ui.services, self.ui.actor()
        if case is None:
            return
        cause, typed = case.cause(today(services.clock)), self.reason.text().strip()
        asked = Aside(
            code=case.code,
            lot=case.box.lot,
            expiry=case.box.expiry,
            serial=case.box.serial,
            cause=cause,
            reason=_why(case, cause) or typed,
            reference=case.recalls[0].reference if case.recalls else "",
            recall_id=case.recalls[0].id if case.recalls else None,
        )
        self.ui.tasks.run(
            lambda _progress: services.quarantine.set_aside(actor, asked),
            done=lambda outcome: self._done(case, outcome),
            owner=self,
            key="set aside",
        )

    def force(self) -> None:
        """Let a recalled box leave, on the word of a pharmacist."""
        case, reason = self.case, self.reason.text().strip()
        if case is None or not self.may_force or not self._is_recall:
            return
        if not reason:
            self.reason_field.note("Obligatoire\u00a0: il reste dans la trace.", "danger")
            self.reveal(self.reason)
            return
        session, line_id = self.till.session, case.line_id
        if case.product is not None:
            box = case.box if case.box != Box() else None
            before = session
            session, findings = matching.add_product(session, case.product, box=box, author=self.till.author)
            if session is before:
                self.till.do((session, findings))
                return
            line_id = _line_with(session.lines, case).line_id
        forced = recalled.force(session, line_id, case.recalls, reason, self.till.author)
        if self.till.do((forced, ())):
            self._next(case)

    def forget(self) -> None:
        """Forget the boxes held up: another sale begins."""
        super().forget()
        self._cases = []
        self._draw()

    @property
    def _is_recall(self) -> bool:
        return self.case is not None and bool(self.case.recalls)

    def _show_case(self, case: Case) -> None:
        if self.case is not None or case.line_id != self.line_id:
            # A box was stopped by a scan meanwhile: it comes first.
            return
        self._cases = [case]
        self._begin()

    def _begin(self) -> None:
        self.reason.clear()
        self.reason_field.note()
        self.findings.set_findings(())
        self._draw()
        asks = self.case is not None and not self._is_recall and not _why(self.case, self._cause)
        if asks:
            self.reveal(self.reason)
        else:
            self.go.setFocus()

    def _done(self, case: Case, outcome: Outcome[Quarantined]) -> None:
        if isinstance(outcome, Refused):
            self.findings.set_findings(outcome.findings)
            return
        if case.line_id:
            self.till.do(recalled.without_box(self.till.session, case.line_id, case.box))
        self.ui.say(f"En quarantaine\u00a0: {case.label}. Rangez la boîte à part.", "success")
        self._next(case)

    def _next(self, done: Case) -> None:
        """Go on with the next box held up, or back to the lines."""
        self._cases = [one for one in self._cases if one is not done]
        if self._cases:
            self._begin()
        else:
            self.closed.emit()

    @property
    def _cause(self) -> Cause:
        return Cause.OTHER if self.case is None else self.case.cause(today(self.ui.services.clock))

    def _draw(self) -> None:
        case = self.case
        self.told.show_case(case if self._is_recall else None)
        self.product.setText("" if case is None else case.label)
        self.product.setVisible(case is not None and not self._is_recall)
        self.facts.set_pairs(_pairs(case, self._cause))
        others = len(self._cases) - 1
        self.more.setText(f"Puis {plural(others, 'autre boîte arrêtée', 'autres boîtes arrêtées')}.")
        self.more.setVisible(others > 0)
        self._draw_reason()
        self.go.setEnabled(case is not None)

    def _draw_reason(self) -> None:
        """Ask for a reason of a pharmacist who lets a recalled box leave, and of who sets aside one that is not."""
        recall, case = self._is_recall, self.case
        asks = case is not None and not recall and not _why(case, self._cause)
        self.who.setVisible(recall and not self.may_force)
        self.reason_field.setVisible(asks or (recall and self.may_force))
        self.force_button.setVisible(recall and self.may_force)
        hint = "Pourquoi délivrer quand même" if recall else "Boîte abîmée, mal conservée…"
        self.reason.setPlaceholderText(hint)


class _Told(QFrame):
    """What calls the box back: the lot, the product, why, and what the notice asks to do."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("tone", "danger")
        self.lot = Text("", "heading", wrap=True)
        self.product = Text("", "strong", wrap=True)
        self.why = Text("", wrap=True)
        self.instruction = Text("", "strong", wrap=True)
        head = QHBoxLayout()
        head.setSpacing(theme.S)
        head.addWidget(IconLabel("error", "danger"), alignment=Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.lot, 1)
        head.addWidget(Text(recalled.RECALLED, "caption"), alignment=Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.M, theme.S, theme.M, theme.S)
        column.setSpacing(theme.XS)
        column.addLayout(head)
        for part in (self.product, self.why, self.instruction):
            column.addWidget(part)

    def show_case(self, case: Case | None) -> None:
        """Show why a box is called back, or go away."""
        self.setVisible(case is not None)
        if case is None:
            return
        recall = case.recalls[0]
        lot = case.box.lot
        self.lot.setText(f"Lot {lot} rappelé" if lot and not recall.all_lots else "Produit rappelé, tous les lots")
        self.product.setText(case.label)
        self.why.setText(recall.reason)
        self.instruction.setText(f"Consigne\u00a0: {recall.instruction}" if recall.instruction else "")
        self.instruction.setVisible(bool(recall.instruction))
        self.setAccessibleName(f"{self.lot.text()}\u00a0: {case.label}. {recall.reason}. {recall.instruction}")


def case_of(services: Services, line: DraftLine) -> Case:
    """Return the box of a line that is to be set aside: a recalled one first, then one out of date, then the last."""
    recalls = services.recalls.of([line.code]).get(line.code, ())
    day = today(services.clock)
    loose = Box() if line.leaving > len(line.boxes) else None
    boxes = [*line.boxes, *([] if loose is None else [loose])]
    struck = next((box for box in boxes if concerning(recalls, box.lot)), None)
    expired = next((box for box in boxes if box.expiry is not None and box.expiry < day), None)
    box = struck or expired or (boxes[-1] if boxes else Box())
    return Case(line.code, line.label, box, concerning(recalls, box.lot), line_id=line.line_id)


def _line_with(lines: tuple[DraftLine, ...], case: Case) -> DraftLine:
    """Return the line that the box has just entered."""
    holding = (line for line in lines if line.code == case.code and case.box in line.boxes)
    return next(holding, None) or next(line for line in reversed(lines) if line.code == case.code)


def _why(case: Case, cause: Cause) -> str:
    """Return the reason that goes without saying; empty where somebody must write it."""
    if cause is Cause.RECALL:
        recall = case.recalls[0]
        return f"Rappel du {formats.date(recall.day)}\u00a0: {recall.reason}"[:200]
    if cause is Cause.EXPIRED:
        return f"Périmée depuis le {formats.date(case.box.expiry)}"
    return ""


def _pairs(case: Case | None, cause: Cause) -> list[tuple[str, str]]:
    if case is None:
        return [("Boîte", "aucune\u00a0: scannez celle qui est à écarter")]
    box = case.box
    pairs = [
        ("Lot", box.lot or "non lu"),
        ("N° de série", box.serial),
        ("Péremption", formats.date(box.expiry) if box.expiry is not None else ""),
    ]
    if not case.recalls:
        return [*pairs, ("Cause", cause.label)]
    recall = case.recalls[0]
    return [
        *pairs[1:],
        ("Rappel", f"{recall.lots_words}, {recall.level.label}"),
        (
            "Avis",
            f"{formats.date(recall.day)}{' ' if recall.reference else ''}{recall.reference}, {recall.source.label}",
        ),
    ]

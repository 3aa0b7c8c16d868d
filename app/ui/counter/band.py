"""For whom is it, on whose ordonnance? Always in sight, so that two patients are never mixed up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.kernel.clock import today
from app.kernel.text import plural
from app.officine.dispensing.bearer import read_bearer
from app.officine.dispensing.model import SaleKind
from app.officine.patients.model import Scheme
from app.ui import formats, theme
from app.ui.patients.allergies import recorded_words
from app.ui.patients.identity_band import IdentityBand
from app.ui.widgets.basics import Chip, ElidedText, IconLabel, Panel, clear

if TYPE_CHECKING:
    import datetime as dt

    from app.officine.dispensing.model import CounterSession, PrescriptionDraft
    from app.officine.owed.model import Promised
    from app.officine.patients.model import Coverage, Patient
    from app.officine.safety.model import Recorded
    from app.ui.context import Ui
    from app.ui.counter.till import Till

_EXEMPTIONS = {
    "maternity": "Maternité",
    "at": "Accident du travail",
    "vaccine_campaign": "Campagne vaccinale",
    "invalidity": "Invalidité",
    "ame": "AME",
}

_CONTRACTS = {"full": "AMC", "full_but_15": "AMC hors 15\u00a0%", "full_but_15_30": "AMC hors 15 et 30\u00a0%"}
_NAME_WIDTH = 230


def lapsed_words(coverage: Coverage, on: dt.date) -> list[str]:
    """Return the rights that are in the file and do not hold on a day."""
    words = [
        "ALD hors dates" if coverage.ald and not coverage.ald_on(on) else "",
        "CSS échue" if coverage.css and not coverage.css_on(on) else "",
    ]
    if coverage.exemption is not None and coverage.exemption_on(on) is None:
        words.append(f"{_EXEMPTIONS.get(coverage.exemption, coverage.exemption)} hors dates")
    return [word for word in words if word]


def coverage_words(coverage: Coverage, on: dt.date) -> list[str]:
    """Return what changes the patient's share on a day, in a word each."""
    words = [
        "ALD" if coverage.ald_on(on) else "",
        "CSS" if coverage.css_on(on) else "",
        _CONTRACTS.get(coverage.amc or "", ""),
        _EXEMPTIONS.get(coverage.exemption_on(on) or "", ""),
        "Alsace-Moselle" if coverage.scheme is Scheme.ALSACE_MOSELLE else "",
    ]
    return [word for word in words if word]


def born_words(patient: Patient, on: dt.date) -> str:
    """Return birth date, age and sex on one line."""
    return f"{formats.born(patient.sex)} le {formats.date(patient.birth_date)} · {formats.age(patient.age(on))}"


def prescription_words(draft: PrescriptionDraft | None) -> tuple[str, str]:
    """Return who prescribed, then when and on what kind of ordonnance."""
    if draft is None:
        return "Sans ordonnance", "Vente libre"
    written = f"du {formats.date(draft.written_on)}" if draft.written_on is not None else "date à saisir"
    renewal = f" · renouvellement n°\u00a0{draft.renewal}" if draft.renewal else ""
    if draft.renewal and all(line.total_days is not None for line in draft.lines) and draft.lines:
        renewal = f" · fraction n°\u00a0{draft.renewal + 1}"
    if draft.supply is not None:
        renewal = f" · {draft.supply.label.lower()}"
    who = draft.prescriber_name or "Prescripteur à choisir"
    words = f"{draft.kind.label} {written}{renewal}".replace("Ordonnance ", "", 1).strip()
    return who, words[0].upper() + words[1:]


def terms_words(session: CounterSession) -> tuple[str, str] | None:
    """Return what is said in the place of the ordonnance where the sale has terms of its own; None where it has not."""
    if session.sale is SaleKind.ADVANCE:
        return "Avance sans ordonnance", session.sale_reason
    if session.sale is SaleKind.RETROCESSION:
        return "Rétrocession", session.account_name
    if session.sale is SaleKind.ACCOUNT:
        who, written = prescription_words(session.prescription)
        return f"En compte\u00a0: {session.account_name}", f"{who} · {written}"
    return None


def owed_words(promised: Promised) -> str:
    """Return what is owed to the patient and for how long, with the key that serves it."""
    boxes = plural(promised.boxes, "boîte due", "boîtes dues")
    since = f"depuis {plural(promised.days, 'jour')}" if promised.days else "ce jour"
    return f"{boxes} {since}\u00a0: F8"


class _Block(QWidget):
    """An icon, a line in bold with what goes with it, and a second line of small words or chips."""

    def __init__(self, icon: str) -> None:
        super().__init__()
        self._icon = icon
        self.glyph = IconLabel(icon, "muted", 26)
        self.first = ElidedText("", "heading")
        self.second = ElidedText("", "caption")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.first)
        words.addWidget(self.second)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.M)
        line.addWidget(self.glyph)
        line.addLayout(words, 1)

    def say(self, first: str, second: str, color: str) -> None:
        self.first.set_whole(first)
        self.first.setMinimumWidth(min(self.first.sizeHint().width(), theme.current().pixels(_NAME_WIDTH)))
        self.second.set_whole(second)
        self.glyph.set_icon(self._icon, color)


class PatientBand(Panel):
    """Patient and ordonnance, with what changes the price and what calls for care."""

    def __init__(self, ui: Ui, till: Till) -> None:
        """Show the patient and the ordonnance of ``till``."""
        super().__init__(margin=theme.S)
        self._ui, self._till = ui, till
        self.setAccessibleName("Patient et ordonnance")
        self.title.hide()
        self.outer.removeItem(self.head)
        self.patient = _Block("user")
        self.prescription = _Block("prescription")
        self.chips = QHBoxLayout()
        self.chips.setSpacing(theme.XS)
        self.allergies = QFrame()
        self.allergies.setProperty("tone", "danger")
        self.allergies.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.allergy_words = ElidedText("", "danger")
        inside = QHBoxLayout(self.allergies)
        inside.setContentsMargins(theme.S, 2, theme.S, 2)
        inside.addWidget(self.allergy_words)
        line = QHBoxLayout()
        line.setSpacing(theme.L)
        line.addWidget(self.patient, 2)
        line.addLayout(self.chips)
        line.addWidget(self.allergies, 4)
        line.addWidget(self.prescription, 2)
        self.identity = IdentityBand(ui, with_ins=False)
        self.body.addLayout(line)
        self.body.addWidget(self.identity)
        till.changed.connect(self.show_till)
        till.seen.connect(self.show_till)
        self._drawn: object = None
        self.show_till()

    def show_till(self) -> None:
        """Show the patient and the ordonnance as they are now."""
        session, patient = self._till.session, self._till.picture.patient
        known = patient if patient is not None and patient.id == session.patient_id else None
        waiting = self._till.picture.advances if known is not None else 0
        recorded = None if known is None else self._till.picture.recorded
        promised = None if known is None else self._till.picture.promised
        drawn = (
            session.patient_id,
            session.patient_name,
            session.prescription,
            known,
            session.bearer,
            terms_words(session),
            waiting,
            recorded,
            promised,
        )
        if drawn == self._drawn:
            return
        self._drawn = drawn
        there = session.prescription is not None
        who, words = terms_words(session) or prescription_words(session.prescription)
        if session.bearer:
            words = f"Porteur\u00a0: {read_bearer(session.bearer).name} · {words}"
        if waiting:
            words = f"{plural(waiting, 'avance')} à régulariser\u00a0: F8 · {words}"
        if promised is not None:
            words = f"{owed_words(promised)} · {words}"
        late = promised is not None and promised.late
        self.prescription.second.set_role("warning" if late else "caption")
        special = session.sale is not SaleKind.ORDINARY or waiting or late
        self.prescription.say(who, words, "warning" if special else "accent_text" if there else "muted")
        clear(self.chips)
        self.identity.show_patient(known)
        told = "" if known is None else recorded_words(recorded, known.allergies)
        self.allergies.setVisible(bool(told))
        if session.patient_id is None:
            self.patient.say("Vente sans patient", "Scannez un code INS, ou tapez un nom ou une date", "muted")
            return
        on = today(self._ui.services.clock)
        self.patient.say(session.patient_name, "…" if known is None else born_words(known, on), "accent_text")
        if known is not None:
            self._show_chips(known, on, told, recorded)

    def _show_chips(self, patient: Patient, on: dt.date, told: str, recorded: Recorded | None) -> None:
        for word in coverage_words(patient.coverage, on):
            self.chips.addWidget(Chip(word, "accent"))
        for word in lapsed_words(patient.coverage, on):
            self.chips.addWidget(Chip(word, "warning"))
        if recorded is not None and recorded.none is not None:
            self.chips.addWidget(Chip("Sans allergie connue", "neutral"))
        self.allergy_words.set_whole(f"Allergies\u00a0: {told}")
        self.allergies.setMaximumWidth(self.allergy_words.sizeHint().width() + 2 * theme.M)

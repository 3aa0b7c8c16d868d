"""Which medicines are taken when? The plan de posologie, an A4 page that the patient keeps in sight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.docs.fonts import BOLD
from app.docs.sheet import A4, DUPLICATE, MM, SOFT, Column, Sheet
from app.kernel import french
from app.kernel.posology import Posology, Slot, unit_text

if TYPE_CHECKING:
    import datetime as dt

    from app.docs.ticket import Pharmacy

_SLOT = 22 * MM


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One medicine of the plan; what its posology does not say by moments is printed as it was written."""

    medicine: str
    posology: Posology
    duration: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan de posologie of one delivery (a condition of the fee for complex ordonnances, avenant 21)."""

    pharmacy: Pharmacy
    patient: str
    day: dt.date
    lines: tuple[PlanLine, ...]
    prescription: str = ""
    operator: str = ""
    banner: str = ""
    duplicate: bool = False


def plan_pdf(plan: Plan) -> bytes:
    """Return the plan as an A4 PDF: a row a medicine, a column a moment of the day, then what to know of it."""
    sheet = Sheet(A4, "Plan de posologie", plan.pharmacy, banner=plan.banner)
    particulars = [plan.patient, f"Établi le {french.long_date(plan.day)}"]
    sheet.letterhead("Plan de posologie", [*filter(None, [*particulars, plan.prescription])])
    for words in (plan.duplicate and DUPLICATE, plan.banner and f"{plan.banner} — sans valeur"):
        if words:
            sheet.mark(words)
    slots = [Column(slot.label, _SLOT, centred=True, bold=True) for slot in Slot]
    rest = (sheet.room - len(slots) * _SLOT) / 2
    columns = [Column("Médicament", rest, bold=True), *slots, Column("À savoir", rest)]
    sheet.table(columns, [_row(line) for line in plan.lines], size=8.8)
    sheet.space(5)
    sheet.paragraph(
        "Une case vide : rien à prendre à ce moment. Une posologie qui ne dit pas les moments de la journée est écrite "
        "telle que prescrite, en travers des cases.",
        size=8.2,
        grey=SOFT,
    )
    sheet.space(2)
    sheet.paragraph(
        "Ne modifiez pas votre traitement sans avis. Une question : demandez à votre pharmacien.", size=9, font=BOLD
    )
    if plan.operator:
        sheet.space(2)
        sheet.paragraph(f"Préparé par {plan.operator}", size=8.2, grey=SOFT)
    return sheet.pdf()


def _row(line: PlanLine) -> tuple[str | None, ...]:
    posology = line.posology
    duration = "" if line.duration and line.duration in posology.text else line.duration
    if not posology.is_understood:
        said = posology.text or "Posologie non saisie : suivez l’ordonnance."
        return (line.medicine, " · ".join(filter(None, (said, duration, line.advice))), *(None for _ in Slot))
    doses = tuple(unit_text(posology.doses[slot], posology.unit) if slot in posology.doses else "" for slot in Slot)
    return (line.medicine, *doses, " · ".join(filter(None, (posology.note, duration, line.advice))))

"""What was read of a document, as tables: medicines, allergies, results, vaccinations, prescribed lines?

Values as the document gives them, with the comma of the French; an abnormal one says so in words and bears a tone.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from app.docs.reading.narrative import FLAGS
from app.docs.showing import wording
from app.kernel.text import NBSP

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.docs.reading.model import (
        Allergy,
        Medication,
        PrescribedLine,
        Problem,
        ReadDocument,
        Result,
        Vaccination,
    )

_ASIDE = ("Date", "Résultat", "Interprétation", "Période")
OUTSIDE_HIGH, OUTSIDE_LOW = "▲ au-dessus de l’intervalle", "▼ en dessous de l’intervalle"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its words, and its tone (empty, ``muted``, ``strong``, ``warning``, ``danger``)."""

    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of what was read: each row has a cell a column; ``aside``: columns understood without their name."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    aside: tuple[str, ...] = ()


def grids(document: ReadDocument) -> tuple[Grid, ...]:
    """Return a table for each kind of data that was read, those that a pharmacist looks for first, first.

    A column in which no row says anything is left out.
    """
    made = (
        _grid("Prescription", ("Produit", "Posologie", "Durée", "Mentions"), map(_prescribed, document.prescription)),
        _grid("Allergies et intolérances", ("Agent", "Réaction", "Date", "État"), map(_allergy, document.allergies)),
        _grid("Vaccinations", ("Vaccin", "Date", "Lot", "Dose", "Détail"), map(_vaccination, document.vaccinations)),
        _grid(
            "Résultats",
            ("Analyse", "Résultat", "Interprétation", "Intervalle", "Antérieur", "Date"),
            map(_result, document.results),
        ),
        _grid("Traitements", ("Nom", "Posologie", "Période", "Indication"), map(_medication, document.medications)),
        _grid("Problèmes", ("Problème", "Période", "État"), map(_problem, document.problems)),
    )
    return tuple(grid for grid in made if grid.rows)


def _grid(title: str, columns: tuple[str, ...], made: Iterable[tuple[Cell, ...]]) -> Grid:
    held = tuple(made)
    used = [rank for rank in range(len(columns)) if rank == 0 or any(row[rank].text for row in held)]
    rows = tuple(tuple(row[rank] for rank in used) for row in held)
    return Grid(title, tuple(columns[rank] for rank in used), rows, _ASIDE)


def _prescribed(line: PrescribedLine) -> tuple[Cell, ...]:
    codes = _joined(("CIP " + line.cip13 if line.cip13 else "", "CIS " + line.cis if line.cis else ""))
    substances = "" if line.name in line.substances else ", ".join(line.substances)
    return (
        Cell(_lines(line.name or line.virtual, substances, codes), "strong"),
        Cell(_lines(line.dose_text, line.route, line.instructions)),
        Cell(_lines(line.duration or wording.period(line.start, line.end), line.quantity)),
        Cell(_lines(*_mentions(line))),
    )


def _mentions(line: PrescribedLine) -> list[str]:
    """Return what a line says that is legally binding; what it doesn't say is not said."""
    renewals = ""
    if line.renewals is not None:
        renewals = f"À renouveler {line.renewals} fois" if line.renewals else "Non renouvelable"
    reason = f" ({line.non_substitutable_reason})" if line.non_substitutable_reason else ""
    return [
        f"Non substituable{reason}" if line.non_substitutable else "",
        renewals,
        {True: "En rapport avec une ALD", False: "Hors ALD", None: ""}[line.ald],
        "Hors AMM" if line.off_label else "",
        "Non remboursable" if line.non_refundable else "",
        "Accident du travail ou maladie professionnelle" if line.work_accident else "",
        "Prévention" if line.prevention else "",
    ]


def _medication(found: Medication) -> tuple[Cell, ...]:
    status = wording.status(found.status)
    return (
        Cell(found.name, "strong"),
        Cell(_lines(found.dose_text, found.route)),
        Cell(_lines(wording.period(found.start, found.end), status)),
        Cell(found.indication),
    )


def _allergy(found: Allergy) -> tuple[Cell, ...]:
    return (
        Cell(_lines(found.agent or wording.coded(found.code), found.kind), "danger"),
        Cell(_lines(found.reaction, f"Sévérité{NBSP}: {found.severity}" if found.severity else "", found.comment)),
        Cell(wording.date(found.date)),
        Cell(wording.status(found.status)),
    )


def _problem(found: Problem) -> tuple[Cell, ...]:
    return (
        Cell(found.label or wording.coded(found.code), "strong"),
        Cell(wording.period(found.start, found.end)),
        Cell(wording.status(found.status)),
    )


def _vaccination(found: Vaccination) -> tuple[Cell, ...]:
    dose = "" if found.dose_number is None else f"n° {found.dose_number}"
    return (
        Cell(found.name, "strong"),
        Cell(_lines(wording.date(found.date), "Prévue" if found.planned else "")),
        Cell(found.lot),
        Cell(_lines(dose, f"quantité {wording.decimal(found.dose)}" if found.dose else "")),
        Cell(_lines(_joined((found.route, found.site)), found.performer, found.reaction, found.comment)),
    )


def _result(found: Result) -> tuple[Cell, ...]:
    said = flag(found)
    state = f"Résultat {found.status}" if found.status else ""
    tone = "danger" if said else ""
    return (
        Cell(found.label or found.loinc, "strong"),
        Cell(_joined((wording.decimal(found.value), found.unit), " "), tone),
        Cell(_lines(said, state, found.comment), tone or ("warning" if state else "")),
        Cell(_interval(found), "muted"),
        Cell(found.previous, "muted"),
        Cell(wording.date(found.at), "muted"),
    )


def flag(found: Result) -> str:
    """Return in words how abnormal a result is: as its author codes it; failing that, beside the interval he gives."""
    if found.flag:
        return FLAGS.get(found.flag, "" if found.flag == "N" else found.flag)
    value, low, high = map(_number, (found.value, found.low, found.high))
    if value is None:
        return ""
    if high is not None and value > high:
        return OUTSIDE_HIGH
    return OUTSIDE_LOW if low is not None and value < low else ""


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _interval(found: Result) -> str:
    if found.range_text:
        return found.range_text
    low, high = wording.decimal(found.low), wording.decimal(found.high)
    if low and high:
        return f"{low} à {high}"
    if low:
        return f"à partir de {low}"
    return f"jusqu’à {high}" if high else ""


def _joined(parts: Iterable[str], between: str = ", ") -> str:
    return between.join(part for part in parts if part)


def _lines(*parts: str) -> str:
    """Return what is said, a line each; what says nothing takes none."""
    return _joined(parts, "\n")

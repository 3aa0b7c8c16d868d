"""How much of what an ordonnance asks for may still leave today, by the length of the treatment it prescribes?

An aid: a line whose length or renewals were not typed is not judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.outcome import Finding, Severity
from app.kernel.text import plural
from app.officine.catalog.model import ListClass
from app.officine.prescriptions.rules import prescribed_days

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.officine.catalog.model import PrescriptionLimit, ProductDetail
    from app.officine.dispensing.model import DraftLine, PrescriptionDraft
    from app.officine.prescriptions.model import PrescribedLine

_DAYS_OF = {"jour": 1, "semaine": 7, "mois": 30}


def limit_days(limit: PrescriptionLimit) -> int | None:
    """Return the longest prescription of a product in days, a month being 30; None for a unit that is not known."""
    length = _DAYS_OF.get(limit.unit)
    return None if length is None else limit.count * length


def check_line(line: DraftLine, prescription: PrescriptionDraft, detail: ProductDetail | None) -> Iterator[Finding]:
    """Return what the length of the treatment says of a line that answers a line of the ordonnance."""
    written = next((one for one in prescription.lines if one.line_id == line.prescribed_line), None)
    if written is None:
        return
    yield from _check_renewal(line, written, prescription)
    days = prescribed_days(written)
    if days is None:
        return
    if detail is not None and detail.prescription_limit is not None:
        yield from _check_limit(line, days, detail.prescription_limit)


def _check_renewal(line: DraftLine, written: PrescribedLine, prescription: PrescriptionDraft) -> Iterator[Finding]:
    """Liste I is renewed only as far as the prescriber says so; liste II unless they exclude it (CSP R.5132-22).

    An ordonnance that was kept proposes only the lines of which something is left, each counted on its own.
    """
    if written.not_renewable and prescription.renewal and written.total_days is None:
        text = f"{line.label} : le prescripteur a écrit « ne pas renouveler » (CSP R.5132-22)."
        yield Finding("GAL-VAL-04", Severity.ERROR, text, "Une nouvelle ordonnance est nécessaire.", line.line_id)
    if prescription.prescription_id is not None:
        return
    if line.list_class is ListClass.LIST_1 and prescription.renewal > written.renewals:
        said = plural(written.renewals, "renouvellement") if written.renewals else "aucun renouvellement"
        text = f"{line.label} (liste I) : l’ordonnance indique {said} (CSP R.5132-22)."
        yield _warning("GAL-VAL-01", text, "Vérifiez le renouvellement, ou ne délivrez pas.", line)


def _check_limit(line: DraftLine, days: int, limit: PrescriptionLimit) -> Iterator[Finding]:
    longest = limit_days(limit)
    if longest is not None and days > longest:
        unit = limit.unit if limit.unit.endswith("s") else f"{limit.unit}{'s' if limit.count > 1 else ''}"
        text = (
            f"{line.label} : prescrit pour {plural(days, 'jour')}, sa prescription est limitée à "
            f"{limit.count} {unit} (base publique des médicaments)."
        )
        yield _warning("GAL-VAL-02", text, "Ne délivrez pas au-delà ; voyez le prescripteur.", line)


def _warning(code: str, text: str, advice: str, line: DraftLine) -> Finding:
    return Finding(code, Severity.WARNING, text, advice, line.line_id)

"""How much of what an ordonnance asks for may still leave today, by the length of the treatment it prescribes?

An aid: a line whose length or renewals were not typed is not judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.outcome import Finding, Severity
from app.kernel.text import plural
from app.officine.catalog.model import ListClass

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from app.officine.catalog.model import PrescriptionLimit, ProductDetail
    from app.officine.dispensing.model import DraftLine, PrescriptionDraft
    from app.officine.prescriptions.model import PrescribedLine

FULL_QUANTITY_DAYS = 3
NARCOTIC_DAYS = 28

_DAYS_OF = {"jour": 1, "semaine": 7, "mois": 30}


def prescribed_days(line: PrescribedLine) -> int | None:
    """Return how long the whole treatment of a line lasts, renewals included; None where its length was not said."""
    return None if line.days is None else line.days * (1 + line.renewals)


def limit_days(limit: PrescriptionLimit) -> int | None:
    """Return the longest prescription of a product in days, a month being 30; None for a unit that is not known."""
    length = _DAYS_OF.get(limit.unit)
    return None if length is None else limit.count * length


def left_after_delay(days: int, written_on: dt.date, today: dt.date) -> int:
    """Return how many of the ``days`` of a narcotic are left when its ordonnance is first presented ``today``.

    All of them up to three days after its date, which is not counted; later, those of the delay are lost
    (CSP R.5132-33).
    """
    late = (today - written_on).days
    return days if late <= FULL_QUANTITY_DAYS else max(0, days - late)


def narcotic_days(days: int, fraction: int | None, written_on: dt.date, today: dt.date) -> int:
    """Return for how many days a narcotic may leave at its first delivery.

    ``days`` are those prescribed, 28 at most; ``fraction`` the length of a fractioned supply, None for none
    (CSP R.5132-30, R.5132-33).
    """
    left = left_after_delay(min(days, NARCOTIC_DAYS), written_on, today)
    return left if fraction is None else min(left, fraction)


def check_line(
    line: DraftLine, prescription: PrescriptionDraft, detail: ProductDetail | None, today: dt.date
) -> Iterator[Finding]:
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
    if line.list_class is ListClass.NARCOTIC and prescription.renewal == 0 and prescription.written_on is not None:
        fraction = None if detail is None else detail.fraction_days
        yield from _check_narcotic(line, narcotic_days(days, fraction, prescription.written_on, today), fraction)


def _check_renewal(line: DraftLine, written: PrescribedLine, prescription: PrescriptionDraft) -> Iterator[Finding]:
    """Liste I is renewed only as far as the prescriber says so; liste II unless they exclude it (CSP R.5132-22).

    An ordonnance that was kept proposes only the lines of which something is left, each counted on its own.
    """
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


def _check_narcotic(line: DraftLine, days: int, fraction: int | None) -> Iterator[Finding]:
    if line.days is None or line.days <= days:
        return
    text = f"{line.label} : {plural(line.days, 'jour')} de traitement pour {plural(days, 'jour')} à délivrer"
    if fraction is None or days < fraction:
        yield _warning("GAL-VAL-03", f"{text} (CSP R.5132-30, R.5132-33).", "Réduisez la quantité.", line)
    else:
        advice = "Réduisez la quantité, sauf mention « délivrance en une seule fois »."
        yield _warning("GAL-VAL-03", f"{text}, par fraction (CSP R.5132-30).", advice, line)


def _warning(code: str, text: str, advice: str, line: DraftLine) -> Finding:
    return Finding(code, Severity.WARNING, text, advice, line.line_id)

"""What of a stupéfiant may leave today: which fraction, for how many days, and is the period covered already? Pure.

A stupéfiant, or what is treated as one, is prescribed for 28 days at most (CSP R.5132-30) and leaves by fractions
where the texts say so, unless the prescriber wrote « délivrance en une seule fois ». Presented within three days of its
date, or of the end of the fraction before, a fraction leaves whole; later, only the days of it that are still to run.
No other ordonnance of the same prescriber is dispensed during the period that one covers, unless they wrote so
(R.5132-33).
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.outcome import Finding, Severity
from app.kernel.text import fold, plural
from app.officine.billing.products import pack_size
from app.officine.catalog.model import ListClass
from app.officine.dispensing.matching import FEWER
from app.officine.prescriptions.directions import boxes_for, days_of, read_directions
from app.officine.prescriptions.rules import prescribed_days

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from app.officine.catalog.model import Product, ProductDetail
    from app.officine.dispensing.model import CounterSession, DraftLine
    from app.officine.dispensing.rules import Situation
    from app.officine.prescriptions.model import PrescribedLine

GRACE_DAYS = 3
LONGEST_DAYS = 28

OVERLAP = "GAL-ORD-20"
OVER = "GAL-ORD-21"
EARLY = "GAL-ORD-22"
ELSEWHERE = "GAL-ORD-23"
LATE = "GAL-ORD-24"
FRACTION = "GAL-ORD-25"
RENEWED = "GAL-ORD-26"
TOO_MUCH = "GAL-VAL-03"

_NO_OVERLAP = "chevauchement interdit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplied:
    """One delivery of a stupéfiant, or of what is treated as one, to the patient.

    ``days`` is how long what left lasts, ``total_days`` how long the whole ordonnance was for; None where not known.
    """

    delivery: int
    day: dt.date
    code: str
    label: str
    days: int | None
    prescriber_id: int | None
    prescriber_name: str
    written_on: dt.date | None
    cis: str = ""
    substances: frozenset[str] = frozenset()
    total_days: int | None = None

    @property
    def ends(self) -> dt.date:
        """The day from which what left is used up."""
        return self.day + dt.timedelta(days=self.days or 0)


@dataclass(frozen=True, slots=True)
class Courses:
    """What the patient received of such medicines, the oldest first; ``substances`` are those of the sale, by code."""

    supplied: tuple[Supplied, ...] = ()
    substances: Mapping[str, frozenset[str]] = field(default_factory=dict)


def days_to_deliver(left: int, fraction: int | None, anchor: dt.date, today: dt.date) -> int:
    """Return for how many days a fraction may leave ``today``.

    ``left`` days of treatment begin on ``anchor``: the date of the ordonnance, which is not counted, or the end of the
    fraction before. Within three days of it the fraction is whole; later, what runs of it is left (CSP R.5132-33).
    """
    step = left if fraction is None else min(fraction, left)
    late = max(0, (today - anchor).days)
    if late <= GRACE_DAYS or step == 0:
        return step
    return max(0, min(left, (late // step + 1) * step) - late)


def remaining(total: int, written_on: dt.date, supplied: Iterable[Supplied]) -> tuple[int, dt.date]:
    """Return how many days of ``total`` are left after what was supplied, and the day on which they begin.

    The days lost by coming too late are lost for good.
    """
    left, anchor = total, written_on
    for one in sorted(supplied, key=lambda each: (each.day, each.delivery)):
        late = max(0, (one.day - anchor).days)
        left -= (late if late > GRACE_DAYS else 0) + (one.days or 0)
        anchor = max(anchor, one.ends)
    return max(0, left), anchor


def is_governed(list_class: ListClass | None, detail: ProductDetail | None) -> bool:
    """Return True for a stupéfiant, and for what is treated as one where its conditions say so."""
    if list_class is ListClass.NARCOTIC:
        return True
    if list_class is not ListClass.ASSIMILATED or detail is None:
        return False
    return detail.fraction_days is not None or any(fold(one).startswith(_NO_OVERLAP) for one in detail.conditions)


def fraction_of(written: PrescribedLine | None, detail: ProductDetail | None) -> int | None:
    """Return the length of a fraction; None where the whole may leave at once, or where no text splits it."""
    if detail is None or (written is not None and written.at_once):
        return None
    return detail.fraction_days


def fractioned(line: PrescribedLine, detail: ProductDetail | None, product: Product | None) -> PrescribedLine:
    """Return a line of an ordonnance split into its fractions: each one is a delivery, with the boxes that it takes.

    Unchanged where nothing splits it, or where its length is not known.
    """
    fraction, total = fraction_of(line, detail), prescribed_days(line)
    if fraction is None or total is None or line.total_days is not None or total <= fraction:
        return line
    a_day = read_directions(line.posology).a_day
    size = 1 if product is None else pack_size(product.presentation)
    known = a_day is not None and size > 1
    boxes = boxes_for(a_day, fraction, size) if known and a_day else math.ceil(line.quantity * fraction / total)
    return replace(
        line, total_days=total, days=fraction, renewals=math.ceil(total / fraction) - 1, quantity=max(1, boxes)
    )


def split_lines(lines: Iterable[PrescribedLine], situation: Situation) -> tuple[PrescribedLine, ...]:
    """Return the lines of an ordonnance, those of the sale split into their fractions: the next one is then awaited."""
    codes = {line.prescribed_line: line.code for line in situation.session.lines if line.prescribed_line}
    return tuple(
        fractioned(line, situation.details.get(code), situation.products.get(code))
        if is_governed(_list_of(situation.products.get(code)), situation.details.get(code))
        else line
        for line, code in ((line, codes.get(line.line_id, line.code)) for line in lines)
    )


def leaving_days(line: DraftLine, product: Product | None) -> int | None:
    """Return for how many days what leaves lasts: reckoned from the posology, else as it was said."""
    a_day = read_directions(line.posology).a_day
    size = 1 if product is None else pack_size(product.presentation)
    if a_day is None or size <= 1:
        return line.days
    return int(line.units / a_day) if line.units is not None else days_of(line.leaving, a_day, size)


def days_kept(line: DraftLine, situation: Situation) -> int | None:
    """Return the days that a delivery keeps of a line: those that leave, of what is counted day by day."""
    product = situation.products.get(line.code)
    if is_governed(_list_of(product), situation.details.get(line.code)):
        return leaving_days(line, product)
    return line.days


def left_of(line: DraftLine, situation: Situation) -> tuple[int, dt.date] | None:
    """Return how many days the ordonnance still gives of a line, and from when; None where its length is not known."""
    written, prescription = written_line(line, situation.session), situation.session.prescription
    total = None if written is None else prescribed_days(written)
    if total is None or prescription is None or prescription.written_on is None:
        return None
    return remaining(min(total, LONGEST_DAYS), prescription.written_on, _before(line, situation))


def written_line(line: DraftLine, session: CounterSession) -> PrescribedLine | None:
    """Return the line of the ordonnance that a line of the sale answers."""
    written = () if session.prescription is None else session.prescription.lines
    return next((one for one in written if one.line_id == line.prescribed_line), None)


def check_line(line: DraftLine, situation: Situation) -> Iterator[Finding]:
    """Return what the fractions and the periods covered say of a line."""
    detail = situation.details.get(line.code)
    if not is_governed(line.list_class, detail):
        return
    written = written_line(line, situation.session)
    yield from _check_overlap(line, written, situation)
    if written is None:
        return
    if line.list_class is ListClass.NARCOTIC and written.renewals and written.total_days is None:
        text = f"{line.label} : un stupéfiant ne se renouvelle pas, 28 jours au plus (CSP R.5132-30)."
        yield _warning(RENEWED, text, "Ctrl+L : retirez le renouvellement ; ensuite, une nouvelle ordonnance.", line)
    left = left_of(line, situation)
    if left is not None:
        yield from _check_days(line, written, left, situation)


def _check_days(
    line: DraftLine, written: PrescribedLine, left: tuple[int, dt.date], situation: Situation
) -> Iterator[Finding]:
    days, anchor = left
    today, before = situation.today, _before(line, situation)
    fraction = fraction_of(written, situation.details.get(line.code))
    deliverable = days_to_deliver(days, fraction, anchor, today)
    since = french.short_date(anchor)
    if deliverable == 0:
        given = sum(one.days or 0 for one in before)
        said = f"{plural(given, 'jour')} délivrés" if given else "le traitement est terminé"
        text = f"{line.label} : plus rien à délivrer sur cette ordonnance, {said} (CSP R.5132-33)."
        yield Finding(OVER, Severity.ERROR, text, "Une nouvelle ordonnance est nécessaire.", line.line_id)
        return
    if before and today < anchor:
        text = f"{line.label} : la fraction précédente dure jusqu’au {since} (CSP R.5132-33)."
        yield _warning(EARLY, text, "Délivrez la suivante à ce terme.", line)
    late = (today - anchor).days
    if before and late > GRACE_DAYS:
        text = (
            f"{line.label} : fraction présentée {plural(late, 'jour')} après la fin de la précédente ({since}), "
            f"au-delà de {GRACE_DAYS} jours : {plural(deliverable, 'jour')} à délivrer (CSP R.5132-33)."
        )
        yield _warning(LATE, text, "Ne délivrez que les jours qui restent à courir.", line)
    if fraction is not None:
        after = max(0, days - deliverable)
        rest = f", puis {plural(after, 'jour')}" if after else ", la dernière"
        text = f"{line.label} : fraction n° {len(before) + 1} de {plural(deliverable, 'jour')}{rest} (CSP R.5132-30)."
        yield Finding(FRACTION, Severity.INFO, text, subject=line.line_id)
    leaving = leaving_days(line, situation.products.get(line.code))
    if leaving is not None and leaving > deliverable:
        yield _too_much(line, leaving, deliverable, fraction)


def _too_much(line: DraftLine, leaving: int, deliverable: int, fraction: int | None) -> Finding:
    text = f"{line.label} : {plural(leaving, 'jour')} de traitement pour {plural(deliverable, 'jour')} à délivrer"
    if fraction is None or deliverable < fraction:
        return _warning(TOO_MUCH, f"{text} (CSP R.5132-30, R.5132-33).", "Réduisez la quantité.", line)
    advice = "Réduisez la quantité, sauf mention « délivrance en une seule fois » (Ctrl+L, « uf »)."
    return _warning(TOO_MUCH, f"{text}, par fraction (CSP R.5132-30).", advice, line)


def _check_overlap(line: DraftLine, written: PrescribedLine | None, situation: Situation) -> Iterator[Finding]:
    if written is not None and written.overlap:
        return
    for others in _others(line, situation):
        until = covered_until(others)
        if situation.today >= until:
            continue
        last = others[-1]
        who = last.prescriber_name or "un autre prescripteur"
        date = "" if last.written_on is None else f" du {french.short_date(last.written_on)}"
        covered = f"l’ordonnance{date} ({who}) couvre jusqu’au {french.short_date(until)}"
        prescriber = situation.prescriber
        if prescriber is not None and last.prescriber_id == prescriber.id:
            text = f"{line.label} : chevauchement, {covered} (CSP R.5132-33)."
            advice = "Ne délivrez que si le prescripteur l’a écrit : Ctrl+L, « chev » sur la ligne."
            yield Finding(OVERLAP, Severity.ERROR, text, advice, line.line_id)
        else:
            text = f"{line.label} : {covered}, d’un autre prescripteur."
            yield _warning(ELSEWHERE, text, "Appelez les prescripteurs avant de délivrer.", line)


def told_once(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings without that of a quantity beyond the ordonnance where a line is told its days already."""
    found = list(findings)
    told = {one.subject for one in found if one.code == TOO_MUCH}
    return [one for one in found if one.code != FEWER or one.subject not in told]


def covered_until(supplied: tuple[Supplied, ...]) -> dt.date:
    """Return the day from which the period that an ordonnance covers is over: its whole length, or what left of it."""
    first = supplied[0]
    whole = [first.day + dt.timedelta(days=min(one.total_days or 0, LONGEST_DAYS)) for one in supplied]
    return max(*whole, *(one.ends for one in supplied))


def _others(line: DraftLine, situation: Situation) -> list[tuple[Supplied, ...]]:
    """Return what was supplied of the same substances on other ordonnances, one group an ordonnance."""
    wanted = situation.courses.substances.get(line.code, frozenset())
    found: dict[tuple[int | None, dt.date | None], list[Supplied]] = {}
    for one in situation.courses.supplied:
        if one.code == line.code or one.substances & wanted:
            found.setdefault((one.prescriber_id, one.written_on), []).append(one)
    found.pop(_identity(situation), None)
    return [tuple(group) for group in found.values()]


def _before(line: DraftLine, situation: Situation) -> tuple[Supplied, ...]:
    """Return what was supplied of a line on this very ordonnance: the same prescriber and the same date."""
    product = situation.products.get(line.code)
    cis = "" if product is None else product.cis or ""
    codes = {line.code, line.replaces}
    written = written_line(line, situation.session)
    if written is not None:
        codes.add(written.code)
    return tuple(
        one
        for one in situation.courses.supplied
        if (one.prescriber_id, one.written_on) == _identity(situation)
        and (one.code in codes or (cis and one.cis == cis))
    )


def _identity(situation: Situation) -> tuple[int | None, dt.date | None]:
    return (None if situation.prescriber is None else situation.prescriber.id), situation.written_on


def _list_of(product: Product | None) -> ListClass | None:
    return None if product is None else product.list_class


def _warning(code: str, text: str, advice: str, line: DraftLine) -> Finding:
    return Finding(code, Severity.WARNING, text, advice, line.line_id)

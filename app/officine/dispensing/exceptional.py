"""What may still leave once an ordonnance has given all that it could? Pure.

Two rules of the law, each offered and never taken by itself: the « dispensation supplémentaire exceptionnelle » of a
chronic treatment (CSP R.5123-2-1), and that of an oral contraceptive (CSP R.5134-4-1 to 3).
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.outcome import Finding, Severity
from app.kernel.text import plural, typographic
from app.officine.billing.products import pack_size
from app.officine.catalog.model import ListClass
from app.officine.dispensing import matching
from app.officine.dispensing import session as editing
from app.officine.dispensing.courses import leaving_days
from app.officine.dispensing.model import PrescriptionDraft
from app.officine.dispensing.terms import months_after
from app.officine.dispensing.validity import limit_days
from app.officine.prescriptions.data import rule_on
from app.officine.prescriptions.model import ExtraSupply
from app.officine.prescriptions.rules import TOLERANCE_DAYS, prescribed_days

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from app.officine.catalog.model import Product, ProductDetail
    from app.officine.dispensing.model import CounterSession, Delivery
    from app.officine.dispensing.rules import Situation
    from app.officine.dispensing.session import Edited
    from app.officine.prescriptions.model import KeptLine, KeptPrescription, PrescribedLine

MONTH_DAYS = 30
CHRONIC_DAYS = 84
"""Three months as they are delivered: three times four weeks (CSP R.5132-12)."""

_PILLS, _CYCLE_DAYS = 21, 28

NOT_OVER = "GAL-ORD-30"
TOO_LATE = "GAL-ORD-31"
TOO_SHORT = "GAL-ORD-32"
EXCLUDED = "GAL-ORD-33"
USED_UP = "GAL-ORD-34"
TOO_LONG = "GAL-ORD-35"
INFORM = "GAL-ORD-36"
CONFIRM = "GAL-ORD-37"

_ONE_DELIVERY = {ExtraSupply.CONTINUITY: MONTH_DAYS, ExtraSupply.CONTRACEPTIVE: 3 * MONTH_DAYS}
_RULES = {ExtraSupply.CONTINUITY: "continuity_months", ExtraSupply.CONTRACEPTIVE: "contraceptive_months"}


@dataclass(frozen=True, slots=True)
class Known:
    """What the catalogue says of a medicine: ``contraceptive`` None where it does not tell."""

    list_class: ListClass | None = None
    detail: ProductDetail | None = None
    contraceptive: bool | None = None


@dataclass(frozen=True, slots=True)
class Beyond:
    """The ordonnance that a sale goes beyond, as it was before, and the days of each supply made beyond it."""

    kept: KeptPrescription | None = None
    made: tuple[int, ...] = ()
    known: Mapping[str, Known] | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """An ordonnance from which more may leave, by which rule, and of which lines."""

    kept: KeptPrescription
    kind: ExtraSupply
    lines: tuple[KeptLine, ...]
    made: tuple[int, ...] = ()

    @property
    def words(self) -> str:
        """What may leave, as the screen says it."""
        if self.kind is ExtraSupply.CONTINUITY:
            return f"1 mois, le n°\u00a0{len(self.made) + 1} de 3"
        left = 6 - sum(self.made) // MONTH_DAYS
        return f"3 mois au plus, {plural(left, 'mois', 'mois')} en tout"


def article(kind: ExtraSupply) -> str:
    """Return the article of a rule."""
    return rule_on(_RULES[kind], dt.date.max).article


def offers(
    kept: Iterable[KeptPrescription],
    made: Mapping[int, tuple[int, ...]],
    known: Mapping[str, Known],
    today: dt.date,
) -> tuple[Offer, ...]:
    """Return what may leave beyond each ordonnance; ``made`` are the days supplied so already, by ordonnance."""
    found = []
    for one in kept:
        given = made.get(one.id, ())
        for kind in ExtraSupply:
            lines = tuple(
                line
                for line in one.lines
                if line.line.code in known
                and refusal(kind, line, known[line.line.code], kept=one, made=given, today=today) is None
            )
            # A contraceptive has its own, wider rule: it is not offered twice.
            if kind is ExtraSupply.CONTINUITY:
                lines = tuple(line for line in lines if not known[line.line.code].contraceptive)
            elif not any(known[line.line.code].contraceptive for line in lines):
                continue
            else:
                lines = tuple(line for line in lines if known[line.line.code].contraceptive)
            if lines:
                found.append(Offer(one, kind, lines, given))
    return tuple(found)


def take(session: CounterSession, offer: Offer, products: Mapping[str, Product]) -> Edited:
    """Take an ordonnance up beyond what it gave: its lines are asked for once more, for one delivery of the rule."""
    longest = _ONE_DELIVERY[offer.kind]
    kept = offer.kept
    draft = PrescriptionDraft(
        prescriber_id=kept.prescriber_id,
        prescriber_name=kept.prescriber_name,
        written_on=kept.written_on,
        kind=kept.kind,
        renewal=kept.deliveries,
        prescription_id=kept.id,
        lines=tuple(_shortened(one, longest) for one in offer.lines),
        supply=offer.kind,
    )
    unlinked = replace(session, lines=tuple(replace(line, prescribed_line="") for line in session.lines))
    taken, _ = editing.set_prescription(unlinked, draft)
    return matching.link(taken, products), ()


def refusal(
    kind: ExtraSupply, line: KeptLine, known: Known, *, kept: KeptPrescription, made: tuple[int, ...], today: dt.date
) -> tuple[str, str] | None:
    """Return the code of what the rule has against a line, and in which words; None where it may leave."""
    check = _against_continuity if kind is ExtraSupply.CONTINUITY else _against_contraceptive
    return check(kept, line, known, made, today)


def ended_on(kept: KeptPrescription, line: KeptLine) -> dt.date | None:
    """Return the day on which an ordonnance is over for a line: all was delivered and used up, or a year has passed."""
    year = months_after(kept.written_on, rule_on("longest", kept.written_on).value)
    if line.last_on is None or line.line.days is None:
        return None
    if line.left:
        return year
    return line.last_on + dt.timedelta(days=line.line.days)


def check(situation: Situation) -> Iterator[Finding]:
    """Return what the rule has against the lines of a sale made beyond its ordonnance, and what it asks to do."""
    prescription = situation.session.prescription
    kind = None if prescription is None else prescription.supply
    beyond = situation.beyond
    if prescription is None or kind is None or beyond.kept is None:
        return
    lines = {one.line.line_id: one for one in beyond.kept.lines}
    known = beyond.known or {}
    for line in situation.session.lines:
        kept_line = lines.get(line.prescribed_line)
        if kept_line is None:
            continue
        about = known.get(line.code, Known(line.list_class, situation.details.get(line.code)))
        refused = refusal(kind, kept_line, about, kept=beyond.kept, made=beyond.made, today=situation.today)
        if refused is not None:
            code, text = refused
            yield Finding(
                code, Severity.ERROR, f"{line.label} : {text}", "Une ordonnance est nécessaire.", line.line_id
            )
        elif kind is ExtraSupply.CONTRACEPTIVE and about.contraceptive is None:
            text = f"{line.label} : la base ne dit pas si c’est un contraceptif oral ({article(kind)})."
            yield Finding(CONFIRM, Severity.WARNING, text, "Vérifiez-le.", line.line_id)
        days = leaving_days(line, situation.products.get(line.code))
        if days is not None and days > _ONE_DELIVERY[kind]:
            text = f"{line.label} : {plural(days, 'jour')}, pour {_ONE_DELIVERY[kind]} au plus ({article(kind)})."
            yield Finding(
                TOO_LONG, Severity.ERROR, text, "Prenez le conditionnement le plus économique d’un mois.", line.line_id
            )
    text = f"{kind.label} : la mention « {kind.mention} » s’imprime au dos de l’ordonnance ({article(kind)})."
    yield Finding(INFORM, Severity.INFO, typographic(text), _TELL[kind], "prescription")


def mentions(draft: CounterSession | None, delivery: Delivery) -> tuple[str, ...]:
    """Return what is written on the ordonnance: each medicine, its boxes, the mention of the rule."""
    if draft is None or draft.prescription is None or draft.prescription.supply is None:
        return ()
    kind = draft.prescription.supply
    asked = {line.code: line for line in draft.lines if line.prescribed_line}
    told = []
    for line in delivery.lines:
        if line.code not in asked:
            continue
        days = f", {plural(line.days, 'jour')}" if kind is ExtraSupply.CONTRACEPTIVE and line.days else ""
        told.append(typographic(f"{line.label} : {plural(line.quantity, 'boîte')}{days}, {kind.mention}"))
    return tuple(told)


def supplied_days(situation: Situation) -> int:
    """Return how many days a sale made beyond its ordonnance supplies."""
    kind = None if situation.session.prescription is None else situation.session.prescription.supply
    if kind is None:
        return 0
    days = [
        _with_pauses(kind, line.days, situation.products.get(line.code))
        for line in situation.session.lines
        if line.prescribed_line and line.days
    ]
    return max(days, default=_ONE_DELIVERY[kind])


def _with_pauses(kind: ExtraSupply, days: int, product: Product | None) -> int:
    """Return how long a contraceptive lasts: the plaquettes of 21 are taken with seven days between them."""
    size = 1 if product is None else pack_size(product.presentation)
    paused = kind is ExtraSupply.CONTRACEPTIVE and size % _PILLS == 0 and size % _CYCLE_DAYS != 0
    return days * _CYCLE_DAYS // _PILLS if paused else days


def _against_continuity(
    kept: KeptPrescription, line: KeptLine, known: Known, made: tuple[int, ...], today: dt.date
) -> tuple[str, str] | None:
    rule = article(ExtraSupply.CONTINUITY)
    limit = None if known.detail is None or known.detail.prescription_limit is None else known.detail.prescription_limit
    limited = None if limit is None else limit_days(limit)
    total = prescribed_days(line.line)
    if known.list_class in {ListClass.NARCOTIC, ListClass.ASSIMILATED}:
        return EXCLUDED, f"stupéfiants et assimilés sont exclus de la dispensation exceptionnelle ({rule})."
    if limited is not None and limited <= CHRONIC_DAYS:
        return EXCLUDED, f"sa prescription est limitée à moins de trois mois, il est exclu ({rule})."
    if line.line.not_renewable or not line.line.renewals:
        return TOO_SHORT, f"l’ordonnance ne se renouvelait pas ({rule})."
    if total is None or total < CHRONIC_DAYS:
        return TOO_SHORT, f"le traitement prescrit dure moins de trois mois ({rule})."
    if len(made) >= rule_on("continuity_months", today).value:
        return USED_UP, f"les trois mois de dispensation exceptionnelle sont épuisés ({rule})."
    return _against_dates(kept, line, made, today, rule)


def _against_dates(
    kept: KeptPrescription, line: KeptLine, made: tuple[int, ...], today: dt.date, rule: str
) -> tuple[str, str] | None:
    ended = ended_on(kept, line)
    if ended is None or today < ended - dt.timedelta(days=TOLERANCE_DAYS):
        when = "" if ended is None else f", elle court jusqu’au {french.short_date(ended)}"
        return NOT_OVER, f"l’ordonnance n’est pas expirée{when} ({rule})."
    if not made and today > months_after(ended, 1):
        return TOO_LATE, f"ordonnance expirée depuis le {french.short_date(ended)}, plus d’un mois ({rule})."
    return None


def _against_contraceptive(
    kept: KeptPrescription, line: KeptLine, known: Known, made: tuple[int, ...], today: dt.date
) -> tuple[str, str] | None:
    rule = article(ExtraSupply.CONTRACEPTIVE)
    year = months_after(kept.written_on, 12)
    if known.contraceptive is False:
        return EXCLUDED, f"ce n’est pas un contraceptif oral ({rule})."
    if today >= year:
        return TOO_LATE, f"l’ordonnance a un an ou plus ({rule})."
    if line.left or not line.deliveries:
        return NOT_OVER, f"l’ordonnance n’a pas été délivrée en entier ({rule})."
    if sum(made) + MONTH_DAYS > rule_on("contraceptive_months", today).value * MONTH_DAYS:
        return USED_UP, f"les six mois de dispensation supplémentaire sont épuisés ({rule})."
    return None


def _shortened(one: KeptLine, longest: int) -> PrescribedLine:
    line = replace(one.line, due_on=None)
    if line.days is None or line.days <= longest:
        return line
    return replace(line, days=longest, quantity=max(1, math.ceil(line.quantity * longest / line.days)))


_TELL = {
    ExtraSupply.CONTINUITY: "Informez le prescripteur dès que possible, par messagerie sécurisée.",
    ExtraSupply.CONTRACEPTIVE: "Dites à la patiente que six mois ne se dépassent pas sans consultation (R.5134-4-3).",
}

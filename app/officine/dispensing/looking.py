"""What is read for the rules of the ordonnance: the boxes of three months, what may leave beyond an ordonnance?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel.clock import today
from app.kernel.text import fold
from app.officine.dispensing import courses, exceptional, exceptional_store
from app.officine.dispensing.exceptional import Beyond, Known, Offer
from app.officine.dispensing.proposals import GREAT_DAYS, Advice, propose
from app.officine.dispensing.terms import rules_of
from app.officine.prescriptions.rules import prescribed_days

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.kernel.outcome import Finding
    from app.officine.billing.model import Invoice
    from app.officine.catalog.service import Catalog
    from app.officine.dispensing.model import CounterSession
    from app.officine.dispensing.rules import Situation
    from app.officine.prescriptions.service import Prescriptions
    from app.store.database import Database

_CONTRACEPTIVES = ("G03AA", "G03AB", "G03AC")
"""ATC classes of the contraceptives taken each day: combined and progestogen-only, not the emergency ones (G03AD)."""

_HORMONES = ("estradiol", "estetrol", "gestrel", "gestodene", "gestimate", "gestrol", "drospirenone", "dienogest",
             "norethisterone", "chlormadinone")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Examined:
    """A sale as it stands before it leaves: what was read of it, what was found, what is advised, what it comes to.

    ``unloaded`` is what no sale is checked against, for want of data.
    """

    situation: Situation
    findings: list[Finding]
    advice: dict[str, Advice]
    invoice: Invoice
    unloaded: tuple[Finding, ...] = ()


def advice(situation: Situation, catalog: Catalog) -> dict[str, Advice]:
    """Return what is advised of each line of a sale, by its id."""
    found = {}
    for line in situation.session.lines:
        product = situation.products.get(line.code)
        written = courses.written_line(line, situation.session)
        is_long = written is not None and (prescribed_days(written) or 0) >= GREAT_DAYS.start
        siblings = catalog.generic_siblings(line.code) if is_long else []
        list_class = None if product is None else product.list_class
        found[line.line_id] = Advice(propose(line, situation, siblings), rules_of(list_class, situation.today))
    return found


def beyond(db: Database, catalog: Catalog, prescriptions: Prescriptions, session: CounterSession) -> Beyond:
    """Return what a sale that goes beyond its ordonnance is held to; nothing for an ordinary one."""
    prescription = session.prescription
    if prescription is None or prescription.supply is None or session.patient_id is None:
        return Beyond()
    kept = next((one for one in prescriptions.kept(session.patient_id) if one.id == prescription.prescription_id), None)
    if kept is None:
        return Beyond()
    with db.read() as reading:
        made = exceptional_store.made(reading, [kept.id])
    return Beyond(kept, made.get(kept.id, ()), _known(catalog, (line.code for line in session.lines)))


def offered(db: Database, catalog: Catalog, prescriptions: Prescriptions, patient_id: int) -> tuple[Offer, ...]:
    """Return the ordonnances of a patient from which more may leave by an exceptional rule."""
    kept = prescriptions.kept(patient_id)
    with db.read() as reading:
        made = exceptional_store.made(reading, [one.id for one in kept])
    codes = {line.line.code for one in kept for line in one.lines if line.line.code}
    return exceptional.offers(kept, made, _known(catalog, codes), today(db.clock))


def _known(catalog: Catalog, codes: Iterable[str]) -> dict[str, Known]:
    products = catalog.by_codes(codes)
    substances = catalog.substances(products)
    return {
        code: Known(product.list_class, catalog.detail(code), _contraceptive(catalog, code, substances.get(code, ())))
        for code, product in products.items()
        if product.is_medicine
    }


def _contraceptive(catalog: Catalog, code: str, substances: Iterable[str]) -> bool | None:
    """Return what the ATC class of a medicine says, or that of its generic group; None where none is known.

    The group is only looked through for what holds a hormone that such a medicine may hold: it may be large.
    """
    if not any(stem in fold(name) for name in substances for stem in _HORMONES):
        return None
    for one in (code, *(sibling.code for sibling in catalog.generic_siblings(code))):
        detail = catalog.detail(one)
        if detail is not None and detail.atc:
            return detail.atc.startswith(_CONTRACEPTIVES)
    return None

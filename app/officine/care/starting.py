"""With what does the draft of a bilan begin: which treatments did the patient receive, and who is the usual prescriber?

Pure: read from what was delivered.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.text import plural, typographic
from app.officine.care.model import Addressee, TreatmentPart

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.officine.care.store import Received
    from app.officine.catalog.model import Product
    from app.officine.prescriptions.model import KeptPrescription, Prescriber


def treatments(lines: Sequence[Received], products: Mapping[str, Product]) -> tuple[TreatmentPart, ...]:
    """Return each medicine once, whatever boxes and sizes of it were delivered, the last received first.

    Its posology is the last one that was written. What is no medicine is left out; what the catalogue does not know any
    more is kept: it may be a medicine that left the market. ``lines`` are newest first.
    """
    found: dict[str, list[Received]] = {}
    for line in lines:
        product = products.get(line.code)
        if product is not None and not product.is_medicine:
            continue
        medicine = product.cis if product is not None and product.cis is not None else line.code
        found.setdefault(medicine, []).append(line)
    return tuple(_treatment(same, products) for same in found.values())


def usual_prescriber(lines: Sequence[Received], kept: Sequence[KeptPrescription]) -> int | None:
    """Return who prescribes most of what the patient receives; the last of those who do as much; None for nobody.

    Without a delivery of the period, who wrote the last ordonnance.
    """
    met = [line.prescriber_id for line in lines if line.prescriber_id is not None]
    if not met:
        return kept[0].prescriber_id if kept else None
    # Of those met as often, ``most_common`` gives the first met: the lines are newest first.
    return Counter(met).most_common(1)[0][0]


def addressee(prescriber: Prescriber) -> Addressee:
    """Return a prescriber as a recipient."""
    return Addressee(
        prescriber.family_name, prescriber.given_name, prescriber.rpps, prescriber.mss, prescriber_id=prescriber.id
    )


def _treatment(same: Sequence[Received], products: Mapping[str, Product]) -> TreatmentPart:
    product = products.get(same[0].code)
    times = len({line.day for line in same})
    said = f"Délivré {plural(times, 'fois', 'fois')}, la dernière le {french.short_date(same[0].day)}"
    return TreatmentPart(
        name=same[0].label if product is None else product.name,
        frequency=next((line.posology for line in same if line.posology), ""),
        observation=typographic(said),
    )

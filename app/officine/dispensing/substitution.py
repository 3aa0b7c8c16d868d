"""Which products may take the place of another, what does each change, and does a mention stand? Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.outcome import Finding, Severity
from app.officine.billing.model import Justification, Substitution
from app.officine.billing.references import installed_references
from app.officine.dispensing import session as editing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.kernel.money import Money
    from app.officine.billing.references import BiosimilarRow, NamedRow, References, TfrRow
    from app.officine.catalog.model import Product, ProductDetail
    from app.officine.dispensing.model import CounterSession, DraftLine
    from app.officine.dispensing.rules import Situation
    from app.officine.dispensing.session import Edited

PRINCEPS, GENERIC = 0, 1
_KINDS = {0: "Princeps", 1: "Générique", 2: "Complémentarité", 4: "Substituable"}


@dataclass(frozen=True, slots=True)
class Offer:
    """A product that may take the place of another.

    ``price`` is the public price of a box, ``difference`` what it is above the present one; ``dearer``: above the
    dearest generic of the group, so that it may not be given in its place (CSS L.162-16).
    """

    product: Product
    kind: int | None
    price: Money
    difference: Money
    quantity: int
    place: str
    dearer: bool = False

    @property
    def kind_label(self) -> str:
        """Its place in the group, as the screens show it."""
        return "Biosimilaire" if self.kind is None else _KINDS.get(self.kind, "Groupe")


@dataclass(frozen=True, slots=True)
class Equivalents:
    """What is known of the substitution of a product: its group, who may replace it, the lists that speak of it.

    ``others`` are the members of the group in other sizes of box, which are named, not offered. ``biosimilar`` is a
    rule of its own: its offers are never those of a generic group.
    """

    product: Product
    kind: int | None = None
    group: str = ""
    offers: tuple[Offer, ...] = ()
    others: tuple[Product, ...] = ()
    dearest_generic: Money | None = None
    tfr: TfrRow | None = None
    named_under_tfr: NamedRow | None = None
    narrow_margin: NamedRow | None = None
    biosimilar: BiosimilarRow | None = None

    @property
    def is_princeps(self) -> bool:
        """True for the princeps of its group: substitution goes from it to its generics."""
        return self.kind == PRINCEPS


def ranked(offers: list[Offer]) -> tuple[Offer, ...]:
    """Return the offers in the order in which they are proposed: in stock first, then the cheapest."""
    return tuple(sorted(offers, key=lambda offer: (offer.dearer, offer.quantity <= 0, offer.price, offer.product.name)))


def substitute(session: CounterSession, line_id: str, offer: Offer) -> Edited:
    """Put an offer in the place of a line's product; refused where it costs more than the law allows.

    What the line answers on the ordonnance stays; its scanned boxes, and a refusal, go.
    """
    if offer.dearer:
        text = f"{offer.product.name} : plus cher que le générique le plus cher du groupe (CSS L.162-16)."
        finding = Finding("GAL-SUB-02", Severity.ERROR, text, "Choisissez un autre médicament du groupe.", line_id)
        return session, (finding,)
    return editing.replace_product(session, line_id, offer.product)


def written_mention(session: CounterSession, line: DraftLine) -> Justification | None:
    """Return the mention that the ordonnance bears for a line; None where it bears none that the law knows."""
    if session.prescription is None or not line.prescribed_line:
        return None
    written = next((one for one in session.prescription.lines if one.line_id == line.prescribed_line), None)
    mention = "" if written is None else written.mention
    return Justification(mention) if mention in set(Justification) else None


def decided(session: CounterSession, line: DraftLine) -> Substitution:
    """Return what was decided of a line: at the counter, else by the mention of the ordonnance."""
    if line.substitution.justification is not None:
        return line.substitution
    mention = written_mention(session, line)
    return line.substitution if mention is None else Substitution(line.substitution.refused, mention)


def check_mentions(situation: Situation, references: References | None = None) -> list[Finding]:
    """Return what there is to say of mentions and substitutions before the delivery (arrêté of 12/11/2019)."""
    lists = (installed_references() if references is None else references).on(situation.today)
    return [finding for line in situation.session.lines for finding in _check_line(line, situation, lists)]


def substances(detail: ProductDetail) -> list[str]:
    """Return the names of the active substances of a product."""
    return [substance.name for substance in detail.substances]


def _check_line(line: DraftLine, situation: Situation, lists: References) -> Iterator[Finding]:
    mention = decided(situation.session, line).justification
    detail = situation.details.get(line.code)
    if mention is Justification.NARROW_MARGIN and detail is not None and not lists.narrow_margin(substances(detail)):
        text = f"{line.label} : la mention MTE ne vaut pas, aucune de ses substances n’est sur la liste."
        advice = "Liste de l’arrêté du 12/11/2019. Substituez, ou retirez la mention : F6."
        yield Finding("GAL-SUB-03", Severity.WARNING, text, advice, line.line_id)
    if mention is not None and line.replaces:
        text = f"{line.label} : substitué, alors que le prescripteur l’exclut ({mention})."
        yield Finding("GAL-SUB-04", Severity.WARNING, text, "Revenez au médicament prescrit : F6.", line.line_id)
    if mention is Justification.CONTRAINDICATION:
        text = f"{line.label} : mention CIF, à vérifier sur les excipients."
        advice = "Effet notoire d’un excipient présent dans tous les génériques, absent du princeps."
        yield Finding("GAL-SUB-05", Severity.INFO, text, advice, line.line_id)


def difference_words(difference: Money) -> str:
    """Return a difference of price with its sign: ``−1,93 €``."""
    sign = "" if not difference else "+" if difference.cents > 0 else "−"
    return f"{sign}{french.amount(difference if difference.cents >= 0 else -difference)}"

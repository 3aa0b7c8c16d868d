"""Which medicine takes the place of this one, and what do patient and prescriber say of it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox

from app.kernel.text import NBSP, plural
from app.officine.billing.model import Justification, Substitution
from app.officine.dispensing import session as editing
from app.officine.dispensing.substitution import GENERIC, decided, difference_words, substitute, written_mention
from app.ui import formats, theme
from app.ui.counter.line_drawer import LineDrawer
from app.ui.widgets.basics import Button, EmptyState, Text, row
from app.ui.widgets.fields import Field
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from app.officine.billing.model import Invoice
    from app.officine.dispensing.substitution import Equivalents, Offer
    from app.ui.context import Ui
    from app.ui.counter.till import Till

_MENTIONS = (
    (None, "Aucune"),
    (Justification.NARROW_MARGIN, "MTE — marge thérapeutique étroite"),
    (Justification.CHILD, "EFG — enfant de moins de 6\u00a0ans"),
    (Justification.CONTRAINDICATION, "CIF — contre-indication formelle"),
)
_ROWS = 3
_BIOSIMILAR_REFUSED = (
    "Refus du patient noté\u00a0: le «\u00a0tiers payant contre génériques\u00a0» ne vise pas les biosimilaires."
)


class SubstitutionDrawer(LineDrawer):
    """The members of the group, the best first; Entrée puts the one pointed at in the place of the line’s."""

    name = "substitution"

    def __init__(self, ui: Ui, till: Till) -> None:
        """Substitute lines of ``till``."""
        super().__init__(ui, till, "Substitution")
        self.found: Equivalents | None = None
        self.product = Text("", "strong", wrap=True)
        self.standing = Text("", "caption", wrap=True)
        self.empty = EmptyState("products", "Aucun équivalent", "")
        columns: list[Column[Offer]] = [
            Column("Équivalent", self._short, strong=True, second=_about),
            Column("Écart", _difference, width=7, right=True, tone=_difference_tone),
            Column("Stock", lambda offer: str(offer.quantity), width=4, right=True, tone=_stock_tone),
        ]
        self.list: ListTable[Offer] = ListTable("Équivalents", columns, self.empty)
        self.list.chosen.connect(self._take)
        self.others = Text("", "caption", wrap=True)
        self.mention = QComboBox()
        for value, words in _MENTIONS:
            self.mention.addItem(words, value)
        self.mention.setAccessibleName("Mention non substituable")
        self.mention.activated.connect(self._set_mention)
        self.mention_field = Field("&Mention «\u00a0non substituable\u00a0»", self.mention)
        self.decision = Text("", wrap=True)
        self.lists = Text("", "caption", wrap=True)
        for part in (
            self.product,
            self.standing,
            self.decision,
            self.list,
            self.mention_field,
            self.others,
            self.lists,
        ):
            self.content.addWidget(part)
        self.content.addStretch(1)
        self.apart = Button("&Facturer à part")
        self.apart.clicked.connect(self._toggle_apart)
        self.refuse = Button("")
        self.refuse.clicked.connect(self._toggle_refusal)
        self.foot.addLayout(row(self.apart, self.refuse, spacing=theme.XS))
        self.keys = Text("↑ ↓ choisir · Entrée substituer · Ctrl+Z revenir", "caption")
        self.foot.addWidget(self.keys)
        till.seen.connect(self._show_decision)

    def opened(self) -> None:
        """Read the group of the line anew."""
        line, services = self.line, self.ui.services
        self.found = None
        self._draw()
        self.list.setFocus()
        if line is None:
            return
        self.ui.tasks.run(
            lambda _progress: services.substitutions.of(line.code), done=self._show, owner=self, key="substitution"
        )

    def confirm(self) -> None:
        """Substitute by the product pointed at."""
        offer = self.list.current_record
        if offer is not None:
            self._take(offer)

    def _show(self, found: Equivalents | None) -> None:
        line = self.line
        if line is None or (found is not None and found.product.code != line.code):
            return
        self.found = found
        self._draw()

    # --- What shows ---------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        line, found = self.line, self.found
        self.product.setText("Aucune ligne" if line is None else line.label)
        self.standing.setText("" if found is None else _standing(found))
        title, advice = _nothing(found, has_line=line is not None)
        self.empty.say(title, advice)
        offers = () if found is None else found.offers
        self.list.set_records(offers)
        self.keys.setVisible(bool(offers))
        self.others.setText("" if found is None else _others(found))
        self.others.setVisible(bool(self.others.text()))
        self.lists.setText("" if found is None else _lists(found))
        self._show_decision()

    def _fit_list(self) -> None:
        """Leave room under the list for what was decided, and for the mention."""
        held = len(self.list.records)
        rows = min(held, _ROWS if self.decision.isHidden() else _ROWS - 1)
        height = (
            self.list.verticalHeader().defaultSectionSize() * rows + self.list.horizontalHeader().sizeHint().height()
        )
        self.list.setFixedHeight(height + theme.S if held else theme.current().pixels(150))

    def _short(self, offer: Offer) -> str:
        """Return the name of an offer without its form, nor the first word where all the offers share it."""
        name = offer.product.name.split(",")[0]
        firsts = {one.product.name.split()[0] for one in self.list.records}
        _first, _space, rest = name.partition(" ")
        return rest if len(self.list.records) > 1 and len(firsts) == 1 and rest else name

    def _show_decision(self) -> None:
        line, found = self.line, self.found
        grouped = line is not None and found is not None and bool(found.group or found.biosimilar)
        for part in (self.refuse, self.mention_field, self.decision):
            part.setVisible(grouped)
        self.apart.setVisible(False)
        if line is None or found is None or not grouped:
            self._fit_list()
            return
        choice = decided(self.till.session, line)
        self.mention.setCurrentIndex(max(0, self.mention.findData(choice.justification)))
        self.refuse.setText("Patient &accepte" if choice.refused else "Patient &refuse")
        invoice = self.till.picture.invoice if self.till.is_fresh else None
        words = _decision_words(choice, written_mention(self.till.session, line), invoice)
        biosimilar = found.biosimilar is not None and choice.refused and choice.justification is None
        self.decision.setText(_BIOSIMILAR_REFUSED if biosimilar else words)
        self.decision.setVisible(bool(self.decision.text()))
        self._fit_list()
        costs = self._costs_third_party()
        self.apart.setVisible(costs or choice.apart)
        self.apart.setText("&Facture commune" if choice.apart else "&Facturer à part")

    def _costs_third_party(self) -> bool:
        """Return True where the refusal of this line has its price, as the invoice says."""
        findings = () if self.till.picture.invoice is None else self.till.picture.invoice.findings
        return any(finding.code == "GAL-FAC-23" and finding.subject == self.line_id for finding in findings)

    # --- What is decided ----------------------------------------------------------------------------------------

    def _take(self, offer: Offer) -> None:
        line = self.line
        if line is None:
            return
        if self.till.do(substitute(self.till.session, line.line_id, offer)):
            self.ui.say(f"{line.label} → {offer.product.name}. Ctrl+Z revient.", "success")
            self.closed.emit()

    def _toggle_refusal(self) -> None:
        line = self.line
        if line is not None:
            refused = not line.substitution.refused
            self._decide(Substitution(refused, line.substitution.justification))

    def _toggle_apart(self) -> None:
        line = self.line
        if line is not None:
            now = line.substitution
            self._decide(Substitution(now.refused, now.justification, not now.apart))

    def _set_mention(self, place: int) -> None:
        line = self.line
        if line is not None:
            mention = self.mention.itemData(place)
            # Qt gives the word back; the enumeration is what is kept.
            justification = None if mention is None else Justification(mention)
            self._decide(Substitution(line.substitution.refused, justification, line.substitution.apart))

    def _decide(self, choice: Substitution) -> None:
        self.till.do(editing.set_substitution(self.till.session, self.line_id, choice))
        self._show_decision()


def substitution_words(choice: Substitution) -> str:
    """Return what was decided, in a few words; empty where nothing was."""
    words = [f"non substituable ({choice.justification})"] if choice.justification is not None else []
    if choice.refused:
        words.append("refusée par le patient" + (", facturée à part" if choice.apart else ""))
    return " · ".join(words)


def _about(offer: Offer) -> str:
    kind = "" if offer.kind == GENERIC else offer.kind_label
    parts = ("trop cher" if offer.dearer else "", formats.amount(offer.price), kind, offer.place)
    return " · ".join(part for part in parts if part)


def _difference(offer: Offer) -> str:
    return difference_words(offer.difference) if offer.difference else "="


def _difference_tone(offer: Offer) -> str:
    return "danger" if offer.dearer else "success" if offer.difference.cents < 0 else "muted"


def _stock_tone(offer: Offer) -> str:
    return "" if offer.quantity > 0 else "danger"


def _standing(found: Equivalents) -> str:
    """Return what holds of the product, the rule that applies first."""
    if found.biosimilar is not None:
        return (
            f"Groupe biologique similaire «\u00a0{found.biosimilar.name}\u00a0», "
            f"référence {found.biosimilar.reference} ({found.biosimilar.source}). "
            "Règle propre\u00a0: prévenez prescripteur et patient, notez le lot."
        )
    if not found.group:
        return ""
    words = ["Princeps, remplacé par un générique" if found.is_princeps else "Dans le groupe générique"]
    if found.tfr is not None:
        words.append(f"sous TFR {formats.amount(found.tfr.amount)} hors honoraire")
    if found.narrow_margin is not None:
        words.append("substance de la liste MTE")
    return " · ".join(words)


def _nothing(found: Equivalents | None, *, has_line: bool) -> tuple[str, str]:
    if not has_line:
        return "Aucune ligne", "Choisissez d’abord une ligne de la vente, puis F6."
    if found is None:
        return "Pas d’équivalent", "Ce produit n’est pas un médicament de la base publique, ou la base est en lecture."
    if found.group or found.biosimilar:
        return "Aucun équivalent de même taille", "Le groupe n’a pas d’autre boîte de cette taille avec un prix."
    return (
        "Aucun groupe générique",
        "Hors de tout groupe dans la base publique\u00a0: il ne se substitue pas.",
    )


def _others(found: Equivalents) -> str:
    if not found.others:
        return ""
    names = ", ".join(dict.fromkeys(product.name.split(",")[0] for product in found.others[:3]))
    return f"Autres tailles de boîte, non proposées ({len(found.others)})\u00a0: {names}"


def _lists(found: Equivalents) -> str:
    """Return what the dated lists say of the product, and which of them are empty."""
    words = []
    if found.tfr is not None:
        words.append(f"TFR depuis le {formats.date(found.tfr.valid_from)}\u00a0: {found.tfr.source}")
    elif found.named_under_tfr is not None:
        words.append(f"Cité sous TFR ({found.named_under_tfr.source}), montant non chargé")
    elif found.group:
        words.append("Aucun TFR chargé pour ce produit")
    if found.narrow_margin is not None:
        words.append(f"Liste MTE\u00a0: {found.narrow_margin.source}")
    elif found.group:
        words.append("Pas sur la liste MTE (arrêté du 12/11/2019)")
    if not found.group and found.biosimilar is None:
        words.append("Dans aucun groupe biologique similaire substituable de nos listes (arrêté du 20/02/2025)")
    words.append("Registre des hybrides non chargé")
    return "\n".join(f"•{NBSP}{one}" for one in words)


def _decision_words(choice: Substitution, written: Justification | None, invoice: Invoice | None) -> str:
    if choice.justification is not None:
        origin = "d’après l’ordonnance" if choice.justification is written else "au comptoir"
        return f"Non substituable ({choice.justification}), noté {origin}\u00a0: le tiers payant est gardé."
    if not choice.refused:
        return ""
    if choice.apart:
        return "Refus sans mention\u00a0: ce produit est facturé à part, hors tiers payant. Les autres le gardent."
    return "Refus du patient noté." if invoice is None else _refusal_words(invoice)


def _refusal_words(invoice: Invoice) -> str:
    if invoice.third_party:
        return "Refus du patient noté\u00a0: TFR ou prix aligné, le tiers payant est gardé."
    if not any(line.claimed for line in invoice.lines):
        return "Refus du patient noté\u00a0: rien n’est demandé à l’Assurance Maladie sans ordonnance."
    others = len({line.line_id for line in invoice.lines if line.line_id}) - 1
    rest = f" (avec {plural(others, 'autre ligne')})" if others else ""
    return (
        f"Refus sans mention valable\u00a0: pas de tiers payant sur cette facture{rest}. Le patient règle "
        f"{formats.amount(invoice.totals.patient)}. La caisse rendra {formats.amount(invoice.totals.reimbursed)} "
        "sur la base du générique le plus cher."
    )

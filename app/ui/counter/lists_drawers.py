"""Which past deliveries, which sales in waiting, which reasons of an amount?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from app.kernel.clock import paris_date
from app.kernel.text import NBSP, fold, plural
from app.officine.dispensing import session as editing
from app.officine.dispensing import treatments
from app.ui import formats, theme
from app.ui.counter.drawer import Drawer
from app.ui.counter.interventions_list import InterventionsList
from app.ui.counter.reading import interventions_of, treatments_of, waiting
from app.ui.widgets.basics import Button, Divider, EmptyState, Text, clear
from app.ui.widgets.fields import SearchField
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from app.officine.billing.model import Invoice, InvoiceLine, Reason
    from app.officine.catalog.model import Product
    from app.officine.dispensing.model import HistoryLine, SessionSummary
    from app.officine.dispensing.treatments import Taken
    from app.ui.context import Ui
    from app.ui.counter.till import Till

_MINUTE = 60


class HistoryDrawer(Drawer):
    """What the patient takes, then what they received; Entrée adds the product pointed at to the sale."""

    name = "history"

    def __init__(self, ui: Ui, till: Till) -> None:
        """Show the history of the patient of ``till``."""
        super().__init__(ui, till, "Historique")
        self._all: list[Taken] = []
        self.whose = Text("", "strong", wrap=True)
        self.search = SearchField("Produit, prescripteur, posologie…", "Chercher dans l’historique")
        self.empty = EmptyState("clock", "Aucune délivrance", "Les produits délivrés à ce patient s’affichent ici.")
        columns: list[Column[Taken]] = [
            Column("Produit", lambda one: one.last.label, second=_second, strong=True),
            Column("Qté", lambda one: str(one.last.quantity), width=3, right=True),
        ]
        self.list: ListTable[Taken] = ListTable("Historique du patient", columns, self.empty)
        self.list.setMinimumHeight(theme.current().pixels(160))
        self.list.chosen.connect(lambda one: self._again(one.last))
        self.search.textChanged.connect(lambda _text: self._filter())
        self.search.moved.connect(self.list.step)
        self.search.confirmed.connect(self.confirm)
        self.content.addWidget(self.whose)
        self.content.addWidget(self.search)
        self.content.addWidget(self.list, 1)
        self.interventions = InterventionsList()
        self.content.addWidget(self.interventions)
        self.foot.addWidget(
            Text(
                "Tapez pour filtrer · ↑ ↓ choisir · Entrée reprendre dans la vente · Ctrl+J copies du papier",
                "caption",
                wrap=True,
            )
        )

    def opened(self) -> None:
        """Read the history anew."""
        patient_id, services, actor = self.till.session.patient_id, self.ui.services, self.ui.actor()
        self.whose.setText(self.till.session.patient_name or "Vente sans patient")
        self.search.setFocus()
        if patient_id is None:
            self.empty.say("Vente sans patient", "F2\u00a0: choisissez d’abord le patient.")
            self._show([])
            self.interventions.show_all([])
            return
        self.empty.say("Aucune délivrance", "Les produits délivrés à ce patient s’affichent ici.")
        self.ui.tasks.run(
            lambda _progress: treatments_of(services, patient_id, actor), done=self._show, owner=self, key="history"
        )
        self.ui.tasks.run(
            lambda _progress: interventions_of(services, patient_id, actor),
            done=self.interventions.show_all,
            owner=self,
            key="interventions",
        )

    def confirm(self) -> None:
        """Take the product pointed at again."""
        one = self.list.current_record
        if one is not None:
            self._again(one.last)

    def forget(self) -> None:
        """Forget what was looked for: another sale begins."""
        self.search.clear()

    def _show(self, found: list[Taken]) -> None:
        self._all = found
        current = sum(one.current for one in found)
        name = self.till.session.patient_name or "Vente sans patient"
        words = plural(current, "traitement en cours", "traitements en cours") if current else ""
        self.whose.setText(" · ".join(part for part in (name, words) if part))
        self._filter()

    def _filter(self) -> None:
        self.list.set_records(treatments.matching(self._all, self.search.text()))

    def _again(self, line: HistoryLine) -> None:
        catalog = self.ui.services.catalog
        self.ui.tasks.run(
            lambda _progress: catalog.by_code(line.code), done=lambda found: self._add(line, found), owner=self
        )

    def _add(self, line: HistoryLine, product: Product | None) -> None:
        if product is None:
            self.ui.say(f"{line.label} n’est plus dans la base des médicaments.", "warning")
            return
        added = editing.add_product(
            self.till.session, product, quantity=line.quantity, author=self.till.author, merge=True
        )
        if self.till.do(added):
            self.ui.say(f"Ajouté\u00a0: {product.name}", "success")


def _second(one: Taken) -> str:
    until = "" if one.next_on is None else f"jusqu’au {formats.date(one.next_on)}"
    current = f"en cours {until}" if one.current else until
    last = f"le {formats.date(paris_date(one.last.at))}"
    often = f"{one.deliveries} fois" if one.deliveries > 1 else ""
    return " · ".join(part for part in (current, last, often, one.last.posology) if part)


class WaitingDrawer(Drawer):
    """The sales in waiting, of every workstation; Entrée takes one here."""

    resumed = Signal(str)
    name = "waiting"

    def __init__(self, ui: Ui, till: Till) -> None:
        """List the sales in waiting."""
        super().__init__(ui, till, "Ventes en attente")
        self._all: list[SessionSummary] = []
        self.search = SearchField("Patient, poste, qui servait…", "Chercher une vente en attente")
        empty = EmptyState("pause", "Aucune vente en attente", "F7 pendant une vente la met de côté, sans rien perdre.")
        columns: list[Column[SessionSummary]] = [
            Column("Vente", lambda item: item.title, second=self._second, strong=True),
            Column("Montant", lambda item: formats.amount(item.amount), width=7, right=True),
        ]
        self.list: ListTable[SessionSummary] = ListTable("Ventes en attente", columns, empty)
        self.list.setMinimumHeight(theme.current().pixels(160))
        self.list.chosen.connect(lambda item: self.resumed.emit(item.id))
        self.search.textChanged.connect(lambda _text: self._filter())
        self.search.moved.connect(self.list.step)
        self.search.confirmed.connect(self.confirm)
        self.content.addWidget(self.search)
        self.content.addWidget(self.list, 1)
        self.foot.addWidget(Text("Tapez pour filtrer · ↑ ↓ choisir · Entrée reprendre", "caption", wrap=True))

    def opened(self) -> None:
        """Read the sales in waiting anew."""
        services = self.ui.services
        self.search.clear()
        self.search.setFocus()
        self.ui.tasks.run(lambda _progress: waiting(services), done=self._show, owner=self, key="waiting")

    def confirm(self) -> None:
        """Take the sale pointed at."""
        item = self.list.current_record
        if item is not None:
            self.resumed.emit(item.id)

    def _second(self, item: SessionSummary) -> str:
        minutes = int((self.ui.services.clock.now() - item.updated_at).total_seconds()) // _MINUTE
        age = f"{minutes}{NBSP}min" if minutes < _MINUTE else f"{minutes // _MINUTE}{NBSP}h"
        return " · ".join(part for part in (age, plural(item.lines, "ligne"), item.owner_name, item.station) if part)

    def _show(self, found: list[SessionSummary]) -> None:
        self._all = found
        self._filter()

    def _filter(self) -> None:
        words = fold(self.search.text()).split()
        self.list.set_records(
            [
                item
                for item in self._all
                if all(word in fold(f"{item.title} {item.owner_name} {item.station}") for word in words)
            ]
        )


class WhyDrawer(Drawer):
    """Why each amount is what it is: the row, the rule, its source and its date."""

    name = "why"

    def __init__(self, ui: Ui, till: Till) -> None:
        """Explain the invoice of ``till``."""
        super().__init__(ui, till, "Pourquoi ces montants\u202f?")
        self.close_button = Button("Fermer — Échap", icon="close")
        self.close_button.clicked.connect(self.closed)
        self.foot.addWidget(self.close_button)
        till.seen.connect(self._draw)

    def opened(self) -> None:
        """Explain the invoice as it is."""
        self._draw()
        self.close_button.setFocus()

    def confirm(self) -> None:
        """Close: there is nothing to go on to."""
        self.closed.emit()

    def _draw(self) -> None:
        if not self.isVisible():
            return
        clear(self.content)
        invoice = self.till.picture.invoice
        if invoice is None or not invoice.lines:
            self.content.addWidget(EmptyState("info", "Rien à expliquer", "Ajoutez d’abord un produit."))
            return
        for words, role in _summary(invoice):
            self.content.addWidget(Text(words, role, wrap=True))
        for line in invoice.lines:
            self._explain(line)
        self.content.addWidget(Text(_vat_words(invoice), "caption", wrap=True))
        self.content.addStretch(1)

    def _explain(self, line: InvoiceLine) -> None:
        quantity = f"{line.quantity}{NBSP}× " if line.quantity > 1 else ""
        self.content.addWidget(Text(f"{quantity}{line.label} ({line.code})", "strong", wrap=True))
        shares = [
            formats.amount(line.amount),
            f"base {formats.amount(line.base)} à {formats.rate(line.rate)}" if line.base else "",
            f"AMO {formats.amount(line.amo)}" if line.amo else "",
            f"dépassement {formats.amount(line.excess)}" if line.excess else "",
            f"dont TVA {formats.amount(line.amount - line.amount.without_vat(line.vat))} à {formats.rate(line.vat)}",
            "facturé à part, hors tiers payant" if line.apart else "",
        ]
        self.content.addWidget(Text(" · ".join(part for part in shares if part), wrap=True))
        for reason in line.because:
            self.content.addWidget(Text(reason_words(reason), "caption", wrap=True))
        self.content.addWidget(Divider())


def _summary(invoice: Invoice) -> list[tuple[str, str]]:
    """Return what explains the totals: why without third party, what comes back, what the caisse will keep."""
    refusals = [finding.text for finding in invoice.findings if finding.code == "GAL-FAC-23"]
    words = [(text, "strong") for text in refusals]
    if not invoice.third_party and not refusals:
        words.append(("Sans tiers payant\u00a0: le patient règle le total.", "strong"))
    if invoice.totals.reimbursed:
        words.append((f"Remboursé ensuite par la caisse\u00a0: {formats.amount(invoice.totals.reimbursed)}.", "body"))
    if invoice.franchise_info:
        franchise = formats.amount(invoice.franchise_info)
        words.append((f"Franchise\u00a0: {franchise}, retenue plus tard par la caisse, jamais demandée ici.", "body"))
    return words


def _vat_words(invoice: Invoice) -> str:
    shares = (f"{formats.rate(share.rate)}\u00a0: {formats.amount(share.tax)}" for share in invoice.vat)
    return f"TVA comprise dans {formats.amount(invoice.totals.amount)} — {', '.join(shares)}"


def reason_words(reason: Reason) -> str:
    """Return a reason on one line: the rule, its source, since when it holds."""
    source = f" — {reason.source}" if reason.source else ""
    since = f", depuis le {formats.date(reason.since)}" if reason.since is not None else ""
    return f"{reason.text}{source}{since}"


def waiting_words(count: int) -> str:
    """Return how many sales wait: ``2 ventes en attente``."""
    return f"{plural(count, 'vente')} en attente"


def _delivered(line: HistoryLine) -> str:
    """Return the product, and what became of its delivery where it was taken back."""
    return f"{line.label} ({line.state.label})" if line.state.label else line.label

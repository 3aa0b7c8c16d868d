"""Which treatments left before their ordonnance, since when, and how is each settled?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from app.kernel.clock import paris_date, today
from app.kernel.money import ZERO, Money
from app.kernel.outcome import Refused
from app.kernel.text import NBSP, fold, plural
from app.officine.advances import rules
from app.officine.dispensing import advancing
from app.officine.dispensing import session as editing
from app.officine.dispensing.reversal import Fate, ReturnedLine, ReversalKind
from app.ui import formats
from app.ui.cash.page import CashForm, CashPage
from app.ui.widgets.basics import Text
from app.ui.widgets.facts import Facts, Sheet
from app.ui.widgets.fields import Field, NumberField, TextField
from app.ui.widgets.lists import Column
from app.ui.widgets.search_pane import SearchPane, Wording

if TYPE_CHECKING:
    from app.kernel.actor import Actor
    from app.kernel.outcome import Outcome
    from app.officine.advances.model import Advance
    from app.officine.dispensing.model import CounterSession
    from app.officine.dispensing.reversal import Reversal
    from app.ui.context import Services, Ui

_WORDS = Wording(
    name="Chercher une avance",
    placeholder="Patient, produit, numéro\u00a0; vide\u00a0: toutes",
    icon="pause",
    before=("Aucune avance n’attend", "Une avance se fait au comptoir\u00a0: Ctrl+G, conditions de la vente."),
    nothing=("Aucune avance ne répond à «\u00a0{}\u00a0»", "Essayez moins de lettres."),
    noun="avance",
)


@dataclass(frozen=True, slots=True)
class AdvanceRecord:
    """One line of the list: an avance, its age, and what the patient has paid in advance."""

    advance: Advance
    days: int
    late: bool
    deposit: Money


def find_advances(services: Services, text: str, actor: Actor) -> list[AdvanceRecord]:
    """Return the avances that wait and answer ``text``, the oldest first; run in the background."""
    day, late_days = today(services.clock), services.advances.late_days()
    deposits = {one.patient_id: one.deposit for one in services.cash.accounts(actor)}
    words = fold(text).split()
    return [
        AdvanceRecord(
            one,
            rules.age_days(one, day),
            rules.is_late(one, day, late_days),
            deposits.get(one.patient_id, ZERO),
        )
        for one in services.advances.waiting(actor=actor)
        if all(word in fold(f"{one.patient_name} {one.label} {one.number}") for word in words)
    ]


def bring_back(services: Services, actor: Actor, advance: Advance, reason: str) -> Outcome[Reversal]:
    """Take back the boxes of an avance that still wait, set aside as any box that left; run in the background."""
    draft = services.reversals.proposal(advance.delivery, ReversalKind.CREDIT)
    assert draft is not None
    line = ReturnedLine(advance.rank, advance.left, Fate.QUARANTINE)
    return services.reversals.reverse(replace(draft, lines=(line,), refunds=(), reason=reason), actor)


def prepare(services: Services, actor: Actor, patient_id: int) -> Outcome[CounterSession]:
    """Put in waiting a sale that bills all the avances of a patient; run in the background."""
    waiting = services.advances.waiting(patient_id, actor)
    products = services.catalog.by_codes([one.code for one in waiting])
    session = services.counter.new_session(actor)
    if waiting:
        session, _ = editing.set_patient(session, patient_id, waiting[0].patient_name)
    session, _ = advancing.take_up(session, waiting, products)
    saved = services.counter.save(session)
    return saved if isinstance(saved, Refused) else services.counter.suspend(session, actor)


class AdvancesPage(CashPage):
    """The avances on the left, the oldest first; the one pointed at, and what becomes of it, on the right."""

    def __init__(self, ui: Ui) -> None:
        """List the avances."""
        super().__init__(ui, "Avance", ("cash.advance_bill", "cash.advance_back", "cash.advance_days"))
        columns: list[Column[AdvanceRecord]] = [
            Column("Patient", lambda one: one.advance.patient_name, strong=True, second=lambda one: one.advance.label),
            Column("Qté", lambda one: str(one.advance.left), 4, True),
            Column(
                "Valeur", lambda one: formats.amount(one.advance.unit_price * one.advance.left), 9, True, spare=True
            ),
            Column("Âge", lambda one: plural(one.days, "jour"), 9, True, tone=_tone),
        ]
        self.pane: SearchPane[AdvanceRecord] = SearchPane(
            ui, _WORDS, columns, lambda text: find_advances(ui.services, text, ui.actor())
        )
        self.left.addWidget(self.pane, 1)
        self.name = Text("", "heading", wrap=True)
        self.state = Text("", "strong", wrap=True)
        self.facts = Facts()
        body = Sheet("Avance choisie")
        # The identity scrolls with the rest: a form under it needs its room where letters are large.
        for part in (self.identity, self.name, self.state, self.facts):
            body.column.addWidget(part)
        body.end()
        self.content.addWidget(body, 1)
        self.returning, self.delay = ReturnForm(ui), DelayForm(ui)
        self.add_form(self.returning)
        self.add_form(self.delay)
        self.record: AdvanceRecord | None = None
        self.pane.pointed.connect(self._show)
        self.pane.chosen.connect(lambda _record: self.bill())
        self._show(None)

    def shown(self) -> None:
        """Read the avances anew."""
        self.pane.again()

    def focus_list(self) -> None:
        """Put the focus on the search."""
        self.pane.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def bill(self) -> None:
        """Prepare at the counter the sale that bills the avances of the patient."""
        if self.record is None:
            return
        services, actor, patient_id = self.ui.services, self.ui.actor(), self.record.advance.patient_id
        self.ui.tasks.run(
            lambda _progress: prepare(services, actor, patient_id), done=self._prepared, owner=self, key="prepare"
        )

    def bring_back(self) -> None:
        """Take the boxes back."""
        if self.record is not None:
            self.returning.advance = self.record.advance
            self.open_form(self.returning)

    def choose_days(self) -> None:
        """Choose after how many days an avance is late."""
        self.open_form(self.delay)

    def _prepared(self, outcome: Outcome[CounterSession]) -> None:
        if isinstance(outcome, Refused):
            self.ui.refuse(outcome.findings)
        else:
            self.ui.say(f"Vente de {outcome.value.patient_name} en attente{NBSP}: Alt+1, F7 la reprend.", "success")

    def _show(self, record: AdvanceRecord | None) -> None:
        other = record is None or self.record is None or record.advance.number != self.record.advance.number
        self.record = record
        if other and self.form is self.returning:
            self.close_form()
        self.identity.show_file(None if record is None else record.advance.patient_id)
        if record is None:
            self.name.setText("Aucune avance choisie")
            self.state.setText("")
            self.facts.set_pairs(())
            return
        advance = record.advance
        self.name.setText(f"{plural(advance.left, 'boîte')} · {advance.label}")
        self.state.setText(f"En retard{NBSP}: {plural(record.days, 'jour')} sans ordonnance" if record.late else "")
        self.state.set_role("danger")
        entry = str(advance.ordonnancier) if advance.ordonnancier is not None else "sans objet"
        deposit = formats.amount(record.deposit) if record.deposit else "aucun"
        self.facts.set_pairs(
            (
                ("Patient", advance.patient_name),
                ("Avance", f"n°{NBSP}{advance.number} du {formats.date(paris_date(advance.at))}"),
                ("Motif", advance.reason),
                ("Par", advance.operator_name),
                ("Délivrance", f"n°{NBSP}{advance.delivery}"),
                ("Ordonnancier", entry),
                ("Prix du jour", formats.amount(advance.unit_price)),
                ("Acompte du patient", deposit),
            )
        )


class ReturnForm(CashForm):
    """Boxes of an avance that come back: they are set aside, nothing is billed."""

    def __init__(self, ui: Ui) -> None:
        """Begin without an avance."""
        super().__init__(ui, "Boîte rapportée\u00a0: mise à l’écart, rien ne sera facturé")
        self.advance: Advance | None = None
        self.reason = TextField(limit=200, placeholder="Traitement arrêté, erreur…")
        self.fields.addWidget(Field("&Motif", self.reason), 0, 0)
        self.chain(self.reason)

    def begin(self) -> None:
        """Begin with the reason."""
        super().begin()
        self.reason.clear()
        self.focus(self.reason)

    def save(self) -> None:
        """Take the boxes back."""
        advance, services, actor, reason = self.advance, self.ui.services, self.ui.actor(), self.reason.text()
        if advance is not None:
            said = f"Avance n°{NBSP}{advance.number} rapportée. Un acompte se rend dans Débiteurs."
            self.perform(lambda: bring_back(services, actor, advance, reason), said)


class DelayForm(CashForm):
    """After how many days an avance is late."""

    def __init__(self, ui: Ui) -> None:
        """Begin with the usual number of days."""
        super().__init__(ui, "Délai au-delà duquel une avance est en retard")
        self.days = NumberField(1, rules.MOST_DAYS, suffix=f"{NBSP}jours")
        self.fields.addWidget(Field("&Délai", self.days), 0, 0)
        self.chain(self.days)

    def begin(self) -> None:
        """Begin with the number in force."""
        super().begin()
        advances = self.ui.services.advances
        self.ui.tasks.run(lambda _progress: advances.late_days(), done=self._learn, owner=self, key="days")

    def save(self) -> None:
        """Write the number."""
        advances, actor, days = self.ui.services.advances, self.ui.actor(), self.days.value()
        self.perform(lambda: advances.set_late_days(actor, days), f"Délai des avances{NBSP}: {plural(days, 'jour')}")

    def _learn(self, days: int) -> None:
        self.days.setValue(days)
        self.focus(self.days)


def _tone(record: AdvanceRecord) -> str:
    return "danger" if record.late else ""

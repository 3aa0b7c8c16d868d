"""On whose ordonnance: prescriber, date, kind, renewal?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from app.kernel.clock import today
from app.officine.dispensing import exceptional, matching
from app.officine.dispensing import session as editing
from app.officine.dispensing.model import PrescriptionDraft
from app.officine.prescriptions.model import PrescriptionKind
from app.ui import formats, theme
from app.ui.counter.beyond import BeyondPanel
from app.ui.counter.copies_button import CopiesButton
from app.ui.counter.drawer import Drawer
from app.ui.counter.prescriber_form import PrescriberForm
from app.ui.counter.reading import last_ordonnance
from app.ui.counter.renewals import RenewalList
from app.ui.widgets.basics import Button, Panel, Text, row
from app.ui.widgets.fields import DateField, Field
from app.ui.widgets.lists import Column
from app.ui.widgets.search_pane import SearchPane, Wording

if TYPE_CHECKING:
    from app.officine.dispensing.exceptional import Offer
    from app.officine.prescriptions.model import KeptPrescription, Prescriber
    from app.ui.context import Ui
    from app.ui.counter.reading import LastOrdonnance
    from app.ui.counter.till import Till

_WORDS = Wording(
    name="Chercher un prescripteur",
    placeholder="Nom ou RPPS du prescripteur…",
    icon="prescription",
    before=("Aucun prescripteur connu", "Alt+N\u00a0: créez le premier."),
    nothing=("Aucun prescripteur ne répond à «\u00a0{}\u00a0»", "Essayez moins de lettres, ou Alt+N\u00a0: créez-le."),
    noun="prescripteur",
)
_MAX_RENEWAL = 12


class PrescriptionDrawer(Drawer):
    """The ordonnance: Entrée takes the prescriber, then the date, then goes back to the lines."""

    name = "prescription"

    def __init__(self, ui: Ui, till: Till) -> None:
        """Type the ordonnance of ``till``."""
        super().__init__(ui, till, "Ordonnance")
        self.copies = CopiesButton(ui, till, self)
        self._chosen: tuple[int, str] | None = None
        self._last: LastOrdonnance | None = None
        self._looked_through = False
        columns: list[Column[Prescriber]] = [
            Column("Prescripteur", lambda prescriber: prescriber.display_name, strong=True),
            Column("Spécialité", lambda prescriber: prescriber.specialty, width=15, tone=lambda _one: "muted"),
        ]
        self.pane: SearchPane[Prescriber] = SearchPane(ui, _WORDS, columns, ui.services.prescriptions.prescribers)
        self.pane.list.setFixedHeight(theme.current().pixels(116))
        self.pane.count.hide()
        self.chosen = Text("", "strong", wrap=True)
        self.date = DateField(lambda: today(ui.services.clock))
        self.date_field = Field("&Date de l’ordonnance", self.date, hint="220526, 22/5/26… Entrée\u00a0: valider")
        self.kind = QComboBox()
        for kind in PrescriptionKind:
            self.kind.addItem(kind.label, kind)
        self.renewal = QSpinBox()
        self.renewal.setRange(0, _MAX_RENEWAL)
        self.renewal.lineEdit().setTextMargins(theme.XS, 0, 0, 0)
        self.renewal.setSpecialValueText("Première délivrance")
        self.last = self._last_panel()
        self.kept = RenewalList()
        self.kept.chosen.connect(self._renew)
        self.beyond = BeyondPanel(self._go_beyond)
        self.form = PrescriberForm(ui)
        self.choice = QWidget()
        choice = QVBoxLayout(self.choice)
        choice.setContentsMargins(0, 0, 0, 0)
        choice.setSpacing(theme.M)
        for part in (self.kept, self.last, self.pane, self.beyond, self.chosen, self.date_field):
            choice.addWidget(part)
        choice.addWidget(Field("&Type", self.kind))
        choice.addWidget(Field("&Renouvellement n°", self.renewal))
        choice.addStretch(1)
        self.content.addWidget(self.choice, 1)
        self.content.addWidget(self.form, 1)
        self.new_button = Button("&Nouveau prescripteur", icon="plus")
        self.new_button.clicked.connect(self._begin)
        self.without_button = Button("&Sans ordonnance", kind="ghost")
        self.without_button.clicked.connect(self._leave_out)
        self.save_button = Button("", kind="primary", icon="check")
        self.save_button.clicked.connect(self._go_on)
        self._lay_out_foot()
        self.form.created.connect(self._take_new)
        self.chain(*self.form.fields)
        self._page(creating=False)
        self.pane.chosen.connect(self._choose)
        self.pane.unanswered.connect(lambda _typed: self._begin())
        self.pane.field.moved.connect(self._move)
        self.pane.field.textChanged.connect(lambda _typed: self._room())
        self.chain(self.date)

    def _lay_out_foot(self) -> None:
        self.foot.addLayout(row(self.without_button, self.copies))
        for button in (self.new_button, self.save_button):
            self.foot.addWidget(button)

    def opened(self) -> None:
        """Show the ordonnance as it is, and begin with the prescriber."""
        self.copies.read()
        draft = self.till.session.prescription
        if draft is not None:
            self._show(draft)
        elif not self.date.text():
            self.date.set_date(today(self.ui.services.clock))
        if self.is_creating:
            self.form.family_name.setFocus()
            return
        self.without_button.setVisible(draft is not None)
        self._looked_through = False
        self._room()
        self.pane.search(self.pane.field.text())
        self.pane.field.setFocus()
        self.pane.field.selectAll()
        self._ask_last(draft)

    def confirm(self) -> None:
        """Renew the ordonnance pointed at; else take the prescriber, then go to the date, then keep the ordonnance."""
        if self.is_creating:
            self.form.submit()
            return
        if self.pane.field.hasFocus():
            record = self.pane.list.current_record
            if record is not None:
                self._choose(record)
            return
        self._keep()

    @property
    def is_creating(self) -> bool:
        """True while a new prescriber is typed."""
        return not self.form.isHidden()

    def back(self) -> bool:
        """Go back from a new prescriber to the ordonnance; what was typed stays."""
        if not self.is_creating:
            return False
        self._page(creating=False)
        self.pane.field.setFocus()
        return True

    def _begin(self) -> None:
        self._page(creating=True)
        self.form.begin(self.pane.field.text())

    def _take_new(self, prescriber: Prescriber) -> None:
        self._page(creating=False)
        self.pane.field.clear()
        self._set_chosen(prescriber.id, prescriber.display_name)
        self.reveal(self.date)

    def _go_on(self) -> None:
        if self.is_creating:
            self.form.submit()
        else:
            self._keep()

    def _page(self, *, creating: bool) -> None:
        self.choice.setVisible(not creating)
        self.form.setVisible(creating)
        self.new_button.setVisible(not creating)
        self.without_button.setVisible(not creating and self.till.session.prescription is not None)
        self.title.setText("Nouveau prescripteur" if creating else "Ordonnance")
        self.save_button.setText(f"{'Créer le prescripteur' if creating else 'Valider l’ordonnance'} — Entrée")

    def forget(self) -> None:
        """Forget what was typed: another sale begins."""
        self._chosen = self._last = None
        self.form.forget()
        self._page(creating=False)
        self.chosen.setText("")
        self.pane.field.clear()
        self.date.clear()
        self.kind.setCurrentIndex(0)
        self.renewal.setValue(0)

    def _choose(self, prescriber: Prescriber) -> None:
        """Take a prescriber who was typed or pointed at; else what was chosen stays, and nobody is guessed.

        With nothing typed, the ordonnance to renew that is pointed at comes first.
        """
        if self._offers_renewal:
            self.kept.take()
            return
        if self.pane.field.text().strip() or self._looked_through or self.pane.list.hasFocus():
            self._set_chosen(prescriber.id, prescriber.display_name)
        elif self._chosen is None:
            self.chosen.setText("Tapez d’abord le nom du prescripteur, ou choisissez avec ↑ ↓.")
            return
        self._looked_through = False
        self.pane.field.clear()
        self.reveal(self.date)

    def _set_chosen(self, prescriber_id: int, name: str) -> None:
        self._chosen = (prescriber_id, name)
        self._room()
        self.chosen.setText(f"Prescripteur\u00a0: {name}")

    def _move(self, count: int) -> None:
        if self._offers_renewal:
            self.kept.list.step(count)
            return
        self._looked_through = True
        self._room()

    def _room(self) -> None:
        """Leave the room of the list to the date once somebody is chosen, until one looks for somebody else."""
        looking = bool(self.pane.field.text().strip()) or self._looked_through
        self.pane.list.setVisible((self._chosen is None and not self.kept.has_some) or looking)
        self.kept.setVisible(self.kept.has_some and not looking)

    def _keep(self) -> None:
        if self._chosen is None:
            self.pane.field.setFocus()
            self.chosen.setText("Choisissez d’abord le prescripteur.")
            return
        if self.date.date is None:
            self.date_field.note("Cette date n’existe pas. Tapez jour, mois, année\u00a0: 220526.", "danger")
            self.reveal(self.date)
            return
        self.date_field.note()
        prescriber_id, name = self._chosen
        draft = replace(
            self.till.session.prescription or PrescriptionDraft(),
            prescriber_id=prescriber_id,
            prescriber_name=name,
            written_on=self.date.date,
            kind=PrescriptionKind(self.kind.currentData()),
            renewal=self.renewal.value(),
        )
        if draft != self.till.session.prescription:
            self.till.do(editing.set_prescription(self.till.session, draft))
        self.closed.emit()

    def _leave_out(self) -> None:
        self._chosen = None
        self.chosen.setText("")
        self.till.do(editing.set_prescription(self.till.session, None))
        self.closed.emit()

    def _show(self, draft: PrescriptionDraft) -> None:
        if draft.prescriber_id is not None:
            self._set_chosen(draft.prescriber_id, draft.prescriber_name)
        self.date.set_date(draft.written_on)
        self.kind.setCurrentIndex(self.kind.findData(draft.kind))
        self.renewal.setValue(draft.renewal)

    # --- The last ordonnance of the patient ---------------------------------------------------------------------

    def _last_panel(self) -> Panel:
        panel = Panel(margin=theme.S)
        self.last_words = Text("", wrap=True)
        again = Button("&Reprendre", icon="refresh")
        again.setAccessibleName("Reprendre la dernière ordonnance")
        again.clicked.connect(self._take_last)
        panel.outer.removeItem(panel.head)
        panel.title.hide()
        panel.body.addWidget(Text("Dernière ordonnance délivrée", "caption"))
        line = QHBoxLayout()
        line.addWidget(self.last_words, 1)
        line.addWidget(again)
        panel.body.addLayout(line)
        panel.hide()
        return panel

    def _ask_last(self, draft: PrescriptionDraft | None) -> None:
        patient_id, services = self.till.session.patient_id, self.ui.services
        self.kept.show_kept(())
        self.beyond.show_offers(())
        if patient_id is None or draft is not None:
            self.last.hide()
            return
        prescriptions, on = services.prescriptions, today(services.clock)
        self.ui.tasks.run(
            lambda _progress: prescriptions.renewable(patient_id, on), done=self._offer_renewals, owner=self, key="kept"
        )
        self.ui.tasks.run(
            lambda _progress: services.counter.beyond(patient_id),
            done=self._offer_beyond,
            owner=self,
            key="beyond",
        )
        self.ui.tasks.run(
            lambda _progress: last_ordonnance(services, patient_id), done=self._offer_last, owner=self, key="last"
        )

    @property
    def _offers_renewal(self) -> bool:
        return self.kept.has_some and not self.kept.isHidden() and self.pane.field.hasFocus()

    def _offer_renewals(self, found: list[KeptPrescription]) -> None:
        self.kept.show_kept(tuple(found))
        self._room()
        if found:
            self.last.hide()

    def _renew(self, kept: KeptPrescription) -> None:
        """Take up an ordonnance: its lines wait for their boxes, or are answered by those scanned before."""
        if self.till.do(matching.take(self.till.session, kept, self.till.picture.products)):
            self.ui.say(f"Ordonnance de {kept.prescriber_name}\u00a0: scannez les boîtes.", "success")
        self.closed.emit()

    def _offer_beyond(self, offers: tuple[Offer, ...]) -> None:
        self.beyond.show_offers(offers)
        if offers:
            self.last.hide()

    def _go_beyond(self, offer: Offer) -> None:
        """Take an ordonnance up beyond what it gave: its lines wait for their boxes, for one delivery of the rule."""
        if self.till.do(exceptional.take(self.till.session, offer, self.till.picture.products)):
            self.ui.say(f"{offer.kind.label} ({exceptional.article(offer.kind)})\u00a0: scannez les boîtes.", "warning")
        self.closed.emit()

    def _offer_last(self, last: LastOrdonnance | None) -> None:
        self._last = last
        self.last.setVisible(last is not None and not self.kept.has_some and not self.beyond.has_some)
        if last is None:
            return
        count = len(last.products)
        products = f"{count} produit{'s' if count > 1 else ''}"
        self.last_words.setText(f"{last.prescriber_name}, du {formats.date(last.written_on)} · {products}")
        if self._chosen is None and not self.kept.has_some:
            self._set_chosen(last.prescriber_id, last.prescriber_name)

    def _take_last(self) -> None:
        """Take the last ordonnance as it was: this delivery is one more renewal of it."""
        if self._last is None:
            return
        self._set_chosen(self._last.prescriber_id, self._last.prescriber_name)
        self.date.set_date(self._last.written_on)
        self.renewal.setValue(self.renewal.value() + 1)
        self.reveal(self.date)

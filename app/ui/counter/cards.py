"""What does the counter do with a card that is put in: take the patient, ask which one, or say why not?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.kernel.outcome import Finding, Refused, Severity
from app.officine.dispensing import session as editing
from app.officine.patients.cards import AID, CardNews
from app.ui import sounds
from app.ui.counter.card_drawer import CardDrawer
from app.ui.counter.patient_drawer import PatientDrawer
from app.ui.counter.payment_drawer import PaymentDrawer
from app.ui.counter.rights_drawer import RightsDrawer
from app.ui.sounds import Sound

if TYPE_CHECKING:
    from app.kernel.errors import GalienError
    from app.kernel.outcome import Outcome
    from app.officine.patients.cards import Beneficiary, CardReading, News
    from app.officine.patients.model import Patient
    from app.ui.context import Ui
    from app.ui.counter.page import TillPage


_OF_A_CARD = frozenset({"GAL-CRT-09", "GAL-CRT-10", "GAL-CRT-20", "GAL-CRT-22"})
"""What is said of a card that is in: it goes with the card."""


class CardHand(QObject):
    """Takes the cards of one comptoir."""

    def __init__(self, ui: Ui, page: TillPage) -> None:
        """Serve ``page``."""
        super().__init__(page)
        self._ui, self._page = ui, page
        self._reading = 0

    def take(self, news: News) -> None:
        """Read a Vitale that was put in; forget one that was pulled."""
        if news.is_vitale:
            self._read(news.reader)
        elif news.news is CardNews.REMOVED:
            self._reading += 1
            if any(finding.code in _OF_A_CARD for finding in self._page.notice.findings):
                self._page.notice.set_findings(())
            drawer = self._page.drawer
            if isinstance(drawer, CardDrawer) and drawer.card_gone(news.reader):
                self._page.close_drawer()
            if isinstance(drawer, RightsDrawer) and self._ui.services.cards.vitale_reader() is None:
                drawer.card_gone()

    def read_present(self) -> None:
        """Read the Vitale that is in a reader; say what to do where there is none."""
        reader = self._ui.services.cards.vitale_reader()
        if reader is not None:
            self._read(reader)
            return
        drawer = self._page.open(CardDrawer.name)
        drawer.forget()

    def create(self, beneficiary: Beneficiary) -> None:
        """Begin a creation with what the card says of a person."""
        drawer = self._page.open(PatientDrawer.name)
        assert isinstance(drawer, PatientDrawer)
        drawer.begin("", beneficiary.draft, AID)

    def _read(self, reader: str) -> None:
        self._reading += 1
        asked, cards = self._reading, self._ui.services.cards
        self._ui.tasks.run(
            lambda _progress: cards.read(reader),
            done=lambda outcome: self._show(outcome, asked),
            failed=lambda error: self._unread(error, asked),
            owner=self,
            key="card",
        )

    def _unread(self, error: GalienError, asked: int) -> None:
        """Say what stood in the way; of a card pulled meanwhile, that it was pulled."""
        if asked in {self._reading, self._reading - 1}:
            self._page.tell(Finding(error.code, Severity.WARNING, error.text, error.advice))

    def _show(self, outcome: Outcome[CardReading], asked: int) -> None:
        if asked != self._reading:
            return
        if isinstance(outcome, Refused):
            self._page.tell(outcome.findings[0])
            return
        reading, session = outcome.value, self._page.till.session
        match = reading.only_match
        if isinstance(self._page.drawer, PaymentDrawer) or self._page.till.validating:
            self._page.tell(
                _info("GAL-CRT-22", "Carte Vitale lue\u202f; l’encaissement continue.", "Ctrl+F2 la montre.")
            )
        elif match is not None and session.patient_id in {None, match.id}:
            self._take(match)
        elif len(reading.beneficiaries) == 1 and session.patient_id is None and _is_new(reading.beneficiaries[0]):
            self.create(reading.beneficiaries[0])
        else:
            drawer = self._page.open(CardDrawer.name)
            assert isinstance(drawer, CardDrawer)
            drawer.show_reading(reading)

    def _take(self, patient: Patient) -> None:
        till = self._page.till
        till.do(editing.set_patient(till.session, patient.id, patient.display_name))
        if isinstance(self._page.drawer, CardDrawer | PatientDrawer):
            self._page.close_drawer()
        key = self._ui.acts.key_text_of("counter.rights")
        self._ui.say(f"{patient.display_name}. {AID} {key} lit ses droits.", "success")
        sounds.play(self._ui.settings, Sound.FOUND)


def _is_new(beneficiary: Beneficiary) -> bool:
    return not beneficiary.matches and not beneficiary.alike


def _info(code: str, text: str, advice: str) -> Finding:
    return Finding(code, Severity.INFO, text, advice)

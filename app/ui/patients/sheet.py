"""What does the sheet of a patient show: identity, its status, contact, coverage, allergies?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.officine.patients.model import Scheme
from app.ui import formats
from app.ui.documents.words import dated, document_line
from app.ui.patients.allergies import state_words
from app.ui.patients.identity_words import patient_pairs
from app.ui.widgets.basics import Panel, Text
from app.ui.widgets.facts import Facts, Sheet
from app.ui.widgets.symbol import Symbol

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from app.officine.inbox.model import Received
    from app.officine.patients.cog_model import PlaceName
    from app.officine.patients.ins_symbols import InsSymbol
    from app.officine.patients.model import Coverage, Patient
    from app.officine.rights.model import Kept
    from app.officine.safety.model import Recorded

_DOCUMENTS = 5
"""How many of the received documents the sheet names."""

EXEMPTIONS = {
    "maternity": "Maternité",
    "at": "Accident du travail",
    "vaccine_campaign": "Campagne de vaccination",
    "invalidity": "Pension d’invalidité",
    "ame": "Aide médicale de l’État",
}


def coverage_text(coverage: Coverage) -> str:
    """Return the coverage of a patient on one line."""
    parts = ["Régime Alsace-Moselle" if coverage.scheme is Scheme.ALSACE_MOSELLE else "Régime général"]
    if coverage.exemption is not None:
        parts.append(EXEMPTIONS.get(coverage.exemption, coverage.exemption))
    if coverage.ald:
        parts.append("ALD")
    if coverage.css:
        parts.append("CSS")
    elif coverage.amc is not None:
        parts.append("complémentaire en tiers payant")
    return ", ".join(parts)


def dated_rights(coverage: Coverage, on: dt.date) -> list[tuple[str, bool]]:
    """Return the rights whose dates are known, each with its dates and whether it holds on a day."""
    rights = (
        (coverage.ald, "ALD", coverage.ald_from, coverage.ald_to, coverage.ald_on(on)),
        (coverage.css, "CSS", None, coverage.css_to, coverage.css_on(on)),
        (
            coverage.exemption is not None,
            EXEMPTIONS.get(coverage.exemption or "", ""),
            coverage.exemption_from,
            coverage.exemption_to,
            coverage.exemption_on(on) is not None,
        ),
    )
    told = []
    for held, label, first, last, holds in rights:
        if held and (first is not None or last is not None):
            begun = "" if first is None else f" du {formats.date(first)}"
            ended = "" if last is None else f" {'au' if first else 'jusqu’au'} {formats.date(last)}"
            reference = f" ({coverage.exemption_reference})" if label == EXEMPTIONS["at"] else ""
            state = "" if holds else "\u00a0: hors dates, non appliqué à ce jour"
            told.append((f"{label}{reference}{begun}{ended}{state}", holds))
    return told


def kept_words(kept: Kept) -> str:
    """Return the reading by which a file was last brought up to date, in words."""
    simulated = ", SIMULÉ" if kept.is_simulated else ""
    return f"{kept.source}, lue le {formats.moment(kept.read_at)} par {kept.author}{simulated}"


@dataclass(frozen=True, slots=True)
class Sight:
    """What may be seen of an identity: the matricule, and the traits besides the four of always."""

    may_see: bool
    on_screen: tuple[str, ...]


class PatientSheet(Panel):
    """The sheet of the patient pointed at, to be read."""

    def __init__(self) -> None:
        """Start with nobody."""
        super().__init__()
        self.name = Text("", "title", wrap=True, selectable=True)
        self.summary = Text("", "muted", wrap=True)
        self.sheet = Sheet("Dossier du patient")
        for part in (self.name, self.summary):
            self.body.addWidget(part)
        self.body.addWidget(self.sheet, 1)
        self.patient: Patient | None = None

    def show_patient(
        self,
        patient: Patient | None,
        today: dt.date,
        recorded: Recorded | None = None,
        kept: Kept | None = None,
        *,
        sight: Sight,
        symbol: InsSymbol | None = None,
        place: PlaceName | None = None,
        documents: Sequence[Received] | None = None,
    ) -> None:
        """Show a patient as of ``today``, or nobody; ``recorded`` are the allergies, None until they are read.

        ``kept`` is the reading of a card by which the rights were last brought up to date, ``symbol`` the INS of an
        identity qualifiée, to be scanned from the screen; ``sight`` is what may be seen of the identity, ``place`` the
        place of birth in words, once it is read; ``documents`` those that were received and filed here, None until they
        are read, or for who may not read them.
        """
        self.patient = patient
        self.sheet.begin()
        if patient is None:
            self.name.setText("Aucun patient choisi")
            self.summary.setText("Le dossier du patient pointé dans la liste s’affiche ici.")
            return
        self.name.setText(patient.display_name)
        born = f"{formats.born(patient.sex)} le {formats.date(patient.birth_date)}"
        self.summary.setText(f"{formats.age(patient.age(today))}, {born}")
        self._allergies(patient, recorded)
        if documents:
            self._documents(documents)
        self.sheet.section("Traits d’identité")
        pairs = patient_pairs(patient, may_see=sight.may_see, on_screen=sight.on_screen, place=place)
        self.sheet.column.addWidget(Facts(pairs))
        if symbol is not None:
            drawn = Symbol("DataMatrix INS du patient")
            drawn.show_symbol(symbol.modules, symbol.caption)
            self.sheet.column.addWidget(drawn)
        self.sheet.section("Contact")
        contact = _contact(patient)
        if contact:
            self.sheet.column.addWidget(Facts(contact))
        else:
            self.sheet.text("Aucun moyen de contact renseigné.", "muted")
        self.sheet.section("Couverture")
        self.sheet.text(coverage_text(patient.coverage))
        for text, held in dated_rights(patient.coverage, today):
            self.sheet.text(text, "muted" if held else "warning")
        if kept is not None:
            self.sheet.text(f"Droits repris\u00a0: {kept_words(kept)}", "caption")
        if documents is not None and not documents:
            self._documents(documents)
        self.sheet.end()

    def _documents(self, documents: Sequence[Received]) -> None:
        self.sheet.section("Documents reçus")
        if not documents:
            self.sheet.text("Aucun document reçu n’est classé dans ce dossier.", "muted")
            return
        shown = documents[:_DOCUMENTS]
        self.sheet.column.addWidget(Facts([(dated(one), document_line(one)) for one in shown]))
        more = len(documents) - len(shown)
        others = f"Et {more} de plus\u202f; " if more else ""
        self.sheet.text(f"{others}Ctrl+D les ouvre.", "caption")

    def _allergies(self, patient: Patient, recorded: Recorded | None) -> None:
        self.sheet.section("Allergies et intolérances")
        for one in () if recorded is None else recorded.allergies:
            reaction = f", {one.reaction}" if one.reaction else ""
            self.sheet.text(f"{one.label}{reaction}", "danger")
            self.sheet.text(f"Noté le {formats.date(one.noted_on)} par {one.author}", "caption")
        if patient.allergies:
            self.sheet.text(patient.allergies, "danger")
        elif recorded is not None and not recorded.allergies:
            self.sheet.text(state_words(recorded), "muted")


def _contact(patient: Patient) -> list[tuple[str, str]]:
    town = f"{patient.postal_code} {patient.city}".strip()
    address = ", ".join(part for part in (patient.address_line, town) if part)
    found = [("Téléphone", patient.phone), ("Courriel", patient.email), ("Adresse", address)]
    return [(label, value) for label, value in found if value]

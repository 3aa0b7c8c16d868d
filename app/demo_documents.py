"""Which documents does a demonstration receive in its first days? D1 to D7, made here, of its own fictitious people.

A synthesis, a report of biology with abnormal results, a letter at the end of a stay, a prescription, a vaccination, a
report whose traits are not quite those of the file, and the corrected report of biology. They come as they would by
mail: some in an archive, some alone, at moments of the days before.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from typing import TYPE_CHECKING, Final

from app.kernel.clock import PARIS, FixedClock
from app.kernel.errors import Bug
from app.kernel.outcome import Done
from app.officine.inbox.model import Origin
from app.officine.inbox.service import Inbox
from app.sandbox import documents
from app.sandbox.dataset import Practitioner
from app.sandbox.documents import Measure, Named, Sent
from app.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.bootstrap import Services
    from app.sandbox.dataset import Dataset, Person

BIOLOGIST: Final = Practitioner(
    key="B1",
    family_name="ORTIE",
    given_name="Salomé",
    rpps="89970002104",
    specialty="Biologie médicale",
    finess="639999036",
    address_line="2 rue des Éprouvettes",
    postal_code="63998",
    city="Bourg-l’Officine",
    phone="01 99 00 64 20",
    mss="labo.ronces@biologie.mssante.example",
)
LABORATORY: Final = "Laboratoire des Ronces (fictif)"
HOSPITAL: Final = "Centre hospitalier fictif de Bourg-l’Officine"

_RENAL: Final = (
    Measure("Créatinine", "14682-9", "148", "umol/L", "45", "84", "H", "112"),
    Measure("Débit de filtration glomérulaire estimé", "62238-1", "34", "mL/min", "60", "", "L", "47"),
    Measure("Potassium", "2823-3", "5.9", "mmol/L", "3.5", "5.0", "HH", "4,6"),
    Measure("Sodium", "2951-2", "139", "mmol/L", "136", "145", "", "140"),
    Measure("Hémoglobine glyquée", "4548-4", "7.1", "%", "4.0", "6.0", "H", "6,8"),
)
_MOMENTS: Final = {"MORN": "le matin", "EVE": "le soir"}
_CORRECTED: Final = Measure("Potassium", "2823-3", "5.1", "mmol/L", "3.5", "5.0", "H", "4,6")


@dataclasses.dataclass(frozen=True, slots=True)
class Demo:
    """The documents of a demonstration as they are on its first day, by their keys, D1 to D7."""

    data: Dataset
    first_day: dt.date

    def parcels(self) -> Mapping[str, tuple[dt.datetime, str, Callable[[], bytes]]]:
        """Return when each came, under which name, and what makes its octets."""
        return {
            "D1": (self._at(5, 8, 12), "synthese.xml", self.synthesis),
            "D2": (self._at(3, 18, 40), "biologie.xml", self.biology),
            "D3": (self._at(2, 11, 5), "lettre-de-liaison.xml", self.letter),
            "D4": (self._at(2, 17, 20), "ordonnance.xml", self.prescription),
            "D5": (self._at(1, 10, 31), "vaccination.xml", self.vaccination),
            "D6": (self._at(1, 15, 48), "consultation.xml", self.consultation),
            "D7": (self._at(0, 8, 3), "biologie-v2.xml", functools.partial(self.biology, version=2)),
        }

    def synthesis(self) -> bytes:
        """D1: the synthesis of a patient whose identity is qualifiée (VSM, level 3)."""
        sections = (
            documents.section(
                "11450-4",
                "Pathologies en cours",
                documents.listed(["Hypertension artérielle (2012)", "Diabète de type 2 (2016)", "Insuffisance rénale"]),
                [
                    documents.problem("Hypertension artérielle", "2012"),
                    documents.problem("Diabète de type 2", "2016"),
                    documents.problem("Insuffisance rénale chronique", "2021"),
                ],
            ),
            documents.section(
                "48765-2",
                "Allergies et intolérances",
                documents.listed(["Sulfamides : urticaire"]),
                [documents.allergy("Sulfamides", "Urticaire")],
            ),
            documents.section(
                "10160-0",
                "Traitements au long cours",
                documents.listed(
                    [
                        "COVERSYL 5 mg : 1 comprimé le matin",
                        "GLUCOPHAGE 1000 mg : 1 comprimé le matin",
                        "CRESTOR 10 mg : 1 comprimé le soir",
                    ]
                ),
                [
                    documents.treatment("COVERSYL 5 mg, comprimé pelliculé sécable", "63849839", 1, "MORN"),
                    documents.treatment("GLUCOPHAGE 1000 mg, comprimé pelliculé sécable", "68915976", 1, "MORN"),
                    documents.treatment("CRESTOR 10 mg, comprimé pelliculé", "68479386", 1, "EVE"),
                ],
            ),
        )
        return documents.written(
            Sent(
                kind=documents.SYNTHESIS,
                title="Synthèse médicale",
                patient=self._named("P5"),
                author=self._doctor("M1"),
                place="Cabinet médical des Ronces (fictif)",
                at=self._at(6, 19, 0),
                number=1,
                care="Ambulatoire",
                body=documents.structured(*sections),
            )
        )

    def biology(self, version: int = 1) -> bytes:
        """D2: a report of biology with results out of their range; D7, version 2: the potassium was measured again."""
        at = self._at(3, 7, 50) if version == 1 else self._at(1, 18, 15)
        measures = [_CORRECTED if one.name == _CORRECTED.name and version > 1 else one for one in _RENAL]
        numbers = (2, *range(7, 7 + version))
        said = [
            "Insuffisance rénale modérée, en aggravation. Hyperkaliémie à contrôler sous quarante-huit heures.",
            "Adapter les posologies à la fonction rénale.",
        ]
        if version > 1:
            said[0] = "Ce compte rendu annule et remplace le précédent : potassium recontrôlé, tube hémolysé."
        return documents.written(
            Sent(
                kind=documents.BIOLOGY,
                title="Compte rendu d’examens biologiques",
                patient=self._named("P5"),
                author=BIOLOGIST,
                place=LABORATORY,
                at=at,
                number=numbers[version - 1],
                set_number=numbers[0],
                version=version,
                replaces=None if version == 1 else numbers[version - 2],
                care="Ambulatoire",
                body=documents.structured(
                    documents.results("Biochimie sanguine", measures, at, self._at(96, 8, 0)),
                    documents.section("55112-7", "Conclusion", documents.paragraph(*said)),
                ),
            )
        )

    def letter(self) -> bytes:
        """D3: a letter at the end of a stay, which is a PDF (level 1)."""
        return documents.written(
            Sent(
                kind=documents.DISCHARGE,
                title="Lettre de liaison à la sortie",
                patient=self._named("T7"),
                author=self._doctor("M5"),
                place=HOSPITAL,
                at=self._at(2, 10, 30),
                number=3,
                care="Hospitalisation",
                body=documents.pdf(_letter_pdf(self._at(2, 10, 30), self._person("T7"))),
            )
        )

    def prescription(self) -> bytes:
        """D4: a prescription of three lines (level 3)."""
        lines = (
            ("ELIQUIS 5 mg, comprimé pelliculé", "61902218", 1, "MORN", 30, 5),
            ("FUROSEMIDE BIOGARAN 40 mg, comprimé sécable", "61337509", 1, "MORN", 30, 2),
            ("ATORVASTATINE BIOGARAN 20 mg, comprimé pelliculé", "68212077", 1, "EVE", 30, 5),
        )
        words = [
            f"{name} : 1 comprimé {_MOMENTS[moment]}, {days} jours, à renouveler {again} fois"
            for name, _cis, _units, moment, days, again in lines
        ]
        entries = [
            documents.prescribed(name, cis, units, moment, days=days, renewals=again)
            for name, cis, units, moment, days, again in lines
        ]
        return documents.written(
            Sent(
                kind=documents.PRESCRIPTION,
                title="Prescription de médicaments",
                patient=self._named("T2"),
                author=self._doctor("M2"),
                place="Cabinet de cardiologie des Digitales (fictif)",
                at=self._at(2, 16, 55),
                number=4,
                care="Ambulatoire",
                body=documents.structured(
                    documents.section("57828-6", "Médicaments prescrits", documents.listed(words), entries)
                ),
            )
        )

    def vaccination(self) -> bytes:
        """D5: a note of vaccination of a patient who has no INS: his traits alone tell him."""
        at = self._at(1, 10, 0)
        note = (
            '<substanceAdministration classCode="SBADM" moodCode="EVN"><templateId root="1.2.250.1.213.1.1.3.45"/>'
            f'<statusCode code="completed"/><effectiveTime value="{at:%Y%m%d}"/>'
            '<routeCode code="IM" displayName="Voie intramusculaire"/>'
            '<approachSiteCode code="LA" displayName="Bras gauche"/><doseQuantity value="0.5" unit="mL"/>'
            "<consumable><manufacturedProduct><manufacturedMaterial>"
            '<code code="62048742" codeSystem="1.2.250.1.213.2.3.1" displayName="EFLUELDA, suspension injectable"/>'
            "<lotNumberText>K26F118</lotNumberText></manufacturedMaterial></manufacturedProduct></consumable>"
            "</substanceAdministration>"
        )
        told = "Vaccination antigrippale faite ce jour, bras gauche : EFLUELDA, lot K26F118. Bonne tolérance immédiate."
        return documents.written(
            Sent(
                kind=("87273-9", documents.LOINC, "Note de vaccination", "1.2.250.1.213.1.1.1.46"),
                title="Note de vaccination",
                patient=self._named("P1"),
                author=self._doctor("M3"),
                place="Cabinet médical du Houx (fictif)",
                at=at,
                number=5,
                care="Ambulatoire",
                body=documents.structured(
                    documents.section("11369-6", "Vaccinations", documents.paragraph(told), [note])
                ),
            )
        )

    def consultation(self) -> bytes:
        """D6: a report whose first name and place of birth are not those of the file: a person is to compare."""
        patient = dataclasses.replace(
            self._named("P2"), first_name="THEO", birth_names="THEO", birth_place="63999", matricule="", oid=""
        )
        link = '<linkHtml href="https://exemple.test/cardiologie">la fiche remise au patient</linkHtml>'
        return documents.written(
            Sent(
                kind=documents.CONSULTATION,
                title="Compte rendu de consultation de cardiologie",
                patient=patient,
                author=self._doctor("M2"),
                place="Cabinet de cardiologie des Digitales (fictif)",
                at=self._at(1, 15, 10),
                number=6,
                care="Ambulatoire",
                body=documents.structured(
                    documents.section(
                        "29545-1",
                        "Examen",
                        documents.paragraph(
                            "Tension artérielle 132/78 mmHg, rythme régulier. Pas de signe d’insuffisance cardiaque."
                        ),
                    ),
                    documents.section(
                        "18776-5",
                        "Conduite à tenir",
                        documents.paragraph(
                            "Poursuite du traitement à l’identique. Contrôle de la kaliémie dans un mois.",
                        )
                        + f"<paragraph>Conseils hygiéno-diététiques : voir {link}.</paragraph>",
                    ),
                ),
            )
        )

    def _at(self, days: int, hour: int, minute: int) -> dt.datetime:
        return dt.datetime.combine(self.first_day - dt.timedelta(days=days), dt.time(hour, minute), PARIS)

    def _person(self, key: str) -> Person:
        return next(one for one in self.data.patients if one.key == key)

    def _doctor(self, key: str) -> Practitioner:
        return next(one for one in self.data.prescribers if one.key == key)

    def _named(self, key: str) -> Named:
        person = self._person(key)
        qualified = person.status == "qualifiee"
        return Named(
            family_name=person.family_name,
            first_name=person.first_name,
            birth_names=person.birth_names or person.first_name,
            sex=person.sex,
            birth_date=person.birth_date.isoformat(),
            birth_place=person.birth_place,
            matricule=person.matricule if qualified else "",
            oid=person.oid if qualified else "",
        )


def load(services: Services, data: Dataset, first_day: dt.date) -> None:
    """Receive the documents of a demonstration, each at its moment. Raises Bug where one is not as it must be."""
    for at, name, make in Demo(data, first_day).parcels().values():
        past = Database(services.db.engine, FixedClock(at), services.publisher)
        inbox = Inbox(past, services.copies.blobs, services.staff, services.patients, production=False)
        outcome = inbox.receive(make(), Origin.DEMO, services.system_actor, name=name)
        if not isinstance(outcome, Done) or outcome.value.aside:
            raise Bug(f"Document de démonstration mis de côté : {name}")


def _letter_pdf(at: dt.datetime, person: Person) -> bytes:
    """Return the pages of the letter."""
    from app.docs.fonts import BOLD  # noqa: PLC0415 -- heavy: only for this letter
    from app.docs.sheet import A4, Sheet  # noqa: PLC0415 -- the same
    from app.docs.ticket import Pharmacy  # noqa: PLC0415 -- the same

    place = Pharmacy(HOSPITAL, ("63998 Bourg-l’Officine",), "01 99 00 64 05")
    sheet = Sheet(A4, "Lettre de liaison", place, "SIMULATION")
    sheet.paragraph(HOSPITAL, size=12, font=BOLD)
    sheet.paragraph("Service de médecine polyvalente", size=9)
    sheet.space(8)
    sheet.paragraph("Lettre de liaison à la sortie", size=15, font=BOLD)
    sheet.space(3)
    sheet.paragraph(f"Patient : {person.family_name} {person.first_name}, né le {person.birth_date:%d/%m/%Y}", size=10)
    sheet.paragraph(f"Sorti le {at:%d/%m/%Y}", size=10)
    for title, text in _LETTER:
        sheet.space(5)
        sheet.paragraph(title, size=11, font=BOLD)
        sheet.paragraph(text, size=10)
    return sheet.pdf()


_LETTER: Final = (
    ("Motif d’hospitalisation", "Pneumopathie communautaire, prise en charge pendant six jours."),
    (
        "Évolution",
        "Apyrexie au troisième jour sous amoxicilline. Oxygène arrêté au quatrième jour. Marche sans essoufflement.",
    ),
    (
        "Traitement de sortie",
        "Amoxicilline 500 mg : deux gélules trois fois par jour pendant trois jours. Autres traitements inchangés.",
    ),
    ("Suites", "Radiographie du thorax de contrôle à six semaines, chez le médecin traitant."),
)

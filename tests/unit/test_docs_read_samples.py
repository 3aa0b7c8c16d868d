"""Is everything that the official samples say as data taken out of them, and nothing else?"""

from __future__ import annotations

import pytest
from cda_samples import SAMPLES, sample
from lxml import etree

from app.docs.reading.medications import CURRENT, DISCHARGE, STOPPED
from app.docs.reading.read import read

SPACES = {"c": "urn:hl7-org:v3", "x": "http://www.w3.org/2001/XMLSchema-instance"}
_CONCERNS = "c:section[c:code[@code='11450-4' or @code='11348-0']]/c:entry/c:act/c:entryRelationship"
_DEVICES = "c:section[c:templateId/@root='1.2.250.1.213.1.1.2.222']/c:entry/c:supply"
COUNTS = {
    "medications": "//c:section[c:code[@code='10160-0' or @code='18610-6' or @code='10183-2']]/c:entry//c:consumable",
    "allergies": "//c:section[c:code/@code='48765-2']//c:participant[@typeCode='CSM']",
    "problems": f"//{_CONCERNS}/c:observation",
    "results": "//c:observation[c:templateId/@root='1.2.250.1.213.1.1.3.80']",
    "vaccinations": "//c:substanceAdministration[c:templateId/@root='1.2.250.1.213.1.1.3.45']",
    "prescription": f"//c:section[c:code/@code='57828-6']/c:entry | //{_DEVICES}",
}
"""What the samples hold, found otherwise than the readers do: by section codes, or by the ids of the CI-SIS alone."""


@pytest.mark.req("SC.DOC.07")
@pytest.mark.parametrize("name", [name for name, _kind, _title in SAMPLES])
def test_as_many_are_read_as_the_sample_holds(name: str) -> None:
    content = sample(name)
    document = read(content)
    tree = etree.fromstring(content)
    held = {kind: len(tree.xpath(path, namespaces=SPACES)) for kind, path in COUNTS.items()}
    assert {kind: len(getattr(document, kind)) for kind in COUNTS} == held
    assert not [one for one in document.findings if one.severity != "info"]


@pytest.mark.req("SC.DOC.07")
def test_the_samples_hold_what_is_counted() -> None:
    """The counts above are not all zero: a path that finds nothing would prove nothing."""
    totals = dict.fromkeys(COUNTS, 0)
    for name, _kind, _title in SAMPLES:
        document = read(sample(name))
        for kind in COUNTS:
            totals[kind] += len(getattr(document, kind))
    assert totals == {
        "medications": 5,
        "allergies": 2,
        "problems": 6,
        "results": 11,
        "vaccinations": 5,
        "prescription": 3,
    }


@pytest.mark.req("SC.DOC.07")
def test_the_synthesis_gives_treatments_problems_and_the_allergy() -> None:
    document = read(sample("VSM_1.4.xml"))
    told = [(one.name, one.cis, one.cip13, one.start, one.indication, one.status) for one in document.medications]
    assert told == [
        (
            "PLAVIX 75 mg, comprimé pelliculé", "63564053", "3400938022209", "2019-08-11",
            "Angine de poitrine instable", CURRENT,
        ),
        (
            "COUMADINE 5mg, comprimé sécable", "63245753", "3400935693099", "2019-08-11",
            "Accident Ischémique Cérébral Transitoire", CURRENT,
        ),
    ]  # fmt: skip
    assert [one.dose_text for one in document.medications] == [
        "2 comprimés 1 fois par jour",
        "1 comprimé toutes les 6 heures",
    ]
    (allergy,) = document.allergies
    assert (allergy.agent, allergy.code.code, allergy.code.system) == ("PARACETAMOL", "60234100", "1.2.250.1.213.2.3.1")
    assert (allergy.reaction, allergy.status, allergy.date) == ("Urticaire", "Intermittent", "2018-06-03")
    assert allergy.kind == "Allergie à un produit pharmaceutique"
    told = [(one.code.code, one.start, one.end, one.status, one.section) for one in document.problems]  # type: ignore[misc]
    assert told == [
        ("G45.9", "2019-08-11", "", "Actif", "Pathologie en cours"),
        ("I20.0", "2019-08-11", "", "Actif", "Pathologie en cours"),
        ("N10", "2018-04-22", "2018-04-30", "Terminé", "Antécédents médicaux"),
        ("I21.1", "2018-01-14", "2018-01-25", "Terminé", "Antécédents médicaux"),
    ]  # type: ignore[comparison-overlap]


@pytest.mark.req("SC.DOC.07")
def test_the_report_of_biology_gives_each_value_as_it_is_written() -> None:
    document = read(sample("CR-BIO_2021.01_Auto-Presentable.xml"))
    assert [(one.loinc, one.value, one.unit, one.low, one.high, one.flag) for one in document.results] == [
        ("2571-8", "0.62", "g/L", "0.50", "1.50", "N"),
        ("2093-3", "1.90", "g/L", "1.50", "2.00", "N"),
        ("2085-9", "0.73", "g/L", "0.40", "1.00", "N"),
        ("13457-7", "1.05", "g/L", "", "1.60", "N"),
        ("53049-3", "0.88", "g/L", "0.70", "1.08", "N"),
        ("30239-8", "45", "[IU]/L", "10", "50", "H"),
        ("1743-4", "49", "[IU]/L", "10", "50", "N"),
        ("2324-2", "65", "[IU]/L", "4", "60", "H"),
        ("1988-5", "<1.0 mg/L", "", "", "5.0", "N"),
        ("3016-3", "2.050", "m[IU]/L", "0.270", "4.200", "N"),
        ("3024-7", "7.67", "pg/mL", "9.30", "17.00", "L"),
    ]
    assert document.results[0].label == "Triglycérides [Masse/Volume] Sérum/Plasma ; Numérique"
    assert document.results[0].section == "Bilan lipidique"
    assert document.results[0].at == "2014-04-02T14:55:21+02:00"
    assert document.results[8].range_text == "≤ 5.0 mg/L"


@pytest.mark.req("SC.DOC.07")
def test_the_letter_tells_what_was_stopped_from_what_is_taken_home() -> None:
    document = read(sample("LDL-SES_2020.01.xml"))
    stopped, taken = document.medications
    assert (stopped.name, stopped.cis, stopped.atc, stopped.status) == (
        "SOLIAN 100 mg, comprimé sécable", "60019927", "N05AL05", STOPPED,
    )  # fmt: skip
    assert (stopped.start, stopped.end, stopped.cip13) == ("2018-08-01", "2019-10-29", "3400934874741")
    assert (taken.name, taken.cis, taken.status) == ("LEPONEX 100 mg, comprimé sécable", "62552920", DISCHARGE)
    assert taken.dose_text == "1 comprimé 1 fois par jour soit 100 mg/j (maximum 300 mg par jour)"
    assert document.status == "En cours"
    assert document.allergies == ()
    absent = [one for one in document.findings if one.code == "GAL-DOC-83"]
    assert len(absent) == 1
    assert "Aucun" in absent[0].text


@pytest.mark.req("SC.DOC.07")
def test_the_prescription_gives_each_line_with_its_posology_and_flags() -> None:
    tablet, magistral, bed = read(sample("eP-MED-DM_PosoStruct_2022.01.xml")).prescription
    assert (tablet.name, tablet.cis) == ("PARACETAMOL MYLAN 500 mg, comprimé", "63107752")
    assert (tablet.cip13, tablet.virtual, tablet.atc) == ("3400933516390", "MV00002306", "N02BE01")
    assert tablet.substances == ("paracetamol",)
    assert tablet.dose_text == (
        "1 comprimé toutes les 8 heures soit 1500 à 3000 mg/j pendant 2 jours à partir du 01/12/2021"
        " puis 1 comprimé toutes les 12 heures soit 1000 à 2000 mg/j pendant 4 jours à partir du 03/12/2021"
        " (maximum 4 par jour)"
    )
    assert (tablet.route, tablet.duration) == ("Voie orale", "du 01/12/2021 au 06/12/2021")
    assert (tablet.quantity, tablet.renewals, tablet.ald) == ("2 boîtes", 3, False)
    assert (tablet.non_substitutable, tablet.non_substitutable_reason) == (True, "MTE")
    assert (tablet.off_label, tablet.non_refundable) == (False, False)
    assert (tablet.work_accident, tablet.prevention) == (False, False)
    assert tablet.instructions == "A prendre au cours d'un repas"
    assert magistral.name == "Préparation magistrale : - 30g de diprosone - 70g de Cérat Frais de Galien"
    assert (magistral.dose_text, magistral.quantity, magistral.renewals) == ("2 applications/j", "1 tube", 0)
    assert (magistral.cis, magistral.cip13, magistral.virtual) == ("", "", "")
    assert bed.name.startswith("lit médical, lit + 135 kg")
    assert (bed.lpp, bed.emdn, bed.duration, bed.quantity) == ("1215702", "V0806", "60 jours", "1")
    assert (bed.renewals, bed.ald, bed.non_substitutable, bed.off_label) == (0, False, None, None)


@pytest.mark.req("SC.DOC.07")
def test_the_note_and_the_history_give_each_vaccination() -> None:
    note = read(sample("VAC-NOTE_2021.01.xml"))
    (vaccination,) = note.vaccinations
    assert vaccination.name.startswith("VACCIN TETANIQUE PASTEUR")
    assert (vaccination.date, vaccination.lot, vaccination.dose_number) == ("2009-09-28", "4456672", 2)
    assert (vaccination.cis, vaccination.cip13) == ("68747507", "3400932857241")
    assert (vaccination.route, vaccination.site) == ("injection intramusculaire", "Deltoïde gauche")
    assert (vaccination.performer, vaccination.reaction) == ("Dr Charles MULLER", "fièvre due à des médicaments")
    assert not vaccination.planned
    assert [one.agent[:22] for one in note.allergies] == ["VACCIN RABIQUE PASTEUR"]
    assert [one.dose_text for one in note.medications] == ["1 à 2 gélules toutes les 4 heures"]
    history = read(sample("VAC_2021.01.xml")).vaccinations
    assert [(one.date, one.lot, one.dose_number) for one in history] == [
        ("1975", "235421176", 1),
        ("2009-09-28", "4456668", 1),
        ("2009-09-28", "4456672", 2),
        ("2021-04-09", "357904636", 1),
    ]
    assert [one.reaction for one in history] == ["fièvre due à des médicaments"] * 3 + [""]

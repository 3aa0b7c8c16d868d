"""Is what a document denies, cancels or withdraws never read as if it stood?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cda_samples import cda, header, section, structured

from app.docs.reading.read import read
from app.docs.showing.data import grids

if TYPE_CHECKING:
    from app.docs.reading.model import ReadDocument

pytestmark = pytest.mark.req("SC.DOC.07")

_PRODUCT = """<consumable><manufacturedProduct><manufacturedMaterial><code code="60001234"
codeSystem="1.2.250.1.213.2.3.1" displayName="ESSAI 5 mg"/></manufacturedMaterial></manufacturedProduct></consumable>"""
_DOSE = '<doseQuantity value="10" unit="mg"/>'
_DAILY = '<effectiveTime xsi:type="PIVL_TS"><period value="1" unit="d"/></effectiveTime>'
_PENICILLIN = """<participant typeCode="CSM"><participantRole><playingEntity><code code="1" displayName="Pénicilline"/>
</playingEntity></participantRole></participant>"""


def _given(inside: str = "", attributes: str = "") -> str:
    return f'<substanceAdministration moodCode="EVN" {attributes}>{inside}{_PRODUCT}</substanceAdministration>'


def _status(code: str) -> str:
    return f'<statusCode code="{code}"/>'


def _of(kind: str, code: str, *entries: str, template: str = "") -> ReadDocument:
    return read(cda(header(kind=kind), structured(section(code, "x", *entries, template=template))))


def _cells(document: ReadDocument) -> str:
    return "\n".join(cell.text for grid in grids(document) for row in grid.rows for cell in row)


# --- Treatments -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("active", "en cours"),
        ("completed", "en cours"),
        ("aborted", "arrêté"),
        ("cancelled", "arrêté"),
        ("suspended", "suspendu"),
        ("held", "suspendu"),
    ],
)
def test_a_treatment_that_was_stopped_does_not_read_as_taken(code: str, status: str) -> None:
    document = _of("SYNTH", "10160-0", _given(_status(code) + _DOSE))
    assert [(one.name, one.status) for one in document.medications] == [("ESSAI 5 mg", status)]
    assert status in _cells(document)


@pytest.mark.parametrize(
    "entry",
    [
        _given(_status("nullified")),
        f'<act negationInd="true"><entryRelationship typeCode="COMP">{_given()}</entryRelationship></act>',
        f'<act><entryRelationship typeCode="COMP" negationInd="true">{_given()}</entryRelationship></act>',
        f'<organizer><statusCode code="nullified"/><component>{_given()}</component></organizer>',
    ],
)
def test_a_treatment_denied_by_what_holds_it_is_none(entry: str) -> None:
    document = _of("SYNTH", "10160-0", entry)
    assert document.medications == ()
    assert [one.code for one in document.findings] == ["GAL-DOC-83"]


def test_a_reason_that_is_denied_is_no_indication() -> None:
    reason = """<entryRelationship typeCode="RSON"><observation negationInd="{}"><value displayName="Asthme"/>
    </observation></entryRelationship>"""
    said = [_of("SYNTH", "10160-0", _given(reason.format(one))).medications[0].indication for one in ("false", "true")]
    assert said == ["Asthme", ""]


# --- Prescribed lines -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inside", "attributes", "said"),
    [
        ("", 'negationInd="true"', "NE PAS DÉLIVRER, inscrit pour ne pas être pris"),
        (_status("nullified"), "", "NE PAS DÉLIVRER, inscrit pour ne pas être pris"),
        (_status("cancelled"), "", "NE PAS DÉLIVRER, ligne annulée ou interrompue"),
        (_status("aborted"), "", "NE PAS DÉLIVRER, ligne annulée ou interrompue"),
    ],
)
def test_a_prescribed_line_that_is_denied_says_so_where_its_dose_is_read(
    inside: str, attributes: str, said: str
) -> None:
    document = _of("57833-6", "57828-6", _given(inside + _DAILY + _DOSE, attributes))
    assert [one.dose_text for one in document.prescription] == [f"{said}\u00a0: 10 mg 1 fois par jour"]
    assert [(one.code, str(one.severity)) for one in document.findings] == [("GAL-DOC-83", "warning")]
    assert said in _cells(document)
    bare = _of("57833-6", "57828-6", _given(inside, attributes))
    assert [one.dose_text for one in bare.prescription] == [said]


@pytest.mark.parametrize("negation", ["negationInd", "sdtc:negationInd"])
def test_a_device_that_is_denied_says_so(negation: str) -> None:
    device = f"""<supply xmlns:sdtc="urn:hl7-org:sdtc" moodCode="RQO" {negation}="true"><participant><participantRole>
    <playingDevice><code code="1" displayName="Attelle"/></playingDevice></participantRole></participant></supply>"""
    (line,) = _of("57833-6", "57828-6", device).prescription
    assert (line.name, line.instructions) == ("Attelle", "NE PAS DÉLIVRER, inscrit pour ne pas être pris")


@pytest.mark.parametrize(
    ("relation", "step"),
    [("", 'negationInd="true"'), ('negationInd="true"', ""), ("", "cancelled")],
)
def test_a_step_of_a_posology_that_is_denied_is_not_said_as_taken(relation: str, step: str) -> None:
    def one(inside: str, relation: str = "", step: str = "") -> str:
        status = _status(step) if step.isalpha() else ""
        attributes = "" if step.isalpha() else step
        return f"""<entryRelationship typeCode="COMP" {relation}><substanceAdministration {attributes}>{status}{inside}
        </substanceAdministration></entryRelationship>"""

    steps = one(_DAILY + _DOSE) + one(_DAILY + '<doseQuantity value="80" unit="mg"/>', relation, step)
    document = _of("57833-6", "57828-6", _given(steps))
    assert "80" not in document.prescription[0].dose_text
    assert [one.code for one in document.findings] == ["GAL-DOC-80"]


def test_every_mention_and_the_dates_of_a_line_are_shown() -> None:
    flag = """<entryRelationship typeCode="SUBJ"><observation><code code="{}"/><value xsi:type="BL" value="true"/>
    </observation></entryRelationship>"""
    period = '<effectiveTime xsi:type="IVL_TS"><low value="20260101"/><high value="20260131"/></effectiveTime>'
    said = _cells(_of("57833-6", "57828-6", _given(period + flag.format("GEN-180") + flag.format("GEN-295"))))
    assert "Accident du travail" in said
    assert "Prévention" in said
    assert "du 01/01/2026 au 31/01/2026" in said


# --- Allergies and problems -------------------------------------------------------------------------------------------


def _concern(observation: str, attributes: str = "", status: str = "active", relation: str = "") -> str:
    return f"""<act {attributes}>{_status(status)}<entryRelationship typeCode="SUBJ" {relation}>{observation}
    </entryRelationship></act>"""


_ALLERGY = f'<observation><value xsi:type="CD" code="T78.4" displayName="Allergie"/>{_PENICILLIN}</observation>'
_CERTAIN = """<entryRelationship typeCode="SUBJ"><observation><code code="66455-7"/><value code="{}"/></observation>
</entryRelationship></observation>"""


@pytest.mark.parametrize(
    "entry",
    [
        _concern(_ALLERGY, 'negationInd="true"'),
        _concern(_ALLERGY, relation='negationInd="1"'),
        _concern(_ALLERGY, status="nullified"),
        _concern(_ALLERGY.replace("<observation>", '<observation><statusCode code="nullified"/>')),
        *(_concern(_ALLERGY.replace("</observation>", _CERTAIN.format(code)))
          for code in ("entered-in-error", "723511001", "410516002", "410594000")),
    ],
)  # fmt: skip
def test_an_allergy_denied_by_what_holds_it_is_none(entry: str) -> None:
    document = _of("SYNTH", "48765-2", entry)
    assert document.allergies == ()
    assert [one.code for one in document.findings] == ["GAL-DOC-83"]


def test_how_severe_an_allergy_is_is_shown() -> None:
    severity = """<entryRelationship typeCode="SUBJ"><observation><code code="SEV"/>
    <value xsi:type="CD" code="H" displayName="Élevée"/></observation></entryRelationship></observation>"""
    said = _cells(_of("SYNTH", "48765-2", _concern(_ALLERGY.replace("</observation>", severity))))
    assert "Sévérité\u00a0: Élevée" in said


@pytest.mark.parametrize(
    ("label", "is_problem"),
    [
        ("Absence de rate", True),
        ("Absence congénitale d’un rein", True),
        ("Absence épileptique", True),
        ("Absences", True),
        ("Absence", False),
        ("Absence d’antécédent", False),
        ("Absence de toute allergie", False),
        ("Absence de traitement", False),
        ("Aucun antécédent connu", False),
        ("Pas de problème", False),
        ("Néant", False),
    ],
)
def test_a_problem_that_is_an_absence_is_no_absence_of_problems(label: str, is_problem: bool) -> None:
    observation = f'<observation><value xsi:type="CD" code="Q89.0" displayName="{label}"/></observation>'
    assert bool(_of("SYNTH", "11450-4", _concern(observation)).problems) is is_problem


# --- Vaccinations -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["cancelled", "aborted", "nullified"])
def test_a_vaccination_that_was_given_up_is_none_done(code: str) -> None:
    document = _of("87273-9", "11369-6", _given(_status(code)))
    assert document.vaccinations == ()
    assert [one.code for one in document.findings] == ["GAL-DOC-83"]
    assert "ESSAI 5 mg" in document.findings[0].text


# --- Results ----------------------------------------------------------------------------------------------------------


def _measured(inside: str, attributes: str = "") -> ReadDocument:
    observation = f"""<observation {attributes}><templateId root="1.3.6.1.4.1.19376.1.3.1.6"/>
    <code code="1" codeSystem="2.16.840.1.113883.6.1" displayName="INR"/>{inside}</observation>"""
    entry = f'<act><entryRelationship typeCode="COMP">{observation}</entryRelationship></act>'
    return _of("11502-2", "18723-7", entry, template="1.2.250.1.213.1.1.2.71")


_VALUE = '<value xsi:type="PQ" value="5" unit="g/L"/><interpretationCode code="HH"/>'


@pytest.mark.parametrize(
    ("inside", "attributes", "status"),
    [
        (_status("cancelled") + _VALUE, "", "non rendu"),
        (_status("nullified") + _VALUE, "", "non rendu"),
        (_status("aborted") + _VALUE, "", "non rendu"),
        (_VALUE, 'negationInd="true"', "nié"),
    ],
)
def test_a_result_that_was_withdrawn_has_no_value(inside: str, attributes: str, status: str) -> None:
    document = _measured(inside, attributes)
    assert [(one.label, one.value, one.unit, one.flag, one.status) for one in document.results] == [
        ("INR", "", "", "", status)
    ]
    (finding,) = document.findings
    assert "5 g/L" in finding.text
    assert f"Résultat {status}" in _cells(document)


@pytest.mark.parametrize(("code", "status"), [("active", "provisoire"), ("held", "suspendu"), ("completed", "")])
def test_a_result_that_is_not_final_says_so(code: str, status: str) -> None:
    document = _measured(_status(code) + _VALUE)
    assert [(one.value, one.flag, one.status) for one in document.results] == [("5", "HH", status)]
    assert (f"Résultat {status}" in _cells(document)) is bool(status)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ('<value xsi:type="IVL_PQ" value="5" unit="g/L"/>', ("5", "g/L")),
        (
            '<value xsi:type="CD" nullFlavor="OTH"><translation code="1" displayName="Positif"/></value>',
            ("Positif", ""),
        ),
        ('<value xsi:type="PQ" nullFlavor="NASK" value="5" unit="g/L"/>', ("", "")),
    ],
)
def test_a_value_written_in_an_odd_way_is_read_or_left(value: str, said: tuple[str, str]) -> None:
    (result,) = _measured(value).results
    assert (result.value, result.unit) == said


def test_a_range_in_another_unit_is_shown() -> None:
    bounds = """<referenceRange><observationRange><value xsi:type="IVL_PQ"><low value="200" unit="mg/dL"/>
    <high value="400" unit="mg/dL"/></value></observationRange></referenceRange>"""
    document = _measured('<value xsi:type="PQ" value="3" unit="g/L"/>' + bounds)
    assert "200 à 400 mg/dL" in _cells(document)


# --- Of another person, or only in part -------------------------------------------------------------------------------

_FATHER = '<subject><relatedSubject classCode="PRS"><code code="FTH"/></relatedSubject></subject>'
_INFARCT = _concern('<observation><value displayName="Infarctus"/></observation>')


@pytest.mark.parametrize(
    ("code", "entry"),
    [
        ("11450-4", _concern(f'<observation><value code="1" displayName="Infarctus"/>{_FATHER}</observation>')),
        ("11348-0", f"<organizer>{_FATHER}<component>{_INFARCT}</component></organizer>"),
        ("48765-2", _concern(_ALLERGY.replace("</observation>", f"{_FATHER}</observation>"))),
        ("10160-0", _given(_FATHER)),
    ],
)  # fmt: skip
def test_what_is_said_of_a_relative_is_not_the_patient_s(code: str, entry: str) -> None:
    document = _of("SYNTH", code, entry)
    assert (document.problems, document.allergies, document.medications) == ((), (), ())
    (finding,) = document.findings
    assert "autre personne" in finding.text


def test_a_result_or_a_vaccination_of_a_relative_is_not_the_patient_s() -> None:
    results = _measured(_VALUE + _FATHER)
    assert results.results == ()
    vaccinations = _of("87273-9", "11369-6", _given(_FATHER))
    assert vaccinations.vaccinations == ()
    assert ["autre personne" in one.text for one in (*results.findings, *vaccinations.findings)] == [True, True]


@pytest.mark.parametrize(("written", "said"), [("true", True), ("false", False)])
def test_a_line_that_is_denied_keeps_the_sense_of_its_flags(written: str, said: bool) -> None:
    flag = f"""<entryRelationship typeCode="COMP"><observation><code code="MED-574"/>
    <value xsi:type="BL" value="{written}"/></observation></entryRelationship>"""
    (line,) = _of("57833-6", "57828-6", _given(flag, 'negationInd="true"')).prescription
    assert line.ald is said


def test_a_least_dose_is_not_said_as_the_dose() -> None:
    bounds = '<doseQuantity><low value="1" unit="mg"/></doseQuantity>'
    assert (
        _of("57833-6", "57828-6", _given(bounds + _DAILY)).prescription[0].dose_text == "au moins 1 mg 1 fois par jour"
    )


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ('<doseQuantity><low value="0.25" unit="mL"/><high value="0.5" unit="mL"/></doseQuantity>', "0.25 mL à 0.5 mL"),
        ('<doseQuantity value="0.5" unit="mL"/>', "0.5 mL"),
        ('<doseQuantity nullFlavor="UNK" value="5"/>', ""),
    ],
)
def test_both_ends_of_the_dose_of_a_vaccine_are_kept(inside: str, said: str) -> None:
    assert [one.dose for one in _of("87273-9", "11369-6", _given(inside)).vaccinations] == [said]


def test_what_the_author_adds_in_words_of_his_own_is_shown() -> None:
    said = """<entryRelationship typeCode="SUBJ" inversionInd="true"><act><code code="48767-8"/>
    <text>Échantillon hémolysé</text></act></entryRelationship>"""
    result = _measured(_VALUE + said)
    assert [one.comment for one in result.results] == ["Échantillon hémolysé"]
    allergy = _of("SYNTH", "48765-2", _concern(_ALLERGY.replace("</observation>", f"{said}</observation>")))
    assert [one.comment for one in allergy.allergies] == ["Échantillon hémolysé"]
    vaccine = _of("87273-9", "11369-6", _given(said))
    assert [one.comment for one in vaccine.vaccinations] == ["Échantillon hémolysé"]
    assert all("Échantillon hémolysé" in _cells(one) for one in (result, allergy, vaccine))

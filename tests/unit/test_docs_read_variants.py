"""Is a document read alike however its author's software writes it, and said where it can't be?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from cda_samples import SAMPLES, cda, header, sample, section, structured
from lxml import etree

from app.docs.reading.read import read

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.docs.reading.model import ReadDocument

HL7 = "urn:hl7-org:v3"
KINDS = ("medications", "allergies", "problems", "results", "vaccinations", "prescription")
STATEMENTS = ("substanceAdministration", "observation", "act", "supply", "manufacturedProduct", "manufacturedMaterial",
              "doseQuantity", "observationRange", "playingEntity", "assignedEntity")  # fmt: skip
NAMES = [name for name, _kind, _title in SAMPLES if "Niveau-1" not in name]


def _other_prefix(root: Any) -> bytes:  # noqa: ANN401 -- an element of lxml
    """Every element of HL7 under another prefix, the default namespace given to something else."""
    spaces = {key: value for key, value in root.nsmap.items() if value != HL7 and key} | {"doc": HL7, None: "urn:x"}
    moved = etree.Element(root.tag, root.attrib, nsmap=spaces)
    moved.text = root.text
    moved.extend(list(root))
    etree.cleanup_namespaces(moved, top_nsmap=spaces)
    return bytes(etree.tostring(moved, encoding="UTF-8", xml_declaration=True))


def _other_pharmacy(root: Any) -> bytes:  # noqa: ANN401
    return bytes(etree.tostring(root)).replace(b"urn:ihe:pharm:medication", b"urn:ihe:pharm")


def _reversed_sections(root: Any) -> bytes:  # noqa: ANN401
    for body in root.iter(f"{{{HL7}}}structuredBody"):
        body[:] = list(reversed(body))
    return bytes(etree.tostring(root))


def _reversed_statements(root: Any) -> bytes:  # noqa: ANN401
    """The parts of each coded statement in the opposite order; the standard fixes one, software forgets it."""
    for name in STATEMENTS:
        for statement in root.iter(f"{{{HL7}}}{name}"):
            statement[:] = list(reversed(statement))
    return bytes(etree.tostring(root))


def _only_of_the_ans(root: Any) -> bytes:  # noqa: ANN401
    return _without(root, lambda at: not at.startswith("1.2.250.1.213."))


def _only_of_ihe(root: Any) -> bytes:  # noqa: ANN401
    return _without(root, lambda at: not at.startswith("1.3.6.1.4.1.19376."))


def _no_section_template(root: Any) -> bytes:  # noqa: ANN401
    """Sections known by their LOINC code alone; those of biology and of devices have no code of their own."""
    for part in root.iter(f"{{{HL7}}}section"):
        code = part.find(f"{{{HL7}}}code").get("code")
        if code in {"11450-4", "11348-0", "48765-2", "10160-0", "18610-6", "10183-2", "11369-6", "57828-6"}:
            for claimed in part.findall(f"{{{HL7}}}templateId"):
                part.remove(claimed)
    return bytes(etree.tostring(root))


def _newer_version(root: Any) -> bytes:  # noqa: ANN401
    """The version of the volet as its newer editions claim it, in the extension of each template id."""
    for claimed in root.iter(f"{{{HL7}}}templateId"):
        claimed.set("extension", "2024.01")
    return bytes(etree.tostring(root))


def _without(root: Any, gone: Callable[[str], bool]) -> bytes:  # noqa: ANN401
    for claimed in list(root.iter(f"{{{HL7}}}templateId")):
        holder = claimed.getparent()
        others = [one for one in holder.findall(f"{{{HL7}}}templateId") if not gone(one.get("root"))]
        if gone(claimed.get("root")) and others:
            holder.remove(claimed)
    return bytes(etree.tostring(root))


def _data(document: ReadDocument) -> dict[str, list[str]]:
    return {kind: sorted(map(repr, getattr(document, kind))) for kind in KINDS}


@pytest.mark.req("SC.DOC.07")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "change",
    [
        _other_prefix, _other_pharmacy, _reversed_sections, _reversed_statements, _only_of_the_ans, _only_of_ihe,
        _no_section_template, _newer_version,
    ],
)  # fmt: skip
def test_a_sample_written_otherwise_is_read_alike(name: str, change: Callable[[Any], bytes]) -> None:
    content = sample(name)
    root = etree.fromstring(content)
    alone = root if root.tag == f"{{{HL7}}}ClinicalDocument" else next(root.iter(f"{{{HL7}}}ClinicalDocument"))
    assert _data(read(change(alone))) == _data(read(content))


@pytest.mark.req("SC.DOC.07")
@pytest.mark.parametrize("name", NAMES)
def test_no_line_is_lost_for_a_part_that_is_missing(name: str) -> None:
    """Each optional part of the statements is taken away in turn: the count of lines stays, nothing raises."""
    content = sample(name)
    before = read(content)
    parts = ("routeCode", "effectiveTime", "doseQuantity", "repeatNumber", "rateQuantity", "maxDoseQuantity", "text",
             "lotNumberText", "statusCode", "referenceRange", "interpretationCode", "performer", "author", "id",
             "approachSiteCode", "formCode", "translation", "originalText", "title")  # fmt: skip
    for part in parts:
        root = etree.fromstring(content)
        for body in root.iter(f"{{{HL7}}}structuredBody"):
            for gone in list(body.iter(f"{{*}}{part}")):
                if gone.getparent().tag != f"{{{HL7}}}section" or part == "title":
                    gone.getparent().remove(gone)
        after = read(etree.tostring(root))
        counts = {kind: len(getattr(after, kind)) for kind in KINDS}
        assert counts == {kind: len(getattr(before, kind)) for kind in KINDS}, part


# --- Made for one question each ---------------------------------------------------------------------------------------


def _result(value: str, more: str = "") -> ReadDocument:
    observation = f"""<act classCode="ACT" moodCode="EVN"><entryRelationship typeCode="COMP">
    <observation classCode="OBS" moodCode="EVN"><templateId root="1.3.6.1.4.1.19376.1.3.1.6"/>
    <code code="6301-6" codeSystem="2.16.840.1.113883.6.1" displayName="INR"/>{value}{more}
    </observation></entryRelationship></act>"""
    return read(
        cda(
            header(kind="11502-2"),
            structured(section("18719-5", "INR", observation, template="1.2.250.1.213.1.1.2.70")),
        )
    )


@pytest.mark.req("SC.DOC.07")
def test_results_in_a_section_of_another_kind_are_known_by_their_template() -> None:
    observation = """<organizer><component><observation><templateId root="1.2.250.1.213.1.1.3.80"/>
    <code code="2160-0" codeSystem="2.16.840.1.113883.6.1" displayName="Créatinine"/>
    <value xsi:type="PQ" value="9" unit="mg/L"/></observation></component></organizer>"""
    document = read(cda(header(kind="SYNTH"), structured(section("30954-2", "x", observation, title="Points"))))
    assert [(one.loinc, one.value, one.unit, one.section) for one in document.results] == [
        ("2160-0", "9", "mg/L", "Points")
    ]


@pytest.mark.req("SC.DOC.07")
@pytest.mark.parametrize(
    ("value", "read_value", "unit"),
    [
        ('<value xsi:type="PQ" value="2.5" unit="mmol/L"/>', "2.5", "mmol/L"),
        ('<value value="2.5" unit="mmol/L"/>', "2.5", "mmol/L"),
        ('<value xsi:type="INT" value="3"/>', "3", ""),
        ('<value xsi:type="REAL" value="3.10"/>', "3.10", ""),
        (
            '<value xsi:type="CD" code="260385009" displayName="Négatif" codeSystem="2.16.840.1.113883.6.96"/>',
            "Négatif",
            "",
        ),
        ('<value xsi:type="CD" code="260385009"/>', "260385009", ""),
        ('<value xsi:type="ST">Absence de cellules</value>', "Absence de cellules", ""),
        ('<value xsi:type="ED">&lt;1,0</value>', "<1,0", ""),
        ('<value xsi:type="IVL_PQ"><high value="5" unit="mg/L" inclusive="false"/></value>', "< 5", "mg/L"),
        ('<value xsi:type="IVL_PQ"><low value="90" unit="mL/min"/></value>', "≥ 90", "mL/min"),
        ('<value xsi:type="IVL_PQ"><low value="2" unit="1"/><high value="4" unit="1"/></value>', "2 à 4", "1"),
        ('<value xsi:type="RTO"><numerator value="1"/><denominator value="80"/></value>', "1/80", ""),
        ('<value xsi:type="BL" value="true"/>', "Oui", ""),
        ('<value xsi:type="TS" value="20260103"/>', "2026-01-03", ""),
        ('<value xsi:type="PQ" nullFlavor="UNK"/>', "", ""),
        ('<value xsi:type="CD" nullFlavor="OTH"><originalText>Illisible</originalText></value>', "Illisible", ""),
    ],
)
def test_every_type_of_result_is_read(value: str, read_value: str, unit: str) -> None:
    document = _result(value)
    (result,) = document.results
    assert (result.loinc, result.label, result.value, result.unit) == ("6301-6", "INR", read_value, unit)
    said = [one.code for one in document.findings if one.severity == "warning"]
    assert said == ([] if read_value else ["GAL-DOC-80"])


@pytest.mark.req("SC.DOC.07")
def test_ranges_previous_results_and_flags_of_biology() -> None:
    def between(bounds: str, flag: str = "N") -> str:
        return (
            f'<referenceRange><observationRange><value xsi:type="IVL_PQ">{bounds}</value>'
            f'<interpretationCode code="{flag}"/></observationRange></referenceRange>'
        )

    measured = '<value xsi:type="PQ" value="7" unit="g/L"/>'
    before = """<entryRelationship typeCode="REFR"><observation><code code="6301-6"/><effectiveTime value="20251102"/>
    <value xsi:type="PQ" value="6.1" unit="g/L"/></observation></entryRelationship>"""
    (one,) = _result(
        measured, '<interpretationCode code="HH"/>' + before + between('<high value="5" unit="g/L"/>')
    ).results
    assert (one.low, one.high, one.flag, one.previous) == ("", "5", "HH", "6.1 g/L (02/11/2025)")
    (one,) = _result(measured, between('<low value="4" unit="g/L"/><high nullFlavor="PINF"/>')).results
    assert (one.low, one.high, one.range_text) == ("4", "", "")
    (one,) = _result(measured, between('<low value="400" unit="mg/dL"/>')).results
    assert (one.low, one.high, one.range_text) == ("", "", "≥ 400 mg/dL"), "bounds in another unit are not comparable"
    (one,) = _result(
        measured, between('<low value="9" unit="g/L"/>', "HH") + between('<low value="4" unit="g/L"/>')
    ).results
    assert (one.low, one.high) == ("4", ""), "what is critical is not what is normal"
    two = between('<low value="4" unit="g/L"/>') + between('<low value="5" unit="g/L"/>')
    (one,) = _result(measured, two).results
    assert (one.low, one.range_text) == ("", "≥ 4 g/L ; ≥ 5 g/L"), "which of two ranges is meant is not guessed"


@pytest.mark.req("SC.DOC.07")
def test_an_antibiogram_names_its_microbe_and_its_bounds() -> None:
    def isolate(name: str, *measured: str) -> str:
        return f"""<entryRelationship typeCode="COMP"><organizer classCode="CLUSTER"><specimen><specimenRole>
        <specimenPlayingEntity classCode="MIC"><code code="1" displayName="{name}"/></specimenPlayingEntity>
        </specimenRole>
        </specimen><component><organizer classCode="BATTERY">{"".join(measured)}</organizer></component></organizer>
        </entryRelationship>"""

    def tested(bound: str, flag: str) -> str:
        return f"""<component><observation><templateId root="1.3.6.1.4.1.19376.1.3.1.6"/>
        <code code="28-1" codeSystem="2.16.840.1.113883.6.1" displayName="Ampicilline"/>
        <value xsi:type="IVL_PQ">{bound}</value><interpretationCode code="{flag}"/></observation></component>"""

    strain = isolate("Escherichia coli", tested('<high value="0.1" unit="ug/mL" inclusive="false"/>', "S"))
    other = isolate("Streptococcus", tested('<low value="0.5" unit="ug/mL" inclusive="true"/>', "R"))
    culture = section("18725-2", "x", f"<act>{strain}{other}</act>", template="1.2.250.1.213.1.1.2.71")
    document = read(cda(header(kind="11502-2"), structured(culture)))
    assert [(one.isolate, one.label, one.value, one.unit, one.flag) for one in document.results] == [
        ("Escherichia coli", "Ampicilline (Escherichia coli)", "< 0.1", "ug/mL", "S"),
        ("Streptococcus", "Ampicilline (Streptococcus)", "≥ 0.5", "ug/mL", "R"),
    ]


def _followed(*observations: str) -> str:
    """An act that follows observations, as problems and allergies have it."""
    parts = (f'<entryRelationship typeCode="SUBJ">{one}</entryRelationship>' for one in observations)
    return f'<act classCode="ACT" moodCode="EVN"><statusCode code="active"/>{"".join(parts)}</act>'


def _allergy(observation: str, narrative: str = "Texte") -> ReadDocument:
    return read(cda(header(kind="SYNTH"), structured(section("48765-2", narrative, _followed(observation)))))


@pytest.mark.req("SC.DOC.07")
@pytest.mark.parametrize(
    "observation",
    [
        '<observation negationInd="true"><value xsi:type="CD" code="T78.4" displayName="Allergie"/></observation>',
        '<observation><value xsi:type="CD" code="02276797" displayName="Aucun"/></observation>',
        '<observation><value xsi:type="CD" code="X" displayName="Pas d’allergie connue"/></observation>',
        '<observation><value xsi:type="CD" code="716186003" displayName="no known allergy"/></observation>',
        '<observation><code code="no-known-allergies"/><value xsi:type="CD" nullFlavor="NA"/></observation>',
        """<observation><value nullFlavor="NA"><originalText><reference value="#a"/></originalText></value>
        </observation>""",
        """<observation><value xsi:type="CD" code="T78.4" displayName="Allergie"/><entryRelationship typeCode="SUBJ">
        <observation><code code="66455-7"/><value code="refuted"/></observation></entryRelationship></observation>""",
    ],
)
def test_no_allergy_is_made_of_one_that_is_not(observation: str) -> None:
    document = _allergy(observation, '<content ID="a">Aucune allergie connue</content>')
    assert document.allergies == ()
    assert [one.code for one in document.findings] == ["GAL-DOC-83"]


@pytest.mark.req("SC.DOC.07")
def test_an_allergy_is_named_by_its_agent_its_value_or_the_narrative() -> None:
    agent = """<participant typeCode="CSM"><participantRole><playingEntity>{}</playingEntity></participantRole>
    </participant>"""
    two = agent.format('<code code="1" displayName="Pénicilline"/>') + agent.format("<name>Latex</name>")
    document = _allergy(f'<observation><value xsi:type="CD" code="L50" displayName="Urticaire"/>{two}</observation>')
    assert [(one.agent, one.reaction) for one in document.allergies] == [
        ("Pénicilline", "Urticaire"),
        ("Latex", "Urticaire"),
    ]
    document = _allergy(
        '<observation><value xsi:type="CD" code="Z88.0" displayName="Allergie aux pénicillines"/></observation>'
    )
    assert [(one.agent, one.code.code, one.reaction) for one in document.allergies] == [
        ("Allergie aux pénicillines", "Z88.0", "")
    ]
    told = '<code nullFlavor="UNK"><originalText><reference value="#arachide"/></originalText></code>'
    document = _allergy(f"<observation>{agent.format(told)}</observation>", '<content ID="arachide">Arachide</content>')
    assert [one.agent for one in document.allergies] == ["Arachide"]
    document = _allergy('<observation><value xsi:type="CD" nullFlavor="UNK"/></observation>')
    assert document.allergies == ()
    assert [(one.code, one.subject[:5]) for one in document.findings] == [("GAL-DOC-80", "ligne")]


@pytest.mark.req("SC.DOC.07")
def test_an_anchor_that_two_places_bear_is_taken_from_the_section_or_not_at_all() -> None:
    value = '<value nullFlavor="NA"><originalText><reference value="#a"/></originalText></value>'
    act = _followed(f"<observation>{value}</observation>")
    other = section("10164-2", '<content ID="a">Grippe</content>')
    own = section("11450-4", '<content ID="a">Asthme</content>', act)
    assert [one.label for one in read(cda(header(kind="SYNTH"), structured(other, own))).problems] == ["Asthme"]
    twice = section("10164-2", '<content ID="a">Grippe</content><content ID="a">Rhume</content>')
    document = read(cda(header(kind="SYNTH"), structured(twice, section("11450-4", "x", act))))
    assert document.problems == ()
    assert "GAL-DOC-80" in [one.code for one in document.findings]


@pytest.mark.req("SC.DOC.07")
def test_a_problem_in_words_alone_is_read() -> None:
    told = _followed('<observation><value xsi:type="ST">Asthme allergique</value></observation>')
    (problem,) = read(cda(header(kind="SYNTH"), structured(section("11450-4", "x", told)))).problems
    assert (problem.label, problem.code.code, problem.status) == ("Asthme allergique", "", "Actif")


@pytest.mark.req("SC.DOC.07")
def test_one_concern_with_several_problems_gives_each() -> None:
    """Newer volets put several problems under one act."""
    told = (f'<observation><value code="{one}" displayName="P{one}"/></observation>' for one in (1, 2, 3))
    document = read(cda(header(kind="60591-5"), structured(section("11450-4", "x", _followed(*told)))))
    assert [one.label for one in document.problems] == ["P1", "P2", "P3"]


@pytest.mark.req("SC.DOC.07")
@pytest.mark.parametrize(
    ("code", "label", "status"),
    [("confirmed", "Confirmé", "Actif"), ("unconfirmed", "Non confirmé", "Actif, Non confirmé")],
)
def test_what_is_only_suspected_does_not_read_as_known(code: str, label: str, status: str) -> None:
    certainty = f"""<entryRelationship><observation><code code="66455-7"/><value code="{code}" displayName="{label}"/>
    </observation></entryRelationship>"""
    told = _followed(f'<observation><value code="1" displayName="P"/>{certainty}</observation>')
    document = read(cda(header(kind="SYNTH"), structured(section("11450-4", "x", told))))
    assert [one.status for one in document.problems] == [status]


def _line(inside: str, narrative: str = "x", cis: str = "60001234") -> ReadDocument:
    product = f"""<consumable><manufacturedProduct><manufacturedMaterial>
    <code code="{cis}" codeSystem="1.2.250.1.213.2.3.1" displayName="ESSAI 5 mg"/>
    </manufacturedMaterial></manufacturedProduct></consumable>"""
    line = f'<substanceAdministration classCode="SBADM" moodCode="INT">{inside}{product}</substanceAdministration>'
    return read(cda(header(kind="57833-6"), structured(section("57828-6", narrative, line))))


_DAILY = '<effectiveTime xsi:type="PIVL_TS"><period value="1" unit="d"/></effectiveTime>'
_FORTNIGHTLY = '<effectiveTime xsi:type="PIVL_TS"><period value="2" unit="wk"/></effectiveTime>'
_DOSE = '<doseQuantity value="10" unit="mg"/>'
_PRECONDITION = "<precondition><criterion><text>si douleur</text></criterion></precondition>"
_TAPER = '<templateId root="1.3.6.1.4.1.19376.1.5.3.1.4.8"/>'
_SPLIT = '<templateId root="1.3.6.1.4.1.19376.1.5.3.1.4.9"/>'
_MORNING = '<effectiveTime xsi:type="EIVL_TS"><event code="MORN"/></effectiveTime>'
_BEDTIME = '<effectiveTime xsi:type="EIVL_TS"><event code="HS"/></effectiveTime>'


def _step(rank: int, inside: str) -> str:
    number = f'<sequenceNumber value="{rank}"/>' if rank else ""
    return f"""<entryRelationship typeCode="COMP">{number}
    <substanceAdministration>{inside}</substanceAdministration></entryRelationship>"""


@pytest.mark.req("SC.DOC.07")
@pytest.mark.parametrize(
    ("inside", "said"),
    [
        (_DAILY + '<doseQuantity value="0.5" unit="{tablet}"/>', "0,5 comprimé 1 fois par jour"),
        (_FORTNIGHTLY + _DOSE, "10 mg toutes les 2 semaines"),
        (_BEDTIME + '<doseQuantity value="2" unit="{capsule}"/>', "2 gélules au coucher"),
        ('<doseQuantity><high value="3" unit="{puff}"/></doseQuantity>', "jusqu’à 3 bouffées"),
        (_DAILY + _DOSE + _PRECONDITION, "10 mg 1 fois par jour (condition : si douleur)"),
        (_TAPER + _step(2, _DAILY + '<doseQuantity value="5" unit="mg"/>') + _step(1, _DAILY + _DOSE),
         "10 mg 1 fois par jour puis 5 mg 1 fois par jour"),
        (_SPLIT + _step(0, _BEDTIME + _DOSE) + _step(0, _MORNING + '<doseQuantity value="5" unit="mg"/>'),
         "10 mg au coucher et 5 mg le matin"),
        ('<doseQuantity nullFlavor="UNK"/>', ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_structured_posology_is_said_in_french(inside: str, said: str) -> None:
    document = _line(inside)
    assert [one.dose_text for one in document.prescription] == [said]
    assert not [one for one in document.findings if one.severity != "info"]


@pytest.mark.req("SC.DOC.07")
@pytest.mark.parametrize(
    "inside",
    [
        '<effectiveTime xsi:type="PIVL_TS"><period value="1" unit="fortnight"/></effectiveTime>',
        '<effectiveTime xsi:type="PIVL_TS"><period value="-1" unit="d"/></effectiveTime>',
        '<effectiveTime xsi:type="EIVL_TS"><event code="MOON"/></effectiveTime>',
        '<effectiveTime xsi:type="PPD_TS"/>',
        """<effectiveTime xsi:type="PIVL_TS"><phase><low value="202601010800"/></phase><period value="1" unit="d"/>
        </effectiveTime><doseQuantity value="1"/>""",
        _DAILY + _DOSE + _step(1, _DAILY + _DOSE),
        _step(1, _DAILY + _DOSE) + _step(2, ""),
        '<doseQuantity value="beaucoup"/>',
        '<doseQuantity><low value="1" unit="mg"/><high value="2" unit="g"/></doseQuantity>',
        """<doseQuantity value="1"/><maxDoseQuantity><numerator value="9"/><denominator value="1" unit="x"/>
        </maxDoseQuantity>""",
    ],
)
def test_a_posology_that_is_not_understood_gives_the_words_of_its_author(inside: str) -> None:
    table = """<table><thead><tr><th>Médicament</th><th>Posologie</th><th>Durée</th></tr></thead><tbody>
    <tr><td><content ID="m">ESSAI</content></td><td>1 le matin</td><td>8 j</td></tr></tbody></table>"""
    document = _line('<text><reference value="#m"/></text>' + inside, table)
    assert [one.dose_text for one in document.prescription] == ["1 le matin"]
    assert [(one.code, str(one.severity)) for one in document.findings] == [("GAL-DOC-80", "warning")]
    assert re.match(r"Section « Section », ligne \d+ :", document.findings[0].text.replace("\u00a0", " "))


@pytest.mark.req("SC.DOC.07")
@pytest.mark.parametrize("inside", [_DOSE, _DAILY])
def test_half_a_posology_gives_way_to_the_words_of_its_author(inside: str) -> None:
    table = """<table><tbody><tr><th>Médicament</th><th>Dose</th><th>Fréquence</th></tr>
    <tr><td ID="m">ESSAI</td><td>10 mg</td><td>matin et soir</td></tr></tbody></table>"""
    (line,) = _line('<text><reference value="#m"/></text>' + inside, table).prescription
    assert line.dose_text == "Dose\u00a0: 10 mg ; Fréquence\u00a0: matin et soir"
    (line,) = _line(inside).prescription
    assert line.dose_text == ("10 mg" if inside == _DOSE else "1 fois par jour")


def _related(inside: str) -> str:
    return f'<entryRelationship typeCode="COMP">{inside}</entryRelationship>'


@pytest.mark.req("SC.DOC.07")
@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("Non (Marge thérapeutique étroite)", "MTE"),
        ("Non substituable EFG", "EFG"),
        ("Contre-indication formelle (lactose)", "CIF"),
        ("MTE ou CIF", "MTE ou CIF"),
        ("À la demande du patient", "À la demande du patient"),
        ("-", ""),
    ],
)
def test_the_reason_for_no_substitution_is_known_or_given_in_words(words: str, reason: str) -> None:
    act = f"""<act><templateId root="1.2.250.1.213.1.1.3.87"/>
    <code code="N"><originalText>{words}</originalText></code></act>"""
    (line,) = _line(_related(act)).prescription
    assert (line.non_substitutable, line.non_substitutable_reason) == (True, reason)


@pytest.mark.req("SC.DOC.07")
def test_what_a_prescription_does_not_say_is_not_said() -> None:
    (line,) = _line("").prescription
    assert (line.ald, line.non_substitutable, line.off_label, line.non_refundable) == (None, None, None, None)
    assert (line.renewals, line.duration, line.quantity, line.dose_text) == (None, "", "", "")
    generic = '<act><templateId root="1.3.6.1.4.1.19376.1.9.1.3.9.1"/><code code="G"/></act>'
    assert _line(_related(generic)).prescription[0].non_substitutable is False
    flag = '<observation><code code="MED-574"/><value xsi:type="BL" value="{}"/></observation>'
    assert [_line(_related(flag.format(said))).prescription[0].ald for said in ("true", "false")] == [True, False]
    negated = flag.format("true").replace("<observation>", '<observation negationInd="true">')
    assert _line(_related(negated)).prescription[0].ald is False
    document = _line(_related(flag.format("peut-être")) + '<repeatNumber nullFlavor="NI"/>')
    assert (document.prescription[0].ald, document.prescription[0].renewals) == (None, None)
    assert [one.code for one in document.findings] == ["GAL-DOC-80", "GAL-DOC-80"]


@pytest.mark.req("SC.DOC.07")
def test_a_code_that_is_no_code_is_left_out_and_said() -> None:
    document = _line("", cis="6000")
    assert [(one.name, one.cis) for one in document.prescription] == [("ESSAI 5 mg", "")]
    assert [one.code for one in document.findings] == ["GAL-DOC-81"]


@pytest.mark.req("SC.DOC.07")
def test_a_vaccination_that_was_refused_or_is_planned_is_no_vaccination_done() -> None:
    vaccine = """<consumable><manufacturedProduct><manufacturedMaterial><code nullFlavor="UNK"><originalText>VACCIN
    ESSAI</originalText></code></manufacturedMaterial></manufacturedProduct></consumable>"""
    refused = f'<substanceAdministration moodCode="EVN" negationInd="true">{vaccine}</substanceAdministration>'
    planned = f"""<substanceAdministration moodCode="INT"><effectiveTime xsi:type="IVL_TS"><low value="202611"/>
    </effectiveTime><routeCode code="20035000" codeSystem="0.4.0.127.0.16.1.1.2.1"/>{vaccine}
    </substanceAdministration>"""
    document = read(cda(header(kind="87273-9"), structured(section("11369-6", "x", refused, planned))))
    assert [(one.name, one.planned, one.date, one.route) for one in document.vaccinations] == [
        ("VACCIN ESSAI", True, "2026-11", "Voie intramusculaire")
    ]
    assert [one.code for one in document.findings] == ["GAL-DOC-83"]


@pytest.mark.req("SC.DOC.07")
def test_an_unknown_type_gives_header_and_narrative_and_says_so() -> None:
    act = _followed('<observation><value code="1" displayName="P"/></observation>')
    document = read(cda(header(kind="34133-9"), structured(section("11450-4", "Asthme", act, title="Problèmes"))))
    assert document.problems == ()
    assert [(one.code, str(one.severity)) for one in document.findings] == [("GAL-DOC-75", "info")]
    assert [one.title for one in document.sections] == ["Problèmes"]
    assert "Asthme" in repr(document.sections[0].blocks)


@pytest.mark.req("SC.DOC.07")
def test_a_section_in_words_alone_is_pointed_at() -> None:
    document = read(cda(header(kind="SYNTH"), structured(section("48765-2", "Pénicilline", title="Allergies"))))
    assert document.allergies == ()
    (finding,) = document.findings
    assert finding.code == "GAL-DOC-82"
    assert "Allergies" in finding.text
    assert read(cda(header(kind="SYNTH"), structured(section("48765-2", "")))).findings == ()


@pytest.mark.req("SC.DOC.07")
def test_the_pdf_copy_of_a_structured_document_is_an_attachment() -> None:
    media = """<organizer><component><observationMedia ID="p"><value mediaType="application/pdf" representation="B64">
    JVBERi0xLjQ=</value></observationMedia></component></organizer>"""
    copy = section("55108-5", "", media, template="1.2.250.1.213.1.1.2.243")
    document = read(cda(header(kind="SYNTH"), structured(copy)))
    assert document.body == "structured"
    assert document.attachments == (("application/pdf", b"%PDF-1.4"),)
    assert document.findings == ()


@pytest.mark.req("SC.DOC.07")
def test_findings_of_a_document_made_to_drown_are_counted() -> None:
    act = _followed('<observation><value nullFlavor="UNK"/></observation>')
    document = read(cda(header(kind="SYNTH"), structured(section("11450-4", "x", *[act] * 1_000))))
    assert len(document.findings) == 201
    assert document.findings[-1].code == "GAL-DOC-84"
    assert re.search(r"\b800\b", document.findings[-1].text)

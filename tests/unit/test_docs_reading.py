"""Is the header and the body of any received document read, and said where they are not?"""

from __future__ import annotations

import base64
import re

import pytest
from cda_samples import SAMPLES, cda, header, sample, unstructured

from app.docs.reading import moments
from app.docs.reading.read import read
from app.kernel.errors import InputDefect

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


def _codes(content: bytes) -> list[tuple[str, str]]:
    return [(one.code, str(one.severity)) for one in read(content).findings]


@pytest.mark.req("SC.DOC.07")
@pytest.mark.parametrize(("name", "kind", "title"), SAMPLES)
def test_the_header_of_each_official_sample_is_read(name: str, kind: str, title: str) -> None:
    document = read(sample(name))
    patient = document.patient
    assert (document.type, document.title, document.version) == (kind, title, 1)
    assert (patient.family_name, patient.used_name, patient.first_name) == ("NESSI", "DECOURCY", "RUTH")
    assert (patient.birth_names, patient.sex, patient.birth_date) == ("RUTH ISABELLE", "F", "1977-07-14")
    assert (patient.birth_place, patient.matricule, patient.oid) == ("63220", "277076322082910", "1.2.250.1.213.1.4.8")
    assert patient.local_ids == (("1.2.3.4.567.8.9.10", "1234567890121"),)
    assert document.authors[0].rpps.startswith("01234")
    assert document.id
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+0[12]:00", document.created_at)


@pytest.mark.req("SC.DOC.07")
def test_who_wrote_who_keeps_who_signed_and_who_receives() -> None:
    letter = read(sample("LDL-SES_2020.01.xml"))
    (author,) = letter.authors
    assert (author.name, author.rpps) == ("Dr Charles DAVID", "01234567897")
    assert (author.organization, author.organization_id) == ("Hôpital Européen Georges Pompidou", "750803447")
    assert letter.legal_authenticator.name == "Pr Léon AUGUIN"
    assert [one.name for one in letter.recipients] == ["Dr Charles BOILEAU", "Elsa DUCOUT"]
    assert letter.performed == ("2019-10-29T11:17:00+01:00", "2019-12-03T13:30:00+01:00")
    biology = read(sample("CR-BIO_2021.01_CDA-R2-Niveau-1.xml"))
    assert biology.order_ids == ("2021123456789",)
    assert (biology.body, biology.media_type, biology.status) == ("pdf", "application/pdf", "Terminé")
    assert biology.payload.startswith(b"%PDF-1.5")
    prescription = read(sample("eP-MED-DM_PosoStruct_2022.01.xml"))
    assert prescription.order_ids == ("01S2TBPZ2JCNZZYGHZ",)
    assert prescription.id == "1.2.250.1.215.500.1.1^01S2TBPZ2JCNZZYGHZ"
    assert [kind for kind, _ in prescription.attachments] == ["image/png"]


@pytest.mark.req("SC.DOC.07")
@pytest.mark.parametrize(
    ("given", "first", "listed"),
    [
        ('<given qualifier="BR">RUTH</given><given>ISABELLE</given><given>ANNE</given>', "RUTH", "RUTH ISABELLE ANNE"),
        ('<given>RUTH ISABELLE ANNE</given><given qualifier="BR">RUTH</given>', "RUTH", "RUTH ISABELLE ANNE"),
        ('<given>ANNE-MARIE ÉLISE</given><given qualifier="BR">ANNE-MARIE</given>', "ANNE-MARIE", "ANNE-MARIE ÉLISE"),
        ('<given qualifier="BR">ANNE</given><given>ANNE-MARIE</given>', "ANNE", "ANNE ANNE-MARIE"),
        ("<given>RUTH ISABELLE</given>", "RUTH", "RUTH ISABELLE"),
        ('<given qualifier="CL">LILI</given>', "", ""),
        ("", "", ""),
    ],
)
def test_both_conventions_of_the_given_names_are_read(given: str, first: str, listed: str) -> None:
    patient = read(cda(header(given=given))).patient
    assert (patient.first_name, patient.birth_names) == (first, listed)


@pytest.mark.req("SC.DOC.07")
def test_a_used_name_never_stands_for_the_birth_name() -> None:
    patient = read(cda(header(family='<family qualifier="CL">DURAND</family>'))).patient
    assert (patient.family_name, patient.used_name) == ("", "DURAND")
    patient = read(
        cda(header(family='<family qualifier="SP">DURAND</family><family qualifier="BR">LE</family>'))
    ).patient
    assert (patient.family_name, patient.used_name) == ("LE", "DURAND")


@pytest.mark.req("SC.DOC.07")
def test_a_document_without_patient_or_with_several_is_kept_but_of_nobody() -> None:
    one = header()
    target = re.search(r"<recordTarget>.*</recordTarget>", one, re.DOTALL)
    assert target
    for content, code in (
        (one.replace(target[0], ""), "GAL-DOC-71"),
        (one.replace(target[0], target[0] * 2), "GAL-DOC-72"),
        (one.replace("<patientRole>", "<patientRole><patient/>"), "GAL-DOC-72"),
        (one.replace("<recordTarget>", "<recordTarget/><recordTarget>"), "GAL-DOC-72"),
    ):
        document = read(cda(content))
        assert not document.patient.matricule
        assert not document.patient.family_name
        assert (code, "error") in [(one.code, str(one.severity)) for one in document.findings]
        assert document.title


@pytest.mark.req("SC.DOC.07")
def test_two_matricules_of_one_patient_are_none() -> None:
    second = '<id root="1.2.250.1.213.1.4.10" extension="199010123456780"/>'
    document = read(cda(header().replace("<patientRole>", "<patientRole>" + second)))
    assert (document.patient.oid, document.patient.matricule) == ("", "")
    assert ("GAL-DOC-72", "error") in [(one.code, str(one.severity)) for one in document.findings]


@pytest.mark.req("SC.DOC.07")
def test_an_older_identifier_is_no_ins() -> None:
    patient = read(cda(header().replace("1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.2"))).patient
    assert (patient.oid, patient.matricule) == ("", "")
    assert patient.local_ids == (("1.2.250.1.213.1.4.2", "190017505699924"),)


@pytest.mark.req("SC.DOC.07")
@pytest.mark.parametrize(
    ("media_type", "content", "kind", "findings"),
    [
        ("application/pdf", PDF, "pdf", []),
        ("text/plain", "Bonjour à tous".encode(), "text", []),
        ("text/plain", "Bonjour à tous".encode("cp1252"), "text", []),
        ("text/rtf", b"{\\rtf1 abc}", "text", []),
        ("image/jpeg", b"\xff\xd8\xff\xe0abc", "image", []),
        ("image/png", b"\xff\xd8\xff\xe0abc", "image", [("GAL-DOC-78", "warning")]),
        ("application/pdf", b"<html><script>x</script></html>", "pdf", [("GAL-DOC-78", "error")]),
        ("application/pdf", b"MZ\x90\x00\x03", "pdf", [("GAL-DOC-78", "error")]),
        ("application/x-msdownload", b"MZ\x90\x00\x03", "", [("GAL-DOC-78", "error")]),
        ("text/html", b"<html></html>", "", [("GAL-DOC-78", "error")]),
        ("text/plain", b"a\x01\x02b", "text", [("GAL-DOC-78", "error")]),
    ],
)
def test_a_body_is_what_its_octets_are(
    media_type: str, content: bytes, kind: str, findings: list[tuple[str, str]]
) -> None:
    document = read(cda(header(), unstructured(media_type, base64.encodebytes(content).decode())))
    assert document.body == kind
    assert [(one.code, str(one.severity)) for one in document.findings] == findings
    refused = ("GAL-DOC-78", "error") in findings
    assert bool(document.payload) is not refused
    if kind == "text" and not refused and media_type == "text/plain":
        assert document.payload.decode() == "Bonjour à tous"


@pytest.mark.req("SC.DOC.07")
@pytest.mark.parametrize("written", ["JVBERi0xLjQ", "JVBERi0x*LjQ=", "éé", "====", "JVBERi0xLjQKMSAwIG9iag="])
def test_damaged_base64_is_said_and_opens_nothing(written: str) -> None:
    document = read(cda(header(), unstructured("application/pdf", written)))
    assert not document.payload
    assert [(one.code, str(one.severity)) for one in document.findings] == [("GAL-DOC-77", "error")]


@pytest.mark.req("SC.DOC.07")
def test_a_body_that_is_missing_empty_or_elsewhere_is_said() -> None:
    outside = '<component><nonXMLBody><text mediaType="application/pdf"><reference value="http://x.fr/a.pdf"/></text>'
    for body in ("", unstructured("application/pdf", " "), outside + "</nonXMLBody></component>"):
        assert _codes(cda(header(), body)) == [("GAL-DOC-76", "error")]


@pytest.mark.req("SC.DOC.07")
def test_a_five_megabyte_attachment_is_read() -> None:
    content = PDF + bytes(range(32, 128)) * 55_000
    document = read(cda(header(), unstructured("application/pdf", base64.encodebytes(content).decode())))
    assert document.payload == content


@pytest.mark.req("SC.DOC.07")
@pytest.mark.parametrize(("encoding", "mark"), [("ISO-8859-1", b""), ("UTF-8", b"\xef\xbb\xbf"), ("windows-1252", b"")])
def test_other_encodings_are_read(encoding: str, mark: bytes) -> None:
    content = cda(header(family='<family qualifier="BR">LÉVÊQUE</family>')).decode()
    octets = mark + content.replace("UTF-8", encoding).encode(encoding)
    assert read(octets).patient.family_name == "LÉVÊQUE"


@pytest.mark.req("SC.DOC.07")
def test_letters_of_any_script_stay_and_signs_that_hide_go() -> None:
    patient = read(cda(header(family='<family qualifier="BR">בן\u202e דוד\u200f</family>'))).patient
    assert patient.family_name == "בן דוד"


@pytest.mark.req("SC.DOC.07")
def test_a_missing_identifier_is_said_and_the_rest_is_read() -> None:
    content = cda(re.sub(r"<id root=\"2\.25[^>]*/>", "", header(), count=1), unstructured("text/plain", "QQ=="))
    document = read(content)
    assert document.id == ""
    assert document.patient.family_name == "ESSAI"
    assert [(one.code, str(one.severity)) for one in document.findings] == [("GAL-DOC-73", "error")]


@pytest.mark.req("SC.DOC.07")
def test_an_impossible_date_is_said_and_left_out() -> None:
    content = cda(header().replace("19900101", "19901301"), unstructured("text/plain", "QQ=="))
    document = read(content)
    assert document.patient.birth_date == ""
    assert [(one.code, str(one.severity)) for one in document.findings] == [("GAL-DOC-74", "warning")]
    assert "19901301" in document.findings[0].text


@pytest.mark.req("SC.DOC.07")
@pytest.mark.parametrize(
    ("stamp", "moment"),
    [
        ("2026", "2026"),
        ("202602", "2026-02"),
        ("20260228", "2026-02-28"),
        ("2026022809", "2026-02-28T09:00"),
        ("202602280930", "2026-02-28T09:30"),
        ("20260228093015+0100", "2026-02-28T09:30:15+01:00"),
        ("20260228093015.1234-1000", "2026-02-28T09:30:15-10:00"),
        ("20260229", None),
        ("20260228250000", None),
        ("20260228093015+9900", None),
        ("2026-02-28", None),
        ("28/02/2026", None),
        ("0000", None),
        ("", None),
        ("\u0662\u0660\u0662\u0666", None),
    ],
)
def test_a_time_stamp_is_read_as_far_as_it_goes(stamp: str, moment: str | None) -> None:
    assert moments.moment(stamp) == moment
    assert moments.date(stamp) == (moment and moment[:10])


@pytest.mark.req("SC.DOC.07")
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<a/>", b"not xml", b"<!DOCTYPE a><a/>", b"\x00" * 90])
def test_what_is_no_document_is_refused(content: bytes) -> None:
    with pytest.raises(InputDefect, match="document"):
        read(content)

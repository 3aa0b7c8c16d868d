"""Is what is sent to INSi what its schemas want, and is what it answers read as it is?"""

from __future__ import annotations

import datetime as dt
import ssl
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from insi_hands import FOUND, INSTANCE, REPORT, SOFTWARE, TRAITS, answer, number, question
from lxml import etree

from app.remote import tls
from app.remote.http import HttpAnswer
from app.remote.insi import answers, messages
from app.remote.insi.failures import FailureKind, InsiFailure
from app.remote.insi.model import CardData, Operation, Query, Reply
from app.sandbox.pki import Pki

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = dt.datetime(2026, 11, 23, 9, 30, 15, 120_999, tzinfo=dt.UTC)
NS = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "bam": "urn:siram:bam:ctxbam",
    "lps": "urn:siram:lps:ctxlps",
    "wsa": "http://www.w3.org/2005/08/addressing",
    "sans": "http://www.cnamts.fr/INSiRecSans",
    "vit": "http://www.cnamts.fr/INSiRecVit",
    "ver": "http://www.cnamts.fr/INSiLot2/REQUnitaire",
}
SOAP_XML = "application/soap+xml"


def sent(query: Query, *, verify_namespace: str = messages.VERIFY) -> etree._Element:
    return etree.fromstring(messages.envelope(query, SOFTWARE, "1639999010", NOW, verify_namespace=verify_namespace))


def read(body: bytes, *, status: int = 200, kind: str = SOAP_XML, operation: Operation | None = None) -> Reply:
    asked = answers.Asked(
        operation=operation or Operation.BY_TRAITS,
        message_id="5b0e6a2e-0000-4000-8000-000000000001",
        request=b"<question/>",
        mode="cl_org",
        caller="1639999010",
    )
    return answers.read(HttpAnswer(status, kind, body), asked)


def failed(body: bytes, **how: Any) -> InsiFailure:  # noqa: ANN401 -- as ``read`` takes it
    with pytest.raises(InsiFailure) as caught:
        read(body, **how)
    failure = caught.value
    assert failure.text
    assert failure.advice
    assert failure.request == b"<question/>"
    assert failure.answer == body
    return failure


def shape(element: etree._Element) -> list[Any]:
    """Return the local names of an element’s children, each with its own or its text."""
    return [(etree.QName(child).localname, shape(child) if len(child) else child.text or "") for child in element]


# --- What is sent -----------------------------------------------------------------------------------------------------


@pytest.mark.req("INS-06")
def test_a_search_has_the_shape_of_the_published_exchange() -> None:
    query = question(birth_place="63220")
    root = sent(query)
    header, body = root.find("s:Header", NS), root.find("s:Body", NS)
    assert header is not None
    assert body is not None
    assert [etree.QName(one).localname for one in header] == ["ContexteBAM", "ContexteLPS", "Action", "MessageID"]
    bam, lps = header[0], header[1]
    assert dict(bam.attrib) == {"Version": "01_02"}
    assert dict(lps.attrib) == {"Nature": "CTXLPS", "Version": "01_00"}
    assert [name for name, _ in shape(bam)] == ["Id", "Temps", "Emetteur", "COUVERTURE"]
    assert shape(bam)[1:] == [("Temps", "2026-11-23T09:30:15.120Z"), ("Emetteur", "1639999010"), ("COUVERTURE", "")]
    assert shape(lps)[1:3] == shape(bam)[1:3]
    assert shape(lps)[3] == (
        "LPS",
        [("IDAM", SOFTWARE.idam), ("Version", "0.1.0"), ("Instance", INSTANCE), ("Nom", "urn:lps:GALIEN:0.1.0")],
    )
    assert root.find(".//lps:IDAM", NS).get("R") == "4"  # type: ignore[union-attr]
    assert header[2].text == "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite"
    assert header[3].text == f"uuid:{query.message_id}"
    assert body[0].tag == f"{{{NS['sans']}}}RECSANSVITALE"
    assert shape(body[0]) == [
        ("NomNaissance", "ADRUN"),
        ("Prenom", "ZOE"),
        ("Sexe", "F"),
        ("DateNaissance", "1975-12-31"),
        ("LieuNaissance", "63220"),
    ]


@pytest.mark.req("OFF-INS-N01")
@pytest.mark.parametrize("place", ["2A020", "2B020", ""])
@pytest.mark.parametrize("operation", [Operation.BY_TRAITS, Operation.VERIFY])
def test_a_corsican_place_of_birth_is_never_sent(place: str, operation: Operation) -> None:
    query = question(operation, birth_place=place, matricule="297022A02077878", oid="1.2.250.1.213.1.4.8")
    assert b"LieuNaissance" not in messages.envelope(query, SOFTWARE, "1", NOW)


@pytest.mark.req("OFF-INS-N02")
def test_a_place_of_digits_is_sent_where_the_question_has_it() -> None:
    assert sent(question(birth_place="63220")).findtext(".//sans:LieuNaissance", None, NS) == "63220"


@pytest.mark.req("OFF-INS-N09")
def test_two_calls_have_no_identifier_in_common_but_the_installation() -> None:
    def ids(query: Query) -> list[str]:
        root = sent(query)
        return [root.findtext(path, "", NS) for path in (".//bam:Id", ".//lps:Id", ".//wsa:MessageID")]

    first, second = ids(question()), ids(question())
    assert len({*first, *second}) == 6
    assert sent(question()).findtext(".//lps:Instance", None, NS) == INSTANCE


def test_a_search_by_card_says_the_same_in_its_body_and_in_the_coverage() -> None:
    card = CardData(
        individual="292039999900243",
        holder="288079999900113",
        family_name="TILLEUL",
        birth_date="1992-00-00",
        rank=2,
    )
    root = sent(question(Operation.BY_CARD, card=card))
    assert shape(root.find(".//vit:RECVITALE", NS)) == [  # type: ignore[arg-type]
        ("MatriculeIndividu", [("NumIdentifiant", "2920399999002"), ("Cle", "43")]),
        ("MatriculeOD", [("NumIdentifiant", "2880799999001"), ("Cle", "13")]),
        ("NomNaissance", "TILLEUL"),
        ("DateNaissance", "1992-00-00"),
        ("RangNaissance", "2"),
    ]
    assert shape(root.find(".//bam:COUVERTURE", NS)) == [  # type: ignore[arg-type]
        ("ASSURE", [("Id", [("Num", "2880799999001"), ("Cle", "13")])]),
        (
            "BENEFICIAIRE",
            [("Nir", [("Num", "2920399999002"), ("Cle", "43")]), ("DateNai", "1992-00-00"), ("Rang", "2")],
        ),
    ]


def test_a_card_without_number_of_its_own_sends_the_one_of_the_insured_person() -> None:
    root = sent(question(Operation.BY_CARD, card=CardData(holder="288079999900113", birth_date="2019-03-15")))
    names = [name for name, _ in shape(root.find(".//vit:RECVITALE", NS))]  # type: ignore[arg-type]
    assert names == ["MatriculeOD", "DateNaissance", "RangNaissance"]
    assert root.find(".//bam:Nir", NS) is None


def test_a_verification_goes_out_in_the_namespace_of_the_settings() -> None:
    query = question(
        Operation.VERIFY, matricule="275126322074974", oid="1.2.250.1.213.1.4.8", birth_names="ZOE", birth_place="63220"
    )
    body = sent(query, verify_namespace="urn:autre").find("s:Body", NS)
    assert body is not None
    assert body[0].tag == "{urn:autre}RequeteUnitaire"
    (person,) = body[0]
    assert shape(person)[0] == (
        "INSFourni",
        [
            ("IdIndividu", [("NumIdentifiant", "2751263220749"), ("Cle", "74")]),
            ("OID", "1.2.250.1.213.1.4.8"),
        ],
    )
    assert [name for name, _ in shape(person[1])] == [
        "NomNaissance", "Prenom", "ListePrenom", "Sexe", "DateNaissance", "LieuNaissance",
    ]  # fmt: skip


# --- What is answered -------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-INS-N05")
@pytest.mark.parametrize("prefix", ["ns2", "", "S"])
def test_an_answer_is_read_whatever_its_prefixes(prefix: str) -> None:
    reply = read(answer(FOUND, prefix=prefix))
    assert (reply.code, reply.label) == ("00", "OK")
    assert reply.active is not None
    assert (reply.active.matricule, reply.active.oid) == ("275126322074974", "1.2.250.1.213.1.4.8")
    traits = (reply.family_name, reply.birth_names, reply.first_name, reply.sex, reply.birth_date, reply.birth_place)
    assert traits == ("ADRUN", "ZOE", "", "F", "1975-12-31", "63220")
    assert (reply.mode, reply.caller, reply.http_status) == ("cl_org", "1639999010", 200)
    assert reply.request == b"<question/>"
    assert reply.answer == answer(FOUND, prefix=prefix)


@pytest.mark.req("OFF-INS-N06")
def test_one_past_number_is_a_list_of_one_and_no_order_is_asked_for() -> None:
    dates = "<P:DateFin>2006-01-01</P:DateFin><P:DateDeb>2009-01-01</P:DateDeb>"
    past = number("209076322083439", element="INSHISTO", dates=dates)
    active = number("109076322083489", dates="<P:DateDeb>2020-01-01</P:DateDeb>")
    # The traits first, the report last: read by name.
    reply = read(answer(f"<P:INDIVIDU>{TRAITS}{past}{active}</P:INDIVIDU>{REPORT}"))
    (kept,) = reply.history
    # The end before the beginning, as a sample has it: kept as received.
    assert (kept.matricule, kept.start, kept.end) == ("209076322083439", "2009-01-01", "2006-01-01")
    assert reply.active is not None
    assert reply.active.start == "2020-01-01"


@pytest.mark.req("OFF-INS-N07")
@pytest.mark.parametrize(
    ("missing", "field"),
    [
        ("<P:LieuNaissance>63220</P:LieuNaissance>", "birth_place"),
        ("<P:NomNaissance>ADRUN</P:NomNaissance>", "family_name"),
        ("<P:ListePrenom>ZOE</P:ListePrenom>", "birth_names"),
    ],
)
def test_what_an_answer_does_not_say_is_empty_and_no_failure(missing: str, field: str) -> None:
    assert getattr(read(answer(FOUND.replace(missing, ""))), field) == ""


def test_a_date_of_no_calendar_and_a_wrong_key_are_given_as_received() -> None:
    reply = read(answer(FOUND.replace("1975-12-31", "1975-00-00").replace("<P:Cle>74", "<P:Cle>10")))
    assert reply.birth_date == "1975-00-00"
    assert reply.active is not None
    assert reply.active.matricule == "275126322074910"


@pytest.mark.parametrize(("code", "label"), [("01", "Aucune identite trouvee"), ("02", "Plusieurs identites")])
def test_nobody_and_several_people_are_answers(code: str, label: str) -> None:
    reply = read(answer(f"<P:CR><P:CodeCR>{code}</P:CodeCR><P:LibelleCR>{label}</P:LibelleCR></P:CR>"))
    assert (reply.code, reply.label, reply.active, reply.history) == (code, label, None, ())


def test_a_verification_is_read_in_the_namespace_of_its_answer() -> None:
    body = answer(REPORT, result="http://www.cnamts.fr/INSiLot2/REPUnitaire")
    assert read(body, operation=Operation.VERIFY).code == "00"
    assert failed(body).kind is FailureKind.ANSWER


@pytest.mark.parametrize(
    "inside",
    [
        "",
        "<P:CR/>",
        "<P:CR><P:CodeCR/></P:CR>",
        "<P:CR><P:CodeCR>00</P:CodeCR><P:CodeCR>01</P:CodeCR></P:CR>",
        REPORT,
        f"{REPORT}{REPORT}",
        f"{REPORT}<P:INDIVIDU>{TRAITS}</P:INDIVIDU>",
        FOUND.replace("<P:TIQ>", number("160012B02077713") + "<P:TIQ>"),
        FOUND + "<P:INDIVIDU/>",
        FOUND.replace("</P:TIQ>", "</P:TIQ><P:TIQ/>"),
        FOUND.replace("ADRUN", "<P:Nom>ADRUN</P:Nom>"),
        FOUND.replace("<P:Sexe>F</P:Sexe>", "<P:Sexe>F</P:Sexe><P:Sexe>M</P:Sexe>"),
        FOUND.replace("00</P:CodeCR>", "0 0;</P:CodeCR>"),
    ],
    ids=range(13),
)
def test_what_stands_twice_or_is_missing_altogether_is_no_answer(inside: str) -> None:
    failure = failed(answer(inside))
    assert (failure.kind, failure.code, failure.may_retry) == (FailureKind.ANSWER, "GAL-DIS-49", False)


@pytest.mark.parametrize(
    ("body", "how", "code", "kind", "may_retry"),
    [
        (b"<html><body>Portail</body></html>", {"kind": "text/html"}, "GAL-DIS-48", FailureKind.ANSWER, False),
        (b"{}", {"kind": "application/json"}, "GAL-DIS-48", FailureKind.ANSWER, False),
        (b"", {"kind": ""}, "GAL-DIS-48", FailureKind.ANSWER, False),
        (b"", {}, "GAL-DIS-49", FailureKind.ANSWER, False),
        (b"<a/>", {}, "GAL-DIS-49", FailureKind.ANSWER, False),
        (b"\x00<a/>", {}, "GAL-DIS-49", FailureKind.ANSWER, False),
        (b"<html/>", {"kind": "text/html", "status": 302}, "GAL-DIS-50", FailureKind.SETTINGS, False),
        (b"<html/>", {"kind": "text/html", "status": 404}, "GAL-DIS-50", FailureKind.SETTINGS, False),
        (b"<html/>", {"kind": "text/html", "status": 503}, "GAL-DIS-53", FailureKind.SERVICE, True),
        (b"not XML", {"status": 500}, "GAL-DIS-53", FailureKind.SERVICE, True),
        (answer(FOUND), {"status": 500}, "GAL-DIS-53", FailureKind.SERVICE, True),
        (answer(FOUND), {"status": 206}, "GAL-DIS-49", FailureKind.ANSWER, False),
        (answer(FOUND, result="urn:autre"), {}, "GAL-DIS-49", FailureKind.ANSWER, False),
        (
            answer(FOUND).replace(b"2003/05/soap-envelope", b"2001/12/soap-envelope"),
            {},
            "GAL-DIS-49",
            FailureKind.ANSWER,
            False,
        ),
    ],
    ids=range(14),
)
def test_what_is_no_answer_of_insi_has_its_own_name(
    body: bytes, how: dict[str, Any], code: str, kind: FailureKind, *, may_retry: bool
) -> None:
    failure = failed(body, **how)
    assert (failure.code, failure.kind, failure.may_retry) == (code, kind, may_retry)


# --- Refusals ---------------------------------------------------------------------------------------------------------


def fault(value: str, subcode: str, detail: str, reason: str = "Motif donné par le service") -> bytes:
    return (
        '<S:Envelope xmlns:S="http://www.w3.org/2003/05/soap-envelope"><S:Body><S:Fault>'
        f"<S:Code><S:Value>S:{value}</S:Value><S:Subcode><S:Value>S:{subcode}</S:Value></S:Subcode></S:Code>"
        f'<S:Reason><S:Text xml:lang="en">{reason}</S:Text></S:Reason><S:Detail>{detail}</S:Detail>'
        "</S:Fault></S:Body></S:Envelope>"
    ).encode()


def attributes(code: str, severity: str = "erreur") -> str:
    return f'<x:Erreur xmlns:x="urn:siram" severite="{severity}" code="{code}" messageID="uuid:1">Texte</x:Erreur>'


def elements(code: str, severity: str = "erreur") -> str:
    return f"<Code>{code}</Code><Severite>{severity}</Severite><Descriptif>Texte</Descriptif>"


@pytest.mark.req("OFF-INS-N03")
@pytest.mark.parametrize("write", [attributes, elements])
def test_an_unknown_software_is_a_matter_of_settings_and_not_called_again(write: Callable[..., str]) -> None:
    failure = failed(fault("Sender", "siram_100", write("desir_550")), status=500)
    assert (failure.kind, failure.code, failure.may_retry) == (FailureKind.SETTINGS, "GAL-DIS-51", False)
    assert (failure.subcode, failure.fault, failure.severity) == ("siram_100", "desir_550", "erreur")
    assert failure.http_status == 500
    # The words of the service, its codes and the reference of the call are all said.
    assert "siram_100/desir_550" in failure.text
    assert "Motif donné par le service" in failure.text
    assert failure.message_id in failure.advice


@pytest.mark.req("OFF-INS-N04")
@pytest.mark.parametrize("write", [attributes, elements])
def test_a_service_that_is_down_may_be_called_again(write: Callable[..., str]) -> None:
    failure = failed(fault("Receiver", "siram_40", write("insi_111", "fatale")), status=500)
    assert (failure.kind, failure.code, failure.may_retry) == (FailureKind.SERVICE, "GAL-DIS-53", True)
    assert (failure.subcode, failure.fault, failure.severity) == ("siram_40", "insi_111", "fatale")


@pytest.mark.parametrize(
    ("subcode", "code", "kind", "number"),
    [
        ("siram_10", "insi_19", FailureKind.INPUT, "GAL-DIS-52"),
        ("siram_110", "desir_560", FailureKind.SETTINGS, "GAL-DIS-51"),
        ("siram_150", "", FailureKind.SETTINGS, "GAL-DIS-51"),
        ("siram_30", "autre_1", FailureKind.SERVICE, "GAL-DIS-54"),
        ("", "", FailureKind.SERVICE, "GAL-DIS-54"),
    ],
)
def test_a_refusal_says_who_can_mend_it(subcode: str, code: str, kind: FailureKind, number: str) -> None:
    failure = failed(fault("Sender", subcode, attributes(code)), status=500)
    assert (failure.kind, failure.code, failure.may_retry) == (kind, number, False)


def test_a_refusal_under_a_good_status_is_a_refusal() -> None:
    assert failed(fault("Sender", "siram_10", attributes("insi_19"))).fault == "insi_19"


def test_a_fault_without_detail_has_the_reason_only() -> None:
    failure = failed(fault("Receiver", "siram_40", ""), status=500)
    assert (failure.fault, failure.severity) == ("", "")
    assert "Motif donné" in failure.text


def test_a_reason_is_told_on_one_line_and_cut() -> None:
    failure = failed(fault("Sender", "siram_30", "", reason="a\n\tb" + "x" * 5000), status=500)
    assert "\n" not in failure.text
    assert len(failure.text) < 700


# --- The client -------------------------------------------------------------------------------------------------------


def test_a_value_that_xml_cannot_hold_is_refused_before_the_call() -> None:
    with pytest.raises(ValueError, match="XML"):
        messages.envelope(replace(question(), family_name="A\x01"), SOFTWARE, "1", NOW)


@pytest.mark.req("OFF-UI-03")
def test_the_libraries_of_the_wire_are_loaded_by_the_first_call_only() -> None:
    code = "import sys, app.remote.insi.client; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"httpx2", "lxml", "cryptography"} & set(done.stdout.split())


def test_a_line_that_ended_while_it_waited_blames_no_certificate() -> None:
    error = ConnectionResetError()
    error.__context__ = ssl.SSLWantReadError(2, "The operation did not complete")
    assert tls.defect_of(error) is None
    alert = ssl.SSLError(1, "alert")
    alert.reason = "SSL/TLS_ALERT_CERTIFICATE_REVOKED"  # as later versions of OpenSSL call it
    error.__cause__ = alert
    assert tls.defect_of(error) is tls.TlsDefect.CLIENT_REVOKED


@pytest.mark.req("INS-39")
def test_a_line_is_verified_and_of_tls_12_at_least_whatever_the_authorities() -> None:
    for authorities in (b"", Pki().authorities):
        context = tls.client_context(authorities)
        assert context.minimum_version is ssl.TLSVersion.TLSv1_2
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname

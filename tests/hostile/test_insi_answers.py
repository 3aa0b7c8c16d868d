"""Does any answer of INSi, damaged or made to harm, give a reply or a named failure, soon, and nothing else?"""

from __future__ import annotations

import os
import random
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from insi_hands import FOUND, REPORT, SOFTWARE, TRAITS, answer, number, organisation, question

from app.kernel.clock import SystemClock
from app.remote.http import HttpAnswer
from app.remote.insi import answers
from app.remote.insi.client import InsiClient
from app.remote.insi.failures import FailureKind, InsiFailure
from app.remote.insi.model import Operation, Reply
from app.sandbox.insi.behaviours import Script
from app.sandbox.insi.server import InsiServer
from app.sandbox.pki import Pki

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = int(os.environ.get("GALIEN_FAULT_COUNT", "1500"))
SOAP = "http://www.w3.org/2003/05/soap-envelope"
_FAULT = (
    f'<S:Envelope xmlns:S="{SOAP}"><S:Body><S:Fault><S:Code><S:Value>S:Sender</S:Value><S:Subcode><S:Value>S:siram_100'
    "</S:Value></S:Subcode></S:Code><S:Reason><S:Text>Refus</S:Text></S:Reason><S:Detail>"
    '<x:Erreur xmlns:x="urn:siram" severite="erreur" code="desir_550"/></S:Detail></S:Fault></S:Body></S:Envelope>'
).encode()
_PIECES = [
    b"<ns2:CR/>", b"<ns2:INSACTIF/>", b"</ns2:RESULTAT>", b"<!DOCTYPE x>", b"<!-- -->", b"<?x y?>", b"&x;", b"&#0;",
    b"\xff\xfe", b"\x00", b"]]>", b"<![CDATA[<]]>", b' xmlns="', b"soap", b"00", b"",
]  # fmt: skip


def outcome(body: bytes, *, status: int = 200, kind: str = "application/soap+xml") -> Reply | InsiFailure:
    """Return what an answer comes to: anything else that is raised fails the test."""
    asked = answers.Asked(operation=Operation.BY_TRAITS, message_id="1", request=b"", mode="cl_org", caller="1")
    try:
        return answers.read(HttpAnswer(status, kind, body), asked)
    except InsiFailure as failure:
        return told(failure)


def told(failure: InsiFailure) -> InsiFailure:
    """Return a failure that says what happened and what to do."""
    assert failure.text
    assert failure.advice
    assert failure.code.startswith("GAL-DIS-")
    return failure


def mutated(body: bytes, dice: random.Random) -> bytes:
    spoilt = bytearray(body)
    for _ in range(dice.randint(1, 5)):
        place, length = dice.randrange(len(spoilt) + 1), dice.randint(0, 60)
        match dice.randrange(4):
            case 0:
                del spoilt[place : place + length]
            case 1:
                spoilt[place:place] = dice.choice(_PIECES)
            case 2:
                spoilt[place:place] = spoilt[place : place + length]
            case _:
                spoilt[place : place + 1] = bytes([dice.randrange(256)])
    return bytes(spoilt)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("whole", [answer(FOUND), answer(FOUND, prefix=""), _FAULT], ids=["found", "default", "fault"])
def test_a_damaged_answer_is_a_reply_or_a_failure(whole: bytes) -> None:
    dice = random.Random(2026)
    found = {type(outcome(mutated(whole, dice), status=dice.choice([200, 200, 500, 404]))) for _ in range(ROUNDS)}
    assert InsiFailure in found


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([200, 204, 302, 400, 500, 503]), st.text(max_size=30))
def test_any_bytes_are_a_failure(body: bytes, status: int, kind: str) -> None:
    assert isinstance(outcome(body, status=status), InsiFailure)
    assert isinstance(outcome(body, status=status, kind=kind), InsiFailure)


_LAUGHS = "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10))
_BOMB = f'<!DOCTYPE x [<!ENTITY a0 "ha">{_LAUGHS}]>'
_FILE = '<!DOCTYPE x [<!ENTITY a9 SYSTEM "file:///etc/passwd">]>'
_LINK = '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">'


@pytest.mark.parametrize("head", [_BOMB, _FILE, _LINK], ids=["laughs", "file", "link"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32", "utf-7", "cp037"])
def test_no_document_type_and_no_entity_is_ever_read(head: str, encoding: str) -> None:
    inside = answer(FOUND.replace("ADRUN", "&a9;")).decode()
    said = f'<?xml version="1.0" encoding="{encoding}"?>{head}{inside}'
    result = outcome(said.encode(encoding))
    assert isinstance(result, InsiFailure)
    assert result.kind is FailureKind.ANSWER
    assert "root:" not in result.text


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_an_encoding_in_which_a_document_type_could_hide_is_refused(encoding: str) -> None:
    assert isinstance(outcome(answer(FOUND).decode().encode(encoding)), InsiFailure)


@pytest.mark.timeout(60)
def test_a_megabyte_of_history_is_read_and_a_deep_tree_is_refused() -> None:
    past = number("209076322083439", element="INSHISTO") * 6000
    many = answer(f"{REPORT}<P:INDIVIDU>{number('109076322083489')}{past}{TRAITS}</P:INDIVIDU>")
    assert 1_000_000 < len(many) < 2_000_000
    result = outcome(many)
    assert isinstance(result, Reply)
    assert len(result.history) == 6000
    deep = answer("<P:CR>" * 20_000 + "</P:CR>" * 20_000)
    assert isinstance(outcome(deep), InsiFailure)


def test_many_attributes_long_names_and_long_texts_are_read_or_refused() -> None:
    attributes = " ".join(f'a{place}="x"' for place in range(50_000))
    assert isinstance(outcome(answer(FOUND.replace("<P:CR>", f"<P:CR {attributes}>"))), Reply | InsiFailure)
    assert isinstance(outcome(answer(f"<P:{'x' * 100_000}/>{FOUND}")), Reply | InsiFailure)
    label = outcome(answer(FOUND.replace("OK", "x" * 1_000_000)))
    assert isinstance(label, Reply)
    assert len(label.label) == 500


def test_a_label_that_would_spoil_the_screen_or_the_log_is_plain() -> None:
    result = outcome(answer(FOUND.replace("OK", "a&#10;b&#13;c&#9;d\u202eé")))
    assert isinstance(result, Reply)
    assert result.label == "a b c d é"


# --- Over the line ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pki() -> Pki:
    return Pki()


@pytest.fixture(scope="module")
def server(pki: Pki) -> Iterator[InsiServer]:
    with InsiServer(pki=pki) as running:
        yield running


@pytest.mark.timeout(120)
def test_whatever_the_line_carries_ends_soon_and_by_name(server: InsiServer, pki: Pki) -> None:
    dice = random.Random(2026)
    client = InsiClient(
        server.mutual_url,
        software=SOFTWARE,
        credential=organisation(pki),
        authorities=pki.authorities,
        clock=SystemClock(),
        read_s=5.0,
    )
    begun = time.monotonic()
    for _ in range(60):
        body = dice.choice([mutated(answer(FOUND), dice), dice.randbytes(dice.randrange(3000)), b"<" * 2_500_000])
        server.next(Script(body, status=dice.choice([200, 200, 302, 404, 500, 599])))
        try:
            client.ask(question())
        except InsiFailure as failure:
            told(failure)
    assert client.ask(question()).code == "00"
    client.close()
    assert time.monotonic() - begun < 100

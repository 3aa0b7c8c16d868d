"""Does the simulated INSi refuse what the real one would, so that a good answer of it proves something?"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest
from insi_hands import SOFTWARE, CardAuthority, TrialCard, question
from lxml import etree

from app.kernel.identifiers import is_nir
from app.remote.insi import assertions, messages
from app.remote.insi.model import CardData, Operation
from app.sandbox import dataset
from app.sandbox.insi import people, requests, vouching

if TYPE_CHECKING:
    from app.remote.insi.model import Query

NOW = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC)
BY_CARD = CardData(individual="292039999900243", holder="288079999900113", birth_date="1992-03-14")
UUID = r"[0-9a-f]{8}-[0-9a-f-]{27}"


def written(query: Query) -> str:
    return messages.envelope(query, SOFTWARE, "1639999010", NOW).decode()


def read(text: str, *, operation: Operation = Operation.BY_TRAITS, content_type: str = "") -> requests.Received:
    kind = f'application/soap+xml; charset=utf-8; action="{messages.action_of(operation)}"'
    return requests.read(text.encode(), content_type or kind, NOW, messages.VERIFY)


@pytest.mark.parametrize("operation", list(Operation))
def test_what_the_client_writes_is_taken(operation: Operation) -> None:
    card = BY_CARD if operation is Operation.BY_CARD else None
    given = {"matricule": "275126322074974", "oid": people.OID_NIR} if operation is Operation.VERIFY else {}
    query = question(operation, card=card, **given)
    received = read(written(query), operation=operation)
    assert (received.operation, received.message_id) == (operation.value, query.message_id)
    assert received.matricule == given.get("matricule", "")


SPOILT = {
    "SOAP 1.1": ("http://www.w3.org/2003/05/soap-envelope", "http://schemas.xmlsoap.org/soap/envelope/"),
    "another context version": ('Version="01_02"', 'Version="01_01"'),
    "another software context version": ('Version="01_00"', 'Version="01_01"'),
    "no message id": (r"<wsa:MessageID.*?</wsa:MessageID>", ""),
    "no action": (r"<wsa:Action.*?</wsa:Action>", ""),
    "another action": ("rechercherInsAvecTraitsIdentite", "rechercherInsAvecCarteVitale"),
    "message id without its prefix": ("uuid:", ""),
    "upper-case identifier": (r"(?<=<ctxbam:Id>)", "A"),
    "time without milliseconds": (r"\.\d{3}Z", "Z"),
    "another day": ("2026-11-23T", "2026-11-22T"),
    "no R on IDAM": (' R="4"', ""),
    "another name of software": ("urn:lps:", "urn:x:"),
    "two callers": (r"(?<=<ctxbam:Emetteur>)1", "2"),
    "no coverage": (r"<ctxbam:COUVERTURE/>", ""),
    "coverage without a card": (r"<ctxbam:COUVERTURE/>", "<ctxbam:COUVERTURE><ctxbam:ASSURE/></ctxbam:COUVERTURE>"),
    "order of the traits": (r"(<insi:Sexe>F</insi:Sexe>)(<insi:DateNaissance>[^<]*</insi:DateNaissance>)", r"\2\1"),
    "two first names": (r"(<insi:Prenom>ZOE</insi:Prenom>)", r"\1\1"),
    "unknown element": (r"(<insi:Sexe>)", r"<insi:X/>\1"),
    "lower case": ("ADRUN", "Adrun"),
    "accent": ("ZOE", "ZOÉ"),
    "sex of no schema": (">F<", ">I<"),
    "date written otherwise": ("1975-12-31", "31/12/1975"),
    "wrong namespace": ("INSiRecSans", "INSiRecVit"),
    "not XML": ("</soap:Body>", ""),
}


@pytest.mark.parametrize(("pattern", "by"), SPOILT.values(), ids=SPOILT)
def test_anything_else_is_refused(pattern: str, by: str) -> None:
    whole = written(question())
    spoilt = re.sub(pattern, by, whole)
    assert spoilt != whole
    with pytest.raises(requests.Refusal):
        read(spoilt)


def test_three_identifiers_are_three() -> None:
    whole = written(question())
    same = re.sub(rf"(?<=<ctx(?:bam|lps):Id>){UUID}", "6f0c2f6e-0f0f-4f4e-9d5a-0123456789ac", whole)
    with pytest.raises(requests.Refusal, match="UUID"):
        read(same)


@pytest.mark.parametrize("kind", ["text/xml; charset=utf-8", 'application/soap+xml; charset=utf-8; action="urn:x"'])
def test_the_type_and_the_action_of_http_are_those_of_the_message(kind: str) -> None:
    with pytest.raises(requests.Refusal):
        read(written(question()), content_type=kind)


def test_a_corsican_place_of_birth_is_refused() -> None:
    whole = written(question(birth_place="20020")).replace(">20020<", ">2A020<")
    with pytest.raises(requests.Refusal, match="cinq chiffres"):
        read(whole)


@pytest.mark.parametrize("name", ["NomNaissance", "Prenom", "Sexe", "DateNaissance"])
def test_a_missing_trait_is_refused_by_the_published_code(name: str) -> None:
    with pytest.raises(requests.Refusal) as caught:
        read(re.sub(f"<insi:{name}>.*?</insi:{name}>", "", written(question())))
    assert (caught.value.fault.subcode, caught.value.fault.code) == ("siram_10", "insi_19")


def test_a_card_says_the_same_twice() -> None:
    whole = written(question(Operation.BY_CARD, card=BY_CARD))
    with pytest.raises(requests.Refusal, match="COUVERTURE"):
        read(whole.replace("<ctxbam:Rang>1<", "<ctxbam:Rang>2<"), operation=Operation.BY_CARD)


# --- Who is known -----------------------------------------------------------------------------------------------------


def test_every_number_is_one_but_those_that_must_be_wrong() -> None:
    wrong = {(one.family_name, one.birth_names) for one in people.read() if not is_nir(one.matricule)}
    assert wrong == {("HERMANN", "GATIEN")}
    assert all(is_nir(number) for one in people.read() if one.family_name != "HERMANN" for number, *_ in one.history)


def test_no_two_people_have_one_number() -> None:
    numbers = [one.matricule for one in people.read()]
    assert len(numbers) == len(set(numbers))


def test_the_patients_of_the_demonstration_are_known_with_the_number_they_have() -> None:
    known = {one.matricule for one in people.read()}
    assert {one.matricule for one in dataset.read().patients if one.matricule} <= known


# --- Whom a card vouches for ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> CardAuthority:
    return CardAuthority()


@pytest.fixture(scope="module")
def vouched(authority: CardAuthority) -> str:
    """An assertion as it travels."""
    return etree.tostring(assertions.signed(TrialCard(authority, now=NOW), NOW), encoding="unicode")


def doubt(assertion: str, authority: CardAuthority, now: dt.datetime = NOW) -> str:
    with pytest.raises(vouching.Doubtful) as caught:
        vouching.holder_of(etree.fromstring(assertion), [authority.der], now)
    return str(caught.value)


def test_a_signed_assertion_vouches_for_its_card(vouched: str, authority: CardAuthority) -> None:
    assert vouching.holder_of(etree.fromstring(vouched), [authority.der], NOW) == "889970001007"


@pytest.mark.parametrize(
    ("pattern", "by", "word"),
    [
        ("SA33", "SA05", "modifiée"),
        (">639999010<", ">639999028<", "modifiée"),
        (r'NameQualifier="CPS"', 'NameQualifier="PSC"', "modifiée"),
        (r"(?<=<ds:DigestValue>)....", "AAAA", "fausse"),
        (r"(?<=<ds:SignatureValue>)....", "AAAA", "fausse"),
        (r"2001/04/xmldsig-more#rsa-sha256", "2000/09/xmldsig#rsa-sha1", "algorithmes"),
        (r'URI="#_', 'URI="#_0', "ne porte pas"),
        (r"<ds:Signature .*</ds:Signature>", "", "certificat"),
        (r'Version="2.0"', 'Version="1.1"', "version"),
    ],
)
def test_an_assertion_that_was_touched_vouches_for_nobody(
    vouched: str, authority: CardAuthority, pattern: str, by: str, word: str
) -> None:
    touched = re.sub(pattern, by, vouched)
    assert touched != vouched
    assert word in doubt(touched, authority)


@pytest.mark.parametrize("minutes", [61, -6])
def test_an_assertion_too_old_or_of_the_future_vouches_for_nobody(
    vouched: str, authority: CardAuthority, minutes: int
) -> None:
    assert "périmée" in doubt(vouched, authority, NOW + dt.timedelta(minutes=minutes))

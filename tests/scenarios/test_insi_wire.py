"""Does Galien reach INSi by certificate and by card, over real TLS, and say by name what stops it?"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from insi_hands import SOFTWARE, CardAuthority, TrialCard, organisation, question

from app.kernel.clock import FixedClock
from app.remote.insi.assertions import LIFE
from app.remote.insi.client import InsiClient
from app.remote.insi.credentials import OrganisationCredential
from app.remote.insi.failures import FailureKind, InsiFailure
from app.remote.insi.model import CardData, Operation, Software
from app.sandbox.insi import behaviours, people
from app.sandbox.insi.behaviours import Cut, Delay, Drip, Script
from app.sandbox.insi.server import InsiServer
from app.sandbox.pki import Pki

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.remote.insi.credentials import Card
    from app.remote.insi.model import Query, Reply

# TLS reads the clock of the machine: the certificates and the fixed clock begin with it.
NOW = dt.datetime.now(dt.UTC)
MINUTE = dt.timedelta(minutes=1)
OID = people.OID_NIR


@pytest.fixture(scope="module")
def pki() -> Pki:
    return Pki(now=NOW)


@pytest.fixture(scope="module")
def authority() -> CardAuthority:
    return CardAuthority()


@pytest.fixture(scope="module")
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture(scope="module")
def running(pki: Pki, authority: CardAuthority, clock: FixedClock) -> Iterator[InsiServer]:
    with InsiServer(pki=pki, card_authorities=[authority.der], clock=clock.now) as server:
        yield server


@pytest.fixture
def insi(running: InsiServer, clock: FixedClock) -> InsiServer:
    clock.advance(NOW - clock.now())
    running.calls.clear()
    running.refusals.clear()
    return running


@pytest.fixture
def card(authority: CardAuthority) -> TrialCard:
    return TrialCard(authority, now=NOW)


def by_certificate(
    insi: InsiServer,
    pki: Pki,
    credential: OrganisationCredential | Card | None = None,
    *,
    address: str = "",
    authorities: bytes = b"",
    software: Software = SOFTWARE,
    **how: Any,  # noqa: ANN401 -- any other argument of the client
) -> InsiClient:
    return InsiClient(
        address or insi.mutual_url,
        software=software,
        credential=credential or organisation(pki),
        authorities=authorities or pki.authorities,
        clock=FixedClock(NOW),
        **how,
    )


def by_card(insi: InsiServer, pki: Pki, card: TrialCard, clock: FixedClock) -> InsiClient:
    return InsiClient(
        insi.simple_url, software=SOFTWARE, credential=card, authorities=pki.authorities, clock=clock, read_s=5.0
    )


def failed(client: InsiClient, query: Query | None = None, **how: Any) -> InsiFailure:  # noqa: ANN401 -- as ``ask`` takes it
    asked = query or question()
    with pytest.raises(InsiFailure) as caught:
        client.ask(asked, **how)
    failure = caught.value
    assert failure.text
    assert failure.advice
    return failure


def timed(act: Callable[[], InsiFailure]) -> tuple[InsiFailure, float]:
    begun = time.monotonic()
    return act(), time.monotonic() - begun


# --- By the certificate of the organisation ---------------------------------------------------------------------------


@pytest.mark.req("INS-39", "INS-TLS4")
@pytest.mark.parametrize("kind", ["manu", "auto"])
def test_an_identity_is_found_by_certificate(insi: InsiServer, pki: Pki, kind: str) -> None:
    client = by_certificate(insi, pki, organisation(pki, kind))
    query = question()
    reply = client.ask(query)
    assert reply.active is not None
    assert (reply.code, reply.active.matricule, reply.active.oid) == ("00", "275126322074974", OID)
    assert (reply.family_name, reply.birth_names, reply.birth_place) == ("ADRUN", "ZOE", "63220")
    assert (reply.mode, reply.caller, reply.http_status) == ("cl_org", "1639999010", 200)
    (call,) = insi.calls
    assert (call.raw, call.message_id, call.assertion) == (reply.request, query.message_id, None)
    client.close()


def answered(insi: InsiServer, pki: Pki, **said: Any) -> Reply:  # noqa: ANN401 -- any field of a question
    return by_certificate(insi, pki).ask(question(**said))


@pytest.mark.req("OFF-INS-N01")
def test_the_published_identities_answer_as_they_are_said_to(insi: InsiServer, pki: Pki) -> None:
    def ask(family: str, first: str, sex: str, born: str, **said: str) -> Reply:
        return answered(insi, pki, family_name=family, first_name=first, sex=sex, birth_date=born, **said)

    corsican = ask("ADRTROIS", "DOMINIQUE", "F", "1997-02-26", birth_place="2A020")
    assert (corsican.code, corsican.birth_place) == ("00", "2A020")
    assert b"LieuNaissance" not in corsican.request
    assert ask("TCHITCHI", "OLA", "F", "1936-06-21").code == "01"
    assert ask("TCHITCHI", "CATARINA", "F", "1936-06-21").birth_names == "CATARINA BELLA"
    for first in ("PIERRE", "PAUL", "JACQUES", "PIERRE PAUL JACQUES"):
        assert ask("HOUILLES", first, "M", "1993-01-27").code == "01"
    assert ask("DE VINCI", "LEONARDO", "M", "2014-02-01").code == "02"
    past = ask("ECETINSI", "PIERRE-ALAIN", "M", "2009-07-14").history
    assert [one.matricule for one in past] == ["209076322083439", "209066322012355"]
    waiting = ask("PROVISOIRE", "MATRICULE", "M", "2009-07-01").active
    assert waiting is not None
    assert waiting.oid == "1.2.250.1.213.1.4.9"
    assert ask("CORSE", "ANTHONY", "M", "1980-03-02").birth_place == "2B020"
    wrong = ask("HERMANN", "GATIEN", "M", "1981-03-24").active
    assert wrong is not None
    # Its key is wrong: given as received, for the business to refuse.
    assert wrong.matricule == "181036322045660"


@pytest.mark.req("INS-TLS1")
def test_an_ins_is_verified_or_not(insi: InsiServer, pki: Pki) -> None:
    def verify(matricule: str, oid: str = OID, **said: str) -> str:
        return answered(insi, pki, operation=Operation.VERIFY, matricule=matricule, oid=oid, **said).code

    nessi = {"family_name": "NESSI", "first_name": "MICHELANGELO", "sex": "M", "birth_date": "2010-08-07"}
    assert verify("110086322083060", **nessi, birth_names="MICHELANGELO ANTHONY", birth_place="63220") == "00"
    assert verify("110086322083060", **nessi, birth_names="MICHELANGELO") == "01"
    assert verify("110086322083060", "1.2.250.1.213.1.4.9", **nessi) == "01"
    assert verify("160012B02077713", **nessi) == "01"
    # Found by its traits, but its verification fails: the demonstration shows it.
    assert verify("275126322074974") == "01"


@pytest.mark.req("OFF-INS-N08")
@pytest.mark.parametrize(
    ("kind", "code"), [("wrong_name", "GAL-DIS-44"), ("expired", "GAL-DIS-42"), ("early", "GAL-DIS-43")]
)
def test_a_certificate_that_cannot_serve_is_refused_before_any_call(
    insi: InsiServer, pki: Pki, kind: str, code: str
) -> None:
    failure = failed(by_certificate(insi, pki, organisation(pki, kind)))
    assert (failure.code, failure.kind, failure.request) == (code, FailureKind.CERTIFICATE, b"")
    assert (insi.calls, insi.refusals) == ([], [])


def test_a_key_that_is_not_the_certificates_is_refused_before_any_call(insi: InsiServer, pki: Pki) -> None:
    good, other = pki.organisation("manu"), pki.organisation("auto")
    for key in (other.key, b"no key"):
        mixed = OrganisationCredential(certificate_der=good.certificate, private_key_pkcs8=key)
        assert failed(by_certificate(insi, pki, mixed)).code == "GAL-DIS-47"
    unreadable = OrganisationCredential(certificate_der=b"no certificate", private_key_pkcs8=good.key)
    assert failed(by_certificate(insi, pki, unreadable)).code == "GAL-DIS-47"
    assert (insi.calls, insi.refusals) == ([], [])


@pytest.mark.parametrize(
    ("kind", "code", "word"),
    [
        ("revoked", "GAL-DIS-45", "révoqué"),
        ("foreign", "GAL-DIS-46", "ne reconnaît pas l’autorité"),
        ("expired", "GAL-DIS-42", "expiré"),
        ("early", "GAL-DIS-46", "refuse le certificat"),
    ],
)
def test_a_certificate_that_the_server_refuses_is_named(
    insi: InsiServer, pki: Pki, monkeypatch: pytest.MonkeyPatch, kind: str, code: str, word: str
) -> None:
    # As if the clock of this machine were wrong: what it can see by itself does not stop the call.
    monkeypatch.setattr(OrganisationCredential, "check", lambda self, now: None)
    failure = failed(by_certificate(insi, pki, organisation(pki, kind)))
    assert (failure.code, failure.kind, failure.may_retry) == (code, FailureKind.CERTIFICATE, False)
    assert word in failure.text
    assert insi.calls == []


def test_a_name_that_the_service_refuses_is_a_matter_of_settings(
    insi: InsiServer, pki: Pki, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OrganisationCredential, "check", lambda self, now: None)
    failure = failed(by_certificate(insi, pki, organisation(pki, "wrong_name")))
    assert (failure.kind, failure.fault) == (FailureKind.SETTINGS, "desir_560")


@pytest.mark.req("OFF-INS-N03")
def test_an_unknown_software_and_a_missing_name_are_refused_by_the_service(insi: InsiServer, pki: Pki) -> None:
    other = Software(idam="INCONNU", version="1", instance=SOFTWARE.instance, name="GALIEN")
    failure = failed(by_certificate(insi, pki, software=other))
    assert (failure.fault, failure.subcode, failure.may_retry) == ("desir_550", "siram_100", False)
    failure = failed(by_certificate(insi, pki), question(family_name=""))
    assert (failure.fault, failure.kind, failure.http_status) == ("insi_19", FailureKind.INPUT, 500)


def test_what_is_missing_in_the_settings_is_said_before_any_call(insi: InsiServer, pki: Pki) -> None:
    empty = Software(idam="", version="1", instance=SOFTWARE.instance, name="GALIEN")
    assert failed(by_certificate(insi, pki, software=empty)).kind is FailureKind.SETTINGS
    assert failed(by_certificate(insi, pki, address="http://127.0.0.1/lps")).kind is FailureKind.SETTINGS
    by_vitale = question(Operation.BY_CARD, card=CardData(holder="288079999900113"))
    assert failed(by_certificate(insi, pki), by_vitale).kind is FailureKind.SETTINGS
    assert failed(by_certificate(insi, pki, authorities=b"no PEM")).code == "GAL-DIS-58"
    assert (insi.calls, insi.refusals) == ([], [])


def test_the_same_message_twice_is_refused_by_the_service(insi: InsiServer, pki: Pki) -> None:
    query = question()
    assert by_certificate(insi, pki).ask(query).code == "00"
    failed(by_certificate(insi, pki), query)
    assert insi.refusals == ["identifiant déjà reçu"]


# --- The server’s certificate -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "code", "word"),
    [
        ("expired", "GAL-DIS-39", "expiré"),
        ("early", "GAL-DIS-39", "pas encore"),
        ("other_host", "GAL-DIS-40", "127.0.0.1"),
        ("foreign", "GAL-DIS-38", "autorité inconnue"),
    ],
)
def test_a_server_that_is_not_to_be_believed_is_sent_nothing(pki: Pki, shown: str, code: str, word: str) -> None:
    with InsiServer(pki=pki, server_certificate=shown) as server:
        failure = failed(by_certificate(server, pki))
        assert (failure.code, failure.kind, failure.may_retry) == (code, FailureKind.CERTIFICATE, False)
        assert word in failure.text
        assert server.calls == []


def test_only_a_server_of_the_names_given_is_called(insi: InsiServer, pki: Pki) -> None:
    failure = failed(by_certificate(insi, pki, server_names=("ameli.fr", "host")))
    assert (failure.code, insi.calls) == ("GAL-DIS-59", [])
    assert by_certificate(insi, pki, server_names=("ameli.fr", "localhost")).ask(question()).code == "00"


# --- A line that fails ------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-INS-N04")
def test_a_service_that_is_down_then_up_is_called_anew(insi: InsiServer, pki: Pki) -> None:
    insi.next(behaviours.UNAVAILABLE)
    client = by_certificate(insi, pki)
    failure = failed(client)
    assert (failure.fault, failure.may_retry, failure.severity) == ("insi_111", True, "fatale")
    assert client.ask(question()).code == "00"


@pytest.mark.parametrize(
    ("behaviour", "code", "kind", "may_retry"),
    [
        (behaviours.HTML, "GAL-DIS-48", FailureKind.ANSWER, False),
        (Cut(40), "GAL-DIS-34", FailureKind.NETWORK, True),
        (Cut(0), "GAL-DIS-34", FailureKind.NETWORK, True),
        (Script(b" " * 2_000_001), "GAL-DIS-35", FailureKind.ANSWER, False),
        (Script(b""), "GAL-DIS-49", FailureKind.ANSWER, False),
        (Script(b"<x/>", content_type="text/plain"), "GAL-DIS-48", FailureKind.ANSWER, False),
    ],
    ids=["page", "cut", "cut at once", "huge", "empty", "other type"],
)
def test_what_comes_back_wrong_is_named(
    insi: InsiServer, pki: Pki, behaviour: behaviours.Behaviour, code: str, kind: FailureKind, *, may_retry: bool
) -> None:
    insi.next(behaviour)
    failure = failed(by_certificate(insi, pki))
    assert (failure.code, failure.kind, failure.may_retry) == (code, kind, may_retry)
    assert failure.request
    if behaviour == Cut(40):
        # What was read of it is kept, for the journal.
        assert len(failure.answer) == 40


def test_a_line_cut_before_any_answer_is_no_matter_of_certificate(insi: InsiServer, pki: Pki) -> None:
    insi.next(Cut(None))
    failure = failed(by_certificate(insi, pki))
    assert (failure.code, failure.may_retry, failure.http_status) == ("GAL-DIS-34", True, 0)


@pytest.mark.parametrize("behaviour", [Delay(20), Drip(0.03)], ids=["silent", "drip"])
def test_a_slow_answer_ends_in_the_time_given(insi: InsiServer, pki: Pki, behaviour: behaviours.Behaviour) -> None:
    insi.next(behaviour)
    failure, seconds = timed(lambda: failed(by_certificate(insi, pki, read_s=0.6)))
    assert (failure.code, failure.kind, failure.may_retry) == ("GAL-DIS-33", FailureKind.NETWORK, True)
    assert seconds < 3


@pytest.mark.parametrize("behaviour", [Delay(20), Drip(0.03)], ids=["silent", "drip"])
def test_a_call_that_is_given_up_ends_at_once(insi: InsiServer, pki: Pki, behaviour: behaviours.Behaviour) -> None:
    insi.next(behaviour)
    wish = threading.Event()
    given_up: list[float] = []

    def give_up() -> None:
        given_up.append(time.monotonic())
        wish.set()

    timer = threading.Timer(0.4, give_up)
    timer.start()
    failure = failed(by_certificate(insi, pki), is_cancelled=wish.is_set)
    late = time.monotonic() - given_up[0]
    timer.join()
    assert (failure.code, failure.kind, failure.may_retry) == ("GAL-DIS-36", FailureKind.CANCELLED, False)
    assert late < 1.0  # some 50 ms on a quiet machine


def test_a_call_given_up_beforehand_is_not_made(insi: InsiServer, pki: Pki) -> None:
    assert failed(by_certificate(insi, pki), is_cancelled=lambda: True).kind is FailureKind.CANCELLED
    assert insi.calls == []


def test_nobody_at_the_address_is_told_as_such(insi: InsiServer, pki: Pki) -> None:
    failure = failed(by_certificate(insi, pki, address="https://127.0.0.1:1/lps"))
    assert (failure.code, failure.kind, failure.may_retry) == ("GAL-DIS-30", FailureKind.NETWORK, True)


def test_no_thread_outlives_a_call(insi: InsiServer, pki: Pki) -> None:
    def own() -> set[str]:
        return {one.name for one in threading.enumerate() if one.name.startswith("galien-lookup")}

    insi.next(Cut(10), Delay(20))
    client = by_certificate(insi, pki, address=insi.mutual_url.replace("127.0.0.1", "localhost"), read_s=0.3)
    failed(client)
    failed(client)
    client.close()
    assert own() == set()


_CLOSED = """
import insi_hands, datetime as dt
from app.kernel.clock import FixedClock
from app.kernel.loopback import close_network
from app.remote.insi.client import InsiClient
from app.remote.insi.failures import InsiFailure
from app.sandbox.insi.server import InsiServer
from app.sandbox.pki import Pki
close_network()
now = dt.datetime.now(dt.UTC)
pki = Pki(now=now)
with InsiServer(pki=pki) as server:
    for address in (server.mutual_url, "https://192.0.2.1/lps", "https://insi.example/lps"):
        client = InsiClient(address, software=insi_hands.SOFTWARE, credential=insi_hands.organisation(pki),
                            authorities=pki.authorities, clock=FixedClock(now))
        try:
            print(client.ask(insi_hands.question()).code)
        except InsiFailure as failure:
            print(failure.code)
"""


@pytest.mark.req("OFF-SIM-01")
def test_a_simulation_reaches_the_simulated_service_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _CLOSED], capture_output=True, text=True, check=True, cwd="tests"
    )
    assert (done.stdout.split(), done.stderr) == (["00", "GAL-DIS-01", "GAL-DIS-01"], "")


# --- By the card of a professional ------------------------------------------------------------------------------------


@pytest.mark.req("INS-39", "INS-TLS2")
def test_an_identity_is_found_by_card_which_signs_once_in_fifty_minutes(
    insi: InsiServer, pki: Pki, card: TrialCard, clock: FixedClock
) -> None:
    client = by_card(insi, pki, card, clock)
    reply = client.ask(question())
    assert (reply.code, reply.mode, reply.caller) == ("00", "cpx", card.identifier)
    clock.advance(LIFE - MINUTE)
    assert client.ask(question()).code == "00"
    assert card.signed == 1
    clock.advance(MINUTE)
    assert client.ask(question()).code == "00"
    assert card.signed == 2
    first, second, third = (call.assertion for call in insi.calls)
    assert first is not None
    assert second is not None
    assert third is not None
    assert first.get("ID") == second.get("ID") != third.get("ID")


def test_a_vitale_finds_its_beneficiaries_by_date_and_rank(
    insi: InsiServer, pki: Pki, card: TrialCard, clock: FixedClock
) -> None:
    client = by_card(insi, pki, card, clock)

    def ask(**said: Any) -> Reply:  # noqa: ANN401 -- any field of a card
        return client.ask(question(Operation.BY_CARD, card=CardData(**said)))

    twins = {"holder": "288079999900113", "family_name": "TILLEUL", "birth_date": "2019-03-15"}
    assert ask(**twins, rank=1).birth_names == "JULES"
    assert ask(**twins, rank=2).birth_names == "LEONIE"
    assert ask(**twins, rank=3).code == "01"
    lunar = ask(holder="247209999900493", birth_date="1947-00-00")
    assert (lunar.family_name, lunar.birth_date) == ("CAMOMILLE-TESTTROIS", "1947-00-00")
    own = ask(individual="292039999900243", holder="292039999900243", birth_date="1992-03-14")
    assert own.birth_names == "AMANDINE"


def test_a_card_that_left_its_reader_or_another_one_does_not_vouch_any_more(
    insi: InsiServer, pki: Pki, card: TrialCard, clock: FixedClock
) -> None:
    client = by_card(insi, pki, card, clock)
    client.ask(question())
    card.is_in = False
    failure = failed(client)
    assert (failure.kind, failure.code, failure.request) == (FailureKind.CARD, "GAL-DIS-55", b"")
    card.is_in = True
    client.ask(question())
    assert card.signed == 2
    card.card_serial = "80250000019900000059"
    client.ask(question())
    assert card.signed == 3
    client.close()
    client.ask(question())
    assert card.signed == 4


def test_a_card_that_signs_wrongly_is_found_out_here(
    insi: InsiServer, pki: Pki, card: TrialCard, clock: FixedClock
) -> None:
    card.spoils = True
    failure = failed(by_card(insi, pki, card, clock))
    assert (failure.kind, failure.code, insi.calls) == (FailureKind.CARD, "GAL-DIS-56", [])


def test_a_card_that_expired_is_not_used(insi: InsiServer, pki: Pki, authority: CardAuthority) -> None:
    old = TrialCard(authority, now=NOW, days=-1)
    failure = failed(by_card(insi, pki, old, FixedClock(NOW)))
    assert (failure.code, failure.kind, old.signed) == ("GAL-DIS-42", FailureKind.CERTIFICATE, 0)


def test_the_service_refuses_what_does_not_vouch(
    insi: InsiServer, pki: Pki, card: TrialCard, clock: FixedClock, authority: CardAuthority
) -> None:
    def refusal(other: TrialCard) -> str:
        failure = failed(by_card(insi, pki, other, clock))
        assert failure.http_status == 500
        return insi.refusals[-1]

    unknown = TrialCard(CardAuthority(), now=NOW)
    assert "autorité inconnue" in refusal(unknown)
    other = TrialCard(authority, now=NOW)
    other.identifier = "889970001015"
    assert "NameID" in refusal(other)
    card.sector = ""
    assert "secteurActivite" in refusal(card)
    # Without an assertion, and with one where none is expected.
    on_simple = by_certificate(insi, pki, address=insi.simple_url)
    assert failed(on_simple).http_status == 500
    assert "absente" in insi.refusals[-1]

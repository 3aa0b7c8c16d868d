"""Is a holder proved by the card, the whole chain and nothing less, and is a card that goes known by its number?"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from card_readers import READERS, wait_until
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from soft_cards import CODE, ISSUER, PHARMACIST, TEST_ISSUER, Authority

from app.cards import certificates, imitations, revocation
from app.cards.cps_failures import CardChanged, CertificateDefect, CodeBlocked, CodeWrong, LastTry
from app.cards.desk import CardDesk
from app.cards.pcsc import PcscTransport
from app.cards.pkcs11 import Pkcs11Module
from app.cards.professional import CardObject, Token, same_card, same_reader, situations_of
from app.cards.professional_desk import ProfessionalDesk, reader_of
from app.cards.transport import Slot
from app.cards.virtual import VirtualTransport
from app.cards.virtual_cps import VirtualAuthority, VirtualCps, VirtualModule
from app.demo_cards import DemoCards
from app.holder_cards import HolderCards, HolderTrust, Revocation, build_cards
from app.kernel.clock import FixedClock
from app.kernel.errors import InputDefect
from app.kernel.events import Publisher
from app.kernel.mode import Mode
from app.kernel.outcome import Done, Refused, Severity
from app.officine.secrets.sealing import KeyBox
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.ports import CardProof, HolderCard
from app.officine.staff.service import Staff
from app.officine.staff.session import Means
from app.officine.staff.signing import SignIn
from app.settings import Settings
from app.store.database import Database
from app.store.engine import open_engine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from card_readers import Slot as RealSlot
    from soft_cards import Layer

    from app.kernel.outcome import Outcome
    from app.officine.staff.session import StaffSession
    from app.store.audit import Actor

pytestmark = pytest.mark.req("OFF-CARD-11")

NOW = dt.datetime(2026, 11, 25, 12, 0, tzinfo=dt.UTC)
CHALLENGE = b"a challenge that serves once"
Keys = tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey]


# --- The chain --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def pki() -> dict[str, Authority]:
    """A root, an authority under it, and others that must not be believed."""
    root = Authority.made({"2.5.4.3": "ACR FORT"})
    return {
        "root": root,
        "sound": Authority.made(ISSUER, root),
        "test": Authority.made(TEST_ISSUER, root),
        "no-authority": Authority.made(ISSUER, root, ca=False),
        "no-issuer": Authority.made(ISSUER, root, may_issue=False),
        "issuer": Authority.made(ISSUER, root, may_issue=True),
        "over": Authority.made(ISSUER, root, days=10),
        "same-name": Authority.made(ISSUER),
    }


def proof_of(
    issuer: Authority, keys: Keys, *, days: int = 7300, rpps: str = "89970001007", data: bytes = CHALLENGE
) -> CardProof:
    certificate = issuer.issue(keys[0], *PHARMACIST, days=days)
    holder = HolderCard(serial="00000001", rpps=rpps, family_name="VALÉRIANE", given_name="CLAIRE")
    return CardProof(
        holder=holder,
        certificate_der=certificate,
        signature=keys[0].sign(data, padding.PKCS1v15(), hashes.SHA256()),
    )


def judged(proof: CardProof, anchors: list[bytes], *, production: bool = True) -> list[str]:
    trust = HolderTrust(lambda: anchors, FixedClock(NOW))
    return [finding.code for finding in trust.check(proof, CHALLENGE, production=production)]


def test_a_card_of_a_known_authority_is_believed(pki: dict[str, Authority], keys: Keys) -> None:
    both = [pki["root"].der, pki["sound"].der]
    assert judged(proof_of(pki["sound"], keys), both) == []
    assert judged(proof_of(pki["sound"], keys), [pki["sound"].der]) == [], "an intermediate may be trusted by itself"


def test_anything_less_is_refused_and_named(pki: dict[str, Authority], keys: Keys) -> None:
    both = [pki["root"].der, pki["sound"].der]
    sound = proof_of(pki["sound"], keys)
    assert judged(sound, []) == ["GAL-CPS-33"]
    assert judged(sound, [pki["root"].der]) == ["GAL-CPS-34"], "the link between the card and the root is missing"
    assert judged(proof_of(pki["same-name"], keys), both) == ["GAL-CPS-34"], "a name is no signature"
    weak = [pki["root"].der, pki["no-authority"].der]
    assert judged(proof_of(pki["no-authority"], keys), weak) == ["GAL-CPS-34"], "it may not issue"
    crl_only = [pki["root"].der, pki["no-issuer"].der]
    assert judged(proof_of(pki["no-issuer"], keys), crl_only) == ["GAL-CPS-34"], "its key signs no certificates"
    assert judged(proof_of(pki["issuer"], keys), [pki["root"].der, pki["issuer"].der]) == []
    assert judged(proof_of(pki["over"], keys), [pki["root"].der, pki["over"].der]) == ["GAL-CPS-35"]
    assert judged(proof_of(pki["sound"], keys, days=30), both) == ["GAL-CPS-31"]
    assert judged(proof_of(pki["sound"], keys, data=b"another"), both) == ["GAL-CPS-36"]
    assert judged(proof_of(pki["sound"], keys, rpps="89970001015"), both) == ["GAL-CPS-37"]
    assert judged(dataclasses.replace(sound, certificate_der=b"\x30\x03abc"), both) == ["GAL-CPS-10"]


def test_a_card_of_tests_is_refused_in_production_only(pki: dict[str, Authority], keys: Keys) -> None:
    anchors = [pki["root"].der, pki["test"].der]
    assert judged(proof_of(pki["test"], keys), anchors) == ["GAL-CPS-38"]
    assert judged(proof_of(pki["test"], keys), anchors, production=False) == []


def test_a_certificate_trusts_no_one_by_standing_for_itself(pki: dict[str, Authority], keys: Keys) -> None:
    proof = proof_of(pki["same-name"], keys)
    assert judged(proof, [pki["root"].der, pki["sound"].der, proof.certificate_der]) == ["GAL-CPS-34"]


def test_authorities_are_read_from_a_folder(pki: dict[str, Authority], tmp_path: Any) -> None:  # noqa: ANN401
    (tmp_path / "racine.cer").write_bytes(pki["root"].der)
    (tmp_path / "notes.txt").write_text("rien", "utf-8")
    (tmp_path / "damaged.crt").write_bytes(b"\x30\x82")
    assert certificates.load_anchors(str(tmp_path)) == (pki["root"].der,)
    assert certificates.load_anchors("") == certificates.load_anchors(str(tmp_path / "absent")) == ()


# --- What was taken back ----------------------------------------------------------------------------------------------


def list_of(authority: Authority, *serials: int, until: int = 7, since: int = 1) -> bytes:
    """Return the list of an authority, of ``since`` days ago, in force until ``until`` days from now."""
    made = x509.CertificateRevocationListBuilder().issuer_name(authority.certificate.subject)
    made = made.last_update(NOW - dt.timedelta(days=since)).next_update(NOW + dt.timedelta(days=until))
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW - dt.timedelta(days=since))
        made = made.add_revoked_certificate(entry.build())
    return made.sign(authority.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def serial_of(der: bytes) -> int:
    return x509.load_der_x509_certificate(der).serial_number


def taken_back(pki: dict[str, Authority], proof: CardProof, lists: list[bytes]) -> tuple[list[str], list[str]]:
    """Return what refuses the sign-in, and what is said in all."""
    anchors = [pki["root"].der, pki["sound"].der]
    known = Revocation(lambda: anchors, lambda: lists)
    refused = HolderTrust(lambda: anchors, FixedClock(NOW), known).check(proof, CHALLENGE, production=True)
    return [one.code for one in refused], [one.code for one in known.check(proof.certificate_der, NOW)]


def test_a_card_that_was_taken_back_opens_nothing(pki: dict[str, Authority], keys: Keys) -> None:
    proof = proof_of(pki["sound"], keys)
    mine, above = serial_of(proof.certificate_der), serial_of(pki["sound"].der)
    clean = list_of(pki["root"])
    assert taken_back(pki, proof, [list_of(pki["sound"], 4711), clean]) == ([], [])
    assert taken_back(pki, proof, [list_of(pki["sound"], mine), clean]) == (["GAL-CPS-39"], ["GAL-CPS-39"])
    assert taken_back(pki, proof, [list_of(pki["sound"]), list_of(pki["root"], above)])[0] == ["GAL-CPS-39"]
    stale = list_of(pki["sound"], mine, since=30, until=-20)
    assert taken_back(pki, proof, [stale, clean])[0] == ["GAL-CPS-39"], "what was taken back stays so"


def test_a_list_that_is_absent_stale_or_not_the_authoritys_is_told_and_stops_nobody(
    pki: dict[str, Authority], keys: Keys
) -> None:
    proof = proof_of(pki["sound"], keys)
    mine = serial_of(proof.certificate_der)
    assert taken_back(pki, proof, []) == ([], ["GAL-CPS-40", "GAL-CPS-40"])
    stale = list_of(pki["sound"], since=30, until=-20)
    assert taken_back(pki, proof, [stale, list_of(pki["root"])]) == ([], ["GAL-CPS-41"])
    forged = list_of(pki["same-name"], mine)
    assert taken_back(pki, proof, [forged, list_of(pki["root"])]) == ([], ["GAL-CPS-40"]), "a name is no signature"
    assert taken_back(pki, proof, [b"\x30\x03abc", b"", list_of(pki["root"])]) == ([], ["GAL-CPS-40"])
    newer = list_of(pki["sound"], mine)
    assert taken_back(pki, proof, [list_of(pki["sound"], since=3), newer, list_of(pki["root"])])[0] == ["GAL-CPS-39"]


def test_lists_are_read_from_the_folder_of_the_authorities(pki: dict[str, Authority], tmp_path: Path) -> None:
    content = list_of(pki["sound"])
    (tmp_path / "sound.CRL").write_bytes(content)
    (tmp_path / "racine.cer").write_bytes(pki["root"].der)
    assert revocation.load_lists(str(tmp_path)) == (content,)
    assert revocation.load_lists("") == revocation.load_lists(str(tmp_path / "absent")) == ()


def admitted(content: bytes, anchors: list[bytes], folder: Path) -> str:
    return revocation.keep(content, revocation.admit(content, anchors, NOW), str(folder)).name


def refused(content: bytes, anchors: list[bytes], folder: Path) -> str:
    with pytest.raises(InputDefect) as raised:
        admitted(content, anchors, folder)
    return raised.value.code


def test_a_list_is_put_into_service_once_an_authority_of_the_workstation_vouches_for_it(
    pki: dict[str, Authority], keys: Keys, tmp_path: Path
) -> None:
    proof = proof_of(pki["sound"], keys)
    anchors = [pki["root"].der, pki["sound"].der]
    old, new = list_of(pki["sound"], since=5), list_of(pki["sound"], serial_of(proof.certificate_der))
    first = admitted(old, anchors, tmp_path)
    assert admitted(new, anchors, tmp_path) == first, "the newer list takes the place of the older"
    assert admitted(list_of(pki["root"]), anchors, tmp_path) != first
    lists = list(revocation.load_lists(str(tmp_path)))
    assert taken_back(pki, proof, lists)[0] == ["GAL-CPS-39"]
    assert refused(old, anchors, tmp_path) == "GAL-CPS-45"
    assert list(revocation.load_lists(str(tmp_path))) == lists, "nothing changed"


def test_a_list_that_would_protect_nobody_is_refused(pki: dict[str, Authority], tmp_path: Path) -> None:
    anchors = [pki["root"].der, pki["sound"].der]
    assert refused(b"<html>", anchors, tmp_path) == "GAL-CPS-42"
    assert refused(pki["root"].der, anchors, tmp_path) == "GAL-CPS-42"
    assert refused(list_of(pki["same-name"]), anchors, tmp_path) == "GAL-CPS-44"
    assert refused(list_of(pki["sound"]), [], tmp_path) == "GAL-CPS-44"
    made = x509.CertificateRevocationListBuilder().issuer_name(pki["sound"].certificate.subject)
    made = made.last_update(NOW).next_update(NOW + dt.timedelta(days=1))
    delta = made.add_extension(x509.DeltaCRLIndicator(1), critical=True).sign(pki["sound"].key, hashes.SHA256())
    assert refused(delta.public_bytes(serialization.Encoding.PEM), anchors, tmp_path) == "GAL-CPS-43"
    assert list(tmp_path.iterdir()) == []
    stale = revocation.admit(list_of(pki["sound"], since=30, until=-20), anchors, NOW)
    assert [one.code for one in stale.findings] == ["GAL-CPS-41"], "what it took back stays so"


# --- What a certificate says ------------------------------------------------------------------------------------------


def test_an_employee_has_a_pseudonym_and_no_rpps(pki: dict[str, Authority], keys: Keys) -> None:
    subject = {
        "2.5.4.6": "FR",
        "2.5.4.10": "PHARMACIE DU CENTRE",
        "2.5.4.11": "1639999010",
        "2.5.4.12": "Carte de service",
        "2.5.4.65": "EMPLOYE1",
        "2.5.4.3": "3639999010/0042",
    }
    facts = certificates.facts_of(pki["sound"].issue(keys[0], subject))
    assert (facts.rpps, facts.national_id, facts.family_name) == ("", "3639999010/0042", "EMPLOYE1")
    assert (facts.structure_id, facts.structure_name) == ("1639999010", "PHARMACIE DU CENTRE")
    assert facts.profession_code == "", "a title that is not in our table has no code"


@pytest.mark.parametrize("national", ["8899700010", "8899700010071", "88997000100A", "", "899700010070 ", "0899700010"])
def test_what_is_no_rpps_is_never_taken_for_one(national: str, pki: dict[str, Authority], keys: Keys) -> None:
    facts = certificates.facts_of(pki["sound"].issue(keys[0], {"2.5.4.3": national or "-"}))
    assert facts.rpps in {"", "99700010070"}
    assert (facts.rpps != "") == (len(national.strip()) == 12 and national.strip().isdigit())


@pytest.mark.parametrize("content", [b"", b"\x30", b"\x30\x80" + bytes(300), b"-----BEGIN CERTIFICATE-----\nxx"])
def test_what_is_no_certificate_is_a_defect(content: bytes) -> None:
    with pytest.raises(CertificateDefect):
        certificates.facts_of(content)


def test_the_end_of_a_certificate_is_told_two_months_ahead(pki: dict[str, Authority], keys: Keys) -> None:
    facts = certificates.facts_of(pki["sound"].issue(keys[0], *PHARMACIST, days=365))

    def said(days_before: int) -> list[str]:
        return [one.code for one in certificates.validity(facts, facts.not_after - dt.timedelta(days=days_before))]

    assert (said(61), said(60), said(0), said(-1)) == ([], ["GAL-CPS-30"], ["GAL-CPS-30"], ["GAL-CPS-31"])
    assert said(400) == ["GAL-CPS-32"]


@pytest.mark.parametrize(
    ("days", "severity", "presses"),
    [
        (60, Severity.INFO, False),
        (31, Severity.INFO, False),
        (30, Severity.WARNING, False),
        (8, Severity.WARNING, False),
        (7, Severity.WARNING, True),
        (0, Severity.WARNING, True),
    ],
)
def test_it_is_told_louder_as_the_end_comes_near(
    pki: dict[str, Authority], keys: Keys, days: int, severity: Severity, *, presses: bool
) -> None:
    facts = certificates.facts_of(pki["sound"].issue(keys[0], *PHARMACIST, days=365))
    (told,) = certificates.validity(facts, facts.not_after - dt.timedelta(days=days))
    assert told.severity is severity
    assert ("n’ouvrira plus ce poste" in told.advice) is presses


def test_a_situation_that_is_damaged_is_left_out() -> None:
    whole = bytes.fromhex("EE0685043136 33".replace(" ", "")) + b"9"
    objects = [
        CardObject(kind="data", label="CPS_ACTIVITY_04_PS", value=bytes.fromhex("EE06850431363339")),
        CardObject(kind="data", label="CPS_ACTIVITY_01_PS", value=whole[:-2]),
        CardObject(kind="data", label="CPS_ACTIVITY_02_PS", value=b"\xee\x85"),
        CardObject(kind="data", label="CPS_SIT_FACT", value=bytes.fromhex("EE06850431363339")),
    ]
    assert [one.structure_id for one in situations_of(objects)] == ["1639"]


# --- Which card is in which reader ------------------------------------------------------------------------------------


def test_a_card_is_the_same_under_both_its_numbers() -> None:
    assert same_card("80250000019900000042", "0000019900000042")
    assert not same_card("80250000019900000042", "0000019900000059")
    assert not same_card("80250000019900000042", "42")
    assert not same_card("", "")
    long = "Un lecteur dont le nom dépasse de beaucoup les soixante-quatre caractères 00 01"
    assert same_reader(long[:64], long)
    assert not same_reader("", "")


def token(serial: str, reader: str = "") -> Token:
    return Token(serial=serial, label="", model="IAS ECC", maker="", reader=reader, flags=0)


def test_a_token_is_linked_by_its_reader_then_alone_then_by_its_number() -> None:
    transport = VirtualTransport(["A", "B"])
    transport.insert("A", imitations.cps_card("80250000019900000042"))
    transport.insert("B", imitations.cps_card("80250000019900000059"))
    desk = CardDesk(transport)
    slots = [slot for slot in desk.slots() if slot.present]
    assert reader_of(token("x", "B"), slots, 2, desk) == "B"
    assert reader_of(token("0000019900000059", "OpenSC 0"), slots, 2, desk) == "B"
    assert reader_of(token("autre", "OpenSC 0"), slots, 2, desk) == ""
    assert reader_of(token("autre", "OpenSC 0"), slots[:1], 1, desk) == "A"
    assert reader_of(token("autre"), [Slot("V", present=True, atr=imitations.ATR_VITALE_2)], 1, desk) == ""


def test_a_card_pulled_from_a_real_reader_is_known_by_its_number_and_shut(
    slots: tuple[RealSlot, RealSlot], layer: Layer
) -> None:
    """The watch of PC/SC hears the removal; the module of PKCS#11 only knows the token."""
    layer.set("slot", READERS[1])
    readers = CardDesk(PcscTransport())
    desk = ProfessionalDesk(Pkcs11Module(lambda: str(layer.path), limit_s=20), readers)
    told: list[tuple[str, bool]] = []
    try:
        readers.start(
            lambda event: (
                told.append((desk.serial_in(event.reader), desk.is_present(desk.serial_in(event.reader))))
                if event.happening == "card-removed"
                else None
            )
        )
        slots[0].insert(imitations.plain_card(imitations.ATR_VITALE_2))
        slots[1].insert(imitations.cps_card("80250000019900000042"))
        wait_until(lambda: len(desk._latest) == 2, 10)
        card = desk.card()
        assert card.reader == READERS[1]
        desk.unlock(card.serial, bytearray(CODE, "ascii"))
        slots[0].pull()
        wait_until(lambda: len(told) == 1, 10)
        assert told[0][0] == "", "the Vitale has no number of a professional"
        assert desk.is_present(card.serial), "a Vitale that goes shuts nothing"
        assert desk.sign(b"defi")
        slots[1].pull()
        wait_until(lambda: len(told) == 2, 10)
        assert told[1] == (card.serial, False)
        children = psutil.Process().children()
        assert not [one for one in children if str(layer.path) in one.cmdline()], "the module would keep the code"
        with pytest.raises(CardChanged):
            desk.sign(b"defi")
    finally:
        readers.stop()
        desk.close()


def test_a_card_whose_reader_is_unknown_stays_until_a_professional_card_goes() -> None:
    transport = VirtualTransport(["A", "B", "C"])
    transport.insert("A", imitations.cps_card("80250000019900000042"))
    transport.insert("B", imitations.cps_card("80250000019900000059"))
    transport.insert("C", imitations.plain_card(imitations.ATR_VITALE_2))
    card = VirtualCps(
        serial="80250000019900000067",
        family_name="VALÉRIANE",
        given_name="CLAIRE",
        rpps="89970001007",
        title="Pharmacien",
        code=CODE,
        structure_id="",
        structure_name="",
        authority=VirtualAuthority(),
    )
    readers = CardDesk(transport)
    desk = ProfessionalDesk(VirtualModule(lambda: {"OpenSC 0": card}), readers)
    readers.start(lambda _event: None)
    found = desk.card()
    assert found.reader == ""
    transport.pull("C")
    assert desk.is_present(found.serial), "a Vitale that goes is nobody's card"
    transport.pull("B")
    assert not desk.is_present(found.serial), "which one went can't be told: it is taken as gone"
    readers.stop()


# --- The cards of the demonstration -----------------------------------------------------------------------------------


@pytest.fixture
def demo() -> DemoCards:
    return DemoCards()


@pytest.fixture
def holders(demo: DemoCards) -> Callable[[], HolderCards]:
    parts = build_cards(Settings(), Mode.DEMO, FixedClock(NOW), demo)
    parts.desk.start(lambda _event: None)
    return lambda: parts.holders


def test_a_card_of_the_demonstration_proves_its_holder(demo: DemoCards, holders: Callable[[], HolderCards]) -> None:
    cards = holders()
    assert cards.holder() is None
    demo.toggle("cps")
    holder = cards.holder()
    assert holder is not None
    assert (holder.name, holder.rpps, holder.profession_code) == ("CLAIRE VALÉRIANE", "89970001007", "21")
    assert (holder.tries_left, holder.pinpad, holder.is_test) == (3, False, True)
    pin = bytearray(b"1234")
    proof = cards.prove(pin, CHALLENGE)
    assert bytes(pin) == bytes(4)
    assert proof.situations[0].sector == "SA33"
    trust = HolderTrust(lambda: [demo.authority.der], FixedClock(NOW))
    assert trust.check(proof, CHALLENGE, production=False) == []
    assert [one.code for one in trust.check(proof, CHALLENGE, production=True)] == ["GAL-CPS-38"]
    assert trust.check(proof, b"another challenge", production=False)


def test_a_card_of_the_demonstration_counts_its_tries_even_out_of_the_reader(
    demo: DemoCards, holders: Callable[[], HolderCards]
) -> None:
    cards = holders()
    demo.toggle("cps")
    cards.holder()
    with pytest.raises(CodeWrong):
        cards.prove(bytearray(b"0000"), CHALLENGE)
    demo.toggle("cps")
    demo.toggle("cps")
    holder = cards.holder()
    assert holder is not None
    assert holder.tries_left == 2
    cards.prove(bytearray(b"1234"), CHALLENGE)
    again = cards.holder()
    assert again is not None
    assert again.tries_left == 3


def test_the_last_try_is_never_spent_by_one_who_was_not_told(
    demo: DemoCards, holders: Callable[[], HolderCards]
) -> None:
    cards = holders()
    demo.toggle("cps_nadia")
    assert cards.holder() is not None
    with pytest.raises(LastTry):
        cards.prove(bytearray(b"2468"), CHALLENGE, last_try=False)
    holder = cards.holder()
    assert holder is not None
    assert holder.tries_left == 1
    with pytest.raises(CodeBlocked):
        cards.prove(bytearray(b"0000"), CHALLENGE)
    blocked = cards.holder()
    assert blocked is not None
    assert blocked.tries_left == 0


def test_the_last_card_put_in_is_the_one_who_signs_in(demo: DemoCards, holders: Callable[[], HolderCards]) -> None:
    cards = holders()
    demo.toggle("cps")
    first = cards.holder()
    demo.toggle("cps_thomas")
    second = cards.holder()
    assert first is not None
    assert second is not None
    assert (first.rpps, second.rpps) == ("89970001007", "89970001015")
    demo.toggle("cps")
    assert not cards.is_present(first.serial)
    assert cards.is_present(second.serial)


def test_a_card_swapped_while_the_code_is_typed_signs_for_nobody(
    demo: DemoCards, holders: Callable[[], HolderCards]
) -> None:
    """Matrix of the dossier, case 14: never the rights of the first to the second."""
    cards = holders()
    demo.toggle("cps")
    shown = cards.holder()
    demo.toggle("cps")
    demo.toggle("cps_thomas")
    with pytest.raises(CardChanged):
        cards.prove(bytearray(b"5678"), CHALLENGE)
    assert shown is not None
    assert cards.serial_in("Lecteur de démonstration 1") != shown.serial


def test_a_card_of_the_demonstration_opens_the_workstation_to_its_holder(
    demo: DemoCards, database_url: str, clock: FixedClock, actor: Actor
) -> None:
    db = Database(open_engine(database_url), clock, Publisher())
    parts = build_cards(Settings(), Mode.DEMO, clock, demo)
    staff = Staff(db)
    claire = MemberDraft(family_name="VALÉRIANE", given_name="Claire", role=Role.HOLDER, rpps="89970001007")
    assert isinstance(staff.add(claire, actor), Done)

    def sign_in(*, simulated: bool, key: str, code: bytes) -> Outcome[StaffSession]:
        service = SignIn(db, staff, KeyBox(bytes(32)), station="Comptoir 1", simulated=simulated, trust=parts.trust)
        demo.toggle(key)
        challenge = service.challenge()
        holder = parts.holders.holder()
        assert holder is not None
        proof = parts.holders.prove(bytearray(code), challenge)
        demo.toggle(key)
        return service.by_card(holder, proof)

    opened = sign_in(simulated=True, key="cps", code=b"1234")
    assert isinstance(opened, Done)
    assert (opened.value.member.family_name, opened.value.means) == ("VALÉRIANE", Means.CPS)
    nobody = sign_in(simulated=True, key="cps_thomas", code=b"5678")
    assert isinstance(nobody, Refused)
    assert nobody.findings[0].code == "GAL-PER-46"
    real = sign_in(simulated=False, key="cps", code=b"1234")
    assert isinstance(real, Refused)
    assert real.findings[0].code == "GAL-CPS-38"
    db.close()

"""Is a professional's card read, unlocked and signed with as its holder expects, and is no try ever wasted?"""

from __future__ import annotations

import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from soft_cards import CODE, OTHER, PHARMACIST, cps_objects

from app.cards import certificates, host_process, module_host, professional
from app.cards.cps_failures import (
    CardChanged,
    CardLocked,
    CardNotUpdated,
    CardPulled,
    CertificateAbsent,
    CertificateDefect,
    CodeBlocked,
    CodeMalformed,
    CodeNotEntered,
    CodeWrong,
    KeyAbsent,
    LastTry,
    ModuleAbsent,
    ModuleDied,
    ModuleSlow,
    ModuleUnusable,
    ProfessionalCardAbsent,
    ProfessionalCardFailure,
    SeveralCards,
)
from app.cards.desk import CardDesk
from app.cards.pkcs11 import Pkcs11Module, places
from app.cards.professional import KeyUse
from app.cards.professional_desk import ProfessionalDesk
from app.cards.virtual import VirtualTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from soft_cards import Authority, Layer, SoftCards

pytestmark = pytest.mark.req("OFF-CARD-10")

PATIENT = 10.0
"""Seconds for one call on a machine that does much else: only the tests of patience itself wait as a person does."""


@pytest.fixture
def desk_on() -> Iterator[Callable[..., ProfessionalDesk]]:
    """Return what makes a desk on a module, without any PC/SC reader."""
    made: list[ProfessionalDesk] = []

    def make(path: object, limit_s: float = PATIENT) -> ProfessionalDesk:
        desk = ProfessionalDesk(
            Pkcs11Module(lambda: str(path), limit_s=limit_s), CardDesk(VirtualTransport(["Lecteur 1"]))
        )
        made.append(desk)
        return desk

    yield make
    for desk in made:
        desk.close()


@pytest.fixture
def desk(layer: Layer, desk_on: Callable[..., ProfessionalDesk]) -> ProfessionalDesk:
    """The desk on a card that counts its tries."""
    return desk_on(layer.path)


def code(text: str = CODE) -> bytearray:
    return bytearray(text, "ascii")


def verify(key: rsa.RSAPrivateKey, signature: bytes, data: bytes) -> None:
    key.public_key().verify(signature, data, padding.PKCS1v15(), hashes.SHA256())


def test_the_holder_is_known_before_any_code(desk: ProfessionalDesk, layer: Layer) -> None:
    card = desk.card()
    facts = card.facts
    assert (facts.family_name, facts.given_name, facts.rpps) == ("VALÉRIANE", "CLAIRE", "89970001007")
    assert (facts.profession_label, facts.profession_code, facts.is_test) == ("Pharmacien", "21", False)
    assert (card.token.tries_left, card.token.has_pinpad) == (3, False)
    assert layer.presented == 0


def test_the_code_opens_the_situations_and_both_keys_are_told_apart(
    desk: ProfessionalDesk, keys: tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey]
) -> None:
    _, situations = desk.unlock(desk.card().serial, code())
    assert situations == (
        professional.CardSituation(structure_name="OFFICINE X", structure_id="1639999010", sector="SA33"),
    )
    signed, certificate = desk.sign(b"defi", KeyUse.AUTHENTICATION)
    verify(keys[0], signed, b"defi")
    assert certificates.signed_by(certificate, b"defi", signed)
    assert not certificates.signed_by(certificate, b"autre", signed)
    signed, certificate = desk.sign(b"jeton", KeyUse.SIGNATURE)
    verify(keys[1], signed, b"jeton")
    found = x509.load_der_x509_certificate(certificate).public_key()
    assert isinstance(found, rsa.RSAPublicKey)
    assert found.public_numbers() == keys[1].public_key().public_numbers()


def test_the_code_is_zeroed_whatever_comes_of_it(desk: ProfessionalDesk) -> None:
    serial = desk.card().serial
    for text in (CODE, OTHER, "987", "abcd"):
        given, said = code(text), ""
        try:
            desk.unlock(serial, given)
        except ProfessionalCardFailure as failure:
            said = f"{failure!r} {failure.advice} {failure.__context__!r}"
        assert bytes(given) == bytes(len(text))
        assert text not in said
    given = code()
    desk.module.unlock(serial, given)
    assert bytes(given) == bytes(4), "the module's side zeroes it too"


@pytest.mark.parametrize("text", ["", "123", "12345", "12a4", "١٢٣٤", "12 4"])
def test_what_is_no_code_never_reaches_the_card(text: str, desk: ProfessionalDesk, layer: Layer) -> None:
    with pytest.raises(CodeMalformed, match="4 chiffres"):
        desk.unlock(desk.card().serial, bytearray(text.encode()))
    assert (layer.presented, desk.card().token.tries_left) == (0, 3)


@pytest.mark.parametrize(
    ("model", "tries"), [("IAS ECC", 3), ("ChipDoc", 3), ("NXP ChipDoc v4", 3), ("Autre carte", None)]
)
def test_the_tries_of_a_cps3_and_of_a_cps4_are_known_those_of_another_card_are_not(
    model: str, tries: int | None, desk: ProfessionalDesk, layer: Layer
) -> None:
    layer.set("model", model)
    assert desk.card().token.tries_left == tries
    layer.set("wrong", "xxx")
    assert desk.card().token.tries_left == 0, "blocked is told by every card"


def test_a_label_that_is_no_text_is_passed_over() -> None:
    class Odd(dict[object, object]):
        def __missing__(self, key: object) -> object:
            return b"\xff\xfe".decode("utf-8")

    assert module_host._value(Odd(), "label") == b""


def test_two_wrong_codes_then_the_right_one(desk: ProfessionalDesk, layer: Layer) -> None:
    serial = desk.card().serial
    with pytest.raises(CodeWrong, match="2 essais") as first:
        desk.unlock(serial, code(OTHER))
    assert (first.value.tries_left, desk.card().token.tries_left) == (2, 2)
    with pytest.raises(CodeWrong, match="un seul essai") as second:
        desk.unlock(serial, code(OTHER))
    assert (second.value.tries_left, desk.card().token.tries_left) == (1, 1)
    with pytest.raises(LastTry):
        desk.unlock(serial, code())
    assert layer.presented == 2, "the last try was presented without being confirmed"
    desk.unlock(serial, code(), last_try=True)
    assert desk.card().token.tries_left == 3


def test_a_third_wrong_code_blocks_and_no_fourth_is_presented(desk: ProfessionalDesk, layer: Layer) -> None:
    serial = desk.card().serial
    for _ in range(2):
        with pytest.raises(CodeWrong):
            desk.unlock(serial, code(OTHER))
    with pytest.raises(CodeBlocked, match="maintenant bloqué"):
        desk.unlock(serial, code(OTHER), last_try=True)
    assert desk.card().token.tries_left == 0
    with pytest.raises(CodeBlocked, match="est bloqué") as failure:
        desk.unlock(serial, code(), last_try=True)
    assert layer.presented == 3
    assert "CPS Gestion" in failure.value.advice


def test_the_keys_of_the_reader_take_the_code(desk: ProfessionalDesk, layer: Layer) -> None:
    layer.set("pinpad", CODE)
    card = desk.card()
    assert card.token.has_pinpad
    desk.unlock(card.serial, None)
    assert desk.sign(b"defi")
    layer.set("pinpad", "")
    with pytest.raises(CodeNotEntered):
        desk.unlock(card.serial, None)


def test_nothing_is_signed_once_the_card_is_shut(desk: ProfessionalDesk) -> None:
    with pytest.raises(CardChanged):
        desk.sign(b"defi")
    card, _ = desk.unlock(desk.card().serial, code())
    desk.lock()
    with pytest.raises(CardLocked):
        desk.module.sign(card.serial, card.certificate, KeyUse.AUTHENTICATION, b"defi")


def test_a_card_pulled_is_told_and_the_next_one_read_anew(desk: ProfessionalDesk, layer: Layer) -> None:
    serial = desk.card().serial
    layer.set("pulled-at-login")
    with pytest.raises(CardPulled):
        desk.unlock(serial, code())
    layer.clear("pulled-at-login")
    layer.set("pulled")
    assert desk.cards() == ()
    with pytest.raises(ProfessionalCardAbsent):
        desk.card()
    with pytest.raises(CardChanged):
        desk.unlock(serial, code())
    layer.clear("pulled")
    assert desk.card().facts.rpps == "89970001007"
    assert layer.presented == 0


def test_a_card_pulled_while_it_is_unlocked_signs_nothing(desk: ProfessionalDesk, layer: Layer) -> None:
    desk.unlock(desk.card().serial, code())
    layer.set("pulled")
    with pytest.raises(CardChanged, match="n’est plus"):
        desk.sign(b"defi")


def test_a_card_pulled_during_a_signature_signs_nothing_and_is_shut(desk: ProfessionalDesk, layer: Layer) -> None:
    """Matrix of the dossier, case 4."""
    desk.unlock(desk.card().serial, code())
    layer.set("pulled-at-sign")
    with pytest.raises(CardPulled):
        desk.sign(b"defi")
    layer.clear("pulled-at-sign")
    with pytest.raises(CardLocked):
        desk.sign(b"defi")
    desk.unlock(desk.card().serial, code())
    assert desk.sign(b"defi")


def test_what_is_signed_may_be_large(desk: ProfessionalDesk, keys: tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey]) -> None:
    desk.unlock(desk.card().serial, code())
    large = bytes(range(256)) * 2_000
    verify(keys[1], desk.sign(large, KeyUse.SIGNATURE)[0], large)


# --- Cards that lack something, and several of them -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("without", "failure"),
    [("Certificat d'Authentification CPS", CertificateAbsent), ("CPS_PRIV_AUT", KeyAbsent)],
)
def test_what_a_card_lacks_is_named(
    without: str,
    failure: type[Exception],
    soft: SoftCards,
    desk_on: Callable[..., ProfessionalDesk],
    authority: Authority,
    keys: Any,  # noqa: ANN401
) -> None:
    soft.make()
    soft.fill("CPS-TEST", cps_objects(authority, keys, without=without))
    desk = desk_on(soft.module)

    def authenticate() -> None:
        desk.unlock(desk.card().serial, code())
        desk.sign(b"defi")

    with pytest.raises(failure):
        authenticate()


def test_the_contactless_certificate_authenticates_nobody(
    soft: SoftCards,
    desk_on: Callable[..., ProfessionalDesk],
    authority: Authority,
    keys: Any,  # noqa: ANN401
) -> None:
    soft.make()
    objects = cps_objects(authority, keys, without="Certificat de Signature CPS")
    for one in objects:
        if one["kind"] == "certificate":
            one["label"] = "Certificat Technique CPS"
    soft.fill("CPS-TEST", objects)
    with pytest.raises(CertificateAbsent, match="authentification"):
        desk_on(soft.module).card()


def test_a_damaged_certificate_is_no_crash(
    soft: SoftCards,
    desk_on: Callable[..., ProfessionalDesk],
    authority: Authority,
    keys: Any,  # noqa: ANN401
) -> None:
    soft.make()
    objects = cps_objects(authority, keys)
    objects[2]["value"] = b"\x30\x82\x01\x00" + bytes(40)
    soft.fill("CPS-TEST", objects)
    with pytest.raises(CertificateDefect):
        desk_on(soft.module).card()


def test_a_card_without_labels_is_known_by_the_identifiers_of_its_pairs(
    soft: SoftCards,
    desk_on: Callable[..., ProfessionalDesk],
    authority: Authority,
    keys: Any,  # noqa: ANN401
) -> None:
    soft.make()
    soft.fill("CPS-TEST", [one | {"label": ""} for one in cps_objects(authority, keys)])
    desk = desk_on(soft.module)
    desk.unlock(desk.card().serial, code())
    verify(keys[0], desk.sign(b"defi")[0], b"defi")


def test_two_cards_are_named_and_none_is_chosen_for_the_holder(
    cps: SoftCards,
    desk_on: Callable[..., ProfessionalDesk],
    authority: Authority,
    keys: Any,  # noqa: ANN401
) -> None:
    other = (PHARMACIST[0], {"2.5.4.42": "THOMAS", "2.5.4.4": "GENTIANE", "2.5.4.3": "889970001015"})
    cps.make("CPS-OTHER")
    cps.fill("CPS-OTHER", cps_objects(authority, keys, *other))
    desk = desk_on(cps.module)
    assert {card.facts.rpps for card in desk.cards()} == {"89970001007", "89970001015"}
    with pytest.raises(SeveralCards, match="THOMAS GENTIANE"):
        desk.card()


# --- The module itself ------------------------------------------------------------------------------------------------


def test_the_module_says_which_it_is(cps: SoftCards, desk_on: Callable[..., ProfessionalDesk]) -> None:
    facts = desk_on(cps.module).module.about()
    assert (facts.path, facts.version, facts.standard) == (str(cps.module), "2.6", "2.40")
    assert facts.maker == "SoftHSM"


def test_without_module_every_place_looked_at_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModuleAbsent) as failure:
        Pkcs11Module(defaults=places("linux")).tokens()
    for place in places("linux"):
        assert place in failure.value.text
    with pytest.raises(ModuleAbsent) as failure:
        Pkcs11Module(lambda: str(tmp_path / "absent.so"), defaults=places("linux")).tokens()
    assert "absent.so" in failure.value.text
    assert places("linux")[0] not in failure.value.text, "a path that was chosen is the only one"
    assert places("win32")[0].endswith("System32\\cps3_pkcs11_w64.dll")


def test_a_file_that_is_no_module_is_told(tmp_path: Path, desk_on: Callable[..., ProfessionalDesk]) -> None:
    file = tmp_path / "libcps3_pkcs11_lux.so"
    file.write_bytes(b"\x7fELF damaged")
    with pytest.raises(ModuleUnusable, match="ne se charge pas"):
        desk_on(file).card()


@pytest.mark.parametrize("how", ["hang", "hang-tokens"])
def test_a_module_that_hangs_is_ended_and_the_next_attempt_works(
    how: str, layer: Layer, desk_on: Callable[..., ProfessionalDesk]
) -> None:
    layer.set(how)
    desk = desk_on(layer.path, 1.0)
    begun = time.monotonic()
    with pytest.raises(ModuleSlow):
        desk.card()
    assert time.monotonic() - begun < 5
    assert not [child for child in psutil.Process().children() if str(layer.path) in child.cmdline()]
    layer.clear(how)
    desk.module._limit_s = PATIENT  # type: ignore[attr-defined] # the machine of the tests may be slow, a module not
    assert desk.card().facts.rpps == "89970001007"


def test_a_module_that_crashes_takes_nothing_with_it(layer: Layer, desk_on: Callable[..., ProfessionalDesk]) -> None:
    layer.set("crash")
    desk = desk_on(layer.path)
    with pytest.raises(ModuleDied):
        desk.card()
    layer.clear("crash")
    assert desk.card().facts.rpps == "89970001007"


def test_a_module_that_prints_is_understood(layer: Layer, desk_on: Callable[..., ProfessionalDesk]) -> None:
    layer.set("noise")
    assert desk_on(layer.path).card().facts.rpps == "89970001007"


def test_closing_ends_a_call_under_way_at_once(layer: Layer, desk_on: Callable[..., ProfessionalDesk]) -> None:
    layer.set("hang")
    desk = desk_on(layer.path, 60)
    raised: list[BaseException] = []

    def ask() -> None:
        try:
            desk.card()
        except ProfessionalCardFailure as failure:
            raised.append(failure)

    thread = threading.Thread(target=ask)
    thread.start()
    while not [child for child in psutil.Process().children() if str(layer.path) in child.cmdline()]:
        time.sleep(0.01)
    desk.close()
    thread.join(10)
    assert [type(one) for one in raised] == [ModuleDied]


def test_closing_ends_a_module_that_is_only_being_started(
    layer: Layer, desk_on: Callable[..., ProfessionalDesk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system shows a process before the program that starts it knows it."""
    layer.set("hang")
    desk = desk_on(layer.path, 60)
    started, go_on = threading.Event(), threading.Event()
    raised: list[BaseException] = []

    def slowly(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:  # noqa: ANN401 -- as Popen takes them
        process = real(*arguments, **options)
        started.set()
        go_on.wait(10)
        return process

    def ask() -> None:
        try:
            desk.card()
        except ProfessionalCardFailure as failure:
            raised.append(failure)

    real = subprocess.Popen
    monkeypatch.setattr(host_process.subprocess, "Popen", slowly)
    asking, closing = threading.Thread(target=ask), threading.Thread(target=desk.close)
    asking.start()
    assert started.wait(10)
    closing.start()
    # It has said so, and waits for the call to end.
    time.sleep(0.2)
    go_on.set()
    for thread in (asking, closing):
        thread.join(10)
        assert not thread.is_alive()
    assert [type(one) for one in raised] == [ModuleDied]


@pytest.mark.parametrize(
    ("returned", "failure", "said"),
    [
        ("80000001", CardNotUpdated, "mise à jour"),
        ("80000002", ProfessionalCardFailure, "80000002"),
        ("30", ProfessionalCardFailure, "DeviceError"),
        ("5", ProfessionalCardFailure, "GeneralError"),
        ("7fffffff", ProfessionalCardFailure, "7fffffff"),
    ],
)
def test_a_failure_of_the_module_is_told_in_words(
    returned: str, failure: type[Exception], said: str, desk: ProfessionalDesk, layer: Layer
) -> None:
    layer.set("error", returned)
    with pytest.raises(failure, match=said) as raised:
        desk.card()
    assert raised.value.code.startswith("GAL-CPS-")  # type: ignore[attr-defined] # every one of them has a code
    layer.clear("error")
    assert desk.card().facts.rpps == "89970001007"


def test_a_module_that_asks_to_begin_anew_is_begun_anew(desk: ProfessionalDesk, layer: Layer) -> None:
    layer.set("error", "80000002")
    layer.set("once")
    assert desk.card().facts.rpps == "89970001007"

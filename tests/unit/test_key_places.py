"""The key of a workstation lies in its system's keyring, under a passphrase, or nowhere; never in clear by default."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import keyring
import pytest
from key_places import TrialKeyring
from keyring.backends import chainer, fail, null

from app.kernel.errors import DatabaseReadOnly
from app.kernel.secret import SecretsUnavailable
from app.keys import passphrase as passphrase_module
from app.keys import system
from app.keys.clear import ClearKeys
from app.keys.passphrase import Passphrase, PassphraseKeys
from app.keys.system import SystemKeys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyring.backend import KeyringBackend

    from app.officine.secrets.ports import KeyPlace

KEY = bytes(range(32))
WORDS = "cinq mots tirés au hasard"

pytestmark = pytest.mark.req("OFF-SECRET")


def code_of(act: object, *args: object) -> str:
    assert callable(act)
    with pytest.raises(SecretsUnavailable) as failure:
        act(*args)
    return failure.value.code


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Iterator[TrialKeyring]:
    """A keyring that encrypts, as far as Galien knows."""
    monkeypatch.setitem(system.ACCEPTED, TrialKeyring.__module__, "trousseau d’essai")
    before, made = keyring.get_keyring(), TrialKeyring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scrypt at a cost that a test can pay."""
    monkeypatch.setattr(passphrase_module, "_N", 2**10)


def words(given: str) -> Passphrase:
    made = Passphrase(None)
    made.give(given)
    return made


# --- The keyring of the system ----------------------------------------------------------------------------------------


def test_the_keyring_holds_one_short_text_and_gives_it_back(ring: TrialKeyring) -> None:
    place = SystemKeys()
    place.keep("abc.1", KEY)
    assert place.read("abc.1") == KEY
    assert place.read("abc.2") is None
    assert [(name, len(text)) for name, text in ring.kept.items()] == [(("Galien", "abc.1"), 44)]
    place.forget("abc.1")
    place.forget("abc.1")
    assert ring.kept == {}


@pytest.mark.parametrize("backend", [fail.Keyring(), null.Keyring(), chainer.ChainerBackend()])
def test_where_no_keyring_encrypts_nothing_is_kept_in_clear(backend: KeyringBackend) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(backend)
    try:
        place = SystemKeys()
        assert code_of(place.keep, "abc.1", KEY) == code_of(place.read, "abc.1") == "GAL-CLE-03"
        assert place.label == "trousseau du système (absent)"
    finally:
        keyring.set_keyring(before)


def test_a_keyring_that_nobody_vouches_for_is_refused(ring: TrialKeyring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(system.ACCEPTED, TrialKeyring.__module__)
    assert code_of(SystemKeys().keep, "abc.1", KEY) == "GAL-CLE-03"
    assert ring.kept == {}


def test_a_keyring_that_cuts_long_texts_is_not_trusted_with_a_short_one(ring: TrialKeyring) -> None:
    ring.garbles = True
    assert code_of(SystemKeys().keep, "abc.1", KEY) == "GAL-CLE-03"
    assert ring.kept == {}


def test_a_locked_keyring_is_no_absent_one(ring: TrialKeyring) -> None:
    SystemKeys().keep("abc.1", KEY)
    ring.is_locked = True
    assert {code_of(SystemKeys().read, "abc.1"), code_of(SystemKeys().forget, "abc.1")} == {"GAL-CLE-08"}


def test_an_entry_of_the_keyring_that_was_edited_is_told(ring: TrialKeyring) -> None:
    ring.kept["Galien", "abc.1"] = "pas une clé"
    assert code_of(SystemKeys().read, "abc.1") == "GAL-CLE-07"


def test_what_a_keyring_raises_is_told_without_its_words(ring: TrialKeyring, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: str) -> None:
        raise RuntimeError(f"refused {args}")

    monkeypatch.setattr(ring, "set_password", refuse)
    with pytest.raises(SecretsUnavailable) as failure:
        SystemKeys().keep("abc.1", KEY)
    assert "refused" not in failure.value.text
    assert failure.value.__cause__ is None
    assert failure.value.__suppress_context__


# --- A passphrase -----------------------------------------------------------------------------------------------------


def test_under_a_passphrase_the_file_holds_neither_it_nor_the_key(cheap: None, tmp_path: Path) -> None:
    place = PassphraseKeys(tmp_path / "keys", words(WORDS))
    place.keep("abc.1", KEY)
    assert PassphraseKeys(tmp_path / "keys", words(WORDS)).read("abc.1") == KEY
    assert place.read("abc.2") is None
    content = (tmp_path / "keys" / "abc.1.json").read_bytes()
    assert KEY not in content
    assert WORDS.encode() not in content
    place.forget("abc.1")
    assert list((tmp_path / "keys").iterdir()) == []


def test_the_cost_of_a_guess_is_that_of_the_advice(tmp_path: Path) -> None:
    place = PassphraseKeys(tmp_path, words(WORDS))
    place.keep("abc.1", KEY)
    kept = json.loads((tmp_path / "abc.1.json").read_text())
    assert (kept["n"], kept["r"], kept["p"]) == (2**17, 8, 1)


def test_a_wrong_passphrase_or_none_opens_nothing_and_says_which(cheap: None, tmp_path: Path) -> None:
    PassphraseKeys(tmp_path, words(WORDS)).keep("abc.1", KEY)
    assert code_of(PassphraseKeys(tmp_path, words("cinq mots tirés au hasarD")).read, "abc.1") == "GAL-CLE-14"
    assert code_of(PassphraseKeys(tmp_path, Passphrase(None)).read, "abc.1") == "GAL-CLE-15"
    assert code_of(PassphraseKeys(tmp_path, words("trop courte")).keep, "abc.2", KEY) == "GAL-CLE-12"


def test_a_key_file_given_the_name_of_another_does_not_open(cheap: None, tmp_path: Path) -> None:
    place = PassphraseKeys(tmp_path, words(WORDS))
    place.keep("abc.1", KEY)
    (tmp_path / "abc.1.json").rename(tmp_path / "abc.2.json")
    assert code_of(place.read, "abc.2") == "GAL-CLE-14"


@pytest.mark.parametrize(
    "spoilt",
    [b"", b"{}", b"[]", b"\xff", b'{"n": 1099511627776, "r": 8, "p": 1, "salt": "", "nonce": "", "sealed": ""}',
     b'{"n": 3, "r": 8, "p": 1, "salt": "AAAA", "nonce": "AAAA", "sealed": "AAAA"}',
     b'{"n": 1024, "r": 8, "p": 1, "salt": "!", "nonce": "AAAA", "sealed": "AAAA"}'],
)  # fmt: skip
def test_a_spoilt_key_file_is_told_and_takes_no_memory(tmp_path: Path, spoilt: bytes) -> None:
    (tmp_path / "abc.1.json").write_bytes(spoilt)
    assert code_of(PassphraseKeys(tmp_path, words(WORDS)).read, "abc.1") == "GAL-CLE-07"


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX")
def test_a_passphrase_handed_over_by_a_file_that_others_read_is_refused(cheap: None, tmp_path: Path) -> None:
    file = tmp_path / "phrase"
    file.write_text(WORDS + "\n", "utf-8")
    file.chmod(0o640)
    assert code_of(Passphrase(file)) == "GAL-CLE-13"
    file.chmod(0o600)
    source = Passphrase(file)
    assert not source.is_to_ask
    assert source() == WORDS
    file.unlink()
    assert code_of(source) == "GAL-CLE-13"


def test_systemd_hands_the_passphrase_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert Passphrase(None).is_to_ask
    (tmp_path / "galien-passphrase").write_text(WORDS, "utf-8")
    (tmp_path / "galien-passphrase").chmod(0o400)
    assert not Passphrase(None).is_to_ask
    assert Passphrase(None)() == WORDS


def test_no_trace_of_an_error_shows_the_passphrase() -> None:
    assert WORDS not in repr(words(WORDS))


# --- A demonstration --------------------------------------------------------------------------------------------------


def test_a_demonstration_says_that_its_key_lies_in_clear(tmp_path: Path) -> None:
    place = ClearKeys(tmp_path / "keys")
    place.keep("abc.1", KEY)
    assert place.read("abc.1") == KEY
    assert place.is_clear
    assert "simulation" in place.label
    (tmp_path / "keys" / "abc.1.key").write_text("é")
    with pytest.raises(SecretsUnavailable):
        place.read("abc.1")


# --- Both kinds of files ----------------------------------------------------------------------------------------------


@pytest.fixture(params=["passphrase", "clear"])
def filed(request: pytest.FixtureRequest, cheap: None, tmp_path: Path) -> KeyPlace:
    folder = tmp_path / "keys"
    return ClearKeys(folder) if request.param == "clear" else PassphraseKeys(folder, words(WORDS))


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX")
def test_a_key_file_is_for_its_owner_alone_whatever_the_umask(filed: KeyPlace, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        filed.keep("abc.1", KEY)
    finally:
        os.umask(before)
    (file,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


def test_a_disk_that_refuses_leaves_the_key_that_was_there(
    filed: KeyPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed.keep("abc.1", KEY)

    def refuse(path: Path, target: Path) -> Path:
        raise PermissionError(13, "refused", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        with pytest.raises(DatabaseReadOnly):
            filed.keep("abc.1", bytes(32))
    assert filed.read("abc.1") == KEY
    assert len(list((tmp_path / "keys").iterdir())) == 1

"""Professional cards for the tests: tokens of SoftHSM2, made as the CPS is, behind a layer that fails as a card does.

SoftHSM2 counts no tries, has no keys on its reader and is never pulled. A small C module stands before it for these:
it passes everything on and, by the files of its folder, answers as the standard says a card does. Needs softhsm2; the
layer needs a C compiler.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from needs import missing

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULES = (Path("/usr/lib/softhsm/libsofthsm2.so"), Path("/usr/lib64/pkcs11/libsofthsm2.so"))
LAYER = Path(__file__).parent / "cards" / "counting_module.c"
CODE, OTHER = "1234", "9999"
FAR = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
ISSUER = {"2.5.4.6": "FR", "2.5.4.10": "ASIP-SANTE", "2.5.4.3": "AC IGC-SANTE FORT PERSONNES"}
TEST_ISSUER = {"2.5.4.6": "FR", "2.5.4.10": "ASIP-SANTE", "2.5.4.3": "TEST AC IGC-SANTE FORT PERSONNES"}
PHARMACIST = (
    {"2.5.4.6": "FR", "2.5.4.12": "Pharmacien"},
    {"2.5.4.3": "889970001007", "2.5.4.4": "VALÉRIANE", "2.5.4.42": "CLAIRE"},
)
SITUATION = (
    bytes.fromhex("EE1F")
    + bytes.fromhex("840B")
    + b"OFFICINE X "
    + bytes.fromhex("850A")
    + b"1639999010"
    + (bytes.fromhex("8604") + b"SA33")
)


def name_of(*parts: dict[str, str]) -> x509.Name:
    """Return a name of one value at a time for the first part, and of several at once for the next."""
    single = [[pair] for pair in parts[0].items()]
    several = [list(part.items()) for part in parts[1:]]
    return x509.Name(
        x509.RelativeDistinguishedName([x509.NameAttribute(x509.ObjectIdentifier(oid), value) for oid, value in group])
        for group in [*single, *several]
    )


@dataclass
class Authority:
    """An authority of the tests; ``above`` issued it, None for a root."""

    name: x509.Name
    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @classmethod
    def made(
        cls,
        parts: dict[str, str],
        above: Authority | None = None,
        *,
        ca: bool = True,
        days: int = 7300,
        may_issue: bool | None = None,
    ) -> Authority:
        """Make one; ``may_issue`` is what its key usage says of certificates, None without key usage."""
        key, name = rsa.generate_private_key(65537, 2048), name_of(parts)
        issuer, by = (name, key) if above is None else (above.name, above.key)
        return cls(name, key, _issued(name, key, issuer, by, days=days, ca=ca, may_issue=may_issue))

    def issue(
        self, key: rsa.RSAPrivateKey, *subject: dict[str, str], days: int = 7300, begin: dt.datetime = FAR
    ) -> bytes:
        """Issue a certificate (DER) to a key."""
        made = _issued(name_of(*subject), key, self.name, self.key, days=days, begin=begin)
        return made.public_bytes(serialization.Encoding.DER)

    @property
    def der(self) -> bytes:
        """Its own certificate."""
        return self.certificate.public_bytes(serialization.Encoding.DER)


def _issued(
    subject: x509.Name,
    key: rsa.RSAPrivateKey,
    issuer: x509.Name,
    by: rsa.RSAPrivateKey,
    *,
    days: int,
    ca: bool = False,
    begin: dt.datetime = FAR,
    may_issue: bool | None = None,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + dt.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if may_issue is not None:
        usage = x509.KeyUsage(
            digital_signature=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=may_issue,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(by, hashes.SHA256())


class SoftCards:
    """A SoftHSM2 of this test, with as many cards as it makes."""

    def __init__(self, folder: Path, module: Path) -> None:
        """Keep everything in ``folder``."""
        self.folder, self.module = folder, module
        (folder / "tokens").mkdir(parents=True)
        self.configuration = folder / "softhsm2.conf"
        self.configuration.write_text(
            f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n", "utf-8"
        )

    def make(self, label: str = "CPS-TEST") -> None:
        """Make an empty card."""
        command = ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", CODE, "--so-pin", "12345678"]
        subprocess.run(command, check=True, capture_output=True)

    def fill(self, label: str, objects: list[dict[str, object]]) -> None:
        """Put objects on a card, in a process of their own: a module is initialised once in each."""
        given = [{key: one.hex() if isinstance(one, bytes) else one for key, one in item.items()} for item in objects]
        order = json.dumps({"module": str(self.module), "label": label, "code": CODE, "objects": given})
        command = [sys.executable, "-P", str(Path(__file__).parent / "cards" / "soft_fill.py")]
        done = subprocess.run(command, input=order.encode(), capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()


def module_of_tests() -> Path:
    """Return the module of SoftHSM2; skip without it."""
    module = next((place for place in MODULES if place.exists()), None)
    if module is None or shutil.which("softhsm2-util") is None:
        missing("softhsm2 is not installed")
    assert module is not None
    return module


@pytest.fixture
def soft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SoftCards:
    """A SoftHSM2 without card."""
    made = SoftCards(tmp_path / "soft", module_of_tests())
    monkeypatch.setenv("SOFTHSM2_CONF", str(made.configuration))
    return made


@pytest.fixture(scope="session")
def keys() -> tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey]:
    """A key to authenticate with and one to sign with."""
    return rsa.generate_private_key(65537, 2048), rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="session")
def authority() -> Authority:
    """The authority that issues the cards."""
    return Authority.made(ISSUER)


def pkcs1(key: rsa.RSAPrivateKey) -> bytes:
    """Return a key as ``soft_fill`` takes it."""
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )


def cps_objects(
    authority: Authority,
    keys: tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey],
    *subject: dict[str, str],
    without: str = "",
) -> list[dict[str, object]]:
    """Return what a CPS holds, the signature pair first; ``without`` names a label that is left out."""
    authentication, signature = keys
    subject = subject or PHARMACIST
    objects: list[dict[str, object]] = [
        {"kind": "certificate", "label": "Certificat de Signature CPS", "id": b"\x01\x10",
         "value": authority.issue(signature, *subject)},
        {"kind": "key", "label": "CPS_PRIV_SIG", "id": b"\x01\x10", "value": pkcs1(signature)},
        {"kind": "certificate", "label": "Certificat d'Authentification CPS", "id": b"\x01\x20",
         "value": authority.issue(authentication, *subject)},
        {"kind": "key", "label": "CPS_PRIV_AUT", "id": b"\x01\x20", "value": pkcs1(authentication)},
        {"kind": "data", "label": "CPS_NAME_PS", "value": b"\x5a\x01\x00", "private": False},
        {"kind": "data", "label": "CPS_ACTIVITY_03_PS", "value": SITUATION, "private": True},
    ]  # fmt: skip
    return [one for one in objects if one["label"] != without]


@pytest.fixture(scope="session")
def cps_tokens(
    tmp_path_factory: pytest.TempPathFactory, authority: Authority, keys: tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey]
) -> Path:
    """The files of a SoftHSM2 with one card, a pharmacist's, made once and copied for each test."""
    made = SoftCards(tmp_path_factory.mktemp("tokens") / "soft", module_of_tests())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(made.configuration))
        made.make()
        made.fill("CPS-TEST", cps_objects(authority, keys))
    return made.folder / "tokens"


@pytest.fixture
def cps(soft: SoftCards, cps_tokens: Path) -> SoftCards:
    """A SoftHSM2 with one card, a pharmacist's."""
    shutil.copytree(cps_tokens, soft.folder / "tokens", dirs_exist_ok=True)
    return soft


# --- The layer before it ----------------------------------------------------------------------------------------------


class Layer:
    """The module that fails as cards do: each file of its folder is one thing that it does."""

    def __init__(self, path: Path, folder: Path) -> None:
        """Steer the module at ``path`` by ``folder``."""
        self.path, self.folder = path, folder

    def set(self, name: str, value: str = "1") -> None:
        """Make it do something from now on."""
        (self.folder / name).write_text(value, "ascii")

    def clear(self, name: str) -> None:
        """Make it do something no more."""
        (self.folder / name).unlink(missing_ok=True)

    @property
    def presented(self) -> int:
        """How many codes reached the card."""
        file = self.folder / "presented"
        return len(file.read_bytes()) if file.exists() else 0


@pytest.fixture(scope="session")
def layer_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The module, compiled."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        missing("no C compiler is installed")
    made = tmp_path_factory.mktemp("layer") / "libcps3_pkcs11_lux.so"
    subprocess.run(
        [compiler or "cc", "-shared", "-fPIC", "-Wall", "-Werror", "-o", str(made), str(LAYER), "-ldl"], check=True
    )
    return made


@pytest.fixture
def layer(cps: SoftCards, layer_library: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Layer]:
    """The module before the card of ``cps``."""
    folder = cps.folder / "layer"
    folder.mkdir()
    monkeypatch.setenv("LAYER_FOLDER", str(folder))
    monkeypatch.setenv("LAYER_BEFORE", str(cps.module))
    yield Layer(layer_library, folder)
    assert os.environ["LAYER_FOLDER"] == str(folder)

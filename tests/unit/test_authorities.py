"""Are authorities in PEM form told from what is none?"""

from __future__ import annotations

import datetime as dt

import p12_files
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.officine.secrets.authorities import defect_of
from app.officine.secrets.model import Certificate

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
KEY = ec.generate_private_key(ec.SECP256R1())


def authority(*, is_ca: bool = True) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Autorité d’essai")])
    builder = x509.CertificateBuilder(name, name, KEY.public_key(), 1, START, START + dt.timedelta(days=900))
    made = builder.add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    return made.sign(KEY, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def private_key() -> str:
    return KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def test_one_authority_or_several_with_words_between_them_are_right() -> None:
    assert defect_of(authority()) == ""
    assert defect_of(f"# Racine\n{authority()}\n# Fille\n{authority()}") == ""


@pytest.mark.req("OFF-SECRET")
def test_a_private_key_is_never_kept_as_a_setting() -> None:
    assert "clé privée" in defect_of(authority() + private_key())
    assert "clé privée" in defect_of(private_key().partition("-----END")[0])


def test_an_accented_comment_is_named_since_the_line_reads_ascii() -> None:
    assert "ASCII" in defect_of(f"# Émise en 2026\n{authority()}")


@pytest.mark.parametrize("text", ["un texte", "-----BEGIN CERTIFICATE-----\nAAAA", "-----BEGIN X509 CRL-----\n"])
def test_what_is_no_certificate_is_named(text: str) -> None:
    assert "PEM" in defect_of(text)


def test_the_certificate_that_is_cut_or_of_nobody_who_signs_is_named_by_its_place() -> None:
    lines = authority().splitlines()
    cut = "\n".join([lines[0], *lines[2:]])
    assert "n° 2 est illisible" in defect_of(authority() + cut).replace("\u00a0", " ")
    assert "n’est pas celui d’une autorité" in defect_of(authority(is_ca=False))
    face = p12_files.certificate(p12_files.new_key(), START, 30).public_bytes(Encoding.PEM).decode()
    assert "n’est pas celui d’une autorité" in defect_of(face), "without the extension that says so"


def test_too_much_is_refused_unread() -> None:
    assert "trop longs" in defect_of("A" * 200_001)
    assert "50 au plus" in defect_of(authority() * 51)


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("CN=INSI-MANU,OU=10B0000001,O=PHARMACIE DES SIMPLES,C=FR", "INSI-MANU"),
        ("C=FR,O=PHARMACIE,CN=INSI-AUTO", "INSI-AUTO"),
        ("OU=1+CN=Ici\\, là\\+bas,O=X", "Ici, là+bas"),
        ("OU=CNAM,O=X", ""),
    ],
)
def test_the_common_name_of_a_subject_is_read(subject: str, name: str) -> None:
    face = Certificate(usage="x", subject=subject, issuer="", not_before=START, not_after=START, fingerprint="")
    assert face.common_name == name

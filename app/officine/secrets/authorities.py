"""Are the authorities that somebody pasted certificates of authorities, and nothing else?"""

from __future__ import annotations

import re

from app.kernel.text import plural, typographic

_LARGEST = 200_000
_MOST = 50
_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)
_CERTIFICATE = "CERTIFICATE"


def defect_of(pem: str) -> str:
    """Return what is wrong with authorities in PEM form (RFC 7468), in French; empty where nothing is.

    What stands between two certificates is a comment, as the files of authorities have them; a private key among them
    is refused, so that it is never kept as a setting.
    """
    wrong = _misshapen(pem)
    if wrong:
        return typographic(wrong)
    for place, found in enumerate(_BLOCK.finditer(pem), start=1):
        wrong = _defect(found[0].encode("ascii", "replace"))
        if wrong:
            return typographic(f"Le certificat n° {place} {wrong}")
    return ""


def _misshapen(pem: str) -> str:
    """Return what can be said of a text before any certificate of it is read."""
    kinds = [found[1] for found in _BLOCK.finditer(pem)]
    if "PRIVATE KEY" in pem:
        return "Une clé privée est collée ici : seuls des certificats d’autorités ont leur place."
    if len(pem) > _LARGEST:
        return "Ces certificats sont trop longs : il n’en faut que quelques-uns."
    if not pem.isascii():
        return "Un signe de ce texte n’est pas de l’ASCII : ôtez les commentaires accentués."
    if not kinds or set(kinds) != {_CERTIFICATE} or len(kinds) != pem.count("-----BEGIN "):
        return "Ce texte n’est pas fait de certificats au format PEM."
    return f"Il y a {plural(len(kinds), 'certificat')} : {_MOST} au plus." if len(kinds) > _MOST else ""


def _defect(block: bytes) -> str:
    """Return what is wrong with one certificate."""
    from cryptography import x509  # noqa: PLC0415 -- heavy: at first use

    try:
        certificate = x509.load_pem_x509_certificate(block)
        basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return "n’est pas celui d’une autorité."
    except (ValueError, x509.DuplicateExtension):
        return "est illisible : recopiez-le en entier."
    return "" if basic.ca else "n’est pas celui d’une autorité."

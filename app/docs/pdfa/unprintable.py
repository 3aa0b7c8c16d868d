"""What of a document does its page not show as it was written?

Asked before the document is validated: the pharmacist corrects the text, or knows what the reader will see.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from app.docs.pdfa import bidi, letters
from app.docs.pdfa.frame import frame_of
from app.kernel.outcome import Finding, Severity
from app.kernel.text import typographic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.docs.clinical import Document

_SHOWN: Final = 8
_NEVER: Final = frozenset({"key", "matricule", "oid", "local_id", "address", "status"})
"""The fields of a patient or a document that no page shows as a text that someone typed."""


def unprintable(document: Document) -> list[Finding]:
    """Return what the page of a document shows otherwise than written; ``subject`` is the path of the field.

    Characters that no font has, shown as boxes (GAL-DOC-40); words that run from right to left, set in their order
    (GAL-DOC-41); a text of the patient's rights too long for the foot of a page (GAL-DOC-42).
    """
    found = []
    for path, text in _texts(document, ""):
        gone = letters.missing(text)
        if gone:
            found.append(_gone(gone, path))
        if bidi.turns(text):
            found.append(_turned(path))
    return [*found, _cut()] if frame_of(document).is_cut else found


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 -- whatever a document holds
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, tuple):
        for rank, item in enumerate(value):
            yield from _texts(item, f"{path}.{rank}")
    elif dataclasses.is_dataclass(value):
        for known in dataclasses.fields(value):
            if known.name not in _NEVER or path == "officine":
                yield from _texts(getattr(value, known.name), f"{path}.{known.name}".lstrip("."))


def _gone(gone: tuple[str, ...], path: str) -> Finding:
    named = [f"{char} (U+{ord(char):04X})" if char.isprintable() else f"U+{ord(char):04X}" for char in gone[:_SHOWN]]
    more = "…" if len(gone) > _SHOWN else ""
    return Finding(
        "GAL-DOC-40",
        Severity.WARNING,
        typographic(f"Le PDF montre un carré à la place de : {', '.join(named)}{more}."),
        "Écrivez autrement ce passage : un confrère ne pourrait pas le lire.",
        path,
    )


def _turned(path: str) -> Finding:
    return Finding(
        "GAL-DOC-41",
        Severity.INFO,
        "Ce texte se lit de droite à gauche : le PDF en remet les mots dans leur ordre.",
        "Relisez l’aperçu avant de valider.",
        path,
    )


def _cut() -> Finding:
    return Finding(
        "GAL-DOC-42",
        Severity.WARNING,
        "Le texte d’information du patient (RGPD) tient plus d’un tiers de page : le pied de page n’en porte que le "
        "début, le texte entier est en fin de document.",
        "Raccourcissez ce texte dans les réglages.",
        "footer",
    )

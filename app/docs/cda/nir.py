"""Does this text hold a number of the sécurité sociale, or an INS, however it is spaced?"""

from __future__ import annotations

import re

from app.kernel.identifiers import is_nir

# Fifteen characters shaped as a NIR, in one go or in the groups of a carte Vitale. What touches a letter, a digit or a
# point is part of another code: an OID has many digits.
_NIR_LIKE = re.compile(r"(?<![\w.])[1-478](?:[ \u00a0\u202f-]?[0-9AB]){14}(?![\w]|\.[0-9])")
_SEPARATORS = re.compile(r"[ \u00a0\u202f-]")


def holds_nir(text: str) -> bool:
    """Return True where 15 characters of the text are a NIR or an NIA whose key is right."""
    return any(is_nir(_SEPARATORS.sub("", found)) for found in _NIR_LIKE.findall(text))


def holds_matricule(text: str, matricule: str) -> bool:
    """Return True where the text holds this matricule of 15 characters, with its key or without, however spaced."""
    return len(matricule) == 15 and matricule[:13] in _SEPARATORS.sub("", text)

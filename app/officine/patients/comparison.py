"""What does an INS datamatrix say of a person that the file does not, in words?"""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.text import typographic
from app.officine.patients import transitions

if TYPE_CHECKING:
    from app.officine.patients.identity import Identity, Ins, Traits


def compared(identity: Identity, read: Traits) -> list[str]:
    """Return each strict trait in which a code differs from a file, with what each of the two says."""
    # A code holds the list of first names alone.
    told = replace(read, first_name=read.birth_names)
    return [
        f"{transitions.LABELS[trait].capitalize()} : {_shown(trait, told)} sur le code, "
        f"{_shown(trait, identity.traits)} au dossier."
        for trait in transitions.differences(identity, read)
    ]


def difference(identity: Identity, ins: Ins, read: Traits) -> str:
    """Return what a person is to look at where a code differs from a file; empty where it says the same.

    The matricules themselves are not told: who reads the worklist may not be one who sees them.
    """
    told = ["Le matricule lu n’est pas celui du dossier."] if identity.ins not in {None, ins} else []
    return typographic(" ".join((*told, *compared(identity, read))))


def _shown(trait: str, traits: Traits) -> str:
    value = str(getattr(traits, trait))
    if trait == "birth_date":
        with contextlib.suppress(ValueError):
            return french.short_date(dt.date.fromisoformat(value))
    return value or "rien"

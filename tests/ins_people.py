"""Which identities is the INS symbol tried on? Fictitious ones, drawn by lot, of every length and shape of name."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from app.kernel.identifiers import nir_key
from app.officine.scan import ins

if TYPE_CHECKING:
    import random

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TODAY = dt.date(2026, 11, 23)


def traits(dice: random.Random) -> dict[str, str]:
    """Return the traits of one person, as ``ins_symbol.message`` takes them."""

    def word() -> str:
        return "".join(dice.choice(_LETTERS) for _ in range(dice.randint(2, 14)))

    body = (
        f"{dice.choice('12')}{dice.randint(0, 99):02d}{dice.randint(1, 12):02d}{dice.randint(1, 95):02d}"
        f"{dice.randint(1, 999):03d}{dice.randint(1, 999):03d}"
    )
    given = dice.choice([" ", " ", "-"]).join(word() for _ in range(dice.choice([1, 2, 3, 3, 4, 9])))
    family = dice.choice(["-", " ", "'", "--"]).join(word() for _ in range(dice.choice([1, 1, 2, 8])))
    born = dt.date(1920, 1, 1) + dt.timedelta(days=dice.randint(0, 38_000))
    return {
        "matricule": body + nir_key(body),
        "oid": dice.choice(sorted(ins.OIDS)),
        "birth_names": given[:100].strip(" -"),
        "family_name": family[:100].strip(" -'"),
        "sex": dice.choice("FM"),
        "birth_date": born.isoformat(),
        "birth_place": dice.choice(["", "75056", "2A004", "99352"]),
    }

"""Under which name is a substance known, whatever salt or spelling the catalogue writes?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.kernel.text import fold

_DATA = Path(__file__).resolve().parents[3] / "resources" / "safety" / "names.json"


@dataclass(frozen=True, slots=True)
class Names:
    """The dated table of names: words of salts and hydrates, synonyms, words of allergies.

    ``idle`` are the words that name no allergy by themselves; ``classes`` short names of classes of the thesaurus.
    """

    dated: str
    salts: frozenset[str]
    idle: frozenset[str]
    synonyms: dict[str, str]
    allergens: dict[str, frozenset[str]]
    classes: dict[str, frozenset[str]]

    def key(self, name: str) -> str:
        """Return the folded name of a substance without its salt: « sulfate de morphine » gives « morphine ».

        The catalogue writes acids both ways: « ACÉTYLSALICYLIQUE (ACIDE) » is « acide acetylsalicylique ».
        """
        folded = fold(name)
        if folded in self.synonyms:
            return self.synonyms[folded]
        words = [word for word in folded.split() if word not in self.salts]
        if words[-1:] == ["acide"]:
            words = ["acide", *words[:-1]]
        kept = " ".join(words)
        return self.synonyms.get(kept, kept or folded)


@lru_cache(maxsize=1)
def installed_names() -> Names:
    """Return the table that comes with Galien."""
    data = json.loads(_DATA.read_text(encoding="utf-8"))
    return Names(
        dated=data["date"],
        salts=frozenset(data["salt_words"]),
        idle=frozenset(data["salt_words"]) | frozenset(data["idle_words"]),
        synonyms=dict(data["synonyms"]),
        allergens={word: frozenset(keys) for word, keys in data["allergens"].items()},
        classes={short: frozenset(own) for short, own in data["classes"].items()},
    )

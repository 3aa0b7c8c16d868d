"""Which interactions and limits of age does a demonstration know? A few public facts, in words of our own."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.officine.safety.model import Constraint, Interaction, Level, Thesaurus
from app.officine.safety.reserved import reserved, vocabulary

if TYPE_CHECKING:
    from app.officine.safety.reserved import Vocabulary
    from app.officine.safety.service import Safety
    from app.store.audit import Actor

_RESOURCES = Path(__file__).resolve().parents[3] / "resources"
_DATA = _RESOURCES / "safety" / "demo_interactions.json"
_AGES = _RESOURCES / "demo" / "ages.csv"


def load_demo_thesaurus(safety: Safety, actor: Actor) -> None:
    """Put the demonstration's interactions in service. Raises DiskFull or DatabaseReadOnly."""
    safety.install(demo_thesaurus(), actor, prefix="demo")


def load_demo_ages(safety: Safety, actor: Actor) -> None:
    """Put the demonstration's few limits of age in service."""
    safety.tables.import_ages(_AGES.read_bytes(), actor)


def demo_thesaurus() -> Thesaurus:
    """Return the interactions that the demonstration's file describes."""
    content = _DATA.read_bytes()
    data = json.loads(content)
    classes = {name: tuple(own) for name, own in data["substances"].items()}
    known = vocabulary(classes, {name for own in classes.values() for name in own})
    return Thesaurus(
        source=data["source"],
        edition=data["edition"],
        digest=hashlib.sha256(content).hexdigest(),
        interactions=tuple(_interaction(row, known) for row in data["interactions"]),
        classes=classes,
    )


def _interaction(row: dict[str, Any], known: Vocabulary) -> Interaction:
    names, pairs = reserved(row["conduct"], (row["between"][0], row["between"][1]), known)
    return Interaction(
        row["between"][0],
        row["between"][1],
        (Constraint(Level(row["level"]), row["conduct"], names, pairs),),
        row["risk"],
    )

"""What do the codes couverture mean, by the table that the officine was given?

Their list is not public: the officine holds it from its publisher, and names the file in its settings. Without it the
codes are shown as they are, and nothing is taken from them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.kernel.errors import FileUnusable
from app.officine.rights.model import Meaning, Meanings

if TYPE_CHECKING:
    from pathlib import Path

_OPENS = {None: None, "ald": None, "maternity": "maternity", "invalidity": "invalidity", "ame": "ame"}
"""What a row may open, with the exemption of the coverage that it stands for."""
_LONGEST = 1_000_000


def load(path: Path) -> Meanings:
    """Return the table of a JSON file: ``{"source": …, "rows": [{"ald", "situation", "label", "opens"}…]}``.

    ``opens`` is ``ald``, ``maternity``, ``invalidity``, ``ame`` or absent. Raises FileUnusable, naming the bad row.
    """
    try:
        if path.stat().st_size > _LONGEST:
            raise _unusable(path, "il est trop long")
        content = json.loads(path.read_text(encoding="utf-8"))
        source, rows = str(content["source"]), list(content["rows"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise _unusable(path, "ce n’est pas la table attendue") from error
    return Meanings(source, dict(_row(path, place, row) for place, row in enumerate(rows, 1)))


def _row(path: Path, place: int, row: Any) -> tuple[tuple[str, str], Meaning]:  # noqa: ANN401 -- what a file holds
    try:
        opens, key = row.get("opens"), (str(row["ald"]), str(row["situation"]))
        return key, Meaning(str(row["label"]), opens == "ald", _OPENS[opens])
    except (AttributeError, KeyError, TypeError) as error:
        raise _unusable(path, f"ligne {place}") from error


def _unusable(path: Path, why: str) -> FileUnusable:
    return FileUnusable(
        f"La table des codes couverture « {path.name} » est inutilisable : {why}.",
        code="GAL-FSV-45",
        advice="Corrigez-la, ou retirez-la des réglages (fsv_meanings) : les codes seront montrés sans être repris.",
    )

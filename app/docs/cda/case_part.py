"""How is one object of a CASE.json read: strictly, naming each key that is wrong, missing or unknown?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.docs.cda import said
from app.kernel.text import one_line, plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.kernel.outcome import Finding

_SHOWN = 60


class Part:
    """An object of the case and where it stands; what is wrong with it goes to the findings shared by all parts."""

    def __init__(self, value: object, path: str, findings: list[Finding]) -> None:
        self.path = path
        self.findings = findings
        self._asked: set[str] = set()
        self._values: Mapping[object, object] = {}
        if isinstance(value, dict):
            self._values = value
        elif value is not None:
            self.wrong("", "un objet est attendu")

    def name(self, key: str) -> str:
        """Return where a key stands in the case: ``patient.sex``."""
        return ".".join(filter(None, (self.path, key)))

    def wrong(self, key: str, what: str) -> None:
        """Say that a value is not what the case promises."""
        where = self.name(key) or "CASE.json"
        self.findings.append(
            said.error(
                10, f"Donnée mal formée : « {where} » : {what}.", "Corrigez le fichier, puis recommencez.", where
            )
        )

    def has(self, key: str) -> bool:
        """Return True where the case says something of a key."""
        return self._value(key) not in (None, "")

    def text(self, key: str) -> str:
        """Return a text of one line, trimmed; empty where it is absent or null."""
        value = self._value(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.wrong(key, "un texte entre guillemets est attendu")
            return ""
        return " ".join(self._clean(key, value).split())

    def words(self, key: str) -> str:
        """Return free text with its line feeds; a list is its lines, a number its digits."""
        value = self._value(key)
        lines = value if isinstance(value, list) else [value]
        written = [self._line(key, line) for line in lines if line is not None]
        return "\n".join(written).strip()

    def _line(self, key: str, value: object) -> str:
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            self.wrong(key, "un texte est attendu")
            return ""
        return self._clean(key, str(value))

    def number(self, key: str) -> int | None:
        """Return a whole number; None where it is absent."""
        value = self._value(key)
        if value is None or value == "":
            return None
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
            return int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            self.wrong(key, "un nombre entier est attendu")
            return None
        return value

    def flag(self, key: str) -> bool:
        """Return a yes or a no; no where it is absent."""
        value = self._value(key)
        if value is not None and not isinstance(value, bool):
            self.wrong(key, "true ou false est attendu")
        return value is True

    def part(self, key: str) -> Part:
        """Return an object below this one, empty where it is absent."""
        return Part(self._value(key), self.name(key), self.findings)

    def parts(self, key: str) -> list[Part]:
        """Return the objects of a list, none where it is absent."""
        value = self._value(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(key, "une liste est attendue")
            return []
        return [Part(item, self.name(f"{key}[{rank}]"), self.findings) for rank, item in enumerate(value)]

    def is_text(self, key: str) -> bool:
        """Return True where a value is a plain text."""
        return isinstance(self._value(key), str)

    def finish(self) -> None:
        """Say which keys nobody asked for: what is not read is never passed over in silence."""
        for key in self._values:
            if key not in self._asked:
                shown = one_line(said.allowed(str(key))[0], _SHOWN)
                where = self.name(shown)
                self.findings.append(
                    said.warning(11, f"Donnée inconnue, non reprise : « {where} ».", "Vérifiez son nom.", where)
                )

    def _value(self, key: str) -> object:
        self._asked.add(key)
        return self._values.get(key)

    def _clean(self, key: str, text: str) -> str:
        kept, gone = said.allowed(text)
        if gone:
            where = self.name(key)
            removed = plural(gone, "caractère interdit", "caractères interdits")
            self.findings.append(
                said.warning(
                    12,
                    f"« {where} » : {removed} dans un document XML {'retiré' if gone == 1 else 'retirés'}.",
                    "Relisez ce texte : le reste est gardé tel quel.",
                    where,
                )
            )
        return kept

"""How are the seals and their witnesses kept outside the database, and copied to a second place?

A folder ``seals`` holds ``seals-AAAA-MM.jsonl``, one seal a line, and ``CHAIN.witness``, twelve octets an entry.
Nothing in it is changed: each file only grows, and what a cut left half written after the last seal is written over.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel.files import write_whole
from app.store import seals
from app.store.failures import file_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from app.store.seals import Seal

_FULL = "Le disque est plein : le scellé n’a pas été écrit."
_REFUSED = "Le dossier des scellés ne peut pas être écrit."
_MONTH = re.compile(r"seals-\d{4}-\d{2}\.jsonl")


@dataclass(frozen=True, slots=True)
class Reading:
    """The seals of a folder, up to the first that is not good; ``problem`` (French) says why there are no more."""

    seals: tuple[Seal, ...] = ()
    problem: str = ""

    @property
    def last(self) -> Seal | None:
        """The last good seal."""
        return self.seals[-1] if self.seals else None


class SealFolder:
    """The seals of one data folder, or of a copy of them."""

    def __init__(self, root: Path) -> None:
        """Use ``root``, which is made at the first seal."""
        self.root = root
        self._checked: tuple[str, Reading] | None = None

    def lines(self) -> list[str]:
        """Return every line, in order of the files. Raises FileUnusable where one can't be read."""
        return self._content().decode("utf-8", "replace").splitlines()

    def read(self) -> Reading:
        """Read and check every seal: numbers, links, signatures. Raises FileUnusable.

        Years of signatures take a second: what was checked once is not checked again while the files stay the same.
        """
        content = self._content()
        digest = hashlib.sha256(content).hexdigest()
        if self._checked is None or self._checked[0] != digest:
            self._checked = (digest, _read(content.decode("utf-8", "replace").splitlines()))
        return self._checked[1]

    def append(self, added: Iterable[Seal]) -> None:
        """Write the seals after those there. Raises DiskFull or DatabaseReadOnly; nothing is half written."""
        by_month: dict[str, list[str]] = {}
        for seal in added:
            by_month.setdefault(seal.at[:7], []).append(seal.line)
        if by_month:
            self._make()
        for month, lines in by_month.items():
            file = self.root / f"seals-{month}.jsonl"
            before = file.read_text(encoding="utf-8") if file.exists() else ""
            content = before + "".join(f"{line}\n" for line in lines)
            write_whole(file, content.encode(), full=_FULL, refused=_REFUSED)

    # --- Witnesses ----------------------------------------------------------------------------------------------

    def witnesses(self, chain: str) -> bytes:
        """Return the witnesses of a chain, from its first entry on; empty where there are none."""
        file = self._witness_file(chain)
        with file_errors():
            return file.read_bytes() if file.exists() else b""

    def write_witnesses(self, chain: str, first: int, content: bytes) -> None:
        """Write the witnesses of the entries from ``first`` on, over what a cut may have left there."""
        self._make()
        file = self._witness_file(chain)
        with file_errors():
            file.touch(mode=0o600)
            with file.open("r+b") as stream:
                stream.seek((first - 1) * seals.WITNESS)
                stream.truncate()
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())

    def covered(self, sealed: Iterable[Seal], chain: str) -> bytes:
        """Return the witnesses of a chain that the seals vouch for: up to the first span that is not as sealed."""
        kept, until = self.witnesses(chain), 0
        for seal in sealed:
            head = seal.heads.get(chain)
            if head is None or head.seq < head.first:
                continue
            span = kept[(head.first - 1) * seals.WITNESS : head.seq * seals.WITNESS]
            if hashlib.sha256(span).hexdigest() != head.witness:
                break
            until = head.seq
        return kept[: until * seals.WITNESS]

    # --- Copies -------------------------------------------------------------------------------------------------

    def copy_to(self, other: Path) -> str:
        """Add to the folder ``other`` what it lacks; return what is wrong (French), empty where nothing is.

        A folder that holds other seals is left as it is. Raises the EnvironmentFailure that forbids writing.
        """
        there = SealFolder(other)
        mine, theirs = self.lines(), there.lines()
        if mine[: len(theirs)] != theirs:
            return "Le dossier de copie contient d’autres scellés que ceux de cette base."
        there.append(seals.parse(line) for line in mine[len(theirs) :])
        for file in self.root.glob("*.witness"):
            chain = file.name.removesuffix(".witness")
            content, copied = self.witnesses(chain), len(there.witnesses(chain)) // seals.WITNESS
            there.write_witnesses(chain, copied + 1, content[copied * seals.WITNESS :])
        return ""

    def go_back(self, lines: list[str], place: Path) -> bool:
        """Hold the seals ``lines``, those of a base that was restored; what was there is kept in ``place``.

        The witnesses stay where the seals are the beginning of those there; else they go with them. Returns False
        where the folder held nothing else. Raises the EnvironmentFailure that forbids writing.
        """
        mine = self.lines()
        if mine == lines:
            return False
        with file_errors():
            if self.root.exists():
                shutil.copytree(self.root, place)
            if mine[: len(lines)] != lines:
                shutil.rmtree(self.root, ignore_errors=True)
            for file in self._files():
                file.unlink()
        self.append(_good(lines))
        return bool(mine)

    def _content(self) -> bytes:
        with file_errors():
            return b"".join(file.read_bytes() for file in self._files())

    def _files(self) -> list[Path]:
        if not self.root.is_dir():
            return []
        return sorted(file for file in self.root.iterdir() if _MONTH.fullmatch(file.name))

    def _witness_file(self, chain: str) -> Path:
        return self.root / f"{chain}.witness"

    def _make(self) -> None:
        with file_errors():
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)


def _read(lines: Iterable[str]) -> Reading:
    good: list[Seal] = []
    for line in lines:
        before = good[-1] if good else None
        try:
            seal = seals.parse(line)
        except ValueError:
            number = before.number + 1 if before else 1
            return Reading(tuple(good), f"Le scellé n° {number} est illisible.")
        said = seals.problem(seal, before)
        if said:
            return Reading(tuple(good), said)
        good.append(seal)
    return Reading(tuple(good))


def _good(lines: Iterable[str]) -> Iterator[Seal]:
    """Give the seals of the lines, up to one that is none."""
    with suppress(ValueError):
        for line in lines:
            yield seals.parse(line)

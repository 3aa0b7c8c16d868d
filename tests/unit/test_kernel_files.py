"""Is a file written whole, by two hands at once as well, and a refusal told without a trace left?"""

from __future__ import annotations

import errno
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.kernel.errors import DatabaseReadOnly, DiskFull
from app.kernel.files import write_whole

FULL, REFUSED = "Le disque est plein.", "Le dossier ne peut pas être modifié."


def test_many_hands_write_the_same_file_and_all_succeed(tmp_path: Path) -> None:
    file = tmp_path / "ticket.pdf"
    contents = [bytes([number]) * 50_000 for number in range(40)]
    with ThreadPoolExecutor(8) as hands:
        answers = list(hands.map(lambda content: write_whole(file, content, full=FULL, refused=REFUSED), contents))
    assert answers == [file] * len(contents)
    assert file.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_is_gone_is_a_refusal_in_words(tmp_path: Path) -> None:
    with pytest.raises(DatabaseReadOnly) as refusal:
        write_whole(tmp_path / "gone" / "ticket.pdf", b"x", full=FULL, refused=REFUSED)
    assert refusal.value.text == REFUSED


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "ticket.pdf"
    file.write_bytes(b"old")
    whole = Path.write_bytes

    def half(path: Path, content: bytes) -> int:
        whole(path, content[:1])
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises(DiskFull):
        write_whole(file, b"new", full=FULL, refused=REFUSED)
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_reader_that_holds_the_file_a_moment_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "ticket.pdf"
    replace, refusals = Path.replace, [PermissionError(errno.EACCES, "held")] * 3

    def held(path: Path, target: Path) -> Path:
        if refusals:
            raise refusals.pop()
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", held)
    write_whole(file, b"new", full=FULL, refused=REFUSED)
    assert file.read_bytes() == b"new"

"""Is the table of keys the one of the registry, with the keys that the user chose?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app import cli
from app.ui import cheat_sheet
from app.ui.help_dialog import HelpDialog
from app.ui.printing import print_desk
from app.ui.shortcuts import key_text

if TYPE_CHECKING:
    from pathlib import Path

    from app.bootstrap import Services
    from app.ui.pictures import Stage


def said(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    try:
        text = " ".join(page.get_textpage().get_text_range() for page in document)
        return " ".join(text.replace("\xa0", " ").split())
    finally:
        document.close()


@pytest.mark.req("OFF-DOC-11")
def test_every_key_of_the_registry_is_printed(services: Services, qapp: object) -> None:
    acts = cheat_sheet.registry({"counter.pay": "Ctrl+F10"})
    text = said(services.prints.shortcuts(cheat_sheet.groups(acts)).read_bytes())
    assert "Ctrl+F10 Encaisser" in text
    for act in acts.all():
        if acts.key_of(act.id):
            title = " ".join(act.title.replace("\xa0", " ").replace("\u202f", " ").split())
            assert title[:24] in text, act.id
            assert key_text(acts.key_of(act.id)) in text


@pytest.mark.req("OFF-DOC-11")
def test_command_writes_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str], no_watchdog: None) -> None:
    target = tmp_path / "touches.pdf"
    assert cli.main(["shortcuts", str(target), "--data", str(tmp_path / "data")]) == 0
    assert target.read_bytes().startswith(b"%PDF")
    assert cli.main(["shortcuts", str(tmp_path / "none" / "x.pdf"), "--data", str(tmp_path / "data")]) == 4
    assert "ne peut pas être écrit" in "".join(capsys.readouterr())


@pytest.mark.req("OFF-DOC-11")
def test_help_prints_the_table(stage: Stage) -> None:
    files: list[Path] = []
    print_desk(stage.ui).open_file = lambda file: bool(files.append(file)) or True
    QTest.keyClick(stage.window, Qt.Key.Key_F1)
    stage.settle()
    (dialog,) = [one for one in stage.dialogs() if isinstance(one, HelpDialog)]
    dialog.print_button.click()
    stage.settle()
    assert [file.name for file in files] == ["touches.pdf"]

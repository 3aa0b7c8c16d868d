"""Do the screens and the manual keep to French typography?"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCREENS = sorted((ROOT / "app" / "ui").rglob("*.py"))
PAGES = sorted((ROOT / "resources" / "help").glob("*.md"))

FAULTS = {
    "plain space before ; ! ?": re.compile(r"[\w»)] [;!?](?:\s|$)"),
    "plain space before :": re.compile(r"[\w»)] :(?:\s|$)"),
    "plain space inside guillemets": re.compile(r"« | »"),
    "straight apostrophe": re.compile(r"\b(?:[cdjlmnstCDJLMNST]|qu|Qu)'[a-zéèêàâîôû]"),
    "three dots": re.compile(r"\w\.\.\.(?:\s|$)"),
    "plain space before % or €": re.compile(r"\d [%€]"),
}


def shown_texts(source: str) -> list[str]:
    """Return the text literals of a module that are no docstring."""
    tree = ast.parse(source)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]


def faults_of(text: str) -> list[str]:
    return [f"{name}: {text[:80]!r}" for name, pattern in FAULTS.items() if pattern.search(text)]


@pytest.mark.req("OFF-UI-13")
@pytest.mark.parametrize("file", SCREENS, ids=lambda file: file.relative_to(ROOT / "app" / "ui").as_posix())
def test_what_a_screen_shows_keeps_to_french_typography(file: Path) -> None:
    if file.name == "style.py":
        pytest.skip("a style sheet, no text")
    found = [fault for text in shown_texts(file.read_text(encoding="utf-8")) for fault in faults_of(text)]
    assert not found


@pytest.mark.req("OFF-UI-13")
@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.stem)
def test_the_manual_keeps_to_french_typography(file: Path) -> None:
    text = re.sub(r"`[^`]*`", "", file.read_text(encoding="utf-8"))
    assert not [fault for line in text.splitlines() for fault in faults_of(line)]


@pytest.mark.req("OFF-UI-13")
def test_a_fault_of_each_kind_is_seen() -> None:
    """The rules bite."""
    wrong = ("Quoi ?", "Voici : rien", "« rien »", "l'officine", "Attente...", "65 %")
    assert all(faults_of(text) for text in wrong)
    assert not faults_of("Quoi\u202f? Voici\u00a0: «\u00a0l’officine\u00a0»… 65\u00a0%")

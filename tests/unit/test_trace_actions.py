"""Every action that Galien traces has its sentence in plain French."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

import app
from app.officine.cash.model import RecordKind
from app.officine.dispensing.reversal import ReversalKind
from app.officine.papers.model import End
from app.officine.registers.model import EntryKind
from app.officine.trace.actions import OPENING, SENTENCES, codes_answering, sentence

ROOT = Path(app.__file__).parent
DYNAMIC = {
    "cash.": [RecordKind.FLOAT, RecordKind.CASH_IN, RecordKind.CASH_OUT, RecordKind.DRAWER, RecordKind.BANK],
    "delivery.": list(ReversalKind),
    "identity_paper.": ["add", "view", *End],
    "narcotics.": [EntryKind.DESTRUCTION, EntryKind.LOSS, EntryKind.THEFT, EntryKind.RETURN, EntryKind.CESSION],
    "outbox.": ["waiting", "cancelled"],
    "secret.": ["transfer", "recovery"],
}
"""What follows the beginning of an action that is put together, by that beginning."""

_CODE = re.compile(r"[a-z_]+(\.[a-z_]+)+")


def _calls() -> list[tuple[Path, ast.expr]]:
    return [
        (file, node.args[0])
        for file in sorted(ROOT.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "audit"
    ]


def _codes(file: Path, said: ast.expr) -> set[str]:
    """Return the actions that one call may write."""
    if isinstance(said, ast.Constant):
        return {str(said.value)}
    if isinstance(said, ast.IfExp):
        return _codes(file, said.body) | _codes(file, said.orelse)
    if isinstance(said, ast.JoinedStr):
        head, *rest = said.values
        if isinstance(head, ast.FormattedValue):
            module = importlib.import_module(".".join(("app", *file.relative_to(ROOT).with_suffix("").parts)))
            begins = getattr(module, ast.unparse(head.value))
            if len(rest) > 1:
                return {f"{begins}.{one}" for one in DYNAMIC[f"{begins}."]}
            return {begins + "".join(part.value for part in rest)}  # type: ignore[attr-defined]
        assert isinstance(head, ast.Constant)
        tail = "".join(str(part.value) for part in rest if isinstance(part, ast.Constant))
        return {f"{head.value}{one}{tail}" for one in DYNAMIC[str(head.value)]}
    # A name or an attribute: any code of the known kinds that its module writes.
    kinds = {code.partition(".")[0] for code in SENTENCES}
    constants = {
        node.value
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {text for text in constants if _CODE.fullmatch(text) and text.partition(".")[0] in kinds}


@pytest.mark.req("OFF-SSI-04")
def test_every_action_written_has_its_sentence() -> None:
    calls = _calls()
    assert len(calls) > 50
    unsaid = {(file.name, code) for file, said in calls for code in _codes(file, said) if code not in SENTENCES}
    assert unsaid == set()


def test_sentences_are_french_short_and_told_apart() -> None:
    assert all(said[0].isupper() and len(said) <= 60 and not said.endswith(".") for said in SENTENCES.values())
    assert len(set(SENTENCES.values())) == len(SENTENCES)
    assert set(OPENING) <= SENTENCES.keys()


def test_an_action_of_a_later_galien_is_shown_as_it_is() -> None:
    assert sentence("dmp.open") == "dmp.open"


@pytest.mark.parametrize(
    ("text", "code"),
    [("délivrance", "delivery.validate"), ("DELIVR valid", "delivery.validate"), ("backup", "backup"),
     ("dossier ouvert", "patient.open"), ("fond caisse", "cash.float")],
)  # fmt: skip
def test_an_action_is_found_by_the_words_of_its_sentence(text: str, code: str) -> None:
    assert code in codes_answering(text)


@pytest.mark.parametrize("text", ["", "   ", "xyzzy", "délivrance xyzzy"])
def test_words_that_no_sentence_holds_find_no_action(text: str) -> None:
    assert codes_answering(text) == ()

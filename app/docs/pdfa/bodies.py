"""What does each kind of document say below its head?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.docs.cda.vaccination import PROFILE
from app.docs.clinical import Bilan, Entretien, Vaccine
from app.docs.pdfa import letters, words
from app.docs.pdfa.board import BODY, LABEL, LEFT, ROOM
from app.docs.pdfa.flow import STEP, UNTOLD, Section, told
from app.docs.pdfa.grid import BETWEEN, Fact, set_row
from app.docs.pdfa.letters import STRONG
from app.docs.pdfa.table import Column, table
from app.kernel.text import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.docs.clinical import Document
    from app.docs.pdfa.board import Board

_COLUMNS: Final = (
    Column("Médicament", 30, strong=True),
    Column("Dose", 17),
    Column("Prises", 19),
    Column("Indication", 19),
    Column("Observation du pharmacien", 32),
)


_ABREAST: Final = 3
"""How many facts of a vaccination stand side by side."""
_LEAD: Final = 10.6
_NO_ACT: Final = "IMMUNIZ"
"""The act of a vaccination of which nothing more is said."""
_LONGEST: Final = 200
"""A fact that is longer, in characters, is a text of its own: a row of facts does not run over two pages."""


def body(board: Board, document: Document) -> None:
    """Write what a document says."""
    content = document.content
    if isinstance(content, Entretien):
        _entretien(board, content)
    elif isinstance(content, Bilan):
        _bilan(board, content)
    else:
        _vaccination(board, document, content)


def _entretien(board: Board, content: Entretien) -> None:
    _lead(board, "Thème", content.theme)
    for section in content.sections:
        told(board, section.title, section.text)


def _bilan(board: Board, content: Bilan) -> None:
    if content.treatments:
        rows = [
            (known.name, known.dose, known.frequency, known.indication, known.observation)
            for known in content.treatments
        ]
        table(board, f"Traitements{words.DOT}{plural(len(rows), 'médicament')}", _COLUMNS, rows)
    else:
        told(board, "Traitements", "")
    told(board, "Analyse", content.analysis)
    told(board, "Propositions", content.proposals)
    told(board, "Suivi", content.follow_up)


def _vaccination(board: Board, document: Document, vaccine: Vaccine) -> None:
    _lead(board, "Vaccin", vaccine.name)
    rank = "" if vaccine.dose_number is None else words.ordinal(vaccine.dose_number)
    day = words.long_day(document.performed_at)
    rows: tuple[tuple[tuple[str, str], ...], ...] = (
        (("Date", day), ("Rang", rank), ("Dose", vaccine.dose)),
        (
            ("Voie d’administration", words.coded(PROFILE.routes, vaccine.route)),
            ("Site d’injection", words.coded(PROFILE.sites, vaccine.site)),
        ),
    )
    if vaccine.act in PROFILE.acts and vaccine.act != _NO_ACT:
        rows = (rows[0], (*rows[1], ("Acte", words.coded(PROFILE.acts, vaccine.act))))
    _facts(board, "Injection", rows)
    product = ("Lot", vaccine.lot), ("Péremption", words.day(vaccine.expiry)), ("Code CIP", vaccine.cip13)
    _facts(board, "Produit", (product, (("Fabricant", vaccine.manufacturer),)))
    author = document.author
    by = ", ".join(filter(None, (words.person(author), words.profession(author).lower())))
    told(board, "Vaccinateur", f"{by}, RPPS {author.rpps}" if author.rpps else by)
    told(board, "Motif", vaccine.reason)


def _facts(board: Board, title: str, rows: Sequence[Sequence[tuple[str, str]]]) -> None:
    """Write facts beside the title, in columns of the same width from one row to the next."""
    section = Section(board, title)
    room = ROOM - LABEL
    long = [(label, value) for row in rows for label, value in row if len(value) > _LONGEST]
    set_rows = [
        set_row(
            [Fact(label, "ci-dessous" if (label, value) in long else value or UNTOLD) for label, value in row],
            LEFT + LABEL,
            room * len(row) / _ABREAST if len(row) > 1 else room,
            size=BODY,
        )
        for row in rows
    ]
    section.open(set_rows[0].height)
    for rank, row in enumerate(set_rows):
        section.need(row.height)
        board.y += BETWEEN if rank else 0
        row.draw(board, board.y)
        board.y += row.height
    section.close()
    for label, value in long:
        told(board, label, value)


def _lead(board: Board, title: str, text: str) -> None:
    """Write what the document is about, stronger than what follows."""
    section = Section(board, title)
    section.open(STEP)
    for line in letters.lines(text.strip() or UNTOLD, STRONG, _LEAD, ROOM - LABEL):
        section.need(STEP)
        section.line(line, font=STRONG, size=_LEAD)
    section.close()

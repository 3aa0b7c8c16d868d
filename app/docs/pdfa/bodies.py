"""What does each kind of document say below its head?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.docs.clinical import Bilan, Entretien, Vaccine
from app.docs.pdfa import letters, words
from app.docs.pdfa.board import BODY, LABEL, MUTED, ROOM, TEXT
from app.docs.pdfa.flow import STEP, UNTOLD, Section, told
from app.docs.pdfa.letters import REGULAR, STRONG
from app.docs.pdfa.table import Column, table
from app.kernel.text import plural

if TYPE_CHECKING:
    from app.docs.clinical import Document
    from app.docs.pdfa.board import Board

_COLUMNS: Final = (
    Column("Médicament", 30, strong=True),
    Column("Dose", 17),
    Column("Prises", 19),
    Column("Indication", 19),
    Column("Observation du pharmacien", 32),
)


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
        table(board, f"Traitements  ·  {plural(len(rows), 'médicament')}", _COLUMNS, rows)
    else:
        told(board, "Traitements", "")
    told(board, "Analyse", content.analysis)
    told(board, "Propositions", content.proposals)
    told(board, "Suivi", content.follow_up)


def _vaccination(board: Board, document: Document, vaccine: Vaccine) -> None:
    _lead(board, "Vaccin", vaccine.name)
    rank = "" if vaccine.dose_number is None else words.ordinal(vaccine.dose_number)
    author = document.author
    by = ", ".join(part for part in (words.person(author), words.profession(author).lower()) if part)
    facts = (
        ("Date de l’injection", words.long_day(document.performed_at)),
        ("Code CIP", vaccine.cip13),
        ("Lot", vaccine.lot),
        ("Péremption", words.day(vaccine.expiry)),
        ("Rang", rank),
        ("Dose", vaccine.dose),
        ("Voie d’administration", words.ROUTES.get(vaccine.route, vaccine.route)),
        ("Site d’injection", words.SITES.get(vaccine.site, vaccine.site)),
        ("Fabricant", vaccine.manufacturer),
        ("Vaccinateur", by),
    )
    for title, value in facts:
        _fact(board, title, value)
    told(board, "Motif", vaccine.reason)


def _lead(board: Board, title: str, text: str) -> None:
    """Write what the document is about, stronger than what follows."""
    section = Section(board, title)
    section.open(STEP)
    for line in letters.lines(text.strip() or UNTOLD, STRONG, BODY, ROOM - LABEL):
        section.need(STEP)
        section.line(line, font=STRONG)
    section.close()


def _fact(board: Board, title: str, value: str) -> None:
    section = Section(board, title)
    section.open(STEP)
    for line in letters.lines(value.strip() or UNTOLD, REGULAR, BODY, ROOM - LABEL):
        section.need(STEP)
        section.line(line, ink=TEXT if value.strip() else MUTED)
    section.close()

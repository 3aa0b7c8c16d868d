"""What does the first page say before the document begins: whose, by whom, for whom, of whom, in which version?

Sources: Guide d’implémentation INS (EXI DIF 02; INS-28, INS-32): the traits under labels that can't be taken for
others; the matricule, its nature and the symbol for an identity qualifiée alone; DSR, SC.DOC.04: the recipients.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from app.docs import datamatrix
from app.docs.pdfa import letters, words
from app.docs.pdfa.board import (
    ACCENT,
    ALARM,
    ALARM_SOFT,
    BODY,
    CARD,
    GAP,
    HEIGHT,
    LABEL,
    LEADING,
    LEFT,
    MM,
    MUTED,
    ROOM,
    SMALL,
    TEXT,
)
from app.docs.pdfa.flow import STEP, Section
from app.docs.pdfa.letters import REGULAR, STRONG
from app.kernel import french
from app.kernel.text import NBSP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.docs.clinical import Document, Officine, Recipient, Subject
    from app.docs.datamatrix import Modules
    from app.docs.pdfa.board import Board

NO_RECIPIENT: Final = "Aucun destinataire désigné"
PATIENT: Final = "Le patient"
_NAME, _TITLE, _TRAIT = 12.0, 20.0, 10.2
_PAD: Final = 4 * MM
_CAPTION: Final = 7.0


def opening(board: Board, document: Document, ins_text: str) -> None:
    """Write what stands at the head of the first page."""
    _letterhead(board, document.officine)
    _title(board, document)
    modules = datamatrix.modules_of(ins_text) if document.subject.has_ins else None
    _patient(board, document.subject, modules)
    _author(board, document)
    _recipients(board, document)


def _letterhead(board: Board, officine: Officine) -> None:
    half = ROOM / 2
    names = letters.lines(officine.name, STRONG, _NAME, half)
    y = board.y
    for line in names:
        board.write(line, LEFT, y + _NAME, size=_NAME, font=STRONG, ink=ACCENT)
        y += _NAME * 1.25
    right = board.y + (_NAME - SMALL)
    for line in _where(officine, half - 2 * GAP):
        x = LEFT + ROOM - letters.width(line, REGULAR, 8)
        board.write(line, x, right + 8, size=8, ink=MUTED)
        right += 8 * LEADING
    board.y = max(y, right) + 1.6 * MM
    board.rule(LEFT, board.y, ROOM, ink=ACCENT, thick=1.4)
    board.y += 7 * MM


def _where(officine: Officine, room: float) -> list[str]:
    place = f"{officine.address.postal_code} {officine.address.city}".strip()
    told = [officine.address.line, place]
    told.append(f"Tél. {officine.phone}".replace(" ", NBSP) if officine.phone else "")
    told.append(f"FINESS {officine.finess}".replace(" ", NBSP) if officine.finess else "")
    return [line for part in told if part for line in letters.lines(part, REGULAR, 8, room)]


def _title(board: Board, document: Document) -> None:
    for line in letters.lines(words.title(document), STRONG, _TITLE, ROOM):
        board.write(line, LEFT, board.y + _TITLE, size=_TITLE, font=STRONG)
        board.y += _TITLE * 1.2
    board.y += 1.4 * MM
    done = f"{words.ACTS[document.kind]} {words.long_day(document.performed_at)}"
    made = f"Document établi le {french.moment(document.created_at)}"
    for line in letters.lines(f"{done}{NBSP}{NBSP}·  {made}", REGULAR, BODY, ROOM):
        board.write(line, LEFT, board.y + BODY, size=BODY, ink=MUTED)
        board.y += STEP
    board.y += 2 * MM
    if document.key.replaces or document.key.version > 1:
        _version(board, document)
    board.y += 2 * MM


def _version(board: Board, document: Document) -> None:
    said = f"Version {document.key.version}"
    detail = ""
    if document.key.replaces:
        said += " · Annule et remplace la version précédente"
        detail = f"Document remplacé : {document.key.replaces}"
    lines = [(line, STRONG, BODY) for line in letters.lines(said, STRONG, BODY, ROOM - 2 * _PAD)]
    if detail:
        lines += [(line, REGULAR, SMALL) for line in letters.lines(detail, REGULAR, SMALL, ROOM - 2 * _PAD)]
    height = sum(size * LEADING for _, _, size in lines) + 3 * MM
    board.box(LEFT, board.y, ROOM, height, ALARM_SOFT)
    board.box(LEFT, board.y, 1.1 * MM, height, ALARM)
    y = board.y + 1.5 * MM
    for line, font, size in lines:
        board.write(line, LEFT + _PAD, y + size, size=size, font=font, ink=ALARM if font == STRONG else MUTED)
        y += size * LEADING
    board.y += height + 1 * MM


# --- The patient ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Trait:
    label: str
    lines: tuple[str, ...]
    x: float
    size: float


def traits(subject: Subject) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Return the traits of a patient, row by row, each with its label; those that are not known are not among them."""
    rows = [
        [("Nom de naissance", subject.family_name), ("1er prénom de naissance", subject.first_name)],
        [("Prénom(s) de naissance", subject.birth_names)],
        [("Nom utilisé", subject.used_name), ("Prénom utilisé", subject.used_first_name)],
        [
            ("Date de naissance", words.day(subject.birth_date)),
            ("Sexe", subject.sex),
            ("Code lieu naissance", subject.birth_place),
        ],
    ]
    if subject.has_ins:
        rows.append([words.matricule(subject)])
    return tuple(tuple(pair for pair in row if pair[1]) for row in rows if any(value for _, value in row))


def _patient(board: Board, subject: Subject, modules: Modules | None) -> None:
    module = datamatrix.MODULE_MM * MM
    square = 0.0 if modules is None else datamatrix.side(modules, module)
    room = ROOM - 2 * _PAD - (square + 2 * _PAD if square else 0)
    rows = [_row(row, room, is_first=rank == 0) for rank, row in enumerate(traits(subject))]
    text = sum(_row_height(row) for row in rows) - 1.6 * MM
    height = max(text, square + _CAPTION * LEADING if square else 0.0) + 2 * _PAD
    top = board.y
    board.box(LEFT, top, ROOM, height, CARD)
    board.box(LEFT, top, 1.1 * MM, height, ACCENT)
    y = top + _PAD
    for row in rows:
        for trait in row:
            board.write(letters.prepared(trait.label), trait.x, y + SMALL, size=SMALL, ink=MUTED)
            for rank, line in enumerate(trait.lines):
                foot = y + SMALL * 1.35 + trait.size + rank * trait.size * 1.25
                board.write(line, trait.x, foot, size=trait.size, font=STRONG)
        y += _row_height(row)
    if modules is not None:
        _symbol(board, modules, top + (height - square - _CAPTION * LEADING) / 2, square)
    board.y = top + height + 5 * MM


def _row(row: Sequence[tuple[str, str]], room: float, *, is_first: bool) -> list[_Trait]:
    size = _NAME if is_first else _TRAIT
    width = room / len(row)
    return [
        _Trait(label, tuple(letters.lines(value, STRONG, size, width - GAP)), LEFT + _PAD + rank * width, size)
        for rank, (label, value) in enumerate(row)
    ]


def _row_height(row: Sequence[_Trait]) -> float:
    return max(SMALL * 1.35 + len(trait.lines) * trait.size * 1.25 for trait in row) + 1.6 * MM


def _symbol(board: Board, modules: Modules, y: float, square: float) -> None:
    x = LEFT + ROOM - _PAD - square
    module = datamatrix.MODULE_MM * MM

    def paint(canvas: Any) -> None:  # noqa: ANN401 -- the library's canvas
        datamatrix.draw(canvas, modules, x, HEIGHT - y - square, module)

    board.put(paint)
    caption = letters.prepared(datamatrix.INS_CAPTION)
    shift = (square - letters.width(caption, STRONG, _CAPTION)) / 2
    board.write(caption, x + shift, y + square + _CAPTION * 1.2, size=_CAPTION, font=STRONG)


# --- By whom, for whom ------------------------------------------------------------------------------------------------


def _author(board: Board, document: Document) -> None:
    author = document.author
    told = [part for part in (words.profession(author), f"RPPS {author.rpps}" if author.rpps else "") if part]
    section = Section(board, "Rédigé par")
    section.open(2 * STEP)
    for line in letters.lines(words.person(author), STRONG, BODY, ROOM - LABEL):
        section.line(line, font=STRONG)
    for line in letters.lines("  ·  ".join(told), REGULAR, BODY, ROOM - LABEL):
        section.line(line, ink=MUTED)
    section.close()


def _recipients(board: Board, document: Document) -> None:
    entries = [_recipient(known) for known in document.recipients]
    if document.to_patient:
        entries.append((PATIENT, ""))
    section = Section(board, "Destinataires")
    section.open(2 * STEP)
    if not entries:
        section.line(letters.prepared(NO_RECIPIENT), ink=MUTED)
    for name, detail in entries:
        _entry(section, name, detail)
    section.close()


def _entry(section: Section, name: str, detail: str) -> None:
    room = ROOM - LABEL
    first = letters.prepared(name)
    used = letters.width(first, STRONG, BODY) + 2 * GAP
    beside = letters.prepared(detail)
    if used + letters.width(beside, REGULAR, BODY) <= room:
        section.need(STEP)
        section.board.write(beside, LEFT + LABEL + used, section.board.y + BODY, size=BODY, ink=MUTED)
        section.line(first, font=STRONG)
        return
    for font, ink, text in ((STRONG, TEXT, name), (REGULAR, MUTED, detail)):
        for line in letters.lines(text, font, BODY, room):
            section.need(STEP)
            section.line(line, font=font, ink=ink)


def _recipient(known: Recipient) -> tuple[str, str]:
    name = f"{known.given_name} {known.family_name.upper()}".strip()
    told = (f"RPPS {known.rpps}" if known.rpps else "", known.mss)
    return name, "  ·  ".join(part for part in told if part)

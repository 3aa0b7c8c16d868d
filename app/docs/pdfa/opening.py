"""What does the first page say before the document begins: whose, by whom, for whom, of whom, in which version?

Sources: Guide d’implémentation INS (EXI DIF 02; INS-28, INS-32): the traits under labels that can't be taken for
others; the matricule, its nature and the symbol for an identity qualifiée alone; DSR, SC.DOC.04: the recipients.
"""

from __future__ import annotations

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
)
from app.docs.pdfa.flow import STEP, Section, told
from app.docs.pdfa.grid import BETWEEN, Fact, height_of, set_row
from app.docs.pdfa.letters import REGULAR, STRONG
from app.kernel import french
from app.kernel.text import NBSP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.docs.clinical import Document, Officine, Professional, Recipient, Subject
    from app.docs.datamatrix import Modules
    from app.docs.pdfa.board import Board
    from app.docs.pdfa.grid import Row

NO_RECIPIENT: Final = "Aucun destinataire désigné"
PATIENT: Final = "Le patient"
_NAME, _TITLE, _TRAIT, _PLACE = 12.0, 20.0, 10.2, 8.0
_PAD: Final = 3.6 * MM
_CAPTION: Final = 7.0
_MOST: Final = 12
"""How many lines the name or the address of an officine may take."""
_BESIDE: Final = 8.2
_TOGETHER: Final = 3
"""How many lines of a person are not parted by the end of a page."""
_NAMES: Final = 40 * MM
"""The least width of the names of a list of persons; what is known of each stands in one column right of them."""


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
    names = letters.flowed(officine.name, STRONG, _NAME, half)[:_MOST]
    where = _where(officine, half - 2 * GAP)
    height = max(len(names) * _NAME * 1.25, len(where) * _PLACE * LEADING)
    y = board.y + (height - len(names) * _NAME * 1.25) / 2
    for line in names:
        board.write(line, LEFT, y + _NAME, size=_NAME, font=STRONG, ink=ACCENT)
        y += _NAME * 1.25
    y = board.y
    for line in where:
        x = LEFT + ROOM - letters.width(line, REGULAR, _PLACE)
        board.write(line, x, y + _PLACE, size=_PLACE, ink=MUTED)
        y += _PLACE * LEADING
    board.y += height + 1.4 * MM
    board.rule(LEFT, board.y, ROOM, ink=ACCENT, thick=1.4)
    board.y += 6 * MM


def _where(officine: Officine, room: float) -> list[str]:
    place = f"{officine.address.postal_code} {officine.address.city}".strip()
    phone = f"Tél. {officine.phone}".replace(" ", NBSP) if officine.phone else ""
    number = f"FINESS{NBSP}{officine.finess}" if officine.finess else ""
    where = (", ".join(filter(None, (officine.address.line, place))), words.DOT.join(filter(None, (phone, number))))
    return [line for part in where if part for line in letters.flowed(part, REGULAR, _PLACE, room)[:_MOST]]


def _title(board: Board, document: Document) -> None:
    for line in letters.lines(words.title(document), STRONG, _TITLE, ROOM):
        board.write(line, LEFT, board.y + _TITLE, size=_TITLE, font=STRONG)
        board.y += _TITLE * 1.2
    board.y += 1.4 * MM
    done = f"{words.ACTS[document.kind]} {words.long_day(document.performed_at)}"
    made = f"Document établi le {french.moment(document.created_at)}"
    for line in letters.lines(f"{done}{words.DOT}{made}", REGULAR, BODY, ROOM):
        board.write(line, LEFT, board.y + BODY, size=BODY, ink=MUTED)
        board.y += STEP
    board.y += 2.4 * MM
    if document.key.replaces or document.key.version > 1:
        _version(board, document)


def _version(board: Board, document: Document) -> None:
    said = f"Version {document.key.version}"
    detail = ""
    if document.key.replaces:
        said += f"{words.DOT}Annule et remplace la version précédente"
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
    board.y += height + 2 * MM


# --- The patient ------------------------------------------------------------------------------------------------------


def traits(subject: Subject) -> tuple[tuple[Fact, ...], ...]:
    """Return the traits of a patient, row by row; those that are not known are not among them."""
    rows = [
        (Fact("Nom de naissance", subject.family_name), Fact("1er prénom de naissance", subject.first_name)),
        (Fact("Prénom(s) de naissance", subject.birth_names),),
        (Fact("Nom utilisé", subject.used_name), Fact("Prénom utilisé", subject.used_first_name)),
        (
            Fact("Date de naissance", words.day(subject.birth_date)),
            Fact("Sexe", subject.sex),
            Fact("Code lieu naissance", subject.birth_place, 2),
        ),
    ]
    if subject.has_ins:
        rows.append((Fact(*words.matricule(subject)),))
    return tuple(tuple(fact for fact in row if fact.value) for row in rows if any(fact.value for fact in row))


def _patient(board: Board, subject: Subject, modules: Modules | None) -> None:
    square = 0.0 if modules is None else datamatrix.side(modules, datamatrix.MODULE_MM * MM)
    room = ROOM - 2 * _PAD - (square + 2 * _PAD if square else 0)
    rows = [
        set_row(row, LEFT + _PAD, room, size=_NAME if rank == 0 else _TRAIT, strong=True)
        for rank, row in enumerate(traits(subject))
    ]
    while rows:
        _card(board, rows, modules, square)
        modules, square = None, 0.0
        if rows:
            board.turn()
    board.y += 3.4 * MM


def _card(board: Board, rows: list[Row], modules: Modules | None, square: float) -> None:
    """Write the rows that hold on this page, the first whatever it takes, and the symbol beside them."""
    kept = [rows.pop(0)]
    while rows and height_of([*kept, rows[0]]) + 2 * _PAD <= board.left:
        kept.append(rows.pop(0))
    height = max(height_of(kept), square + _CAPTION * LEADING if square else 0.0) + 2 * _PAD
    top = board.y
    board.box(LEFT, top, ROOM, height, CARD)
    board.box(LEFT, top, 1.1 * MM, height, ACCENT)
    y = top + _PAD
    for row in kept:
        row.draw(board, y)
        y += row.height + BETWEEN
    if modules is not None:
        _symbol(board, modules, top + (height - square - _CAPTION * LEADING) / 2, square)
    board.y = top + height


def _symbol(board: Board, modules: Modules, y: float, square: float) -> None:
    x = LEFT + ROOM - _PAD - square
    module = datamatrix.MODULE_MM * MM

    def paint(canvas: Any) -> None:  # noqa: ANN401 -- the library's canvas
        datamatrix.draw(canvas, modules, x, HEIGHT - y - square, module)

    board.put(paint)
    caption = letters.flat(datamatrix.INS_CAPTION)
    shift = (square - letters.width(caption, STRONG, _CAPTION)) / 2
    board.write(caption, x + shift, y + square + _CAPTION * 1.2, size=_CAPTION, font=STRONG)


# --- By whom, for whom ------------------------------------------------------------------------------------------------


def _author(board: Board, document: Document) -> None:
    _persons(board, "Rédigé par", [_professional(document.author)])
    if document.authenticator is not None:
        _persons(board, "Validé par", [_professional(document.authenticator)])


def _recipients(board: Board, document: Document) -> None:
    entries = [_recipient(known) for known in document.recipients]
    if document.to_patient:
        entries.append((PATIENT, ""))
    if entries:
        _persons(board, "Destinataires", entries)
    else:
        told(board, "Destinataires", NO_RECIPIENT)


def _professional(known: Professional) -> tuple[str, str]:
    told = (words.profession(known), f"RPPS {known.rpps}" if known.rpps else "")
    return words.person(known), words.DOT.join(filter(None, told))


def _recipient(known: Recipient) -> tuple[str, str]:
    name = f"{known.given_name} {known.family_name.upper()}".strip()
    return name, words.DOT.join(filter(None, (f"RPPS {known.rpps}" if known.rpps else "", known.mss)))


def _persons(board: Board, title: str, entries: Sequence[tuple[str, str]]) -> None:
    """Write persons, and what is known of each: beside the names where that holds for all, below each otherwise."""
    room = ROOM - LABEL
    names = max(letters.width(letters.flat(name), STRONG, BODY) for name, _ in entries) + 1.5 * GAP
    details = max(letters.width(letters.flat(detail), REGULAR, _BESIDE) for _, detail in entries)
    is_wide = max(names, _NAMES) + details <= room
    section = Section(board, title)
    section.open(STEP)
    for name, detail in entries:
        lines = letters.flowed(name, STRONG, BODY, room)
        below = [] if is_wide or not detail else letters.flowed(detail, REGULAR, _BESIDE, room)
        section.need(min(len(lines) + len(below), _TOGETHER) * STEP)
        if is_wide and detail:
            x = LEFT + LABEL + max(names, _NAMES)
            board.write(letters.flat(detail), x, board.y + BODY, size=_BESIDE, ink=MUTED)
        for line in lines:
            section.need(STEP)
            section.line(line, font=STRONG)
        for line in below:
            section.need(STEP)
            section.line(line, ink=MUTED, size=_BESIDE)
    section.close()

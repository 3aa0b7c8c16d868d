"""What is stuck on a box: for whom, what, how much and when, on a roll or on sheets of labels?"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from app.docs import fonts
from app.docs.fonts import BOLD, REGULAR
from app.docs.sheet import MM
from app.kernel import french
from app.kernel.posology import Posology, Slot, unit_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from app.docs.ticket import Pharmacy

FLOOR: Final = 5.2
"""The smallest letters of a label, in points: what does not fit in them goes on to another label."""
_STEPS: Final = (1.0, 0.93, 0.86, 0.8, 0.74)
_NAME, _TEXT, _SMALL = 8.4, 7.6, 6.2


@dataclass(frozen=True, slots=True)
class LabelSize:
    """A label in millimetres, and how many there are across and down the sheet: one for a roll."""

    id: str
    title: str
    width: float
    height: float
    across: int = 1
    down: int = 1
    padding: float = 1.8

    @property
    def inset(self) -> float:
        """How far from the edge of the label nothing is printed, in points: most printers leave 4 mm of a sheet."""
        return self.padding * MM

    @property
    def page(self) -> tuple[float, float]:
        """The page in points: a roll gives one label a page, a sheet is an A4."""
        if self.across == self.down == 1:
            return self.width * MM, self.height * MM
        return 210 * MM, 297 * MM


SIZES: Final = (
    LabelSize("roll-62x29", "Rouleau 62 × 29 mm", 62, 29),
    LabelSize("sheet-70x37", "Planche A4 de 24, 70 × 37 mm", 70, 37, across=3, down=8, padding=4),
)


@dataclass(frozen=True, slots=True)
class Label:
    """What one label says; ``traced`` is for units taken out of their box: dosage, lot, expiry, number, order."""

    pharmacy: Pharmacy
    patient: str
    medicine: str
    posology: Posology
    day: dt.date
    duration: str = ""
    warnings: tuple[str, ...] = ()
    traced: tuple[str, ...] = ()
    banner: str = ""


def size_of(size_id: str) -> LabelSize:
    """Return a size by its id; the roll where the id is unknown."""
    return next((size for size in SIZES if size.id == size_id), SIZES[0])


def labels_pdf(labels: Sequence[Label], size: LabelSize) -> bytes:
    """Return the labels as a PDF: one a page on a roll, in order from the top left of each sheet.

    Nothing is ever cut: letters shrink down to ``FLOOR``, then the text goes on to a second label.
    """
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 -- heavy: at the first page printed

    fonts.load_fonts()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size.page, invariant=1, pageCompression=1)
    canvas.setTitle("Étiquettes")
    places = size.across * size.down
    faces = [face for label in labels for face in _faces(label, size)]
    for rank, face in enumerate(faces):
        place = rank % places
        if rank and not place:
            canvas.showPage()
        x = place % size.across * size.width * MM
        y = size.page[1] - place // size.across * size.height * MM
        for draw in face:
            draw(canvas, x + size.inset, y - size.inset)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of a label: its height, and how it is drawn with its top left at a point."""

    height: float
    draw: Callable[[Any, float, float], None]


def _faces(label: Label, size: LabelSize) -> list[list[Callable[[Any, float, float], None]]]:
    width, height = size.width * MM - 2 * size.inset, size.height * MM - 2 * size.inset
    rows: list[_Row] = []
    medicine = 0
    for scale in _STEPS:
        rows, medicine = _rows(label, width, scale)
        if sum(row.height for row in rows) <= height:
            return [_stacked(rows, height)]
    foot_row = rows[-1]
    # Each label says whose it is and of what: by its first lines where the names are very long.
    faces: list[list[_Row]] = [[]]
    used = foot_row.height
    for row in rows[:-1]:
        if used + row.height > height:
            faces.append([rows[0], rows[medicine]])
            used = foot_row.height + sum(one.height for one in faces[-1])
        faces[-1].append(row)
        used += row.height
    return [_stacked([*face, foot_row], height, f"{n}/{len(faces)}", width) for n, face in enumerate(faces, 1)]


def _stacked(
    rows: Sequence[_Row], height: float, part: str = "", width: float = 0
) -> list[Callable[[Any, float, float], None]]:
    """Return what draws the rows from the top down, the last one at the foot; ``part`` says which of several it is."""
    found: list[Callable[[Any, float, float], None]] = []
    down = 0.0
    for row in rows[:-1]:
        found.append(_shifted(row, down))
        down += row.height
    found.append(_shifted(rows[-1], height - rows[-1].height))
    if part:
        found.append(lambda canvas, x, y: _mark(canvas, x + width, y - height, part))
    return found


def _mark(canvas: Any, x: float, y: float, part: str) -> None:  # noqa: ANN401 -- the library's canvas
    canvas.setFillGray(0)
    canvas.setFont(BOLD, FLOOR)
    canvas.drawRightString(x, y + FLOOR * 0.2, part)


def _shifted(row: _Row, down: float) -> Callable[[Any, float, float], None]:
    return lambda canvas, x, y: row.draw(canvas, x, y - down)


def _rows(label: Label, room: float, scale: float) -> tuple[list[_Row], int]:
    """Return the rows of a label, the last one for its foot, and the place of the medicine among them."""
    name, text, small = (max(FLOOR, size * scale) for size in (_NAME, _TEXT, _SMALL))
    day = french.short_date(label.day)
    day_room = fonts.width(day, REGULAR, small) + 2 * MM
    lines = fonts.wrapped(label.patient or " ", BOLD, text, room - day_room)
    rows = [_line(line, text, BOLD, right=day if not rank else "", room=room, small=small)
            for rank, line in enumerate(lines)]  # fmt: skip
    medicine = len(rows)
    rows += [_line(line, name, BOLD) for line in fonts.wrapped(label.medicine, BOLD, name, room)]
    traced = " · ".join(label.traced)
    rows += [_line(line, small, REGULAR) for line in (fonts.wrapped(traced, REGULAR, small, room) if traced else ())]
    posology = label.posology
    if posology.is_understood:
        rows.append(_grid(posology, room, text, small))
        said = [posology.note]
    else:
        rows += [_line(line, text, BOLD) for line in (_lines(posology.text, BOLD, text, room))]
        said = []
    said += [label.duration if label.duration not in posology.text else ""]
    rest = " · ".join(part for part in said if part)
    rows += [_line(line, small, REGULAR) for line in _lines(rest, REGULAR, small, room)]
    for warning in label.warnings:
        rows += [_line(line, small, BOLD) for line in _lines(f"! {warning}", BOLD, small, room)]
    pharmacy = label.pharmacy
    mine = " · ".join(part for part in (label.banner, pharmacy.name) if part)
    whole = f"{mine} · {pharmacy.phone}" if pharmacy.phone else mine
    # One line, whatever the name: half a telephone number is worse than none.
    free = room - 5 * MM
    line = fonts.printable(whole, BOLD)
    if fonts.width(line, BOLD, FLOOR) > free:
        line = fonts.wrapped(mine, BOLD, FLOOR, free)[0]
    rows.append(_line(line, FLOOR, BOLD if label.banner else REGULAR))
    return rows, medicine


def _lines(text: str, font: str, size: float, room: float) -> list[str]:
    return fonts.wrapped(text, font, size, room) if text.strip() else []


def _line(words: str, size: float, font: str, *, right: str = "", room: float = 0, small: float = 0) -> _Row:

    def draw(canvas: Any, x: float, y: float) -> None:  # noqa: ANN401 -- the library's canvas
        canvas.setFillGray(0)
        canvas.setFont(font, size)
        canvas.drawString(x, y - size, words)
        if right:
            canvas.setFont(REGULAR, small)
            canvas.drawRightString(x + room, y - size, right)

    return _Row(size * 1.2, draw)


def _grid(posology: Posology, room: float, text: float, small: float) -> _Row:
    """Draw the four moments of the day side by side, each with its dose; a moment without one is left pale."""
    gap, height = 1.8, small * 1.25 + text * 1.35
    step = room / len(Slot)
    unit = posology.unit
    cells = [(slot.label, posology.doses.get(slot, "")) for slot in Slot]

    def draw(canvas: Any, x: float, y: float) -> None:  # noqa: ANN401 -- the library's canvas
        y -= gap
        for rank, (title, dose) in enumerate(cells):
            left = x + rank * step
            canvas.setStrokeGray(0.3)
            canvas.setLineWidth(0.5)
            canvas.rect(left, y - height + 1, step, height - 1, stroke=1, fill=0)
            canvas.setFillGray(0 if dose else 0.55)
            canvas.setFont(REGULAR, small)
            canvas.drawCentredString(left + step / 2, y - small * 1.1, title)
            said = _fitting(unit_text(dose, unit), dose, step - 2, text) if dose else "—"
            canvas.setFont(BOLD, text)
            canvas.drawCentredString(left + step / 2, y - small * 1.25 - text, fonts.printable(said, BOLD))

    whole = [unit_text(dose, unit) for _, dose in cells if dose]
    told = unit and any(fonts.width(fonts.printable(said, BOLD), BOLD, text) > step - 2 for said in whole)
    if not told:
        return _Row(height + gap + 1.5, draw)
    # The unit stands below where the cells are too narrow for it.
    below = small * 1.2
    said = f"en {unit}s" if unit not in {"ml", "cuillère à café", "cuillère à soupe"} else f"en {unit}"

    def both(canvas: Any, x: float, y: float) -> None:  # noqa: ANN401 -- the library's canvas
        draw(canvas, x, y)
        canvas.setFillGray(0)
        canvas.setFont(REGULAR, small)
        canvas.drawString(x, y - gap - height - small, fonts.printable(said))

    return _Row(height + gap + below + 1.5, both)


def _fitting(said: str, dose: str, room: float, size: float) -> str:
    return said if fonts.width(fonts.printable(said, BOLD), BOLD, size) <= room else dose

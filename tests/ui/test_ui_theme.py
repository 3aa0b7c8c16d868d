"""Can every text be read, in every theme, and does its size follow the zoom alone?"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pytest

from app.ui import theme as look
from app.ui.style import style_sheet

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.ui.theme import Theme


def test_contrast_is_the_one_of_the_standard() -> None:
    """Examples of WCAG 2.1: black on white 21, #767676 on white 4.54."""
    assert look.contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert look.contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


@pytest.mark.req("OFF-UI-10")
@pytest.mark.parametrize("name", look.PALETTES)
def test_every_text_stands_out_from_its_ground(name: str) -> None:
    tokens = dataclasses.asdict(look.PALETTES[name])
    weak = {
        (ink, ground): round(look.contrast(tokens[ink], tokens[ground]), 2)
        for ink, ground in look.TEXT_PAIRS
        if look.contrast(tokens[ink], tokens[ground]) < 4.5
    }
    assert not weak


@pytest.mark.req("OFF-UI-10")
@pytest.mark.parametrize("name", look.PALETTES)
def test_every_part_and_the_focus_stand_out_from_their_ground(name: str) -> None:
    tokens = dataclasses.asdict(look.PALETTES[name])
    weak = {
        (part, ground): round(look.contrast(tokens[part], tokens[ground]), 2)
        for part, ground in look.PART_PAIRS
        if look.contrast(tokens[part], tokens[ground]) < 3
    }
    assert not weak


@pytest.mark.req("OFF-UI-11")
def test_no_text_size_is_in_pixels_and_none_under_ten_points() -> None:
    sheet = style_sheet(
        dataclasses.asdict(look.LIGHT), look.SIZES, 100, dict.fromkeys(("tick", "chevron", "up", "dot"), "")
    )
    sizes = re.findall(r"font-size: ([\d.]+)(\w+)", sheet)
    assert sizes
    assert {unit for _, unit in sizes} == {"pt"}
    assert min(float(size) for size, _ in sizes) >= 10


def test_a_text_grows_with_the_zoom_and_not_beyond_its_limits(theme: Theme) -> None:
    at_100 = theme.font("body").pointSizeF()
    theme.set_zoom(150)
    assert theme.font("body").pointSizeF() == pytest.approx(at_100 * 1.5, abs=0.1)
    theme.set_zoom(500)
    assert theme.zoom == 200


def test_the_system_theme_is_drawn_as_light_or_dark(theme: Theme, qapp: QApplication) -> None:
    theme.set_name("system")
    assert theme.effective in {"light", "dark"}
    theme.set_name("contrast")
    assert theme.tokens is look.CONTRAST


def test_the_programs_own_font_is_the_one_drawn(theme: Theme) -> None:
    from PySide6.QtGui import QFontInfo  # noqa: PLC0415 -- after the application is made

    assert QFontInfo(theme.font("body")).family() == "Inter"

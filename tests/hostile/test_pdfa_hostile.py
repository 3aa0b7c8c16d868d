"""Does any text whatever make a page that is an archive, and that nothing was lost from silently?"""

from __future__ import annotations

import os
import random
import re
import sys
from dataclasses import replace
from typing import Any

import pytest
from clinical_faces import QUALIFIED, faced, pages, written

from app.docs.clinical import Bilan, Document, Entretien, Kind, Officine, Recipient, TextSection, Treatment, Vaccine
from app.docs.pdfa import letters
from app.docs.pdfa.unprintable import unprintable
from app.docs.pdfa.verify import verify

ROUNDS = min(400, int(os.environ.get("GALIEN_FAULT_COUNT", "40")))
_BLOCKS = (
    (0x00, 0xFF),
    (0x100, 0x24F),
    (0x300, 0x36F),
    (0x590, 0x6FF),
    (0x900, 0x97F),
    (0x2000, 0x206F),
    (0x4E00, 0x9FFF),
    (0xD800, 0xDFFF),
    (0xFB00, 0xFFFF),
    (0x1F300, 0x1F64F),
    (0, sys.maxunicode),
)


_OF_VACCINE: tuple[Any, ...] = (
    "name",
    "cip13",
    "lot",
    "expiry",
    "route",
    "site",
    "dose",
    "manufacturer",
    "reason",
    "act",
)


def typed(dice: random.Random, longest: int = 400) -> str:
    """Return a text of any characters: words, control characters, lone surrogates, marks without a letter."""
    start, end = dice.choice(_BLOCKS)
    length = dice.choice([0, 1, 3, 20, longest])
    return "".join(chr(dice.randint(start, end)) if dice.random() < 0.85 else dice.choice(" \n") for _ in range(length))


def hostile(dice: random.Random) -> Document:
    """Return a document whose every free text is hostile."""
    vaccine: dict[str, Any] = {name: typed(dice) for name in _OF_VACCINE}
    contents = (
        (Kind.ENTRETIEN, Entretien(typed(dice), tuple(TextSection(typed(dice), typed(dice, 9000)) for _ in range(3)))),
        (
            Kind.BILAN,
            Bilan(
                tuple(Treatment(*(typed(dice) for _ in range(5))) for _ in range(6)),
                typed(dice),
                typed(dice),
                typed(dice),
            ),
        ),
        (Kind.VACCINATION, Vaccine(**vaccine)),
    )
    kind, content = dice.choice(contents)
    subject = replace(
        QUALIFIED,
        status="provisoire",
        family_name=typed(dice),
        first_name=typed(dice),
        used_name=typed(dice),
        birth_date=typed(dice, 20),
        sex=typed(dice, 2),
    )
    return replace(
        written(),
        kind=kind,
        content=content,
        subject=subject,
        officine=Officine(typed(dice, 9), typed(dice), phone=typed(dice)),
        recipients=tuple(Recipient(typed(dice), typed(dice), typed(dice, 11), typed(dice)) for _ in range(4)),
        footer=typed(dice, 6000),
        banner=typed(dice, 90),
    )


def beyond(pdf: bytes) -> list[tuple[int, tuple[float, ...]]]:
    """Return what is drawn outside the margins of its page: nobody would read it."""
    import pypdfium2  # noqa: PLC0415 -- heavy

    opened = pypdfium2.PdfDocument(pdf)
    found: list[tuple[int, tuple[float, ...]]] = []
    for rank, page in enumerate(opened):
        width, height = page.get_size()
        for one in page.get_objects():
            left, bottom, right, top = one.get_bounds()
            # A mark without a letter to bear it hangs some points outside of its line.
            if left < -12 or bottom < 6 or right > width + 12 or top > height + 12:
                found.append((rank, (left, bottom, right, top)))
    opened.close()
    return found


@pytest.mark.req("SC.DOC.01")
def test_any_text_makes_an_archive_within_its_margins_and_what_is_not_drawn_is_said() -> None:
    for rank in range(ROUNDS):
        known = hostile(random.Random(f"pdfa-{rank}"))
        pdf = faced(known)
        assert verify(pdf) == [], rank
        assert beyond(pdf) == [], rank
        for finding in unprintable(known):
            finding.text.encode()


def test_a_long_text_loses_no_word() -> None:
    words = [f"w{rank}" for rank in range(30_000)]
    dice = random.Random(5)
    text = "".join(f"{word}{dice.choice([' ', ' ', '  ', chr(10), ' ; '])}" for word in words)
    read = " ".join(pages(faced(written(Entretien("Long", (TextSection("Texte", text),))))))
    assert [word for word in read.split() if word[0] == "w" and word[1:].isdigit()] == words


def test_a_word_without_end_is_cut_at_once() -> None:
    text = "x" * 200_000
    assert "".join(letters.lines(text, letters.REGULAR, 10, 300)) == text


@pytest.mark.req("SC.DOC.01")
def test_a_pdf_whose_octets_were_changed_is_judged_never_a_crash() -> None:
    whole = faced(written())
    seen = set()
    for rank in range(10 * ROUNDS):
        dice = random.Random(rank)
        octets = bytearray(whole)
        values = list(re.finditer(rb"/[A-Z][A-Za-z]+ ([^/<>\[\]]{1,12})", whole))
        for _ in range(dice.randint(1, 4)):
            value = dice.choice(values)
            octets[value.start(1) : value.end(1)] = dice.choice([b"null", b"[]", b"<<>>", b"(x)", b"1.5", b"/Name"])
            octets[dice.randrange(len(octets))] = dice.randrange(256)
        seen |= {finding.code for finding in verify(bytes(octets))}
    assert seen >= {"GAL-DOC-43", "GAL-DOC-49"}

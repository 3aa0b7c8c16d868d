"""Is every INS symbol read back once it was drawn, printed, blurred, turned, photographed, put in a PDF?"""

from __future__ import annotations

import io
import os
import random
from typing import TYPE_CHECKING

import pytest
from ins_people import TODAY, traits

from app.docs import datamatrix
from app.docs.identity_sheet import IdentityBlock, IdentityPaper, identity_label_pdf, identity_pdf
from app.docs.labels import SIZES
from app.docs.ticket import Pharmacy
from app.officine.scan import ins, ins_symbol
from app.officine.scan.image import read_pages
from app.officine.scan.service import interpret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image

PEOPLE = min(200, int(os.environ.get("GALIEN_FAULT_COUNT", "10")))
"""How many identities: 200 in ``galien selftest symbols``."""
LONGEST = {"birth_names": "B" * 100, "family_name": "A" * 100}


def people() -> Iterator[tuple[random.Random, dict[str, str], str]]:
    """Give identities with their message; the first is the longest there can be."""
    for rank in range(PEOPLE):
        dice = random.Random(f"ins-{rank}")
        person = traits(dice) | (LONGEST if rank == 0 else {})
        text, findings = ins_symbol.message(person, TODAY)
        assert text, findings
        yield dice, person, text


def content(picture: Image, kind: str = "PNG", quality: int = 100) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, quality=quality)
    return stream.getvalue()


def printed(modules: datamatrix.Modules) -> Image:
    """Return a symbol as a printer of 300 dpi lays it: 5 dots a module, on a page."""
    from PIL import Image  # noqa: PLC0415 -- heavy

    symbol = Image.open(io.BytesIO(datamatrix.png(modules, 5))).convert("L")
    page = Image.new("L", (symbol.width + 160, symbol.height + 160), 255)
    page.paste(symbol, (80, 80))
    return page


def worn(page: Image, dice: random.Random) -> dict[str, bytes]:
    """Return a page as paper and machines leave it."""
    from PIL import Image, ImageFilter  # noqa: PLC0415 -- heavy

    def turned(picture: Image.Image, angle: float) -> Image.Image:
        return picture.rotate(angle, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=255)

    blurred = page.filter(ImageFilter.GaussianBlur(1.5))
    return {
        "as drawn": content(page),
        "blurred": content(blurred),
        "askew": content(turned(page, dice.uniform(-8, 8))),
        "turned": content(turned(page, dice.choice([90, 180, 270]) + dice.uniform(-2, 2))),
        "photographed": content(page, "JPEG", 40),
        "faint": content(page.point(lambda value: 90 + value * 0.6)),
        "all at once": content(turned(page.filter(ImageFilter.GaussianBlur(1.2)), dice.uniform(-180, 180)), "JPEG", 50),
    }


@pytest.mark.timeout(1200)
@pytest.mark.req("INS-32c")
@pytest.mark.req("OFF-INS-DMX-01")
def test_every_symbol_is_read_back_through_print_blur_rotation_and_jpeg() -> None:
    lost = []
    for dice, person, text in people():
        for how, image in worn(printed(datamatrix.modules_of(text)), dice).items():
            if read_pages(image) != [["]d1" + text]]:
                lost.append((how, person))
    assert lost == []


@pytest.mark.timeout(1200)
@pytest.mark.req("INS-32c")
@pytest.mark.req("OFF-INS-DMX-02")
def test_every_symbol_is_read_back_from_the_pages_of_a_pdf() -> None:
    lost = []
    for _dice, person, text in people():
        rows = (("Nom de naissance", "N. Nais.", person["family_name"]),)
        block = IdentityBlock(rows, "Identité qualifiée", datamatrix.modules_of(text))
        paper = IdentityPaper(Pharmacy("Pharmacie d’essai"), "X", TODAY, block, banner="SIMULATION")
        documents = [identity_pdf(paper), *(identity_label_pdf(block, size) for size in SIZES)]
        lost += [(rank, person) for rank, pdf in enumerate(documents) if read_pages(pdf) != [["]d1" + text]]]
    assert lost == []


@pytest.mark.req("OFF-INS-DMX-03")
def test_what_is_read_from_a_page_is_the_identity_itself() -> None:
    for _dice, person, text in people():
        ((code,),) = read_pages(content(printed(datamatrix.modules_of(text))))
        scan = interpret(code, today=TODAY, separators_kept=True)
        assert scan.ok
        assert scan.fields == {name: person[name] or None for name in ins.FIELDS}


@pytest.mark.req("INS-32c")
def test_the_symbol_is_square_with_a_quiet_zone_and_of_the_size_of_the_guide() -> None:
    """36 × 36 for 110 characters, 40 × 40 for 129, 52 × 52 at the longest (ISO/IEC 16022)."""
    start, end = "IS010000000000000000000000S1", "S5FS626-02-1997S72A020"
    sizes = {}
    for text in (
        f"{start}297022A02077878S21.2.250.1.213.1.4.10S3DOMINIQUE\x1dS4ADRTROIS\x1d{end}",
        f"{start}109076322083489S21.2.250.1.213.1.4.8\x1dS3PIERRE-ALAIN MURIEL FLORIANT\x1dS4ECETINSI\x1d{end}",
        f"{start}109076322083489S21.2.250.1.213.1.4.8\x1dS3{'A' * 100}S4{'B' * 100}{end}",
    ):
        modules = datamatrix.modules_of(text)
        assert {len(line) for line in modules} == {len(modules)}
        sizes[len(text)] = len(modules)
    assert sizes == {110: 36, 129: 40, 291: 52}
    from PIL import Image  # noqa: PLC0415 -- heavy

    drawn = Image.open(io.BytesIO(datamatrix.png(modules, 3)))
    assert drawn.size == (56 * 3, 56 * 3)
    edge = 2 * 3
    assert all(drawn.crop(box).getextrema() == (255, 255) for box in ((0, 0, 168, edge), (0, 0, edge, 168)))
    assert drawn.getpixel((edge, edge)) == 0


@pytest.mark.req("OFF-INS-DMX-02")
def test_a_page_holds_squares_and_no_picture() -> None:
    text, _ = ins_symbol.message(traits(random.Random("vector")), TODAY)
    block = IdentityBlock((("Sexe", "S.", "F"),), "Identité qualifiée", datamatrix.modules_of(text))
    pdf = identity_pdf(IdentityPaper(Pharmacy("X"), "X", TODAY, block))
    assert b"/Page" in pdf
    assert b"/Subtype /Image" not in pdf


@pytest.mark.parametrize(
    "pdf", [b"%PDF-1.4", b"%PDF-1.7\n%%EOF", b"%PDF-" + bytes(range(256)) * 20], ids=["head", "end", "noise"]
)
def test_a_document_that_cannot_be_read_is_refused_by_name(pdf: bytes) -> None:
    from app.kernel.errors import InputDefect  # noqa: PLC0415 -- beside its use

    with pytest.raises(InputDefect) as refused:
        read_pages(pdf, "courrier.pdf")
    assert (refused.value.code, "courrier.pdf" in refused.value.text) == ("GAL-SCN-60", True)

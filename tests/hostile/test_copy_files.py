"""Is what is handed over as a copy of an ordonnance kept upright and discreet, or refused for what it is?"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import copy_files
import pytest
from PIL import Image

from app.docs import scanned
from app.kernel.errors import InputDefect

if TYPE_CHECKING:
    from collections.abc import Callable


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.req("OFF-ORD-20")
def test_a_photo_is_kept_upright_and_says_neither_place_nor_device() -> None:
    taken = copy_files.photo()
    assert opened(taken).size == (877, 620)
    assert copy_files.GPS in opened(taken).getexif()
    kept = scanned.prepare(taken)
    picture = opened(kept.content)
    assert (kept.media_type, kept.pages, picture.size) == (scanned.JPEG, 1, (620, 877))
    assert not picture.getexif()
    assert b"Exif" not in kept.content
    # The black band of the head of the page is at the top.
    assert picture.convert("L").getpixel((310, 20)) < 40
    assert picture.convert("L").getpixel((310, 860)) > 200


@pytest.mark.req("OFF-ORD-20")
def test_the_photo_of_a_telephone_becomes_light_and_stays_readable() -> None:
    noise = Image.effect_noise((4000, 3000), 90).convert("RGB")
    kept = scanned.prepare(copy_files.jpeg(noise))
    assert len(kept.content) <= scanned.LARGEST_KEPT
    assert max(opened(kept.content).size) == scanned.LONGEST_SIDE


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_kept_and_what_is_transparent_is_white(mode: str) -> None:
    drawn = Image.new("RGBA", (60, 60), (0, 0, 0, 0)) if mode in {"LA", "RGBA"} else copy_files.page(60, 60)
    made = Image.new("I;16", (60, 60), 65_535) if mode == "I;16" else drawn.convert(mode)
    kept = scanned.prepare(copy_files.png(made))
    assert opened(kept.content).convert("L").getpixel((50, 50)) > 240


@pytest.mark.req("OFF-ORD-20")
def test_a_pdf_is_kept_to_the_octet_with_its_pages() -> None:
    content = copy_files.pdf(("recto", "verso"))
    assert scanned.prepare(content) == scanned.Scanned(content, scanned.PDF, 2)
    second = scanned.render(content, scanned.PDF, 1, longest=400)
    assert max(second.width, second.height) == 400
    assert len(second.rgb) == second.stride * second.height
    with pytest.raises(InputDefect):
        scanned.render(content, scanned.PDF, 2)


def test_a_jpeg_of_cmyk_as_offices_scan_it_is_kept() -> None:
    kept = scanned.prepare(copy_files.jpeg(copy_files.page().convert("CMYK")))
    assert opened(kept.content).mode == "RGB"


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", scanned.EMPTY),
    "a text": (lambda: b"Bonjour" * 100, scanned.OTHER_KIND),
    "a GIF": (lambda: b"GIF89a" + bytes(100), scanned.OTHER_KIND),
    "a zip named PDF": (lambda: b"PK\x03\x04" + bytes(100), scanned.OTHER_KIND),
    "200 MB": (lambda: b"\xff\xd8\xff" + bytes(scanned.LARGEST_FILE), scanned.TOO_LARGE),
    "a truncated JPEG": (lambda: copy_files.jpeg()[:3_000], scanned.DAMAGED),
    "only the head of a JPEG": (lambda: b"\xff\xd8\xff\xe0", scanned.DAMAGED),
    "a truncated PNG": (lambda: copy_files.png()[:200], scanned.DAMAGED),
    "a PNG that swells to 900 million pixels": (copy_files.bomb_png, scanned.TOO_MANY_PIXELS),
    "a PNG that swells a little less": (lambda: copy_files.bomb_png(8_100), scanned.TOO_MANY_PIXELS),
    "a truncated PDF": (lambda: copy_files.pdf()[:150], scanned.DAMAGED),
    "a PDF without pages": (lambda: b"%PDF-1.7\n%%EOF", scanned.DAMAGED),
    "a PDF under a password": (copy_files.locked_pdf, scanned.LOCKED),
    "a PDF that runs a program": (copy_files.script_pdf, scanned.ACTIVE),
    "a program with another spelling": (lambda: copy_files.script_pdf(b"/J#61vaScript"), scanned.ACTIVE),
    "a program in compressed objects": (copy_files.hidden_script_pdf, scanned.ACTIVE),
    "a PDF that starts a program": (lambda: copy_files.script_pdf(b"/Launch"), scanned.ACTIVE),
    "a PDF that swells": (copy_files.swelling_pdf, scanned.TOO_LARGE),
    "a book": (lambda: copy_files.pdf(["page"] * 21), scanned.TOO_MANY_PAGES),
}


@pytest.mark.req("OFF-ORD-21")
@pytest.mark.parametrize("kind", HOSTILE)
def test_what_may_not_be_kept_is_refused_with_what_to_do(kind: str) -> None:
    make, code = HOSTILE[kind]
    with pytest.raises(InputDefect) as caught:
        scanned.prepare(make())
    assert caught.value.code == code
    assert caught.value.advice


def test_a_plain_pdf_built_by_hand_is_accepted() -> None:
    """The refusals above are for what was added, not for the way in which the file is written."""
    assert scanned.prepare(copy_files.objects_pdf()).pages == 1

"""What a scanner, a telephone or an attacker may hand over as the copy of an ordonnance."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

if TYPE_CHECKING:
    from collections.abc import Sequence

ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825


def page(width: int = 620, height: int = 877, said: str = "ORDONNANCE") -> Image.Image:
    """Return a page with a black band at its top, so that one sees which way is up."""
    drawn = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((0, 0, width, height // 8), fill="black")
    pen.text((width // 4, height // 3), said, fill="black")
    return drawn


def jpeg(drawn: Image.Image | None = None, exif: Image.Exif | None = None) -> bytes:
    """Return a JPEG."""
    target = io.BytesIO()
    (drawn or page()).save(target, "JPEG", exif=exif or Image.Exif())
    return target.getvalue()


def photo() -> bytes:
    """Return the photo of a telephone held upright: its pixels lie on the side, and it says where it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE] = 6, "Téléphone"
    exif[GPS] = {1: "N", 2: (48.0, 51.0, 29.0), 3: "E", 4: (2.0, 17.0, 40.0)}
    return jpeg(page().transpose(Image.Transpose.ROTATE_90), exif)


def png(drawn: Image.Image | None = None) -> bytes:
    """Return a PNG."""
    target = io.BytesIO()
    (drawn or page()).save(target, "PNG")
    return target.getvalue()


def pdf(pages: Sequence[str] = ("ORDONNANCE",), *, compressed: bool = False) -> bytes:
    """Return a PDF of so many pages of text."""
    target = io.BytesIO()
    canvas = Canvas(target, pageCompression=int(compressed))
    for said in pages:
        canvas.drawString(72, 700, said)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def locked_pdf() -> bytes:
    """Return a PDF that a password opens."""
    from reportlab.lib.pdfencrypt import StandardEncryption  # noqa: PLC0415 -- for this file only

    target = io.BytesIO()
    canvas = Canvas(target, encrypt=StandardEncryption("secret", ownerPassword="other", strength=128))
    canvas.drawString(72, 700, "ORDONNANCE")
    canvas.save()
    return target.getvalue()


def objects_pdf(*extra: bytes, root: bytes = b"") -> bytes:
    """Return a PDF of one page, with more objects (numbered from 5) and more entries of its root."""
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R " + root + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
        b"<< /Length 4 >>\nstream\n0 0 m\nendstream",
        *extra,
    ]
    written, places = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    tail = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, len(written))
    return written + table + tail


def script_pdf(name: bytes = b"/JavaScript") -> bytes:
    """Return a PDF that runs a program when it is opened."""
    action = b"<< /Type /Action /S " + name + b" /JS (app.alert\\(1\\)) >>"
    return objects_pdf(action, root=b"/OpenAction 5 0 R")


def hidden_script_pdf() -> bytes:
    """Return a PDF whose program lies in a compressed stream of objects, and only there."""
    inside = zlib.compress(b"9 0 << /Type /Action /S /JavaScript /JS (app.alert\\(1\\)) >>")
    head = b"<< /Type /ObjStm /N 1 /First 4 /DecodeParms << /Columns 1 >> /Filter /FlateDecode /Length %d >>\nstream\n"
    return objects_pdf(head % len(inside) + inside + b"\nendstream")


def swelling_pdf() -> bytes:
    """Return a small PDF whose stream of objects swells to 100 MB."""
    inside = zlib.compress(bytes(100_000_000), 9)
    head = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n"
    return objects_pdf(head % len(inside) + inside + b"\nendstream")


def bomb_png(side: int = 30_000) -> bytes:
    """Return a PNG of a few kilobytes that says it has ``side`` times ``side`` pixels, all black."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((side // 8 + 1) * 200), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")

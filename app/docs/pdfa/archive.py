"""How does a PDF become an archive (PDF/A-1b) that says the same thing, in the same colours, in thirty years?

Source: ISO 19005-1:2005, level B: header 1.4, no object streams, an output intent with its profile, metadata in XMP
that agree with those of the document, an identifier. The same pages, title, author and moment give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from app.docs.pdfa import icc
from app.kernel.errors import Bug
from app.kernel.text import one_line

if TYPE_CHECKING:
    import pikepdf

VERSION: Final = "1.4"
PRODUCER: Final = "Galien"
_LONGEST: Final = 300
_XMP: Final = """\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>1</pdfaid:part>
<pdfaid:conformance>B</pdfaid:conformance>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<xmp:CreatorTool>{producer}</xmp:CreatorTool>
<xmp:CreateDate>{moment}</xmp:CreateDate>
<xmp:ModifyDate>{moment}</xmp:ModifyDate>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdf:Producer>{producer}</pdf:Producer>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""
"""Written by hand, name spaces on each description: the validator finds no schema where a child declares its own."""


def archived(pdf: bytes, title: str, author: str, created: dt.datetime) -> bytes:
    """Return pages drawn by us as PDF/A-1b; ``created`` is aware.

    It mends no page: what transparency, a font or a script would forbid is for ``verify`` to say. Raises Bug where
    ``pdf`` can't be read.
    """
    import pikepdf  # noqa: PLC0415 -- heavy: at the first document

    with _opened(pdf) as opened:
        said = {"title": _said(title), "author": _said(author), "producer": PRODUCER}
        moment = created.astimezone(dt.UTC).replace(microsecond=0)
        _describe(opened, said, moment)
        _intend(opened)
        out = io.BytesIO()
        opened.save(
            out,
            force_version=VERSION,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            linearize=False,
            deterministic_id=True,
        )
    return out.getvalue()


def _opened(pdf: bytes) -> pikepdf.Pdf:
    import pikepdf  # noqa: PLC0415 -- heavy: at the first document

    try:
        return pikepdf.Pdf.open(io.BytesIO(pdf))
    except pikepdf.PdfError as error:
        raise Bug("Les pages à archiver ne sont pas un PDF.") from error


def _said(text: str) -> str:
    """Return a text that both the metadata and XML can hold, never empty: an empty one is no title."""
    plain = "".join(char if char.isprintable() else " " for char in one_line(text, _LONGEST))
    return " ".join(plain.split()) or PRODUCER


def _describe(opened: pikepdf.Pdf, said: dict[str, str], moment: dt.datetime) -> None:
    """Write the metadata twice, as the document's and as XMP: they must agree to the letter."""
    import pikepdf  # noqa: PLC0415 -- heavy: at the first document

    stamp = f"{moment:D:%Y%m%d%H%M%S+00'00'}"
    known = {"Title": said["title"], "Author": said["author"], "Creator": said["producer"]}
    known |= {"Producer": said["producer"], "CreationDate": stamp, "ModDate": stamp}
    information: Any = pikepdf.Dictionary({f"/{name}": pikepdf.String(value) for name, value in known.items()})
    opened.trailer.Info = opened.make_indirect(information)
    values = {name: escape(value) for name, value in said.items()}
    packet = _XMP.format(**values, moment=f"{moment:%Y-%m-%dT%H:%M:%S+00:00}")
    metadata = opened.make_stream(packet.encode())
    metadata.Type, metadata.Subtype = pikepdf.Name.Metadata, pikepdf.Name.XML
    opened.Root.Metadata = metadata


def _intend(opened: pikepdf.Pdf) -> None:
    """Say which colours the pages mean."""
    import pikepdf  # noqa: PLC0415 -- heavy: at the first document

    profile = opened.make_stream(icc.srgb())
    profile.N, profile.Alternate = 3, pikepdf.Name.DeviceRGB
    intent = pikepdf.Dictionary(
        Type=pikepdf.Name.OutputIntent,
        S=pikepdf.Name.GTS_PDFA1,
        OutputConditionIdentifier=pikepdf.String(icc.CONDITION),
        Info=pikepdf.String(icc.CONDITION),
        DestOutputProfile=profile,
    )
    opened.Root.OutputIntents = pikepdf.Array([opened.make_indirect(intent)])

"""PDFs that try to act, to reach out, to carry something or to hold up whoever opens them; each made here."""

from __future__ import annotations

import io
import os
import zlib
from typing import TYPE_CHECKING, Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

if TYPE_CHECKING:
    from collections.abc import Callable

_IS_LONG = "GALIEN_FAULT_COUNT" in os.environ
_MANY = 100_000 if _IS_LONG else 20_000
"""Objects of the PDF that has more than anyone draws."""
WORDS = "Compte rendu"


def saved(pdf: Pdf, *, compress: bool = True) -> bytes:
    stream = io.BytesIO()
    pdf.save(stream, static_id=True, compress_streams=compress)
    return stream.getvalue()


def plain() -> Pdf:
    """Return a PDF of one page with two words, in a font that it does not embed."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(300, 200))
    page = pdf.pages[0]
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    page.Resources = Dictionary(Font=Dictionary(F1=font))
    page.Contents = pdf.make_stream(f"BT /F1 24 Tf 40 100 Td ({WORDS}) Tj ET".encode())
    return pdf


def acting(url: str, file: str) -> dict[str, bytes]:
    """Return PDFs that act or reach out, to ``url`` or to ``file``, or carry a file or script."""
    script = f'this.submitForm("{url}"); util.readFileIntoStream("{file}"); app.alert(1)'
    actions: dict[str, dict[str, Any]] = {
        "javascript": {"S": Name.JavaScript, "JS": script},
        "launch": {"S": Name.Launch, "F": file},
        "launch-win": {"S": Name.Launch, "Win": {"/F": "cmd.exe", "/P": f"/c type {file}"}},
        "uri": {"S": Name.URI, "URI": url},
        "uri-file": {"S": Name.URI, "URI": f"file://{file}"},
        "submit": {"S": Name.SubmitForm, "F": {"/FS": Name.URL, "/F": url}},
        "import": {"S": Name.ImportData, "F": file},
        "goto-remote": {"S": Name.GoToR, "F": file, "D": [0, Name.Fit]},
        "goto-embedded": {"S": Name.GoToE, "F": file, "D": [0, Name.Fit]},
        "named-print": {"S": Name.Named, "N": Name.Print},
        "chain": {"S": Name.GoTo, "D": [0, Name.Fit], "Next": [{"/S": Name.JavaScript, "/JS": script}]},
    }
    made = {}
    for name, action in actions.items():
        made[f"open-{name}"] = _with(_opening(action))
        made[f"link-{name}"] = _with(_linking(action))
    made |= {f"place-{name}": _with(change) for name, change in _places(script).items()}
    return made | {f"carry-{name}": _with(change) for name, change in _carried(url, file).items()}


def _opening(action: dict[str, Any]) -> Callable[[Pdf], object]:
    return lambda pdf: pdf.Root.update({"/OpenAction": Dictionary(**action)})


def _linking(action: dict[str, Any]) -> Callable[[Pdf], object]:
    return lambda pdf: _annotate(pdf, Name.Link, A=Dictionary(**action))


def _places(script: str) -> dict[str, Callable[[Pdf], object]]:
    """Return where else than at the opening a script may stand."""

    def js() -> Dictionary:
        return Dictionary(S=Name.JavaScript, JS=script)

    def field(pdf: Pdf) -> None:
        _annotate(pdf, Name.Widget, FT=Name.Tx, T="a", A=js(), AA=Dictionary(K=js(), F=js()))
        pdf.Root.AcroForm = Dictionary(Fields=Array([pdf.pages[0].Annots[0]]))

    return {
        "page": lambda pdf: pdf.pages[0].obj.update({"/AA": Dictionary(O=js(), C=js())}),
        "document": lambda pdf: pdf.Root.update({"/AA": Dictionary(WC=js(), WS=js())}),
        "names": lambda pdf: pdf.Root.update(
            {"/Names": Dictionary(JavaScript=Dictionary(Names=Array(["a", pdf.make_indirect(js())])))}
        ),
        "field": field,
        "outline": lambda pdf: pdf.Root.update(
            {"/Outlines": Dictionary(First=pdf.make_indirect(Dictionary(Title="a", A=js())), Count=1)}
        ),
        "hidden-key": lambda pdf: pdf.Root.update({"/Hidden": pdf.make_indirect(js())}),
        "stream-script": lambda pdf: pdf.Root.update(
            {"/OpenAction": Dictionary(S=Name.JavaScript, JS=pdf.make_stream(b"app.alert(1)"))}
        ),
    }


def _carried(url: str, file: str) -> dict[str, Callable[[Pdf], object]]:
    """Return what a PDF may carry or fetch."""

    def attached(pdf: Pdf) -> Dictionary:
        payload = pdf.make_stream(b"MZ-attached", {"/Type": Name.EmbeddedFile})
        return Dictionary(Type=Name.Filespec, F="a.exe", EF=Dictionary(F=payload))

    def external(pdf: Pdf) -> None:
        pdf.pages[0].Contents = pdf.make_stream(b"", {"/F": file, "/FFilter": Name.FlateDecode})

    def reference(pdf: Pdf) -> None:
        form = pdf.make_stream(b"", {"/Subtype": Name.Form, "/Ref": Dictionary(F=file, Page=0)})
        pdf.pages[0].Resources.XObject = Dictionary(X=form)

    xfa = f'<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><a href="{url}"/></xdp:xdp>'.encode()
    return {
        "attached": lambda pdf: pdf.Root.update(
            {"/Names": Dictionary(EmbeddedFiles=Dictionary(Names=Array(["a.exe", attached(pdf)])))}
        ),
        "associated": lambda pdf: pdf.Root.update({"/AF": Array([attached(pdf)])}),
        "annotation": lambda pdf: _annotate(pdf, Name.FileAttachment, FS=attached(pdf)),
        "collection": lambda pdf: pdf.Root.update({"/Collection": Dictionary(View=Name.D)}),
        "xfa": lambda pdf: pdf.Root.update(
            {"/AcroForm": Dictionary(XFA=Array(["template", pdf.make_stream(xfa)]), Fields=Array())}
        ),
        "rich-media": lambda pdf: _annotate(pdf, Name.RichMedia, RichMediaContent=Dictionary(Assets=attached(pdf))),
        "movie": lambda pdf: _annotate(pdf, Name.Movie, Movie=Dictionary(F=url)),
        "screen": lambda pdf: _annotate(pdf, Name.Screen, A=Dictionary(S=Name.Rendition, OP=0, JS="app.alert(1)")),
        "external-stream": external,
        "reference": reference,
        "base": lambda pdf: pdf.Root.update({"/URI": Dictionary(Base=url)}),
    }


def _with(change: Callable[[Pdf], object]) -> bytes:
    pdf = plain()
    change(pdf)
    return saved(pdf)


def _annotate(pdf: Pdf, kind: Name, **more: Any) -> None:  # noqa: ANN401 -- values of any kind
    note = Dictionary(Type=Name.Annot, Subtype=kind, Rect=Array([0, 0, 100, 100]), **more)
    pdf.pages[0].Annots = Array([pdf.make_indirect(note)])


def _objects() -> bytes:
    pdf = plain()
    pdf.pages[0].obj.Kept = pdf.make_indirect(
        Array([pdf.make_indirect(Dictionary(B=number)) for number in range(_MANY)])
    )
    return saved(pdf)


def _sized(width: float, height: float) -> bytes:
    pdf = plain()
    pdf.pages[0].MediaBox = Array([0, 0, width, height])
    return saved(pdf)


def _looped() -> bytes:
    pdf = plain()
    pdf.Root.Pages.Kids = Array([pdf.Root.Pages])
    return saved(pdf)


def _deep() -> bytes:
    pdf = plain()
    inner = Dictionary(JS="app.alert(1)")
    for _ in range(400):
        inner = Dictionary(A=inner)
    pdf.pages[0].obj.Deep = inner
    return saved(pdf)


def _pictured() -> bytes:
    """Return a page with a picture that says it has 3 600 million points."""
    pdf = plain()
    picture = pdf.make_stream(
        zlib.compress(bytes(1 << 20)),
        {
            "/Subtype": Name.Image,
            "/Width": 60_000,
            "/Height": 60_000,
            "/ColorSpace": Name.DeviceRGB,
            "/BitsPerComponent": 8,
            "/Filter": Name.FlateDecode,
        },
    )
    pdf.pages[0].Resources.XObject = Dictionary(I=picture)
    pdf.pages[0].Contents = pdf.make_stream(b"300 0 0 200 0 0 cm /I Do")
    return saved(pdf)


def form_bomb(width: int = 4, depth: int = 30) -> bytes:
    """Return a page that draws a form that draws ``width`` forms, ``depth`` times: more than any machine can."""
    pdf = plain()
    inner = pdf.make_stream(b"0 0 1 1 re f", {"/Subtype": Name.Form, "/BBox": Array([0, 0, 300, 200])})
    for _ in range(depth):
        inner = pdf.make_stream(
            b"/X Do " * width,
            {
                "/Subtype": Name.Form,
                "/BBox": Array([0, 0, 300, 200]),
                "/Resources": Dictionary(XObject=Dictionary(X=inner)),
            },
        )
    pdf.pages[0].Resources.XObject = Dictionary(X=inner)
    pdf.pages[0].Contents = pdf.make_stream(b"/X Do")
    return saved(pdf)


def slow() -> bytes:
    """Return a page that is painted over a hundred thousand times: memory for all of it, time for none of it."""
    pdf = plain()
    pdf.pages[0].MediaBox = Array([0, 0, 2000, 2000])
    pdf.pages[0].Contents = pdf.make_stream(b"0 0 2000 2000 re f\n" * 100_000)
    return saved(pdf)


def _bombed() -> bytes:
    """Return a page whose content is 2 GB of spaces, deflated twice."""
    packer = zlib.compressobj(9)
    piece = b" " * (1 << 24)
    once = b"".join([*(packer.compress(piece) for _ in range(128 if _IS_LONG else 4)), packer.flush()])
    pdf = plain()
    pdf.pages[0].Contents = pdf.make_stream(
        zlib.compress(once, 9), {"/Filter": Array([Name.FlateDecode, Name.FlateDecode])}
    )
    return saved(pdf, compress=False)


def _raw(value: bytes) -> bytes:
    return saved(plain()).replace(b"/Type /Catalog", b"/Type /Catalog /Deep " + value)


HEAVY: dict[str, Callable[[], bytes]] = {
    "objects": _objects,
    "huge-page": lambda: _sized(14_000_000, 14_000_000),
    "endless-page": lambda: _sized(1e30, 1e30),
    "long-page": lambda: _sized(1e8, 0.001),
    "empty-page": lambda: _sized(0, 0),
    "page-loop": _looped,
    "page-count": lambda: saved(plain()).replace(b"/Count 1", b"/Count 2147483647"),
    "deep-dictionaries": _deep,
    "deep-arrays": lambda: _raw(b"[" * 50_000 + b"]" * 50_000),
    "deflate-bomb": _bombed,
    "picture-bomb": _pictured,
    "form-bomb": form_bomb,
    "slow": slow,
}
"""PDFs made to take all the time or memory there is, or to lead a reader round in circles."""


def malformed() -> dict[str, bytes]:
    """Return PDFs that are damaged where a reader looks first."""
    sound = saved(plain())
    xref = sound.index(b"\nxref")
    return {
        "empty": b"",
        "text": b"This is no PDF",
        "head-only": b"%PDF-1.7\n",
        "no-xref": sound[:xref],
        "half": sound[: len(sound) // 2],
        "startxref-far": sound.replace(b"startxref\n", b"startxref\n9999999999"),
        "startxref-zero": sound[: sound.index(b"startxref")] + b"startxref\n0\n%%EOF",
        "prev-loop": sound.replace(b"trailer <<", b"trailer << /Prev " + str(xref + 1).encode()),
        "size-huge": sound.replace(b"/Size ", b"/Size 999999999"),
        "offsets": sound.replace(b"0000000", b"9999999"),
        "root-null": sound.replace(b"/Root 1 0 R", b"/Root 99 0 R"),
        "root-self": sound.replace(b"/Pages 2 0 R", b"/Pages 1 0 R"),
        "length-lie": sound.replace(b"/Length ", b"/Length 99999"),
        "binary": bytes(range(256)) * 64,
        "zip": b"PK\x03\x04" + bytes(200),
        "name-not-utf8": sound.replace(b"/MediaBox", b"/R#e9s 1 /MediaBox"),
    }


def enciphered(user: str, owner: str = "owner") -> bytes:
    stream = io.BytesIO()
    plain().save(stream, encryption=pikepdf.Encryption(user=user, owner=owner))
    return stream.getvalue()

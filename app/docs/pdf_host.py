"""How is a PDF from outside opened without its faults becoming ours? In this process of its own, which can do nothing.

Started by ``safe_pdf``, one for each document. An order and its answer are frames: four octets of length, JSON, then as
many octets as its ``blob`` says. Once the libraries are loaded no file, socket or process can be opened any more, and
the memory is bounded, where the system has ``setrlimit``; elsewhere only the time is (the parent ends what is slow).
Standard library, pikepdf and pypdfium2 only, and nothing of the program.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import queue
import signal
import struct
import threading
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_MEMORY = 1 << 30
_MAX_PIXELS = 10_000_000
_MAX_CHARACTERS = 1_000_000
_POINTS_PER_INCH = 72
_GRACE_S = 2

_SCRIPT, _OUTSIDE, _FILE, _MEDIA, _OTHER = (
    "script",
    "lien ou envoi vers l’extérieur",
    "fichier joint",
    "média",
    "action automatique",
)
_PROGRAM, _XFA, _CIPHER = "lancement de programme", "formulaire XFA", "protection par mot de passe"
_ACTIONS = {
    "/JavaScript": _SCRIPT,
    "/Launch": _PROGRAM,
    "/URI": _OUTSIDE,
    "/SubmitForm": _OUTSIDE,
    "/ImportData": _OUTSIDE,
    "/GoToR": _OUTSIDE,
    "/GoToE": _FILE,
    "/Rendition": _MEDIA,
    "/Movie": _MEDIA,
    "/Sound": _MEDIA,
    "/RichMediaExecute": _MEDIA,
    "/GoTo3DView": _MEDIA,
}
"""Actions by their /S (ISO 32000-1, table 198)."""
_KEYS = {
    "/OpenAction": _OTHER,
    "/AA": _OTHER,
    "/JS": _SCRIPT,
    "/JavaScript": _SCRIPT,
    "/URI": _OUTSIDE,
    "/XFA": _XFA,
    "/NeedsRendering": _XFA,
    "/EmbeddedFiles": _FILE,
    "/EF": _FILE,
    "/AF": _FILE,
    "/Collection": _FILE,
    "/RichMediaContent": _MEDIA,
    "/RichMediaSettings": _MEDIA,
    "/Ref": _OUTSIDE,
    "/OPI": _OUTSIDE,
}
_ANNOTATIONS = {
    "/FileAttachment": _FILE,
    "/RichMedia": _MEDIA,
    "/Movie": _MEDIA,
    "/Sound": _MEDIA,
    "/Screen": _MEDIA,
    "/3D": _MEDIA,
}
_EXTERNAL = frozenset({"/F", "/FFilter", "/FDecodeParms"})
_LOOKED_AT = _EXTERNAL.union(_KEYS, {"/S", "/Subtype", "/Type", "/A", "/PA", "/Next", "/Annots"})


class Refusal(Exception):
    """The document can't be opened or has no such page; ``name`` is what the parent knows it by."""

    def __init__(self, name: str) -> None:
        """Refuse under ``name``."""
        super().__init__(name)
        self.name = name


class Host:
    """The document of this process, once stripped."""

    def __init__(self) -> None:
        self._content = b""
        self._document: Any = None

    def do_open(self, _order: dict[str, Any], blob: bytes) -> tuple[dict[str, Any], bytes]:
        """Strip a document and keep it; tell how many pages it has and what was removed."""
        import pypdfium2  # noqa: PLC0415 -- the process answers for its absence too

        self._content, removed = strip(blob)
        try:
            self._document = pypdfium2.PdfDocument(self._content)
            self._document.init_forms()
        except pypdfium2.PdfiumError as error:
            raise Refusal("unreadable") from error
        return {"pages": len(self._document), "removed": removed}, b""

    def do_content(self, _order: dict[str, Any], _blob: bytes) -> tuple[dict[str, Any], bytes]:
        """Return the octets of the stripped document."""
        return {}, self._content

    def do_page(self, order: dict[str, Any], _blob: bytes) -> tuple[dict[str, Any], bytes]:
        """Return a page as pixels."""
        leaf = self._leaf(order["page"])
        width, height = leaf.get_size()
        scale = min(order["dpi"] / _POINTS_PER_INCH, (_MAX_PIXELS / max(1.0, width * height)) ** 0.5)
        if not (width > 0 and height > 0 and max(width, height) * scale < _MAX_PIXELS):
            raise Refusal("unreadable")
        bitmap = leaf.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
        return {"width": bitmap.width, "height": bitmap.height, "stride": bitmap.stride}, bytes(bitmap.buffer)

    def do_text(self, order: dict[str, Any], _blob: bytes) -> tuple[dict[str, Any], bytes]:
        """Return the text of a page in UTF-8."""
        text = self._leaf(order["page"]).get_textpage().get_text_bounded()[:_MAX_CHARACTERS]
        return {}, text.encode("utf-8", "replace")

    def _leaf(self, page: int) -> Any:  # noqa: ANN401 -- a page of pypdfium2, which has no types
        import pypdfium2  # noqa: PLC0415 -- as above

        try:
            return self._document[page]
        except (pypdfium2.PdfiumError, IndexError) as error:
            raise Refusal("no-page") from error


def strip(content: bytes) -> tuple[bytes, list[str]]:
    """Return a PDF that only shows itself, and in French what was taken out of it.

    Raises Refusal: ``password`` where one is asked for, ``unreadable`` for what is no PDF.
    """
    import pikepdf  # noqa: PLC0415 -- as above

    made = io.BytesIO()
    removed: set[str] = set()
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                removed.add(_CIPHER)
            for item in list(pdf.objects):
                for part in _parts(item):
                    removed |= set(_cleaned(part))
            pdf.save(
                made,
                static_id=True,
                compress_streams=False,
                stream_decode_level=pikepdf.StreamDecodeLevel.none,
                # Its metadata are of no use here, and would be parsed as XML.
                fix_metadata_version=False,
            )
    except pikepdf.PasswordError as error:
        raise Refusal("password") from error
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError) as error:
        raise Refusal("unreadable") from error
    return made.getvalue(), sorted(removed)


def _parts(item: Any) -> Iterator[Any]:  # noqa: ANN401 -- any object of a PDF
    """Give every dictionary and stream inside an object, itself included, and none that is an object of its own."""
    import pikepdf  # noqa: PLC0415 -- as above

    waiting = [item]
    while waiting:
        part = waiting.pop()
        kind = part._type_code if isinstance(part, pikepdf.Object) else None  # noqa: SLF001 -- isinstance costs ten times that
        if kind in (pikepdf.ObjectType.dictionary, pikepdf.ObjectType.stream):
            yield part
            inside = [value for _, value in part.items()]
        elif kind == pikepdf.ObjectType.array:
            inside = list(part)
        else:
            continue
        waiting += [value for value in inside if isinstance(value, pikepdf.Object) and not value.is_indirect]


def _cleaned(part: Any) -> Iterator[str]:  # noqa: ANN401 -- a dictionary or stream of a PDF
    """Take out of a dictionary what acts, reaches out or carries a file; say what."""
    import pikepdf  # noqa: PLC0415 -- as above

    keys = set(part.keys())
    if not keys & _LOOKED_AT:
        return
    for key in keys & _KEYS.keys():
        value = part.get(key)
        yield (_ACTIONS.get(_name(value, "/S")) if isinstance(value, pikepdf.Dictionary) else None) or _KEYS[key]
        del part[key]
    if part._type_code == pikepdf.ObjectType.stream:  # noqa: SLF001 -- as above
        yield from _cleaned_stream(part, keys)
        return
    label = _ACTIONS.get(_name(part, "/S")) or _ANNOTATIONS.get(_name(part, "/Subtype"))
    if label:
        # Emptied where it stands, as it may be referred to from places that no list of keys knows.
        for key in list(part.keys()):
            del part[key]
        yield label
        return
    for key in keys & {"/A", "/PA", "/Next"}:
        action = part.get(key)
        if _is_action(action):
            yield _ACTIONS.get(_name(action, "/S"), _OTHER) if isinstance(action, pikepdf.Dictionary) else _OTHER
            del part[key]
    if "/Annots" in keys and isinstance(part.get("/Annots"), pikepdf.Array):
        part["/Annots"] = pikepdf.Array([note for note in part["/Annots"] if _stays(note)])


def _cleaned_stream(part: Any, keys: set[str]) -> Iterator[str]:  # noqa: ANN401 -- a stream of a PDF
    """Take out of a stream what it would fetch elsewhere, or all of it where it is an attached file; say what."""
    for key in keys & _EXTERNAL:
        del part[key]
        yield _OUTSIDE
    if _name(part, "/Type") == "/EmbeddedFile":
        part.write(b"")
        yield _FILE


def _is_action(value: Any) -> bool:  # noqa: ANN401 -- any object of a PDF
    """Return True for an action or a list of them that does more than go to a place of the document."""
    import pikepdf  # noqa: PLC0415 -- as above

    if isinstance(value, pikepdf.Array):
        return True
    return isinstance(value, pikepdf.Dictionary) and _name(value, "/S") not in {"", "/GoTo"}


def _stays(note: Any) -> bool:  # noqa: ANN401 -- any object of a PDF
    import pikepdf  # noqa: PLC0415 -- as above

    return isinstance(note, pikepdf.Dictionary) and bool(note.keys()) and _name(note, "/Subtype") not in _ANNOTATIONS


def _name(part: Any, key: str) -> str:  # noqa: ANN401 -- a dictionary or stream of a PDF
    import pikepdf  # noqa: PLC0415 -- as above

    value = part.get(key)
    return str(value) if isinstance(value, pikepdf.Name) else ""


def read_frame(stream: IO[bytes], largest: int) -> tuple[dict[str, Any], bytes] | None:
    """Return the next frame with its blob; None at the end of the stream, or for one that is too large."""
    head = _read(stream, 4)
    length = struct.unpack(">I", head)[0] if head is not None else largest
    text = _read(stream, length) if length < 1 << 20 else None
    if text is None:
        return None
    told: dict[str, Any] = json.loads(text)
    blob = _read(stream, told["blob"]) if 0 <= told["blob"] <= largest else None
    return None if blob is None else (told, blob)


def frame_of(told: dict[str, Any], blob: bytes) -> bytes:
    """Return the head of a frame whose blob follows."""
    text = json.dumps({**told, "blob": len(blob)}).encode()
    return struct.pack(">I", len(text)) + text


def _read(stream: IO[bytes], length: int) -> bytes | None:
    """Return exactly that many octets, however little a pipe gives at a time; None where it ends before."""
    pieces, left = [], length
    while left:
        piece = stream.read(min(left, 1 << 20))
        if not piece:
            return None
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _confine(highest: int) -> None:
    """Give up what the process no longer needs: memory, files, sockets, processes."""
    try:
        import resource  # noqa: PLC0415 -- POSIX only
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1, highest + 1))


def _listen(orders: queue.SimpleQueue[tuple[dict[str, Any], bytes]]) -> None:
    """Hand over each order; at the end of the pipe the parent is gone, and so is this process, whatever it does."""
    with open(0, "rb", buffering=0, closefd=False) as stream:
        while (frame := read_frame(stream, 1 << 30)) is not None:
            orders.put(frame)
    os._exit(0)


def _deadline(seconds: float) -> None:
    """End the process after that time, even where a library holds the interpreter; 0 for never. POSIX only."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def main() -> None:
    """Serve orders until the parent closes the pipe."""
    answers = os.dup(1)
    # What a library prints must not be taken for an answer.
    os.dup2(2, 1)
    # Loaded before the limits, as nothing can be opened after them; the drawing of text needs more of the codecs.
    pdfium = importlib.import_module("pypdfium2")
    _warm()
    for name in ("encodings.utf_16_le", "encodings.latin_1", "encodings.ascii"):
        importlib.import_module(name)
    host = Host()
    orders: queue.SimpleQueue[tuple[dict[str, Any], bytes]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()
    _confine(answers)
    with os.fdopen(answers, "wb") as stream:
        _answer(stream, {"ready": True, "build": [str(flag) for flag in pdfium.PDFIUM_INFO.flags]}, b"")
        while True:
            order, blob = orders.get()
            _deadline(order["seconds"] + _GRACE_S)
            _answer(stream, *_served(host, order, blob))
            _deadline(0)


def _warm() -> None:
    """Have the library open the random numbers of the system, which it wants for a document that was enciphered."""
    import pikepdf  # noqa: PLC0415 -- as above

    pikepdf.new().save(io.BytesIO(), encryption=pikepdf.Encryption(owner="-"))


def _served(host: Host, order: dict[str, Any], blob: bytes) -> tuple[dict[str, Any], bytes]:
    import pypdfium2  # noqa: PLC0415 -- as above

    try:
        work = {"open": host.do_open, "content": host.do_content, "page": host.do_page, "text": host.do_text}
        return work[order["do"]](order, blob)
    except Refusal as refusal:
        return {"error": refusal.name}, b""
    except pypdfium2.PdfiumError:
        return {"error": "unreadable"}, b""
    except MemoryError:
        return {"error": "too-much"}, b""


def _answer(stream: IO[bytes], told: dict[str, Any], blob: bytes) -> None:
    stream.write(frame_of(told, blob))
    stream.write(blob)
    stream.flush()


if __name__ == "__main__":
    main()

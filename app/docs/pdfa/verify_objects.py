"""Does an object of a PDF hold what an archive may not: a font left out, transparency, a script, an attached file?

Every object of the file is looked at, whether a page uses it or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pikepdf

Defect = tuple[str, str]
"""The code of a finding, and what was found."""

STRUCTURE: Final = "GAL-DOC-43"
COLOURS: Final = "GAL-DOC-45"
TRANSPARENCY: Final = "GAL-DOC-46"
FONTS: Final = "GAL-DOC-47"
ACTIVE: Final = "GAL-DOC-48"

_ACTIONS: Final = frozenset({
    "/JavaScript", "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/Hide", "/SetOCGState", "/Rendition",
    "/Trans", "/GoTo3DView", "/SubmitForm", "/RichMediaExecute", "/GoToE",
})  # fmt: skip
_FILES: Final = ("/FontFile", "/FontFile2", "/FontFile3")
_SIGNS: Final = frozenset({"/Link", "/Text", "/Widget", "/Highlight", "/Underline", "/FreeText", "/Stamp", "/Line"})
_PRINTED: Final = 4
_UNSEEN: Final = 1 | 2 | 32
_PLAIN: Final = frozenset({"/Normal", "/Compatible"})
_CMYK: Final = "CMJN sans profil"
_OPERATORS: Final = frozenset({
    "b", "B", "b*", "B*", "BDC", "BI", "BMC", "BT", "BX", "c", "cm", "CS", "cs", "d", "d0", "d1", "Do", "DP",
    "EI", "EMC", "ET", "EX", "f", "F", "f*", "G", "g", "gs", "h", "i", "ID", "j", "J", "K", "k", "l", "m", "M",
    "MP", "n", "q", "Q", "re", "RG", "rg", "ri", "s", "S", "SC", "sc", "SCN", "scn", "sh", "T*", "Tc", "Td",
    "TD", "Tf", "Tj", "TJ", "TL", "Tm", "Tr", "Ts", "Tw", "Tz", "v", "w", "W", "W*", "y", "'", '"',
})  # fmt: skip
"""The marks that PDF 1.4 knows; an archive may hold no other."""


def defects(opened: pikepdf.Pdf) -> Iterator[Defect]:
    """Give what the objects of a PDF hold that an archive may not."""
    yield from _catalogue(opened.Root)
    for one in opened.objects:
        yield from _walked(one)
    for page in opened.pages:
        yield from _content(page)


def _catalogue(root: Any) -> Iterator[Defect]:  # noqa: ANN401 -- an object of the library
    names = root.get("/Names", {})
    for key, what in (("/JavaScript", "script"), ("/EmbeddedFiles", "fichier attaché")):
        if key in names:
            yield ACTIVE, what
    for key, what in (("/OCProperties", "calque"), ("/AA", "action automatique"), ("/Perms", "droits d’usage")):
        if key in root:
            yield ACTIVE, what
    opening = root.get("/OpenAction")
    # A place to open at is an array; an action is a dictionary.
    if opening is not None and hasattr(opening, "keys") and opening.get("/S") != "/GoTo":
        yield ACTIVE, "action à l’ouverture"
    form = root.get("/AcroForm")
    if form is not None and ("/XFA" in form or form.get("/NeedAppearances", False)):
        yield ACTIVE, "formulaire dynamique"


def _walked(one: Any) -> Iterator[Defect]:  # noqa: ANN401 -- the same
    """Give the defects of an object and of what it holds itself; what it refers to is looked at in its own turn."""
    import pikepdf  # noqa: PLC0415 -- heavy: at the first document

    pending = [one]
    while pending:
        current = pending.pop()
        if isinstance(current, pikepdf.Name) and current == "/DeviceCMYK":
            yield COLOURS, _CMYK
        elif isinstance(current, pikepdf.Array):
            pending += [item for item in current if not _is_apart(item)]
        elif isinstance(current, pikepdf.Dictionary | pikepdf.Stream):
            yield from _dictionary(current)
            if isinstance(current, pikepdf.Stream):
                yield from _stream(current)
            pending += [current[key] for key in current.keys() if not _is_apart(current[key])]  # noqa: SIM118 -- not a dict


def _is_apart(item: Any) -> bool:  # noqa: ANN401 -- the same
    return bool(getattr(item, "is_indirect", False))


def _dictionary(one: Any) -> Iterator[Defect]:  # noqa: ANN401 -- the same
    kind, subtype, style = str(one.get("/Type", "")), str(one.get("/Subtype", "")), str(one.get("/S", ""))
    if kind in {"/ObjStm", "/XRef"}:
        yield STRUCTURE, "objets compressés"
    if style in _ACTIONS or "/JS" in one:
        yield ACTIVE, f"action {(style or '/JavaScript')[1:]}"
    if "/EF" in one or kind == "/EmbeddedFile":
        yield ACTIVE, "fichier attaché"
    if "/AA" in one:
        yield ACTIVE, "action automatique"
    if style == "/Transparency":
        yield TRANSPARENCY, "groupe de transparence"
    if kind == "/Font" or (subtype in {"/Type1", "/TrueType"} and "/BaseFont" in one):
        yield from _font(one, subtype)
    yield from _state(one)
    if kind == "/Annot" or ("/Rect" in one and subtype and "/BBox" not in one):
        yield from _annotation(one, subtype)


def _state(one: Any) -> Iterator[Defect]:  # noqa: ANN401 -- the same
    """Give what a graphics state, an image or an annotation asks of transparency."""
    for key in ("/ca", "/CA"):
        value = one.get(key)
        if value is not None and not hasattr(value, "keys") and float(value) != 1.0:
            yield TRANSPARENCY, f"opacité {key[1:]}"
    mask = one.get("/SMask")
    if mask is not None and mask != "/None":
        yield TRANSPARENCY, "masque progressif (SMask)"
    mode = one.get("/BM")
    if mode is not None and str(mode) not in _PLAIN:
        yield TRANSPARENCY, "mode de fusion"
    if "/TR" in one or ("/TR2" in one and one.get("/TR2") != "/Default"):
        yield COLOURS, "fonction de transfert"


def _font(one: Any, subtype: str) -> Iterator[Defect]:  # noqa: ANN401 -- the same
    if subtype in {"/Type0", "/Type3"}:
        return
    descriptor = one.get("/FontDescriptor", {})
    if not any(key in descriptor for key in _FILES):
        yield FONTS, str(one.get("/BaseFont", "sans nom")).lstrip("/")


def _annotation(one: Any, subtype: str) -> Iterator[Defect]:  # noqa: ANN401 -- the same
    flags = int(one.get("/F", 0))
    if subtype == "/Popup":
        return
    if subtype not in _SIGNS:
        yield ACTIVE, f"annotation {subtype[1:]}"
    if not flags & _PRINTED or flags & _UNSEEN:
        yield ACTIVE, "annotation qui ne s’imprime pas"
    if subtype == "/Widget" and "/AP" not in one:
        yield ACTIVE, "champ sans apparence"


def _stream(one: Any) -> Iterator[Defect]:  # noqa: ANN401 -- the same
    filters = str(one.get("/Filter", ""))
    if "/LZWDecode" in filters or "/JPXDecode" in filters or "/Crypt" in filters:
        yield STRUCTURE, f"filtre {filters.strip('/')}"
    if "/F" in one or "/FFilter" in one:
        yield STRUCTURE, "flux hors du fichier"
    subtype = one.get("/Subtype")
    if subtype == "/PS" or "/PS" in one or "/Ref" in one or "/OPI" in one or "/Alternates" in one:
        yield ACTIVE, "objet graphique externe"
    if subtype == "/Image" and bool(one.get("/Interpolate", False)):
        yield STRUCTURE, "image interpolée"
    if subtype == "/Form":
        yield from _content(one)


def _content(one: Any) -> Iterator[Defect]:  # noqa: ANN401 -- the same
    """Give what the marks of a page or of a form ask for that an archive may not hold."""
    import pikepdf  # noqa: PLC0415 -- heavy: at the first document

    try:
        marks = pikepdf.parse_content_stream(one)
    except pikepdf.PdfError:
        yield STRUCTURE, "page illisible"
        return
    depth = 0
    for mark in marks:
        operands: Any = mark.operands
        name = str(mark.operator)
        if name in {"k", "K"} or (name in {"cs", "CS"} and str(operands[0]) == "/DeviceCMYK"):
            yield COLOURS, _CMYK
        elif name == "INLINE IMAGE":
            yield from _inline(operands[0])
        elif name not in _OPERATORS:
            yield STRUCTURE, f"opérateur inconnu {name[:10]}"
        depth += (name == "q") - (name == "Q")
        if depth > 28:
            yield STRUCTURE, "états graphiques trop emboîtés"
            return


def _inline(image: Any) -> Iterator[Defect]:  # noqa: ANN401 -- the same
    said = str(image.obj) if not hasattr(image, "colorspace") else str(image.colorspace)
    if "CMYK" in said:
        yield COLOURS, _CMYK

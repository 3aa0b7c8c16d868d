"""Is every page that we write an archive (PDF/A-1b), by our own checks and by a validator that is not ours?"""

from __future__ import annotations

import io
import os
import struct
from typing import TYPE_CHECKING, Any

import pikepdf
import preflight
import pytest
from clinical_faces import faced, long_bilan, pages, written
from clinical_people import NOW, documents

from app.docs.pdfa import archive, icc
from app.docs.pdfa.verify import verify
from app.kernel.errors import Bug

if TYPE_CHECKING:
    from collections.abc import Callable

DOCUMENTS = max(100, min(500, int(os.environ.get("GALIEN_FAULT_COUNT", "100"))))
"""How many documents: 100, and 500 in ``galien selftest pdfa``."""


@pytest.mark.req("SC.DOC.01", "OFF-DOC-03")
def test_every_document_is_a_pdf_a_1b_even_one_of_twenty_pages() -> None:
    files = {f"document-{rank}": faced(known) for rank, known in enumerate(documents(DOCUMENTS))}
    for rank in range(3):
        files[f"bilan-{rank}"] = faced(written(long_bilan(230 + rank), banner="SIMULATION — sans valeur" * (rank % 2)))
        assert len(pages(files[f"bilan-{rank}"])) >= 20
    assert {name: verify(pdf) for name, pdf in files.items() if verify(pdf)} == {}
    said = preflight.judged(files)
    assert said.keys() == files.keys()
    assert {name: defects for name, defects in said.items() if defects} == {}


def test_the_metadata_say_the_same_twice_and_do_not_name_the_patient() -> None:
    pdf = faced(written())
    with pikepdf.Pdf.open(io.BytesIO(pdf)) as opened:
        xmp = opened.Root.Metadata.read_bytes().decode()
        info = {key: str(value) for key, value in opened.trailer.Info.items()}
    assert info["/Title"] == "Compte rendu d’entretien pharmaceutique"
    assert info["/Title"] in xmp
    assert info["/Author"] in xmp
    assert "PAT-TROIS" not in xmp + str(info)


@pytest.mark.parametrize("title", ["", "\x00\x1f", "a < b & « c » ]]>", "\ud800x", "é" * 5000, "שלום 😀"])
def test_any_title_makes_metadata_that_agree(title: str) -> None:
    assert verify(archive.archived(drawn(), title, title, NOW)) == []


def test_the_colour_profile_is_srgb_of_version_2() -> None:
    profile = icc.srgb()
    assert struct.unpack(">I", profile[:4])[0] == len(profile)
    assert (profile[8], profile[12:24], profile[36:40]) == (2, b"mntrRGB XYZ ", b"acsp")
    from PIL import ImageCms  # noqa: PLC0415 -- heavy

    read: Any = ImageCms.getOpenProfile(io.BytesIO(profile))
    assert ImageCms.getProfileDescription(read).strip() == "sRGB IEC61966-2.1"
    # Against the profile of another library, a mid grey and the primaries come out the same.
    from PIL import Image  # noqa: PLC0415 -- the same

    colours = [(0, 0, 0), (128, 128, 128), (255, 255, 255), (255, 0, 0), (0, 255, 0), (0, 0, 255), (10, 90, 83)]
    picture = Image.new("RGB", (len(colours), 1))
    picture.putdata(colours)
    turned: Any = ImageCms.profileToProfile(picture, read, ImageCms.createProfile("sRGB"))
    for before, after in zip(colours, turned.get_flattened_data(), strict=True):
        assert max(abs(one - other) for one, other in zip(before, after, strict=True)) <= 1


# --- What must be caught ----------------------------------------------------------------------------------------------


def drawn(paint: Callable[[Any], None] | None = None, font: str = "") -> bytes:
    """Return a page that the PDF library drew, in our font unless another is asked for."""
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 -- heavy

    from app.docs.pdfa import letters  # noqa: PLC0415 -- the same

    letters.load()
    out = io.BytesIO()
    canvas = Canvas(out, pdfVersion=(1, 4), initialFontName=font or letters.REGULAR, invariant=1)
    canvas.drawString(72, 700, "Essai")
    if paint is not None:
        paint(canvas)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def painted(paint: Callable[[Any], None] | None = None, font: str = "") -> bytes:
    return archive.archived(drawn(paint, font), "Essai", "Galien", NOW)


def changed(change: Callable[[pikepdf.Pdf], None], **how: Any) -> bytes:  # noqa: ANN401 -- options of the library
    out = io.BytesIO()
    with pikepdf.Pdf.open(io.BytesIO(faced(written()))) as opened:
        change(opened)
        options: dict[str, Any] = {"force_version": "1.4", "deterministic_id": True} | how
        opened.save(out, **options)
    return out.getvalue()


def half_seen(canvas: Any) -> None:  # noqa: ANN401 -- the library's canvas
    from PIL import Image  # noqa: PLC0415 -- heavy
    from reportlab.lib.utils import ImageReader  # noqa: PLC0415 -- the same

    canvas.drawImage(ImageReader(Image.new("RGBA", (9, 9), (200, 0, 0, 90))), 9, 9, mask="auto")


def with_script(opened: pikepdf.Pdf) -> None:
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
    opened.Root.OpenAction = opened.make_indirect(script)


def with_named_script(opened: pikepdf.Pdf) -> None:
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
    opened.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=["a", opened.make_indirect(script)]))


def with_file(opened: pikepdf.Pdf) -> None:
    opened.attachments["notes.txt"] = b"hidden"


def with_state(**entries: Any) -> Callable[[pikepdf.Pdf], None]:  # noqa: ANN401 -- values of the library
    def change(opened: pikepdf.Pdf) -> None:
        opened.pages[0].Resources.ExtGState = pikepdf.Dictionary(
            One=pikepdf.Dictionary(Type=pikepdf.Name.ExtGState, **entries)
        )
        opened.pages[0].contents_add(b"/One gs")

    return change


def with_group(opened: pikepdf.Pdf) -> None:
    opened.pages[0].Group = pikepdf.Dictionary(S=pikepdf.Name.Transparency, CS=pikepdf.Name.DeviceRGB)


def with_link(opened: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("http://localhost/"))
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
    opened.pages[0].Annots = pikepdf.Array([opened.make_indirect(link)])


def with_unused_font(opened: pikepdf.Pdf) -> None:
    helvetica = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    opened.pages[0].Resources.Font["/Hidden"] = opened.make_indirect(helvetica)


def with_marks(marks: bytes) -> Callable[[pikepdf.Pdf], None]:
    return lambda opened: opened.pages[0].contents_add(marks)


def with_form(opened: pikepdf.Pdf) -> None:
    form = opened.make_stream(b"0 1 0 0 k 0 0 9 9 re f", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form)
    form.BBox = pikepdf.Array([0, 0, 9, 9])
    opened.pages[0].Resources.XObject = pikepdf.Dictionary(One=form)
    opened.pages[0].contents_add(b"/One Do")


def without(*names: str) -> Callable[[pikepdf.Pdf], None]:
    def change(opened: pikepdf.Pdf) -> None:
        for name in names:
            del opened.Root[name]

    return change


def with_version_4_profile(opened: pikepdf.Pdf) -> None:
    profile = opened.Root.OutputIntents[0].DestOutputProfile
    profile.write(profile.read_bytes()[:8] + b"\x04" + profile.read_bytes()[9:])


def with_level(level: bytes) -> Callable[[pikepdf.Pdf], None]:
    def change(opened: pikepdf.Pdf) -> None:
        content = opened.Root.Metadata.read_bytes()
        opened.Root.Metadata.write(content.replace(b"<pdfaid:part>1<", b"<pdfaid:part>" + level + b"<"))

    return change


def with_title(opened: pikepdf.Pdf) -> None:
    opened.trailer.Info.Title = pikepdf.String("Un autre titre")


def nothing(_: pikepdf.Pdf) -> None:
    """Change nothing."""


def encrypted(user: str) -> pikepdf.Encryption:
    return pikepdf.Encryption(owner="a", user=user, R=3, metadata=False, aes=False)


DEFECTS: dict[str, tuple[Callable[[], bytes], str]] = {
    "an image seen through": (lambda: painted(half_seen), "GAL-DOC-46"),
    "a font left out": (lambda: painted(font="Helvetica"), "GAL-DOC-47"),
    "no output intent": (lambda: changed(without("/OutputIntents")), "GAL-DOC-45"),
    "a script at the opening": (lambda: changed(with_script), "GAL-DOC-48"),
    "a script by its name": (lambda: changed(with_named_script), "GAL-DOC-48"),
    "an attached file": (lambda: changed(with_file), "GAL-DOC-48"),
    "an opacity of fillings": (lambda: changed(with_state(ca=0.5)), "GAL-DOC-46"),
    "an opacity of lines": (lambda: changed(with_state(CA=0.5)), "GAL-DOC-46"),
    "a blend mode": (lambda: changed(with_state(BM=pikepdf.Name.Multiply)), "GAL-DOC-46"),
    "a transparency group": (lambda: changed(with_group), "GAL-DOC-46"),
    "a colour of printers": (lambda: painted(lambda canvas: canvas.setFillColorCMYK(0, 1, 0, 0)), "GAL-DOC-45"),
    "a colour of printers in a form": (lambda: changed(with_form), "GAL-DOC-45"),
    "a profile of version 4": (lambda: changed(with_version_4_profile), "GAL-DOC-45"),
    "no metadata": (lambda: changed(without("/Metadata")), "GAL-DOC-44"),
    "another level": (lambda: changed(with_level(b"2")), "GAL-DOC-44"),
    "another title": (lambda: changed(with_title), "GAL-DOC-44"),
    "a link that is not printed": (lambda: changed(with_link), "GAL-DOC-48"),
    "objects in streams": (
        lambda: changed(nothing, force_version="1.5", object_stream_mode=pikepdf.ObjectStreamMode.generate),
        "GAL-DOC-43",
    ),
    "encrypted": (
        lambda: changed(nothing, deterministic_id=False, force_version="1.4", encryption=encrypted("")),
        "GAL-DOC-43",
    ),
}
OURS_ALONE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a header of 1.7": (lambda: changed(nothing, force_version="1.7"), "GAL-DOC-43"),
    "a font that no page uses": (lambda: changed(with_unused_font), "GAL-DOC-47"),
    "an image of printers inside the page": (
        lambda: changed(with_marks(b"BI /W 1 /H 1 /BPC 8 /CS /CMYK ID \x00\x00\x00\x00 EI")),
        "GAL-DOC-45",
    ),
    "encrypted with a password": (
        lambda: changed(
            nothing,
            deterministic_id=False,
            force_version="1.4",
            encryption=encrypted("b"),
        ),
        "GAL-DOC-43",
    ),
    "an unknown mark": (lambda: changed(with_marks(b"1 0 zz")), "GAL-DOC-43"),
    "no PDF": (lambda: b"%PDF-1.4\n", "GAL-DOC-49"),
    "nothing": (lambda: b"", "GAL-DOC-49"),
    "cut in the middle": (lambda: faced(written())[:9000], "GAL-DOC-49"),
}


@pytest.mark.req("SC.DOC.01")
@pytest.mark.parametrize("name", [*DEFECTS, *OURS_ALONE])
def test_our_checks_catch_a_defect(name: str) -> None:
    make, code = (DEFECTS | OURS_ALONE)[name]
    assert code in {finding.code for finding in verify(make())}


@pytest.mark.req("SC.DOC.01")
def test_a_page_that_is_no_archive_never_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_intend", lambda _: None)
    with pytest.raises(Bug, match="intention de sortie"):
        faced(written())


@pytest.mark.req("SC.DOC.01")
def test_preflight_catches_the_same_defects() -> None:
    files = {name: make() for name, (make, _) in DEFECTS.items()}
    assert {name for name, said in preflight.judged(files).items() if not said} == set()

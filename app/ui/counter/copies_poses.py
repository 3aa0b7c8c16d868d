"""Which states of the copies of ordonnances are worth a picture?"""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

from app.kernel.outcome import Done
from app.officine.copies.model import Source
from app.ui.counter import poses
from app.ui.counter.copies_drawer import CopiesDrawer
from app.ui.counter.poses import counter_page
from app.ui.pictures import Picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.ui.pictures import Stage

_LINES = (
    "Docteur Hugo MÉLILOT",
    "Médecine générale, 1 place du Marché, 75011 Paris",
    "",
    "Ordonnance fictive\u00a0: démonstration de Galien",
    "",
    "Ramipril 5 mg\u00a0: 1 gélule le matin, 28 jours",
    "Lévothyroxine\u00a0: 1 comprimé le matin à jeun, 28 jours",
    "À renouveler deux fois",
)
_NARCOTIC = "skenan"


def paper(pages: int = 1) -> bytes:
    """Return the PDF of an ordonnance that nobody wrote."""
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 -- for pictures only

    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(420, 595), invariant=1)
    for number in range(pages):
        for place, text in enumerate(_LINES):
            canvas.setFont("Helvetica-Bold" if place == 0 else "Helvetica", 15 if place == 0 else 11)
            canvas.drawString(36, 540 - 26 * place, text)
        canvas.drawString(36, 40, f"Page {number + 1} sur {pages}")
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def photo() -> bytes:
    """Return the photo of that ordonnance, lying on a desk."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 -- for pictures only

    desk = Image.new("RGB", (900, 1_200), "#8a6f52")
    sheet = Image.new("RGB", (760, 1_040), "#fbfaf5")
    pen = ImageDraw.Draw(sheet)
    pen.line((60, 130, 420, 130), fill="#334", width=6)
    for place in range(8):
        pen.line((60, 300 + 70 * place, 640 - 40 * (place % 3), 300 + 70 * place), fill="#445", width=4)
    desk.paste(sheet.rotate(-2, expand=True, fillcolor="#8a6f52"), (50, 60))
    target = io.BytesIO()
    desk.save(target, "JPEG")
    return target.getvalue()


def _drawer(stage: Stage) -> CopiesDrawer:
    page = counter_page(stage)
    if page.shield.private:
        stage.act("counter.private")
    poses._running(stage)  # noqa: SLF001 -- the same sale as on the other pictures
    stage.act("counter.copies")
    assert isinstance(page.drawer, CopiesDrawer)
    return page.drawer


def _joined(stage: Stage) -> CopiesDrawer:
    drawer = _drawer(stage)
    services, actor = stage.services, stage.ui.actor()
    for content, source, name in (
        (paper(2), Source.SCANNER, "numérisation-0042.pdf"),
        (photo(), Source.FILE, "photo de l’ordonnance.jpg"),
    ):
        assert isinstance(services.copies.add(content, drawer.target, source, actor, name=name), Done)
    stage.settle()
    return drawer


def _empty(stage: Stage) -> None:
    _drawer(stage)


def _list(stage: Stage) -> None:
    _joined(stage).list.setCurrentRow(0)


def _refused(stage: Stage) -> None:
    drawer = _joined(stage)
    refused = stage.services.copies.add(b"Bonjour", drawer.target, Source.FILE, stage.ui.actor())
    assert not isinstance(refused, Done)
    drawer._tell(refused.findings)  # noqa: SLF001 -- as the answer of the desk does


def _removing(stage: Stage) -> None:
    drawer = _joined(stage)
    drawer.remove_button.click()
    drawer.reason.setText("Ordonnance d’un autre patient")


def _arrived(stage: Stage) -> None:
    """The scanner has just left a file in its folder."""
    folder = stage.services.folder.root / "numérisations"
    folder.mkdir(exist_ok=True)
    file = folder / "SCAN0043.pdf"
    file.write_bytes(paper())
    came = stage.services.clock.now().timestamp() - 60
    os.utime(file, (came, came))
    stage.services.settings.scan_folder = str(folder)
    _joined(stage)
    stage.services.settings.scan_folder = ""


def _damaged(stage: Stage) -> None:
    drawer = _joined(stage)
    drawer.list.set_picture(drawer.list.copies[0], None)


def _viewer(stage: Stage) -> None:
    drawer = _joined(stage)
    drawer.list.setCurrentRow(0)
    drawer.confirm()
    stage.settle()


def _narcotic(stage: Stage) -> None:
    """The copy that the law asks for is not there yet."""
    page = counter_page(stage)
    product = next(iter(stage.services.catalog.search(_NARCOTIC, 1)), None)
    if product is not None:
        page.add(product)
    stage.settle()
    stage.act("counter.copies")


def _prescription(stage: Stage) -> None:
    _joined(stage)
    stage.act("counter.prescription")


def _hidden(stage: Stage) -> None:
    _joined(stage)
    stage.act("counter.private")


def _shown_again(pose: Callable[[Stage], None]) -> Callable[[Stage], None]:
    def pose_it(stage: Stage) -> None:
        if counter_page(stage).shield.private:
            stage.act("counter.private")
        pose(stage)

    return pose_it


PICTURES = (
    Picture("counter-copies-empty", _empty),
    Picture("counter-copies", _list),
    Picture("counter-copies-arrived", _arrived),
    Picture("counter-copies-refused", _refused),
    Picture("counter-copies-removing", _removing),
    Picture("counter-copies-damaged", _damaged),
    Picture("counter-copies-viewer", _viewer),
    Picture("counter-copies-narcotic", _shown_again(_narcotic)),
    Picture("counter-copies-prescription", _prescription),
    Picture("counter-copies-hidden", _hidden),
    Picture("counter-copies-shown-again", _shown_again(lambda _stage: None)),
)

"""How does a paper come in: chosen, dropped, pasted, or left by the scanner in its folder?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QEvent, QIODevice, QObject
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage, QPainter

from app.kernel.outcome import Finding, Refused, Severity
from app.officine.copies.model import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QMimeData
    from PySide6.QtWidgets import QWidget

    from app.kernel.errors import GalienError
    from app.kernel.outcome import Outcome
    from app.officine.copies.model import Arrival, PrescriptionCopy, Target
    from app.ui.context import Ui

    Answer = Callable[[tuple[Finding, ...]], object]

TITLE = "Copie de l’ordonnance…"
_QUALITY = 95
# Named on the thread of the screens, where PySide6 may make its types, for a picture is written off it.
_RGB, _WRITE = QImage.Format.Format_RGB32, QIODevice.OpenModeFlag.WriteOnly


@dataclass(frozen=True, slots=True)
class Incoming:
    """What is dropped or pasted: files, or one picture."""

    files: tuple[Path, ...] = ()
    picture: QImage | None = None

    def __bool__(self) -> bool:
        """Return True where there is something to join."""
        return bool(self.files) or self.picture is not None


def incoming(data: QMimeData | None) -> Incoming:
    """Return what of it may be joined: the files of this machine first, else the picture."""
    if data is None:
        return Incoming()
    files = tuple(Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile())
    if files:
        return Incoming(files)
    picture = data.imageData() if data.hasImage() else None
    return Incoming(picture=picture) if isinstance(picture, QImage) and not picture.isNull() else Incoming()


class DropTarget(QObject):
    """Lets files and pictures be dropped on a panel."""

    def __init__(self, panel: QWidget, taken: Callable[[Incoming], object]) -> None:
        """Give to ``taken`` what is dropped on ``panel``."""
        super().__init__(panel)
        self._taken = taken
        panel.setAcceptDrops(True)
        panel.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Take what may be joined; leave the rest to the others."""
        if event.type() is QEvent.Type.DragEnter and isinstance(event, QDragEnterEvent):
            if incoming(event.mimeData()):
                event.acceptProposedAction()
            return True
        if event.type() is QEvent.Type.Drop and isinstance(event, QDropEvent):
            found = incoming(event.mimeData())
            if found:
                event.acceptProposedAction()
                self._taken(found)
            return True
        return False


class CopyDesk(QObject):
    """The papers that come in at one window, each made ready in the background."""

    def __init__(self, ui: Ui) -> None:
        """Join them with the services of ``ui``."""
        super().__init__(ui)
        self._ui = ui
        self.taken: set[tuple[str, int]] = set()

    def join(self, found: Incoming, target: Target, source: Source, answer: Answer) -> None:
        """Join what was dropped, pasted or chosen; then ``answer`` gets the refusals, none where all is well."""
        for path in found.files:
            self._join_file(path, target, source, answer)
        if found.picture is not None:
            copies, actor, picture = self._ui.services.copies, self._ui.actor(), found.picture
            self._run(lambda: copies.add(_bytes_of(picture), target, source, actor), answer)

    def take(self, arrival: Arrival, target: Target, answer: Answer) -> None:
        """Join the file that the scanner left; it is proposed no more once it is kept."""

        def kept(refusals: tuple[Finding, ...]) -> None:
            if not refusals:
                self.taken.add((arrival.path, arrival.stamp))
            answer(refusals)

        self._join_file(Path(arrival.path), target, Source.SCANNER, kept)

    def _join_file(self, path: Path, target: Target, source: Source, answer: Answer) -> None:
        copies, actor = self._ui.services.copies, self._ui.actor()
        self._run(lambda: copies.add_file(path, target, source, actor), answer)

    def _run(self, work: Callable[[], Outcome[PrescriptionCopy]], answer: Answer) -> None:
        def done(outcome: Outcome[PrescriptionCopy]) -> None:
            if isinstance(outcome, Refused):
                answer(outcome.findings)
                return
            self._ui.say("Copie jointe à l’ordonnance.", "success")
            answer(())

        self._ui.tasks.run(
            lambda _progress: work(),
            done=done,
            failed=lambda error: answer((finding_of(error),)),
            owner=self,
            title=TITLE,
        )


def copy_desk(ui: Ui) -> CopyDesk:
    """Return the desk of a window, made at its first use."""
    desk = ui.findChild(CopyDesk)
    return desk if isinstance(desk, CopyDesk) else CopyDesk(ui)


def finding_of(error: GalienError) -> Finding:
    """Return a failure as a finding, to be shown beside the copies."""
    return Finding(error.code, Severity.ERROR, error.text, error.advice)


def paths_of(names: Sequence[str]) -> Incoming:
    """Return the files chosen in a dialog."""
    return Incoming(tuple(Path(name) for name in names))


def _bytes_of(picture: QImage) -> bytes:
    """Return a pasted picture as a file, what is transparent being white; off the thread of the screens."""
    flat = QImage(picture.size(), _RGB)
    flat.fill(0xFFFFFFFF)
    painter = QPainter(flat)
    painter.drawImage(0, 0, picture)
    painter.end()
    buffer = QBuffer()
    buffer.open(_WRITE)
    flat.save(buffer, "JPEG", _QUALITY)  # type: ignore[call-overload] # the stubs want bytes, Qt a text
    return bytes(buffer.data().data())

"""Which copies of the paper ordonnance are joined, and how is one more?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QImage, QKeySequence, QPixmap
from PySide6.QtWidgets import QFileDialog

from app.kernel.clock import paris_date
from app.kernel.outcome import Refused
from app.kernel.text import NBSP
from app.officine.copies.model import Source, Target
from app.officine.copies.rules import MISSING_COPY, kept_until, missing_copy
from app.officine.dispensing.copies import KEY, delivery_needs_copy, target_of
from app.ui import formats, theme
from app.ui.counter.copy_desk import DropTarget, Incoming, copy_desk, finding_of, incoming, paths_of
from app.ui.counter.copy_list import THUMBNAIL, CopyList
from app.ui.counter.copy_viewer import CopyViewer
from app.ui.counter.drawer import Drawer
from app.ui.patients.identity_band import IdentityBand
from app.ui.widgets.basics import Button, EmptyState, Panel, Text, row
from app.ui.widgets.fields import Field, TextField
from app.ui.widgets.findings import FindingList

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent

    from app.kernel.actor import Actor
    from app.kernel.events import Changed
    from app.kernel.outcome import Finding, Outcome
    from app.officine.copies.model import Arrival, PrescriptionCopy
    from app.officine.dispensing.model import Delivery
    from app.ui.context import Services, Ui
    from app.ui.counter.pictures import Pixels
    from app.ui.counter.till import Till

    Thumbnail = Callable[[PrescriptionCopy, int], Pixels]

T = TypeVar("T")
_SHARPNESS = 2
_LOOK_MS = 1_500


@dataclass(frozen=True, slots=True)
class _Known:
    """What the panel reads at once."""

    copies: list[PrescriptionCopy]
    delivery: Delivery | None


class CopiesDrawer(Drawer):
    """The copies of the sale, or of a delivery already made; Entrée opens the one pointed at.

    A file is chosen, dropped, pasted, or taken from the folder where the scanner leaves its own.
    """

    name = "copies"

    def __init__(self, ui: Ui, till: Till) -> None:
        """Show the copies of the sale of ``till``."""
        super().__init__(ui, till, "Copies de l’ordonnance")
        self.desk = copy_desk(ui)
        self._number: int | None = None
        self._refused: tuple[Finding, ...] = ()
        self._arrival: Arrival | None = None
        self.whose = Text("", "strong", wrap=True)
        self.identity = IdentityBand(ui, with_ins=False)
        self.notice = FindingList(refusal="Refusé")
        self.kept = Text("", "caption", wrap=True)
        self.arrived = self._arrival_panel()
        self.list = CopyList(
            EmptyState("prescription", "Aucune copie", "Joignez le scan ou la photo du papier, ou glissez-le ici.")
        )
        self.list.setMinimumHeight(theme.current().pixels(100))
        self.list.chosen.connect(lambda _copy: self.confirm())
        self.reason = TextField(placeholder="Autre patient, page illisible…", limit=200)
        self.reason_field = Field("&Motif du retrait", self.reason, hint="Entrée\u00a0: retirer · Échap\u00a0: laisser")
        for part in (self.whose, self.identity, self.notice, self.arrived):
            self.content.addWidget(part)
        self.content.addWidget(self.list, 1)
        self.content.addWidget(self.kept)
        self.join_button = Button("&Joindre…", icon="plus", name="Joindre un fichier")
        self.join_button.clicked.connect(self.choose)
        self.paste_button = Button("Coller", icon="copy")
        self.paste_button.key = "Ctrl+V"
        self.paste_button.clicked.connect(self.paste)
        self.remove_button = Button("&Retirer", kind="ghost", icon="trash")
        self.remove_button.clicked.connect(self._ask_reason)
        self.open_button = Button("Ouvrir — Entrée", kind="primary", icon="search")
        self.open_button.clicked.connect(self.confirm)
        self.foot.addWidget(self.reason_field)
        for buttons in ((self.join_button, self.paste_button), (self.remove_button, self.open_button)):
            line = row(*buttons)
            line.setStretch(0, 1)
            line.setStretch(1, 1)
            self.foot.addLayout(line)
        self._show_reason(shown=False)
        DropTarget(self, lambda found: self._join(found, Source.DROP))
        self._pause = QTimer(self)
        self._pause.setInterval(_LOOK_MS)
        self._pause.timeout.connect(self._look_for_scan)
        self.chain(self.reason)
        ui.broadcast.changed.connect(self._changed)

    # --- What is shown ------------------------------------------------------------------------------------------

    @property
    def target(self) -> Target:
        """What the copies are joined to: the delivery shown, else the sale."""
        return target_of(self.till.session) if self._number is None else Target(delivery=self._number)

    def opened(self) -> None:
        """Show the copies of the sale."""
        self.point_at(None)

    def point_at(self, delivery: int | None) -> None:
        """Show the copies of a delivery already made; None: those of the sale."""
        self._number, self._refused = delivery, ()
        self._show_reason(shown=False)
        self._say_whose(None)
        self.list.setFocus()
        self._read()
        self._look_for_scan()

    def confirm(self) -> None:
        """Open the copy pointed at; from the reason, set it aside."""
        if not self.reason_field.isHidden():
            self._remove()
            return
        copy, copies, actor, target = self.list.current_copy, self.ui.services.copies, self.ui.actor(), self.target
        if copy is None:
            self.choose()
            return
        self.ui.tasks.run(
            lambda _progress: _looked(copies.look(copy, target, actor)),
            done=lambda answer: self._open(copy, *answer),
            failed=lambda error: self._tell((finding_of(error),)),
            owner=self,
            key="open",
        )

    def back(self) -> bool:
        """Leave the reason; what was typed stays."""
        if self.reason_field.isHidden():
            return False
        self._show_reason(shown=False)
        self.list.setFocus()
        return True

    def forget(self) -> None:
        """Forget what was typed: another sale begins."""
        self._number, self._refused = None, ()
        self.reason.clear()
        self._show_reason(shown=False)
        self.list.set_copies(())
        if self.isVisible():
            self._read()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Paste by its key, whatever has the focus but the reason."""
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
            return
        super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Watch the folder of the scanner while the panel is in sight."""
        super().showEvent(event)
        self._pause.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Watch it no more."""
        super().hideEvent(event)
        self._pause.stop()

    def _read(self) -> None:
        services, target, actor = self.ui.services, self.target, self.ui.actor()
        self.ui.tasks.run(lambda _progress: _known(services, target, actor), done=self._show, owner=self, key="copies")

    def _show(self, known: _Known) -> None:
        self._say_whose(known.delivery)
        self.list.set_copies(known.copies)
        some = bool(known.copies)
        self.open_button.setEnabled(some)
        self.remove_button.setEnabled(some)
        self._say_kept(known)
        self._draw_pictures(known.copies)

    def _say_whose(self, delivery: Delivery | None) -> None:
        # The band of the counter says whose the sale is; a past delivery may be another person's.
        self.identity.show_file(None if self._number is None or delivery is None else delivery.patient_id)
        if self._number is None:
            self.whose.setText(f"Vente en cours · {self.till.session.patient_name or 'sans patient'}")
            return
        name = "" if delivery is None else f" · {delivery.patient_name or 'sans patient'}"
        day = "" if delivery is None else f" du {formats.date(paris_date(delivery.at))}"
        self.whose.setText(f"Délivrance n°{NBSP}{self._number}{day}{name}")

    def _say_kept(self, known: _Known) -> None:
        kept, delivery = self.ui.services.copies.retention, known.delivery
        missing: tuple[Finding, ...] = ()
        said = ""
        if delivery is None:
            missing = tuple(one for one in self.till.picture.findings if one.code == MISSING_COPY)
        elif delivery_needs_copy(delivery):
            until = formats.date(kept_until(paris_date(delivery.at), kept.years))
            said = f"À garder jusqu’au {until}\u00a0: stupéfiant ou assimilé ({kept.source})."
            missing = () if known.copies else (missing_copy(kept.years, kept.source, KEY),)
        self.kept.setText(said)
        self.kept.setVisible(bool(said))
        self.notice.set_findings((*self._refused, *(() if known.copies else missing)))

    def _draw_pictures(self, copies: list[PrescriptionCopy]) -> None:
        service, side, actor = self.ui.services.copies, theme.current().pixels(THUMBNAIL) * _SHARPNESS, self.ui.actor()
        for copy in copies:
            if self.list.needs_picture(copy):
                self._draw_picture(copy, side, partial(service.thumbnail, actor=actor))

    def _draw_picture(self, copy: PrescriptionCopy, side: int, thumbnail: Thumbnail) -> None:
        self.ui.tasks.run(
            lambda _progress: thumbnail(copy, side),
            done=lambda pixels: self.list.set_picture(copy, _pixmap(pixels)),
            failed=lambda _error: self.list.set_picture(copy, None),
            owner=self,
            key=f"thumbnail-{copy.id}",
        )

    def _changed(self, change: Changed) -> None:
        if change.touches("prescription_copy") and self.isVisible():
            self._read()

    # --- Joining ------------------------------------------------------------------------------------------------

    def choose(self) -> None:
        """Ask for a file, and join it."""
        dialog = QFileDialog(self, "Joindre le scan ou la photo de l’ordonnance")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters(["Images et PDF (*.pdf *.jpg *.jpeg *.png)", "Tous les fichiers (*)"])
        dialog.setLabelText(QFileDialog.DialogLabel.LookIn, "Chercher dans\u00a0:")
        dialog.setLabelText(QFileDialog.DialogLabel.FileType, "Montrer\u00a0:")
        if self.ui.settings.scan_folder:
            dialog.setDirectory(self.ui.settings.scan_folder)
        if dialog.exec():
            self._join(paths_of(dialog.selectedFiles()), Source.FILE)

    def paste(self) -> None:
        """Join the file or the picture that was copied."""
        found = incoming(QGuiApplication.clipboard().mimeData())
        if found:
            self._join(found, Source.CLIPBOARD)
        else:
            self.ui.say("Le presse-papiers ne contient ni image, ni fichier.", "warning")

    def take_scan(self) -> None:
        """Join the file that the scanner left last."""
        if self._arrival is not None:
            self.desk.take(self._arrival, self.target, self._joined)

    def _join(self, found: Incoming, source: Source) -> None:
        self.desk.join(found, self.target, source, self._joined)

    def _joined(self, refusals: tuple[Finding, ...]) -> None:
        self._tell(refusals)
        if not refusals:
            self.list.setFocus()
            self._keep_sale()
        self._look_for_scan()

    def _keep_sale(self) -> None:
        """Write the sale, were its copy the first thing that it has: it comes back with it."""
        counter, session = self.ui.services.counter, self.till.session
        self.ui.tasks.run(lambda _progress: counter.save(session), done=lambda _kept: None, owner=self, key="sale")

    def _tell(self, refusals: tuple[Finding, ...]) -> None:
        self._refused = refusals
        self.notice.set_findings(refusals)
        if not refusals:
            self._read()

    # --- The folder of the scanner ------------------------------------------------------------------------------

    def _arrival_panel(self) -> Panel:
        panel = Panel(margin=theme.S)
        panel.outer.removeItem(panel.head)
        panel.title.hide()
        self.arrival_words = Text("", wrap=True)
        self.take_button = Button("&Numérisation", icon="scanner", name="Joindre la dernière numérisation")
        self.take_button.clicked.connect(self.take_scan)
        line = row(self.arrival_words, self.take_button)
        line.setStretch(0, 1)
        panel.body.addLayout(line)
        panel.hide()
        return panel

    def _look_for_scan(self) -> None:
        folder, copies = self.ui.settings.scan_folder, self.ui.services.copies
        taken = frozenset(self.desk.taken)
        if not folder:
            self._propose(None)
            return
        self.ui.tasks.run(
            lambda _progress: copies.arrived(Path(folder), taken), done=self._propose, owner=self, key="arrived"
        )

    def _propose(self, arrival: Arrival | None) -> None:
        self._arrival = arrival
        self.arrived.setVisible(arrival is not None)
        if arrival is not None:
            ago = formats.since(arrival.at, self.ui.services.clock.now())
            self.arrival_words.setText(f"Le scanner a déposé «{NBSP}{arrival.name}{NBSP}», il y a {ago}.")

    # --- Opening and setting aside ------------------------------------------------------------------------------

    def _open(self, copy: PrescriptionCopy, page: Pixels | None, refused: tuple[Finding, ...]) -> None:
        if refused:
            self._tell(refused)
        elif self.isVisible() and page is not None:
            CopyViewer(self.ui, copy, page, self.window()).open()

    def _ask_reason(self) -> None:
        if self.list.current_copy is not None:
            self._show_reason(shown=True)
            self.reveal(self.reason)

    def _show_reason(self, *, shown: bool) -> None:
        """Show the reason of a removal, or put it away; the button says what Entrée does."""
        self.reason_field.setVisible(shown)
        self.open_button.setText(f"{'Retirer' if shown else 'Ouvrir'} — Entrée")

    def _remove(self) -> None:
        copy, copies, actor, target = self.list.current_copy, self.ui.services.copies, self.ui.actor(), self.target
        reason = self.reason.text()
        if copy is None:
            return
        self.ui.tasks.run(
            lambda _progress: copies.remove(copy.id, reason, target, actor),
            done=self._removed,
            owner=self,
            key="remove",
        )

    def _removed(self, outcome: Outcome[None]) -> None:
        if isinstance(outcome, Refused):
            self._tell(outcome.findings)
            return
        self.reason.clear()
        self.back()
        self.ui.say("Copie retirée\u00a0: elle reste gardée, avec le motif.")
        self._tell(())


def _known(services: Services, target: Target, actor: Actor) -> _Known:
    delivery = None if target.delivery is None else services.counter.delivery(target.delivery, actor)
    return _Known(services.copies.of(target, actor), delivery)


def _looked(outcome: Outcome[T]) -> tuple[T | None, tuple[Finding, ...]]:
    return (None, outcome.findings) if isinstance(outcome, Refused) else (outcome.value, ())


def _pixmap(pixels: Pixels) -> QPixmap:
    image = QImage(pixels.rgb, pixels.width, pixels.height, pixels.stride, QImage.Format.Format_RGB888)
    return QPixmap.fromImage(image)

"""How does this scanner type, and which settings suit it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout

from app.officine.scan import calibration
from app.settings import GAP_RANGE_MS
from app.ui import theme
from app.ui.settings.page import Page
from app.ui.widgets.basics import ActButton, Button, Text, row
from app.ui.widgets.facts import Facts
from app.ui.widgets.fields import Field, NumberField, TextField
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent

    from app.officine.scan.calibration import Diagnosis, Timing
    from app.ui.context import Ui
    from app.ui.scanner import Measure

_SYMBOL_PX = 168
_LENGTH_RANGE = (4, 20)


def draw_symbol(text: str) -> bytes:
    """Return a Data Matrix of ``text`` as PNG; run in the background, the encoder is heavy."""
    import io  # noqa: PLC0415 -- with the encoder

    import zxingcpp  # noqa: PLC0415 -- heavy, and only this page draws a symbol
    from PIL import Image  # noqa: PLC0415 -- the same

    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, force_square=True)
    stream = io.BytesIO()
    Image.fromarray(barcode.to_image(scale=6)).save(stream, "PNG")
    return stream.getvalue()


class ScannerPage(Page):
    """The scanner: a code to scan five times, what was measured, and the settings it asks for."""

    def __init__(self, ui: Ui) -> None:
        """Measure the scanner of this workstation and keep its settings."""
        super().__init__(
            "Douchette",
            "La douchette tape comme un clavier très rapide. Cinq essais suffisent pour la distinguer des mains.",
        )
        self._ui = ui
        self.measures: list[Measure] = []
        self.proposal: Timing | None = None
        self.diagnosis: Diagnosis | None = None
        self.measuring = False
        self._build_trial()
        self._build_settings()
        self.end()
        ui.scanner.measured.connect(self.take)

    def shown(self) -> None:
        """Show the settings in force, and draw the symbol once."""
        settings = self._ui.settings
        self.gap.setValue(settings.scanner_gap_ms)
        self.length.setValue(settings.scanner_min_length)
        self.substitute.setText(settings.scanner_gs_substitute)
        self.port.setText(settings.scanner_port)
        if self.symbol.pixmap().isNull():
            self._ui.tasks.run(
                lambda _progress: draw_symbol(calibration.TEST_PAYLOAD), done=self._draw, owner=self, key="symbol"
            )

    @property
    def takes_scans(self) -> bool:
        """True while scans are measured, and must go nowhere else."""
        return self.measuring and self.isVisible()

    def begin(self) -> None:
        """Begin five trials."""
        self.measures, self.proposal, self.diagnosis, self.measuring = [], None, None, True
        self._ui.scanner.tune(GAP_RANGE_MS[1], self._ui.settings.scanner_min_length)
        self._show()

    def take(self, measure: Measure) -> None:
        """Take one trial."""
        if not self.takes_scans:
            return
        self.measures.append(measure)
        self.diagnosis = calibration.diagnose(measure.text)
        self.proposal = calibration.propose_gap([trial.gaps_ms for trial in self.measures])
        if len(self.measures) == calibration.SCANS_WANTED:
            self._end_trial()
        self._show()

    def hideEvent(self, event: QHideEvent) -> None:
        """End the trials when the page is left: scans go where they belong again."""
        super().hideEvent(event)
        self._end_trial()

    def _end_trial(self) -> None:
        if self.measuring:
            self.measuring = False
            self._ui.scanner.tune(self._ui.settings.scanner_gap_ms, self._ui.settings.scanner_min_length)

    def _build_trial(self) -> None:
        panel = self.panel("Essai")
        self.symbol = QLabel()
        self.symbol.setAccessibleName("Code d’essai à scanner")
        self.symbol.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.symbol.setFixedSize(_SYMBOL_PX + 2 * theme.M, _SYMBOL_PX + 2 * theme.M)
        # A symbol is read black on white, whatever the theme.
        self.symbol.setStyleSheet("background: #FFFFFF; border-radius: 6px;")
        self.count = QProgressBar()
        self.count.setRange(0, calibration.SCANS_WANTED)
        self.count.setFormat("%v sur %m")
        self.count.setAccessibleName("Essais faits")
        self.said = Text("", wrap=True)
        self.facts = Facts()
        self.findings = FindingList()
        words = QVBoxLayout()
        words.setSpacing(theme.S)
        words.addWidget(self.said)
        words.addWidget(self.count)
        words.addWidget(self.facts)
        words.addStretch(1)
        self.adopt = Button("Adopter ces réglages", kind="primary", icon="check")
        self.adopt.clicked.connect(self._adopt)
        words.addWidget(Flow([ActButton(self._ui.acts, "settings.calibrate"), self.adopt]))
        line = QHBoxLayout()
        line.setSpacing(theme.L)
        line.addWidget(self.symbol, alignment=Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        panel.body.addLayout(line)
        panel.body.addWidget(self.findings)

    def _build_settings(self) -> None:
        panel = self.panel("Réglages")
        self.gap = NumberField(*GAP_RANGE_MS, suffix="\u00a0ms")
        self.length = NumberField(*_LENGTH_RANGE)
        self.substitute = TextField(limit=4, placeholder="aucun")
        self.port = TextField(limit=60, placeholder="COM3, /dev/ttyACM0…")
        fields = QHBoxLayout()
        fields.setSpacing(theme.L)
        for label, editor in (
            ("&Pause la plus longue entre deux caractères", self.gap),
            ("&Longueur la plus courte", self.length),
            ("&Séparateur envoyé à la place de FNC1", self.substitute),
        ):
            fields.addWidget(Field(label, editor), 1, Qt.AlignmentFlag.AlignBottom)
        panel.body.addLayout(fields)
        panel.body.addWidget(Field("Port &série (vide\u00a0: douchette en mode clavier)", self.port))
        keep = Button("Enregistrer les réglages", icon="save")
        keep.clicked.connect(self._keep)
        panel.body.addLayout(row(keep, 0))
        self._show()

    def _draw(self, png: bytes) -> None:
        drawn = QPixmap.fromImage(QImage.fromData(png))
        mode = Qt.TransformationMode.FastTransformation
        self.symbol.setPixmap(drawn.scaled(_SYMBOL_PX, _SYMBOL_PX, Qt.AspectRatioMode.KeepAspectRatio, mode))

    def _show(self) -> None:
        self.count.setValue(len(self.measures))
        self.adopt.setEnabled(self.proposal is not None and not self.measuring)
        if self.measuring:
            self.said.setText("Scannez ce code, une fois par seconde environ.")
        elif self.measures:
            self.said.setText("Essai terminé.")
        else:
            self.said.setText("Lancez la mesure, puis scannez cinq fois ce code à l’écran ou imprimé.")
        self.facts.set_pairs(_measured(self.proposal, self.diagnosis))
        self.findings.set_findings(self.diagnosis.findings if self.diagnosis is not None else ())

    def _adopt(self) -> None:
        if self.proposal is not None:
            self.gap.setValue(self.proposal.gap_ms)
        if self.diagnosis is not None and self.diagnosis.read:
            self.substitute.setText(self.diagnosis.gs_substitute)
            self._ui.settings.scanner_separators_kept = self.diagnosis.separators_kept
        self._keep()

    def _keep(self) -> None:
        settings = self._ui.settings
        settings.scanner_gap_ms = self.gap.value()
        settings.scanner_min_length = self.length.value()
        settings.scanner_gs_substitute = self.substitute.text()
        settings.scanner_port = self.port.text().strip()
        self._ui.scanner.listen(settings.scanner_port)
        self._ui.scanner.tune(settings.scanner_gap_ms, settings.scanner_min_length)
        self._ui.keep_settings()
        self._ui.say("Réglages de la douchette enregistrés", "success")


def _measured(timing: Timing | None, diagnosis: Diagnosis | None) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    if timing is not None:
        pairs += [
            ("Pause médiane", f"{timing.median_ms:.0f}\u00a0ms"),
            ("Pause la plus longue", f"{timing.longest_ms}\u00a0ms"),
            ("Limite proposée", f"{timing.gap_ms}\u00a0ms"),
            ("Distinction", "sûre" if timing.reliable else "incertaine\u00a0: préférez la liaison série"),
        ]
    if diagnosis is not None:
        kept = "transmis" if diagnosis.separators_kept else "perdu" if diagnosis.read else "inconnu"
        pairs.append(("Séparateur FNC1", kept))
    return pairs

"""How is a failure told: what happened, what it means, what to do, under which code?"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.kernel.errors import EnvironmentFailure, GalienError, InputDefect, RemoteFailure
from app.kernel.trace import places_of
from app.ui import theme
from app.ui.widgets.basics import Button, IconLabel, Text
from app.ui.widgets.dialog import Dialog

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path


class Kind(enum.Enum):
    """The four ways in which something does not go through."""

    REFUSAL = "Refus"
    ENVIRONMENT = "Incident sur ce poste"
    REMOTE = "Service distant"
    BUG = "Défaut de Galien"


_MEANING = {
    Kind.REFUSAL: "Rien n’a été modifié.",
    Kind.ENVIRONMENT: "Rien n’a été enregistré à moitié ; ce qui était saisi est conservé.",
    Kind.REMOTE: "Le comptoir continue sans ce service ; rien de ce qui devait partir n’est perdu.",
    Kind.BUG: "La session en cours est enregistrée. Vous pouvez continuer à servir.",
}
_BUG_ADVICE = "Si cela se reproduit, relancez Galien et transmettez le rapport au support."
_ICONS = {Kind.REFUSAL: "warning", Kind.ENVIRONMENT: "warning", Kind.REMOTE: "queue", Kind.BUG: "error"}


@dataclass(frozen=True, slots=True)
class Failure:
    """What is shown of a failure; ``report`` is where the crash report lies, for a bug."""

    kind: Kind
    what: str
    meaning: str
    advice: str
    code: str
    report: Path | None = None

    def as_text(self) -> str:
        """Return the failure as copied to the clipboard for the support."""
        parts = [f"{self.code} : {self.what}".replace(" :", "\u00a0:"), self.meaning, self.advice]
        if self.report is not None:
            parts.append(str(self.report))
        return "\n".join(part for part in parts if part)


def failure_of(error: BaseException, report: Path | None = None) -> Failure:
    """Return what to show of an exception."""
    kind = kind_of(error)
    if isinstance(error, GalienError) and kind is not Kind.BUG:
        return Failure(kind, error.text, _MEANING[kind], error.advice, error.code)
    return Failure(Kind.BUG, "Galien a rencontré un défaut.", _MEANING[Kind.BUG], _BUG_ADVICE, "GAL-BUG-00", report)


def kind_of(error: BaseException) -> Kind:
    """Return which of the four kinds an exception is."""
    if isinstance(error, InputDefect):
        return Kind.REFUSAL
    if isinstance(error, EnvironmentFailure):
        return Kind.ENVIRONMENT
    if isinstance(error, RemoteFailure):
        return Kind.REMOTE
    return Kind.BUG


def write_report(folder: Path, error: BaseException, at: dt.datetime) -> Path | None:
    """Write where the program failed to a file of ``folder``; None when even that is impossible.

    The report holds the stack and the kinds of the errors, never their text nor any value: those may name a patient.
    """
    file = folder / f"incident-{at:%Y%m%d-%H%M%S}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(places_of(error)) + "\n", encoding="utf-8")
    except OSError:
        return None
    return file


class FailureDialog(Dialog):
    """Shows one failure; closed by Échap, never by a scanner’s Enter."""

    def __init__(self, failure: Failure, parent: QWidget | None = None) -> None:
        """Lay out the four answers, and the two things to do with them."""
        super().__init__(failure.kind.value, parent)
        self.failure = failure
        self.setMinimumWidth(480)
        words = QVBoxLayout()
        words.setSpacing(theme.S)
        words.addWidget(Text(failure.what, "heading", wrap=True))
        words.addWidget(Text(failure.meaning, wrap=True))
        if failure.advice:
            words.addWidget(Text(failure.advice, wrap=True))
        where = f" — {failure.report.name}" if failure.report else ""
        words.addWidget(Text(f"Code {failure.code}{where}", "caption", wrap=True))
        top = QHBoxLayout()
        top.setSpacing(theme.L)
        tone = "danger" if failure.kind is Kind.BUG else "warning"
        top.addWidget(IconLabel(_ICONS[failure.kind], tone, 32), alignment=Qt.AlignmentFlag.AlignTop)
        top.addLayout(words, 1)
        copy = Button("Copier pour le support", icon="copy")
        copy.clicked.connect(self._copy)
        close = Button("Fermer", kind="primary")
        close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addWidget(copy)
        buttons.addStretch()
        buttons.addWidget(close)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(theme.XL, theme.XL, theme.XL, theme.L)
        outer.setSpacing(theme.XL)
        outer.addLayout(top)
        outer.addLayout(buttons)
        close.setFocus()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.failure.as_text())

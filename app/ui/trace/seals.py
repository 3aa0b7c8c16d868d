"""Are the registers sealed, where are the seals copied, and what do they not cover?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.kernel.outcome import Finding, Refused, Severity
from app.kernel.text import plural
from app.officine.trace.model import CHAIN_TITLES, Reason
from app.ui import formats, theme
from app.ui.widgets.basics import Chip, ElidedText, row

if TYPE_CHECKING:
    from app.kernel.errors import GalienError
    from app.kernel.outcome import Outcome
    from app.officine.trace.model import SealMade, SealReport, SealState
    from app.ui.context import Ui
    from app.ui.widgets.findings import FindingList

_ADVICE = "Gardez la base et les scellés tels quels, prévenez le titulaire, et comparez avec une copie des scellés."


class SealStrip(QWidget):
    """The state of the seals on one line, and what may be done with them."""

    read = Signal(object)

    def __init__(self, ui: Ui, findings: FindingList) -> None:
        """Show the seals of the services of ``ui``; tell what is wrong in ``findings``."""
        super().__init__()
        self._ui = ui
        self._findings = findings
        self.state: SealState | None = None
        self.chip = Chip()
        self.said = ElidedText("", "muted")
        line = row(self.chip, spacing=theme.M)
        line.addWidget(self.said, 1)
        line.setContentsMargins(0, 0, 0, 0)
        self.setLayout(line)

    def look(self) -> None:
        """Read the state anew."""
        seals = self._ui.services.seals
        self._ui.tasks.run(
            lambda _progress: seals.state(), done=self._show, failed=self._failed, owner=self, key="seals"
        )

    def seal(self) -> None:
        """Seal now."""
        services, actor = self._ui.services, self._ui.actor()
        self._ui.tasks.run(
            lambda _progress: services.seals.make(actor, Reason.HAND),
            done=self._sealed,
            failed=self._failed,
            owner=self,
            key="write",
            title="Scellé des registres…",
        )

    def check(self) -> None:
        """Compare every register with the seals."""
        seals = self._ui.services.seals
        self._ui.tasks.run(
            lambda _progress: seals.verify(),
            done=self.show_report,
            failed=self._failed,
            owner=self,
            key="check",
            title="Comparaison des registres…",
        )

    def choose_copy(self) -> None:
        """Ask where the seals are copied; no answer leaves it as it is."""
        dialog = QFileDialog(self, "Dossier de copie des scellés")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        if dialog.exec():
            self.keep_copy(dialog.selectedFiles()[0])

    def keep_copy(self, folder: str) -> None:
        """Copy the seals into another folder from now on, and at once."""
        self._ui.settings.seal_copy = folder
        self._ui.keep_settings()
        self.seal()

    def show_report(self, report: SealReport) -> None:
        """Show what a comparison found."""
        self._findings.set_findings(findings_of(report))
        if report.state == "ok":
            self._ui.say("Les registres sont conformes à leurs scellés.", "success")

    def _sealed(self, outcome: Outcome[SealMade]) -> None:
        self._findings.set_findings(outcome.findings)
        if not isinstance(outcome, Refused):
            self._ui.say(f"Registres scellés\u00a0: scellé n°\u00a0{outcome.value.number}.", "success")
        self.look()

    def _failed(self, failure: GalienError) -> None:
        self._findings.set_findings([Finding(failure.code, Severity.ERROR, failure.text, failure.advice)])

    def _show(self, state: SealState) -> None:
        self.state = state
        chip = ("Scellés à examiner", "danger") if state.problem else ("Registres scellés", "success")
        self.chip.say(*(chip if state.last or state.problem else ("Jamais scellés", "warning")))
        self.said.set_whole(
            state.problem or " · ".join(part for part in (last_words(state.last), left_words(state)) if part)
        )
        self.read.emit(state)


def findings_of(report: SealReport) -> list[Finding]:
    """Return what a comparison found, each register with its first bad entry."""
    found = [
        Finding("GAL-REG-01", Severity.ERROR, f"Dans {CHAIN_TITLES.get(name, name)}\u00a0: {bad['text']}", _ADVICE)
        for name, bad in report.bad.items()
    ]
    if report.problem:
        found.append(Finding("GAL-SCL-05", Severity.ERROR, report.problem, _ADVICE))
    if report.state == "none":
        text = "Aucun scellé n’a encore été fait\u00a0: rien ne peut être comparé."
        found.append(Finding("GAL-SCL-06", Severity.WARNING, text, "Scellez les registres maintenant."))
    return found


def last_words(last: SealMade | None) -> str:
    """Return when the last seal was made, and why."""
    if last is None:
        return "Un scellé se fait de lui-même chaque jour, à chaque Z et à chaque sauvegarde"
    why = Reason(last.reason).label if last.reason in set(Reason) else last.reason
    return f"N°\u00a0{last.number}, le {formats.moment(last.at)} ({why})"


def left_words(state: SealState) -> str:
    """Return how many entries the last seal does not cover; empty for none."""
    count = sum(state.uncovered.values())
    return f"{plural(count, 'écriture')} depuis, hors scellé" if state.last is not None and count else ""


def pairs(state: SealState) -> list[tuple[str, str]]:
    """Return what is known of the seals, for the sheet."""
    last = state.last
    return [
        ("Dernier", last_words(last)),
        ("Poste", "" if last is None else last.station),
        ("Clé du poste", "" if last is None else last.fingerprint),
        ("Hors scellé", left_words(state)),
        ("Copie", _copy_words(state)),
        ("Dossier", str(state.folder)),
    ]


def _copy_words(state: SealState) -> str:
    if state.copy is None:
        return "Aucune\u00a0: choisissez une clé USB ou un autre dossier."
    return f"{state.copy}. {state.copy_problem or 'Elle est à jour.'}"

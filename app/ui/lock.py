"""Who is at this workstation? Asked at a change of operator, while everything else is hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui import theme
from app.ui.widgets.basics import Button, IconLabel, Panel, Text, clear

if TYPE_CHECKING:
    from app.officine.scan.model import Scan
    from app.officine.staff.model import Member
    from app.ui.context import Ui


class LockView(QWidget):
    """The members of the team; a badge scanned or a name chosen opens the workstation."""

    unlocked = Signal()

    def __init__(self, ui: Ui) -> None:
        """Ask the staff service of ``ui`` who there is."""
        super().__init__()
        self._ui = ui
        self.setAccessibleName("Poste verrouillé")
        panel = Panel()
        panel.setMinimumWidth(theme.current().pixels(420))
        head = panel.body
        head.addWidget(IconLabel("lock", "accent_text", 36), alignment=Qt.AlignmentFlag.AlignHCenter)
        title = Text("Poste verrouillé", "title")
        title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        head.addWidget(title)
        self.prompt = Text("Scannez votre badge, ou choisissez votre nom.", "muted", wrap=True)
        self.prompt.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        head.addWidget(self.prompt)
        self._names = QVBoxLayout()
        self._names.setSpacing(theme.XS)
        head.addLayout(self._names)
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addWidget(panel, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)

    def ask(self) -> None:
        """Show the members, read anew."""
        self._ui.tasks.run(
            lambda _progress: self._ui.services.staff.members(), done=self._show, owner=self, key="members"
        )

    def take_scan(self, scan: Scan) -> None:
        """Open the workstation for the holder of a badge."""
        code = scan.fields.get("badge") or ""
        self._ui.tasks.run(
            lambda _progress: self._ui.services.staff.by_badge(code), done=self._badge, owner=self, key="badge"
        )

    def _badge(self, member: Member | None) -> None:
        if member is None:
            self.prompt.setText("Ce code n’est le badge de personne ici. Choisissez votre nom.")
            self.prompt.set_role("danger")
        else:
            self._open(member)

    def _show(self, members: list[Member]) -> None:
        clear(self._names)
        for place, member in enumerate(members):
            button = Button(f"{member.name} — {member.role.label}", kind="secondary", icon="user")
            button.clicked.connect(lambda _checked=False, chosen=member: self._open(chosen))
            self._names.addWidget(button)
            if place == 0:
                button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open(self, member: Member) -> None:
        self.prompt.setText("Scannez votre badge, ou choisissez votre nom.")
        self.prompt.set_role("muted")
        self._ui.set_operator(member)
        self.unlocked.emit()

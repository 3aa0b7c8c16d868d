"""Which role may do what? The one table of rights, as it is, to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.officine.staff.model import Right, Role
from app.officine.staff.rules import may
from app.ui import theme
from app.ui.widgets.basics import EmptyState, Text
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from collections.abc import Callable

_SHORT: Final = {
    Role.HOLDER: "Titulaire",
    Role.ASSISTANT: "Adjoint",
    Role.TECHNICIAN: "Préparateur",
    Role.STUDENT: "Étudiant",
    Role.STOCK: "Stock",
    Role.SUPPORT: "Technicien",
}
_NOTE: Final = (
    "Cette table est celle que chaque service consulte avant d’agir\u00a0: un écran ne donne aucun droit. Corriger une "
    "identité récupérée ou qualifiée appartient aux personnes que l’officine désigne (super-utilisateur identité), "
    "quel que soit leur rôle. Un étudiant sert sous la surveillance d’un pharmacien (CSP L. 4241-10)."
)


class RightsPage(QWidget):
    """One line a right, one column a role."""

    def __init__(self) -> None:
        """Show the table of the services."""
        super().__init__()
        columns: list[Column[Right]] = [Column("Droit", _sentence)]
        columns += [Column(_SHORT[role], _answer(role), 9, tone=_tone(role), strong=True) for role in Role]
        empty = EmptyState("list", "Aucun droit", "La table des droits est vide.")
        self.list: ListTable[Right] = ListTable("Table des droits", columns, empty)
        # Where letters are large the table has no room for the whole act: the line pointed at is told in full.
        self.whole = Text("", "strong", wrap=True)
        self.list.pointed.connect(self._tell)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S)
        column.addWidget(self.list, 1)
        column.addWidget(self.whole)
        column.addWidget(Text(_NOTE, "caption", wrap=True))
        self.setFocusProxy(self.list)
        self.list.set_records(list(Right))

    def _tell(self, right: Right | None) -> None:
        if right is None:
            self.whole.setText("")
            return
        allowed = ", ".join(_SHORT[role].lower() for role in Role if may(role, right))
        self.whole.setText(f"{_sentence(right)}\u00a0: {allowed or 'les personnes désignées'}")


def _sentence(right: Right) -> str:
    return right.label[:1].upper() + right.label[1:]


def _answer(role: Role) -> Callable[[Right], str]:
    def answer(right: Right) -> str:
        if right is Right.IDENTITY_SUPER:
            return "désigné"
        return "oui" if may(role, right) else "—"

    return answer


def _tone(role: Role) -> Callable[[Right], str]:
    return lambda right: "success" if may(role, right) else "muted"

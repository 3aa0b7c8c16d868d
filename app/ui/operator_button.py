"""Who is at the counter, in which role, and how was it proved? The words of the operator’s button."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.officine.staff.model import Role
from app.officine.staff.session import Means

if TYPE_CHECKING:
    from app.officine.staff.model import Member
    from app.officine.staff.session import StaffSession

_ROLES: Final = {
    Role.HOLDER: "titulaire",
    Role.ASSISTANT: "adjoint",
    Role.TECHNICIAN: "préparateur",
    Role.STUDENT: "étudiant",
    Role.STOCK: "stock",
    Role.SUPPORT: "technicien",
}
_MEANS: Final = {
    Means.CPS: ("CPS", "card"),
    Means.CARD: ("carte", "card"),
    Means.PASSWORD_CARD: ("carte", "card"),
    Means.PASSWORD_TOTP: ("mot de passe", "keyboard"),
    Means.PASSWORD: ("mot de passe", "keyboard"),
    Means.PIN: ("PIN", "lock"),
    Means.DEMO: ("démo", "user"),
}


def operator_words(member: Member | None, session: StaffSession | None) -> tuple[str, str, str]:
    """Return the text and the icon of the button, and what a screen reader adds to it."""
    if member is None:
        return "Personne", "lock", ""
    role = _ROLES[member.role]
    if session is None or session.member.id != member.id:
        return f"{member.name} · {role}", "user", member.role.label
    words, icon = _MEANS[session.means]
    return f"{member.name} · {role} · {words}", icon, f"{member.role.label}, {session.means.label}"

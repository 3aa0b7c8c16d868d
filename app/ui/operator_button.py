"""Who is at the counter, and how was it proved? The words of the operator’s button."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.officine.staff.session import Means

if TYPE_CHECKING:
    from app.officine.staff.model import Member
    from app.officine.staff.session import StaffSession

_ICONS: Final = {
    Means.CPS: "card",
    Means.CARD: "card",
    Means.PASSWORD_CARD: "card",
    Means.PASSWORD_TOTP: "keyboard",
    Means.PASSWORD: "keyboard",
    Means.PIN: "lock",
    Means.DEMO: "user",
}


def operator_words(member: Member | None, session: StaffSession | None) -> tuple[str, str, str]:
    """Return the text and the icon of the button, and what a screen reader and the tip add to it.

    The name alone has room beside the title of a room where letters are large; the icon says how it was proved.
    """
    if member is None:
        return "Personne", "lock", ""
    if session is None or session.member.id != member.id:
        return member.name, "user", member.role.label
    text = f"{member.name} · démo" if session.means is Means.DEMO else member.name
    return text, _ICONS[session.means], f"{member.role.label}, {session.means.label}"

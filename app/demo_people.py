"""With what does one sign in to the demonstration? Codes that are public, and open nothing but fictitious data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.kernel.errors import Bug
from app.kernel.outcome import Refused
from app.officine.staff.service import actor_of

if TYPE_CHECKING:
    from app.bootstrap import Services

PIN: Final = "270461"


def give_pins(services: Services) -> None:
    """Give every member of a simulation the same PIN, once; an account that exists already is left as it is.

    Raises Bug in production, or where the service refuses the PIN.
    """
    if not services.mode.is_simulated:
        raise Bug("Aucun code de démonstration n’entre dans une officine réelle.")
    if not services.staff_accounts.needs_first():
        return
    for member in services.staff.members():
        outcome = services.staff_accounts.set_pin(member.id, PIN, actor_of(member, services.settings.station))
        if isinstance(outcome, Refused):
            raise Bug(f"Le code de démonstration est refusé : {outcome.findings[0].code}.")

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
    """Give every member of a simulation who has nothing the same PIN; an account that exists is left as it is.

    Raises Bug in production, or where the service refuses the PIN.
    """
    if not services.mode.is_simulated:
        raise Bug("Aucun code de démonstration n’entre dans une officine réelle.")
    for member in services.staff.members():
        factors = services.staff_accounts.factors(member.id)
        if factors.pin or factors.password:
            continue
        outcome = services.staff_accounts.set_pin(member.id, PIN, actor_of(member, services.settings.station))
        if isinstance(outcome, Refused):
            raise Bug(f"Le code de démonstration est refusé : {outcome.findings[0].code}.")

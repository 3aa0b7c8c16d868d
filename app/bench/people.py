"""How long does it take to change who is at the counter, beside the hash that guards a PIN?"""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from app.bench.figures import Figure, sample
from app.kernel.outcome import Done
from app.officine.staff import hashing
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import actor_of

if TYPE_CHECKING:
    from app.bootstrap import Services
    from app.officine.staff.model import Member

_PIN = "728193"
_DRAFT = MemberDraft(family_name="MESURE", given_name="Operateur", role=Role.TECHNICIAN)


def operator_switch(services: Services, times: int = 30) -> Figure:
    """A switch by PIN: the try counted, argon2id, the session changed and traced, on the disk."""
    member = _member(services)
    opened = services.sign_in.demo(member.id)
    assert isinstance(opened, Done), opened
    session = opened.value

    def one(_: int) -> None:
        nonlocal session
        switched = services.sign_in.switch(member.id, _PIN, session)
        assert isinstance(switched, Done), switched
        session = switched.value

    taken = sample(one, times)
    kept = hashing.hashed(_PIN.encode())
    floor = statistics.median(sample(lambda _: hashing.matches(kept, _PIN.encode()), times))
    services.sign_in.sign_out(session)
    return Figure("operator_switch", taken, floor, "argon2id seul (64 Mio, 3 passes) : ce que coûte un essai")


def _member(services: Services) -> Member:
    """Return the member of the measures, with a PIN; added at the first measure."""
    known = next((one for one in services.staff.members() if one.family_name == _DRAFT.family_name), None)
    if known is None:
        added = services.staff.add(_DRAFT, services.system_actor)
        assert isinstance(added, Done), added
        known = added.value
    kept = services.staff_accounts.set_pin(known.id, _PIN, actor_of(known, services.settings.station))
    assert isinstance(kept, Done), kept
    return known

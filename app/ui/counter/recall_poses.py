"""Which states of the counter before a recalled lot are worth a picture?"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from app.kernel.clock import today
from app.kernel.outcome import Done
from app.officine.recalls.model import Level, RecallDraft
from app.officine.staff.model import Role
from app.ui.counter.poses import counter_page
from app.ui.counter.recall_drawer import RecallDrawer
from app.ui.pictures import Picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.ui.counter.page import TillPage
    from app.ui.pictures import Stage

_GS = "\x1d"
_SERIALS = itertools.count(910_100)
_PRODUCT, _LOT = "smecta", "AB12"


def recalled(stage: Stage) -> RecallDraft:
    """Put a recall of one lot in force, and return it; it stays for the pictures that follow."""
    services = stage.services
    draft = RecallDraft(
        code=services.catalog.search(_PRODUCT, 1)[0].code,
        lots=(_LOT, "AB13"),
        reason="Défaut d’étanchéité des sachets",
        level=Level.PATIENT,
        day=today(services.clock),
        instruction="Isoler les boîtes et les retourner au grossiste",
        reference="R-2026-118",
    )
    if not services.recalls.of([draft.code]):
        services.recalls.record(services.system_actor, draft)
    return draft


def as_role(role: Role, pose: Callable[[Stage], None]) -> Callable[[Stage], None]:
    """Return the pose, with a member of that role at the counter."""

    def both(stage: Stage) -> None:
        members = stage.services.staff.members()
        stage.ui.set_operator(next(one for one in members if one.role is role))
        pose(stage)

    return both


def _scan(stage: Stage, lot: str) -> TillPage:
    draft = recalled(stage)
    page = counter_page(stage)
    stage.ui.scanner.accept(f"010{draft.code}17281231{'10'}{lot}{_GS}21{next(_SERIALS)}")
    stage.settle()
    return page


def _stopped(stage: Stage) -> None:
    _scan(stage, _LOT)


def _refused_without_reason(stage: Stage) -> None:
    page = _scan(stage, _LOT)
    assert isinstance(page.drawer, RecallDrawer)
    page.drawer.force()
    stage.settle()


def _forced(stage: Stage) -> None:
    page = _scan(stage, _LOT)
    assert isinstance(page.drawer, RecallDrawer)
    page.drawer.reason.setText("Aucune autre boîte, traitement à ne pas interrompre")
    page.drawer.force()
    stage.settle()
    stage.act("counter.control")


def _other_lot(stage: Stage) -> None:
    _scan(stage, "CD34")


def _of_the_line(stage: Stage) -> None:
    _scan(stage, "CD34")
    stage.act("counter.set_aside")


def _set_aside(stage: Stage) -> None:
    outcome = stage.services.stock.adjust(stage.services.system_actor, recalled(stage).code, 6, "Inventaire")
    assert isinstance(outcome, Done)
    _scan(stage, _LOT)
    stage.act("counter.set_aside")


PICTURES = (
    Picture("counter-recalled", as_role(Role.TECHNICIAN, _stopped)),
    Picture("counter-recalled-pharmacist", as_role(Role.HOLDER, _refused_without_reason)),
    Picture("counter-recalled-forced", as_role(Role.HOLDER, _forced)),
    Picture("counter-recalled-aside", as_role(Role.HOLDER, _set_aside)),
    Picture("counter-other-lot", as_role(Role.HOLDER, _other_lot)),
    Picture("counter-aside-line", as_role(Role.HOLDER, _of_the_line)),
)

"""Which states of the settings of the pharmacy are worth a picture?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.officine.pharmacy.model import PharmacyFacts
from app.officine.staff.model import Role
from app.ui.pictures import Picture
from app.ui.settings.pharmacy import PharmacyPage

if TYPE_CHECKING:
    from app.ui.pictures import Stage


def _page(stage: Stage, role: Role = Role.HOLDER) -> PharmacyPage:
    stage.ui.set_operator(next(one for one in stage.services.staff.members() if one.role is role))
    view = stage.view("settings")
    stage.act("settings.pharmacy")
    page = view.page("pharmacy")  # type: ignore[attr-defined] # the settings' screen
    assert isinstance(page, PharmacyPage)
    return page


def _known(stage: Stage) -> None:
    _page(stage)


def _empty(stage: Stage) -> None:
    _page(stage)._show(PharmacyFacts())  # noqa: SLF001 -- posed


def _refused(stage: Stage) -> None:
    page = _page(stage)
    page._show(PharmacyFacts())  # noqa: SLF001 -- posed
    typed = {"name": "Pharmacie du Marché", "finess": "63999", "city": "Saint-Galien", "phone": "01 99"}
    for name, value in typed.items():
        page.editors[name].setText(value)
    page.keep()
    stage.settle()


def _other(stage: Stage) -> None:
    _page(stage, Role.ASSISTANT)


PICTURES = (
    Picture("settings-pharmacy", _known),
    Picture("settings-pharmacy-empty", _empty),
    Picture("settings-pharmacy-refused", _refused),
    Picture("settings-pharmacy-other", _other),
)

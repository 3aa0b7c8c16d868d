"""Which states of the settings of INSi are worth a picture?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from app.kernel.outcome import Refused
from app.officine.patients.insi_model import InsiMode, InsiSettings
from app.officine.patients.insi_site import check
from app.officine.secrets.model import Certificate
from app.officine.staff.model import Role
from app.ui.pictures import Picture
from app.ui.settings.insi import InsiPage

if TYPE_CHECKING:
    from app.ui.pictures import Stage

_SUBJECT = "CN=INSI-MANU,OU=10B0000001,O=PHARMACIE DES SIMPLES,C=FR"


def _page(stage: Stage, role: Role = Role.HOLDER) -> InsiPage:
    stage.ui.set_operator(next(one for one in stage.services.staff.members() if one.role is role))
    view = stage.view("settings")
    stage.act("settings.insi")
    page = view.page("insi")  # type: ignore[attr-defined] # the settings' screen
    assert isinstance(page, InsiPage)
    page.verticalScrollBar().setValue(0)
    return page


def _certificate(stage: Stage, subject: str = _SUBJECT, days: int = 700) -> Certificate:
    now = stage.services.clock.now()
    return Certificate(
        usage="authentification",
        subject=subject,
        issuer="CN=Autorité d’essai,O=Officine fictive",
        not_before=now,
        not_after=now + dt.timedelta(days=days),
        fingerprint="",
    )


def _set(stage: Stage) -> None:
    """Show an officine that has all that INSi asks."""
    wanted = InsiSettings(
        address="https://insi-tlsm.example.fr/lps",
        card_address="https://insi.example.fr/lps",
        authorisation="TEST-0001",
        billing_id="750000001",
    )
    _page(stage).show_state(wanted, [_certificate(stage)])


def _missing(stage: Stage) -> None:
    """Show an officine as it begins, whose adjoint reads only."""
    _page(stage, Role.ASSISTANT)


def _refused(stage: Stage) -> None:
    page = _page(stage)
    wanted = InsiSettings(mode=InsiMode.CARD, card_address="http://insi.example.fr", sector="officine")
    page.show_state(wanted, [_certificate(stage, "CN=PHARMACIE DES SIMPLES,O=Officine fictive", 24)])
    stage.settle()
    page._kept(Refused(tuple(check(wanted))))  # noqa: SLF001 -- posed


PICTURES = (
    Picture("settings-insi", _set),
    Picture("settings-insi-missing", _missing),
    Picture("settings-insi-refused", _refused),
)

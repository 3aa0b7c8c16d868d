"""Which states of the keys and certificates are worth a picture?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from app.kernel.secret import SecretsUnavailable
from app.officine.secrets.model import Certificate, StationKey, VaultState
from app.officine.secrets.rules import certificate_ends
from app.officine.staff.model import Role
from app.ui.passphrase import PassphraseDialog
from app.ui.pictures import Picture
from app.ui.settings.secrets import SecretsPage

if TYPE_CHECKING:
    from app.ui.pictures import Stage


def _page(stage: Stage) -> SecretsPage:
    view = stage.view("settings")
    stage.act("settings.secrets")
    page = view.page("secrets")  # type: ignore[attr-defined] # the settings' screen
    assert isinstance(page, SecretsPage)
    return page


def _demonstration(stage: Stage) -> None:
    _page(stage)


def _code(stage: Stage) -> None:
    page = _page(stage)
    before = stage.ui.operator
    stage.ui.operator = next(one for one in stage.services.staff.members() if one.role is Role.HOLDER)
    stage.act("settings.secret_transfer")
    stage.ui.operator = before
    page.ensureWidgetVisible(page.transfer_note)


def _real(stage: Stage) -> None:
    """Show an officine of two workstations, one certificate of which ends soon."""
    page, now = _page(stage), stage.services.clock.now()
    ends = now + dt.timedelta(days=24)
    certificates = [
        Certificate(
            usage=usage,
            subject="CN=PHARMACIE DES SIMPLES,O=Officine fictive",
            issuer="CN=Autorité d’essai",
            not_before=now,
            not_after=end,
            fingerprint="",
        )
        for usage, end in (("authentification", ends), ("cachet", now + dt.timedelta(days=700)))
    ]
    ending = certificate_ends("authentification", ends, now)
    page._show(_state(now), certificates, [] if ending is None else [ending])  # noqa: SLF001 -- a state that no demonstration has


def _lost(stage: Stage) -> None:
    """Show a workstation that was installed again: its key is gone."""
    page, now = _page(stage), stage.services.clock.now()
    failure = SecretsUnavailable(
        "La clé de ce poste n’est pas à sa place\u00a0: poste nouveau, réinstallé, ou base restaurée d’ailleurs.",
        code="GAL-CLE-05",
        advice="Inscrivez-le par un code. Les secrets chiffrés sont intacts dans la base.",
    )
    page._show(_state(now, failure), [], [])  # noqa: SLF001 -- a state that no demonstration has


def _passphrase(stage: Stage) -> None:
    stage.window.enter("documents")
    PassphraseDialog(stage.ui, stage.window).open()


def _state(now: dt.datetime, failure: SecretsUnavailable | None = None) -> VaultState:
    names = ("certificate:authentification", "certificate:cachet", "token:mss")
    stations = [
        StationKey(
            id=f"{name}.1", station=name, since=now - dt.timedelta(days=days), is_ours=failure is None and not rank
        )
        for rank, (name, days) in enumerate((("Comptoir 1", 200), ("Comptoir 2", 31)))
    ]
    return VaultState(
        place="trousseau du bureau (Secret Service)",
        is_clear=False,
        failure=failure,
        stations=tuple(stations),
        recovery_since=now - dt.timedelta(days=199),
        secrets=names,
        unreadable=() if failure is None else names,
    )


PICTURES = (
    Picture("settings-secrets", _demonstration),
    Picture("settings-secrets-code", _code),
    Picture("settings-secrets-officine", _real),
    Picture("settings-secrets-lost", _lost),
    Picture("passphrase", _passphrase),
)

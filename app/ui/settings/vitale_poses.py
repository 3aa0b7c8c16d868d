"""Which states of the page of the Vitale are worth a picture?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.outcome import Done, Finding, Severity
from app.officine.rights.component import ComponentTest
from app.officine.staff.model import Role
from app.ui.pictures import Picture
from app.ui.settings.secrets import SecretsPage
from app.ui.settings.vitale import VitalePage

if TYPE_CHECKING:
    from app.ui.pictures import Stage


def _page(stage: Stage) -> VitalePage:
    view = stage.view("settings")
    stage.act("settings.vitale")
    page = view.page("vitale")  # type: ignore[attr-defined] # the settings' screen
    assert isinstance(page, VitalePage)
    page.tried.hide()
    return page


def _empty(stage: Stage) -> None:
    _page(stage)


def _missing(stage: Stage) -> None:
    """Show the trial of an officine without the publisher's library, as each one begins."""
    page = _page(stage)
    before = stage.ui.operator
    stage.ui.set_operator(next(one for one in stage.services.staff.members() if one.role is Role.HOLDER))
    stage.act("settings.test_component")
    stage.settle()
    if before is not None:
        stage.ui.set_operator(before)
    page.ensureWidgetVisible(page.tried)


def _answers(stage: Stage) -> None:
    """Show a library that answers: no demonstration has one."""
    page = _page(stage)
    facts = (
        ("Versions", "0403 · 1.40"),
        ("Lecteur", "Lecteur d’essai · 3.11"),
        ("Composant SSV", "SSV · 04.03"),
        ("Codes couverture", "214 codes, table de l’éditeur"),
    )
    warning = Finding(
        "GAL-FSV-45",
        Severity.WARNING,
        "La table des codes couverture «\u00a0codes.json\u00a0» est inutilisable\u00a0: ligne 12.",
        "Corrigez-la, ou retirez-la des réglages\u00a0: les codes seront montrés sans être repris.",
    )
    page._show_test(Done(ComponentTest(facts, (warning,))))  # noqa: SLF001 -- posed
    page.ensureWidgetVisible(page.tried)


def _p12(stage: Stage) -> None:
    """Show a file of certificate whose password was wrong."""
    view = stage.view("settings")
    stage.act("settings.secrets")
    page = view.page("secrets")  # type: ignore[attr-defined] # the settings' screen
    assert isinstance(page, SecretsPage)
    page.import_p12()
    form = page.p12
    form.take_file("/media/cle/officine-authentification.p12")
    form.password.setText("dix mots")
    stage.settle()
    text = "Ce fichier ne s’ouvre pas\u00a0: mot de passe faux, ou ce n’est pas un fichier PKCS#12."
    advice = "Vérifiez le mot de passe remis avec le certificat."
    form.findings.set_findings([Finding("GAL-CLE-21", Severity.ERROR, text, advice)])
    page.ensureWidgetVisible(form)


PICTURES = (
    Picture("settings-vitale", _empty),
    Picture("settings-vitale-missing", _missing),
    Picture("settings-vitale-answers", _answers),
    Picture("settings-secrets-p12", _p12),
)

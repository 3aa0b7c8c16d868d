"""What do the screens of the identity look like: band, worklist, withdrawal, what the site chose?"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from app.kernel.outcome import Done
from app.officine.dispensing import session as editing
from app.officine.patients.identity import Ins
from app.officine.patients.model import Attribute, PatientDraft, Sex
from app.ui.counter.poses import counter_page
from app.ui.patients.poses import identity
from app.ui.patients.view import PatientsView
from app.ui.pictures import Picture

if TYPE_CHECKING:
    from app.officine.patients.identity_model import IdentityFile
    from app.ui.pictures import Stage
    from app.ui.settings.identity import IdentityPage

_LONG = PatientDraft(
    family_name="BOUTON D'OR DE LA MONTAGNE NOIRE",
    first_name="MARIE-ANGELIQUE",
    birth_names="MARIE-ANGELIQUE CAPUCINE HORTENSE",
    birth_date=dt.date(1961, 4, 2),
    sex=Sex.FEMALE,
    birth_place="63220",
    used_name="PIMPRENELLE-SAUVAGE",
    used_first_name="ANGELE",
)


def _file(stage: Stage, who: str) -> IdentityFile:
    found = stage.services.patients.search(who)
    known = stage.services.identities.of(found[0].id)
    assert known is not None
    return known


def _settle_all(stage: Stage) -> None:
    identities = stage.services.identities
    for review in identities.worklist():
        identities.settle(review.id, stage.ui.actor())


def _reviews(stage: Stage) -> None:
    identities, actor = stage.services.identities, stage.ui.actor()
    for who, changes in (("adrun", {"birth_date": "1975-12-30"}), ("pat trois", {"sex": "M", "birth_place": "75056"})):
        file = _file(stage, who)
        ins = file.identity.ins or Ins("", "")
        identities.differs(file.patient.id, ins, replace(file.identity.traits, **changes), actor)
    stage.view("patients")
    stage.act("patients.back")
    stage.act("patients.reviews")


def _reviews_empty(stage: Stage) -> None:
    _settle_all(stage)
    stage.view("patients")
    stage.act("patients.back")
    stage.act("patients.reviews")


def _withdraw(stage: Stage) -> None:
    form = identity(stage).identity.withdrawal
    stage.act("patients.withdraw")
    form.reason.setText("Pièce d’une autre personne")


def _long_one(stage: Stage) -> None:
    """Have a file of long names, doubtful and with a homonym."""
    patients, identities, actor = stage.services.patients, stage.services.identities, stage.ui.actor()
    if not patients.search(_LONG.family_name):
        assert isinstance(patients.create(_LONG, actor), Done)
    for attribute in (Attribute.HOMONYM, Attribute.DOUBTFUL):
        known = _file(stage, _LONG.family_name)
        identities.set_attribute(known.patient.id, known.patient.version, attribute, actor)


def _pointed(stage: Stage, who: str) -> None:
    view = stage.view("patients")
    assert isinstance(view, PatientsView)
    stage.act("patients.back")
    view.pane.field.setText(who)
    view.pane.field.search_now()
    stage.settle()


def _band(stage: Stage) -> None:
    _long_one(stage)
    _pointed(stage, _LONG.family_name)


def _band_retrieved(stage: Stage) -> None:
    _pointed(stage, "nessi")


def _band_at_counter(stage: Stage) -> None:
    _long_one(stage)
    page = counter_page(stage)
    patient = _file(stage, _LONG.family_name).patient
    page.till.do(editing.set_patient(page.till.session, patient.id, patient.display_name))
    stage.settle()


def _settings_page(stage: Stage, *, may: bool) -> IdentityPage:
    """Show the page as who may choose sees it, or any other; the poste stays whose it is."""
    view = stage.view("settings")
    stage.act("settings.identity")
    page: IdentityPage = view.page("identity")  # type: ignore[attr-defined] # the settings' screen
    page.show_right(may=may)
    page.verticalScrollBar().setValue(0)
    return page


def _settings(stage: Stage) -> None:
    _settings_page(stage, may=True)


def _settings_greyed(stage: Stage) -> None:
    _settings_page(stage, may=False)


def _settings_kinds(stage: Stage) -> None:
    page = _settings_page(stage, may=True)
    page.kinds.code.setText("PERM")
    page.kinds.label.setText("Permis de conduire")
    page.kinds.trust.setCurrentIndex(1)
    page.kinds.beside.clear()
    page.kinds.take_typed()
    stage.settle()
    page.verticalScrollBar().setValue(page.verticalScrollBar().maximum())


PICTURES = (
    Picture("patients-reviews", _reviews),
    Picture("patients-reviews-empty", _reviews_empty),
    Picture("patients-withdraw", _withdraw),
    Picture("patients-band", _band),
    Picture("patients-band-retrieved", _band_retrieved),
    Picture("counter-band", _band_at_counter),
    Picture("settings-identity", _settings),
    Picture("settings-identity-greyed", _settings_greyed),
    Picture("settings-identity-kinds", _settings_kinds),
)

"""Which states of the documents of care are worth a picture?"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from app.kernel.outcome import Done
from app.officine.care.model import (
    Addressee,
    BilanPart,
    DocumentKind,
    EntretienPart,
    SectionPart,
    TreatmentPart,
    VaccinationPart,
)
from app.officine.staff.model import Role
from app.ui.care.view import CareView
from app.ui.pictures import Picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.officine.care.model import Part, WrittenDocument
    from app.officine.prescriptions.model import Prescriber
    from app.ui.pictures import Stage

VACCINE = "3400930306000"
"""VAXIGRIP, of the public base."""
BOX = f"010{VACCINE}17271130" + "10V7421\x1d21SN771204"
"""What the DataMatrix of a box of it holds."""
_TREATMENTS = (
    TreatmentPart("Apixaban 5 mg, comprimé", "5 mg", "matin et soir", "Fibrillation auriculaire", ""),
    TreatmentPart("Bisoprolol 2,5 mg, comprimé", "2,5 mg", "matin", "Insuffisance cardiaque", "Pouls à 58"),
    TreatmentPart("Ramipril 5 mg, comprimé", "5 mg", "matin", "Hypertension artérielle", ""),
    TreatmentPart("Ibuprofène 400 mg, comprimé", "400 mg", "à la demande", "Douleurs du genou", "Sans ordonnance"),
)
_ANALYSIS = (
    "Ibuprofène avec un anticoagulant et un IEC\u00a0: risque de saignement et d’insuffisance rénale.\n"
    "Observance bonne, boîtes rapportées\u00a0: deux prises d’apixaban oubliées ce mois-ci."
)
BILAN = BilanPart(
    _TREATMENTS,
    _ANALYSIS,
    "Arrêter l’ibuprofène\u202f; paracétamol 1 g, trois fois par jour au plus. Contrôler la créatinine.",
    "Appel dans quinze jours, bilan de suivi dans un an.",
)


def care_view(stage: Stage) -> CareView:
    """Enter the room at its list, of every patient."""
    view = stage.view("care")
    assert isinstance(view, CareView)
    view.show_patient(None)
    stage.settle()
    return view


def patient_named(stage: Stage, text: str) -> int:
    """Return the file that a search finds first."""
    return stage.services.patients.search(text, 1, stage.ui.actor())[0].id


def written(stage: Stage, kind: DocumentKind, who: str, part: Part) -> WrittenDocument:
    """Write a document of a patient."""
    care, actor = stage.services.care, stage.ui.actor()
    draft = care.begin(kind, patient_named(stage, who), actor)
    if isinstance(part, VaccinationPart):
        boxed = care.from_box(draft, BOX, actor)
        assert isinstance(boxed, Done), boxed
        taken = boxed.value.part
        assert isinstance(taken, VaccinationPart)
        part = dataclasses.replace(taken, site="LA", dose_number=1, reason="Campagne de vaccination")
    prescriber = stage.services.prescriptions.prescribers("melilot", 1)[0]
    outcome = care.record(dataclasses.replace(draft, part=part, recipients=(_addressee(prescriber),)), actor)
    assert isinstance(outcome, Done), outcome
    return outcome.value


def _addressee(one: Prescriber) -> Addressee:
    return Addressee(one.family_name, one.given_name, one.rpps, one.mss, one.id)


def _several(stage: Stage) -> None:
    """Write what a list shows, once: each pose of the room finds it again."""
    care, actor = stage.services.care, stage.ui.actor()
    if care.recent(actor, 3)[2:]:
        return
    written(stage, DocumentKind.VACCINATION, "adrtrois tou", VaccinationPart())
    bilan = written(stage, DocumentKind.BILAN, "adrun", BILAN)
    theme = care.themes()[1]
    sections = tuple(_section(title) for title in theme.sections[:3])
    gone = written(stage, DocumentKind.ENTRETIEN, "bourrache", EntretienPart(theme.title, sections))
    care.delete(gone.id, "Entretien noté au dossier d’une homonyme", actor)
    again = dataclasses.replace(care.again(bilan.id, actor), reason="Traitement ajouté par le cardiologue")
    assert isinstance(care.record(again, actor), Done)
    draft = care.begin(DocumentKind.VACCINATION, patient_named(stage, "absinthe paule"), actor)
    care.keep(draft, actor)


def _section(title: str) -> SectionPart:
    return SectionPart(title, "Traitement compris, indication connue. Pas d’oubli signalé ce mois-ci.")


def _empty(stage: Stage) -> None:
    care_view(stage)


def _list(stage: Stage) -> CareView:
    _several(stage)
    view = care_view(stage)
    care, actor = stage.services.care, stage.ui.actor()
    # Those that the poses of the forms left behind.
    for kept in care.kept(actor, patient_id=patient_named(stage, "adrun")):
        care.drop(kept.id, actor)
    view.documents.again()
    stage.settle()
    return view


def _pointing(*states: str) -> Callable[[Stage], CareView]:
    def pose(stage: Stage) -> CareView:
        view = _list(stage)
        lines = view.documents.pane.list.records
        place = next(place for place, line in enumerate(lines) if line.state in states)
        view.documents.pane.list.point(place)
        stage.settle()
        return view

    return pose


def _acting(pose: Callable[[Stage], CareView], *acts: str) -> Callable[[Stage], None]:
    def both(stage: Stage) -> None:
        pose(stage)
        for act_id in acts:
            stage.act(act_id)

    return both


def _of_patient(stage: Stage) -> None:
    view = _list(stage)
    view.show_patient(stage.services.patients.get(patient_named(stage, "adrun"), stage.ui.actor()))
    stage.settle()


def _asked(stage: Stage) -> None:
    view = care_view(stage)
    stage.act("care.vaccination")
    view.patients.pane.field.setText("adr")
    view.patients.pane.field.search_now()


def _form(stage: Stage, kind: DocumentKind, who: str) -> CareView:
    """Begin a document for a patient, without what was kept before."""
    view = care_view(stage)
    care, actor, patient_id = stage.services.care, stage.ui.actor(), patient_named(stage, who)
    for kept in care.kept(actor, kind, patient_id):
        care.drop(kept.id, actor)
    view.show_patient(stage.services.patients.get(patient_id, actor))
    stage.settle()
    stage.act(f"care.{kind}")
    return view


def _vaccination(stage: Stage) -> CareView:
    view = _form(stage, DocumentKind.VACCINATION, "adrun")
    form = view.form_of(DocumentKind.VACCINATION)
    form.read_box(BOX)  # type: ignore[attr-defined] # the form of a vaccination
    stage.settle()
    form.choices["site"].setCurrentIndex(1)  # type: ignore[attr-defined] # the same
    form.dose_number.setText("1")  # type: ignore[attr-defined] # the same
    form.recipients.pane.field.setText("bella")
    form.recipients.pane.field.search_now()
    stage.settle()
    return view


def _vaccination_wrong(stage: Stage) -> None:
    view = _form(stage, DocumentKind.VACCINATION, "adrun")
    form = view.form_of(DocumentKind.VACCINATION)
    form.expiry.setText("31/13/2027")  # type: ignore[attr-defined] # the form of a vaccination
    form.recipients.add_typed("12345678901")
    stage.act("care.preview")
    form.expiry.clear()  # type: ignore[attr-defined] # the same
    stage.act("care.preview")


def _entretien(stage: Stage) -> CareView:
    view = _form(stage, DocumentKind.ENTRETIEN, "adrun")
    form = view.form_of(DocumentKind.ENTRETIEN)
    form.model.setCurrentIndex(2)  # type: ignore[attr-defined] # the form of an entretien
    form.model.activated.emit(2)  # type: ignore[attr-defined] # the same
    form.sections[0].text.setPlainText(  # type: ignore[attr-defined] # the same
        "Sait que l’apixaban traite sa fibrillation auriculaire, et pourquoi chaque jour."
    )
    stage.settle()
    return view


def _entretien_wrong(stage: Stage) -> None:
    view = _entretien(stage)
    form = view.form_of(DocumentKind.ENTRETIEN)
    form.sections[0].text.setPlainText("")  # type: ignore[attr-defined] # the form of an entretien
    stage.act("care.preview")


def _bilan(stage: Stage) -> CareView:
    view = _form(stage, DocumentKind.BILAN, "adrun")
    form = view.form_of(DocumentKind.BILAN)
    form.fill(BILAN)
    form.changed("part.analysis")
    form.go_to(form.first)
    stage.settle()
    return view


def _bilan_wrong(stage: Stage) -> None:
    view = _bilan(stage)
    form = view.form_of(DocumentKind.BILAN)
    form.lines[1].cells["name"].clear()  # type: ignore[attr-defined] # the form of a bilan
    form.hour.setText("25h")
    stage.act("care.preview")
    form.hour.setText("10:30")
    stage.act("care.preview")


def _technician(stage: Stage) -> None:
    """Show what a préparateur is asked: which pharmacist answers for the act."""
    before = stage.ui.operator
    stage.ui.set_operator(next(one for one in stage.services.staff.members() if one.role is Role.TECHNICIAN))
    stage.settle()
    _vaccination(stage)
    stage.act("care.preview")
    if before is not None:
        stage.ui.set_operator(before)


def _settings(stage: Stage, role: Role) -> None:
    before = stage.ui.operator
    stage.ui.set_operator(next(one for one in stage.services.staff.members() if one.role is role))
    stage.view("settings")
    stage.act("settings.care")
    stage.settle()
    if before is not None:
        stage.ui.set_operator(before)


PICTURES = (
    Picture("care-empty", _empty),
    Picture("care-list", _acting(_list)),
    Picture("care-list-patient", _of_patient),
    Picture("care-list-deleted", _acting(_pointing("Supprimé"))),
    Picture("care-list-draft", _acting(_pointing("Brouillon"))),
    Picture("care-choose", _asked),
    Picture("care-vaccination", _acting(_vaccination)),
    Picture("care-vaccination-wrong", _vaccination_wrong),
    Picture("care-vaccination-technician", _technician),
    Picture("care-entretien", _acting(_entretien)),
    Picture("care-entretien-wrong", _entretien_wrong),
    Picture("care-bilan", _acting(_bilan)),
    Picture("care-bilan-wrong", _bilan_wrong),
    Picture("care-modify", _acting(_pointing("Valide"), "care.modify")),
    Picture("care-preview-vaccination", _acting(_vaccination, "care.preview")),
    Picture("care-preview-bilan", _acting(_bilan, "care.preview")),
    Picture("care-read", _acting(_pointing("Valide"), "care.open")),
    Picture("care-delete", _acting(_pointing("Valide"), "care.delete")),
    Picture("care-forget", _acting(_pointing("Brouillon"), "care.delete")),
    Picture("settings-care", lambda stage: _settings(stage, Role.HOLDER)),
    Picture("settings-care-other", lambda stage: _settings(stage, Role.ASSISTANT)),
)

"""Which states of the room of the documents are worth a picture?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.officine.inbox.model import Origin, Query, State
from app.ui.documents.view import DocumentsView
from app.ui.documents.worklist import CHOICES
from app.ui.pictures import Picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.ui.pictures import Stage

_BROKEN = b"<?xml version='1.0'?><ClinicalDocument xmlns='urn:hl7-org:v3'><title>Compte rendu"


def _room(stage: Stage, state: str = "Tous") -> DocumentsView:
    view = stage.view("documents")
    assert isinstance(view, DocumentsView)
    stage.act("documents.back")
    view.worklist.of_patient(None)
    view.worklist.states.setCurrentIndex([one.label for one in CHOICES].index(state))
    stage.settle()
    return view


def _at(stage: Stage, words: str, state: str = "Tous") -> DocumentsView:
    """Point at the first document whose title holds some words."""
    view = _room(stage, state)
    places = [place for place, one in enumerate(view.worklist.list.records) if words in one.title]
    view.worklist.list.point(places[0])
    stage.settle()
    return view


def _pose(words: str, *acts: str, state: str = "Tous") -> Callable[[Stage], None]:
    def pose(stage: Stage) -> None:
        _at(stage, words, state)
        for act in acts:
            stage.act(act)

    return pose


def _first(stage: Stage) -> None:
    _room(stage, "À traiter")


def _empty(stage: Stage) -> None:
    view = _room(stage, "Refusés")
    view.worklist.list.setFocus()
    stage.settle()


def _nothing(stage: Stage) -> None:
    view = _room(stage)
    view.worklist.field.setText("xyzzyx")
    stage.settle()


def _aside(stage: Stage) -> None:
    services = stage.services
    services.inbox.receive(_BROKEN, Origin.FILE, services.system_actor, name="compte-rendu-du-chu.xml")
    view = _room(stage, "Mis de côté")
    view.worklist.list.point(0)
    stage.settle()


def _nobody(stage: Stage) -> None:
    view = _at(stage, "consultation")
    stage.act("documents.choose")
    view.matching.field.setText("verveine")
    stage.settle()


def _filed(stage: Stage) -> None:
    services = stage.services
    for one in services.inbox.page(Query(text="prescription", states=frozenset({State.WAITING}))).documents:
        match = services.inbox.match(one.id)
        if match.sure is not None:
            services.inbox.file(one.id, match.sure.patient_id, services.system_actor)
    _at(stage, "Prescription", "Classés")


def _in_file(stage: Stage) -> None:
    """The sheet of the patient, with the documents that were filed in it."""
    _filed(stage)
    stage.act("documents.patient")


PICTURES = (
    Picture("documents", _first),
    Picture("documents-sure", _pose("Synthèse")),
    Picture("documents-biology", _pose("biologiques")),
    Picture("documents-letter", _pose("Lettre")),
    Picture("documents-large", _pose("Synthèse", "documents.large")),
    Picture("documents-large-prescription", _pose("Prescription", "documents.large")),
    Picture("documents-differs", _pose("consultation")),
    Picture("documents-compare", _pose("consultation", "documents.compare")),
    Picture("documents-compare-traits", _pose("vaccination", "documents.compare")),
    Picture("documents-compare-homonyms", _pose("Synthèse", "documents.compare")),
    Picture("documents-choose", _nobody),
    Picture("documents-refuse", _pose("vaccination", "documents.refuse", "documents.save")),
    Picture("documents-replaced", _pose("biologiques", state="Remplacés")),
    Picture("documents-aside", _aside),
    Picture("documents-nothing", _nothing),
    Picture("documents-empty", _empty),
    Picture("documents-filed", _filed),
    Picture("documents-in-file", _in_file),
)

"""What does the room of the patients show once INSi was asked: found, different, unfit, several, nobody, failed?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.patients.poses import identity
from app.ui.pictures import Picture

if TYPE_CHECKING:
    from app.ui.patients.view import PatientsView
    from app.ui.pictures import Stage

_HTML = b"<html><body>Service en maintenance</body></html>"


def asked(stage: Stage, who: str) -> PatientsView:
    """Ask INSi for the first patient found."""
    view = identity(stage, who)
    stage.act("patients.insi")
    stage.settle()
    return view


def _compare(stage: Stage) -> None:
    asked(stage, "bourrache")


def _differs(stage: Stage) -> None:
    asked(stage, "argousier")


def _unfit(stage: Stage) -> None:
    asked(stage, "camomille")


def _several(stage: Stage) -> None:
    asked(stage, "de vinci")


def _nobody(stage: Stage) -> None:
    asked(stage, "houilles")


def _refused(stage: Stage) -> None:
    view = asked(stage, "nigelle")
    view.insi.refuse()
    stage.settle()


def _failed(stage: Stage) -> None:
    insi, actor = stage.services.insi, stage.ui.actor()
    insi.inject(_HTML, actor)
    asked(stage, "romarin")


def _doubtful(stage: Stage) -> None:
    asked(stage, "x-fictive")


def _code(stage: Stage) -> None:
    _with_cards(stage, "cps", "tilleul")
    view = identity(stage, "tilleul leonie")
    stage.act("patients.insi_card")
    stage.settle()
    if view.insi.people is not None:
        view.insi.people.point(0)
        view.insi.people.chosen.emit(view.insi.people.current_record)
    stage.settle()


def _people(stage: Stage) -> None:
    _with_cards(stage, "cps", "tilleul")
    identity(stage, "tilleul leonie")
    stage.act("patients.insi_card")
    stage.settle()


def _with_cards(stage: Stage, *keys: str) -> None:
    demo = stage.services.demo_cards
    assert demo is not None
    for one in demo.cards():
        if bool(one.reader) is not (one.key in keys):
            demo.toggle(one.key)
    stage.settle()


PICTURES = (
    Picture("patients-insi-compare", _compare),
    Picture("patients-insi-differs", _differs),
    Picture("patients-insi-unfit", _unfit),
    Picture("patients-insi-several", _several),
    Picture("patients-insi-nobody", _nobody),
    Picture("patients-insi-refusal", _refused),
    Picture("patients-insi-failed", _failed),
    Picture("patients-insi-blocked", _doubtful),
    Picture("patients-insi-people", _people),
    Picture("patients-insi-code", _code),
)

"""Which states of the journal of INSi are worth a picture?"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from app.officine.patients.identity import Ins, Traits
from app.officine.patients.identity_model import InsiIdentity, PastIns
from app.officine.patients.insi_model import Call, Decision, InsiMode, Operation
from app.officine.staff.model import Role
from app.ui.pictures import Picture
from app.ui.registers.view import RegistersView

if TYPE_CHECKING:
    from app.ui.pictures import Stage
    from app.ui.trace.insi_page import InsiCallsPage

_NIR, _NIA = "1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9"
_SENT = (("family_name", "ADRUN"), ("first_name", "ZOE"), ("sex", "F"), ("birth_date", "1975-12-31"))
_ZOE = InsiIdentity(
    ins=Ins("275126322074974", _NIR),
    traits=Traits(family_name="ADRUN", birth_names="ZOE ANNE", sex="F", birth_date="1975-12-31", birth_place="63220"),
    past=(
        PastIns(ins=Ins("875126322074909", _NIA), start="2015-03-02", end="2019-11-18"),
        PastIns(ins=Ins("275127505602193", _NIR), start="2019-11-18"),
    ),
)

_REQUEST = (
    b"<S:Envelope><S:Body><RECSANSVITALE><NomNaissance>ADRUN</NomNaissance><Prenom>ZOE</Prenom><Sexe>F</Sexe>"
    b"<DateNaissance>1975-12-31</DateNaissance></RECSANSVITALE></S:Body></S:Envelope>"
)
_ANSWER = (
    b"<S:Envelope><S:Body><RESULTAT><CR><CodeCR>00</CodeCR><LibelleCR>OK</LibelleCR></CR></RESULTAT></S:Body>"
    b"</S:Envelope>"
)


def _call(at: dt.datetime) -> Call:
    return Call(
        id=6,
        at=at,
        author="Paul ORTIE",
        station="comptoir-1",
        patient_id=41,
        patient="ADRUN ZOE",
        operation=Operation.BY_TRAITS,
        mode=InsiMode.ORGANISATION,
        caller="10B0000001",
        message_id="5f2c9a4e-0d43-4b8e-9c3a-6a1d2f7b8e01",
        sent=_SENT,
        code="00",
        label="OK",
        fault="",
        severity="",
        failure="",
        http_status=200,
        milliseconds=412,
        is_simulated=True,
        found=_ZOE,
        decision=Decision.ACCEPTED,
        decided_at=at + dt.timedelta(minutes=1),
        decided_by="Paul ORTIE",
        reason="",
    )


def calls(now: dt.datetime) -> list[Call]:
    """Return the calls of a morning, the latest first: one of each outcome."""
    one = _call(now)
    nothing = replace(one, found=None, decision=None, decided_at=None, decided_by="")
    earlier = [now - dt.timedelta(minutes=17 * rank) for rank in range(6)]
    return [
        one,
        replace(nothing, id=5, at=earlier[1], code="01", label="Aucune identite trouvee", milliseconds=388),
        replace(
            nothing,
            id=4,
            at=earlier[2],
            author="Claire VALÉRIANE",
            patient="DE VINCI LEONARDO",
            code="02",
            label="Plusieurs identites trouvees",
        ),
        replace(
            nothing,
            id=3,
            at=earlier[3],
            code="",
            label="",
            fault="siram_40/insi_111",
            severity="fatale",
            failure="Le téléservice INSi est indisponible.",
            http_status=500,
            milliseconds=15_004,
        ),
        replace(
            one,
            id=2,
            at=earlier[4],
            operation=Operation.BY_CARD,
            mode=InsiMode.CARD,
            caller="899700102301",
            sent=(("family_name", "ADRUN"), ("birth_date", "1975-12-31"), ("rank", "1"), ("card", "individu")),
            decision=Decision.REFUSED,
            reason="La patiente dit s’appeler Zoélie",
        ),
        replace(
            nothing,
            id=1,
            at=earlier[5],
            operation=Operation.VERIFY,
            code="01",
            label="KO",
            sent=(*_SENT, ("matricule", "275126322074974"), ("oid", _NIR)),
            is_simulated=False,
        ),
    ]


def _opened(stage: Stage) -> InsiCallsPage:
    view = stage.view("registers")
    assert isinstance(view, RegistersView)
    stage.ui.set_operator(next(one for one in stage.services.staff.members() if one.role is Role.HOLDER))
    stage.act("registers.insi")
    page = view.insi()
    page.show_calls_of(None)
    stage.settle()
    return page


def _plain(stage: Stage) -> None:
    _opened(stage).show_calls(calls(stage.services.clock.now()), has_more=True)


def _pointed(stage: Stage, place: int) -> InsiCallsPage:
    page = _opened(stage)
    page.show_calls(calls(stage.services.clock.now()))
    page.list.point(place)
    return page


def _detail(stage: Stage) -> None:
    page = _pointed(stage, 4)
    stage.settle()
    inside = page.sheet.sheet.verticalScrollBar()
    inside.setValue(inside.maximum())


def _failed(stage: Stage) -> None:
    _pointed(stage, 3)


def _empty(stage: Stage) -> None:
    _opened(stage).show_calls([])


def _patient(stage: Stage) -> None:
    page = _opened(stage)
    patient = stage.services.patients.search("pat", 1)[0]
    page.show_calls_of(patient)
    stage.settle()
    mine = calls(stage.services.clock.now())[:2]
    page.show_calls([replace(one, patient=patient.display_name, patient_id=patient.id) for one in mine])


def _refused(stage: Stage) -> None:
    page = _opened(stage)
    stage.ui.set_operator(next(one for one in stage.services.staff.members() if one.role is Role.TECHNICIAN))
    page.read()
    stage.settle()
    stage.ui.set_operator(next(one for one in stage.services.staff.members() if one.role is Role.HOLDER))


def _exchange(stage: Stage) -> None:
    page = _pointed(stage, 0)
    call = page.list.current_record
    assert call is not None
    page.open_exchange(call, (_REQUEST, _ANSWER))


PICTURES = (
    Picture("insi-journal", _plain),
    Picture("insi-journal-detail", _detail),
    Picture("insi-journal-failed", _failed),
    Picture("insi-journal-empty", _empty),
    Picture("insi-journal-patient", _patient),
    Picture("insi-journal-refused", _refused),
    Picture("insi-journal-exchange", _exchange),
)

"""Which states of the room of the team are worth a picture?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.officine.staff.model import Role
from app.officine.staff.session import Factors
from app.ui.pictures import Picture
from app.ui.staff.sheet import MemberRecord
from app.ui.staff.view import StaffView, read_records
from app.ui.widgets.qr import modules_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.ui.pictures import Stage

_KINDS = (
    Factors(password=True, totp=True, pin=True, cards=("899700102301",)),
    Factors(password=True, pin=True, cards=("899700102302",), pin_locked=True),
    Factors(password=True, must_change=True),
    Factors(password=True, totp=True, pin=True, is_locked=True),
    Factors(pin=True),
    Factors(),
)
_KEY = "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP"
_URI = "otpauth://totp/Galien:exemple?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Galien"


def _view(stage: Stage, place: int = 0) -> StaffView:
    """Show a team whose members have what an officine gives them."""
    _holder(stage)
    view = stage.view("staff")
    assert isinstance(view, StaffView)
    view.open_page("members")
    view.sheet.close_forms()
    records = [
        MemberRecord(one.member, _KINDS[rank % len(_KINDS)], one.sessions)
        for rank, one in enumerate(read_records(stage.services))
    ]
    view.list.set_records(records)
    view.list.point(place)
    stage.settle()
    return view


def _holder(stage: Stage) -> None:
    """Put the titulaire at the counter."""
    members = stage.services.staff.members()
    stage.ui.set_operator(next(one for one in members if one.role is Role.HOLDER))


def _member(place: int, *acts: str) -> Callable[[Stage], None]:
    def pose(stage: Stage) -> None:
        _view(stage, place)
        for act in acts:
            stage.act(act)

    return pose


def _own(*acts: str) -> Callable[[Stage], None]:
    """Pose acts of the operator’s own account."""

    def pose(stage: Stage) -> None:
        view = _view(stage)
        ids = [one.member.id for one in view.list.records]
        assert stage.ui.operator is not None
        view.list.point(ids.index(stage.ui.operator.id))
        for act in acts:
            stage.act(act)

    return pose


def _student(stage: Stage) -> None:
    """Show the form of a student, whose date could not be read."""
    view = _view(stage)
    stage.act("staff.add")
    form = view.sheet.member_form
    form.family.setText("SUREAU")
    form.given.setText("Noé")
    form.role.setCurrentIndex(list(Role).index(Role.STUDENT))
    form.until.setText("31/02/2027")
    stage.act("staff.save")


def _enrolment(stage: Stage) -> None:
    view = _view(stage)
    sheet = view.sheet
    sheet._open(sheet.totp)  # noqa: SLF001 -- a pose stands for what the service would answer
    sheet.totp.qr.show_modules(modules_of(_URI))
    sheet.totp.key.setText(_KEY)


def _colleague(stage: Stage) -> None:
    """What a member who does not manage the team sees: their own account."""
    members = stage.services.staff.members()
    stage.ui.set_operator(next(one for one in members if one.role is Role.TECHNICIAN))
    stage.view("staff")
    stage.act("staff.members")


def _bye(stage: Stage) -> None:
    _view(stage, 1)
    stage.act("staff.leave")


PICTURES = (
    Picture("staff-members", _member(0)),
    Picture("staff-locked", _member(3)),
    Picture("staff-new", _member(0, "staff.add", "staff.save")),
    Picture("staff-edit", _member(1, "staff.edit")),
    Picture("staff-student", _student),
    Picture("staff-reset", _member(2, "staff.reset")),
    Picture("staff-password", _own("staff.password")),
    Picture("staff-pin", _own("staff.pin")),
    Picture("staff-enrolment", _enrolment),
    Picture("staff-leave", _bye),
    Picture("staff-own", _colleague),
    Picture("staff-rights", _member(0, "staff.rights")),
)

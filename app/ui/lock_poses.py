"""Which states of the lock are worth a picture?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.kernel.outcome import Finding, Severity
from app.officine.staff.locks import LockReason
from app.officine.staff.ports import HolderCard
from app.officine.staff.session import Factors, TotpEnrolment
from app.ui.lock import Team, read_team
from app.ui.pictures import Picture
from app.ui.widgets.qr import modules_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.ui.lock import LockView
    from app.ui.pictures import Stage

_SECRET: Final = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 -- the example of the key URI format
_URI: Final = (
    f"otpauth://totp/Galien:Claire%20VALERIANE?secret={_SECRET}&issuer=Galien&algorithm=SHA1&digits=6&period=30"
)


def _locked(stage: Stage, reason: LockReason = LockReason.ASKED) -> LockView:
    """Lock with a team whose members have what an officine gives them."""
    stage.window.enter("counter")
    stage.window.lock()
    view = stage.window.lock_view
    # Asked of the screen alone: the end of a session would end it for the pictures that follow.
    view.ask(reason)
    stage.settle()
    known = read_team(stage.services)
    team = Team(
        known.members,
        {
            member.id: Factors(
                password=True, pin=place != 1, totp=place % 2 == 0, cards=("899001",) if place % 2 else ()
            )
            for place, member in enumerate(known.members)
        },
    )
    view._is_asked = True  # noqa: SLF001 -- a pose stands for what the service would answer
    view._show(team)  # noqa: SLF001 -- the same
    stage.settle()
    return view


def _card(tries: int | None = 3, *, pinpad: bool = False) -> HolderCard:
    return HolderCard(
        serial="899001",
        rpps="",
        family_name="VALÉRIANE",
        given_name="Claire",
        profession_label="Pharmacien",
        tries_left=tries,
        pinpad=pinpad,
        is_test=True,
    )


def _idle(stage: Stage) -> None:
    _locked(stage, LockReason.IDLE)


def _wrong_pin(stage: Stage) -> None:
    view = _locked(stage)
    view.pin.refuse(
        (
            Finding(
                "GAL-PER-32",
                Severity.ERROR,
                "Le code PIN n’est pas le bon. Il reste 4 essais.",
                "Retapez-le, ou identifiez-vous par mot de passe ou par carte.",
            ),
        )
    )


def _waiting(stage: Stage) -> None:
    view = _locked(stage)
    view.choose_way("password")
    view.password.refuse(
        (
            Finding(
                "GAL-PER-31",
                Severity.ERROR,
                "Trop d’échecs\u00a0: le prochain essai est possible à 14:32:10.",
                "Attendez, ou identifiez-vous par carte. Rien n’a été essayé.",
            ),
        )
    )


def _full(stage: Stage) -> None:
    view = _locked(stage, LockReason.EXPIRED)
    view.choose_way("password")
    view.password.password.setText("x" * 16)
    view.password.password.capitals.emit(True)


def _with_card(tries: int | None = 3, *, pinpad: bool = False) -> Callable[[Stage], None]:
    def pose(stage: Stage) -> None:
        view = _locked(stage)
        view.card = _card(tries, pinpad=pinpad)
        view.by_card.fit(view.card, is_possible=True)
        view.choose_way("card")

    return pose


def _no_card(stage: Stage) -> None:
    view = _locked(stage)
    view.by_card.fit(None, is_possible=True)
    view.choose_way("card")


def _first(stage: Stage) -> None:
    view = _locked(stage)
    view._show_step(view.first, "Bienvenue dans Galien")  # noqa: SLF001 -- the same
    view.first.begin(None)
    view.first.family.setText("VALÉRIANE")
    view.first.given.setText("Claire")
    view.first.secret.first.setText("motdepasse2026")
    stage.settle()


def _enrolment(stage: Stage) -> None:
    view = _locked(stage)
    view._show_step(view.totp_step, "Bonjour Claire")  # noqa: SLF001 -- the same
    enrolment = TotpEnrolment(_SECRET, _URI)
    view.totp_step.qr.show_modules(modules_of(enrolment.uri))
    view.totp_step.key.setText(" ".join(_SECRET[start : start + 4] for start in range(0, len(_SECRET), 4)))
    view.totp_step.code.setFocus()


def _new_password(stage: Stage) -> None:
    view = _locked(stage)
    view._show_step(view.password_step, "Bonjour Claire")  # noqa: SLF001 -- the same
    view.password_step.secret.first.setText("lampe tilleul orage quai")
    stage.settle()


def _closing(stage: Stage) -> None:
    stage.window.enter("counter")
    stage.settle()
    stage.window.closing.count(8)


PICTURES = (
    Picture("lock-pin", _idle),
    Picture("lock-pin-wrong", _wrong_pin),
    Picture("lock-waiting", _waiting),
    Picture("lock-full", _full),
    Picture("lock-card-none", _no_card),
    Picture("lock-card", _with_card()),
    Picture("lock-card-last", _with_card(1)),
    Picture("lock-card-blocked", _with_card(0)),
    Picture("lock-card-pinpad", _with_card(pinpad=True)),
    Picture("lock-first", _first),
    Picture("lock-password", _new_password),
    Picture("lock-enrolment", _enrolment),
    Picture("lock-closing", _closing),
)

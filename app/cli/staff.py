"""How does the technician open the first account, see the accounts, and let in again who lost everything?"""

from __future__ import annotations

import datetime as dt
import getpass
import sys
from typing import TYPE_CHECKING, Any

from app.cli import frame
from app.cli.frame import Command
from app.kernel import french
from app.kernel.actor import Actor
from app.kernel.errors import InputDefect
from app.kernel.outcome import Done, Refused

if TYPE_CHECKING:
    import argparse

    from app.bootstrap import Services
    from app.cli.frame import CommandParser, Output
    from app.kernel.outcome import Outcome
    from app.officine.staff.model import Member
    from app.officine.staff.session import Factors

_LINE_LIMIT = 4096


def _configure(parser: CommandParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACTE", required=True)
    acts.add_parser("list", help="montre l’équipe : rôles, moyens d’identification, blocages")
    acts.add_parser(
        "first",
        help="ouvre le compte du premier titulaire : nom, prénom, RPPS, mot de passe, demandés ou lus sur l’entrée "
        "standard, une ligne chacun",
    )
    for name, said in (
        ("reset", "donne un mot de passe à changer, retire code PIN et code à usage unique, ferme les sessions"),
        ("unlock", "débloque un compte après trop d’échecs"),
    ):
        act = acts.add_parser(name, help=said)
        act.add_argument("id", metavar="NUMÉRO", type=int, help="le numéro de la personne, donné par « staff list »")
    act = acts.add_parser("certificate", help="note jusqu’à quand un étudiant est inscrit (CSP L.4241-10)")
    act.add_argument("id", metavar="NUMÉRO", type=int, help="le numéro de l’étudiant")
    act.add_argument("until", metavar="JOUR", help="dernier jour de l’inscription, lu sur le certificat (AAAA-MM-JJ)")


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise frame.UsageError(f"« {text} » n’est pas une date : AAAA-MM-JJ") from None


def _run(args: argparse.Namespace, out: Output) -> int:
    with frame.services(args) as services:
        if args.act == "list":
            return _list(out, services)
        if args.act == "first":
            return _first(out, services)
        if args.act == "certificate":
            until = _day(args.until)
            noted = services.staff.set_student_until(args.id, until, _technician(services))
            return _told(out, noted, {"id": args.id, "until": until}, "Inscription notée.")
        known = services.staff.get(args.id)
        if args.act == "reset":
            password = _new_password() if known is not None else ""
            outcome = services.staff_accounts.reset(args.id, password, _technician(services))
            said = "Mot de passe donné : il est à changer à la prochaine identification, second facteur compris."
        else:
            outcome = services.staff_accounts.unlock(args.id, _technician(services))
            said = "Compte débloqué."
    return _told(out, outcome, {"id": args.id}, said)


def _first(out: Output, services: Services) -> int:
    from app.officine.staff.model import MemberDraft, Role  # noqa: PLC0415 -- loaded with the services already

    findings = services.staff_accounts.check_first()
    if findings:
        # Said before anything is asked for.
        return _told(out, Refused(tuple(findings)), None, "")
    draft = MemberDraft(
        family_name=_line("Nom : "), given_name=_line("Prénom : "), role=Role.HOLDER, rpps=_line("RPPS (ou rien) : ")
    )
    outcome = services.staff_accounts.open_first(draft, _new_password(), services.settings.station)
    member_id = outcome.value.id if isinstance(outcome, Done) else None
    said = "Compte du titulaire ouvert. Le second facteur s’enregistre à la première identification, au poste."
    return _told(out, outcome, {"id": member_id}, said)


def _list(out: Output, services: Services) -> int:
    members = [(member, services.staff_accounts.factors(member.id)) for member in services.staff.members()]
    out.result([_as_json(member, factors) for member, factors in members])
    for member, factors in members:
        out.line(f"{member.id:>6}  {member.name:<30} {member.role.label:<24} {_means(member, factors)}")
    if not members:
        out.line("Personne dans l’équipe : « galien staff first » ouvre le compte du titulaire.")
    return frame.DONE


def _means(member: Member, factors: Factors) -> str:
    """Return with what a member signs in, and what stands in the way."""
    said = [
        *(["mot de passe"] if factors.password else []),
        *(["code à usage unique"] if factors.totp else []),
        *(["code PIN"] if factors.pin else []),
        *([f"{len(factors.cards)} carte{'s' if len(factors.cards) > 1 else ''}"] if factors.cards else []),
    ]
    text = ", ".join(said) or "aucun moyen d’identification"
    if factors.is_locked:
        text += " — BLOQUÉ : galien staff unlock"
    elif factors.locked_until is not None:
        text += f" — essais suspendus jusqu’au {french.moment(factors.locked_until)}"
    if member.student_until is not None:
        text += f" — inscrit jusqu’au {french.short_date(member.student_until)}"
    return text + (" — compte à compléter" if member.is_limited else "")


def _as_json(member: Member, factors: Factors) -> dict[str, Any]:
    return {
        "id": member.id,
        "name": member.name,
        "role": str(member.role),
        "identity_super_user": member.is_identity_super_user,
        "limited": member.is_limited,
        "student_until": member.student_until,
        "password": factors.password,
        "totp": factors.totp,
        "pin": factors.pin,
        "cards": len(factors.cards),
        "locked": factors.is_locked,
        "locked_until": factors.locked_until,
        "pin_locked": factors.pin_locked,
    }


def _told(out: Output, outcome: Outcome[Any], value: object, said: str) -> int:
    if isinstance(outcome, Refused):
        out.findings(outcome.findings)
        out.result({"findings": [finding.as_json() for finding in outcome.findings]})
        return frame.REFUSED
    out.result(value)
    out.line(said)
    return frame.DONE


def _technician(services: Services) -> Actor:
    """Return who acts: no member, but the session of the machine, so that the trace says whose it was."""
    try:
        who = getpass.getuser()
    except (OSError, KeyError):
        who = "session inconnue"
    return Actor(None, f"Technicien ({who})"[:120], services.settings.station)


def _new_password() -> str:
    """Return a password typed twice without being shown, or the next line of standard input.

    Raises InputDefect where the two differ.
    """
    if not sys.stdin.isatty():
        return _line("")
    password = getpass.getpass("Mot de passe : ")
    if getpass.getpass("Le même, encore : ") != password:
        raise InputDefect("Les deux mots de passe diffèrent.", code="GAL-PER-17", advice="Recommencez.")
    return password


def _line(asked: str) -> str:
    """Return a line typed, or the next one of standard input, in UTF-8. Raises InputDefect for what is no text."""
    if sys.stdin.isatty():
        return input(asked).strip()
    raw = sys.stdin.buffer.readline(_LINE_LIMIT)
    try:
        return raw.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise InputDefect(
            "L’entrée standard n’est pas du texte en UTF-8.", code="GAL-PER-18", advice="Rien n’a été changé."
        ) from error


COMMANDS = (
    Command("staff", "Ouvre le premier compte, montre l’équipe, rend un accès perdu, débloque.", _configure, _run),
)

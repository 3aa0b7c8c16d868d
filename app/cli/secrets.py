"""How does the technician keep the keys and the certificates of the officine? No value is given as an argument."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from app.cli import frame
from app.cli.frame import Command
from app.kernel import french
from app.kernel.errors import InputDefect
from app.kernel.outcome import Refused

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from app.bootstrap import Services
    from app.cli.frame import CommandParser, Output
    from app.kernel.outcome import Outcome
    from app.officine.secrets.model import VaultState

_LONGEST = 4_096


def _configure(parser: CommandParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACTE", required=True)
    acts.add_parser(
        "state", help="dit où est la clé de ce poste, quels postes sont inscrits, quels secrets sont gardés"
    )
    begin = acts.add_parser("begin", help="crée la clé de l’officine sur ce premier poste")
    begin.add_argument(
        "--passphrase", action="store_true", help="garde la clé sous une phrase de passe, faute de trousseau du système"
    )
    acts.add_parser("code", help="donne un code, une fois, pour inscrire un autre poste dans les 30 minutes")
    acts.add_parser("recovery", help="donne un code de secours, une fois, à garder au coffre")
    enrol = acts.add_parser("enrol", help="inscrit ce poste ; le code se tape, ou vient sur l’entrée standard")
    enrol.add_argument("--passphrase", action="store_true", help="garde la clé de ce poste sous une phrase de passe")
    revoke = acts.add_parser("revoke", help="retire un autre poste ; « renew » rend ensuite inutile ce qu’il savait")
    revoke.add_argument("key", metavar="CLÉ", help="l’identifiant montré par « state »")
    acts.add_parser("rotate", help="donne une nouvelle clé à ce poste")
    renew = acts.add_parser(
        "renew", help="donne une nouvelle clé à l’officine ; les autres postes s’inscrivent à nouveau"
    )
    renew.add_argument("--abandon", action="store_true", help="la clé de ce poste est perdue et aucun code ne reste")
    p12 = acts.add_parser("import-p12", help="importe un certificat et sa clé (PKCS#12) ; le mot de passe est demandé")
    p12.add_argument("file", metavar="FICHIER", help="le fichier .p12 ou .pfx")
    p12.add_argument("usage", metavar="USAGE", help="à quoi il sert, en minuscules : authentification, cachet…")
    acts.add_parser("certificates", help="liste les certificats et leur date de fin")


def _run(args: argparse.Namespace, out: Output) -> int:
    if getattr(args, "passphrase", False):
        _choose_passphrase(args)
    with frame.services(args) as services:
        if services.passphrase is not None and services.passphrase.is_to_ask:
            services.passphrase.give(_passphrase(is_new=getattr(args, "passphrase", False)))
        return _ACTS[args.act](services, args, out)


def _passphrase(*, is_new: bool) -> str:
    """Return the passphrase typed; a new one is typed twice, as nobody could find it again."""
    typed = _asked("Phrase de passe de ce poste : ")
    if is_new and sys.stdin.isatty() and _asked("La même, encore une fois : ") != typed:
        raise InputDefect("Les deux phrases de passe ne sont pas les mêmes.", code="GAL-CLE-18")
    return typed


def _choose_passphrase(args: argparse.Namespace) -> None:
    """Write into the settings that the key of this workstation lies under a passphrase."""
    from app.settings import PASSPHRASE  # noqa: PLC0415 -- only this option needs it

    with frame.services(args) as services:
        if services.settings.mode.is_simulated:
            raise InputDefect(
                "Une simulation garde sa clé en clair dans son dossier : aucun secret réel n’y entre.",
                code="GAL-CLE-16",
            )
        if services.settings.secret_place != PASSPHRASE and any(one.is_ours for one in services.vault.state().stations):
            raise InputDefect(
                "La clé de ce poste est déjà dans le trousseau du système.",
                code="GAL-CLE-17",
                advice="Rien n’a été changé. Le trousseau protège mieux qu’une phrase de passe.",
            )
        services.settings.secret_place = PASSPHRASE
        services.save_settings()


def _state(services: Services, args: argparse.Namespace, out: Output) -> int:
    del args
    state = services.vault.state()
    out.result(_told(state))
    out.line(f"Clé de ce poste : {state.place}.")
    for one in state.stations:
        mine = "  (ce poste)" if one.is_ours else ""
        out.line(f"  {one.id:<20} {one.station:<24} depuis le {french.moment(one.since)}{mine}")
    if not state.stations:
        out.line("  Aucun poste inscrit.")
    since = state.recovery_since
    out.line(
        f"Code de secours : {f'donné le {french.moment(since)}' if since else 'aucun ; voyez galien secrets recovery'}."
    )
    out.line(f"Secrets gardés : {len(state.secrets)}, illisibles ici : {len(state.unreadable)}.")
    for name in state.secrets:
        out.line(f"  {name}{'  (illisible)' if name in state.unreadable else ''}")
    if state.failure is None:
        return frame.DONE
    out.message(state.failure.code, state.failure.text, state.failure.advice)
    return frame.ENVIRONMENT


def _told(state: VaultState) -> dict[str, Any]:
    return {
        "place": state.place,
        "clear": state.is_clear,
        "failure": None if state.failure is None else state.failure.code,
        "stations": [
            {"id": one.id, "station": one.station, "since": one.since, "ours": one.is_ours} for one in state.stations
        ],
        "recovery_since": state.recovery_since,
        "secrets": list(state.secrets),
        "unreadable": list(state.unreadable),
    }


def _begin(services: Services, args: argparse.Namespace, out: Output) -> int:
    services.vault.prepare()
    return _state(services, args, out)


def _code(services: Services, args: argparse.Namespace, out: Output) -> int:
    del args
    return _show_once(services.vault.transfer_code(services.system_actor), out)


def _recovery(services: Services, args: argparse.Namespace, out: Output) -> int:
    del args
    return _show_once(services.vault.recovery_code(services.system_actor), out)


def _show_once(outcome: Outcome[str], out: Output) -> int:
    if isinstance(outcome, Refused):
        return _refused(outcome, out)
    # The one value that this command gives, as it was asked for: it opens nothing without the database.
    out.result({"code": outcome.value})
    out.line(outcome.value, verbatim=True)
    out.line("Il ne sera plus montré.")
    return frame.DONE


def _enrol(services: Services, args: argparse.Namespace, out: Output) -> int:
    del args
    return _done(services.vault.enrol(_asked("Code : "), services.system_actor), out, "Poste inscrit.")


def _revoke(services: Services, args: argparse.Namespace, out: Output) -> int:
    said = "Poste retiré. Lancez galien secrets renew pour rendre inutile ce qu’il savait."
    return _done(services.vault.revoke(args.key, services.system_actor), out, said)


def _rotate(services: Services, args: argparse.Namespace, out: Output) -> int:
    del args
    return _done(services.vault.rotate(services.system_actor), out, "Ce poste a une nouvelle clé.")


def _renew(services: Services, args: argparse.Namespace, out: Output) -> int:
    said = "L’officine a une nouvelle clé. Inscrivez à nouveau les autres postes, et faites un code de secours."
    return _done(services.vault.renew(services.system_actor, abandon=args.abandon), out, said)


def _import_p12(services: Services, args: argparse.Namespace, out: Output) -> int:
    content = frame.file_bytes(args.file)
    password = _asked("Mot de passe du fichier : ")
    outcome = services.certificates.import_p12(content, password, args.usage, services.system_actor)
    if isinstance(outcome, Refused):
        return _refused(outcome, out)
    out.findings(outcome.findings)
    out.result(
        {"usage": outcome.value.usage, "not_after": outcome.value.not_after, "sha256": outcome.value.fingerprint}
    )
    out.line(
        f"Certificat « {outcome.value.usage} » importé, valable jusqu’au {french.moment(outcome.value.not_after)}."
    )
    out.line("Vous pouvez effacer le fichier : sa clé est gardée, chiffrée, dans la base.")
    return frame.DONE


def _certificates(services: Services, args: argparse.Namespace, out: Output) -> int:
    del args
    found = services.certificates.all()
    out.result(
        [
            {"usage": one.usage, "subject": one.subject, "issuer": one.issuer, "not_after": one.not_after,
             "sha256": one.fingerprint}
            for one in found
        ]
    )  # fmt: skip
    for one in found:
        out.line(f"{one.usage:<20} jusqu’au {french.moment(one.not_after)}  {one.subject}")
    if not found:
        out.line("Aucun certificat.")
    out.findings(services.certificates.ending())
    return frame.DONE


def _done(outcome: Outcome[None], out: Output, said: str) -> int:
    if isinstance(outcome, Refused):
        return _refused(outcome, out)
    out.result({"done": True})
    out.line(said)
    return frame.DONE


def _refused(outcome: Refused, out: Output) -> int:
    out.findings(outcome.findings)
    out.result({"findings": [finding.as_json() for finding in outcome.findings]})
    return frame.REFUSED


def _asked(prompt: str) -> str:
    """Return what a person types unseen, or one line of standard input where there is no terminal."""
    if not sys.stdin.isatty():
        return sys.stdin.buffer.readline(_LONGEST).decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")
    import getpass  # noqa: PLC0415 -- only where a person is there

    try:
        return getpass.getpass(prompt)
    except EOFError:
        return ""


_ACTS: dict[str, Callable[[Services, argparse.Namespace, Output], int]] = {
    "state": _state,
    "begin": _begin,
    "code": _code,
    "recovery": _recovery,
    "enrol": _enrol,
    "revoke": _revoke,
    "rotate": _rotate,
    "renew": _renew,
    "import-p12": _import_p12,
    "certificates": _certificates,
}

COMMANDS = (
    Command("secrets", "Tient les clés et les certificats de l’officine, sans jamais les montrer.", _configure, _run),
)

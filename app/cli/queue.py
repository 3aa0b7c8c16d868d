"""How does the technician see the writes that wait for a remote service, and decide on one?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.cli import frame
from app.cli.frame import Command
from app.kernel import french
from app.kernel.outcome import Refused

if TYPE_CHECKING:
    import argparse

    from app.cli.frame import CommandParser, Output
    from app.store.outbox import OutboxItem

_STATES = ("waiting", "running", "done", "failed", "cancelled")


def _configure(parser: CommandParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACTE", required=True)
    listing = acts.add_parser("list", help="montre les envois, du plus ancien au plus récent")
    listing.add_argument("--state", choices=_STATES, action="append", help="seulement ceux de cet état")
    for name, said in (("retry", "réessaie un envoi tout de suite"), ("cancel", "renonce à un envoi")):
        act = acts.add_parser(name, help=said)
        act.add_argument("id", metavar="NUMÉRO", type=int, help="le numéro de l’envoi")


def _run(args: argparse.Namespace, out: Output) -> int:
    with frame.services(args) as services:
        if args.act == "list":
            from app.store.outbox import State  # noqa: PLC0415 -- loaded with the services already

            states = tuple(State(name) for name in args.state or _STATES)
            return _list(out, services.outbox.items(states=states))
        act = services.outbox.retry if args.act == "retry" else services.outbox.cancel
        outcome = act(args.id, services.system_actor)
    if isinstance(outcome, Refused):
        out.findings(outcome.findings)
        out.result({"findings": [finding.as_json() for finding in outcome.findings]})
        return frame.REFUSED
    out.result(_told(outcome.value))
    out.line(_line(outcome.value))
    return frame.DONE


def _list(out: Output, items: list[OutboxItem]) -> int:
    out.result([_told(item) for item in items])
    for item in items:
        out.line(_line(item))
    if not items:
        out.line("Aucun envoi.")
    return frame.DONE


def _told(item: OutboxItem) -> dict[str, Any]:
    """Return the item without its payload, which may hold health data."""
    return {
        "id": item.id,
        "lane": item.lane,
        "kind": item.kind,
        "key": item.key,
        "state": str(item.state),
        "attempts": item.attempts,
        "created_at": item.created_at,
        "next_try_at": item.next_try_at,
        "done_at": item.done_at,
        "last_error": item.last_error,
    }


def _line(item: OutboxItem) -> str:
    tail = f" — {item.last_error}" if item.last_error else ""
    return f"{item.id:>6}  {french.moment(item.created_at)}  {item.lane:<14} {item.kind:<24} {item.state.label}{tail}"


COMMANDS = (Command("queue", "Montre la file d’attente des envois, réessaie ou annule.", _configure, _run),)

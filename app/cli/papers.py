"""How does the technician see which copies of identity papers are kept until when, and destroy those that are due?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.cli import frame
from app.kernel.clock import paris_date
from app.kernel.french import short_date
from app.kernel.outcome import Refused
from app.kernel.text import plural

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from app.bootstrap import Services
    from app.cli.frame import CommandParser, Output
    from app.officine.papers.model import Paper


def _configure(parser: CommandParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACTE")
    acts.add_parser("list", help="liste les copies gardées et leur date de destruction, sans rien en montrer")
    purge = acts.add_parser("purge", help="détruit pour de bon les copies échues ; Galien le fait chaque jour")
    purge.add_argument("--dry-run", action="store_true", help="dit ce qui serait détruit, sans rien détruire")


def _run(args: argparse.Namespace, out: Output) -> int:
    with frame.services(args) as services:
        return _list(services, out) if args.act == "list" else _purge(services, out, dry_run=args.dry_run)


def _list(services: Services, out: Output) -> int:
    kept = services.papers.every(services.system_actor)
    is_on = services.papers.enabled
    out.result({"enabled": is_on, "papers": [_json(paper) for paper in kept]})
    out.line(f"Conservation des copies de titres : {'en marche' if is_on else 'arrêtée'}.")
    out.line(f"{plural(len(kept), 'copie gardée', 'copies gardées')}.")
    _lines(kept, out)
    return frame.DONE


def _purge(services: Services, out: Output, *, dry_run: bool) -> int:
    outcome = services.papers.purge(services.system_actor, dry_run=dry_run)
    if isinstance(outcome, Refused):
        out.findings(outcome.findings)
        return frame.REFUSED
    gone = outcome.value
    out.result({"dry_run": dry_run, "papers": [_json(paper) for paper in gone.papers], "strays": gone.strays})
    done = "à détruire" if dry_run else ("détruite", "détruites")[len(gone.papers) > 1]
    out.line(f"{plural(len(gone.papers), 'copie')} {done}.")
    _lines(gone.papers, out)
    if gone.strays:
        out.line(f"Restes chiffrés sans copie : {gone.strays}.")
    return frame.DONE


def _lines(papers: Iterable[Paper], out: Output) -> None:
    for paper in papers:
        held = "" if paper.is_held else ", plus gardée"
        copied, due = short_date(paris_date(paper.at)), short_date(paper.due_on)
        out.line(f"  n° {paper.id} : dossier {paper.patient_id}, copiée le {copied}, à détruire le {due}{held}")


def _json(paper: Paper) -> dict[str, Any]:
    return {
        "id": paper.id,
        "patient": paper.patient_id,
        "copied_at": paper.at.isoformat(),
        "due_on": paper.due_on.isoformat(),
        "pages": paper.pages,
        "size": paper.size,
        "held": paper.is_held,
    }


COMMANDS = (
    frame.Command(
        "papers", "Copies des titres d’identité : les lister, détruire celles qui sont échues.", _configure, _run
    ),
)

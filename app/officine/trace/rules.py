"""Which refusals does the trace make, and how does it word what is wrong?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.kernel.outcome import Finding, Severity
from app.kernel.text import typographic
from app.officine.trace.model import CHAIN_TITLES

if TYPE_CHECKING:
    from app.officine.trace.model import Query


TEXT_LIMIT = 200


def cleaned(query: Query) -> Query:
    """Return a question that any database can be asked: no sign that it refuses, no text longer than a sentence."""
    return replace(query, text=_plain(query.text), action=_plain(query.action), station=_plain(query.station))


def _plain(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable()).strip()[:TEXT_LIMIT]


def seals_unsound(said: str) -> Finding:
    """Return the finding that refuses to seal after seals that are missing or altered."""
    return _error(
        "GAL-SCL-01",
        f"Les scellés ne sont plus ce qu’ils étaient. {said}",
        "Gardez la base et le dossier des scellés tels quels ; lancez « galien verify » et prévenez le titulaire.",
    )


def register_unsound(chain: str, said: str) -> Finding:
    """Return the finding that refuses to seal a register that was altered."""
    return _error(
        "GAL-SCL-02",
        f"Dans {CHAIN_TITLES.get(chain, chain)} : {said} Rien n’a été scellé.",
        "Gardez la base telle quelle ; lancez « galien verify » et prévenez le titulaire.",
    )


def sealed_meanwhile() -> Finding:
    """Return the finding for a seal that another workstation made at the same moment."""
    return _error("GAL-SCL-03", "Un autre poste vient de sceller les registres.", "Recommencez si besoin.")


def copy_failed(folder: str, said: str) -> Finding:
    """Return the finding for a copy of the seals that could not be made; the seal itself is there."""
    text = typographic(f"Les scellés n’ont pas été copiés dans {folder} : {said}")
    return Finding("GAL-SCL-04", Severity.WARNING, text, "Branchez ce support, ou choisissez un autre dossier.")


def wrong_period() -> Finding:
    """Return the finding for a period that ends before it begins."""
    return _error("GAL-TRA-01", "La période finit avant de commencer.", "Corrigez l’une des deux dates.", "last")


def _error(code: str, text: str, advice: str, subject: str = "") -> Finding:
    return Finding(code, Severity.ERROR, typographic(text), typographic(advice), subject)

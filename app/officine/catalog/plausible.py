"""Is this set of files whole, or was a part of it lost on the way?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.outcome import Finding, Severity
from app.kernel.text import grouped, typographic
from app.officine.catalog import rules
from app.officine.catalog.textfile import defect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.officine.catalog.rows import Medicines

_WHOLE_SET = 1000
"""From this many specialities or presentations on, a set is taken for the national one and its parts must fit."""

_FALL_PERCENT = 10
_FALL_PERCENT_OF = {"CIS_CPD_bdpm.txt": 2}
"""A condition that is lost sells a listed medicine without its ordonnance: few may go from one month to the next."""
_UNPRICED_PERCENT = 5
_LISTED_PERCENT = 40


def check(medicines: Medicines) -> None:
    """Check that the files of a national set belong together. Raises InputDefect.

    In the real set 0.02 % of the presentations have no speciality, 8 % of the specialities no presentation, 0.01 %
    no substance, and 21 % no condition of prescription; 78 % are on a list, and every presentation that has a rate
    has its price. The limits leave room around these.
    """
    specialities = {row.cis for row in medicines.specialities}
    if max(len(specialities), len(medicines.presentations)) < _WHOLE_SET:
        return
    orphans = sum(row.cis not in specialities for row in medicines.presentations)
    _limit(orphans, len(medicines.presentations), 5, "présentations sans spécialité")
    for rows, percent, what in (
        ({row.cis for row in medicines.presentations}, 30, "spécialités sans présentation"),
        ({row.cis for row in medicines.substances}, 10, "spécialités sans substance"),
        ({row[0] for row in medicines.conditions}, 50, "spécialités sans condition de délivrance"),
    ):
        _limit(len(specialities - rows), len(specialities), percent, what)
    _check_prices(medicines)
    _check_lists(medicines, len(specialities))


def open_ends(after: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return a refusal for each file of a national set that stops before the end of a line.

    The cut may leave a last line that can be read: a condition or an indication is any text.
    """
    return tuple(
        _doubt(name.removeprefix("open:"), "s’arrête sans fin de ligne : il est sans doute tronqué.")
        for name in after
        if name.startswith("open:") and int(after[name.replace("open:", "lines:")]) >= _WHOLE_SET
    )


def falls(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Finding, ...]:
    """Compare what two snapshots of one source say of themselves; return a refusal for each count that fell too far."""
    if before.get("source") != after.get("source"):
        return ()
    found = []
    for name, text in before.items():
        if not name.startswith("lines:") or name not in after:
            continue
        file, old, new = name.removeprefix("lines:"), int(text), int(after[name])
        if new * 100 < old * (100 - _FALL_PERCENT_OF.get(file, _FALL_PERCENT)):
            counts = f"{grouped(new)} lignes, contre {grouped(old)}"
            found.append(_doubt(file, f"n’a plus que {counts} dans la version en service."))
    return tuple(found)


def _doubt(file: str, what: str) -> Finding:
    """Return the refusal of a file that is probably cut, for a person to overrule."""
    return Finding(
        "GAL-CAT-03",
        Severity.ERROR,
        typographic(f"« {file} » {what}"),
        advice="Le fichier est sans doute tronqué : téléchargez-le de nouveau. S’il est entier : --accept-fall.",
        subject=file,
    )


def _check_prices(medicines: Medicines) -> None:
    reimbursed = [row for row in medicines.presentations if row.rate is not None]
    without = sum(row.price is None for row in reimbursed)
    if without * 100 > len(reimbursed) * _UNPRICED_PERCENT:
        raise defect(
            f"Les prix sont endommagés : {grouped(without)} présentations remboursables sur "
            f"{grouped(len(reimbursed))} n’en ont pas, ou en ont qui ne s’accordent pas."
        )


def _check_lists(medicines: Medicines, specialities: int) -> None:
    """Refuse conditions in which the lists are no longer named: everything would leave without an ordonnance."""
    listed = len({cis for cis, condition in medicines.conditions if rules.names_a_list(condition)})
    if listed * 100 < specialities * _LISTED_PERCENT:
        raise defect(
            f"Les conditions de délivrance sont endommagées : {grouped(listed)} spécialités sur "
            f"{grouped(specialities)} seulement sont sur une liste (I, II ou stupéfiants)."
        )


def _limit(count: int, total: int, percent: int, what: str) -> None:
    if count * 100 > total * percent:
        raise defect(
            f"Les fichiers ne vont pas ensemble : {grouped(count)} {what} sur {grouped(total)}. L’un d’eux est tronqué."
        )

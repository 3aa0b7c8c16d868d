"""Do two products of one treatment belong to the same class, where two are no better than one?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.outcome import Finding, Severity
from app.kernel.text import fold
from app.officine.safety.data import doubles

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from app.officine.safety.model import SafetyCase, Taken

IN_SALE, IN_TREATMENT = "GAL-SEC-22", "GAL-SEC-23"

_LEVEL_4 = 5
"""An ATC code names its chemical subgroup, level 4, by its first five characters (WHOCC)."""


def check(case: SafetyCase, told: Collection[frozenset[str]]) -> Iterator[Finding]:
    """Return a finding for two products of one class, once a class; ``told`` are pairs of codes already warned of.

    Two products of one substance, and the same treatment renewed, are told by other checks.
    """
    for rank, line in enumerate(case.lines):
        seen: set[str] = set()
        for other in (*case.lines[:rank], *case.treatment):
            shared = _shared(line, other, case)
            if shared is None or shared[0] in seen or frozenset({line.code, other.code}) in told:
                continue
            seen.add(shared[0])
            yield _finding(line, other, *shared)


def has_class(taken: Taken, case: SafetyCase) -> bool:
    """Return True where a class is known of the product: by its ATC code, or by the thesaurus."""
    return bool(atc_of(taken, case)) or any(key in case.classes for key in taken.keys)


def atc_of(taken: Taken, case: SafetyCase) -> tuple[str, str]:
    """Return the ATC code of a product, and who says so: the officine's table (by product, by substance) or the base.

    Two empty texts where nobody does; a product of several substances is never known by one of them.
    """
    row = case.atc.get(taken.cis or "")
    if row is None and taken.atc:
        return taken.atc, "base publique des médicaments"
    if row is None and len(taken.keys) == 1:
        row = case.atc.get(next(iter(taken.keys)))
    return ("", "") if row is None else (row.atc, f"{row.source}, {french.short_date(row.dated)}")


def _shared(line: Taken, other: Taken, case: SafetyCase) -> tuple[str, str, str] | None:
    """Return the class that two products share, why it matters, and who says so; None for none."""
    table = doubles()
    same = line.code == other.code or (line.group_id is not None and line.group_id == other.group_id)
    if same or line.keys & other.keys or _is_local(line) or _is_local(other):
        return None
    (mine, source), (theirs, _) = atc_of(line, case), atc_of(other, case)
    level = mine[:_LEVEL_4]
    # A subgroup that ends with X holds what fits in no other: two of it have nothing in common.
    is_class = len(level) == _LEVEL_4 and not level.endswith("X") and not level.startswith(table.atc_left_out)
    if is_class and level == theirs[:_LEVEL_4]:
        return f"classe ATC {level}", "", source
    both = _classes(line, case) & _classes(other, case)
    for name in sorted(both & table.classes.keys()):
        return name, table.classes[name], f"classes du {case.source}" if case.source else "thésaurus"
    return None


def _classes(taken: Taken, case: SafetyCase) -> frozenset[str]:
    return frozenset().union(*(case.classes.get(key, frozenset()) for key in taken.keys))


def _is_local(taken: Taken) -> bool:
    """Return True for a product that only acts where it is put; one whose routes are not known is not."""
    routes = {fold(route) for route in taken.routes}
    return bool(routes) and routes <= doubles().local_routes


def _finding(line: Taken, other: Taken, name: str, why: str, source: str) -> Finding:
    told = "" if other.since is None else f" (délivré le {french.short_date(other.since)})"
    in_sale = other.since is None
    text = f"Même classe, {doubles().shown.get(name, name)} : {other.short}{told} et {line.short}."
    advice = " ".join(filter(None, (why, "Les deux sont-ils voulus ?", f"Source : {source}.")))
    return Finding(
        IN_SALE if in_sale else IN_TREATMENT,
        Severity.WARNING if in_sale else Severity.INFO,
        text,
        advice,
        line.line_id,
    )

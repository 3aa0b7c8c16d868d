"""The whole table: each status with each set of attributes that it allows, met by each event, without a hole.

What is kept in ``data/ins_transitions.txt`` was read against RNIV and the conformity list, row by row; the table is
reckoned anew and compared, so that no change of a rule goes unseen. It is printed with the test (``-rP``).
"""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.officine.patients import transitions
from app.officine.patients.identity import Identity, Ins, Traits
from app.officine.patients.model import Attribute, IdentityStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.officine.patients.transitions import Move

KEPT = Path(__file__).parent.parent / "data" / "ins_transitions.txt"
TODAY = dt.date(2026, 11, 23)
NIR, OTHER = Ins("297022A02077878", transitions.OID_NIR), Ins("192061305512310", transitions.OID_NIR)
TRAITS = Traits(
    family_name="ADRTROIS",
    birth_names="JEAN CHRISTOPHE PIERRE",
    first_name="JEAN",
    sex="M",
    birth_date="1997-02-26",
    birth_place="2A020",
)
DIFFERENT = replace(TRAITS, family_name="ADRDEUX")
H, D, F = Attribute.HOMONYM, Attribute.DOUBTFUL, Attribute.FICTITIOUS


def states() -> Iterator[Identity]:
    """Return each identity that may stand: doubtful with homonym at most, fictitious alone, both provisoire only."""
    for has_ins, is_checked in itertools.product((False, True), repeat=2):
        for marks in (set(), {H}):
            yield Identity(
                traits=TRAITS,
                ins=NIR if has_ins else None,
                evidence="PA" if is_checked else "",
                attributes=frozenset(marks),
            )
    for marks in ({D}, {D, H}, {F}):
        yield Identity(traits=TRAITS, attributes=frozenset(marks))


def _insi(answer: Traits, *, accept: bool, code: str = "00", ins: Ins = NIR) -> Callable[[Identity], Move]:
    return lambda one: transitions.retrieve(one, code, ins, answer, accept=accept, production=True)


def _edit(trait: str, value: str, *, is_super: bool = False) -> Callable[[Identity], Move]:
    return lambda one: transitions.edit(one, trait, value, is_super_user=is_super, today=TODAY)


EVENTS: dict[str, Callable[[Identity], Move]] = {
    "insi 00 same": _insi(TRAITS, accept=True),
    "insi 00 same, another matricule": _insi(TRAITS, accept=True, ins=OTHER),
    "insi 00 different, accepted": _insi(DIFFERENT, accept=True),
    "insi 00 different, refused": _insi(DIFFERENT, accept=False),
    "insi 00 date with 00": _insi(replace(TRAITS, birth_date="1997-00-26"), accept=True),
    "insi 01": _insi(TRAITS, accept=True, code="01"),
    "insi 02": _insi(TRAITS, accept=True, code="02"),
    "evidence of high trust, same traits": lambda one: transitions.prove(one, "PA", coherent=True),
    "evidence of high trust, other traits": lambda one: transitions.prove(one, "PA", coherent=False),
    "evidence of low trust": lambda one: transitions.prove(one, "PC", coherent=True),
    "evidence withdrawn": transitions.withdraw_evidence,
    "set homonyme": lambda one: transitions.set_attribute(one, H),
    "set douteuse": lambda one: transitions.set_attribute(one, D),
    "set fictive": lambda one: transitions.set_attribute(one, F),
    "unset homonyme": lambda one: transitions.unset_attribute(one, H),
    "unset douteuse": lambda one: transitions.unset_attribute(one, D),
    "unset fictive": lambda one: transitions.unset_attribute(one, F),
    "edit strict, user": _edit("family_name", "AUTRE"),
    "edit strict, super-user": _edit("family_name", "AUTRE", is_super=True),
    "edit first name, begins the list": _edit("first_name", "JEAN-CHRISTOPHE"),
    "edit first name, does not": _edit("first_name", "PIERRE"),
    "edit used name": _edit("used_name", "DUPONT"),
    "verification OK": lambda one: transitions.verify(one, ok=True),
    "verification KO": lambda one: transitions.verify(one, ok=False),
    "scan, same INS and traits": lambda one: transitions.scan(one, NIR, TRAITS),
    "scan, same INS, other traits": lambda one: transitions.scan(one, NIR, DIFFERENT),
    "scan, other INS": lambda one: transitions.scan(one, OTHER, TRAITS),
}


def words_of(one: Identity) -> str:
    marks = "+".join(sorted(one.attributes)) or "-"
    return f"{one.status} {marks} {'ins' if one.ins else '-'} {'evidence' if one.evidence else '-'}"


def rows() -> list[str]:
    """Return the table, one event on one identity a row."""
    made = []
    for before, (name, event) in itertools.product(states(), EVENTS.items()):
        move = event(before)
        said = ",".join(one.code.removeprefix("GAL-IDN-") for one in move.findings) or "-"
        verdict = "accepted" if move.accepted else "refused"
        made.append(f"{words_of(before)} | {name} | {verdict} | {words_of(move.identity)} | {said}")
    return made


@pytest.mark.req("INS-20", "INS-25", "INS-26", "INS-27", "INS-49")
def test_the_whole_table_is_the_one_that_was_read() -> None:
    reckoned = rows()
    print("\n".join(reckoned))  # noqa: T201 -- the table is asked of the test
    assert len(reckoned) == len(list(states())) * len(EVENTS)
    assert reckoned == KEPT.read_text(encoding="utf-8").splitlines()


@pytest.mark.req("INS-20", "INS-25", "INS-28")
def test_no_row_leaves_an_identity_that_may_not_stand() -> None:
    for before, event in itertools.product(states(), EVENTS.values()):
        move = event(before)
        after = move.identity
        holds = after.status in {IdentityStatus.RETRIEVED, IdentityStatus.QUALIFIED}
        assert holds == (after.ins is not None)
        if after.attributes & {D, F}:
            assert after.status is IdentityStatus.PROVISIONAL
            assert not after.evidence
        assert F not in after.attributes or after.attributes == {F}
        if not move.accepted:
            assert after == before
        if before.ins is not None and after.ins != before.ins:
            assert before.ins in after.past, "what was in force is kept"

"""Whose identity does this INS datamatrix hold, and is it well formed?

Source: ANS, « Datamatrix INS » v2.x: a header of 26 characters, then blocks S1 to S7 in any order. The code is not
signed: it proves no identity. A separator closes a variable block; some scanners lose it, and nothing is lost with it,
as no value can hold the letter S followed by a digit.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from app.kernel.identifiers import is_nir, is_nir_form
from app.officine.scan.defects import Defect
from app.officine.scan.model import GS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from app.kernel.outcome import Finding

    _ValueRule = Callable[[str, dt.date], list[Finding]]

FIELDS = ("matricule", "oid", "birth_names", "family_name", "sex", "birth_date", "birth_place")
MARKER, VERSION, HEADER_LENGTH = "IS", "01", 26

OID_NIR, OID_NIA = "1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9"
OID_TEST, OID_DEMO = "1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.11"
OIDS = frozenset({OID_NIR, OID_NIA, OID_TEST, OID_DEMO})
TEST_OIDS = frozenset({OID_TEST, OID_DEMO})

_START = re.compile(r"IS[0-9][0-9]")
_TWO_HEADERS = re.compile(r"IS[0-9][0-9][0-9A-Z]{22}S[0-9].*IS[0-9][0-9][0-9A-Z]{22}S[0-9]", re.DOTALL)
_BLOCK = re.compile(r"S([0-9])")
_SPACES = re.compile(r"\s+")
_NAME_CHARACTERS = re.compile(r"[A-Z '\-]+")
_FAMILY_NAME = re.compile(r"'?[A-Z]+(?:(?:--|[-' ])[A-Z]+)*'?")
_GIVEN_NAMES = re.compile(r"'?[A-Z]+(?:[-' ][A-Z]+)*")
_DATE = re.compile(r"([0-9]{2})-([0-9]{2})-([0-9]{4})")
_PLACE = re.compile(r"[0-9]{5}|2[AB][0-9]{3}")
_USUAL_NIR = re.compile(r"[12][0-9]{2}(?:0[1-9]|1[0-2]|[2-9][0-9])(?!00|96)[0-9][0-9AB][0-9]{8}")
_LONGEST_NAME = 100
_FIRST_YEAR = 1850


class Block(NamedTuple):
    """One block of the message: its number (1 to 7 when known) and its value."""

    number: int
    value: str


class _Rule(NamedTuple):
    field: str
    name: str
    lengths: range


_RULES = {
    1: _Rule("matricule", "matricule", range(15, 16)),
    2: _Rule("oid", "autorité d’affectation", range(19, 21)),
    3: _Rule("birth_names", "prénoms de naissance", range(1, _LONGEST_NAME + 1)),
    4: _Rule("family_name", "nom de naissance", range(1, _LONGEST_NAME + 1)),
    5: _Rule("sex", "sexe", range(1, 2)),
    6: _Rule("birth_date", "date de naissance", range(10, 11)),
    7: _Rule("birth_place", "lieu de naissance", range(5, 6)),
}
_MANDATORY = range(1, 7)


@dataclass(frozen=True, slots=True)
class InsCode:
    """The traits that the code holds; None where they are absent or unreadable."""

    traits: dict[str, str | None] = field(default_factory=lambda: dict.fromkeys(FIELDS))
    findings: tuple[Finding, ...] = ()


def looks_ins(body: str) -> bool:
    """Return True when the text begins as the INS datamatrix does, whatever its version."""
    return _START.match(body) is not None


def decode(body: str, today: dt.date, *, production: bool = False) -> InsCode:
    """Read an INS datamatrix (separators as GS or lost). Never raises.

    ``production`` refuses test and demonstration identities. The date becomes ISO; spaces inside the matricule go.
    """
    if body[2:4] != VERSION:
        return InsCode(findings=(Defect.INS_VERSION.found(value=body[2:4]),))
    if _TWO_HEADERS.match(body):
        return InsCode(findings=(Defect.GLUED.found(),))
    blocks = tokenize(body[HEADER_LENGTH:])
    if len(body) < HEADER_LENGTH or blocks is None:
        return InsCode(findings=(Defect.INS_HEADER.found(),))
    findings = _structure_defects(blocks)
    values = {_RULES[number].field: value for number, value in reversed(blocks) if number in _RULES}
    findings += [defect for name in FIELDS if name in values for defect in _value_defects(name, values, today)]
    findings += [Defect.INS_TEST.found("oid")] if production and values.get("oid") in TEST_OIDS else []
    traits = {name: values.get(name) for name in FIELDS}
    traits["birth_date"] = _iso_date(values.get("birth_date", ""))
    return InsCode(traits, tuple(findings))


def tokenize(message: str) -> list[Block] | None:
    """Cut what follows the header into blocks, in their order; None when it does not begin with a block."""
    parts = _BLOCK.split(message)
    if parts[0].strip(GS + " ") or len(parts) < 3:
        return None
    numbers, values = parts[1::2], parts[2::2]
    return [Block(int(number), _trimmed(number, value)) for number, value in zip(numbers, values, strict=True)]


def matricule_defects(matricule: str) -> list[Finding]:
    """Return what is wrong with a matricule of 15 characters: its form, its key (errors), its composition (warning)."""
    if not is_nir_form(matricule):
        return [Defect.INS_MATRICULE.found("matricule")]
    if not is_nir(matricule):
        return [Defect.INS_KEY.found("matricule")]
    return [] if _USUAL_NIR.fullmatch(matricule) else [Defect.INS_NIR.found("matricule")]


def _trimmed(number: str, value: str) -> str:
    value = value.rstrip(GS + " ")
    return _SPACES.sub("", value).upper() if number == "1" else value


def _structure_defects(blocks: Sequence[Block]) -> list[Finding]:
    numbers = [block.number for block in blocks]
    found = [Defect.INS_BLOCK.found(value=f"S{number}") for number in sorted(set(numbers) - set(_RULES))]
    for number, rule in _RULES.items():
        if numbers.count(number) > 1:
            found.append(Defect.INS_DUPLICATE.found(rule.field, field=rule.name))
        if number in _MANDATORY and number not in numbers:
            found.append(Defect.INS_MISSING.found(rule.field, field=rule.name))
    return found


def _value_defects(name: str, values: dict[str, str], today: dt.date) -> list[Finding]:
    value = values[name]
    rule = next(rule for rule in _RULES.values() if rule.field == name)
    if len(value) not in rule.lengths:
        return [Defect.INS_LENGTH.found(name, field=rule.name)]
    if name in ("birth_names", "family_name"):
        return _name_defects(rule, value)
    return _SINGLE_RULES[name](value, today)


def _name_defects(rule: _Rule, value: str) -> list[Finding]:
    if not _NAME_CHARACTERS.fullmatch(value):
        return [Defect.INS_CHARACTER.found(rule.field, field=rule.name)]
    profile = _FAMILY_NAME if rule.field == "family_name" else _GIVEN_NAMES
    return [] if profile.fullmatch(value) else [Defect.INS_PROFILE.found(rule.field, field=rule.name)]


def _date_rule(value: str, today: dt.date) -> list[Finding]:
    if not _DATE.fullmatch(value):
        return [Defect.INS_DATE_FORM.found("birth_date")]
    iso = _iso_date(value)
    possible = iso is not None and f"{_FIRST_YEAR}-01-01" <= iso <= today.isoformat()
    return [] if possible else [Defect.INS_DATE.found("birth_date")]


def _iso_date(value: str) -> str | None:
    match = _DATE.fullmatch(value)
    if match is None:
        return None
    day, month, year = (int(part) for part in match.groups())
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return None


def _matricule_rule(value: str, _today: dt.date) -> list[Finding]:
    return matricule_defects(value)


def _one_of(allowed: Collection[str], defect: Defect, name: str) -> _ValueRule:
    return lambda value, _today: [] if value in allowed else [defect.found(name)]


def _place_rule(value: str, _today: dt.date) -> list[Finding]:
    return [] if _PLACE.fullmatch(value) else [Defect.INS_PLACE.found("birth_place")]


_SINGLE_RULES: dict[str, _ValueRule] = {
    "matricule": _matricule_rule,
    "oid": _one_of(OIDS, Defect.INS_OID, "oid"),
    "sex": _one_of(("M", "F"), Defect.INS_SEX, "sex"),
    "birth_date": _date_rule,
    "birth_place": _place_rule,
}

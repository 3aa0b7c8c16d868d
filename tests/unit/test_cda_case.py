"""Is a CASE.json read strictly and whole: what it says is kept, what it should not say is named, nothing crashes?"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.docs.cda.case import read_case
from app.docs.cda.check_document import check_document
from app.docs.cda.checks import check
from app.docs.cda.ids import is_oid
from app.docs.clinical import Kind, Vaccine
from app.kernel.outcome import is_refused
from tests import clinical_people as people

if TYPE_CHECKING:
    from app.docs.clinical import Document

Json: TypeAlias = "Any"
"""Anything that JSON holds, or that a case is made of."""
CASE = people.as_case(people.document(0, Kind.VACCINATION, "qualifiee"))


def read(kind: Kind, case: object) -> Document:
    document, findings = read_case(kind, case, now=people.NOW)
    assert document is not None, findings
    return document


def changed(case: Json, path: str, value: object) -> Json:
    """Return the case with another value at a path such as ``patient.sex``."""
    name, _, rest = path.partition(".")
    copy = dict(case)
    copy[name] = changed(copy[name], rest, value) if rest else value
    return copy


@pytest.mark.req("SC.DOC.01")
@pytest.mark.req("SC.DOC.06.LGO")
@pytest.mark.parametrize("rank", range(36))
def test_a_case_says_the_same_as_the_document_it_describes(rank: int) -> None:
    document = people.document(rank)
    again = read(document.kind, json.loads(json.dumps(people.as_case(document))))
    content = document.content
    if isinstance(content, Vaccine):
        content = replace(content, known=False)
    assert is_oid(again.key.id)
    assert (again.key.version, again.key.replaces) == (document.key.version, document.key.replaces)
    assert again.content == _trimmed(content)
    assert replace(again.subject, address=document.subject.address) == _trimmed(document.subject)
    assert replace(
        again, key=document.key, content=content, created_at=document.created_at, subject=document.subject
    ) == (replace(document, content=content, officine=again.officine, recipients=again.recipients))
    assert _trimmed(document.recipients) == again.recipients


def _trimmed(value: Json) -> Json:
    """Return a value with its texts as a case keeps them: trimmed, those of one line with single spaces."""
    if isinstance(value, tuple):
        return tuple(_trimmed(item) for item in value)
    free = {
        "reason",
        "text",
        "observation",
        "analysis",
        "proposals",
        "follow_up",
        "dose",
        "name",
        "frequency",
        "indication",
    }
    made = {}
    for name in value.__dataclass_fields__:
        held = getattr(value, name)
        if isinstance(held, str):
            made[name] = held.strip() if name in free else " ".join(held.split())
        elif isinstance(held, tuple):
            made[name] = _trimmed(held)
    return replace(value, **made)


@pytest.mark.parametrize(
    ("path", "value", "subject"),
    [
        ("patient", None, ""), ("patient", "Nessi", "patient"), ("patient.sex", 1, "patient.sex"),
        ("patient.status", "sure", "patient.status"), ("officine.finess", 750012346, "officine.finess"),
        ("recipients", {}, "recipients"), ("recipients", ["Luc"], "recipients[0]"), ("to_patient", "oui", "to_patient"),
        ("performed_at", "hier", "performed_at"), ("performed_at", None, "performed_at"),
        ("performed_at", 20260302, "performed_at"), ("performed_at", "2026-02-30T10:00:00+01:00", "performed_at"),
        ("performed_at", "0001-01-01T00:00:00+14:00", "performed_at"),
        ("vaccine.dose_number", 1.5, "vaccine.dose_number"),
        ("vaccine.dose_number", True, "vaccine.dose_number"), ("vaccine.name", ["x"], "vaccine.name"),
        ("reason", {"a": 1}, "reason"), ("reason", [True], "reason"), ("vaccine", [], "vaccine"),
        ("replaces", {"id": "2.25.1"}, "replaces.set_id"), ("author.rpps", 10001234565, "author.rpps"),
        ("patient.address", 5, "patient.address"),
    ],
)  # fmt: skip
def test_what_is_malformed_is_named_where_it_stands(path: str, value: object, subject: str) -> None:
    document, findings = read_case(Kind.VACCINATION, changed(CASE, path, value))
    if not subject:
        assert document is not None
        assert is_refused(check_document(document))
        return
    assert document is None
    assert ("GAL-DOC-10", subject) in {(one.code, one.subject) for one in findings}


@pytest.mark.parametrize("value", [None, [], "x", 3, True])
def test_what_is_no_object_is_no_case(value: object) -> None:
    document, findings = read_case(Kind.BILAN, value)
    assert document is None
    assert [one.code for one in findings] == ["GAL-DOC-10"]


def test_a_key_that_nobody_reads_is_said() -> None:
    case = changed(changed(CASE, "vaccine.serie", "x"), "commentaire", "y")
    _, findings = read_case(Kind.VACCINATION, case)
    assert [one.subject for one in findings if one.code == "GAL-DOC-11"] == ["vaccine.serie", "commentaire"]


def test_what_xml_forbids_goes_and_the_rest_stays() -> None:
    text = "a\x00b\ud800c\ufffe\r\n\x1bé🙂\x85\u202e<&>]]>\td"
    document, findings = read_case(Kind.VACCINATION, changed(CASE, "reason", text), now=people.NOW)
    assert document is not None
    assert isinstance(document.content, Vaccine)
    assert document.content.reason == "abc\né🙂\x85\u202e<&>]]>\td"
    said = [one for one in findings if one.code == "GAL-DOC-12"]
    assert [one.subject for one in said] == ["reason"]
    assert "4\u00a0caractères interdits" in said[0].text
    assert check(people.cda(document)) == []


@pytest.mark.parametrize(
    ("address", "read_as"),
    [
        ("12 rue du Bac, 75007 PARIS", ("12 rue du Bac", "75007", "PARIS")),
        ("12 rue du Bac\n75007 Paris Cedex", ("12 rue du Bac", "75007", "Paris Cedex")),
        ("75007 PARIS", ("", "75007", "PARIS")),
        ("Lieu-dit Kergo", ("Lieu-dit Kergo", "", "")),
        ({"line": "12 rue du Bac", "postal_code": "75007", "city": "PARIS"}, ("12 rue du Bac", "75007", "PARIS")),
        (None, ("", "", "")),
    ],
)
def test_an_address_is_an_object_or_a_text(address: object, read_as: tuple[str, str, str]) -> None:
    document = read(Kind.VACCINATION, changed(CASE, "patient.address", address))
    kept = document.subject.address
    assert (kept.line, kept.postal_code, kept.city) == read_as


def test_the_first_name_is_the_first_of_the_list_where_it_is_not_given() -> None:
    case = changed(changed(CASE, "patient.first_name", None), "patient.birth_names", "RUTH ISABELLE")
    assert read(Kind.VACCINATION, case).subject.first_name == "RUTH"


@pytest.mark.parametrize(
    ("text", "at", "codes"),
    [
        ("2026-03-02T10:30:00+01:00", dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC), set()),
        ("2026-03-02T09:30:00Z", dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC), set()),
        ("2026-03-02T10:30", dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC), set()),
        ("2026-03-02", dt.datetime(2026, 3, 1, 23, 0, tzinfo=dt.UTC), {"GAL-DOC-13"}),
    ],
)
def test_a_moment_without_offset_is_french_time(text: str, at: dt.datetime, codes: set[str]) -> None:
    document, findings = read_case(Kind.VACCINATION, changed(CASE, "performed_at", text))
    assert document is not None
    assert document.performed_at == at
    assert {one.code for one in findings} == codes


@pytest.mark.req("INS-28")
def test_an_identity_without_ins_gets_a_number_of_the_officine() -> None:
    case = changed(changed(CASE, "patient.local_id", ""), "patient.status", "validee")
    first, second = read(Kind.VACCINATION, case), read(Kind.VACCINATION, case)
    assert first.subject.local_id.isdigit()
    assert first.subject.local_id != second.subject.local_id
    assert read(Kind.VACCINATION, changed(case, "patient.status", "qualifiee")).subject.local_id == ""


def test_the_lists_of_a_bilan_may_be_lines() -> None:
    case = people.as_case(people.document(2, Kind.BILAN)) | {"proposals": ["Arrêter A", "Doser B"], "analysis": 3}
    content = read(Kind.BILAN, case).content
    assert getattr(content, "proposals", None) == "Arrêter A\nDoser B"
    assert getattr(content, "analysis", None) == "3"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
PATHS = [
    f"{part}.{key}" for part in ("patient", "author", "officine", "vaccine") for key in CASE[part]
] + list(CASE)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(kind=st.sampled_from(Kind), path=st.sampled_from(PATHS), value=ANYTHING)
def test_anything_at_all_is_answered(kind: Kind, path: str, value: object) -> None:
    case = people.as_case(people.document(0, kind, "qualifiee"))
    if path.partition(".")[0] not in case:
        return
    document, findings = read_case(kind, changed(case, path, value), now=people.NOW)
    if document is None:
        assert is_refused(findings)
    elif not is_refused(check_document(document)):
        assert check(people.cda(document)) == []

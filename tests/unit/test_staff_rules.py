"""Each role may do what its holder answers for, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.kernel.outcome import is_refused
from app.officine.staff import rules
from app.officine.staff.model import Member, MemberDraft, Right, Role

DRAFT = MemberDraft(family_name="VALÉRIANE", given_name="Claire", role=Role.HOLDER, rpps="10100000008", badge="")


@pytest.mark.req("INS-04")
def test_every_right_is_someone_s_and_the_holder_has_them_all_but_none_is_left_out() -> None:
    assert set(rules.ALLOWED) == set(Right)
    assert all(rules.may(Role.HOLDER, right) for right in Right if right is not Right.IDENTITY_SUPER)


@pytest.mark.req("INS-04")
@pytest.mark.parametrize(
    ("role", "rights"),
    [
        (
            Role.STUDENT,
            {
                Right.DELIVER,
                Right.EDIT_PATIENT,
                Right.EDIT_PRESCRIBER,
                Right.RECEIVE_STOCK,
                Right.HANDLE_RECALLS,
                Right.READ_COPY,
                Right.READ_PATIENT,
                Right.READ_REGISTERS,
                Right.SEE_INS,
                Right.CALL_INSI,
                Right.READ_DOCUMENTS,
            },
        ),
        (
            Role.STOCK,
            {
                Right.RECEIVE_STOCK,
                Right.ADJUST_STOCK,
                Right.KEEP_REGISTERS,
                Right.HANDLE_RECALLS,
                Right.KEEP_RECALLS,
                Right.READ_REGISTERS,
            },
        ),
        (Role.SUPPORT, {Right.MANAGE_CATALOG, Right.SET_CARDS}),
    ],
)
def test_rights_of_a_role(role: Role, rights: set[Right]) -> None:
    assert {right for right in Right if rules.may(role, right)} == rights


def test_only_pharmacists_answer_for_a_delivery() -> None:
    assert {role for role in Role if role.is_pharmacist} == {Role.HOLDER, Role.ASSISTANT}


def test_a_member_as_typed() -> None:
    assert rules.check_member(DRAFT, []) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"family_name": " "}, "GAL-PER-02"),
        ({"given_name": "x" * 300}, "GAL-PER-02"),
        ({"given_name": "a\nb"}, "GAL-PER-02"),
        ({"rpps": "10100000001"}, "GAL-PER-03"),
        ({"badge": "claire"}, "GAL-PER-04"),
        ({"badge": "GAL-S-7TAKEN"}, "GAL-PER-05"),
    ],
)
def test_what_is_wrong_with_a_member_is_named(change: dict[str, str], code: str) -> None:
    other = Member(
        id=2, family_name="X", given_name="Y", role=Role.STUDENT, rpps="", badge="GAL-S-7TAKEN", active=True
    )  # fmt: skip
    typed = {"family_name": "VALÉRIANE", "given_name": "Claire", "rpps": "", "badge": ""} | change
    findings = rules.check_member(MemberDraft(role=Role.HOLDER, **typed), [other])
    assert [finding.code for finding in findings] == [code]
    assert is_refused(findings)


@pytest.mark.req("INS-04")
@pytest.mark.parametrize("role", list(Role))
def test_correcting_an_identity_is_of_a_person_named_for_it_and_of_no_role(role: Role) -> None:
    """RNIV: the « super-utilisateur » is named by the structure."""
    known = Member(id=1, family_name="ORTIE", given_name="Paul", role=role, rpps="", badge="", active=True)
    assert not rules.member_may(known, Right.IDENTITY_SUPER)
    named = replace(known, is_identity_super_user=True)
    assert rules.member_may(named, Right.IDENTITY_SUPER)
    assert not rules.member_may(replace(named, active=False), Right.IDENTITY_SUPER)
    assert not rules.member_may(replace(named, is_limited=True), Right.IDENTITY_SUPER)


@pytest.mark.parametrize(
    "name", ["VALЕRIANE", "Ѕauge", "VAL\u200bÉRIANE", "VAL\u202eÉRIANE", "A\0B", "\ud800", "É" * 61]
)
def test_a_name_that_reads_as_another_s_is_refused(name: str) -> None:
    """Cyrillic letters that look Latin, signs that are not seen, what is no text."""
    found = rules.check_member(replace(DRAFT, family_name=name), [])
    assert is_refused(found)


@pytest.mark.parametrize("name", ["VALÉRIANE", "D’ÉTÉ-BRUN", "ŒILLET", "Łódź", "Ñuñez", "DE LA CROIX"])
def test_a_name_of_civil_status_is_taken(name: str) -> None:
    assert rules.check_member(replace(DRAFT, family_name=name), []) == []

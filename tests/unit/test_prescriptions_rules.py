"""A prescriber is checked as typed."""

from __future__ import annotations

import pytest

from app.officine.prescriptions import rules
from app.officine.prescriptions.model import Prescriber, PrescriberDraft


@pytest.mark.parametrize(
    ("draft", "codes"),
    [
        (PrescriberDraft(family_name="MÉLILOT"), []),
        (PrescriberDraft(family_name="MÉLILOT", rpps="10100000008", finess="630000016"), []),
        (PrescriberDraft(family_name=""), ["GAL-PRE-01"]),
        (PrescriberDraft(family_name="x" * 300), ["GAL-PRE-02"]),
        (PrescriberDraft(family_name="MÉL\x1bILOT"), ["GAL-PRE-02"]),
        (PrescriberDraft(family_name="MÉLILOT", rpps="10100000001"), ["GAL-PRE-03"]),
        (PrescriberDraft(family_name="MÉLILOT", finess="63000"), ["GAL-PRE-04"]),
    ],
)
def test_what_is_wrong_with_a_prescriber_is_named(draft: PrescriberDraft, codes: list[str]) -> None:
    assert [finding.code for finding in rules.check_prescriber(draft, None)] == codes


def test_an_rpps_number_belongs_to_one_prescriber() -> None:
    known = Prescriber(id=4, family_name="MÉLILOT", given_name="Hugo", rpps="10100000008")
    findings = rules.check_prescriber(PrescriberDraft(family_name="SAUGE", rpps="10100000008"), known)
    assert [(finding.code, finding.subject) for finding in findings] == [("GAL-PRE-05", "4")]
    assert "MÉLILOT Hugo" in findings[0].text

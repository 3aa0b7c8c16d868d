"""What the services of people say is written by the rules of French typography."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from app.officine.patients import names
from app.officine.patients import rules as patients
from app.officine.patients.model import PatientDraft, Sex
from app.officine.prescriptions import rules as prescriptions
from app.officine.prescriptions.model import PrescriberDraft
from app.officine.staff import rules as staff
from app.officine.staff.model import MemberDraft, Right, Role
from app.officine.stock import rules as stock
from app.officine.stock.model import ReceiptLine, StockItem

if TYPE_CHECKING:
    from app.kernel.outcome import Finding

TODAY = dt.date(2026, 11, 23)
PATIENT = PatientDraft(family_name="", first_name="", birth_date=dt.date(1700, 1, 1), sex=None, birth_place="x")


def everything_said() -> list[Finding]:
    unfinished = replace(PATIENT, birth_place="", birth_names="ROSE", first_name="LYS", phone="?", sex=Sex.FEMALE)
    return [
        *patients.check(PATIENT, TODAY),
        *patients.check(unfinished, TODAY),
        patients.edited_meanwhile(),
        *(finding for typed in ("été", "A1", "-A", "A" * 200) for finding in names.convert("family_name", typed)[1]),
        *prescriptions.check_prescriber(PrescriberDraft(family_name="", rpps="1", finess="1"), None),
        *staff.check_member(MemberDraft(family_name="", given_name="", role=Role.STUDENT, rpps="1", badge="1"), []),
        *(staff.refusal(right) for right in Right),
        *stock.check_receipt([ReceiptLine(code="!", quantity=0)], "\x00"),
        *stock.check_counts({"!": -1}, ""),
        *stock.check_limits(StockItem(code="1", minimum=3, place="\x00")),
    ]


@pytest.mark.req("OFF-UI-01")
def test_spaces_and_apostrophes_are_french() -> None:
    said = [text for finding in everything_said() for text in (finding.text, finding.advice)]
    assert len(said) > 50
    wrong = [text for text in said if re.search(r"[ \u00a0][;!?]|[ \u202f]:|« | »|\w'\w|\.\.\.", text)]
    assert wrong == []

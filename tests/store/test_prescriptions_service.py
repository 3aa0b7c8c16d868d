"""Prescribers are found by what is read on the ordonnance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.kernel.outcome import Done, Refused
from app.officine.prescriptions.model import PrescriberDraft
from app.officine.prescriptions.service import Prescriptions
from app.officine.staff.service import Staff

if TYPE_CHECKING:
    from app.store.audit import Actor
    from app.store.database import Database

HUGO = PrescriberDraft(
    family_name=" Mélilot-D'Or ",
    given_name="Hugo",
    rpps="10100000008",
    specialty="Médecine générale",
    finess="630000016",
)
ROSE = PrescriberDraft(family_name="SAUGE", given_name="Rose")


@pytest.fixture
def prescriptions(database: Database, actor: Actor) -> Prescriptions:
    service = Prescriptions(database, Staff(database))
    assert isinstance(service.add_prescribers([HUGO, ROSE], actor), Done)
    return service


@pytest.mark.parametrize("typed", ["mel", "hugo mél", "D’OR", "melilotdor", "10100000", "10100000008", "dor hu"])
def test_a_prescriber_is_found_by_names_and_number(prescriptions: Prescriptions, typed: str) -> None:
    assert [one.display_name for one in prescriptions.prescribers(typed)] == ["Mélilot-D'Or Hugo"]


@pytest.mark.parametrize("typed", ["%", "_", "'", "🙂", "zzz", "a" * 300, "mel zzz"])
def test_any_text_is_an_ordinary_query(prescriptions: Prescriptions, typed: str) -> None:
    assert prescriptions.prescribers(typed) == []


def test_an_empty_text_gives_the_first_ones(prescriptions: Prescriptions) -> None:
    assert len(prescriptions.prescribers("  ")) == 2


def test_two_prescribers_never_share_a_number(prescriptions: Prescriptions, actor: Actor) -> None:
    draft = PrescriberDraft(family_name="AUTRE", rpps=HUGO.rpps)
    assert isinstance(prescriptions.add_prescriber(draft, actor), Refused)
    added = prescriptions.add_prescriber(PrescriberDraft(family_name="AUTRE"), actor)
    assert isinstance(added, Done)
    assert prescriptions.get_prescriber(added.value.id) == added.value
    assert prescriptions.get_prescriber(4711) is None

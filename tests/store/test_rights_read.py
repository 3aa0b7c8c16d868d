"""Do the rights read by the component reach the file, with their source, and nothing that is not known of them?"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.cards.desk import CardDesk
from app.cards.fsv_failures import failure_of
from app.cards.trial_people import trial_people
from app.cards.virtual import VirtualTransport
from app.kernel.identifiers import nir_key
from app.kernel.outcome import Done, Refused
from app.officine.patients.card_desk import PatientCards
from app.officine.patients.model import Coverage, PatientDraft, Sex
from app.officine.patients.service import Patients
from app.officine.rights.model import Meaning, Meanings, Medium
from app.officine.rights.ports import Context
from app.officine.rights.service import PatientRights
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.kernel.clock import FixedClock
    from app.officine.patients.model import Patient
    from app.officine.rights.model import Reading
    from app.store.audit import Actor
    from app.store.database import Database

pytestmark = pytest.mark.req("OFF-CARD-04")

NIR = "2880799999001"
CODES = Meanings(
    "Table d’essai",
    {
        ("0", "0"): Meaning("Droit commun"),
        ("1", "0"): Meaning("ALD", ald=True),
        ("0", "2"): Meaning("Maternité", exemption="maternity"),
    },
)
Groups = list[tuple[int, tuple[str, ...]]]


def insured(fund: str = "011", scheme: str = "01") -> tuple[int, tuple[str, ...]]:
    return 101, ("0", "42", "20291231", "", "", "", "", NIR, nir_key(NIR), scheme, fund, "0000", "10", "")


def person(
    first: str = "ROSE", birth: str = "19880702", service: tuple[str, str, str] = ("00", "", ""), name: str = "TILLEUL"
) -> tuple[int, tuple[str, ...]]:
    return 104, (name, name, first, *[""] * 5, "", "", "", birth, "1", "0", *service, "")


def rose(*more: tuple[int, tuple[str, ...]], **changes: object) -> Groups:
    return [insured(), person(**changes), (105, ("20260101", "20261231")), *more]  # type: ignore[arg-type]


class Component:
    """A component, real for all that one can tell, with what it answers."""

    is_simulated = False
    needs_code = True

    def __init__(self) -> None:
        self.groups: Sequence[tuple[int, tuple[str, ...]]] = rose()
        self.status = 0
        self.codes: list[bytes] = []

    def config(self) -> Groups:
        """Give no version."""
        return []

    def rights(self, code: bytearray, _day: dt.date) -> Sequence[tuple[int, tuple[str, ...]]]:
        """Answer as told."""
        self.codes.append(bytes(code))
        if self.status:
            raise failure_of(self.status)
        return self.groups

    def context(self, phone: str, _shown_at: dt.datetime, now: dt.datetime) -> Context:
        """Open a context as told."""
        return Context(phone, now, self.groups)

    def close(self) -> None:
        """Do nothing."""


@pytest.fixture
def component() -> Component:
    return Component()


def service(database: Database, component: Component, meanings: Meanings = CODES) -> PatientRights:
    staff = Staff(database)
    files = PatientCards(database, CardDesk(VirtualTransport([])), production=True, test_people=trial_people())
    return PatientRights(
        database,
        patients=Patients(database, staff),
        files=files,
        staff=staff,
        fsv=component,
        apcv=component,
        meanings=lambda: meanings,
        production=True,
    )


@pytest.fixture
def rights(database: Database, component: Component) -> PatientRights:
    return service(database, component)


@pytest.fixture
def rose_file(database: Database, actor: Actor) -> Patient:
    draft = PatientDraft(
        family_name="TILLEUL",
        first_name="Rose",
        birth_date=dt.date(1988, 7, 2),
        sex=Sex.FEMALE,
        coverage=Coverage(amc="full"),
        birth_place="99999",
    )
    outcome = Patients(database, Staff(database)).create(draft, actor)
    assert isinstance(outcome, Done)
    return outcome.value


def read(rights: PatientRights, actor: Actor, code: bytes = b"1234") -> Reading:
    outcome = rights.read_card(bytearray(code), actor)
    assert isinstance(outcome, Done), outcome
    return outcome.value


def refusal(outcome: Done[object] | Refused) -> list[str]:
    assert isinstance(outcome, Refused)
    return [finding.code for finding in outcome.findings]


def journal(database: Database, action: str) -> list[AuditRow]:
    with database.read() as session:
        return list(session.scalars(select(AuditRow).where(AuditRow.action == action)))


def test_the_rights_of_a_card_are_compared_then_kept_with_their_source(
    rights: PatientRights, component: Component, rose_file: Patient, actor: Actor, database: Database
) -> None:
    component.groups = rose((106, ("20260101", "20261231", "1", "0")), service=("02", "20260101", "20261130"))
    reading = read(rights, actor)
    (one,) = reading.people
    assert one.matches == (rose_file,)
    compared = rights.compare(reading, one.entitled, rose_file)
    assert [(diff.label, diff.on_file, diff.on_card) for diff in compared.differences] == [
        ("ALD", "non", "oui du 01/01/2026 au 31/12/2026"),
        ("CSS", "non", "oui jusqu’au 30/11/2026"),
    ]
    assert rights.last(rose_file.id) is None
    taken = rights.take(reading, one, rose_file, actor)
    assert isinstance(taken, Done)
    kept = taken.value.coverage
    assert (kept.ald, kept.ald_to, kept.css, kept.css_to) == (True, dt.date(2026, 12, 31), True, dt.date(2026, 11, 30))
    assert kept.amc == "full", "what a contract takes is not on the card"
    last = rights.last(rose_file.id)
    assert last is not None
    assert (last.source, last.read_at, last.is_simulated, last.author) == (
        Medium.VITALE.label, database.clock.now(), False, actor.name
    )  # fmt: skip
    (entry,) = journal(database, "patient.rights")
    told = json.loads(entry.details)
    assert (told["scheme"], told["fund"], told["rights_until"]) == ("01", "011", "2026-12-31")
    assert told["differences"] == ["ALD", "CSS"]
    assert NIR not in entry.details
    assert len(journal(database, "patient.update")) == 1


def test_rights_that_change_nothing_are_confirmed_and_traced(
    rights: PatientRights, component: Component, rose_file: Patient, actor: Actor, database: Database
) -> None:
    component.groups = rose((106, ("20260101", "20261231", "0", "0")))
    reading = read(rights, actor)
    assert rights.compare(reading, reading.people[0].entitled, rose_file).differences == ()
    taken = rights.take(reading, reading.people[0], rose_file, actor)
    assert isinstance(taken, Done)
    assert taken.value == rose_file
    assert journal(database, "patient.update") == []
    assert rights.last(rose_file.id) is not None


def test_a_code_without_a_known_meaning_changes_nothing_and_is_told(
    database: Database, component: Component, rose_file: Patient, actor: Actor
) -> None:
    bare = service(database, component, Meanings())
    component.groups = rose((106, ("20260101", "20261231", "1", "0")))
    reading = read(bare, actor)
    compared = bare.compare(reading, reading.people[0].entitled, replace(rose_file, coverage=Coverage(ald=True)))
    assert compared.coverage.ald
    assert compared.differences == ()
    assert [finding.code for finding in compared.findings] == ["GAL-FSV-39"]
    assert "ALD 1, situation 0" in compared.findings[0].text


def test_rights_that_are_over_and_a_card_that_is_over_are_told(
    rights: PatientRights, component: Component, rose_file: Patient, actor: Actor
) -> None:
    component.groups = [
        (101, ("0", "42", "20260630", "", "", "", "", "", "", "01", "011", "0000", "10", "")),
        person(),
        (105, ("20250101", "20251231")),
        (106, ("20250101", "20251231", "1", "0")),
    ]
    reading = read(rights, actor)
    compared = rights.compare(reading, reading.people[0].entitled, rose_file)
    assert [finding.code for finding in compared.findings] == ["GAL-FSV-33", "GAL-FSV-34", "GAL-FSV-38"]
    assert "échus le 31/12/2025" in compared.findings[1].text
    assert not compared.coverage.ald, "a code of another period opens nothing today"


def test_a_maternity_of_the_card_never_replaces_an_accident_of_the_file(
    rights: PatientRights, component: Component, rose_file: Patient, actor: Actor
) -> None:
    component.groups = rose((106, ("20260901", "20261231", "0", "2")))
    reading = read(rights, actor)
    one = reading.people[0].entitled
    plain = rights.compare(reading, one, rose_file).coverage
    assert (plain.exemption, plain.exemption_from) == ("maternity", dt.date(2026, 9, 1))
    injured = replace(rose_file, coverage=Coverage(exemption="at", exemption_reference="AT 12"))
    assert rights.compare(reading, one, injured).coverage.exemption == "at"


def test_somebody_else_s_rights_are_never_taken(
    rights: PatientRights, component: Component, rose_file: Patient, actor: Actor, database: Database
) -> None:
    component.groups = [*rose(), person(first="ARTHUR", birth="20231011")]
    reading = read(rights, actor)
    assert reading.people[1].matches == ()
    assert refusal(rights.take(reading, reading.people[1], rose_file, actor)) == ["GAL-FSV-35"]
    assert journal(database, "patient.rights") == []


@pytest.mark.parametrize("ald", ["1", "0"], ids=["to be changed", "to be confirmed"])
def test_a_file_edited_meanwhile_is_neither_overwritten_nor_confirmed(
    ald: str, rights: PatientRights, component: Component, rose_file: Patient, actor: Actor, database: Database
) -> None:
    component.groups = rose((106, ("20260101", "20261231", ald, "0")))
    reading = read(rights, actor)
    Patients(database, Staff(database)).set_coverage(rose_file.id, rose_file.version, Coverage(css=True), actor)
    outcome = rights.take(reading, reading.people[0], rose_file, actor)
    assert isinstance(outcome, Refused)
    assert journal(database, "patient.rights") == []


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        ([], "l’assuré (groupe 101) manque"),
        ([insured()], "aucun bénéficiaire"),
        ([person()], "l’assuré (groupe 101) manque"),
        ([insured(), (105, ("20260101", "20261231"))], "précède tout bénéficiaire"),
        ([(40, ("0",) * 9), (41, ("",) * 20)], "ancien format"),
    ],
    ids=["nothing", "nobody", "no insured person", "cut at the front", "1.31"],
)
def test_an_answer_without_its_whole_is_refused(
    groups: Groups, told: str, rights: PatientRights, component: Component, actor: Actor
) -> None:
    component.groups = groups
    outcome = rights.read_card(bytearray(b"1234"), actor)
    assert isinstance(outcome, Refused)
    assert {finding.code for finding in outcome.findings} == {"GAL-FSV-30"}
    assert told in outcome.findings[0].text


def test_short_groups_bad_dates_and_unknown_groups_are_read_for_what_they_hold(
    rights: PatientRights, component: Component, actor: Actor
) -> None:
    component.groups = [
        insured(),
        (104, ("GENÊT", "", "AÏCHA", "", "", "", "", "", "2010299999001", "00", "", "20010200")),
        (105, ("20261301",)),
        (106, ("x" * 5_000,)),
        (108, ("20260101", "20261231")),
        (300, ()),
    ]
    reading = read(rights, actor)
    (one,) = reading.people
    assert (one.entitled.family_name, one.entitled.birth, one.entitled.nir) == ("GENÊT", "20010200", "")
    assert [finding.code for finding in reading.findings] == ["GAL-FSV-32", "GAL-FSV-32", "GAL-FSV-31"]
    assert "300" in reading.findings[-1].text


@pytest.mark.parametrize(
    "groups",
    [
        [insured(fund="349"), person()],
        [insured(fund="999"), person()],
        [insured(), person(name="ADRUN", first="ZOE", birth="19751231")],
    ],
    ids=["caisse 349", "caisse 999", "test set"],
)
def test_a_card_of_tests_is_refused_in_production(
    groups: Groups, rights: PatientRights, component: Component, actor: Actor, database: Database
) -> None:
    component.groups = groups
    assert refusal(rights.read_card(bytearray(b"1234"), actor)) == ["GAL-CRT-20"]


def test_simulated_rights_are_refused_in_production(rights: PatientRights, component: Component, actor: Actor) -> None:
    component.is_simulated = True
    assert refusal(rights.read_card(bytearray(), actor)) == ["GAL-CRT-20"]


@pytest.mark.parametrize("status", [0, 0xF003])
def test_the_code_of_the_cps_is_wiped_whatever_becomes_of_the_reading(
    status: int, rights: PatientRights, component: Component, actor: Actor
) -> None:
    component.status = status
    code = bytearray(b"4821")
    try:
        rights.read_card(code, actor)
    except type(failure_of(0xF003)):
        assert status
    assert component.codes == [b"4821"]
    assert code == bytearray(4)


def test_who_may_not_deliver_reads_no_rights(
    rights: PatientRights, component: Component, actor: Actor, database: Database
) -> None:
    made = Staff(database).add(MemberDraft(family_name="QUAI", given_name="Luc", role=Role.STOCK), actor)
    assert isinstance(made, Done)
    stock = actor_of(made.value, "Poste 1")
    code = bytearray(b"4821")
    assert refusal(rights.read_card(code, stock)) == ["GAL-PER-01"]
    assert component.codes == []
    assert code == bytearray(4)


# --- The phone --------------------------------------------------------------------------------------------------------


def test_a_phone_opens_a_context_with_its_end_and_nothing_is_taken_after_it(
    rights: PatientRights, component: Component, rose_file: Patient, actor: Actor, clock: FixedClock
) -> None:
    component.groups = rose((106, ("20260101", "20261231", "1", "0")))
    outcome = rights.read_phone("01", clock.now() - dt.timedelta(minutes=2), actor)
    assert isinstance(outcome, Done)
    reading = outcome.value
    assert reading.medium is Medium.APCV
    assert reading.expires_at == clock.now() + dt.timedelta(minutes=60)
    clock.advance(dt.timedelta(minutes=59))
    assert isinstance(rights.take(reading, reading.people[0], rose_file, actor), Done)
    clock.advance(dt.timedelta(minutes=1))
    late = rights.take(reading, reading.people[0], rose_file, actor)
    assert refusal(late) == ["GAL-FSV-41"]
    assert isinstance(late, Refused)
    assert "expiré à 11:00" in late.findings[0].text
    last = rights.last(rose_file.id)
    assert last is not None
    assert last.source == "appli carte Vitale (ApCV)"


@pytest.mark.parametrize(
    ("shown", "code"), [(-4, "GAL-FSV-40"), (10, "GAL-FSV-42")], ids=["four minutes ago", "later than now"]
)
def test_a_code_too_old_or_of_another_hour_opens_nothing(
    shown: int, code: str, rights: PatientRights, actor: Actor, clock: FixedClock
) -> None:
    assert refusal(rights.read_phone("01", clock.now() + dt.timedelta(minutes=shown), actor)) == [code]

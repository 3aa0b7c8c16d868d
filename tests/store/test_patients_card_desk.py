"""Does a card read find the files in the database, refuse test cards in production, and keep no number?"""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from app.cards import imitations
from app.cards.desk import CardDesk
from app.cards.failures import CardAbsent, CardUnknown
from app.cards.trial_people import trial_people
from app.cards.virtual import VirtualTransport
from app.cards.vitale import Identity
from app.kernel.identifiers import nir_key
from app.kernel.outcome import Done, Refused
from app.officine.patients.card_desk import PatientCards
from app.officine.patients.cards import CardNews, News
from app.officine.patients.model import IdentityStatus, PatientDraft, Sex
from app.officine.patients.service import FictitiousFile, Patients
from app.officine.staff.service import Staff

if TYPE_CHECKING:
    from app.officine.patients.cards import CardReading
    from app.store.audit import Actor
    from app.store.database import Database

pytestmark = pytest.mark.req("OFF-CARD-02")

READER = "Lecteur"
NIR = "2790351215189" + nir_key("2790351215189")
OID = "1.2.250.1.213.1.4.10"


class RealReaders(VirtualTransport):
    """Readers that pass for real ones."""

    is_simulated = False


@pytest.fixture
def transport() -> RealReaders:
    return RealReaders([READER])


@pytest.fixture
def cards(database: Database, transport: RealReaders) -> PatientCards:
    return PatientCards(database, CardDesk(transport), production=True, test_people=trial_people())


@pytest.fixture
def people(database: Database, actor: Actor) -> None:
    drafts = [
        PatientDraft(
            family_name="SAUGE", first_name="Anne", birth_date=dt.date(1979, 3, 28), sex=Sex.FEMALE, birth_place="99999"
        ),
        PatientDraft(
            family_name="SAUGE", first_name="Anne", birth_date=dt.date(1979, 3, 28), sex=Sex.FEMALE, birth_place="99999"
        ),
        PatientDraft(
            family_name="SAUGE", first_name="Zoé", birth_date=dt.date(2015, 6, 3), sex=Sex.FEMALE, birth_place="99999"
        ),
        PatientDraft(
            family_name="SAUGE",
            first_name="Yvonne",
            birth_date=dt.date(1947, 12, 31),
            sex=Sex.FEMALE,
            birth_date_uncertain=True,
            birth_place="99999",
        ),
    ]
    files = [FictitiousFile(draft=draft) for draft in drafts]
    files[0] = FictitiousFile(draft=drafts[0], status=IdentityStatus.QUALIFIED, matricule=NIR, oid=OID)
    assert isinstance(Patients(database, Staff(database)).load_fictitious(files, actor), Done)


def read(cards: PatientCards, transport: RealReaders, *named: Identity) -> CardReading:
    transport.insert(READER, imitations.vitale_card(named))
    outcome = cards.read(READER)
    assert isinstance(outcome, Done)
    return outcome.value


def test_the_number_finds_the_qualified_file_among_homonyms(
    cards: PatientCards, transport: RealReaders, people: None
) -> None:
    reading = read(cards, transport, Identity("SAUGE", "ANNE", "19790328", NIR))
    assert reading.only_match is not None
    assert reading.only_match.matricule == NIR


def test_the_number_finds_the_file_where_the_day_of_birth_is_unreadable(
    cards: PatientCards, transport: RealReaders, people: None
) -> None:
    reading = read(
        cards, transport, Identity("SAUGE", "ANNE", "197903", NIR), Identity("SAUGE", "ANNE", "19790399", NIR)
    )
    assert [[file.matricule for file in one.matches] for one in reading.beneficiaries] == [[], [NIR]]


def test_without_a_number_both_homonyms_are_offered(cards: PatientCards, transport: RealReaders, people: None) -> None:
    reading = read(cards, transport, Identity("SAUGE", "ANNE", "19790328", ""))
    assert reading.only_match is None
    assert len(reading.beneficiaries[0].matches) == 2


def test_a_child_under_the_number_of_a_parent_finds_its_own_file(
    cards: PatientCards, transport: RealReaders, people: None
) -> None:
    reading = read(
        cards, transport, Identity("SAUGE", "ANNE", "19790328", NIR), Identity("SAUGE", "ZOÉ", "20150603", NIR)
    )
    assert [[file.first_name for file in one.matches] for one in reading.beneficiaries] == [["ANNE"], ["ZOE"]]


@pytest.mark.parametrize("birth", ["19470000", "19470312", "19472500"])
def test_a_file_known_by_its_year_is_found(
    birth: str, cards: PatientCards, transport: RealReaders, people: None
) -> None:
    reading = read(cards, transport, Identity("SAUGE", "YVONNE", birth, ""))
    assert reading.only_match is not None


def test_nobody_known_is_nobody_found(cards: PatientCards, transport: RealReaders, people: None) -> None:
    reading = read(cards, transport, Identity("OSEILLE", "GABIN", "19900611", ""))
    assert (reading.beneficiaries[0].matches, reading.beneficiaries[0].alike) == ((), ())


def test_a_test_card_is_refused_in_production_and_names_nobody(cards: PatientCards, transport: RealReaders) -> None:
    transport.insert(READER, imitations.vitale_card([Identity("ADRUN", "ZOE", "19751231", "")]))
    outcome = cards.read(READER)
    assert isinstance(outcome, Refused)
    assert [finding.code for finding in outcome.findings] == ["GAL-CRT-20"]
    assert "ADRUN" not in str(outcome)


def test_a_number_reaches_neither_the_log_nor_the_database(
    cards: PatientCards, transport: RealReaders, people: None, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    number = "2150699999005" + nir_key("2150699999005")
    with caplog.at_level(logging.DEBUG):
        reading = read(cards, transport, Identity("SAUGE", "ZOÉ", "20150603", number))
        transport.insert(READER, imitations.plain_card(imitations.ATR_UNKNOWN))
        with pytest.raises(CardUnknown):
            cards.read(READER)
    assert reading.only_match is not None
    assert number not in caplog.text
    assert number not in repr(reading)
    with database.read() as session:
        assert (
            session.execute(text("SELECT count(*) FROM patient WHERE matricule = :nir"), {"nir": number}).scalar() == 0
        )


def test_an_empty_reader_is_a_failure_of_the_environment(cards: PatientCards) -> None:
    with pytest.raises(CardAbsent):
        cards.read(READER)


def test_the_state_follows_what_happens(cards: PatientCards, transport: RealReaders) -> None:
    told: list[News] = []
    cards.start(told.append)
    assert (cards.state.service, cards.state.readers, cards.vitale_reader()) == (True, (READER,), None)
    transport.insert(READER, imitations.vitale_card([]))
    assert cards.vitale_reader() == READER
    assert told[-1].is_vitale
    transport.insert(READER, imitations.cps_card("80250000019900000042"))
    assert (cards.vitale_reader(), told[-1].is_cps) == (None, True)
    transport.insert(READER, imitations.silent_card())
    assert told[-1].is_mute
    assert cards.state.cards == {READER: "mute"}
    transport.pull(READER)
    assert told[-1].news is CardNews.REMOVED
    assert cards.state.cards == {}
    cards.stop()
    transport.insert(READER, imitations.vitale_card([]))
    assert cards.state.cards == {}, "nothing is heard after the stop"

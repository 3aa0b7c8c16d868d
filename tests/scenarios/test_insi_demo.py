"""In a demonstration, is INSi really asked, by the certificate and by the card, and does it know the people there?"""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from app import bootstrap
from app.kernel.clock import FixedClock
from app.kernel.outcome import Done
from app.officine.patients.insi_model import CardKey, InsiMode
from app.officine.patients.insi_ports import InsiFailed
from app.officine.patients.model import IdentityStatus
from app.officine.staff.model import Role
from app.officine.staff.service import actor_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.bootstrap import Services
    from app.kernel.actor import Actor
    from app.officine.patients.insi_model import Lookup

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    services = bootstrap.create_demo(tmp_path_factory.mktemp("demo"), clock=FixedClock(NOW))
    yield services
    services.close()
    assert not [one.name for one in threading.enumerate() if one.name.startswith("insi-")]


@pytest.fixture
def actor(demo: Services) -> Actor:
    """The titulaire."""
    return actor_of(next(one for one in demo.staff.members() if one.role is Role.HOLDER), "TEST")


def patient(demo: Services, words: str) -> int:
    return demo.patients.search(words)[0].id


def looked_up(demo: Services, words: str, actor: Actor) -> Lookup:
    outcome = demo.insi.search(patient(demo, words), actor)
    assert isinstance(outcome, Done), outcome
    return outcome.value


def test_an_identity_of_the_demonstration_is_found_accepted_and_becomes_recuperee(demo: Services, actor: Actor) -> None:
    lookup = looked_up(demo, "bourrache", actor)
    assert (lookup.code, lookup.calls, lookup.may_accept) == ("00", 1, True)
    accepted = demo.insi.accept(lookup.call_id, lookup.version, actor, confirmed=True)
    assert isinstance(accepted, Done), accepted
    assert accepted.value.patient.status is IdentityStatus.RETRIEVED


@pytest.mark.parametrize(("words", "code", "calls"), [("houilles", "01", 1), ("de vinci", "02", 1)])
def test_nobody_and_several_people(demo: Services, actor: Actor, words: str, code: str, calls: int) -> None:
    lookup = looked_up(demo, words, actor)
    assert (lookup.code, lookup.calls, lookup.may_accept) == (code, calls, False)


@pytest.mark.parametrize(
    "words", ["d'argousier", "camomille", "nigelle", "l'hermine", "guimauve", "immortelle", "'t lavendel"]
)
def test_the_people_of_the_demonstration_are_known(demo: Services, actor: Actor, words: str) -> None:
    assert looked_up(demo, words, actor).code == "00"


@pytest.mark.req("INS-39")
def test_a_vitale_and_the_card_of_a_pharmacist_find_a_twin(demo: Services, actor: Actor) -> None:
    assert demo.demo_cards is not None
    assert demo.demo_cards.toggle("cps")
    jules = patient(demo, "tilleul jules")
    key = CardKey(holder="288079999900113", family_name="TILLEUL", birth_date="2019-03-15", rank=1)
    code = bytearray(b"1234")
    outcome = demo.insi.by_card(jules, key, actor, code=code)
    assert isinstance(outcome, Done), outcome
    assert outcome.value.found is not None
    assert outcome.value.found.traits.birth_names == "JULES"
    assert code == bytes(4)
    demo.demo_cards.toggle("cps")


def test_a_verification_holds_or_does_not(demo: Services, actor: Actor) -> None:
    site = demo.insi_site
    assert isinstance(site.set(replace(site.settings(), verifies=True, mode=InsiMode.ORGANISATION), actor), Done)
    kept = demo.insi.verify(patient(demo, "adrtrois toussaint"), actor)
    assert isinstance(kept, Done), kept
    assert kept.value.patient.status is IdentityStatus.QUALIFIED
    voided = demo.insi.verify(patient(demo, "adrun"), actor)
    assert isinstance(voided, Done), voided
    assert voided.value.patient.status is IdentityStatus.PROVISIONAL


def test_an_answer_of_the_booklet_can_be_played(demo: Services, actor: Actor) -> None:
    assert demo.demo_insi is not None
    demo.demo_insi.inject(b"<html>")
    with pytest.raises(InsiFailed) as caught:
        looked_up(demo, "sauge", actor)
    assert caught.value.code == "GAL-DIS-49"

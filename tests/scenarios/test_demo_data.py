"""A demonstration begins with a whole officine: people, stock and months of deliveries that agree with each other."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from app import bootstrap, demo_data
from app.kernel.clock import FixedClock, today
from app.kernel.errors import Bug
from app.kernel.mode import Mode
from app.officine.catalog.model import ListClass
from app.officine.patients.model import Attribute, IdentityStatus
from app.officine.staff.model import Role
from app.sandbox import dataset

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.bootstrap import Services

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    services = bootstrap.create_demo(tmp_path_factory.mktemp("demo"), clock=FixedClock(NOW))
    yield services
    services.close()


@pytest.mark.req("OFF-SCOPE-03")
def test_everyone_is_there(demo: Services) -> None:
    data = dataset.read()
    assert demo.patients.count() == len(data.patients)
    assert {member.role for member in demo.staff.members()} == set(Role)
    assert demo.staff.by_badge(data.staff[0].badge) is not None
    assert demo.pharmacy_name == data.pharmacy.name


@pytest.mark.req("OFF-SCOPE-03")
def test_two_homonyms_born_the_same_day_are_two_files(demo: Services) -> None:
    found = demo.patients.search("28/03/1979 pat")
    assert sorted(patient.status for patient in found) == [IdentityStatus.PROVISIONAL, IdentityStatus.QUALIFIED]
    assert all(Attribute.HOMONYM in patient.attributes for patient in found)


@pytest.mark.req("OFF-SCOPE-03")
def test_the_qualified_patient_has_a_chronic_treatment_delivered_thrice(demo: Services) -> None:
    qualified = next(one for one in demo.patients.search("pat trois") if one.status is IdentityStatus.QUALIFIED)
    history = demo.counter.history(qualified.id)
    assert [sum(line.code == one.code for line in history) for one in history[:6]] == [3] * 6
    assert all(line.at < demo.clock.now() for line in history)


@pytest.mark.req("OFF-SCOPE-03")
def test_stock_and_movements_agree_and_some_products_are_missing_or_low(demo: Services) -> None:
    assert demo.stock.discrepancies() == []
    items = demo.stock.items(limit=500)
    assert len(items) == len(dataset.read().products)
    assert any(item.quantity == 0 for item in items)
    assert any(0 < item.quantity < item.minimum for item in items)
    assert all(item.quantity >= 0 and item.place for item in items)


@pytest.mark.req("OFF-SCOPE-03")
def test_the_register_is_whole_and_narcotics_lie_in_the_safe(demo: Services) -> None:
    entries = demo.counter.ordonnancier()
    assert demo.counter.verify_ordonnancier().first_bad is None
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    narcotics = [entry for entry in entries if entry.list_class is ListClass.NARCOTIC]
    assert narcotics
    assert {demo.stock.item(entry.code).place for entry in narcotics} == {"Coffre"}


def test_nothing_was_delivered_on_a_sunday_or_today(demo: Services) -> None:
    days = {entry.day for entry in demo.counter.ordonnancier()}
    assert all(day.weekday() != 6 and day < today(demo.clock) for day in days)


@pytest.mark.req("OFF-SCOPE-03")
def test_the_same_demonstration_each_time(demo: Services, tmp_path: Path) -> None:
    again = bootstrap.create_demo(tmp_path, clock=FixedClock(NOW))
    assert again.stock.items(limit=500) == demo.stock.items(limit=500)
    assert again.counter.ordonnancier() == demo.counter.ordonnancier()
    assert again.patients.search("verveine") == demo.patients.search("verveine")
    again.close()


def test_a_demonstration_opened_again_is_not_filled_twice(demo: Services) -> None:
    again = bootstrap.create_demo(demo.folder.root)
    assert again.patients.count() == demo.patients.count()
    again.close()


@pytest.mark.req("OFF-SCOPE-03")
def test_no_fictitious_data_enters_a_real_officine(tmp_path: Path) -> None:
    bootstrap.create_folder(tmp_path, Mode.PRODUCTION)
    services = bootstrap.open_services(tmp_path)
    with pytest.raises(Bug):
        demo_data.load(services)
    assert services.patients.count() == 0
    services.close()

"""Is the base that is measured a real one: sound, chained, coherent?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app import bootstrap
from app.bench import base, figures, measures, synthetic
from app.bench.ten_years import Volumes
from app.kernel.outcome import Done
from app.officine.dispensing.agreement import first_disagreement
from app.store import integrity

if TYPE_CHECKING:
    from pathlib import Path

SMALL = Volumes(deliveries=300, patients=50, prescribers=10, products=40)


@pytest.fixture(scope="module")
def small_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache whose made-up medicines are few."""
    cache = tmp_path_factory.mktemp("cache")
    folder = cache / "medicines-1"
    folder.mkdir()
    synthetic.write_files(folder, specialities=300, presentations=420)
    base.ten_year_base(cache, SMALL, lambda _: None)
    return cache


def test_the_base_stands_every_verification(small_cache: Path) -> None:
    services = bootstrap.open_services(base.ten_year_base(small_cache, SMALL, lambda _: None))
    try:
        with services.db.read() as session:
            audit = integrity.verify_audit(session)
            assert first_disagreement(session) is None
        register = services.counter.verify_ordonnancier()
        assert integrity.quick_check(services.db.engine) is None
        assert (audit.first_bad, register.first_bad) == (None, None)
        assert audit.entries >= 2 * SMALL.deliveries
        assert register.entries > SMALL.deliveries
        assert services.stock.discrepancies() == []
        assert services.patients.count() == SMALL.patients
        assert len(services.counter.history(1, 60)) > 0
    finally:
        services.close()


def test_a_base_that_is_there_is_not_built_again(small_cache: Path) -> None:
    said: list[str] = []
    base.ten_year_base(small_cache, SMALL, said.append)
    assert said == []


def test_the_measures_deliver_for_good(small_cache: Path) -> None:
    services = bootstrap.open_services(base.ten_year_base(small_cache, SMALL, lambda _: None))
    try:
        before = services.counter.verify_ordonnancier().entries
        figure = measures.validate_sqlite(services, times=4)
        assert len(figure.samples) == 4
        # Four measured and three to warm up, three products of a list each.
        assert services.counter.verify_ordonnancier().entries == before + 7 * 3
    finally:
        services.close()


def test_the_made_up_medicines_are_read_without_a_defect(tmp_path: Path) -> None:
    source = tmp_path / "medicines"
    source.mkdir()
    synthetic.write_files(source, specialities=300, presentations=420)
    services = bootstrap.open_services(tmp_path / "data")
    try:
        outcome = services.catalog.import_folder(source, services.system_actor)
    finally:
        services.close()
    assert isinstance(outcome, Done)
    assert (outcome.value.specialities, outcome.value.presentations, outcome.value.rejected) == (300, 420, ())


def test_the_picture_of_a_box_is_really_read(small_cache: Path) -> None:
    figure = measures.scan_image(times=2)
    assert (figure.name, len(figure.samples)) == ("scan_image", 2)
    assert figure.floor_value > 0
    services = bootstrap.open_services(base.demo_base(small_cache))
    try:
        assert services.staff.members()
    finally:
        services.close()


def test_a_figure_is_told_beside_its_floor() -> None:
    figure = figures.Figure("x", [4.0, 2.0, 6.0], 2.0, "rien")
    assert figure.as_json() == {
        "name": "x",
        "p50_ms": 4.0,
        "p95_ms": 6.0,
        "n": 3,
        "floor_ms": 2.0,
        "ratio": 2.0,
        "floor": "rien",
        "unit": "ms",
    }


def test_warm_up_does_not_count() -> None:
    ranks: list[int] = []
    assert len(figures.sample(ranks.append, 2)) == 2
    assert ranks == [-3, -2, -1, 0, 1]

"""The catalogue in force answers by code and by words; a new version takes its place whole, or not at all."""

from __future__ import annotations

import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.kernel.errors import EnvironmentFailure, FileUnusable
from app.kernel.money import Money, Rate
from app.kernel.outcome import Done, Refused
from app.officine.catalog import store
from app.officine.catalog.demo import load_demo_catalog
from app.officine.catalog.model import ListClass, ProductCard
from app.officine.catalog.service import Catalog
from app.officine.catalog.tables import CatalogBlobRow, CatalogVersionRow
from app.store.tables import AuditRow
from tests.catalog_files import CatalogFiles, cip13, presentation, speciality

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from app.officine.catalog.model import Product
    from app.store.audit import Actor
    from app.store.database import Database

CREAM = ProductCard("2000000000015", "Crème à l’œillet 50 ml", "Avélys", "para", Money(1890), Rate(2000))


@pytest.fixture
def files() -> CatalogFiles:
    return CatalogFiles()


@pytest.fixture
def source(files: CatalogFiles, tmp_path: Path) -> Path:
    return files.write(tmp_path / "bdpm")


@pytest.fixture
def catalog(database: Database, tmp_path: Path) -> Iterator[Catalog]:
    service = Catalog(database, tmp_path / "catalogs")
    yield service
    service.close()


@pytest.fixture
def filled(sqlite_database: Database, tmp_path: Path, source: Path, actor: Actor) -> Iterator[Catalog]:
    """A catalogue with the made-up set and one product card."""
    service = Catalog(sqlite_database, tmp_path / "catalogs")
    assert isinstance(service.import_folder(source, actor), Done)
    service.put_cards([CREAM], actor)
    yield service
    service.close()


def names(products: list[Product]) -> list[str]:
    return [product.name for product in products]


def grown(files: CatalogFiles, tmp_path: Path) -> Path:
    """A later set, with one more medicine."""
    files.files["CIS_bdpm.txt"].append(speciality("60000009", "NOUVELLINE 5 mg, comprimé"))
    files.files["CIS_CIP_bdpm.txt"].append(presentation("60000009", "3000019"))
    return files.write(tmp_path / "later")


# --- Versions ---------------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-CAT-05")
def test_an_import_puts_a_version_in_force_and_leaves_a_trace(
    catalog: Catalog, database: Database, source: Path, actor: Actor, tmp_path: Path
) -> None:
    outcome = catalog.import_folder(source, actor)
    assert isinstance(outcome, Done)
    report = outcome.value
    assert (report.specialities, report.presentations, report.generic_groups, report.archived) == (9, 10, 1, 1)
    version = catalog.version()
    assert version is not None
    assert version.version == report.version
    assert [path.name for path in (tmp_path / "catalogs").iterdir()] == [f"{report.version}.sqlite"]
    with database.read() as session:
        actions = session.execute(select(AuditRow.action, AuditRow.result)).all()
    assert actions == [("catalog.import", "ok")]


def test_the_same_set_again_changes_nothing(catalog: Catalog, database: Database, source: Path, actor: Actor) -> None:
    first = catalog.import_folder(source, actor)
    second = catalog.import_folder(source, actor)
    assert isinstance(first, Done)
    assert isinstance(second, Done)
    assert first.value.version == second.value.version
    assert catalog.previous_version() is None
    with database.read() as session:
        assert session.execute(select(func.count()).select_from(CatalogVersionRow)).scalar_one() == 1


@pytest.mark.req("OFF-CAT-05")
def test_rollback_goes_back_and_forth(
    catalog: Catalog, files: CatalogFiles, source: Path, actor: Actor, tmp_path: Path
) -> None:
    catalog.import_folder(source, actor)
    before = catalog.version()
    catalog.import_folder(grown(files, tmp_path), actor)
    after = catalog.version()
    assert names(catalog.search("nouvelline")) == ["NOUVELLINE 5 mg, comprimé"]
    assert isinstance(catalog.rollback(actor), Done)
    assert catalog.version() == before
    assert catalog.search("nouvelline") == []
    assert isinstance(catalog.rollback(actor), Done)
    assert catalog.version() == after
    assert names(catalog.search("nouvelline")) == ["NOUVELLINE 5 mg, comprimé"]


def test_rollback_without_a_previous_version_is_refused(catalog: Catalog, source: Path, actor: Actor) -> None:
    none = catalog.rollback(actor)
    assert isinstance(none, Refused)
    assert "galien catalog import" in none.findings[0].advice
    catalog.import_folder(source, actor)
    first, version = catalog.rollback(actor), catalog.version()
    assert isinstance(first, Refused)
    assert version is not None
    assert version.version in first.findings[0].text
    assert first.findings[0].advice.startswith("Elle reste en service.")


@pytest.mark.req("OFF-CAT-06")
def test_another_workstation_fetches_the_snapshot_from_the_shared_database(
    database: Database, source: Path, actor: Actor, tmp_path: Path
) -> None:
    if not database.is_postgresql:
        pytest.skip("several workstations share PostgreSQL only")
    here, there = Catalog(database, tmp_path / "here"), Catalog(database, tmp_path / "there")
    here.import_folder(source, actor)
    there.ensure_local()
    assert names(there.search("amoxival"))[0] == "AMOXIVAL 500 mg, gélule"
    assert [path.name for path in (tmp_path / "here").iterdir()] == [
        path.name for path in (tmp_path / "there").iterdir()
    ]


@pytest.mark.req("OFF-CAT-06")
def test_a_snapshot_altered_on_its_way_is_never_read(
    database: Database, source: Path, actor: Actor, tmp_path: Path
) -> None:
    if not database.is_postgresql:
        pytest.skip("several workstations share PostgreSQL only")
    here, there = Catalog(database, tmp_path / "here"), Catalog(database, tmp_path / "there")
    here.import_folder(source, actor)
    with database.write(actor) as work:
        work.session.query(CatalogBlobRow).update({"content": b"SQLite format 3\x00altered"})
    there.ensure_local()
    with pytest.raises(EnvironmentFailure, match="manque ou est endommagé"):
        there.by_code(cip13("3000001"))


def test_the_shared_database_carries_two_versions_at_most(
    database: Database, files: CatalogFiles, actor: Actor, tmp_path: Path
) -> None:
    if not database.is_postgresql:
        pytest.skip("several workstations share PostgreSQL only")
    catalog = Catalog(database, tmp_path / "catalogs")
    for turn in range(4):
        files.files["CIS_bdpm.txt"].append(speciality(f"6000001{turn}", f"TOUR {turn}"))
        assert isinstance(catalog.import_folder(files.write(tmp_path / str(turn)), actor), Done)
    with database.read() as session:
        assert session.execute(select(func.count()).select_from(CatalogBlobRow)).scalar_one() == 2
    assert len(list((tmp_path / "catalogs").iterdir())) == 2


def test_an_import_in_a_process_of_its_own_gives_the_same_version(
    sqlite_database: Database, source: Path, actor: Actor, tmp_path: Path
) -> None:
    here = Catalog(sqlite_database, tmp_path / "catalogs")
    apart = here.import_folder(source, actor, isolated=True)
    again = here.import_folder(source, actor)
    assert isinstance(apart, Done)
    assert isinstance(again, Done)
    assert apart.value.version == again.value.version
    assert multiprocessing.active_children() == []


def test_an_import_given_up_changes_nothing(
    sqlite_database: Database, source: Path, actor: Actor, tmp_path: Path
) -> None:
    class GivenUpMidway:
        checks = 0

        def report(self, done: int, total: int, text: str = "") -> None:
            pass

        def check(self) -> None:
            self.checks += 1
            if self.checks == 2:
                raise KeyboardInterrupt

    here = Catalog(sqlite_database, tmp_path / "catalogs")
    for isolated in (False, True):
        with pytest.raises(KeyboardInterrupt):
            here.import_folder(source, actor, GivenUpMidway(), isolated=isolated)
    assert here.version() is None
    assert list((tmp_path / "catalogs").iterdir()) == []
    assert multiprocessing.active_children() == []


def test_searches_go_on_while_versions_change(sqlite_database: Database, actor: Actor, tmp_path: Path) -> None:
    catalog = Catalog(sqlite_database, tmp_path / "catalogs")
    files = CatalogFiles()
    catalog.import_folder(files.write(tmp_path / "0"), actor)
    over = threading.Event()

    def look() -> int:
        count = 0
        while not over.is_set():
            assert catalog.search("amoxilab")
            assert catalog.by_code(cip13("3000002"))
            count += 1
        return count

    with ThreadPoolExecutor(3) as pool:
        looks = [pool.submit(look) for _ in range(3)]
        for turn in range(1, 6):
            files.files["CIS_bdpm.txt"].append(speciality(f"6000001{turn}", f"TOUR {turn}"))
            assert isinstance(catalog.import_folder(files.write(tmp_path / str(turn)), actor), Done)
        over.set()
        assert all(done.result() > 0 for done in looks)
    catalog.close()


def test_two_imports_at_once_leave_one_version_in_force(database: Database, actor: Actor, tmp_path: Path) -> None:
    sources = []
    for turn in range(4):
        files = CatalogFiles()
        files.files["CIS_bdpm.txt"].append(speciality(f"6000001{turn}", f"TOUR {turn}"))
        sources.append(files.write(tmp_path / str(turn)))
    catalogs = [Catalog(database, tmp_path / f"catalogs{turn}") for turn in range(4)]
    with ThreadPoolExecutor(4) as pool:
        imports = [pool.submit(catalogs[turn].import_folder, sources[turn], actor) for turn in range(4)]
        assert all(isinstance(done.result(), Done) for done in imports)
    with database.read() as session:
        states = session.execute(select(CatalogVersionRow.state).order_by(CatalogVersionRow.id)).scalars().all()
    assert states == ["retired", "retired", "kept", "in_force"]


def test_the_same_version_imported_twice_at_once_keeps_the_one_before(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    catalog = Catalog(database, tmp_path / "catalogs")
    files = CatalogFiles()
    assert isinstance(catalog.import_folder(files.write(tmp_path / "first"), actor), Done)
    first = catalog.version()
    files.files["CIS_bdpm.txt"].append(speciality("60000019", "NOUVELLE"))
    assert isinstance(catalog.import_folder(files.write(tmp_path / "second"), actor), Done)
    second = catalog.version()
    assert second is not None
    with database.write(actor) as work:  # what the slower of the two does
        store.put_in_force(work, second)
    assert (catalog.version(), catalog.previous_version()) == (second, first)
    catalog.close()


def test_a_missing_folder_is_told_to_the_user(catalog: Catalog, actor: Actor, tmp_path: Path) -> None:
    for isolated in (False, True):
        with pytest.raises(FileUnusable):
            catalog.import_folder(tmp_path / "nowhere", actor, isolated=isolated)


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _rotten(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("lose", [lambda path: path.unlink(), _emptied, _rotten], ids=["removed", "emptied", "rotten"])
def test_a_snapshot_lost_from_the_disk_is_said_and_mended_by_an_import(
    filled: Catalog,
    source: Path,
    actor: Actor,
    sqlite_database: Database,
    tmp_path: Path,
    lose: Callable[[Path], None],
) -> None:
    for path in (tmp_path / "catalogs").iterdir():
        lose(path)
    again = Catalog(sqlite_database, tmp_path / "catalogs")
    again.ensure_local()
    with pytest.raises(EnvironmentFailure, match="manque ou est endommagé"):
        again.by_code(cip13("3000001"))
    assert isinstance(again.import_folder(source, actor), Done)
    assert again.by_code(cip13("3000001")) is not None


# --- By code ----------------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-CAT-07")
@pytest.mark.parametrize("code", [cip13("3000002"), "3000002", "0" + cip13("3000002"), f" {cip13('3000002')}\n"])
def test_a_medicine_is_found_by_each_of_its_codes(filled: Catalog, code: str) -> None:
    product = filled.by_code(code)
    assert product is not None
    assert (product.name, product.price, product.rate) == ("AMOXILAB 500 mg, gélule", Money(255), Rate(6500))
    assert (product.price_without_fee, product.fee, product.vat) == (Money(153), Money(102), Rate(210))
    assert (product.list_class, product.group_id, product.marketed) == (ListClass.LIST_1, "12", True)


@pytest.mark.parametrize("code", ["", "1234567", "3400930000029999", "👍", "0" * 14, "'; DROP TABLE product"])
def test_an_unknown_code_is_none(filled: Catalog, code: str) -> None:
    assert filled.by_code(code) is None


def test_a_product_card_is_found_by_its_code(filled: Catalog) -> None:
    product = filled.by_code("2000000000015")
    assert product is not None
    assert (product.price, product.vat, product.is_medicine) == (Money(1890), Rate(2000), False)
    assert filled.detail("2000000000015") is None


def test_the_archived_presentation_is_kept(filled: Catalog) -> None:
    product = filled.by_code(cip13("3000009"))
    assert product is not None
    assert product.archived
    assert not product.marketed
    assert product.name == "Spécialité archivée 69999999"


@pytest.mark.parametrize(
    ("cip7", "expected"),
    [("3000003", ListClass.LIST_2), ("3000004", ListClass.NARCOTIC), ("3000005", ListClass.ASSIMILATED),
     ("3000006", None)],
)  # fmt: skip
def test_each_list_is_known(filled: Catalog, cip7: str, expected: ListClass | None) -> None:
    assert filled.by_code(cip7).list_class is expected


@pytest.mark.req("OFF-CAT-08")
def test_the_detail_says_all_that_the_counter_needs(filled: Catalog) -> None:
    detail = filled.detail(cip13("3000001"))
    assert [(row.name, row.dosage) for row in detail.substances] == [("AMOXICILLINE", "500 mg")]
    assert [(row.code, row.is_missing) for row in detail.availability] == [(1, True)]
    assert (detail.atc, detail.kind, detail.conditions) == ("J01CA04", 0, ("liste I",))
    narcotic = filled.detail(cip13("3000004"))
    assert (narcotic.prescription_limit.count, narcotic.fraction_days) == (4, 7)
    assert filled.detail(cip13("3000007")).hospital_only


def test_the_siblings_of_a_group_are_those_that_are_marketed(filled: Catalog) -> None:
    assert names(filled.generic_siblings(cip13("3000001"))) == ["AMOXILAB 500 mg, gélule"]
    assert filled.generic_siblings(cip13("3000003")) == []


# --- By words ---------------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-CAT-09")
@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("amoxil", "AMOXILAB 500 mg, gélule"),
        ("gél 500 amoxil", "AMOXILAB 500 mg, gélule"),
        ("oedeme", "CODINE ŒDÉME 20 mg, comprimé"),
        ("ŒDÉM", "CODINE ŒDÉME 20 mg, comprimé"),
        ("morphine", "DOULEXINE LP 10 mg, gélule"),
        ("zolpisomne 10mg", "ZOLPISOMNE 10 mg, comprimé"),
        ("œillet avelys", "Crème à l’œillet 50 ml"),
        ("z", "ZOLPISOMNE 10 mg, comprimé"),
        ("3000005", "ZOLPISOMNE 10 mg, comprimé"),
        ("340093000005", "ZOLPISOMNE 10 mg, comprimé"),
        ("60000005", "ZOLPISOMNE 10 mg, comprimé"),
        ("zolpisonme", "ZOLPISOMNE 10 mg, comprimé"),
        ("zolpsomne", "ZOLPISOMNE 10 mg, comprimé"),
        ("zolpiisomne", "ZOLPISOMNE 10 mg, comprimé"),
        ("oeilet", "Crème à l’œillet 50 ml"),
    ],
)
def test_words_in_any_order_and_form_find_their_product(filled: Catalog, text: str, first: str) -> None:
    assert names(filled.search(text))[0] == first


def test_what_is_no_longer_sold_comes_last(filled: Catalog) -> None:
    assert names(filled.search("amoxi")) == [
        "AMOXILAB 500 mg, gélule",
        "AMOXIVAL 500 mg, gélule",
        "AMOXIANCIEN 500 mg, gélule",
    ]
    assert names(filled.search("morphine")) == ["DOULEXINE LP 10 mg, gélule", "MORPHINE D’AVANT, gélule"]


@pytest.mark.req("OFF-CAT-09")
def test_what_is_used_here_comes_first(
    filled: Catalog, sqlite_database: Database, actor: Actor, tmp_path: Path
) -> None:
    for _ in range(2):
        with sqlite_database.write(actor) as work:
            filled.count_uses(work, {cip13("3000001"): 2, cip13("3000005"): 1}, {})
    again = Catalog(sqlite_database, tmp_path / "catalogs")
    assert names(again.search("amoxi"))[0] == "AMOXIVAL 500 mg, gélule"


def test_uses_add_up_on_both_engines(catalog: Catalog, database: Database, actor: Actor) -> None:
    from app.officine.catalog import store  # noqa: PLC0415 -- the only test that looks into the table

    for quantity in (2, 3):
        with database.write(actor) as work:
            catalog.count_uses(work, {"A": quantity, "B": 1}, {})
            catalog.count_uses(work, {}, {})
    with database.read() as session:
        assert store.uses(session) == {"A": 5, "B": 2}


def test_a_card_is_written_anew_under_its_code(catalog: Catalog, actor: Actor) -> None:
    dearer = ProductCard(CREAM.code, CREAM.name, CREAM.brand, "para", Money(1990), Rate(2000))
    catalog.put_cards([CREAM], actor)
    assert catalog.put_cards([dearer], actor) == 1
    assert catalog.by_code(CREAM.code).price == Money(1990)
    assert len(catalog.search("oeillet")) == 1


def test_the_limit_is_kept(filled: Catalog) -> None:
    assert len(filled.search("amoxi", 2)) == 2
    assert filled.search("amoxi", 0) == []
    assert filled.search("amoxi", -1) == []


@pytest.mark.req("OFF-CAT-10")
@pytest.mark.parametrize(
    "text",
    ["", " ", '"', '" OR "', "amox*", "NEAR(a b)", "a AND NOT b", "-amoxi", "%", "_", "'",
     "\\", "\x00", "😀", "x" * 500, "a " * 400, "12345678901234567890", "{col}:x", "^amoxi", "٣٤٠٠٩", "\ud800"],
)  # fmt: skip
def test_any_text_at_all_is_a_legal_query(filled: Catalog, text: str) -> None:
    assert isinstance(filled.search(text), list)


@pytest.mark.req("OFF-CAT-10")
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=320))
def test_no_text_breaks_a_search(filled: Catalog, text: str) -> None:
    assert isinstance(filled.search(text, 5), list)
    assert filled.by_code(text) is None or text.strip()


# --- The demonstration ------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-CAT-11")
def test_the_demonstration_holds_what_the_scenarios_need(
    sqlite_database: Database, actor: Actor, tmp_path: Path
) -> None:
    catalog = Catalog(sqlite_database, tmp_path / "catalogs")
    load_demo_catalog(catalog, actor)
    assert catalog.version().presentations >= 150
    for code, net, price, rate in (
        ("3400933857042", 153, 255, 65),
        ("3400935955838", 116, 218, 65),
        ("3400930183076", 904, 1180, 65),
        ("3400926784102", 5895, 5997, 65),
        ("3400930322154", 7658, 7760, 30),
        ("3400930306000", 1175, 1277, 65),
    ):
        product = catalog.by_code(code)
        assert (product.price_without_fee, product.price) == (Money(net), Money(price))
        assert product.rate == Rate.percent(rate)
    crestor = catalog.by_code("3400939169460")
    assert crestor.price_without_fee == Money(634)
    assert {row.price_without_fee for row in catalog.generic_siblings(crestor.code) if "CRESTOR" not in row.name} == {
        Money(441)
    }
    assert catalog.search("tensiometre")[0].vat == Rate(2000)


def test_a_real_import_may_follow_the_demonstration_whatever_its_size(
    sqlite_database: Database, source: Path, actor: Actor, tmp_path: Path
) -> None:
    catalog = Catalog(sqlite_database, tmp_path / "catalogs")
    load_demo_catalog(catalog, actor)
    assert isinstance(catalog.import_folder(source, actor), Done)


@pytest.mark.req("OFF-CAT-01")
def test_the_real_database_goes_into_force(database: Database, bdpm_dir: Path, actor: Actor, tmp_path: Path) -> None:
    catalog = Catalog(database, tmp_path / "catalogs")
    outcome = catalog.import_folder(bdpm_dir, actor)
    assert isinstance(outcome, Done)
    assert (outcome.value.specialities, outcome.value.presentations) == (15_848, 20_903)
    assert (outcome.value.archived, outcome.value.rejected) == (4, ())
    assert names(catalog.search("1000 doliprane"))[0].startswith("DOLIPRANE 1000 mg")
    assert names(catalog.search("dolipranne"))[0].startswith("DOLIPRANE")
    assert catalog.by_code("03400935955838").price == Money(218)
    assert catalog.by_code("3400930284322").price is None

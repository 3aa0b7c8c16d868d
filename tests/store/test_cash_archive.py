"""An archive of the till is read without Galien, and any change in it is found."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from dispensing_house import CAMILLE, DOLIPRANE, House, done, open_house
from seal_hands import sealing

from app.kernel import french
from app.kernel.errors import FileUnusable, InputDefect
from app.kernel.outcome import Refused
from app.officine.cash import archive
from app.officine.cash.model import Period, RecordKind
from app.officine.cash.paper import ClosingPapers, short_hash
from app.officine.trace.model import Reason

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from app.kernel.clock import FixedClock
    from app.store.database import Database


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return open_house(database, tmp_path / "catalogs")


@pytest.fixture
def month(house: House, clock: FixedClock, tmp_path: Path) -> Path:
    """The archive of a month of two sales on two days."""
    import datetime as dt  # noqa: PLC0415 -- only to move the clock

    start: dt.date = clock.now().date()
    for _ in range(2):
        session = house.sale(DOLIPRANE)
        done(house.counter.validate(session, CAMILLE, house.paid(session)))
        done(house.closings.close(CAMILLE, Period.DAY))
        clock.advance(dt.timedelta(days=1))
    refused = house.closings.archive(CAMILLE, Period.MONTH, start, tmp_path / "a.zip")
    assert isinstance(refused, Refused)
    assert refused.findings[0].code == "GAL-CAI-31"
    clock.advance(dt.timedelta(days=8))
    done(house.closings.close(CAMILLE, Period.MONTH, start))
    file = tmp_path / "novembre.zip"
    digest = done(house.closings.archive(CAMILLE, Period.MONTH, start, file))
    assert digest == hashlib.sha256(file.read_bytes()).hexdigest()
    return file


@pytest.mark.req("OFF-CAI-06")
def test_the_recipe_of_the_readme_verifies_the_chain_without_galien(month: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(month) as unpacked:
        unpacked.extractall(tmp_path / "out")
        readme = unpacked.read("LISEZMOI.txt").decode()
        table = unpacked.read("journal.csv").decode("utf-8-sig")
    lines = [line[4:] for line in readme.splitlines() if line.startswith("    ")]
    recipe = "\n".join(lines[lines.index("import hashlib, json, pathlib") :])
    recipe = recipe.replace('Path("', f'Path("{tmp_path / "out"}/')
    exec(compile(recipe, "recipe", "exec"), {})
    rows = list(csv.DictReader(io.StringIO(table), delimiter=";"))
    assert [row["kind"] for row in rows] == ["sale", "payment", "closing", "sale", "payment"]
    report = archive.verify(month)
    assert (report.bad, report.records, report.closings) == ((), 5, 3)


@pytest.mark.req("OFF-CAI-06")
def test_archiving_is_an_entry_of_the_journal(house: House, month: Path) -> None:
    last = house.cash.journal(limit=1)[0]
    assert last.kind is RecordKind.ARCHIVE
    assert last.details["sha256"] == hashlib.sha256(month.read_bytes()).hexdigest()


@pytest.mark.req("OFF-CAI-06")
@pytest.mark.parametrize("name", ["journal.json", "journal.csv", "clotures.json", "LISEZMOI.txt", "manifest.json"])
def test_a_changed_member_is_found(month: Path, tmp_path: Path, name: str) -> None:
    changed = rewritten(month, tmp_path / "b.zip", {name: lambda content: content.replace(b"1", b"2", 1)})
    assert archive.verify(changed).bad


@pytest.mark.req("OFF-CAI-06")
def test_an_entry_changed_with_its_sums_made_anew_is_found(month: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(month) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    rows = json.loads(members["journal.json"])
    rows[0]["amount"] += 100
    members["journal.json"] = archive._json_lines(rows)
    members["journal.csv"] = archive._csv(rows)
    manifest = json.loads(members["manifest.json"])
    for member in ("journal.json", "journal.csv"):
        manifest["members"][member] = hashlib.sha256(members[member]).hexdigest()
    members["manifest.json"] = json.dumps(manifest).encode()
    digest = hashlib.sha256(members["manifest.json"]).hexdigest()
    members["SHA256SUMS"] = f"{digest}  manifest.json\n".encode()
    forged = tmp_path / "c.zip"
    forged.write_bytes(archive._zipped(members))
    assert archive.verify(forged).bad[0] == "L’écriture n° 1 a été modifiée."


@pytest.mark.req("OFF-CAI-07")
@pytest.mark.parametrize("a4", [False, True])
def test_a_z_on_paper_says_its_totals_and_the_hash_of_its_entry(house: House, tmp_path: Path, *, a4: bool) -> None:
    import pypdfium2  # noqa: PLC0415 -- only here

    session = house.sale(DOLIPRANE)
    done(house.counter.validate(session, CAMILLE, house.paid(session)))
    z = done(house.closings.close(CAMILLE, Period.DAY))
    file = ClosingPapers(house.db, tmp_path, lambda _closing: None).write(z, a4=a4)
    page = pypdfium2.PdfDocument(file.read_bytes())[0]
    said = page.get_textpage().get_text_range().replace("\xa0", " ").replace("\u202f", " ")
    assert "n’ont encore aucun scellé" in said
    for words in (
        "Z n° 1 — 23/11/2026",
        "Ventes TTC",
        french.amount(z.gross).replace("\xa0", " "),
        z.hash[:32],
        z.hash[32:],
    ):
        assert words in said
    assert round(page.get_width() / 72 * 25.4) == (210 if a4 else 80)


@pytest.mark.req("OFF-DB-07")
@pytest.mark.parametrize("a4", [False, True])
def test_a_z_on_paper_bears_the_seal_of_the_registers(
    house: House, clock: FixedClock, tmp_path: Path, *, a4: bool
) -> None:
    """What was sealed is compared with a paper that no disk holds: it betrays even seals that were made anew."""
    import datetime as dt  # noqa: PLC0415 -- only to move the clock

    import pypdfium2  # noqa: PLC0415 -- only here

    seals = sealing(house.db, tmp_path / "data").seals
    papers = ClosingPapers(house.db, tmp_path, seals.witness)

    def printed() -> str:
        page = pypdfium2.PdfDocument(papers.write(z, a4=a4).read_bytes())[0]
        text: str = page.get_textpage().get_text_range()
        return " ".join(text.replace("\xa0", " ").replace("\u202f", " ").split())

    # Made at the very moment of the closing, and before it all the same.
    first = done(seals.make(CAMILLE, Reason.DAY))
    session = house.sale(DOLIPRANE)
    done(house.counter.validate(session, CAMILLE, house.paid(session)))
    z = done(house.closings.close(CAMILLE, Period.DAY))
    assert f"Dernier scellé avant ce Z : n° {first.number}" in printed()
    assert short_hash(first.hash) in printed()
    clock.advance(dt.timedelta(minutes=1))
    over = done(seals.make(CAMILLE, Reason.CLOSING))
    said = printed()
    assert f"Scellé n° {over.number}, le 23/11/2026" in said
    assert f"trace jusqu’au n° {over.heads['audit']}" in said
    assert short_hash(over.hash) in said
    assert over.hash.startswith(short_hash(over.hash).replace(" ", ""))
    clock.advance(dt.timedelta(days=1))
    session = house.sale(DOLIPRANE)
    done(house.counter.validate(session, CAMILLE, house.paid(session)))
    done(seals.make(CAMILLE, Reason.DAY))
    assert printed() == said, "printed later, a Z bears the same seal"


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    for content in (b"", b"PK\x03\x04", b"not a zip"):
        file = tmp_path / "x.zip"
        file.write_bytes(content)
        with pytest.raises(InputDefect):
            archive.verify(file)
    with zipfile.ZipFile(tmp_path / "y.zip", "w") as other:
        other.writestr("manifest.json", "[1]")
    with pytest.raises(InputDefect):
        archive.verify(tmp_path / "y.zip")
    with pytest.raises(FileUnusable):
        archive.verify(tmp_path / "missing.zip")


def rewritten(source: Path, target: Path, changes: dict[str, object]) -> Path:
    with zipfile.ZipFile(source) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    for name, change in changes.items():
        members[name] = change(members[name])  # type: ignore[operator]
    target.write_bytes(archive._zipped(members))
    return target

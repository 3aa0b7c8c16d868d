"""How long does the search before a creation take among 100 000 files, beside the same rows read without any rule?"""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from app import bootstrap
from app.bench import ten_years
from app.bench.figures import Figure, sample
from app.kernel.clock import today
from app.kernel.outcome import Done
from app.officine.patients.antecedents import read_search

if TYPE_CHECKING:
    import datetime as dt

_FILES = 100_000
_TYPED = (
    ("12/05/1948", ""),
    ("29021980", ""),
    ("05/1961", "m"),
    ("1975", "mar"),
    ("3 mars 1990", "ber"),
    ("12/1955", ""),
    ("1983", ""),
    ("31/12/1950", "du"),
)
"""What is typed before a creation, from the most usual to the widest."""
_BARE = (
    "SELECT * FROM patient p WHERE birth_date BETWEEN ? AND ? AND (? = '' OR EXISTS (SELECT 1 FROM patient_word w "
    "WHERE w.patient_id = p.id AND w.word >= ? AND w.word < ? || '{')) "
    "ORDER BY family_name, first_name, id LIMIT 101"
)


def search_before_creation(times: int = 400) -> Figure:
    """The search by date of birth, in whole or in part, with the letters of a name, in the service."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        bootstrap.open_services(root).close()
        ten_years.fill(root / "galien.sqlite", [], ten_years.Volumes(deliveries=0, patients=_FILES, prescribers=1))
        services = bootstrap.open_services(root)
        try:
            services.db.wait_until_checked()
            day, file = today(services.clock), services.folder.database_file

            def one(rank: int) -> None:
                done = services.patients.search_identity(*_TYPED[rank % len(_TYPED)])
                assert isinstance(done, Done), done

            taken = sample(one, times, warm_up=len(_TYPED))
            floor = _bare(file, day, times)
        finally:
            services.close()
    return Figure("search_before_creation", taken, floor, "les mêmes fiches lues en sqlite3 nu")


def _bare(file: Path, day: dt.date, times: int) -> float:
    asked = []
    for born, letters in _TYPED:
        (period,), prefix = read_search(born, letters, day)[0].periods, letters
        asked.append((period.first.isoformat(), period.last.isoformat(), prefix, prefix, prefix))
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as base:
        return statistics.median(
            sample(lambda rank: base.execute(_BARE, asked[rank % len(asked)]).fetchall(), times, warm_up=len(asked))
        )

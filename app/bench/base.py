"""Where is the base that is measured? Built once in the user's cache folder, opened as any other."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from app import __version__, bootstrap
from app.bench import synthetic, ten_years
from app.kernel.outcome import Refused
from app.store import schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.bench.ten_years import Volumes

_FORMAT = 2
"""Raised when what is built changes, so that a base built before is not measured for it."""

_MEDICINES = 1
"""The same of the files of medicines."""


def cache_folder() -> Path:
    """Return the folder in which bases to measure on are kept."""
    from platformdirs import user_cache_path  # noqa: PLC0415 -- not needed where a folder is given

    return user_cache_path("Galien", appauthor=False)


def ten_year_base(cache: Path, volumes: Volumes, say: Callable[[str], None]) -> Path:
    """Return the data folder of the ten-year base, built first where it is not there.

    A build that is cut short leaves nothing under the name of the base.
    """
    name = f"base-{__version__}-{schema.HEAD}-{_FORMAT}-{volumes.deliveries}-{volumes.patients}"
    root = cache / name
    if root.exists():
        return root
    cache.mkdir(parents=True, exist_ok=True)
    say(f"Construction de la base de dix ans ({volumes.deliveries} délivrances), une seule fois…")
    with tempfile.TemporaryDirectory(dir=cache) as staged:
        built = Path(staged) / "base"
        _build(built, volumes)
        shutil.move(built, root)
    return root


def demo_base(cache: Path) -> Path:
    """Return the data folder of a demonstration, made anew, beside medicines to import."""
    medicines(cache)
    root = cache / "base-demo"
    shutil.rmtree(root, ignore_errors=True)
    bootstrap.create_demo(root).close()
    return root


def medicines(cache: Path) -> Path:
    """Return a folder of made-up files of the medicines database, as large as the real ones."""
    folder = cache / f"medicines-{_MEDICINES}"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as staged:
            made = Path(staged) / "medicines"
            made.mkdir()
            synthetic.write_files(made)
            shutil.move(made, folder)
    return folder


def snapshot_in_force(services: bootstrap.Services) -> Path:
    """Return the file of the catalogue in force: the one whose content is that of the version."""
    version = services.catalog.version()
    assert version is not None
    return next(services.folder.catalogs.glob(f"{version.version}*.sqlite"))


def _build(root: Path, volumes: Volumes) -> None:
    services = bootstrap.open_services(root)
    try:
        imported = services.catalog.import_folder(medicines(root.parent.parent), services.system_actor)
        assert not isinstance(imported, Refused), imported
        snapshot = snapshot_in_force(services)
    finally:
        services.close()
    with closing(sqlite3.connect(f"{snapshot.as_uri()}?mode=ro", uri=True)) as catalog:
        products = catalog.execute(
            "SELECT code, name FROM product WHERE marketed AND price IS NOT NULL ORDER BY cip7 LIMIT ?",
            (volumes.products,),
        ).fetchall()
    ten_years.fill(root / "galien.sqlite", products, volumes)

"""Do the import contracts hold, and does each of them bite when it is broken?"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
LINT = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"

# Where a line is planted, the line, and the first words of the contract that must break.
VIOLATIONS = {
    "kernel uses a package": ("app/kernel/planted.py", "import sqlalchemy", "The kernel needs nothing"),
    "kernel knows the store": ("app/kernel/planted.py", "import app.store.base", "Rooms"),
    "store knows the officine": ("app/store/planted.py", "import app.officine.staff.model", "Rooms"),
    "documents know the store": ("app/docs/planted.py", "import app.store.base", "Rooms"),
    "jobs know the officine": ("app/jobs_planted.py", "import app.officine.staff.model", "Rooms"),
    "a service opens a window": ("app/officine/stock/planted.py", "import PySide6.QtWidgets", "Only the screens"),
    "the store opens a window": ("app/store/planted.py", "import PySide6.QtCore", "Only the screens"),
    "a command opens a window itself": ("app/cli/planted.py", "import PySide6.QtCore", "Commands and measures"),
    "a screen asks the database": ("app/ui/planted.py", "import sqlalchemy", "Screens speak to services"),
    "a screen reads XML": ("app/ui/planted.py", "import lxml", "Screens speak to services"),
    "a screen knows the store": ("app/ui/planted.py", "import app.store.base", "Screens speak to services"),
    "staff calls stock": ("app/officine/staff/planted.py", "import app.officine.stock.service", "Features"),
    "patients call stock": ("app/officine/patients/planted.py", "import app.officine.stock.model", "Features"),
    "the officine speaks HTTP": ("app/officine/catalog/planted.py", "import urllib.request", "The officine knows no"),
    "a rule asks the database": ("app/officine/stock/rules.py", "import sqlalchemy", "Models and rules are pure"),
    "a model knows its table": ("app/officine/stock/model.py", "import app.officine.stock.tables", "Models and rules"),
    "a query calls a service": ("app/officine/stock/store.py", "import app.officine.stock.service", "Queries and"),
    "a setting reads the base": ("app/settings.py", "import sqlalchemy", "What lies beside"),
    "the sandbox knows the store": ("app/sandbox/planted.py", "import app.store.base", "What lies beside"),
    "the sandbox knows its own client": ("app/sandbox/planted.py", "import app.remote.soap", "Rooms"),
    "a screen knows the sandbox": ("app/ui/planted.py", "import app.sandbox.dataset", "Screens speak to services"),
    "a remote service knows the store": ("app/remote/planted.py", "import app.store.base", "What lies beside"),
    "a remote service opens a window": ("app/remote/planted.py", "import PySide6.QtCore", "Only the screens"),
    "a card knows the officine": ("app/cards/planted.py", "import app.officine.staff.model", "Rooms"),
    "a card opens a window": ("app/cards/planted.py", "import PySide6.QtCore", "Only the screens"),
    "a screen knows a card": ("app/ui/planted.py", "import app.cards.kinds", "Screens speak to services"),
    "a command knows the readers": ("app/cli/planted.py", "import smartcard.scard", "Only the cards know"),
    "a key knows the store": ("app/keys/planted.py", "import app.store.base", "What lies beside"),
    "a service knows the keyring": ("app/officine/staff/planted.py", "import keyring", "Only the keys know"),
    "a screen knows where the key lies": ("app/ui/planted.py", "import app.keys.system", "Screens speak to services"),
    "a new room without a place": ("app/attic/__init__.py", '"""A room."""', "Rooms"),
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program, to be spoilt."""
    copy = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "app", copy / "app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def lint(folder: Path) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-P", "-c", LINT], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, " ".join(done.stdout.split())


def plant(house: Path, file: str, line: str) -> tuple[int, str]:
    place = house / file
    kept = place.read_text(encoding="utf-8") if place.exists() else None
    made_folder = not place.parent.exists()
    place.parent.mkdir(exist_ok=True)
    place.write_text(f"{kept or ''}\n{line}\n", encoding="utf-8")
    try:
        return lint(house)
    finally:
        if made_folder:
            shutil.rmtree(place.parent)
        elif kept is None:
            place.unlink()
        else:
            place.write_text(kept, encoding="utf-8")


def test_the_house_keeps_its_contracts(house: Path) -> None:
    code, said = lint(house)
    assert code == 0, said


@pytest.mark.parametrize(("file", "line", "contract"), VIOLATIONS.values(), ids=VIOLATIONS)
def test_a_broken_contract_is_named(house: Path, file: str, line: str, contract: str) -> None:
    code, said = plant(house, file, line)
    assert code == 1
    assert contract in broken(said)


def broken(said: str) -> str:
    """Return what is said after the title of the list of broken contracts."""
    return said.partition("Broken contracts")[2]


def test_nothing_of_the_kernel_comes_from_a_package() -> None:
    graph = grimp.build_graph("app", include_external_packages=True)
    outside = {
        imported.partition(".")[0]
        for module in graph.modules
        if module.startswith("app.kernel")
        for imported in graph.find_modules_directly_imported_by(module)
        if not imported.startswith("app")
    }
    assert outside <= sys.stdlib_module_names


def test_a_feature_keeps_its_queries_and_tables_to_itself() -> None:
    graph = grimp.build_graph("app")
    intruders = [
        (importer, module)
        for module in graph.modules
        for feature, part in [module.split(".")[2:4]] * (module.count(".") >= 3 and module.startswith("app.officine."))
        if part in ("store", "tables")
        for importer in graph.find_modules_that_directly_import(module)
        if importer.startswith("app.officine.")
        and not importer.startswith(f"app.officine.{feature}.")
        and importer != "app.officine.tables"
    ]
    assert intruders == []

"""Does the desktop client load what its first paint needs, and nothing heavy?"""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("alembic", "reportlab", "pypdfium2", "zxingcpp", "serial", "PIL", "psycopg", "sqlalchemy", "biip")


@pytest.mark.req("OFF-UI-03")
@pytest.mark.parametrize("module", ["app.ui.app", "app.__main__"])
def test_the_first_paint_imports_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & set(HEAVY)

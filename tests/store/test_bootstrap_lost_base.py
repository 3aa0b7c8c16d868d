"""A data folder whose base was lost never becomes an empty officine in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app import bootstrap
from app.cli import main
from app.kernel.errors import DatabaseDamaged

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _emptied(file: Path) -> None:
    file.write_bytes(b"")


@pytest.mark.req("OFF-DB-08")
@pytest.mark.parametrize("lose", [_emptied, lambda file: file.unlink()], ids=["emptied", "removed"])
def test_a_folder_whose_base_was_lost_is_refused_until_a_backup_is_restored(
    tmp_path: Path, lose: Callable[[Path], None]
) -> None:
    root = tmp_path / "data"
    services = bootstrap.open_services(root)
    installed = services.catalog.version()
    saved = services.back_up(lambda _done, _total, _text: None)
    services.close()
    for file in root.glob("galien.sqlite-*"):
        file.unlink()
    lose(root / "galien.sqlite")
    with pytest.raises(DatabaseDamaged, match="manque ou est vide"):
        bootstrap.open_services(root)
    assert main(["restore", str(saved), "--data", str(root)]) == 0
    services = bootstrap.open_services(root)
    assert services.catalog.version() == installed
    services.close()


def test_a_folder_that_never_served_begins_with_a_new_base(tmp_path: Path) -> None:
    (tmp_path / "galien.sqlite").write_bytes(b"")
    services = bootstrap.open_services(tmp_path)
    assert services.patients.count() == 0
    services.close()

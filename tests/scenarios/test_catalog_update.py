"""Is the medicines database fetched where it is allowed, and nowhere else?"""

from __future__ import annotations

import functools
import http.server
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.bench import synthetic
from app.kernel.errors import InputDefect, RemoteFailure
from app.remote import bdpm

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = Path(__file__).resolve().parents[2]


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A site on this machine that gives made-up files, and its address."""
    folder = tmp_path / "site"
    folder.mkdir()
    synthetic.write_files(folder, specialities=300, presentations=420)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def _update(root: Path, **settings: object) -> subprocess.CompletedProcess[str]:
    root.mkdir(exist_ok=True)
    (root / "settings.json").write_text(json.dumps({"mode": "demo"} | settings), encoding="utf-8")
    command = [sys.executable, "-m", "app.cli", "catalog", "update", "--json", "--data", str(root)]
    return subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)


@pytest.mark.req("OFF-CAT-21")
def test_what_is_fetched_is_put_in_force(tmp_path: Path, site: tuple[Path, str]) -> None:
    done = _update(tmp_path / "data", catalog_download=True, catalog_url=site[1])
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["presentations"] == 420


@pytest.mark.req("OFF-CAT-21")
def test_nothing_is_fetched_unless_the_setting_allows_it(tmp_path: Path, site: tuple[Path, str]) -> None:
    refused = _update(tmp_path / "data", catalog_url=site[1])
    assert (refused.returncode, refused.stderr.startswith("GAL-CAT-20")) == (3, True)


@pytest.mark.req("OFF-SIM-01")
def test_a_simulation_reaches_no_official_site(tmp_path: Path) -> None:
    refused = _update(tmp_path / "data", catalog_download=True, catalog_url="https://192.0.2.1/download")
    assert refused.returncode == 5
    assert "GAL-DIS" in refused.stderr


def test_a_file_that_is_missing_changes_nothing(tmp_path: Path, site: tuple[Path, str]) -> None:
    folder, address = site
    (folder / "CIS_CPD_bdpm.txt").unlink()
    refused = _update(tmp_path / "data", catalog_download=True, catalog_url=address)
    assert (refused.returncode, refused.stderr.startswith("GAL-DIS-10")) == (5, True)


@pytest.mark.parametrize("address", ["http://base.example/file", "ftp://127.0.0.1/file", "file:///etc", ""])
def test_only_a_protected_address_is_asked(tmp_path: Path, address: str) -> None:
    with pytest.raises(InputDefect):
        bdpm.fetch(address, tmp_path, lambda _: None)


def test_a_file_without_end_is_given_up(
    tmp_path: Path, site: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bdpm, "LARGEST_FILE", 1000)
    with pytest.raises(RemoteFailure) as caught:
        bdpm.fetch(site[1], tmp_path, lambda _: None)
    assert caught.value.code == "GAL-DIS-11"

"""How are PostgreSQL's own programs found and run, without a password on a command line?"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from app.kernel.errors import EnvironmentFailure

if TYPE_CHECKING:
    from sqlalchemy import URL

_INSTALLED = Path("/usr/lib/postgresql")
_VARIABLES = {"host": "PGHOST", "port": "PGPORT", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}


def find(program: str) -> Path | None:
    """Return where ``pg_dump``, ``pg_restore``… is; None where it is not installed."""
    versions = sorted(_INSTALLED.glob(f"*/bin/{program}"), key=_version, reverse=True)
    on_path = shutil.which(program)
    return versions[0] if versions else Path(on_path) if on_path else None


def run(program: str, url: URL, *arguments: str) -> str:
    """Run a program of PostgreSQL on the database at ``url``; return what it printed.

    Raises EnvironmentFailure where it is not installed, or fails.
    """
    binary = find(program)
    if binary is None:
        raise EnvironmentFailure(
            f"Le programme « {program} » de PostgreSQL manque sur ce poste.",
            code="GAL-ENV-10",
            advice="Installez le client PostgreSQL de la même version que le serveur.",
        )
    command = [str(binary), *arguments]
    done = subprocess.run(command, env=_environment(url), capture_output=True, check=False)  # noqa: S603 -- our own words
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = said[0] if said else f"code {done.returncode}"
        raise EnvironmentFailure(f"« {program} » a échoué : {reason}", code="GAL-ENV-11")
    return done.stdout.decode("utf-8", "replace")


def _environment(url: URL) -> dict[str, str]:
    known = {
        "PGDATABASE": url.database,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGHOST": url.host,
        "PGPORT": str(url.port) if url.port else None,
    }
    asked = {_VARIABLES[name]: str(value) for name, value in url.query.items() if name in _VARIABLES}
    return {**os.environ, **{name: value for name, value in known.items() if value}, **asked, "PGCONNECT_TIMEOUT": "5"}


def _version(path: Path) -> int:
    name = path.parent.parent.name
    return int(name) if name.isdigit() else 0

"""How are the files of the public medicines database fetched from its official site?

Source: the site's own download addresses, one a file; no ETag nor date is given, so that everything is fetched anew.
"""

from __future__ import annotations

import http.client
import urllib.error
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING

from app.kernel.errors import InputDefect, RemoteFailure
from app.kernel.loopback import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILES = (
    "CIS_bdpm.txt", "CIS_CIP_bdpm.txt", "CIS_COMPO_bdpm.txt", "CIS_GENER_bdpm.txt", "CIS_CPD_bdpm.txt",
    "CIS_CIP_Dispo_Spec.txt", "CIS_MITM.txt",
)  # fmt: skip
LARGEST_FILE = 60_000_000
_WAIT_S = 30
_BLOCK = 1 << 16


def fetch(address: str, folder: Path, say: Callable[[str], None]) -> None:
    """Write each file of the database into ``folder``, from ``address``/NAME; ``say`` hears each name.

    Raises InputDefect for an address that is neither HTTPS nor of this machine, RemoteFailure where the site does not
    answer, refuses, or sends more than 60 MB for a file. What was fetched is checked by whoever imports it.
    """
    parts = urllib.parse.urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise InputDefect("L’adresse de téléchargement n’est pas en HTTPS.", code="GAL-FIC-05")
    for name in FILES:
        say(name)
        _fetch_one(f"{address.rstrip('/')}/{name}", folder / name)


def _fetch_one(address: str, file: Path) -> None:
    try:
        with urllib.request.urlopen(address, timeout=_WAIT_S) as answer, file.open("wb") as written:  # noqa: S310 -- the scheme is checked above
            received = 0
            while block := answer.read(_BLOCK):
                received += len(block)
                if received > LARGEST_FILE:
                    raise RemoteFailure(f"Le site envoie trop de données pour « {file.name} ».", code="GAL-DIS-11")
                written.write(block)
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        reason = f"erreur {error.code}" if isinstance(error, urllib.error.HTTPError) else "pas de réponse"
        raise RemoteFailure(
            f"Le site de la base publique n’a pas donné « {file.name} » ({reason}).",
            code="GAL-DIS-10",
            advice="Réessayez plus tard, ou importez un dossier : galien catalog import DOSSIER. Rien n’a changé.",
        ) from error

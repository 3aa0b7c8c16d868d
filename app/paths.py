"""Where does everything lie in a data folder, and which folder is the user's own?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel.errors import DatabaseReadOnly, DiskFull, EnvironmentFailure, FileUnusable
from app.kernel.system import is_disk_full

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The places inside a data folder."""

    root: Path

    @property
    def settings_file(self) -> Path:
        """The settings of this workstation."""
        return self.root / "settings.json"

    @property
    def database_file(self) -> Path:
        """The embedded business database."""
        return self.root / "galien.sqlite"

    @property
    def catalogs(self) -> Path:
        """The snapshots of the medicines database, one file a version."""
        return self.root / "catalogs"

    @property
    def thesauri(self) -> Path:
        """The snapshots of the interactions thesaurus, one file a version."""
        return self.root / "thesauri"

    @property
    def cda_kit(self) -> Path:
        """The validation kit of clinical documents in service, the former one, and their compiled rules."""
        return self.root / "cda-kit"

    @property
    def backups(self) -> Path:
        """The backups made by Galien itself."""
        return self.root / "backups"

    @property
    def logs(self) -> Path:
        """Technical logs and crash reports, without identifiers of people."""
        return self.root / "logs"

    @property
    def prints(self) -> Path:
        """What was printed: tickets and documents."""
        return self.root / "prints"

    @property
    def blobs(self) -> Path:
        """The copies of ordonnances and the documents of care, by hash; empty where a shared database has them."""
        return self.root / "blobs"

    @property
    def papers(self) -> Path:
        """The enciphered copies of identity papers and their sealed keys; in no backup, empty as for ``blobs``."""
        return self.root / "papers"

    @property
    def keys(self) -> Path:
        """The keys of this workstation where its system keeps none; in no backup."""
        return self.root / "keys"

    @property
    def seals(self) -> Path:
        """The seals of the registers, kept outside the database."""
        return self.root / "seals"

    @property
    def seal_key(self) -> Path:
        """The key with which this workstation signs its seals."""
        return self.root / "seal.key"

    @property
    def client_lock(self) -> Path:
        """What the desktop client holds while it runs."""
        return self.root / "client.lock"

    @property
    def has_served(self) -> bool:
        """True where a catalogue or a backup shows that there was a database here."""
        return any(self.catalogs.glob("*.sqlite")) or any(self.backups.glob("galien-*.galien"))

    def make(self) -> None:
        """Make the folder and its places; readable by its owner only.

        Raises FileUnusable where a file stands in the way, DiskFull and DatabaseReadOnly for what they say.
        """
        if self.root.exists() and not self.root.is_dir():
            raise FileUnusable(f"« {self.root.name} » n’est pas un dossier de données.", advice="Indiquez un dossier.")
        try:
            for place in (self.root, self.catalogs, self.backups, self.logs, self.prints):
                place.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _folder_failure(error) from error


def default_root() -> Path:
    """Return the data folder of the user who runs Galien."""
    from platformdirs import user_data_path  # noqa: PLC0415 -- not needed where --data is given

    return user_data_path("Galien", appauthor=False)


def _folder_failure(error: OSError) -> EnvironmentFailure:
    if is_disk_full(error):
        return DiskFull("Le disque est plein.")
    return DatabaseReadOnly("Le dossier de données ne peut pas être créé ou modifié.")

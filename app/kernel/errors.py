"""Which failures are there, and what does each ask of the one who meets it?

GalienError
├── EnvironmentFailure      the machine or its disk: show it, go on when it is mended      exit 4
│   ├── DiskFull
│   ├── DatabaseLocked
│   ├── DatabaseReadOnly
│   ├── DatabaseDamaged     never written to; a restore is offered
│   ├── SchemaTooNew        written by a later Galien: read, never write
│   └── FileUnusable        missing, a folder, empty, unreadable
├── RemoteFailure           a service said no or did not answer: retry or tell              exit 5
├── InputDefect             the file or text given is defective: refused, nothing changed   exit 3
└── Bug                     ours: crash report, session saved                               exit 70

A *refusal* by the business is no exception: it is a value (see ``outcome``).
"""

from __future__ import annotations

from app.kernel.text import unbroken


class GalienError(Exception):
    """Base of every failure that Galien names; carries what to tell, in French."""

    exit_code = 70
    code = "GAL-BUG-00"
    advice = ""

    def __init__(self, text: str, *, code: str = "", advice: str = "") -> None:
        """Say what happened (``text``, French), under which ``code``, and what to do (``advice``)."""
        self.text = unbroken(text)
        super().__init__(self.text)
        self.code = code or type(self).code
        self.advice = unbroken(advice or type(self).advice)


class EnvironmentFailure(GalienError):
    """The machine, its disk, a reader or the database server stands in the way."""

    exit_code = 4
    code = "GAL-ENV-00"


class DiskFull(EnvironmentFailure):
    """No room is left to write."""

    code = "GAL-ENV-01"
    advice = "Libérez de la place sur le disque, puis recommencez : rien n’a été enregistré à moitié."


class DatabaseLocked(EnvironmentFailure):
    """Another program holds the database."""

    code = "GAL-ENV-02"
    advice = "Fermez l’autre programme qui utilise la base, puis recommencez."


class DatabaseReadOnly(EnvironmentFailure):
    """The database can be read but not written."""

    code = "GAL-ENV-03"
    advice = "Vérifiez les droits d’écriture du dossier de données."


class DatabaseDamaged(EnvironmentFailure):
    """The database is damaged; Galien does not write to it."""

    code = "GAL-ENV-04"
    advice = "Restaurez la dernière sauvegarde : galien restore FICHIER."


class SchemaTooNew(EnvironmentFailure):
    """The database was written by a later version of Galien."""

    code = "GAL-ENV-05"
    advice = "Mettez ce poste à jour avant de continuer."


class FileUnusable(EnvironmentFailure):
    """A file is missing, unreadable, or is a folder."""

    code = "GAL-ENV-06"


class RemoteFailure(GalienError):
    """A remote service refused or did not answer."""

    exit_code = 5
    code = "GAL-DIS-00"


class InputDefect(GalienError):
    """What was given is defective; nothing was changed."""

    exit_code = 3
    code = "GAL-FIC-00"


class Bug(GalienError):
    """A fault of Galien itself."""

"""How does a command declare itself, read its arguments, speak, and say what went wrong?"""

from __future__ import annotations

import argparse
import contextlib
import errno
import json
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from app.kernel.errors import DatabaseReadOnly, DiskFull, EnvironmentFailure, FileUnusable, GalienError, InputDefect
from app.kernel.mode import Mode
from app.kernel.system import is_disk_full, reason
from app.kernel.text import unbroken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from app.bootstrap import Services
    from app.kernel.outcome import Finding

DONE, USAGE, REFUSED, ENVIRONMENT, REMOTE, BUG = 0, 2, 3, 4, 5, 70
INTERRUPTED = 130
LARGEST_FILE = 256_000_000
"""Octets of a file given to a command; the largest archive of documents that is read has 200 million."""
COMMON_OPTIONS = """\
options communes :
  --data DOSSIER   dossier de données (par défaut : celui de l’utilisateur)
  --json           un seul résultat JSON sur la sortie standard
  --mode MODE      juger comme « demo », « training » ou « production »

Un argument FICHIER ou TEXTE peut être « - » : il est alors lu sur l’entrée standard.
Après « -- », tout est argument, même ce qui commence par un tiret."""


class UsageError(GalienError):
    """The command line is not one that Galien knows."""

    exit_code = USAGE
    code = "GAL-USE-01"
    advice = "Voyez : galien help"


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the technician.

    ``help`` is one French sentence; ``configure`` adds the command's own arguments to its parser; ``run`` does the
    work and returns the exit code. The arguments always hold ``data`` (Path or None), ``json`` and ``mode``.
    """

    name: str
    help: str
    configure: Callable[[CommandParser], None]
    run: Callable[[argparse.Namespace, Output], int]


class Output:
    """Where a command speaks: results on standard output, messages on standard error."""

    def __init__(self, *, as_json: bool, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.as_json = as_json
        self.has_result = False
        self._out = out or sys.stdout
        self._err = err or sys.stderr

    def result(self, value: object) -> None:
        """Print the result under ``--json``; silent otherwise. A command has exactly one."""
        if not self.as_json:
            return
        if self.has_result:
            raise RuntimeError("a command prints one result")
        text = json.dumps(value, ensure_ascii=False, indent=2, default=_as_json)
        self.has_result = True
        print(text, file=self._out)

    def line(self, text: str = "", *, verbatim: bool = False) -> None:
        """Print a line of French for a human reader, or ``verbatim`` for a program; silent under ``--json``."""
        if not self.as_json:
            print(text if verbatim else unbroken(text), file=self._out, flush=True)

    def message(self, code: str, text: str, advice: str = "") -> None:
        """Say on standard error what happened, on one line with its code, then what to do."""
        print(f"{code} : {unbroken(_one_line(text))}", file=self._err)
        if advice:
            print(unbroken(advice), file=self._err)

    def findings(self, findings: Iterable[Finding]) -> None:
        """Say each finding on standard error."""
        for finding in findings:
            self.message(finding.code, finding.text, finding.advice)

    def failure(self, error: GalienError) -> None:
        """Say a failure; under ``--json`` standard output still gets its one value."""
        self.message(error.code, error.text, error.advice)
        if self.as_json and not self.has_result:
            told = {"code": error.code, "severity": "error", "text": error.text, "advice": error.advice}
            self.result({"findings": [told]})


class CommandParser(argparse.ArgumentParser):
    """An argument parser that speaks French and raises UsageError.

    With ``free_text=True`` what looks like an unknown option is an argument: for commands whose text is anything.
    """

    def __init__(self, *args: Any, free_text: bool = False, **kwargs: Any) -> None:  # noqa: ANN401 -- argparse's own
        kwargs.setdefault("formatter_class", _FrenchFormatter)
        kwargs.setdefault("epilog", COMMON_OPTIONS)
        kwargs.setdefault("description", kwargs.get("help"))
        kwargs.update(add_help=False, allow_abbrev=False)
        super().__init__(*args, **kwargs)
        self.free_text = free_text
        self._positionals.title = "arguments"
        self._optionals.title = "options"
        self.add_argument("-h", "--help", action="help", help="affiche cette aide")

    def error(self, message: str) -> NoReturn:
        """Raise UsageError with the message in French."""
        advice = f"Voyez : {self.prog} --help"
        raise UsageError(_french(message), advice=advice)

    def _parse_optional(self, arg_string: str) -> Any:  # noqa: ANN401 -- its shape changes with Python's version
        known = arg_string.partition("=")[0] in self._option_string_actions
        if self.free_text and not known:
            return None
        return super()._parse_optional(arg_string)


class _FrenchFormatter(argparse.RawDescriptionHelpFormatter):
    def format_help(self) -> str:
        return unbroken(super().format_help())

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:  # noqa: ANN401
        super().add_usage(usage, actions, groups, "Usage : " if prefix is None else prefix)


def split_common(argv: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """Take the common options out of the command line, wherever they stand before ``--``.

    Returns their values and the rest. Raises UsageError.
    """
    from pathlib import Path  # noqa: PLC0415 -- the one place that needs it at run time

    common = argparse.Namespace(data=None, json=False, mode=None)
    rest: list[str] = []
    words = iter(argv)
    for word in words:
        name, equals, value = word.partition("=")
        if word == "--":
            rest += [word, *words]
        elif word == "--json":
            common.json = True
        elif name in ("--data", "--mode"):
            given = value if equals else next(words, "")
            if not given:
                raise UsageError(f"l’option {name} attend une valeur")
            setattr(common, name[2:], Path(given).absolute() if name == "--data" else _mode(given))
        else:
            rest.append(word)
    return common, rest


def data_root(args: argparse.Namespace) -> Path:
    """Return the data folder that the command works on."""
    if args.data is not None:
        root: Path = args.data
        return root
    from app.paths import default_root  # noqa: PLC0415 -- costs an import that --data spares

    return default_root()


@contextlib.contextmanager
def services(args: argparse.Namespace) -> Iterator[Services]:
    """Open the services on the command's data folder, and close them whatever happens."""
    from app import bootstrap  # noqa: PLC0415 -- heavy; only the commands that need the database pay for it

    opened = bootstrap.open_services(data_root(args), mode=args.mode)
    try:
        yield opened
    finally:
        opened.close()


def text_argument(value: str) -> str:
    """Return the text given, or standard input without its last line end when it is ``-``."""
    if value != "-":
        return value
    return sys.stdin.buffer.read().decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")


def file_bytes(value: str) -> bytes:
    """Return the content of the file named, or of standard input when it is ``-``.

    Raises FileUnusable, and InputDefect for more octets than any file of the trade has: a device never ends, and a file
    that does not fit in memory would take the station down with it.
    """
    from pathlib import Path  # noqa: PLC0415 -- the one place that needs it at run time

    try:
        if value == "-":
            content = sys.stdin.buffer.read(LARGEST_FILE + 1)
        else:
            with Path(value).open("rb") as file:
                content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise from_os_error(error) from error
    if len(content) > LARGEST_FILE:
        raise InputDefect(
            f"Ce fichier est trop gros : plus de {LARGEST_FILE // 1_000_000} Mo.",
            code="GAL-FIC-06",
            advice="Vérifiez que c’est bien le fichier voulu.",
        )
    return content


def folder_argument(value: str, name: str) -> Path:
    """Return the folder named by the option ``name``, absolute. Raises UsageError for an empty one.

    An unset variable of a script must not spread a patient’s documents over the folder that it happens to run in.
    """
    from pathlib import Path  # noqa: PLC0415 -- as above

    if not value.strip():
        raise UsageError(f"{name} attend un dossier, et son nom est vide.")
    return Path(value).absolute()


@contextlib.contextmanager
def file_argument(value: Path) -> Iterator[Path]:
    """Give the file named, or standard input put in a temporary file when it is ``-``.

    For what is read in any order, or is large. Raises DiskFull, FileUnusable.
    """
    if str(value) != "-":
        yield value
        return
    import shutil  # noqa: PLC0415 -- only where standard input is given
    import tempfile  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="galien-") as folder:
        file = Path(folder) / "entree"
        with file.open("xb") as written:
            shutil.copyfileobj(sys.stdin.buffer, written)
        yield file


def json_argument(value: str) -> Any:  # noqa: ANN401 -- JSON is anything
    """Return the JSON value in the file named, or on standard input when it is ``-``.

    Raises FileUnusable when it can't be read, InputDefect when it is no JSON.
    """
    try:
        return json.loads(file_bytes(value))
    except (ValueError, RecursionError) as error:
        raise InputDefect(
            "Le fichier n’est pas un JSON lisible.",
            code="GAL-FIC-01",
            advice="Vérifiez le fichier et son encodage UTF-8.",
        ) from error


def from_os_error(error: OSError) -> EnvironmentFailure:
    """Return the failure to show for an error of the operating system."""
    name = f"« {error.filename} » : " if error.filename else ""
    if is_disk_full(error):
        return DiskFull("Le disque est plein.")
    if error.errno == errno.EROFS:
        return DatabaseReadOnly(f"{name}l’écriture est impossible, le disque est en lecture seule.")
    return FileUnusable(f"{name}{reason(error)}.", advice="Vérifiez le chemin et les droits, puis recommencez.")


_UNKNOWN = "unrecognized arguments: "
_ARGPARSE_FRENCH = (
    (r"the following arguments are required: (.*)", r"il manque : \1"),
    (r"argument (.+?): expected one argument", r"\1 attend une valeur"),
    (r"argument (.+?): expected at least one argument", r"\1 attend au moins une valeur"),
    (r"argument (.+?): expected (\d+) arguments", r"\1 attend \2 valeurs"),
    (r"argument (.+?): ignored explicit argument (.*)", r"\1 n’attend pas de valeur"),
    (r"argument (.+?): not allowed with argument (.*)", r"\1 ne va pas avec \2"),
    (r"argument (.+?): invalid choice: (.+) \(choose from (.*)\)", r"\1 : ce n’est pas un choix possible (\3)"),
    (r"argument (.+?): invalid (?:\w+) value: (.*)", r"\1 : la valeur donnée ne convient pas"),
    (r"one of the arguments (.+) is required", r"il manque l’un de : \1"),
)


def shown_word(word: str) -> str:
    """Return a word of the command line where it may be repeated, else « … ».

    A password or a NIR typed by mistake must not go on into a journal of the system: only the name of an option, and
    what could be the name of a command, is.
    """
    name = word.partition("=")[0]
    return name if re.fullmatch(r"-{0,2}[a-z][a-z-]{0,20}", name) and (name == word or name[0] == "-") else "…"


def _french(message: str) -> str:
    """Return a message of argparse in French, without the values that were given."""
    if message.startswith(_UNKNOWN):
        words = message.removeprefix(_UNKNOWN).split()
        # What follows an unknown option may be its value, whatever it looks like.
        return f"arguments inconnus : {' '.join(shown_word(word) if word[0] == '-' else '…' for word in words)}"
    for pattern, french in _ARGPARSE_FRENCH:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            return found.expand(french)
    return f"ligne de commande incorrecte ({message})"


def _mode(value: str) -> Mode:
    try:
        return Mode(value)
    except ValueError:
        choices = ", ".join(Mode)
        raise UsageError(f"« {shown_word(value)} » n’est pas un mode : {choices}") from None


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())


def _as_json(value: object) -> object:
    """Return what JSON can hold of a value that it does not know: dates, paths, amounts in cents."""
    if hasattr(value, "as_json"):
        return value.as_json()
    if hasattr(value, "cents"):
        return value.cents
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value)

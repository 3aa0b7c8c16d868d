"""What does this machine lack to run Galien, and how does it get it? Standard library only; ``./galien`` calls it.

On Windows it is called directly: ``py galien.py``. Steps: system libraries, virtual environment, locked packages,
entry point; then a stamp is written, last of all, so that an interrupted set-up is taken up again and never trusted.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
ON_WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if ON_WINDOWS else "bin/python")

# What the environment was made from: a copy of these files, compared at each start.
SOURCES = (ROOT / "galien.py", ROOT / "requirements.lock")
INSTALLED = VENV / "galien-installed"
TEST_LOCK = ROOT / "requirements-test.lock"
TESTS_INSTALLED = VENV / "galien-tests-installed"
DISPLAY_READY = VENV / "galien-display"
UNFINISHED = VENV / "galien-unfinished"
LOG = ROOT / ".galien-setup.log"
LOCK = ROOT / ".galien-setup.lock"

ENVIRONMENT_EXIT = 4
INTERRUPTED_EXIT = 130
NEEDED_BYTES = 700_000_000
PIP_ATTEMPTS = 3

# Shared library → Debian package that brings it.
DRAWING_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libX11.so.6": "libx11-6",
    "libfreetype.so.6": "libfreetype6",
    "libbrotlidec.so.1": "libbrotli1",
}
# What Preflight, the validator of PDF/A-1b that the tests ask, is made of.
PREFLIGHT_JARS = {
    "libpdfbox2-java": "preflight.jar",
    "libfontbox2-java": "fontbox2.jar",
    "libcommons-logging-java": "commons-logging.jar",
    "libactivation-java": "javax.activation.jar",
    "libjaxb-api-java": "jaxb-api.jar",
}
# Without one of these Qt aborts on an X display, and says nothing that could be caught.
DISPLAY_LIBRARIES = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
}
STATIC_CHECKS = (
    ("ruff check", ("-m", "ruff", "check", "--quiet")),
    ("ruff format", ("-m", "ruff", "format", "--check", "--quiet")),
    ("mypy", ("-m", "mypy", "--no-error-summary")),
    ("contrats d’import", ("-c", "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())")),
)
SHARED_OUT = ("-n", "2", "--dist", "worksteal")
"""The whole suite goes to two processes, each with its servers of its own; the one that ends first helps the other."""


class SetupFailure(Exception):
    """The machine can't be made ready; holds the French text and what to do."""

    def __init__(self, code: str, text: str, advice: str = "") -> None:
        super().__init__(text)
        self.code, self.text, self.advice = code, text, advice


def main(words: Sequence[str]) -> int:
    """Set up what is missing, then run the command line given; return its exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036 -- on Windows any Python may have been called
        say("GAL-MEP-01 : Python 3.11 ou plus récent est nécessaire.\nInstallez-le, puis recommencez.")
        return ENVIRONMENT_EXIT
    try:
        set_up(opens_window=has_display() and (not words or words[0] == "demo" or words[0].startswith("-")))
        if words[:1] == ["test"]:
            set_up_tests()
    except SetupFailure as failure:
        say(f"{failure.code} : {failure.text}\n{failure.advice}".rstrip())
        return ENVIRONMENT_EXIT
    except OSError as error:
        say(f"GAL-MEP-02 : l’installation ne peut pas continuer (erreur système {error.errno}).")
        return ENVIRONMENT_EXIT
    if words[:1] == ["test"]:
        return run_tests(words[1:])
    return run_galien(words)


def run_galien(words: Sequence[str]) -> int:
    """Become the command line; on Windows, run it and return its exit code."""
    command = [str(PYTHON), "-P", "-m", "app.cli", *words]
    if ON_WINDOWS:
        return subprocess.call(command)
    if not has_display():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return os.execv(command[0], command)  # noqa: S606 -- no shell is wanted


# --- The environment --------------------------------------------------------------------------------------------------


def set_up(*, opens_window: bool) -> None:
    """Bring libraries, environment and packages to what this checkout asks for. Raises SetupFailure."""
    if is_installed() and not (opens_window and not DISPLAY_READY.exists()):
        return
    with alone():
        if not is_installed():
            require_room()
            require_libraries(DRAWING_LIBRARIES)
            make_environment()
            install_packages(ROOT / "requirements.lock")
            try_cards()
            write_entry_point()
            stamp()
        if opens_window and not DISPLAY_READY.exists():
            require_libraries({} if ON_WINDOWS else DISPLAY_LIBRARIES)
            DISPLAY_READY.touch()


def is_installed() -> bool:
    """Return True when the environment was made, whole, from the present locks."""
    return PYTHON.exists() and _content(INSTALLED) == _sources()


def stamp() -> None:
    """Write that the set-up is whole: the last step, done at once or not at all."""
    _write_whole(INSTALLED, _sources())
    UNFINISHED.unlink(missing_ok=True)


def make_environment() -> None:
    """Make the virtual environment; one that was left half-made is thrown away first."""
    if UNFINISHED.exists() or not _pip_answers():
        shutil.rmtree(VENV, ignore_errors=True)
    INSTALLED.unlink(missing_ok=True)
    TESTS_INSTALLED.unlink(missing_ok=True)
    if not VENV.exists():
        require_venv_module()
        VENV.mkdir()
        UNFINISHED.touch()
        say("Préparation de l’environnement Python…")
        base = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
        _run_logged([base, "-m", "venv", str(VENV)], "l’environnement Python n’a pas pu être créé")
    UNFINISHED.touch()


def install_packages(lock: Path) -> None:
    """Install exactly what the lock names, checked by its hashes; what is already there is kept."""
    say("Téléchargement et installation des composants (une seule fois, quelques minutes selon la connexion)…")
    command = [*_pip("install"), "--require-hashes", "-r", str(lock)]
    for attempt in range(1, PIP_ATTEMPTS + 1):
        if _logged(command) == 0:
            return
        if attempt < PIP_ATTEMPTS:
            say(f"L’installation a été interrompue ; nouvel essai ({attempt + 1} sur {PIP_ATTEMPTS})…")
            time.sleep(2 * attempt)
    advice = (
        "Vérifiez la connexion (mandataire, certificats : variables PIP_*), puis relancez : l’installation reprendra."
    )
    raise SetupFailure("GAL-MEP-03", "les composants n’ont pas pu être installés.", f"{_end_of_log()}{advice}")


def try_cards() -> None:
    """Install the card reader's library where it can be; without it the cards are simulated."""
    buildable = shutil.which("cc") and any(map(Path.exists, _pcsc_headers()))
    lock = ROOT / "requirements-cards.lock"
    if (buildable or ON_WINDOWS) and _logged([*_pip("install"), "--require-hashes", "-r", str(lock)]) == 0:
        return
    say(
        "Avis : lecteurs de cartes non pris en charge sur ce poste, les cartes seront simulées.\n"
        "Pour les lire : sudo apt-get install -y gcc libc6-dev python3-dev libpcsclite-dev pcscd, "
        "puis supprimez le dossier .venv et relancez."
    )


def _pcsc_headers() -> list[Path]:
    return [Path(place, "PCSC/winscard.h") for place in ("/usr/include", "/usr/local/include")]


def _has_cards() -> bool:
    command = [str(PYTHON), "-c", "import smartcard.scard"]
    return subprocess.call(command, stderr=subprocess.DEVNULL) == 0


def write_entry_point() -> None:
    """Write the ``galien`` command of the environment, and make its Python find this checkout from anywhere."""
    purelib = subprocess.check_output(
        [str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], encoding="utf-8"
    ).strip()
    # Relative to the environment: a path with accents would be read in the locale's encoding.
    Path(purelib, "galien.pth").write_text("import os, sys; sys.path.append(os.path.dirname(sys.prefix))\n", "ascii")
    if ON_WINDOWS:
        VENV.joinpath("Scripts/galien.cmd").write_text('@"%~dp0python.exe" -P -m app.cli %*\r\n', "ascii")
        return
    command = VENV / "bin/galien"
    command.write_text(
        '#!/bin/sh\nself=$(readlink -f -- "$0") || self=$0\nexec "$(dirname -- "$self")/python" -P -m app.cli "$@"\n',
        "ascii",
    )
    command.chmod(0o755)


def require_room() -> None:
    """Refuse to begin where the disk has no room for the packages."""
    free = shutil.disk_usage(ROOT).free
    if free < NEEDED_BYTES:
        raise SetupFailure(
            "GAL-MEP-04",
            f"il reste {free // 1_000_000} Mo sur le disque, il en faut {NEEDED_BYTES // 1_000_000}.",
            "Libérez de la place, puis recommencez.",
        )


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Hold the set-up for this process; a second launcher waits, then finds it done. Freed when the process dies."""
    try:
        stream = LOCK.open("a+b")
    except OSError as error:
        raise SetupFailure(
            "GAL-MEP-05",
            f"le dossier « {ROOT} » n’est pas modifiable.",
            "Copiez-le là où vous pouvez écrire, ou lancez Galien une première fois avec les droits nécessaires.",
        ) from error
    with stream:
        _lock(stream.fileno())
        yield


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 -- Windows only

        while True:
            with contextlib.suppress(OSError):
                msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
                return
    else:
        import fcntl  # noqa: PLC0415 -- absent on Windows

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Une autre installation est en cours ; attente…")
            fcntl.flock(descriptor, fcntl.LOCK_EX)


# --- The system's packages --------------------------------------------------------------------------------------------


def require_libraries(needed: dict[str, str]) -> None:
    """Install the packages of the libraries that can't be loaded, in one call. Raises SetupFailure with the line."""
    if ON_WINDOWS or sys.platform == "darwin":
        return
    packages = sorted({package for library, package in needed.items() if not loads(library)})
    if packages and not install_system(packages):
        raise SetupFailure("GAL-MEP-06", "il manque des bibliothèques à ce système.", _line_to_run(packages))


def require_venv_module() -> None:
    """Debian's Python comes without ``venv``: install it. Raises SetupFailure with the line."""
    code = "import ensurepip, venv"
    if subprocess.call([sys.executable, "-c", code], stderr=subprocess.DEVNULL) == 0:
        return
    packages = [f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"]
    if not install_system(packages):
        raise SetupFailure("GAL-MEP-07", "Python n’a pas son module venv.", _line_to_run(packages))


def loads(library: str) -> bool:
    """Return True when the system's loader finds the library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def install_system(packages: Iterable[str]) -> bool:
    """Install Debian packages where we may (root, or sudo without a password); False where we may not or it fails."""
    prefix = administrator()
    if prefix is None or shutil.which("apt-get") is None:
        return False
    say(f"Installation de {', '.join(packages)}…")
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "Acquire::Retries=3"]
    if _logged([*apt, "update"]) != 0:
        return False
    return _logged([*apt, "install", "-y", "--no-install-recommends", *map(present_name, packages)]) == 0


def administrator() -> list[str] | None:
    """Return what to put before a command that only root may run; None when we may not."""
    if sys.platform == "win32":
        return None
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    allowed = shutil.which("sudo") is not None and subprocess.call([*sudo, "true"], stderr=subprocess.DEVNULL) == 0
    return sudo if allowed else None


def present_name(package: str) -> str:
    """Return the package's name on this release: some were renamed with ``t64`` at their end in 2024."""
    renamed = f"{package}t64"
    asked = subprocess.run(["apt-cache", "show", renamed], capture_output=True, check=False)  # noqa: S607 -- where apt puts it
    return renamed if asked.returncode == 0 and asked.stdout else package


def has_display() -> bool:
    """Return True where a window can be seen."""
    return (
        ON_WINDOWS or sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    )


def _line_to_run(packages: Iterable[str]) -> str:
    return (
        "Lancez : sudo apt-get update && sudo apt-get install -y --no-install-recommends "
        f"{' '.join(packages)}\npuis recommencez. (Autre système que Debian : installez leurs équivalents.)"
    )


# --- The tests --------------------------------------------------------------------------------------------------------


def set_up_tests() -> None:
    """Install what only the tests need; say what will be skipped for want of it. Raises SetupFailure."""
    wanted = _content(TEST_LOCK)
    if _content(TESTS_INSTALLED) != wanted:
        with alone():
            if _content(TESTS_INSTALLED) != wanted:
                install_packages(TEST_LOCK)
                _write_whole(TESTS_INSTALLED, wanted)
    if ON_WINDOWS:
        return
    absent = [package for package, is_there in _test_programs() if not is_there]
    absent += sorted({package for library, package in DISPLAY_LIBRARIES.items() if not loads(library)})
    if absent and not install_system(absent):
        say(f"Avis : les essais qui demandent {', '.join(absent)} ne seront pas joués.\n{_line_to_run(absent)}")
    if not _has_cards():
        with alone():
            try_cards()


def _test_programs() -> Iterator[tuple[str, bool]]:
    yield "postgresql", bool(shutil.which("initdb")) or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    yield "xvfb", shutil.which("Xvfb") is not None
    yield "xauth", shutil.which("xauth") is not None
    yield "pcscd", shutil.which("pcscd") is not None
    yield "vsmartcard-vpcd", any(Path("/usr/lib/pcsc/drivers/serial").glob("libifdvpcd.so*"))
    yield "softhsm2", any(Path("/usr/lib").glob("**/softhsm/libsofthsm2.so"))
    yield "dbus", shutil.which("dbus-daemon") is not None
    # Preflight, which judges the PDFs that we write, and what it runs on.
    yield "default-jre-headless", shutil.which("java") is not None
    for package, jar in PREFLIGHT_JARS.items():
        yield package, Path("/usr/share/java", jar).exists()
    # What the card readers' library is built with.
    yield "gcc", shutil.which("cc") is not None
    yield "libc6-dev", Path("/usr/include/stdio.h").exists()
    header = Path(sysconfig.get_path("include"), "Python.h")
    yield f"python{sys.version_info[0]}.{sys.version_info[1]}-dev", header.exists()
    yield "libpcsclite-dev", any(map(Path.exists, _pcsc_headers()))


def run_tests(words: Sequence[str]) -> int:
    """Pass the static checks and the test suite; with arguments, pytest alone with them. Return the exit code."""
    environment = dict(os.environ, QT_QPA_PLATFORM=os.environ.get("QT_QPA_PLATFORM", "offscreen"))
    failed = [] if words else [name for name, arguments in STATIC_CHECKS if not _check(name, arguments, environment)]
    # Asked to end, wait for the tests, which are asked too and still say what they saw.
    signal.signal(signal.SIGTERM, lambda _number, _frame: None)
    tests = subprocess.call([str(PYTHON), "-P", "-m", "pytest", *(words or SHARED_OUT)], cwd=ROOT, env=environment)
    if failed:
        say(f"En défaut avant les essais : {', '.join(failed)}.")
    return tests or (1 if failed else 0)


def _check(name: str, arguments: Sequence[str], environment: dict[str, str]) -> bool:
    begun = time.monotonic()
    done = subprocess.run(
        [str(PYTHON), "-P", *arguments], cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    print(f"{name} : {'ok' if done.returncode == 0 else 'EN DÉFAUT'} ({time.monotonic() - begun:.0f} s)", flush=True)
    if done.returncode:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode == 0


# --- Small things -----------------------------------------------------------------------------------------------------


def say(text: str) -> None:
    """Speak on standard error: standard output belongs to the command that follows."""
    print(text, file=sys.stderr, flush=True)


def _pip(action: str) -> list[str]:
    return [str(PYTHON), "-m", "pip", action, "--quiet", "--no-input", "--disable-pip-version-check", "--retries", "5"]


def _pip_answers() -> bool:
    if not PYTHON.exists():
        return False
    return subprocess.call([str(PYTHON), "-m", "pip", "--version"], stdout=subprocess.DEVNULL) == 0


def _run_logged(command: Sequence[str], failure: str) -> None:
    if _logged(command) != 0:
        raise SetupFailure("GAL-MEP-08", f"{failure}.", _end_of_log())


def _logged(command: Sequence[str]) -> int:
    """Run a command with its output kept in the set-up log; standard input is the program's, not the installer's."""
    with LOG.open("w", encoding="utf-8") as log:
        return subprocess.call(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)


def _end_of_log() -> str:
    lines = LOG.read_text(encoding="utf-8", errors="replace").splitlines()[-4:]
    return "".join(f"  {line}\n" for line in lines)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _sources() -> bytes:
    return b"".join(path.read_bytes() for path in SOURCES)


def _write_whole(path: Path, content: bytes) -> None:
    staged = path.with_suffix(".new")
    with staged.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    staged.replace(path)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say("Interrompu ; relancez pour reprendre.")
        sys.exit(INTERRUPTED_EXIT)

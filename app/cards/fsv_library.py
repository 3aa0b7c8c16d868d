"""Is the publisher's SESAM-Vitale library here, is it fit, and how is it called?

Galien ships none: the binaries belong to the GIE SESAM-Vitale, and are installed by the officine that has its licence.
Names and prototypes are those of the public headers ssv.h (v5) and sgd.h (v5): each function returns an unsigned short,
0 for success. Of the two ways of the headers, the one by exchange session is taken (``SIS_`` and ``SGD_``): it gives
each value by group, occurrence and field, so that nothing of the format of the zones, which is not public, is needed.
"""

from __future__ import annotations

import ctypes
import platform
import struct
from ctypes import POINTER, c_char_p, c_size_t, c_ushort
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from app.cards.fsv_failures import ALREADY_OPEN, LAST_GROUP, NO_FIELD, FsvAbsent, FsvDefect, FsvUnfit, failure_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_NUMBER_OUT, _SIZE_OUT = POINTER(c_ushort), POINTER(c_size_t)
FUNCTIONS: dict[str, tuple[Any, ...]] = {
    "SSV_InitLIB": (),
    "SSV_TermLIB": (),
    "SIS_LireConfig": (c_ushort,),
    "SIS_LireDroitsVitale": (c_char_p, c_char_p, c_char_p, c_char_p, c_ushort),
    "SGD_ReserverSession": (c_size_t, _NUMBER_OUT),
    "SGD_LibererSession": (c_ushort,),
    "SGD_LireGroupeSuivant": (c_ushort, c_ushort, c_ushort, _NUMBER_OUT, _NUMBER_OUT),
    "SGD_LireChamp": (c_ushort, c_ushort, c_ushort, c_ushort, c_char_p, _SIZE_OUT),
}
"""What is called, with the arguments of the headers. What bills or signs (``FormaterFactures``…) is never called."""

FIELDS = {
    60: 3, 61: 9, 62: 6, 63: 4, 64: 3,
    101: 14, 102: 3, 103: 9, 104: 18, 105: 2, 106: 4, 107: 6, 108: 2, 109: 12, 111: 1,
}  # fmt: skip
"""How many fields each group has that has a public description (SSV 4.03)."""
_SESSION_SIZE = 5_000
"""The zone of a session: what a public program of the same interface reserves for its readings."""
_LONGEST_FIELD = 2_048
_MOST_GROUPS = 400
"""A card has six beneficiaries of at most seventeen groups."""


class Group(NamedTuple):
    """One group of an answer, in the order given; ``fields`` is empty for a group that has no public description."""

    number: int
    fields: tuple[str, ...]


class Library:
    """The SESAM-Vitale library, loaded. Not re-entrant: one thread calls it, once at a time."""

    def __init__(self, paths: Sequence[str], version: str = "") -> None:
        """Load the functions from the files of ``paths``, and open it; ``version`` is the only one wanted (empty: any).

        Raises FsvAbsent or FsvUnfit, which name what is missing, and FsvSays.
        """
        self._functions = functions_of([_opened(path) for path in present(paths)])
        status = self._functions["SSV_InitLIB"]()
        if status not in {0, ALREADY_OPEN}:
            raise failure_of(status)
        if version:
            self._require(version)

    def close(self) -> None:
        """Give the library back."""
        self._functions["SSV_TermLIB"]()

    def config(self) -> tuple[Group, ...]:
        """Return the versions and the readers (groups 60 to 64). Raises FsvFailure."""
        return self._session(self._functions["SIS_LireConfig"])

    def rights(self, resources: tuple[str, str], code: bytearray, day: str) -> tuple[Group, ...]:
        """Return what the Vitale says of rights on a ``day`` (AAAAMMJJ): groups 101 to 111. Raises FsvFailure.

        ``resources`` are the names of the CPS's slot and of the reader; ``code`` is the holder's code of the CPS, of
        which no copy is left behind.
        """
        professional, reader = (name.encode("latin-1", "replace") for name in resources)
        secret = ctypes.create_string_buffer(len(code) + 1)
        ctypes.memmove(secret, (ctypes.c_char * len(code)).from_buffer(code), len(code))
        try:
            return self._session(
                lambda number: self._functions["SIS_LireDroitsVitale"](
                    professional, reader, ctypes.cast(secret, c_char_p), day.encode("ascii"), number
                )
            )
        finally:
            ctypes.memset(secret, 0, len(secret))

    def _require(self, version: str) -> None:
        told = next((group.fields[0] for group in self.config() if group.number == 60 and group.fields), "")
        if told != version:
            self.close()
            raise FsvUnfit(
                f"La bibliothèque SESAM-Vitale est en version « {told or 'inconnue'} », et non « {version} ».",
                advice="Installez la version agréée, ou changez celle des réglages (fsv_version).",
            )

    def _session(self, call: Any) -> tuple[Group, ...]:  # noqa: ANN401 -- a function of the library, of ctypes
        number = c_ushort()
        _check(self._functions["SGD_ReserverSession"](_SESSION_SIZE, ctypes.byref(number)))
        try:
            _check(call(number.value))
            return tuple(self._groups(number.value))
        finally:
            self._functions["SGD_LibererSession"](number.value)

    def _groups(self, session: int) -> list[Group]:
        found: list[Group] = []
        group, occurrence = c_ushort(0), c_ushort(0)
        seen = set()
        while True:
            status = self._functions["SGD_LireGroupeSuivant"](
                session, group.value, occurrence.value, ctypes.byref(group), ctypes.byref(occurrence)
            )
            if status == LAST_GROUP:
                return found
            _check(status)
            place = (group.value, occurrence.value)
            if place in seen or len(found) >= _MOST_GROUPS:
                raise FsvDefect("La bibliothèque SESAM-Vitale répond sans fin.")
            seen.add(place)
            count = FIELDS.get(group.value, 0)
            fields = tuple(self._field(session, *place, number) for number in range(1, count + 1))
            found.append(Group(group.value, fields))

    def _field(self, session: int, group: int, occurrence: int, number: int) -> str:
        value = ctypes.create_string_buffer(_LONGEST_FIELD)
        size = c_size_t(_LONGEST_FIELD)
        status = self._functions["SGD_LireChamp"](session, group, occurrence, number, value, ctypes.byref(size))
        if status in NO_FIELD:
            return ""
        _check(status)
        if size.value > _LONGEST_FIELD or b"\x00" not in value.raw:
            raise FsvDefect(f"Un champ de la réponse n’a pas de fin (groupe {group}, champ {number}).")
        text = value.value.decode("latin-1").strip()
        return "".join(char if char.isprintable() else "\ufffd" for char in text)


def _check(status: int) -> None:
    if status:
        raise failure_of(status)


def present(paths: Sequence[str]) -> list[Path]:
    """Return the files of the library. Raises FsvAbsent, naming those that are not there."""
    if not paths:
        raise FsvAbsent(
            "Aucune bibliothèque SESAM-Vitale n’est indiquée à ce poste : les droits de la carte ne se lisent pas.",
            advice="Indiquez celle de l’éditeur dans les réglages (fsv_library), ou saisissez les droits : Alt+2, F6.",
        )
    missing = [path for path in paths if not Path(path).is_file()]
    if missing:
        raise FsvAbsent(
            f"Le fichier de la bibliothèque SESAM-Vitale est introuvable : {', '.join(missing)}.",
            advice="Installez les fournitures SESAM-Vitale, ou corrigez leur chemin dans les réglages (fsv_library).",
        )
    return [Path(path) for path in paths]


def _opened(path: Path) -> ctypes.CDLL:
    head, here = _head(path), _here()
    made_for = target_of(head)
    if made_for != here:
        told = made_for or "n’est pas une bibliothèque de programmes"
        what = f"est faite pour {told}" if made_for else told
        raise FsvUnfit(
            f"« {path.name} » {what}, et Galien tourne en {here}.", advice="Installez la version de ce système."
        )
    if path.stat().st_size < least_size(head):
        # The loader of Linux would map what is not there, and the program would end with it.
        raise FsvUnfit(f"« {path.name} » est incomplet.", advice="Installez de nouveau les fournitures SESAM-Vitale.")
    try:
        # On Windows the functions have the convention of its own libraries.
        loader: type[ctypes.CDLL] = getattr(ctypes, "WinDLL", ctypes.CDLL)
        return loader(str(path))
    except OSError as error:
        raise FsvUnfit(
            f"« {path.name} » ne se charge pas : {error}.",
            advice="Une bibliothèque dont elle dépend manque sans doute : faites vérifier l’installation.",
        ) from error


def functions_of(libraries: Sequence[ctypes.CDLL]) -> dict[str, Any]:
    """Return each function, from the first library that has it. Raises FsvUnfit, naming every one that is missing."""
    found: dict[str, Any] = {}
    for name, arguments in FUNCTIONS.items():
        function = next((getattr(one, name) for one in libraries if hasattr(one, name)), None)
        if function is not None:
            function.argtypes, function.restype = list(arguments), c_ushort
            found[name] = function
    missing = [name for name in FUNCTIONS if name not in found]
    if missing:
        raise FsvUnfit(
            f"La bibliothèque SESAM-Vitale n’a pas ce que Galien appelle : {', '.join(missing)}.",
            advice="Indiquez aussi les autres fichiers des fournitures (fsv_library, séparés par « ; »).",
        )
    return found


# --- Which machine a file is made for ---------------------------------------------------------------------------------

_ELF = {0x03: "x86", 0x3E: "x86_64", 0x28: "arm", 0xB7: "arm64"}
_PE = {0x014C: "x86", 0x8664: "x86_64", 0x01C4: "arm", 0xAA64: "arm64"}
_MACH = {7: "x86", 0x0100_0007: "x86_64", 0x0100_000C: "arm64"}
_NAMES = {"amd64": "x86_64", "aarch64": "arm64", "i386": "x86", "i686": "x86"}
_SYSTEMS = {"darwin": "macOS", "windows": "Windows", "linux": "Linux"}
_HEAD = 4_096


def target_of(head: bytes) -> str:
    """Return the system and the processor that a library is made for (``Linux x86_64``); empty where it is none."""
    try:
        if head.startswith(b"\x7fELF"):
            return _named("Linux", _ELF, struct.unpack_from("<H" if head[5] == 1 else ">H", head, 18)[0])
        if head.startswith(b"MZ"):
            start = struct.unpack_from("<I", head, 0x3C)[0]
            machine = struct.unpack_from("<H", head, start + 4)[0]
            return _named("Windows", _PE, machine) if head[start : start + 4] == b"PE\0\0" else ""
        if head[:4] in {b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe"}:
            return _named("macOS", _MACH, struct.unpack_from("<I", head, 4)[0])
        if head[:4] == b"\xca\xfe\xba\xbe":
            return _fat(head)
    except (struct.error, IndexError):
        return ""
    return ""


def least_size(head: bytes) -> int:
    """Return how long the file of a library is at least, as its head says: an ELF ends with its table of sections."""
    if not head.startswith(b"\x7fELF"):
        return 0
    order, wide = ("<" if head[5] == 1 else ">"), head[4] == 2
    start = struct.unpack_from(f"{order}{'Q' if wide else 'I'}", head, 0x28 if wide else 0x20)[0]
    size, count = struct.unpack_from(f"{order}HH", head, 0x3A if wide else 0x2E)
    return int(start + size * count)


def _fat(head: bytes) -> str:
    """Return which of several machines is this one's, else the first: a file of macOS may serve more than one."""
    count = struct.unpack_from(">I", head, 4)[0]
    made = [_named("macOS", _MACH, struct.unpack_from(">I", head, 8 + 20 * place)[0]) for place in range(min(count, 8))]
    return _here() if _here() in made else (made or [""])[0]


def _named(system: str, machines: dict[int, str], machine: int) -> str:
    return f"{system} {machines.get(machine, f'{machine:04X}')}"


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(_HEAD)
    except OSError as error:
        raise FsvAbsent(f"Le fichier de la bibliothèque SESAM-Vitale ne peut pas être lu : {path}.") from error


def _here() -> str:
    machine = platform.machine().lower()
    machine = _NAMES.get(machine, machine)
    if struct.calcsize("P") == 4 and machine == "x86_64":
        machine = "x86"
    system = platform.system().lower()
    return f"{_SYSTEMS.get(system, system)} {machine}"

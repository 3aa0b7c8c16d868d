"""Which medicines are measured where the public files are not at hand? Made-up ones, as many and in the same format."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel.identifiers import cip13_of_cip7

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SPECIALITIES = 15_848
PRESENTATIONS = 20_903
_FIRST_CIS = 60_000_000
_FIRST_CIP7 = 3_000_000

_STEMS = (
    "AMOX", "PARAC", "IBUP", "KETO", "DICLO", "METF", "SIMV", "ATORV", "OMEP", "PANTO", "BISO", "RAMI", "LOSA",
    "FURO", "LEVO", "PRED", "TRAM", "ZOPI", "ALPRA", "SERTR", "CLOPI", "APIX", "GLICL", "SITA", "MONTE", "DESLO",
)  # fmt: skip
_ENDINGS = ("ICILLINE", "ETAMOL", "ROFENE", "FORMINE", "STATINE", "RAZOLE", "PROLOL", "PRIL", "SARTAN", "ZEPAM", "XINE")
_LABORATORIES = ("ALPHA", "BIOMA", "CORDIA", "DELTIS", "EOLE", "FIDES", "GALIA", "HELIO", "IRIS", "JANUS")
_FORMS = (("comprimé pelliculé", "orale"), ("gélule", "orale"), ("sirop", "orale"), ("crème", "cutanée"))
_DOSES = (1, 2, 5, 10, 20, 25, 40, 50, 100, 200, 250, 500, 1000)
_PACKS = (7, 8, 12, 14, 16, 28, 30, 60, 90)
_RATES = ("65%", "65%", "65 %", "30%", "15%", "100%", "")
_CONDITIONS = ("liste I", "liste I", "liste I", "liste II", "", "", "")


@dataclass(frozen=True, slots=True)
class _Speciality:
    cis: int
    name: str
    form: str
    route: str
    substance: str
    dose: int
    laboratory: str

    @property
    def group(self) -> str:
        return f"{self.substance} {self.dose} mg, {self.form}"


def write_files(folder: Path, *, specialities: int = SPECIALITIES, presentations: int = PRESENTATIONS) -> None:
    """Write into ``folder`` a set of files in the format of the public medicines database.

    Names, codes and prices are made up, always the same; encodings and line ends are those of the real files.
    """
    chance = random.Random(20_260_525)  # noqa: S311 -- made-up data, always the same
    known = [_speciality(chance, rank) for rank in range(specialities)]
    _write(folder / "CIS_bdpm.txt", map(_speciality_line, known))
    _write(folder / "CIS_CIP_bdpm.txt", _presentation_lines(chance, known, presentations), encoding="utf-8", end="\n")
    _write(folder / "CIS_COMPO_bdpm.txt", map(_composition_line, known))
    _write(folder / "CIS_GENER_bdpm.txt", _group_lines(known))
    _write(folder / "CIS_CPD_bdpm.txt", _condition_lines(chance, known))
    _write(folder / "CIS_CIP_Dispo_Spec.txt", _shortage_lines(known))
    _write(folder / "CIS_MITM.txt", (f"{item.cis}\tN02BE01\t{item.name}\t" for item in known[::2]))


def _speciality(chance: random.Random, rank: int) -> _Speciality:
    form, route = chance.choice(_FORMS)
    substance, dose = chance.choice(_STEMS) + chance.choice(_ENDINGS), chance.choice(_DOSES)
    laboratory = chance.choice(_LABORATORIES)
    name = f"{substance} {laboratory} {dose} mg, {form}"
    return _Speciality(_FIRST_CIS + rank * 7, name, form, route, substance, dose, laboratory)


def _speciality_line(item: _Speciality) -> str:
    return (
        f"{item.cis}\t{item.name}\t{item.form}\t{item.route}\tAutorisation active\tProcédure nationale\t"
        f"Commercialisée\t12/03/1998\t\t\t {item.laboratory}\tNon"
    )


def _presentation_lines(chance: random.Random, known: list[_Speciality], count: int) -> list[str]:
    lines = []
    for rank in range(count):
        item = known[rank % len(known)]
        cip7 = str(_FIRST_CIP7 + rank * 11)
        pack = chance.choice(_PACKS)
        rate = chance.choice(_RATES)
        fee = 276 if pack == 90 else 102
        price = chance.randrange(90, 9_000)
        prices = f"{_euros(price)}\t{_euros(price + fee)}\t{_euros(fee)}" if rate else "\t\t"
        lines.append(
            f"{item.cis}\t{cip7}\tplaquette(s) PVC aluminium de {pack} {item.form}(s)\tPrésentation active\t"
            f"Déclaration de commercialisation\t16/03/2011\t{cip13_of_cip7(cip7)}\toui\t{rate}\t{prices}\t"
        )
    return lines


def _composition_line(item: _Speciality) -> str:
    return f"{item.cis}\t{item.form}\t{item.cis % 99_999:05d}\t{item.substance}\t{item.dose} mg\tun {item.form}\tSA\t1"


def _group_lines(known: list[_Speciality]) -> list[str]:
    members: dict[str, list[int]] = {}
    for item in known[::2]:
        members.setdefault(item.group, []).append(item.cis)
    groups = [(label, ids) for label, ids in members.items() if len(ids) > 1]
    return [
        f"{number}\t{label}\t{cis}\t{0 if rank == 0 else 1}\t{rank + 1}"
        for number, (label, ids) in enumerate(groups, start=1)
        for rank, cis in enumerate(ids)
    ]


def _condition_lines(chance: random.Random, known: list[_Speciality]) -> list[str]:
    chosen = ((item.cis, chance.choice(_CONDITIONS)) for item in known)
    return [f"{cis}\t{condition}" for cis, condition in chosen if condition]


def _shortage_lines(known: list[_Speciality]) -> list[str]:
    return [f"{item.cis}\t\t2\tTension d'approvisionnement\t14/04/2026\t18/05/2026\t\t" for item in known[::40]]


def _euros(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d}"


def _write(file: Path, lines: Iterable[str], *, encoding: str = "cp1252", end: str = "\r\n") -> None:
    with file.open("w", encoding=encoding, newline="") as stream:
        stream.writelines(f"{line}{end}" for line in lines)

"""A made-up set of files of the medicines database, small enough to be read by eye."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.kernel.identifiers import gs1_key

if TYPE_CHECKING:
    from pathlib import Path

ENCODINGS = {"CIS_CIP_bdpm.txt": "utf-8"}
LINE_ENDS = {"CIS_CIP_bdpm.txt": "\n"}


def cip13(cip7: str) -> str:
    """Return the CIP13 of a made-up CIP7."""
    return "34009" + cip7 + gs1_key("34009" + cip7)


def speciality(cis: str, name: str, *, state: str = "Commercialisée") -> str:
    return (
        f"{cis}\t{name}\tcomprimé\torale\tAutorisation active\tProcédure nationale\t{state}\t12/03/1998\t\t\t LABO\tNon"
    )


def presentation(
    cis: str,
    cip7: str,
    *,
    label: str = "plaquette(s) PVC de 30 comprimé(s)",
    rate: str = "65%",
    prices: tuple[str, str, str] = ("24,34", "25,36", "1,02"),
    declared: str = "16/03/2011",
    state: str = "Déclaration de commercialisation",
) -> str:
    columns = [cis, cip7, label, "Présentation active", state, declared, cip13(cip7), "oui", rate, *prices, ""]
    return "\t".join(columns)


def no_price(cis: str, cip7: str) -> str:
    return presentation(cis, cip7, rate="", prices=("", "", ""))


@dataclass
class CatalogFiles:
    """The lines of each file; ``write`` puts them on the disk as the official site does."""

    files: dict[str, list[str]] = field(
        default_factory=lambda: {
            "CIS_bdpm.txt": [
                speciality("60000001", "AMOXIVAL 500 mg, gélule"),
                speciality("60000002", "AMOXILAB 500 mg, gélule"),
                speciality("60000003", "CODINE ŒDÉME 20 mg, comprimé"),
                speciality("60000004", "DOULEXINE LP 10 mg, gélule"),
                speciality("60000005", "ZOLPISOMNE 10 mg, comprimé"),
                speciality("60000006", "PASTILLA MIEL, pastille"),
                speciality("60000007", "HOPITALINE, solution pour perfusion"),
                speciality("60000011", "MORPHINE D’AVANT, gélule", state="Non commercialisée"),
                speciality("60000008", "AMOXIANCIEN 500 mg, gélule", state="Non commercialisée"),
            ],
            "CIS_CIP_bdpm.txt": [
                presentation("60000001", "3000001", prices=("3,00", "4,02", "1,02")),
                presentation("60000002", "3000002", rate="65 %", prices=("1,53", "2,55", "1,02")),
                presentation("60000003", "3000003", rate="15%", prices=("1,466,29", "1,467,31", "1,02")),
                presentation("60000004", "3000004", rate="100 %", prices=("9,04", "11,80", "2,76")),
                presentation("60000005", "3000005", rate="30 %"),
                no_price("60000006", "3000006"),
                presentation("60000007", "3000007", rate="", prices=("", "", "")),
                presentation("60000008", "3000008", state="Déclaration d'arrêt de commercialisation"),
                presentation("69999999", "3000009"),
                presentation("60000011", "3000010", state="Déclaration d'arrêt de commercialisation"),
            ],
            "CIS_COMPO_bdpm.txt": [
                "60000001\tgélule\t28165\tAMOXICILLINE TRIHYDRATÉE\t\t\tSA\t1",
                "60000001\tgélule\t05248\tAMOXICILLINE\t500 mg\tune gélule\tFT\t1",
                "60000002\tgélule\t05248\tAMOXICILLINE\t500 mg\tune gélule\tSA\t1",
                "60000003\tcomprimé\t00001\tCODÉINE\t20 mg\tun comprimé\tSA\t1",
                "60000004\tgélule\t00002\tMORPHINE\t10 mg\tune gélule\tSA\t1",
                "60000005\tcomprimé\t00003\tZOLPIDEM\t10 mg\tun comprimé\tSA\t1",
            ],
            "CIS_GENER_bdpm.txt": [
                "12\tAMOXICILLINE 500 mg - AMOXIVAL 500 mg\t60000001\t0\t1",
                "12\tAMOXICILLINE 500 mg - AMOXIVAL 500 mg\t60000002\t1\t2",
                "12\tAMOXICILLINE 500 mg - AMOXIVAL 500 mg\t60000008\t1\t3",
            ],
            "CIS_CPD_bdpm.txt": [
                "60000001\tliste I",
                "60000002\tliste I",
                "60000003\tliste II",
                "60000004\tstupéfiants",
                "60000004\tprescription limitée à 4 semaines",
                "60000004\tdélivrance fractionnée de 7 jours",
                "60000005\tliste I",
                "60000005\tprescription en toutes lettres sur ordonnance sécurisée",
                "60000007\tréservé à l'usage HOSPITALIER",
            ],
            "CIS_CIP_Dispo_Spec.txt": [
                "60000001\t\t1\tRupture de stock\t14/04/2026\t18/05/2026\t\thttps://example.invalid/a",
                f"60000002\t{cip13('3000002')}\t2\tTension\t14/04/2026\t18/05/2026\t\thttps://example.invalid/b",
            ],
            "CIS_MITM.txt": ["60000001\tJ01CA04\tAMOXIVAL 500 mg, gélule\thttp://example.invalid"],
        }
    )

    def write(self, folder: Path) -> Path:
        """Write the files into ``folder``, made when missing, and return it."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, lines in self.files.items():
            end = LINE_ENDS.get(name, "\r\n")
            text = "".join(line + end for line in lines)
            (folder / name).write_bytes(text.encode(ENCODINGS.get(name, "cp1252"), "replace"))
        return folder

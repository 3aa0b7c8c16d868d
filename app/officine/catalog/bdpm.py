"""What do the files of the public medicines database (BDPM) say, line by line?

Source of the columns: « Contenu et format des fichiers téléchargeables », BDPM, 27/08/2025.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn, TypeVar

from app.kernel.errors import FileUnusable
from app.kernel.outcome import Finding, Severity
from app.kernel.text import plural, typographic
from app.officine.catalog import fields
from app.officine.catalog.fields import FieldDefect
from app.officine.catalog.model import Rejected
from app.officine.catalog.rows import GroupMember, Medicines, Presentation, Speciality, Substance, SupplyState
from app.officine.catalog.textfile import TextFile, defect, read_text_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SOURCE = "Base de données publique des médicaments"

SPECIALITIES = "CIS_bdpm.txt"
PRESENTATIONS = "CIS_CIP_bdpm.txt"
SUBSTANCES = "CIS_COMPO_bdpm.txt"
GENERICS = "CIS_GENER_bdpm.txt"
CONDITIONS = "CIS_CPD_bdpm.txt"
SUPPLY = "CIS_CIP_Dispo_Spec.txt"
THERAPEUTIC_INTEREST = "CIS_MITM.txt"
REQUIRED = (SPECIALITIES, PRESENTATIONS, SUBSTANCES, GENERICS, CONDITIONS)
OPTIONAL = (SUPPLY, THERAPEUTIC_INTEREST)

_GENERIC_KINDS = frozenset("0124")
_SUPPLY_CODES = frozenset("1234")
_MARKETED = "Commercialisée"
_DECLARED = "Déclaration de commercialisation"
_ACTIVE = "Présentation active"

OLDEST_SET = dt.date(2013, 10, 1)
"""The database was opened to the public in October 2013."""

LEGACY_RATE = 3500
"""The rate of 35 % has become 30 %; a few presentations still bear it."""

Row = TypeVar("Row")


def read_folder(folder: Path, today: dt.date) -> Medicines:
    """Read the set of files in ``folder``; no date after ``today`` is believed.

    Lines that can't be read are in ``rejected``, each with its reason; what is odd but kept is in ``findings``.
    Raises FileUnusable when the folder or a file can't be read, InputDefect when the set is damaged.
    """
    if not folder.is_dir():
        raise FileUnusable(
            typographic(f"Le dossier « {folder.name} » n’existe pas ou n’est pas un dossier."),
            advice="Indiquez le dossier qui contient les fichiers de la base des médicaments.",
        )
    medicines = Medicines(SOURCE, "", OLDEST_SET)
    files = {name: read_text_file(folder / name) for name in REQUIRED}
    files |= {name: read_text_file(folder / name) for name in OPTIONAL if (folder / name).exists()}
    _Reader(medicines, files, today).read_all()
    medicines.digest = _digest(files)
    return medicines


@dataclass(slots=True)
class _Reader:
    """Reads the files of one set into ``medicines``."""

    medicines: Medicines
    files: dict[str, TextFile]
    today: dt.date

    def read_all(self) -> None:
        medicines = self.medicines
        specialities = self._read(SPECIALITIES, 12, self._speciality)
        medicines.specialities = self._unique(specialities, SPECIALITIES, lambda row: row.cis)
        presentations = self._read(PRESENTATIONS, 13, self._presentation)
        medicines.presentations = self._unique(presentations, PRESENTATIONS, lambda row: row.cip13)
        medicines.substances = self._distinct(self._read(SUBSTANCES, 8, _substance), SUBSTANCES)
        members = self._read(GENERICS, 5, self._member)
        medicines.members = self._distinct(members, GENERICS)
        medicines.conditions = self._distinct(self._read(CONDITIONS, 2, _condition), CONDITIONS)
        if SUPPLY in self.files:
            medicines.supply = self._distinct(self._read(SUPPLY, 8, self._supply), SUPPLY)
        if THERAPEUTIC_INTEREST in self.files:
            medicines.atc = dict(row for _, row in self._read(THERAPEUTIC_INTEREST, 4, _atc))
        for name in OPTIONAL:
            if name not in self.files:
                self._note("GAL-CAT-20", Severity.WARNING, f"Le fichier « {name} » manque : il est facultatif.", name)
        self._report_orphans()
        medicines.rejected.sort(key=lambda line: (line.file, line.line))

    def _read(self, name: str, width: int, parse: Callable[[list[str], int], Row]) -> list[tuple[int, Row]]:
        """Parse each line of a file; the lines that can't be read go to the rejected ones."""
        file = self.files[name]
        rejected = list(file.rejected)
        rows: list[tuple[int, Row]] = []
        keep = rows.append
        for number, line in file.lines:
            columns = line.split("\t")
            try:
                keep((number, parse(columns, number) if len(columns) == width else _wrong_width(columns, width)))
            except FieldDefect as error:
                rejected.append(Rejected(name, number, str(error)))
        self._refuse_damage(file, rows, rejected)
        self.medicines.rejected += rejected
        self.medicines.counts[name] = len(rows)
        if file.ends_open and name in REQUIRED:
            self.medicines.open_ends.append(name)
        return rows

    @staticmethod
    def _refuse_damage(file: TextFile, rows: list[tuple[int, Row]], rejected: list[Rejected]) -> None:
        if file.ends_open and any(line.line == file.last for line in rejected):
            raise defect(f"Le fichier « {file.name} » est tronqué : sa dernière ligne est incomplète.")
        if len(rejected) > max(len(rows) // 20, min(20, len(rows))):
            first = rejected[0]
            count = plural(len(rejected), "ligne illisible", "lignes illisibles")
            raise defect(
                f"Le fichier « {file.name} » est endommagé : {count} ; la première est la ligne {first.line} "
                f"({first.reason})."
            )

    def _speciality(self, columns: list[str], number: int) -> Speciality:
        name = columns[1].strip()
        if not name:
            raise FieldDefect("dénomination vide")
        self._date(columns[7], SPECIALITIES, number)
        return Speciality(
            fields.cis(columns[0]),
            name,
            columns[2].strip(),
            columns[3],
            columns[4],
            columns[6] == _MARKETED,
            columns[10].strip(),
            columns[11] == "Oui",
        )

    def _presentation(self, columns: list[str], number: int) -> Presentation:
        cis, cip7, label, status, state, declared, cip13, collective, percent, net, public, fee, text = columns
        fields.check_cip(cip13, cip7)
        rate = fields.rate(percent)
        prices = (fields.cents(net), fields.cents(public), fields.cents(fee))
        if not _agree(*prices):
            prices = (None, None, None)
            self._note_prices(number, cip13, f"{net or '?'} + {fee or '?'} pour {public or '?'}")
        elif rate == LEGACY_RATE:
            message = f"{PRESENTATIONS}, ligne {number} : le code {cip13} porte l’ancien taux de 35 %."
            self._note("GAL-CAT-23", Severity.INFO, message, cip13)
        return Presentation(
            cis=fields.cis(cis),
            cip7=cip7,
            label=label.strip(),
            marketed=state == _DECLARED and status == _ACTIVE,
            declared_on=self._date(declared, PRESENTATIONS, number),
            cip13=cip13,
            collective=collective == "oui",
            rate=rate,
            price_without_fee=prices[0],
            price=prices[1],
            fee=prices[2],
            indications=fields.plain(text),
        )

    def _note_prices(self, number: int, cip13: str, prices: str) -> None:
        message = f"{PRESENTATIONS}, ligne {number} : les prix du code {cip13} ne s’accordent pas ({prices}) ; "
        self._note("GAL-CAT-22", Severity.WARNING, message + "le produit est gardé sans prix.", cip13)

    def _member(self, columns: list[str], number: int) -> GroupMember:
        del number
        group, label, cis, kind, rank = columns
        if not group.isdecimal() or kind not in _GENERIC_KINDS or not rank.isdecimal():
            raise FieldDefect("groupe générique illisible")
        self.medicines.groups.setdefault(group, label.strip())
        return GroupMember(group, fields.cis(cis), int(kind), int(rank))

    def _supply(self, columns: list[str], number: int) -> SupplyState:
        cis, cip13, code, label, since, updated, until, _ = columns
        if code not in _SUPPLY_CODES:
            raise FieldDefect(f"code de disponibilité inconnu « {code[:30]} »")
        if cip13:
            fields.check_cip(cip13, cip13[5:12])
        dates = [self._date(text, SUPPLY, number) for text in (since, updated, until)]
        return SupplyState(fields.cis(cis), cip13, int(code), label.strip(), *dates)

    def _date(self, text: str, file: str, number: int) -> str | None:
        """Return the ISO date of a field, None when empty or out of range, which is noted."""
        value = fields.date(text)
        if value is None:
            return None
        if not fields.OLDEST <= value <= self.today:
            message = f"{file}, ligne {number} : date hors limites {text}, ignorée."
            self._note("GAL-CAT-24", Severity.INFO, message, f"{file}:{number}")
            return None
        self.medicines.source_date = max(self.medicines.source_date, value)
        return value.isoformat()

    def _unique(self, rows: list[tuple[int, Row]], file: str, key: Callable[[Row], str]) -> list[Row]:
        """Keep the first row of each key; the others are rejected."""
        kept: dict[str, tuple[int, Row]] = {}
        for number, row in rows:
            first = kept.setdefault(key(row), (number, row))[0]
            if first != number:
                reason = f"code {key(row)} déjà lu à la ligne {first}"
                self.medicines.rejected.append(Rejected(file, number, reason))
        return [row for _, row in kept.values()]

    def _distinct(self, rows: list[tuple[int, Row]], file: str) -> list[Row]:
        """Keep one of several identical rows, which the source holds now and then."""
        kept = list(dict.fromkeys(row for _, row in rows))
        if len(kept) < len(rows):
            count = plural(len(rows) - len(kept), "ligne en double ignorée", "lignes en double ignorées")
            self._note("GAL-CAT-25", Severity.INFO, f"{file} : {count}.", file)
        return kept

    def _report_orphans(self) -> None:
        known = {speciality.cis for speciality in self.medicines.specialities}
        for presentation in self.medicines.presentations:
            if presentation.cis not in known:
                self._note(
                    "GAL-CAT-21",
                    Severity.WARNING,
                    f"La présentation {presentation.cip13} est gardée, archivée : sa spécialité "
                    f"{presentation.cis} n’est pas dans la base.",
                    presentation.cip13,
                )
        for file, codes in (
            (SUBSTANCES, [row.cis for row in self.medicines.substances]),
            (GENERICS, [row.cis for row in self.medicines.members]),
            (CONDITIONS, [row[0] for row in self.medicines.conditions]),
            (SUPPLY, [row.cis for row in self.medicines.supply]),
        ):
            count = sum(code not in known for code in codes)
            if count:
                lines = plural(count, "ligne concerne", "lignes concernent")
                self._note("GAL-CAT-26", Severity.INFO, f"{file} : {lines} une spécialité absente de la base.", file)

    def _note(self, code: str, severity: Severity, text: str, subject: str) -> None:
        self.medicines.findings.append(Finding(code, severity, typographic(text), subject=subject))


def _wrong_width(columns: list[str], width: int) -> NoReturn:
    raise FieldDefect(f"{plural(len(columns), 'colonne')} au lieu de {width}")


def _agree(net: int | None, public: int | None, fee: int | None) -> bool:
    """Return True where no price is given, or where price and dispensing fee make the public price."""
    if net is None or public is None or fee is None:
        return net is None and public is None and fee is None
    return net + fee == public


def _substance(columns: list[str], number: int) -> Substance:
    del number
    cis, _, code, name, dosage, reference, nature, link = columns
    if not name.strip():
        raise FieldDefect("substance sans nom")
    if not link.isdecimal():
        raise FieldDefect("numéro de liaison illisible")
    return Substance(fields.cis(cis), code, name.strip(), dosage, reference, nature, int(link))


def _condition(columns: list[str], number: int) -> tuple[str, str]:
    del number
    text = columns[1].strip()
    if not text:
        raise FieldDefect("condition vide")
    return fields.cis(columns[0]), text


def _atc(columns: list[str], number: int) -> tuple[str, str]:
    del number
    code = columns[1].strip()
    if not (code.isalnum() and code.isascii() and 1 <= len(code) <= 7):
        raise FieldDefect(f"code ATC illisible « {code[:30]} »")
    return fields.cis(columns[0]), code


def _digest(files: dict[str, TextFile]) -> str:
    """Return SHA-256 (hexadecimal) of what was read: the same files give the same version."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode())
        digest.update(files[name].digest)
    return digest.hexdigest()

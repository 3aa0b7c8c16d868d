"""What do the groups of the SSV interface say? Pure.

Group and field numbers, and the lists of codes: public programs written for the interface (version 4.03, 2005). They
name what is read, and prove nothing of what a later version writes: a group or a code without a public description is
told, and nothing is taken from it. That what follows a group 104 is that beneficiary's is our reading of these lists.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from app.kernel.identifiers import is_digits, is_nir
from app.kernel.outcome import Finding, Severity
from app.kernel.text import typographic
from app.officine.rights.model import Complement, Cover, Entitled, Insured, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SCHEMES = {
    "01": "Régime général", "02": "Régime agricole (MSA)", "03": "Indépendants (AMPI)", "04": "SNCF", "05": "RATP",
    "06": "ENIM (marins)", "07": "Régime minier", "08": "CNMSS (militaires)", "09": "Banque de France",
    "10": "CRPCEN (notaires)", "12": "CCIP", "14": "Assemblée nationale", "15": "Sénat",
    "16": "Port autonome de Bordeaux", "90": "CAVIMAC (cultes)", "91": "MGEN", "92": "MGPTT", "93": "MGP", "94": "MFP",
    "95": "MNH", "96": "MNAM", "99": "Autre section locale mutualiste",
}  # fmt: skip
QUALITIES = {
    "0": "Assuré", "1": "Ascendant, descendant ou collatéral", "2": "Conjoint", "3": "Conjoint divorcé",
    "4": "Concubin", "5": "Conjoint séparé", "6": "Enfant", "8": "Conjoint veuf", "9": "Autre ayant droit",
}  # fmt: skip
_KNOWN = frozenset({101, 102, 103, 104, 105, 106, 107, 108, 109, 111})
_OLD = frozenset({40, 41})
_INSURED = "0"


def read(groups: Iterable[tuple[int, tuple[str, ...]]]) -> tuple[Insured | None, tuple[Entitled, ...], list[Finding]]:
    """Return the insured person, the beneficiaries and what there is to say; an error makes the whole unusable."""
    reader = _Reader()
    for number, fields in groups:
        reader.take(number, fields)
    return reader.insured, tuple(reader.people), reader.ended()


class _Reader:
    """Reads groups in their order."""

    def __init__(self) -> None:
        self.insured: Insured | None = None
        self.people: list[Entitled] = []
        self._findings: list[Finding] = []
        self._strange: list[int] = []

    def take(self, number: int, fields: tuple[str, ...]) -> None:
        if number not in _KNOWN:
            self._strange.append(number)
        elif number == 101:
            self.insured = self._insured(fields)
        elif number == 102 and self.insured is not None:
            code, first, last = _exactly(fields, 3)
            self.insured = replace(self.insured, service=code, service_span=self._span(first, last))
        elif number == 104:
            self.people.append(self._person(fields))
        elif number in {105, 106, 107, 108, 109}:
            if self.people:
                self.people[-1] = self._more(self.people[-1], number, fields)
            else:
                self._cut(f"le groupe {number} précède tout bénéficiaire")

    def ended(self) -> list[Finding]:
        """Return what there is to say once all was read."""
        if _OLD & set(self._strange):
            text = "La carte est lue dans l’ancien format (groupes 40 et 41), que Galien ne reprend pas."
            self._findings.append(_error("GAL-FSV-30", text))
        elif self.insured is None:
            self._cut("l’assuré (groupe 101) manque")
        elif not self.people:
            self._cut("aucun bénéficiaire (groupe 104)")
        if self._strange and not _OLD & set(self._strange):
            numbers = ", ".join(str(number) for number in sorted(set(self._strange)))
            text = f"Groupes sans description publique, non lus : {numbers}."
            self._findings.append(Finding("GAL-FSV-31", Severity.INFO, typographic(text)))
        return self._findings

    def _insured(self, fields: tuple[str, ...]) -> Insured:
        values = _exactly(fields, 14)
        return Insured(
            card_type=values[0],
            serial=values[1],
            card_until=self._day(values[2]),
            nir=_nir(values[7], values[8]),
            scheme=values[9],
            fund=values[10],
            centre=values[11],
        )

    def _person(self, fields: tuple[str, ...]) -> Entitled:
        used, birth_name, first, *rest = _exactly(fields, 18)
        quality = rest[10].lstrip("0") or ("0" if rest[10] else "")
        nir = _nir(rest[5], rest[6])
        if not nir and quality == _INSURED and self.insured is not None:
            nir = self.insured.nir
        return Entitled(
            family_name=birth_name or used,
            first_name=first,
            birth=rest[8],
            nir=nir,
            used_name=used if birth_name and used != birth_name else "",
            rank=rest[9],
            quality=quality,
            service=rest[11],
            service_span=self._span(rest[12], rest[13]),
        )

    def _more(self, person: Entitled, number: int, fields: tuple[str, ...]) -> Entitled:
        values = _exactly(fields, 12)
        if number == 105:
            return replace(person, periods=(*person.periods, self._span(values[0], values[1])))
        if number == 106:
            cover = Cover(self._span(values[0], values[1]), values[2], values[3])
            return replace(person, covers=(*person.covers, cover))
        if number == 107:
            return replace(person, complements=(*person.complements, Complement(values[0])))
        if number == 108:
            if not person.complements:
                return person
            *others, last = person.complements
            spans = (*last.spans, self._span(values[0], values[1]))
            return replace(person, complements=(*others, replace(last, spans=spans)))
        made = Complement(values[0] or values[1], values[2], (self._span(values[4], values[5]),))
        return replace(person, complements=(*person.complements, made))

    def _span(self, first: str, last: str) -> Span:
        return Span(self._day(first), self._day(last))

    def _day(self, text: str) -> dt.date | None:
        """Return a day written AAAAMMJJ; None for none, and for one that is told as unreadable."""
        if not text.strip("0 "):
            return None
        try:
            if len(text) == 8 and is_digits(text):
                return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
        except ValueError:
            pass
        told = f"Date illisible sur la carte : « {text[:20]} »."
        self._findings.append(
            Finding("GAL-FSV-32", Severity.WARNING, typographic(told), "Vérifiez ce droit sur l’attestation.")
        )
        return None

    def _cut(self, why: str) -> None:
        self._findings.append(_error("GAL-FSV-30", f"La lecture des droits est incomplète : {why}."))


def scheme_words(insured: Insured) -> str:
    """Return the affiliation in words: ``Régime général, caisse 349, centre 0000``."""
    scheme = SCHEMES.get(insured.scheme, f"Régime {insured.scheme}" if insured.scheme else "Régime inconnu")
    parts = [scheme]
    parts += [f"caisse {insured.fund}"] if insured.fund else []
    parts += [f"centre {insured.centre}"] if insured.centre else []
    return ", ".join(parts)


def _exactly(fields: Sequence[str], count: int) -> list[str]:
    """Return ``count`` fields: what is missing is empty."""
    return [*fields[:count], *[""] * (count - len(fields))]


def _nir(body: str, key: str) -> str:
    """Return a NIR with a right key; empty for anything else: a number that is doubtful finds nobody."""
    code = f"{body}{key.zfill(2) if key else ''}".upper()
    return code if is_nir(code) else ""


def _error(code: str, text: str) -> Finding:
    advice = "Rien n’en est repris. Saisissez les droits d’après l’attestation : Patients (Alt+2), F6."
    return Finding(code, Severity.ERROR, typographic(text), typographic(advice))

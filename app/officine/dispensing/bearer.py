"""Who collects what was prescribed, where it is not the patient, and what does the register ask of them? Pure.

The register of stupéfiants takes the name and the address of the bearer of the ordonnance where that is not the
patient, and the reference of an identity document where the pharmacist does not know them (CSP R.5132-35).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel.outcome import Finding, Severity
from app.kernel.text import NBSP, one_line
from app.officine.catalog.model import ListClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.officine.dispensing.rules import Situation

NAME_LIMIT = 100
ADDRESS_LIMIT = 120
IDENTITY_LIMIT = 50

NO_NAME = "GAL-ORD-10"
NO_ADDRESS = "GAL-ORD-11"
NO_IDENTITY = "GAL-ORD-12"
PATIENT_HIMSELF = "GAL-ORD-13"

_IDENTITY = f" — identité{NBSP}: "


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who collects: ``identity`` is what was shown (« CNI 123 »), or « connu » for one whom the officine knows."""

    name: str = ""
    address: str = ""
    identity: str = ""

    @property
    def text(self) -> str:
        """The bearer on one line, as sessions and registers keep it; empty for nobody."""
        who = ", ".join(part for part in (self.name, self.address) if part)
        return f"{who}{_IDENTITY}{self.identity}" if self.identity else who


def typed_bearer(name: str, address: str, identity: str) -> Bearer:
    """Return a bearer as typed: on one line, without the comma that parts the name from the address."""
    return Bearer(
        " ".join(one_line(name, NAME_LIMIT).replace(",", " ").split()),
        " ".join(one_line(address, ADDRESS_LIMIT).split()),
        " ".join(one_line(identity, IDENTITY_LIMIT).split()),
    )


def read_bearer(text: str) -> Bearer:
    """Return the bearer that a line names; what was typed before there were fields is read as far as it goes."""
    who, _, identity = text.partition(_IDENTITY)
    name, _, address = who.partition(", ")
    return Bearer(name.strip(), address.strip(), identity.strip())


def check(situation: Situation) -> Iterator[Finding]:
    """Return what lacks of the bearer where a stupéfiant leaves (CSP R.5132-35); nothing of other medicines."""
    line = next((one for one in situation.session.lines if one.list_class is ListClass.NARCOTIC and one.leaving), None)
    if line is None:
        return
    text = situation.session.bearer
    if text or situation.patient is not None:
        yield from _lacking(line.label, text, line.line_id)


def check_handed(label: str, list_class: ListClass | None, text: str, subject: str) -> list[Finding]:
    """Return what lacks of the bearer ``text`` who collects a promis; nothing where it is no stupéfiant."""
    return list(_lacking(label, text, subject)) if list_class is ListClass.NARCOTIC else []


def _lacking(label: str, text: str, subject: str) -> Iterator[Finding]:
    if not text:
        said = f"{label} : remis au patient lui-même. Une autre personne l’emporte ? Alt+O (CSP R.5132-35)."
        yield Finding(PATIENT_HIMSELF, Severity.INFO, said, subject=subject)
        return
    bearer = read_bearer(text)
    if not bearer.name:
        said = f"{label} : le registre des stupéfiants demande le nom du porteur (CSP R.5132-35)."
        yield Finding(NO_NAME, Severity.ERROR, said, "Alt+O : porteur.", subject)
    elif not bearer.address:
        said = f"{label} : le registre des stupéfiants demande l’adresse de {bearer.name} (CSP R.5132-35)."
        yield Finding(NO_ADDRESS, Severity.ERROR, said, "Alt+O : complétez l’adresse du porteur.", subject)
    elif not bearer.identity:
        said = f"{label} : emporté par {bearer.name}, sans pièce d’identité notée (CSP R.5132-35)."
        advice = "Porteur inconnu de l’officine : demandez une pièce d’identité et notez sa référence, Alt+O."
        yield Finding(NO_IDENTITY, Severity.WARNING, said, advice, subject)

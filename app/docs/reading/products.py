"""Which product does a consumable name: CIS, CIP, virtual medicine, ATC, substances?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.docs.reading import tree
from app.docs.reading.scope import where
from app.kernel.identifiers import cip13_of_cip7
from app.kernel.outcome import Severity

if TYPE_CHECKING:
    from app.docs.reading.scope import Scope
    from app.docs.reading.tree import Element

CIS: Final = "1.2.250.1.213.2.3.1"
CIP: Final = ("1.2.250.1.213.2.3.2", "1.2.250.1.213.2.3.3")
"""CIP; the samples of 2021 print the second one, which the list of terminologies does not have."""
VIRTUAL: Final = "1.2.250.1.213.2.59"
ATC: Final = "2.16.840.1.113883.6.73"

_CIS = re.compile(r"[0-9]{8}")
_CIP = re.compile(r"[0-9]{13}|[0-9]{7}")


@dataclass(frozen=True, slots=True)
class Product:
    """A medicine as a document names it; a code that is not there, or is not well formed, is empty."""

    name: str = ""
    cis: str = ""
    cip13: str = ""
    virtual: str = ""
    atc: str = ""
    substances: tuple[str, ...] = ()
    lot: str = ""


def product(statement: Element, scope: Scope) -> Product:
    """Return the product of a ``substanceAdministration``; its name is that of its code, or else the written one.

    The words of the narrative stand for a product that has no code, as a preparation of the pharmacy.
    """
    material = tree.first(statement, "consumable", "manufacturedProduct", "manufacturedMaterial")
    code = tree.first(material, "code")
    name = tree.first(material, "name")
    written = "" if tree.is_null(name) else tree.text(name)
    return Product(
        name=tree.attribute(code, "displayName")
        or written
        or scope.label(code)
        or scope.referred(tree.first(statement, "text")),
        cis=_well_formed(tree.code_in(code, CIS), _CIS, "CIS", code, scope),
        cip13=_cip13(code, scope),
        virtual=tree.code_in(code, VIRTUAL),
        atc=tree.code_in(code, ATC) or _class(material),
        substances=_substances(material),
        lot=tree.text(tree.first(material, "lotNumberText")),
    )


def _cip13(code: Element | None, scope: Scope) -> str:
    cip = _well_formed(tree.code_in(code, *CIP), _CIP, "CIP", code, scope)
    return cip13_of_cip7(cip) if len(cip) == 7 else cip


def _well_formed(value: str, form: re.Pattern[str], name: str, at: Element | None, scope: Scope) -> str:
    if not value or form.fullmatch(value) or at is None:
        return value
    scope.say(
        "GAL-DOC-81",
        Severity.WARNING,
        f"{where(at)} : « {value[:40]} » n’est pas un code {name}.",
        "Le code n’a pas été repris : cherchez le produit par son nom.",
        at,
    )
    return ""


def _class(material: Element | None) -> str:
    """Return the ATC of the generic equivalent (IHE Pharmacy)."""
    kinds = tree.every(material, "asSpecializedKind", "generalizedMedicineClass", "code")
    return next(filter(None, (tree.code_in(one, ATC) for one in kinds)), "")


def _substances(material: Element | None) -> tuple[str, ...]:
    """Return the names of the active substances, in the order of the document."""
    names = []
    for role in tree.children(material, "ingredient"):
        if tree.attribute(role, "classCode") not in {"", "ACTI", "ACTIB", "ACTIM", "ACTIR"}:
            continue
        substance = tree.first(role, "ingredient")
        names.append(tree.text(tree.first(substance, "name")) or tree.coded(tree.first(substance, "code")).label)
    return tuple(dict.fromkeys(filter(None, names)))

"""How long does a clinical document take, from what was typed to octets that may be sent?"""

from __future__ import annotations

import datetime as dt
import os
import statistics
from pathlib import Path
from typing import TYPE_CHECKING

from app.bench.figures import Figure, sample
from app.docs import safe_xml
from app.docs.cda import ids
from app.docs.cda.check_document import check_document
from app.docs.cda.checks import check
from app.docs.cda.write import write
from app.docs.clinical import (
    QUALIFIED,
    Address,
    Document,
    DocumentKey,
    Kind,
    Officine,
    Professional,
    Recipient,
    Subject,
    Vaccine,
)
from app.docs.validation.kit import read_kit
from app.docs.validation.xsd import CdaSchema

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.docs.safe_xml import Element

_AT = dt.datetime(2026, 11, 25, 9, 30, tzinfo=dt.UTC)


def vaccination_note(times: int = 200) -> Figure:
    """A note de vaccination: judged, built, written and looked at again by our own checks."""
    cda = write(_note())

    def one(_: int) -> None:
        document = _note()
        found = check_document(document) + check(write(document))
        assert not found, found

    work, floor = _floor(cda)
    return Figure("vaccination_note", sample(one, times), statistics.median(sample(work, times)), floor)


def _floor(cda: bytes) -> tuple[Callable[[int], object], str]:
    """Return the least that any program would do of the same octets: with the kit of the ANS, its schema alone."""
    kit = os.environ.get("GALIEN_KIT", "")
    root = safe_xml.parse(cda)
    if not kit or not Path(kit).is_dir():
        return lambda _: _again(root), "le même arbre construit par lxml nu (sans GALIEN_KIT)"
    schema = CdaSchema(read_kit(Path(kit)))
    return lambda _: schema.violations(safe_xml.parse(cda)), "lecture et schéma XSD seuls, mêmes octets"


def _again(root: Element) -> bytes:
    from lxml import etree  # noqa: PLC0415 -- heavy: only where documents are measured

    def fill(parent: Element, model: Element) -> None:
        parent.text, parent.tail = model.text, model.tail
        for child in model:
            fill(etree.SubElement(parent, child.tag, dict(child.attrib)), child)

    made = etree.Element(root.tag, dict(root.attrib), root.nsmap)
    fill(made, root)
    return bytes(etree.tostring(made, method="c14n"))


def _note() -> Document:
    """Return a note with all its parts, a new one each time: fictitious people, identity of the tests."""
    return Document(
        key=DocumentKey(ids.new_oid(), ids.new_oid()),
        kind=Kind.VACCINATION,
        subject=Subject(
            family_name="ADRTROIS",
            first_name="DOMINIQUE",
            birth_names="DOMINIQUE MARIE-LOUISE",
            sex="F",
            birth_date="1997-02-26",
            birth_place="2A020",
            matricule="297022A02077878",
            oid="1.2.250.1.213.1.4.10",
            status=QUALIFIED,
            local_id="000123",
            address=Address("1 rue des Essais", "63000", "CLERMONT-FERRAND"),
            phone="01 00 00 00 00",
        ),
        author=Professional("10001234565", "ESSAI", "Claude"),
        officine=Officine(
            "750012346",
            "PHARMACIE D’ESSAI",
            Address("2 rue des Essais", "75001", "PARIS"),
            "01 00 00 00 01",
            "1.2.250.1.999.5",
        ),
        performed_at=_AT,
        created_at=_AT,
        content=Vaccine(
            name="VACCIN D’ESSAI, suspension injectable",
            cip13="3400935166906",
            cis="62279329",
            atc="J07BC01",
            lot="B417K",
            expiry="2028-12-31",
            dose_number=2,
            route="IM",
            site="LD",
            dose="0.5 mL",
            manufacturer="LABORATOIRE D’ESSAI",
            reason="Rappel recommandé",
            known=True,
            act="BOOSTER",
        ),
        recipients=(Recipient("MARTIN", "Luc", "10001234565", "luc.martin@test.mssante.fr"),),
        to_patient=True,
    )

"""Which pages of clinical documents are looked at? A known entretien, and what a page says when it is read."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from clinical_people import document

from app.docs.clinical import Bilan, Document, DocumentKey, Entretien, Kind, Recipient, Subject, TextSection, Treatment
from app.docs.pdfa.faces import face
from app.officine.scan import ins_symbol

TODAY = dt.date(2026, 11, 26)
RIGHTS = "Vos données de santé sont traitées par la pharmacie. Vous pouvez y accéder ou vous y opposer."
QUALIFIED = Subject(
    family_name="PAT-TROIS",
    first_name="DOMINIQUE",
    birth_names="DOMINIQUE MARIE-LOUISE",
    sex="F",
    birth_date="1979-03-28",
    birth_place="51215",
    used_name="PATRICIEN",
    used_first_name="Dominique",
    matricule="279035121518989",
    oid="1.2.250.1.213.1.4.10",
    status="qualifiee",
)
DOCTOR = Recipient("MÉLILOT", "Hugo", "89970002005", "hugo.melilot@medecin.mssante.example")
ENTRETIEN = Entretien(
    "Anticoagulants oraux",
    (
        TextSection("Observance", "Un oubli le dimanche soir.\n- pilulier remis\n- rappel"),
        TextSection("Suivi", ""),
    ),
)


def written(content: Entretien | Bilan = ENTRETIEN, **changes: Any) -> Document:  # noqa: ANN401 -- fields of all kinds
    """Return a document of a known patient, by default the CR of an entretien."""
    kind = Kind.BILAN if isinstance(content, Bilan) else Kind.ENTRETIEN
    known = replace(document(0, kind, "qualifiee"), subject=QUALIFIED, content=content, recipients=(DOCTOR,))
    key = DocumentKey("2.25.3298007356985866292956419785115061", "2.25.3298007356985866292956419785115062")
    return replace(replace(known, key=key, authenticator=None, footer=RIGHTS), **changes)


def long_bilan(count: int) -> Bilan:
    """Return a bilan of ``count`` medicines, each with a mark at its beginning and one at its end, lines apart."""
    rows = tuple(
        Treatment(
            f"début{rank:03d} MÉDICAMENT FICTIF {rank} mg, comprimé pelliculé sécable, boîte de trente fin{rank:03d}",
            "1 comprimé",
            "matin et soir",
            "Hypertension artérielle",
            "À réévaluer au prochain bilan biologique" if rank % 3 else "",
        )
        for rank in range(count)
    )
    return Bilan(rows, "Analyse.", "- Une proposition\n- Une autre", "Dans trois mois.")


def symbol_of(subject: Subject) -> str:
    """Return the message of the INS symbol of an identity qualifiée, empty for another."""
    if not subject.has_ins:
        return ""
    names = ("matricule", "oid", "birth_names", "family_name", "sex", "birth_date", "birth_place")
    text, findings = ins_symbol.message({name: getattr(subject, name) for name in names}, TODAY)
    assert text, findings
    return text


def faced(known: Document) -> bytes:
    """Return the page of a document, with the symbol that its status asks for."""
    return face(known, ins_text=symbol_of(known.subject))


def pages(pdf: bytes) -> list[str]:
    """Return the text of each page on one line, its spaces plain."""
    import pypdfium2  # noqa: PLC0415 -- heavy

    opened = pypdfium2.PdfDocument(pdf)
    try:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in opened]
    finally:
        opened.close()

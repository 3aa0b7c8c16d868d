"""What the form of the pharmacist's documents says by itself: fields, boxes, people, what a bilan begins with."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from app.docs.cda import said
from app.kernel.outcome import Finding, Severity
from app.officine.care import boxes, building, drafts, rules, starting, themes
from app.officine.care.model import (
    Addressee,
    BilanPart,
    CareDraft,
    DocumentKind,
    DocumentState,
    EntretienPart,
    SectionPart,
    TreatmentPart,
    VaccinationPart,
)
from app.officine.care.store import Received
from app.officine.catalog.model import Product
from app.officine.staff.model import Member, Role

NOW = dt.datetime(2026, 11, 26, 9, 0, tzinfo=dt.UTC)
ENTRETIEN = EntretienPart("AVK", (SectionPart("Observance", "Bonne."),))
DRAFT = CareDraft(DocumentKind.ENTRETIEN, 1, NOW, ENTRETIEN, (Addressee("MÉLILOT"),))


def medicine(name: str, presentation: str = "") -> Product:
    """Return a medicine of the catalogue."""
    return Product(
        code="3400936773875", name=name, presentation=presentation, cis="62404793", cip7=None, price=None,
        price_without_fee=None, fee=None, rate=None, vat=None, list_class=None, group_id=None, marketed=True,
        archived=False,
    )  # type: ignore[arg-type] # fmt: skip


def member(role: Role, rpps: str = "89970001007", *, active: bool = True) -> Member:
    """Return a member of the team."""
    return Member(id=1, family_name="ESSAI", given_name="Zoé", role=role, rpps=rpps, badge="", active=active)


# --- Boxes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "atc", "substances", "expected"),
    [
        ("BOOSTRIXTETRA, suspension injectable. Vaccin diphtérique", "", (), True),
        ("BOOSTRIXTETRA", "J07CA02", (), True),
        ("HEXYON, suspension injectable en seringue préremplie", "", ("ANATOXINE TÉTANIQUE", "VIRUS"), True),
        ("DOLIPRANE 1000 mg, comprimé", "", ("PARACÉTAMOL",), False),
        ("VACCINATION, carnet", "N02BE01", (), False),
        ("GAMMATETANOS 250 UI/2 ml", "J06BB02", ("IMMUNOGLOBULINE",), False),
    ],
)
def test_a_vaccine_is_told_by_its_atc_else_by_its_words(
    name: str, atc: str, substances: tuple[str, ...], *, expected: bool
) -> None:
    assert boxes.is_vaccine(medicine(name), atc, substances) is expected


@pytest.mark.parametrize(
    ("presentation", "dose"),
    [
        ("1 seringue(s) préremplie(s) en verre de 0,5 ml avec aiguille(s)", "0,5 mL"),
        ("1 flacon(s) en verre - 1 seringue(s) préremplie(s) en verre de 0,5 mL", "0,5 mL"),
        ("1 seringue(s) préremplie(s) en verre de 1 ml avec aiguille(s)", "1 mL"),
        ("10 flacons en verre multidoses de 6 doses, 60 doses", ""),
        ("10 flacons multidoses de 5 ml", ""),
        ("1 plaquette de 3 gélules", ""),
    ],
)
def test_the_dose_is_that_of_a_box_that_holds_one(presentation: str, dose: str) -> None:
    assert boxes.dose_of(presentation) == dose


@pytest.mark.parametrize(
    ("routes", "code"),
    [
        (("sous-cutanée", "intramusculaire"), "IM"), (("sous-cutanée",), "SQ"), (("orale",), "PO"),
        (("nasale",), "NASINHLC"), (("intradermique",), "INDINJ"), (("rectale",), ""), ((), ""),
    ],
)  # fmt: skip
def test_the_route_is_the_first_that_the_note_has(routes: tuple[str, ...], code: str) -> None:
    assert boxes.route_of(routes) == code


# --- Drafts -----------------------------------------------------------------------------------------------------------


def test_what_is_typed_is_trimmed_and_lines_stay_where_a_field_has_some() -> None:
    part = BilanPart((TreatmentPart(" A \t B\n"),), "un\r\ndeux\n", " x ", "")
    draft = CareDraft(DocumentKind.BILAN, 1, NOW, part, (Addressee("  MÉLILOT\n Hugo "),), reason=" Erreur ")
    kept = rules.tidy(draft)
    assert isinstance(kept.part, BilanPart)
    assert kept.part.treatments[0].name == "A B"
    assert (kept.part.analysis, kept.part.proposals, kept.reason) == ("un\ndeux", "x", "Erreur")
    assert kept.recipients[0].family_name == "MÉLILOT Hugo"
    assert (kept.kind, kept.performed_at, kept.patient_id) == (draft.kind, draft.performed_at, 1)


@pytest.mark.parametrize("char", ["\x00", "\x07", "\x7f", "\x9d", "\u202e", "\u2066", "\u200f", "\ufffe", "\ud800"])
def test_a_sign_that_nobody_sees_is_refused_on_its_field(char: str) -> None:
    part = EntretienPart("AVK", (SectionPart("Observance", "Bonne."), SectionPart("Suite", f"Re{char}voir")))
    (finding,) = rules.check(replace(DRAFT, part=part))
    assert (finding.code, finding.severity) == ("GAL-SOI-05", Severity.ERROR)
    assert finding.subject == "part.sections.1.text"
    assert finding.text.startswith("Texte (partie 2)")
    assert char not in finding.text


@pytest.mark.parametrize("text", ["Œdème\u00a0: 2,5 %\nÀ revoir", "🙂", "a\u0301", "Zoé 👩‍⚕️", "שלום"])
def test_words_that_people_write_are_not_taken_for_such_signs(text: str) -> None:
    assert rules.check(replace(DRAFT, part=EntretienPart("AVK", (SectionPart("x", text),)))) == []


def test_more_than_a_document_holds_is_refused() -> None:
    many = EntretienPart("AVK", tuple(SectionPart(f"{rank}", "x") for rank in range(41)))
    assert [one.subject for one in rules.check(replace(DRAFT, part=many))] == ["part.sections"]
    crowd = tuple(Addressee(f"A{rank}") for rank in range(31))
    assert [one.subject for one in rules.check(replace(DRAFT, recipients=crowd))] == ["recipients"]
    long = EntretienPart("AVK", (SectionPart("x", "y" * 20_001),))
    assert [one.subject for one in rules.check(replace(DRAFT, part=long))] == ["part.sections.0.text"]
    name = replace(DRAFT, recipients=(Addressee("X" * 101),))
    assert [one.subject for one in rules.check(name)] == ["recipients.0.family_name"]


def test_a_recipient_named_twice_is_said_once() -> None:
    twice = (Addressee("MÉLILOT", rpps="89970002005"), Addressee("MELILOT", rpps="89970002005"))
    found = rules.check(replace(DRAFT, recipients=twice))
    assert [(one.subject, one.severity) for one in found] == [("recipients.1", Severity.WARNING)]


def test_findings_that_are_kept_come_back_as_they_were() -> None:
    found = (Finding("GAL-SOI-09", Severity.ERROR, "Lot", "Scannez", "part.lot"), Finding("X", Severity.INFO, "y"))
    assert drafts.findings_from_json(drafts.findings_to_json(found)) == found


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("vaccine.lot", "part.lot"), ("content.sections[1].text", "part.sections.1.text"),
        ("sections[1]", "part.sections.1"),
        ("content.treatments.2.name", "part.treatments.2.name"), ("treatments", "part.treatments"),
        ("subject.family_name", "patient.family_name"), ("birth_date", "patient.birth_date"),
        ("authenticator", "supervisor_id"), ("performed_at", "performed_at"), ("officine.finess", "officine.finess"),
        ("recipients[0]", "recipients.0"), ("", ""),
    ],
)  # fmt: skip
def test_what_is_said_of_a_document_points_at_the_field_of_the_form(path: str, field: str) -> None:
    assert building.field_of(path) == field


def test_a_path_in_the_words_becomes_the_label_of_the_field() -> None:
    finding = said.error(
        31, "Un matricule est écrit dans « content.sections[0].text ».", "", "content.sections[0].text"
    )
    (told,) = building.said([finding])
    assert told.text.replace("\u00a0", " ") == "Un matricule est écrit dans « Texte (partie 1) »."


# --- People -----------------------------------------------------------------------------------------------------------


def test_a_pharmacist_needs_nobody_and_a_preparateur_a_pharmacist_who_is_there() -> None:
    holder, sophie = member(Role.HOLDER), member(Role.TECHNICIAN, "89970001031")
    assert rules.check_author(holder, None) == []
    assert rules.check_author(sophie, holder) == []
    refusals = {
        "GAL-SOI-02": rules.check_author(None, holder),
        "GAL-SOI-03": rules.check_author(sophie, None),
        "GAL-SOI-25": rules.check_author(member(Role.HOLDER, ""), None),
    }
    for code, found in refusals.items():
        assert [one.code for one in found] == [code]
    for nobody in (sophie, member(Role.HOLDER, ""), member(Role.HOLDER, active=False)):
        assert [one.code for one in rules.check_author(sophie, nobody)] == ["GAL-SOI-04"]


# --- Beginning --------------------------------------------------------------------------------------------------------


def test_the_usual_prescriber_is_who_prescribes_most_then_last() -> None:
    def by(prescriber: int | None) -> Received:
        return Received(NOW.date(), "1", "x", "", prescriber)

    assert starting.usual_prescriber([by(1), by(2), by(2)], []) == 2
    assert starting.usual_prescriber([by(1), by(2)], []) == 1
    assert starting.usual_prescriber([by(None)], []) is None


def test_the_titles_tell_documents_apart() -> None:
    titles = [
        rules.title_of(DocumentKind.VACCINATION, VaccinationPart(name="BOOSTRIXTETRA, suspension injectable")),
        rules.title_of(DocumentKind.ENTRETIEN, ENTRETIEN),
        rules.title_of(DocumentKind.BILAN, BilanPart()),
    ]
    assert [title.replace("\u00a0", " ") for title in titles] == [
        "Note de vaccination : BOOSTRIXTETRA",
        "Compte rendu d’entretien pharmaceutique — AVK",
        "Bilan partagé de médication",
    ]


def test_the_state_of_a_document_is_what_became_of_it() -> None:
    assert rules.state_of(replaced=False, deleted=False) is DocumentState.VALID
    assert rules.state_of(replaced=True, deleted=False) is DocumentState.REPLACED
    assert rules.state_of(replaced=False, deleted=True) is DocumentState.DELETED


@pytest.mark.parametrize("word", ["AVK", "AOD", "Asthme", "Anticancéreux", "enceinte", "Opioïdes", "tabagi", "Autre"])
def test_each_theme_that_is_paid_or_held_has_its_parts(word: str) -> None:
    found = [theme for theme in themes.THEMES if word in theme.title]
    assert found
    assert all(len(theme.sections) >= 3 for theme in found)

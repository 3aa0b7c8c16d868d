"""What an ordonnance must carry for a medicine of restricted prescription, as the public database words it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from app.kernel.outcome import Finding, Severity
from app.officine.catalog.model import ListClass
from app.officine.dispensing import restricted, rules
from app.officine.dispensing.restricted import is_specialist, read_conditions
from app.officine.prescriptions.data import ExceptionTable
from app.officine.prescriptions.model import PrescriptionKind
from tests.unit.test_dispensing_rules import DETAIL, PATIENT, PLAIN, PRESCRIBER, listed, ordonnance, situation

DERMATOLOGY = "prescription réservée aux spécialistes et services DERMATOLOGIE"
WATCHED = "médicament nécessitant une surveillance particulière pendant le traitement"


def found(
    *conditions: str,
    kind: PrescriptionKind = PrescriptionKind.ORDINARY,
    specialty: str = "",
    exceptions: frozenset[str] = frozenset(),
    prescribed: bool = True,
) -> dict[str, Finding]:
    case = situation(
        listed(ListClass.LIST_1), prescription=ordonnance(kind=kind), patient=PATIENT,
        prescriber=replace(PRESCRIBER, specialty=specialty),
        details={PLAIN.code: replace(DETAIL, conditions=conditions)},
    )  # fmt: skip
    lines = tuple(replace(line, prescribed=prescribed) for line in case.session.lines)
    case = replace(case, session=replace(case.session, lines=lines))
    table = ExceptionTable(exceptions, "essai", dt.date(2026, 11, 25))
    return {one.code: one for one in restricted.check(case, table)}


@pytest.mark.req("OFF-ORD-08")
def test_a_hospital_prescription_is_to_be_seen_unless_the_ordonnance_is_one() -> None:
    said = found("prescription hospitalière")[restricted.PRESCRIBER]
    assert said.severity is Severity.WARNING
    assert "prescription hospitalière" in said.text
    assert found("prescription hospitalière", kind=PrescriptionKind.HOSPITAL) == {}


@pytest.mark.req("OFF-ORD-08")
@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (
            "prescription initiale hospitalière annuelle",
            "ordonnance initiale hospitalière à présenter, de moins d’un an",
        ),
        ("prescription initiale hospitalière semestrielle", "hospitalière à présenter, de moins de six mois"),
        ("prescription initiale hospitalière trimestrielle", "hospitalière à présenter, de moins de trois mois"),
        (
            "prescription initiale annuelle réservée à certains spécialistes",
            "d’un spécialiste à présenter, de moins d’un an",
        ),
        (
            "prescription initiale réservée à certains spécialistes",
            "ordonnance initiale d’un spécialiste à présenter (",
        ),
    ],
)
def test_the_initial_ordonnance_is_asked_for_with_how_recent_it_must_be(condition: str, words: str) -> None:
    assert words in found(condition)[restricted.PRESCRIBER].text


@pytest.mark.req("OFF-ORD-08")
def test_a_reserved_prescription_looks_at_the_speciality_of_the_prescriber() -> None:
    said = found(DERMATOLOGY, specialty="Médecine générale")[restricted.PRESCRIBER].text
    assert "réservée à dermatologie" in said
    assert "prescripteur\u00a0: Médecine générale" in said
    assert found(DERMATOLOGY, specialty="Dermatologie et vénéréologie") == {}
    assert found(DERMATOLOGY, specialty="Dermatologue") == {}
    initial = found(
        DERMATOLOGY, "prescription initiale réservée à certains spécialistes", "renouvellement non restreint"
    )
    assert "réservée à" not in initial[restricted.PRESCRIBER].text


def test_a_general_practitioner_is_no_specialist_of_general_words() -> None:
    assert not is_specialist("Médecine générale", ["medecine interne"])
    assert is_specialist("Médecine interne", ["medecine interne"])
    assert not is_specialist("", ["neurologie"])


@pytest.mark.req("OFF-ORD-08")
def test_surveillance_and_documents_make_one_finding() -> None:
    said = found(WATCHED, "prescription nécessitant la remise d'un carnet patient")
    assert set(said) == {restricted.SURVEILLANCE}
    assert "surveillance particulière" in said[restricted.SURVEILLANCE].text
    assert "et 1 de plus" in said[restricted.SURVEILLANCE].text


def test_nothing_is_asked_of_what_is_beside_the_ordonnance_or_not_restricted() -> None:
    assert found("prescription hospitalière", prescribed=False) == {}
    assert found("liste I", "renouvellement non restreint", "???", "") == {}
    assert read_conditions(["réservé à l'usage HOSPITALIER"]) == read_conditions([])


@pytest.mark.req("OFF-ORD-09")
def test_a_medicine_of_exception_asks_for_its_ordonnance_and_an_empty_list_says_so() -> None:
    listed_ones = frozenset({"1"})
    assert found(exceptions=listed_ones)[restricted.EXCEPTION].severity is Severity.WARNING
    assert found(exceptions=listed_ones, kind=PrescriptionKind.EXCEPTION) == {}
    assert found(kind=PrescriptionKind.EXCEPTION)[restricted.EXCEPTION_UNKNOWN].severity is Severity.INFO
    assert found() == {}


def test_the_checks_of_the_sale_hold_them() -> None:
    case = situation(
        listed(ListClass.LIST_1), prescription=ordonnance(), patient=PATIENT, prescriber=PRESCRIBER,
        details={PLAIN.code: replace(DETAIL, conditions=(WATCHED,))},
    )  # fmt: skip
    assert restricted.SURVEILLANCE in {one.code for one in rules.check(case)}

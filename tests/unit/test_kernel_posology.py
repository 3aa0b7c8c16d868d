"""A posology is read by moments of the day where it says them whole; else it stays text, and nothing is guessed."""

from __future__ import annotations

import pytest

from app.kernel.posology import Slot, read_posology, unit_text

M, N, E, B = Slot.MORNING, Slot.NOON, Slot.EVENING, Slot.BEDTIME


@pytest.mark.req("OFF-DOC-03")
@pytest.mark.parametrize(
    ("text", "doses", "unit"),
    [
        ("1-0-1", {M: "1", E: "1"}, ""),
        ("1 - 1 - 1 - 0", {M: "1", N: "1", E: "1"}, ""),
        ("0-0-0-1", {B: "1"}, ""),
        ("1/2-0-1/2", {M: "½", E: "½"}, ""),
        ("1–0–2 gélules", {M: "1", E: "2"}, "gélule"),
        ("1 comprimé matin, midi et soir", {M: "1", N: "1", E: "1"}, "comprimé"),
        ("1 cp le matin et 2 le soir", {M: "1", E: "2"}, "comprimé"),
        ("Une gélule au coucher.", {B: "1"}, "gélule"),
        ("½ comprimé matin et soir", {M: "½", E: "½"}, "comprimé"),
        ("1 comprimé 3 fois par jour, matin midi soir", {M: "1", N: "1", E: "1"}, "comprimé"),
        ("2,5 ml matin et soir", {M: "2,5", E: "2,5"}, "ml"),
        ("20 gouttes le soir", {E: "20"}, "goutte"),
    ],
)
def test_what_says_the_moments_is_read(text: str, doses: dict[Slot, str], unit: str) -> None:
    read = read_posology(text)
    assert dict(read.doses) == doses
    assert read.unit == unit


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "3 fois par jour", "1 comprimé 3 fois par jour", "1 comprimé si besoin", "1 comprimé matin si douleur",
        "1 comprimé le matin un jour sur deux", "1 à 2 comprimés le soir", "1 comprimé 3 fois par jour, matin et soir",
        "le matin", "1 comprimé matin et 1 matin", "1-0", "1-0-1-0-1", "0-0-0", "1-0-1 le lundi", "12/5-0-1",
        "1 comprimé 2 gélules le matin", "1000 comprimés le matin", "1 comprimé matin puis 2", "x" * 5_000,
        "1 matin\x00soir 💊", "1 comprimé ne pas prendre le matin", "1 goutte dans chaque œil matin et soir",
    ],
)  # fmt: skip
def test_what_is_not_wholly_understood_stays_text(text: str) -> None:
    read = read_posology(text)
    assert not read.is_understood
    assert len(read.text) <= 300
    assert "\x00" not in read.text


def test_meals_and_duration_go_with_every_dose() -> None:
    read = read_posology("1 comprimé matin et soir pendant les repas, pendant 7 jours")
    assert dict(read.doses) == {M: "1", E: "1"}
    assert read.note == "pendant les repas, pendant 7 jours"


@pytest.mark.parametrize(
    ("dose", "unit", "said"),
    [("1", "comprimé", "1 comprimé"), ("2", "comprimé", "2 comprimés"), ("½", "comprimé", "½ comprimé"),
     ("2", "cuillère à café", "2 cuillères à café"), ("1,5", "gélule", "1,5 gélule"), ("5", "ml", "5 ml"),
     ("3", "", "3")],
)  # fmt: skip
def test_a_dose_agrees_with_its_unit(dose: str, unit: str, said: str) -> None:
    assert unit_text(dose, unit) == said

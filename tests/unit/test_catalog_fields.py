"""Each field of the medicines database is read as the source writes it, or refused with a reason."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.officine.catalog import fields
from app.officine.catalog.fields import FieldDefect
from tests.catalog_files import cip13


@pytest.mark.req("OFF-CAT-01")
@pytest.mark.parametrize(
    ("text", "cents"),
    [("24,34", 2434), ("1,466,29", 146629), ("1,234,567,05", 123456705), ("0,76", 76), ("12", 1200), ("", None)],
)
def test_the_comma_is_decimal_and_parts_the_thousands(text: str, cents: int | None) -> None:
    assert fields.cents(text) == cents


@pytest.mark.parametrize("text", ["12.50", "1,4662,9", "-3,00", "1,46,629", "abc", "12,345", "1 466,29", "٣,٠٠"])
def test_an_amount_in_another_form_is_refused(text: str) -> None:
    with pytest.raises(FieldDefect, match="montant illisible"):
        fields.cents(text)


@pytest.mark.req("OFF-CAT-01")
@pytest.mark.parametrize(
    ("text", "hundredths"),
    [("65%", 6500), ("65 %", 6500), ("100\u00a0%", 10000), ("35%", 3500), ("", None), ("65%;15%", 1500)],
)
def test_a_rate_is_read_with_or_without_its_space(text: str, hundredths: int | None) -> None:
    assert fields.rate(text) == hundredths


@pytest.mark.parametrize("text", ["65", "165%", "%", "6 5%"])
def test_a_rate_in_another_form_is_refused(text: str) -> None:
    with pytest.raises(FieldDefect, match="taux illisible"):
        fields.rate(text)


@pytest.mark.parametrize("text", ["31/02/2020", "1/2/2020", "2020-02-01", "aa/bb/cccc"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(FieldDefect, match="date"):
        fields.date(text)


def test_a_date_is_read_day_first() -> None:
    assert fields.date("03/04/2026") == dt.date(2026, 4, 3)


@pytest.mark.req("OFF-CAT-02")
@pytest.mark.parametrize(
    ("code", "cip7", "reason"),
    [
        ("3400935955839", "3595583", "clé"),
        ("340093595583", "3595583", "illisible"),
        ("3400935955838", "3595584", "ne contient pas"),
        ("٣٤٠٠٩٣٥٩٥٥٨٣٨", "3595583", "illisible"),
    ],
)
def test_a_cip13_is_refused_on_its_key_or_on_its_cip7(code: str, cip7: str, reason: str) -> None:
    with pytest.raises(FieldDefect, match=reason):
        fields.check_cip(code, cip7)


@pytest.mark.req("OFF-CAT-02")
def test_the_last_digit_of_a_cip7_is_no_key() -> None:
    for last in "0123456789":
        fields.check_cip(cip13("300000" + last), "300000" + last)


def test_the_html_of_an_indication_becomes_lines_and_lost_apostrophes_come_back() -> None:
    assert fields.plain("Asthme :<br><br>- chez l¿enfant <b>sévère</b>") == "Asthme :\n- chez l’enfant sévère"


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (fields.cents, fields.rate, fields.date, fields.cis, fields.plain):
        try:
            read(text)
        except FieldDefect as defect:
            told = str(defect)
            assert told

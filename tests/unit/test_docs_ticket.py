"""The ticket says what was delivered, what it cost and who pays; simulated ones say so."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pypdfium2
import pytest

from app.docs.fonts import printable
from app.docs.pdf_view import page_count, render_page
from app.docs.ticket import Pharmacy, Ticket, TicketLine, TicketPayment, TicketVat, ticket_pdf
from app.kernel.errors import InputDefect
from app.kernel.money import Money, Rate

TICKET = Ticket(
    pharmacy=Pharmacy("Pharmacie des Œillets", ("12 place de l’Hôtel-de-Ville", "75011 Paris"), "01 23 45 67 89", "75"),
    number=42,
    at=dt.datetime(2026, 7, 1, 8, 5, tzinfo=dt.UTC),
    operator="Camille",
    lines=(
        TicketLine(
            "AMOXICILLINE 500 mg, gélule", 2, Money(255), Money(510), Rate.percent(65), ("N° d’ordonnancier 7",)
        ),
        TicketLine("Crème à 5 €", 1, Money(123456), Money(123456)),
    ),
    fees=(("Honoraire d’ordonnance (HDR)", Money(61)),),
    amount=Money(124027),
    amo=Money(371),
    amc=Money(200),
    patient_share=Money(123456),
    patient="ESSAI Jeanne",
    payments=(TicketPayment("Espèces", Money(123456), Money(124000), Money(544)),),
    vat=(TicketVat(Rate(210), Money(559), Money(12)), TicketVat(Rate.percent(20), Money(102880), Money(20576))),
)


def said(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[0].get_textpage().get_text_range().replace("\xa0", " ")
    finally:
        document.close()


@pytest.mark.req("OFF-DOC-01")
def test_ticket_says_all_that_was_sold_and_paid() -> None:
    text = said(ticket_pdf(TICKET))
    for expected in (
        "Pharmacie des Œillets", "12 place", "Ticket n° 42", "01/07/2026 10:05", "Servi par Camille",
        "2 × 2,55 € (65 %)", "5,10 €", "N° d’ordonnancier 7", "1 234,56 €", "1 240,27 €", "-3,71 €", "-2,00 €",
        "Rendu", "5,44 €", "2,1 %", "20 %", "205,76 €",
    ):  # fmt: skip
        assert expected in text


@pytest.mark.req("OFF-DOC-02")
@pytest.mark.parametrize("banner", ["SIMULATION", "FORMATION"])
def test_simulated_ticket_can_not_pass_for_a_true_one(banner: str) -> None:
    text = said(ticket_pdf(dataclasses.replace(TICKET, banner=banner)))
    assert f"{banner} — sans valeur" in text
    assert text.count(banner) >= 3
    assert banner not in said(ticket_pdf(TICKET))


def test_ticket_is_80_mm_wide_and_as_long_as_it_needs() -> None:
    short, long = render_page(ticket_pdf(TICKET)), render_page(ticket_pdf(_longer(30)))
    assert short.width == long.width == pytest.approx(80 / 25.4 * 96, abs=1)
    assert long.height > 3 * short.height
    assert page_count(ticket_pdf(_longer(30))) == 1


@pytest.mark.parametrize("label", ["x" * 300, "💊 boîte", "Ÿ œ € « » ’\u202f!", "", " ", "%s {0} \\ ( )"])
def test_any_label_is_printed_within_the_roll(label: str) -> None:
    ticket = dataclasses.replace(TICKET, lines=(TicketLine(label, 1, Money(1), Money(1)),), patient=label)
    assert page_count(ticket_pdf(ticket)) == 1


def test_what_the_font_lacks_is_replaced() -> None:
    assert printable("12\u202f345 € œ ’ 💊") == "12\xa0345 € œ ’ ?"


def test_page_is_rendered_as_rows_of_rgb() -> None:
    image = render_page(ticket_pdf(TICKET), dpi=48)
    assert len(image.rgb) >= image.stride * image.height
    assert image.rgb[:3] == b"\xff\xff\xff"


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4\n", b"\x00" * 100])
def test_what_is_no_pdf_is_refused(content: bytes) -> None:
    with pytest.raises(InputDefect):
        render_page(content)
    with pytest.raises(InputDefect):
        page_count(content)


def test_page_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InputDefect):
        render_page(ticket_pdf(TICKET), 3)


def _longer(lines: int) -> Ticket:
    return dataclasses.replace(TICKET, lines=TICKET.lines * lines)

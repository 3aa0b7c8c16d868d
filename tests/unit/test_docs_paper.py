"""Each paper says what the law and the patient need, stays within its edges, and shows what it is not."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pypdfium2
import pytest

from app.docs.invoice import InvoicePaper, PaperLine, invoice_pdf, masked_nir
from app.docs.labels import FLOOR, SIZES, Label, LabelSize, labels_pdf, size_of
from app.docs.pdf_view import page_count
from app.docs.plan import Plan, PlanLine, plan_pdf
from app.docs.slip import Slip, slip_pdf
from app.docs.ticket import Pharmacy, Ticket, TicketLine, TicketPayment, TicketVat
from app.docs.ticket_a5 import ticket_a5_pdf
from app.docs.vitale import VitaleBlock, VitaleLine, vitale_pdf
from app.kernel.money import Money, Rate
from app.kernel.posology import read_posology

PHARMACY = Pharmacy("Pharmacie des Œillets", ("12 place de l’Hôtel-de-Ville", "75011 Paris"), "01 23 45 67 89", "7500")
DAY = dt.date(2026, 11, 25)
AT = dt.datetime(2026, 11, 25, 9, 42, tzinfo=dt.UTC)
LABEL = Label(
    PHARMACY, "ESSAI Jeanne", "AMOXICILLINE 500 mg, gélule", read_posology("1 gélule matin et soir"), DAY, "6 jours"
)
HOSTILE = ["x" * 400, "💊 boîte", "Ÿ œ € « » ’\u202f!", "", " ", "%s {0} \\ ( )", "mot " * 120]


def pages(pdf: bytes) -> list[str]:
    """Return the text of each page, spaces and line ends as plain spaces."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [" ".join(page.get_textpage().get_text_range().replace("\xa0", " ").split()) for page in document]
    finally:
        document.close()


def marks(pdf: bytes) -> list[tuple[int, float, float, float, float, float, float]]:
    """Return, for each text drawn, its page with its width and height, and where it stands."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [
            (number, *page.get_size(), *item.get_bounds())
            for number, page in enumerate(document)
            for item in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT])
        ]
    finally:
        document.close()


def is_within(pdf: bytes) -> bool:
    """Return True where no text leaves its page."""
    return all(
        left >= -0.5 and foot >= -0.5 and right <= wide + 0.5 and top <= high + 0.5
        for _, wide, high, left, foot, right, top in marks(pdf)
    )


# --- Labels -----------------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-DOC-04")
@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.id)
def test_label_says_who_what_how_much_and_when(size: LabelSize) -> None:
    (text,) = pages(labels_pdf([LABEL], size))
    for expected in ("ESSAI Jeanne", "AMOXICILLINE 500 mg", "Matin", "Midi", "Soir", "Coucher", "1 gélule", "6 jours",
                     "25/11/2026", "Pharmacie des Œillets", "01 23 45 67 89"):  # fmt: skip
        assert expected in text
    assert text.count("1 gélule") == 2


@pytest.mark.req("OFF-DOC-04")
def test_posology_not_understood_is_printed_as_written() -> None:
    label = dataclasses.replace(LABEL, posology=read_posology("1 comprimé si douleur, 3 par jour au plus"))
    (text,) = pages(labels_pdf([label], SIZES[0]))
    assert "1 comprimé si douleur, 3 par jour au plus" in text
    assert "Matin" not in text


@pytest.mark.req("OFF-DOC-05")
def test_unit_dispensing_label_traces_the_units() -> None:
    label = dataclasses.replace(LABEL, traced=("Lot B441", "Pér. 12/2028", "14 unités", "N° 128"))
    (text,) = pages(labels_pdf([label], SIZES[0]))
    assert "Lot B441 · Pér. 12/2028 · 14 unités · N° 128" in text


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.id)
@pytest.mark.parametrize("words", HOSTILE)
def test_no_text_leaves_its_label(size: LabelSize, words: str) -> None:
    label = dataclasses.replace(
        LABEL, patient=words, medicine=words, posology=read_posology(words), warnings=(words, words)
    )
    pdf = labels_pdf([label, LABEL], size)
    assert is_within(pdf)
    if size.across > 1:
        width = size.width * 72 / 25.4
        for _, _, _, left, _, right, _ in marks(pdf):
            assert int(left // width) == int((right - 0.1) // width)


def test_what_does_not_fit_goes_on_to_another_label() -> None:
    words = " ".join(f"mot{number}" for number in range(130))
    found = pages(labels_pdf([dataclasses.replace(LABEL, warnings=(words,))], SIZES[0]))
    assert len(found) > 1
    assert all("ESSAI Jeanne" in text and "AMOXICILLINE" in text for text in found)
    assert f"1/{len(found)}" in found[0]
    assert all(any(f"mot{number}" in text for text in found) for number in range(130))


def test_letters_are_never_smaller_than_the_floor() -> None:
    document = pypdfium2.PdfDocument(labels_pdf([dataclasses.replace(LABEL, medicine="Nom long " * 30)], SIZES[0]))
    sizes = [
        item.get_font_size() for page in document for item in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT])
    ]
    document.close()
    assert round(min(sizes), 3) >= FLOOR >= 5


def test_a_sheet_holds_24_labels() -> None:
    assert page_count(labels_pdf([LABEL] * 24, SIZES[1])) == 1
    assert page_count(labels_pdf([LABEL] * 25, SIZES[1])) == 2
    assert page_count(labels_pdf([LABEL] * 3, SIZES[0])) == 3


def test_unknown_size_is_the_roll() -> None:
    assert size_of("?") is SIZES[0]


# --- Plan de posologie ------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-DOC-06")
def test_plan_puts_each_medicine_at_its_moments() -> None:
    lines = (
        PlanLine("AMOXICILLINE", read_posology("1 gélule matin et soir"), "6 jours"),
        PlanLine("PARACÉTAMOL", read_posology("1 à 2 comprimés si douleur"), "5 jours", "Pas d’alcool"),
        PlanLine("CRÈME", read_posology("")),
    )
    (text,) = pages(plan_pdf(Plan(PHARMACY, "ESSAI Jeanne", DAY, lines)))
    assert "Matin Midi Soir Coucher" in text
    assert text.count("1 gélule") == 2
    assert "1 à 2 comprimés si douleur · 5 jours · Pas d’alcool" in text
    assert "Posologie non saisie" in text


def test_long_plan_goes_on_with_its_titles() -> None:
    lines = tuple(PlanLine(f"MÉDICAMENT {n}", read_posology("1-1-1")) for n in range(60))
    found = pages(plan_pdf(Plan(PHARMACY, "ESSAI Jeanne", DAY, lines)))
    assert len(found) > 1
    assert all("Coucher" in text for text in found)
    assert f"page 2/{len(found)}" in found[1]


# --- Ticket Vitale ----------------------------------------------------------------------------------------------------

VITALE = VitaleBlock(
    PHARMACY,
    42,
    AT,
    (
        VitaleLine(
            "AMOXICILLINE BIOGARAN 500 mg", 2, Money(255), Money(510), Rate.percent(65), Money(332), Money(178), 128,
            (("HD", Money(102)),), ("Substitue CLAMOXYL 500 mg",),
        ),
    ),
    Money(571), Money(371), Money(0), Money(200), (("Honoraire (HDR)", Money(61)),),
    ("Dispensation supplémentaire exceptionnelle",), Money(200),
)  # fmt: skip


@pytest.mark.req("OFF-DOC-07")
def test_back_of_the_ordonnance_says_name_quantity_number_price_and_share() -> None:
    (text,) = pages(vitale_pdf(VITALE))
    for expected in ("Pharmacie des Œillets", "25/11/2026", "AMOXICILLINE BIOGARAN", "128 2 2,55 € 5,10 € 65 % 3,32 €",
                     "dont HD 1,02 €", "Substitue CLAMOXYL", "5,71 €", "Dispensation supplémentaire exceptionnelle",
                     "Franchise prévisionnelle"):  # fmt: skip
        assert expected in text


# --- Facture ----------------------------------------------------------------------------------------------------------

INVOICE = InvoicePaper(
    PHARMACY, 42, AT, "ESSAI Jeanne",
    (PaperLine("PH7", "AMOXICILLINE", 2, Money(510), Money(510), Rate.percent(65), Money(332), Money(100), Money(78)),),
    Money(510), Money(332), Money(100), Money(78), third_party=True, birth_date=dt.date(1985, 5, 3),
    nir="285057510212345", organism="Régime général", prescriber="MÉLILOT Hugo", rpps="10001234567",
    prescription_date=dt.date(2026, 11, 20),
)  # fmt: skip


@pytest.mark.req("OFF-DOC-08")
def test_facture_subrogatoire_says_who_what_and_who_pays() -> None:
    (text,) = pages(invoice_pdf(INVOICE))
    for expected in ("Facture subrogatoire n° 42", "FINESS 7500", "ESSAI Jeanne", "03/05/1985", "MÉLILOT Hugo",
                     "10001234567", "20/11/2026", "PH7 AMOXICILLINE 2 5,10 € 5,10 € 65 % 3,32 € 1,00 € 0,78 €",
                     "Régime général"):  # fmt: skip
        assert expected in text
    assert "Signature" not in text
    assert "DUPLICATA" not in text


@pytest.mark.req("OFF-DOC-08")
def test_nir_is_masked_and_never_invented() -> None:
    (text,) = pages(invoice_pdf(INVOICE))
    assert "285057510212345" not in text.replace(" ", "")
    assert "05751" not in text.replace(" ", "")
    assert masked_nir("") == masked_nir("  ") == "non lu"
    assert "Facture n° 42" in pages(invoice_pdf(dataclasses.replace(INVOICE, third_party=False)))[0]


@pytest.mark.req("OFF-DOC-08")
def test_degraded_mode_is_signed_and_reprint_is_marked() -> None:
    (text,) = pages(invoice_pdf(dataclasses.replace(INVOICE, degraded=True, duplicate=True)))
    assert "Signature de l’assuré" in text
    assert "DUPLICATA" in text


# --- A5, promis -------------------------------------------------------------------------------------------------------

TICKET = Ticket(
    PHARMACY, 42, AT, "Camille", (TicketLine("AMOXICILLINE", 2, Money(255), Money(510), Rate.percent(65), ("Lot 7",)),),
    Money(510), Money(332), Money(0), Money(178),
    payments=(TicketPayment("Espèces", Money(178), Money(200), Money(22)),),
    vat=(TicketVat(Rate(210), Money(500), Money(10)),), patient="ESSAI Jeanne",
)  # fmt: skip
SLIP = Slip(PHARMACY, "P-12", AT, "ESSAI Jeanne", (("AMOXICILLINE", 2),), "PR0000000012", "demain")


@pytest.mark.req("OFF-DOC-01")
def test_a5_ticket_says_what_the_roll_says() -> None:
    (text,) = pages(ticket_a5_pdf(TICKET))
    for expected in ("Ticket n° 42", "2 2,55 € 65 % 5,10 €", "Lot 7", "-3,32 €", "À votre charge", "1,78 €", "Rendu",
                     "0,22 €", "2,1 %"):  # fmt: skip
        assert expected in text


@pytest.mark.req("OFF-DOC-09")
def test_promis_slip_says_what_is_owed_and_its_code() -> None:
    (text,) = pages(slip_pdf(SLIP))
    for expected in ("P-12", "2 × AMOXICILLINE", "PR0000000012", "demain", "ESSAI Jeanne"):
        assert expected in text


PAPERS = {
    "plan": lambda banner, words: plan_pdf(
        Plan(PHARMACY, words, DAY, (PlanLine(words, read_posology(words), words, words),), words, words, banner)
    ),
    "vitale": lambda banner, words: vitale_pdf(
        dataclasses.replace(VITALE, banner=banner, mentions=(words,), lines=(dataclasses.replace(
            VITALE.lines[0], label=words, notes=(words,)),))
    ),
    "invoice": lambda banner, words: invoice_pdf(
        dataclasses.replace(INVOICE, banner=banner, patient=words, prescriber=words, lines=(dataclasses.replace(
            INVOICE.lines[0], label=words, code=words[:10]),))
    ),
    "a5": lambda banner, words: ticket_a5_pdf(
        dataclasses.replace(TICKET, banner=banner, patient=words, lines=(TicketLine(words, 1, Money(1), Money(1)),))
    ),
    "slip": lambda banner, words: slip_pdf(dataclasses.replace(SLIP, banner=banner, lines=((words, 1),))),
    "label": lambda banner, words: labels_pdf([dataclasses.replace(LABEL, banner=banner, medicine=words)], SIZES[0]),
}  # fmt: skip


@pytest.mark.req("OFF-DOC-02")
@pytest.mark.parametrize("paper", PAPERS)
def test_simulated_paper_can_not_pass_for_a_true_one(paper: str) -> None:
    assert all("SIMULATION" in text for text in pages(PAPERS[paper]("SIMULATION", "Produit")))
    assert not any("SIMULATION" in text for text in pages(PAPERS[paper]("", "Produit")))


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("paper", PAPERS)
def test_any_words_stay_on_the_page(paper: str, words: str) -> None:
    assert is_within(PAPERS[paper]("", words))

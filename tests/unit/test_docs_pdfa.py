"""What does a colleague read on the page of a clinical document, and never read there?"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from clinical_faces import ENTRETIEN, QUALIFIED, RIGHTS, faced, long_bilan, pages, symbol_of, written
from clinical_people import document, documents

from app.docs.clinical import Bilan, DocumentKey, Entretien, Kind, Recipient, TextSection, Vaccine
from app.docs.pdfa import letters
from app.docs.pdfa.faces import face
from app.docs.pdfa.unprintable import unprintable
from app.kernel.errors import Bug

if TYPE_CHECKING:
    from PIL.Image import Image

SIMULATION = "SIMULATION — sans valeur"


def drawn(pdf: bytes, dots_per_inch: int, page: int = 0) -> Image:
    import pypdfium2  # noqa: PLC0415 -- heavy

    opened = pypdfium2.PdfDocument(pdf)
    try:
        image: Image = opened[page].render(scale=dots_per_inch / 72).to_pil()
    finally:
        opened.close()
    return image


def scanned(pdf: bytes, dots_per_inch: int) -> list[str]:
    import zxingcpp  # noqa: PLC0415 -- heavy

    return [code.bytes.decode() for code in zxingcpp.read_barcodes(drawn(pdf, dots_per_inch))]


def told(name: str, text: str) -> Entretien:
    return Entretien("Essai", (TextSection(name, text),))


@pytest.mark.req("OFF-DOC-03", "INS-32")
@pytest.mark.parametrize("dots_per_inch", [150, 300])
def test_the_symbol_of_the_first_page_is_read_back_from_its_raster(dots_per_inch: int) -> None:
    for known in [written(), *(document(rank, status="qualifiee") for rank in range(0, 40, 5))]:
        assert scanned(faced(known), dots_per_inch) == [symbol_of(known.subject)]


@pytest.mark.req("INS-32", "OFF-DOC-03")
def test_an_identity_qualifiee_stands_whole_on_the_first_page_under_its_labels() -> None:
    first = pages(faced(written(long_bilan(40))))[0]
    for said in (
        "Nom de naissance PAT-TROIS",
        "1er prénom de naissance DOMINIQUE",
        "Prénom(s) de naissance DOMINIQUE MARIE-LOUISE",
        "Nom utilisé PATRICIEN",
        "Prénom utilisé Dominique",
        "Date de naissance 28/03/1979",
        "Sexe F",
        "Code lieu naissance 51215",
        "Matricule INS (NIR) 2790351215189 89",
        "INS à scanner",
    ):
        assert said in first


@pytest.mark.req("INS-32", "OFF-DOC-03")
def test_the_longest_names_and_the_longest_foot_leave_the_ins_on_the_first_page() -> None:
    long = "ABCDEFGHI " * 10
    subject = replace(
        QUALIFIED, family_name=long[:99], birth_names=long[:99], used_name=long[:99], used_first_name=long[:99]
    )
    known = written(subject=subject, footer="Vos droits sont les suivants. " * 400, banner=SIMULATION)
    pdf = faced(known)
    assert "Matricule INS (NIR) 2790351215189 89" in pages(pdf)[0]
    assert scanned(pdf, 150) == [symbol_of(subject)]


def test_the_nature_of_a_matricule_of_a_person_born_abroad_is_nia() -> None:
    subject = replace(QUALIFIED, oid="1.2.250.1.213.1.4.9")
    assert "Matricule INS (NIA)" in pages(faced(written(subject=subject)))[0]


@pytest.mark.req("INS-28", "INS-32")
@pytest.mark.parametrize("status", ["provisoire", "recuperee", "validee", ""])
@pytest.mark.parametrize("kind", list(Kind))
def test_nothing_of_the_ins_stands_on_the_page_of_another_identity(status: str, kind: Kind) -> None:
    known = document(7, kind, "qualifiee")
    subject = replace(QUALIFIED, status=status)
    pdf = face(replace(known, subject=subject), ins_text=symbol_of(QUALIFIED))
    read = " ".join(pages(pdf))
    assert "Nom de naissance PAT-TROIS" in read
    assert "INS" not in read.replace("INSTITUT", "")
    assert QUALIFIED.matricule[:13] not in read.replace(" ", "")
    assert QUALIFIED.oid not in read
    assert QUALIFIED.matricule[:13].encode() not in pdf
    assert scanned(pdf, 150) == []


def test_the_page_of_an_identity_qualifiee_is_not_made_without_its_symbol() -> None:
    with pytest.raises(Bug):
        face(written())


@pytest.mark.req("SC.DOC.04")
def test_every_recipient_stands_on_the_page_and_the_patient_among_them() -> None:
    many = tuple(Recipient(f"NOM-{rank}", "Ana", f"{rank:011d}", f"a{rank}@test.mssante.fr") for rank in range(90))
    read = " ".join(pages(faced(written(recipients=many, to_patient=True))))
    said = read[read.index("Destinataires") : read.index("Thème")]
    assert all(f"Ana NOM-{rank}" in said and f"{rank:011d}" in said for rank in range(90))
    assert "Le patient" in said
    assert "Destinataires (suite)" in said
    assert "Aucun destinataire désigné" in pages(faced(written(recipients=(), to_patient=False)))[0]


@pytest.mark.req("OFF-DOC-05")
def test_the_text_of_the_rights_stands_at_the_foot_of_each_page() -> None:
    read = pages(faced(written(long_bilan(40))))
    assert len(read) > 3
    assert all(page.count(RIGHTS) == 1 for page in read)


@pytest.mark.req("OFF-DOC-05")
def test_a_text_of_the_rights_longer_than_a_foot_is_begun_on_each_page_and_whole_at_the_end() -> None:
    clauses = [f"clause{rank} du texte que la pharmacie a choisi pour ses patients." for rank in range(150)]
    known = written(footer=" ".join(clauses))
    read = pages(faced(known))
    assert all("clause0 du" in page and "Texte entier en dernière page" in page for page in read)
    at_the_end = " ".join(read).replace("Vos droits (suite)", "").partition("Vos droits")[2]
    assert all(f"clause{rank}" in at_the_end for rank in range(150))
    assert [finding.code for finding in unprintable(known)] == ["GAL-DOC-42"]


@pytest.mark.req("SC.DOC.01")
def test_each_page_has_its_number_and_from_the_second_on_the_patient() -> None:
    read = pages(faced(written(long_bilan(40))))
    for rank, page in enumerate(read, start=1):
        assert f"Page {rank} / {len(read)}" in page
        assert ("PAT-TROIS DOMINIQUE (PATRICIEN Dominique) · née le 28/03/1979 · F" in page) is (rank > 1)


def test_a_running_head_keeps_the_birth_date_of_a_patient_with_a_long_name() -> None:
    subject = replace(QUALIFIED, family_name="X" * 100, status="validee")
    assert all("née le 28/03/1979" in page for page in pages(faced(written(long_bilan(12), subject=subject)))[1:])


@pytest.mark.req("SC.DOC.01")
def test_a_simulation_is_marked_on_each_page() -> None:
    for banner in ("SIMULATION", SIMULATION):
        read = pages(faced(written(long_bilan(30), banner=banner)))
        assert all(page.count(SIMULATION) == 4 for page in read)
    assert not any("SIMULATION" in page for page in pages(faced(written(long_bilan(30)))))


def test_a_page_is_marked_under_its_words_without_transparency() -> None:
    plain, marked = faced(written()), faced(written(banner=SIMULATION))
    assert drawn(plain, 72).getpixel((300, 8)) == (255, 255, 255)
    assert drawn(marked, 72).getpixel((100, 8)) == (193, 18, 31)
    assert scanned(marked, 150) == [symbol_of(QUALIFIED)]


@pytest.mark.req("SC.DOC.01")
def test_a_bilan_repeats_its_headings_and_cuts_no_row() -> None:
    read = pages(faced(written(long_bilan(230))))
    assert len(read) >= 20
    for page in read:
        begun, ended = set(re.findall(r"début(\d{3})", page)), set(re.findall(r"fin(\d{3})", page))
        assert begun == ended
        assert ("Médicament Dose Prises Indication Observation du pharmacien" in page) is bool(begun)
    assert "".join(re.findall(r"début(\d{3})", " ".join(read))) == "".join(f"{rank:03d}" for rank in range(230))


def test_a_row_longer_than_a_page_goes_on_without_losing_a_word() -> None:
    bilan = long_bilan(3)
    words = [f"mot{rank:04d}" for rank in range(1500)]
    treatments = (replace(bilan.treatments[0], observation=" ".join(words)), *bilan.treatments[1:])
    read = pages(faced(written(replace(bilan, treatments=treatments))))
    assert re.findall(r"mot\d{4}", " ".join(read)) == words
    assert all("Observation du pharmacien" in page for page in read if "mot" in page)


def test_a_column_that_holds_nothing_gives_its_room_away() -> None:
    bilan = Bilan(tuple(replace(known, observation="", dose=" ") for known in long_bilan(3).treatments))
    assert "Médicament Prises Indication" in pages(faced(written(bilan)))[0]
    assert "Traitements Non renseigné" in pages(faced(written(Bilan())))[0]


def test_a_version_that_replaces_another_says_so() -> None:
    key = DocumentKey("2.25.3", "2.25.1", 2, "2.25.2")
    read = pages(faced(written(key=key)))[0]
    assert "Version 2 · Annule et remplace la version précédente" in read
    assert "Document remplacé : 2.25.2" in read
    assert "Annule et remplace" not in pages(faced(written()))[0]


def test_a_note_of_vaccination_shows_what_was_done() -> None:
    vaccine = Vaccine(
        name="VACCIN FICTIF",
        cip13="3400930000007",
        lot="A1B2",
        expiry="2029-05-31",
        dose_number=2,
        route="IM",
        site="LD",
        dose="0,5 mL",
        manufacturer="Laboratoire d’essai",
        reason="Rappel décennal",
        act="BOOSTER",
    )
    known = replace(document(0, Kind.VACCINATION), subject=QUALIFIED, content=vaccine)
    read = pages(faced(known))[0]
    for said in ("VACCIN FICTIF", "3400930000007", "A1B2", "31/05/2029", "2e dose", "0,5 mL", "Laboratoire d’essai"):
        assert said in read
    for said in ("Injection intramusculaire", "Deltoïde gauche", "Rappel de vaccin", "Rappel décennal", "Vaccinateur"):
        assert said in read
    assert known.author.rpps in read


def test_the_pharmacist_who_answers_for_a_preparateur_stands_on_the_page() -> None:
    known = next(known for known in documents(40) if known.authenticator is not None)
    read = pages(faced(known))[0]
    assert known.authenticator is not None
    assert f"RPPS {known.authenticator.rpps}" in read[read.index("Validé par") :]


@pytest.mark.req("SC.DOC.01")
def test_the_same_document_gives_the_same_octets() -> None:
    assert faced(written()) == faced(written())
    assert faced(written()) != faced(written(told("Observance", "Autre chose.")))


# --- Letters ----------------------------------------------------------------------------------------------------------


def test_what_no_font_draws_is_a_box_on_the_page_and_a_finding() -> None:
    known = written(told("Langue", "Parle 中文 😀 et écrit « œuvre », αβγ, Привет, ≤ ½ → €."))
    said = unprintable(known)
    assert [(finding.code, finding.subject) for finding in said] == [("GAL-DOC-40", "content.sections.0.text")]
    assert all(code in said[0].text for code in ("U+4E2D", "U+6587", "U+1F600"))
    assert "Parle □□ □ et écrit « œuvre », αβγ, Привет, ≤ ½ → €." in pages(faced(known))[0]


def test_no_control_character_reaches_the_page() -> None:
    known = written(told("A\x00B", "un\x07 deux\x1b[31m\ttrois\r\nquatre\x0bcinq \u202egauche\u202c"))
    read = pages(faced(known))[0]
    assert "AB un deux[31m trois quatre cinq gauche" in read
    assert unprintable(known) == []


def test_a_text_from_right_to_left_is_set_in_its_order_and_said() -> None:
    known = written(told("Nom", "שלום 12 ok"))
    assert [(finding.code, str(finding.severity)) for finding in unprintable(known)] == [("GAL-DOC-41", "info")]
    assert list(letters.runs(letters.prepared("a שלום (12) b"), letters.REGULAR))[1][1] == "םולש"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("abc", "abc"),
        ("אבג", "גבא"),
        ("x אבג 12 ד y", "x ד 12 גבא y"),
        ("אב (גד) הו", "וה (דג) בא"),
        ("12 אב", "12 בא"),
        ("שּׁל", "לשּׁ"),
        ("سلام", "\ufee1\ufefc\ufeb3"),
        ("لا", "\ufefb"),
        ("بيت", "\ufe96\ufef4\ufe91"),
    ],
)
def test_words_from_right_to_left_are_turned_and_their_numbers_and_marks_are_not(typed: str, shown: str) -> None:
    from app.docs.pdfa import bidi  # noqa: PLC0415 -- beside its cases

    assert bidi.visual(bidi.joined(typed)) == shown


def test_a_number_keeps_its_unit_on_its_line() -> None:
    for room in range(40, 200, 3):
        lines = letters.lines("APIXABAN 2,5 mg, si DFG < 30 mL/min et 3 g par jour", letters.REGULAR, 10, room)
        assert not any(line.endswith(("2,5", "<", "30", "3")) for line in lines)


def test_an_empty_entretien_is_still_a_document() -> None:
    read = pages(faced(written(Entretien("", ()), footer="", recipients=())))
    assert "Thème Non renseigné" in read[0]
    assert read == pages(faced(written(replace(ENTRETIEN, theme="", sections=()), footer="", recipients=())))

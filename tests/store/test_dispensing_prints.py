"""The papers of a delivery say what was delivered; a copy says that it is one, and is traced."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from dispensing_house import _PATIENT as PATIENT
from dispensing_house import AMOXICILLINE, CAMILLE, DOLIPRANE, ELIQUIS, ZOLPIDEM, House, box, done, open_house
from sqlalchemy import select

from app.kernel.errors import DatabaseReadOnly, FileUnusable, InputDefect
from app.kernel.mode import Mode
from app.kernel.money import ZERO
from app.officine.billing.model import Substitution
from app.officine.dispensing import session as edit
from app.officine.dispensing.papers import PaperKind
from app.officine.dispensing.prints import Prints
from app.officine.patients.model import Coverage
from app.officine.prescriptions.model import PrescribedLine, PrescriptionKind
from app.store import facts
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from pathlib import Path

    from app.officine.dispensing.model import CounterSession, Delivery
    from app.store.database import Database


CRESTOR = "3400939169460"


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return open_house(database, tmp_path / "catalogs")


@pytest.fixture
def prints(house: House, tmp_path: Path) -> Prints:
    folder = tmp_path / "prints"
    folder.mkdir()
    with house.db.write(CAMILLE) as work:
        facts.write(work, "officine", {"name": "Pharmacie des Œillets", "city": "Paris", "finess": "750012345"})
    return Prints(house.db, folder, Mode.DEMO, patients=house.patients, prescriptions=house.prescriptions)


def with_posology(session: CounterSession, code: str, posology: str, days: int | None = None) -> CounterSession:
    lines = tuple(
        dataclasses.replace(line, posology=posology, days=days) if line.code == code else line for line in session.lines
    )
    return dataclasses.replace(session, lines=lines)


def delivered(house: House, session: CounterSession) -> Delivery:
    return done(house.counter.validate(session, CAMILLE, house.paid(session)))


def said(file: Path) -> str:
    document = pypdfium2.PdfDocument(file.read_bytes())
    try:
        text = " ".join(page.get_textpage().get_text_range() for page in document)
        return " ".join(text.replace("\xa0", " ").split())
    finally:
        document.close()


def prescribed(house: House) -> Delivery:
    session = with_posology(house.prescribed(AMOXICILLINE), AMOXICILLINE, "1 gélule matin et soir", 6)
    return delivered(house, session)


@pytest.mark.req("OFF-DOC-10")
def test_a_copy_is_marked_duplicata_and_traced(house: House, prints: Prints) -> None:
    number = prescribed(house).number
    first = prints.write(number, PaperKind.TICKET)
    assert first.copy == 0
    assert "DUPLICATA" not in said(first.file)
    prints.record(first, CAMILLE, "Epson")
    second = prints.write(number, PaperKind.TICKET)
    assert "DUPLICATA" in said(second.file)
    prints.record(second, CAMILLE, "Epson")
    with house.db.read() as reading:
        rows = reading.scalars(select(AuditRow).where(AuditRow.subject == "print").order_by(AuditRow.seq)).all()
    assert [(row.action, row.subject_id) for row in rows] == [
        ("print", f"ticket:{number}"),
        ("print.duplicate", f"ticket:{number}"),
    ]
    assert json.loads(rows[1].details) == {"copy": 1, "printer": "Epson"}
    assert rows[1].patient_id == house.patient.id
    assert "DUPLICATA" not in said(first.file), "the first one stays as it was printed"


@pytest.mark.req("OFF-DOC-10")
def test_looking_at_a_paper_does_not_make_a_duplicata(house: House, prints: Prints) -> None:
    number = prescribed(house).number
    for _ in range(3):
        assert "DUPLICATA" not in said(prints.write(number, PaperKind.INVOICE).file)


@pytest.mark.req("OFF-DOC-10")
@pytest.mark.parametrize("kind", [PaperKind.VITALE, PaperKind.PLAN, PaperKind.INVOICE, PaperKind.TICKET_A5])
def test_every_marked_paper_has_its_duplicata(house: House, prints: Prints, kind: PaperKind) -> None:
    number = prescribed(house).number
    prints.record(prints.write(number, kind), CAMILLE)
    assert "DUPLICATA" in said(prints.write(number, kind).file)


@pytest.mark.req("OFF-DOC-04")
def test_label_and_plan_take_the_posology_of_the_line(house: House, prints: Prints) -> None:
    number = prescribed(house).number
    label = said(prints.write(number, PaperKind.LABELS).file)
    for expected in ("ESSAI", "AMOXICILLINE", "Matin", "1 gélule", "6 jours", "SIMULATION", "Œillets"):
        assert expected in label
    plan = said(prints.write(number, PaperKind.PLAN).file)
    assert plan.count("1 gélule") == 2


@pytest.mark.req("OFF-DOC-05")
def test_units_out_of_their_box_keep_their_trace(house: House, prints: Prints) -> None:
    session = house.prescribed(ZOLPIDEM, kind=PrescriptionKind.SECURED)
    line = dataclasses.replace(session.lines[0], boxes=(box("SN1", "B441"),), units=7, posology="0-0-0-1")
    delivery = delivered(house, dataclasses.replace(session, lines=(line,)))
    label = said(prints.write(delivery.number, PaperKind.LABELS, label_size="sheet-70x37").file)
    for expected in ("Lot B441", "Pér. 11/2027", "7 unités", f"N° {delivery.lines[0].ordonnancier}"):
        assert expected in label


@pytest.mark.req("OFF-DOC-07")
def test_back_of_the_ordonnance_names_what_was_substituted(house: House, prints: Prints) -> None:
    session = house.prescribed(AMOXICILLINE)
    assert session.prescription is not None
    written = PrescribedLine(line_id="P1", code="3400900000000", label="CLAMOXYL 500 mg")
    draft = dataclasses.replace(session.prescription, lines=(written,))
    line = dataclasses.replace(session.lines[0], prescribed_line="P1")
    delivery = delivered(house, dataclasses.replace(session, prescription=draft, lines=(line,)))
    mention = "Dispensation supplémentaire exceptionnelle"
    text = said(prints.write(delivery.number, PaperKind.VITALE, mentions=(mention,)).file)
    assert "Substitue CLAMOXYL 500 mg" in text
    assert mention in text
    assert str(delivery.lines[0].ordonnancier) in text


@pytest.mark.req("OFF-DOC-08")
def test_shares_of_the_facture_add_up_to_its_totals(house: House, prints: Prints) -> None:
    delivery = prescribed(house)
    assert delivery.third_party
    text = said(prints.write(delivery.number, PaperKind.INVOICE).file)
    for expected in ("Facture subrogatoire", "Régime général", "10000000025", "non lu", "Signature", "750012345"):
        assert expected in text
    from app.docs.ticket import Pharmacy  # noqa: PLC0415 -- beside what it is compared with
    from app.officine.dispensing.sheets import Source, invoice_of  # noqa: PLC0415

    paper = invoice_of(Source(delivery, Pharmacy("P")))
    for name, total in (("amo", paper.amo), ("amc", paper.amc), ("patient", paper.patient_share)):
        assert sum(getattr(line, name).cents for line in paper.lines) == total.cents, name


@pytest.mark.req("OFF-DOC-08", "OFF-FAC-07")
def test_what_a_contract_leaves_is_kept_with_the_invoice_and_told_line_by_line(house: House) -> None:
    """« 100 % sauf vignettes bleues » : the ticket modérateur of the line at 15 % is the patient's, also on paper."""
    from app.docs.ticket import Pharmacy  # noqa: PLC0415 -- beside what it is compared with
    from app.officine.dispensing.sheets import Source, invoice_of  # noqa: PLC0415

    draft = dataclasses.replace(PATIENT, family_name="CONTRAT", coverage=Coverage(amc="full_but_15"))
    patient = done(house.patients.create(draft, CAMILLE, confirmed=True))
    session = house.prescribed(ZOLPIDEM, AMOXICILLINE, kind=PrescriptionKind.SECURED)
    delivery = delivered(house, edit.set_patient(session, patient.id, patient.display_name)[0])
    kept = house.counter.delivery(delivery.number)
    assert kept is not None
    assert kept.invoice_lines == delivery.invoice_lines
    blue, other = (next(one for one in kept.invoice_lines if one.line_id == line_id) for line_id in ("L1", "L2"))
    assert (blue.complemented, other.complemented) == (False, True)
    paper = invoice_of(Source(kept, Pharmacy("P")))
    told = {line.label: line for line in paper.lines}
    assert (told[blue.label].amc, told[other.label].amc) == (ZERO, other.tm)
    assert told[blue.label].patient == blue.tm
    for name, total in (("amo", paper.amo), ("amc", paper.amc), ("patient", paper.patient_share)):
        assert sum(getattr(line, name).cents for line in paper.lines) == total.cents, name


def test_sale_without_ordonnance_gives_no_label(house: House, prints: Prints) -> None:
    delivery = delivered(house, house.sale(DOLIPRANE))
    kinds = [offer.kind for offer in prints.offers(delivery.number)]
    assert kinds == [PaperKind.TICKET, PaperKind.INVOICE, PaperKind.TICKET_A5]
    with pytest.raises(InputDefect, match=r"ne donne pas") as refused:
        prints.write(delivery.number, PaperKind.LABELS)
    assert refused.value.code == "GAL-IMP-10"


def test_unknown_delivery_gives_nothing(prints: Prints) -> None:
    assert prints.offers(999_999) == ()
    with pytest.raises(InputDefect):
        prints.write(999_999, PaperKind.TICKET)


def test_folder_gone_is_told(house: House, tmp_path: Path) -> None:
    delivery = delivered(house, house.sale(DOLIPRANE))
    nowhere = tmp_path / "none"
    prints = Prints(house.db, nowhere, Mode.PRODUCTION, patients=house.patients, prescriptions=house.prescriptions)
    with pytest.raises(DatabaseReadOnly):
        prints.write(delivery.number, PaperKind.TICKET)
    with pytest.raises(FileUnusable):
        prints.picture(nowhere / "x.pdf", 0, 96)


@pytest.mark.parametrize("use", ["ticket", "label", "a4", "a5", "unknown"])
def test_a_page_tries_each_printer(prints: Prints, use: str) -> None:
    text = said(prints.test_page(use))
    assert "Page de test Galien" in text
    assert "5 cm" in text


def test_line_named_twice_keeps_its_own_posology(house: House, prints: Prints) -> None:
    session = house.prescribed(AMOXICILLINE)
    product = house.catalog.by_code(AMOXICILLINE)
    assert product is not None
    session, _ = edit.add_product(session, product, merge=False)
    first, second = session.lines
    lines = (dataclasses.replace(first, posology="1-0-0"), dataclasses.replace(second, posology="0-0-3"))
    delivery = delivered(house, dataclasses.replace(session, lines=lines))
    labels = prints.write(delivery.number, PaperKind.LABELS)
    assert labels.pages == 2


@pytest.mark.req("OFF-DOC-04")
def test_a_pillbox_has_a_label_for_each_moment_and_says_what_is_not_in_it(house: House, prints: Prints) -> None:
    session = house.prescribed(AMOXICILLINE, ELIQUIS, DOLIPRANE)
    said_so = ("1 gélule matin et soir", "1 comprimé matin", "si douleur, 3 par jour au plus")
    lines = tuple(
        dataclasses.replace(line, posology=posology) for line, posology in zip(session.lines, said_so, strict=True)
    )
    delivery = delivered(house, dataclasses.replace(session, lines=lines))
    assert PaperKind.PILLBOX in {offer.kind for offer in prints.offers(delivery.number)}
    paper = prints.write(delivery.number, PaperKind.PILLBOX, label_size="sheet-70x37")
    text = said(paper.file)
    assert text.count("Pilulier : Matin") == text.count("Pilulier : Soir") == text.count("Hors pilulier") == 1
    assert "Midi" not in text
    morning, rest = text.split("Pilulier : Soir")
    for medicine, dose in (("AMOXICILLINE", ": 1 gélule"), ("ELIQUIS", ": 1 comprimé")):
        assert medicine in morning
        assert dose in morning
    assert "ELIQUIS" not in rest
    assert "si douleur, 3 par jour au plus" in rest.split("Hors pilulier")[1]
    prints.record(paper, CAMILLE)
    assert "DUPLICATA" not in said(prints.write(delivery.number, PaperKind.PILLBOX).file)


def test_a_posology_that_is_not_understood_gives_no_pillbox(house: House, prints: Prints) -> None:
    session = house.prescribed(DOLIPRANE)
    line = dataclasses.replace(session.lines[0], posology="si douleur")
    delivery = delivered(house, dataclasses.replace(session, lines=(line,)))
    assert PaperKind.PILLBOX not in {offer.kind for offer in prints.offers(delivery.number)}


@pytest.mark.req("OFF-SUB-05")
def test_a_line_billed_apart_says_so_on_every_paper_and_no_insurer_pays_it(house: House, prints: Prints) -> None:
    session = house.prescribed(CRESTOR, ELIQUIS)
    first, *others = session.lines
    refused = dataclasses.replace(first, substitution=Substitution(refused=True, apart=True), forced_stock=True)
    delivery = delivered(house, dataclasses.replace(session, lines=(refused, *others)))
    assert delivery.third_party
    assert any(line.apart for line in delivery.invoice_lines)
    for kind in (PaperKind.TICKET, PaperKind.TICKET_A5, PaperKind.INVOICE, PaperKind.VITALE):
        assert "à part, hors tiers payant" in said(prints.write(delivery.number, kind).file), kind
    from app.docs.ticket import Pharmacy  # noqa: PLC0415 -- beside what it is compared with
    from app.officine.dispensing.sheets import Source, invoice_of, vitale_of  # noqa: PLC0415

    paper, block = invoice_of(Source(delivery, Pharmacy("P"))), vitale_of(Source(delivery, Pharmacy("P")))
    for name, total in (("amo", paper.amo), ("amc", paper.amc), ("patient", paper.patient_share)):
        assert sum(getattr(line, name).cents for line in paper.lines) == total.cents, name
    assert block.lines[0].amo.cents == 0

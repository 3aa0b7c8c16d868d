"""How long do the services take, without any screen?"""

from __future__ import annotations

import datetime as dt
import itertools
import statistics
import tempfile
import uuid
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app import bootstrap
from app import settings as settings_module
from app.bench import base, cluster, floors
from app.bench.figures import Figure, sample
from app.docs import datamatrix
from app.kernel.errors import EnvironmentFailure
from app.kernel.outcome import Done, Refused
from app.officine.dispensing import session as sessions
from app.officine.dispensing.model import Author, Payment, PaymentMethod, PrescriptionDraft
from app.officine.patients.model import Coverage, PatientDraft, Sex
from app.officine.prescriptions.model import PrescriberDraft
from app.officine.scan import ins_symbol
from app.officine.scan.image import read_image
from app.officine.scan.service import interpret
from app.officine.stock.model import ReceiptLine
from app.paths import DataFolder

if TYPE_CHECKING:
    from app.bootstrap import Services
    from app.officine.catalog.model import Product
    from app.officine.dispensing.model import CounterSession

QUERIES = ("amox", "parac 500", "met 850", "prol", "500 mg gél", "ator 20", "keto crème", "omep", "zepam 10", "bis")
NAMES = (
    "martin",
    "ber jea",
    "dur 1950",
    "leroy pau",
    "thomas",
    "sim hel",
    "pet",
    "moreau zoe",
    "12/05/1948",
    "robert l",
)
_LINES = 3
_RECEIVED = 300
_PRINTED = "(01)03400935955838(17)281231(10)B417K(21)900101A7"
_TRAITS = {
    "matricule": "297022A02077878",
    "oid": "1.2.250.1.213.1.4.10",
    "birth_names": "DOMINIQUE MARIE-LOUISE",
    "family_name": "ADRTROIS",
    "sex": "F",
    "birth_date": "1997-02-26",
    "birth_place": "2A020",
}


def search_service(services: Services, times: int = 400) -> Figure:
    """Search of medicines by name, 50 rows."""
    taken = sample(lambda rank: services.catalog.search(QUERIES[rank % len(QUERIES)], 50), times)
    snapshot = base.snapshot_in_force(services)
    floor = floors.full_text(
        snapshot, "search", [query.replace("é", "e").replace("è", "e") for query in QUERIES], times
    )
    return Figure("search_service", taken, floor, "requête FTS5 nue sur le même fichier")


def patient_search(services: Services, times: int = 400) -> Figure:
    """Search of patients by names and birth date, 30 rows."""
    taken = sample(lambda rank: services.patients.search(NAMES[rank % len(NAMES)], 30), times)
    floor = floors.point_lookup(services.folder.database_file, "patient_word", "word", "martin")
    return Figure("patient_search", taken, floor, "lecture nue des fiches d’un nom dans l’index")


def open_patient(services: Services, times: int = 200) -> Figure:
    """A patient's file with the last sixty products delivered."""

    def one(rank: int) -> None:
        number = rank % 1000 + 1
        services.patients.get(number)
        services.counter.history(number, 60)

    taken = sample(one, times)
    floor = floors.last_products(services.folder.database_file, times)
    return Figure("open_patient", taken, floor, "lecture nue des 60 derniers produits d’un patient")


def receive_300(services: Services, times: int = 12) -> Figure:
    """Three hundred lines of a wholesaler's delivery, one transaction."""
    codes = [item.code for item in services.stock.items(limit=_RECEIVED)]
    lines = [ReceiptLine(code=code, quantity=2) for code in codes]

    def one(_: int) -> None:
        done = services.stock.receive(services.system_actor, lines, "BL-mesure")
        assert isinstance(done, Done), done

    taken = sample(one, times, warm_up=1)
    with tempfile.TemporaryDirectory() as folder:
        floor = floors.sqlite_receipt(Path(folder) / "floor.sqlite", _RECEIVED, times)
    return Figure("receive_300", taken, floor, "300 mises à jour et mouvements nus, même durabilité")


def validate_sqlite(services: Services, times: int = 150) -> Figure:
    """Validation of a delivery of three lines of a list, on the embedded database."""
    taken = _validations(services, times)
    with tempfile.TemporaryDirectory(dir=services.folder.root.parent) as folder:
        floor = floors.sqlite_delivery(Path(folder) / "floor.sqlite", times)
    return Figure("validate_sqlite", taken, floor, "mêmes lignes en sqlite3 nu, WAL et FULL")


def validate_postgresql(times: int = 150) -> Figure:
    """The same on a private PostgreSQL server that waits for the disk. Raises EnvironmentFailure without one."""
    programs = cluster.binaries()
    if programs is None:
        raise EnvironmentFailure("PostgreSQL n’est pas installé sur ce poste.", advice="Installez postgresql-15.")
    with cluster.PrivateCluster(programs, durable=True) as server, tempfile.TemporaryDirectory() as folder:
        data = DataFolder(Path(folder))
        data.make()
        settings_module.save(data.settings_file, settings_module.Settings(database_url=server.url()))
        services = bootstrap.open_services(data.root)
        try:
            taken = _validations(services, times)
        finally:
            services.close()
        floor = floors.postgresql_delivery(server.conninfo(), times)
    return Figure("validate_postgresql", taken, floor, "mêmes lignes par psycopg nu, fsync actif")


def catalog_import(source: Path, times: int = 3) -> Figure:
    """A whole medicines database read, checked, indexed and put in force in an empty folder."""
    taken, bare = [], []
    for _ in range(times):
        with tempfile.TemporaryDirectory() as folder:
            services = bootstrap.open_services(Path(folder))
            try:
                taken += sample(lambda _: _import(services, source), 1, warm_up=0)  # noqa: B023 -- used at once
            finally:
                services.close()
            bare.append(floors.parse_and_insert(source, Path(folder) / "floor.sqlite"))
    return Figure("catalog_import", taken, statistics.median(bare), "découpage et insertion nus des cinq fichiers")


def scan_image(times: int = 60) -> Figure:
    """The picture of a box's DataMatrix, from the file to its fields."""
    import zxingcpp  # noqa: PLC0415 -- heavy: only where pictures are measured
    from PIL import Image  # noqa: PLC0415 -- the same

    day = dt.date(2026, 11, 23)
    drawn = zxingcpp.create_barcode(_PRINTED, zxingcpp.BarcodeFormat.DataMatrix, gs1=True, force_square=True)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "box.png"
        Image.fromarray(drawn.to_image(scale=6)).save(file)
        taken = sample(lambda _: [interpret(text, today=day) for text in read_image(file)], times)
        with Image.open(file) as picture:
            grey = picture.convert("L")
        floor = statistics.median(sample(lambda _: zxingcpp.read_barcodes(grey), times))
    return Figure("scan_image", taken, floor, "zxing seul sur la même image, déjà en mémoire")


def ins_symbol_drawn(times: int = 100) -> Figure:
    """The DataMatrix of an INS, from the traits to the modules that a screen or a page draws."""
    import zxingcpp  # noqa: PLC0415 -- heavy: only where symbols are measured

    day = dt.date(2026, 11, 23)
    text, _ = ins_symbol.message(_TRAITS, day)
    taken = sample(lambda _: datamatrix.modules_of(ins_symbol.message(_TRAITS, day)[0]), times)
    bare = sample(lambda _: zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, force_square=True), times)
    return Figure("ins_symbol", taken, statistics.median(bare), "zxing seul sur le même texte")


def listed_products(services: Services, count: int) -> list[Product]:
    """Return products of a list, reimbursed, that any ordonnance may ask for."""
    found = itertools.chain.from_iterable(services.catalog.search(query, 200) for query in QUERIES)
    usable = {
        product.code: product
        for product in found
        if product.list_class == "I" and product.price is not None and product.rate is not None
    }
    return list(usable.values())[:count]


def _import(services: Services, source: Path) -> None:
    outcome = services.catalog.import_folder(source, services.system_actor, accept_fall=True)
    assert not isinstance(outcome, Refused), outcome


def _validations(services: Services, times: int) -> list[float]:
    """Return how long each validation took; sessions and payments are made ready before."""
    patient, prescriber = _people(services)
    products = listed_products(services, _LINES)
    ready = []
    for _ in range(times + 3):
        session = _session(services, products, patient, prescriber)
        due = services.counter.quote(session).totals.patient
        ready.append((session, [Payment(PaymentMethod.CASH, due)] if due else []))

    def one(rank: int) -> None:
        session, payments = ready[rank + 3]
        done = services.counter.validate(session, services.system_actor, payments)
        assert isinstance(done, Done), done

    return sample(one, times)


def _session(services: Services, products: list[Product], patient: int, prescriber: int) -> CounterSession:
    session = services.counter.new_session(services.system_actor)
    for product in products:
        session, _ = sessions.add_product(session, product, author=Author(None, "mesure"))
    lines = tuple(replace(line, forced_stock=True) for line in session.lines)
    written = PrescriptionDraft(prescriber_id=prescriber, written_on=services.clock.now().date())
    return replace(session, patient_id=patient, prescription=written, lines=lines, revision=session.revision + 1)


def _people(services: Services) -> tuple[int, int]:
    """Return a patient with a whole coverage and a prescriber, made for the measure."""
    mark = "".join(chr(ord("A") + int(digit, 16)) for digit in uuid.uuid4().hex[:12])
    draft = PatientDraft(
        family_name=f"MESURE {mark}",
        first_name="ANNA",
        birth_date=services.clock.now().date().replace(year=1980, day=1),
        sex=Sex.FEMALE,
        birth_place="63220",
        address_line="1 rue des Essais",
        postal_code="63000",
        city="Clermont",
        coverage=Coverage(amc="full"),
    )
    patient = services.patients.create(draft, services.system_actor, confirmed=True)
    known = services.prescriptions.prescribers("")
    if not known:
        services.prescriptions.add_prescriber(_prescriber(), services.system_actor)
        known = services.prescriptions.prescribers("")
    assert isinstance(patient, Done), patient
    return patient.value.id, known[0].id


def _prescriber() -> PrescriberDraft:
    return PrescriberDraft(
        family_name="ESSAI",
        given_name="Claude",
        specialty="Médecine générale",
        address_line="1 rue des Essais",
        postal_code="63000",
        city="Clermont",
    )

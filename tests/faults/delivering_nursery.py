"""Forks clients that deliver without end, until somebody kills them.

Imports are paid once. Commands on standard input, one a line: ``prepare FOLDER ACKS`` makes the officine and ends,
``deliver FOLDER ACKS`` delivers for ever; the answer is the process id. A client writes to ACKS, one line each, the
number of a delivery and its session once ``validate`` has returned.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import sys
import traceback
from pathlib import Path

from app import bootstrap
from app.kernel.outcome import Done
from app.officine.dispensing import session as edit
from app.officine.dispensing.model import Box, Payment, PaymentMethod, PrescriptionDraft
from app.officine.patients.model import Coverage, PatientDraft, Sex
from app.officine.prescriptions.model import PrescriberDraft

CODES = ("3400930162408", "3400935955838", "3400926784102", "3400930183076")


def prepare(services: bootstrap.Services, acks: int) -> None:
    """Enter one patient, one prescriber, plenty of boxes, and put one sale in waiting."""
    actor = services.system_actor
    draft = PatientDraft(
        family_name="ESSAI",
        first_name="JEANNE",
        birth_date=dt.date(1950, 5, 1),
        sex=Sex.FEMALE,
        address_line="3 rue des Lilas",
        postal_code="75011",
        city="Paris",
        coverage=Coverage(amc=None),
        birth_place="99999",
    )
    assert isinstance(services.patients.create(draft, actor), Done)
    prescriber = PrescriberDraft(family_name="MÉLILOT", given_name="Hugo", city="Paris")
    assert isinstance(services.prescriptions.add_prescriber(prescriber, actor), Done)
    assert isinstance(services.stock.adjust_many(actor, dict.fromkeys(CODES, 9_999), "essai"), Done)
    waiting = services.counter.new_session(actor)
    product = services.catalog.by_code(CODES[0])
    assert product is not None
    waiting, _ = edit.add_product(waiting, product)
    assert isinstance(services.counter.suspend(waiting, actor, "en attente"), Done)
    os.write(acks, f"ready {waiting.id}\n".encode())


def deliver(services: bootstrap.Services, acks: int) -> None:
    """Deliver one to four products at a time, on an ordonnance, for ever."""
    actor = services.system_actor
    patient = services.patients.search("essai")[0]
    prescriber = services.prescriptions.prescribers("mélilot")[0]
    products = list(services.catalog.by_codes(CODES).values())
    dice = random.Random()
    while True:
        session = services.counter.new_session(actor)
        for product in dice.sample(products, dice.randint(1, len(products))):
            serial = f"{session.id[:12]}{product.code[-4:]}"
            session, _ = edit.add_product(session, product, box=Box("LOT", dt.date(2099, 12, 31), serial))
            services.counter.save(session)
        session, _ = edit.set_patient(session, patient.id, patient.display_name)
        ordonnance = PrescriptionDraft(prescriber.id, prescriber.display_name, services.clock.now().date())
        session, _ = edit.set_prescription(session, ordonnance)
        due = services.counter.quote(session).totals.patient
        done = services.counter.validate(session, actor, (Payment(PaymentMethod.CARD, due),) if due else ())
        assert isinstance(done, Done), done.findings
        os.write(acks, f"{done.value.number} {session.id}\n".encode())


def client(act: str, folder: str, acks: str) -> None:
    """Be one client; never returns."""
    try:
        out = os.open(acks, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        services = bootstrap.open_services(Path(folder))
        (prepare if act == "prepare" else deliver)(services, out)
        services.close()
    except BaseException:  # noqa: BLE001 -- a forked client must never go back to the nursery's loop
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _say(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main() -> None:
    """Fork the clients asked for."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _say("ready")
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            client(*line.split())
        _say(pid)


if __name__ == "__main__":
    main()

"""Whatever is changed behind a delivery, the verification names the delivery and says what no longer agrees."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest
from dispensing_house import AMOXICILLINE, CAMILLE, DOLIPRANE, ELIQUIS, House, box, done, open_house
from sqlalchemy import CursorResult, text
from sqlalchemy.orm import Session

from app.officine.dispensing import owing
from app.officine.dispensing import session as edit
from app.officine.dispensing.agreement import first_disagreement
from app.officine.dispensing.handing import Handing
from app.officine.dispensing.reversal import Fate, ReturnedLine, ReversalKind
from app.officine.owed.service import Owed
from app.officine.staff.service import Staff

if TYPE_CHECKING:
    from pathlib import Path

    from app.officine.dispensing.model import CounterSession, Delivery
    from app.store.database import Database


TAMPERED = (
    (2, "amounts", "UPDATE delivery SET amount = amount - 100, patient_share = patient_share - 100 WHERE number = 2"),
    (2, "amounts", "UPDATE delivery SET at = '2026-01-02 08:00:00+00:00' WHERE number = 2"),
    (2, "seal", "UPDATE delivery SET franchise = franchise + 1 WHERE number = 2"),
    (2, "seal", "UPDATE delivery_line SET unit_price = unit_price - 1 WHERE delivery_number = 2 AND rank = 1"),
    (2, "seal", "UPDATE delivery_line SET posology = '9 par jour' WHERE delivery_number = 2 AND rank = 1"),
    (2, "seal", "UPDATE delivered_box SET lot = 'AUTRE' WHERE delivery_number = 2"),
    (2, "seal", "DELETE FROM delivered_box WHERE delivery_number = 2"),
    (1, "lines", "UPDATE delivery_line SET quantity = 1 WHERE delivery_number = 1"),
    (2, "lines", "DELETE FROM delivery_line WHERE delivery_number = 2 AND rank = 2"),
    (1, "sums", "UPDATE invoice_line SET amount = amount - 1 WHERE delivery_number = 1 AND rank = 1"),
    (2, "sums", "UPDATE invoice_line SET amo = amo + 1 WHERE delivery_number = 2 AND rank = 1"),
    (2, "sums", "DELETE FROM invoice_line WHERE delivery_number = 2 AND rank = 1"),
    (1, "sums", "UPDATE payment SET amount = amount + 1 WHERE delivery_number = 1"),
    (1, "sums", "DELETE FROM payment WHERE delivery_number = 1"),
    (2, "ordonnancier", "UPDATE ordonnancier_entry SET quantity = 9 WHERE delivery_number = 2 AND number = 2"),
    (2, "ordonnancier", "UPDATE delivery_line SET ordonnancier = NULL WHERE delivery_number = 2 AND rank = 1"),
    (3, "ordonnancier", "DELETE FROM ordonnancier_entry WHERE number = 4"),
    (1, "stock", "UPDATE stock_movement SET delta = -1 WHERE kind = 'sale' AND reference = '1'"),
    (2, "stock", "DELETE FROM stock_movement WHERE reference = '2' AND lot = 'B441'"),
    (3, "stock", "DELETE FROM stock_movement WHERE reference = '3' AND serial = 'SN2'"),
    (4, "stock", "DELETE FROM stock_movement WHERE reference = '4' AND kind = 'put_back'"),
    (4, "stock", "UPDATE stock_movement SET reference = '4' WHERE reference = '5' AND kind = 'put_back'"),
    (4, "reversal", "UPDATE delivery_reversal SET amount = amount + 1 WHERE delivery_number = 4"),
    (4, "reversal", "UPDATE reversal_line SET fate = 'destroyed' WHERE reversal_number = 1"),
    (5, "reversal", "UPDATE delivery SET state = 'done' WHERE number = 5"),
    (1, "reversal", "UPDATE delivery SET state = 'cancelled' WHERE number = 1"),
    (2, "missing", "DELETE FROM delivery WHERE number = 2"),
    (5, "missing", "DELETE FROM delivery WHERE number = 5"),
)  # fmt: skip
"""The delivery and the reason that are told, and what was done by SQL."""


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    """An officine after a day: 1 a sale, 2 an ordonnance, 3 a promis handed over, 4 an avoir, 5 an annulation."""
    opened = open_house(database, tmp_path / "catalogs")
    deliver(opened, edit.set_quantity(opened.sale(DOLIPRANE), "L1", 2)[0])
    listed = opened.prescribed(AMOXICILLINE, ELIQUIS)
    first, *others = listed.lines
    deliver(opened, replace(listed, lines=(replace(first, boxes=(box("SN1", "B441"),)), *others)))
    partial, _ = edit.set_quantity(opened.prescribed(AMOXICILLINE), "L1", 3)
    deliver(opened, owing.owe(partial, "L1", 2)[0])
    hand_over(opened)
    give_back(opened, deliver(opened, edit.set_quantity(opened.sale(DOLIPRANE), "L1", 3)[0]), ReversalKind.CREDIT, 1)
    give_back(opened, deliver(opened, opened.sale(DOLIPRANE)), ReversalKind.CANCEL, 1)
    return opened


def deliver(house: House, session: CounterSession) -> Delivery:
    return done(house.counter.validate(session, CAMILLE, house.paid(session)))


def hand_over(house: House) -> None:
    handing = Handing(
        house.db,
        owed=Owed(house.db, house.stock, Staff(house.db)),
        patients=house.patients,
        prescriptions=house.prescriptions,
        stock=house.stock,
        staff=Staff(house.db),
    )
    done(handing.hand_over(CAMILLE, 1, 1, [box("SN2", "B442")]))


def give_back(house: House, delivery: Delivery, kind: ReversalKind, boxes: int) -> None:
    proposed = house.reversals.proposal(delivery.number, kind)
    assert proposed is not None
    draft = replace(proposed, reason="Erreur", lines=(ReturnedLine(1, boxes, Fate.STOCK),))
    done(house.reversals.reverse(house.reversals.with_refunds(draft), CAMILLE))


def after(house: House, statement: str = "") -> dict[str, Any] | None:
    """Return what is found once the database was changed by SQL, as who holds it can; the change is undone."""
    with house.db.engine.connect() as connection, Session(connection) as session:
        free = (
            "SET LOCAL session_replication_role = replica"
            if house.db.is_postgresql
            else "PRAGMA defer_foreign_keys = ON"
        )
        session.execute(text(free))
        if statement:
            assert cast("CursorResult[Any]", session.execute(text(statement))).rowcount, statement
        found = first_disagreement(session)
        session.rollback()
    return found


def disarm(house: House) -> None:
    """Take the guards of the registers away; those of PostgreSQL are left out of each act."""
    if house.db.is_postgresql:
        return
    with house.db.engine.begin() as connection:
        for name in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
            connection.execute(text(f"DROP TRIGGER {name}"))


@pytest.mark.req("OFF-DB-07")
def test_each_tampering_is_named_with_its_delivery(house: House) -> None:
    disarm(house)
    assert after(house) is None
    for number, reason, statement in TAMPERED:
        told = after(house, statement)
        assert told is not None, statement
        assert (told["delivery"], told["reason"]) == (number, reason), statement
        assert f"n° {number}" in told["text"]
    assert after(house) is None


@pytest.mark.req("OFF-DB-07")
def test_a_delivery_put_in_outside_of_galien_is_named(house: House) -> None:
    with house.db.read() as session:
        columns = list(session.execute(text("SELECT * FROM delivery WHERE number = 1")).mappings().one())
    taken = ", ".join({"number": "6", "session_id": "'forged'"}.get(name, name) for name in columns)
    forged = f"INSERT INTO delivery ({', '.join(columns)}) SELECT {taken} FROM delivery WHERE number = 1"
    assert (after(house, forged) or {})["text"] == (
        "La délivrance n° 6 n’est pas au journal : elle a été ajoutée hors de Galien."
    )

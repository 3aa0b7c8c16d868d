"""How are stupéfiants and medicines derived from blood written into their registers, within the act that moves them?"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from app.kernel.clock import paris_date, today
from app.kernel.outcome import Done, Finding, Refused, is_refused
from app.kernel.text import one_line
from app.officine.catalog.model import ListClass
from app.officine.registers import rules, store
from app.officine.registers.data import derived_table
from app.officine.registers.model import (
    DerivedKind,
    DerivedMove,
    EntryKind,
    Move,
    Narcotic,
    NoteKind,
    Units,
    Who,
)
from app.officine.staff.model import Right
from app.store import audit
from app.store.integrity import verify_chain

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from app.kernel.outcome import Outcome
    from app.officine.catalog.model import Product, ProductDetail
    from app.officine.catalog.service import Catalog
    from app.officine.registers.model import BalanceLine, DerivedEntry, Entry, Note
    from app.officine.registers.tables import DerivedEntryRow
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database, UnitOfWork
    from app.store.register import ChainReport

OPENED = "Reprise du stock connu à l’ouverture du registre"
"""Reason of the entry that opens the register of a product held before it was kept."""


class Registers:
    """The registers that the law asks for beside the ordonnancier; nothing in them is ever changed."""

    def __init__(self, db: Database, catalog: Catalog, staff: Staff) -> None:
        """Keep the registers in ``db``; ask ``catalog`` what a product is, and ``staff`` for the rights."""
        self._db = db
        self._catalog = catalog
        self._staff = staff

    # --- Which products -----------------------------------------------------------------------------------------

    def narcotics(self, codes: Iterable[str], products: Mapping[str, Product] | None = None) -> dict[str, Narcotic]:
        """Return those of the products that are stupéfiants: by their list, or as the register holds them already.

        A presentation that has left the public base keeps its place in the register. ``products`` spares looking
        them up in the catalogue.
        """
        wanted = sorted(set(codes))
        found = self._catalog.by_codes(wanted) if products is None else products
        with self._db.read() as session:
            known = store.known(session, wanted)
            chosen = [code for code in wanted if code in known or _is_narcotic(found.get(code))]
            typed = store.typed_units(session, chosen) if chosen else {}
        return {code: _narcotic(code, found.get(code), known.get(code, code), typed.get(code)) for code in chosen}

    def is_derived(self, code: str) -> bool:
        """Return True for a medicine derived from blood."""
        detail = self._catalog.detail(code)
        return bool(self.derived({code: detail} if detail is not None else {}, [code]))

    def derived(self, details: Mapping[str, ProductDetail], codes: Iterable[str]) -> frozenset[str]:
        """Return those of the products that are derived from blood: a pharmacist's word, else their substances."""
        wanted = list(codes)
        with self._db.read() as session:
            said = store.flags(session, wanted)
        table = derived_table().rows
        guessed = {
            code for code, detail in details.items() if rules.is_derived((one.name for one in detail.substances), table)
        }
        return frozenset(code for code in wanted if said.get(code, code in guessed))

    def derived_names(self, codes: Iterable[str]) -> dict[str, str]:
        """Return the names of those of the products that are derived from blood, by code."""
        wanted = sorted(set(codes))
        table = derived_table().rows
        guessed = {code for code, names in self._catalog.substances(wanted).items() if rules.is_derived(names, table)}
        with self._db.read() as session:
            said = store.flags(session, wanted)
        chosen = [code for code in wanted if said.get(code, code in guessed)]
        products = self._catalog.by_codes(chosen) if chosen else {}
        return {code: products[code].name if code in products else code for code in chosen}

    def flagged(self) -> dict[str, bool]:
        """Return every product of which a pharmacist said whether it is derived from blood."""
        with self._db.read() as session:
            return store.flagged(session)

    def set_units(self, actor: Actor, code: str, count: int) -> Outcome[int]:
        """Say how many unités de prise a box of a stupéfiant holds: the product's own fact, dated, never rewritten."""
        findings = [*self._staff.refusal(actor, Right.KEEP_REGISTERS), *rules.check_units_a_box(count)]
        narcotic = self.narcotics([code]).get(code)
        if narcotic is None:
            findings.append(rules.not_narcotic(code))
        elif not is_refused(findings):
            with self._db.read() as session:
                held = store.balances(session, [code]).get(code, 0)
            if held and narcotic.units.count not in (None, count):
                findings.append(_units_in_use(narcotic, held))
        if is_refused(findings):
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            store.say_units(work, code, count)
            work.audit("register.units", "product", code, details={"units": count})
            work.changed("registers")
        return Done(count)

    def set_derived(self, actor: Actor, code: str, *, derived: bool) -> Outcome[bool]:
        """Say that a product is derived from blood, or is not, whatever the table of substances says."""
        findings = self._staff.refusal(actor, Right.ANSWER_FOR_REGISTERS)
        if self._catalog.by_code(code) is None:
            findings.append(rules.error("GAL-MDS-03", "Ce produit n’est pas au catalogue.", "Scannez la boîte.", code))
        if findings:
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            store.say_derived(work, code, derived=derived)
            work.audit("register.derived", "product", code, details={"derived": derived})
            work.changed("registers")
        return Done(derived)

    # --- Within an act ------------------------------------------------------------------------------------------

    def lock(self, work: UnitOfWork, codes: Iterable[str]) -> dict[str, int]:
        """Return what the register holds of each product, and let nobody else write until the act ends.

        Lock the stock before. A product that was never in the register is absent.
        """
        audit.lock_head(work.session, store.NARCOTICS)
        return store.balances(work.session, codes)

    def last_number(self, work: UnitOfWork) -> int:
        """Return the number of the last entry of the register of stupéfiants, in the caller's act."""
        return store.last_number(work.session)

    def record(self, work: UnitOfWork, moves: Sequence[Move]) -> Finding | None:
        """Write the moves in the caller's act, in order, each with the balance that it leaves.

        Return the finding that refuses them, and nothing written, where one would take out more than the register
        holds, or where the units of a box are not known. The head of the register is locked from here to the end of
        the act: two acts on the last boxes follow one another. Lock the stock before.
        """
        if not moves:
            return None
        held = self.lock(work, [move.narcotic.code for move in moves])
        rows: list[dict[str, Any]] = []
        for move in moves:
            refused = _written(work, move, held, rows)
            if refused is not None:
                return refused
        last = store.append(work, store.NARCOTICS, rows)
        written = {"first": last - len(rows) + 1, "entries": len(rows)}
        work.audit("register.write", "stupefiants", str(last), details=written)
        work.changed("registers")
        return None

    def cancel(
        self, work: UnitOfWork, narcotic: Narcotic, boxes: int, *, reference: str, reason: str, held_before: int
    ) -> Finding | None:
        """Write back, in the caller's act, boxes whose delivery ``reference`` is cancelled; as ``record`` does."""
        taken, units = store.delivered_units(work.session, narcotic.code, reference)
        # A box that left in part comes back in part.
        back = -units if taken == -boxes else None
        move = Move(
            kind=EntryKind.CANCELLATION,
            narcotic=narcotic,
            boxes=boxes,
            units=back,
            reference=reference,
            reason=reason,
            held_before=held_before,
        )
        return self.record(work, [move])

    def record_derived(self, work: UnitOfWork, moves: Sequence[DerivedMove]) -> None:
        """Write receipts or deliveries of medicines derived from blood in the caller's act."""
        if not moves:
            return
        store.append(work, store.DERIVED, [_derived_row(work, move) for move in moves])
        work.changed("registers")

    def cancel_derived(
        self, work: UnitOfWork, reference: str, reason: str, lots: Mapping[tuple[str, str], int] | None = None
    ) -> int:
        """Write, in the caller's act, that what is left of the delivery ``reference`` is cancelled, or only ``lots``.

        ``lots`` counts boxes by product and lot. Return how many entries were written.
        """
        audit.lock_head(work.session, store.DERIVED)
        cancelled = store.derived_cancelled(work.session, reference)
        asked = None if lots is None else Counter(lots)
        moves = []
        for row in store.derived_of(work.session, reference):
            key = row.code, row.lot
            before = min(row.quantity, cancelled[key])
            cancelled[key] -= before
            back = row.quantity - before if asked is None else min(row.quantity - before, asked[key])
            if asked is not None:
                asked[key] -= back
            if back:
                moves.append(_cancelled(row, back, reason))
        self.record_derived(work, moves)
        return len(moves)

    def note(self, work: UnitOfWork, register: str, numbers: Sequence[int], kind: NoteKind, text: str) -> None:
        """Add a note beside entries that can't be changed, in the caller's act: « annulée », and why."""
        rows = [
            {
                "register": register,
                "number": number,
                "kind": str(kind),
                "text": one_line(text),
                "author_id": work.actor.staff_id,
                "author_name": work.actor.name,
                "at": work.now,
            }
            for number in numbers
        ]
        if rows:
            store.append(work, store.NOTES, rows)
            work.changed("registers")

    # --- Months -------------------------------------------------------------------------------------------------

    def month(self, month: str) -> tuple[tuple[BalanceLine, ...], dt.date | None]:
        """Return the balance of a month (``2026-11``), and the day on which it was closed: None while it is open."""
        with self._db.read() as session:
            return _month_lines(session, month), store.closed_on(session, month)

    def first_day(self) -> dt.date | None:
        """Return the day of the first entry of the register of stupéfiants; None for an empty one."""
        with self._db.read() as session:
            return store.first_day(session)

    def close(self, actor: Actor, month: str) -> Outcome[tuple[BalanceLine, ...]]:
        """Close the balance of a month that is over: one entry a product states it, and it never changes again."""
        with self._db.read() as session:
            closed = store.closed_on(session, month) is not None
        findings = self._staff.refusal(actor, Right.ANSWER_FOR_REGISTERS)
        findings += rules.check_month(month, today=today(self._db.clock), closed=closed)
        if is_refused(findings):
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            self.lock(work, ())
            lines = _month_lines(work.session, month)
            if store.closed_on(work.session, month) is not None:
                return Refused((rules.already_closed(month),))
            if not lines:
                return Refused((rules.nothing_to_close(month),))
            narcotics = self.narcotics([line.code for line in lines])
            text = f"Balance de {rules.month_name(month)} arrêtée"
            refused = self.record(
                work,
                [
                    Move(
                        kind=EntryKind.CLOSING,
                        narcotic=narcotics[line.code],
                        boxes=0,
                        reason=text,
                        stated=line.closing,
                        month=month,
                    )
                    for line in lines
                ],
            )
            assert refused is None  # a statement takes nothing out
            work.audit("register.close", "stupefiants", month, details={"products": len(lines)})
        return Done(lines)

    # --- Reading ------------------------------------------------------------------------------------------------

    def balances(self, codes: Iterable[str] | None = None) -> dict[str, int]:
        """Return what the register holds of each product in it, in unités de prise: of ``codes``, or of all."""
        with self._db.read() as session:
            return store.balances(session, codes)

    def last_days(self) -> dict[str, dt.date]:
        """Return the day of the last entry of each product."""
        with self._db.read() as session:
            return store.last_days(session)

    def entries(
        self,
        *,
        code: str | None = None,
        first: dt.date | None = None,
        last: dt.date | None = None,
        after: int = 0,
        limit: int | None = 500,
        newest: bool = False,
        actor: Actor | None = None,
    ) -> list[Entry]:
        """Return a page of the register of stupéfiants, in order of number, or the newest first.

        Raises InputDefect where ``actor`` may not read the registers; None is Galien itself.
        """
        self._staff.require(actor, Right.READ_REGISTERS)
        with self._db.read() as session:
            return store.entries(session, code=code, first=first, last=last, after=after, limit=limit, newest=newest)

    def derived_entries(
        self,
        *,
        first: dt.date | None = None,
        last: dt.date | None = None,
        after: int = 0,
        limit: int | None = 500,
        newest: bool = False,
        actor: Actor | None = None,
    ) -> list[DerivedEntry]:
        """Return a page of the register of medicines derived from blood, in order of number, or the newest first.

        It names patients: raises InputDefect where ``actor`` may not read their files; None is Galien itself.
        """
        self._staff.require(actor, Right.READ_PATIENT)
        with self._db.read() as session:
            return store.derived_entries(session, first=first, last=last, after=after, limit=limit, newest=newest)

    def notes(self, register: str, numbers: Iterable[int] | None = None) -> dict[int, list[Note]]:
        """Return the notes beside the entries of a register, by number."""
        with self._db.read() as session:
            return store.notes(session, register, numbers)

    def verify(self, chain: str) -> ChainReport:
        """Verify that no entry of a register was changed, removed or added."""
        with self._db.read() as session:
            return verify_chain(session, chain, store.table_of(chain))


def _month_lines(session: Session, month: str) -> tuple[BalanceLine, ...]:
    bounds = rules.month_bounds(month)
    if bounds is None:
        return ()
    before, within = store.sums_before(session, bounds[0]), store.sums_within(session, *bounds)
    return rules.balance_lines(store.known(session), before, within)


def _is_narcotic(product: Product | None) -> bool:
    return product is not None and product.list_class is ListClass.NARCOTIC


def _narcotic(code: str, product: Product | None, label: str, typed: int | None) -> Narcotic:
    presentation = "" if product is None else product.presentation
    read = rules.units_of(presentation)
    units = read if typed is None else Units(typed, read.noun, typed=True)
    return Narcotic(code, label if product is None else product.name, presentation, units)


def _written(work: UnitOfWork, move: Move, held: dict[str, int], rows: list[dict[str, Any]]) -> Finding | None:
    """Add the rows of a move, and its change of what is ``held``; or return why it can't be written."""
    code, count = move.narcotic.code, move.narcotic.units.count
    units = move.units
    if units is None and move.boxes:
        if count is None:
            return rules.unknown_units(move.narcotic)
        units = move.boxes * count
    if code not in held:
        held[code] = 0
        if move.held_before > 0 and move.kind is not EntryKind.OPENING:
            if count is None:
                return rules.unknown_units(move.narcotic)
            held[code] = move.held_before * count
            opening = Move(kind=EntryKind.OPENING, narcotic=move.narcotic, boxes=move.held_before, reason=OPENED)
            rows.append(_row(work, opening, held[code], held[code]))
    change = units or 0
    balance = held[code] + change
    if balance < 0:
        return rules.beyond_balance(move.narcotic.name, held[code], -change, code)
    held[code] = balance
    rows.append(_row(work, move, change, balance))
    return None


def _row(work: UnitOfWork, move: Move, units: int, balance: int) -> dict[str, Any]:
    who = move.who
    return {
        "at": work.now,
        "day": paris_date(work.now),
        "kind": str(move.kind),
        "code": move.narcotic.code,
        "label": one_line(f"{move.narcotic.name}, {move.narcotic.presentation}".rstrip(", ")),
        "boxes": move.boxes,
        "units": units,
        "balance": balance,
        "lot": move.lot,
        "reference": move.reference,
        "ordonnancier": move.ordonnancier,
        "patient_id": who.patient_id,
        "patient_name": who.patient_name,
        "patient_address": who.patient_address,
        "prescriber_name": who.prescriber_name,
        "prescriber_address": who.prescriber_address,
        "bearer": who.bearer,
        "second_person": move.second_person,
        "reason": one_line(move.reason, rules.REASON_LIMIT),
        "stated": move.stated,
        "month": move.month,
        "author_id": work.actor.staff_id,
        "author_name": work.actor.name,
    }


def _derived_row(work: UnitOfWork, move: DerivedMove) -> dict[str, Any]:
    who = move.who
    return {
        "at": work.now,
        "day": paris_date(work.now),
        "kind": str(move.kind),
        "reference": move.reference,
        "code": move.code,
        "label": one_line(move.label),
        "lot": move.lot,
        "quantity": move.quantity,
        "patient_id": who.patient_id,
        "patient_name": who.patient_name,
        "patient_birth_date": move.patient_birth_date,
        "patient_address": who.patient_address,
        "prescriber_name": who.prescriber_name,
        "prescriber_address": who.prescriber_address,
        "prescription_date": move.prescription_date,
        "bearer": who.bearer,
        "reason": move.reason,
        "author_id": work.actor.staff_id,
        "author_name": work.actor.name,
    }


def _cancelled(row: DerivedEntryRow, quantity: int, reason: str) -> DerivedMove:
    return DerivedMove(
        kind=DerivedKind.CANCELLATION,
        reference=row.reference,
        code=row.code,
        label=row.label,
        lot=row.lot,
        quantity=-quantity,
        who=Who(
            patient_id=row.patient_id,
            patient_name=row.patient_name,
            patient_address=row.patient_address,
            prescriber_name=row.prescriber_name,
            prescriber_address=row.prescriber_address,
            bearer=row.bearer,
        ),
        patient_birth_date=row.patient_birth_date,
        prescription_date=row.prescription_date,
        reason=one_line(reason, rules.REASON_LIMIT),
    )


def _units_in_use(narcotic: Narcotic, held: int) -> Finding:
    return rules.error(
        "GAL-STU-17",
        f"{narcotic.name} : le registre tient {held} unités comptées à {narcotic.units.count} par boîte.",
        "Ramenez d’abord son solde à zéro (retour, destruction ou inventaire), puis changez ce nombre.",
        narcotic.code,
    )

"""How are boxes taken, put back, received and counted?"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from app.kernel.errors import InputDefect
from app.kernel.outcome import Done, Refused, is_refused
from app.officine.registers import rules as register_rules
from app.officine.registers.model import DerivedKind, DerivedMove, EntryKind, Move
from app.officine.staff.model import Right
from app.officine.stock import rules, store
from app.officine.stock.model import MovementKind, Receipt, StockItem, Taking

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from app.kernel.outcome import Finding, Outcome
    from app.officine.registers.model import Narcotic
    from app.officine.registers.service import Registers
    from app.officine.staff.service import Staff
    from app.officine.stock.model import Discrepancy, Movement, ReceiptLine
    from app.officine.stock.quarantined import ShiftedBoxes
    from app.store.audit import Actor
    from app.store.database import Database, UnitOfWork

FORCED = "vente au-delà du stock connu"
"""Reason of the movements that took more boxes than the computer believed present."""


class Stock:
    """The boxes of the officine; each change is one movement, kept for ever."""

    def __init__(self, db: Database, staff: Staff, registers: Registers | None = None) -> None:
        """Keep the stock in ``db``; ask ``staff`` for the rights; write stupéfiants into ``registers``.

        Without registers (a stock apart from any catalogue) nothing is known to be a stupéfiant.
        """
        self._db = db
        self._staff = staff
        self.registers = registers

    # --- Reading ------------------------------------------------------------------------------------------------

    def on_hand(self, codes: Iterable[str]) -> dict[str, int]:
        """Return how many boxes there are of each product; a product never held is absent."""
        with self._db.read() as session:
            return store.on_hand(session, codes)

    def quarantined(self, codes: Iterable[str]) -> dict[str, int]:
        """Return how many boxes of each product are in quarantine: those of which there are some."""
        with self._db.read() as session:
            return store.quarantined(session, codes)

    def by_lot(self, codes: Iterable[str]) -> dict[str, dict[str, int]]:
        """Return, by product and lot, what the movements that name a lot come to: an estimate of what is left of it."""
        with self._db.read() as session:
            return store.by_lot(session, codes)

    def item(self, code: str) -> StockItem:
        """Return what is held of a product: an empty item for one never held."""
        with self._db.read() as session:
            return store.item(session, code) or StockItem(code=code)

    def items_of(self, codes: Iterable[str]) -> dict[str, StockItem]:
        """Return what is held of each product: an empty item for one never held."""
        wanted = list(codes)
        with self._db.read() as session:
            held = store.items_of(session, wanted)
        return {code: held.get(code) or StockItem(code=code) for code in wanted}

    def items(self, after: str = "", limit: int = 200) -> list[StockItem]:
        """Return a page of the items, in order of code, that follow the code ``after``."""
        with self._db.read() as session:
            return store.items(session, after, limit)

    def movements(self, code: str, limit: int = 100, before: int | None = None) -> list[Movement]:
        """Return a page of the movements of a product, newest first, older than the movement ``before``."""
        with self._db.read() as session:
            return store.movements(session, code, limit, before)

    def discrepancies(self) -> list[Discrepancy]:
        """Return the products whose quantity is not the sum of their movements: none unless damaged."""
        with self._db.read() as session:
            return store.discrepancies(session)

    # --- Within a delivery --------------------------------------------------------------------------------------

    def take(
        self,
        work: UnitOfWork,
        *,
        code: str,
        quantity: int,
        reference: str,
        lot: str = "",
        expiry: dt.date | None = None,
        serial: str = "",
        forced: bool = False,
    ) -> bool:
        """Take boxes of one product as ``take_all`` does; False, and nothing done, where there are too few."""
        taking = Taking(code=code, quantity=quantity, lot=lot, expiry=expiry, serial=serial, forced=forced)
        return self.take_all(work, (taking,), reference=reference) is None

    def take_all(
        self,
        work: UnitOfWork,
        takings: Iterable[Taking],
        *,
        reference: str,
        kind: MovementKind = MovementKind.SALE,
    ) -> Taking | None:
        """Take boxes (1 or more each) in the caller's act; None when all are taken, else the first that lacks.

        The caller undoes its act where something lacks. ``forced`` boxes are taken whatever the computer believes: the
        quantity may become negative. Takings come in ascending order of code.
        """
        movements = []
        for taking in takings:
            _require_positive(taking.quantity)
            if taking.forced:
                balance = store.add(work.session, {taking.code: -taking.quantity})[taking.code]
            else:
                left = store.take_guarded(work.session, taking.code, taking.quantity)
                if left is None:
                    return taking
                balance = left
            movements.append(
                store.movement(
                    code=taking.code,
                    delta=-taking.quantity,
                    balance_after=balance,
                    kind=kind,
                    reason=FORCED if balance < 0 else "",
                    reference=reference,
                    lot=taking.lot,
                    expiry=taking.expiry,
                    serial=taking.serial,
                )
            )
        _record(work, movements)
        return None

    def put_back(
        self,
        work: UnitOfWork,
        *,
        code: str,
        quantity: int,
        reference: str,
        reason: str = "",
        lot: str = "",
        expiry: dt.date | None = None,
        serial: str = "",
    ) -> None:
        """Put ``quantity`` boxes (1 or more) back in the caller's act."""
        _require_positive(quantity)
        balance = store.add(work.session, {code: quantity})[code]
        moved = store.movement(
            code=code,
            delta=quantity,
            balance_after=balance,
            kind=MovementKind.PUT_BACK,
            reason=reason,
            reference=reference,
            lot=lot,
            expiry=expiry,
            serial=serial,
        )
        _record(work, [moved])
        held = self.held(work, [code])[code] - quantity
        self.back_in_register(work, code, quantity, reference=reference, reason=reason, held_before=held)

    def back_in_register(
        self, work: UnitOfWork, code: str, quantity: int, *, reference: str, reason: str, held_before: int
    ) -> None:
        """Write back, in the caller's act, boxes of a stupéfiant whose delivery ``reference`` is taken back.

        ``held_before``: the boxes on the premises before they came. Nothing is written of any other product.
        """
        narcotic = self._narcotics([code]).get(code)
        if narcotic is None or self.registers is None:
            return
        refused = self.registers.cancel(
            work, narcotic, quantity, reference=reference, reason=reason, held_before=held_before
        )
        if refused is not None:
            raise InputDefect(refused.text, code=refused.code, advice=refused.advice)

    def held(self, work: UnitOfWork, codes: Iterable[str]) -> dict[str, int]:
        """Return how many boxes there are of each product at this point of the caller's act, and lock them.

        Those in quarantine are on the premises: they count, as they do in the register of stupéfiants.
        """
        held = store.add(work.session, dict.fromkeys(codes, 0))
        aside = store.quarantined(work.session, held)
        return {code: quantity + aside.get(code, 0) for code, quantity in held.items()}

    def shift(self, work: UnitOfWork, *, sellable: int, aside: int, moved: ShiftedBoxes) -> bool:
        """Move boxes between sale and quarantine in the caller's act; False, and nothing done, where they lack.

        ``sellable`` and ``aside`` are signed; one movement says both.
        """
        balance = store.shift(work.session, moved.code, sellable=sellable, aside=aside)
        if balance is None:
            return False
        _record(
            work,
            [
                store.movement(
                    code=moved.code,
                    delta=sellable,
                    balance_after=balance[0],
                    kind=moved.kind,
                    reason=moved.reason,
                    reference=moved.reference,
                    lot=moved.lot,
                    expiry=moved.expiry,
                    serial=moved.serial,
                    aside=aside,
                )
            ],
        )
        return True

    def move(
        self, work: UnitOfWork, *, code: str, delta: int, kind: MovementKind, reason: str = "", reference: str = ""
    ) -> bool:
        """Add ``delta`` boxes in the caller's act, or take them; False, and nothing done, where there are too few."""
        balance = (
            store.add(work.session, {code: delta})[code]
            if delta >= 0
            else store.take_guarded(work.session, code, -delta)
        )
        if balance is None:
            return False
        moved = store.movement(
            code=code, delta=delta, balance_after=balance, kind=kind, reason=reason, reference=reference
        )
        _record(work, [moved])
        return True

    # --- By the stock manager -----------------------------------------------------------------------------------

    def receive(self, actor: Actor, lines: Sequence[ReceiptLine], reference: str) -> Outcome[Receipt]:
        """Enter what a supplier delivered, all lines or none; ``reference`` is the delivery note."""
        findings = [*self._staff.refusal(actor, Right.RECEIVE_STOCK), *rules.check_receipt(lines, reference)]
        narcotics = {} if is_refused(findings) else self._narcotics(line.code for line in lines)
        findings += [register_rules.unknown_units(one) for one in narcotics.values() if one.units.count is None]
        derived = (
            {}
            if is_refused(findings) or self.registers is None
            else self.registers.derived_names(line.code for line in lines)
        )
        findings += [
            register_rules.missing_lot_received(derived[line.code], line.code)
            for line in lines
            if line.code in derived and not line.lot.strip()
        ]
        if is_refused(findings):
            return Refused(tuple(findings))
        boxes: Counter[str] = Counter()
        for line in lines:
            boxes[line.code] += line.quantity
        with self._db.write(actor) as work:
            balances = store.add(work.session, boxes)
            _record(work, _receipt_movements(lines, boxes, balances, reference))
            self._register(work, _received(narcotics, lines, boxes, balances, reference))
            if self.registers is not None:
                self.registers.record_derived(work, _derived_received(derived, lines, reference))
            receipt = Receipt(reference, len(lines), boxes.total())
            work.audit("stock.receive", "receipt", reference, details={"lines": receipt.lines, "boxes": receipt.boxes})
        return Done(receipt, tuple(findings))

    def adjust(self, actor: Actor, code: str, counted: int, reason: str) -> Outcome[StockItem]:
        """Bring the quantity of a product to what was counted; the reason is mandatory."""
        adjusted = self.adjust_many(actor, {code: counted}, reason)
        return adjusted if isinstance(adjusted, Refused) else Done(self.item(code), adjusted.findings)

    def adjust_many(self, actor: Actor, counts: Mapping[str, int], reason: str) -> Outcome[int]:
        """Bring the quantities to what was counted, all or none; the value is how many differed."""
        findings = [*self._staff.refusal(actor, Right.ADJUST_STOCK), *rules.check_counts(counts, reason)]
        if not is_refused(findings):
            findings += [register_rules.through_the_register(one) for one in self._narcotics(counts).values()]
        if is_refused(findings):
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            # Adding nothing makes the missing items, locks them all in order, and tells what they hold.
            held = store.add(work.session, dict.fromkeys(counts, 0))
            deltas = {code: counted - held[code] for code, counted in counts.items() if counted != held[code]}
            store.add(work.session, deltas)
            _record(work, _adjustments(counts, deltas, reason))
            work.audit("stock.adjust", "stock", details={"products": len(deltas), "reason": reason})
        return Done(len(deltas), tuple(findings))

    def edit(self, actor: Actor, edited: StockItem) -> Outcome[StockItem]:
        """Write the place and the limits of an item; refused where it was edited meanwhile.

        The quantity of ``edited`` is not written: it changes by movements only.
        """
        findings = self._staff.refusal(actor, Right.ADJUST_STOCK)
        findings += rules.check_limits(edited)
        if is_refused(findings):
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            store.add(work.session, {edited.code: 0})
            written = store.edit(work.session, edited)
            if written is None:
                return Refused((rules.edited_meanwhile(edited.code),))
            details = {"place": written.place, "minimum": written.minimum, "maximum": written.maximum}
            work.audit("stock.edit", "stock", edited.code, details=details)
            work.changed(f"stock:{edited.code}")
        return Done(written)

    def relocate(self, actor: Actor, items: Sequence[StockItem]) -> Outcome[int]:
        """Write the places and the limits of several items, over what they were; the value is how many."""
        findings = self._staff.refusal(actor, Right.ADJUST_STOCK)
        findings += [finding for item in items for finding in rules.check_limits(item)]
        if is_refused(findings):
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            store.add(work.session, dict.fromkeys((item.code for item in items), 0))
            store.relocate(work.session, items)
            work.audit("stock.relocate", "stock", details={"products": len(items)})
            work.changed(*(f"stock:{item.code}" for item in items))
        return Done(len(items), tuple(findings))

    # --- Stupéfiants --------------------------------------------------------------------------------------------

    def _narcotics(self, codes: Iterable[str]) -> dict[str, Narcotic]:
        return {} if self.registers is None else self.registers.narcotics(codes)

    def _register(self, work: UnitOfWork, moves: Sequence[Move]) -> None:
        """Write what was received into the register of stupéfiants: nothing received can be refused any more."""
        refused: Finding | None = None
        if self.registers is not None:
            refused = self.registers.record(work, moves)
        if refused is not None:
            raise InputDefect(refused.text, code=refused.code, advice=refused.advice)


def _received(
    narcotics: Mapping[str, Narcotic],
    lines: Iterable[ReceiptLine],
    boxes: Mapping[str, int],
    balances: Mapping[str, int],
    reference: str,
) -> list[Move]:
    return [
        Move(
            kind=EntryKind.RECEIPT,
            narcotic=narcotics[line.code],
            boxes=line.quantity,
            held_before=balances[line.code] - boxes[line.code],
            lot=line.lot,
            reference=reference,
        )
        for line in lines
        if line.code in narcotics
    ]


def _derived_received(derived: Mapping[str, str], lines: Iterable[ReceiptLine], reference: str) -> list[DerivedMove]:
    """Return the entries of the medicines derived from blood that came: one a product and lot."""
    lots: Counter[tuple[str, str]] = Counter()
    for line in lines:
        if line.code in derived:
            lots[line.code, line.lot.strip()] += line.quantity
    return [
        DerivedMove(
            kind=DerivedKind.RECEIPT, reference=reference, code=code, label=derived[code], lot=lot, quantity=quantity
        )
        for (code, lot), quantity in lots.items()
    ]


def _require_positive(quantity: int) -> None:
    if quantity < 1:
        raise ValueError("a quantity of boxes is at least 1")


def _record(work: UnitOfWork, movements: Iterable[Mapping[str, Any]]) -> None:
    signed = [
        {**movement, "actor_id": work.actor.staff_id, "actor_name": work.actor.name, "at": work.now}
        for movement in movements
    ]
    store.record(work.session, signed)
    work.changed(*(f"stock:{movement['code']}" for movement in signed))


def _receipt_movements(
    lines: Iterable[ReceiptLine], boxes: Mapping[str, int], balances: Mapping[str, int], reference: str
) -> list[dict[str, Any]]:
    running = {code: balances[code] - received for code, received in boxes.items()}
    movements = []
    for line in lines:
        running[line.code] += line.quantity
        movements.append(
            store.movement(
                code=line.code,
                delta=line.quantity,
                balance_after=running[line.code],
                kind=MovementKind.RECEIPT,
                reference=reference,
                lot=line.lot,
                expiry=line.expiry,
                serial=line.serial,
            )
        )
    return movements


def _adjustments(counts: Mapping[str, int], deltas: Mapping[str, int], reason: str) -> list[dict[str, Any]]:
    return [
        store.movement(
            code=code, delta=delta, balance_after=counts[code], kind=MovementKind.ADJUSTMENT, reason=reason.strip()
        )
        for code, delta in sorted(deltas.items())
    ]

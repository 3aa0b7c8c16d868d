"""Which boxes are set aside, not for sale, and how do they come and go: stock and registers in one act?

A box in quarantine is on the premises: a stupéfiant stays in the balance of its register until it is destroyed or sent
back (CSP R.5132-36). A box that came back from a patient is never sold again (CSP L.4211-2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel.errors import InputDefect
from app.kernel.outcome import Done, Refused, is_refused
from app.officine.registers import rules as register_rules
from app.officine.registers.model import EntryKind, Move
from app.officine.staff.model import Right
from app.officine.stock import quarantine_store, store
from app.officine.stock import quarantined as rules
from app.officine.stock.model import MovementKind
from app.officine.stock.quarantined import Exit, ShiftedBoxes

if TYPE_CHECKING:
    from collections.abc import Collection

    from app.kernel.outcome import Finding, Outcome
    from app.officine.recalls.model import Recall
    from app.officine.recalls.service import Recalls
    from app.officine.registers.model import Narcotic
    from app.officine.staff.service import Staff
    from app.officine.stock.quarantined import Aside, Left, Quarantined
    from app.officine.stock.service import Stock
    from app.store.audit import Actor
    from app.store.database import Database, UnitOfWork

BEYOND = "boîte trouvée au-delà du stock connu"
"""What a movement adds to its reason where the stock did not know of the box that is set aside."""

_LISTED = 500
_ENTRIES = {Exit.DESTROYED: EntryKind.DESTRUCTION, Exit.RETURNED: EntryKind.RETURN}


@dataclass(frozen=True, slots=True)
class RecallState:
    """A recall beside the boxes that it concerns: those for sale of its product, and those in quarantine for it.

    ``of_lots`` are those for sale whose movements name one of its lots: an estimate, not every receipt says its lot.
    """

    recall: Recall
    on_hand: int
    of_lots: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class _Exit:
    """Boxes that are to leave, checked."""

    held: Quarantined
    quantity: int
    leaving: Exit
    reason: str
    document: str
    second_person: str


class Quarantine:
    """The boxes set aside; each comes and goes by a movement of the stock, kept for ever."""

    def __init__(self, db: Database, *, stock: Stock, recalls: Recalls, staff: Staff) -> None:
        """Keep them in ``db`` with the services below."""
        self._db = db
        self._stock = stock
        self._recalls = recalls
        self._staff = staff

    # --- Reading ------------------------------------------------------------------------------------------------

    def present(self, limit: int = _LISTED, code: str | None = None) -> list[Quarantined]:
        """Return the boxes in quarantine, entry by entry, the newest first: of one product, or of all."""
        with self._db.read() as session:
            return quarantine_store.present(session, limit, code)

    def exits(self, entry_id: int) -> list[Left]:
        """Return what left of an entry, in order."""
        with self._db.read() as session:
            return quarantine_store.exits(session, entry_id)

    def serials(self, boxes: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Return those of the boxes (product code, serial number) that are in quarantine."""
        if not boxes:
            return frozenset()
        with self._db.read() as session:
            return quarantine_store.serials(session, boxes)

    def recall_states(self, *, with_lifted: bool = False) -> list[RecallState]:
        """Return the recalls, the newest first, each beside the boxes that it concerns."""
        recalls = self._recalls.newest(with_lifted=with_lifted)
        codes = {recall.code for recall in recalls}
        on_hand, lots = self._stock.on_hand(codes), self._stock.by_lot(codes)
        with self._db.read() as session:
            aside = quarantine_store.of_recalls(session)
        return [
            RecallState(
                recall,
                on_hand.get(recall.code, 0),
                sum(max(0, left) for lot, left in lots.get(recall.code, {}).items() if recall.concerns(lot)),
                aside.get(recall.id, 0),
            )
            for recall in recalls
        ]

    def discrepancies(self) -> list[str]:
        """Return the products whose stock item does not count the boxes that the quarantine lists: none but damage."""
        found, after = [], ""
        with self._db.read() as session:
            while page := store.items(session, after, _LISTED):
                after = page[-1].code
                left = quarantine_store.totals(session, [item.code for item in page])
                found += [item.code for item in page if item.quarantined != left.get(item.code, 0)]
        return found

    # --- Acts ---------------------------------------------------------------------------------------------------

    def set_aside(self, actor: Actor, asked: Aside) -> Outcome[Quarantined]:
        """Take boxes out of those for sale and set them aside.

        A box in hand that the stock did not know of is set aside all the same, and its movement says so; a stupéfiant
        is refused then: its register counts first.
        """
        findings = [*self._staff.refusal(actor, Right.HANDLE_RECALLS), *rules.check_aside(asked)]
        if is_refused(findings):
            return Refused(tuple(findings))
        try:
            entry = self._db.perform(actor, lambda work: self._set_aside(work, asked))
        except _Undone as undone:
            return Refused((undone.finding,))
        return Done(entry, tuple(findings))

    def take_out(
        self,
        actor: Actor,
        entry_id: int,
        quantity: int,
        leaving: Exit,
        *,
        reason: str,
        document: str = "",
        second_person: str = "",
    ) -> Outcome[Quarantined]:
        """Send back, destroy or sell again boxes of an entry; the value is the entry as it is then.

        Sold again only where no recall in force calls them back, and never what a patient brought back. A stupéfiant
        leaves its register in the same act: with its document, and before a witness where it is destroyed.
        """
        with self._db.read() as session:
            held = quarantine_store.read(session, entry_id)
        findings = [*self._staff.refusal(actor, Right.ANSWER_FOR_RECALLS)]
        findings += rules.check_exit(
            held, quantity, leaving, reason=reason, document=document, second_person=second_person
        )
        if held is not None:
            findings += self._check_leaving(held, leaving, document, second_person)
        if is_refused(findings) or held is None:
            return Refused(tuple(findings))
        asked = _Exit(held, quantity, leaving, reason.strip(), document.strip(), second_person.strip())
        try:
            entry = self._db.perform(actor, lambda work: self._take_out(work, asked))
        except _Undone as undone:
            return Refused((undone.finding,))
        return Done(entry, tuple(findings))

    def put_in(self, work: UnitOfWork, asked: Aside) -> None:
        """Set aside, in the caller's act, boxes that come back from outside: those for sale stay as they are.

        Those of a stupéfiant enter its register again: ``reference`` is the delivery that they left by.
        """
        before = self._stock.held(work, [asked.code])[asked.code]
        moved = self._stock.shift(work, sellable=0, aside=asked.quantity, moved=_shifted(asked, asked.reason))
        assert moved  # nothing leaves
        self._stock.back_in_register(
            work,
            asked.code,
            asked.quantity,
            reference=asked.reference,
            reason=asked.reason,
            held_before=before,
        )
        self._enter(work, asked)

    # --- Within an act ------------------------------------------------------------------------------------------

    def _set_aside(self, work: UnitOfWork, asked: Aside) -> Quarantined:
        for_sale = max(0, store.add(work.session, {asked.code: 0})[asked.code])
        if asked.serial and quarantine_store.serials(work.session, [(asked.code, asked.serial)]):
            raise _Undone(rules.already_aside(asked.serial))
        beyond = for_sale < asked.quantity
        if beyond and (self._narcotic(asked.code) is not None or not asked.serial):
            raise _Undone(rules.too_few(asked.code, asked.quantity, for_sale))
        reason = f"{asked.reason.strip()} ({BEYOND})"[:200] if beyond else asked.reason.strip()
        taken = min(for_sale, asked.quantity)
        moved = self._stock.shift(work, sellable=-taken, aside=asked.quantity, moved=_shifted(asked, reason))
        assert moved  # the item is locked, and holds what is taken
        return self._enter(work, asked)

    def _enter(self, work: UnitOfWork, asked: Aside) -> Quarantined:
        number = quarantine_store.enter(work, asked)
        details = {"code": asked.code, "boxes": asked.quantity, "lot": asked.lot, "cause": str(asked.cause)}
        work.audit("quarantine.enter", "quarantine", str(number), details=details)
        work.changed("quarantine", f"stock:{asked.code}")
        entry = quarantine_store.read(work.session, number)
        assert entry is not None
        return entry

    def _take_out(self, work: UnitOfWork, asked: _Exit) -> Quarantined:
        code = asked.held.code
        before = self._stock.held(work, [code])[code]
        held = quarantine_store.read(work.session, asked.held.id)
        findings = rules.check_exit(
            held, asked.quantity, asked.leaving, reason=asked.reason, document="", second_person=""
        )
        if findings or held is None:
            raise _Undone(findings[0])
        moved = ShiftedBoxes(
            code=code,
            kind=asked.leaving.movement,
            reason=asked.reason,
            reference=asked.document,
            lot=held.lot,
            expiry=held.expiry,
            serial=held.serial,
        )
        sold_again = asked.quantity if asked.leaving is Exit.RELEASED else 0
        if not self._stock.shift(work, sellable=sold_again, aside=-asked.quantity, moved=moved):
            raise InputDefect("La quarantaine de ce produit ne compte pas ses boîtes.", code="GAL-QUA-11")
        self._leave_register(work, asked, before)
        quarantine_store.leave(
            work,
            held.id,
            asked.quantity,
            asked.leaving,
            reason=asked.reason,
            document=asked.document,
            second_person=asked.second_person,
        )
        details = {"code": code, "boxes": asked.quantity, "exit": str(asked.leaving), "reason": asked.reason}
        work.audit("quarantine.leave", "quarantine", str(held.id), details=details)
        work.changed("quarantine", f"stock:{code}")
        left = quarantine_store.read(work.session, held.id)
        assert left is not None
        return left

    def _leave_register(self, work: UnitOfWork, asked: _Exit, held_before: int) -> None:
        """Write the exit of a stupéfiant into its register (CSP R.5132-36); sold again, it has not left."""
        narcotic, registers = self._narcotic(asked.held.code), self._stock.registers
        if narcotic is None or registers is None or asked.leaving is Exit.RELEASED:
            return
        move = Move(
            kind=_ENTRIES[asked.leaving],
            narcotic=narcotic,
            boxes=-asked.quantity,
            held_before=held_before,
            lot=asked.held.lot,
            reference=asked.document,
            second_person=asked.second_person,
            reason=asked.reason,
        )
        refused = registers.record(work, [move])
        if refused is not None:
            raise _Undone(refused)

    def _check_leaving(self, held: Quarantined, leaving: Exit, document: str, second_person: str) -> list[Finding]:
        """Return what recalls and registers have against boxes that are to leave."""
        if leaving is Exit.RELEASED:
            hits = [
                recall
                for recall in self._recalls.of([held.code]).get(held.code, ())
                if recall.concerns(held.lot) or recall.id == held.recall_id
            ]
            return [rules.recalled_still(hits[0].lots_words)] if hits else []
        if self._narcotic(held.code) is None:
            return []
        what = "Le document de destruction" if leaving is Exit.DESTROYED else "Le bon de retour"
        findings = register_rules.check_reference(document, what)
        if leaving is Exit.DESTROYED:
            findings += register_rules.check_person(second_person, "Le nom du pharmacien témoin")
        return findings

    def _narcotic(self, code: str) -> Narcotic | None:
        registers = self._stock.registers
        return None if registers is None else registers.narcotics([code]).get(code)


class _Undone(Exception):
    """Undoes the act from within its transaction."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.text)
        self.finding = finding


def _shifted(asked: Aside, reason: str) -> ShiftedBoxes:
    return ShiftedBoxes(
        code=asked.code,
        kind=MovementKind.SET_ASIDE,
        reason=reason,
        reference=asked.reference,
        lot=asked.lot,
        expiry=asked.expiry,
        serial=asked.serial,
    )

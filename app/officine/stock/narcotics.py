"""How are stupéfiants counted, destroyed, lost, sent back and balanced: stock and register in one act?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel.clock import today
from app.kernel.outcome import Done, Refused, is_refused
from app.officine.catalog.model import ListClass
from app.officine.registers import rules
from app.officine.registers.model import EntryKind, Holding, MonthBalance, Move
from app.officine.staff.model import Right
from app.officine.stock.model import MovementKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.kernel.outcome import Finding, Outcome
    from app.officine.catalog.service import Catalog
    from app.officine.registers.model import Narcotic
    from app.officine.registers.service import Registers
    from app.officine.staff.service import Staff
    from app.officine.stock.service import Stock
    from app.store.audit import Actor
    from app.store.database import Database, UnitOfWork

_MOVEMENTS = {
    EntryKind.DESTRUCTION: MovementKind.DESTRUCTION,
    EntryKind.LOSS: MovementKind.LOSS,
    EntryKind.THEFT: MovementKind.LOSS,
    EntryKind.RETURN: MovementKind.RETURN,
}
EXITS = tuple(_MOVEMENTS)
"""The kinds of exits that are no delivery."""


class Narcotics:
    """The stupéfiants held: each act moves the boxes and writes the register together, or does nothing."""

    def __init__(self, db: Database, *, stock: Stock, registers: Registers, catalog: Catalog, staff: Staff) -> None:
        """Work on ``db`` with the services below."""
        self._db = db
        self._stock = stock
        self._registers = registers
        self._catalog = catalog
        self._staff = staff

    # --- Reading ------------------------------------------------------------------------------------------------

    def holdings(self) -> list[Holding]:
        """Return every stupéfiant that the register or the stock holds, by name, each beside the other."""
        held = self._held_narcotics()
        balances, days = self._registers.balances(), self._registers.last_days()
        known = self._registers.narcotics({*balances, *held})
        boxes, aside = self._stock.on_hand(known), self._stock.quarantined(known)
        found = [
            Holding(narcotic, balances.get(code, 0), boxes.get(code, 0) + aside.get(code, 0), days.get(code))
            for code, narcotic in known.items()
        ]
        return sorted(found, key=lambda holding: (holding.narcotic.name, holding.narcotic.code))

    def balance(self, month: str) -> MonthBalance | None:
        """Return the balance of a month (``2026-11``); None for what is no month."""
        bounds = rules.month_bounds(month)
        if bounds is None:
            return None
        lines, closed = self._registers.month(month)
        holdings = {holding.narcotic.code: holding for holding in self.holdings()}
        return MonthBalance(month, lines, holdings, closed, bounds[1] <= today(self._db.clock))

    def months(self) -> list[str]:
        """Return the months that the register knows, the newest first; the present one at least."""
        now = rules.month_of(today(self._db.clock))
        first = self._registers.first_day()
        months = [now]
        while first is not None and months[-1] > rules.month_of(first):
            months.append(rules.month_before(months[-1]))
        return months

    # --- Acts ---------------------------------------------------------------------------------------------------

    def count(
        self,
        actor: Actor,
        counts: Mapping[str, int],
        *,
        reason: str,
        second_person: str,
        loose: Mapping[str, int] | None = None,
    ) -> Outcome[int]:
        """Write an inventory: whole boxes found of each product, and ``loose`` units of opened ones.

        A difference is an adjusting entry with its reason, never an edit; without a difference the inventory is
        written all the same. The value is how many products differed. A difference without a reason is refused.
        """
        units = loose or {}
        narcotics = self._registers.narcotics(counts)
        findings = [*self._staff.refusal(actor, Right.KEEP_REGISTERS), *rules.check_counts(counts, units, narcotics)]
        findings += rules.check_person(second_person, "Le nom de la seconde personne présente")
        if reason.strip():
            findings += rules.check_reason(reason)
        if is_refused(findings):
            return Refused(tuple(findings))
        try:
            differing = self._db.perform(
                actor,
                lambda work: self._count(work, _Count(counts, units, narcotics, reason.strip(), second_person.strip())),
            )
        except _Undone as undone:
            return Refused((undone.finding,))
        return Done(differing, tuple(findings))

    def take_out(
        self,
        actor: Actor,
        kind: EntryKind,
        boxes: Mapping[str, int],
        *,
        reason: str,
        second_person: str = "",
        reference: str = "",
    ) -> Outcome[int]:
        """Destroy, lose or send back whole boxes, all products or none; the value is the last entry's number.

        A destruction names the pharmacist who witnesses it and the document that attests it; a
        theft or a diversion is to be declared (R.5132-80), which the findings say.
        """
        if kind not in _MOVEMENTS:
            raise ValueError("neither a destruction, a loss, a theft nor a return")
        narcotics = self._registers.narcotics(boxes)
        findings = [*self._staff.refusal(actor, Right.ANSWER_FOR_REGISTERS), *rules.check_reason(reason)]
        if kind is EntryKind.DESTRUCTION:
            findings += rules.check_person(second_person, "Le nom du pharmacien témoin")
        if kind in {EntryKind.DESTRUCTION, EntryKind.RETURN}:
            what = "Le document de destruction" if kind is EntryKind.DESTRUCTION else "Le bon de retour"
            findings += rules.check_reference(reference, what)
        findings += _check_boxes(boxes, narcotics)
        if kind is EntryKind.THEFT:
            findings.append(rules.declare_theft())
        if is_refused(findings):
            return Refused(tuple(findings))

        def act(work: UnitOfWork) -> int:
            held = self._stock.held(work, boxes)
            moves = [
                Move(
                    kind=kind,
                    narcotic=narcotics[code],
                    boxes=-boxes[code],
                    held_before=held[code],
                    reference=reference.strip(),
                    second_person=second_person.strip(),
                    reason=reason.strip(),
                )
                for code in sorted(boxes)
            ]
            for move in moves:
                self._move(work, _MOVEMENTS[kind], move, reason=move.reason, reference=move.reference)
            self._record(work, moves)
            work.audit(f"narcotics.{kind}", "stupefiants", details={"boxes": dict(boxes), "reference": reference})
            return self._registers.last_number(work)

        try:
            return Done(self._db.perform(actor, act), tuple(findings))
        except _Undone as undone:
            return Refused((undone.finding,))

    # --- Within an act ------------------------------------------------------------------------------------------

    def _count(self, work: UnitOfWork, asked: _Count) -> int:
        # Stock first, then register: the order of every act.
        held = self._stock.held(work, asked.counts)
        balances = self._registers.lock(work, asked.counts)
        moves, differing = [], 0
        for code in sorted(asked.counts):
            narcotic = asked.narcotics[code]
            assert narcotic.units.count is not None
            found = asked.counts[code] * narcotic.units.count + asked.loose.get(code, 0)
            expected = balances.get(code, max(0, held[code]) * narcotic.units.count)
            if found != expected or asked.counts[code] != held[code]:
                differing += 1
                if not asked.reason:
                    raise _Undone(_reason_needed(narcotic, expected, found))
            move = Move(
                kind=EntryKind.INVENTORY,
                narcotic=narcotic,
                boxes=asked.counts[code] - held[code],
                units=found - expected,
                held_before=held[code],
                second_person=asked.second_person,
                reason=asked.reason or "Conforme",
                stated=found,
            )
            moves.append(move)
            if move.boxes:
                self._move(work, MovementKind.ADJUSTMENT, move, reason=move.reason, reference="Inventaire")
        self._record(work, moves)
        work.audit("narcotics.count", "stupefiants", details={"products": len(moves), "differing": differing})
        return differing

    def _move(self, work: UnitOfWork, kind: MovementKind, move: Move, *, reason: str, reference: str) -> None:
        moved = self._stock.move(
            work, code=move.narcotic.code, delta=move.boxes, kind=kind, reason=reason, reference=reference
        )
        if not moved:
            raise _Undone(_too_few_boxes(move.narcotic))

    def _record(self, work: UnitOfWork, moves: Sequence[Move]) -> None:
        refused = self._registers.record(work, moves)
        if refused is not None:
            raise _Undone(refused)

    def _held_narcotics(self) -> list[str]:
        """Return the stupéfiants in stock that the register may not know yet."""
        found: list[str] = []
        after = ""
        while page := self._stock.items(after, _PAGE):
            after = page[-1].code
            codes = [item.code for item in page if item.quantity or item.quarantined]
            products = self._catalog.by_codes(codes)
            found += [code for code, one in products.items() if one.list_class is ListClass.NARCOTIC]
        return found


_PAGE = 2_000


@dataclass(frozen=True, slots=True)
class _Count:
    """What an inventory found: boxes and loose units, why it differs, who was there."""

    counts: Mapping[str, int]
    loose: Mapping[str, int]
    narcotics: Mapping[str, Narcotic]
    reason: str
    second_person: str


class _Undone(Exception):
    """Undoes the act from within its transaction."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.text)
        self.finding = finding


def _check_boxes(boxes: Mapping[str, int], narcotics: Mapping[str, Narcotic]) -> list[Finding]:
    findings = [] if boxes else [rules.error("GAL-STU-11", "Aucune boîte n’est indiquée.", "Choisissez un produit.")]
    for code, count in boxes.items():
        narcotic = narcotics.get(code)
        if narcotic is None:
            findings.append(rules.not_narcotic(code))
        elif narcotic.units.count is None:
            findings.append(rules.unknown_units(narcotic))
        else:
            findings += rules.check_quantity(count, code)
    return findings


def _reason_needed(narcotic: Narcotic, expected: int, found: int) -> Finding:
    name = narcotic.name.split(",")[0]
    return rules.error(
        "GAL-STU-18",
        f"{name} : {found} comptées, {expected} au registre. Motif de l’écart obligatoire.",
        "Expliquez l’écart ; un vol se déclare (CSP R.5132-80).",
        "reason",
    )


def _too_few_boxes(narcotic: Narcotic) -> Finding:
    return rules.error(
        "GAL-STU-19",
        f"{narcotic.name} : le stock ne tient pas autant de boîtes.",
        "Comptez les boîtes du coffre, puis faites l’inventaire.",
        narcotic.code,
    )

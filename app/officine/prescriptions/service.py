"""How are prescribers found and added, and ordonnances kept for their renewals?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.identifiers import is_rpps
from app.kernel.outcome import Done, Refused, is_refused
from app.officine.prescriptions import kept_store, rules, store
from app.officine.staff.model import Right

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from app.kernel.outcome import Finding, Outcome
    from app.officine.prescriptions.model import Execution, KeptPrescription, Prescriber, PrescriberDraft
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database, UnitOfWork

KEPT = 20
"""How many ordonnances of a patient are looked through: those of a year, for most."""


class Prescriptions:
    """The prescribers known to the officine, and the ordonnances delivered from."""

    def __init__(self, db: Database, staff: Staff) -> None:
        """Keep them in ``db``; ask ``staff`` for the rights."""
        self._db = db
        self._staff = staff

    def prescribers(self, text: str, limit: int = 30) -> list[Prescriber]:
        """Return the prescribers found by the beginnings of their names, in any order, or of their RPPS number.

        An empty text gives the first ones by name.
        """
        prefixes = rules.prefixes(text)
        with self._db.read() as session:
            if text.strip():
                return store.search(session, prefixes, limit)
            return store.first_by_name(session, limit)

    def get_prescriber(self, prescriber_id: int) -> Prescriber | None:
        """Return a prescriber; None when there is no such one."""
        with self._db.read() as session:
            return store.prescriber(session, prescriber_id)

    def by_rpps(self, rpps: str) -> Prescriber | None:
        """Return the prescriber who has the RPPS number; None when nobody has."""
        with self._db.read() as session:
            return store.by_rpps(session, rpps)

    def check_prescriber(self, draft: PrescriberDraft) -> list[Finding]:
        """Return what is wrong with a prescriber as typed."""
        kept = rules.trimmed(draft)
        return rules.check_prescriber(kept, self.by_rpps(kept.rpps) if is_rpps(kept.rpps) else None)

    def add_prescriber(self, draft: PrescriberDraft, actor: Actor) -> Outcome[Prescriber]:
        """Add a prescriber."""
        added = self.add_prescribers([draft], actor)
        return added if isinstance(added, Refused) else Done(added.value[0], added.findings)

    def add_prescribers(self, drafts: Sequence[PrescriberDraft], actor: Actor) -> Outcome[list[Prescriber]]:
        """Add several prescribers, all or none."""
        findings = self._staff.refusal(actor, Right.EDIT_PRESCRIBER)
        findings += [finding for draft in drafts for finding in self.check_prescriber(draft)]
        if is_refused(findings):
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            added = store.add_prescribers(work.session, [rules.trimmed(draft) for draft in drafts])
            for prescriber in added:
                work.audit("prescriber.create", "prescriber", str(prescriber.id))
            work.changed("prescriber")
        return Done(added, tuple(findings))

    # --- Ordonnances ----------------------------------------------------------------------------------------------

    def kept(self, patient_id: int, limit: int = KEPT) -> list[KeptPrescription]:
        """Return the last ordonnances of a patient with what was delivered of each line, the newest first."""
        with self._db.read() as session:
            return kept_store.of_patient(session, patient_id, limit)

    def renewable(self, patient_id: int, today: dt.date) -> list[KeptPrescription]:
        """Return the ordonnances of a patient from which something may still be delivered, the newest first.

        None past a year (CSP R.5132-21).
        """
        return [one for one in self.kept(patient_id) if rules.is_live(one, today)]

    def execute(self, work: UnitOfWork, execution: Execution) -> int:
        """Write, in the act, what a delivery makes of an ordonnance; return the ordonnance's id."""
        prescription_id = kept_store.write_execution(work.session, execution, work.now)
        work.changed("prescription", f"prescription:{prescription_id}")
        return prescription_id

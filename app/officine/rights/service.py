"""How do the rights read on a card or a phone reach a patient's file?

They come from the publisher's component alone, never from what anyone may read of a Vitale by PC/SC.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from app.kernel.clock import today
from app.kernel.outcome import Done, Refused, is_refused
from app.officine.patients import cards
from app.officine.rights import reading, rules, store
from app.officine.rights.model import Meanings, Medium, Person, Reading
from app.officine.staff.model import Right

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.kernel.actor import Actor
    from app.kernel.outcome import Outcome
    from app.officine.patients.card_desk import PatientCards
    from app.officine.patients.model import Patient
    from app.officine.patients.service import Patients
    from app.officine.rights.model import Comparison, Entitled, Kept
    from app.officine.rights.ports import ApcvPort, FsvPort
    from app.officine.staff.service import Staff
    from app.store.database import Database


class PatientRights:
    """The rights of the patients, as their cards and phones say them."""

    def __init__(
        self,
        db: Database,
        *,
        patients: Patients,
        files: PatientCards,
        staff: Staff,
        fsv: FsvPort,
        apcv: ApcvPort,
        meanings: Callable[[], Meanings],
        production: bool,
        code_minutes: int = 3,
        context_minutes: int = 60,
    ) -> None:
        """Read by ``fsv`` and ``apcv``; ``files`` finds whose the rights are; ``production`` refuses cards of tests.

        ``meanings`` loads the table of the codes couverture, at the first reading.

        ``code_minutes`` is how long a QR of the phone may be shown before it is scanned, ``context_minutes`` how long
        what it opened may be used: no public text gives either, they are the officine's settings.
        """
        self._db, self._patients, self._files, self._staff = db, patients, files, staff
        self._fsv, self._apcv, self._load, self._production = fsv, apcv, meanings, production
        self._table: Meanings | None = None
        self._code_age, self._context_age = dt.timedelta(minutes=code_minutes), dt.timedelta(minutes=context_minutes)

    @property
    def needs_code(self) -> bool:
        """True where the holder's code of the CPS is asked for with each reading of a card."""
        return self._fsv.needs_code

    @property
    def is_simulated(self) -> bool:
        """True where cards and rights are fictitious."""
        return self._fsv.is_simulated

    @property
    def meanings(self) -> Meanings:
        """The table of the codes couverture, once a reading was made."""
        return self._table or Meanings()

    def close(self) -> None:
        """Give the component back."""
        self._fsv.close()

    def read_card(self, code: bytearray, actor: Actor) -> Outcome[Reading]:
        """Read the rights of the Vitale that is in; ``code`` is the CPS's, wiped in any case.

        Refused for cards of tests in production, and for an answer without its whole. Raises EnvironmentFailure.
        """
        try:
            refusal = self._staff.refusal(actor, Right.DELIVER)
            if refusal:
                return Refused(tuple(refusal))
            groups = self._fsv.rights(code, today(self._db.clock))
        finally:
            code[:] = bytes(len(code))
        return self._understood(Medium.VITALE, groups, self._fsv.is_simulated, None)

    def read_phone(self, phone: str, shown_at: dt.datetime, actor: Actor) -> Outcome[Reading]:
        """Read the rights of the phone that showed a QR at a moment.

        Refused where it was shown too long ago, or later than now. Raises EnvironmentFailure.
        """
        now, age = self._db.clock.now(), self._code_age
        findings = self._staff.refusal(actor, Right.DELIVER)
        if now - shown_at > age:
            findings.append(rules.code_too_old(int(age.total_seconds()) // 60))
        elif shown_at - now > age:
            findings.append(rules.code_of_tomorrow())
        if findings:
            return Refused(tuple(findings))
        context = self._apcv.context(phone, shown_at, now)
        ends = context.opened_at + self._context_age
        return self._understood(Medium.APCV, context.groups, self._apcv.is_simulated, ends)

    def compare(self, read: Reading, one: Entitled, patient: Patient) -> Comparison:
        """Return what a file would become by what was read of a beneficiary."""
        return rules.compare(read.insured, one, patient.coverage, today(self._db.clock), self.meanings)

    def take(self, read: Reading, person: Person, patient: Patient, actor: Actor) -> Outcome[Patient]:
        """Bring a file up to date by what was read, and keep its source and moment, in one transaction.

        Refused for somebody else's rights, an expired context, and a file that was edited meanwhile.
        """
        findings = self._staff.refusal(actor, Right.EDIT_PATIENT)
        if findings:
            return Refused(tuple(findings))
        if read.expires_at is not None and read.expires_at <= self._db.clock.now():
            findings.append(rules.expired(read.expires_at))
        if patient.id not in {file.id for file in person.matches}:
            findings.append(rules.other_person(patient.display_name))
        if findings:
            return Refused(tuple(findings))
        compared = self.compare(read, person.entitled, patient)
        details = _trace(read, person.entitled, [one.label for one in compared.differences])
        return self._patients.take_rights(patient, compared.coverage, store.ACTION, details, actor)

    def last(self, patient_id: int) -> Kept | None:
        """Return the reading by which a file was last brought up to date; None where there is none."""
        with self._db.read() as session:
            return store.last(session, patient_id)

    def _understood(
        self,
        medium: Medium,
        groups: Sequence[tuple[int, tuple[str, ...]]],
        simulated: bool,  # noqa: FBT001 -- a fact about the port, beside the others
        expires_at: dt.datetime | None,
    ) -> Outcome[Reading]:
        insured, people, findings = reading.read(groups)
        if insured is None or is_refused(findings):
            return Refused(tuple(findings))
        if self._production and (simulated or insured.is_of_tests or self._files.names_test_people(people)):
            return Refused((cards.refused_as_test(),))
        if self._table is None:
            self._table = self._load()
        found = [Person(one, *self._files.files_of(one)) for one in people]
        return Done(
            Reading(medium, self._db.clock.now(), simulated, insured, tuple(found), tuple(findings), expires_at)
        )


def _trace(read: Reading, one: Entitled, differences: list[str]) -> dict[str, Any]:
    """Return what the journal keeps of a reading: no number of a person, no name."""
    ends = [span.last for span in one.periods if span.last is not None]
    return {
        "medium": str(read.medium),
        "read_at": read.read_at.isoformat(),
        "simulated": read.is_simulated,
        "scheme": read.insured.scheme,
        "fund": read.insured.fund,
        "centre": read.insured.centre,
        "rights_until": max(ends).isoformat() if ends else "",
        "differences": differences,
    }

"""Whose file does an INS datamatrix read on a paper call for, and does the file say the same?

Sources: Guide d’implémentation INS (EXI REC 02), RNIV: the code is not signed and is no identity document; what it
carries opens a file, is compared with it or fills a new one, provisoire, and INSi alone gives the INS.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.kernel.outcome import Done, Finding, Severity, is_refused
from app.kernel.text import typographic
from app.officine.patients import identity_store, names, store, transitions
from app.officine.patients.comparison import compared
from app.officine.patients.identity_tables import PastInsRow
from app.officine.patients.model import PatientDraft, Sex
from app.officine.staff.model import Right
from app.store import merged

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.officine.patients.identities import Identities
    from app.officine.patients.identity import Ins, Traits
    from app.officine.patients.identity_model import IdentityFile
    from app.officine.patients.model import Patient
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database


_DIFFERS = "GAL-IDN-24"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What a code calls for: the files found, or the draft of a new one, and what there is to say.

    ``is_sure`` is True for one file that says the same as the code: it may be opened at once. Any other is to be
    looked at by a person first.
    """

    patients: tuple[Patient, ...] = ()
    draft: PatientDraft | None = None
    findings: tuple[Finding, ...] = ()
    is_sure: bool = False


class InsScans:
    """The INS datamatrices read at the counter and among the patients."""

    def __init__(self, db: Database, staff: Staff, identities: Identities, *, production: bool) -> None:
        """Look the files up in ``db``; with real data (``production``) the INS of a test calls for nobody."""
        self._db = db
        self._staff = staff
        self._identities = identities
        self._production = production

    def look_up(self, ins: Ins, read: Traits, actor: Actor | None = None) -> Sighting:
        """Return what a code calls for: the file that holds its INS, else those of its traits, else a new one.

        ``read`` are the traits of the code, its date ``YYYY-MM-DD``. A file that says the same and has no INS keeps
        the one read as presented, until INSi confirms it; one that differs goes on the worklist. Raises InputDefect
        where ``actor`` may not read patients' files; None is Galien itself.
        """
        self._staff.require(actor, Right.READ_PATIENT)
        defects = transitions.check_ins(ins, production=self._production)
        if is_refused(defects):
            return Sighting(findings=tuple(defects))
        with self._db.read() as session:
            holder = identity_store.holder_of(session, ins, besides=0)
            found = [holder] if holder is not None else _former_holders(session, ins) or _alike(session, read)
            files = [file for file in (identity_store.read(session, one) for one in found) if file is not None]
        if not files:
            return _unknown(read)
        if len(files) > 1:
            return Sighting(patients=tuple(file.patient for file in files), findings=(_several(len(files)),))
        return self._compared(files[0], ins, read, actor)

    def _compared(self, file: IdentityFile, ins: Ins, read: Traits, actor: Actor | None) -> Sighting:
        if ins in file.past and file.identity.ins not in {None, ins}:
            return Sighting(patients=(file.patient,), findings=(_former(),))
        move = transitions.scan(file.identity, ins, read)
        differs = any(one.severity is not Severity.INFO for one in move.findings)
        patient = file.patient
        is_new = move.accepted and file.identity.ins is None and file.identity.presented != ins
        if not differs and is_new and actor is not None:
            kept = self._identities.scanned(patient.id, patient.version, ins, read, actor)
            # Read meanwhile by another workstation, or by who may not write: the file opens all the same.
            patient = kept.value.patient if isinstance(kept, Done) else patient
        if differs and actor is not None:
            # Whoever may not write sees the difference all the same.
            self._identities.differs(patient.id, ins, read, actor)
        said = tuple(_with_values(one, file, read) if one.code == _DIFFERS else one for one in move.findings)
        return Sighting(patients=(patient,), findings=said, is_sure=not differs)


def draft_of(read: Traits) -> PatientDraft:
    """Return the traits of a code as the draft of a new file; the first name is the first of the birth names."""
    try:
        born = dt.date.fromisoformat(read.birth_date)
    except ValueError:
        born = None
    return PatientDraft(
        family_name=read.family_name,
        first_name=read.first_name or read.birth_names.partition(" ")[0],
        birth_names=read.birth_names,
        birth_date=born,
        sex=Sex(read.sex) if read.sex in {"F", "M"} else None,
        birth_place=read.birth_place,
    )


def _with_values(finding: Finding, file: IdentityFile, read: Traits) -> Finding:
    """Return a difference with what the code says of each trait beside what the file says."""
    told = compared(file.identity, read)
    return replace(finding, advice=typographic(" ".join((*told, finding.advice))))


def _alike(session: Session, read: Traits) -> list[int]:
    """Return the files of the family name, the birth date and the first names of a code."""
    born = draft_of(read).birth_date
    return [
        patient.id
        for patient in (store.born_on(session, born) if born is not None else ())
        if patient.family_name == read.family_name and names.first_name_agrees(patient.first_name, read.birth_names)
    ]


def _former_holders(session: Session, ins: Ins) -> list[int]:
    """Return the files in which an INS was in force before."""
    past = select(PastInsRow.patient_id).where(PastInsRow.matricule == ins.matricule, PastInsRow.oid == ins.oid)
    return sorted({merged.head(session, one) for one in session.execute(past).scalars()})


def _unknown(read: Traits) -> Sighting:
    finding = _finding(
        2,
        Severity.INFO,
        "Aucun dossier ne porte cette INS ni ces traits.",
        "Créez le dossier, provisoire, puis interrogez INSi : le matricule lu n’est pas enregistré avant.",
    )
    return Sighting(draft=draft_of(read), findings=(finding,))


def _several(count: int) -> Finding:
    text = f"{count} dossiers portent les traits de ce code : c’est peut-être un doublon."
    return _finding(3, Severity.WARNING, text, "Comparez-les avec le patient avant d’en choisir un.")


def _former() -> Finding:
    return _finding(
        4,
        Severity.WARNING,
        "Ce code porte un ancien matricule de ce dossier, qui n’est plus en vigueur.",
        "Vérifiez le patient ; le dossier garde son matricule actuel.",
    )


def _finding(number: int, severity: Severity, text: str, advice: str) -> Finding:
    return Finding(f"GAL-DMX-{number:02d}", severity, typographic(text), typographic(advice))

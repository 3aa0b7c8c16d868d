"""How are two files of one person made one, how is that undone, and which files look like one person’s?

A merge rewrites no row of another table: what was written for the absorbed file is read with the kept one
(``app.store.merged``), so that chained registers stay as they are and undoing gives each file its own again. Sources:
RNIV (doublons, collisions, jumeaux), Guide d’implémentation INS; conformity list INS.17, INS.26.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import IntegrityError

from app.kernel.outcome import Done, Refused, is_refused
from app.kernel.text import one_line, typographic
from app.officine.patients import identity_store, merge_rules, merge_store, rules
from app.officine.patients.identity import STRICT, Ins, status_of
from app.officine.patients.identity_model import Event, ReviewKind
from app.officine.patients.likeness import Grade, likeness, pairs, person_of
from app.officine.patients.merge_model import Comparison, Merge, MergeDraft, Pair
from app.officine.patients.model import Attribute
from app.officine.staff.model import Right

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.kernel.outcome import Finding, Outcome
    from app.officine.patients.identity_model import IdentityFile
    from app.officine.patients.likeness import Person
    from app.officine.patients.merge_model import Settled
    from app.officine.patients.merge_store import Values
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database, UnitOfWork

_STRICT_COLUMNS = (*STRICT, "birth_date_uncertain")
_INS_COLUMNS = ("matricule", "oid", "recovered_at", "verified_at")
_IDENTITY_COLUMNS = (
    *_STRICT_COLUMNS,
    *_INS_COLUMNS[:2],
    "evidence_code",
    "status",
    "is_homonym",
    "is_doubtful",
    "is_fictitious",
)
"""What the identity of a file is worth by: given back together, or not at all."""
_WORTH = frozenset({*STRICT, "matricule", "oid", "is_doubtful", "is_fictitious"})
"""What an identity is proved by: whatever of it changed since a merge is not given back as it was."""
_FOLLOWING_COLUMNS = ("recovered_at", "verified_at", "presented_matricule", "presented_oid", "twin_rank")
_LABELS = {"phone": "téléphone", "email": "courriel", "used_name": "nom utilisé", "allergies": "texte des allergies"}
_LISTED = 200


class _Undone(Exception):
    """The act can’t be: all that it wrote goes, and this is said."""

    def __init__(self, finding: Finding) -> None:
        """Say why."""
        super().__init__(finding.code)
        self.finding = finding


class Merges:
    """The merges of the files of patients."""

    def __init__(self, db: Database, staff: Staff) -> None:
        """Merge the files of ``db``; ask ``staff`` for the rights."""
        self._db = db
        self._staff = staff

    # --- Reading ------------------------------------------------------------------------------------------------------

    def compare(self, keep: int, absorb: int, actor: Actor | None = None) -> Outcome[Comparison]:
        """Return two files side by side, with what a merge makes of them; refused where one does not exist.

        What forbids the merge is among the findings of ``settled``: the files are shown all the same. Raises
        InputDefect where ``actor`` may not merge files; None is Galien itself.
        """
        self._staff.require(actor, Right.MANAGE_IDENTITY)
        with self._db.read() as session:
            mine, theirs = identity_store.read(session, keep), identity_store.read(session, absorb)
            if mine is None or theirs is None:
                return Refused((rules.unknown(keep if mine is None else absorb),))
            follows = merge_store.following(session, absorb)
        return Done(
            Comparison(
                keep=mine,
                absorb=theirs,
                likeness=likeness(person_of(mine), person_of(theirs)),
                lines=merge_rules.lines(mine, theirs),
                proposed=merge_rules.proposed(mine.patient, theirs.patient),
                follows=follows,
                settled=merge_rules.settle(mine, theirs),
            )
        )

    def of(self, patient_id: int, actor: Actor | None = None) -> list[Merge]:
        """Return the merges of the files of a person, the latest first, undone ones too.

        Raises InputDefect where ``actor`` may not read patients’ files; None is Galien itself.
        """
        self._staff.require(actor, Right.READ_PATIENT)
        with self._db.read() as session:
            return merge_store.of(session, patient_id)

    def duplicates(self, actor: Actor | None = None, limit: int = _LISTED) -> list[Pair]:
        """Return the pairs of files that look like one person’s, the surest first, then the probable twins.

        Left out: pairs that somebody told apart, and twins that are both marked homonymes. Raises as ``compare``.
        """
        self._staff.require(actor, Right.MANAGE_IDENTITY)
        with self._db.read() as session:
            known = {one.id: one for one in merge_store.people(session)}
            apart = merge_store.apart(session)
        found = [
            _pair(known[one], known[other]) for one, other in pairs(list(known.values())) if (one, other) not in apart
        ]
        shown = [pair for pair in found if pair is not None]
        return sorted(shown, key=lambda pair: (-pair.likeness.grade, pair.first, pair.first_id))[:limit]

    def alike(self, patient_id: int, actor: Actor | None = None) -> list[Pair]:
        """Return the pairs of ``duplicates`` in which a file is, of those of its birth date and its INS.

        A slip of the date is met in the whole list alone. Raises as ``compare``.
        """
        self._staff.require(actor, Right.MANAGE_IDENTITY)
        with self._db.read() as session:
            known = {one.id: one for one in merge_store.people(session, near=patient_id)}
            apart = merge_store.apart(session)
        mine = known.pop(patient_id, None)
        if mine is None:
            return []
        shown = [
            pair
            for one in known.values()
            if (min(one.id, mine.id), max(one.id, mine.id)) not in apart and (pair := _pair(mine, one)) is not None
        ]
        return sorted(shown, key=lambda pair: -pair.likeness.grade)

    def check(self, draft: MergeDraft) -> list[Finding]:
        """Return what there is to say of a merge before it is made; an error forbids it."""
        with self._db.read() as session:
            mine, theirs = identity_store.read(session, draft.keep), identity_store.read(session, draft.absorb)
        return _check(draft, mine, theirs)

    # --- Acts ---------------------------------------------------------------------------------------------------------

    def merge(self, draft: MergeDraft, actor: Actor) -> Outcome[Merge]:
        """Merge a file into another, in one transaction: it is found, delivered to and edited no more.

        Refused to who may not, without a reason, where a file was edited since it was read, and by the rules of the
        INS; two identities qualifiées with two INS go on the worklist then, as a potential collision.
        """

        def act(work: UnitOfWork) -> Outcome[Merge]:
            mine = identity_store.read(work.session, draft.keep)
            theirs = identity_store.read(work.session, draft.absorb)
            findings = _check(draft, mine, theirs)
            if mine is None or theirs is None or is_refused(findings):
                _note_collision(work, draft, findings)
                return Refused(tuple(findings))
            return Done(self._apply(work, draft, mine, theirs), tuple(findings))

        return self._perform(actor, act)

    def undo(self, merge_id: int, reason: str, actor: Actor) -> Outcome[Merge]:
        """Give both files back what they were; what was done on the kept one since stays with it.

        Refused where a later merge stands on this one, and where an INS to give back is another’s by now. An identity
        that was changed since the merge stays as it is, without the INS that goes back to the other file.
        """

        def act(work: UnitOfWork) -> Outcome[Merge]:
            found = merge_store.standing(work.session, merge_id)
            if found is None:
                return Refused((merge_rules.not_there(),))
            kept, absorbed, snapshot = found
            findings = merge_rules.check_reason(reason)
            later = merge_store.later(work.session, merge_id, kept)
            if later is not None:
                findings.append(merge_rules.undo_later_first(later))
            if is_refused(findings):
                return Refused(tuple(findings))
            findings = _restore(work, kept, absorbed, snapshot)
            merge_store.end(work, merge_id, reason.strip())
            made = _made(work, merge_id, kept)
            _tell(work, Event.UNMERGE, made, reason.strip())
            return Done(made, tuple(findings))

        return self._perform(actor, act)

    def tell_apart(self, one: int, other: int, reason: str, actor: Actor) -> Outcome[None]:
        """Note that two files that look alike are two people: the pair is proposed no more."""
        findings = [*self._staff.refusal(actor, Right.MANAGE_IDENTITY), *merge_rules.check_reason(reason)]
        if is_refused(findings):
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            missing = _missing(work, one, other)
            if missing is not None:
                return Refused((missing,))
            merge_store.tell_apart(work, one, other, one_line(reason, merge_rules.REASON_LIMIT).strip())
            _trace_apart(work, one, other)
        return Done(None)

    def mark_twins(
        self, one: int, other: int, actor: Actor, ranks: tuple[int | None, int | None] = (None, None)
    ) -> Outcome[None]:
        """Mark two files homonymes of one another, with the birth ranks where they are known: twins are two people."""
        findings = self._staff.refusal(actor, Right.MANAGE_IDENTITY)
        if findings:
            return Refused(tuple(findings))

        def act(work: UnitOfWork) -> Outcome[None]:
            missing = _missing(work, one, other)
            if missing is not None:
                return Refused((missing,))
            for patient_id, rank in ((one, ranks[0]), (other, ranks[1])):
                _mark_twin(work, patient_id, rank)
            merge_store.tell_apart(work, one, other, typographic("Jumeaux"))
            _trace_apart(work, one, other)
            return Done(None)

        return self._perform(actor, act)

    def _perform(self, actor: Actor, act: Callable[[UnitOfWork], Outcome[Any]]) -> Outcome[Any]:
        findings = self._staff.refusal(actor, Right.MANAGE_IDENTITY)
        if findings:
            return Refused(tuple(findings))
        try:
            return self._db.perform(actor, act)
        except _Undone as undone:
            return Refused((undone.finding,))

    @staticmethod
    def _apply(work: UnitOfWork, draft: MergeDraft, mine: IdentityFile, theirs: IdentityFile) -> Merge:
        session = work.session
        kept, absorbed = merge_store.values_of(session, draft.keep), merge_store.values_of(session, draft.absorb)
        became = _merged(draft, kept, absorbed, merge_rules.settle(mine, theirs))
        snapshot = {"kept": kept, "absorbed": absorbed, "became": became}
        # The absorbed one first: the INS may be in force in one file only.
        _write(work, draft.absorb, draft.absorb_version, _without_identity(absorbed), merged_into=draft.keep)
        _write(work, draft.keep, draft.keep_version, became)
        merge_id = merge_store.add(work, draft.keep, draft.absorb, draft.reason.strip(), snapshot)
        for patient_id in (draft.keep, draft.absorb):
            identity_store.settle_kind(work, patient_id, ReviewKind.DUPLICATE)
        made = _made(work, merge_id, draft.keep)
        _tell(work, Event.MERGE, made, draft.reason.strip())
        return made


# --- What a merge makes of the columns --------------------------------------------------------------------------------


def _merged(draft: MergeDraft, kept: Values, absorbed: Values, settled: Settled) -> Values:
    identity = settled.identity
    lead = absorbed if settled.leads else kept
    became = kept | {name: lead[name] for name in (*_STRICT_COLUMNS, *_INS_COLUMNS)}
    became |= {name: absorbed[name] for name in merge_rules.columns_of(draft.taken, kept)}
    became |= {
        "evidence_code": identity.evidence,
        "status": str(identity.status),
        "is_homonym": Attribute.HOMONYM in identity.attributes,
        "twin_rank": kept["twin_rank"] if kept["twin_rank"] is not None else absorbed["twin_rank"],
        "presented_matricule": None if identity.presented is None else identity.presented.matricule,
        "presented_oid": None if identity.presented is None else identity.presented.oid,
        "allergies": merge_rules.united(kept["allergies"], absorbed["allergies"]),
    }
    return became


def _without_identity(values: Values) -> Values:
    """Return the columns of a file that lives on in another: provisoire, without INS nor document (DOUA, DESA)."""
    nothing: Values = dict.fromkeys((*_INS_COLUMNS, "presented_matricule", "presented_oid"))
    forced = values["is_doubtful"] or values["is_fictitious"]
    status = status_of(has_ins=False, is_checked=False, is_forced=forced)
    return values | nothing | {"evidence_code": "", "status": str(status)}


def _restore(work: UnitOfWork, kept: int, absorbed: int, snapshot: Mapping[str, Values]) -> list[Finding]:
    """Write both files back as they were, but for what was changed since; return what there is to say."""
    before, became, theirs = snapshot["kept"], snapshot["became"], snapshot["absorbed"]
    now = merge_store.values_of(work.session, kept)
    changed = {name for name in now if now[name] != became[name]}
    back = now | {name: before[name] for name in now if name not in changed}
    findings: list[Finding] = []
    if changed & set(_IDENTITY_COLUMNS):
        back |= {name: now[name] for name in (*_IDENTITY_COLUMNS, *_FOLLOWING_COLUMNS)}
        is_led = any(became[name] != before[name] for name in _STRICT_COLUMNS)
        if is_led and not changed & set(_STRICT_COLUMNS):
            # The traits were those of the other person: with them go the INS and the document that were theirs.
            back |= {name: before[name] for name in _STRICT_COLUMNS} | dict.fromkeys(_INS_COLUMNS)
            back["evidence_code"] = ""
        elif (now["matricule"], now["oid"]) == (theirs["matricule"], theirs["oid"]):
            back |= dict.fromkeys(_INS_COLUMNS)
        forced = back["is_doubtful"] or back["is_fictitious"]
        has_ins, checked = back["matricule"] is not None, bool(back["evidence_code"])
        back["status"] = str(status_of(has_ins=has_ins, is_checked=checked, is_forced=forced))
        is_withdrawn = "evidence_code" in changed and not now["evidence_code"]
        if changed & _WORTH or is_withdrawn:
            # What was voided or replaced since must not come back into force in the other file.
            theirs = _without_identity(theirs)
        findings.append(merge_rules.undone_without_ins())
        _review_both(work, kept, absorbed)
    else:
        back |= {name: before[name] for name in _FOLLOWING_COLUMNS}
    since = sorted(_LABELS.get(name, name) for name in changed & set(_LABELS))
    if since:
        findings.append(merge_rules.stays_since(", ".join(since)))
    for values in (back, theirs):
        _check_free(work, values, kept, absorbed)
    _write(work, kept, _version(work, kept), back)
    _write(work, absorbed, _version(work, absorbed), theirs)
    return findings


def _check_free(work: UnitOfWork, values: Values, *files: int) -> None:
    """Raise _Undone where the INS of these columns is in force in a third file."""
    if values["matricule"] is None:
        return
    ins = Ins(values["matricule"], values["oid"])
    holders = {identity_store.holder_of(work.session, ins, besides=one) for one in files}
    third = next((one for one in holders if one is not None and one not in files), None)
    if third is not None:
        raise _Undone(merge_rules.taken_elsewhere(third))


def _version(work: UnitOfWork, patient_id: int) -> int:
    file = identity_store.read(work.session, patient_id)
    assert file is not None
    return file.patient.version


def _write(work: UnitOfWork, patient_id: int, version: int, values: Values, merged_into: int | None = None) -> None:
    try:
        moved = merge_store.write(work, patient_id, version, values, merged_into)
    except IntegrityError:
        # Two workstations at once: the words of the database hold the matricule, and go no further.
        raise _Undone(merge_rules.taken_elsewhere(None)) from None
    if not moved:
        raise _Undone(rules.edited_meanwhile())


# --- What is noted beside ---------------------------------------------------------------------------------------------


def _check(draft: MergeDraft, mine: IdentityFile | None, theirs: IdentityFile | None) -> list[Finding]:
    if mine is None or theirs is None:
        return [rules.unknown(draft.keep if mine is None else draft.absorb)]
    findings = [*merge_rules.check_reason(draft.reason), *merge_rules.settle(mine, theirs).findings]
    read = ((mine, draft.keep_version), (theirs, draft.absorb_version))
    if not is_refused(findings) and any(file.patient.version != version for file, version in read):
        findings.append(rules.edited_meanwhile())
    return findings


def _note_collision(work: UnitOfWork, draft: MergeDraft, findings: list[Finding]) -> None:
    if not any(one.code == merge_rules.COLLISION for one in findings):
        return
    words = typographic("Deux identités qualifiées à fusionner portent deux matricules INS : à vérifier.")
    for patient_id, other in ((draft.keep, draft.absorb), (draft.absorb, draft.keep)):
        identity_store.add_review(work, patient_id, ReviewKind.COLLISION, words)
        details = {"other": other, "refused": merge_rules.COLLISION}
        work.audit(
            "patient.merge", "patient", str(patient_id), patient_id=patient_id, details=details, result="refused"
        )
        work.changed(f"patient:{patient_id}", "identity")


def _review_both(work: UnitOfWork, kept: int, absorbed: int) -> None:
    words = typographic("La fusion a été annulée après un changement de l’identité : vérifiez les deux dossiers.")
    for patient_id in (kept, absorbed):
        identity_store.add_review(work, patient_id, ReviewKind.DIFFERENCE, words)


def _tell(work: UnitOfWork, event: Event, merge: Merge, reason: str) -> None:
    """Write a merge, or its end, in the history of both identities and in the trace."""
    both = merge.kept_id, merge.absorbed_id
    for patient_id, other, role in ((*both, "kept"), (*both[::-1], "absorbed")):
        file = identity_store.read(work.session, patient_id)
        assert file is not None
        status = file.identity.status
        details = {"merge": merge.id, "other": other, "role": role, "reason": reason}
        identity_store.add_event(work, patient_id, event, before=status, after=status, details=details)
        action = "patient.merge" if event is Event.MERGE else "patient.unmerge"
        traced = {"merge": merge.id, "other": other, "role": role}
        work.audit(action, "patient", str(patient_id), patient_id=patient_id, details=traced)
        work.changed(f"patient:{patient_id}", f"account:{patient_id}", "identity")


def _trace_apart(work: UnitOfWork, one: int, other: int) -> None:
    for patient_id, second in ((one, other), (other, one)):
        details = {"other": second}
        work.audit("patient.distinct", "patient", str(patient_id), patient_id=patient_id, details=details)
        identity_store.settle_kind(work, patient_id, ReviewKind.DUPLICATE)
        work.changed(f"patient:{patient_id}", "identity")


def _mark_twin(work: UnitOfWork, patient_id: int, rank: int | None) -> None:
    before = identity_store.read(work.session, patient_id)
    assert before is not None
    identity = before.identity
    if Attribute.FICTITIOUS in identity.attributes:
        # It stands alone (EXI ID 26).
        return
    marked = replace(identity, attributes=identity.attributes | {Attribute.HOMONYM})
    moments = {} if rank is None else {"twin_rank": rank}
    if identity_store.write(work, before, marked, moments=moments) is None:
        raise _Undone(rules.edited_meanwhile())
    details = {"attribute": str(Attribute.HOMONYM), "twins": True}
    stages = {"before": identity.status, "after": marked.status}
    identity_store.add_event(work, patient_id, Event.MARK, details=details, **stages)


def _missing(work: UnitOfWork, *files: int) -> Finding | None:
    for patient_id in files:
        file = identity_store.read(work.session, patient_id)
        if file is None:
            return rules.unknown(patient_id)
        if file.patient.merged_into is not None:
            return rules.merged(file.patient)[0]
    return None


def _made(work: UnitOfWork, merge_id: int, kept: int) -> Merge:
    return next(one for one in merge_store.of(work.session, kept) if one.id == merge_id)


def _pair(one: Person, other: Person) -> Pair | None:
    found = likeness(one, other)
    if found is None or (found.grade is Grade.TWINS and one.is_homonym and other.is_homonym):
        return None
    return Pair(
        first_id=one.id,
        second_id=other.id,
        first=f"{one.family_name} {one.first_name}",
        second=f"{other.family_name} {other.first_name}",
        born=one.birth_date,
        second_born=other.birth_date,
        likeness=found,
    )

"""What is an identity worth, how did it come to it, and what may be done to it? The status is reckoned, never chosen.

Every act goes through ``transitions``, in one transaction with its history and its trace. Sources: RNIV, Guide
d’implémentation INS (INS.17 to INS.49 of the conformity list).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.kernel.clock import today
from app.kernel.outcome import Done, Finding, Refused, Severity, is_refused
from app.kernel.text import one_line, typographic
from app.officine.patients import comparison, identity_store, rules, transitions, validation
from app.officine.patients.cog import Places
from app.officine.patients.evidence import DEFAULT_TYPES, check_types, rows_of, types_of
from app.officine.patients.identity import TRAITS
from app.officine.patients.identity_model import Event, IdentityFile, ReviewKind
from app.officine.staff.model import Right
from app.store import facts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from app.kernel.outcome import Outcome
    from app.officine.patients.evidence import EvidenceType
    from app.officine.patients.identity import Identity, Ins, Traits
    from app.officine.patients.identity_model import EvidenceDraft, HistoryEntry, InsiIdentity, PastIns, Review
    from app.officine.patients.model import Attribute
    from app.officine.patients.transitions import Move
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database, UnitOfWork

_TYPES_FACT, _OPTIONS_FACT = "identity.evidence_types", "identity.options"
_BESIDE_LIMIT = 120
_DIFFERENCES = frozenset({"GAL-IDN-23", "GAL-IDN-24"})
"""What ``transitions.scan`` finds where a code is not that of the file."""
OPTIONAL_TRAITS = ("birth_names", "used_name", "used_first_name", "birth_place")
"""What a site shows or hides beside the four traits that are always there (INS.02, INS.56)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityOptions:
    """What the site chose: the traits shown besides the four of always, on screens and on papers.

    ``auto_validate`` says that a document of high trust validates an identity by itself (INS.21); otherwise a person
    does it after the check (INS.20).
    """

    on_screen: tuple[str, ...] = OPTIONAL_TRAITS
    on_paper: tuple[str, ...] = ()
    auto_validate: bool = True


@dataclass(frozen=True, slots=True)
class _Act:
    """What an act does to an identity, and how it is told."""

    event: Event
    move: Callable[[Identity], Move]
    details: Mapping[str, Any]
    moments: Callable[[dt.datetime], Mapping[str, Any]] = lambda _now: {}
    also: Callable[[UnitOfWork], None] = lambda _work: None
    told: Sequence[PastIns] = ()


class Identities:
    """The identities of the patients."""

    def __init__(self, db: Database, staff: Staff, *, production: bool) -> None:
        """Keep the identities in ``db``; ask ``staff`` for the rights; in ``production`` no INS of tests enters."""
        self._db = db
        self._staff = staff
        self._places = Places(db, staff)
        self._production = production

    # --- Reading ------------------------------------------------------------------------------------------------------

    def of(self, patient_id: int, actor: Actor | None = None) -> IdentityFile | None:
        """Return the identity of a file; None for an unknown one.

        Raises InputDefect where ``actor`` may not read patients' files; None is Galien itself.
        """
        self._staff.require(actor, Right.READ_PATIENT)
        with self._db.read() as session:
            return identity_store.read(session, patient_id)

    def history(self, patient_id: int, actor: Actor | None = None) -> list[HistoryEntry]:
        """Return what happened to an identity, the latest first (INS.17, INS.26). Raises as ``of``."""
        self._staff.require(actor, Right.READ_PATIENT)
        with self._db.read() as session:
            return identity_store.history(session, patient_id)

    def worklist(self, actor: Actor | None = None) -> list[Review]:
        """Return the identities to look at again, the oldest first. Raises as ``of``."""
        self._staff.require(actor, Right.READ_PATIENT)
        with self._db.read() as session:
            return identity_store.open_reviews(session)

    def holder(self, ins: Ins, besides: int) -> int | None:
        """Return the file, another than ``besides``, in which an INS is in force; None where there is none."""
        with self._db.read() as session:
            return identity_store.holder_of(session, ins, besides)

    # --- Acts ---------------------------------------------------------------------------------------------------------

    def edit(self, patient_id: int, version: int, changes: Mapping[str, str], actor: Actor) -> Outcome[IdentityFile]:
        """Change traits by hand (T11 to T13); ``changes`` gives the new value of each, as the INS writes it.

        A strict trait of an identity above provisoire is the super-utilisateur’s: it then goes down by one level.
        """
        is_super = not self._staff.refusal(actor, Right.IDENTITY_SUPER)
        day = today(self._db.clock)
        before: dict[str, str] = {}

        def move(identity: Identity) -> Move:
            before.update({trait: getattr(identity.traits, trait) for trait in changes})
            return transitions.edit_all(identity, changes, is_super_user=is_super, today=day)

        unknown = sorted(set(changes) - set(TRAITS))
        if unknown:
            return Refused((_error(62, "Ce champ ne se saisit pas à la main.", "Le matricule vient d’INSi."),))
        details = {"changed": before}
        certain: Mapping[str, Any] = {"birth_date_uncertain": False} if "birth_date" in changes else {}
        act = _Act(Event.EDIT, move, details, moments=lambda _now: certain)
        outcome = self._do(patient_id, version, actor, act)
        if isinstance(outcome, Done) and "birth_place" in changes:
            patient = outcome.value.patient
            said = self._places.check(patient.birth_place, patient.birth_date)
            return Done(outcome.value, (*outcome.findings, *said))
        return outcome

    def prove(self, patient_id: int, version: int, draft: EvidenceDraft, actor: Actor) -> Outcome[IdentityFile]:
        """Note that a document was checked against the file (T4 to T6); what its kind is worth is the site’s to say.

        Where the site wants a person to validate, the document is kept and the status waits for ``validate``.
        """
        types, by_itself = self.evidence_types(), self.options().auto_validate
        kind = next((one for one in types if one.code == draft.code), None)
        defects = self._check_evidence(draft, kind)
        if kind is None or is_refused(defects):
            return Refused(tuple(defects))
        kept = replace(draft, beside=one_line(draft.beside, _BESIDE_LIMIT).strip())
        details = {"code": kind.code, "trust": str(kind.trust), "mode": str(draft.mode), "coherent": draft.coherent}

        def move(identity: Identity) -> Move:
            made = transitions.prove(identity, kind.code, coherent=draft.coherent, types=types)
            return made if by_itself else validation.held_back(identity, made)

        return self._do(
            patient_id,
            version,
            actor,
            _Act(
                Event.EVIDENCE,
                move,
                details,
                also=lambda work: identity_store.add_evidence(work, patient_id, kept, kind),
            ),
        )

    def validate(self, patient_id: int, version: int, actor: Actor) -> Outcome[IdentityFile]:
        """Validate an identity with the last document that holds (INS.20): validée, or qualifiée with its INS."""
        with self._db.read() as session:
            checked = identity_store.checked(session, patient_id)
            told = identity_store.history(session, patient_id)
        # The version says that nothing came between this reading and the act.
        record = validation.standing(told, checked, self.evidence_types(), today(self._db.clock))
        details = {"code": record.code if record else "", "checked": record.at.isoformat() if record else ""}
        act = _Act(Event.VALIDATE, lambda identity: validation.validate(identity, record), details)
        return self._do(patient_id, version, actor, act)

    def withdraw_evidence(self, patient_id: int, version: int, reason: str, actor: Actor) -> Outcome[IdentityFile]:
        """Take the document that was checked away (T10): récupérée where the INS is held, else provisoire."""
        said = one_line(reason, _BESIDE_LIMIT).strip()
        if not said:
            return Refused((_error(63, "Il manque le motif.", "Dites pourquoi la pièce ne vaut plus."),))
        return self._do(
            patient_id,
            version,
            actor,
            _Act(Event.EVIDENCE_WITHDRAWN, transitions.withdraw_evidence, {"reason": said}),
        )

    def set_attribute(self, patient_id: int, version: int, attribute: Attribute, actor: Actor) -> Outcome[IdentityFile]:
        """Mark an identity (T7): doubtful and fictitious force provisoire, and void INS and evidence."""
        return self._do(
            patient_id,
            version,
            actor,
            _Act(
                Event.MARK,
                lambda identity: transitions.set_attribute(identity, attribute),
                {"attribute": str(attribute)},
            ),
        )

    def unset_attribute(
        self, patient_id: int, version: int, attribute: Attribute, actor: Actor
    ) -> Outcome[IdentityFile]:
        """Take a mark off (T8): what it voided is to be done again."""
        return self._do(
            patient_id,
            version,
            actor,
            _Act(
                Event.UNMARK,
                lambda identity: transitions.unset_attribute(identity, attribute),
                {"attribute": str(attribute)},
            ),
        )

    def accept(
        self,
        patient_id: int,
        version: int,
        found: InsiIdentity,
        call: str,
        actor: Actor,
        *,
        also: Callable[[UnitOfWork], None] = lambda _work: None,
    ) -> Outcome[IdentityFile]:
        """Take over an answer of INSi that somebody compared and accepted (T1 to T3); ``call`` names its exchange.

        ``also`` is written with it. Refused where the INS is in force in another file, be it since this very instant:
        both go on the worklist, for a merge to be thought of.
        """
        findings = self._staff.refusal(actor, Right.CALL_INSI)
        if findings:
            return Refused(tuple(findings))
        told = [one.ins for one in found.past]
        details: dict[str, Any] = {"call": call, "oid": found.ins.oid}

        def move(identity: Identity) -> Move:
            # Kept with the event: a document checked before says nothing of traits that it did not bear.
            details["differs"] = transitions.differences(identity, found.traits)
            return transitions.retrieve(
                identity, "00", found.ins, found.traits, accept=True, production=self._production, told=told
            )

        act = _Act(
            Event.RECOVER,
            move,
            details,
            moments=lambda now: {"recovered_at": now, "birth_date_uncertain": False},
            also=also,
            told=found.past,
        )
        try:
            return self._do(patient_id, version, actor, act)
        except identity_store.InsHeld as held:
            return self._collide(patient_id, held.holder or self.holder(found.ins, patient_id), actor)

    def verified(self, patient_id: int, version: int, call: str, actor: Actor, *, ok: bool) -> Outcome[IdentityFile]:
        """Write what INSi said of the INS in the file (T9, T14); a failure voids it, and puts it on the worklist."""

        def also(work: UnitOfWork) -> None:
            if not ok:
                words = "INSi ne reconnaît plus cette identité : le matricule a été invalidé."
                identity_store.add_review(work, patient_id, ReviewKind.VERIFICATION, typographic(words))

        findings = self._staff.refusal(actor, Right.CALL_INSI)
        if findings:
            return Refused(tuple(findings))
        return self._do(
            patient_id,
            version,
            actor,
            _Act(
                Event.VERIFY,
                lambda identity: transitions.verify(identity, ok=ok),
                {"call": call, "ok": ok},
                moments=lambda now: {"verified_at": now} if ok else {},
                also=also,
            ),
        )

    def scanned(self, patient_id: int, version: int, ins: Ins, read: Traits, actor: Actor) -> Outcome[IdentityFile]:
        """Compare an INS datamatrix with the file (T15): it proves nothing and changes no status.

        Where it differs, the file goes on the worklist, even though what was read is refused.
        """
        defects = transitions.check_ins(ins, production=self._production)
        if is_refused(defects):
            return Refused(tuple(defects))
        outcome = self._do(
            patient_id,
            version,
            actor,
            _Act(Event.SCAN, lambda identity: transitions.scan(identity, ins, read), {"oid": ins.oid}),
        )
        if any(one.code in _DIFFERENCES for one in outcome.findings):
            self.differs(patient_id, ins, read, actor)
        return outcome

    def differs(self, patient_id: int, ins: Ins, read: Traits, actor: Actor) -> Outcome[None]:
        """Put a file on the worklist, once, where an INS datamatrix differs from it."""
        findings = self._staff.refusal(actor, Right.EDIT_PATIENT)
        if findings:
            return Refused(tuple(findings))
        with self._db.read() as session:
            file = identity_store.read(session, patient_id)
        if file is None:
            return Refused((rules.unknown(patient_id),))
        words = comparison.difference(file.identity, ins, read)
        if not words or any(one.kind is ReviewKind.DIFFERENCE for one in file.reviews):
            return Done(None)
        with self._db.write(actor) as work:
            if identity_store.add_review(work, patient_id, ReviewKind.DIFFERENCE, words):
                details = {"kind": str(ReviewKind.DIFFERENCE)}
                work.audit("identity.review", "patient", str(patient_id), patient_id=patient_id, details=details)
                work.changed(f"patient:{patient_id}", "identity")
        return Done(None)

    def settle(self, review_id: int, actor: Actor) -> Outcome[None]:
        """Take an identity off the worklist, once it was looked at."""
        findings = self._staff.refusal(actor, Right.EDIT_PATIENT)
        if findings:
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            patient_id = identity_store.settle_review(work, review_id)
            if patient_id is None:
                text = "Cette identité n’est plus à revoir."
                return Refused((_error(64, text, "Relisez la liste."),))
            work.audit("identity.settle", "patient", str(patient_id), patient_id=patient_id)
            work.changed(f"patient:{patient_id}", "identity")
        return Done(None)

    # --- What the site chose ------------------------------------------------------------------------------------------

    def evidence_types(self) -> tuple[EvidenceType, ...]:
        """Return the kinds of documents of the site, each with its trust (INS.19)."""
        known = facts.read(self._db, _TYPES_FACT)
        if not isinstance(known, list):
            return DEFAULT_TYPES
        return types_of(known)

    def set_evidence_types(self, types: Sequence[EvidenceType], actor: Actor) -> Outcome[tuple[EvidenceType, ...]]:
        """Choose the kinds of documents and their trust; what was checked before keeps the trust of its day."""
        findings = [*self._staff.refusal(actor, Right.MANAGE_IDENTITY), *check_types(types)]
        if is_refused(findings):
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            facts.write(work, _TYPES_FACT, rows_of(types))
            work.audit("identity.types", "fact", _TYPES_FACT, details={one.code: str(one.trust) for one in types})
            work.changed("identity")
        return Done(tuple(types))

    def options(self) -> IdentityOptions:
        """Return what the site chose to show."""
        known = facts.read(self._db, _OPTIONS_FACT)
        if not isinstance(known, dict):
            return IdentityOptions()
        return IdentityOptions(
            on_screen=tuple(known["on_screen"]),
            on_paper=tuple(known["on_paper"]),
            auto_validate=bool(known.get("auto_validate", True)),
        )

    def set_options(self, options: IdentityOptions, actor: Actor) -> Outcome[IdentityOptions]:
        """Choose what is shown, and whether a document validates by itself."""
        findings = self._staff.refusal(actor, Right.MANAGE_IDENTITY)
        if not {*options.on_screen, *options.on_paper} <= set(OPTIONAL_TRAITS):
            findings.append(_error(65, "Ce trait ne se règle pas.", "Choisissez dans la liste."))
        if is_refused(findings):
            return Refused(tuple(findings))
        kept = {
            "on_screen": list(options.on_screen),
            "on_paper": list(options.on_paper),
            "auto_validate": options.auto_validate,
        }
        with self._db.write(actor) as work:
            facts.write(work, _OPTIONS_FACT, kept)
            work.audit("identity.options", "fact", _OPTIONS_FACT, details=kept)
            work.changed("identity")
        return Done(options)

    # --- Within an act ------------------------------------------------------------------------------------------------

    def _do(self, patient_id: int, version: int, actor: Actor, act: _Act) -> Outcome[IdentityFile]:
        """Play an act on the file as it is in its own transaction; refused where it was edited since ``version``."""
        findings = self._staff.refusal(actor, Right.EDIT_PATIENT)
        if findings:
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            before = identity_store.read(work.session, patient_id)
            if before is None:
                return Refused((rules.unknown(patient_id),))
            if not rules.is_writable(before.patient, version):
                return Refused(tuple(rules.unwritable(before.patient)))
            move = act.move(before.identity)
            if not move.accepted:
                return Refused(move.findings)
            moved = identity_store.write(work, before, move.identity, moments=act.moments(work.now), told=act.told)
            if moved is None:
                return Refused((rules.edited_meanwhile(),))
            act.also(work)
            stages = {"before": before.identity.status, "after": move.identity.status}
            identity_store.add_event(work, patient_id, act.event, details=act.details, **stages)
            told = {"event": str(act.event), "from": str(stages["before"]), "to": str(stages["after"])}
            # Values of traits stay in the history of the file: the trace says which ones changed.
            changed = act.details.get("changed")
            extra = {"traits": sorted(changed)} if changed is not None else dict(act.details)
            work.audit("identity.change", "patient", str(patient_id), patient_id=patient_id, details=told | extra)
            work.changed(f"patient:{patient_id}", "identity")
            after = identity_store.read(work.session, patient_id)
        assert after is not None
        return Done(after, move.findings)

    def _check_evidence(self, draft: EvidenceDraft, kind: EvidenceType | None) -> list[Finding]:
        if kind is None:
            text = "Ce type de pièce n’est pas dans la liste de l’officine."
            return [_error(66, text, "Choisissez-en un autre, ou complétez la liste (Réglages, page Identité).")]
        found = []
        if kind.beside and not draft.beside.strip():
            found.append(_error(67, f"Cette pièce ne vaut qu’avec {kind.beside}.", "Indiquez ce qui l’accompagne."))
        if draft.expires is not None and draft.expires < today(self._db.clock):
            found.append(_error(68, "Cette pièce est périmée.", "Demandez une pièce en cours de validité."))
        return found

    def _collide(self, patient_id: int, other: int | None, actor: Actor) -> Outcome[IdentityFile]:
        """Refuse an INS that is in force in another file, and put both on the worklist.

        ``other`` is None where the other file has already given it up again: the answer may be accepted anew.
        """
        if other is None:
            text = "Ce matricule INS vient d’être rendu par un autre dossier : rien n’a été repris."
            return Refused((_error(72, text, "Recommencez."),))
        words = typographic("Le même matricule INS est demandé pour deux dossiers.")
        with self._db.write(actor) as work:
            for one in (patient_id, other):
                identity_store.add_review(work, one, ReviewKind.DUPLICATE, words)
            details = {"event": str(Event.RECOVER), "refused": "duplicate", "other": other}
            work.audit(
                "identity.change",
                "patient",
                str(patient_id),
                patient_id=patient_id,
                details=details,
                result="refused",
            )
            work.changed(f"patient:{patient_id}", f"patient:{other}", "identity")
        text = "Ce matricule INS est déjà celui d’un autre dossier : rien n’a été repris."
        finding = _error(60, text, "Comparez les deux dossiers : c’est sans doute la même personne.")
        return Refused((replace(finding, subject=str(other)),))


def visible(file: IdentityFile, *, may_see: bool) -> tuple[str, str]:
    """Return the matricule and its nature (``NIR``, ``NIA``) as a screen may show them; empty where it may not."""
    ins = file.identity.ins
    if ins is None or not may_see:
        return "", ""
    return ins.matricule, "NIA" if ins.oid == transitions.OID_NIA else "NIR"


def _error(number: int, text: str, advice: str) -> Finding:
    return Finding(f"GAL-IDN-{number:02d}", Severity.ERROR, typographic(text), typographic(advice))

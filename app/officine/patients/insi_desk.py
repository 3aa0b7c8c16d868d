"""How does a file get its INS: is INSi asked, what does it answer, and who decided what of it?

No call is made inside a transaction, and each is in the journal before anything else is done with its answer. Nothing
of an answer enters a file unless somebody who saw the comparison takes it over (INS-06, INS-37 to INS-49).
"""

from __future__ import annotations

import time
import uuid
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from app.kernel.outcome import Done, Finding, Refused, Severity, is_refused
from app.kernel.secret import SecretsUnavailable
from app.kernel.text import one_line, typographic
from app.officine.patients import identity_store, insi, insi_store, rules, transitions
from app.officine.patients.identity_model import ReviewKind
from app.officine.patients.insi_model import (
    Answer,
    Decision,
    InsiMode,
    Likeness,
    Lookup,
    Operation,
    Question,
    Refinement,
)
from app.officine.patients.insi_ports import FailureKind, InsiFailed
from app.officine.staff.model import Right

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.kernel.outcome import Outcome
    from app.kernel.secret import SecretBox
    from app.officine.patients.identities import Identities
    from app.officine.patients.identity import Ins
    from app.officine.patients.identity_model import IdentityFile
    from app.officine.patients.insi_model import CardKey
    from app.officine.patients.insi_ports import InsiLine
    from app.officine.patients.insi_site import InsiSite
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database, UnitOfWork

_WAITS_S = (2.0, 8.0)
"""Before each new try of a call that may succeed later; then somebody is to call again."""
_STEP_S = 0.1
_REASON_LIMIT = 200
_LARGEST_INJECTED = 2_000_000


P = ParamSpec("P")
T = TypeVar("T")


def _zeroing(act: Callable[P, T]) -> Callable[P, T]:
    """Wipe the code of the card once an act is over, whichever way it ends."""

    @wraps(act)
    def done(*args: P.args, **kwargs: P.kwargs) -> T:
        code = kwargs.get("code")
        try:
            return act(*args, **kwargs)
        finally:
            if isinstance(code, bytearray):
                code[:] = bytes(len(code))

    return done


def never() -> bool:
    """Return False: nobody cancels."""
    return False


class _DecidedMeanwhile(Exception):
    """Another workstation decided of the answer in the same instant: all that was written goes."""


class InsiDesk:
    """The searches and the verifications of this workstation."""

    def __init__(
        self,
        db: Database,
        staff: Staff,
        *,
        identities: Identities,
        site: InsiSite,
        line: InsiLine,
        box: SecretBox,
        production: bool,
        waits: tuple[float, ...] = _WAITS_S,
    ) -> None:
        """Ask by ``line`` as ``site`` is set; keep the exchanges under ``box``; ``waits`` (s) stand between tries."""
        self._db = db
        self._staff = staff
        self._identities = identities
        self._site = site
        self._line = line
        self._box = box
        self._production = production
        self._waits = waits
        self._operator: int | None = None

    @property
    def is_simulated(self) -> bool:
        """True where INSi is simulated."""
        return self._line.is_simulated

    def inject(self, content: bytes, actor: Actor) -> Outcome[None]:
        """Play the next answer from a file, as the booklets of the CNDA do; in a simulation only, and traced."""
        findings = self._staff.refusal(actor, Right.CALL_INSI)
        if not self._line.is_simulated:
            text = "Une réponse d’essai n’est admise que dans une simulation."
            findings.append(_error(62, text, "Ouvrez un dossier de démonstration ou de formation."))
        if len(content) > _LARGEST_INJECTED:
            findings.append(
                _error(63, "Ce fichier dépasse 2 Mo : ce n’est pas une réponse d’INSi.", "Choisissez-en un autre.")
            )
        if findings:
            return Refused(tuple(findings))
        self._line.inject(content)
        with self._db.write(actor) as work:
            work.audit("insi.inject", "insi_call", details={"size": len(content)})
        return Done(None)

    def close(self) -> None:
        """Give the line up."""
        self._line.close()

    # --- Before a call ------------------------------------------------------------------------------------------------

    def blocked(self, file: IdentityFile, actor: Actor, operation: Operation = Operation.BY_TRAITS) -> list[Finding]:
        """Return why INSi can’t be asked for a file now; empty where it can. Nothing is sent (INS.28)."""
        findings = self._staff.refusal(actor, Right.CALL_INSI)
        self._heed(actor)
        findings += self._fit(file, operation)
        if is_refused(findings):
            return findings
        return findings + list(self._line.check(self._site.settings(), self._mode(operation)))

    def needs_code(self, operation: Operation = Operation.BY_TRAITS) -> bool:
        """Return True where the code of the professional card is asked for with the next call."""
        return self._line.needs_code(self._mode(operation))

    # --- Calls --------------------------------------------------------------------------------------------------------

    @_zeroing
    def search(
        self,
        patient_id: int,
        actor: Actor,
        *,
        refinement: Refinement | None = None,
        code: bytearray | None = None,
        is_cancelled: Callable[[], bool] = never,
    ) -> Outcome[Lookup]:
        """Ask INSi by the traits of a file: one first name a call, then their list, until somebody is found.

        ``refinement`` makes one call with what it says instead. Refused where the file may not be asked for. Raises
        InsiFailed, the EnvironmentFailure of the card; the journal has every call.
        """
        file = self._identities.of(patient_id, actor)
        refusal = self._refusal(file, patient_id, actor, Operation.BY_TRAITS)
        if file is None or refusal:
            return Refused(tuple(refusal))
        traits = file.identity.traits
        tries = [Refinement(name) for name in insi.first_names_to_try(traits)] if refinement is None else [refinement]
        sent: list[Refinement] = []
        for one in tries:
            question = Question(
                operation=Operation.BY_TRAITS,
                message_id="",
                family_name=traits.family_name,
                first_name=one.first_name,
                sex=traits.sex,
                birth_date=traits.birth_date,
                birth_place=insi.place_to_send(one.birth_place),
            )
            call_id, answer = self._ask(question, patient_id, actor, code, is_cancelled)
            sent.append(one)
            if answer.code != insi.NOBODY:
                break
        return Done(self._lookup(file, call_id, answer, tuple(sent), actor))

    @_zeroing
    def by_card(
        self,
        patient_id: int,
        card: CardKey,
        actor: Actor,
        *,
        code: bytearray | None = None,
        is_cancelled: Callable[[], bool] = never,
    ) -> Outcome[Lookup]:
        """Ask INSi by a Vitale: the card is the key of the question, the answer alone is the INS. As ``search``."""
        file = self._identities.of(patient_id, actor)
        refusal = self._refusal(file, patient_id, actor, Operation.BY_CARD)
        if file is None or refusal:
            return Refused(tuple(refusal))
        question = Question(operation=Operation.BY_CARD, message_id="", card=card)
        call_id, answer = self._ask(question, patient_id, actor, code, is_cancelled)
        return Done(self._lookup(file, call_id, answer, (), actor))

    @_zeroing
    def verify(
        self,
        patient_id: int,
        actor: Actor,
        *,
        code: bytearray | None = None,
        is_cancelled: Callable[[], bool] = never,
    ) -> Outcome[IdentityFile]:
        """Ask INSi whether the INS of a file still holds (T9, T14): one that it knows no more is voided.

        Any other return code than those two leaves the file as it is. As ``search``.
        """
        file = self._identities.of(patient_id, actor)
        refusal = self._refusal(file, patient_id, actor, Operation.VERIFY)
        if file is None or refusal:
            return Refused(tuple(refusal))
        traits = file.identity.traits
        question = Question(
            operation=Operation.VERIFY,
            message_id="",
            ins=file.identity.ins,
            family_name=traits.family_name,
            first_name=traits.first_name,
            birth_names=traits.birth_names,
            sex=traits.sex,
            birth_date=traits.birth_date,
            birth_place=traits.birth_place,
        )
        call_id, answer = self._ask(question, patient_id, actor, code, is_cancelled)
        if answer.code not in {insi.FOUND, insi.NOBODY}:
            text = f"INSi n’a pas vérifié cette identité (code {one_line(answer.code, 10)})."
            return Refused((_error(46, text, "Rien n’a changé ; recommencez plus tard."),))
        call, ok = self._message_of(call_id), answer.code == insi.FOUND
        outcome = self._identities.verified(patient_id, file.patient.version, call, actor, ok=ok)
        if ok or isinstance(outcome, Done):
            return outcome
        return self._void_now(patient_id, question.ins, call, actor)

    def _void_now(self, patient_id: int, ins: Ins | None, call: str, actor: Actor) -> Outcome[IdentityFile]:
        """Void an INS that INSi knows no more in the file as it is by now: an edit meanwhile must not save it."""
        file = self._identities.of(patient_id, actor)
        outcome: Outcome[IdentityFile] | None = None
        if file is not None and file.identity.ins == ins:
            outcome = self._identities.verified(patient_id, file.patient.version, call, actor, ok=False)
        if isinstance(outcome, Done):
            return outcome
        words = typographic("INSi ne reconnaît plus l’INS de ce dossier, qui a changé pendant l’appel : à vérifier.")
        with self._db.write(actor) as work:
            identity_store.add_review(work, patient_id, ReviewKind.VERIFICATION, words)
            work.changed(f"patient:{patient_id}", "identity")
        text = "Ce dossier a changé pendant l’appel, et INSi ne reconnaît plus son INS."
        return Refused((_error(64, text, "Il est dans les identités à revoir : vérifiez-le de nouveau."),))

    # --- What is decided of an answer ---------------------------------------------------------------------------------

    def accept(self, call_id: int, version: int, actor: Actor, *, confirmed: bool = False) -> Outcome[IdentityFile]:
        """Take over the answer to a call, as the journal has it, into the file it was asked for (T1, T2).

        ``confirmed``: where traits differ, whoever accepts says that they were checked with the patient, and for an
        identity validée that the document bears those of INSi. An answer is decided of once.
        """
        findings = self._staff.refusal(actor, Right.CALL_INSI)
        if findings:
            return Refused(tuple(findings))
        with self._db.read() as session:
            call = insi_store.read(session, call_id)
            decided = insi_store.is_decided(session, call_id)
        is_found = call is not None and call.code == insi.FOUND and call.operation is not Operation.VERIFY
        if call is None or not is_found or call.found is None or call.patient_id is None or decided:
            text = "Cette réponse d’INSi ne peut pas (ou plus) être reprise."
            return Refused((_error(44, text, "Interrogez de nouveau INSi."),))
        file = self._identities.of(call.patient_id, actor)
        defects = insi.check_found(call.found, production=self._production)
        if file is None or is_refused(defects):
            return Refused(tuple(defects))
        if not confirmed and any(_is_other(line.likeness) for line in insi.compare(file.identity, call.found)):
            text = "Les traits d’INSi ne sont pas ceux du dossier : ils sont à vérifier avec le patient."
            return Refused((_error(45, text, "Confirmez la vérification, ou refusez la réponse."),))

        def also(work: UnitOfWork) -> None:
            if not insi_store.decide(work, call_id, Decision.ACCEPTED, ""):
                raise _DecidedMeanwhile

        try:
            return self._identities.accept(call.patient_id, version, call.found, call.message_id, actor, also=also)
        except _DecidedMeanwhile:
            return Refused((_error(44, "Cette réponse d’INSi est déjà traitée.", "Interrogez de nouveau INSi."),))

    def refuse(self, call_id: int, reason: str, actor: Actor) -> Outcome[None]:
        """Note that an answer was not taken over, and why; the file stays as it is, and is to be reviewed (T2)."""
        findings = self._staff.refusal(actor, Right.CALL_INSI)
        said = one_line(reason, _REASON_LIMIT).strip()
        if not said:
            findings.append(_error(47, "Il manque le motif du refus.", "Dites pourquoi la réponse n’est pas reprise."))
        with self._db.read() as session:
            call = insi_store.read(session, call_id)
            decided = insi_store.is_decided(session, call_id)
        if call is None or call.patient_id is None or decided:
            findings.append(_error(44, "Cette réponse d’INSi est déjà traitée.", "Interrogez de nouveau INSi."))
        if is_refused(findings) or call is None or call.patient_id is None:
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            if not insi_store.decide(work, call_id, Decision.REFUSED, said):
                return Refused((_error(44, "Cette réponse d’INSi est déjà traitée.", "Interrogez de nouveau INSi."),))
            words = typographic(f"Réponse d’INSi refusée : {said}")
            identity_store.add_review(work, call.patient_id, ReviewKind.DIFFERENCE, words)
            details = {"call": call.message_id, "decision": str(Decision.REFUSED)}
            work.audit("insi.decide", "patient", str(call.patient_id), patient_id=call.patient_id, details=details)
            work.changed(f"patient:{call.patient_id}", "identity", "insi")
        return Done(None)

    # --- Within -------------------------------------------------------------------------------------------------------

    def _heed(self, actor: Actor) -> None:
        """Forget what the card signed for another person: nobody calls INSi in the name of who worked here before."""
        if self._operator is not None and actor.staff_id != self._operator:
            self._line.forget()
        self._operator = actor.staff_id

    def _mode(self, operation: Operation) -> InsiMode:
        """Return how an operation authenticates: a search by Vitale is always by the card of a professional."""
        return InsiMode.CARD if operation is Operation.BY_CARD else self._site.settings().mode

    def _fit(self, file: IdentityFile, operation: Operation) -> list[Finding]:
        if operation is Operation.BY_TRAITS:
            return insi.askable(file.identity)
        if operation is Operation.BY_CARD:
            return insi.askable(file.identity) if file.identity.is_forced else []
        if file.identity.ins is None:
            return [_error(48, "Cette identité n’a pas d’INS à vérifier.", "Interrogez d’abord INSi.")]
        if not self._site.settings().verifies:
            text = "La vérification d’une INS est arrêtée dans cette officine."
            return [_error(49, text, "Elle se met en marche dans les réglages (page INSi).")]
        return []

    def _refusal(self, file: IdentityFile | None, patient_id: int, actor: Actor, operation: Operation) -> list[Finding]:
        if file is None:
            return [rules.unknown(patient_id)]
        found = self.blocked(file, actor, operation)
        return found if is_refused(found) else []

    def _ask(
        self,
        question: Question,
        patient_id: int,
        actor: Actor,
        code: bytearray | None,
        is_cancelled: Callable[[], bool],
    ) -> tuple[int, Answer]:
        """Make a call, again where it may succeed later, each try in the journal; return its number and its answer.

        Raises as the line does; a call that failed for the service’s sake leaves the file « à rappeler ».
        """
        for wait in (*self._waits, None):
            try:
                return self._once(question, patient_id, actor, code, is_cancelled)
            except InsiFailed as failure:
                if not failure.may_retry or wait is None:
                    if failure.kind in {FailureKind.SERVICE, FailureKind.NETWORK}:
                        self._call_again(patient_id, failure, actor)
                    raise
                _pause(wait, is_cancelled)
        raise AssertionError  # the last try has no wait: it returns or raises

    def _once(
        self,
        question: Question,
        patient_id: int,
        actor: Actor,
        code: bytearray | None,
        is_cancelled: Callable[[], bool],
    ) -> tuple[int, Answer]:
        settings, mode = self._site.settings(), self._mode(question.operation)
        asked = replace(question, message_id=str(uuid.uuid4()))
        begun = time.monotonic()
        passed = insi_store.Passed(
            question=asked, patient_id=patient_id, mode=mode, is_simulated=self._line.is_simulated
        )
        try:
            answer = self._line.ask(asked, settings, mode, code, is_cancelled)
        except InsiFailed as failure:
            told = replace(
                passed,
                milliseconds=_milliseconds(begun),
                caller=self._line.caller(mode),
                fault=failure.fault or failure.code,
                severity=failure.severity,
                failure=failure.text,
                http_status=failure.http_status,
                exchange=self._sealed(asked, failure.raw_request, failure.raw_answer),
            )
            self._keep(told, actor, result="failed")
            raise
        kept = replace(
            passed,
            milliseconds=_milliseconds(begun),
            caller=answer.caller,
            code=answer.code,
            label=answer.label,
            http_status=answer.http_status,
            found=None if answer.found is None else insi.bounded(answer.found),
            exchange=self._sealed(asked, answer.raw_request, answer.raw_answer),
        )
        return self._keep(kept, actor, result="ok"), answer

    def _keep(self, passed: insi_store.Passed, actor: Actor, *, result: str) -> int:
        question = passed.question
        with self._db.write(actor) as work:
            call_id = insi_store.add(work, passed, actor.station)
            if result == "ok":
                identity_store.settle_kind(work, passed.patient_id, ReviewKind.CALL_AGAIN)
            details = {
                "call": question.message_id,
                "operation": str(question.operation),
                "mode": str(passed.mode),
                "code": passed.code,
                "fault": passed.fault,
            }
            patient_id = passed.patient_id
            work.audit("insi.call", "patient", str(patient_id), patient_id=patient_id, details=details, result=result)
            work.changed("insi", f"patient:{patient_id}")
        return call_id

    def _sealed(self, question: Question, request: bytes, answer: bytes) -> bytes | None:
        """Return an exchange under the key of the officine; None where there is none, or no key (EXI REC 07)."""
        if not request and not answer:
            return None
        try:
            return self._box.encrypt(insi_store.packed(request, answer), about_exchange(question.message_id))
        except SecretsUnavailable:
            return None

    def _call_again(self, patient_id: int, failure: InsiFailed, actor: Actor) -> None:
        words = typographic(f"INSi n’a pas répondu ({failure.fault or failure.code}) : à rappeler.")
        with self._db.write(actor) as work:
            identity_store.add_review(work, patient_id, ReviewKind.CALL_AGAIN, words)
            work.changed(f"patient:{patient_id}", "identity")

    def _lookup(
        self, file: IdentityFile, call_id: int, answer: Answer, sent: tuple[Refinement, ...], actor: Actor
    ) -> Lookup:
        """Return what a search came to; an answer that is unfit is decided of at once."""
        identity, patient = file.identity, file.patient
        found = answer.found if answer.code == insi.FOUND else None
        findings: list[Finding] = []
        if found is not None:
            findings = insi.check_found(found, production=self._production)
            if is_refused(findings):
                self._unfit(patient.id, call_id, findings, actor)
            else:
                move = transitions.retrieve(
                    identity, insi.FOUND, found.ins, found.traits, accept=True, production=self._production
                )
                findings = list(move.findings) + self._held(found.ins, patient.id)
        elif answer.code == insi.FOUND:
            findings = [_error(50, "La réponse d’INSi n’a pas d’identité : rien n’a été repris.", "Recommencez.")]
        return Lookup(
            patient_id=patient.id,
            version=patient.version,
            code=answer.code,
            calls=len(sent) or 1,
            call_id=call_id,
            found=found,
            lines=() if found is None else insi.compare(identity, found),
            findings=tuple(findings or insi.told_by(answer.code)),
            refinements=insi.refinements(identity.traits, answer.code, sent),
            sent=sent,
        )

    def _held(self, ins: Ins, patient_id: int) -> list[Finding]:
        holder = self._identities.holder(ins, patient_id)
        if holder is None:
            return []
        text = "Ce matricule INS est déjà celui d’un autre dossier : il ne peut pas être repris ici."
        advice = "Comparez les deux dossiers : c’est sans doute la même personne."
        return [Finding("GAL-IDN-60", Severity.ERROR, typographic(text), typographic(advice), str(holder))]

    def _unfit(self, patient_id: int, call_id: int, findings: list[Finding], actor: Actor) -> None:
        reason = ", ".join(one.code for one in findings if one.severity is Severity.ERROR)
        with self._db.write(actor) as work:
            insi_store.decide(work, call_id, Decision.UNFIT, reason)
            details = {"call": call_id, "decision": str(Decision.UNFIT), "reason": reason}
            work.audit("insi.decide", "patient", str(patient_id), patient_id=patient_id, details=details)
            work.changed("insi")

    def _message_of(self, call_id: int) -> str:
        with self._db.read() as session:
            call = insi_store.read(session, call_id)
        assert call is not None
        return call.message_id


def about_exchange(message_id: str) -> str:
    """Return what an exchange is sealed for: it opens nowhere else."""
    return f"insi:{message_id}"


def _is_other(likeness: Likeness) -> bool:
    return likeness in {Likeness.DIFFERENT, Likeness.TYPOGRAPHIC}


def _milliseconds(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)


def _pause(seconds: float, is_cancelled: Callable[[], bool]) -> None:
    """Wait, but no longer than somebody wants."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and not is_cancelled():
        time.sleep(min(_STEP_S, max(0.0, until - time.monotonic())))


def _error(number: int, text: str, advice: str) -> Finding:
    return Finding(f"GAL-INS-{number}", Severity.ERROR, typographic(text), typographic(advice))

"""How is a finding of the step Contrôle answered, and is each one answered that must be? Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.kernel.outcome import Finding, Severity
from app.officine.dispensing.model import Acknowledgement, Author, CounterSession
from app.officine.dispensing.rules import SHORT_STOCK
from app.officine.interventions.model import Level, Made
from app.officine.interventions.rules import clean_reason, level_of, source_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.officine.dispensing.session import Edited

UNJUSTIFIED = "GAL-CPT-50"


def answer(session: CounterSession, finding: Finding) -> Acknowledgement | None:
    """Return the answer given to a finding; None while there is none, or where it was given to another text."""
    return next((one for one in session.acknowledged if _key(one) == _key(finding)), None)


def is_answered(session: CounterSession, finding: Finding) -> bool:
    """Return True where a finding does not stand in the way: seen, and with a reason where one is asked for."""
    level = level_of(finding)
    if level is Level.INFORMATION:
        return True
    given = answer(session, finding)
    return level is not Level.BLOCKING and given is not None and (level is Level.SEEN or bool(given.reason))


def open_findings(session: CounterSession, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that stand in the way of the delivery."""
    return tuple(finding for finding in findings if not is_answered(session, finding))


def unjustified(session: CounterSession, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that still wait for their reason."""
    return tuple(one for one in open_findings(session, findings) if level_of(one) is Level.REASON)


def check(session: CounterSession, findings: Iterable[Finding]) -> list[Finding]:
    """Refuse each finding that was passed without the reason that it asks for.

    What is only to be seen is left to the screen: who delivers without one, by a command, has read the findings.
    """
    return [_unjustified(finding) for finding in unjustified(session, findings)]


def see(session: CounterSession, chosen: Iterable[Finding], findings: Sequence[Finding], author: Author) -> Edited:
    """Note that those ``chosen`` were seen, where they ask for no reason; a missing box is confirmed to be there.

    ``findings`` are all those that hold now: answers to others are dropped.
    """
    new = [one for one in chosen if level_of(one) is Level.SEEN and not is_answered(session, one)]
    if not new:
        return session, ()
    given = [Acknowledgement(one.code, one.subject, one.text, author=author) for one in new]
    forced = {finding.subject for finding in new if finding.code == SHORT_STOCK}
    lines = tuple(replace(line, forced_stock=True) if line.line_id in forced else line for line in session.lines)
    return replace(_with(session, findings, given), lines=lines), ()


def justify(
    session: CounterSession,
    finding: Finding,
    findings: Sequence[Finding],
    author: Author,
    *,
    reason: str,
    reason_id: str = "",
) -> Edited:
    """Pass a finding with its reason, in place of the one given before; refused without words, or for an error.

    ``findings`` are all those that hold now: answers to others are dropped.
    """
    said = clean_reason(reason)
    if not said:
        text = "Un motif s’écrit avec des mots."
        return session, (Finding("GAL-CPT-51", Severity.ERROR, text, "Choisissez-le par son chiffre, ou écrivez-le."),)
    if level_of(finding) is Level.BLOCKING:
        return session, (Finding("GAL-CPT-52", Severity.ERROR, "Un point bloquant ne se justifie pas."),)
    given = Acknowledgement(finding.code, finding.subject, finding.text, said, author, reason_id)
    return _with(session, findings, [given]), ()


def only_answers(before: CounterSession, after: CounterSession) -> bool:
    """Return True where two states of a sale differ in nothing but what was answered."""
    return replace(before, acknowledged=(), revision=0) == replace(after, acknowledged=(), revision=0)


def made(session: CounterSession, findings: Iterable[Finding]) -> list[Made]:
    """Return the interventions of a delivery: each finding that was passed with a reason, as it was shown."""
    found: list[Made] = []
    for finding in findings:
        given = answer(session, finding)
        if given is None or not given.reason or level_of(finding) is not Level.REASON:
            continue
        line = session.line(finding.subject)
        found.append(
            Made(
                finding=finding.code,
                level=Level.REASON,
                text=finding.text,
                source=source_of(finding),
                code="" if line is None else line.code,
                label="" if line is None else line.label,
                reason=given.reason,
                reason_id=given.reason_id,
                author_id=given.author.id,
                author_name=given.author.name,
            )
        )
    return found


def seen(session: CounterSession, findings: Iterable[Finding]) -> list[list[str | int | None]]:
    """Return, for the audit, the code of each warning that was only seen, and who saw it."""
    given = ((one, answer(session, one)) for one in findings if level_of(one) is Level.SEEN)
    return [[finding.code, one.author.id] for finding, one in given if one is not None]


def _with(session: CounterSession, findings: Sequence[Finding], given: Sequence[Acknowledgement]) -> CounterSession:
    holding = {_key(finding) for finding in findings} - {_key(one) for one in given}
    kept = tuple(one for one in session.acknowledged if _key(one) in holding)
    return replace(session, acknowledged=(*kept, *given), revision=session.revision + 1)


def _key(one: Finding | Acknowledgement) -> tuple[str, str, str]:
    return one.code, one.subject, one.text


def _unjustified(finding: Finding) -> Finding:
    text = f"Sans motif : {finding.text[:1].lower()}{finding.text[1:]}"
    return Finding(UNJUSTIFIED, Severity.ERROR, text, "F9 : contrôle, un chiffre donne le motif.", finding.subject)

"""In which words and colours does the journal of INSi show a call?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.clock import PARIS, paris_date
from app.kernel.text import NBSP, grouped
from app.officine.patients.insi import FOUND, NOBODY, SEVERAL
from app.officine.patients.insi_model import Decision, InsiMode, Operation
from app.ui import formats
from app.ui.patients.insi_words import LABELS, ins_pairs, nature, trait

if TYPE_CHECKING:
    from app.officine.patients.insi_model import Call

SIMULATED = "SIMULÉ"
_HALF = 19
_SECONDS_FROM = 10_000
MODES = {InsiMode.CARD: "CPx", InsiMode.ORGANISATION: "CL-ORG"}
_ANSWERS = {
    FOUND: ("identité trouvée", "success"),
    NOBODY: ("aucune identité", "warning"),
    SEVERAL: ("plusieurs identités", "warning"),
}
_VERIFIED = {FOUND: ("OK, INS reconnue", "success"), NOBODY: ("KO, INS non reconnue", "danger")}
DECISIONS = {
    Decision.ACCEPTED: ("Reprise", "success"),
    Decision.REFUSED: ("Refusée", "warning"),
    Decision.UNFIT: ("Impropre", "danger"),
}
_SENT = {**LABELS, "rank": "Rang gémellaire", "card": "Carte Vitale"}


def answer(call: Call) -> tuple[str, str]:
    """Return what came of a call, code first, and the kind of its chip."""
    if not call.ok:
        return f"Échec {call.fault}".strip(), "danger"
    known = _VERIFIED if call.operation is Operation.VERIFY else _ANSWERS
    said, kind = known.get(call.code, (call.label, "warning"))
    return f"{call.code} {said}".strip(), kind


def under(call: Call) -> str:
    """Return what stands under the answer of a call: how it was made, and how long it took."""
    parts = (SIMULATED if call.is_simulated else "", MODES[call.mode], shortly(call))
    return " · ".join(part for part in parts if part)


def duration(call: Call) -> str:
    """Return how long a call took."""
    return f"{grouped(call.milliseconds)}{NBSP}ms"


def shortly(call: Call) -> str:
    """Return how long a call took, as a list has room for: whole seconds once it is long."""
    if call.milliseconds < _SECONDS_FROM:
        return f"{call.milliseconds}{NBSP}ms"
    return f"{round(call.milliseconds / 1000)}{NBSP}s"


def clock(call: Call) -> str:
    """Return the time of a call in Paris, to the second: those of one search follow each other closely."""
    return f"{call.at.astimezone(PARIS):%H:%M:%S}"


def decision(call: Call) -> str:
    """Return what was decided of an answer, in a word; a dash where there was nothing to decide."""
    if call.decision is not None:
        return DECISIONS[call.decision][0]
    return "À décider" if is_open(call) else formats.NOTHING


def is_open(call: Call) -> bool:
    """Return True where an identity was found and nobody said yet whether it is taken over."""
    return call.found is not None and call.decision is None and call.operation is not Operation.VERIFY


def facts(call: Call) -> list[tuple[str, str]]:
    """Return how a call was made, and what came back of it."""
    return [
        ("Date et heure", f"{formats.date(paris_date(call.at))} {clock(call)}"),
        ("Patient", patient(call)),
        ("Mode d’appel", call.mode.label),
        ("Émetteur", call.caller),
        ("Code retour", f"{call.code} {call.label}".strip()),
        ("Statut HTTP", str(call.http_status) if call.http_status else ""),
        ("Durée", duration(call)),
        ("MessageID", _broken(call.message_id)),
    ]


def failure(call: Call) -> list[tuple[str, str]]:
    """Return why a call gave no return code."""
    return [("Ce qui s’est passé", call.failure), ("Faute", call.fault), ("Gravité", call.severity)]


def sent(call: Call, *, may_see: bool) -> list[tuple[str, str]]:
    """Return the traits that were sent; an INS only to who may see it."""
    told = dict(call.sent)
    pairs = [(label, trait(name, told[name])) for name, label in _SENT.items() if name in told]
    if "matricule" in told:
        shown = formats.nir(told["matricule"]) if may_see else "masqué à votre rôle"
        pairs.append((f"Matricule INS ({nature(told.get('oid', ''))})", shown))
    return pairs


def received(call: Call, *, may_see: bool) -> list[tuple[str, str]]:
    """Return the identity that was received; the INS, its nature and those before only to who may see them."""
    assert call.found is not None
    traits = call.found.traits
    pairs = [(label, trait(name, getattr(traits, name))) for name, label in LABELS.items() if getattr(traits, name)]
    return pairs + ins_pairs(call.found, may_see=may_see)


def decided(call: Call) -> list[tuple[str, str]]:
    """Return who decided what of an answer, when and why."""
    if call.decision is None:
        return []
    return [
        ("Décision", call.decision.label),
        ("Par", call.decided_by),
        ("Le", formats.moment(call.decided_at)),
        ("Motif", call.reason),
    ]


def patient(call: Call) -> str:
    """Return whose identity was asked for."""
    if call.patient_id is None:
        return formats.NOTHING
    number = f"dossier n°{NBSP}{call.patient_id}"
    return f"{call.patient} ({number})" if call.patient else number


def _broken(message_id: str) -> str:
    """Return a UUID on two lines: nothing else may break it where room lacks."""
    return f"{message_id[:_HALF]}\n{message_id[_HALF:]}" if len(message_id) > _HALF else message_id

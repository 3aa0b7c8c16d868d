"""What do events written one after the other make of an identity? For the conformity scenarios, without any network.

Each event is a mapping with one key; what it does is in ``transitions``. Nothing is written anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.kernel.outcome import Finding, Severity
from app.kernel.text import typographic
from app.officine.patients import transitions
from app.officine.patients.identity import TRAITS, Identity, Ins, Traits
from app.officine.patients.model import Attribute

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    ReadCode = Callable[[str], tuple[Ins, Traits, tuple[Finding, ...]]]
    """Reads an INS datamatrix; the findings may refuse it."""


class EventDefect(ValueError):
    """What was given is no event; the text says why."""


@dataclass
class Replay:
    """Plays events on one identity, from none."""

    today: dt.date
    read_code: ReadCode
    production: bool = False
    identity: Identity | None = field(default=None, init=False)

    def play(self, event: object) -> dict[str, Any]:
        """Play one event and return what came of it, as the command prints it. Raises EventDefect."""
        name, given = _single(event)
        players: dict[str, Callable[[Any], tuple[Finding, ...]]] = {
            "create": self._create,
            "insi": self._insi,
            "evidence": self._evidence,
            "evidence_invalidated": self._evidence_invalidated,
            "attribute": self._attribute,
            "edit": self._edit,
            "verification": self._verification,
            "scan_ins": self._scan,
        }
        if name not in players:
            raise EventDefect(f"« {name} » n’est pas un événement ({', '.join(players)})")
        if name not in {"create", "scan_ins"} and self.identity is None:
            findings: tuple[Finding, ...] = (_refusal(40, "Aucune identité n’existe encore.", "Créez-la d’abord."),)
        else:
            findings = players[name](_mapping(name, given))
        return {
            "event": name,
            "accepted": not any(one.severity is Severity.ERROR for one in findings),
            "status": None if self.identity is None else str(self.identity.status),
            "attributes": [] if self.identity is None else sorted(str(one) for one in self.identity.attributes),
            "ins": self.identity is not None and self.identity.ins is not None,
            "findings": [one.as_json() for one in findings],
        }

    def _create(self, given: Mapping[str, Any]) -> tuple[Finding, ...]:
        if self.identity is not None:
            return (_refusal(41, "L’identité existe déjà.", "Modifiez-la, ou cherchez le patient."),)
        self.identity, findings = transitions.create(_traits(given), self.today)
        if any(given.get(name) for name in ("matricule", "oid", "status")):
            text = "Le matricule, l’OID et le statut ne se saisissent pas : ils n’ont pas été repris."
            findings += (Finding("GAL-IDN-42", Severity.WARNING, typographic(text)),)
        return findings

    def _insi(self, given: Mapping[str, Any]) -> tuple[Finding, ...]:
        answer = _mapping("traits", given.get("traits", {}))
        ins = Ins(_text(answer, "matricule").replace(" ", "").upper(), _text(answer, "oid"))
        traits = _traits(answer)
        return self._move(
            transitions.retrieve(
                self._known(),
                _text(given, "code"),
                ins,
                traits,
                accept=_flag(given, "accept", default=not transitions.differences(self._known(), traits)),
                production=self.production,
            )
        )

    def _evidence(self, given: Mapping[str, Any]) -> tuple[Finding, ...]:
        kind = _text(given, "type")
        return self._move(transitions.prove(self._known(), kind, coherent=_flag(given, "coherent", default=True)))

    def _evidence_invalidated(self, _given: Mapping[str, Any]) -> tuple[Finding, ...]:
        return self._move(transitions.withdraw_evidence(self._known()))

    def _attribute(self, given: Mapping[str, Any]) -> tuple[Finding, ...]:
        action, name = _single(given)
        acts = {"set": transitions.set_attribute, "unset": transitions.unset_attribute}
        if action not in acts or name not in list(Attribute):
            raise EventDefect(f"un attribut se pose (set) ou se lève (unset) : {', '.join(Attribute)}")
        return self._move(acts[action](self._known(), Attribute(name)))

    def _edit(self, given: Mapping[str, Any]) -> tuple[Finding, ...]:
        is_super_user = _text(given, "by", "user") == "super_user"
        trait, value = _text(given, "trait"), _text(given, "value")
        return self._move(transitions.edit(self._known(), trait, value, is_super_user=is_super_user, today=self.today))

    def _verification(self, given: Mapping[str, Any]) -> tuple[Finding, ...]:
        return self._move(transitions.verify(self._known(), ok=_flag(given, "ok", default=False)))

    def _scan(self, given: Mapping[str, Any]) -> tuple[Finding, ...]:
        ins, traits, findings = self.read_code(_text(given, "text"))
        if any(one.severity is Severity.ERROR for one in findings):
            return findings
        if self.identity is None:
            self.identity, said = transitions.create(traits, self.today)
            findings += said
        return (
            findings if self.identity is None else findings + self._move(transitions.scan(self.identity, ins, traits))
        )

    def _known(self) -> Identity:
        assert self.identity is not None
        return self.identity

    def _move(self, move: transitions.Move) -> tuple[Finding, ...]:
        self.identity = move.identity
        return move.findings


def _single(event: object) -> tuple[str, Any]:
    if not isinstance(event, dict) or len(event) != 1:
        raise EventDefect("un événement est un objet à une seule clé")
    name, given = next(iter(event.items()))
    return str(name), given


def _mapping(name: str, given: object) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        raise EventDefect(f"« {name} » attend un objet")
    return given


def _text(given: Mapping[str, Any], name: str, default: str = "") -> str:
    value = given.get(name, default)
    if value is None:
        return default
    if not isinstance(value, str):
        raise EventDefect(f"« {name} » attend un texte")
    return value


def _flag(given: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = given.get(name, default)
    if not isinstance(value, bool):
        raise EventDefect(f"« {name} » attend vrai ou faux")
    return value


def _traits(given: Mapping[str, Any]) -> Traits:
    return Traits(**{name: _text(given, name) for name in TRAITS})


def _refusal(number: int, text: str, advice: str) -> Finding:
    return Finding(f"GAL-IDN-{number}", Severity.ERROR, typographic(text), typographic(advice))

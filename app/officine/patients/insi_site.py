"""How does this officine reach INSi: by which certificate, at which address, with which identifiers?"""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from app.kernel.loopback import is_loopback
from app.kernel.outcome import Done, Finding, Refused, Severity, is_refused
from app.kernel.text import typographic
from app.officine.patients.insi_model import InsiMode, InsiSettings
from app.officine.staff.model import Right
from app.store import facts

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.kernel.outcome import Outcome
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database

_FACT = "insi.settings"
_AUTHORISATION = re.compile(r"[A-Za-z0-9._-]{0,40}")
_BILLING = re.compile(r"\d{0,14}")
_ADDRESS = re.compile(r"https://(?P<host>[A-Za-z0-9.-]+)(?::\d{1,5})?(?:/[^\s?#]*)?")
_URI = re.compile(r"(?:https?://|urn:)\S+")
_SECTOR = re.compile(r"[A-Z]{2}\d{2}")


class InsiSite:
    """The settings of INSi, the same for every workstation of the officine."""

    def __init__(self, db: Database, staff: Staff, *, defect_of: Callable[[str], str]) -> None:
        """Keep the settings in ``db``; ``defect_of`` says what is wrong with authorities (PEM), empty if nothing."""
        self._db = db
        self._staff = staff
        self._defect_of = defect_of

    def settings(self) -> InsiSettings:
        """Return what was chosen, or the settings of origin."""
        known = facts.read(self._db, _FACT)
        if not isinstance(known, dict):
            return InsiSettings()
        own = {name: value for name, value in known.items() if name in InsiSettings.__dataclass_fields__}
        return InsiSettings(**{**own, "mode": InsiMode(own["mode"])})

    def set(self, wanted: InsiSettings, actor: Actor) -> Outcome[InsiSettings]:
        """Choose how INSi is reached; traced, addresses and authorities included."""
        texts = ("address", "card_address", "authorisation", "billing_id", "sector", "authorities", "verify_namespace")
        kept = replace(wanted, **{name: getattr(wanted, name).strip() for name in texts})
        findings = [*self._staff.refusal(actor, Right.MANAGE_IDENTITY), *check(kept)]
        wrong = self._defect_of(kept.authorities) if kept.authorities else ""
        if wrong:
            advice = "Collez des certificats au format PEM, l’un après l’autre."
            findings.append(_error(56, wrong, advice, "authorities"))
        if is_refused(findings):
            return Refused(tuple(findings))
        row = asdict(kept) | {"mode": str(kept.mode)}
        with self._db.write(actor) as work:
            facts.write(work, _FACT, row)
            told = {name: value for name, value in row.items() if name != "authorities"}
            work.audit("insi.settings", "fact", _FACT, details=told)
            work.changed("insi")
        return Done(kept)


def check(wanted: InsiSettings) -> list[Finding]:
    """Return what is wrong with settings; an address that is empty is only missing, which a call says."""
    found = []
    for name in ("address", "card_address"):
        value = getattr(wanted, name)
        if value and not _is_secure(value):
            found.append(_error(51, "Une adresse d’INSi commence par https://.", "Corrigez-la.", name))
    if not _AUTHORISATION.fullmatch(wanted.authorisation):
        text = "Le numéro d’autorisation du CNDA a des lettres et des chiffres, quarante au plus."
        found.append(_error(52, text, "Recopiez-le.", "authorisation"))
    if not _BILLING.fullmatch(wanted.billing_id):
        text = "L’identifiant de facturation n’a que des chiffres (FINESS ou SIRET)."
        found.append(_error(53, text, "Corrigez-le.", "billing_id"))
    if not _SECTOR.fullmatch(wanted.sector):
        text = "Le secteur d’activité est un code de la table R02 : deux lettres et deux chiffres."
        found.append(_error(54, text, "Pour une officine : SA33.", "sector"))
    if not _URI.fullmatch(wanted.verify_namespace):
        text = "L’espace de noms de la vérification est une adresse (URI)."
        found.append(_error(55, text, "Reprenez celle de la documentation du téléservice.", "verify_namespace"))
    return found


def _is_secure(address: str) -> bool:
    found = _ADDRESS.fullmatch(address)
    return found is not None and not is_loopback(found["host"])


def _error(number: int, text: str, advice: str, subject: str) -> Finding:
    return Finding(f"GAL-INS-{number}", Severity.ERROR, typographic(text), typographic(advice), subject)

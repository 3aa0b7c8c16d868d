"""Which symbol carries the INS of this patient, and where is the sheet or the label that shows it?

Sources: RNIV, Guide d’implémentation INS (EXI DIF 02; INS.28, INS.55 to INS.57): an identity qualifiée only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.kernel import french
from app.kernel.clock import today
from app.kernel.errors import InputDefect
from app.kernel.files import write_whole
from app.kernel.outcome import Done, Finding, Refused, Severity, is_refused
from app.kernel.text import NBSP, typographic
from app.officine.patients import rules, transitions
from app.officine.patients.identities import OPTIONAL_TRAITS
from app.officine.patients.model import IdentityStatus
from app.officine.staff.model import Right
from app.store import facts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from app.docs.identity_sheet import IdentityBlock
    from app.docs.ticket import Pharmacy
    from app.kernel.outcome import Outcome
    from app.officine.patients.identities import Identities
    from app.officine.patients.identity_model import IdentityFile
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database

    Encode = Callable[[Mapping[str, str], dt.date], tuple[str, tuple[Finding, ...]]]
    """What writes the message of a symbol, with what it finds; the message is empty where it refuses."""

SUBJECT: Final = "print"
LABELS: Final = {
    "family_name": ("Nom de naissance", "N. Nais."),
    "first_name": ("1er prénom de naissance", "Pr. 1"),
    "birth_date": ("Date de naissance", "DDN"),
    "sex": ("Sexe", "S."),
    "birth_names": ("Prénom(s) de naissance", "Pr. Nais."),
    "used_name": ("Nom utilisé", "N. Ut."),
    "used_first_name": ("Prénom utilisé", "Pr. Ut."),
    "birth_place": ("Code lieu naissance", "INSEE"),
}
"""The labels that cannot be taken for others, long and short, as the conformity list has them (INS.02)."""
_ALWAYS = ("family_name", "first_name", "birth_date", "sex")


@dataclass(frozen=True, slots=True)
class InsSymbol:
    """A symbol to be drawn: its dark modules row by row, without the quiet zone, and what is written beside it."""

    modules: tuple[tuple[bool, ...], ...]
    caption: str


class InsSymbols:
    """The INS symbols of the patients, and the papers that carry them."""

    def __init__(
        self,
        db: Database,
        staff: Staff,
        identities: Identities,
        encode: Encode,
        *,
        folder: Path,
        banner: str = "",
        production: bool = True,
    ) -> None:
        """Read ``identities``; ``encode`` writes the message of a symbol; papers are written into ``folder``.

        ``banner`` marks every paper of a simulation; with real data (``production``) no INS of tests is ever drawn.
        """
        self._db = db
        self._staff = staff
        self._identities = identities
        self._encode = encode
        self._folder = folder
        self._banner = banner
        self._production = production

    def for_patient(self, patient_id: int, actor: Actor) -> Outcome[InsSymbol]:
        """Return the symbol of an identity qualifiée, to be shown; refused for any other, and to who sees no INS."""
        findings = self._staff.refusal(actor, Right.SEE_INS)
        if findings:
            return Refused(tuple(findings))
        known = self._identities.of(patient_id)
        if known is None:
            return Refused((rules.unknown(patient_id),))
        return self._symbol(known)

    def write_sheet(self, patient_id: int, actor: Actor) -> Path:
        """Write the identity sheet of a patient, A4, traced, and return its file.

        The matricule, its nature and the symbol stand on that of an identity qualifiée only. Raises InputDefect where
        ``actor`` may not read patients' files, for an unknown file, and for an INS that can't be drawn; DiskFull or
        DatabaseReadOnly where the file can't be written.
        """
        from app.docs.identity_sheet import IdentityPaper, identity_pdf  # noqa: PLC0415 -- heavy: when printed

        known = self._readable(patient_id, actor)
        paper = IdentityPaper(
            pharmacy=self._pharmacy(),
            name=known.patient.display_name,
            day=today(self._db.clock),
            block=self.block(known),
            operator=actor.name,
            banner=self._banner,
        )
        return self._kept(f"identite-{patient_id}.pdf", identity_pdf(paper), known, actor)

    def write_label(self, patient_id: int, actor: Actor, label_size: str = "") -> Path:
        """Write the identity label of a patient, traced, and return its file; raises as ``write_sheet``."""
        from app.docs.identity_sheet import identity_label_pdf  # noqa: PLC0415 -- heavy: when printed
        from app.docs.labels import size_of  # noqa: PLC0415 -- the same

        known = self._readable(patient_id, actor)
        content = identity_label_pdf(self.block(known), size_of(label_size), self._banner)
        return self._kept(f"identite-etiquette-{patient_id}.pdf", content, known, actor)

    def identified(self, patient_id: int, actor: Actor | None) -> tuple[IdentityFile, IdentityBlock]:
        """Return a file and its identity block, for a paper of another feature; raises as ``write_sheet``.

        Printing it is the caller's to trace (``trace_print``).
        """
        known = self._readable(patient_id, actor)
        return known, self.block(known)

    def block(self, known: IdentityFile) -> IdentityBlock:
        """Return the identity block of a file for any paper: the four traits, those that the site chose, the INS.

        Raises InputDefect where the INS of an identity qualifiée can't be drawn: a paper without it would be taken for
        that of another status.
        """
        from app.docs.identity_sheet import IdentityBlock  # noqa: PLC0415 -- heavy: when printed

        identity, modules = known.identity, None
        chosen = [name for name in OPTIONAL_TRAITS if name in self._identities.options().on_paper]
        values = {name: getattr(identity.traits, name) for name in (*_ALWAYS, *chosen)}
        values["birth_date"] = french.short_date(known.patient.birth_date)
        rows = [(*LABELS[name], value) for name, value in values.items() if value]
        if identity.status is IdentityStatus.QUALIFIED and identity.ins is not None:
            drawn = self._symbol(known)
            if isinstance(drawn, Refused):
                raise InputDefect(drawn.findings[0].text, code=drawn.findings[0].code, advice=drawn.findings[0].advice)
            modules = drawn.value.modules
            nature = "NIA" if identity.ins.oid == transitions.OID_NIA else "NIR"
            matricule = identity.ins.matricule
            rows.append(
                (f"Matricule INS ({nature})", f"INS ({nature})", f"{matricule[:13]}{NBSP}{matricule[13:]}"),
            )
        return IdentityBlock(tuple(rows), identity.status.label, modules)

    def _symbol(self, known: IdentityFile) -> Outcome[InsSymbol]:
        from app.docs import datamatrix  # noqa: PLC0415 -- heavy: at the first symbol

        identity = known.identity
        if identity.status is not IdentityStatus.QUALIFIED or identity.ins is None:
            return Refused((not_qualified(),))
        findings = transitions.check_ins(identity.ins, production=self._production)
        if is_refused(findings):
            return Refused(tuple(findings))
        traits = {name: getattr(identity.traits, name) for name in ("birth_names", "family_name", "sex", "birth_date")}
        traits |= {"matricule": identity.ins.matricule, "oid": identity.ins.oid}
        traits |= {"birth_place": identity.traits.birth_place}
        text, said = self._encode(traits, today(self._db.clock))
        if not text:
            return Refused(tuple(said))
        return Done(InsSymbol(datamatrix.modules_of(text), datamatrix.INS_CAPTION), tuple(said))

    def _readable(self, patient_id: int, actor: Actor | None) -> IdentityFile:
        self._staff.require(actor, Right.READ_PATIENT)
        known = self._identities.of(patient_id)
        if known is None:
            missing = rules.unknown(patient_id)
            raise InputDefect(missing.text, code=missing.code, advice=missing.advice)
        return known

    def _kept(self, name: str, content: bytes, known: IdentityFile, actor: Actor) -> Path:
        file = write_whole(
            self._folder / name,
            content,
            full="Le disque est plein : la fiche d’identité n’a pas pu être écrite.",
            refused="Le dossier des impressions ne peut pas être modifié.",
        )
        self.trace_print(known, "identity", name, actor)
        return file

    def trace_print(self, known: IdentityFile, kind: str, name: str, actor: Actor) -> None:
        """Trace a paper that bears the identity of a file: what it is (``kind``), and the file that holds it."""
        patient_id = known.patient.id
        with self._db.write(actor) as work:
            details = {"status": str(known.identity.status)}
            work.audit("print", SUBJECT, f"{kind}:{patient_id}", patient_id=patient_id, details=details)
            if known.identity.status is IdentityStatus.QUALIFIED:
                # A matricule on a paper is an access of its own (INS.03).
                work.audit("ins.print", "patient", str(patient_id), patient_id=patient_id, details={"paper": name})

    def _pharmacy(self) -> Pharmacy:
        from app.docs.ticket import Pharmacy  # noqa: PLC0415 -- heavy: when printed

        known = facts.read(self._db, "officine") or {}
        town = f"{known.get('postal_code', '')} {known.get('city', '')}".strip()
        address = tuple(part for part in (known.get("address_line", ""), town) if part)
        return Pharmacy(known.get("name", ""), address, known.get("phone", ""), known.get("finess", ""))


def not_qualified() -> Finding:
    """Return what is said where a symbol is asked for an identity that is not qualifiée."""
    return Finding(
        "GAL-DMX-01",
        Severity.ERROR,
        typographic("Seule une identité qualifiée porte le DataMatrix INS."),
        typographic("Qualifiez-la : INSi, puis une pièce de confiance."),
        "status",
    )

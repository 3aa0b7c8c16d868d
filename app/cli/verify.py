"""Is everything in the data folder as it was written?"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from app.cli import frame
from app.cli.frame import Command
from app.kernel import french
from app.kernel.text import plural

if TYPE_CHECKING:
    import argparse

    from sqlalchemy import Engine, Table
    from sqlalchemy.orm import Session

    from app.cli.frame import CommandParser, Output
    from app.kernel.errors import GalienError
    from app.officine.care.model import DocumentsReport
    from app.officine.copies.model import CopiesReport
    from app.officine.trace.model import SealReport

_COPIES_TOLD = 10
_REGISTERS = ("ordonnancier", "cash", "deliveries", "stupefiants", "derives", "annotations", "interventions")


_NAMES = {
    "ordonnancier": "l’ordonnancier",
    "cash": "la caisse",
    "deliveries": "les délivrances",
    "stupefiants": "le registre des stupéfiants",
    "derives": "le registre des médicaments dérivés du sang",
    "annotations": "les annotations des registres",
    "interventions": "le registre des interventions pharmaceutiques",
}


@dataclass(slots=True)
class Report:
    """What the verification found."""

    database: str = "ok"
    audit_entries: int = 0
    first_bad: dict[str, Any] | None = None
    registers: dict[str, str] = field(default_factory=lambda: dict.fromkeys(_REGISTERS, "ok"))
    damage: str = ""
    copies: CopiesReport | None = None
    documents: DocumentsReport | None = None
    seals: SealReport | None = None

    @property
    def is_good(self) -> bool:
        """True when nothing is wrong."""
        sound = self.database == "ok" and self.first_bad is None and set(self.registers.values()) == {"ok"}
        sound = sound and (self.seals is None or self.seals.is_good)
        return sound and not (self.copies and self.copies.bad) and not (self.documents and self.documents.bad)

    def as_json(self) -> dict[str, Any]:
        """Return the shape that the command prints."""
        told: dict[str, Any] = {"database": self.database, "audit_entries": self.audit_entries}
        told["first_bad"] = self.first_bad
        told |= self.registers | (self._copies_as_json() if self.copies else {})
        told |= self._documents_as_json() if self.documents else {}
        return told | (seals_json(self.seals) if self.seals else {})

    def _copies_as_json(self) -> dict[str, Any]:
        assert self.copies is not None
        bad = [asdict(copy) for copy in self.copies.bad]
        return {"copies": "bad" if bad else "ok", "bad_copies": bad, "orphan_copies": self.copies.orphans}

    def _documents_as_json(self) -> dict[str, Any]:
        assert self.documents is not None
        bad = [asdict(document) for document in self.documents.bad]
        return {"documents": "bad" if bad else "ok", "bad_documents": bad}


def seals_json(report: SealReport) -> dict[str, Any]:
    """Return what the comparison with the seals found, as the commands print it."""
    return {
        "seals": report.state,
        "seals_problem": report.problem,
        "seals_made": report.seals,
        "sealed_until": report.sealed_at,
        "uncovered": report.uncovered,
    }


def compare_seals(engine: Engine, folder: Path, report: Report) -> None:
    """Compare the registers, whose own hashes were examined, with the seals in ``folder``.

    An entry that a seal betrays takes the place of the one found before, in its register, where it comes first.
    """
    from sqlalchemy.orm import Session  # noqa: PLC0415 -- with the library of the database

    from app.officine.trace import checking  # noqa: PLC0415 -- the same
    from app.store.failures import driver_errors  # noqa: PLC0415 -- the same
    from app.store.seal_folder import SealFolder  # noqa: PLC0415 -- the same

    with driver_errors(), Session(engine) as session:
        report.seals = checking.compare(session, SealFolder(folder))
    for name, bad in report.seals.bad.items():
        if name in report.registers:
            report.registers[name] = "bad"
        found = report.first_bad
        if found is None or found.get("register", "audit") == name:
            report.first_bad = dict(bad) if name != "audit" else {key: bad[key] for key in bad if key != "register"}


def examine(engine: Engine, *, deliveries: bool = True) -> Report:
    """Verify the database at ``engine``, which is only read. Raises the EnvironmentFailure that forbids it.

    ``deliveries`` False leaves out the comparison of each delivery with all that says something of it: the longest.
    """
    from app.kernel.errors import DatabaseDamaged  # noqa: PLC0415 -- with the library of the database
    from app.store import integrity  # noqa: PLC0415

    report = Report()
    if not deliveries:
        del report.registers["deliveries"]
    damage: GalienError | None = integrity.quick_check(engine)
    try:
        _examine_registers(engine, report)
    except DatabaseDamaged as found:
        damage = damage or found
        report.registers = dict.fromkeys(report.registers, "bad")
    if damage is not None:
        report.database, report.damage = "bad", damage.text
    return report


def _examine_registers(engine: Engine, report: Report) -> None:
    from sqlalchemy.orm import Session  # noqa: PLC0415

    from app.kernel.errors import DatabaseDamaged, EnvironmentFailure  # noqa: PLC0415
    from app.store import integrity, schema  # noqa: PLC0415
    from app.store.failures import driver_errors  # noqa: PLC0415

    found = schema.version(engine)
    if found is None:
        raise DatabaseDamaged("La base de données est vide.")
    if found != schema.HEAD:
        raise EnvironmentFailure(
            "La base de données est d’une version plus ancienne de Galien.",
            code="GAL-ENV-12",
            advice="Ouvrez Galien une fois : il la mettra à jour, puis recommencez.",
        )
    with driver_errors(), Session(engine) as session:
        audit = integrity.verify_audit(session)
    report.audit_entries, report.first_bad = audit.entries, audit.first_bad
    found_by = {
        "ordonnancier": _first_bad_entry,
        "cash": _first_bad_payment,
        "deliveries": _first_bad_delivery,
        "interventions": _first_bad_intervention,
    }
    for name in ("stupefiants", "derives", "annotations"):
        found_by[name] = partial(_first_bad_of, name)
    for name, find in found_by.items():
        if name not in report.registers:
            continue
        with driver_errors(), Session(engine) as session:
            bad = find(session)
        if bad is not None:
            report.registers[name] = "bad"
            report.first_bad = report.first_bad or bad | {"register": name}


def _first_bad_entry(session: Session) -> dict[str, Any] | None:
    from app.officine.dispensing.register_end import first_missing_entry  # noqa: PLC0415
    from app.officine.dispensing.tables import OrdonnancierRow  # noqa: PLC0415
    from app.store import integrity  # noqa: PLC0415

    chain = integrity.verify_chain(session, "ordonnancier", cast("Table", OrdonnancierRow.__table__))
    return chain.first_bad or first_missing_entry(session)


def _first_bad_of(chain: str, session: Session) -> dict[str, Any] | None:
    from app.officine.registers import store  # noqa: PLC0415 -- with the library of the database
    from app.store import integrity  # noqa: PLC0415

    return integrity.verify_chain(session, chain, store.table_of(chain)).first_bad


def _first_bad_intervention(session: Session) -> dict[str, Any] | None:
    from app.officine.interventions import store  # noqa: PLC0415 -- with the library of the database
    from app.store import integrity  # noqa: PLC0415

    return integrity.verify_chain(session, store.CHAIN, store.table()).first_bad


def _first_bad_payment(session: Session) -> dict[str, Any] | None:
    from app.officine.dispensing import cash  # noqa: PLC0415

    return cash.first_bad(session)


def _first_bad_delivery(session: Session) -> dict[str, Any] | None:
    from app.officine.dispensing.agreement import first_disagreement  # noqa: PLC0415

    return first_disagreement(session)


def _run(args: argparse.Namespace, out: Output) -> int:
    from app import settings as settings_module  # noqa: PLC0415
    from app.paths import DataFolder  # noqa: PLC0415
    from app.store.engine import open_engine, sqlite_url  # noqa: PLC0415

    folder = DataFolder(frame.data_root(args))
    settings = settings_module.load(folder.settings_file)
    if not settings.database_url and not folder.database_file.exists():
        with frame.services(args):
            out.line("Nouveau dossier de données.")
    engine = open_engine(settings.database_url or sqlite_url(folder.database_file), read_only=True)
    try:
        report = examine(engine)
        if report.database == "ok":
            compare_seals(engine, args.seals or folder.seals, report)
            report.copies, report.documents = _examine_blobs(engine, folder.blobs)
    finally:
        engine.dispose()
    out.result(report)
    _say(report, out)
    return frame.DONE if report.is_good else frame.REFUSED


def _examine_blobs(engine: Engine, folder: Path) -> tuple[CopiesReport, DocumentsReport]:
    """Verify all that lies outside of the rows: what neither a copy nor a document names is an orphan."""
    from sqlalchemy.orm import Session  # noqa: PLC0415 -- with the library of the database

    from app.officine.care import checking as care  # noqa: PLC0415 -- the same
    from app.officine.copies import service as copies  # noqa: PLC0415 -- the same
    from app.store.blobs import open_blobs  # noqa: PLC0415 -- the same
    from app.store.failures import driver_errors  # noqa: PLC0415 -- the same

    with driver_errors(), Session(engine) as session:
        blobs = open_blobs(engine, folder)
        documents = care.verify(session, blobs)
        return copies.verify(session, blobs, documents.hashes), documents


def _say(report: Report, out: Output) -> None:
    if report.damage:
        out.message("GAL-ENV-04", report.damage, "Restaurez la dernière sauvegarde : galien restore FICHIER.")
    if report.first_bad is not None:
        register = _NAMES.get(report.first_bad.get("register", ""), "le journal")
        out.message("GAL-REG-01", f"Dans {register} : {report.first_bad['text']}",
                    "Gardez la base telle quelle et prévenez le titulaire.")  # fmt: skip
    if report.seals is not None:
        _say_seals(report.seals, out)
    if report.copies is not None and report.copies.bad:
        told = " ; ".join(copy.text for copy in report.copies.bad[:_COPIES_TOLD])
        out.message("GAL-COP-21", f"Copies d’ordonnances à retrouver : {told}.",
                    "Recopiez-les depuis le dossier « blobs » des sauvegardes, puis recommencez.")  # fmt: skip
    if report.documents is not None and report.documents.bad:
        told = " ; ".join(document.text for document in report.documents.bad[:_COPIES_TOLD])
        out.message("GAL-COP-21", f"Documents de soins à retrouver : {told}.",
                    "Recopiez-les depuis le dossier « blobs » des sauvegardes, puis recommencez.")  # fmt: skip
    if report.is_good:
        out.line(f"Base saine. Journal vérifié : {plural(report.audit_entries, 'écriture')}.")


def _configure(parser: CommandParser) -> None:
    parser.add_argument(
        "--seals",
        metavar="DOSSIER",
        type=Path,
        help="comparer avec cette copie des scellés, plutôt qu’avec ceux du poste",
    )


def _say_seals(seals: SealReport, out: Output) -> None:
    from app.officine.trace.checking import not_covered_text  # noqa: PLC0415 -- with the library of the database

    if seals.problem:
        out.message("GAL-SCL-05", seals.problem,
                    "Comparez avec une copie des scellés : galien verify --seals DOSSIER.")  # fmt: skip
    if seals.state == "none":
        out.line(
            "Aucun scellé n’a encore été fait : rien ne couvre ce qui a été écrit. Faites-en un : galien audit seal"
        )
    if seals.late:
        out.line(f"Le dossier des scellés a {plural(seals.late, 'scellé')} de retard sur la base.")
    if seals.sealed_at is not None:
        kept = plural(seals.seals, "scellé")
        out.line(f"Comparé avec {kept}, le dernier du {french.moment(seals.sealed_at)}. {not_covered_text(seals)}")


COMMANDS = (Command("verify", "Vérifie la base et ses registres, sans rien écrire.", _configure, _run),)

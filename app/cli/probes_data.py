"""Are the data of this folder sound: settings, database, registers, catalogue, backup, sendings?"""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib.util
from typing import TYPE_CHECKING

from app.cli.probe import FAIL, OK, WARN, Answer
from app.kernel import french
from app.kernel.clock import SystemClock, paris_date
from app.kernel.errors import DatabaseDamaged
from app.kernel.events import Publisher
from app.kernel.outcome import is_refused
from app.kernel.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from app.cli.probe import Subject
    from app.officine.secrets.model import VaultState
    from app.store.database import Database

_OLD_CATALOG = dt.timedelta(days=60)
_OLD_BACKUP = dt.timedelta(days=2)
_OLD_SENDING = dt.timedelta(hours=24)
_KEY_LOST = frozenset({"GAL-CLE-02", "GAL-CLE-05", "GAL-CLE-07"})
_NOTHING_YET = Answer(OK, "Pas encore de base\u00a0: elle sera créée au premier démarrage.")


def settings(subject: Subject) -> Answer:
    """Can the settings be read, and what mode is this folder in?"""
    if subject.settings is None:
        return Answer(FAIL, "Le fichier de réglages est illisible.", "Corrigez-le, ou renommez-le.")
    chosen = subject.settings
    mode = {"demo": "démonstration", "training": "formation", "production": "production"}[chosen.mode]
    return Answer(OK, f"Mode {mode}, poste «\u00a0{chosen.station}\u00a0».")


def database(subject: Subject) -> Answer:
    """Is the database sound, and of our schema?"""
    from app.store import integrity, schema  # noqa: PLC0415 -- heavy

    with _engine(subject) as engine:
        if engine is None:
            return _NOTHING_YET
        version = schema.version(engine)
        damage = integrity.quick_check(engine)
    if damage is not None:
        return Answer(FAIL, damage.text, damage.advice)
    if version != schema.HEAD:
        return Answer(WARN, f"Schéma {version or 'vide'}.", f"Il passera à {schema.HEAD} au prochain démarrage.")
    kind = "PostgreSQL" if subject.database_url else "SQLite"
    size = "" if subject.database_url else f", {french.size_mb(subject.folder.database_file.stat().st_size)}"
    return Answer(OK, f"{kind}{size}, schéma {version}, contrôle rapide sans défaut.")


def registers(subject: Subject) -> Answer:
    """Are the journal and the registers as they were written?"""
    from app.cli import verify  # noqa: PLC0415 -- heavy
    from app.officine.registers.data import retentions  # noqa: PLC0415 -- the same

    with _engine(subject) as engine:
        if engine is None:
            return _NOTHING_YET
        # Under fifteen seconds in all: the deliveries are compared one by one by galien verify.
        report = verify.examine(engine, deliveries=False)
    if report.is_good:
        years = sorted({row.years for row in retentions() if row.years and row.register in report.registers})
        kept = f"registres gardés {years[0]} à {years[-1]}\u00a0ans"
        return Answer(OK, f"Chaîne du journal vérifiée\u00a0: {plural(report.audit_entries, 'écriture')}, {kept}.")
    return Answer(
        FAIL, "Un registre n’est pas tel qu’il a été écrit.", "Lancez galien verify et prévenez le titulaire."
    )


def catalog(subject: Subject) -> Answer:
    """Which medicines base is in force, is its file whole, and how old is it?"""
    from sqlalchemy import select  # noqa: PLC0415 -- heavy

    from app.officine.catalog.snapshot import sha256_of  # noqa: PLC0415
    from app.officine.catalog.tables import CatalogVersionRow  # noqa: PLC0415

    with _database(subject) as db:
        if db is None:
            return _NOTHING_YET
        with db.read() as session:
            row = session.scalars(select(CatalogVersionRow).where(CatalogVersionRow.state == "in_force")).first()
            found = row and (row.version, row.source_date, row.presentations, row.sha256)
    advice = "Mettez-la à jour\u00a0: galien catalog import DOSSIER."
    if not found:
        return Answer(WARN, "Aucune base des médicaments.", advice)
    version, source_date, presentations, digest = found
    file = subject.folder.catalogs / f"{version}.sqlite"
    # A workstation of a shared database fetches its own copy again when it starts.
    if not subject.database_url and not (file.is_file() and sha256_of(file) == digest):
        return Answer(FAIL, f"Le fichier de la version {version} manque ou est endommagé.", advice)
    detail = f"Version {version} du {french.short_date(source_date)}, {plural(presentations, 'présentation')}."
    is_old = dt.datetime.now(dt.UTC).date() - source_date > _OLD_CATALOG
    return Answer(WARN if is_old else OK, detail, advice if is_old else "")


def pharmacy(subject: Subject) -> Answer:
    """Is the pharmacy known, as its papers must name it?"""
    from app.officine.pharmacy import rules, service  # noqa: PLC0415 -- heavy

    with _database(subject) as db:
        if db is None:
            return _NOTHING_YET
        known = service.known_in(db)
    advice = "Le titulaire la renseigne\u00a0: Réglages, page Pharmacie."
    if not known.is_complete:
        return Answer(WARN, "Pharmacie non renseignée\u00a0: ses papiers n’ont pas d’en-tête.", advice)
    said = rules.check(known)
    if said:
        return Answer(WARN, said[0].text, said[0].advice or advice)
    return Answer(OK, f"{known.name}, FINESS {known.finess}.")


def safety(subject: Subject) -> Answer:
    """Are the checks of the counter made, on which thesaurus, and how old is it?"""
    from app.kernel.clock import today  # noqa: PLC0415 -- heavy
    from app.officine.catalog.snapshot import sha256_of  # noqa: PLC0415 -- heavy
    from app.officine.safety.data import duration  # noqa: PLC0415
    from app.officine.safety.model import months_between  # noqa: PLC0415
    from app.store import facts  # noqa: PLC0415

    with _database(subject) as db:
        if db is None:
            return _NOTHING_YET
        switched = facts.read(db, "safety_module") or {}
        found = (facts.read(db, "thesaurus") or {}).get("in_force")
        tables = facts.read(db, "safety_tables") or {}
        day = today(db.clock)
    if not switched.get("enabled", True):
        return Answer(WARN, "L’aide à la délivrance est arrêtée.", "Réglages, Aide à la délivrance (titulaire).")
    advice = "Importez la dernière édition\u00a0: galien safety import DOSSIER."
    if not found:
        return Answer(WARN, "Aucun thésaurus des interactions.", advice)
    file = subject.folder.thesauri / f"{found['version']}.sqlite"
    if not subject.database_url and not (file.is_file() and sha256_of(file) == found["sha256"]):
        return Answer(FAIL, f"Le thésaurus {found['version']} manque ou est endommagé.", advice)
    months = months_between(found["edition"], day)
    ages, atc = (f"{plural(tables[name]['rows'], 'ligne')}" if name in tables else "aucune" for name in ("ages", "atc"))
    detail = f"Thésaurus {found['edition']} ({months}\u00a0mois), âges\u00a0: {ages}, ATC\u00a0: {atc}."
    is_old = months > duration("old_edition_months").value
    return Answer(WARN if is_old else OK, detail, advice if is_old else "")


def cda_kit(subject: Subject) -> Answer:
    """Is there a kit to check clinical documents with, and is it as it was installed?"""
    from app.docs.validation import installing  # noqa: PLC0415 -- heavy

    if importlib.util.find_spec("saxonche") is None:
        return Answer(FAIL, "La bibliothèque saxonche, qui applique les règles de l’ANS, manque.", "Relancez ./galien.")
    installed, found = installing.examine(subject.folder.cda_kit)
    if installed is None:
        return Answer(FAIL if is_refused(found) else WARN, found[0].text, found[0].advice)
    since = french.short_date(paris_date(installed.at))
    name = installed.fingerprint[:16]
    return Answer(OK, f"Kit {name}, {plural(installed.files, 'fichier')}, en service depuis le {since}.")


def last_backup(subject: Subject) -> Answer:
    """How old is the last backup?"""
    from app.store import backup  # noqa: PLC0415 -- heavy

    advice = "Sauvegardez maintenant\u00a0: galien backup DOSSIER."
    files = backup.backups(subject.folder.backups)
    if not files:
        return Answer(WARN, "Aucune sauvegarde dans le dossier de données.", advice)
    made = dt.datetime.fromtimestamp(files[-1].stat().st_mtime, dt.UTC)
    is_old = dt.datetime.now(dt.UTC) - made > _OLD_BACKUP
    return Answer(WARN if is_old else OK, f"Dernière sauvegarde le {french.moment(made)}.", advice if is_old else "")


def postgresql(subject: Subject) -> Answer:
    """Does the shared database answer?"""
    if not subject.database_url:
        return Answer(OK, "Base embarquée\u00a0: aucun serveur.")
    from sqlalchemy import make_url, text  # noqa: PLC0415 -- heavy

    url = make_url(subject.database_url)
    where = f"{url.host or 'prise locale'}/{url.database}"
    with _engine(subject) as engine:
        if engine is None:
            return _NOTHING_YET
        from app.store.failures import driver_errors  # noqa: PLC0415 -- heavy

        with driver_errors(), engine.connect() as connection:
            version = connection.execute(text("SHOW server_version")).scalar_one()
    if url.password is not None:
        advice = "Mettez-le dans le fichier de mots de passe de PostgreSQL (~/.pgpass, mode 0600), hors des réglages."
        return Answer(
            WARN, f"PostgreSQL {version} répond\u202f; son mot de passe est en clair dans les réglages.", advice
        )
    return Answer(OK, f"PostgreSQL {version} répond ({where}).")


def outbox(subject: Subject) -> Answer:
    """What waits to be sent, and since when?"""
    from app.store.outbox import Outbox, State  # noqa: PLC0415 -- heavy

    with _database(subject) as db:
        if db is None:
            return _NOTHING_YET
        waiting = Outbox(db)
        counts, age = waiting.counts(), waiting.oldest_age()
    failed = counts.get(State.FAILED, 0)
    if age is None and not failed:
        return Answer(OK, "Rien en attente.")
    hours = round(age.total_seconds() / 3600) if age else 0
    detail = f"Plus ancien envoi en attente depuis {plural(hours, 'heure')}, {plural(failed, 'échec')}."
    is_old = bool(failed) or (age is not None and age > _OLD_SENDING)
    return Answer(WARN if is_old else OK, detail, "Voyez galien queue." if is_old else "")


def secrets(subject: Subject) -> Answer:
    """Does the key of this workstation open the secrets, and do the certificates still hold?"""
    from app.bootstrap import SYSTEM, key_place, passphrase_of  # noqa: PLC0415 -- heavy
    from app.officine.secrets.certificates import Certificates  # noqa: PLC0415
    from app.officine.secrets.service import Vault  # noqa: PLC0415
    from app.officine.staff.service import Staff  # noqa: PLC0415
    from app.store.audit import Actor  # noqa: PLC0415

    chosen = subject.settings
    if chosen is None:
        return Answer(WARN, "Réglages illisibles.", "Voyez la ligne «\u00a0réglages\u00a0».")
    with _database(subject) as db:
        if db is None:
            return _NOTHING_YET
        staff = Staff(db)
        place = key_place(subject.folder, chosen, passphrase_of(chosen))
        vault = Vault(db, staff, place, Actor(None, SYSTEM, chosen.station))
        state, ending = vault.state(), Certificates(db, vault, staff).ending()
    if ending:
        return Answer(FAIL if is_refused(ending) else WARN, ending[0].text, ending[0].advice)
    if state.failure is not None:
        is_lost = bool(state.secrets) and state.failure.code in _KEY_LOST
        return Answer(FAIL if is_lost else WARN, state.failure.text, state.failure.advice)
    return _secrets_open(state)


def _secrets_open(state: VaultState) -> Answer:
    detail = f"{state.place}\u202f; {plural(len(state.secrets), 'secret')}, {plural(len(state.stations), 'poste')}."
    if state.unreadable:
        advice = "Voyez galien secrets state."
        return Answer(WARN, f"{plural(len(state.unreadable), 'secret illisible', 'secrets illisibles')} ici.", advice)
    if state.secrets and state.recovery_since is None and not state.is_clear:
        advice = "Faites-en un pour le coffre\u00a0: galien secrets recovery."
        return Answer(WARN, f"{detail} Aucun code de secours.", advice)
    return Answer(OK, detail[0].upper() + detail[1:])


@contextlib.contextmanager
def _engine(subject: Subject) -> Iterator[Engine | None]:
    """Open the database to read it only; None where there is none yet. Raises DatabaseDamaged where it was lost."""
    from app.store.engine import open_engine, sqlite_url  # noqa: PLC0415 -- heavy

    if not subject.database_url and not subject.folder.database_file.exists():
        if subject.folder.has_served:
            raise DatabaseDamaged("La base de données de ce dossier manque, alors que le dossier a déjà servi.")
        yield None
        return
    url = subject.database_url or sqlite_url(subject.folder.database_file)
    engine = open_engine(url, read_only=True, busy_ms=2_000)
    try:
        yield engine
    finally:
        engine.dispose()


@contextlib.contextmanager
def _database(subject: Subject) -> Iterator[Database | None]:
    from app.store.database import Database  # noqa: PLC0415 -- heavy

    with _engine(subject) as engine:
        yield None if engine is None else Database(engine, SystemClock(), Publisher())

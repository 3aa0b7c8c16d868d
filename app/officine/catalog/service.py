"""Which products does the officine know, and which version of the medicines database is in service?"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from app.kernel.clock import today
from app.kernel.errors import EnvironmentFailure, InputDefect
from app.kernel.outcome import Done, Finding, Refused, Severity
from app.officine.catalog import building, plausible, search, store
from app.officine.catalog.model import CatalogVersion
from app.officine.catalog.reader import SnapshotReader
from app.officine.catalog.snapshot import build_snapshot, sha256_of
from app.officine.catalog.wording import query_code
from app.officine.staff.model import Right

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from app.kernel.events import Changed
    from app.kernel.money import Money
    from app.kernel.outcome import Outcome
    from app.officine.catalog.building import Progress
    from app.officine.catalog.model import ImportReport, Product, ProductCard, ProductDetail
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database, UnitOfWork

    Choices = Sequence[Collection[str]]

_VERSION_SECONDS = 5.0
"""How long the version in force is believed before the database is asked again: another program may change it."""

_USES_SECONDS = 300.0


class Catalog:
    """The products of one officine: the snapshot in force, and the officine's own product cards."""

    def __init__(self, db: Database, folder: Path, staff: Staff | None = None) -> None:
        """Read the business database ``db``, and the snapshot files in ``folder``; ask ``staff`` for the rights."""
        self._staff = staff
        self._db = db
        self.folder = folder
        self._lock = threading.RLock()
        self._version: CatalogVersion | None = None
        self._reader: SnapshotReader | None = None
        self._left: list[SnapshotReader] = []
        self._asked = -_VERSION_SECONDS
        self._uses: dict[int, int] = {}
        self._counted = -_USES_SECONDS
        self._card_words: list[str] | None = None
        self._own_prices: dict[str, Money] | None = None
        self._unsubscribe = db.publisher.subscribe(self._forget)

    def close(self) -> None:
        """Close the snapshot; the service is not used afterwards."""
        self._unsubscribe()
        for reader in (self._reader, *self._left):
            if reader is not None:
                reader.close()
        self._reader = None
        self._left.clear()

    # --- Versions ------------------------------------------------------------------------------------------------

    def version(self) -> CatalogVersion | None:
        """Return the version in force; None before the first import."""
        with self._db.read() as session:
            return store.version_in(session, store.IN_FORCE)

    @property
    def source_date(self) -> dt.date | None:
        """The day of the version that products are read from: that of their prices. None before the first import."""
        self._current()
        return None if self._version is None else self._version.source_date

    def previous_version(self) -> CatalogVersion | None:
        """Return the version that ``rollback`` would put back in force; None when there is none."""
        with self._db.read() as session:
            return store.version_in(session, store.KEPT)

    def ensure_local(self) -> None:
        """Fetch the snapshot in force from the shared database where this workstation does not have it.

        A snapshot that can't be had is no reason not to start: the first look into it says so.
        """
        with contextlib.suppress(EnvironmentFailure):
            self._current()

    def import_folder(
        self,
        source: Path,
        actor: Actor,
        progress: Progress | None = None,
        *,
        isolated: bool = False,
        accept_fall: bool = False,
    ) -> Outcome[ImportReport]:
        """Read the medicines database in ``source`` and put it in force, or refuse it and change nothing.

        ``isolated`` builds in a process of its own, for the one who keeps a screen alive; ``accept_fall`` takes a set
        that looks cut: a tenth of its lines lost, a last line without end. Raises FileUnusable when ``source`` can't
        be read, DiskFull.
        """
        denied = self._denied(actor)
        if denied:
            return Refused(denied)
        _tell(progress, "Lecture et contrôle des fichiers…")
        with building.staging_file(self.folder) as staging:
            try:
                day = today(self._db.clock)
                if isolated:
                    report = building.build_isolated(source, staging, day, progress)
                else:
                    report = build_snapshot(source, staging, day)
            except InputDefect as defect:
                found = (Finding(defect.code, Severity.ERROR, defect.text, advice=defect.advice),)
                return self._refused(actor, found)
            _tell(progress, "Mise en service…")
            doubts = () if accept_fall else self._doubts(staging)
            if doubts:
                return self._refused(actor, doubts)
            self.install_snapshot(staging, report, actor)
        return Done(report, report.findings)

    def install_snapshot(self, file: Path, report: ImportReport, actor: Actor) -> CatalogVersion:
        """Put a snapshot that was built and checked in force, and keep the one that it replaces.

        ``file`` is moved to its place. The same snapshot again changes nothing, but for mending a damaged one.
        """
        self._require(actor)
        version = self._described(file, report)
        if version == self.version() and self._is_here(version):
            return version
        file.replace(self._path(version))
        _sync_folder(self.folder)
        with self._db.write(actor) as work:
            if self._db.is_postgresql:
                store.add_blob(work, version.sha256, self._path(version).read_bytes())
            self._put_in_force(work, version, "catalog.import")
        self._prune()
        return version

    def rollback(self, actor: Actor) -> Outcome[CatalogVersion]:
        """Put the previous version back in force; a second time comes back to the one that was left."""
        denied = self._denied(actor)
        if denied:
            return Refused(denied)
        kept = self.previous_version()
        if kept is None:
            return Refused((_no_previous(self.version()),))
        try:
            self._fetch(kept)
        except EnvironmentFailure as failure:
            return Refused((Finding(failure.code, Severity.ERROR, failure.text, advice=failure.advice),))
        with self._db.write(actor) as work:
            self._put_in_force(work, kept, "catalog.rollback")
        return Done(kept)

    # --- Products ------------------------------------------------------------------------------------------------

    def by_code(self, code: str) -> Product | None:
        """Return the product of a code: CIP13, CIP7, GTIN14, ACL13, EAN13; None for an unknown one."""
        clean = code.strip()
        reader = self._current()
        if reader is not None and len(clean) == 7 and clean.isdigit():
            found = reader.by_cip7(clean, self._today())
            if found is not None:
                return self._priced(found)
        key = clean[1:] if len(clean) == 14 and clean.startswith("0") else clean
        return self.by_codes([key]).get(key)

    def by_codes(self, codes: Iterable[str]) -> dict[str, Product]:
        """Return the product of each code (CIP13, ACL13, EAN13) that is known."""
        wanted = [code for code in dict.fromkeys(codes) if _is_storable(code)]
        reader = self._current()
        found = reader.by_codes(wanted, self._today()) if reader is not None else {}
        others = [code for code in wanted if code not in found]
        if others:
            with self._db.read() as session:
                found |= store.cards_by_codes(session, others)
        return {code: self._priced(product) for code, product in found.items()}

    def detail(self, code: str) -> ProductDetail | None:
        """Return all that the medicines database says of a presentation; None for any other product."""
        product = self.by_code(code)
        reader = self._current()
        if product is None or reader is None or not product.is_medicine:
            return None
        detail = reader.detail(product.code, self._today())
        return None if detail is None else replace(detail, product=product)

    def substances(self, codes: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return the names of the active substances of each medicine among the codes."""
        reader = self._current()
        return {} if reader is None else reader.substances(code for code in codes if _is_storable(code))

    def traits(self, codes: Iterable[str]) -> dict[str, tuple[tuple[str, ...], str | None]]:
        """Return the routes, and the ATC code where the public base gives one, of each medicine among the codes."""
        reader = self._current()
        return {} if reader is None else reader.traits(code for code in codes if _is_storable(code))

    def generic_siblings(self, code: str) -> list[Product]:
        """Return the other marketed presentations of the generic groups of a product, cheapest first."""
        product = self.by_code(code)
        reader = self._current()
        if product is None or reader is None or product.group_id is None:
            return []
        return [self._priced(sibling) for sibling in reader.siblings(product, self._today())]

    def search(self, text: str, limit: int = 50) -> list[Product]:
        """Return the products that answer any text at all, best first, at most ``limit``.

        A code comes first; else each word typed, folded, begins a word of the product, in any order. Where nothing
        answers, one typing error a word is forgiven.
        """
        if limit <= 0:
            return []
        found = self._by_digits(text, limit)
        choices = search.exact(text)
        if len(found) == 1 and query_code(text) in _codes_of(found[0]):
            return found
        if choices and len(found) < limit:
            known = {product.code for product in found}
            found += [product for product in self._by_words(choices, choices, limit) if product.code not in known]
        if not found and choices:
            reader = self._current()
            of_medicines = search.forgiven(text, reader.words() if reader is not None else ())
            found = self._by_words(of_medicines, search.forgiven(text, self._words_of_cards()), limit)
        return [self._priced(product) for product in found[:limit]]

    # --- The officine's own knowledge ----------------------------------------------------------------------------

    def put_cards(self, cards: Sequence[ProductCard], actor: Actor) -> int:
        """Write product cards of the officine, new or changed; return how many."""
        self._require(actor)
        with self._db.write(actor) as work:
            count = store.put_cards(work, cards)
            work.audit("catalog.cards", "product_card", details={"count": count})
            work.changed("product_card")
        return count

    def count_uses(self, work: UnitOfWork, quantities: Mapping[str, int], prices: Mapping[str, Money]) -> None:
        """Count what a delivery takes, by code, in the delivery's own transaction: the search ranks by it.

        ``prices`` are those typed for products whose price is free: they are proposed the next time.
        """
        store.add_uses(work, quantities, prices)
        if prices:
            work.changed("product_price")

    # --- Inside --------------------------------------------------------------------------------------------------

    def _denied(self, actor: Actor) -> tuple[Finding, ...]:
        return () if self._staff is None else tuple(self._staff.refusal(actor, Right.MANAGE_CATALOG))

    def _require(self, actor: Actor) -> None:
        """Raise InputDefect where the actor may not change the medicines database."""
        if self._staff is not None:
            self._staff.require(actor, Right.MANAGE_CATALOG)

    def _today(self) -> dt.date:
        return today(self._db.clock)

    def _priced(self, product: Product) -> Product:
        """Return the product with the officine's own price, where the medicines database gives none."""
        if product.price is not None:
            return product
        prices = self._own_prices
        if prices is None:
            with self._db.read() as session:
                prices = self._own_prices = store.own_prices(session)
        return replace(product, price=prices.get(product.code))

    def _by_digits(self, text: str, limit: int) -> list[Product]:
        digits = query_code(text)
        if not digits:
            return []
        found = self.by_code(digits)
        if found is not None:
            return [found]
        reader = self._current()
        return reader.by_prefix(digits, limit, self._today()) if reader is not None else []

    def _by_words(self, of_medicines: Choices, of_cards: Choices, limit: int) -> list[Product]:
        """Return what answers these words among the medicines, and those among the product cards."""
        ranked: list[tuple[search.Rank, Product]] = []
        reader = self._current()
        if reader is not None and of_medicines:
            ranked += search.medicines(reader, of_medicines, self._use_by_row(reader), limit, self._today())
        if of_cards:
            with self._db.read() as session:
                cards = store.search_cards(session, of_cards, limit)
            ranked += [(search.card_rank(*card, of_cards), card[0]) for card in cards]
        return search.merged(ranked, limit)

    def _words_of_cards(self) -> list[str]:
        words = self._card_words
        if words is None:
            with self._db.read() as session:
                words = self._card_words = sorted(store.card_words(session))
        return words

    def _use_by_row(self, reader: SnapshotReader) -> dict[int, int]:
        """Return the uses by row of the snapshot, counted anew from time to time."""
        if time.monotonic() - self._counted >= _USES_SECONDS:
            with self._db.read() as session:
                uses = store.uses(session)
            self._uses = {row: uses[code] for row, code in reader.ids_of(uses).items()}
            self._counted = time.monotonic()
        return self._uses

    def _current(self) -> SnapshotReader | None:
        """Return the reader of the snapshot in force; None before the first import."""
        if time.monotonic() - self._asked < _VERSION_SECONDS:
            return self._reader
        with self._lock:
            version = self.version()
            if version != self._version or (version is not None and self._reader is None):
                self._switch(version)
            self._asked = time.monotonic()
            return self._reader

    def _switch(self, version: CatalogVersion | None) -> None:
        reader = None if version is None else SnapshotReader(self._fetch(version))
        # Searches may still be reading the one before: it is closed with the service. Switches are rare.
        if self._reader is not None:
            self._left.append(self._reader)
        self._reader, self._version = reader, version
        self._counted = -_USES_SECONDS

    def _fetch(self, version: CatalogVersion) -> Path:
        """Return the file of a version, taken from the shared database where it is not here, and checked."""
        path = self._path(version)
        if self._is_here(version):
            return path
        with self._db.read() as session:
            content = store.blob(session, version.sha256)
        if content is None:
            raise _lost(version)
        with building.staging_file(self.folder) as staging:
            staging.write_bytes(content)
            if sha256_of(staging) != version.sha256:
                raise _lost(version)
            staging.replace(path)
        return path

    def _is_here(self, version: CatalogVersion) -> bool:
        """Return True where this workstation has the file of a version, and it is whole."""
        path = self._path(version)
        return path.is_file() and sha256_of(path) == version.sha256

    def _path(self, version: CatalogVersion) -> Path:
        return self.folder / f"{version.version}.sqlite"

    def _described(self, file: Path, report: ImportReport) -> CatalogVersion:
        reader = SnapshotReader(file)
        source = reader.meta()["source"]
        reader.close()
        return CatalogVersion(
            version=report.version,
            sha256=sha256_of(file),
            source_date=report.source_date,
            source=source,
            specialities=report.specialities,
            presentations=report.presentations,
            generic_groups=report.generic_groups,
        )

    def _doubts(self, staging: Path) -> tuple[Finding, ...]:
        """Return what makes a set that can be read look cut: by itself, and beside the one in force."""
        reader = SnapshotReader(staging)
        after = reader.meta()
        reader.close()
        before: dict[str, str] = {}
        # Where the snapshot in force is lost, the import mends that, and there is nothing to compare it with.
        with contextlib.suppress(EnvironmentFailure):
            current = self._current()
            before = current.meta() if current is not None else {}
        return plausible.open_ends(after) + plausible.falls(before, after)

    def _refused(self, actor: Actor, findings: tuple[Finding, ...]) -> Refused:
        with self._db.write(actor) as work:
            reasons = [finding.text for finding in findings]
            work.audit("catalog.import", "catalog_version", details={"reasons": reasons}, result="refused")
        return Refused(findings)

    def _put_in_force(self, work: UnitOfWork, version: CatalogVersion, action: str) -> None:
        store.put_in_force(work, version)
        store.forget_blobs(work)
        work.audit(
            action,
            "catalog_version",
            version.version[:64],
            details={"sha256": version.sha256, "presentations": version.presentations},
        )
        work.changed("catalog")

    def _prune(self) -> None:
        """Remove the files of versions that are neither in force nor kept."""
        kept = {self._path(version) for version in (self.version(), self.previous_version()) if version is not None}
        for path in self.folder.glob("*.sqlite"):
            if path not in kept and not path.name.startswith("."):
                # Another program may still read it (Windows refuses then): the next import removes it.
                with contextlib.suppress(OSError):
                    path.unlink()

    def _forget(self, change: Changed) -> None:
        if change.touches("catalog"):
            self._asked = -_VERSION_SECONDS
        if change.touches("product_card"):
            self._card_words = None
        if change.touches("product_price"):
            self._own_prices = None


def _tell(progress: Progress | None, text: str) -> None:
    """Say at what the import is; raises where it was given up."""
    if progress is not None:
        progress.report(0, 0, text)
        progress.check()


def _codes_of(product: Product) -> tuple[str | None, ...]:
    return product.code, product.cip7, f"0{product.code}"


def _is_storable(code: str) -> bool:
    return 0 < len(code) <= 14 and code.isascii() and code.isalnum()


def _no_previous(version: CatalogVersion | None) -> Finding:
    """Return why there is nothing to go back to; ``version`` is the one in force."""
    if version is None:
        text = (
            "Aucune version de la base des médicaments n’a encore été importée : il n’y a rien à remettre en service."
        )
        return Finding("GAL-CAT-05", Severity.ERROR, text, advice="Importez-en une : galien catalog import DOSSIER.")
    text = f"La version {version.version} est la première importée : il n’y en a pas de précédente."
    advice = "Elle reste en service. Pour la remplacer : galien catalog import DOSSIER."
    return Finding("GAL-CAT-05", Severity.ERROR, text, advice)


def _lost(version: CatalogVersion) -> EnvironmentFailure:
    return EnvironmentFailure(
        f"Le fichier du catalogue {version.version} manque ou est endommagé.",
        code="GAL-CAT-02",
        advice="Importez de nouveau la base, ou revenez à la précédente s’il en est une : galien catalog rollback.",
    )


def _sync_folder(folder: Path) -> None:
    """Make the new name of a file outlive a power cut, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

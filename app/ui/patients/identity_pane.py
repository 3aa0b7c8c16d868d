"""What is the identity of a patient worth, how did it come to it, and what may be done to it now?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.officine.patients.insi import verification_is_due
from app.officine.staff.model import Right
from app.ui import formats
from app.ui.patients.identity_words import (
    LOCKED,
    STRICT_LABELS,
    evidence_words,
    history_line,
    holds,
    lock_words,
    trait_pairs,
)
from app.ui.widgets.basics import ActButton, IconLabel, Panel, Text, row
from app.ui.widgets.facts import Facts, Sheet
from app.ui.widgets.flow import Flow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.officine.patients.cog_model import PlaceName
    from app.officine.patients.identity_model import HistoryEntry, IdentityFile
    from app.ui.context import Ui

_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What was read of an identity, to be shown."""

    file: IdentityFile
    history: Sequence[HistoryEntry]
    on_screen: tuple[str, ...]
    place: PlaceName
    verifies: bool
    keeps_copies: bool


class IdentityPane(Panel):
    """The identity of the file pointed at: traits with their lock, evidence, what is to review, history."""

    def __init__(self, ui: Ui) -> None:
        """Read identities with the services of ``ui``."""
        super().__init__("Identité")
        self._ui = ui
        self.file: IdentityFile | None = None
        self.traits = Facts()
        self.sheet = Sheet("Identité du patient")
        self.body.addWidget(self.sheet, 1)
        self.validate = ActButton(ui.acts, "patients.validate")
        self.withdraw = ActButton(ui.acts, "patients.withdraw", text="Invalider")
        self.by_card = ActButton(ui.acts, "patients.insi_card", text="Par Vitale")
        self.verify = ActButton(ui.acts, "patients.insi_verify")
        keys = (
            ActButton(ui.acts, "patients.evidence", text="Contrôler"),
            self.validate,
            self.withdraw,
            ActButton(ui.acts, "patients.traits", text="Corriger"),
            ActButton(ui.acts, "patients.mark", text="Attribut"),
            ActButton(ui.acts, "patients.insi", text="INSi"),
            self.by_card,
            self.verify,
            ActButton(ui.acts, "patients.merge", text="Fusionner"),
            ActButton(ui.acts, "patients.back", kind="ghost", text="Retour"),
        )
        self.papers = ActButton(ui.acts, "patients.papers", text="Copie du titre")
        self.papers.hide()
        self.body.addWidget(Flow([*keys[:-1], self.papers, keys[-1]]))

    def open_for(self, patient_id: int | None) -> None:
        """Show the identity of a file, or of nobody."""
        if patient_id is None:
            self._show(None)
            return
        services, actor = self._ui.services, self._ui.actor()

        def read() -> _Read | None:
            file = services.identities.of(patient_id, actor)
            if file is None:
                return None
            born = file.patient.birth_date
            return _Read(
                file=file,
                history=services.identities.history(patient_id, actor),
                on_screen=services.identities.options().on_screen,
                place=services.places.name(file.patient.birth_place, born),
                verifies=services.insi_site.settings().verifies,
                keeps_copies=services.papers.enabled or bool(services.papers.of(patient_id, actor)),
            )

        self._ui.tasks.run(lambda _progress: read(), done=self._show, owner=self, key="identity")

    def _show(self, read: _Read | None) -> None:
        file = None if read is None else read.file
        self.file = file
        self.sheet.begin()
        self._offer(read)
        if read is None or file is None:
            self.sheet.text("Aucun patient choisi", "muted")
            self.sheet.end()
            return
        # Name, status and attributes stand in the band above.
        identity = file.identity
        for review in file.reviews:
            self.sheet.text(f"À revoir depuis le {formats.date(review.since.date())}\u00a0: {review.words}", "warning")
        is_locked = identity.status in LOCKED
        pairs = trait_pairs(file, may_see=holds(self._ui, Right.SEE_INS), on_screen=read.on_screen, place=read.place)
        self.traits = Facts(pairs, locks=dict.fromkeys(STRICT_LABELS, lock_words(identity.status)) if is_locked else {})
        if is_locked:
            padlock = IconLabel("lock", "muted", 16)
            padlock.setToolTip(lock_words(identity.status))
            self.sheet.column.addLayout(row(padlock, Text(LOCKED[identity.status], "muted", wrap=True)))
        self.sheet.column.addWidget(self.traits)
        if file.recovered_at is not None and identity.ins is not None:
            self.sheet.text(f"Reprise d’INSi le {formats.moment(file.recovered_at)}.", "caption")
        if file.verified_at is not None and identity.ins is not None:
            self.sheet.text(f"Vérifiée auprès d’INSi le {formats.moment(file.verified_at)}.", "caption")
        if verification_is_due(file, self._ui.services.clock.now()):
            self.sheet.text("Cette INS n’a pas été vérifiée depuis trois ans.", "warning")
        if identity.presented is not None:
            self.sheet.text("Un datamatrix INS a été lu\u00a0: il reste à confirmer par INSi.", "caption")
        self._tell_evidence(file)
        self._tell_history(read.history)
        self.sheet.end()

    def _offer(self, read: _Read | None) -> None:
        """Show the buttons that serve now: each act keeps its key, and says itself why it can't be done."""
        file = None if read is None else read.file
        checked = file is not None and bool(file.identity.evidence)
        holds_ins = file is not None and file.identity.ins is not None
        self.validate.setVisible(file is not None and not checked)
        self.withdraw.setVisible(checked)
        self.by_card.setVisible(self._ui.services.cards.vitale_reader() is not None)
        self.verify.setVisible(holds_ins and read is not None and read.verifies)
        # No button where the officine keeps no copies, and none of this patient is left.
        self.papers.setVisible(read is not None and read.keeps_copies)

    def _tell_evidence(self, file: IdentityFile) -> None:
        is_checked = bool(file.identity.evidence)
        self.sheet.section("Pièce d’identité")
        self.sheet.text(evidence_words(file.evidence, in_force=is_checked), "body" if is_checked else "muted")
        if file.evidence is not None and not is_checked:
            self.sheet.text("Cette pièce ne valide pas l’identité à ce jour.", "warning")

    def _tell_history(self, history: Sequence[HistoryEntry]) -> None:
        self.sheet.section("Historique de l’identité")
        for entry in history[:_SHOWN]:
            title, under = history_line(entry)
            self.sheet.text(title)
            self.sheet.text(under, "caption")
        if len(history) > _SHOWN:
            self.sheet.text(f"… et {len(history) - _SHOWN} événements plus anciens, dans la trace (Ctrl+J).", "caption")
        if not history:
            self.sheet.text("Aucun événement depuis la création du dossier.", "muted")

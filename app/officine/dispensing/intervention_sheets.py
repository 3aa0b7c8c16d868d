"""What does the printed list of the interventions pharmaceutiques say? Pure: interventions in, sheet out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.docs.register import Sheet, SheetColumn, SheetRow
from app.kernel import french
from app.kernel.text import plural, typographic
from app.officine.interventions.data import coding
from app.officine.registers.data import retention_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from app.docs.ticket import Pharmacy
    from app.officine.interventions.model import Intervention


def interventions_sheet(
    found: Sequence[Intervention], period: str, pharmacy: Pharmacy, at: dt.datetime, banner: str
) -> Sheet:
    """Return the pages of the interventions of a period, in the order given."""
    table = coding()
    columns = (
        SheetColumn("N°", 4, right=True),
        SheetColumn("Date", 9),
        SheetColumn("Patient, délivrance", 17),
        SheetColumn("Constat, source", 32),
        SheetColumn("Problème", 14),
        SheetColumn("Motif, intervention", 20),
        SheetColumn("Issue", 12),
        SheetColumn("Par", 10),
    )
    source = f"Codes : {table.source}, {table.confidence}."
    kept = retention_of("interventions")
    duration = f"Conservation : {plural(kept.years, 'an')} ({kept.source})."
    return Sheet(
        title="Interventions pharmaceutiques",
        subtitle=typographic(f"{period} — {plural(len(found), 'intervention')}"),
        pharmacy=pharmacy,
        printed_at=at,
        columns=columns,
        rows=tuple(_row(one) for one in found),
        notes=(
            typographic(source),
            typographic("Aucune intervention ne se modifie ; une issue, ou l’annulation de la délivrance, s’y ajoute."),
            typographic(duration),
        ),
        banner=banner,
        empty="Aucune intervention sur cette période.",
    )


def _row(one: Intervention) -> SheetRow:
    table = coding()
    return SheetRow(
        (
            str(one.seq),
            french.moment(one.at),
            f"{one.patient_name or 'Sans patient'}\nDélivrance {one.delivery}",
            typographic("\n".join(part for part in (one.text, one.source) if part)),
            _coded(one.problem, table.problems.get(one.problem, "")),
            "\n".join(part for part in (one.reason, _coded(one.kind, table.kinds.get(one.kind, ""))) if part),
            "\n".join(
                part
                for part in (table.outcomes.get(one.outcome, one.outcome), one.outcome_by, one.undone_words)
                if part
            ),
            one.author_name,
        )
    )


def _coded(code: str, label: str) -> str:
    return " ".join(part for part in (code, label) if part)

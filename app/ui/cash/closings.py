"""Which days, months and years are closed, what did each come to, and which one is missing?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from app.kernel.clock import today
from app.kernel.outcome import Refused
from app.kernel.text import NBSP, plural
from app.officine.cash import rules
from app.officine.cash.model import Means, Period, Totals
from app.ui import formats
from app.ui.cash.page import CashPage
from app.ui.widgets.basics import EmptyState, Text
from app.ui.widgets.facts import Facts, Sheet
from app.ui.widgets.findings import FindingList
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from app.kernel.outcome import Outcome
    from app.officine.cash.model import Closing
    from app.ui.context import Services, Ui


@dataclass(frozen=True, slots=True)
class ClosingsRead:
    """What the page shows: the closings, the days that are missing, and an X of what is not closed."""

    closings: tuple[Closing, ...]
    missing: tuple[dt.date, ...]
    reading: Totals


def read_closings(services: Services) -> ClosingsRead:
    """Return what the page shows; run in the background."""
    closings = services.closings
    return ClosingsRead(tuple(closings.closings()), tuple(closings.missing()), closings.reading())


class ClosingsPage(CashPage):
    """The closings on the left, the totals of the one pointed at on the right."""

    def __init__(self, ui: Ui) -> None:
        """List the closings."""
        super().__init__(ui, "Totaux", ("cash.z", "cash.month", "cash.year", "cash.print", "cash.archive"))
        empty = EmptyState("check", "Aucune clôture", f"F7 clôture la journée{NBSP}: c’est définitif.")
        columns: list[Column[Closing]] = [
            Column("Z", lambda one: str(one.number), 5, True),
            Column("Période", lambda one: rules.named(one.period, one.start), strong=True, second=_what),
            Column("Tickets", lambda one: str(one.totals.tickets), 7, True, spare=True),
            Column("Net TTC", lambda one: formats.amount(one.totals.net), 11, True),
            Column("Perpétuel", lambda one: formats.amount(one.gross), 12, True, spare=True),
        ]
        self.list: ListTable[Closing] = ListTable("Clôtures", columns, empty)
        self.missing = Text("", "warning", wrap=True)
        self.findings = FindingList()
        self.left.addWidget(self.missing)
        self.left.addWidget(self.findings)
        self.left.addWidget(self.list, 1)
        self.facts = Sheet("Totaux de la clôture")
        self.content.addWidget(self.facts, 1)
        self.seen = ClosingsRead((), (), Totals())
        self.list.pointed.connect(self._show)

    def shown(self) -> None:
        """Read the closings anew."""
        services = self.ui.services
        self.ui.tasks.run(lambda _progress: read_closings(services), done=self._read, owner=self, key="closings")

    def focus_list(self) -> None:
        """Put the focus on the list."""
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_day(self) -> None:
        """Close the first day that is missing, else today."""
        self._close(Period.DAY, self.seen.missing[0] if self.seen.missing else None)

    def close_month(self) -> None:
        """Close the oldest month that is open."""
        self._close(Period.MONTH, self._next(Period.MONTH))

    def close_year(self) -> None:
        """Close the oldest year that is open."""
        self._close(Period.YEAR, self._next(Period.YEAR))

    def print_closing(self) -> None:
        """Write the Z pointed at as a PDF, on a roll and on A4, and open it."""
        closing, papers = self.list.current_record, self.ui.services.closing_papers
        if closing is not None:
            self.ui.tasks.run(
                lambda _progress: (papers.write(closing), papers.write(closing, a4=True)),
                done=self._printed,
                owner=self,
                key="print",
            )

    def archive(self) -> None:
        """Archive the month or the year pointed at into a file that is asked for."""
        closing = self.list.current_record
        if closing is None or closing.period is Period.DAY:
            self.ui.say("Pointez un mois ou un exercice clôturé\u00a0: c’est lui qui s’archive.", "warning")
            return
        name = f"caisse-{closing.start.isoformat()[: 7 if closing.period is Period.MONTH else 4]}.zip"
        chosen, _kind = QFileDialog.getSaveFileName(self, "Archive de caisse", name, "Archive (*.zip)")
        if chosen:
            self.archive_to(closing, chosen)

    def archive_to(self, closing: Closing, file: str) -> None:
        """Archive a closing into a file."""
        from pathlib import Path  # noqa: PLC0415 -- only here

        closings, actor = self.ui.services.closings, self.ui.actor()
        self.ui.tasks.run(
            lambda _progress: closings.archive(actor, closing.period, closing.start, Path(file)),
            done=lambda outcome: self._archived(outcome, file),
            owner=self,
            title="Archivage…",
        )

    def _archived(self, outcome: Outcome[str], file: str) -> None:
        if isinstance(outcome, Refused):
            self.findings.set_findings(outcome.findings)
        else:
            self.ui.say(f"Archive écrite{NBSP}: {file}", "success")

    def _printed(self, files: tuple[Path, Path]) -> None:
        self.ui.say(f"Z enregistré{NBSP}: {files[0]}", "success")
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(files[1])))

    def _next(self, period: Period) -> dt.date:
        """Return the first day of the oldest period that is not closed."""
        last = next((one for one in self.seen.closings if one.period is period), None)
        if last is not None:
            return rules.following(period, last.start)
        days = [one.start for one in self.seen.closings if one.period is Period.DAY]
        return rules.start_of(period, min(days, default=today(self.ui.services.clock)))

    def _close(self, period: Period, day: dt.date | None) -> None:
        closings, actor = self.ui.services.closings, self.ui.actor()
        self.ui.tasks.run(
            lambda _progress: closings.close(actor, period, day), done=self._closed, owner=self, key="close"
        )

    def _closed(self, outcome: Outcome[Closing]) -> None:
        self.findings.set_findings(outcome.findings)
        if not isinstance(outcome, Refused):
            name = rules.named(outcome.value.period, outcome.value.start)
            self.ui.say(f"{outcome.value.title} enregistré{NBSP}: {name}", "success")
            self.shown()

    def _read(self, read: ClosingsRead) -> None:
        self.seen = read
        days = ", ".join(formats.date(day) for day in read.missing[:5])
        more = " …" if len(read.missing) > 5 else ""
        count = plural(len(read.missing), "journée non clôturée", "journées non clôturées")
        self.missing.setText(f"{count}{NBSP}: {days}{more}. F7 clôture la plus ancienne." if read.missing else "")
        self.missing.setVisible(bool(read.missing))
        self.list.set_records(read.closings, keep=True)
        self._show(self.list.current_record)

    def _show(self, closing: Closing | None) -> None:
        sheet = self.facts
        sheet.begin()
        if closing is not None:
            sheet.text(f"{closing.title} — {rules.named(closing.period, closing.start)}", "heading")
            sheet.text(f"Le {formats.moment(closing.at)} par {closing.operator_name}", "caption")
            self._write(closing.totals)
            pairs = [("Ventes", formats.amount(closing.gross)), ("Net des reprises", formats.amount(closing.net))]
            sheet.section("Grand total perpétuel")
            sheet.column.addWidget(Facts(pairs))
            sheet.section("Empreinte")
            sheet.text(closing.hash[:32] + " " + closing.hash[32:], "caption")
        sheet.section(f"Depuis la dernière clôture (lecture X{NBSP}: sans effet)")
        self._write(self.seen.reading)
        sheet.end()

    def _write(self, totals: Totals) -> None:
        span = f"{totals.first_ticket} à {totals.last_ticket}" if totals.first_ticket is not None else "—"
        pairs = [
            ("Tickets", f"{totals.tickets} (n° {span})" if totals.tickets else "0"),
            ("Ventes", formats.amount(totals.sales)),
            ("Reprises", formats.amount(-totals.reversals) if totals.reversals else ""),
            *((Means(name).label, formats.amount(amount)) for name, amount in totals.means),
            *(
                (f"TVA {formats.rate(part.rate)}", f"{formats.amount(part.tax)} sur {formats.amount(part.net)} HT")
                for part in totals.vat
            ),
            ("Écart", formats.amount(totals.difference) if totals.difference else ""),
        ]
        self.facts.column.addWidget(Facts([pair for pair in pairs if pair[1]]))


def _what(closing: Closing) -> str:
    return f"{closing.period.label} · {closing.operator_name}"

"""What do the invoice and the statement of an account say on paper, and where is the file?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from app.kernel import french
from app.kernel.clock import paris_date
from app.kernel.errors import InputDefect
from app.kernel.files import write_whole
from app.kernel.money import ZERO
from app.kernel.text import NBSP, plural
from app.officine.accounts import rules, store
from app.officine.accounts.model import AccountKind, EntryKind
from app.officine.cash.model import Means
from app.officine.pharmacy.service import head_of
from app.officine.staff.model import Right
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from pathlib import Path

    from app.docs.account import AccountLine, AccountPaper
    from app.kernel.mode import Mode
    from app.kernel.money import Money
    from app.officine.accounts.model import AccountEntry, AccountInvoice, Balance
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database

SUBJECT = "print"


class AccountPapers:
    """The invoices and statements of this workstation; an invoice printed again says that it is a duplicata."""

    def __init__(self, db: Database, folder: Path, mode: Mode, staff: Staff | None = None) -> None:
        """Write into ``folder``; what ``mode`` simulates is marked on every paper; ask ``staff`` for the rights."""
        self._staff = staff
        self._db = db
        self._folder = folder
        self._mode = mode

    def write_invoice(self, number: int, actor: Actor) -> Path:
        """Write an invoice, traced, and return its file: from the second time on, a numbered duplicata.

        Raises InputDefect for an unknown number or an actor who keeps no accounts, DiskFull or DatabaseReadOnly where
        the file can't be written.
        """
        if self._staff is not None:
            self._staff.require(actor, Right.KEEP_ACCOUNTS)
        from app.docs.account import account_pdf  # noqa: PLC0415 -- heavy: at the first invoice printed

        with self._db.read() as session:
            invoice = next(iter(store.invoices(session, number=number)), None)
            traced = select(func.count()).where(
                AuditRow.subject == SUBJECT, AuditRow.subject_id == f"account_invoice:{number}"
            )
            copy = session.execute(traced).scalar_one()
        if invoice is None:
            raise InputDefect(f"La facture n° {number} n’existe pas.", code="GAL-CTE-17")
        suffix = f"-duplicata-{copy}" if copy else ""
        file = self._kept(f"facture-compte-{number:06d}{suffix}.pdf", account_pdf(self._invoice(invoice, copy)))
        # Counted once it is written: a paper that never came out does not make the next one a duplicata.
        with self._db.write(actor) as work:
            action = "print.duplicate" if copy else "print"
            work.audit(action, SUBJECT, f"account_invoice:{number}", details={"copy": copy})
        return file

    def write_statement(self, account_id: int) -> Path:
        """Write the statement of an account as it stands, and return its file; raises as ``write_invoice``."""
        from app.docs.account import AccountPaper, account_pdf  # noqa: PLC0415 -- the same

        now = self._db.clock.now()
        with self._db.read() as session:
            account = store.read(session, account_id)
            entries = store.entries(session, account_id)
        if account is None:
            raise InputDefect("Ce compte n’existe pas.", code="GAL-CTE-03")
        balance = rules.balance(entries, paris_date(now))
        paper = AccountPaper(
            pharmacy=head_of(self._db),
            title="Relevé de compte",
            particulars=(f"Au {french.moment(now)}", plural(len(entries), "opération")),
            customer=(account.name, *account.address),
            siret=account.siret,
            lines=_statement(entries, names=account.kind is AccountKind.INSTITUTION),
            total=("Solde dû", balance.total),
            ages=ages(balance),
            banner=self._mode.banner,
        )
        return self._kept(f"releve-compte-{account_id}-{paris_date(now).isoformat()}.pdf", account_pdf(paper))

    def _invoice(self, invoice: AccountInvoice, copy: int) -> AccountPaper:
        from app.docs.account import AccountPaper  # noqa: PLC0415 -- the same
        from app.docs.ticket import TicketVat  # noqa: PLC0415 -- the same

        names = invoice.kind is AccountKind.INSTITUTION
        credit = invoice.amount < ZERO
        first, last = french.short_date(invoice.first_day), french.short_date(invoice.last_day)
        return AccountPaper(
            pharmacy=head_of(self._db),
            title=f"{'Avoir récapitulatif' if credit else 'Facture récapitulative'} n° {invoice.number}",
            particulars=(f"Établie le {french.moment(invoice.at)}", f"Du {first} au {last}"),
            customer=invoice.customer,
            siret=invoice.siret,
            lines=tuple(line for entry in invoice.entries for line in _invoiced(entry, names=names)),
            total=("Total à payer TTC" if not credit else "Total en votre faveur TTC", invoice.amount),
            vat=tuple(TicketVat(part.rate, part.net, part.tax) for part in invoice.vat),
            due_on=None if credit else invoice.due_on,
            late=invoice.kind.is_professional and not credit,
            banner=self._mode.banner,
            duplicata=copy,
        )

    def _kept(self, name: str, content: bytes) -> Path:
        return write_whole(
            self._folder / name,
            content,
            full="Le disque est plein : le document n’a pas pu être écrit.",
            refused="Le dossier des impressions ne peut pas être modifié.",
        )


def ages(balance: Balance) -> tuple[tuple[str, Money], ...]:
    """Return what is owed by age, in words; what is zero is left out."""
    found = (
        ("30 jours au plus", balance.recent),
        ("31 à 60 jours", balance.over_30),
        ("61 à 90 jours", balance.over_60),
        ("Plus de 90 jours", balance.over_90),
        ("En votre faveur", -balance.credit),
    )
    return tuple((words, amount) for words, amount in found if amount)


def said(entry: AccountEntry, *, names: bool) -> str:
    """Return what an entry is, in words; ``names`` tells for whom a sale was made."""
    if entry.kind is EntryKind.PAYMENT:
        return f"Règlement{NBSP}: {Means(entry.reference).label.lower()}"
    what = f"Délivrance n°{NBSP}{entry.document}"
    if entry.kind is EntryKind.CREDIT:
        what = f"{entry.reference}, délivrance n°{NBSP}{entry.document}"
    return f"{what} · {entry.patient_name}" if names and entry.patient_name else what


def _invoiced(entry: AccountEntry, *, names: bool) -> tuple[AccountLine, ...]:
    from app.docs.account import AccountLine  # noqa: PLC0415 -- the same

    if not entry.lines:
        return (AccountLine(entry.day, said(entry, names=names), entry.amount),)
    what = said(entry, names=names)
    return tuple(
        AccountLine(entry.day, f"{line.quantity} × {line.label} ({what})", line.amount) for line in entry.lines
    )


def _statement(entries: list[AccountEntry], *, names: bool) -> tuple[AccountLine, ...]:
    from app.docs.account import AccountLine  # noqa: PLC0415 -- the same

    lines, owed = [], ZERO
    for entry in entries:
        owed += entry.amount
        lines.append(AccountLine(entry.day, said(entry, names=names), entry.amount, owed))
    return tuple(lines)

"""How are accounts, their entries and their invoices written and read?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from app.kernel.clock import paris_date
from app.kernel.money import Money, Rate
from app.officine.accounts.model import (
    AccountEntry,
    AccountInvoice,
    AccountKind,
    CustomerAccount,
    EntryKind,
    SoldLine,
)
from app.officine.accounts.tables import AccountEntryRow, AccountInvoiceLineRow, AccountInvoiceRow, AccountRow
from app.officine.cash.model import VatPart

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from app.officine.accounts.model import AccountDraft, NewEntry
    from app.store.database import UnitOfWork

_FIELDS = ("kind", "name", "address_line", "postal_code", "city", "siret", "terms_days", "ceiling")


def add(session: Session, draft: AccountDraft) -> int:
    """Write a new account and return its id."""
    row = AccountRow(**_typed(draft), active=True, version=0)
    session.add(row)
    session.flush()
    return row.id


def edit(session: Session, edited: CustomerAccount) -> bool:
    """Write an account over the version that was read; False where it was edited meanwhile."""
    statement = (
        update(AccountRow)
        .where(AccountRow.id == edited.id, AccountRow.version == edited.version)
        .values(**_typed(edited), active=edited.active, version=AccountRow.version + 1)
        .returning(AccountRow.id)
    )
    return session.execute(statement).first() is not None


def read(session: Session, account_id: int) -> CustomerAccount | None:
    """Return an account; None for an unknown one."""
    row = session.get(AccountRow, account_id)
    return None if row is None else _account(row)


def lock(session: Session, account_id: int) -> CustomerAccount | None:
    """Hold an account until the act ends: what it owes is read and written by one act at a time."""
    found = select(AccountRow).where(AccountRow.id == account_id).with_for_update()
    row = session.execute(found, execution_options={"populate_existing": True}).scalar_one_or_none()
    return None if row is None else _account(row)


def accounts(session: Session) -> list[CustomerAccount]:
    """Return all accounts, by name."""
    return [_account(row) for row in session.scalars(select(AccountRow).order_by(AccountRow.name, AccountRow.id))]


def owed(session: Session, account_id: int) -> Money:
    """Return what an account owes in all."""
    found = session.scalar(select(func.sum(AccountEntryRow.amount)).where(AccountEntryRow.account_id == account_id))
    return found if isinstance(found, Money) else Money(int(found or 0))


def charged(session: Session, document: int) -> tuple[int, Money] | None:
    """Return the account that a delivery was put on and what is left of the charge; None where there is none."""
    row = AccountEntryRow
    query = select(row.account_id, func.sum(row.amount)).where(row.document == document, row.kind != EntryKind.PAYMENT)
    found = session.execute(query.group_by(row.account_id)).first()
    if found is None:
        return None
    total = found[1]
    return found[0], total if isinstance(total, Money) else Money(int(total))


def insert_entry(work: UnitOfWork, account_id: int, entry: NewEntry) -> None:
    """Write what a sale, an avoir or a payment makes of an account."""
    values = {
        "account_id": account_id,
        "at": work.now,
        "day": paris_date(work.now),
        "kind": str(entry.kind),
        "amount": entry.amount,
        "document": entry.document,
        "reference": entry.reference,
        "patient_name": entry.patient_name,
        "vat": _vat_json(entry.vat),
        "lines": [[line.label, line.quantity, line.amount.cents] for line in entry.lines],
        "operator_name": work.actor.name,
    }
    work.session.execute(insert(AccountEntryRow), [values])


def entries(session: Session, account_id: int | None = None, invoice: int | None = None) -> list[AccountEntry]:
    """Return the entries of an account, of an invoice, or of all, in order."""
    row, line = AccountEntryRow, AccountInvoiceLineRow
    query = select(row, line.invoice_number).outerjoin(line, line.entry_seq == row.seq).order_by(row.seq)
    if account_id is not None:
        query = query.where(row.account_id == account_id)
    if invoice is not None:
        query = query.where(line.invoice_number == invoice)
    return [_entry(found, number) for found, number in session.execute(query)]


def insert_invoice(session: Session, values: Mapping[str, Any], held: Sequence[AccountEntry]) -> None:
    """Write an invoice with the entries that it holds."""
    session.execute(insert(AccountInvoiceRow), [{**values, "vat": _vat_json(values["vat"])}])
    lines = [
        {"invoice_number": values["number"], "rank": rank, "entry_seq": entry.seq}
        for rank, entry in enumerate(held, start=1)
    ]
    session.execute(insert(AccountInvoiceLineRow), lines)


def invoices(session: Session, account_id: int | None = None, number: int | None = None) -> list[AccountInvoice]:
    """Return the invoices of an account, or one by number, newest first, each with what it holds."""
    query = select(AccountInvoiceRow).order_by(AccountInvoiceRow.number.desc())
    if account_id is not None:
        query = query.where(AccountInvoiceRow.account_id == account_id)
    if number is not None:
        query = query.where(AccountInvoiceRow.number == number)
    return [_invoice(row, entries(session, invoice=row.number)) for row in session.scalars(query)]


def _typed(draft: AccountDraft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in _FIELDS} | {"kind": str(draft.kind)}


def _account(row: AccountRow) -> CustomerAccount:
    kept = {name: getattr(row, name) for name in _FIELDS} | {"kind": AccountKind(row.kind)}
    return CustomerAccount(**kept, id=row.id, active=row.active, version=row.version)


def _entry(row: AccountEntryRow, invoice: int | None) -> AccountEntry:
    return AccountEntry(
        seq=row.seq,
        account_id=row.account_id,
        at=row.at,
        day=row.day,
        kind=EntryKind(row.kind),
        amount=row.amount,
        document=row.document,
        reference=row.reference,
        patient_name=row.patient_name,
        vat=_vat(row.vat),
        lines=tuple(SoldLine(label, quantity, Money(cents)) for label, quantity, cents in row.lines),
        operator_name=row.operator_name,
        invoice=invoice,
    )


def _invoice(row: AccountInvoiceRow, held: Sequence[AccountEntry]) -> AccountInvoice:
    return AccountInvoice(
        number=row.number,
        account_id=row.account_id,
        kind=AccountKind(row.kind),
        at=row.at,
        first_day=row.first_day,
        last_day=row.last_day,
        due_on=row.due_on,
        customer=tuple(row.customer),
        siret=row.siret,
        amount=row.amount,
        vat=_vat(row.vat),
        entries=tuple(held),
        operator_name=row.operator_name,
    )


def _vat_json(parts: Iterable[VatPart]) -> list[list[int]]:
    return [[part.rate.hundredths, part.net.cents, part.tax.cents] for part in parts]


def _vat(kept: Any) -> tuple[VatPart, ...]:  # noqa: ANN401 -- a JSON value
    return tuple(VatPart(Rate(rate), Money(net), Money(tax)) for rate, net, tax in kept)

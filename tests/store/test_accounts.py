"""What is taken on account is owed, invoiced once and paid; boxes given up to a colleague are traced."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from dispensing_house import AMOXICILLINE, CAMILLE, DOLIPRANE, ELIQUIS, LEA, SKENAN, House, done, open_house
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.kernel.errors import InputDefect
from app.kernel.mode import Mode
from app.kernel.money import ZERO, Money
from app.kernel.outcome import Refused, Severity
from app.officine.accounts import rules
from app.officine.accounts.model import AccountDraft, AccountKind, CustomerAccount, EntryKind
from app.officine.accounts.papers import AccountPapers
from app.officine.accounts.service import Accounts
from app.officine.cash.model import Means, Payment
from app.officine.dispensing import session as edit
from app.officine.dispensing.agreement import first_disagreement
from app.officine.dispensing.cash import first_bad
from app.officine.dispensing.model import SaleKind
from app.officine.dispensing.reversal import Fate, ReversalKind
from app.officine.registers.model import EntryKind as RegisterKind
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of
from app.officine.stock.model import MovementKind
from app.store.integrity import verify_audit

if TYPE_CHECKING:
    from pathlib import Path

    from app.kernel.clock import FixedClock
    from app.kernel.outcome import Outcome
    from app.officine.dispensing.model import CounterSession, Delivery
    from app.officine.dispensing.reversal import Reversal
    from app.store.database import Database

HOME = AccountDraft(
    kind=AccountKind.INSTITUTION,
    name="EHPAD Les Tilleuls",
    address_line="4 rue du Parc",
    postal_code="75011",
    city="Paris",
    siret="73282932000074",
)
COLLEAGUE = replace(HOME, kind=AccountKind.OFFICINE, name="Pharmacie du Marché", siret="")
TODAY = dt.date(2026, 11, 23)


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return open_house(database, tmp_path / "catalogs")


@pytest.fixture
def accounts(house: House) -> Accounts:
    return Accounts(house.db, house.cash, Staff(house.db))


@pytest.fixture
def home(accounts: Accounts) -> CustomerAccount:
    return done(accounts.add(CAMILLE, HOME))


@pytest.fixture
def colleague(accounts: Accounts) -> CustomerAccount:
    return done(accounts.add(CAMILLE, COLLEAGUE))


def codes(outcome: Outcome[object]) -> list[str]:
    assert isinstance(outcome, Refused)
    return [finding.code for finding in outcome.findings if finding.severity is Severity.ERROR]


def on(
    session: CounterSession, account: CustomerAccount, kind: SaleKind = SaleKind.ACCOUNT, reason: str = ""
) -> CounterSession:
    return edit.set_terms(session, kind, reason, (account.id, account.name))[0]


def charged(house: House, session: CounterSession) -> tuple[Payment, ...]:
    due = house.counter.quote(session).totals.patient
    return (Payment(Means.ACCOUNT, due),) if due else ()


def taken(house: House, account: CustomerAccount, *asked: str, quantity: int = 1) -> Delivery:
    session = on(house.sale(*(asked or (DOLIPRANE,))), account)
    session, _ = edit.set_quantity(session, "L1", quantity)
    return done(house.counter.validate(session, CAMILLE, charged(house, session)))


def taken_back(house: House, delivery: Delivery, kind: ReversalKind = ReversalKind.CREDIT) -> Outcome[Reversal]:
    draft = house.reversals.proposal(delivery.number, kind)
    assert draft is not None
    return house.reversals.reverse(replace(draft, reason="Retour"), CAMILLE)


def sound(house: House, accounts: Accounts) -> bool:
    with house.db.read() as reading:
        whole = first_bad(reading) is None and verify_audit(reading).first_bad is None
        agreed = first_disagreement(reading) is None
    return whole and agreed and accounts.till_agrees()


# --- Sales on account -------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-CTE-01")
def test_a_sale_on_account_is_owed_by_it_and_takes_no_money(
    house: House, accounts: Accounts, home: CustomerAccount
) -> None:
    delivery = taken(house, home)
    assert delivery.payments == (Payment(Means.ACCOUNT, delivery.totals.patient),)
    [entry] = accounts.entries(home.id)
    assert (entry.kind, entry.amount, entry.document) == (EntryKind.SALE, delivery.totals.patient, delivery.number)
    assert Money.total(part.net + part.tax for part in entry.vat) == entry.amount
    assert entry.lines == ()
    assert house.cash.drawer(CAMILLE.station).expected[Means.CASH] == ZERO
    assert house.cash.total_of(Means.ACCOUNT) == entry.amount
    assert sound(house, accounts)


@pytest.mark.req("OFF-CTE-01")
def test_on_an_ordonnance_the_insurers_pay_their_share_and_the_account_the_rest(
    house: House, accounts: Accounts, home: CustomerAccount
) -> None:
    session = on(house.prescribed(AMOXICILLINE, ELIQUIS), home)
    patient = replace(session, prescription=house.prescribed().prescription)
    delivery = done(house.counter.validate(patient, CAMILLE, charged(house, patient)))
    assert delivery.totals.amo > ZERO
    assert accounts.owed(home.id) == delivery.totals.patient
    for entry in accounts.entries(home.id):
        assert Money.total(part.net + part.tax for part in entry.vat) == delivery.totals.patient
        assert entry.patient_name == "ESSAI Jeanne"


@pytest.mark.req("OFF-CTE-01")
def test_the_means_and_the_terms_go_together(house: House, home: CustomerAccount) -> None:
    session = on(house.sale(DOLIPRANE), home)
    assert codes(house.counter.validate(session, CAMILLE, house.paid(session))) == ["GAL-CTE-20"]
    plain = house.sale(DOLIPRANE)
    assert codes(house.counter.validate(plain, CAMILLE, charged(house, plain))) == ["GAL-CTE-21"]
    nobody = edit.set_terms(house.sale(DOLIPRANE), SaleKind.ACCOUNT)[0]
    assert codes(house.counter.validate(nobody, CAMILLE, charged(house, nobody))) == ["GAL-CTE-01"]
    unknown = replace(session, account_id=99)
    assert codes(house.counter.validate(unknown, CAMILLE, charged(house, unknown))) == ["GAL-CTE-01"]
    assert house.counter.deliveries() == []


@pytest.mark.req("OFF-CTE-02")
def test_a_ceiling_holds_even_for_two_counters(house: House, accounts: Accounts, home: CustomerAccount) -> None:
    price = taken(house, home).totals.patient
    done(accounts.edit(CAMILLE, replace(home, ceiling=price * 2)))
    first, second = (on(house.sale(DOLIPRANE), home) for _ in range(2))
    done(house.counter.validate(first, CAMILLE, charged(house, first)))
    assert codes(house.counter.validate(second, LEA, charged(house, second))) == ["GAL-CTE-02"]
    assert accounts.owed(home.id) == price * 2
    assert sound(house, accounts)


@pytest.mark.req("OFF-CTE-01")
def test_a_closed_account_takes_nothing_more(house: House, accounts: Accounts, home: CustomerAccount) -> None:
    done(accounts.edit(CAMILLE, replace(home, active=False)))
    session = on(house.sale(DOLIPRANE), home)
    assert codes(house.counter.validate(session, CAMILLE, charged(house, session))) == ["GAL-CTE-01"]


@pytest.mark.req("OFF-CTE-01")
def test_an_avoir_goes_to_the_account_and_never_to_the_drawer(
    house: House, accounts: Accounts, home: CustomerAccount
) -> None:
    delivery = taken(house, home, quantity=2)
    draft = house.reversals.proposal(delivery.number, ReversalKind.CREDIT)
    assert draft is not None
    assert [one.method for one in draft.refunds] == [Means.ACCOUNT]
    cash = replace(draft, reason="Retour", refunds=(Payment(Means.CASH, delivery.totals.patient),))
    assert codes(house.reversals.reverse(cash, CAMILLE)) == ["GAL-CTE-23"]
    done(taken_back(house, delivery))
    assert (accounts.owed(home.id), [one.kind for one in accounts.entries(home.id)]) == (
        ZERO,
        [EntryKind.SALE, EntryKind.CREDIT],
    )
    assert sound(house, accounts)
    plain = house.sale(DOLIPRANE)
    sold = done(house.counter.validate(plain, CAMILLE, house.paid(plain)))
    other = house.reversals.proposal(sold.number, ReversalKind.CREDIT)
    assert other is not None
    wrong = replace(other, reason="Retour", refunds=(Payment(Means.ACCOUNT, sold.totals.patient),))
    assert codes(house.reversals.reverse(wrong, CAMILLE)) == ["GAL-CTE-22"]


# --- Payments ---------------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-CTE-03")
def test_a_payment_lowers_the_debt_and_enters_the_till(house: House, accounts: Accounts, home: CustomerAccount) -> None:
    due = taken(house, home, quantity=3).totals.patient
    assert codes(accounts.receive(CAMILLE, home.id, [Payment(Means.CASH, due + Money(1))])) == ["GAL-CTE-04"]
    assert codes(accounts.receive(CAMILLE, home.id, [Payment(Means.CASH, ZERO)])) == ["GAL-CAI-02"]
    assert codes(accounts.receive(CAMILLE, home.id, [Payment(Means.DEFERRED, due)])) == ["GAL-CAI-06"]
    assert codes(accounts.receive(CAMILLE, home.id, [])) == ["GAL-CAI-02"]
    assert codes(accounts.receive(CAMILLE, 99, [Payment(Means.CASH, due)])) == ["GAL-CTE-03"]
    before = house.cash.journal(limit=1)[0]
    assert done(accounts.receive(CAMILLE, home.id, [Payment(Means.CASH, Money(100))])) == due - Money(100)
    assert done(accounts.receive(CAMILLE, home.id, [Payment(Means.TRANSFER, due - Money(100))])) == ZERO
    assert house.cash.drawer(CAMILLE.station).expected[Means.CASH] == Money(100)
    last = house.cash.journal(limit=1)[0]
    assert (last.gross, last.net) == (before.gross, before.net)
    assert sound(house, accounts)


@pytest.mark.req("OFF-CTE-03")
def test_what_is_owed_is_told_by_age_the_oldest_settled_first(
    house: House, accounts: Accounts, home: CustomerAccount, clock: FixedClock
) -> None:
    amounts = []
    for days in (35, 30, 31, 0):
        amounts.append(taken(house, home).totals.patient)
        clock.advance(dt.timedelta(days=days))
    price = amounts[0]
    done(accounts.receive(CAMILLE, home.id, [Payment(Means.CHEQUE, price + Money(50))]))
    [summary] = accounts.summaries()
    balance = summary.balance
    assert (balance.over_90, balance.over_60, balance.over_30, balance.recent) == (
        ZERO,
        price - Money(50),
        price,
        price,
    )
    assert balance.total == accounts.owed(home.id) == price * 3 - Money(50)


@pytest.mark.req("OFF-CTE-03")
def test_an_account_owes_what_it_took_less_what_it_paid_whatever_happened(
    house: House, accounts: Accounts, home: CustomerAccount, colleague: CustomerAccount
) -> None:
    """Property, on forty acts drawn at random: Σ entries = Σ deliveries − Σ avoirs − Σ payments = the till."""
    draw = random.Random(39)
    owed: dict[int, Money] = {home.id: ZERO, colleague.id: ZERO}
    live: list[tuple[int, Delivery]] = []
    for _ in range(40):
        account = draw.choice((home, colleague))
        act = draw.choice(("take", "take", "pay", "back", "invoice"))
        if act == "take":
            delivery = taken(house, account, DOLIPRANE, quantity=1)
            owed[account.id] += delivery.totals.patient
            live.append((account.id, delivery))
        elif act == "pay" and owed[account.id] > ZERO:
            part = Money(draw.randint(1, owed[account.id].cents))
            done(accounts.receive(CAMILLE, account.id, [Payment(draw.choice((Means.CASH, Means.TRANSFER)), part)]))
            owed[account.id] -= part
        elif act == "back" and live:
            holder, delivery = live.pop(draw.randrange(len(live)))
            done(taken_back(house, delivery))
            owed[holder] -= delivery.totals.patient
        elif act == "invoice":
            accounts.make_invoice(CAMILLE, account.id, TODAY)
    for account_id, amount in owed.items():
        assert accounts.owed(account_id) == amount
        assert rules.balance(accounts.entries(account_id), TODAY).total == amount
        held = [entry.invoice for entry in accounts.entries(account_id) if entry.kind is not EntryKind.PAYMENT]
        invoiced = Money.total(one.amount for one in accounts.invoices(account_id))
        open_ = rules.to_invoice(accounts.entries(account_id), TODAY)
        taken_in_all = Money.total(
            one.amount for one in accounts.entries(account_id) if one.kind is not EntryKind.PAYMENT
        )
        assert invoiced + rules.owed_by(open_) == taken_in_all
        assert held == sorted(held, key=lambda number: (number is None, number))
    assert sound(house, accounts)


# --- Invoices ---------------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-CTE-04")
def test_an_invoice_holds_each_sale_once_and_counts_nothing_twice(
    house: House, accounts: Accounts, home: CustomerAccount, clock: FixedClock
) -> None:
    first, second = taken(house, home), taken(house, home, quantity=2)
    before = house.cash.journal(limit=1)[0]
    invoice = done(accounts.make_invoice(CAMILLE, home.id, TODAY))
    assert invoice.number == 1
    assert invoice.amount == first.totals.patient + second.totals.patient
    assert Money.total(part.net + part.tax for part in invoice.vat) == invoice.amount
    assert (invoice.due_on, invoice.customer) == (
        TODAY + dt.timedelta(days=30),
        ("EHPAD Les Tilleuls", "4 rue du Parc", "75011 Paris"),
    )
    assert house.cash.journal(limit=1)[0] == before
    assert codes(accounts.make_invoice(CAMILLE, home.id, TODAY)) == ["GAL-CTE-06"]
    assert codes(accounts.make_invoice(CAMILLE, home.id, TODAY + dt.timedelta(days=1))) == ["GAL-CTE-05"]
    assert codes(accounts.make_invoice(CAMILLE, 99, TODAY)) == ["GAL-CTE-03"]
    clock.advance(dt.timedelta(days=1))
    taken(house, home)
    assert codes(accounts.make_invoice(CAMILLE, home.id, TODAY)) == ["GAL-CTE-06"]
    assert done(accounts.make_invoice(CAMILLE, home.id, TODAY + dt.timedelta(days=1))).number == 2
    done(accounts.edit(CAMILLE, replace(home, name="Autre nom")))
    kept = accounts.invoice(1)
    assert kept is not None
    assert kept.customer[0] == "EHPAD Les Tilleuls"
    assert sound(house, accounts)


@pytest.mark.req("OFF-CTE-04")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE account_invoice SET amount = 0",
        "DELETE FROM account_invoice",
        "UPDATE account_entry SET amount = 0",
        "DELETE FROM account_invoice_line",
    ],
)
def test_invoices_and_entries_can_neither_be_changed_nor_removed(
    house: House, accounts: Accounts, home: CustomerAccount, statement: str
) -> None:
    taken(house, home)
    done(accounts.make_invoice(CAMILLE, home.id, TODAY))
    with pytest.raises(DBAPIError), house.db.engine.begin() as connection:
        connection.execute(text(statement))


@pytest.mark.req("OFF-CTE-04")
@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", " ", "GAL-CTE-10"),
        ("name", "a\x00b", "GAL-CTE-10"),
        ("city", "", "GAL-CTE-11"),
        ("postal_code", "7501", "GAL-CTE-12"),
        ("siret", "73282932000075", "GAL-CTE-13"),
        ("siret", "732829320", "GAL-CTE-13"),
        ("terms_days", 61, "GAL-CTE-14"),
        ("terms_days", -1, "GAL-CTE-14"),
        ("ceiling", ZERO, "GAL-CTE-15"),
        ("ceiling", Money(-100), "GAL-CTE-15"),
    ],
)
def test_a_badly_typed_account_is_refused_at_its_field(
    accounts: Accounts, field: str, value: object, code: str
) -> None:
    refused = accounts.add(CAMILLE, replace(HOME, **{field: value}))  # type: ignore[arg-type] # the field's own type
    assert isinstance(refused, Refused)
    assert refused.findings[0].code == code
    assert accounts.summaries() == []


@pytest.mark.req("OFF-CTE-04")
def test_who_keeps_the_accounts_and_edits_them_twice(house: House, accounts: Accounts, home: CustomerAccount) -> None:
    staff = house.counter._near.staff
    student = done(staff.add(MemberDraft(family_name="IRIS", given_name="Léo", role=Role.STUDENT), CAMILLE))
    assert codes(accounts.add(actor_of(student, "comptoir-1"), HOME)) == ["GAL-PER-01"]
    assert codes(accounts.make_invoice(actor_of(student, "comptoir-1"), home.id, TODAY)) == ["GAL-PER-01"]
    done(accounts.edit(CAMILLE, replace(home, name="Nouveau nom")))
    assert codes(accounts.edit(LEA, replace(home, name="Autre"))) == ["GAL-CTE-16"]


# --- Rétrocession -----------------------------------------------------------------------------------------------------


def ceded(house: House, colleague: CustomerAccount, code: str, cents: int, order: str = "") -> CounterSession:
    session = on(house.sale(code), colleague, SaleKind.RETROCESSION, order)
    session, findings = edit.set_price(session, "L1", Money(cents))
    assert not findings
    return session


@pytest.mark.req("OFF-RET-01")
def test_boxes_are_given_up_at_the_price_typed_without_ordonnancier_nor_fee(
    house: House, accounts: Accounts, colleague: CustomerAccount
) -> None:
    session = ceded(house, colleague, AMOXICILLINE, 150)
    delivery = done(house.counter.validate(session, CAMILLE, charged(house, session)))
    assert (delivery.totals.amount, delivery.totals.amo, delivery.ordonnancier) == (Money(150), ZERO, ())
    assert house.counter.ordonnancier() == []
    moved = house.stock.movements(AMOXICILLINE)[0]
    assert (moved.kind, moved.delta) == (MovementKind.CESSION, -1)
    [entry] = accounts.entries(colleague.id)
    assert [(line.quantity, line.amount) for line in entry.lines] == [(1, Money(150))]
    invoice = done(accounts.make_invoice(CAMILLE, colleague.id, TODAY))
    assert (invoice.amount, invoice.kind) == (Money(150), AccountKind.OFFICINE)
    assert sound(house, accounts)


@pytest.mark.req("OFF-RET-02")
def test_a_stupefiant_is_given_up_on_an_order_form_and_its_register_names_the_acquirer(
    house: House, colleague: CustomerAccount
) -> None:
    bare = ceded(house, colleague, SKENAN, 900)
    assert codes(house.counter.validate(bare, CAMILLE, charged(house, bare))) == ["GAL-RET-03"]
    session = ceded(house, colleague, SKENAN, 900, "BC-2026-17")
    delivery = done(house.counter.validate(session, CAMILLE, charged(house, session)))
    registers = house.stock.registers
    assert registers is not None
    entry = registers.entries()[-1]
    assert (entry.kind, entry.patient_name, entry.reference) == (
        RegisterKind.CESSION,
        "Pharmacie du Marché",
        str(delivery.number),
    )
    assert "BC-2026-17" in entry.reason
    assert entry.ordonnancier is None
    [line] = registers.month("2026-11")[0]
    assert line.exits == 14


@pytest.mark.req("OFF-RET-02")
def test_a_stupefiant_given_up_by_mistake_comes_back_to_stock_and_register(
    house: House, accounts: Accounts, colleague: CustomerAccount
) -> None:
    session = ceded(house, colleague, SKENAN, 900, "BC-2026-17")
    delivery = done(house.counter.validate(session, CAMILLE, charged(house, session)))
    draft = house.reversals.proposal(delivery.number, ReversalKind.CANCEL)
    assert draft is not None
    lines = (replace(draft.lines[0], fate=Fate.STOCK, note="Boîte jamais partie"),)
    done(house.reversals.reverse(replace(draft, reason="Erreur", lines=lines), CAMILLE))
    registers = house.stock.registers
    assert registers is not None
    back = registers.entries()[-1]
    assert (back.kind, back.units) == (RegisterKind.CANCELLATION, 14)
    assert (house.stock.on_hand([SKENAN])[SKENAN], accounts.owed(colleague.id)) == (20, ZERO)
    assert sound(house, accounts)


@pytest.mark.req("OFF-RET-01")
def test_a_retrocession_goes_to_an_officine_only_without_patient_and_by_a_pharmacist(
    house: House, home: CustomerAccount, colleague: CustomerAccount
) -> None:
    wrong = on(house.sale(AMOXICILLINE), home, SaleKind.RETROCESSION)
    assert codes(house.counter.validate(wrong, CAMILLE, charged(house, wrong))) == ["GAL-RET-01"]
    patient = on(house.prescribed(AMOXICILLINE), colleague, SaleKind.RETROCESSION)
    assert "GAL-RET-02" in codes(house.counter.validate(patient, CAMILLE, charged(house, patient)))
    public = on(house.sale(AMOXICILLINE), colleague, SaleKind.RETROCESSION)
    assert "GAL-RET-04" in [one.code for one in house.counter.check(public)]
    staff = house.counter._near.staff
    preparer = done(staff.add(MemberDraft(family_name="PRÊLE", given_name="Noé", role=Role.TECHNICIAN), CAMILLE))
    session = ceded(house, colleague, AMOXICILLINE, 150)
    assert codes(house.counter.validate(session, actor_of(preparer, "c1"), charged(house, session))) == ["GAL-PER-01"]


def test_a_regulated_price_is_typed_between_officines_only(house: House) -> None:
    _, findings = edit.set_price(house.sale(AMOXICILLINE), "L1", Money(1))
    assert [one.code for one in findings] == ["GAL-CPT-03"]


# --- Papers -----------------------------------------------------------------------------------------------------------


def words_of(file: Path) -> str:
    """Return the text of a PDF."""
    import pypdfium2  # noqa: PLC0415 -- heavy: where papers are read

    pages = pypdfium2.PdfDocument(file.read_bytes())
    return "\n".join(page.get_textpage().get_text_range() for page in pages)


@pytest.mark.req("OFF-CTE-05")
def test_an_invoice_is_printed_once_then_as_a_duplicata(
    house: House, accounts: Accounts, home: CustomerAccount, tmp_path: Path
) -> None:
    tmp_path.joinpath("prints").mkdir()
    papers = AccountPapers(house.db, tmp_path / "prints", Mode.PRODUCTION)
    session = on(house.prescribed(AMOXICILLINE), home)
    done(house.counter.validate(session, CAMILLE, charged(house, session)))
    taken(house, home)
    done(accounts.make_invoice(CAMILLE, home.id, TODAY))
    first = words_of(papers.write_invoice(1, CAMILLE))
    second = words_of(papers.write_invoice(1, CAMILLE))
    assert "Facture récapitulative n° 1" in first
    assert "EHPAD Les Tilleuls" in first
    assert "D.441-5" in first
    assert "DUPLICATA" not in first
    assert "DUPLICATA n° 1" in second
    # Who pays for somebody learns for whom, never which product (CSP L.1110-4).
    assert "DOLIPRANE" not in first.upper()
    statement = words_of(papers.write_statement(home.id))
    assert "Solde dû" in statement
    with pytest.raises(InputDefect):
        papers.write_invoice(7, CAMILLE)


@pytest.mark.req("OFF-RET-01")
def test_the_invoice_of_a_colleague_names_the_products(
    house: House, accounts: Accounts, colleague: CustomerAccount, tmp_path: Path
) -> None:
    tmp_path.joinpath("prints").mkdir()
    session = ceded(house, colleague, DOLIPRANE, 150)
    done(house.counter.validate(session, CAMILLE, charged(house, session)))
    done(accounts.make_invoice(CAMILLE, colleague.id, TODAY))
    said = words_of(AccountPapers(house.db, tmp_path / "prints", Mode.DEMO).write_invoice(1, CAMILLE))
    assert "DOLIPRANE" in said.upper()
    assert "SIMULATION" in said

"""What forbids a delivery, what asks for a confirmation, and what is said of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from app.kernel.money import Money, Rate
from app.kernel.outcome import Severity
from app.officine.catalog.model import Availability, ListClass, Product, ProductDetail
from app.officine.dispensing import rules
from app.officine.dispensing import session as edit
from app.officine.dispensing.model import Box, CounterSession, Payment, PaymentMethod, PrescriptionDraft
from app.officine.dispensing.rules import Situation
from app.officine.patients.model import Coverage, IdentityStatus, Patient, Sex
from app.officine.prescriptions.model import Prescriber, PrescriptionKind

if TYPE_CHECKING:
    from app.kernel.outcome import Finding

TODAY = dt.date(2026, 11, 23)
PLAIN = Product(
    code="3400935955838", name="DOLIPRANE", presentation="", cis="1", cip7="3595583", price=Money(218),
    price_without_fee=Money(116), fee=Money(102), rate=Rate.percent(65), vat=Rate(210), list_class=None, group_id=None,
    marketed=True, archived=False,
)  # fmt: skip
DETAIL = ProductDetail(
    product=PLAIN, form="comprimé", routes=("orale",), holder="", atc=None, monitored=False, substances=(),
    availability=(), conditions=(), group_labels={}, kind=None, hospital_only=False, prescription_limit=None,
    fraction_days=None, indications="",
)  # fmt: skip
PATIENT = Patient(
    id=1, family_name="ESSAI", first_name="JEANNE", birth_names="JEANNE", birth_date=dt.date(1981, 5, 1),
    birth_date_uncertain=False, sex=Sex.FEMALE, birth_place="75111", used_name="", used_first_name="", phone="",
    email="", address_line="3 rue des Lilas", postal_code="75011", city="Paris", coverage=Coverage(), allergies="",
    status=IdentityStatus.PROVISIONAL, attributes=frozenset(), matricule=None, oid=None, version=1,
)  # fmt: skip
PRESCRIBER = Prescriber(id=1, family_name="MÉLILOT", given_name="Hugo", city="Paris")


def situation(
    product: Product = PLAIN,
    *,
    prescription: PrescriptionDraft | None = None,
    box: Box | None = None,
    quantity: int = 1,
    **known: Any,  # noqa: ANN401 -- fields of the situation
) -> Situation:
    session, _ = edit.add_product(CounterSession("s", "h", "c"), product, box=box, quantity=quantity)
    session, _ = edit.set_prescription(session, prescription)
    fields: dict[str, Any] = {"products": {product.code: product}, "on_hand": {product.code: 100}} | known
    return Situation(session=session, today=TODAY, **fields)


def listed(list_class: ListClass) -> Product:
    return replace(PLAIN, list_class=list_class)


def ordonnance(days_ago: int = 0, kind: PrescriptionKind = PrescriptionKind.SECURED, renewal: int = 0) -> Any:  # noqa: ANN401
    return PrescriptionDraft(1, "MÉLILOT Hugo", TODAY - dt.timedelta(days=days_ago), kind, renewal)


def delivered_on(list_class: ListClass, prescription: PrescriptionDraft | None, **known: Any) -> list[Finding]:  # noqa: ANN401
    fields = {"patient": PATIENT, "prescriber": PRESCRIBER} | known
    return rules.check(situation(listed(list_class), prescription=prescription, **fields))


def errors(findings: list[Finding]) -> set[str]:
    return {finding.code for finding in findings if finding.severity is Severity.ERROR}


def warnings(findings: list[Finding]) -> set[str]:
    return {finding.code for finding in findings if finding.severity is Severity.WARNING}


def test_empty_sale_is_refused() -> None:
    assert errors(rules.check(Situation(CounterSession("s", "h", "c"), TODAY, {}))) == {"GAL-CPT-10"}


def test_plain_product_needs_nobody_and_no_ordonnance() -> None:
    assert rules.check(situation()) == []


@pytest.mark.parametrize(
    ("product", "code"),
    [
        (replace(PLAIN, price=None, price_without_fee=None, fee=None, rate=None), "GAL-CPT-13"),
        (listed(ListClass.LIST_1), "GAL-CPT-20"),
        (listed(ListClass.LIST_2), "GAL-CPT-20"),
        (listed(ListClass.NARCOTIC), "GAL-CPT-20"),
    ],
)
def test_what_is_missing_is_named(product: Product, code: str) -> None:
    (finding,) = rules.check(situation(product))
    assert (finding.code, finding.severity, finding.subject) == (code, Severity.ERROR, "L1")


def test_product_that_left_the_catalogue_is_refused() -> None:
    assert errors(rules.check(situation(products={}))) == {"GAL-CPT-11"}


@pytest.mark.req("OFF-CPT-05")
@pytest.mark.parametrize(
    ("expiry", "error", "warning"),
    [
        (dt.date(2026, 11, 22), {"GAL-CPT-14"}, set()),
        (dt.date(2026, 11, 23), set(), {"GAL-CPT-15"}),
        (dt.date(2026, 12, 23), set(), {"GAL-CPT-15"}),
        (dt.date(2026, 12, 24), set(), set()),
        (None, set(), set()),
    ],
)
def test_expired_box_is_refused_from_the_next_day(expiry: dt.date | None, error: set[str], warning: set[str]) -> None:
    findings = rules.check(situation(box=Box("L", expiry, "S")))
    assert (errors(findings), warnings(findings)) == (error, warning)


def test_box_delivered_before_is_refused() -> None:
    findings = rules.check(situation(box=Box("L", None, "S"), delivered=frozenset({(PLAIN.code, "S")})))
    assert errors(findings) == {"GAL-CPT-16"}


def test_medicine_on_no_list_that_asks_for_a_prescription_is_told_without_one() -> None:
    """FLUAD and NYXOID are on no list: nothing else would tell that they are not sold freely."""
    details = {PLAIN.code: replace(DETAIL, conditions=("médicament soumis à prescription médicale",))}
    free = rules.check(situation(details=details))
    assert (errors(free), warnings(free)) == (set(), {"GAL-CPT-29"})
    known = {"details": details, "patient": PATIENT, "prescriber": PRESCRIBER}
    assert warnings(rules.check(situation(prescription=ordonnance(), **known))) == set()


def test_hospital_medicine_is_never_sold_and_supply_is_told() -> None:
    shortage = Availability(1, "Rupture de stock", dt.date(2026, 10, 1), None, None)
    detail = replace(DETAIL, hospital_only=True, availability=(shortage,), fraction_days=7)
    findings = rules.check(situation(details={PLAIN.code: detail}))
    assert [finding.code for finding in findings] == ["GAL-CPT-17", "GAL-CPT-18", "GAL-CPT-30"]
    assert "rupture de stock depuis le 01/10/2026" in findings[1].text


@pytest.mark.req("OFF-CPT-03")
def test_short_stock_asks_for_a_confirmation_over_all_the_lines() -> None:
    short = situation(quantity=3, on_hand={PLAIN.code: 2})
    assert warnings(rules.check(short)) == {"GAL-CPT-26"}
    session, _ = edit.add_product(short.session, PLAIN, merge=False)
    both = replace(short, session=session, on_hand={PLAIN.code: 3})
    assert [line.line_id for line in rules.short_codes(both)] == ["L1", "L2"]
    assert "GAL-CPT-19" in warnings(rules.check(both))


@pytest.mark.req("OFF-CPT-04")
@pytest.mark.parametrize(
    ("kind", "list_class", "error"),
    [
        (PrescriptionKind.ORDINARY, ListClass.LIST_1, set()),
        (PrescriptionKind.ORDINARY, ListClass.NARCOTIC, {"GAL-CPT-21"}),
        (PrescriptionKind.ORDINARY, ListClass.ASSIMILATED, {"GAL-CPT-21"}),
        (PrescriptionKind.SECURED, ListClass.NARCOTIC, set()),
    ],
)
def test_narcotics_and_assimilated_need_a_secured_ordonnance(
    kind: PrescriptionKind, list_class: ListClass, error: set[str]
) -> None:
    assert errors(delivered_on(list_class, ordonnance(kind=kind))) == error


@pytest.mark.req("OFF-CPT-04")
@pytest.mark.parametrize(
    ("days", "renewal", "refused"),
    [(0, 0, False), (92, 0, False), (93, 0, True), (93, 1, False), (365, 1, False), (366, 1, True), (-1, 0, True)],
)
def test_ordonnance_has_three_months_to_begin_and_twelve_to_end(days: int, renewal: int, *, refused: bool) -> None:
    assert bool(errors(delivered_on(ListClass.LIST_1, ordonnance(days, renewal=renewal)))) is refused


@pytest.mark.parametrize(("days", "late"), [(3, False), (4, True)])
def test_narcotic_presented_after_three_days_is_told(days: int, *, late: bool) -> None:
    findings = delivered_on(ListClass.NARCOTIC, ordonnance(days))
    assert ("GAL-CPT-25" in warnings(findings)) is late
    if late:
        assert "4\xa0jours" in findings[0].text


@pytest.mark.req("OFF-CPT-04")
@pytest.mark.parametrize(
    ("days", "renewal", "error", "warning"),
    [
        (28, 1, set(), set()),
        (29, 1, set(), {"GAL-CPT-25"}),
        (59, 0, set(), {"GAL-CPT-25"}),
        (60, 0, {"GAL-CPT-24"}, set()),
        (60, 1, {"GAL-CPT-24"}, set()),
        (300, 5, {"GAL-CPT-24"}, set()),
    ],
)
def test_ordonnance_of_a_narcotic_is_soon_over(days: int, renewal: int, error: set[str], warning: set[str]) -> None:
    findings = delivered_on(ListClass.NARCOTIC, ordonnance(days, renewal=renewal))
    assert (errors(findings), warnings(findings)) == (error, warning)


def test_missing_address_forbids_a_narcotic_and_is_asked_for_the_others() -> None:
    nowhere = replace(PATIENT, address_line="")
    assert errors(delivered_on(ListClass.NARCOTIC, ordonnance(), patient=nowhere)) == {"GAL-CPT-22"}
    findings = delivered_on(ListClass.LIST_1, ordonnance(), patient=nowhere)
    assert (errors(findings), warnings(findings)) == (set(), {"GAL-CPT-22"})


def test_each_missing_part_of_the_ordonnance_is_named() -> None:
    draft = PrescriptionDraft()
    findings = rules.check(situation(listed(ListClass.LIST_1), prescription=draft))
    assert errors(findings) == {"GAL-CPT-20", "GAL-CPT-31"}
    assert "le patient, le prescripteur et la date de l’ordonnance" in findings[0].text


def test_line_that_the_ordonnance_does_not_ask_for_is_not_covered_by_it() -> None:
    known = situation(listed(ListClass.LIST_1), prescription=ordonnance(), patient=PATIENT, prescriber=PRESCRIBER)
    session, _ = edit.set_prescribed(known.session, "L1", prescribed=False)
    assert errors(rules.check(replace(known, session=session))) == {"GAL-CPT-20"}


def test_ald_without_a_known_right_is_told() -> None:
    known = situation(patient=PATIENT)
    session, _ = edit.set_ald(known.session, "L1", ald=True)
    assert warnings(rules.check(replace(known, session=session))) == {"GAL-CPT-27"}
    covered = replace(PATIENT, coverage=Coverage(ald=True))
    assert rules.check(replace(known, session=session, patient=covered)) == []


def test_nothing_due_needs_no_payment() -> None:
    assert rules.check_payments(Money(0), (), patient_known=False) == []
    zero = (Payment(PaymentMethod.CARD, Money(0)),)
    assert [finding.code for finding in rules.check_payments(Money(0), zero, patient_known=True)] == ["GAL-CPT-40"]
    assert rules.check_payments(Money(5), (Payment(PaymentMethod.DEFERRED, Money(5)),), patient_known=True) == []

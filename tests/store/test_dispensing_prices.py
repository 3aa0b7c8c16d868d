"""Is a price that the law leaves free typed once, and proposed the next time?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app import bootstrap
from app.kernel.money import Money
from app.kernel.outcome import Done, Refused, Severity
from app.officine.dispensing import session as edit
from app.officine.dispensing.model import Payment, PaymentMethod

if TYPE_CHECKING:
    from pathlib import Path

    from app.bootstrap import Services
    from app.officine.dispensing.model import CounterSession

FREE, REGULATED = "3400932959358", "3400935955838"


def _session(services: Services, code: str, price: Money | None) -> CounterSession:
    product = services.catalog.by_code(code)
    assert product is not None
    session, _ = edit.add_product(services.counter.new_session(services.system_actor), product)
    session, _ = edit.force_stock(session, session.lines[0].line_id)
    return session if price is None else edit.set_price(session, session.lines[0].line_id, price)[0]


@pytest.mark.req("OFF-CAT-20")
def test_a_free_price_is_asked_once(tmp_path: Path) -> None:
    services = bootstrap.open_services(tmp_path)
    try:
        actor = services.system_actor
        unknown = services.counter.validate(_session(services, FREE, None), actor)
        assert isinstance(unknown, Refused)
        assert [one.code for one in unknown.findings if one.severity is Severity.ERROR] == ["GAL-CPT-13"]
        price = Money(495)
        sold = services.counter.validate(_session(services, FREE, price), actor, [Payment(PaymentMethod.CASH, price)])
        assert isinstance(sold, Done)
        again = _session(services, FREE, None)
        assert again.lines[0].unit_price == price
        assert services.catalog.search("advil")[0].price == price
        assert services.counter.quote(again).totals.patient == price
    finally:
        services.close()


@pytest.mark.req("OFF-CAT-20")
def test_a_regulated_price_is_never_remembered(tmp_path: Path) -> None:
    services = bootstrap.open_services(tmp_path)
    try:
        before = services.catalog.by_code(REGULATED)
        session = _session(services, REGULATED, Money(1))
        due = services.counter.quote(session).totals.patient
        sold = services.counter.validate(session, services.system_actor, [Payment(PaymentMethod.CASH, due)])
        assert isinstance(sold, Done)
        assert services.catalog.by_code(REGULATED) == before
    finally:
        services.close()

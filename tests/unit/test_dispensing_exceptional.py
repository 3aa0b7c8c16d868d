"""What may leave beyond an ordonnance: who is excluded, until when, how many times, and what is written of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from app.officine.catalog.model import ListClass, PrescriptionLimit
from app.officine.dispensing import exceptional, rules, saved
from app.officine.dispensing.exceptional import Beyond, Known, offers
from app.officine.dispensing.model import Author
from app.officine.dispensing.terms import months_after
from app.officine.prescriptions.data import rule_on
from app.officine.prescriptions.model import ExtraSupply, KeptLine, KeptPrescription, PrescribedLine, PrescriptionKind
from tests.unit.test_dispensing_rules import DETAIL, PATIENT, PLAIN, PRESCRIBER, listed, situation

WRITTEN = dt.date(2026, 1, 10)
LAST = dt.date(2026, 6, 9)  # the sixth month: its thirty days end on the 9th of July
ENDED = dt.date(2026, 7, 9)
CHRONIC = PrescribedLine(
    line_id="P1", code=PLAIN.code, label=PLAIN.name, posology="1 matin", days=30, renewals=5, cis="1"
)
LISTED = Known(ListClass.LIST_1, DETAIL, contraceptive=None)
PILL = Known(ListClass.LIST_1, DETAIL, contraceptive=True)


def kept(line: PrescribedLine = CHRONIC, *, deliveries: int = 6, last: dt.date | None = LAST) -> KeptPrescription:
    return KeptPrescription(
        id=7, patient_id=1, prescriber_id=1, prescriber_name="MÉLILOT Hugo", written_on=WRITTEN,
        kind=PrescriptionKind.ORDINARY, lines=(KeptLine(line=line, deliveries=deliveries, last_on=last),),
    )  # fmt: skip


def continuity(day: dt.date, known: Known = LISTED, made: tuple[int, ...] = (), **line: Any) -> str | None:  # noqa: ANN401 -- fields of the line
    one = kept(replace(CHRONIC, **line))
    said = exceptional.refusal(ExtraSupply.CONTINUITY, one.lines[0], known, kept=one, made=made, today=day)
    return None if said is None else said[0]


@pytest.mark.req("OFF-ORD-06")
@pytest.mark.parametrize(
    ("day", "code"),
    [
        (dt.date(2026, 7, 5), exceptional.NOT_OVER),
        (dt.date(2026, 7, 6), None),  # the days of tolerance of a renewal
        (ENDED, None),
        (dt.date(2026, 8, 9), None),
        (dt.date(2026, 8, 10), exceptional.TOO_LATE),
    ],
)
def test_the_first_extra_month_leaves_within_the_month_that_follows_the_end(day: dt.date, code: str | None) -> None:
    assert continuity(day) == code


@pytest.mark.req("OFF-ORD-06")
def test_three_months_at_most_each_after_the_other() -> None:
    """R.5123-2-1: « dans la limite de trois mois, par délivrances successives d’un mois »."""
    assert continuity(dt.date(2026, 9, 30), made=(30,)) is None
    assert continuity(ENDED, made=(30, 30)) is None
    assert continuity(ENDED, made=(30, 30, 30)) == exceptional.USED_UP


@pytest.mark.req("OFF-ORD-06")
def test_who_is_excluded() -> None:
    """R.5123-2-1: a treatment of three months at least, renewable; neither stupéfiants nor limited prescriptions."""
    for list_class in (ListClass.NARCOTIC, ListClass.ASSIMILATED):
        assert continuity(ENDED, Known(list_class, DETAIL)) == exceptional.EXCLUDED
    hypnotic = replace(DETAIL, prescription_limit=PrescriptionLimit(4, "semaine"))
    assert continuity(ENDED, Known(ListClass.LIST_1, hypnotic)) == exceptional.EXCLUDED
    six_months = replace(DETAIL, prescription_limit=PrescriptionLimit(6, "mois"))
    assert continuity(ENDED, Known(ListClass.LIST_1, six_months)) is None
    assert continuity(ENDED, renewals=0) == exceptional.TOO_SHORT
    assert continuity(ENDED, renewals=1) == exceptional.TOO_SHORT
    assert continuity(ENDED, days=28, renewals=2) is None
    assert continuity(ENDED, days=None) == exceptional.TOO_SHORT
    assert continuity(ENDED, not_renewable=True) == exceptional.TOO_SHORT


def test_an_ordonnance_of_which_something_is_left_ends_with_its_year() -> None:
    one = kept(replace(CHRONIC, renewals=11), deliveries=10)
    assert exceptional.ended_on(one, one.lines[0]) == dt.date(2027, 1, 10)
    never = kept(deliveries=0, last=None)
    assert exceptional.ended_on(never, never.lines[0]) is None


@pytest.mark.req("OFF-ORD-07")
def test_a_pill_leaves_for_six_months_more_on_an_ordonnance_of_less_than_a_year() -> None:
    """R.5134-4-1: all was delivered, the ordonnance is of less than one year, six months at most."""

    def code(day: dt.date, made: tuple[int, ...] = (), known: Known = PILL, one: KeptPrescription | None = None) -> Any:  # noqa: ANN401
        of = one or kept()
        said = exceptional.refusal(ExtraSupply.CONTRACEPTIVE, of.lines[0], known, kept=of, made=made, today=day)
        return None if said is None else said[0]

    assert code(dt.date(2027, 1, 9)) is None
    assert code(dt.date(2027, 1, 10)) == exceptional.TOO_LATE
    assert code(ENDED, (84,)) is None
    assert code(ENDED, (90, 90)) == exceptional.USED_UP
    assert code(ENDED, one=kept(deliveries=5)) == exceptional.NOT_OVER
    assert code(ENDED, known=replace(PILL, contraceptive=False)) == exceptional.EXCLUDED


def test_each_medicine_is_offered_by_its_own_rule() -> None:
    code = PLAIN.code
    (one,) = offers([kept()], {}, {code: LISTED}, ENDED)
    assert (one.kind, one.words) == (ExtraSupply.CONTINUITY, "1 mois, le n°\u00a01 de 3")
    (one,) = offers([kept()], {7: (90,)}, {code: PILL}, ENDED)
    assert (one.kind, one.words) == (ExtraSupply.CONTRACEPTIVE, "3 mois au plus, 3\u00a0mois en tout")
    assert offers([kept()], {}, {code: Known(ListClass.NARCOTIC, DETAIL)}, ENDED) == ()
    assert offers([kept()], {}, {}, ENDED) == ()


def supplying(kind: ExtraSupply, day: dt.date, *, boxes: int = 1, posology: str = "1 matin") -> rules.Situation:
    product = replace(listed(ListClass.LIST_1), presentation="plaquette de 30 comprimé(s)")
    base = situation(product, patient=PATIENT, prescriber=PRESCRIBER, quantity=boxes, details={PLAIN.code: DETAIL})
    of = kept(replace(CHRONIC, posology=posology))
    (offer,) = offers([of], {}, {PLAIN.code: PILL if kind is ExtraSupply.CONTRACEPTIVE else LISTED}, day)
    session, _ = exceptional.take(base.session, offer, base.products)
    beyond = Beyond(of, (), {PLAIN.code: LISTED})
    return replace(base, session=session, today=day, beyond=beyond)


@pytest.mark.req("OFF-ORD-06")
def test_a_sale_beyond_its_ordonnance_says_what_is_to_be_written_and_told() -> None:
    case = supplying(ExtraSupply.CONTINUITY, ENDED)
    found = {one.code: one for one in rules.check(case) if one.code.startswith("GAL-ORD-3")}
    assert set(found) == {exceptional.INFORM}
    assert "dispensation supplémentaire exceptionnelle" in found[exceptional.INFORM].text
    assert "messagerie sécurisée" in found[exceptional.INFORM].advice
    assert exceptional.supplied_days(case) == 30


def test_two_months_at_once_are_refused() -> None:
    codes = {one.code for one in rules.check(supplying(ExtraSupply.CONTINUITY, ENDED, boxes=2))}
    assert exceptional.TOO_LONG in codes


def test_a_pill_that_the_base_does_not_know_is_confirmed() -> None:
    codes = {one.code for one in rules.check(supplying(ExtraSupply.CONTRACEPTIVE, ENDED))}
    assert exceptional.CONFIRM in codes


def test_an_ordonnance_past_its_year_does_not_stop_its_extra_month() -> None:
    last = dt.date(2027, 1, 5)
    case = supplying(ExtraSupply.CONTINUITY, ENDED)
    of = kept(last=last)
    late = replace(case, today=dt.date(2027, 2, 4), beyond=Beyond(of, (), {PLAIN.code: LISTED}))
    assert not {one.code for one in rules.check(late)} & {"GAL-CPT-24", exceptional.TOO_LATE, exceptional.NOT_OVER}


def test_the_rule_taken_survives_a_sale_put_in_waiting() -> None:
    session = supplying(ExtraSupply.CONTINUITY, ENDED).session
    back = saved.loads(
        saved.dumps(session), session_id="s", holder="h", station="c", revision=session.revision, owner=Author()
    )
    assert back.prescription == session.prescription
    older = saved.dumps(session).replace('"supply":"continuity",', "")
    assert older != saved.dumps(session)
    read = saved.loads(older, session_id="s", holder="h", station="c", revision=1, owner=Author())
    assert read.prescription is not None
    assert read.prescription.supply is None


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        (dt.date(2026, 1, 31), 1, dt.date(2026, 2, 28)),
        (dt.date(2027, 11, 30), 3, dt.date(2028, 2, 29)),
        (dt.date(2028, 2, 29), 12, dt.date(2029, 2, 28)),
        (dt.date(2026, 10, 31), 3, dt.date(2027, 1, 31)),
        (dt.date(2026, 12, 15), 1, dt.date(2027, 1, 15)),
    ],
)
def test_months_end_where_the_calendar_does(day: dt.date, months: int, after: dt.date) -> None:
    assert months_after(day, months) == after


@pytest.mark.req("OFF-ORD-02")
def test_the_rules_are_dated_rows_with_their_articles() -> None:
    assert rule_on("first_delivery", dt.date(2026, 1, 1)).value == 3
    assert rule_on("longest", dt.date(1990, 1, 1)).article == "CSP R.5132-21"
    assert rule_on("continuity_months", dt.date(2026, 1, 1)).words.endswith("(CSP R.5123-2-1).")
    with pytest.raises(KeyError):
        rule_on("nothing", dt.date(2026, 1, 1))

"""An alert that asks for a reason is not passed without one, and an answer holds for what it answered only."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.kernel.outcome import Finding, Severity
from app.officine.catalog.model import ListClass
from app.officine.dispensing import acknowledging, saved
from app.officine.dispensing.model import Acknowledgement, Author, CounterSession, DraftLine
from app.officine.dispensing.rules import SHORT_STOCK
from app.officine.dispensing.undo import SessionHistory
from app.officine.interventions.data import coding
from app.officine.interventions.model import Level
from app.officine.interventions.rules import NEEDS_REASON, REASON_LIMIT, clean_reason, level_of, source_of

CLAIRE, HUGO = Author(1, "Claire VALÉRIANE"), Author(2, "Hugo MÉLISSE")
LINE = DraftLine("L1", "3400932680689", "DAKTARIN", 1, None, None, ListClass.LIST_1)
SALE = CounterSession(id="s", holder="h", station="comptoir-1", lines=(LINE,))
CLASH = Finding(
    "GAL-SEC-10", Severity.WARNING, "Contre-indication : A et B.", "Saignements. Source : A / B, thésaurus ANSM.", "L1"
)
ALLERGY = Finding("GAL-SEC-30", Severity.WARNING, "DAKTARIN : allergie notée.", "", "L1")
DOUBLE = Finding("GAL-SEC-20", Severity.WARNING, "Paracétamol deux fois.", "", "L1")
SHORT = Finding(SHORT_STOCK, Severity.WARNING, "2 boîtes pour un stock de 1.", "", "L1")
NOTED = Finding("GAL-SEC-12", Severity.INFO, "Précaution d’emploi : A et C.", "", "L1")
WRONG = Finding("GAL-CPT-20", Severity.ERROR, "Il manque l’ordonnance.", "", "L1")
ALL = (WRONG, CLASH, ALLERGY, DOUBLE, SHORT, NOTED)


def justify(session: CounterSession, finding: Finding = CLASH, reason: str = "Prescripteur joint") -> CounterSession:
    changed, refused = acknowledging.justify(session, finding, ALL, CLAIRE, reason=reason, reason_id="known")
    assert not refused
    return changed


@pytest.mark.req("OFF-IP-01")
def test_each_finding_has_one_level_and_an_error_has_no_way_through() -> None:
    assert [level_of(finding) for finding in ALL] == [
        Level.BLOCKING, Level.REASON, Level.REASON, Level.SEEN, Level.SEEN, Level.INFORMATION,
    ]  # fmt: skip
    assert level_of(replace(CLASH, severity=Severity.ERROR)) is Level.BLOCKING


@pytest.mark.req("OFF-IP-01")
def test_what_stands_in_the_way_is_what_was_not_answered() -> None:
    assert acknowledging.open_findings(SALE, ALL) == ALL[:-1]
    seen, _ = acknowledging.see(SALE, ALL, ALL, CLAIRE)
    assert acknowledging.open_findings(seen, ALL) == (WRONG, CLASH, ALLERGY)
    assert [(one.code, one.author) for one in seen.acknowledged] == [("GAL-SEC-20", CLAIRE), (SHORT_STOCK, CLAIRE)]
    both = justify(justify(seen), ALLERGY)
    assert acknowledging.open_findings(both, ALL) == (WRONG,)
    assert both.revision == 3


@pytest.mark.req("OFF-IP-02")
def test_seen_is_not_enough_where_a_reason_is_asked_for() -> None:
    """Not even where an older Galien, or a window of another kind, wrote that it was seen."""
    bare = Acknowledgement(CLASH.code, CLASH.subject, CLASH.text, author=CLAIRE)
    session = replace(SALE, acknowledged=(bare,))
    assert [finding.code for finding in acknowledging.check(session, [CLASH, DOUBLE, NOTED])] == ["GAL-CPT-50"]
    assert acknowledging.check(justify(session), [CLASH, DOUBLE, NOTED]) == []


@pytest.mark.req("OFF-IP-02")
@pytest.mark.parametrize("reason", ["", "   ", "20", "2 0,50", "\x00\x01", "ok", "—", "1"])
def test_a_reason_is_made_of_words(reason: str) -> None:
    same, findings = acknowledging.justify(SALE, CLASH, ALL, CLAIRE, reason=reason)
    assert same is SALE
    assert [finding.code for finding in findings] == ["GAL-CPT-51"]


@pytest.mark.req("OFF-IP-02")
def test_a_reason_is_kept_on_one_line_of_a_bounded_length() -> None:
    said = justify(SALE, reason="  vu\navec\tle Dr " + "x" * 900)
    assert said.acknowledged[0].reason.startswith("vu avec le Dr xxx")
    assert len(said.acknowledged[0].reason) <= REASON_LIMIT
    assert clean_reason("Vu avec le Dr Œuvré") == "Vu avec le Dr Œuvré"


@pytest.mark.req("OFF-IP-01")
def test_a_blocking_point_takes_no_reason() -> None:
    same, findings = acknowledging.justify(SALE, WRONG, ALL, CLAIRE, reason="Prescripteur joint")
    assert same is SALE
    assert [finding.code for finding in findings] == ["GAL-CPT-52"]


@pytest.mark.req("OFF-IP-02")
def test_an_answer_is_dropped_when_what_it_answered_holds_no_longer_with_the_same_text() -> None:
    session = justify(SALE)
    other = replace(CLASH, text="Contre-indication : A et Z.")
    assert acknowledging.answer(session, other) is None
    assert acknowledging.open_findings(session, [other]) == (other,)
    elsewhere = replace(CLASH, subject="L2")
    assert acknowledging.open_findings(session, [elsewhere]) == (elsewhere,)
    changed, _ = acknowledging.justify(session, ALLERGY, [other, ALLERGY], HUGO, reason="Sans objet")
    assert [one.code for one in changed.acknowledged] == ["GAL-SEC-30"]


def test_a_second_reason_takes_the_place_of_the_first_and_says_who_gave_it() -> None:
    first = justify(SALE)
    second, _ = acknowledging.justify(first, CLASH, ALL, HUGO, reason="Autre chose")
    assert [(one.reason, one.author, one.reason_id) for one in second.acknowledged] == [("Autre chose", HUGO, "")]


def test_seeing_what_was_seen_changes_nothing() -> None:
    seen, _ = acknowledging.see(SALE, ALL, ALL, CLAIRE)
    assert acknowledging.see(seen, ALL, ALL, HUGO)[0] is seen
    assert acknowledging.see(SALE, [CLASH, WRONG, NOTED], ALL, CLAIRE)[0] is SALE


@pytest.mark.req("OFF-CPT-06")
def test_seeing_that_the_stock_is_short_confirms_the_box_in_the_same_change() -> None:
    history = SessionHistory(SALE)
    history = history.do(acknowledging.see(SALE, [SHORT], ALL, CLAIRE)[0])
    assert history.present.lines[0].forced_stock
    undone = history.undo().present
    assert not undone.lines[0].forced_stock
    assert undone.acknowledged == ()


@pytest.mark.req("OFF-IP-02")
def test_answers_are_saved_with_the_sale_and_read_back_those_of_an_older_galien_too() -> None:
    session = justify(SALE)
    text = saved.dumps(session)
    read = saved.loads(text, session_id="s", holder="h", station="p2", revision=1, owner=HUGO)
    assert read.acknowledged == session.acknowledged
    older = text.replace(',"known"]', "]")
    assert older != text
    read = saved.loads(older, session_id="s", holder="h", station="p2", revision=1, owner=HUGO)
    assert read.acknowledged == (replace(session.acknowledged[0], reason_id=""),)


@pytest.mark.req("OFF-IP-03")
def test_the_interventions_of_a_delivery_are_the_reasons_given_to_what_holds_now() -> None:
    session = justify(acknowledging.see(SALE, ALL, ALL, CLAIRE)[0])
    (one,) = acknowledging.made(session, ALL)
    assert (one.finding, one.code, one.label, one.reason) == ("GAL-SEC-10", LINE.code, "DAKTARIN", "Prescripteur joint")
    assert one.source == "A / B, thésaurus ANSM."
    assert acknowledging.made(session, [DOUBLE, NOTED]) == []
    assert acknowledging.seen(session, ALL) == [["GAL-SEC-20", 1], [SHORT_STOCK, 1]]
    assert not acknowledging.only_answers(SALE, session)
    assert acknowledging.only_answers(SALE, justify(SALE))


@pytest.mark.req("OFF-IP-02")
def test_a_limit_of_the_law_has_reasons_of_its_own_and_an_alert_has_the_usual_ones() -> None:
    table = coding()
    own = [reason.id for reason in table.reasons_for("GAL-VAL-03")]
    assert own[0] == "at_once"
    assert not {"spaced", "known", "dose"} & set(own)
    assert table.reasons_for("GAL-SEC-10") == table.reasons
    mention = table.reason("at_once")
    assert mention is not None
    assert mention.mention == "at_once"


@pytest.mark.req("OFF-IP-03")
def test_every_code_that_is_written_has_its_label_and_reasons_have_their_digits() -> None:
    table = coding()
    assert set(NEEDS_REASON.values()) <= set(table.problems)
    assert all(reason.kind in {"", *table.kinds} and reason.outcome in table.outcomes for reason in table.reasons)
    assert 1 <= len(table.reasons) <= 9
    assert len({reason.id for reason in table.reasons}) == len(table.reasons)
    assert all(clean_reason(reason.text) == reason.text for reason in table.reasons)
    assert table.source
    assert table.confidence
    known = {reason.id for reason in (*table.reasons, *table.legal)}
    assert len(known) == len(table.reasons) + len(table.legal)
    assert set(table.reasons_of) <= set(NEEDS_REASON)
    for ids in table.reasons_of.values():
        assert set(ids) <= known
        assert 1 <= len(ids) <= 9
    assert all(reason.kind in {"", *table.kinds} and reason.outcome in table.outcomes for reason in table.legal)
    assert all(clean_reason(reason.text) == reason.text for reason in table.legal)
    assert source_of(NOTED) == ""

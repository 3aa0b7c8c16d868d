"""Does each event bring an identity to the status that the RNIV and the conformity scenarios give it?"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from app.cli.ins import _read_code
from app.officine.patients.identity import status_of
from app.officine.patients.model import IdentityStatus
from app.officine.patients.replay import EventDefect, Replay

TODAY = dt.date(2026, 11, 23)
GS = "\x1d"
TRAITS = {
    "family_name": "ECETINSI",
    "birth_names": "PIERRE-ALAIN MURIEL FLORIANT",
    "first_name": "PIERRE-ALAIN",
    "sex": "M",
    "birth_date": "2009-07-14",
    "birth_place": "63220",
}
ANSWER = {**TRAITS, "matricule": "109076322083489", "oid": "1.2.250.1.213.1.4.8"}
CODE = (
    f"IS010000000000000000000000S1109076322083489S21.2.250.1.213.1.4.8{GS}S3PIERRE-ALAIN MURIEL FLORIANT{GS}"
    f"S4ECETINSI{GS}S5MS614-07-2009S763220"
)

CREATE = {"create": TRAITS}
INSI = {"insi": {"code": "00", "traits": ANSWER, "accept": True}}
PASSPORT = {"evidence": {"type": "PA", "coherent": True}}
VERIFIED_KO = {"verification": {"ok": False}}


def insi(*, accept: bool = True, code: str = "00", **changed: str) -> dict[str, Any]:
    return {"insi": {"code": code, "traits": ANSWER | changed, "accept": accept}}


def attribute(name: str, act: str = "set") -> dict[str, Any]:
    return {"attribute": {act: name}}


def edit(trait: str, value: str, by: str = "user") -> dict[str, Any]:
    return {"edit": {"trait": trait, "value": value, "by": by}}


def played(*events: dict[str, Any], production: bool = False) -> tuple[Replay, list[dict[str, Any]]]:
    replay = Replay(TODAY, lambda text: _read_code(text, TODAY, production=production), production)
    return replay, [replay.play(event) for event in events]


PROV, RECUP, VALI, QUAL = "provisoire", "recuperee", "validee", "qualifiee"


@pytest.mark.req("INS-20")
@pytest.mark.parametrize(
    ("events", "status"),
    [
        pytest.param([CREATE], PROV, id="S01"),
        pytest.param([CREATE, INSI], RECUP, id="S02"),
        pytest.param([CREATE, INSI, PASSPORT], QUAL, id="S03"),
        pytest.param([CREATE, {"evidence": {"type": "CN", "coherent": True}}], VALI, id="S04"),
        pytest.param([CREATE, PASSPORT, INSI], QUAL, id="S05"),
        pytest.param([CREATE, PASSPORT, insi(accept=False, family_name="AUTRE")], VALI, id="S06"),
        pytest.param([CREATE, {"evidence": {"type": "PC", "coherent": True}}], PROV, id="S07"),
        pytest.param([CREATE, INSI, PASSPORT, VERIFIED_KO], PROV, id="S08"),
        pytest.param([CREATE, INSI, VERIFIED_KO], PROV, id="S09"),
        pytest.param([CREATE, INSI, PASSPORT, {"evidence_invalidated": {}}], RECUP, id="S10"),
        pytest.param([CREATE, INSI, PASSPORT, attribute("douteuse")], PROV, id="S11"),
        pytest.param([CREATE, INSI, PASSPORT, attribute("douteuse"), attribute("douteuse", "unset")], PROV, id="S12"),
        pytest.param([CREATE, INSI, PASSPORT, attribute("homonyme")], QUAL, id="S13"),
        pytest.param([CREATE, attribute("douteuse"), PASSPORT], PROV, id="S14"),
        pytest.param([CREATE, INSI, PASSPORT, edit("used_first_name", "Alain")], QUAL, id="S18"),
        pytest.param([CREATE, {"scan_ins": {"text": CODE}}], PROV, id="S22"),
        pytest.param([CREATE, PASSPORT, {"scan_ins": {"text": CODE}}, INSI], QUAL, id="S23"),
        pytest.param([CREATE, INSI, PASSPORT, insi(matricule="277010115400329")], QUAL, id="S24"),
        pytest.param([CREATE, PASSPORT, {"evidence_invalidated": {}}], PROV, id="evidence of a validée withdrawn"),
        pytest.param([CREATE, INSI, PASSPORT, insi(code="01")], QUAL, id="nobody found"),
        pytest.param([CREATE, PASSPORT, VERIFIED_KO], VALI, id="nothing to verify"),
        pytest.param([CREATE, INSI, {"verification": {"ok": True}}], RECUP, id="verified"),
        pytest.param([CREATE, INSI, PASSPORT, insi(family_name="AUTRE")], RECUP, id="other traits to check again"),
    ],
)
def test_events_bring_the_status_of_the_rniv(events: list[dict[str, Any]], status: str) -> None:
    replay, came = played(*events)
    assert came[-1]["status"] == status
    assert came[-1]["ins"] == (status in {RECUP, QUAL})
    assert replay.identity is not None
    assert replay.identity.status.holds_ins == came[-1]["ins"]


@pytest.mark.req("INS-26")
@pytest.mark.parametrize("trait", ["family_name", "birth_names", "sex", "birth_date", "birth_place"])
def test_a_strict_trait_is_locked_for_a_user_and_lowers_by_one_level_for_the_super_user(trait: str) -> None:
    value = {"family_name": "AUTRE", "birth_names": "PIERRE-ALAIN PAUL", "sex": "F", "birth_date": "2009-07-15"}.get(
        trait, "75056"
    )
    for before, after in (
        ([CREATE, INSI, PASSPORT], VALI),
        ([CREATE, INSI], PROV),
        ([CREATE, PASSPORT], PROV),
    ):
        replay, came = played(*before, edit(trait, value))
        assert (came[-1]["accepted"], came[-1]["status"]) == (False, came[-2]["status"])
        assert replay.identity is not None
        assert getattr(replay.identity.traits, trait) == TRAITS[trait]
        replay, came = played(*before, edit(trait, value, "super_user"))
        assert (came[-1]["accepted"], came[-1]["status"], came[-1]["ins"]) == (True, after, False)
        assert replay.identity is not None
        assert getattr(replay.identity.traits, trait) == value


@pytest.mark.req("INS-26")
def test_a_first_name_that_begins_the_list_stays_free_and_another_is_refused() -> None:
    listed = TRAITS | {"birth_names": "JEAN CHRISTOPHE PIERRE", "first_name": "JEAN"}
    answer = insi(birth_names="JEAN CHRISTOPHE PIERRE")
    _, came = played({"create": listed}, answer, PASSPORT, edit("first_name", "Jean-Christophe"))
    assert (came[-1]["accepted"], came[-1]["status"]) == (True, QUAL)
    for wrong in ("PIERRE", "CHRISTOPHE", "JEANNE"):
        replay, came = played({"create": listed}, answer, PASSPORT, edit("first_name", wrong, "super_user"))
        assert (came[-1]["accepted"], came[-1]["status"]) == (False, QUAL)
        assert replay.identity is not None
        assert replay.identity.traits.first_name == "JEAN"


@pytest.mark.req("INS-26")
@pytest.mark.parametrize("field", ["matricule", "oid", "status"])
def test_matricule_authority_and_status_are_written_by_nobody(field: str) -> None:
    _, came = played(CREATE, edit(field, "109076322083489", "super_user"))
    assert (came[-1]["accepted"], came[-1]["status"]) == (False, PROV)
    replay, came = played({"create": ANSWER | {"status": QUAL}})
    assert (came[0]["accepted"], came[0]["status"], came[0]["ins"]) == (True, PROV, False)
    assert replay.identity is not None
    assert replay.identity.ins is None


@pytest.mark.req("INS-05")
@pytest.mark.parametrize("trait", ["family_name", "first_name", "sex", "birth_date", "birth_place"])
def test_each_of_the_five_traits_is_needed_and_no_other(trait: str) -> None:
    given = TRAITS | {trait: ""} | ({"birth_names": ""} if trait == "first_name" else {})
    replay, came = played({"create": given})
    assert (came[0]["accepted"], came[0]["status"]) == (False, None)
    assert replay.identity is None
    _, came = played({"create": {name: TRAITS[name] for name in TRAITS if name != "birth_names"}})
    assert came[0]["accepted"]


@pytest.mark.req("INS-05")
def test_an_unknown_place_is_admitted_and_a_used_name_never_filled() -> None:
    replay, came = played({"create": TRAITS | {"birth_place": "99999"}})
    assert came[0]["accepted"]
    assert replay.identity is not None
    assert (replay.identity.traits.used_name, replay.identity.traits.used_first_name) == ("", "")


@pytest.mark.req("INS-01")
@pytest.mark.parametrize(
    "date", ["1955-00-00", "1955-03-00", "1955-13-01", "2027-01-01", "20090714", "x", "1890-01-01"]
)
def test_an_impossible_birth_date_is_refused(date: str) -> None:
    assert not played({"create": TRAITS | {"birth_date": date}})[1][0]["accepted"]


@pytest.mark.req("INS-11", "INS-12")
@pytest.mark.parametrize(
    "changed",
    [
        {"birth_date": "2009-07-00"},
        {"birth_date": "2009-00-14"},
        {"birth_date": ""},
        {"family_name": " "},
        {"birth_names": ""},
        {"sex": ""},
        {"matricule": "109076322083488"},
        {"matricule": ""},
        {"oid": "1.2.3"},
    ],
)
def test_an_answer_that_cannot_be_taken_over_leaves_all_as_it_was(changed: dict[str, str]) -> None:
    for before in ([CREATE], [CREATE, INSI, PASSPORT]):
        replay, _ = played(*before)
        kept = replay.identity
        came = replay.play(insi(**changed))
        assert (came["accepted"], replay.identity) == (False, kept)


@pytest.mark.req("INS-06")
def test_a_first_name_typed_is_not_overwritten_by_a_list_that_it_does_not_begin() -> None:
    replay, came = played(CREATE, insi(birth_names="MURIEL PIERRE-ALAIN"))
    assert (came[-1]["accepted"], came[-1]["status"]) == (True, RECUP)
    assert replay.identity is not None
    assert (replay.identity.traits.first_name, replay.identity.traits.birth_names) == (
        "PIERRE-ALAIN",
        "MURIEL PIERRE-ALAIN",
    )
    assert "GAL-IDN-31" in [finding["code"] for finding in came[-1]["findings"]]


@pytest.mark.req("INS-06")
def test_differences_are_named_and_decided_by_the_user() -> None:
    changed = {"family_name": "AUTRE", "birth_place": "75056"}
    replay, came = played(CREATE, insi(accept=False, **changed))
    assert (came[-1]["accepted"], came[-1]["status"]) == (False, PROV)
    assert [finding["code"] for finding in came[-1]["findings"]] == ["GAL-IDN-30", "GAL-IDN-30", "GAL-IDN-03"]
    assert replay.identity is not None
    assert replay.identity.traits.family_name == "ECETINSI"
    silent = {"insi": {"code": "00", "traits": ANSWER | changed}}
    assert not replay.play(silent)["accepted"]
    assert replay.play({"insi": {"code": "00", "traits": ANSWER}})["accepted"]


@pytest.mark.req("INS-06")
def test_a_place_that_insi_does_not_give_is_kept() -> None:
    replay, came = played(CREATE, insi(birth_place=""))
    assert came[-1]["status"] == RECUP
    assert replay.identity is not None
    assert replay.identity.traits.birth_place == "63220"


@pytest.mark.req("INS-25")
@pytest.mark.parametrize("name", ["douteuse", "fictive"])
@pytest.mark.parametrize("before", [[CREATE, INSI], [CREATE, PASSPORT], [CREATE, INSI, PASSPORT]])
def test_doubtful_and_fictitious_force_provisoire_and_block_insi(name: str, before: list[dict[str, Any]]) -> None:
    replay, came = played(*before, attribute(name), INSI)
    assert [came[-2]["status"], came[-2]["ins"], came[-2]["attributes"]] == [PROV, False, [name]]
    assert (came[-1]["accepted"], came[-1]["status"]) == (False, PROV)
    came_after = replay.play(attribute(name, "unset"))
    assert (came_after["accepted"], came_after["status"], came_after["ins"]) == (True, PROV, False)


@pytest.mark.req("INS-25")
def test_attributes_combine_as_the_guide_says() -> None:
    assert not played(CREATE, attribute("fictive"), attribute("homonyme"))[1][-1]["accepted"]
    assert not played(CREATE, attribute("homonyme"), attribute("fictive"))[1][-1]["accepted"]
    both = played(CREATE, attribute("douteuse"), attribute("homonyme"))[1][-1]
    assert (both["accepted"], both["attributes"]) == (True, ["douteuse", "homonyme"])
    assert not played(CREATE, attribute("homonyme", "unset"))[1][-1]["accepted"]


@pytest.mark.req("INS-19")
def test_a_document_that_disagrees_validates_nothing_and_lowers_a_qualifiee() -> None:
    wrong = {"evidence": {"type": "PA", "coherent": False}}
    assert played(CREATE, wrong)[1][-1]["status"] == PROV
    assert played(CREATE, INSI, wrong)[1][-1]["status"] == RECUP
    lowered = played(CREATE, INSI, PASSPORT, wrong)[1][-1]
    assert (lowered["status"], lowered["ins"]) == (PROV, False)


@pytest.mark.req("INS-19")
@pytest.mark.parametrize("kind", ["CV", "PC", "", "passeport", "XX"])
def test_a_document_of_low_trust_or_unknown_changes_no_status(kind: str) -> None:
    for before, status in (([CREATE], PROV), ([CREATE, INSI], RECUP)):
        assert played(*before, {"evidence": {"type": kind, "coherent": True}})[1][-1]["status"] == status


@pytest.mark.req("INS-49")
def test_a_history_of_the_matricules_is_kept() -> None:
    replay, _ = played(CREATE, INSI, insi(matricule="277010115400329"), VERIFIED_KO)
    assert replay.identity is not None
    assert [one.matricule for one in replay.identity.past] == ["277010115400329", "109076322083489"]


@pytest.mark.req("OFF-INS-44")
def test_a_test_identity_is_refused_in_production() -> None:
    test_answer = insi(oid="1.2.250.1.213.1.4.10")
    assert played(CREATE, test_answer)[1][-1]["status"] == RECUP
    assert played(CREATE, test_answer, production=True)[1][-1]["status"] == PROV
    assert played(CREATE, INSI, production=True)[1][-1]["status"] == RECUP


@pytest.mark.req("INS-30")
def test_a_scan_proves_nothing_creates_a_provisoire_and_tells_another_patient() -> None:
    replay, came = played({"scan_ins": {"text": CODE}})
    assert (came[0]["accepted"], came[0]["status"], came[0]["ins"]) == (True, PROV, False)
    assert replay.identity is not None
    assert replay.identity.presented is not None
    qualified = [CREATE, INSI, PASSPORT]
    same = played(*qualified, {"scan_ins": {"text": CODE}})[1][-1]
    assert (same["accepted"], same["status"]) == (True, QUAL)
    other = played(*qualified, {"scan_ins": {"text": CODE.replace("ECETINSI", "AUTRE")}})[1][-1]
    assert (other["accepted"], other["status"]) == (False, QUAL)
    assert not played(CREATE, {"scan_ins": {"text": "3400933857042"}})[1][-1]["accepted"]
    assert not played(CREATE, {"scan_ins": {"text": CODE.replace("83489S2", "83488S2")}})[1][-1]["accepted"]


def test_events_before_a_creation_are_refused_and_a_second_creation_too() -> None:
    for event in (INSI, PASSPORT, attribute("douteuse"), edit("sex", "F"), VERIFIED_KO, {"evidence_invalidated": {}}):
        came = played(event)[1][0]
        assert (came["accepted"], came["status"], came["attributes"]) == (False, None, [])
    assert not played(CREATE, CREATE)[1][-1]["accepted"]


@pytest.mark.parametrize(
    "event",
    [
        [], {}, "create", None, {"create": TRAITS, "insi": {}}, {"birth": {}}, {"create": None},
        {"create": TRAITS | {"sex": 1}}, {"evidence": {"type": "PA", "coherent": "yes"}}, {"attribute": {"set": "x"}},
        {"attribute": {"put": "douteuse"}}, {"attribute": {}}, {"edit": {"trait": ["sex"], "value": "F"}},
        {"insi": {"code": "00", "traits": []}},
    ],
)  # fmt: skip
def test_what_is_no_event_is_told(event: object) -> None:
    replay, _ = played(CREATE) if isinstance(event, dict) and "create" not in event else played()
    with pytest.raises(EventDefect):
        replay.play(event)


@pytest.mark.parametrize("has_ins", [True, False])
@pytest.mark.parametrize("is_checked", [True, False])
def test_the_status_is_a_function(has_ins: bool, is_checked: bool) -> None:
    assert status_of(has_ins=has_ins, is_checked=is_checked, is_forced=True) is IdentityStatus.PROVISIONAL
    status = status_of(has_ins=has_ins, is_checked=is_checked, is_forced=False)
    assert status.holds_ins == has_ins
    assert (status in {IdentityStatus.VALIDATED, IdentityStatus.QUALIFIED}) == is_checked

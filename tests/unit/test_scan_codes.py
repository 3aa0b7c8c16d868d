"""Is each kind of code recognised for what it is, and is a damaged one repaired only with certainty?"""

from __future__ import annotations

import datetime as dt

import pytest

from app.officine.scan import badge, gs1, layout
from app.officine.scan.defects import Defect
from app.officine.scan.model import Scan, ScanKind
from app.officine.scan.service import interpret

TODAY = dt.date(2026, 11, 23)
GS = "\x1d"
BOX = f"01034009359558381727113010AB123{GS}215X7K2"


def read(text: str) -> Scan:
    return interpret(text, today=TODAY)


def codes(scan: Scan) -> list[str]:
    return [finding.code for finding in scan.findings]


# --- Bare product codes ---------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-SCAN-03")
@pytest.mark.parametrize(
    ("text", "kind", "fields"),
    [
        ("3400935955838", ScanKind.CIP13, {"cip13": "3400935955838", "cip7": "3595583"}),
        ("]E03400935955838\r", ScanKind.CIP13, {"cip13": "3400935955838", "cip7": "3595583"}),
        ("03400935955838", ScanKind.CIP13, {"cip13": "3400935955838", "cip7": "3595583"}),
        ("3595583", ScanKind.CIP7, {"cip7": "3595583", "cip13": "3400935955838"}),
        ("3595584", ScanKind.CIP7, {"cip7": "3595584", "cip13": "3400935955845"}),
        ("3401597391224", ScanKind.EAN13, {"ean13": "3401597391224"}),
        ("5901234123457", ScanKind.EAN13, {"ean13": "5901234123457"}),
    ],
)
def test_bare_code_is_recognised(text: str, kind: ScanKind, fields: dict[str, str]) -> None:
    scan = read(text)
    assert (scan.kind, scan.fields, scan.findings) == (kind, fields, ())


@pytest.mark.parametrize(("text", "kind"), [("3400935955839", ScanKind.CIP13), ("5901234123456", ScanKind.EAN13)])
def test_bare_code_with_a_wrong_key_is_refused(text: str, kind: ScanKind) -> None:
    scan = read(text)
    assert (scan.kind, codes(scan), scan.ok) == (kind, ["GAL-SCN-05"], False)


@pytest.mark.parametrize(
    "text", ["12345", "12345678", "123456789012", "doliprane", "34009 35955838", "à la récolte", "１２３４５６７"]
)
def test_other_texts_are_unknown(text: str) -> None:
    scan = read(text)
    assert (scan.kind, codes(scan), scan.fields) == (ScanKind.UNKNOWN, ["GAL-SCN-03"], {})


# --- ePrescription --------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-SCAN-04")
@pytest.mark.parametrize(
    "text",
    [
        "01S2TBPZ2JCNZZYGHZ",
        "https://ordonnance.example/p?n=01S2TBPZ2JCNZZYGHZ&v=1",
        "https://ordonnance.example/01S2TBPZ2JCNZZYGHZ",
        "v=2;num=01S2TBPZ2JCNZZYGHZ;x=ABC",
        "]Q101S2TBPZ2JCNZZYGHZ\r",
    ],
)
def test_eprescription_number_is_found(text: str) -> None:
    scan = read(text)
    assert (scan.kind, scan.fields, scan.findings) == (
        ScanKind.EPRESCRIPTION,
        {"number": "01S2TBPZ2JCNZZYGHZ"},
        (),
    )


def test_eprescription_number_of_another_length_is_told() -> None:
    scan = read("01S2TBPZ2JCNZZYGH")
    assert (scan.kind, codes(scan), scan.ok) == (ScanKind.EPRESCRIPTION, ["GAL-SCN-21"], True)


@pytest.mark.parametrize(
    "text",
    ["HYDROXYCHLOROQUINE", "https://x.example/A01S2TBPZ2JCNZZYGHZ", "voir 01S2TBPZ2JCNZZYGHZ", "01s2tbpz2jcnzzygh!"],
)
def test_what_only_resembles_a_number_is_none(text: str) -> None:
    assert read(text).kind is ScanKind.UNKNOWN


# --- Badge ----------------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-SCAN-05")
def test_badge_is_read_whole() -> None:
    text = badge.build("7K3M")
    assert text.startswith("GAL-S-7K3M")
    assert read(text) == Scan(ScanKind.STAFF, {"badge": text}, (), text)


def test_badge_check_character_follows_the_standard() -> None:
    """The sample that the Global Release Identifier publishes for ISO/IEC 7064 MOD 37,36: A1-2425G-ABC1234002-M."""
    assert badge.check_character("A12425GABC1234002") == "M"


def test_badge_with_any_wrong_character_is_refused() -> None:
    text = badge.build("7K3MQ")
    for position in range(6, len(text)):
        wrong = text[:position] + ("A" if text[position] != "A" else "B") + text[position + 1 :]
        assert codes(read(wrong)) == ["GAL-SCN-22"]


@pytest.mark.parametrize("code", ["", "AB", "A" * 20, "abc", "A-B"])
def test_badge_refuses_codes_it_can_t_bear(code: str) -> None:
    with pytest.raises(ValueError, match="no badge"):
        badge.build(code)


# --- Keyboard damage ------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-SCAN-06")
@pytest.mark.parametrize(
    ("shown", "code"),
    [
        ('"\'àà)"(_'.replace(")", "ç") and '"\'ààç"(ç((_"_', "GAL-SCN-17"),
        ("#$))(#%(%%*#*", "GAL-SCN-18"),
    ],
)
def test_bare_code_read_with_the_wrong_layout_is_repaired(shown: str, code: str) -> None:
    scan = read(shown)
    assert (scan.kind, scan.fields["cip13"], codes(scan)) == (ScanKind.CIP13, "3400935955838", [code])


def test_repair_tells_the_pharmacist_what_to_set() -> None:
    (finding,) = read('"\'ààç"(ç((_"_').findings
    assert "Douchette configurée en clavier américain" in finding.text
    assert "AZERTY" in finding.advice


def test_code_without_a_key_is_never_repaired() -> None:
    """A CIP7 has no reliable key: digits read as signs are explained, not guessed."""
    scan = read('"(ç((_"')
    assert (scan.kind, scan.fields, codes(scan)) == (ScanKind.CIP7, {}, ["GAL-SCN-20"])


def test_unreadable_top_row_is_explained() -> None:
    scan = read('&é"&é"&é"')
    assert (scan.kind, codes(scan)) == (ScanKind.UNKNOWN, ["GAL-SCN-20"])


def test_box_under_caps_lock_is_repaired_when_it_has_only_digits() -> None:
    scan = read(layout.CAPS_ON_FR.apply(f"010340093595583817271130101203{GS}214711"))
    assert (scan.fields["lot"], scan.fields["serial"]) == ("1203", "4711")


@pytest.mark.parametrize("lot", ["12/3", "12.3"])
def test_sign_that_two_damages_explain_differently_is_refused(lot: str) -> None:
    scan = read(layout.CAPS_ON_FR.apply(f"01034009359558381727113010{lot}{GS}214711"))
    assert codes(scan) == ["GAL-SCN-20"]
    assert scan.fields["lot"] is None


def test_letter_m_of_a_us_scanner_is_not_taken_for_a_comma() -> None:
    scan = read(layout.US_ON_FR.apply(f"01034009359558381727113010MM0{GS}2100M"))
    assert (scan.fields["lot"], scan.fields["serial"]) == ("MM0", "00M")


def test_box_under_caps_lock_never_gets_a_guessed_lot() -> None:
    scan = read(layout.CAPS_ON_FR.apply(BOX))
    assert codes(scan) == ["GAL-SCN-20"]
    assert (scan.fields["cip13"], scan.fields["lot"], scan.fields["serial"]) == ("3400935955838", None, None)


def test_us_scanner_with_caps_lock_shows_by_its_symbology_identifier() -> None:
    scan = read(layout.US_ON_FR_WITH_CAPS.apply("]d2" + BOX))
    assert (scan.fields["lot"], scan.fields["serial"], codes(scan)) == ("AB123", "5X7K2", ["GAL-SCN-17"])


@pytest.mark.parametrize("damage", layout.DAMAGES)
def test_each_damage_is_undone_exactly(damage: layout.Damage) -> None:
    shown = "".join(chr(code) for code in damage.inverse)
    assert damage.apply(damage.undo(shown)) == shown


# --- GS1 details ----------------------------------------------------------------------------------------------------


def test_result_names_every_field_in_order() -> None:
    assert list(read(BOX).fields) == ["gtin", "cip13", "lot", "expiry", "serial"]


def test_product_that_is_no_french_medicine_needs_no_lot() -> None:
    scan = read("0105901234123457")
    assert scan.ok
    assert (scan.fields["gtin"], scan.fields["cip13"]) == ("05901234123457", None)


def test_case_of_boxes_is_not_taken_for_one_box() -> None:
    scan = read(f"01134009359558351727113010AB123{GS}")
    assert scan.ok
    assert scan.fields["cip13"] is None


def test_lost_separators_leave_what_is_certain() -> None:
    scan = read(BOX.replace(GS, ""))
    assert codes(scan) == ["GAL-SCN-12"]
    assert scan.fields == {
        "gtin": "03400935955838",
        "cip13": "3400935955838",
        "lot": None,
        "expiry": "2027-11-30",
        "serial": None,
    }


def test_recovered_separator_is_told() -> None:
    scan = read("0103400935955838215X7K21727113010AB123")
    assert codes(scan) == ["GAL-SCN-13"]
    assert scan.ok


def test_unexplained_string_without_separator_gives_no_lot() -> None:
    """An identifier of the standard that no medicine bears stands before the lot: nothing proves where that ends."""
    scan = read("010590123412345731030012341012321ABC")
    assert codes(scan) == ["GAL-SCN-12"]
    assert scan.fields["lot"] is None


def test_weight_of_a_product_is_stepped_over() -> None:
    assert read("01059012341234573103001234").findings == ()


@pytest.mark.parametrize(
    ("value", "today", "date"),
    [
        ("270200", TODAY, dt.date(2027, 2, 28)),
        ("280200", TODAY, dt.date(2028, 2, 29)),
        ("760101", TODAY, dt.date(2076, 1, 1)),
        ("770101", TODAY, dt.date(1977, 1, 1)),
        ("100101", dt.date(2096, 1, 1), dt.date(2110, 1, 1)),
        ("260101", dt.date(2076, 1, 1), dt.date(2126, 1, 1)),
        ("2701", TODAY, None),
        ("²70101", TODAY, None),
        ("270132", TODAY, None),
        ("270001", TODAY, None),
    ],
)
def test_expiry_date(value: str, today: dt.date, date: dt.date | None) -> None:
    assert gs1.expiry_date(value, today) == date


@pytest.mark.parametrize(
    "body", [f"10AB12{GS}0103400935955838", "17271130010340093595583810AB12", "10AB120103400935955838"]
)
def test_string_that_does_not_begin_with_the_product_is_recognised(body: str) -> None:
    assert gs1.looks_gs1(body)


# --- Findings -------------------------------------------------------------------------------------------------------


def test_every_finding_has_its_own_code_and_french_typography() -> None:
    all_codes = [defect.code for defect in Defect]
    assert len(set(all_codes)) == len(all_codes)
    for defect in Defect:
        text = defect.found(count=1, code="X", field="lot", value="?").text
        assert "'" not in text
        assert "« " not in text
        assert "{" not in text


def test_errors_say_what_to_do() -> None:
    for defect in Defect:
        finding = defect.found(count=1, code="X", field="lot", value="?")
        assert finding.advice or finding.severity != "error"


def test_json_shape_is_that_of_the_command() -> None:
    shape = read("3400935955839").as_json()
    assert shape["kind"] == "cip13"
    assert {"code", "severity", "text"} <= shape["findings"][0].keys()

"""Is every INS datamatrix read as the national guide has it, and every defective one refused?"""

from __future__ import annotations

import datetime as dt

import pytest

from app.officine.scan import ins
from app.officine.scan.model import ScanKind
from app.officine.scan.service import interpret

TODAY = dt.date(2026, 11, 23)
GS = "\x1d"
HEADER = "IS010000000000000000000000"
ADRTROIS = f"{HEADER}S1297022A02077878S21.2.250.1.213.1.4.10S3DOMINIQUE{GS}S4ADRTROIS{GS}S5FS626-02-1997S72A020"  # D01
ECETINSI = (
    f"{HEADER}S1109076322083489S21.2.250.1.213.1.4.8{GS}S3PIERRE-ALAIN MURIEL FLORIANT{GS}"
    f"S4ECETINSI{GS}S5MS614-07-2009S763220"  # D02
)
ECETINSI_TRAITS = {
    "matricule": "109076322083489",
    "oid": "1.2.250.1.213.1.4.8",
    "birth_names": "PIERRE-ALAIN MURIEL FLORIANT",
    "family_name": "ECETINSI",
    "sex": "M",
    "birth_date": "2009-07-14",
    "birth_place": "63220",
}


def identity(name: str, given: str, *, matricule: str = "109076322083489") -> str:
    """Build the datamatrix of a person born like ECETINSI."""
    closing = "" if len(given) == 100 else GS
    return (
        f"{HEADER}S1{matricule}S21.2.250.1.213.1.4.8{GS}S3{given}{closing}S4{name}{GS}S5MS614-07-2009S763220"
    )  # fmt: skip


def errors(text: str, *, production: bool = False) -> list[str]:
    scan = interpret(text, today=TODAY, production=production)
    assert scan.kind is ScanKind.INS
    return [finding.code for finding in scan.findings if finding.severity == "error"]


# --- Datamatrix -------------------------------------------------------------------------------------------------------


@pytest.mark.req("INS-D01")
def test_oid_of_twenty_characters_has_no_separator() -> None:
    scan = interpret(ADRTROIS, today=TODAY)
    assert len(ADRTROIS) == 110
    assert scan.findings == ()
    assert scan.fields == {
        "matricule": "297022A02077878",
        "oid": "1.2.250.1.213.1.4.10",
        "birth_names": "DOMINIQUE",
        "family_name": "ADRTROIS",
        "sex": "F",
        "birth_date": "1997-02-26",
        "birth_place": "2A020",
    }


D03 = f"{HEADER}S1109076322088835S21.2.250.1.213.1.4.9{GS}S3MATRICULE{GS}S4PROVISOIRE{GS}S5MS601-07-2009S763220"
D04 = (
    f"{HEADER}S1279035121518989S21.2.250.1.213.1.4.10S3DOMINIQUE MARIE-LOUISE{GS}S4PAT-TROIS{GS}S5FS628-03-1979S751215"
)
D05 = f"{HEADER}S1277010115400329S21.2.250.1.213.1.4.8{GS}S3SARAH-LOU ANNA{GS}S4GARCIA-HAMMADI{GS}S5FS621-01-1977"


@pytest.mark.req("INS-D02")
@pytest.mark.req("INS-D03")
@pytest.mark.req("INS-D04")
@pytest.mark.req("INS-D05")
@pytest.mark.parametrize(
    ("text", "family_name", "birth_place"),
    [(ECETINSI, "ECETINSI", "63220"), (D03, "PROVISOIRE", "63220"), (D04, "PAT-TROIS", "51215"),
     (D05, "GARCIA-HAMMADI", None)],
)  # fmt: skip
def test_sound_datamatrix_is_read(text: str, family_name: str, birth_place: str | None) -> None:
    scan = interpret(text, today=TODAY)
    assert scan.ok
    assert scan.findings == ()
    assert (scan.fields["family_name"], scan.fields["birth_place"]) == (family_name, birth_place)


@pytest.mark.req("INS-D06")
@pytest.mark.req("INS-D07")
@pytest.mark.req("INS-D08")
@pytest.mark.parametrize(
    "text",
    [
        ECETINSI.replace(GS, ""),
        ECETINSI.replace(GS, "<GS>"),
        ECETINSI.replace(GS, " "),
        ECETINSI.replace(f"S3PIERRE-ALAIN MURIEL FLORIANT{GS}", "") + "S3PIERRE-ALAIN MURIEL FLORIANT",
        "]d1" + ECETINSI + "\r\n",
        ECETINSI.replace("1090763220834", "1 09 07 63 220 834 "),
        ECETINSI.replace("0" * 22, "A" * 22),
    ],
    ids=["lost", "literal", "spaces", "S3-last", "envelope", "spaced-matricule", "reserved-zone"],
)
def test_same_identity_whatever_the_scanner_did(text: str) -> None:
    scan = interpret(text, today=TODAY)
    assert scan.fields == ECETINSI_TRAITS
    assert scan.ok


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param(ADRTROIS.replace("S5F", "S5I"), "GAL-SCN-42", marks=pytest.mark.req("INS-D09")),
        pytest.param(ADRTROIS.replace("26-02-1997", "1997-02-26"), "GAL-SCN-43", marks=pytest.mark.req("INS-D10")),
        pytest.param("IS02" + ECETINSI[4:], "GAL-SCN-30", marks=pytest.mark.req("INS-D11")),
        pytest.param(ECETINSI.replace("083489", "083488"), "GAL-SCN-37", marks=pytest.mark.req("INS-D12")),
        pytest.param(ECETINSI.replace("S1109076322083489", ""), "GAL-SCN-34", marks=pytest.mark.req("INS-D13")),
        (ECETINSI.replace("14-07-2009", "31-02-2009"), "GAL-SCN-44"),
        (ECETINSI.replace("14-07-2009", "00-07-2009"), "GAL-SCN-44"),
        (ECETINSI.replace("14-07-2009", "14-07-2027"), "GAL-SCN-44"),
        (ECETINSI.replace("14-07-2009", "14-07-1709"), "GAL-SCN-44"),
        (ECETINSI.replace("S763220", "S76322A"), "GAL-SCN-45"),
        (ECETINSI.replace("S763220", "S7632"), "GAL-SCN-35"),
        (ECETINSI.replace("S5M", "S5MM"), "GAL-SCN-35"),
        (ECETINSI + "S5M", "GAL-SCN-33"),
        (ECETINSI + "S8X", "GAL-SCN-32"),
        (ECETINSI.replace("4.8", "4.7"), "GAL-SCN-38"),
        (ECETINSI.replace("ECETINSI", "ÉCETINSI"), "GAL-SCN-40"),
        (ECETINSI.replace("ECETINSI", "Ecetinsi"), "GAL-SCN-40"),
        (ECETINSI.replace("S4ECETINSI", "S4"), "GAL-SCN-35"),
        (identity("A" * 101, "JEAN"), "GAL-SCN-35"),
        (ECETINSI[:20], "GAL-SCN-31"),
        (HEADER, "GAL-SCN-31"),
        (HEADER + "X" + ECETINSI[26:], "GAL-SCN-31"),
        (ECETINSI + ECETINSI, "GAL-SCN-10"),
        (ECETINSI + "\r" + ADRTROIS, "GAL-SCN-10"),
        (ECETINSI[:60] + "\x00" + ECETINSI[60:], "GAL-SCN-04"),
    ],
)  # fmt: skip
def test_defective_datamatrix_is_refused(text: str, code: str) -> None:
    assert code in errors(text)


@pytest.mark.req("INS-D14")
def test_names_of_a_hundred_letters_have_no_separator() -> None:
    text = identity("ECETINSI", "A" * 100)
    assert "A" * 100 + "S4" in text
    scan = interpret(text, today=TODAY)
    assert scan.ok
    assert scan.fields["birth_names"] == "A" * 100


@pytest.mark.req("INS-D15")
@pytest.mark.parametrize(
    ("name", "given", "codes"),
    [
        ("D'ETE--BRUN", "JEAN", []),
        ("DE VINCI", "'T HOEN", []),
        ("LOU'", "OLA CATARINA BELLA", []),
        ("D'AEION", "JEAN--MARC", ["GAL-SCN-41"]),
        ("MARIE-", "JEAN", ["GAL-SCN-41"]),
        ("A---B", "LOU'", ["GAL-SCN-41", "GAL-SCN-41"]),
    ],
)
def test_names_are_held_to_their_profile(name: str, given: str, codes: list[str]) -> None:
    scan = interpret(identity(name, given), today=TODAY)
    assert scan.ok
    assert [finding.code for finding in scan.findings] == codes


def test_tokens_of_other_makers_samples() -> None:
    """Samples of another vendor: digits in names, no real OID; only the cutting is tried."""
    message = (
        f"S1123549685274612S22597845632548156952{GS}S3TEST1 TEST2 TEST{GS}S4DATAMATRIXTEST{GS}S5MS631-08-2021S799255"
    )
    assert ins.tokenize(message) == [
        (1, "123549685274612"), (2, "2597845632548156952"), (3, "TEST1 TEST2 TEST"), (4, "DATAMATRIXTEST"),
        (5, "M"), (6, "31-08-2021"), (7, "99255"),
    ]  # fmt: skip
    assert ins.tokenize("S3FIRST NAMETEST S5MS618-06-1985S713201S4LASTNAMETEST") == [
        (3, "FIRST NAMETEST"), (5, "M"), (6, "18-06-1985"), (7, "13201"), (4, "LASTNAMETEST"),
    ]  # fmt: skip


def test_identity_scanned_with_the_wrong_keyboard_is_repaired() -> None:
    us_on_azerty = str.maketrans("QAZWM1234567890.-'", "AQWZ?&é\"'(-è_çà:)ù")
    scan = interpret(ECETINSI.translate(us_on_azerty), today=TODAY)
    assert scan.fields == ECETINSI_TRAITS
    assert [finding.code for finding in scan.findings] == ["GAL-SCN-17"]


def test_identity_scanned_under_caps_lock_is_repaired() -> None:
    scan = interpret(ECETINSI.lower(), today=TODAY)
    assert scan.fields == ECETINSI_TRAITS
    assert [finding.code for finding in scan.findings] == ["GAL-SCN-19"]


# --- Matricule --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "matricule",
    [
        pytest.param("275126322074974", marks=pytest.mark.req("INS-V01")),
        pytest.param("297022A02077878", marks=pytest.mark.req("INS-V02")),
        pytest.param("160012B02077713", marks=pytest.mark.req("INS-V03")),
        pytest.param("109076322088835", marks=pytest.mark.req("INS-V04")),
        pytest.param("285067505608097", marks=pytest.mark.req("INS-V06")),
        pytest.param("285067505607901", marks=pytest.mark.req("INS-V07")),
        pytest.param("255079935200188", marks=pytest.mark.req("INS-V08")),
        pytest.param("205129761100341", marks=pytest.mark.req("INS-V09")),
        pytest.param("180429913901727", marks=pytest.mark.req("INS-V10")),
        pytest.param("29702 2A 020 778 78", marks=pytest.mark.req("INS-V16")),
        pytest.param("297022a02077878", marks=pytest.mark.req("INS-V18")),
        pytest.param("192061305512310", marks=pytest.mark.req("INS-V20")),
        pytest.param("192061305512409", marks=pytest.mark.req("INS-V20")),
    ],
)
def test_matricule_is_accepted(matricule: str) -> None:
    scan = interpret(identity("X", "Y", matricule=matricule), today=TODAY)
    assert scan.findings == ()
    assert scan.fields["matricule"] == matricule.replace(" ", "").upper()


@pytest.mark.req("INS-V05")
def test_test_identity_is_refused_in_production_only() -> None:
    assert errors(D04) == []
    assert errors(D04, production=True) == ["GAL-SCN-39"]
    assert errors(D04.replace("4.10", "4.11"), production=True) == ["GAL-SCN-39"]
    assert errors(ECETINSI, production=True) == []


@pytest.mark.parametrize(
    ("matricule", "code"),
    [
        pytest.param("285067505608000", "GAL-SCN-37", marks=pytest.mark.req("INS-V11")),
        pytest.param("181036322045660", "GAL-SCN-37", marks=pytest.mark.req("INS-V12")),
        pytest.param("281036322045610", "GAL-SCN-37", marks=pytest.mark.req("INS-V13")),
        pytest.param("297022A02077879", "GAL-SCN-37", marks=pytest.mark.req("INS-V14")),
        pytest.param("297021A02077878", "GAL-SCN-36", marks=pytest.mark.req("INS-V15")),
        pytest.param("27512632207497", "GAL-SCN-35", marks=pytest.mark.req("INS-V17")),
        pytest.param("2751263220749740", "GAL-SCN-35", marks=pytest.mark.req("INS-V17")),
        pytest.param("297022O02077878", "GAL-SCN-36", marks=pytest.mark.req("INS-V19")),
    ],
)
def test_matricule_is_refused(matricule: str, code: str) -> None:
    assert errors(identity("X", "Y", matricule=matricule)) == [code]


def test_unusual_matricule_is_only_told() -> None:
    """A provisional number (first digit 7) is no INS, but only the national service may say so."""
    body = "7751263220749"
    key = 97 - int(body) % 97
    (finding,) = ins.matricule_defects(f"{body}{key:02d}")
    assert (finding.code, finding.severity) == ("GAL-SCN-46", "warning")

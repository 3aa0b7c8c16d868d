"""Are the keys of the identifiers those of their standards?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel import identifiers as ids


@pytest.mark.parametrize("code", ["3400935955838", "3400933857042", "3400930183076", "4006381333931"])
def test_keys_of_real_codes(code: str) -> None:
    assert ids.is_ean13(code)
    assert ids.is_gtin14("0" + code)


@given(st.from_regex(r"[0-9]{12}", fullmatch=True), st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen(body: str, rank: int, shift: int) -> None:
    code = body + ids.gs1_key(body)
    wrong = code[:rank] + str((int(code[rank]) + shift) % 10) + code[rank + 1 :]
    assert ids.is_ean13(code)
    assert not ids.is_ean13(wrong)


def test_cip7_and_cip13_name_the_same_box() -> None:
    assert ids.cip13_of_cip7("3595583") == "3400935955838"
    assert ids.cip7_of_cip13("3400935955838") == "3595583"
    assert ids.cip7_of_cip13("4006381333931") is None
    assert not ids.is_cip13("4006381333931")


@pytest.mark.req("OFF-ID-01")
@pytest.mark.parametrize(
    ("code", "valid"),
    [
        ("275126322074974", True),
        ("297022A02077878", True),
        ("160012B02077713", True),
        ("109076322088835", True),
        ("285067505608097", True),
        ("285067505607901", True),
        ("285067505608000", False),
        ("181036322045660", False),
        ("297022A02077879", False),
        ("297021A02077878", False),
        ("27512632207497", False),
        ("297022O02077878", False),
        ("", False),
    ],
)
def test_keys_of_matricules(code: str, valid: bool) -> None:
    assert ids.is_nir(code) is valid


def test_rpps_has_a_luhn_key() -> None:
    assert ids.is_rpps("10005173140")
    assert not ids.is_rpps("10005173141")
    assert not ids.is_rpps("1000517314")
    assert not ids.is_luhn("12a4")

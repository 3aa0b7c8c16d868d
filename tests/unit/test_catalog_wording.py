"""The words of products and those typed meet in one form."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.officine.catalog import search, wording


def test_letters_and_digits_part() -> None:
    assert wording.index_text("DOLIPRANE 1000mg, comprimé") == "doliprane 1000 mg comprime"


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\n")), max_size=8))
def test_many_texts_at_a_time_are_folded_as_one_by_one(texts: list[str]) -> None:
    assert wording.index_texts(texts) == {text: wording.index_text(text) for text in texts}


@given(st.text())
def test_any_text_gives_plain_words(text: str) -> None:
    words = wording.query_words(text)
    assert len(words) <= wording.MAX_WORDS
    assert all(word.isalnum() and word.isascii() for word in words)


def test_one_typing_error_is_a_letter_missing_added_changed_or_swapped() -> None:
    near = wording.near_words("dolirane")
    assert "doliprane" in near
    assert "dolirane" not in near
    assert {"dolirne", "dolirbne", "doilrane"} <= near


def test_short_words_and_numbers_are_not_mended() -> None:
    assert search.forgiven("abc 1000", ["abd", "1001"]) == []
    assert search.forgiven("dolirane 1000", ["1001", "doliprane"]) == [["dolirane", "doliprane"], ["1000"]]


def test_only_digits_can_be_a_code() -> None:
    assert wording.query_code(" 3400 935 955 838 ") == "3400935955838"
    assert wording.query_code("34009x") == ""
    assert wording.query_code("1000") == ""
    assert wording.query_code("٣٤٠٠٩٣٥") == ""

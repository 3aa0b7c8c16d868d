"""Does any INS datamatrix, damaged or made to deceive, give findings, and never an exception or a false INS?"""

from __future__ import annotations

import os
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ins_people import TODAY, traits

from app.kernel.identifiers import is_nir
from app.officine.scan import ins, ins_symbol, layout
from app.officine.scan.model import ScanKind
from app.officine.scan.service import interpret

ROUNDS = int(os.environ.get("GALIEN_FAULT_COUNT", "1500"))
_ALPHABET = "S0123456789ISABFM\x1d-' .<>{}GSé\x00\r\n\u202e\ud800]d1"
ANY = st.text(max_size=140)


@pytest.mark.req("OFF-SCAN-07")
@pytest.mark.timeout(600)
def test_a_damaged_message_is_read_alike_or_told_and_never_makes_another_matricule() -> None:
    dice = random.Random(2026)
    for _ in range(ROUNDS):
        text, _findings = ins_symbol.message(traits(dice), TODAY)
        letters = list(text)
        for _ in range(dice.randint(1, 6)):
            place = dice.randrange(len(letters))
            act = dice.randrange(3)
            if act == 0:
                letters[place] = dice.choice(_ALPHABET)
            elif act == 1:
                letters.insert(place, dice.choice(_ALPHABET))
            else:
                del letters[place : place + dice.randint(1, 8)]
        scan = interpret("".join(letters), today=TODAY, production=dice.random() < 0.5)
        assert all(one.text and one.code.startswith("GAL-SCN-") for one in scan.findings)
        assert scan.ok or any(one.severity == "error" for one in scan.findings)
        if scan.kind is ScanKind.INS and scan.ok:
            assert is_nir(scan.fields["matricule"] or "")
            assert scan.fields["oid"] in ins.OIDS


@pytest.mark.req("OFF-SCAN-07")
@settings(max_examples=400, deadline=None)
@given(values=st.fixed_dictionaries(dict.fromkeys(ins.FIELDS, ANY)))
def test_whatever_is_given_to_be_written_is_refused_or_read_back(values: dict[str, str]) -> None:
    text, findings = ins_symbol.message(values, TODAY)
    assert text or any(one.severity == "error" for one in findings)
    if text:
        assert interpret(text, today=TODAY).ok


@pytest.mark.req("INS-D07")
@pytest.mark.req("OFF-INS-DMX-04")
def test_every_way_in_which_readers_and_keyboards_change_a_code_is_read_or_explained() -> None:
    """Separators lost or rendered, identifiers of the reader, line ends; a wrong layout is undone, and said."""
    dice = random.Random(4)
    for _ in range(60):
        person = traits(dice)
        text, _findings = ins_symbol.message(person, TODAY)
        wanted = {name: person[name] or None for name in ins.FIELDS}
        for separator in ("", "<GS>", "{GS}", "^]", "\\x1d", "\u241d"):
            for prefix in ("", "]d1", "]d0", "]d4"):
                shown = prefix + text.replace("\x1d", separator) + "\r\n"
                assert interpret(shown, today=TODAY).fields == wanted, shown
        damaged = interpret(layout.US_ON_FR.apply(text.replace("\x1d", "")), today=TODAY)
        assert damaged.fields == wanted
        assert [one.code for one in damaged.findings] == ["GAL-SCN-17"]
        assert "clavier" in damaged.findings[0].text.lower()

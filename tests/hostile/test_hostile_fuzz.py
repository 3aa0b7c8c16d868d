"""H23: is any document or archive, however it is damaged, read or refused, soon, and never a crash?"""

from __future__ import annotations

import os
import time
from functools import cache

import cda_samples
import clinical_people
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_hostile_xdm import METADATA, archive, zipped

from app.docs import safe_xml, safe_zip
from app.docs.clinical import Kind
from app.docs.reading.read import read
from app.docs.xdm.read import read_xdm
from app.kernel.errors import InputDefect

ROUNDS = min(4_000, int(os.environ.get("GALIEN_FAULT_COUNT", "200")))
_LONGEST_S = 1.0
_PIECES = (
    b"", b"<", b">", b"/", b'"', b"<a>", b"</a>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?a ?>", b"&lt;", b"&x;",
    b"&#0;", b"&#x10FFFF;", b"\x00", b"\xff\xfe", b"\xc3", "\u202e".encode(), b"<!DOCTYPE a>", b' xmlns="a"',
    b"xmlns:c=", b'nullFlavor="UNK"', b'value="', b'root="', b"99999999999999999999", b"-1", b"\r\n", b"PK\x01\x02",
    b"urn:hl7-org:v3", b'xsi:type="c:PQ"', b'code=""', b"<text>", b"<table>", b'colspan="999999999"', b"2.25.1",
    b"text/xml",
)  # fmt: skip
_EDITS = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.sampled_from(_PIECES) | st.binary(max_size=8), st.integers(0, 60)),
    min_size=1,
    max_size=6,
)
many = settings(max_examples=ROUNDS, deadline=None, suppress_health_check=list(HealthCheck))


def edited(content: bytes, edits: list[tuple[float, bytes, int]]) -> bytes:
    """Return octets where a piece was put in each of some places, instead of so many octets."""
    spoilt = bytearray(content)
    for place, piece, gone in edits:
        at = int(place * len(spoilt))
        spoilt[at : at + gone] = piece
    return bytes(spoilt)


@cache
def documents() -> tuple[bytes, ...]:
    """Return documents that are sound: ours of each kind, and those of the ANS."""
    ours = [clinical_people.cda(clinical_people.document(rank, kind)) for rank, kind in enumerate(Kind)]
    return (*ours, *(cda_samples.sample(name) for name, _, _ in cda_samples.SAMPLES if "Niveau-1" not in name))


@cache
def files() -> dict[str, bytes]:
    return archive()


@pytest.mark.req("SC.DOC.07")
@many
@given(st.integers(0, 8), _EDITS)
def test_any_damaged_document_is_read_or_refused(which: int, edits: list[tuple[float, bytes, int]]) -> None:
    content = edited(documents()[which % len(documents())], edits)
    start = time.perf_counter()
    try:
        found = read(content)
        told = [finding.text for finding in found.findings]
    except InputDefect as failure:
        told = [failure.text, failure.advice]
    assert all(told)
    assert time.perf_counter() - start < _LONGEST_S


@many
@given(_EDITS, st.booleans())
def test_any_damaged_metadata_are_read_or_refused(edits: list[tuple[float, bytes, int]], lower: bool) -> None:
    spoilt = files() | {METADATA: edited(files()[METADATA], edits)}
    _read_archive(zipped({name.lower() if lower else name: content for name, content in spoilt.items()}))


@many
@given(_EDITS)
def test_any_damaged_archive_is_read_or_refused(edits: list[tuple[float, bytes, int]]) -> None:
    _read_archive(edited(zipped(files()), edits))


@many
@given(st.binary(max_size=400))
def test_any_octets_are_refused(content: bytes) -> None:
    for reader in (safe_xml.parse, safe_zip.read, read_xdm):
        try:
            reader(content)
        except InputDefect as failure:
            assert failure.advice  # noqa: PT017 -- one of three may well be read


def _read_archive(content: bytes) -> None:
    start = time.perf_counter()
    try:
        lot = read_xdm(content)
        told = [finding.text for document in lot.aside for finding in document.findings]
        assert len(told) >= len(lot.aside)
    except InputDefect as failure:
        told = [failure.text, failure.advice]
    assert all(told)
    assert time.perf_counter() - start < _LONGEST_S

"""Does every frame of the table give the right line, or the right refusal, and never two lines?"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from biip import ParseConfig
from biip.gs1_messages import GS1Message

from app.officine.scan.model import ScanKind
from app.officine.scan.service import interpret
from app.officine.scan.wedge import Began, Burst, Key, Role, WedgeDetector, Withheld

TODAY = dt.date(2026, 11, 23)
TABLE: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data" / "scan_frames.json").read_text(encoding="utf-8")
)
FRAMES = [row for row in TABLE if "text" in row]
WEDGES = [row for row in TABLE if "keys" in row]


def _name(row: dict[str, Any]) -> str:
    return str(row["family"]).replace(" ", "-")


def test_the_table_is_large_enough() -> None:
    assert len(FRAMES) >= 200
    assert sum("error" in row["expect"] for row in FRAMES) >= 60
    assert len(WEDGES) >= 30


@pytest.mark.req("OFF-SCAN-01")
@pytest.mark.parametrize("row", FRAMES, ids=_name)
def test_frame_gives_its_line_or_its_refusal(row: dict[str, Any]) -> None:
    scan = interpret(row["text"], today=TODAY, **row["options"])
    errors = [finding.code for finding in scan.findings if finding.severity == "error"]
    if "error" in row["expect"]:
        assert row["expect"]["error"] in errors
        assert not scan.ok
        if "GAL-SCN-10" in errors:  # two codes glued: none is kept
            assert not any(scan.fields.values())
        for finding in scan.findings:
            if finding.code == "GAL-SCN-09":  # a field that stands twice: neither value is
                assert scan.fields[finding.subject] is None
    else:
        assert not errors
        assert scan.kind is ScanKind.GS1
        assert {name: scan.fields[name] for name in row["expect"]} == row["expect"]
    assert scan.raw == row["text"]


def test_the_reference_parser_agrees_on_healthy_frames() -> None:
    """biip, a GS1 library that shares nothing with ours but its table of identifiers, reads the same boxes."""
    config = ParseConfig()
    compared = 0
    for row in FRAMES:
        if not (row["family"] in ("plain", "no serial", "case kept") or str(row["family"]).startswith("order ")):
            continue
        message = GS1Message.parse(row["text"], config=config)
        found = {element.ai.ai: element for element in message.element_strings}
        assert found["01"].value[1:] == row["expect"]["cip13"]
        assert found["10"].value == row["expect"]["lot"]
        assert str(found["17"].date) == row["expect"]["expiry"]
        assert (found["21"].value if "21" in found else None) == row["expect"]["serial"]
        compared += 1
    assert compared >= 35


class Field:
    """A text field that the keys reach, given back its content as the detector says."""

    def __init__(self, detector: WedgeDetector) -> None:
        self.detector = detector
        self.content = ""
        self.remembered = ""
        self.scans: list[str] = []

    def press(self, key: Key) -> None:
        """Press a key, as the screen's filter hands it on."""
        was_idle = self.detector.idle(key.at_ms)
        self._take(was_idle)
        event = self.detector.feed(key)
        if isinstance(event, Began):
            self.remembered = self.content
        self._take(event)
        if isinstance(event, Burst) and event.next_began:
            self.remembered = self.content
        if event is None or isinstance(event, Began) or (isinstance(event, Burst) and event.next_began):
            self.content += key.text

    def wait(self, until: int) -> None:
        """Let time pass without a key."""
        self._take(self.detector.idle(until))

    def _take(self, event: object) -> None:
        if isinstance(event, Burst):
            self.content = self.remembered + event.typed
            self.scans.append(event.text)


def keys_of(row: dict[str, Any]) -> list[Key]:
    return [
        Key(at, text, Role(role), ctrl=mods == "ctrl", alt=mods == "alt", repeat=mods == "repeat")
        for at, text, role, mods in row["keys"]
    ]


@pytest.mark.req("OFF-SCAN-02")
@pytest.mark.parametrize("row", WEDGES, ids=_name)
def test_wedge_takes_scans_and_gives_typing_back(row: dict[str, Any]) -> None:
    field = Field(WedgeDetector())
    seen: Key | None = None
    for key in keys_of(row):
        if key == seen:  # Qt shows one event to several widgets: nothing may happen twice
            assert not isinstance(field.detector.feed(key), Burst | Began)
            continue
        field.press(key)
        seen = key
    field.wait(row["until"])
    assert field.scans == row["expect"]["scans"]
    assert field.content == row["expect"]["left"]


def test_wedge_late_timer_changes_nothing() -> None:
    """The screen's timer may be late: the next key then closes the scan before it counts as typing."""
    detector = WedgeDetector()
    for rank, char in enumerate("3400935955838"):
        detector.feed(Key(rank * 4, char))
    event = detector.feed(Key(1_000, "2"))
    assert event == Burst("3400935955838", 0, 13, "silence", "", next_began=True)
    assert detector.idle(5_000) is None


def test_wedge_withholds_the_scanner_s_enter_when_the_timer_is_late() -> None:
    detector = WedgeDetector()
    for rank, char in enumerate("3400935955838"):
        detector.feed(Key(rank * 4, char))
    event = detector.feed(Key(48 + 200, "\r", Role.ENTER))
    assert event == Burst("3400935955838", 0, 13, "silence", "")


def test_wedge_learns_that_separators_arrive() -> None:
    detector = WedgeDetector()
    for rank, char in enumerate("10AB12"):
        detector.feed(Key(rank * 4, char))
    assert not detector.separators_seen
    assert detector.feed(Key(25, "]", ctrl=True)) == Withheld()
    detector.feed(Key(29, "2"))
    detector.feed(Key(33, "\r", Role.ENTER))
    assert detector.separators_seen


def test_wedge_keeps_its_gap_within_the_setting_s_bounds() -> None:
    assert [WedgeDetector(gap).gap_ms for gap in (1, 20, 150, 900)] == [20, 20, 150, 150]


def test_wedge_with_a_wider_gap_reads_a_slow_bluetooth_scanner() -> None:
    detector = WedgeDetector(gap_ms=130)
    code = "IS0X" * 5
    for rank, char in enumerate(code):
        detector.feed(Key(rank * 60, char))
    event = detector.feed(Key(len(code) * 60, "\r", Role.ENTER))
    assert isinstance(event, Burst)
    assert event.text == code

"""Which frames does a scanner send, and what must each give? Writes ``scan_frames.json``: ``python scan_frames.py``.

Independent of the code under test: frames and expected lines are both built from the same fields, keys and keyboard
layouts are written out here, and the refusals are named by hand. Each row is one of

* ``text`` (with ``options`` of the reading) and ``expect``: the line (cip13, lot, expiry, serial) or an error code;
* ``keys`` (time in ms, text, role, modifiers) and ``expect``: the texts taken as scans, and what is left in the field.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path

GS = "\x1d"
BODIES = ("340093595583", "340093385704", "340094123456", "340093000000", "340095111222")
US_TOP, FR_TOP = "1234567890", "&é\"'(-è_çà"
US_ROWS = US_TOP + "-qwertyuiopasdfghjkl;zxcvbnm,./QWERTYUIOPASDFGHJKL:ZXCVBNM<>?]!@#$%^&*()"
FR_ROWS = FR_TOP + ")azertyuiopqsdfghjklmwxcvbn,;:!AZERTYUIOPQSDFGHJKLMWXCVBN?./§$1234567890"


def with_key(body: str) -> str:
    """EAN-13 key: weights 1 and 3 from the left."""
    total = sum(int(digit) * (3 if rank % 2 else 1) for rank, digit in enumerate(body))
    return body + str((10 - total % 10) % 10)


CIPS = tuple(with_key(body) for body in BODIES)
assert CIPS[0] == "3400935955838"
A, B, C, D, E = CIPS


def azerty(text: str) -> str:
    """What a French computer shows for what a scanner set to a US keyboard sends."""
    return text.translate(dict(zip(map(ord, US_ROWS), FR_ROWS, strict=True)))


def frame(
    cip: str, *, lot: str | None, expiry: str | None, serial: str | None, order: str = "PELS", gs: str = GS
) -> str:
    """Build an element string: P product, E expiry, L lot, S serial, in this order; separators where the rule asks."""
    values = {"P": "010" + cip, "E": f"17{expiry}", "L": f"10{lot}", "S": f"21{serial}"}
    absent = {"E": expiry is None, "L": lot is None, "S": serial is None, "P": False}
    kept = [letter for letter in order if not absent[letter]]
    parts = [values[letter] + (gs if letter in "LS" and letter != kept[-1] else "") for letter in kept]
    return "".join(parts)


ROWS: list[dict[str, object]] = []


def good(family: str, text: str, line: tuple[str, str | None, str | None, str | None], **options: object) -> None:
    """Add a frame that gives a line."""
    expect = dict(zip(("cip13", "lot", "expiry", "serial"), line, strict=True))
    ROWS.append({"family": family, "text": text, "options": options, "expect": expect})


def bad(family: str, text: str, code: str, **options: object) -> None:
    """Add a frame that must be refused under this code."""
    ROWS.append({"family": family, "text": text, "options": options, "expect": {"error": code}})


def wedge(family: str, keys: list[list[object]], scans: list[str], left: str = "", until: int = 10_000) -> None:
    """Add key presses: the scans they hold and what the focused field keeps."""
    ROWS.append({"family": family, "keys": keys, "until": until, "expect": {"scans": scans, "left": left}})


def typed(text: str, start: int = 0, step: int = 4, end: str = "enter") -> list[list[object]]:
    """Key presses of a text, GS as Ctrl+]; ``end`` is the role of a last key."""
    keys: list[list[object]] = []
    for rank, char in enumerate(text):
        at = start + rank * step
        keys.append([at, GS, "text", "ctrl"] if char == GS else [at, char, "text", ""])
    if end:
        keys.append([start + len(text) * step, "\r" if end == "enter" else "\t", end, ""])
    return keys


def healthy() -> None:
    lots = (
        ("AB123", "5X7K2"),
        ("K7", "0000000001"),
        ("22105", "S1"),
        ("L-4/B", "ZZ9PLURALZALPHA"),
        ("9" * 20, "A" * 20),
    )
    for cip, (lot, serial) in zip(CIPS, lots, strict=True):
        line = (cip, lot, "2027-11-30", serial)
        text = frame(cip, lot=lot, expiry="271130", serial=serial)
        good("plain", text, line)
        good("aim ]d2", "]d2" + text, line)
        good("carriage return", text + "\r", line)
    for order in itertools.permutations("PELS"):
        text = frame(A, lot="AB123", expiry="271130", serial="5X7K2", order="".join(order))
        good("order " + "".join(order), text, (A, "AB123", "2027-11-30", "5X7K2"))
    for cip in CIPS:
        text = frame(cip, lot="AB77", expiry="280131", serial=None)
        good("no serial", text, (cip, "AB77", "2028-01-31", None))
    ends = ("31", "29", "31", "30", "31", "30", "31", "31", "30", "31", "30", "31")
    for month, day in enumerate(ends, 1):
        text = frame(B, lot="AB123", expiry=f"28{month:02d}00", serial="5X7K2")
        good("day 00", text, (B, "AB123", f"2028-{month:02d}-{day}", "5X7K2"))
    good("day 00", frame(B, lot="A", expiry="270200", serial="5X7K2"), (B, "A", "2027-02-28", "5X7K2"))
    for expiry, iso in (
        ("990131", "1999-01-31"),
        ("761231", "2076-12-31"),
        ("770101", "1977-01-01"),
        ("000229", "2000-02-29"),
    ):
        good("century", frame(C, lot="AB123", expiry=expiry, serial="5X7K2"), (C, "AB123", iso, "5X7K2"))


def renderings() -> None:
    line = (A, "AB123", "2027-11-30", "5X7K2")
    for shown in ("<GS>", "<gs>", "{GS}", "^]", "␝", "\\u001D", "\\u001d", "\\x1d"):
        good("separator shown", frame(A, lot="AB123", expiry="271130", serial="5X7K2", gs=shown), line)
        good("separator shown", "]d2" + frame(A, lot="AB123", expiry="271130", serial="5X7K2", gs=shown) + "\r\n", line)
    for sign in ("~", "|", "#", "{FNC1}", "$"):
        text = frame(A, lot="AB123", expiry="271130", serial="5X7K2", gs=sign)
        good("substitute", text, line, gs_substitute=sign)
    for sign in ("~", "|", "#"):
        bad("substitute not set", frame(A, lot="AB123", expiry="271130", serial="5X7K2", gs=sign), "GAL-SCN-15")
    text = frame(A, lot="AB123", expiry="271130", serial="5X7K2")
    for aim in ("]d1", "]C1", "]e0", "]Q3", "]J1"):
        good("aim", aim + text, line)
    for before, after in (
        ("", "\n"),
        ("", "\r\n"),
        ("", "\t"),
        ("\x02", "\x03"),
        ("  ", " "),
        (GS, ""),
        ("", GS),
        ("]d2" + GS, GS),
    ):
        good("envelope", before + text + after, line)
    for lot, serial in (("ab12", "xYz9"), ("AB12", "xyz9"), ("Ab12", "XYZ9"), ("aB12", "XyZ9")):
        good("case kept", frame(D, lot=lot, expiry="271130", serial=serial), (D, lot, "2027-11-30", serial))
    good("printed in clear", f"(01)0{A}(17)271130(10)AB123(21)5X7K2", line)
    good("printed in clear", f"(01)0{A}(21)5X7K2(10)AB123(17)271130", line)
    for extra in ("11260101", "15270101", "20" + "01"):
        good("other fields", text.replace("17271130", extra + "17271130"), line)
    for extra in ("240REF-1", "71012345678", "91INTERNE", "30" + "12"):
        good("other fields", text + GS + extra, line)
    good("double separator", text.replace(GS, GS + GS), line)
    good("separator after a fixed field", text.replace("17271130", "17271130" + GS), line)


def lost() -> None:
    for lot, serial in (
        ("AB123", "5X7K2"),
        ("K7", "QRST"),
        ("L4B", "00001111"),
        ("ABC", "Z9Z9Z9Z9"),
        ("55", "ABCDEFGHIJ"),
    ):
        text = frame(A, lot=lot, expiry="271130", serial=serial, order="PSEL", gs="")
        good("FNC1 lost, one reading", text, (A, lot, "2027-11-30", serial))
    for lot, serial in (
        ("ABCDEFGHJK", "MNPQRSTUVWXY"),
        ("AAAAAAA", "BBBBBBBBBBBBBBBB"),
        ("LOT4", "SERIEABCDEFGHIJKLM"),
    ):
        text = frame(A, lot=lot, expiry="271130", serial=serial, gs="")
        good("FNC1 lost, one reading", text, (A, lot, "2027-11-30", serial))
    good(
        "FNC1 lost, one reading",
        frame(A, lot="A7", expiry="271130", serial="B456", order="PSLE", gs=""),
        (A, "A7", "2027-11-30", "B456"),
    )
    for lot, serial in (
        ("AB123", "5X7K2"),
        ("K7", "QRST"),
        ("A", "123456"),
        ("21", "212121"),
        ("ABC", "XYZ"),
        ("0021", "0021"),
    ):
        for cip in (A, B):
            bad("FNC1 lost, two readings", frame(cip, lot=lot, expiry="271130", serial=serial, gs=""), "GAL-SCN-12")
    bad(
        "FNC1 lost, two readings",
        frame(A, lot="LOT21AAAAAA", expiry="271130", serial="BBBBBBBBBBBB", gs=""),
        "GAL-SCN-12",
    )
    bad(
        "FNC1 lost, two readings",
        frame(A, lot="D", expiry="271130", serial="BCD1726123110C", order="PSEL", gs=""),
        "GAL-SCN-12",
    )
    far = "ABC1799123110XYZ"  # holds what looks like an expiry in 1999: no box on a counter bears that
    line = (A, "D", "2027-11-30", far)
    good("FNC1 lost, one reading", frame(A, lot="D", expiry="271130", serial=far, order="PSEL", gs=""), line)
    bad("lot that may hide a serial", frame(A, lot="AB21456", expiry="271130", serial=None), "GAL-SCN-12")
    good(
        "scanner known to keep FNC1",
        frame(A, lot="AB21456", expiry="271130", serial=None),
        (A, "AB21456", "2027-11-30", None),
        separators_kept=True,
    )
    good(
        "too short for a serial",
        frame(A, lot="AB2145", expiry="271130", serial=None),
        (A, "AB2145", "2027-11-30", None),
    )


def defective() -> None:
    for cip in CIPS:
        wrong = cip[:-1] + str((int(cip[-1]) + 1) % 10)
        swapped = cip[:10] + cip[11] + cip[10] + cip[12]
        bad("wrong key", frame(wrong, lot="AB123", expiry="271130", serial="5X7K2"), "GAL-SCN-05")
        bad("wrong key", "]d2" + frame(wrong, lot="AB123", expiry="271130", serial=None), "GAL-SCN-05")
        if abs(int(cip[10]) - int(cip[11])) not in (0, 5):
            bad("exchanged digits", frame(swapped, lot="AB123", expiry="271130", serial="5X7K2"), "GAL-SCN-05")
    for expiry in ("991332", "270230", "271301", "270001", "270432", "270431", "290229", "27AB30", "000000"):
        bad("impossible date", frame(A, lot="AB123", expiry=expiry, serial="5X7K2"), "GAL-SCN-07")
        bad("impossible date", frame(A, lot="AB123", expiry=expiry, serial=None), "GAL-SCN-07")
    for cip in (A, B):
        bad("no expiry", frame(cip, lot="AB123", expiry=None, serial="5X7K2"), "GAL-SCN-08")
        bad("no lot", frame(cip, lot=None, expiry="271130", serial="5X7K2"), "GAL-SCN-08")
        bad("product alone", "010" + cip, "GAL-SCN-08")
    bad("no product", "]d2" + f"1727113010AB123{GS}215X7K2", "GAL-SCN-08")
    bad("no product", f"1727113010AB123{GS}215X7K2", "GAL-SCN-08")
    text = frame(A, lot="AB123", expiry="271130", serial="5X7K2")
    for cut in (17, 18, 20, 23):
        bad("cut", "]d2" + text[:cut], "GAL-SCN-11" if cut == 17 else "GAL-SCN-06")
    for cut in (3, 8, 15):
        bad("cut", "]d2" + text[:cut], "GAL-SCN-06")
    bad("cut by a separator", text.replace("271130", "2711" + GS + "30"), "GAL-SCN-06")
    for unknown in ("05123", "29AB", "44XYZ", "XX12", "6712"):
        bad("unknown field", text + GS + unknown, "GAL-SCN-11")
    bad("lot too long", frame(A, lot="A" * 21, expiry="271130", serial="5X7K2"), "GAL-SCN-14")
    bad("serial too long", frame(A, lot="AB123", expiry="271130", serial="S" * 21), "GAL-SCN-14")
    for strange in ("é", " ", "^", "@"):
        bad("strange character", frame(A, lot=f"AB{strange}1", expiry="271130", serial="5X7K2"), "GAL-SCN-15")
    bad("two lots", text + GS + "10ZZ9", "GAL-SCN-09")
    bad("two lots", text + GS + "10AB123", "GAL-SCN-09")
    bad("two dates", f"010{A}1727113017280131" + f"10AB123{GS}215X7K2", "GAL-SCN-09")
    bad("two serials", text + GS + "219999", "GAL-SCN-09")
    bad("empty lot", frame(A, lot="", expiry="271130", serial="5X7K2"), "GAL-SCN-16")
    bad("empty serial", frame(A, lot="AB123", expiry="271130", serial="", order="PESL"), "GAL-SCN-16")


def glued() -> None:
    one, two = (frame(cip, lot="AB123", expiry="271130", serial="5X7K2") for cip in (A, B))
    for first, second in ((one, one), (one, two), (two, one)):
        bad("glued", first + second, "GAL-SCN-10")
        bad("glued", first + GS + second, "GAL-SCN-10")
        bad("glued", first + "]d2" + second, "GAL-SCN-10")
        bad("glued", first + "\r" + second + "\r", "GAL-SCN-10")
    bad("glued", one.replace(GS, "") + two.replace(GS, ""), "GAL-SCN-10")
    bad("glued with a bare code", one + B, "GAL-SCN-10")
    bad("glued with a bare code", B + one, "GAL-SCN-10")
    bad("glued bare codes", A + B, "GAL-SCN-10")
    bad("glued bare codes", A + A, "GAL-SCN-10")
    bad("glued bare codes", "]E0" + A + "]E0" + A, "GAL-SCN-10")
    bad("glued bare codes", A + "\r" + B, "GAL-SCN-10")


def monstrous() -> None:
    one = frame(A, lot="AB123", expiry="271130", serial="5X7K2")
    bad("10 kB", "0" * 10_240, "GAL-SCN-02")
    bad("10 kB", "]d2" + one + "A" * 10_240, "GAL-SCN-02")
    bad("10 kB", (one + GS) * 270, "GAL-SCN-02")
    bad("4 kB", one + "A" * 4_000, "GAL-SCN-14")
    for control in ("\x00", "\x07", "\x1b", "\x7f"):
        bad("control character", one[:30] + control + one[30:], "GAL-SCN-04")
    bad("nothing", "", "GAL-SCN-01")
    bad("nothing", "\r\n", "GAL-SCN-01")
    bad("nothing", GS, "GAL-SCN-01")


def keyboards() -> None:
    for lot, serial in (("AB123", "5X7K2"), ("QWZ1", "MAZ99"), ("4711", "000001"), ("L-4.B", "A1")):
        text = frame(A, lot=lot, expiry="271130", serial=serial)
        good("US scanner on AZERTY", azerty(text), (A, lot, "2027-11-30", serial))
        good("US scanner on AZERTY", azerty("]d2" + text) + "\r", (A, lot, "2027-11-30", serial))
    small = frame(A, lot="ab123", expiry="271130", serial="5x7k2")
    bad("AZERTY or Caps Lock: which letters?", azerty(small), "GAL-SCN-20")
    mixed = frame(A, lot="AB123", expiry="271130", serial="5x7k2")
    bad("AZERTY or Caps Lock: which letters?", azerty(mixed), "GAL-SCN-20")
    wrong = frame(A[:-1] + "9", lot="AB123", expiry="271130", serial="5X7K2")
    bad("US scanner on AZERTY, wrong key", azerty(wrong), "GAL-SCN-05")
    bad("US scanner on AZERTY, date", azerty(frame(A, lot="AB123", expiry="991332", serial="5X7K2")), "GAL-SCN-07")
    bad(
        "US scanner on AZERTY, FNC1 lost",
        azerty(frame(A, lot="AB123", expiry="271130", serial="5X7K2", gs="")),
        "GAL-SCN-12",
    )


def wedges() -> None:
    box = frame(A, lot="AB123", expiry="271130", serial="5X7K2")
    for step in (1, 2, 4, 8, 15, 24):
        wedge(f"{step} ms a key", typed(box, step=step), [box])
        wedge(f"{step} ms a key, Tab", typed(A, step=step, end="tab"), [A])
    wedge("no terminator", typed(box, end=""), [box])
    wedge("no terminator, two scans", typed(box, end="") + typed(A, start=900, end=""), [box, A])
    wedge("second scan at once", typed(box) + typed(A, start=300), [box, A])
    wedge("same box twice", typed(A) + typed(A, start=80), [A, A])
    wedge("slow scanner with a right key", typed(A, step=40), [A])
    wedge("typing as fast, wrong key", typed("3400935955839", step=40), [], "3400935955839\r")
    wedge("fast typist, numeric pad", typed("1234567890123", step=45), [], "1234567890123\r")
    wedge("typist", typed("doliprane 1000", step=120), [], "doliprane 1000\r")
    wedge("fast typist", typed("paracetamol", step=55), [], "paracetamol\r")
    wedge("rollover of a few keys", typed("les", step=20), [], "les\r")
    wedge(
        "held key",
        [[at, "a", "text", "repeat"] for at in range(0, 900, 30)] + [[930, "\r", "enter", ""]],
        [],
        "a" * 30 + "\r",
    )
    wedge(
        "held key, not told so",
        [[at, "a", "text", ""] for at in range(0, 300, 10)] + [[310, "\r", "enter", ""]],
        [],
        "a" * 30 + "\r",
    )
    wedge("scan while typing", typed("dol", step=150, end="") + typed(box, start=700), [box], "dol")
    wedge("typing runs into the scan", typed("do", step=150, end="") + typed(box, start=190, step=3), [box], "do")
    wedge("typing after the scan", typed(box) + typed("2", start=800, end=""), [box], "2")
    wedge("each event seen three times", [key for key in typed(box) for _ in range(3)], [box])
    wedge("late Enter", [*typed(box, end=""), [len(box) * 4 + 180, "\r", "enter", ""]], [box])
    wedge("Enter twice", [*typed(box), [len(box) * 4 + 6, "\n", "enter", ""]], [box])
    wedge("a person's Enter later", [*typed(box), [2_000, "\r", "enter", ""]], [box], "\r")
    wedge("pause in mid-code", typed(box[:20], end="") + typed(box[20:], start=76 + 90), [box])
    framed = [
        [0, "\x02", "text", "ctrl"],
        *typed(box, start=60, step=60, end=""),
        [len(box) * 60 + 60, "\x03", "text", "ctrl"],
    ]
    wedge("STX and ETX, slow", framed, [box])
    wedge("STX, Enter", [[0, "\x02", "text", "ctrl"], *typed(A, start=5)], [A])
    f8 = [[at, "", "f8", ""] if char == GS else [at, char, role, ""] for at, char, role, _ in typed(box)]
    wedge("FNC1 as F8", f8, [box])
    dollar = [[at, "$" if char == GS else char, role, mods] for at, char, role, mods in typed(box)]
    wedge("FNC1 as Ctrl+$", dollar, [box])
    alt: list[list[object]] = []
    for at, char in enumerate(box):
        presses = [(digit, "alt") for digit in "029"] if char == GS else [(char, "")]
        alt += [[at * 5 + rank, press, "text", mods] for rank, (press, mods) in enumerate(presses)]
    wedge("FNC1 as Alt+029", [*alt, [1_000, "", "other", ""]], [box])
    wedge("short code", typed("12345"), [], "12345\r")
    wedge("copy with Ctrl+C", [*typed("abc", step=100, end=""), [400, "\x03", "text", "ctrl"]], [], "abc\x03")
    shifted = [part for key in typed(box, step=6) for part in ([key[0] - 2, "", "modifier", ""], key)]
    wedge("Shift before each key", shifted, [box])


def main() -> None:
    """Write the table beside this file."""
    for family in (healthy, renderings, lost, defective, glued, monstrous, keyboards, wedges):
        family()
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS)
    Path(__file__).with_suffix(".json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""Which style sheet does a document wear in a file of ours? Never its own."""

from __future__ import annotations

from string import Template
from typing import Final

_COLOURS: Final = {
    False: {
        "ground": "#FFFFFF", "text": "#15212B", "muted": "#4A5965", "line": "#C4CED5", "head": "#EAF1F3",
        "accent": "#0A5A53", "flag": "#9B1C1C", "flag_ground": "#FDE8E8", "notice": "#FFF4D6",
    },
    True: {
        "ground": "#12191F", "text": "#E8EEF2", "muted": "#A9B7C1", "line": "#3A4853", "head": "#1E2A33",
        "accent": "#7FD6CB", "flag": "#FFB4AB", "flag_ground": "#4A1B1B", "notice": "#3D3310",
    },
}  # fmt: skip
_SHEET = Template("""
body { background: $ground; color: $text; font: 15px/1.45 Inter, "Segoe UI", "Noto Sans", sans-serif;
  max-width: 60em; margin: 2em auto; padding: 0 1.5em; }
h1 { font-size: 1.6em; margin: 0 0 .2em; }
h2 { font-size: 1.2em; color: $accent; border-bottom: 1px solid $line; margin: 1.6em 0 .5em; padding-bottom: .15em; }
h3, h4 { font-size: 1.05em; margin: 1.2em 0 .4em; }
p { margin: .4em 0; }
table { border-collapse: collapse; margin: .6em 0; }
th, td { border: 1px solid $line; padding: .3em .6em; text-align: left; vertical-align: top; }
td[align=right], th[align=right] { text-align: right; }
td[align=center], th[align=center] { text-align: center; }
th { background: $head; font-weight: 600; }
table.facts td { border: none; padding: .1em 1.2em .1em 0; }
table.facts td.key { color: $muted; white-space: nowrap; }
pre { white-space: pre-wrap; font-family: inherit; }
img { max-width: 100%; height: auto; border: 1px solid $line; }
.type, .muted, .ours, .note { color: $muted; }
.note { font-size: .9em; }
.flag { color: $flag; background: $flag_ground; font-weight: 600; padding: 0 .2em; }
.flag .ours, .ours .flag { color: $flag; }
.strong { font-weight: 600; }
.warning { font-weight: 600; }
.notice { background: $notice; padding: .5em .8em; font-weight: 600; }
.link { text-decoration: underline; }
@media print { body { background: #FFF; color: #000; max-width: none; margin: 0; } h2, h3 { break-after: avoid; }
  tr { break-inside: avoid; } }
""")


def style_sheet(*, dark: bool) -> str:
    """Return the style sheet of a file."""
    return _SHEET.substitute(_COLOURS[dark])

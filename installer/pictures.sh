#!/bin/sh
# Renders the pictures of README.md with the program itself; run again after a screen has changed.
set -eu
cd -- "$(dirname -- "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for screen in counter-running counter-blocked counter-control-levels counter-renewed counter-substitution counter-split registers-narcotics \
    cash-closings patients-found products-found stock-list settings-scanner care-vaccination documents-biology lock-pin staff-members; do
    ./galien screenshots "$out" --screen "$screen" >/dev/null
done
./galien screenshots "$out" --screen counter-running --theme dark >/dev/null
# The colours of flat screens fit a palette: a third of the size, the same to the eye.
.venv/bin/python - "$out" resources/pictures <<'PYTHON'
import sys
from pathlib import Path

from PIL import Image

shown = Path("README.md").read_text(encoding="utf-8")
for file in sorted(Path(sys.argv[1]).glob("*.png")):
    if file.name not in shown:
        continue
    Image.open(file).convert("RGB").quantize(256).save(Path(sys.argv[2]) / file.name, optimize=True)
PYTHON

"""Is a damaged picture refused, whatever the damage, and never a crash?"""

from __future__ import annotations

import io
import random
from typing import TYPE_CHECKING

import pytest

from app.kernel.errors import InputDefect
from app.officine.scan.image import read_image

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_damaged_pictures_are_read_or_refused(tmp_path: Path, kind: str) -> None:
    from PIL import Image  # noqa: PLC0415 -- heavy

    stream = io.BytesIO()
    Image.effect_noise((64, 64), 90).save(stream, kind)
    sound = stream.getvalue()
    dice = random.Random(2026)
    file = tmp_path / "image"
    refused = 0
    for _ in range(300):
        content = bytearray(sound)
        for _ in range(dice.randint(1, 8)):
            content[dice.randrange(min(len(content), 200 if dice.random() < 0.5 else len(content)))] = dice.randrange(
                256
            )
        file.write_bytes(bytes(content[: dice.randint(20, len(content)) if dice.random() < 0.3 else None]))
        try:
            assert isinstance(read_image(file), list)
        except InputDefect:
            refused += 1
    assert refused > 50

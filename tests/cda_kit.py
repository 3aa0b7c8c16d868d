"""What the tests of clinical documents check with: the official kit, made ready once in a run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from needs import missing

from app.docs.validation.process import Validator

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def cda_kit() -> Path:
    """The validation kit of the ANS: schema, rules, value sets and samples."""
    root = os.environ.get("GALIEN_KIT")
    if not root:
        missing("GALIEN_KIT is not set")
    path = Path(root or "")
    if not path.is_dir():
        missing(f"{path} is absent")
    return path


@pytest.fixture(scope="session")
def cda_validator(cda_kit: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Validator]:
    """The process that checks documents with the official kit; one for the whole run."""
    with Validator(cda_kit, tmp_path_factory.mktemp("cda-cache")) as validator:
        yield validator


@pytest.fixture(scope="session")
def cda_samples(cda_kit: Path) -> dict[str, bytes]:
    """The sample documents of the kit, by the name of their file without its suffix."""
    return {file.stem: file.read_bytes() for file in sorted((cda_kit / "ExemplesCDA").glob("*.xml"))}

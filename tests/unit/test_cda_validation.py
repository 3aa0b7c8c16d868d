"""Is a clinical document judged as the ANS judges it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from app.docs.validation.process import Validator

pytestmark = [pytest.mark.req("SC.DOC.02"), pytest.mark.req("SC.DOC.06.LGO")]


def test_the_samples_of_the_ans_obey_its_own_rules(cda_validator: Validator, cda_samples: dict[str, bytes]) -> None:
    assert len(cda_samples) == 7
    found = {name: cda_validator.check(sample) for name, sample in cda_samples.items()}
    assert not any(found.values()), found

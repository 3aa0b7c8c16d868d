"""A level that the thesaurus keeps for some is told to them, and to nobody else."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 -- a fixture's type

import pytest

from app.kernel.text import fold
from app.officine.safety.demo import demo_thesaurus
from app.officine.safety.model import Level, Thesaurus
from app.officine.safety.reserved import reserved, vocabulary
from app.officine.safety.rules import applying
from app.officine.safety.source import read_folder

KNOWN = vocabulary(
    ["oxybate de sodium", "gemfibrozil", "simvastatine", "rosuvastatine", "clarithromycine", "spiramycine"],
    ["barbituriques", "macrolides (sauf spiramycine)", "inhibiteurs de l'enzyme de conversion", "autres aminosides"],
)


@pytest.mark.req("OFF-SCOPE-03")
@pytest.mark.parametrize(
    ("text", "names", "pairs"),
    [
        ("", (), ()),
        ("selon le cas", (), ()),
        (": - avec les macrolides", ("macrolides sauf spiramycine",), ()),
        ("avec les macrolides (sauf spiramycine)", ("macrolides sauf spiramycine",), ()),
        ("- avec les autres aminosides", (), ()),
        ("avec un IEC", ("inhibiteurs de l enzyme de conversion",), ()),
        (
            "entre l'oxybate de sodium et les barbituriques.",
            (),
            ((("oxybate de sodium",), ("barbituriques",)),),
        ),
        (
            "s'applique : - entre le gemfibrozil et la simvastatine - pour la rosuvastatine de 40 mg",
            ("rosuvastatine",),
            ((("gemfibrozil",), ("simvastatine",)),),
        ),
        # A side that names nobody known makes no pair.
        ("entre l'oxybate de sodium et l'alcool", ("oxybate de sodium",), ()),
        ("entre entre et et ((( - - -", (), ()),
    ],
)
def test_the_text_names_those_for_whom_the_level_is_kept(text: str, names: object, pairs: object) -> None:
    assert reserved(text, ("UN", "DEUX"), KNOWN) == (names, pairs)


@pytest.mark.req("OFF-SCOPE-03")
def test_the_class_that_the_interaction_is_about_keeps_the_level_for_nobody() -> None:
    assert reserved("avec les macrolides", ("MACROLIDES (SAUF SPIRAMYCINE)", "X"), KNOWN) == ((), ())
    assert reserved("des barbituriques", ("AUTRES BARBITURIQUES", "X"), KNOWN) == ((), ())
    heparins = vocabulary([], ["héparines", "héparines (doses préventives)"])
    assert reserved("avec les héparines", ("HÉPARINES", "X"), heparins) == ((), ())


@pytest.fixture(scope="module")
def real(ansm_dir: Path) -> Thesaurus:
    return read_folder(ansm_dir)


@pytest.mark.req("OFF-SCOPE-03")
@pytest.mark.parametrize(
    ("ends", "substances", "level"),
    [
        # A class named: its members meet the strictest level, the others the next one.
        (("SOFOSBUVIR", "INDUCTEURS ENZYMATIQUES"), ("sofosbuvir", "carbamazepine"), Level.CONTRAINDICATED),
        (("COLCHICINE", "INHIBITEURS PUISSANTS DU CYP3A4"), ("colchicine", "clarithromycine"), Level.CONTRAINDICATED),
        (("COLCHICINE", "INHIBITEURS PUISSANTS DU CYP3A4"), ("colchicine", "itraconazole"), Level.ADVISED_AGAINST),
        (("QUININE", "INHIBITEURS PUISSANTS DU CYP3A4"), ("quinine", "ritonavir"), Level.ADVISED_AGAINST),
        (("QUININE", "INHIBITEURS PUISSANTS DU CYP3A4"), ("quinine", "ketoconazole"), Level.PRECAUTION),
        # Two sides: both are needed, in either order.
        (("FIBRATES", "STATINES"), ("gemfibrozil", "simvastatine"), Level.CONTRAINDICATED),
        (("FIBRATES", "STATINES"), ("simvastatine", "gemfibrozil"), Level.CONTRAINDICATED),
        (("FIBRATES", "STATINES"), ("fenofibrate", "simvastatine"), Level.ADVISED_AGAINST),
        (("FIBRATES", "STATINES"), ("fenofibrate", "rosuvastatine"), Level.CONTRAINDICATED),
        (("MÉDICAMENTS SÉDATIFS", "AUTRES"), ("phenobarbital", "oxybate de sodium"), Level.CONTRAINDICATED),
        (("MÉDICAMENTS SÉDATIFS", "AUTRES"), ("morphine", "oxybate de sodium"), Level.CONTRAINDICATED),
        (("MÉDICAMENTS SÉDATIFS", "AUTRES"), ("zolpidem", "oxybate de sodium"), Level.ADVISED_AGAINST),
        (("MÉDICAMENTS SÉDATIFS", "AUTRES"), ("phenobarbital", "zolpidem"), Level.NOTED),
        (("BRADYKININE", "ANGIO"), ("sacubitril", "ramipril"), Level.CONTRAINDICATED),
        (("BRADYKININE", "ANGIO"), ("sacubitril", "candesartan"), Level.ADVISED_AGAINST),
    ],
)
def test_the_published_thesaurus_gives_each_its_level(
    ends: tuple[str, str], substances: tuple[str, str], level: Level, real: Thesaurus
) -> None:
    classes = {fold(name): frozenset(map(fold, (name, *own))) for name, own in real.classes.items()}
    found = [
        item
        for item in real.interactions
        if len(item.constraints) > 1
        and any(
            fold(ends[0]) in fold(one) and fold(ends[1]) in fold(two)
            for one, two in ((item.first, item.second), (item.second, item.first))
        )
    ]
    assert found
    assert {applying(item, substances, classes).level for item in found} == {level}


@pytest.mark.req("OFF-SCOPE-03")
def test_few_levels_are_kept_for_a_class_or_a_pair_and_every_name_is_known(real: Thesaurus) -> None:
    """A change that made the reading greedier or blind would move these counts, taken by eye on the edition of 2020."""
    substances = {fold(name) for name in real.classes}
    classes = {fold(name) for own in real.classes.values() for name in own}
    kept = [own for item in real.interactions for own in item.constraints]
    assert {name for own in kept for name in own.names} <= substances | classes
    assert sum(bool(own.pairs) for own in kept) == 6
    assert sum(bool(set(own.names) & classes - substances) for own in kept) <= 40


def test_the_demonstration_reads_its_texts_in_the_same_way() -> None:
    assert all(own.is_for({"x"}, {"y"}) for item in demo_thesaurus().interactions for own in item.constraints[-1:])

"""Does our compiler make of a Schematron file what ISO/IEC 19757-3 says that it means?"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from app.docs import safe_xml
from app.docs.validation import saxon
from app.docs.validation.kit import Kit
from app.docs.validation.schema import read_schema
from app.docs.validation.schematron import compile_schema
from app.docs.validation.violations import Layer, Violation
from app.kernel.errors import InputDefect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Judge = Callable[..., list[Violation]]

pytestmark = pytest.mark.req("SC.DOC.02")

_SCH = 'xmlns="http://purl.oclc.org/dsdl/schematron"'
_RULES = "schematrons/profils/Essai.sch"
_DOCUMENT = '<a xmlns="urn:a"><b c="1">one</b><b c="2">two</b><d/></a>'


@pytest.fixture(scope="module")
def judge() -> Judge:
    """Judge a document with a rule file and what stands beside it in its kit."""

    def judged(rules: str, document: str = _DOCUMENT, **beside: str) -> list[Violation]:
        whole = f'<schema {_SCH} defaultPhase="#ALL"><ns prefix="x" uri="urn:a"/>{rules}</schema>'
        if rules.startswith("<schema"):
            whole = rules
        files = {_RULES: whole.encode()} | {name.replace("__", "/"): text.encode() for name, text in beside.items()}
        kit = Kit({name if "." in name else f"{name}.xml": content for name, content in files.items()})
        processor = saxon.Saxon(kit)
        processor.compile(_RULES, compile_schema(read_schema(kit, _RULES)))
        report = processor.run(_RULES, processor.node(safe_xml.parse(document.encode())))
        return saxon.violations(report, "Essai")

    return judged


def said(found: list[Violation]) -> list[tuple[str, str]]:
    return [(violation.message, violation.place) for violation in found]


def test_an_assertion_is_broken_where_false_and_a_report_where_true(judge: Judge) -> None:
    found = judge(
        '<pattern id="p"><rule context="x:b"><assert test="@c = 1">not 1</assert>'
        '<report test="@c = 1">is 1</report><assert test="true()">never</assert></rule></pattern>'
    )
    assert said(found) == [("is 1", "/a[1]/b[1]"), ("not 1", "/a[1]/b[2]")]
    assert {(violation.layer, violation.rule) for violation in found} == {(Layer.RULES, "p")}


def test_only_the_first_rule_of_a_pattern_that_matches_applies_to_a_node(judge: Judge) -> None:
    rules = (
        '<rule context="x:b[@c = 1]"><assert test="false()">first</assert></rule>'
        '<rule context="x:b"><assert test="false()">second</assert></rule>'
        '<rule context="*"><assert test="false()">third</assert></rule>'
    )
    found = judge(f"<pattern>{rules}</pattern>")
    assert said(found) == [
        ("third", "/a[1]"),
        ("first", "/a[1]/b[1]"),
        ("second", "/a[1]/b[2]"),
        ("third", "/a[1]/d[1]"),
    ]


def test_every_pattern_has_its_own_first_rule(judge: Judge) -> None:
    one = '<pattern id="{0}"><rule context="x:d | x:a/x:d"><assert test="false()">{0}</assert></rule></pattern>'
    found = judge(one.format("p") + one.format("q"))
    assert said(found) == [("p", "/a[1]/d[1]"), ("q", "/a[1]/d[1]")]


@pytest.mark.parametrize(
    ("context", "places"),
    [
        ("/", [""]),
        ("/x:a", ["/a[1]"]),
        ("x:b/@c", ["/a[1]/b[1]/@c", "/a[1]/b[2]/@c"]),
        ("x:b/text()", ["/a[1]/b[1]/text()[1]", "/a[1]/b[2]/text()[1]"]),
        ("x:b[@c = '(2)' or @c = 2]", ["/a[1]/b[2]"]),
    ],
)
def test_a_rule_may_be_about_any_kind_of_node(judge: Judge, context: str, places: list[str]) -> None:
    found = judge(f'<pattern><rule context="{context}"><assert test="false()">here</assert></rule></pattern>')
    assert [violation.place.removesuffix("/") for violation in found] == places


def test_variables_of_schema_pattern_and_rule_are_seen_where_the_kit_uses_them(judge: Judge) -> None:
    found = judge(
        '<let name="one" value="1"/>'
        '<pattern id="values"><let name="two" value="$one + 1"/></pattern>'
        '<pattern><rule context="x:b"><let name="mine" value="number(@c)"/><assert test="$mine = $two">'
        '<value-of select="$mine"/> in <name/> of <name path=".."/>, not <value-of select="$two"/></assert>'
        "</rule></pattern>"
    )
    assert said(found) == [("1 in b of a, not 2", "/a[1]/b[1]")]


def test_an_abstract_pattern_is_applied_with_its_parameters(judge: Judge) -> None:
    found = judge(
        '<pattern id="in" abstract="true"><rule context="$elt"><assert test="@c = $value">'
        '<value-of select="$value_name"/></assert></rule></pattern>'
        '<pattern is-a="in" id="used"><param name="elt" value="x:b"/><param name="value" value="1"/>'
        '<param name="value_name" value="\'the name\'"/></pattern>'
    )
    assert [(violation.rule, violation.message, violation.place) for violation in found] == [
        ("used", "the name", "/a[1]/b[2]")
    ]


def test_an_abstract_rule_lends_its_checks(judge: Judge) -> None:
    found = judge(
        '<pattern><rule abstract="true" id="r"><let name="c" value="@c"/><assert test="$c = 1">lent</assert></rule>'
        '<rule context="x:b"><extends rule="r"/><assert test="false()">own</assert></rule></pattern>'
    )
    assert said(found) == [("own", "/a[1]/b[1]"), ("lent", "/a[1]/b[2]"), ("own", "/a[1]/b[2]")]


def test_only_the_patterns_of_the_default_phase_are_active(judge: Judge) -> None:
    pattern = '<pattern id="{0}"><rule context="x:d"><assert test="false()">{0}</assert></rule></pattern>'
    found = judge(
        f'<schema {_SCH} defaultPhase="some"><ns prefix="x" uri="urn:a"/>'
        f'<phase id="some"><active pattern="yes"/></phase>{pattern.format("yes")}{pattern.format("no")}</schema>'
    )
    assert said(found) == [("yes", "/a[1]/d[1]")]


def test_a_role_of_warning_is_a_warning(judge: Judge) -> None:
    found = judge(
        '<pattern><rule context="x:d"><assert role="warning" test="false()">w</assert>'
        '<assert role="error" test="false()">e</assert></rule></pattern>'
    )
    assert [(violation.message, violation.is_warning) for violation in found] == [("w", True), ("e", False)]


def test_files_are_included_from_where_they_are(judge: Judge) -> None:
    inner = f'<pattern {_SCH} id="inner"><rule context="x:d"><assert test="false()">inner</assert></rule></pattern>'
    # Both spellings of the header's folder, as unzipped and as renamed.
    for folder in ("en-tête", "en-tete"):
        found = judge(f'<include href="../include/{folder}/i.sch"/>', **{"schematrons__include__en-tete__i.sch": inner})
        assert said(found) == [("inner", "/a[1]/d[1]")]


def test_a_value_set_is_looked_up_from_the_rule_file_and_an_absent_one_is_empty(judge: Judge) -> None:
    rule = (
        '<pattern><rule context="x:b"><let name="c" value="@c"/>'
        '<assert test="document(\'../../jeuxDeValeurs/{}.xml\')//code[@v = $c]">no <value-of select="$c"/></assert>'
        "<assert test=\"'document(1)' = 'document(1)'\">a text is no call</assert></rule></pattern>"
    )
    values = {"jeuxDeValeurs__S": '<set><code v="1"/></set>'}
    assert said(judge(rule.format("S"), **values)) == [("no 2", "/a[1]/b[2]")]
    assert [place for _, place in said(judge(rule.format("T"), **values))] == ["/a[1]/b[1]", "/a[1]/b[2]"]


def test_a_check_that_cannot_be_computed_is_told_and_the_others_are_made(judge: Judge) -> None:
    found = judge(
        '<pattern id="p"><rule context="x:a"><assert test="string-length(x:b) &gt; 0">never</assert>'
        '<assert test="false()">made</assert></rule></pattern>'
    )
    assert [(violation.layer, violation.rule) for violation in found] == [(Layer.TOOL, "p"), (Layer.RULES, "p")]
    assert found[1].message == "made"


@pytest.mark.parametrize(
    ("rules", "said_why"),
    [
        ('<pattern is-a="nowhere"/>', "motif abstrait"),
        ('<pattern><rule context="x:b"><extends rule="nowhere"/></rule></pattern>', "règle abstraite"),
        ('<include href="nowhere.sch"/>', "nowhere.sch"),
        ('<include href="../../../outside.sch"/>', ""),
        (f'<include href="{_RULES.rpartition("/")[2]}"/>', "inclusions"),
        ('<xsl:function xmlns:xsl="http://www.w3.org/1999/XSL/Transform" name="f"/>', "XSLT"),
        ('<pattern><rule context="x:b"><assert test="count(">x</assert></rule></pattern>', "se compile pas"),
        ('<let name="v" value="1"/><let name="v" value="2"/>', "deux valeurs"),
    ],
)
def test_rules_that_mean_nothing_are_refused_with_the_reason(judge: Judge, rules: str, said_why: str) -> None:
    with pytest.raises(InputDefect) as refused:
        judge(rules)
    assert refused.value.code == "GAL-DOC-94"
    assert said_why in refused.value.text


_CALLS = (
    "document('{}')",
    "doc('{}')",
    "unparsed-text('{}')",
    "unparsed-text-lines('{}')",
    "document(@href)",
    "doc(@href)",
)


@pytest.mark.parametrize("call", _CALLS)
def test_no_rule_and_no_document_makes_the_processor_read_a_file(judge: Judge, tmp_path: Path, call: str) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_text("<s>SECRET</s>", "utf-8")
    address = secret.as_uri()
    test = f"contains(string({call.format(address)}), 'SECRET')"
    rules = f'<pattern><rule context="a"><report test="{test}">read</report></rule></pattern>'
    found = judge(rules, f'<a href="{address}"/>')
    assert [violation for violation in found if violation.message == "read"] == []
    # The same rule, run by a processor that nobody holds back, reads it: the test can fail.
    assert "document(" in call or "read" in _unbound(rules, f'<a href="{address}"/>')


def _unbound(rules: str, document: str) -> str:
    from saxonche import PySaxonProcessor  # noqa: PLC0415 -- as the product does

    whole = f'<schema {_SCH} defaultPhase="#ALL">{rules}</schema>'
    sheet = compile_schema(read_schema(Kit({_RULES: whole.encode()}), _RULES))
    processor = PySaxonProcessor(license=False)
    compiled = processor.new_xslt30_processor().compile_stylesheet(stylesheet_text=sheet)
    return str(compiled.transform_to_string(xdm_node=processor.parse_xml(xml_text=document)))


def test_no_rule_and_no_document_makes_the_processor_call_anybody(judge: Judge) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        rules = "".join(
            f'<pattern><rule context="a"><report test="{call.format(address)} != 1">x</report></rule></pattern>'
            for call in _CALLS
        )
        judge(rules, f'<a href="{address}"/>')
        with pytest.raises(TimeoutError):
            server.accept()

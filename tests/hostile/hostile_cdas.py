"""Documents that try to run something, to fetch something, or to be taken for what they are not; all fictitious.

``{trap}`` in a text is an address on which a listener waits.
"""

from __future__ import annotations

import base64
import io

from cda_samples import cda, header, section, structured, unstructured

_SVG_SPACE = 'xmlns="http://www.w3.org/2000/svg"'
_HTML = 'xmlns="http://www.w3.org/1999/xhtml"'


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _commented_png() -> bytes:
    """Return a picture in whose comment a script lies."""
    from PIL import Image, PngImagePlugin  # noqa: PLC0415 -- heavy

    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "<script>alert(1)</script>")
    written = io.BytesIO()
    Image.new("RGB", (3, 3), "blue").save(written, "PNG", pnginfo=info)
    return written.getvalue()


def _media(content: str, kind: str = "image/png", how: str = 'representation="B64"') -> str:
    return f'<observationMedia ID="m"><value mediaType="{kind}" {how}>{content}</value></observationMedia>'


_SHOWN = '<renderMultiMedia referencedObject="m"/>'
_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'

NARRATIVES = {
    "script": "Vu <script>fetch('{trap}/a')</script> ce jour",
    "script of XHTML": f'<script {_HTML} src="{{trap}}/a.js">x</script>',
    "script in CDATA": "<![CDATA[<script src='{trap}/a.js'></script>]]>",
    "script escaped": "&lt;script src='{trap}/a.js'&gt;&lt;/script&gt;",
    "script escaped twice": "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;",
    "end of the style": "&lt;/style&gt;&lt;script&gt;alert(1)&lt;/script&gt;--&gt;]]&gt;",
    "javascript link": '<linkHtml href="javascript:alert(1)">ici</linkHtml>',
    "javascript link in disguise": '<linkHtml href=" JaVa&#9;Script&#10;:alert(1)">ici</linkHtml>',
    "vbscript link": '<linkHtml href="vbscript:msgbox(1)">ici</linkHtml>',
    "data link": '<linkHtml href="data:text/html,&lt;script&gt;alert(1)&lt;/script&gt;">ici</linkHtml>',
    "link to a file": '<linkHtml href="file:///etc/passwd">ici</linkHtml>',
    "link to a share": r'<linkHtml href="\\127.0.0.1\c$\x">ici</linkHtml>',
    "link that breaks out": """<linkHtml href='{trap}/"&gt;&lt;script&gt;alert(1)&lt;/script&gt;'>ici</linkHtml>""",
    "link of XHTML": f'<a {_HTML} href="{{trap}}/" onclick="alert(1)" target="_blank" ping="{{trap}}/">ici</a>',
    "link to the network": '<linkHtml href="{trap}/suite">ici</linkHtml>',
    "link of ours, forged": '<linkHtml href="lien:0">ici</linkHtml>',
    "link with our text": '<linkHtml href="{trap}/">https://www.ameli.fr</linkHtml>',
    "remote image": f'<img {_HTML} src="{{trap}}/a.png" onerror="alert(1)"/>',
    "remote image, many sources": f'<picture {_HTML}><source srcset="{{trap}}/a.png"/><img src="x"/></picture>',
    "image of a file": f'<img {_HTML} src="file:///etc/passwd"/>',
    "iframe": f'<iframe {_HTML} src="{{trap}}/" srcdoc="&lt;script&gt;alert(1)&lt;/script&gt;">cadre</iframe>',
    "frames": f'<frameset {_HTML}><frame src="{{trap}}/"/></frameset>',
    "object and embed": f'<object {_HTML} data="{{trap}}/a.swf"><embed src="{{trap}}/a.swf"/>objet</object>',
    "applet": f'<applet {_HTML} code="A.class" codebase="{{trap}}/">applet</applet>',
    "video and sound": f'<video {_HTML} src="{{trap}}/v" poster="{{trap}}/p" autoplay=""/><audio src="{{trap}}/s"/>',
    "style element": f"<style {_HTML}>@import url({{trap}}/a.css); p {{{{ background: url({{trap}}/b.png) }}}}</style>",
    "link to a stylesheet": f'<link {_HTML} rel="stylesheet" href="{{trap}}/a.css"/>',
    "style attribute": '<paragraph style="background: url({trap}/a.png)">ici</paragraph>',
    "styleCode with url()": '<content styleCode="background:url({trap}/a.png)">ici</content>',
    "styleCode that breaks out": "<content styleCode='Bold\" onmouseover=\"alert(1)'>ici</content>",
    "background of a table": '<table background="{trap}/a.png"><tr><td background="{trap}/b.png">ici</td></tr></table>',
    "event on a content": '<content onclick="alert(1)" onload="alert(2)">ici</content>',
    "event on a table": '<table onmouseover="alert(1)"><tr><td onfocus="alert(2)" tabindex="0">ici</td></tr></table>',
    "align that breaks out": "<table><tr><td align='left\" onclick=\"alert(1)'>ici</td></tr></table>",
    "colspan that breaks out": "<table><tr><td colspan='2\" onclick=\"alert(1)'>ici</td></tr></table>",
    "identifiers with quotes": "<content ID='a\"&gt;&lt;script&gt;alert(1)&lt;/script&gt;'>ici</content>",
    "svg": f'<svg {_SVG_SPACE} onload="alert(1)"><image href="{{trap}}/a"/><text>dessin</text></svg>',
    "xlink": '<content xmlns:x="http://www.w3.org/1999/xlink" x:href="{trap}/" x:actuate="onLoad">ici</content>',
    "mathematics": '<math xmlns="http://www.w3.org/1998/Math/MathML"><maction actiontype="{trap}">x</maction></math>',
    "meta refresh": f'<meta {_HTML} http-equiv="refresh" content="0;url={{trap}}/"/>',
    "base": f'<base {_HTML} href="{{trap}}/"/>',
    "form": f'<form {_HTML} action="{{trap}}/"><input autofocus="" onfocus="alert(1)"/><button>ok</button></form>',
    "template": f"<template {_HTML}><script>alert(1)</script>caché</template><noscript {_HTML}>sans</noscript>",
    "comment": "avant<!-- --><!-- <script>alert(1)</script> -->après",
    "instruction": 'avant<?xml-stylesheet type="text/xsl" href="{trap}/a.xsl"?>après',
    "XInclude": '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>',
    "caption": "<table><caption><script>alert(1)</script>titre</caption><tr><td>ici</td></tr></table>",
    "direction turned": "Prendre \u202egm 01\u202c par jour \u2066caché\u2069",
    "control characters": "a\u0085b\u009bc\ufffed\U000e0041e".replace("\ufffe", "\ufff9"),
    "words from right to left": "وصفة 5 mg",
    "deep": "<content>a" * 100 + "</content>" * 100,
    "deep tables": "<table><tr><td>a" * 35 + "</td></tr></table>" * 35,
    "deep lists": "<list><item>a" * 55 + "</item></list>" * 55,
    "long table": "<table>" + "<tr><td>a</td><td>b</td></tr>" * 5_000 + "</table>",
    "wide table": "<table><tr>" + "<td>a</td>" * 5_000 + "</tr></table>",
    "spans": "<table>" + '<tr><td colspan="9999" rowspan="9999">a</td></tr>' * 500 + "</table>",
    "lines": "a<br/>" * 40_000,
    "long word": "a" * 100_000,
    "styles without end": "".join(f'<content styleCode="Bold s{rank}">a</content>' for rank in range(10_000)),
}
"""By what they try."""

_PICTURES = {
    "svg as a picture": _media(_b64(_SVG), "image/svg+xml"),
    "svg that says png": _media(_b64(_SVG)),
    "page that says png": _media(_b64(b"<html><script>alert(1)</script></html>")),
    "picture with a script in it": _media(_b64(_commented_png())),
    "picture elsewhere": _media('<reference value="{trap}/a.png"/>', how=""),
    "picture in a file": _media('<reference value="file:///etc/passwd"/>', how=""),
    "picture that is none": _media("!!!! pas du base64 !!!!"),
}


def documents(trap: str) -> dict[str, bytes]:
    """Return each document by what it tries; those that fetch something would call ``trap``."""
    made = {name: _with(narrative.replace("{trap}", trap)) for name, narrative in NARRATIVES.items()}
    for name, media in _PICTURES.items():
        body = structured(section("57723-9", _SHOWN, media.replace("{trap}", trap)))
        made[name] = cda(header(), body)
    made |= _wholes(trap)
    return made


def _with(narrative: str) -> bytes:
    return cda(header(), structured(section("8648-8", narrative)))


def _wholes(trap: str) -> dict[str, bytes]:
    """Return those whose attempt is not in a narrative."""
    plain = _with("Rien à signaler")
    instruction = f'<?xml-stylesheet type="text/xsl" href="{trap}/a.xsl"?><ClinicalDocument'
    bad = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;"
    named = header(family=f'<family qualifier="BR">{bad}</family>').replace("<title>Essai", f"<title>{bad}")
    xsl = (
        '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" '
        'xmlns:d="urn:asip-sante:ci-sis">'
        f'<xsl:include href="{trap}/b.xsl"/><xsl:template match="/"><script>alert(1)</script>'
        f"<xsl:copy-of select=\"document('{trap}/c.xml')\"/></xsl:template><d:Contenu>%s</d:Contenu></xsl:stylesheet>"
    )
    page = b"<!DOCTYPE html><script>alert(1)</script>\x00\x1b[31m\xe2\x80\xaefin"
    alone = plain.partition(b"?>")[2].decode()
    return {
        "stylesheet of its own": plain.replace(b"<ClinicalDocument", instruction.encode(), 1),
        "auto-presentable": (xsl % alone).encode(),
        "traits and title that are markup": cda(named, structured(section("8648-8", "x", title=bad))),
        "text body that is a page": cda(header(), unstructured("text/plain", _b64(page))),
        "text body that says html": cda(header(), unstructured("text/html", _b64(page))),
        "image body that is a drawing": cda(header(), unstructured("image/jpeg", _b64(_SVG))),
        "PDF body that is a page": cda(header(), unstructured("application/pdf", _b64(page))),
        "body without a kind": cda(header(), unstructured("", _b64(page))),
    }

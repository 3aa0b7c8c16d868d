"""How long does a received document take, from its octets to the screen?"""

from __future__ import annotations

import os
import statistics
from typing import TYPE_CHECKING, Final

from app.bench.figures import Figure, sample
from app.officine.documents.presenting import shown_file

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE: Final = 200_000
"""Octets of the document: larger than each of the samples of the ANS but the one that holds a PDF."""

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<realmCode code="FR"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
<templateId root="1.2.250.1.213.1.1.1.1"/><templateId root="1.3.6.1.4.1.19376.1.3.3"/><id root="2.25.20261125001"/>
<code code="11502-2" codeSystem="2.16.840.1.113883.6.1" displayName="CR d’examens biologiques"/>
<title>Compte rendu d’examens biologiques</title><effectiveTime value="20261125093000+0100"/>
<confidentialityCode code="N"/><languageCode code="fr-FR"/><setId root="2.25.20261125002"/><versionNumber value="1"/>
<recordTarget><patientRole><id root="1.2.250.1.213.1.4.10" extension="297022A02077878"/>
<patient><name><family qualifier="BR">ADRTROIS</family><given qualifier="BR">DOMINIQUE</given></name>
<administrativeGenderCode code="F"/><birthTime value="19970226"/></patient></patientRole></recordTarget>
<author><time value="20261125093000+0100"/><assignedAuthor><id root="1.2.250.1.71.4.2.1" extension="810001234565"/>
<assignedPerson><name><family>ESSAI</family><given>Claude</given></name></assignedPerson></assignedAuthor></author>
<component><structuredBody>"""
_TAIL = "</structuredBody></component></ClinicalDocument>"
_ROWS = 12


def cda_view(times: int = 30) -> Figure:
    """A report of biology of 200 kB: read, rendered, its text and its data laid out and drawn in the viewer."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from app.ui.documents.stand import ViewerStand  # noqa: PLC0415 -- Qt, only where screens are measured

    content = report()
    html = shown_file(content).html
    stand = ViewerStand()
    try:
        taken = sample(lambda _: stand.show(shown_file(content)), times)
        bare = sample(lambda _: stand.lay_out(html), times)
    finally:
        stand.close()
    return Figure("cda_view", taken, statistics.median(bare), "QTextDocument.setHtml seul, même HTML sans style")


def report(size: int = SIZE) -> bytes:
    """Return a report of biology of about ``size`` octets, of people who do not exist."""
    made, octets = [_HEAD], len(_HEAD)
    for part in _sections():
        if octets >= size:
            break
        made.append(part)
        octets += len(part.encode())
    return "".join((*made, _TAIL)).encode()


def _sections() -> Iterator[str]:
    number = 0
    while True:
        ranks = range(number * _ROWS, (number + 1) * _ROWS)
        rows = "".join(_row(rank) for rank in ranks)
        entries = "".join(_observation(rank) for rank in ranks)
        yield (
            '<component><section><templateId root="1.3.6.1.4.1.19376.1.3.3.2.1"/>'
            f'<code code="18719-5" codeSystem="2.16.840.1.113883.6.1"/><title>Biochimie {number + 1}</title>'
            '<text><table border="0"><thead><tr><th>Analyse</th><th>Résultat</th><th>Unité</th>'
            "<th>Valeurs de référence</th><th>Antérieur</th></tr></thead>"
            f'<tbody>{rows}</tbody></table></text><entry><act classCode="ACT" moodCode="EVN">'
            '<templateId root="1.3.6.1.4.1.19376.1.3.1"/><code code="18719-5" codeSystem="2.16.840.1.113883.6.1"/>'
            f'<statusCode code="completed"/>{entries}</act></entry></section></component>'
        )
        number += 1


def _row(rank: int) -> str:
    value = 10 + rank % 50
    return (
        f'<tr><td><content ID="r{rank}">Dosage d’essai numéro {rank}</content><br/>(Colorimétrie enzymatique)</td>'
        f'<td align="right"><content ID="v{rank}">{value},{rank % 10}</content></td><td>µmol/L</td>'
        f"<td>(12,0 - 45,0)</td><td>{value - 1},5 le 12/03/2026</td></tr>"
    )


def _observation(rank: int) -> str:
    value = 10 + rank % 50
    flag = "H" if value > 45 else "L" if value < 12 else "N"
    return f"""<entryRelationship typeCode="COMP"><observation classCode="OBS" moodCode="EVN">
<templateId root="1.3.6.1.4.1.19376.1.3.1.6"/><templateId root="1.2.250.1.213.1.1.3.80"/>
<id root="2.25.{20261125100 + rank}"/>
<code code="{2000 + rank}-{rank % 10}" codeSystem="2.16.840.1.113883.6.1" displayName="Dosage d’essai numéro {rank}">
<originalText><reference value="#r{rank}"/></originalText></code>
<text><reference value="#v{rank}"/></text><statusCode code="completed"/>
<effectiveTime value="20261125081500+0100"/>
<value xsi:type="PQ" value="{value}.{rank % 10}" unit="umol/L"/>
<interpretationCode code="{flag}" codeSystem="2.16.840.1.113883.5.83"/>
<referenceRange typeCode="REFV"><observationRange><value xsi:type="IVL_PQ"><low value="12.0" unit="umol/L"/>
<high value="45.0" unit="umol/L"/></value><interpretationCode code="N" codeSystem="2.16.840.1.113883.5.83"/>
</observationRange></referenceRange></observation></entryRelationship>"""

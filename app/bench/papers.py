"""How long does a clinical document take, from what the pharmacist wrote to what leaves?"""

from __future__ import annotations

import datetime as dt
import io
import statistics
from typing import TYPE_CHECKING, Final

from app.bench.figures import Figure, sample
from app.docs.cda.write import write
from app.docs.clinical import (
    QUALIFIED,
    Address,
    Document,
    DocumentKey,
    Entretien,
    Kind,
    Officine,
    Professional,
    Recipient,
    Subject,
    TextSection,
)
from app.docs.pdfa import letters
from app.docs.pdfa.faces import face
from app.officine.scan import ins_symbol

if TYPE_CHECKING:
    from collections.abc import Iterable

_AT: Final = dt.datetime(2026, 11, 26, 9, 30, tzinfo=dt.UTC)
_SAID: Final = (
    "La patiente connaît l’indication de son traitement et sait que la dose ne doit jamais être doublée en cas "
    "d’oubli. Elle ignore que l’ibuprofène, pris parfois sans ordonnance, augmente le risque de saignement.\n"
    "- Signes de surdosage : connus en partie\n- Conduite à tenir en cas d’oubli : rappelée"
)
_TITLES: Final = ("Évaluation des connaissances", "Observance", "Effets indésirables", "Conclusion et plan d’action")
_RIGHTS: Final = "Vous pouvez accéder à vos données, les faire rectifier ou vous opposer à leur partage. " * 3


def entretien_pdf(times: int = 60) -> Figure:
    """The CR of an entretien with an INS symbol: its PDF/A-1b, and the CDA that carries it."""
    known = _entretien()
    who = known.subject
    names = ("matricule", "oid", "birth_names", "family_name", "sex", "birth_date", "birth_place")
    symbol, findings = ins_symbol.message({name: getattr(who, name) for name in names}, _AT.date())
    assert symbol, findings
    taken = sample(lambda _: write(known, face(known, ins_text=symbol)), times)
    bare = sample(lambda _: _bare_page(known), times)
    return Figure("entretien_pdf", taken, statistics.median(bare), "page reportlab nue, mêmes textes et polices")


def _bare_page(known: Document) -> bytes:
    """Return the same words on a page, in the same fonts: no layout, no symbol, no archive, no CDA."""
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 -- heavy: only where documents are measured

    letters.load()
    out = io.BytesIO()
    canvas = Canvas(out, pageCompression=1, invariant=1, initialFontName=letters.REGULAR)
    for rank, line in enumerate(_texts(known)):
        canvas.setFont(letters.STRONG if rank % 2 else letters.REGULAR, 9)
        canvas.drawString(40, 820 - 12 * rank, line)
    canvas.save()
    return out.getvalue()


def _texts(known: Document) -> Iterable[str]:
    assert isinstance(known.content, Entretien)
    who, place = known.subject, known.officine
    yield from (place.name, place.phone, place.finess, who.family_name, who.birth_names, who.matricule)
    yield from (known.author.family_name, known.author.rpps, known.content.theme)
    yield from (f"{to.given_name} {to.family_name} {to.mss}" for to in known.recipients)
    for section in known.content.sections:
        yield from (section.title, *section.text.split("\n"))
    yield known.footer


def _entretien() -> Document:
    """Return a CR of a fictitious patient, of one page."""
    return Document(
        key=DocumentKey("2.25.329800735698586629295641978511506172918", "2.25.329800735698586629295641978511506172919"),
        kind=Kind.ENTRETIEN,
        subject=Subject(
            family_name="PAT-TROIS",
            first_name="DOMINIQUE",
            birth_names="DOMINIQUE MARIE-LOUISE",
            sex="F",
            birth_date="1979-03-28",
            birth_place="51215",
            matricule="279035121518989",
            oid="1.2.250.1.213.1.4.10",
            status=QUALIFIED,
        ),
        author=Professional("89970001007", "VALÉRIANE", "Claire"),
        officine=Officine(
            "639999010",
            "Pharmacie des Simples (fictive)",
            Address("1 place du Caducée", "63999", "Saint-Galien-les-Simples"),
            "01 99 00 63 00",
        ),
        performed_at=_AT,
        created_at=_AT,
        content=Entretien("Anticoagulants oraux", tuple(TextSection(title, _SAID) for title in _TITLES)),
        recipients=(Recipient("MÉLILOT", "Hugo", "89970002005", "hugo.melilot@medecin.mssante.example"),),
        to_patient=True,
        footer=_RIGHTS,
    )

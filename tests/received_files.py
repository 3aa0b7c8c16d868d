"""Files that an officine receives, sound and not: of the fictitious people of these tests."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re

import pikepdf
from cda_samples import cda, header, section, structured, unstructured

from app.docs.xdm.model import Sender
from app.docs.xdm.write import write_xdm
from app.kernel.clock import PARIS
from app.sandbox import documents
from app.sandbox.dataset import Practitioner
from app.sandbox.documents import Named, Sent

AT = dt.datetime(2026, 11, 20, 8, 30, tzinfo=PARIS)
INS = "279035121518989"
OID = "1.2.250.1.213.1.4.10"
DOMINIQUE = Named("PAT-TROIS", "DOMINIQUE", "DOMINIQUE MARIE-LOUISE", "F", "1979-03-28", "51215", INS, OID)
DOCTOR = Practitioner(
    key="X1",
    family_name="ESSAI",
    given_name="Ada",
    rpps="89970002104",
    specialty="Biologie médicale",
    finess="639999036",
    address_line="",
    postal_code="",
    city="",
    phone="",
    mss="",
)


def report(
    patient: Named = DOMINIQUE, *, number: int = 901, version: int = 1, replaces: int | None = None, text: str = "Rien."
) -> bytes:
    """Return a report of biology of a patient; its versions share a set."""
    return documents.written(
        Sent(
            kind=documents.BIOLOGY,
            title="Compte rendu d’examens biologiques",
            patient=patient,
            author=DOCTOR,
            place="Laboratoire d’essai",
            at=AT,
            number=number,
            set_number=901,
            version=version,
            replaces=replaces,
            care="Ambulatoire",
            body=documents.structured(documents.section("55112-7", "Conclusion", documents.paragraph(text))),
        )
    )


def biology(*measures: documents.Measure) -> bytes:
    """Return a report of biology with coded results."""
    return documents.written(
        Sent(
            kind=documents.BIOLOGY,
            title="Compte rendu d’examens biologiques",
            patient=DOMINIQUE,
            author=DOCTOR,
            place="Laboratoire d’essai",
            at=AT,
            number=911,
            care="Ambulatoire",
            body=documents.structured(documents.results("Biochimie", measures, AT, AT)),
        )
    )


def of(**changes: str) -> Named:
    """Return Dominique with other traits."""
    return dataclasses.replace(DOMINIQUE, **changes)


def enciphered_pdf() -> bytes:
    """Return a PDF that asks for a password."""
    made, stream = pikepdf.new(), io.BytesIO()
    made.add_blank_page()
    made.save(stream, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    return stream.getvalue()


def plain_pdf(*, script: str = "") -> bytes:
    """Return a PDF of one page; ``script`` runs where a viewer lets it."""
    made, stream = pikepdf.new(), io.BytesIO()
    made.add_blank_page()
    if script:
        action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String(script))
        made.Root.OpenAction = made.make_indirect(action)
    made.save(stream)
    return stream.getvalue()


def two_patients() -> bytes:
    """Return a document of two patients."""
    head = header()
    target = head[head.index("<recordTarget>") :]
    return cda(head + target.replace("ESSAI", "AUTRE"), structured(section("55112-7", "<paragraph>Texte</paragraph>")))


def unknown_template() -> bytes:
    """Return a document of a type that nobody knows here."""
    body = structured(section("55112-7", "<paragraph>À lire</paragraph>", title="Texte"))
    return cda(header(kind="99999-9"), body)


def latin_1(*, declared: bool) -> bytes:
    """Return a document written in Latin-1, which says so or not."""
    text = cda(header(), structured(section("55112-7", "<paragraph>Évolution</paragraph>"))).decode()
    return text.replace("UTF-8", "ISO-8859-1" if declared else "UTF-8", 1).encode("latin-1")


def with_bom() -> bytes:
    """Return a document that begins with a byte order mark."""
    return b"\xef\xbb\xbf" + cda(header(), structured(section("55112-7", "<paragraph>Évolution</paragraph>")))


def scripted() -> bytes:
    """Return a document whose PDF holds a script."""
    import base64  # noqa: PLC0415

    packed = base64.b64encode(plain_pdf(script="app.alert(1)")).decode()
    return cda(header(), unstructured("application/pdf", packed))


def sealed(cda_of_pdf: bytes, rank: int) -> bytes:
    """Return a document of level 1 whose PDF asks for a password in the place of its own."""
    import base64  # noqa: PLC0415

    packed = base64.b64encode(enciphered_pdf() + b"%" + str(rank).encode())
    return re.sub(rb'(representation="B64"[^>]*>)[^<]+', lambda found: found[1] + packed, cda_of_pdf)


def archive(*contents: bytes) -> bytes:
    """Return an archive of documents as our own software sends them."""
    return write_xdm(contents, sender=Sender("Essai"), unique_id="2.25.77", source_id="2.25.78", at=AT)

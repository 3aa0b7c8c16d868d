"""Does an archive of documents hold what is sent, as the CI-SIS lays it out, and read back as it was written?"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import io
import re
import zipfile
from typing import TYPE_CHECKING

import clinical_people
import pytest
from lxml import etree

from app.docs import safe_zip, xds
from app.docs.clinical import Kind
from app.docs.xdm import ebrim
from app.docs.xdm.model import Sender
from app.docs.xdm.read import read_xdm
from app.docs.xdm.write import write_xdm
from app.kernel.errors import InputDefect

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

AT = dt.datetime(2026, 11, 26, 9, 0, tzinfo=dt.UTC)
SENDER = Sender("PHARMACIE D’ESSAI & FILS", "Anne DURAND", "1 rue <du> Bac, 75007 PARIS", "01 23 45 67 89")
SUBSET = "IHE_XDM/SUBSET01"


def cdas(rank: int = 0) -> list[bytes]:
    """Return a document of each kind, all of one patient and his officine."""
    first, *others = [clinical_people.document(3 * rank + turn, status="qualifiee") for turn in range(3)]
    same = [dataclasses.replace(document, subject=first.subject, officine=first.officine) for document in others]
    return [clinical_people.cda(document) for document in (first, *same)]


def written(documents: list[bytes], pdfs: Sequence[tuple[str, bytes]] = ()) -> bytes:
    return write_xdm(documents, sender=SENDER, unique_id="2.25.77", source_id="2.25.78", at=AT, pdfs=pdfs)


def rezipped(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return stream.getvalue()


@pytest.mark.req("MSS/va1.01")
@pytest.mark.parametrize("rank", range(6))
def test_an_archive_reads_back_as_it_was_written(rank: int) -> None:
    documents = cdas(rank)
    lot = read_xdm(written(documents))
    assert [document.content for document in lot.documents] == documents
    for document, cda in zip(lot.documents, documents, strict=True):
        assert document.entry == dataclasses.replace(xds.document_entry(cda), uri=document.entry.uri)
        assert document.findings == ()
    entries = [document.entry for document in lot.documents]
    assert lot.sets == (xds.submission_set(entries, unique_id="2.25.77", source_id="2.25.78", at=AT),)
    assert (lot.aside, lot.extras, lot.findings) == ((), (), ())
    assert lot.patient_id == entries[0].patient_id


def test_the_layout_is_that_of_the_volet() -> None:
    documents = cdas()
    files = safe_zip.read(written(documents))
    assert list(files) == [
        "README.TXT",
        "INDEX.HTM",
        f"{SUBSET}/METADATA.XML",
        *(f"{SUBSET}/DOC0000{number}.XML" for number in (1, 2, 3)),
    ]
    assert all(re.fullmatch(r"[A-Z0-9_]{1,8}(\.[A-Z]{3})?", part) for name in files for part in name.split("/"))
    metadata = etree.fromstring(files[f"{SUBSET}/METADATA.XML"])
    assert metadata.tag == f"{{{ebrim.LCM}}}SubmitObjectsRequest"
    items = metadata.findall(f".//{{{ebrim.RIM}}}ExtrinsicObject")
    for item, cda in zip(items, documents, strict=True):
        slots = {slot.get("name"): slot.findtext(f".//{{{ebrim.RIM}}}Value") for slot in item}
        assert slots["hash"] == hashlib.sha1(cda).hexdigest()
        assert slots["size"] == str(len(cda))
    readme = files["README.TXT"].decode()
    for told in ("PHARMACIE D’ESSAI & FILS", "Anne DURAND", "01 23 45 67 89", "Galien", "26/11/2026 10:00", *files):
        assert told in readme
    page = etree.fromstring(files["INDEX.HTM"], etree.XMLParser(load_dtd=False, resolve_entities=False))
    links = [link.get("href") for link in page.iter("{http://www.w3.org/1999/xhtml}a")]
    assert set(links) == set(files) - {"INDEX.HTM", f"{SUBSET}/METADATA.XML"}


def test_every_part_is_named_once_and_joined_to_the_set() -> None:
    files = safe_zip.read(written(cdas()))
    metadata = etree.fromstring(files[f"{SUBSET}/METADATA.XML"])
    ids = [item.get("id") for item in metadata.iter() if item.get("id")]
    assert len(ids) == len(set(ids))
    links = [
        (link.get("associationType"), link.get("sourceObject"), link.get("targetObject"))
        for link in metadata.iter(f"{{{ebrim.RIM}}}Association")
    ]
    members = [item.get("id") for item in metadata.iter(f"{{{ebrim.RIM}}}ExtrinsicObject")]
    assert [link for link in links if link[0] == ebrim.HAS_MEMBER] == [
        (ebrim.HAS_MEMBER, "SubmissionSet01", member) for member in members
    ]


def test_the_same_documents_give_the_same_octets() -> None:
    assert written(cdas()) == written(cdas())


def test_a_replacement_points_at_the_entry_that_the_earlier_archive_gave() -> None:
    first = clinical_people.document(1, Kind.ENTRETIEN, "qualifiee")
    first = dataclasses.replace(first, key=dataclasses.replace(first.key, replaces="", version=1))
    key = dataclasses.replace(first.key, id="2.25.9", version=2, replaces=first.key.id)
    earlier, later = (
        etree.fromstring(safe_zip.read(written([clinical_people.cda(document)]))[f"{SUBSET}/METADATA.XML"])
        for document in (first, dataclasses.replace(first, key=key))
    )
    entry = earlier.find(f".//{{{ebrim.RIM}}}ExtrinsicObject").get("id")
    links = later.findall(f".//{{{ebrim.RIM}}}Association")
    assert [link.get("targetObject") for link in links if link.get("associationType") == ebrim.REPLACES] == [entry]


def test_copies_in_pdf_stand_beside_the_documents() -> None:
    name = "20261126_CR d’entretien_NESSI_RUTH.pdf"
    lot = read_xdm(written(cdas(), pdfs=[(name, b"%PDF-1.4")]))
    assert lot.extras == ((name, b"%PDF-1.4"),)
    assert [finding.code for finding in lot.findings] == ["GAL-DOC-65"]
    assert len(lot.documents) == 3


@pytest.mark.req("MSS/va1.01")
def test_documents_of_two_patients_are_not_sent_together() -> None:
    with pytest.raises(InputDefect, match="identité de patient") as failure:
        written([cdas()[0], cdas(1)[0]])
    assert failure.value.code == "GAL-DOC-61"


def test_nothing_or_the_same_document_twice_is_not_sent() -> None:
    for documents in ([], [cdas()[0]] * 2):
        with pytest.raises(InputDefect) as failure:
            written(documents)
        assert failure.value.code == "GAL-DOC-69"


@pytest.mark.parametrize(
    "renamed",
    [
        str.lower,
        lambda name: name.replace("SUBSET01", "SUBSET02"),
        lambda name: name.replace("SUBSET01", "SS000001"),
        lambda name: name.replace("IHE_XDM/SUBSET01/", ""),
        lambda name: f"envoi/{name}",
        lambda name: name.replace("/SUBSET01/DOC", "/DOC"),
        lambda name: name.replace("/SUBSET01/DOC", "/SUBSET01/sub/DOC"),
    ],
)
def test_other_layouts_are_read(renamed: Callable[[str], str]) -> None:
    documents = cdas()
    files = {renamed(name): content for name, content in safe_zip.read(written(documents)).items()}
    files.pop(renamed("INDEX.HTM"))
    lot = read_xdm(rezipped(files))
    assert [document.content for document in lot.documents] == documents
    assert lot.extras == ()


def test_two_sets_of_one_patient_are_read_together() -> None:
    one, two, three = cdas()
    first = safe_zip.read(written([one, two]))
    second = safe_zip.read(written([three]))
    both = first | {name.replace("SUBSET01", "SUBSET02"): content for name, content in second.items()}
    lot = read_xdm(rezipped(both))
    assert [document.content for document in lot.documents] == [one, two, three]
    assert len(lot.sets) == 2


def test_a_metadata_that_asks_for_more_than_filing_says_so() -> None:
    files = safe_zip.read(written(cdas()[:1]))
    slot = '<rim:Slot name="urn:x:action"><rim:ValueList><rim:Value>D</rim:Value></rim:ValueList></rim:Slot>'
    told = files[f"{SUBSET}/METADATA.XML"].decode()
    files[f"{SUBSET}/METADATA.XML"] = told.replace('<rim:Slot name="URI">', slot + '<rim:Slot name="URI">').encode()
    assert read_xdm(rezipped(files)).documents[0].entry.action == "D"

"""H6: is no document filed that is not the one declared, and no archive that is about two patients?"""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re
import zipfile
from typing import TYPE_CHECKING

import cda_samples
import clinical_people
import pytest

from app.docs import safe_zip
from app.docs.clinical import Kind
from app.docs.xdm.model import Sender, XdmLot
from app.docs.xdm.read import read_xdm
from app.docs.xdm.write import write_xdm
from app.kernel.errors import InputDefect

if TYPE_CHECKING:
    from collections.abc import Callable

AT = dt.datetime(2026, 11, 26, 9, 0, tzinfo=dt.UTC)
METADATA = "IHE_XDM/SUBSET01/METADATA.XML"
FIRST, SECOND = "IHE_XDM/SUBSET01/DOC00001.XML", "IHE_XDM/SUBSET01/DOC00002.XML"


def archive(rank: int = 0) -> dict[str, bytes]:
    """Return the files of an archive of two documents of one patient."""
    first = clinical_people.document(3 * rank, Kind.VACCINATION, "qualifiee")
    second = dataclasses.replace(clinical_people.document(3 * rank + 1, Kind.ENTRETIEN), subject=first.subject)
    cdas = [clinical_people.cda(document) for document in (first, second)]
    return safe_zip.read(write_xdm(cdas, sender=Sender("P"), unique_id="2.25.1", source_id="2.25.2", at=AT))


def zipped(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return stream.getvalue()


def read(files: dict[str, bytes]) -> XdmLot:
    return read_xdm(zipped(files))


def _replaced(name: str, old: str, new: str) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        told = files[name].decode()
        changed = re.sub(old, new, told, count=1)
        assert changed != told
        files[name] = changed.encode()

    return change


_HASH = r'(Slot name="hash">\s*<rim:ValueList>\s*<rim:Value>)[0-9a-f]{4}'
_SIZE = r'(Slot name="size">\s*<rim:ValueList>\s*<rim:Value>)[0-9]+'
ASIDE: dict[str, tuple[Callable[[dict[str, bytes]], object], str]] = {
    "digest": (_replaced(METADATA, _HASH, r"\g<1>0000"), "GAL-DOC-63"),
    "size": (_replaced(METADATA, _SIZE, r"\g<1>7"), "GAL-DOC-63"),
    "negative size": (_replaced(METADATA, _SIZE, r"\g<1>0"), "GAL-DOC-63"),
    "one letter of the text": (_replaced(FIRST, "<title>N", "<title>n"), "GAL-DOC-63"),
    "an octet more": (lambda files: files.update({FIRST: files[FIRST] + b" "}), "GAL-DOC-63"),
    "the other document": (lambda files: files.update({FIRST: files[SECOND]}), "GAL-DOC-64"),
    "another identifier": (_replaced(METADATA, r'value="2\.25\.\d{5}', 'value="2.25.11111'), "GAL-DOC-64"),
    "no file": (lambda files: files.pop(FIRST), "GAL-DOC-62"),
    "no name": (_replaced(METADATA, r"DOC00001\.XML", " "), "GAL-DOC-62"),
    "a name that leads out": (_replaced(METADATA, "DOC00001.XML", "../../../etc/passwd"), "GAL-DOC-62"),
    "no XML": (lambda files: files.update({FIRST: b"<a"}), "GAL-DOC-54"),
    "an entity": (lambda files: files.update({FIRST: b"<!DOCTYPE a><a/>"}), "GAL-DOC-52"),
    "no CDA": (lambda files: files.update({FIRST: b"<a/>"}), "GAL-DOC-56"),
}
"""What may be wrong with the first of two documents, and the code under which it is put aside."""


@pytest.mark.req("MSS/va1.01")
@pytest.mark.parametrize("name", ASIDE)
def test_a_document_that_is_not_the_one_declared_is_put_aside_alone(name: str) -> None:
    change, code = ASIDE[name]
    files = archive()
    second = files[SECOND]
    change(files)
    lot = read(files)
    assert [document.content for document in lot.documents] == [second]
    assert len(lot.aside) == 1
    assert code in {finding.code for finding in lot.aside[0].findings}
    assert all(finding.advice and finding.subject for finding in lot.aside[0].findings)


def _other_patient(files: dict[str, bytes]) -> None:
    files |= {name.replace("SUBSET01", "SUBSET02"): content for name, content in archive(1).items()}


_MATRICULE = r"\d{12}([0-9AB]{3}\^\^\^&amp;1\.2\.250\.1\.213\.1\.4\.10&amp;ISO\^NH)"
TWO: dict[str, Callable[[dict[str, bytes]], object]] = {
    "two sets of two patients": _other_patient,
    "metadata of another patient": _replaced(METADATA, _MATRICULE, r"190017505699\g<1>"),
    "document of another patient": lambda files: files.update({FIRST: archive(1)[FIRST]}),
    "document with another matricule": _replaced(
        FIRST, r'extension="\d{12}([0-9AB]{3})"', r'extension="190017505699\1"'
    ),
    "metadata without patient, documents of two": lambda files: files.update(
        {
            FIRST: archive(1)[FIRST],
            METADATA: re.sub(_MATRICULE.encode(), b"", files[METADATA]),
        }
    ),
    "same number, born on another day": _replaced(FIRST, r'birthTime value="\d{8}', 'birthTime value="19000101'),
}
"""How an archive may be about two patients."""


@pytest.mark.req("MSS/va1.01")
@pytest.mark.parametrize("name", TWO)
def test_an_archive_about_two_patients_is_refused_whole(name: str) -> None:
    files = archive()
    TWO[name](files)
    with pytest.raises(InputDefect, match="deux patients") as failure:
        read(files)
    assert failure.value.code == "GAL-DOC-61"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda files: files.pop(METADATA), "absent"),
        (lambda files: files.update({METADATA: b"<a"}), "mal formé"),
        (lambda files: files.update({METADATA: b"<!DOCTYPE a [<!ENTITY x SYSTEM 'a'>]><a/>"}), "entité"),
        (lambda files: files.update({METADATA: b"<a/>"}), "aucun document"),
        (lambda files: files.update({METADATA: b"".join(b"<a%d/>" % n for n in range(200_001))}), "balises"),
    ],
)
def test_an_archive_without_readable_metadata_says_why(change: Callable[[dict[str, bytes]], object], told: str) -> None:
    files = archive()
    change(files)
    with pytest.raises(InputDefect, match=told) as failure:
        read(files)
    assert failure.value.code == "GAL-DOC-60"


def test_a_type_that_differs_is_told_and_the_document_kept() -> None:
    files = archive()
    _replaced(METADATA, 'nodeRepresentation="87273-9"', 'nodeRepresentation="11369-6"')(files)
    lot = read(files)
    assert [finding.code for finding in lot.documents[0].findings] == ["GAL-DOC-64"]
    assert len(lot.documents) == 2


def test_a_matricule_without_its_key_is_the_same_patient() -> None:
    files = archive()
    told = re.sub(_MATRICULE.encode(), lambda found: found[0][:13] + found[0][15:], files[METADATA])
    assert told != files[METADATA]
    assert len(read(files | {METADATA: told}).documents) == 2


def test_the_samples_of_the_ans_come_out_of_an_archive() -> None:
    """Their identifiers are no OIDs, and one is in a stylesheet: received as they are."""
    for name in ("VAC-NOTE_2021.01.xml", "CR-BIO_2021.01_CDA-R2-Niveau-1.xml"):
        cda = cda_samples.sample(name)
        made = write_xdm([cda], sender=Sender("P"), unique_id="2.25.1", source_id="2.25.2", at=AT)
        assert [document.content for document in read_xdm(made).documents] == [cda]

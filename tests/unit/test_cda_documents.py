"""Do documents of every shape obey the schema and the rules of the ANS, and our own checks, without one finding?"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from app.docs.cda.check_document import check_document
from app.docs.cda.checks import check
from app.docs.clinical import Vaccine
from app.docs.pdfa.faces import face
from app.kernel.outcome import is_refused
from tests import clinical_people as people

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.docs.validation.process import Validator

DOCUMENTS = min(500, int(os.environ.get("GALIEN_FAULT_COUNT", "54")))
"""How many documents: 500 in ``galien selftest documents``. From 54 on they have every route and every site."""
FACES = 12
"""One document in so many carries its own PDF; the others a page that costs nothing."""


@pytest.mark.req("SC.DOC.02")
@pytest.mark.req("SC.DOC.06.LGO")
@pytest.mark.timeout(0 if DOCUMENTS > 100 else 120)
def test_every_document_obeys_every_rule(
    cda_validator: Validator, record_property: Callable[[str, object], None]
) -> None:
    wrong: dict[int, object] = {}
    for rank, document in enumerate(people.documents(DOCUMENTS)):
        assert not is_refused(check_document(document)), rank
        # An INS symbol is drawn of any text: the CDA around the page is what is judged here.
        pdf = people.PDF if rank % FACES else face(document, ins_text="IS01")
        cda = people.cda(document, pdf)
        found = [*check(cda), *cda_validator.check(cda)]
        if found:
            wrong[rank] = found[:3]
    record_property("documents", DOCUMENTS)
    record_property("with_findings", len(wrong))
    assert wrong == {}


@pytest.mark.req("INS-28")
def test_no_document_without_a_qualified_identity_holds_a_matricule() -> None:
    for document in people.documents(DOCUMENTS):
        cda = people.cda(document)
        assert (document.subject.matricule[:13].encode() in cda) == document.subject.has_ins


def test_the_documents_that_are_tried_have_every_code() -> None:
    vaccines = [one.content for one in people.documents(54) if isinstance(one.content, Vaccine)]
    assert {one.route for one in vaccines} >= {"IM", "SQ", "INDINJ", "NASINHLC", "PO", ""}
    assert len({one.site for one in vaccines}) == 17
    assert {one.act for one in vaccines} == {"IMMUNIZ", "INITIMMUNIZ", "BOOSTER"}
    assert {one.known for one in vaccines} == {True, False}
    documents = list(people.documents(54))
    assert {one.subject.status for one in documents} == set(people.STATUSES)
    assert {one.author.profession for one in documents} == {"21", "39", "G16_21"}
    assert any(one.key.replaces for one in documents)

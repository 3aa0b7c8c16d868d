"""Is an ordinary PDF shown by the process that hostile ones can't leave?"""

from __future__ import annotations

import pytest
from clinical_people import document

from app.docs import safe_pdf
from app.docs.clinical import Kind
from app.docs.pdfa.faces import face


@pytest.mark.req("SC.DOC.07")
@pytest.mark.parametrize("kind", list(Kind))
def test_an_archive_with_its_metadata_is_shown_as_any_other(kind: Kind) -> None:
    content = face(document(3, kind, "validee"))
    assert b"<x:xmpmeta" in content
    with safe_pdf.PdfReader(content) as reader:
        assert reader.page_count >= 1
        assert reader.removed == ()
        assert reader.page(0).width > 0
        assert "naissance" in reader.text(0)

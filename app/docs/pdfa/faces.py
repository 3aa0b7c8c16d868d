"""What does a colleague see of a clinical document? Its printed face, as the PDF/A-1b that a CDA carries.

Sources: DSR, SC.DOC.01 and SC.DOC.04, OFF-DOC-03 and OFF-DOC-05; ISO 19005-1, level B.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.docs.pdfa import archive, words
from app.docs.pdfa.board import Board
from app.docs.pdfa.bodies import body
from app.docs.pdfa.flow import told
from app.docs.pdfa.frame import FIRST_TOP, LATER_TOP, frame_of
from app.docs.pdfa.opening import opening
from app.docs.pdfa.verify import verify
from app.kernel.errors import Bug

if TYPE_CHECKING:
    from app.docs.clinical import Document

RIGHTS = "Vos droits"


def face(document: Document, *, ins_text: str = "") -> bytes:
    """Return a document as PDF/A-1b; the same document gives the same bytes.

    ``ins_text`` is the message of the INS symbol (``app.officine.scan.ins_symbol.message``), asked for where
    ``document.subject.has_ins`` and not used otherwise: nothing of an INS stands on the page of another identity.
    Characters that no font has are shown as boxes: ``unprintable`` says which. Raises Bug without the message that
    it needs: a page without the symbol would be taken for that of another status; and where ``verify`` finds that the
    page is no archive: none such ever leaves.
    """
    if document.subject.has_ins and not ins_text:
        raise Bug("Le document d’une identité qualifiée a été demandé sans le texte de son code INS.")
    frame = frame_of(document)
    board = Board(bottom=frame.bottom, top=LATER_TOP, y=FIRST_TOP)
    opening(board, document, ins_text)
    body(board, document)
    if frame.is_cut:
        told(board, RIGHTS, document.footer)
    title, author = words.title(document), words.person(document.author)
    ground = (words.mark(document),) if document.banner else ()
    pdf = archive.archived(board.pdf(title, author, frame.draw, ground), title, author, document.created_at)
    defects = verify(pdf)
    if defects:
        raise Bug(f"La page du document n’est pas un PDF/A-1b : {defects[0].subject}.")
    return pdf

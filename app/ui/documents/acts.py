"""Which acts belong to the room of the documents?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.officine.staff.model import Right
from app.ui.shortcuts import Act

if TYPE_CHECKING:
    from collections.abc import Iterable


def _act(name: str, title: str, key: str, synonyms: Iterable[str] = (), *, icon: str = "", right: str = "") -> Act:
    return Act(f"documents.{name}", title, key, tuple(synonyms), right=right, room="documents", icon=icon)


_FILE: Final = Right.FILE_DOCUMENTS

ACTS = (
    _act("search", "Chercher un document", "F2", ("filtrer", "patient", "auteur", "titre"), icon="search"),
    _act("by_state", "Filtrer par état", "Ctrl+E", ("non lus", "à classer", "mis de côté", "refusés", "remplacés")),
    _act("by_type", "Filtrer par type", "Ctrl+Y", ("biologie", "ordonnance", "lettre", "vaccination", "synthèse")),
    _act("by_date", "Filtrer par date", "Ctrl+J", ("aujourd’hui", "semaine", "mois")),
    _act("sort", "Trier la liste", "Ctrl+S", ("ordre", "date", "patient", "type")),
    _act("everyone", "Tous les patients", "Ctrl+M", ("ne plus filtrer", "patient"), icon="patients"),
    _act(
        "receive",
        "Importer des fichiers",
        "Ctrl+N",
        ("recevoir", "CDA", "XML", "ZIP", "XDM", "PDF", "document"),
        icon="plus",
        right=_FILE,
    ),
    _act("receive_folder", "Importer un dossier", "Ctrl+Shift+N", ("recevoir", "XDM"), icon="folder", right=_FILE),
    _act("large", "Lire en grand", "F9", ("ouvrir", "plein écran", "document"), icon="documents"),
    _act("file", "Classer", "F10", ("rattacher", "dossier du patient", "valider"), icon="check", right=_FILE),
    _act("compare", "Comparer les traits", "F6", ("identité", "INS", "rapprocher")),
    _act("choose", "Choisir le patient", "F4", ("chercher un patient", "autre dossier"), icon="patients"),
    _act("refuse", "Refuser", "F8", ("rejeter", "motif"), icon="close", right=_FILE),
    _act("retake", "Reprendre", "Ctrl+R", ("annuler le refus",), icon="undo", right=_FILE),
    _act("unfile", "Retirer du dossier", "Ctrl+D", ("déclasser", "erreur de patient"), icon="undo", right=_FILE),
    _act("unread", "Marquer non lu", "Ctrl+U", ("à lire", "rappeler")),
    _act("version", "Autre version", "F7", ("remplacé", "remplace", "corrigé"), icon="copy"),
    _act("patient", "Ouvrir le patient", "F5", ("dossier", "fiche")),
    _act("print", "Imprimer le document", "Ctrl+P", ("papier", "PDF"), icon="print"),
    _act("save", "Enregistrer le motif", "Ctrl+Return", ("valider",), icon="check", right=_FILE),
    _act("back", "Revenir à la liste", "Esc", ("annuler", "retour", "fermer")),
)

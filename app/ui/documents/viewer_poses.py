"""Which states of the viewer of documents are worth a picture, besides those of the documents that were received?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QVBoxLayout

from app.kernel.outcome import Finding, Severity
from app.officine.documents.shown import ComparedTrait, DataCell, DataTable, Shown
from app.ui import theme
from app.ui.documents.viewer import DocumentViewer
from app.ui.pictures import Picture
from app.ui.widgets.dialog import Dialog

if TYPE_CHECKING:
    from app.ui.pictures import Stage

_HEADS = ("Analyse", "Résultat", "Valeurs de référence", "Antérieur")
_LINES = (
    ("Créatinine", "148 µmol/L", "▲ haut", "45 à 84", "112"),
    ("Débit de filtration glomérulaire estimé", "34 mL/min/1,73 m²", "▼ bas", "60", "47"),
    ("Potassium", "5,9 mmol/L", "▲▲ très haut", "3,5 à 5,0", "4,6"),
    ("Sodium", "139 mmol/L", "", "136 à 145", "140"),
    ("Hémoglobine glyquée", "7,1\u00a0%", "▲ haut", "4,0 à 6,0", "6,8"),
    ("INR", "2,4", "", "", "2,6"),
)


def biology() -> Shown:
    """Return a report of biology of a person who does not exist, with results out of their range."""
    rows = "".join(_row(*line) for line in _LINES)
    head = "".join(
        f'<th align="left">{name}</th>' for name in ("Analyse", "Résultat", "Valeurs de référence", "Antérieur")
    )
    return Shown(
        "Compte rendu d’examens biologiques",
        subtitle="Reçu le 23/11/2026 09:12 · fichier déposé par l’officine",
        summary=(
            ("Créé le", "22/11/2026 17:40"),
            ("Auteur", "Dr Ada FICTIVE"),
            ("Structure", "Laboratoire des Simples"),
        ),
        facts=(
            ("Type", "CR d’examens biologiques"),
            ("Créé le", "22/11/2026 17:40"),
            ("Auteur", "Dr Ada FICTIVE, Médecin - Biologie médicale, RPPS\u00a010000000017, Laboratoire des Simples"),
            ("Confidentialité", "Normale"),
        ),
        html=(
            "<h2>Biochimie sanguine</h2>"
            f'<table class="grid"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
            "<h2>Conclusion</h2><p>Insuffisance rénale modérée, <b>hyperkaliémie</b> à contrôler dans les "
            'quarante-huit heures. Adapter les posologies à la fonction rénale\u00a0: <a class="link" href="lien:0">'
            'recommandations<span class="ours"> [https://exemple.test/rein]</span></a>.</p>'
            "<p>La créatinine est dosée par méthode enzymatique.</p>"
        ),
        tables=(
            DataTable(
                "Résultats",
                ("Analyse", "Résultat", "Interprétation", "Intervalle", "Antérieur"),
                tuple(_cells(*line) for line in _LINES),
                ("Résultat", "Interprétation"),
            ),
        ),
        findings=(
            Finding(
                "GAL-DOC-85",
                Severity.WARNING,
                "Une image n’est pas dans le document\u00a0: elle n’est pas affichée.",
                "Demandez-la au laboratoire si vous en avez besoin.",
            ),
        ),
        identity=(
            ComparedTrait("Nom de naissance", "BOURRACHE-TESTUN", "BOURRACHE-TESTUN", same=True),
            ComparedTrait("Prénom(s) de naissance", "AMANDINE", "AMANDINE", same=True),
            ComparedTrait("Date de naissance", "14/03/1992", "14/03/1992", same=True),
            ComparedTrait("Sexe", "Féminin", "Féminin", same=True),
            ComparedTrait("Prénom utilisé", "AMANDE", "AMANDINE", same=False, strict=False),
        ),
        identity_said="Les traits stricts concordent.",
        identity_tone="success",
        links=("https://exemple.test/rein",),
        banner="SIMULATION",
    )


def _row(name: str, value: str, flag: str, interval: str, before: str) -> str:
    shown = (
        f'<span class="flag">{value}</span><span class="ours"><span class="flag"> {flag}</span></span>'
        if flag
        else value
    )
    return f'<tr><td>{name}</td><td align="right">{shown}</td><td>{interval}</td><td>{before}</td></tr>'


def _cells(name: str, value: str, flag: str, interval: str, before: str) -> tuple[DataCell, ...]:
    tone = "danger" if flag else ""
    return (
        DataCell(name, "strong"),
        DataCell(value, tone),
        DataCell(flag, tone),
        DataCell(interval, "muted"),
        DataCell(before, "muted"),
    )


def _opened(stage: Stage) -> DocumentViewer:
    dialog = Dialog("Document", stage.window)
    viewer = DocumentViewer(stage.ui)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(viewer)
    dialog.resize(stage.window.width() - theme.XXL, stage.window.height() - theme.XXL)
    dialog.open()
    viewer.show_document(biology())
    stage.settle()
    return viewer


def _find(stage: Stage) -> None:
    viewer = _opened(stage)
    viewer.look_for()
    viewer.find_bar.field.setText("creatinine")


def _link(stage: Stage) -> None:
    _opened(stage).text.anchorClicked.emit(QUrl("lien:0"))


def _large(stage: Stage) -> None:
    _opened(stage).magnify(160)


PICTURES = (
    Picture("documents-viewer-find", _find),
    Picture("documents-viewer-link", _link),
    Picture("documents-viewer-large", _large),
)

"""Which defects can a scanned code have, and what is said of each?"""

from __future__ import annotations

import enum
from typing import NamedTuple

from app.kernel.outcome import Finding, Severity
from app.kernel.text import typographic

_RESCAN = "Scannez de nouveau ; si le défaut revient, saisissez le code imprimé en clair."
_BOX_ASIDE = "Scannez de nouveau ; si le défaut revient, lisez la boîte à l’œil et signalez-la au fournisseur."
_SEPARATOR = "Scannez de nouveau, puis réglez le séparateur (FNC1) de la douchette : Réglages, Douchette."
_LAYOUT = "Réglez la douchette sur le clavier français (AZERTY) : Réglages, Douchette."
_DOCUMENT = "Scannez de nouveau ; si le défaut revient, saisissez l’identité à partir d’une pièce."


class _Entry(NamedTuple):
    number: int
    severity: Severity
    text: str
    advice: str = ""


def _error(number: int, text: str, advice: str) -> _Entry:
    return _Entry(number, Severity.ERROR, text, advice)


def _warning(number: int, text: str, advice: str = "") -> _Entry:
    return _Entry(number, Severity.WARNING, text, advice)


def _info(number: int, text: str, advice: str = "") -> _Entry:
    return _Entry(number, Severity.INFO, text, advice)


class Defect(enum.Enum):
    """Every finding of a scan, under its code ``GAL-SCN-nn``."""

    EMPTY = _error(1, "Rien n’a été lu.", _RESCAN)
    TOO_LONG = _error(2, "Lecture trop longue ({count} caractères) : ce n’est pas un seul code.", _RESCAN)
    UNKNOWN = _error(3, "Ce code n’est pas de ceux que Galien connaît.", "Cherchez le produit par son nom.")
    CONTROL = _error(4, "La lecture contient des caractères de commande inattendus.", _RESCAN)
    CHECK_DIGIT = _error(
        5, "La clé de contrôle du code {code} est fausse : il a été mal lu ou mal imprimé.", _BOX_ASIDE
    )
    TRUNCATED = _error(6, "Le champ {field} est incomplet : la lecture a été coupée.", _RESCAN)
    DATE = _error(7, "La date de péremption {value} est impossible.", _BOX_ASIDE)
    MISSING = _error(8, "Il manque au code : {field}.", _BOX_ASIDE)
    DUPLICATE = _error(9, "Le champ {field} figure deux fois dans le code.", _RESCAN)
    GLUED = _error(
        10, "Deux codes sont arrivés collés en une seule lecture : aucun n’est retenu.", "Scannez-les un à un."
    )
    IDENTIFIER = _error(11, "Le code contient un champ inconnu (« {value} »).", _BOX_ASIDE)
    SEPARATOR_LOST = _error(
        12,
        "Les séparateurs du code ont été perdus : le lot et le numéro de série ne sont pas certains.",
        _SEPARATOR,
    )
    SEPARATOR_RECOVERED = _info(
        13,
        "La douchette ne transmet pas les séparateurs du code ; il n’y avait qu’une lecture possible.",
        _SEPARATOR,
    )
    LENGTH = _error(14, "Le champ {field} est trop long (20 caractères au plus).", _RESCAN)
    CHARACTER = _error(15, "Le champ {field} contient un caractère interdit (« {value} »).", _SEPARATOR)
    NO_VALUE = _error(16, "Le champ {field} est vide.", _BOX_ASIDE)
    LAYOUT_US = _info(17, "Douchette configurée en clavier américain : la lecture a été rétablie.", _LAYOUT)
    LAYOUT_FR = _info(
        18, "Douchette en clavier français sur un poste en clavier américain : lecture rétablie.", _LAYOUT
    )
    CAPS_LOCK = _info(19, "La touche Verr. Maj était active : la lecture a été rétablie.", "Relâchez Verr. Maj.")
    LAYOUT_DAMAGE = _error(
        20,
        "La lecture est abîmée par le réglage du clavier (douchette en clavier américain, ou Verr. Maj active) et ne "
        "peut pas être rétablie avec certitude.",
        "Relâchez Verr. Maj, réglez la douchette sur le clavier français (AZERTY), puis scannez de nouveau.",
    )
    NUMBER_LENGTH = _warning(21, "Le numéro d’ordonnance a {count} caractères au lieu de 18.", "Comparez au papier.")
    BADGE = _error(22, "La clé de ce badge est fausse.", "Scannez de nouveau le badge.")
    PROMISE = _error(
        23, "La clé de ce code de promis est fausse.", "Scannez de nouveau le ticket, ou F8 et son numéro."
    )
    PHONE = _error(24, "La clé de ce code de téléphone est fausse.", "Scannez de nouveau le téléphone.")

    INS_VERSION = _error(30, "Datamatrix INS de version {value} : version non gérée.", "Saisissez l’identité.")
    INS_HEADER = _error(31, "L’en-tête du datamatrix INS est incomplet.", _DOCUMENT)
    INS_BLOCK = _error(32, "Le datamatrix INS contient un bloc inconnu ({value}).", _DOCUMENT)
    INS_DUPLICATE = _error(33, "Le datamatrix INS contient deux fois : {field}.", _DOCUMENT)
    INS_MISSING = _error(34, "Il manque au datamatrix INS : {field}.", _DOCUMENT)
    INS_LENGTH = _error(35, "Longueur inattendue dans le datamatrix INS : {field}.", _DOCUMENT)
    INS_MATRICULE = _error(36, "Le matricule INS n’a pas la forme attendue (13 caractères et une clé).", _DOCUMENT)
    INS_KEY = _error(37, "La clé du matricule INS est fausse.", _DOCUMENT)
    INS_OID = _error(38, "L’autorité d’affectation (OID) de l’INS est inconnue.", _DOCUMENT)
    INS_TEST = _error(39, "Identité de test : refusée en production.", "Utilisez le mode démonstration.")
    INS_CHARACTER = _error(40, "Caractère interdit dans le datamatrix INS : {field}.", _DOCUMENT)
    INS_PROFILE = _warning(41, "Écriture inhabituelle dans le datamatrix INS : {field}.", "Vérifiez sur une pièce.")
    INS_SEX = _error(42, "Le sexe du datamatrix INS n’est ni M ni F.", _DOCUMENT)
    INS_DATE_FORM = _error(43, "La date de naissance du datamatrix INS n’est pas écrite JJ-MM-AAAA.", _DOCUMENT)
    INS_DATE = _error(44, "La date de naissance du datamatrix INS est impossible.", _DOCUMENT)
    INS_PLACE = _error(45, "Le code du lieu de naissance du datamatrix INS n’a pas la forme attendue.", _DOCUMENT)
    INS_NIR = _warning(46, "Le matricule INS a une composition inhabituelle (sexe, mois ou département).")

    @property
    def code(self) -> str:
        """The code shown to the user."""
        return f"GAL-SCN-{self.value.number:02d}"

    def found(self, subject: str = "", **values: object) -> Finding:
        """Return the finding; ``values`` fill its text, ``subject`` names the field of the scan."""
        entry = self.value
        text = typographic(entry.text.format(**values))
        return Finding(self.code, entry.severity, text, typographic(entry.advice), subject)

"""Does what the document tells of hold together: the vaccine, the entretien, the bilan?"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from app.docs.cda import said
from app.docs.cda.vaccination import PROFILE, quantity
from app.docs.clinical import Bilan, Entretien, Kind, Vaccine
from app.kernel import french
from app.kernel.clock import paris_date
from app.kernel.identifiers import is_cip13

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.docs.clinical import Document
    from app.kernel.outcome import Finding

_LOT_LIMIT = 20
"""GS1, AI (10): a lot has at most 20 characters."""
_FAR_YEARS = 15
_MANY_DOSES = 20
_MOST_DOSES = 99

_EXPIRY = re.compile(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?")
_ATC = re.compile(r"[A-Z](?:[0-9]{2}(?:[A-Z](?:[A-Z](?:[0-9]{2})?)?)?)?")
_NEGATIVE = re.compile(r"[-\u2212\u2013]\s*[0-9]")
_CIS = re.compile(r"[0-9]{8}")
_TYPES = {Kind.VACCINATION: Vaccine, Kind.ENTRETIEN: Entretien, Kind.BILAN: Bilan}


def content(document: Document) -> Iterator[Finding]:
    """Yield what is wrong with what a document says. Raises TypeError where it is not what its kind says."""
    told = document.content
    if not isinstance(told, _TYPES[document.kind]):
        raise TypeError("the content of a document is what its kind says")
    if isinstance(told, Vaccine):
        yield from _vaccine(told, paris_date(document.performed_at))
    elif isinstance(told, Entretien):
        yield from _entretien(told)
    else:
        yield from _bilan(told)


def _vaccine(vaccine: Vaccine, day: dt.date) -> Iterator[Finding]:
    yield from _product(vaccine)
    yield from _codes(vaccine)
    yield from _lot(vaccine, day)
    rank = vaccine.dose_number
    if rank is not None and not 1 <= rank <= _MOST_DOSES:
        text = f"Le rang de la dose va de 1 à {_MOST_DOSES}."
        yield said.error(27, text, "Corrigez-le.", "vaccine.dose_number")
    elif rank is not None and rank > _MANY_DOSES:
        yield said.warning(27, f"Rang de la dose : {rank}.", "Vérifiez-le.", "vaccine.dose_number")
    dose = quantity(vaccine.dose)
    if dose is not None and dose[0] == "0":
        yield said.error(27, "La dose est nulle.", "Corrigez-la.", "vaccine.dose")
    elif _NEGATIVE.match(vaccine.dose.strip()):
        yield said.error(27, "La dose est négative.", "Corrigez-la.", "vaccine.dose")
    elif vaccine.dose and dose is None:
        yield said.info(27, "La dose n’est pas une quantité : seuls ses mots sont écrits.", "", "vaccine.dose")


def _product(vaccine: Vaccine) -> Iterator[Finding]:
    if not vaccine.name:
        yield said.error(26, "Le nom du vaccin manque.", "Scannez la boîte, ou tapez-le.", "vaccine.name")
    if vaccine.cip13 and not is_cip13(vaccine.cip13):
        text = "Le code CIP13 n’est pas valide : le produit est écrit avec son texte, sans code."
        yield said.warning(29, text, "Scannez la boîte de nouveau.", "vaccine.cip13")
    elif not vaccine.cip13:
        text = "Sans code CIP13, le produit est écrit avec son texte seul."
        yield said.info(29, text, "Scannez la boîte pour avoir ses codes.", "vaccine.cip13")
    elif not vaccine.known:
        text = "Le produit est inconnu du catalogue : il est écrit avec son texte, sans code CIS."
        yield said.info(29, text, "Mettez la base des médicaments à jour.", "vaccine.cip13")
    if vaccine.cis and not _CIS.fullmatch(vaccine.cis):
        yield said.error(29, "Le code CIS n’a pas huit chiffres.", "Corrigez-le.", "vaccine.cis")
    if vaccine.atc and not _ATC.fullmatch(vaccine.atc):
        yield said.error(29, "Le code ATC est mal formé.", "Corrigez-le, ou laissez-le vide.", "vaccine.atc")


def _codes(vaccine: Vaccine) -> Iterator[Finding]:
    for field, label, table in (
        ("route", "La voie d’administration", PROFILE.routes),
        ("site", "La région d’administration", PROFILE.sites),
        ("act", "La nature de la vaccination", PROFILE.acts),
    ):
        code = getattr(vaccine, field)
        if code not in table and (code or field == "act"):
            text = f"{label} « {code[:20]} » n’est pas du jeu de valeurs."
            yield said.error(27, text, f"Choisissez l’une de celles-ci : {', '.join(table)}.", f"vaccine.{field}")


def _lot(vaccine: Vaccine, day: dt.date) -> Iterator[Finding]:
    if not vaccine.lot:
        yield said.warning(28, "Le numéro de lot manque.", "Scannez la boîte, ou recopiez-le.", "vaccine.lot")
    elif len(vaccine.lot) > _LOT_LIMIT:
        text = f"Le numéro de lot a plus de {_LOT_LIMIT} caractères."
        yield said.error(28, text, "Recopiez-le depuis la boîte.", "vaccine.lot")
    if not vaccine.expiry:
        return
    last = last_day(vaccine.expiry)
    if last is None:
        text = f"Date de péremption impossible : « {vaccine.expiry[:20]} »."
        yield said.error(28, text, "Corrigez-la (AAAA-MM-JJ).", "vaccine.expiry")
    elif last < day:
        text = f"Le vaccin était périmé le jour de l’acte : {french.short_date(last)}."
        yield said.warning(28, text, "Vérifiez la date ; si elle est juste, prévenez le patient.", "vaccine.expiry")
    elif last.year - day.year > _FAR_YEARS:
        text = f"La péremption est dans plus de {_FAR_YEARS} ans."
        yield said.warning(28, text, "Vérifiez la date.", "vaccine.expiry")


def last_day(expiry: str) -> dt.date | None:
    """Return the last day of use that an expiry ``YYYY-MM-DD``, ``YYYY-MM`` or ``YYYY-MM-00`` means; None for none."""
    found = _EXPIRY.fullmatch(expiry)
    if found is None:
        return None
    year, month, day = (int(part or 0) for part in found.groups())
    try:
        if day:
            return dt.date(year, month, day)
        return (dt.date(year, month, 28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    except (ValueError, OverflowError):
        return None


def _entretien(entretien: Entretien) -> Iterator[Finding]:
    if not entretien.theme:
        yield said.warning(26, "Le thème de l’entretien manque.", "Nommez-le.", "theme")
    if not any(section.text.strip() for section in entretien.sections):
        yield said.error(26, "L’entretien ne dit rien : aucune partie n’a de texte.", "Écrivez-en une.", "sections")
        return
    for rank, section in enumerate(entretien.sections):
        if not section.text.strip():
            text = f"La partie « {section.title[:60]} » est vide."
            yield said.warning(26, text, "Complétez-la, ou ôtez-la.", f"sections[{rank}]")


def _bilan(bilan: Bilan) -> Iterator[Finding]:
    parts = {"analysis": bilan.analysis, "proposals": bilan.proposals, "follow_up": bilan.follow_up}
    if not bilan.treatments and not any(text.strip() for text in parts.values()):
        yield said.error(26, "Le bilan est vide.", "Écrivez les traitements et leur analyse.", "treatments")
        return
    for rank, treatment in enumerate(bilan.treatments):
        if not treatment.name.strip():
            text = f"Le traitement n° {rank + 1} n’a pas de nom."
            yield said.error(26, text, "Nommez-le, ou ôtez-le.", f"treatments[{rank}]")
    if not bilan.treatments:
        yield said.warning(26, "Le bilan n’a aucun traitement.", "Complétez-le.", "treatments")
    for field, label in (("analysis", "L’analyse"), ("proposals", "Les propositions"), ("follow_up", "Le suivi")):
        if not parts[field].strip():
            yield said.warning(26, f"{label} : rien n’est écrit.", "Complétez le bilan.", field)

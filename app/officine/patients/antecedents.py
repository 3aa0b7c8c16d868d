"""Whom must one look for before a file is created, and what is no such search? The date of birth comes first.

Sources: RNIV (recherche d’antériorité: date of birth, then at most three letters of any name), INS.07 to INS.10.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.kernel import french, identifiers
from app.kernel.outcome import Finding, Severity
from app.kernel.text import plural, typographic, words
from app.officine.patients import dates
from app.officine.patients.rules import PatientQuery

if TYPE_CHECKING:
    import datetime as dt

    from app.officine.patients.dates import Period

TO_CONFIRM = "GAL-PAT-30"
"""The code of a creation that waits until somebody says that it is another person."""
NO_KEY, WRONG_KEY = "GAL-PAT-34", "GAL-PAT-33"
"""The codes of the refusals of a matricule."""
MAX_LETTERS = 3
"""More letters would miss a name that was written otherwise (RNIV)."""

_MATRICULE = re.compile(r"[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6}(?:[0-9]{2})?")
_WITHOUT_KEY = 13


def read_search(born: str, letters: str, today: dt.date) -> tuple[PatientQuery, list[Finding]]:
    """Return what a search before creation asks, and what refuses it.

    ``born`` is a date of birth in any typed form, whole, month and year, or year alone; a matricule of 15 characters
    is looked up, never taken over. ``letters`` begin any of the names, birth or used, first or family; signs and
    accents count for nothing.
    """
    code = _code_of(born)
    if _MATRICULE.fullmatch(code):
        refusals = matricule_refusals(born)
        return PatientQuery(matricule="" if refusals else code), refusals
    periods = dates.read_periods(born, today)
    if not periods:
        text = "La recherche avant création part de la date de naissance."
        advice = "Tapez-la entière, ou le mois et l’année, ou l’année seule (12/05/1980, 05/1980, 1980)."
        return PatientQuery(), [_error(31, text, advice, "birth_date")]
    prefix = "".join(words(letters))
    if len(prefix) > MAX_LETTERS:
        text = f"Trois lettres au plus : {plural(len(prefix), 'lettre')} écarteraient un nom écrit autrement."
        return PatientQuery(), [_error(32, text, "Ôtez les dernières.", "letters")]
    completed = tuple(day for period in periods for day in _as_completed(period))
    return PatientQuery(periods, (prefix,) if prefix else (), completed=completed), []


def born_in(typed: str, today: dt.date) -> str:
    """Return the date of birth that a search as typed names, as a form takes it; empty for none, or for several."""
    periods, _rest = dates.take_dates(typed, today)
    if len(periods) != 1:
        return ""
    first, last = periods[0].first, periods[0].last
    if first == last:
        return french.short_date(first)
    return f"{first:%m/%Y}" if first.month == last.month else f"{first:%Y}"


def named_in(typed: str, today: dt.date) -> tuple[str, ...]:
    """Return the words of a search as typed that are no part of its date: the names, to be typed no more."""
    _periods, rest = dates.take_dates(typed, today)
    left = set(words(rest))
    found = (word for word in typed.split() if set(words(word)) and set(words(word)) <= left)
    return tuple(word for word in found if not any(char.isdigit() for char in word))


def matricule_refusals(typed: str) -> list[Finding]:
    """Return why what was typed as a matricule finds nobody: no key, or a wrong one (INS.08); empty for the rest."""
    code = _code_of(typed)
    if not _MATRICULE.fullmatch(code):
        return []
    if len(code) == _WITHOUT_KEY:
        text = "Ce matricule n’a pas sa clé : il faut ses 15 caractères."
        return [_error(34, text, "Ajoutez les deux chiffres de la clé.", "birth_date")]
    if not identifiers.is_nir(code):
        text = "La clé de ce matricule est fausse : rien n’a été cherché."
        return [_error(33, text, "Relisez-le, ou cherchez par la date de naissance.", "birth_date")]
    return []


def truncated(limit: int) -> Finding:
    """Return what is said of a search that more files answer than are shown."""
    text = f"Plus de {limit} dossiers répondent : tous ne sont pas montrés."
    advice = "Précisez la date, ou ajoutez jusqu’à trois lettres d’un nom ou d’un prénom."
    return Finding("GAL-PAT-35", Severity.WARNING, typographic(text), typographic(advice), "letters")


def to_confirm() -> Finding:
    """Return the refusal of a creation that resembles a known file, until somebody says that it is another person."""
    text = "Rien n’a été créé : un dossier au moins ressemble à celui-ci."
    advice = "Comparez-les ; si c’est une autre personne, confirmez la création."
    return Finding(TO_CONFIRM, Severity.ERROR, typographic(text), typographic(advice))


def _as_completed(period: Period) -> tuple[dt.date, ...]:
    """Return the dates that a file holds where less was known of this very day (RNIV EXI PP 19)."""
    day = period.first
    if day != period.last:
        return ()
    return day.replace(day=1), day.replace(month=1), day.replace(month=12, day=31)


def _code_of(typed: str) -> str:
    return re.sub(r"[\s\u00a0\u202f]", "", typed).upper()


def _error(number: int, text: str, advice: str, subject: str) -> Finding:
    return Finding(f"GAL-PAT-{number:02d}", Severity.ERROR, typographic(text), typographic(advice), subject)

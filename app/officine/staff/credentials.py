"""Is this password, PIN or code good enough, and how long must one wait after failures? Pure."""

from __future__ import annotations

import datetime as dt
import enum
import itertools
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel.outcome import Finding, Severity
from app.kernel.text import fold, typographic

if TYPE_CHECKING:
    from collections.abc import Iterable

PASSWORD_LENGTHS = (12, 256)
"""Shortest and longest password, in characters. CNIL, délibération 2022-100: at least 50 bits where the access is
restricted after failures; NIST SP 800-63B, 5.1.1.2: length rather than composition, and a list of obvious ones."""

PIN_LENGTHS = (6, 12)
MAX_PASSWORD_FAILURES = 10
MAX_PIN_FAILURES = 5
_FREE_FAILURES = 2
_FIRST_DELAY = dt.timedelta(seconds=5)
_KEPT = 7
_CODE = re.compile(r"[0-9]{6}")
_PIN = re.compile(r"[0-9]{6,12}")
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "azertyuiopqsdfghjklmwxcvbn", "qwertyuiopasdfghjklzxcvbnm", "01234567890")
_LEET = str.maketrans("0134578@$!€", "oieastbasie")

# fmt: off
_OBVIOUS = (
    "motdepasse", "password", "passe", "mdp", "secret", "azerty", "qwerty", "bonjour", "bonsoir", "soleil",
    "chouchou", "doudou", "loulou", "jetaime", "marseille", "paris", "france", "admin", "administrateur", "root",
    "user", "utilisateur", "test", "demo", "demonstration", "bienvenue", "welcome", "letmein", "iloveyou", "dragon",
    "football", "monkey", "princesse", "licorne", "amour", "pharmacie", "pharmacien", "pharmacienne", "officine",
    "comptoir", "titulaire", "adjoint", "preparateur", "preparatrice", "caducee", "galien", "croixverte",
    "medicament", "ordonnance", "vitale", "sesam", "doliprane", "efferalgan", "paracetamol", "ameli", "janvier",
    "fevrier", "mars", "avril", "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre", "lundi",
    "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche", "printemps", "automne", "hiver",
)
# fmt: on
"""Words that every list of stolen passwords begins with, and those of the trade."""


class Factor(enum.StrEnum):
    """What is tried, each with a count of its own."""

    PASSWORD = "password"  # noqa: S105 -- the name of a factor
    PIN = "pin"

    @property
    def limit(self) -> int:
        """How many failures in a row shut it."""
        return MAX_PASSWORD_FAILURES if self is Factor.PASSWORD else MAX_PIN_FAILURES


@dataclass(frozen=True, slots=True)
class Tries:
    """The failures in a row of one factor: how many, and when the last began."""

    failures: int = 0
    last_at: dt.datetime | None = None


def is_shut(tries: Tries, factor: Factor) -> bool:
    """Return True after too many failures in a row: waiting opens it no more."""
    return tries.failures >= factor.limit


def delay(failures: int) -> dt.timedelta:
    """Return the wait after so many failures in a row: none at first, then twice as long each time."""
    if failures <= _FREE_FAILURES:
        return dt.timedelta(0)
    doublings = min(failures - _FREE_FAILURES - 1, 20)
    return _FIRST_DELAY * (1 << doublings)


def locked_until(tries: Tries, now: dt.datetime) -> dt.datetime | None:
    """Return the moment until which nothing is tried; None where one may try now.

    A clock that went back does not shut anyone out; the count of failures still does.
    """
    if tries.last_at is None or now < tries.last_at:
        return None
    end = tries.last_at + delay(tries.failures)
    return end if now < end else None


def must_wait(tries: Tries, factor: Factor, now: dt.datetime) -> bool:
    """Return True where nothing may be tried now."""
    return is_shut(tries, factor) or locked_until(tries, now) is not None


def normal(password: str) -> bytes:
    """Return the octets of a password as they are hashed, alike from every keyboard (NFKC, NIST SP 800-63B).

    Any text is legal: a lone surrogate gives octets that no accepted password has.
    """
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def check_password(password: str, about: Iterable[str] = ()) -> list[Finding]:
    """Return why a new password is refused; ``about`` are the names that it must not be made of.

    No composition is asked for: length, and nothing that is guessed first.
    """
    shortest, longest = PASSWORD_LENGTHS
    if not shortest <= len(unicodedata.normalize("NFKC", password[: longest + 1])) <= longest:
        text = f"Le mot de passe a de {shortest} à {longest} caractères."
        return [_error("GAL-PER-10", text, "Quatre ou cinq mots sans lien font un bon mot de passe.", "password")]
    if not password.isprintable():
        text = "Le mot de passe contient un caractère qui ne se tape pas."
        return [_error("GAL-PER-11", text, "Retapez-le au clavier.", "password")]
    if _left(password, about) < _KEPT:
        text = (
            "Ce mot de passe se devine : mots trop courants, noms de l’officine ou de l’équipe, suites ou répétitions."
        )
        return [_error("GAL-PER-12", text, "Choisissez quatre ou cinq mots sans lien entre eux.", "password")]
    return []


def check_pin(pin: str) -> list[Finding]:
    """Return why a new PIN is refused."""
    if _PIN.fullmatch(pin) is None:
        text = f"Le code PIN a de {PIN_LENGTHS[0]} à {PIN_LENGTHS[1]} chiffres."
        return [_error("GAL-PER-13", text, "Tapez des chiffres seulement.", "pin")]
    steps = {(int(after) - int(before)) % 10 for before, after in itertools.pairwise(pin)}
    if len(steps) == 1 or len(set(pin)) < 3 or _is_pattern(pin):
        text = "Ce code PIN se devine : suite ou répétition."
        return [_error("GAL-PER-14", text, "Choisissez des chiffres sans ordre.", "pin")]
    return []


def is_code(code: str) -> bool:
    """Return True for what an authenticator shows: six ASCII digits."""
    return _CODE.fullmatch(code) is not None


def is_pin(pin: str) -> bool:
    """Return True for what may be a PIN."""
    return _PIN.fullmatch(pin) is not None


def _is_pattern(pin: str) -> bool:
    """Return True for the same two or three digits over and over."""
    return any(pin == (pin[:size] * len(pin))[: len(pin)] for size in (1, 2, 3))


def _left(password: str, about: Iterable[str]) -> int:
    """Return how many characters are left of a password once what is guessed first is taken out."""
    names = [fold(name) for name in about]
    known = {*_OBVIOUS, *(part for name in names for part in (*name.split(), name.replace(" ", "")))}
    lower = password.lower()
    return min(_without(_letters(text), known) for text in (lower, lower.translate(_LEET)))


def _letters(text: str) -> str:
    """Return the letters and digits of a text, of any script, without accents."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text.lower()) if letter.isalnum())


def _without(text: str, known: Iterable[str]) -> int:
    for word in sorted((word for word in known if len(word) >= 3), key=lambda word: (-len(word), word)):
        text = text.replace(word, "\n")
    return sum(_distinct(part) for part in text.split("\n"))


def _distinct(part: str) -> int:
    """Return the length of a text, where a character that repeats or follows the one before it counts for nothing."""
    count = 0
    for rank, letter in enumerate(part):
        before = part[rank - 1] if rank else ""
        if not before or not (before == letter or _follows(before, letter)):
            count += 1
    return min(count, 2 * len(set(part)))


def _follows(before: str, letter: str) -> bool:
    pair = before + letter
    return any(pair in row or pair[::-1] in row for row in _ROWS)


def _error(code: str, text: str, advice: str, subject: str = "") -> Finding:
    return Finding(code, Severity.ERROR, typographic(text), advice, subject)

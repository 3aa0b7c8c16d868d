"""How many boxes may be promised, to whom, and whose turn is it when some come in? Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from app.kernel.clock import paris_date
from app.kernel.outcome import Finding, Severity
from app.kernel.text import one_line, plural, typographic
from app.officine.owed.model import Promised, Slip

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from app.officine.owed.model import Promise

OLD_DAYS = 7
"""From how many days on a promis is shown as late, while the officine chose none: a habit, no text asks for it."""

REASON_LIMIT = 200
MOST_DAYS = 365
# A French number, with or without spaces, points or the country code.
_PHONE = re.compile(r"(?:\+33[ .]?|0)[1-9](?:[ .-]?\d{2}){4}")


def phone_in(text: str) -> str:
    """Return the telephone number that a text holds; empty where it holds none."""
    found = _PHONE.search(text)
    return found[0] if found is not None else ""


def name_in(text: str) -> str:
    """Return what a text holds besides a telephone number."""
    return one_line(_PHONE.sub(" ", text).strip(" ,;:-"))


def check_customer(text: str) -> list[Finding]:
    """Return what lacks in the name and the telephone of a customer who has no file."""
    if phone_in(text) and any(char.isalpha() for char in name_in(text)):
        return []
    return [
        _error(
            "GAL-DU-03",
            "Un promis demande un patient, ou le nom et le téléphone de qui revient.",
            "F2 : patient ; F8 : nom et téléphone.",
            "owed",
        )
    ]


def check_reason(reason: str) -> list[Finding]:
    """Return what is wrong with the reason of a cancellation, as typed."""
    if not reason.strip() or len(reason) > REASON_LIMIT or not reason.isprintable():
        text = f"Le motif de l’annulation a de 1 à {REASON_LIMIT} caractères."
        return [_error("GAL-DU-06", text, "Indiquez le motif.", "reason")]
    return []


def check_hand_over(promise: Promise | None, quantity: int, scanned: int) -> list[Finding]:
    """Return why ``quantity`` boxes, ``scanned`` of them read by the scanner, may not be handed over."""
    if promise is None:
        return [_error("GAL-DU-10", "Ce promis n’existe pas.", "Choisissez-en un dans la liste (F8).")]
    if not promise.left:
        return [_over(promise)]
    if not max(1, scanned) <= quantity <= promise.left:
        text = f"{promise.label} : {plural(promise.left, 'boîte')} à remettre, pas {max(quantity, scanned)}."
        return [_error("GAL-DU-05", text, "Indiquez au plus ce qui est dû.", promise.code)]
    return []


def unbilled(promise: Promise) -> Finding:
    """Return the refusal to hand over without billing what was not billed yet."""
    text = f"{promise.label} : ce promis se facture à la remise."
    return _error("GAL-DU-17", text, "Remettez-le par F8, avec son règlement.", promise.code)


def gone(promise: Promise) -> Finding:
    """Return the refusal for a promis that another counter has just handed over or cancelled."""
    return _over(promise)


def short(promise: Promise) -> Finding:
    """Return the refusal where the stock does not hold the boxes."""
    text = f"{promise.label} : le stock ne suffit pas, rien n’a été remis."
    return _error("GAL-DU-08", text, "Recevez la commande dans le stock, puis recommencez.", promise.code)


def kept_for_others(label: str, kept: int, subject: str) -> Finding:
    """Return the warning for a line that would take boxes promised to somebody else."""
    text = f"{label} : {plural(kept, 'boîte')} du stock {'est promise' if kept == 1 else 'sont promises'} à d’autres."
    advice = "F8 : promettez à votre tour, ou confirmez que vous servez d’abord ce patient."
    return Finding("GAL-DU-04", Severity.WARNING, typographic(text), typographic(advice), subject)


def with_turns(promises: Sequence[Promise], on_hand: Mapping[str, int]) -> list[Promise]:
    """Return open promises, the oldest first, each marked ready where the stock holds its boxes.

    First come, first served: what is set aside for one is no longer there for the next.
    """
    free = dict(on_hand)
    marked = []
    for promise in sorted(promises, key=lambda one: one.number):
        ready = 0 < promise.left <= free.get(promise.code, 0)
        # A later promis does not overtake one that waits for more boxes than there are.
        free[promise.code] = free.get(promise.code, 0) - promise.left
        marked.append(replace(promise, ready=ready))
    return marked


def age_days(promise: Promise, today: dt.date) -> int:
    """Return for how many days a promis has been waiting."""
    return days_since(promise.at, today)


def days_since(at: dt.datetime, today: dt.date) -> int:
    """Return how many days of Paris went by since a moment (UTC)."""
    return (today - paris_date(at)).days


def is_old(promise: Promise, today: dt.date, late_days: int = OLD_DAYS) -> bool:
    """Return True where a promis has been waiting for too long."""
    return promise.left > 0 and age_days(promise, today) >= late_days


def promised(boxes: int, since: dt.datetime, today: dt.date, late_days: int) -> Promised:
    """Return what is owed to a patient since a moment, late or not, as on a day."""
    days = days_since(since, today)
    return Promised(boxes, days, days >= late_days)


def check_days(days: int) -> list[Finding]:
    """Return what is wrong with the number of days after which a promis is shown as late."""
    if 1 <= days <= MOST_DAYS:
        return []
    return [_error("GAL-DU-16", f"Le délai va de 1 à {MOST_DAYS} jours.", "Indiquez un nombre de jours.", "late_days")]


def slip(promise: Promise) -> Slip:
    """Return what the ticket of a promis says."""
    return Slip(
        number=promise.number,
        made_on=paris_date(promise.at),
        delivery=promise.delivery,
        customer=promise.customer,
        label=promise.label,
        boxes=promise.left,
        billed=promise.billed,
    )


def message(promises: Iterable[Promise], officine: str) -> str:
    """Return the text of a short message that tells a customer to come; nothing is sent.

    It names no product: a telephone may be read by somebody else (secret professionnel, CSP L.1110-4).
    """
    boxes = sum(promise.left for promise in promises)
    sender = officine or "Votre pharmacie"
    thing = "le produit promis est arrivé" if boxes == 1 else f"les {boxes} boîtes promises sont arrivées"
    return typographic(f"{sender} : {thing}. Venez avec votre ticket de promis. Ne répondez pas à ce message.")


def matches(promise: Promise, words: Sequence[str], folded: str) -> bool:
    """Return True where each word typed is in ``folded``, what names the promis, or is its number."""
    return all(word in folded or word == str(promise.number) for word in words)


def _over(promise: Promise) -> Finding:
    text = f"Promis n°\u00a0{promise.number} : il n’y a plus rien à remettre."
    return _error("GAL-DU-07", text, "Il vient d’être remis ou annulé : relisez la liste (F8).", promise.code)


def _error(code: str, text: str, advice: str, subject: str = "") -> Finding:
    return Finding(code, Severity.ERROR, typographic(text), typographic(advice), subject)

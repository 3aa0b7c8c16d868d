"""What would the file become by what was read, and what can't be taken over? Pure.

Only what the public lists, or the table that the officine holds from its publisher, give a meaning to is proposed. How
much a complementary insurance takes, and the régime local, are not on the card: the file keeps what it says of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.outcome import Finding, Severity
from app.kernel.text import typographic
from app.officine.rights.model import Comparison, Difference, Span

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from app.officine.patients.model import Coverage
    from app.officine.rights.model import Cover, Entitled, Insured, Meaning, Meanings

SERVICES = {
    "00": "aucun service particulier",
    "01": "CSS gérée par l’assurance maladie",
    "02": "CSS gérée par une complémentaire, par convention",
    "03": "CSS gérée par une complémentaire",
    "10": "sortant de la CSS",
}
"""Code service AMO (list of 2005, where the CSS bears its name of then, CMU complémentaire)."""
_CSS = frozenset({"01", "02", "03"})
_NOT_OF_CARD = frozenset({"at", "vaccine_campaign"})
"""Exemptions that a code couverture does not speak of: they are the file's own."""
_EXEMPTIONS = {"maternity": "maternité", "invalidity": "invalidité", "ame": "AME", None: "aucune"}


def compare(insured: Insured, one: Entitled, file: Coverage, day: dt.date, meanings: Meanings) -> Comparison:
    """Return what the file would become by what was read of a beneficiary, on a day."""
    findings = list(_validity(insured, one, day))
    coverage = _with_css(file, insured, one, day, findings)
    coverage = _with_covers(coverage, one, day, meanings, findings)
    findings += _complement(one, file, day)
    return Comparison(coverage, tuple(_differences(file, coverage)), tuple(findings))


def expired(at: dt.datetime) -> Finding:
    """Return the finding that refuses rights whose context is over."""
    text = f"Le contexte de l’appli carte Vitale a expiré à {french.short_time(at)} : ses droits ne sont plus repris."
    return _finding("GAL-FSV-41", Severity.ERROR, text, "Demandez au patient un nouveau code, et scannez-le.")


def code_too_old(minutes: int) -> Finding:
    """Return the finding that refuses a QR shown too long ago."""
    text = f"Ce code de l’appli carte Vitale a plus de {minutes} minutes : il n’est plus valable."
    return _finding("GAL-FSV-40", Severity.ERROR, text, "Demandez au patient d’en afficher un nouveau.")


def code_of_tomorrow() -> Finding:
    """Return the finding that refuses a QR shown later than now: one of the two clocks is wrong."""
    text = "Ce code de l’appli carte Vitale est daté de plus tard : l’heure du poste ou du téléphone est fausse."
    return _finding("GAL-FSV-42", Severity.ERROR, text, "Mettez le poste à l’heure, et scannez un nouveau code.")


def other_person(name: str) -> Finding:
    """Return the finding that refuses to bring a file up to date with somebody else's rights."""
    text = f"Ces droits ne sont pas ceux de {name} : les traits lus diffèrent du dossier."
    return _finding("GAL-FSV-35", Severity.ERROR, text, "Choisissez le bénéficiaire, ou corrigez l’identité.")


def _validity(insured: Insured, one: Entitled, day: dt.date) -> Iterator[Finding]:
    if insured.card_until is not None and insured.card_until < day:
        text = f"La carte n’est plus valable depuis le {french.short_date(insured.card_until)}."
        yield _finding("GAL-FSV-33", Severity.WARNING, text, "Faites-la mettre à jour, et vérifiez l’attestation.")
    if not one.periods or any(span.holds(day) for span in one.periods):
        return
    ends = [span.last for span in one.periods if span.last is not None and span.last < day]
    when = f"échus le {french.short_date(max(ends))}" if ends else "pas encore ouverts"
    text = f"Droits à l’assurance maladie {when}."
    yield _finding("GAL-FSV-34", Severity.WARNING, text, "Pas de tiers payant sans attestation à jour.")


def _with_css(file: Coverage, insured: Insured, one: Entitled, day: dt.date, findings: list[Finding]) -> Coverage:
    code, span = (one.service, one.service_span) if one.service else (insured.service, insured.service_span)
    if code in _CSS:
        if span.first is not None and span.first > day:
            text = f"CSS à compter du {french.short_date(span.first)} seulement : le dossier n’est pas changé."
            findings.append(_finding("GAL-FSV-36", Severity.INFO, text))
            return file
        return replace(file, css=True, css_to=span.last)
    if not code:
        return file
    if code in {"00", "10"}:
        return replace(file, css=False, css_to=None)
    text = f"Code service AMO « {code} » inconnu : le dossier garde ce qu’il dit de la CSS."
    findings.append(_finding("GAL-FSV-37", Severity.WARNING, text, "Vérifiez l’attestation."))
    return file


def _with_covers(file: Coverage, one: Entitled, day: dt.date, meanings: Meanings, findings: list[Finding]) -> Coverage:
    today = [cover for cover in one.covers if cover.span.holds(day)]
    if not today:
        text = "La carte ne porte aucun code couverture à ce jour : ALD et exonérations restent celles du dossier."
        findings.append(_finding("GAL-FSV-38", Severity.INFO, text))
        return file
    known = [(cover, meanings.rows[cover.ald, cover.situation]) for cover in today if _key(cover) in meanings.rows]
    if len(known) < len(today):
        codes = ", ".join(f"ALD {cover.ald or '—'}, situation {cover.situation or '—'}" for cover in today)
        text = f"Code couverture ({codes}) sans signification connue : ALD et exonérations restent celles du dossier."
        advice = "Vérifiez l’attestation, ou donnez à Galien la table de l’éditeur (réglage fsv_meanings)."
        findings.append(_finding("GAL-FSV-39", Severity.WARNING, text, advice))
        return file
    return _exempted(_condition(file, known), known)


def _condition(file: Coverage, known: list[tuple[Cover, Meaning]]) -> Coverage:
    spans = [cover.span for cover, meaning in known if meaning.ald]
    span = spans[0] if spans else Span()
    return replace(file, ald=bool(spans), ald_from=span.first, ald_to=span.last)


def _exempted(file: Coverage, known: list[tuple[Cover, Meaning]]) -> Coverage:
    if file.exemption in _NOT_OF_CARD:
        return file
    found = [(cover.span, meaning.exemption) for cover, meaning in known if meaning.exemption is not None]
    span, exemption = found[0] if found else (Span(), None)
    return replace(file, exemption=exemption, exemption_from=span.first, exemption_to=span.last)


def _key(cover: Cover) -> tuple[str, str]:
    return cover.ald, cover.situation


def _complement(one: Entitled, file: Coverage, day: dt.date) -> Iterator[Finding]:
    current = [
        complement
        for complement in one.complements
        if not complement.spans or any(span.holds(day) for span in complement.spans)
    ]
    if current and file.amc is None:
        text = f"Complémentaire n° {current[0].number} sur la carte, aucune au dossier."
        advice = "Ce qu’elle prend n’est pas sur la carte : Patients (Alt+2), F6 « Droits »."
        yield _finding("GAL-FSV-43", Severity.INFO, text, advice)
    elif file.amc is not None and one.complements and not current:
        text = "Complémentaire échue sur la carte, présente au dossier."
        yield _finding("GAL-FSV-44", Severity.WARNING, text, "Demandez la carte de tiers payant.")


def _differences(file: Coverage, coverage: Coverage) -> Iterator[Difference]:
    for label, told in (
        ("ALD", lambda one: _dated(one.ald, Span(one.ald_from, one.ald_to))),
        ("CSS", lambda one: _dated(one.css, Span(None, one.css_to))),
        ("Exonération", _exemption),
    ):
        if told(file) != told(coverage):
            yield Difference(label, told(file), told(coverage))


def _exemption(one: Coverage) -> str:
    label = _EXEMPTIONS.get(one.exemption, one.exemption or "")
    return f"{label}{_days(Span(one.exemption_from, one.exemption_to))}"


def _dated(held: bool, span: Span) -> str:  # noqa: FBT001 -- the value of a field, said in words
    return f"oui{_days(span)}" if held else "non"


def _days(span: Span) -> str:
    begun = "" if span.first is None else f" du {french.short_date(span.first)}"
    ended = "" if span.last is None else f" {'au' if span.first else 'jusqu’au'} {french.short_date(span.last)}"
    return f"{begun}{ended}"


def _finding(code: str, severity: Severity, text: str, advice: str = "") -> Finding:
    return Finding(code, severity, typographic(text), typographic(advice))

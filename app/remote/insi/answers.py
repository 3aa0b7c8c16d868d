"""What does an answer of INSi say, or which failure is it?

Source: ``INSi_RESULTAT_INS.xsd`` and the samples of the CNDA, which do not keep its order: read by name. What is
missing is left empty, for the business to refuse; what stands twice, or says nothing at all, is no answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from app.remote import soap
from app.remote.insi.failures import FailureKind, InsiFailure
from app.remote.insi.model import InsRecord, Operation, Reply
from app.remote.soap import UnreadableAnswer

if TYPE_CHECKING:
    from app.remote.http import HttpAnswer
    from app.remote.soap import Element, Fault

RESULT = "http://www.cnamts.fr/INSiResultat"
VERIFIED = "http://www.cnamts.fr/INSiLot2/REPUnitaire"
FOUND = "00"

_XML_TYPES = frozenset({soap.CONTENT_TYPE, "application/xml", "text/xml"})
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,20}")
_SETTINGS_FAULTS = frozenset({"desir_550", "desir_560"})
_VENDOR = "Prévenez votre éditeur avec ce code ; l’identité reste telle qu’elle est."
_BY_KIND = {
    FailureKind.SETTINGS: (
        "GAL-DIS-51",
        "Vérifiez le numéro d’autorisation du logiciel et le certificat dans les réglages d’INSi.",
    ),
    FailureKind.INPUT: ("GAL-DIS-52", "Corrigez les traits d’identité, puis recommencez."),
    FailureKind.SERVICE: ("GAL-DIS-53", "Recommencez plus tard ; l’identité reste telle qu’elle est."),
}
_OTHER_FAULT = ("GAL-DIS-54", "Appelez l’assistance du téléservice avec ce code.")
_TOO_MANY, _FIRST_SERVER_ERROR, _FIRST_ERROR, _LAST_GOOD = 429, 500, 400, 299


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a question was, for its answer to be read: its bytes, how it was asked, and by whom."""

    operation: Operation
    message_id: str
    request: bytes
    mode: str
    caller: str


def read(answer: HttpAnswer, asked: Asked) -> Reply:
    """Return the reply that an HTTP answer holds. Raises InsiFailure for anything else."""
    if answer.content_type not in _XML_TYPES:
        _raise_foreign(answer, asked)
    try:
        body = soap.body_of(answer.body)
        fault = soap.fault_of(body)
        if fault is not None:
            raise _refused(fault, answer, asked)
        return _reply(body, answer, asked)
    except UnreadableAnswer as error:
        if answer.status >= _FIRST_ERROR:
            _raise_foreign(answer, asked)
        text = f"La réponse d’INSi ne se lit pas : {error}."
        raise _failure(text, answer, asked, code="GAL-DIS-49", advice=_VENDOR, kind=FailureKind.ANSWER) from error


def _reply(body: Element, answer: HttpAnswer, asked: Asked) -> Reply:
    if answer.status != 200:
        raise UnreadableAnswer("résultat donné avec une erreur HTTP")
    space, name = _split(body)
    is_result = (space, name) == (RESULT, "RESULTAT")
    if not is_result and not (asked.operation is Operation.VERIFY and space == VERIFIED):
        raise UnreadableAnswer("autre contenu que le résultat attendu")
    report = _only(body, space, "CR")
    if report is None:
        raise UnreadableAnswer("compte rendu absent")
    code = _value(report, space, "CodeCR")
    if not _CODE.fullmatch(code):
        raise UnreadableAnswer("code du compte rendu absent ou illisible")
    person = _only(body, space, "INDIVIDU")
    if person is None and code == FOUND and asked.operation is not Operation.VERIFY:
        raise UnreadableAnswer("identité annoncée et absente")
    active = None if person is None else _only(person, space, "INSACTIF")
    if person is not None and active is None:
        raise UnreadableAnswer("INS active absente")
    traits = None if person is None else _only(person, space, "TIQ")

    def trait(wanted: str) -> str:
        return "" if traits is None else _value(traits, space, wanted)

    return Reply(
        code=code,
        label=soap.text_of(report, space, "LibelleCR"),
        active=None if active is None else _record(active, space),
        history=() if person is None else tuple(_record(one, space) for one in _all(person, space, "INSHISTO")),
        family_name=trait("NomNaissance"),
        birth_names=trait("ListePrenom"),
        first_name=trait("Prenom"),
        sex=trait("Sexe"),
        birth_date=trait("DateNaissance"),
        birth_place=trait("LieuNaissance"),
        request=asked.request,
        answer=answer.body,
        http_status=answer.status,
        mode=asked.mode,
        caller=asked.caller,
    )


def _record(element: Element, space: str) -> InsRecord:
    number = _only(element, space, "IdIndividu")
    matricule = "" if number is None else _value(number, space, "NumIdentifiant") + _value(number, space, "Cle")
    return InsRecord(
        matricule=matricule,
        oid=_value(element, space, "OID"),
        start=_value(element, space, "DateDeb"),
        end=_value(element, space, "DateFin"),
    )


def _all(parent: Element, space: str, name: str) -> list[Element]:
    return list(parent.findall(f"{{{space}}}{name}"))


def _only(parent: Element, space: str, name: str) -> Element | None:
    """Return the child of that name, None where there is none. Raises UnreadableAnswer where there are several."""
    found = _all(parent, space, name)
    if len(found) > 1:
        raise UnreadableAnswer(f"{name} en double")
    return found[0] if found else None


def _value(parent: Element, space: str, name: str) -> str:
    """Return the text of a child without the space around it; one that holds more than a text is no value."""
    found = _only(parent, space, name)
    if found is None:
        return ""
    if len(found):
        raise UnreadableAnswer(f"{name} n’est pas une valeur")
    return str(found.text or "").strip()


def _split(element: Element) -> tuple[str, str]:
    space, _, name = str(element.tag).rpartition("}")
    return space[1:], name


# --- Failures ---------------------------------------------------------------------------------------------------------


def _refused(fault: Fault, answer: HttpAnswer, asked: Asked) -> InsiFailure:
    kind = _kind_of(fault)
    code, advice = _OTHER_FAULT if kind is FailureKind.SERVICE and not fault.is_receiver else _BY_KIND[kind]
    names = "/".join(name for name in (fault.subcode, fault.code) if name) or "sans code"
    text = f"INSi a refusé la demande ({names}) : {fault.reason or 'sans motif'}"
    return InsiFailure(
        text if text.endswith((".", "!", "?")) else f"{text}.",
        code=code,
        advice=f"{advice} Référence de l’appel : {asked.message_id}.",
        kind=kind,
        may_retry=fault.is_receiver,
        subcode=fault.subcode,
        fault=fault.code,
        severity=fault.severity,
        request=asked.request,
        answer=answer.body,
        http_status=answer.status,
        message_id=asked.message_id,
    )


def _kind_of(fault: Fault) -> FailureKind:
    """Return who can mend a fault: siram_1nn is about the caller’s rights, a sender’s insi_nn about what was typed."""
    if fault.is_receiver:
        return FailureKind.SERVICE
    if fault.code in _SETTINGS_FAULTS or re.fullmatch(r"siram_1\d\d", fault.subcode):
        return FailureKind.SETTINGS
    if fault.code.startswith("insi_"):
        return FailureKind.INPUT
    return FailureKind.SERVICE


def _raise_foreign(answer: HttpAnswer, asked: Asked) -> NoReturn:
    """Raise the failure of an answer that no téléservice gives: an error of HTTP, a web page, nothing."""
    status = answer.status
    if status == _TOO_MANY or status >= _FIRST_SERVER_ERROR:
        text = f"INSi n’est pas disponible (HTTP {status})."
        advice = _BY_KIND[FailureKind.SERVICE][1]
        raise _failure(text, answer, asked, code="GAL-DIS-53", advice=advice, kind=FailureKind.SERVICE, may_retry=True)
    if status > _LAST_GOOD:
        text = f"Ce qui répond à l’adresse d’INSi n’est pas le téléservice (HTTP {status})."
        advice = "Vérifiez l’adresse d’INSi et le certificat dans les réglages."
        raise _failure(text, answer, asked, code="GAL-DIS-50", advice=advice, kind=FailureKind.SETTINGS)
    if not answer.body.strip():
        text = "INSi a donné une réponse vide."
    elif answer.content_type in {"text/html", "application/xhtml+xml"}:
        text = "Une page web a répondu à la place d’INSi."
    else:
        text = "La réponse d’INSi n’est pas du type attendu."
    advice = "Vérifiez l’adresse d’INSi, et qu’aucun portail ou filtre du réseau ne s’interpose."
    raise _failure(text, answer, asked, code="GAL-DIS-48", advice=advice, kind=FailureKind.ANSWER)


def _failure(
    text: str,
    answer: HttpAnswer,
    asked: Asked,
    *,
    code: str,
    advice: str,
    kind: FailureKind,
    may_retry: bool = False,
) -> InsiFailure:
    return InsiFailure(
        text,
        code=code,
        advice=advice,
        kind=kind,
        may_retry=may_retry,
        request=asked.request,
        answer=answer.body,
        http_status=answer.status,
        message_id=asked.message_id,
    )

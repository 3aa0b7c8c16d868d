"""How is a question to INSi written, as its schemas want it?

Source: the WSDL ``DESIR_ICIR_EXP_1.5.0`` and its schemas, whose order of elements is kept; CTXBAM V01_02,
CTXLPS V01_00. The request of the verification is in no public schema: its namespace is a setting.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from app.remote import soap
from app.remote.insi.model import Operation

if TYPE_CHECKING:
    from app.remote.insi.model import CardData, Query, Software
    from app.remote.soap import Element

ACTION = "urn:ServiceIdentiteCertifiee:1.0.0:"
BY_TRAITS = "http://www.cnamts.fr/INSiRecSans"
BY_CARD = "http://www.cnamts.fr/INSiRecVit"
VERIFY = "http://www.cnamts.fr/INSiLot2/REQUnitaire"
BAM, LPS = "urn:siram:bam:ctxbam", "urn:siram:lps:ctxlps"
WSA = "http://www.w3.org/2005/08/addressing"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_KEY = 13
"""Where the key of a number begins."""


def action_of(operation: Operation) -> str:
    """Return the SOAP action of an operation."""
    return ACTION + operation.value


def envelope(
    query: Query,
    software: Software,
    caller: str,
    now: dt.datetime,
    *,
    assertion: Element | None = None,
    verify_namespace: str = VERIFY,
) -> bytes:
    """Return the request of a question asked at ``now`` by ``caller`` (``Emetteur``).

    ``assertion`` goes into the security header, which is absent without it. Each context has an Id of its own. Raises
    ValueError for a value that XML can't hold.
    """
    moment = utc(now)
    headers = [
        _beneficiary_context(query.card, caller, moment),
        _software_context(software, caller, moment),
        soap.element(WSA, "Action", "wsa", action_of(query.operation)),
        soap.element(WSA, "MessageID", "wsa", f"uuid:{query.message_id}"),
    ]
    if assertion is not None:
        security = soap.element(WSSE, "Security", "wsse")
        security.append(assertion)
        headers.append(security)
    return soap.envelope(headers, _body(query, verify_namespace))


def utc(moment: dt.datetime) -> str:
    """Return a moment in UTC to the millisecond, as the contexts have it."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _beneficiary_context(card: CardData | None, caller: str, moment: str) -> Element:
    context = soap.element(BAM, "ContexteBAM", "ctxbam", Version="01_02")
    soap.add(context, "Id", str(uuid.uuid4()))
    soap.add(context, "Temps", moment)
    soap.add(context, "Emetteur", caller)
    coverage = soap.add(context, "COUVERTURE")
    if card is not None:
        if card.holder:
            _number(soap.add(soap.add(coverage, "ASSURE"), "Id"), card.holder, "Num")
        person = soap.add(coverage, "BENEFICIAIRE")
        if card.individual:
            _number(soap.add(person, "Nir"), card.individual, "Num")
        if card.birth_date:
            soap.add(person, "DateNai", card.birth_date)
        soap.add(person, "Rang", str(card.rank))
    return context


def _software_context(software: Software, caller: str, moment: str) -> Element:
    context = soap.element(LPS, "ContexteLPS", "ctxlps", Nature="CTXLPS", Version="01_00")
    soap.add(context, "Id", str(uuid.uuid4()))
    soap.add(context, "Temps", moment)
    soap.add(context, "Emetteur", caller)
    told = soap.add(context, "LPS")
    soap.add(told, "IDAM", software.idam, R="4")
    soap.add(told, "Version", software.version)
    soap.add(told, "Instance", software.instance)
    soap.add(told, "Nom", f"urn:lps:{software.name}:{software.version}")
    return context


def _body(query: Query, verify_namespace: str) -> Element:
    if query.operation is Operation.BY_CARD:
        return _by_card(query)
    if query.operation is Operation.VERIFY:
        return _verify(query, verify_namespace)
    body = soap.element(BY_TRAITS, "RECSANSVITALE", "insi")
    for name, value in (
        ("NomNaissance", query.family_name),
        ("Prenom", query.first_name),
        ("Sexe", query.sex),
        ("DateNaissance", query.birth_date),
        ("LieuNaissance", place_to_send(query.birth_place)),
    ):
        if value:
            soap.add(body, name, value)
    return body


def _by_card(query: Query) -> Element:
    body = soap.element(BY_CARD, "RECVITALE", "insi")
    card = query.card
    if card is None:
        return body
    if card.individual:
        _number(soap.add(body, "MatriculeIndividu"), card.individual, "NumIdentifiant")
    if card.holder:
        _number(soap.add(body, "MatriculeOD"), card.holder, "NumIdentifiant")
    if card.family_name:
        soap.add(body, "NomNaissance", card.family_name)
    if card.birth_date:
        soap.add(body, "DateNaissance", card.birth_date)
    soap.add(body, "RangNaissance", str(card.rank))
    return body


def _verify(query: Query, namespace: str) -> Element:
    body = soap.element(namespace, "RequeteUnitaire", "insi")
    person = soap.add(body, "IndividuVerifie")
    given = soap.add(person, "INSFourni")
    _number(soap.add(given, "IdIndividu"), query.matricule, "NumIdentifiant")
    soap.add(given, "OID", query.oid)
    traits = soap.add(person, "TraitsIdentiteIndividu")
    for name, value in (
        ("NomNaissance", query.family_name),
        ("Prenom", query.first_name),
        ("ListePrenom", query.birth_names),
        ("Sexe", query.sex),
        ("DateNaissance", query.birth_date),
        ("LieuNaissance", place_to_send(query.birth_place)),
    ):
        if value:
            soap.add(traits, name, value)
    return body


def _number(parent: Element, number: str, name: str) -> None:
    """Write a number of 15 characters as the 13 of its body and its key."""
    soap.add(parent, name, number[:_KEY])
    if number[_KEY:]:
        soap.add(parent, "Cle", number[_KEY:])


def place_to_send(code: str) -> str:
    """Return a place of birth as INSi takes it: never with a letter (2A, 2B), though its answers have some."""
    return code if code.isascii() and code.isdigit() else ""

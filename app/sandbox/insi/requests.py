"""Is a request exactly what INSi takes? Everything else is refused, as strictly as its schemas say.

An independent reading of the WSDL ``DESIR_ICIR_EXP_1.5.0``, of CTXBAM V01_02 and CTXLPS V01_00. The codes of the faults
that are published (``insi_19``, ``desir_550``, ``desir_560``) are used for what they mean; what has none published is
refused under a code of the simulation.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from app.sandbox.insi.behaviours import Fault
from app.sandbox.insi.people import CardTraits, Traits

if TYPE_CHECKING:
    from collections.abc import Mapping

SOAP = "http://www.w3.org/2003/05/soap-envelope"
WSA = "http://www.w3.org/2005/08/addressing"
BAM, LPS = "urn:siram:bam:ctxbam", "urn:siram:lps:ctxlps"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
ACTION = "urn:ServiceIdentiteCertifiee:1.0.0:"
SEARCH, CARD, VERIFY = (
    "rechercherInsAvecTraitsIdentite",
    "rechercherInsAvecCarteVitale",
    "verifierInsAvecTraitsIdentite",
)
_BODIES = {
    SEARCH: "{http://www.cnamts.fr/INSiRecSans}RECSANSVITALE",
    CARD: "{http://www.cnamts.fr/INSiRecVit}RECVITALE",
}
_ORDER = {
    SEARCH: ("NomNaissance", "Prenom", "Sexe", "DateNaissance", "LieuNaissance"),
    CARD: ("MatriculeIndividu", "MatriculeOD", "NomNaissance", "DateNaissance", "RangNaissance"),
}
_TRAITS = ("NomNaissance", "Prenom", "ListePrenom", "Sexe", "DateNaissance", "LieuNaissance")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_CONTENT = re.compile(r'application/soap\+xml; charset=utf-8; action="([^"]+)"')
_NAME = re.compile(r"'?[A-Z]+(?:(?:--|[-' ])[A-Z]+)*'?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DRIFT = dt.timedelta(minutes=10)
_NO_ANSWER = "bac_a_sable"


class Refusal(Exception):
    """A request that INSi refuses; ``fault`` says how."""

    def __init__(self, fault: Fault) -> None:
        """Refuse by this fault."""
        super().__init__(fault.reason)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A request that was understood; ``ids`` are its three UUIDs, ``assertion`` its security header’s, if any."""

    operation: str
    message_id: str
    ids: tuple[str, str, str]
    instance: str
    idam: str
    caller: str
    assertion: etree._Element | None
    traits: Traits
    card: CardTraits | None
    matricule: str
    oid: str
    raw: bytes


def refused(reason: str, *, subcode: str = "siram_20", code: str = _NO_ANSWER) -> Refusal:
    """Return a refusal of the sender."""
    return Refusal(Fault(subcode=subcode, code=code, reason=reason))


def read(raw: bytes, content_type: str, now: dt.datetime, verify_namespace: str) -> Received:
    """Return a request that is well formed. Raises Refusal."""
    said = _CONTENT.fullmatch(content_type)
    if said is None:
        raise refused("Content-Type autre que application/soap+xml avec son action")
    header, body = _halves(raw)
    parts = {str(one.tag): one for one in header}
    four = {f"{{{BAM}}}ContexteBAM", f"{{{LPS}}}ContexteLPS", f"{{{WSA}}}Action", f"{{{WSA}}}MessageID"}
    if len(parts) != len(header) or not four <= set(parts) <= four | {f"{{{WSSE}}}Security"}:
        raise refused("en-têtes SOAP autres que ceux attendus")
    action = parts[f"{{{WSA}}}Action"].text or ""
    operation = action.removeprefix(ACTION)
    if action != said[1] or not action.startswith(ACTION) or operation not in {SEARCH, CARD, VERIFY}:
        raise refused("action inconnue, ou autre que celle du Content-Type")
    bodies = {**_BODIES, VERIFY: f"{{{verify_namespace}}}RequeteUnitaire"}
    if body.tag != bodies[operation]:
        raise refused("corps qui n’est pas celui de l’action")
    message = parts[f"{{{WSA}}}MessageID"].text or ""
    if not message.startswith("uuid:"):
        raise refused("MessageID sans uuid:")
    bam_id, caller, coverage = _beneficiary(parts[f"{{{BAM}}}ContexteBAM"], now)
    lps_id, lps_caller, software = _software(parts[f"{{{LPS}}}ContexteLPS"], now)
    ids = (message.removeprefix("uuid:"), bam_id, lps_id)
    if len(set(ids)) != 3 or not all(_UUID.fullmatch(one) for one in (*ids, software["Instance"])):
        raise refused("identifiants qui ne sont pas des UUID tous différents")
    if caller != lps_caller or not caller:
        raise refused("Emetteur absent, ou différent d’un contexte à l’autre")
    if operation != CARD and len(coverage):
        raise refused("COUVERTURE attendue vide")
    matricule, oid = _given_ins(body) if operation == VERIFY else ("", "")
    return Received(
        operation=operation,
        message_id=ids[0],
        ids=ids,
        instance=software["Instance"],
        idam=software["IDAM"],
        caller=caller,
        assertion=_assertion(parts.get(f"{{{WSSE}}}Security")),
        traits=_traits(body, operation),
        card=_card(body, coverage) if operation == CARD else None,
        matricule=matricule,
        oid=oid,
        raw=raw,
    )


# --- Envelope and contexts --------------------------------------------------------------------------------------------


def _halves(raw: bytes) -> tuple[etree._Element, etree._Element]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise refused("XML mal formé") from error
    if root.tag != f"{{{SOAP}}}Envelope" or [str(one.tag) for one in root] != [f"{{{SOAP}}}Header", f"{{{SOAP}}}Body"]:
        raise refused("enveloppe SOAP 1.2 attendue")
    if len(root[1]) != 1:
        raise refused("un seul élément attendu dans le corps")
    return root[0], root[1][0]


def _beneficiary(context: etree._Element, now: dt.datetime) -> tuple[str, str, etree._Element]:
    if context.get("Version") != "01_02" or context.get("Nature", "CTXBAM") != "CTXBAM":
        raise refused("ContexteBAM de version 01_02 attendu")
    values = _in_order(context, ("Id", "Temps", "Emetteur", "DateRef", "COUVERTURE"), ("Id", "Temps", "COUVERTURE"))
    _check_time(values["Temps"].text, now)
    return values["Id"].text or "", _text(values, "Emetteur"), values["COUVERTURE"]


def _software(context: etree._Element, now: dt.datetime) -> tuple[str, str, dict[str, str]]:
    if context.get("Version") != "01_00" or context.get("Nature") != "CTXLPS":
        raise refused("ContexteLPS de version 01_00 attendu")
    values = _in_order(context, ("Id", "Temps", "Emetteur", "LPS"), ("Id", "Temps", "Emetteur", "LPS"))
    _check_time(values["Temps"].text, now)
    wanted = ("IDAM", "Version", "Instance", "Nom")
    software = _in_order(values["LPS"], wanted, wanted)
    if software["IDAM"].get("R") != "4":
        raise refused("IDAM sans R=4")
    told = {name: one.text or "" for name, one in software.items()}
    if not told["Nom"].startswith("urn:lps:") or not told["Nom"].endswith(f":{told['Version']}"):
        raise refused("Nom du logiciel autre que urn:lps:nom:version")
    return values["Id"].text or "", _text(values, "Emetteur"), told


def _assertion(security: etree._Element | None) -> etree._Element | None:
    if security is None:
        return None
    if [str(one.tag) for one in security] != [f"{{{SAML}}}Assertion"]:
        raise refused("une assertion SAML attendue dans l’en-tête Security")
    return security[0]


def _check_time(text: str | None, now: dt.datetime) -> None:
    try:
        moment = dt.datetime.strptime(text or "", "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=dt.UTC)
    except ValueError as error:
        raise refused("Temps mal écrit (UTC, à la milliseconde)") from error
    if abs(moment - now) > _DRIFT or not re.search(r"\.\d{3}Z$", text or ""):
        raise refused("Temps trop loin de l’heure du service")


# --- Bodies -----------------------------------------------------------------------------------------------------------


def _traits(body: etree._Element, operation: str) -> Traits:
    if operation == CARD:
        return Traits()
    if operation == VERIFY:
        person = _at(body, "IndividuVerifie/TraitsIdentiteIndividu")
        values, needed = _in_order(person, _TRAITS, ()), ("NomNaissance", "Prenom", "Sexe", "DateNaissance")
    else:
        values, needed = _in_order(body, _ORDER[SEARCH], ()), ("NomNaissance", "Prenom", "Sexe", "DateNaissance")
    for name in needed:
        if not _text(values, name):
            raise refused(f"Le champ {name} est obligatoire", subcode="siram_10", code="insi_19")
    traits = Traits(
        family_name=_text(values, "NomNaissance"),
        first_name=_text(values, "Prenom"),
        birth_names=_text(values, "ListePrenom"),
        sex=_text(values, "Sexe"),
        birth_date=_text(values, "DateNaissance"),
        birth_place=_text(values, "LieuNaissance"),
    )
    _check_traits(traits)
    return traits


def _check_traits(traits: Traits) -> None:
    names = [name for name in (traits.family_name, traits.first_name, traits.birth_names) if name]
    if any(len(name) > 100 or not _NAME.fullmatch(name) for name in names):
        raise refused("nom ou prénom hors du jeu de caractères", subcode="siram_10", code=_NO_ANSWER)
    if traits.sex not in {"F", "M"} or not _DATE.fullmatch(traits.birth_date):
        raise refused("sexe ou date de naissance mal écrits", subcode="siram_10", code=_NO_ANSWER)
    if traits.birth_place and not re.fullmatch(r"\d{5}", traits.birth_place):
        raise refused("lieu de naissance qui n’est pas de cinq chiffres", subcode="siram_10", code=_NO_ANSWER)


def _card(body: etree._Element, coverage: etree._Element) -> CardTraits:
    values = _in_order(body, _ORDER[CARD], ())
    individual, holder = _number(values.get("MatriculeIndividu")), _number(values.get("MatriculeOD"))
    date, rank = _text(values, "DateNaissance"), _text(values, "RangNaissance")
    if not (individual or holder) or not _DATE.fullmatch(date) or not rank.isdigit():
        raise refused("données de carte incomplètes", subcode="siram_10", code=_NO_ANSWER)
    mirrored = (
        _joined(_at(coverage, "BENEFICIAIRE/Nir", needed=False)),
        _joined(_at(coverage, "ASSURE/Id", needed=False)),
        _at(coverage, "BENEFICIAIRE/DateNai").text,
        _at(coverage, "BENEFICIAIRE/Rang").text,
    )
    if mirrored != (individual, holder, date, rank):
        raise refused("COUVERTURE qui ne dit pas la même chose que le corps")
    return CardTraits(
        individual=individual,
        holder=holder,
        family_name=_text(values, "NomNaissance"),
        birth_date=date,
        rank=int(rank),
    )


def _given_ins(body: etree._Element) -> tuple[str, str]:
    given = _at(body, "IndividuVerifie/INSFourni")
    values = _in_order(given, ("IdIndividu", "OID"), ("IdIndividu", "OID"))
    return _number(values["IdIndividu"]), values["OID"].text or ""


def _number(element: etree._Element | None) -> str:
    if element is None:
        return ""
    values = _in_order(element, ("NumIdentifiant", "Cle", "TypeMatricule"), ("NumIdentifiant",))
    number, key = values["NumIdentifiant"].text or "", _text(values, "Cle")
    if not re.fullmatch(r"\d{6}[A-Z0-9]\d{6}", number) or not re.fullmatch(r"(?:\d{2})?", key):
        raise refused("matricule mal écrit", subcode="siram_10", code=_NO_ANSWER)
    return number + key


def _joined(element: etree._Element | None) -> str:
    """Return a number of the coverage with its key."""
    if element is None:
        return ""
    values = _in_order(element, ("Num", "Cle", "DateCertification"), ("Num",))
    return (values["Num"].text or "") + _text(values, "Cle")


def _at(element: etree._Element, path: str, *, needed: bool = True) -> etree._Element:
    """Return what lies at a path of names, all in the namespace of the element; None where it may be missing."""
    space = etree.QName(element).namespace
    found = element.find("/".join(f"{{{space}}}{name}" for name in path.split("/")))
    if found is None and needed:
        raise refused(f"élément absent : {path}")
    return found


def _in_order(parent: etree._Element, order: tuple[str, ...], needed: tuple[str, ...]) -> Mapping[str, etree._Element]:
    """Return the children by name: of one namespace, once each, in the order of the schema, the needed ones there."""
    space = etree.QName(parent).namespace
    names = [str(child.tag).removeprefix(f"{{{space}}}") for child in parent]
    places = [order.index(name) if name in order else -1 for name in names]
    if -1 in places or places != sorted(set(places)) or not set(needed) <= set(names):
        raise refused(f"{etree.QName(parent).localname} : éléments inconnus, en double, absents ou hors d’ordre")
    return dict(zip(names, parent, strict=True))


def _text(values: Mapping[str, etree._Element], name: str) -> str:
    return "" if name not in values else values[name].text or ""

"""How does the simulated INSi write its answers?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.sandbox.insi.behaviours import Fault
    from app.sandbox.insi.people import Known

_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_WSA = "http://www.w3.org/2005/08/addressing"
_RESULT = "http://www.cnamts.fr/INSiResultat"
_VERIFIED = "http://www.cnamts.fr/INSiLot2/REPUnitaire"
_ACTION = "urn:ServiceIdentiteCertifiee:1.0.0:"
_LABELS = {"00": "OK", "01": "Aucune identite trouvee", "02": "Plusieurs identites trouvees"}


def found(people: Sequence[Known], nir_oid: str, operation: str) -> bytes:
    """Return the answer to a search that found these people: one, nobody, or several."""
    code = {0: "01", 1: "00"}.get(len(people), "02")
    result = etree.Element(f"{{{_RESULT}}}RESULTAT", nsmap={None: _RESULT})
    _report(result, code)
    if code == "00":
        person = _add(result, "INDIVIDU")
        one = people[0]
        oid = one.oid or nir_oid
        _number(_add(person, "INSACTIF"), one.matricule, oid, "", "")
        for matricule, start, end in one.history:
            _number(_add(person, "INSHISTO"), matricule, oid, start, end)
        traits = _add(person, "TIQ")
        for name, value in (
            ("NomNaissance", one.family_name),
            ("ListePrenom", one.birth_names),
            ("Sexe", one.sex),
            ("DateNaissance", one.told_birth_date),
            ("LieuNaissance", one.birth_place),
        ):
            _add(traits, name, value)
    return _envelope(result, operation)


def verified(*, is_known: bool, operation: str) -> bytes:
    """Return the answer to a verification: concordant, or not."""
    result = etree.Element(f"{{{_VERIFIED}}}ReponseUnitaire", nsmap={None: _VERIFIED})
    _report(result, "00" if is_known else "01")
    return _envelope(result, operation)


def fault(told: Fault, message_id: str) -> bytes:
    """Return a fault, in one of the two shapes that the service has."""
    body = etree.Element(f"{{{_SOAP}}}Fault", nsmap={"soap": _SOAP})
    code = _add(body, "Code")
    _add(code, "Value", "soap:Receiver" if told.is_receiver else "soap:Sender")
    _add(_add(code, "Subcode"), "Value", f"soap:{told.subcode}")
    reason = _add(_add(body, "Reason"), "Text", told.reason)
    reason.set("{http://www.w3.org/XML/1998/namespace}lang", "fr")
    detail = _add(body, "Detail")
    if told.has_attributes:
        error = etree.SubElement(detail, "{urn:siram}Erreur", nsmap={"siram": "urn:siram"})
        error.set("severite", told.severity)
        error.set("code", told.code)
        error.set("messageID", message_id)
        error.text = told.reason
    else:
        for name, value in (("Code", told.code), ("Severite", told.severity), ("Descriptif", told.reason)):
            etree.SubElement(detail, name).text = value
    return _envelope(body, "")


def _envelope(content: etree._Element, operation: str) -> bytes:
    root = etree.Element(f"{{{_SOAP}}}Envelope", nsmap={"env": _SOAP})
    header = etree.SubElement(root, f"{{{_SOAP}}}Header")
    if operation:
        action = etree.SubElement(header, f"{{{_WSA}}}Action", nsmap={"wsa": _WSA})
        action.text = f"{_ACTION}{operation}Response"
    etree.SubElement(root, f"{{{_SOAP}}}Body").append(content)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _report(result: etree._Element, code: str) -> None:
    report = _add(result, "CR")
    _add(report, "CodeCR", code)
    _add(report, "LibelleCR", _LABELS[code])


def _number(parent: etree._Element, matricule: str, oid: str, start: str, end: str) -> None:
    number = _add(parent, "IdIndividu")
    _add(number, "NumIdentifiant", matricule[:13])
    _add(number, "Cle", matricule[13:])
    _add(parent, "OID", oid)
    for name, value in (("DateDeb", start), ("DateFin", end)):
        if value:
            _add(parent, name, value)


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}")
    child.text = text
    return child

"""How is a counter session written to the database, and read back?"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from typing import Any

from app.kernel.errors import InputDefect
from app.kernel.money import Money, Rate
from app.officine.billing.model import Guard, Justification, Substitution
from app.officine.catalog.model import ListClass
from app.officine.dispensing.model import (
    Acknowledgement,
    Author,
    Box,
    CounterSession,
    DraftLine,
    PrescriptionDraft,
    SaleKind,
)
from app.officine.prescriptions.model import ExtraSupply, PrescribedLine, PrescriptionKind

FORMAT = 1
_NO_ACCOUNT = (None, "")


def dumps(session: CounterSession) -> str:
    """Return the JSON text of a session; its identity and its revision are kept beside it, not in it."""
    content = {
        "v": FORMAT,
        "label": session.label,
        "patient": [session.patient_id, session.patient_name],
        "prescription": None if session.prescription is None else _prescription(session.prescription),
        "bearer": session.bearer,
        "guard": session.guard,
        "lines": [_line(line) for line in session.lines],
        "next_line": session.next_line,
        "sale": session.sale,
        "acknowledged": [
            [one.code, one.subject, one.text, one.reason, one.author.id, one.author.name, one.reason_id]
            for one in session.acknowledged
        ],
        "sale_reason": session.sale_reason,
        "account": [session.account_id, session.account_name],
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def loads(text: str, *, session_id: str, holder: str, station: str, revision: int, owner: Author) -> CounterSession:
    """Read a session back. Raises InputDefect when it was written by a later Galien or is damaged."""
    try:
        content = json.loads(text)
        if content["v"] != FORMAT:
            raise InputDefect(
                "Cette vente en attente a été écrite par une version plus récente de Galien.",
                code="GAL-CPT-90",
                advice="Reprenez-la sur le poste qui l’a créée, ou mettez ce poste à jour.",
            )
        prescription = content["prescription"]
        guard = content["guard"]
        return CounterSession(
            id=session_id,
            holder=holder,
            station=station,
            owner=owner,
            revision=revision,
            label=content["label"],
            patient_id=content["patient"][0],
            patient_name=content["patient"][1],
            prescription=None if prescription is None else _read_prescription(prescription),
            bearer=content["bearer"],
            guard=None if guard is None else Guard(guard),
            lines=tuple(_read_line(line) for line in content["lines"]),
            next_line=content["next_line"],
            sale=SaleKind(content["sale"]),
            acknowledged=tuple(
                Acknowledgement(code, subject, text, reason, Author(author, name), *reason_id)
                for code, subject, text, reason, author, name, *reason_id in content["acknowledged"]
            ),
            # Sales put in waiting before there were terms to choose have none of these.
            sale_reason=content.get("sale_reason", ""),
            account_id=content.get("account", _NO_ACCOUNT)[0],
            account_name=content.get("account", _NO_ACCOUNT)[1],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputDefect("Cette vente en attente est illisible.", code="GAL-CPT-91") from error


def _prescription(draft: PrescriptionDraft) -> dict[str, Any]:
    return {
        "prescriber": [draft.prescriber_id, draft.prescriber_name],
        "date": _iso(draft.written_on),
        "kind": draft.kind,
        "renewal": draft.renewal,
        "id": draft.prescription_id,
        "supply": draft.supply,
        "lines": [asdict(line) | {"due_on": _iso(line.due_on)} for line in draft.lines],
    }


def _read_prescription(content: dict[str, Any]) -> PrescriptionDraft:
    return PrescriptionDraft(
        prescriber_id=content["prescriber"][0],
        prescriber_name=content["prescriber"][1],
        written_on=_date(content["date"]),
        kind=PrescriptionKind(content["kind"]),
        renewal=content["renewal"],
        prescription_id=content["id"],
        supply=ExtraSupply(content["supply"]) if content.get("supply") else None,
        lines=tuple(PrescribedLine(**line | {"due_on": _date(line["due_on"])}) for line in content["lines"]),
    )


def _line(line: DraftLine) -> dict[str, Any]:
    return {
        "id": line.line_id,
        "code": line.code,
        "label": line.label,
        "quantity": line.quantity,
        "price": None if line.unit_price is None else line.unit_price.cents,
        "rate": None if line.rate is None else line.rate.hundredths,
        "list": line.list_class,
        "boxes": [[box.lot, _iso(box.expiry), box.serial] for box in line.boxes],
        "author": [line.author.id, line.author.name],
        "others": [[one.id, one.name] for one in line.others],
        "note": line.note,
        "forced": line.forced_stock,
        "prescribed": line.prescribed,
        "ald": line.ald,
        "substitution": [line.substitution.refused, line.substitution.justification, line.substitution.apart],
        "prescribed_line": line.prescribed_line,
        "posology": line.posology,
        "days": line.days,
        "owed": line.owed,
        "units": line.units,
        "replaces": line.replaces,
        "advance": line.advance,
        "promise": line.promise,
    }


def _read_line(content: dict[str, Any]) -> DraftLine:
    price, rate, list_class = content["price"], content["rate"], content["list"]
    # Sales put in waiting before a line could be set apart have two values here.
    refused, justification, *apart = content["substitution"]
    return DraftLine(
        line_id=content["id"],
        code=content["code"],
        label=content["label"],
        quantity=content["quantity"],
        unit_price=None if price is None else Money(price),
        rate=None if rate is None else Rate(rate),
        list_class=None if list_class is None else ListClass(list_class),
        boxes=tuple(Box(lot, _date(expiry), serial) for lot, expiry, serial in content["boxes"]),
        author=Author(*content["author"]),
        others=tuple(Author(*one) for one in content.get("others", ())),
        note=content["note"],
        forced_stock=content["forced"],
        prescribed=content["prescribed"],
        ald=content["ald"],
        substitution=Substitution(refused, None if justification is None else Justification(justification), any(apart)),
        prescribed_line=content["prescribed_line"],
        posology=content["posology"],
        days=content["days"],
        owed=content["owed"],
        units=content["units"],
        replaces=content.get("replaces", ""),
        advance=content.get("advance"),
        promise=content.get("promise"),
    )


def _iso(value: dt.date | None) -> str | None:
    return None if value is None else value.isoformat()


def _date(value: str | None) -> dt.date | None:
    return None if value is None else dt.date.fromisoformat(value)

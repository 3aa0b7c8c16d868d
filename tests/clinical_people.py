"""Which clinical documents are tried? Fictitious ones, drawn by lot, of every shape that the officine meets.

The same rank always gives the same document, and the ranks turn through statuses, professions, routes, sites and
vaccines, so that a few dozen have them all. All identities are of the test authority.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.docs.cda import codes
from app.docs.cda.vaccination import PROFILE
from app.docs.cda.write import write
from app.docs.clinical import (
    QUALIFIED,
    Address,
    Bilan,
    Document,
    DocumentKey,
    Entretien,
    Kind,
    Officine,
    Professional,
    Recipient,
    Subject,
    TextSection,
    Treatment,
    Vaccine,
)
from app.kernel.clock import PARIS
from app.kernel.identifiers import is_luhn, nir_key

if TYPE_CHECKING:
    from collections.abc import Iterator

STATUSES = ("qualifiee", "provisoire", "recuperee", "validee")
OID = codes.INS_TEST
NOW = dt.datetime(2026, 11, 26, 9, 0, tzinfo=dt.UTC)
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
"""What stands for the face of a document where only the CDA around it is looked at."""

_FAMILIES = (
    "NESSI", "D'ARTAGNAN", "LE GOFF", "DUPONT--DURAND", "SAINT-EXUPERY", "'T HOEN", "ADRTROIS", "DE LA TOUR D'AUVERGNE",
    "O'BRIEN", "A", "X" * 100,
)  # fmt: skip
_GIVENS = (
    "RUTH", "JEAN-CHRISTOPHE PIERRE", "MARIE ANNE THERESE", "LEA", "N'GOLO", "DOMINIQUE MARIE-LOUISE",
    "JOSE MARIA DEL CARMEN", "Y", " ".join(["ABCDEFGHI"] * 10),
)  # fmt: skip
_TYPED_FAMILIES = (
    "Müller",
    "Lefèvre-Côté",
    "Ñandú",
    "D’Œuvre",
    "Brønsted & fils",
    "李",
    "<b>Dupont</b>",
    "Łukasz\u00a0K.",
)
_TYPED_GIVENS = ("Zoé", "Jean‑Noël", "Anaïs Éloïse", "Bébé", "🙂 Chloé", "O’Neil")
_PLACES = ("63220", "75056", "2A004", "2B033", "97411", "99352", "99999", "20004")
_CITIES = (("75007", "PARIS"), ("63000", "Clermont-Ferrand"), ("20090", "AJACCIO"), ("97400", "Saint-Denis"))
_STREETS = (
    "28 bis av. de Breteuil",
    "1 place de l’Église",
    "Lieu-dit « Kerguélen »",
    "12, rue <du> Bac & Cie",
    "3B imp. É",
)
_PHONES = ("01 44 53 45 51", "+33 6 12 34 56 78", "0262.40.00.00", "", "poste 12")
_WORDS = (
    "Traitement bien pris.", "INR 2,4 le 12/11 ; objectif 2–3.", "Douleur < 3/10 & sommeil > 6 h",
    "Conseils : « boire ».", "Œdème des chevilles, pas d’essoufflement.", "🙂 tout va bien", "שלום",
    "]]> fin de texte", "a\u0301 combinés", "Revoir dans 3 mois.\nAppeler le médecin.", "\u2028séparateur de ligne",
    "100 % des prises",
)  # fmt: skip
_DOSES = ("0.5 mL", "0,5 ml", "1 dose", "1", "", "une demi-seringue", "0.1mL", "20 µg")
_SECTIONS = ("A", "D", "DA", "DM", "E", "EA", "ED", "")
_OF_VACCINE = (
    "cip13", "name", "atc", "lot", "expiry", "dose_number", "route", "site", "dose", "manufacturer", "act", "cis",
)  # fmt: skip
_OF_TREATMENT = ("name", "dose", "frequency", "indication", "observation")
_HOLDERS = ("", "LABORATOIRE D’ESSAI", "Fabricant & Frères")


def documents(count: int, *, first: int = 0) -> Iterator[Document]:
    """Yield ``count`` documents from the rank ``first`` on: a third of each kind."""
    for rank in range(first, first + count):
        yield document(rank)


def document(rank: int, kind: Kind | None = None, status: str | None = None) -> Document:
    """Return the document of a rank, of a kind and for a status of identity, or those of its turn."""
    dice = random.Random(rank)
    kind = kind or list(Kind)[rank % 3]
    performed = dt.datetime(2015, 1, 1, tzinfo=PARIS) + dt.timedelta(minutes=dice.randrange(4_000 * 24 * 60))
    author, authenticator = _author(dice, rank)
    return Document(
        key=_key(dice),
        kind=kind,
        subject=subject(dice, status or STATUSES[rank // 3 % 4], performed.date()),
        author=author,
        officine=officine(dice),
        performed_at=performed,
        created_at=performed + dt.timedelta(minutes=dice.randrange(120)),
        content=_content(dice, rank, kind),
        recipients=tuple(recipient(dice) for _ in range(dice.choice([0, 1, 1, 2, 5]))),
        to_patient=dice.random() < 0.5,
        authenticator=authenticator,
        footer=dice.choice(["", "Vous disposez d’un droit d’accès et de rectification."]),
    )


def cda(written: Document, pdf: bytes = PDF) -> bytes:
    """Return the CDA of a document, around ``pdf`` where its level asks for one."""
    return write(written, pdf)


def _key(dice: random.Random) -> DocumentKey:
    def oid() -> str:
        return f"2.25.{dice.getrandbits(122)}"

    if dice.random() < 0.25:
        return DocumentKey(oid(), oid(), dice.randint(2, 9), oid())
    return DocumentKey(oid(), oid())


def subject(dice: random.Random, status: str, day: dt.date) -> Subject:
    """Return a patient of a status, born before ``day`` or on it; names as typed where it is not qualified."""
    age = dice.choice([0, 0, dice.randrange(30), dice.randrange(6_500), dice.randrange(6_500, 36_000)])
    birth = day - dt.timedelta(days=age)
    is_typed = status != QUALIFIED and dice.random() < 0.6
    birth_names = dice.choice(_GIVENS)
    given = dice.choice(_TYPED_GIVENS) if is_typed else birth_names.split(" ")[0]
    sparse = status != QUALIFIED and dice.random() < 0.4
    body = (
        f"{dice.choice('12')}{birth.year % 100:02d}{birth.month:02d}{dice.randint(1, 95):02d}{dice.randint(1, 990):03d}"
        f"{dice.randint(1, 999):03d}"
    )
    postal_code, city = dice.choice(_CITIES)
    return Subject(
        family_name=dice.choice(_TYPED_FAMILIES if is_typed else _FAMILIES),
        first_name=given,
        birth_names="" if is_typed or sparse else birth_names,
        sex="" if sparse else dice.choice("FM" if status == QUALIFIED else "FMI"),
        birth_date="" if sparse else birth.isoformat(),
        birth_place="" if sparse else dice.choice(_PLACES),
        used_name=dice.choice(["", "", "MARTIN", "LE BIHAN-MOAL"]),
        used_first_name=dice.choice(["", "", "SACHA"]),
        # Every status but the last holds a matricule, whatever should be: only the qualified one may show it.
        matricule=body + nir_key(body),
        oid=OID,
        status=status,
        local_id="" if status == QUALIFIED and dice.random() < 0.5 else str(dice.randrange(1, 10**6)),
        address=dice.choice([Address(), Address(dice.choice(_STREETS), postal_code, city), Address(city=city)]),
        phone=dice.choice(_PHONES),
    )


def rpps(dice: random.Random) -> str:
    """Return an RPPS of 11 digits whose key is right."""
    return _keyed(f"1{dice.randrange(10**9):09d}")


def officine(dice: random.Random) -> Officine:
    """Return a pharmacy with a FINESS whose key is right."""
    postal_code, city = dice.choice(_CITIES)
    return Officine(
        finess=_keyed(f"{dice.randint(1, 95):02d}{dice.randrange(10**6):06d}"),
        name=dice.choice(["PHARMACIE DU CENTRE", "Pharmacie de l’Œuf & du Bœuf", "SELARL <Test>"]),
        address=dice.choice([Address(), Address(dice.choice(_STREETS), postal_code, city)]),
        phone=dice.choice(_PHONES),
        oid=f"1.2.250.1.999.{dice.randrange(1, 10**6)}",
    )


def recipient(dice: random.Random) -> Recipient:
    """Return a professional to whom a document goes, with or without a number and an address of MSSanté."""
    return Recipient(
        family_name=dice.choice(_TYPED_FAMILIES + _FAMILIES),
        given_name=dice.choice(["", "Luc", "Anne-Élise"]),
        rpps=dice.choice(["", rpps(dice), rpps(dice)]),
        mss=dice.choice(["", "luc.martin@medecin.mssante.fr", "cabinet+1@test.mssante.fr"]),
    )


def _author(dice: random.Random, rank: int) -> tuple[Professional, Professional | None]:
    """Return who did the act, and the pharmacist who answers for it where it was none."""

    def person(profession: str, section: str) -> Professional:
        title = dice.choice(["", "", "DR", "M", "MME"])
        return Professional(
            rpps(dice), dice.choice(_FAMILIES), dice.choice(["Anne", "Éloi", ""]), profession, section, title
        )

    answering = person("21", "A")
    turn = rank % (len(_SECTIONS) + 2)
    if turn < len(_SECTIONS):
        return person("21", _SECTIONS[turn]), None
    return person(["39", codes.STUDENT][turn - len(_SECTIONS)], ""), answering


def _content(dice: random.Random, rank: int, kind: Kind) -> Vaccine | Entretien | Bilan:
    turn = rank // 3
    if kind is Kind.VACCINATION:
        return _vaccine(dice, turn)
    if kind is Kind.ENTRETIEN:
        titles = ("Observance", "Effets indésirables", "Conseils & suivi", "")
        return Entretien(
            theme=dice.choice(["AVK", "Asthme", "AOD : initiation", "Femme enceinte"]),
            sections=tuple(TextSection(dice.choice(titles), text(dice)) for _ in range(dice.choice([1, 3, 6]))),
        )
    treatments = tuple(
        Treatment(
            name=dice.choice(["METFORMINE 850 mg", "Préviscan 20 mg", "L-thyroxine", "Kardégic® 75"]),
            dose=dice.choice(["1 cp", "½ cp", ""]),
            frequency=dice.choice(["3 fois par jour", "le soir", ""]),
            indication=dice.choice(["diabète", ""]),
            observation=dice.choice(["", text(dice)]),
        )
        for _ in range(dice.choice([1, 5, 18]))
    )
    return Bilan(treatments, text(dice), text(dice), text(dice))


def _vaccine(dice: random.Random, turn: int) -> Vaccine:
    known = dict(vaccines()[turn % len(vaccines())])
    routes, sites = list(PROFILE.routes), list(PROFILE.sites)
    is_known = dice.random() < 0.7
    return Vaccine(
        name=known["name"] if is_known else dice.choice(["Vaccin d’essai & Cie", "VACCIN <X>"]),
        cip13=known["cip13"] if is_known else dice.choice(["", "3400900000007"]),
        cis=known["cis"] if is_known else "",
        atc=known["atc"] if is_known or dice.random() < 0.3 else "",
        lot=dice.choice(["A1B2", "LOT-É/1", "0", "X" * 20, ""]),
        expiry=dice.choice(["2029-05-31", "2028-02-29", "2030-01", ""]),
        dose_number=dice.choice([None, 1, 2, 12]),
        route=(*routes, "")[turn % (len(routes) + 1)],
        site=(*sites, "")[turn % (len(sites) + 1)],
        dose=dice.choice(_DOSES),
        manufacturer=dice.choice(_HOLDERS),
        reason=dice.choice(["", "Campagne de rappel", text(dice)]),
        known=is_known,
        act=list(PROFILE.acts)[turn % len(PROFILE.acts)],
    )


def text(dice: random.Random) -> str:
    """Return free text of a line, of several, or of some tens of thousands of characters."""
    count = dice.choice([1, 1, 4, 4, 30, 2_000 if dice.random() < 0.1 else 3])
    return dice.choice([" ", "\n"]).join(dice.choice(_WORDS) for _ in range(count))


@cache
def vaccines() -> tuple[tuple[tuple[str, str], ...], ...]:
    """Return the vaccines of the demo catalogue: name, CIP13, CIS, ATC, as items of a dict."""
    catalog: dict[str, Any] = json.loads(Path("resources/demo/catalog.json").read_text("utf-8"))
    return tuple(
        (("name", item["name"]), ("cip13", box["cip13"]), ("cis", item["cis"]), ("atc", item["atc"]))
        for item in catalog["specialities"]
        if (item.get("atc") or "").startswith("J07")
        for box in item["presentations"]
    )


def _keyed(body: str) -> str:
    return next(body + key for key in "0123456789" if is_luhn(body + key))


def as_case(written: Document) -> dict[str, Any]:
    """Return the CASE.json that describes a document (but for its moment and its own new OIDs)."""
    who, place, vaccine = written.subject, written.officine, written.content
    case: dict[str, Any] = {
        "patient": _traits(who) | {"address": _address(who.address), "phone": who.phone, "local_id": who.local_id},
        "author": _person(written.author),
        "officine": {
            "finess": place.finess, "name": place.name, "address": _address(place.address), "phone": place.phone,
            "oid": place.oid,
        },
        "recipients": [
            {"rpps": to.rpps, "family_name": to.family_name, "given_name": to.given_name, "mss": to.mss}
            for to in written.recipients
        ],
        "performed_at": written.performed_at.isoformat(),
        "to_patient": written.to_patient,
        "footer": written.footer,
    }  # fmt: skip
    if written.authenticator is not None:
        case["authenticator"] = _person(written.authenticator)
    if written.key.replaces:
        key = written.key
        case["replaces"] = {"id": key.replaces, "set_id": key.set_id, "version": key.version - 1}
    if isinstance(vaccine, Vaccine):
        names = (
            "cip13",
            "name",
            "atc",
            "lot",
            "expiry",
            "dose_number",
            "route",
            "site",
            "dose",
            "manufacturer",
            "act",
            "cis",
        )
        return case | {"vaccine": {name: getattr(vaccine, name) for name in names}, "reason": vaccine.reason}
    if isinstance(vaccine, Entretien):
        sections = [{"title": section.title, "text": section.text} for section in vaccine.sections]
        return case | {"theme": vaccine.theme, "sections": sections}
    return case | {
        "treatments": [{name: getattr(item, name) for name in _OF_TREATMENT} for item in vaccine.treatments],
        "analysis": vaccine.analysis,
        "proposals": vaccine.proposals,
        "follow_up": vaccine.follow_up,
    }


def _traits(who: Subject) -> dict[str, str]:
    names = (
        "matricule", "oid", "birth_names", "first_name", "family_name", "sex", "birth_date", "birth_place", "used_name",
        "used_first_name", "status",
    )  # fmt: skip
    return {name: getattr(who, name) for name in names}


def _address(address: Address) -> dict[str, str]:
    return {"line": address.line, "postal_code": address.postal_code, "city": address.city}


def _person(person: Professional) -> dict[str, str]:
    names = ("rpps", "family_name", "given_name", "profession", "section", "title")
    return {name: getattr(person, name) for name in names}

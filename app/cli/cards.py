"""Which card readers has this workstation, and what is on the card in one? The technician's test of a reader."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cards import certificates, revocation
from app.cards.desk import CardDesk
from app.cards.failures import (
    CardAbsent,
    CardFailure,
    CardLibraryAbsent,
    CardServiceAbsent,
    CardUnknown,
    ReaderAbsent,
)
from app.cards.fsv import FsvDesk
from app.cards.kinds import CardKind, kind_of
from app.cards.pcsc import PcscTransport
from app.cards.trial_people import trial_people
from app.cli.frame import DONE, REFUSED, Command, UsageError, data_root, file_bytes
from app.fsv_bench import CONFIG_TITLES, files_of
from app.holder_cards import refused_test_card
from app.kernel import french
from app.kernel.clock import SystemClock
from app.kernel.errors import InputDefect
from app.kernel.mode import Mode
from app.kernel.text import fold
from app.officine.patients import cards as rules

if TYPE_CHECKING:
    import argparse

    from app.cards.professional_desk import ProfessionalCard
    from app.cards.transport import Slot
    from app.cards.vitale import Identity
    from app.cli.frame import CommandParser, Output
    from app.settings import Settings

_NIR_SHOWN = 5
"""Sex, year and month of birth: what stands beside it anyway. The rest of a NIR never goes to a terminal."""


def _configure(parser: CommandParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACTE", required=True)
    acts.add_parser("list", help="montre les lecteurs et la carte que chacun contient")
    reading = acts.add_parser("read", help="lit une carte : bénéficiaires d’une Vitale, porteur d’une CPS")
    acts.add_parser("fsv", help="dit si la bibliothèque SESAM-Vitale de l’éditeur est là, et ce qui lui manque")
    lists = acts.add_parser("crl", help="met en service une liste de révocation de l’IGC-Santé")
    adding = lists.add_subparsers(dest="list_act", metavar="import", required=True).add_parser(
        "import", help="vérifie la liste par les autorités de ce poste, et la met à la place de l’ancienne"
    )
    adding.add_argument("file", metavar="FICHIER", help="la liste complète, DER ou PEM")
    reading.add_argument("--reader", metavar="N", help="numéro du lecteur dans la liste (1…), ou son nom")


def _run(args: argparse.Namespace, out: Output) -> int:
    if args.act == "fsv":
        return _fsv(args, out)
    if args.act == "crl":
        return _crl(args, out)
    desk = CardDesk(PcscTransport())
    if args.act == "list":
        return _list(desk, out)
    return _read(desk, args, out)


def _list(desk: CardDesk, out: Output) -> int:
    try:
        slots = desk.slots()
    except (CardLibraryAbsent, CardServiceAbsent) as failure:
        out.message(failure.code, failure.text, failure.advice)
        slots = ()
    out.result([_told(slot) for slot in slots])
    for number, slot in enumerate(slots, 1):
        out.line(f"{number:>3}  {slot.reader:<40} {_words(slot)}")
    if not slots:
        out.line("Aucun lecteur de cartes.")
    return DONE


def _told(slot: Slot) -> dict[str, Any]:
    return {
        "reader": slot.reader,
        "present": slot.present,
        "kind": _family(kind_of(slot.atr)) if slot.present else None,
        "atr": slot.atr.hex().upper() or None,
        "model": str(kind_of(slot.atr)) if slot.atr else None,
    }


def _family(kind: CardKind) -> str:
    return "vitale" if kind.is_vitale else "cps" if kind.is_cps else "unknown"


def _words(slot: Slot) -> str:
    if not slot.present:
        return "vide"
    return kind_of(slot.atr).label if slot.atr else "Carte muette : vérifiez son sens, nettoyez la puce"


def _read(desk: CardDesk, args: argparse.Namespace, out: Output) -> int:
    slot = _chosen(desk.slots(), args.reader)
    kind = kind_of(slot.atr)
    if kind.is_cps:
        return _read_professional(desk, slot, args, out)
    if not kind.is_vitale and slot.atr:
        raise CardUnknown("Cette carte n’est ni une carte Vitale ni une carte CPS.", advice="Essayez une autre carte.")
    people = desk.identities(slot.reader)
    if _mode(args) is Mode.PRODUCTION and _is_trial(desk, slot, people):
        finding = rules.refused_as_test()
        out.findings([finding])
        out.result({"findings": [finding.as_json()]})
        return REFUSED
    named = [_person(person) for person in people]
    out.result({"reader": slot.reader, "kind": "vitale", "beneficiaries": named, "notice": rules.AID})
    for person in named:
        number = f"  NIR {person['nir']}" if person["nir"] else "  sans NIR"
        out.line(f"{person['family_name']} {person['first_name']}  {person['birth_date']}{number}")
    out.line(rules.AID if named else rules.without_beneficiary().text)
    return DONE


def _read_professional(desk: CardDesk, slot: Slot, args: argparse.Namespace, out: Output) -> int:
    """Tell a CPS: its number by PC/SC, its holder by the Cryptolib where there is one. No code is asked."""
    from app.cards.pkcs11 import Pkcs11Module  # noqa: PLC0415 -- only a CPS needs it
    from app.cards.professional_desk import ProfessionalDesk  # noqa: PLC0415 -- the same

    kind, serial = kind_of(slot.atr), desk.serial(slot.reader)
    told: dict[str, Any] = {"reader": slot.reader, "kind": "cps", "model": str(kind), "serial": serial or None}
    settings = _settings(args)
    professional = ProfessionalDesk(Pkcs11Module(lambda: settings.card_module), desk)
    card = None
    try:
        card = next((one for one in professional.cards() if one.reader == slot.reader), None)
    except CardFailure as failure:
        out.message(failure.code, failure.text, failure.advice)
    finally:
        professional.close()
    if card is not None and card.facts.is_test and _mode(args) is Mode.PRODUCTION:
        finding = refused_test_card()
        out.findings([finding])
        out.result({"findings": [finding.as_json()]})
        return REFUSED
    out.result({**told, "holder": None if card is None else _holder(card)})
    out.line(f"{kind.label}, n° de série {serial or 'non lu'}.")
    if card is None:
        out.line("Porteur non lu.")
        return DONE
    facts, tries = card.facts, card.token.tries_left
    number = f"RPPS {facts.rpps}" if facts.rpps else facts.national_id
    out.line(
        f"{facts.family_name} {facts.given_name}, {facts.profession_label or 'profession non indiquée'}, {number}."
    )
    out.line(f"Certificat valable jusqu’au {french.short_date(facts.not_after.date())}.")
    out.line("Essais du code restants : " + ("non indiqués" if tries is None else str(tries)) + ".")
    if facts.is_test:
        out.line("Carte de test.")
    return DONE


def _holder(card: ProfessionalCard) -> dict[str, Any]:
    facts = card.facts
    return {
        "family_name": facts.family_name,
        "given_name": facts.given_name,
        "rpps": facts.rpps or None,
        "national_id": facts.national_id,
        "profession": facts.profession_label,
        "profession_code": facts.profession_code or None,
        "valid_until": facts.not_after.date().isoformat(),
        "test": facts.is_test,
        "tries_left": card.token.tries_left,
        "pinpad": card.token.has_pinpad,
    }


def _fsv(args: argparse.Namespace, out: Output) -> int:
    """Open the library of the settings, and tell its versions and readers; no card and no code are asked for.

    Raises FsvFailure, which says what is missing.
    """
    settings = _settings(args)
    paths = files_of(settings.fsv_library)
    resources = (settings.fsv_ps_resource, settings.fsv_reader_resource)
    desk = FsvDesk(paths, resources=resources, version=settings.fsv_version)
    try:
        groups = desk.config()
    finally:
        desk.close()
    out.result({"library": paths, "groups": [{"number": one.number, "fields": one.fields} for one in groups]})
    for group in groups:
        title = CONFIG_TITLES.get(group.number, f"Groupe {group.number}")
        out.line(f"{title:<24} {' · '.join(field for field in group.fields if field) or 'rien'}")
    return DONE


def _crl(args: argparse.Namespace, out: Output) -> int:
    """Put a list into the folder of the authorities. Raises InputDefect for what would protect nobody."""
    folder = _settings(args).card_authorities
    if not folder or not Path(folder).is_dir():
        text = "Ce poste n’a pas de dossier des autorités de l’IGC-Santé."
        raise InputDefect(text, code="GAL-CPS-46", advice="Indiquez-le d’abord (Réglages, page Cartes).")
    content = file_bytes(args.file)
    admission = revocation.admit(content, certificates.load_anchors(folder), SystemClock().now())
    file = revocation.keep(content, admission, folder)
    out.findings(admission.findings)
    until = None if admission.until is None else admission.until.isoformat()
    told = [one.as_json() for one in admission.findings]
    out.result({"authority": admission.authority, "file": str(file), "until": until, "revoked": admission.count,
                "findings": told})  # fmt: skip
    until_text = "" if admission.until is None else f", en vigueur jusqu’au {french.short_date(admission.until.date())}"
    out.line(f"Liste de « {admission.authority} » en service{until_text}. Certificats révoqués : {admission.count}.")
    return DONE


def _chosen(slots: tuple[Slot, ...], wanted: str | None) -> Slot:
    """Return the reader asked for; without one, the first that holds a card. Raises ReaderAbsent or CardAbsent."""
    if not slots:
        raise ReaderAbsent("Aucun lecteur de cartes n’est branché.")
    if wanted is None:
        found = next((slot for slot in slots if slot.present), None)
    elif wanted.isdigit():
        if not 1 <= int(wanted) <= len(slots):
            raise UsageError(f"il n’y a pas de lecteur n° {wanted} : galien cards list les numérote")
        found = slots[int(wanted) - 1]
    else:
        found = next((slot for slot in slots if fold(slot.reader) == fold(wanted)), None)
        if found is None:
            raise UsageError(f"il n’y a pas de lecteur « {wanted} » : galien cards list les nomme")
    if found is None or not found.present:
        raise CardAbsent("Aucune carte n’est insérée.")
    return found


def _person(person: Identity) -> dict[str, str | None]:
    masked = person.nir[:_NIR_SHOWN] + "•" * (len(person.nir) - _NIR_SHOWN) if person.nir else None
    return {
        "family_name": person.family_name,
        "first_name": person.first_name,
        "birth_date": person.birth,
        "nir": masked,
    }


def _is_trial(desk: CardDesk, slot: Slot, people: tuple[Identity, ...]) -> bool:
    known = trial_people()
    return desk.is_virtual(slot.reader) or any(rules.is_test_person(person, known) for person in people)


def _mode(args: argparse.Namespace) -> Mode:
    """Return the mode asked for, else that of the data folder, which is read and never made."""
    if args.mode is not None:
        mode: Mode = args.mode
        return mode
    return _settings(args).mode


def _settings(args: argparse.Namespace) -> Settings:
    """Return the settings of the data folder, which is read and never made."""
    from app.paths import DataFolder  # noqa: PLC0415 -- only the reading of a card asks for them
    from app.settings import load  # noqa: PLC0415 -- the same

    return load(DataFolder(data_root(args)).settings_file)


COMMANDS = (Command("cards", "Montre les lecteurs de cartes, lit une carte.", _configure, _run),)

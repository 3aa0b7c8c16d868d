"""Do ``galien cards`` and the diagnosis say what stands in the readers, and nothing that names a person too far?"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from card_readers import READERS, wait_until
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from soft_cards import ISSUER, TEST_ISSUER, Authority, cps_objects

from app import settings
from app.cards import imitations, pcsc
from app.cards.failures import CardLibraryAbsent
from app.cards.pcsc import PcscTransport
from app.cards.pkcs11 import places
from app.cards.vitale import Identity
from app.cli import doctor, main, probes_machine
from app.kernel.identifiers import nir_key
from app.paths import DataFolder

if TYPE_CHECKING:
    from card_readers import Service, Slot
    from soft_cards import SoftCards

pytestmark = pytest.mark.req("OFF-CARD-04")

_NIR = "2880799999001" + nir_key("2880799999001")
ROSE = Identity("TILLEUL", "ROSE", "19880702", _NIR, "FR")
SERIAL = "80250000019900000042"


@pytest.fixture
def galien(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:  # noqa: ANN401 -- a function
    def run(*words: str) -> tuple[int, Any, str]:
        code = main([*words, "--data", str(tmp_path / "data")])
        out, err = capsys.readouterr()
        return code, json.loads(out) if "--json" in words else out, err

    return run


def insert(slot: Slot, card: imitations.ImitationCard, place: int) -> None:
    slot.insert(card)
    wait_until(lambda: PcscTransport().slots()[place].atr == card.atr, 8)


def probe(tmp_path: Path) -> tuple[str, str]:
    answer = probes_machine.cards(doctor.subject_of(DataFolder(tmp_path)))
    return answer.status, answer.detail


@pytest.fixture
def no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> None:
        raise CardLibraryAbsent("La bibliothèque des lecteurs de cartes n’est pas installée sur ce poste.")

    monkeypatch.setattr(pcsc, "library", absent)


def test_the_list_has_the_shape_of_its_contract(galien: Any, slots: tuple[Slot, Slot]) -> None:  # noqa: ANN401
    insert(slots[0], imitations.vitale_card([ROSE]), 0)
    code, told, err = galien("cards", "list", "--json")
    assert (code, err) == (0, "")
    assert told == [
        {"reader": READERS[0], "present": True, "kind": "vitale", "atr": "3B751300004309EA9000", "model": "vitale2"},
        {"reader": READERS[1], "present": False, "kind": None, "atr": None, "model": None},
    ]


def test_without_the_library_the_list_is_empty_and_no_failure(galien: Any, no_library: None) -> None:  # noqa: ANN401
    code, told, err = galien("cards", "list", "--json")
    assert (code, told) == (0, [])
    assert err.startswith("GAL-CRT-01")


def test_without_the_service_the_list_is_empty_and_a_reading_fails(galien: Any, pcscd: Service) -> None:  # noqa: ANN401
    pcscd.stop()
    code, told, err = galien("cards", "list", "--json")
    assert (code, told) == (0, [])
    assert err.startswith("GAL-CRT-02")
    code, told, err = galien("cards", "read", "--json")
    assert code == 4
    assert told["findings"][0]["code"] == "GAL-CRT-02"


def test_a_vitale_names_its_people_and_masks_their_numbers(galien: Any, slots: tuple[Slot, Slot]) -> None:  # noqa: ANN401
    insert(slots[1], imitations.vitale_card([ROSE]), 1)
    code, told, err = galien("cards", "read", "--json")
    assert (code, err) == (0, "")
    assert told["beneficiaries"] == [
        {"family_name": "TILLEUL", "first_name": "ROSE", "birth_date": "19880702", "nir": "28807••••••••••"}
    ]
    assert "n’ouvre aucun droit" in told["notice"]
    code, text, _ = galien("cards", "read", "--reader", "2")
    assert code == 0
    assert "TILLEUL ROSE" in text
    assert _NIR[5:] not in text


def test_in_production_a_card_of_a_virtual_reader_is_refused(galien: Any, slots: tuple[Slot, Slot]) -> None:  # noqa: ANN401
    insert(slots[0], imitations.vitale_card([ROSE]), 0)
    code, told, _ = galien("cards", "read", "--json", "--mode", "production")
    assert code == 3
    assert told["findings"][0]["code"] == "GAL-CRT-20"
    assert "TILLEUL" not in json.dumps(told)


def test_a_cps_gives_its_serial_number(galien: Any, slots: tuple[Slot, Slot]) -> None:  # noqa: ANN401
    insert(slots[0], imitations.cps_card(SERIAL), 0)
    code, told, err = galien("cards", "read", "--json")
    assert (code, told["kind"], told["serial"], told["holder"]) == (0, "cps", SERIAL, None)
    assert err.startswith("GAL-CPS-01")


@pytest.mark.parametrize(
    ("issuer", "mode", "expected"),
    [
        (ISSUER, "demo", 0),
        (ISSUER, "production", 0),
        (TEST_ISSUER, "demo", 0),
        (TEST_ISSUER, "production", 3),
    ],
)
def test_a_cps_names_its_holder_where_the_module_is_there(
    issuer: dict[str, str],
    mode: str,
    expected: int,
    galien: Any,  # noqa: ANN401
    slots: tuple[Slot, Slot],
    soft: SoftCards,
    keys: Any,  # noqa: ANN401
    tmp_path: Path,
) -> None:
    soft.make()
    soft.fill("CPS-TEST", cps_objects(Authority.made(issuer), keys))
    folder = DataFolder(tmp_path / "data")
    folder.make()
    settings.save(folder.settings_file, settings.Settings(card_module=str(soft.module)))
    insert(slots[1], imitations.cps_card(SERIAL, imitations.ATR_CPS_4), 1)
    code, told, _ = galien("cards", "read", "--json", "--mode", mode)
    assert code == expected
    if expected:
        assert told["findings"][0]["code"] == "GAL-CPS-38"
        assert "VALÉRIANE" not in json.dumps(told, ensure_ascii=False)
        return
    holder = told["holder"]
    assert (told["kind"], told["model"], told["serial"]) == ("cps", "cps4", SERIAL)
    assert (holder["family_name"], holder["rpps"], holder["profession_code"]) == ("VALÉRIANE", "89970001007", "21")
    assert (holder["test"], holder["tries_left"]) == (issuer is TEST_ISSUER, None)
    assert "VALÉRIANE CLAIRE, Pharmacien, RPPS 89970001007." in galien("cards", "read")[1]


def test_the_diagnosis_says_which_module_there_is_or_where_it_was_looked_for(soft: SoftCards, tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.make()
    answer = probes_machine.professional_cards(doctor.subject_of(folder))
    assert answer.status == "warn"
    assert places()[0] in answer.detail
    settings.save(folder.settings_file, settings.Settings(card_module=str(soft.module)))
    answer = probes_machine.professional_cards(doctor.subject_of(folder))
    assert (answer.status, "2.6" in answer.detail, str(soft.module) in answer.detail) == ("ok", True, True)


def test_a_list_of_revoked_cards_is_imported_by_the_technician(galien: Any, tmp_path: Path) -> None:  # noqa: ANN401
    authority = Authority.made(ISSUER)
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateRevocationListBuilder().issuer_name(authority.certificate.subject)
    made = made.last_update(now - dt.timedelta(hours=1)).next_update(now + dt.timedelta(days=7))
    file = tmp_path / "liste.crl"
    file.write_bytes(made.sign(authority.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER))
    words = ("cards", "crl", "import", str(file), "--json")
    code, told, _ = galien(*words)
    assert (code, told["findings"][0]["code"]) == (3, "GAL-CPS-46")
    folder = DataFolder(tmp_path / "data")
    folder.make()
    authorities = tmp_path / "autorites"
    authorities.mkdir()
    settings.save(folder.settings_file, settings.Settings(card_authorities=str(authorities)))
    assert galien(*words)[1]["findings"][0]["code"] == "GAL-CPS-44"
    (authorities / "igc.cer").write_bytes(authority.der)
    code, told, err = galien(*words)
    assert (code, err, told["revoked"], told["findings"]) == (0, "", 0, [])
    assert Path(told["file"]).read_bytes() == file.read_bytes()
    assert Path(told["file"]).parent == authorities
    assert "Certificats révoqués\u00a0: 0." in galien("cards", "crl", "import", str(file))[1]


@pytest.mark.parametrize(
    ("words", "exit_code", "said"),
    [
        ([], 4, "GAL-CRT-04"),
        (["--reader", "1"], 4, "GAL-CRT-04"),
        (["--reader", "3"], 2, "GAL-USE-01"),
        (["--reader", "Autre"], 2, "GAL-USE-01"),
    ],
)
def test_a_reading_that_cannot_be_made_says_why(
    words: list[str],
    exit_code: int,
    said: str,
    galien: Any,  # noqa: ANN401
    slots: tuple[Slot, Slot],
) -> None:
    code, _, err = galien("cards", "read", *words)
    assert code == exit_code
    assert err.startswith(said)


def test_the_diagnosis_says_each_state_in_a_sentence(slots: tuple[Slot, Slot], pcscd: Service, tmp_path: Path) -> None:
    assert probe(tmp_path) == ("ok", "2\u00a0lecteurs de cartes\u202f; aucune carte insérée.")
    insert(slots[0], imitations.vitale_card([ROSE]), 0)
    assert probe(tmp_path) == ("ok", "2\u00a0lecteurs de cartes\u202f; Carte Vitale.")
    pcscd.stop()
    assert probe(tmp_path) == ("warn", "Service PC/SC (pcscd) arrêté ou absent.")


def test_the_diagnosis_without_library_or_reader(
    monkeypatch: pytest.MonkeyPatch, no_library: None, tmp_path: Path
) -> None:
    assert probe(tmp_path) == ("warn", "Bibliothèque de lecture de cartes absente.")
    monkeypatch.setattr(PcscTransport, "slots", lambda _self: ())
    assert probe(tmp_path) == ("warn", "Service PC/SC présent, aucun lecteur de cartes branché.")

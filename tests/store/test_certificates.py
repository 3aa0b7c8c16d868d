"""A PKCS#12 file is opened once; its key is sealed, its dates are watched."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import p12_files
import pytest
from conftest import NOW
from key_places import TrialPlace

from app.kernel.outcome import Done, Refused, Severity
from app.kernel.secret import SecretsUnavailable
from app.officine.secrets.certificates import Certificates
from app.officine.secrets.service import Vault
from app.officine.secrets.tables import CertificateRow, SecretRow
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of
from app.store.audit import Actor

if TYPE_CHECKING:
    from app.kernel.clock import FixedClock
    from app.store.database import Database

PASSWORD = "mot-de-passe-du-p12"
GALIEN = Actor(None, "Galien", "comptoir-1")
KEY, OTHER = p12_files.new_key(), p12_files.new_key()
START = NOW - p12_files.DAY

pytestmark = pytest.mark.req("OFF-SECRET")


@pytest.fixture
def place() -> TrialPlace:
    return TrialPlace()


@pytest.fixture
def kept(database: Database, place: TrialPlace) -> Certificates:
    staff = Staff(database)
    vault = Vault(database, staff, place, GALIEN)
    vault.prepare()
    return Certificates(database, vault, staff)


def a_file(days: int = 400) -> bytes:
    return p12_files.p12(PASSWORD, KEY, p12_files.certificate(KEY, START, days))


def code_of(outcome: object) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.findings[0].code


def test_the_key_of_a_p12_is_sealed_and_comes_back(database: Database, kept: Certificates) -> None:
    outcome = kept.import_p12(a_file(), PASSWORD, "authentification", GALIEN)
    assert isinstance(outcome, Done)
    assert outcome.value.subject == "CN=PHARMACIE DE L’ESSAI"
    assert outcome.findings == ()
    assert kept.private_key("authentification") == p12_files.pkcs8(KEY)
    assert kept.private_key("cachet") is None
    with database.read() as session:
        held = b"".join([row.sealed for row in session.query(SecretRow)])
        held += b"".join([row.der for row in session.query(CertificateRow)])
    for secret in (p12_files.pkcs8(KEY), KEY.private_numbers().p.to_bytes(128, "big"), PASSWORD.encode()):
        assert secret not in held


def test_a_new_file_takes_the_place_of_the_old_one_of_its_usage(kept: Certificates) -> None:
    kept.import_p12(a_file(), PASSWORD, "cachet", GALIEN)
    newer = p12_files.p12("", OTHER, p12_files.certificate(OTHER, START, 1000))
    assert isinstance(kept.import_p12(newer, "", "cachet", GALIEN), Done)
    assert kept.private_key("cachet") == p12_files.pkcs8(OTHER)
    assert [one.usage for one in kept.all()] == ["cachet"]


@pytest.mark.parametrize(
    ("content", "password", "usage", "code"),
    [
        (a_file(), "un autre", "cachet", "GAL-CLE-21"),
        (a_file(), "", "cachet", "GAL-CLE-21"),
        (b"", PASSWORD, "cachet", "GAL-CLE-21"),
        (os.urandom(3_000), PASSWORD, "cachet", "GAL-CLE-21"),
        (a_file()[:-40], PASSWORD, "cachet", "GAL-CLE-21"),
        (bytes(2_000_000), PASSWORD, "cachet", "GAL-CLE-21"),
        (p12_files.p12(PASSWORD, None, p12_files.certificate(KEY, START, 9)), PASSWORD, "cachet", "GAL-CLE-22"),
        (p12_files.p12(PASSWORD, KEY, None), PASSWORD, "cachet", "GAL-CLE-22"),
        (a_file(days=1), PASSWORD, "cachet", "GAL-CLE-24"),
        (p12_files.p12("", KEY, p12_files.certificate(KEY, NOW + p12_files.DAY, 9)), "", "cachet", "GAL-CLE-24"),
        (a_file(), PASSWORD, "Cachet de Mme DURAND", "GAL-CLE-20"),
    ],
)
def test_a_file_that_would_not_serve_is_refused_and_nothing_is_kept(
    kept: Certificates, content: bytes, password: str, usage: str, code: str
) -> None:
    assert code_of(kept.import_p12(content, password, usage, GALIEN)) == code
    assert kept.all() == []
    assert kept.private_key("cachet") is None


def test_a_key_that_is_not_the_certificate_s_is_refused(kept: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    # No library writes such a file: what it would read is put in its place.
    face = p12_files.certificate(KEY, START, 400)
    monkeypatch.setattr(p12_files.pkcs12, "load_key_and_certificates", lambda *_: (OTHER, face, []))
    assert code_of(kept.import_p12(a_file(), PASSWORD, "cachet", GALIEN)) == "GAL-CLE-23"


@pytest.mark.parametrize(
    ("days", "codes", "severity"),
    [(62, [], None), (61, ["GAL-CLE-27"], Severity.WARNING), (8, ["GAL-CLE-27"], Severity.WARNING)],
)
def test_the_end_of_a_certificate_is_told_two_months_before(
    kept: Certificates, days: int, codes: list[str], severity: Severity | None
) -> None:
    kept.import_p12(a_file(days), PASSWORD, "cachet", GALIEN)
    told = kept.ending()
    assert [finding.code for finding in told] == codes
    assert all(finding.severity is severity for finding in told)


def test_an_ended_certificate_is_a_defect_even_where_the_key_can_t_be_reached(
    kept: Certificates, clock: FixedClock, place: TrialPlace
) -> None:
    kept.import_p12(a_file(), PASSWORD, "cachet", GALIEN)
    clock.advance(500 * p12_files.DAY)
    place.is_locked = True
    assert [finding.code for finding in kept.ending()] == ["GAL-CLE-26"]
    assert "a expiré" in kept.ending()[0].text


def test_a_locked_keyring_refuses_the_import_whole(kept: Certificates, place: TrialPlace) -> None:
    place.is_locked = True
    with pytest.raises(SecretsUnavailable):
        kept.import_p12(a_file(), PASSWORD, "cachet", GALIEN)
    assert kept.all() == []


def test_only_the_titulaire_brings_a_certificate_in(database: Database, kept: Certificates) -> None:
    draft = MemberDraft(family_name="NOM", given_name="Prénom", role=Role.ASSISTANT)
    member = Staff(database).add(draft, GALIEN)
    assert isinstance(member, Done)
    actor = actor_of(member.value, "comptoir-1")
    assert code_of(kept.import_p12(a_file(), PASSWORD, "cachet", actor)) == "GAL-PER-01"

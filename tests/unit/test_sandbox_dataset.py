"""The people of a demonstration can't be taken for real ones, and their numbers are well formed all the same."""

from __future__ import annotations

import pytest

from app.kernel import identifiers
from app.sandbox import dataset

TEST_OID = "1.2.250.1.213.1.4.10"
PUBLISHED_TEST_INS = {
    "279035121518989", "275126322074974", "160012B02077713", "110086322083060", "109076322083489", "180032B02040123",
}  # fmt: skip


@pytest.fixture(scope="module")
def data() -> dataset.Dataset:
    return dataset.read()


@pytest.mark.req("OFF-SCOPE-03")
def test_the_people_of_the_scenarios_are_there(data: dataset.Dataset) -> None:
    keys = [person.key for person in data.patients]
    assert len(set(keys)) == len(keys)
    assert {f"P{number}" for number in range(1, 10)} <= set(keys)
    assert len(keys) >= 49
    assert {"M1", "M2", "M3"} <= {one.key for one in data.prescribers}
    p5, p6 = (next(one for one in data.patients if one.key == key) for key in ("P5", "P6"))
    assert (p5.family_name, p5.first_name, p5.birth_date) == (p6.family_name, p6.first_name, p6.birth_date)
    assert {"titulaire", "adjoint", "preparateur", "etudiant", "stock", "technicien"} == {
        one.role for one in data.staff
    }


@pytest.mark.req("OFF-SCOPE-03")
def test_every_ins_is_a_published_test_identity(data: dataset.Dataset) -> None:
    held = {person.matricule: person.oid for person in data.patients if person.matricule}
    assert set(held) == PUBLISHED_TEST_INS
    assert set(held.values()) == {TEST_OID}
    assert all(identifiers.is_nir(matricule) for matricule in held)


@pytest.mark.req("OFF-SCOPE-03")
def test_professionals_have_well_formed_numbers_outside_the_real_ranges(data: dataset.Dataset) -> None:
    numbers = [one.rpps for one in (*data.staff, *data.prescribers) if one.rpps]
    assert len(set(numbers)) == len(numbers)
    assert all(identifiers.is_rpps(number) and number.startswith("8997") for number in numbers)
    places = {data.pharmacy.finess, *(one.finess for one in data.prescribers if one.finess)}
    assert all(identifiers.is_luhn(finess) and finess.startswith("639999") for finess in places)


@pytest.mark.req("OFF-SCOPE-03")
def test_nobody_can_be_reached(data: dataset.Dataset) -> None:
    # Ranges that ARCEP keeps for fiction, and the domain that no one can own (RFC 2606).
    phones = [one.phone for one in (*data.patients, *data.prescribers, data.pharmacy) if one.phone]
    assert all(phone.startswith(("01 99 00 ", "06 39 98 ")) for phone in phones)
    mails = [person.email for person in data.patients if person.email] + [
        one.mss for one in data.prescribers if one.mss
    ]
    assert all(mail.endswith((".example", "@example.org")) for mail in mails if mail)


def test_the_history_speaks_of_known_people_and_products(data: dataset.Dataset) -> None:
    patients = {person.key for person in data.patients} | {""}
    prescribers = {one.key for one in data.prescribers} | {""}
    for delivery in data.deliveries:
        assert delivery.patient in patients
        assert delivery.prescriber in prescribers
        assert {line.code for line in delivery.lines} <= set(data.products)
        assert delivery.days_ago >= 1

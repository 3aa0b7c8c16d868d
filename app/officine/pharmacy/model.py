"""What does a pharmacy say of itself?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PharmacyFacts:
    """The pharmacy as its papers name it; ``finess`` is the number of the establishment (FINESS ET, 9 characters)."""

    name: str = ""
    finess: str = ""
    address_line: str = ""
    postal_code: str = ""
    city: str = ""
    phone: str = ""

    @property
    def is_complete(self) -> bool:
        """True where the papers that the rules ask for can be headed: a name, a FINESS number, an address."""
        return all((self.name, self.finess, self.address_line, self.postal_code, self.city))

    @property
    def address(self) -> tuple[str, ...]:
        """The lines of the address, those that are known."""
        town = f"{self.postal_code} {self.city}".strip()
        return tuple(line for line in (self.address_line, town) if line)

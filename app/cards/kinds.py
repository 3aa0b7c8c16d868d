"""What kind of card is this, by its answer to reset?

Sources: the ATRs of the CPS3 and CPS4 in the specifications of the ANS's Cryptolib; those of the Vitale cards as
collected by the pcsc-tools project. A kind is a hint for the screen and for what to try, never a proof.
"""

from __future__ import annotations

import enum
import re


class CardKind(enum.StrEnum):
    """The kinds of cards that an officine meets."""

    VITALE_1 = "vitale1"
    VITALE_2 = "vitale2"
    CPS_3 = "cps3"
    CPS_4 = "cps4"
    CPS = "cps"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """The kind as it is told."""
        return {
            CardKind.VITALE_1: "Carte Vitale 1",
            CardKind.VITALE_2: "Carte Vitale",
            CardKind.CPS_3: "Carte CPS (CPS3)",
            CardKind.CPS_4: "Carte CPS (CPS4)",
            CardKind.CPS: "Carte CPS",
            CardKind.UNKNOWN: "Carte inconnue",
        }[self]

    @property
    def is_vitale(self) -> bool:
        """True for the card of an insured person."""
        return self in {CardKind.VITALE_1, CardKind.VITALE_2}

    @property
    def is_cps(self) -> bool:
        """True for the card of a health professional (CPS, CPF, CPE, CPA)."""
        return self in {CardKind.CPS_3, CardKind.CPS_4, CardKind.CPS}


_VITALE_2 = re.compile(rb"\x3B\x75\x13\x00\x00.\x09[\x0A-\xFA]\x90\x00", re.DOTALL)
_VITALE_1 = re.compile(rb"\x3F\x65\x25\x00..[\x00-\xFF]\x90\x00", re.DOTALL)
# Issuer of the health cards, in the historical bytes of every CPx: 12 25 00 64 80.
_HEALTH = b"\x12\x25\x00\x64\x80"
_CPS_3 = re.compile(rb"\x3B....\x00" + _HEALTH + rb"\x00.\x10\x00\x90\x00", re.DOTALL)
_CPS_4 = re.compile(rb"\x3B.{3,5}" + _HEALTH + rb"\x00?\x04\x01\x00(?:\x00\x90\x44|\x90[\x00\x44])", re.DOTALL)


def kind_of(atr: bytes) -> CardKind:
    """Return the kind of the card that answered ``atr`` to its reset."""
    if _VITALE_2.fullmatch(atr):
        return CardKind.VITALE_2
    if _VITALE_1.fullmatch(atr):
        return CardKind.VITALE_1
    if _CPS_3.fullmatch(atr):
        return CardKind.CPS_3
    if _CPS_4.fullmatch(atr):
        return CardKind.CPS_4
    return CardKind.CPS if _HEALTH in atr[1:] else CardKind.UNKNOWN

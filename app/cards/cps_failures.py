"""What can go wrong between a professional's card and Galien, and what does each ask of its holder?

CardFailure
└── ProfessionalCardFailure    the module failed in a way that has no better name
    ├── ModuleAbsent           no PKCS#11 module at any of the places looked at
    ├── ModuleUnusable         a file is there, and can't be loaded or started
    ├── ModuleSlow             no answer in the time a person waits: ended, the next attempt begins anew
    ├── ModuleDied             the module broke down: the next attempt begins anew
    ├── ProfessionalCardAbsent no professional card is in a reader
    ├── SeveralCards           several, and nothing says which
    ├── CardPulled             pulled out during the exchange
    ├── CardChanged            another card than the one that was shown
    ├── CertificateAbsent      no authentication certificate: contactless side, or a card not finished
    ├── CertificateDefect      a certificate that can't be read
    ├── KeyAbsent              the key of the certificate is not there
    ├── CodeMalformed          a code that no card has: not presented, costs no try
    ├── CodeWrong              refused by the card, with the tries left
    ├── CodeBlocked            no try is left: not presented
    ├── LastTry                the last try is left, and was not confirmed: not presented
    ├── CodeNotEntered         given up on the keys of the reader
    ├── CardNotUpdated         the card's own update was left incomplete (CKR_ASIP_BAD_EF_ACTUA)
    ├── CardLocked             a signature was asked without the code
    └── SignatureRefused       the card does not sign in the way asked

Each leaves a clean state, and none holds a code.
"""

from __future__ import annotations

from app.cards.failures import CardFailure

_OTHERWISE = "Sans la carte, identifiez-vous par mot de passe et second facteur."


class ProfessionalCardFailure(CardFailure):
    """The professional's card or its module stands in the way; the counter works without them."""

    code = "GAL-CPS-00"
    advice = f"Retirez la carte, insérez-la de nouveau, puis recommencez. {_OTHERWISE}"


class ModuleAbsent(ProfessionalCardFailure):
    """The Cryptolib CPS is not installed on this workstation."""

    code = "GAL-CPS-01"
    advice = (
        "Installez la Cryptolib CPS de l’Agence du numérique en santé, ou indiquez son chemin (Réglages, page Cartes). "
        f"{_OTHERWISE}"
    )


class ModuleUnusable(ProfessionalCardFailure):
    """A module is there and can't be used: other architecture, missing library, no PKCS#11 module at all."""

    code = "GAL-CPS-02"
    advice = f"Réinstallez la Cryptolib CPS (version 64 bits, 5.2 au moins), ou corrigez son chemin. {_OTHERWISE}"


class ModuleSlow(ProfessionalCardFailure):
    """The module did not answer in time and was ended."""

    code = "GAL-CPS-03"
    advice = f"Recommencez : elle est relancée. Si cela dure, retirez la carte et rebranchez le lecteur. {_OTHERWISE}"


class ModuleDied(ProfessionalCardFailure):
    """The module broke down in its own process."""

    code = "GAL-CPS-04"
    advice = f"Recommencez : elle est relancée. Si cela dure, réinstallez la Cryptolib CPS. {_OTHERWISE}"


class ProfessionalCardAbsent(ProfessionalCardFailure):
    """No professional card is there."""

    code = "GAL-CPS-05"
    advice = "Insérez votre carte, puce vers le lecteur."


class SeveralCards(ProfessionalCardFailure):
    """Several professional cards are there."""

    code = "GAL-CPS-06"
    advice = "Ne laissez qu’une carte de professionnel dans les lecteurs, ou insérez de nouveau la vôtre."


class CardPulled(ProfessionalCardFailure):
    """The card went during the exchange."""

    code = "GAL-CPS-07"
    advice = "Rien n’a été signé. Insérez-la de nouveau et laissez-la en place."


class CardChanged(ProfessionalCardFailure):
    """The card in the reader is not the one that was shown."""

    code = "GAL-CPS-08"
    advice = "Rien n’a été signé. Vérifiez le nom affiché, puis recommencez."


class CertificateAbsent(ProfessionalCardFailure):
    """The card shows no authentication certificate."""

    code = "GAL-CPS-09"
    advice = f"Insérez la carte dans un lecteur à contact ; sinon faites-la contrôler par l’ANS. {_OTHERWISE}"


class CertificateDefect(ProfessionalCardFailure):
    """The certificate can't be read."""

    code = "GAL-CPS-10"
    advice = f"Videz le cache de la Cryptolib CPS (CPS Gestion), puis recommencez. {_OTHERWISE}"


class KeyAbsent(ProfessionalCardFailure):
    """The key of the certificate is not on the card."""

    code = "GAL-CPS-11"
    advice = f"Faites contrôler la carte par l’ANS. {_OTHERWISE}"


class CodeMalformed(ProfessionalCardFailure):
    """What was typed is no code of a card; it was not presented."""

    code = "GAL-CPS-12"
    advice = "Le code porteur a 4 chiffres. Aucun essai n’a été utilisé."


class CodeWrong(ProfessionalCardFailure):
    """The card refused the code; ``tries_left`` is None where it does not tell."""

    code = "GAL-CPS-13"
    advice = "Retapez-le avec soin : au troisième code faux de suite, la carte se bloque."

    def __init__(self, text: str, tries_left: int | None) -> None:
        """Say what happened, and how many tries are left."""
        super().__init__(text)
        self.tries_left = tries_left


class CodeBlocked(ProfessionalCardFailure):
    """The code is blocked; it was not presented."""

    code = "GAL-CPS-14"
    advice = f"Débloquez-la avec son code de déblocage, dans l’outil CPS Gestion. {_OTHERWISE}"


class LastTry(ProfessionalCardFailure):
    """One try is left, and was not confirmed; the code was not presented."""

    code = "GAL-CPS-15"
    advice = "Confirmez le dernier essai seulement si vous êtes sûr du code : un code faux bloquera la carte."


class CodeNotEntered(ProfessionalCardFailure):
    """The code was not typed on the keys of the reader."""

    code = "GAL-CPS-16"
    advice = "Recommencez, puis tapez le code sur le clavier du lecteur et validez."


class CardNotUpdated(ProfessionalCardFailure):
    """The update of the card was left incomplete."""

    code = "GAL-CPS-17"
    advice = f"Terminez sa mise à jour dans l’outil CPS Gestion. {_OTHERWISE}"


class CardLocked(ProfessionalCardFailure):
    """The card is not unlocked."""

    code = "GAL-CPS-18"
    advice = "Donnez le code porteur, puis recommencez."


class SignatureRefused(ProfessionalCardFailure):
    """The card does not sign in the way asked."""

    code = "GAL-CPS-19"
    advice = f"Faites contrôler la carte par l’ANS. {_OTHERWISE}"

"""What can go wrong between a card and Galien, and what does each ask of the one at the counter?

EnvironmentFailure
└── CardFailure
    ├── CardLibraryAbsent    pyscard is not installed
    ├── CardServiceAbsent    the PC/SC service is stopped, or has just gone
    ├── ReaderAbsent         no reader of that name any more
    ├── CardAbsent           the reader is empty
    ├── CardRemoved          pulled out during the exchange
    ├── CardBusy             another program holds the card
    ├── CardReset            another program reset the card: what was selected is lost
    ├── CardMute             present, and silent: dirty contacts, or the wrong way round
    ├── CardUnknown          a kind of card that Galien does not read
    ├── CardDefect           an answer that no sound card gives: endless, too long, cut short
    ├── CardSays             a status word that refuses what was asked
    └── CardSlow             no answer in the time a person waits, or the reading was stopped

Each leaves a clean state: the next reading begins anew.
"""

from __future__ import annotations

from app.kernel.errors import EnvironmentFailure


class CardFailure(EnvironmentFailure):
    """A card, its reader or their service stands in the way; the counter works without them."""

    code = "GAL-CRT-00"
    advice = "Cherchez le patient par son nom : la vente continue sans la carte."


class CardLibraryAbsent(CardFailure):
    """The library of the card readers is not installed on this workstation."""

    code = "GAL-CRT-01"
    advice = "Voyez galien doctor. Le comptoir fonctionne sans lecteur."


class CardServiceAbsent(CardFailure):
    """The PC/SC service does not answer."""

    code = "GAL-CRT-02"
    advice = "Il est repris de lui-même dès son retour. Sous Linux : démarrez pcscd ; sous Windows : « Carte à puce »."


class ReaderAbsent(CardFailure):
    """The reader is not there any more."""

    code = "GAL-CRT-03"
    advice = "Rebranchez le lecteur : il est repris de lui-même."


class CardAbsent(CardFailure):
    """The reader is empty."""

    code = "GAL-CRT-04"
    advice = "Insérez la carte, puce vers le lecteur."


class CardRemoved(CardFailure):
    """The card went in the middle of an exchange."""

    code = "GAL-CRT-05"
    advice = "Rien n’a été retenu. Insérez-la de nouveau et laissez-la en place."


class CardBusy(CardFailure):
    """Another program holds the card."""

    code = "GAL-CRT-06"
    advice = "Attendez qu’il ait fini ou fermez-le, puis recommencez."


class CardReset(CardFailure):
    """Another program reset the card."""

    code = "GAL-CRT-07"
    advice = "Recommencez la lecture."


class CardMute(CardFailure):
    """The card is there and says nothing."""

    code = "GAL-CRT-08"
    advice = "Vérifiez son sens et nettoyez la puce, puis insérez-la de nouveau."


class CardUnknown(CardFailure):
    """A kind of card that is not read here."""

    code = "GAL-CRT-09"


class CardDefect(CardFailure):
    """The card answers as no sound card does."""

    code = "GAL-CRT-10"
    advice = "Retirez cette carte. Rien n’en a été retenu : cherchez le patient par son nom."


class CardSays(CardFailure):
    """The card refuses what was asked, by a status word of ISO/IEC 7816-4."""

    code = "GAL-CRT-11"

    def __init__(self, status: int) -> None:
        """Keep the ``status`` word, for the protocol that knows what it means there."""
        super().__init__(f"La carte refuse la lecture (état {status:04X}).")
        self.status = status


class CardSlow(CardFailure):
    """The card did not answer in time."""

    code = "GAL-CRT-12"
    advice = "Un autre logiciel la tient peut-être : attendez qu’il ait fini, ou retirez-la et insérez-la de nouveau."

"""What can go wrong between the publisher's SESAM-Vitale library and Galien, and what does each ask of the counter?

EnvironmentFailure
└── FsvFailure
    ├── FsvAbsent     no library is configured, or its file is missing
    ├── FsvUnfit      a library that can't serve: other processor, functions missing, other version
    ├── FsvBusy       the call before has not ended
    ├── FsvSlow       no answer in time
    ├── FsvDied       the library broke down
    ├── FsvDefect     an answer without its end, or without what it must hold
    └── FsvSays       a return code other than 0

Return codes: the public programs written for the SSV interface (version 4.03, 2005) list them; Pyxvital's public pages
for FF21. A code that is not in these lists is told as it is, in hexadecimal.
"""

from __future__ import annotations

from app.kernel.errors import EnvironmentFailure

_BY_HAND = "La vente continue : les droits se saisissent d’après l’attestation, Patients (Alt+2), F6 « Droits »."
_INSTALLATION = "Faites vérifier l’installation des fournitures SESAM-Vitale de ce poste, puis recommencez."
_READER = "Vérifiez que le lecteur est branché et prêt ; éteignez-le et rallumez-le, puis recommencez."


class FsvFailure(EnvironmentFailure):
    """The SESAM-Vitale library stands in the way; the counter works without it."""

    code = "GAL-FSV-00"
    advice = _BY_HAND


class FsvAbsent(FsvFailure):
    """No SESAM-Vitale library is installed here, or not where the settings say."""

    code = "GAL-FSV-01"


class FsvUnfit(FsvFailure):
    """The file named by the settings is no library that Galien can use."""

    code = "GAL-FSV-02"


class FsvBusy(FsvFailure):
    """A call has not ended: the library takes one at a time."""

    code = "GAL-FSV-03"
    advice = "Attendez qu’elle finisse, ou retirez la carte. Si rien ne vient, redémarrez Galien : la vente est gardée."


class FsvSlow(FsvFailure):
    """The library did not answer in time."""

    code = "GAL-FSV-04"
    advice = _READER


class FsvDied(FsvFailure):
    """The library broke down, and its process with it: Galien begins another at the next reading."""

    code = "GAL-FSV-07"
    advice = f"Recommencez. Si cela revient, l’installation des fournitures est à vérifier. {_BY_HAND}"


class FsvDefect(FsvFailure):
    """The library answers something that can't be the whole of what was asked."""

    code = "GAL-FSV-05"
    advice = f"Rien n’en a été retenu. {_BY_HAND}"


class FsvSays(FsvFailure):
    """The library refuses, by a return ``status`` of its own."""

    def __init__(self, status: int, text: str, *, code: str, advice: str) -> None:
        """Keep the ``status`` beside what it means."""
        super().__init__(f"{text} (code {status:04X}).", code=code, advice=advice)
        self.status = status


LAST_GROUP = 0xF80B
"""What the reading of groups answers after the last one."""
NO_FIELD = frozenset({0xF805, 0xF806})
"""What the reading of a field answers where the group has none of that number: an older version knows fewer."""
ALREADY_OPEN = 0xF670
"""What the opening of the library answers where it is open."""

_CARD_OUT = ("GAL-FSV-13", "Insérez la carte Vitale, puce vers le lecteur, et laissez-la en place.")
_READER_FAULT = ("GAL-FSV-16", _READER)
_HELD = ("GAL-FSV-17", "Attendez que l’autre logiciel ait fini ou fermez-le, puis recommencez.")
_SET_UP = ("GAL-FSV-18", _INSTALLATION)
_DATA = ("GAL-FSV-19", _INSTALLATION)
_WRONG_CODE = "Vérifiez-le avant de recommencer : au troisième code faux, la carte est bloquée."

_MEANINGS: dict[int, tuple[str, tuple[str, str]]] = {
    0x0001: ("Erreur interne du gestionnaire d’accès aux lecteurs (GALSS)", _SET_UP),
    0x0002: ("Trop de sessions ouvertes pour la mémoire disponible", _SET_UP),
    0x0004: ("Un autre logiciel occupe le lecteur", _HELD),
    0x0008: ("Un autre logiciel occupe le lecteur par la même fonction", _HELD),
    0x0010: ("Mémoire insuffisante pour le contexte de la carte CPS", _SET_UP),
    0x0040: ("Le lecteur a abandonné l’échange", _READER_FAULT),
    0x0200: ("Le lecteur et le poste ne se comprennent pas", _READER_FAULT),
    0x0400: ("Le lecteur ne répond pas", _READER_FAULT),
    0x0800: ("Une session est déjà ouverte par un autre logiciel", _HELD),
    0x8001: ("Le fichier galss.ini est introuvable ou illisible", _SET_UP),
    0x8002: ("Le serveur du GALSS est introuvable", _SET_UP),
    0xF001: ("La carte CPS est absente du lecteur", ("GAL-FSV-10", "Insérez votre carte CPS et laissez-la en place.")),
    0xF003: ("Le code porteur de la carte CPS est faux", ("GAL-FSV-11", _WRONG_CODE)),
    0xFF21: ("Le code porteur de la carte CPS est refusé", ("GAL-FSV-11", _WRONG_CODE)),
    0xF004: (
        "La carte CPS n’est pas valide, ou le lecteur ne peut pas l’utiliser",
        ("GAL-FSV-12", "Vérifiez son sens et la date du lecteur ; sinon, adressez-vous à l’émetteur de la carte."),
    ),
    0xF011: ("La carte Vitale est absente du lecteur", _CARD_OUT),
    0xF015: ("La carte Vitale a été retirée pendant la lecture", _CARD_OUT),
    0xF014: (
        "La carte Vitale ne communique pas",
        ("GAL-FSV-14", "Vérifiez son sens et nettoyez la puce ; si rien n’y fait, elle est à remplacer par la caisse."),
    ),
    0xF0F0: (
        "La carte Vitale porte à la fois une mutuelle et une complémentaire",
        ("GAL-FSV-14", "Elle est à mettre à jour, ou à remplacer par la caisse."),
    ),
    0xF026: (
        "Une carte de test et une carte réelle sont ensemble dans le lecteur",
        ("GAL-FSV-15", "Mettez deux cartes de même nature : une carte de test n’ouvre aucun droit réel."),
    ),
    0xF0FF: ("La réponse du lecteur est incohérente", _READER_FAULT),
    0xF100: ("Les échanges avec le lecteur sont désynchronisés", _READER_FAULT),
    0xF101: ("Le nom de ressource du lecteur n’est pas celui de galss.ini", _SET_UP),
    0xF600: ("La bibliothèque n’est pas initialisée", _SET_UP),
    0xF670: ("La bibliothèque est déjà initialisée", _SET_UP),
    0xF680: ("Le chemin des tables manque dans sesam.ini", _SET_UP),
    0xF6F1: ("Le répertoire de travail manque dans sesam.ini", _SET_UP),
    0xF6F2: ("Les fichiers de travail ne peuvent pas être écrits", _SET_UP),
    0xF800: ("Un champ est plus long que la place donnée", _DATA),
    0xF801: ("Mémoire insuffisante pour la session d’échange", _DATA),
    0xF802: ("Un paramètre est refusé", _DATA),
    0xF804: ("La zone de la session est pleine", _DATA),
    0xF805: ("Un champ ou un groupe demandé n’existe pas", _DATA),
    0xF806: ("L’occurrence d’un groupe n’existe pas", _DATA),
    0xF807: ("La session d’échange n’a aucune donnée", _DATA),
    0xF80A: ("Il n’y a plus de session d’échange disponible", _DATA),
}
_TABLES = {
    0xF610: "est inaccessible",
    0xF620: "n’est pas de la version de la bibliothèque",
    0xF630: "est altéré",
    0xF640: "n’a pas la bonne structure",
    0xF650: "ne tient pas en mémoire",
    0xF660: "n’a pas le bon nom",
}
"""Sixteen codes each: the last four bits number the file of tables."""
_GALSS = range(0x8003, 0x8012)


def failure_of(status: int) -> FsvSays:
    """Return the failure that a return code other than 0 stands for."""
    if status in _MEANINGS:
        text, (code, advice) = _MEANINGS[status]
        return FsvSays(status, text, code=code, advice=advice)
    if status & 0xFFF0 in _TABLES:
        text = f"Le fichier de tables SSV n°\u00a0{status & 0xF} {_TABLES[status & 0xFFF0]}"
        return FsvSays(status, text, code="GAL-FSV-18", advice=_INSTALLATION)
    if status in _GALSS:
        return FsvSays(status, "Le fichier galss.ini est mal renseigné", code="GAL-FSV-18", advice=_INSTALLATION)
    text = "La bibliothèque SESAM-Vitale refuse, pour un motif sans description publique"
    return FsvSays(status, text, code="GAL-FSV-20", advice=f"Cherchez ce code dans sa documentation. {_BY_HAND}")

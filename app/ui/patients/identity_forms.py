"""How is a document checked, how are traits corrected, how is an identity marked?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QVBoxLayout

from app.kernel import french
from app.kernel.clock import today
from app.kernel.outcome import Finding, Severity
from app.officine.patients.identity import STRICT, TRAITS
from app.officine.patients.identity_model import EvidenceDraft, Mode
from app.officine.patients.model import Attribute, IdentityStatus, Sex
from app.officine.patients.names import convert
from app.officine.staff.model import Right
from app.ui.patients.identity_words import ATTRIBUTE_WORDS, holds, lock_words, trait_pairs
from app.ui.patients.place_field import PlaceField
from app.ui.widgets.act_form import ActForm
from app.ui.widgets.basics import Text
from app.ui.widgets.facts import Facts
from app.ui.widgets.fields import DateField, TextField

if TYPE_CHECKING:
    import datetime as dt

    from app.officine.patients.evidence import EvidenceType
    from app.officine.patients.identity_model import IdentityFile
    from app.ui.context import Ui

_NAMES = ("family_name", "birth_names", "first_name", "used_name", "used_first_name")
_LABELS = {
    "family_name": "&Nom de naissance",
    "first_name": "1er &prénom de naissance",
    "birth_names": "P&rénom(s) de naissance",
    "birth_date": "&Date de naissance",
    "sex": "&Sexe",
    "birth_place": "&Lieu de naissance",
    "used_name": "Nom &utilisé",
    "used_first_name": "Prénom ut&ilisé",
}

_COPIES = (
    "Une copie du titre peut être gardée après le contrôle (Ctrl+F9), avec l’accord du patient. S’il refuse, le "
    "contrôle se note sans copie et vaut autant."
)


def _choices(pairs: list[tuple[str, object]], first: str = "Choisir…") -> QComboBox:
    box = QComboBox()
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(8)
    box.addItem(first, None)
    for text, value in pairs:
        box.addItem(text, value)
    return box


class EvidenceForm(ActForm):
    """A document in hand: its kind, how it was seen, and whether its traits are those of the file."""

    def __init__(self, ui: Ui) -> None:
        """Check documents with the services of ``ui``."""
        super().__init__(
            ui, "Contrôler une pièce d’identité", "patients.save", scrolls=True, save_text="Noter le contrôle"
        )
        self.file: IdentityFile | None = None
        self.about = Text("Comparez la pièce à chaque trait du dossier\u00a0:", "muted", wrap=True)
        self.traits = Facts()
        self.copies = Text(_COPIES, "caption", wrap=True)
        assert self.area is not None
        inside = self.area.widget()
        typed = None if inside is None else inside.layout()
        assert isinstance(typed, QVBoxLayout)
        # Where letters are large they scroll with the fields, and leave these their room.
        typed.insertWidget(0, self.about)
        typed.insertWidget(1, self.traits)
        self.kind = _choices([])
        self.mode = _choices([(f"Contrôlée {mode.label}", mode) for mode in Mode])
        self.agreement = _choices([("Tous les traits sont identiques", True), ("Un trait au moins diffère", False)])
        self.expires = DateField(lambda: today(ui.services.clock))
        self.beside = TextField(limit=120, placeholder="Pièce d’un parent, carte Vitale…")
        self.placed = self.lay(
            ("&Pièce présentée", self.kind),
            None,
            ("&Comment", self.mode),
            None,
            ("Valable &jusqu’au (facultatif)", self.expires),
            ("A&vec", self.beside),
            ("&Traits comparés", self.agreement),
            None,
        )
        typed.insertWidget(typed.indexOf(self.findings), self.copies)
        self.kind.currentIndexChanged.connect(lambda _place: self._fit())
        self.chain(self.kind, self.mode, self.expires, self.beside, self.agreement)

    def begin(self, file: IdentityFile, types: tuple[EvidenceType, ...], *, keeps_copies: bool = False) -> None:
        """Begin with nothing chosen: no kind is proposed (RNIV EXI SI 23); ``keeps_copies``: of the papers shown."""
        self.file = file
        self.copies.setVisible(keeps_copies)
        self.title.setText(f"Contrôler une pièce d’identité de {file.patient.display_name}")
        self.traits.set_pairs(trait_pairs(file, may_see=False)[:6])
        self.kind.clear()
        self.kind.addItem("Choisir…", None)
        for one in types:
            self.kind.addItem(f"{one.label} ({one.trust})", one)
        for box in (self.mode, self.agreement):
            box.setCurrentIndex(0)
        self.expires.clear()
        self.beside.clear()
        self._fit()
        self.focus(self.kind)

    def save(self) -> None:
        """Note the check, or say what is missing."""
        kind: EvidenceType | None = self.kind.currentData()
        mode: Mode | None = self.mode.currentData()
        coherent: bool | None = self.agreement.currentData()
        missing = [
            name
            for name, value in (("la pièce", kind), ("comment elle a été vue", mode), ("la comparaison", coherent))
            if value is None
        ]
        if self.expires.text().strip() and self.expires.date is None:
            missing.append("une date de validité lisible (jj/mm/aaaa)")
        if missing or kind is None or mode is None or coherent is None or self.file is None:
            text = f"Il manque\u00a0: {', '.join(missing)}."
            self.refuse([Finding("GAL-IDN-72", Severity.ERROR, text, "Rien n’est choisi d’avance.")])
            return
        file, actor, identities = self.file, self.ui.actor(), self.ui.services.identities
        draft = EvidenceDraft(
            code=kind.code, mode=mode, coherent=coherent, expires=self.expires.date, beside=self.beside.text().strip()
        )
        self.perform(
            lambda: identities.prove(file.patient.id, file.patient.version, draft, actor), "Contrôle de la pièce noté"
        )

    def _fit(self) -> None:
        kind: EvidenceType | None = self.kind.currentData()
        needs = kind is not None and bool(kind.beside)
        self.placed["A&vec"].setVisible(needs)
        self.placed["A&vec"].note(f"Cette pièce ne vaut qu’avec {kind.beside}." if needs and kind is not None else "")


class TraitsForm(ActForm):
    """The traits of an identity, each locked where it may not be changed, with the reason."""

    def __init__(self, ui: Ui) -> None:
        """Correct traits with the services of ``ui``."""
        super().__init__(ui, "Corriger les traits", "patients.save", scrolls=True, save_text="Enregistrer les traits")
        self.file: IdentityFile | None = None
        self.lock_words = Text("", "muted", wrap=True)
        self.column.insertWidget(1, self.lock_words)
        self.editors: dict[str, TextField] = {name: TextField(limit=100) for name in _LABELS if name != "sex"}
        place = self.editors["birth_place"] = PlaceField(ui, self._born)
        self.editors["birth_date"].setPlaceholderText("jj/mm/aaaa")
        self.sex = _choices([(sex.label, sex.value) for sex in Sex])
        placed = self.lay(
            *((label, self.sex if name == "sex" else self.editors[name]) for name, label in _LABELS.items())
        )
        self.places = {name: placed[label] for name, label in _LABELS.items()}
        self.chain(*(self.sex if name == "sex" else self.editors[name] for name in _LABELS))
        for name in _NAMES:
            self.editors[name].textChanged.connect(lambda _text, trait=name: self._convert(trait))
        place.told.connect(self._tell_place)
        self.editors["birth_date"].textChanged.connect(lambda _text: place.again())

    def _born(self) -> dt.date | None:
        """Return the date of birth typed so far."""
        return french.parse_date(self.editors["birth_date"].text(), today(self.ui.services.clock))

    def _tell_place(self, text: str, role: str) -> None:
        """Say what the code of the place stands for, beside the lock where there is one."""
        is_open = self.editors["birth_place"].isEnabled()
        said = text if is_open else " · ".join(part for part in ("Verrouillé", text) if part)
        self.places["birth_place"].note(said, role if is_open else "caption")

    def begin(self, file: IdentityFile) -> None:
        """Begin with the traits of the file; those that are locked are greyed, and say why."""
        self.file = file
        traits = file.identity.traits
        is_free = file.identity.status is IdentityStatus.PROVISIONAL
        is_super = holds(self.ui, Right.IDENTITY_SUPER)
        for name, editor in self.editors.items():
            value = getattr(traits, name)
            editor.setText(_shown_date(value) if name == "birth_date" else value)
        self.sex.setCurrentIndex(self.sex.findData(traits.sex))
        for name in STRICT:
            open_ = is_free or is_super or name == "first_name"
            self.places[name].lock("" if open_ else lock_words(file.identity.status))
        if not (is_free or is_super):
            self.places["first_name"].note("Libre s’il commence la liste", "caption")
        self.title.setText(f"Corriger les traits de {file.patient.display_name}")
        if is_free:
            said = "Identité provisoire\u00a0: tous les traits se corrigent."
        elif is_super:
            said = (
                "Super-utilisateur identité\u00a0: un trait strict modifié invalide le matricule et abaisse le statut."
            )
        else:
            said = f"{lock_words(file.identity.status)} Nom et prénom utilisés restent libres."
        self.lock_words.setText(said)
        self.focus(self.editors["family_name"] if is_free or is_super else self.editors["used_name"])

    def save(self) -> None:
        """Write what changed, or say why it can't be."""
        if self.file is None:
            return
        traits = self.file.identity.traits
        typed = {name: editor.text().strip() for name, editor in self.editors.items()}
        typed["sex"] = self.sex.currentData() or ""
        typed["birth_date"] = _iso(typed["birth_date"])
        changes = {name: typed[name] for name in TRAITS if convert_or_same(name, typed[name]) != getattr(traits, name)}
        if not changes:
            self.refuse([Finding("GAL-IDN-73", Severity.INFO, "Rien n’a été changé.", "Échap revient au dossier.")])
            return
        file, actor, identities = self.file, self.ui.actor(), self.ui.services.identities
        self.perform(
            lambda: identities.edit(file.patient.id, file.patient.version, changes, actor), "Traits d’identité corrigés"
        )

    def _convert(self, name: str) -> None:
        """Say how a name will be kept, where it is not as typed."""
        typed = self.editors[name].text().strip()
        kept = convert_or_same(name, typed)
        if self.editors[name].isEnabled():
            self.places[name].note(f"Sera enregistré\u00a0: {kept}" if kept != typed else "", "success")


class MarkForm(ActForm):
    """An attribute of vigilance, put on an identity or taken off, with what that does said before."""

    def __init__(self, ui: Ui) -> None:
        """Mark identities with the services of ``ui``."""
        super().__init__(ui, "Attribut de l’identité", "patients.save", save_text="Appliquer")
        self.file: IdentityFile | None = None
        self.attribute = _choices([])
        self.effect = Text("", "warning", wrap=True)
        self.lay(("&Attribut", self.attribute), None)
        self.column.insertWidget(2, self.effect)
        self.attribute.currentIndexChanged.connect(lambda _place: self._tell())
        self.chain(self.attribute)

    def begin(self, file: IdentityFile) -> None:
        """Offer what may be put on or taken off."""
        self.file = file
        self.title.setText(f"Attribut de l’identité de {file.patient.display_name}")
        self.attribute.clear()
        self.attribute.addItem("Choisir…", None)
        for one in Attribute:
            on = one in file.identity.attributes
            self.attribute.addItem(f"{'Lever' if on else 'Poser'}\u00a0: {ATTRIBUTE_WORDS[one][0].lower()}", (one, on))
        self._tell()
        self.focus(self.attribute)

    def save(self) -> None:
        """Put it on or take it off."""
        chosen = self.attribute.currentData()
        if chosen is None or self.file is None:
            text = "Choisissez l’attribut à poser ou à lever."
            self.refuse([Finding("GAL-IDN-74", Severity.ERROR, text, "Échap revient au dossier.")])
            return
        attribute, is_on = Attribute(chosen[0]), bool(chosen[1])
        file, actor, identities = self.file, self.ui.actor(), self.ui.services.identities
        act = identities.unset_attribute if is_on else identities.set_attribute
        self.perform(
            lambda: act(file.patient.id, file.patient.version, attribute, actor),
            f"Attribut {'levé' if is_on else 'posé'}\u00a0: {ATTRIBUTE_WORDS[attribute][0].lower()}",
        )

    def _tell(self) -> None:
        chosen = self.attribute.currentData()
        said = ""
        if chosen is not None and self.file is not None and not chosen[1] and chosen[0] is not Attribute.HOMONYM:
            said = "L’identité redevient provisoire, et INSi ne peut plus être interrogé tant que l’attribut est posé."
            if self.file.identity.ins is not None:
                said += " Le matricule INS est invalidé."
            if self.file.identity.evidence:
                said += " La pièce contrôlée ne vaut plus."
        self.effect.setText(said)


def convert_or_same(name: str, text: str) -> str:
    """Return a trait as it will be kept: a name in capitals without accents, another as typed."""
    return convert(name, text)[0] if name in _NAMES and text else text


def _iso(text: str) -> str:
    """Return a date typed ``jj/mm/aaaa`` as the INS writes it; another text as it is."""
    parts = text.replace(".", "/").replace(" ", "/").split("/")
    if len(parts) == len("dmy") and all(part.isdigit() for part in parts) and len(parts[2]) == len("aaaa"):
        return f"{parts[2]}-{parts[1]:0>2}-{parts[0]:0>2}"
    return text


def _shown_date(text: str) -> str:
    """Return a date as the INS writes it in the shape in which it is read: ``jj/mm/aaaa``."""
    year, month, day = text.split("-")
    return f"{day}/{month}/{year}"

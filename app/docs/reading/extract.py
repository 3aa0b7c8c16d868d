"""What can be taken out of a document as data, section by section?

Only of the types that are known: of any other the header and the narrative are read, and that is said. What is taken
out are proposals to the pharmacist; the narrative is what the author signed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from app.docs.reading import sections, tree
from app.docs.reading.allergies import allergies
from app.docs.reading.entries import statements
from app.docs.reading.header import PRESCRIPTION
from app.docs.reading.medications import medications
from app.docs.reading.prescription import TEMPLATES as PRESCRIBED
from app.docs.reading.prescription import devices, medicines
from app.docs.reading.problems import problems
from app.docs.reading.results import TEMPLATES as MEASURED
from app.docs.reading.results import results
from app.docs.reading.sections import Holds
from app.docs.reading.vaccinations import DONE, PLANNED, vaccinations
from app.kernel.outcome import Severity

if TYPE_CHECKING:
    from app.docs.reading.scope import Scope
    from app.docs.reading.tree import Element

LETTER_AT_DISCHARGE: Final = "11490-0"

KNOWN: Final = frozenset(
    {"SYNTH", "60591-5", "11502-2", LETTER_AT_DISCHARGE, "18761-7", PRESCRIPTION, "87273-9", "11369-6"}
)
"""Types (JDV_J66) whose sections are taken out: synthesis, biology, letters, prescription, vaccination."""
KNOWN_TEMPLATES: Final = frozenset(
    {
        "1.2.250.1.213.1.1.1.13", "1.2.250.1.213.1.1.1.21", "1.2.250.1.213.1.1.1.29", "1.2.250.1.213.1.1.1.37",
        "1.2.250.1.213.1.1.1.39", "1.2.250.1.213.1.1.1.46", "1.3.6.1.4.1.19376.1.3.3", "1.3.6.1.4.1.19376.1.9.1.1.1",
    }
)  # fmt: skip
_TREATMENTS = frozenset({Holds.TREATMENTS, Holds.ADMINISTERED, Holds.DISCHARGE})
_VACCINES = frozenset({Holds.VACCINATIONS, Holds.PLANNED_VACCINES})
_KINDS = ("medications", "allergies", "problems", "results", "vaccinations", "prescription")


def extract(document: Element, scope: Scope) -> dict[str, Any]:
    """Return the fields of ``ReadDocument`` that its sections give; ``scope`` is told what could not be taken out."""
    kind = tree.attribute(tree.first(document, "code"), "code")
    if kind not in KNOWN and KNOWN_TEMPLATES.isdisjoint(tree.templates(document)):
        scope.say(
            "GAL-DOC-75",
            Severity.INFO,
            "Ce type de document n’est pas analysé : son en-tête et son texte sont lus, pas ses données codées.",
            "Lisez le texte du document.",
        )
        return {}
    found: dict[str, list[Any]] = {name: [] for name in _KINDS}
    unread: list[str] = []
    for section in sections.every_section(document):
        holds = sections.holds(section)
        before = sum(len(one) for one in found.values())
        said = len(scope.findings)
        _take(section, holds, kind, found, scope)
        taken = sum(len(one) for one in found.values()) > before or len(scope.findings) > said
        if not taken and _has_something(section, holds):
            unread.append(sections.title_of(section) or "sans titre")
    if unread:
        _say_unread(unread, scope)
    return {name: tuple(values) for name, values in found.items()} | _status(document, scope)


def _take(section: Element, holds: Holds, kind: str, found: dict[str, list[Any]], scope: Scope) -> None:
    """Take out what a section holds: by what it is about, or else by the templates of its statements."""
    if holds in {Holds.PROBLEMS, Holds.HISTORY}:
        found["problems"] += problems(section, scope)
    elif holds is Holds.ALLERGIES:
        found["allergies"] += allergies(section, scope)
    elif holds in _TREATMENTS:
        found["medications"] += medications(section, holds, scope, is_discharge=kind == LETTER_AT_DISCHARGE)
    elif holds is Holds.LABORATORY or _claims(section, "observation", MEASURED):
        found["results"] += results(section, scope)
    elif holds is Holds.PRESCRIPTION or _claims(section, "substanceAdministration", PRESCRIBED):
        found["prescription"] += medicines(section, scope)
        found["prescription"] += devices(section, scope)
    elif holds is Holds.DEVICES:
        found["prescription"] += devices(section, scope)
    elif holds in _VACCINES or _claims(section, "substanceAdministration", (*DONE, *PLANNED)):
        found["vaccinations"] += vaccinations(section, scope)


def _claims(section: Element, name: str, templates: tuple[str, ...]) -> bool:
    """Return True where a statement of the section follows one of the templates."""
    return any(tree.follows(one, *templates) for one in statements(section, name))


def _has_something(section: Element, holds: Holds) -> bool:
    """Return True for a section of which nothing was taken out though it has entries, or is of what is taken out."""
    if holds is Holds.STATUS or tree.follows(section, "1.2.250.1.213.1.1.2.243", "1.2.250.1.213.1.1.2.223"):
        return False
    if tree.children(section, "entry"):
        return True
    is_expected = holds is not Holds.OTHER and not tree.children(section, "component")
    return is_expected and bool(tree.text(tree.first(section, "text")))


def _say_unread(titles: list[str], scope: Scope) -> None:
    shown = ", ".join(f"« {title[:60]} »" for title in titles[:20])
    more = f" et {len(titles) - 20} autres" if len(titles) > 20 else ""
    scope.say(
        "GAL-DOC-82",
        Severity.INFO,
        f"Rien n’a été repris de ces parties : {shown}{more}.",
        "Elles se lisent dans le texte du document.",
    )


def _status(document: Element, scope: Scope) -> dict[str, str]:
    """Return the status that a section of the document says (FR-Statut-du-document); nothing where none does."""
    for section in sections.every_section(document):
        if sections.holds(section) is Holds.STATUS:
            for observation in statements(section, "observation"):
                label = scope.label(tree.first(observation, "value"))
                if label:
                    return {"status": label}
    return {}

"""A line to INSi whose answers a test tells beforehand, and the desk that asks by it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.officine.patients.identity import Ins, Traits
from app.officine.patients.identity_model import InsiIdentity, PastIns
from app.officine.patients.insi_desk import InsiDesk
from app.officine.patients.insi_model import Answer, InsiMode
from app.officine.patients.insi_ports import FailureKind, InsiFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.bootstrap import Services
    from app.kernel.outcome import Finding
    from app.officine.patients.insi_model import InsiSettings, Question

ROSE = InsiIdentity(
    ins=Ins("288026322012496", "1.2.250.1.213.1.4.8"),
    traits=Traits(family_name="ZINNIA", birth_names="ROSE ANNE", sex="F", birth_date="1988-02-14", birth_place="63220"),
    past=(PastIns(ins=Ins("888026322012388", "1.2.250.1.213.1.4.9"), start="2012-05-02", end="2016-09-30"),),
)
"""Somebody fictitious, who had a waiting matricule before."""
LABELS = {"00": "OK", "01": "Aucune identite trouvee", "02": "Plusieurs identites trouvees"}


def down() -> InsiFailed:
    """Return the failure of a service that is not there."""
    return InsiFailed(
        "Le téléservice INSi est indisponible.",
        code="GAL-DIS-40",
        advice="Continuez sans lui.",
        kind=FailureKind.SERVICE,
        fault="siram_40/insi_111",
        severity="fatale",
        http_status=500,
        raw_request=b"<request/>",
        raw_answer=b"<fault/>",
    )


@dataclass
class Line:
    """A line that gives what is in ``answers``, in their order, then « nobody »."""

    answers: list[InsiIdentity | str | InsiFailed] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)
    is_simulated: bool = True

    def check(self, settings: InsiSettings, mode: InsiMode) -> Sequence[Finding]:
        """Nothing is missing."""
        del settings, mode
        return ()

    def needs_code(self, mode: InsiMode) -> bool:
        """A card wants its code."""
        return mode is InsiMode.CARD

    def caller(self, mode: InsiMode) -> str:
        """The officine."""
        del mode
        return "10B0000001"

    def ask(
        self,
        question: Question,
        settings: InsiSettings,
        mode: InsiMode,
        code: bytearray | None,
        is_cancelled: Callable[[], bool],
    ) -> Answer:
        """Give the next answer."""
        del settings, code, is_cancelled
        self.asked.append(question)
        one = self.answers.pop(0) if self.answers else "01"
        if isinstance(one, InsiFailed):
            raise one
        said = one if isinstance(one, str) else "00"
        return Answer(
            code=said,
            label=LABELS.get(said, ""),
            found=None if isinstance(one, str) else one,
            mode=mode,
            caller="10B0000001",
            raw_request=b"<Envelope><Body><NomNaissance>ZINNIA</NomNaissance></Body></Envelope>",
            raw_answer=b"<Envelope><Body><CodeCR>00</CodeCR></Body></Envelope>",
        )

    def close(self) -> None:
        """Nothing is open."""


def desk_of(services: Services, line: Line) -> InsiDesk:
    """Return a desk that asks by ``line`` for the files of ``services``, and tries each call once."""
    return InsiDesk(
        services.db,
        services.staff,
        identities=services.identities,
        site=services.insi_site,
        line=line,
        box=services.vault,
        production=False,
        waits=(),
    )

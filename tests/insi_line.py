"""An INSi whose answers are told beforehand, in this process: for what is done with them, not for the line itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.officine.patients.identity import Ins, Traits
from app.officine.patients.identity_model import InsiIdentity
from app.officine.patients.insi_model import Answer, InsiMode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.kernel.outcome import Finding
    from app.officine.patients.insi_model import InsiSettings, Question

NIR = "1.2.250.1.213.1.4.8"
ZOE = InsiIdentity(
    ins=Ins("275126322074974", NIR),
    traits=Traits(family_name="ADRUN", birth_names="ZOE", sex="F", birth_date="1975-12-31", birth_place="63220"),
)


@dataclass
class Line:
    """A line whose answers are told beforehand, by the value of the first name that is sent."""

    answers: dict[str, list[InsiIdentity | str | Exception]] = field(default_factory=dict)
    asked: list[Question] = field(default_factory=list)
    modes: list[InsiMode] = field(default_factory=list)
    missing: tuple[Finding, ...] = ()
    forgotten: int = 0
    is_simulated: bool = False
    meanwhile: Callable[[], object] = lambda: None

    def check(self, settings: InsiSettings, mode: InsiMode) -> Sequence[Finding]:
        """Say what is missing."""
        del settings, mode
        return self.missing

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
        self.modes.append(mode)
        self.meanwhile()
        told = self.answers.get(question.first_name, ["01"])
        one = told.pop(0) if len(told) > 1 else told[0]
        if isinstance(one, Exception):
            raise one
        code_told = one if isinstance(one, str) else "00"
        return Answer(
            code=code_told,
            label={"00": "OK", "01": "Aucune identite trouvee", "02": "Plusieurs identites trouvees"}.get(
                code_told, ""
            ),
            found=None if isinstance(one, str) else one,
            mode=mode,
            caller="10B0000001",
            raw_request=b"<request>ADRUN</request>",
            raw_answer=b"<answer>275126322074974</answer>",
        )

    def inject(self, content: bytes) -> None:
        """Nothing is played here."""
        del content

    def forget(self) -> None:
        """Note that what a card signed is forgotten."""
        self.forgotten += 1

    def close(self) -> None:
        """Nothing is open."""

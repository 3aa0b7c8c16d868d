"""How does a thread that speaks to cards hand over what came of it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from app.kernel.errors import Bug, GalienError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

T = TypeVar("T")


def hand_over(answer: Future[T], work: Callable[[], T], fault: str) -> None:
    """Do the work, and give what came of it to the one who waits.

    A fault of ours goes its own way, to the crash report, and ends the thread; the one who waits gets a Bug that says
    ``fault`` (French).
    """
    try:
        answer.set_result(work())
    except GalienError as failure:
        answer.set_exception(failure)
    finally:
        if not answer.done():
            answer.set_exception(Bug(fault))

"""Which states of the trace are worth a picture?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.officine.trace.model import SealReport
from app.ui.pictures import Picture
from app.ui.registers.view import RegistersView

if TYPE_CHECKING:
    from app.ui.pictures import Stage
    from app.ui.trace.page import TracePage


def opened(stage: Stage) -> TracePage:
    """Open the trace, with nothing asked."""
    view = stage.view("registers")
    assert isinstance(view, RegistersView)
    stage.act("registers.trace")
    page = view.trace()
    page.show_accesses(None)
    page.findings.set_findings(())
    stage.settle()
    return page


def _plain(stage: Stage) -> None:
    opened(stage)


def _sealed(stage: Stage) -> None:
    page = opened(stage)
    stage.act("registers.seal")
    stage.window.toasts.clear()
    page.field.setText("délivrance")
    page.field.search_now()
    stage.settle()


def _nothing(stage: Stage) -> None:
    page = opened(stage)
    page.field.setText("xyzzyx")
    page.field.search_now()
    stage.settle()


def _patient(stage: Stage) -> None:
    page = opened(stage)
    concerned = next(one.patient_id for one in page.list.records if one.patient_id is not None)
    page.show_accesses(stage.services.patients.get(concerned))
    stage.settle()


def _altered(stage: Stage) -> None:
    page = opened(stage)
    bad = {"text": "L’écriture n° 41 a été modifiée (elle porte la date du 20/11/2026 à 16:12)."}
    page.seals.show_report(SealReport(state="bad", bad={"ordonnancier": bad}))
    stage.settle()


PICTURES = (
    Picture("trace-list", _plain),
    Picture("trace-sealed", _sealed),
    Picture("trace-nothing", _nothing),
    Picture("trace-patient", _patient),
    Picture("trace-altered", _altered),
)

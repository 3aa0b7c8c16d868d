"""Which rooms has the window, by which key is each entered, and what will the unbuilt ones hold?"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.officine.staff.model import Right
from app.ui.care.acts import ACTS as CARE_ACTS
from app.ui.cash.acts import ACTS as CASH_ACTS
from app.ui.counter.acts import ACTS as COUNTER_ACTS
from app.ui.documents.acts import ACTS as DOCUMENTS_ACTS
from app.ui.patients.acts import ACTS as PATIENTS_ACTS
from app.ui.products.acts import ACTS as PRODUCTS_ACTS
from app.ui.registers.acts import ACTS as REGISTERS_ACTS
from app.ui.settings.acts import ACTS as SETTINGS_ACTS
from app.ui.shortcuts import Act
from app.ui.staff.acts import ACTS as STAFF_ACTS
from app.ui.stock.acts import ACTS as STOCK_ACTS
from app.ui.widgets.basics import EmptyState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.ui.context import Ui

SCREENS = (
    "app.ui.context",
    "app.ui.scanner",
    "app.ui.lock_steps",
    "app.ui.lock",
    "app.ui.lock_watch",
    "app.ui.counter.lists_drawers",
    "app.ui.counter.band",
    "app.ui.counter.totals",
    "app.ui.counter.payment_drawer",
    "app.ui.counter.rights_drawer",
    "app.ui.counter.cards",
    "app.ui.counter.copies_drawer",
    "app.ui.counter.detail",
    "app.ui.counter.owed_drawer",
    "app.ui.counter.prints_drawer",
    "app.ui.counter.prescription_drawer",
    "app.ui.counter.page",
    "app.ui.counter.view",
    "app.ui.patients.identity_desk",
    "app.ui.patients.merge_desk",
    "app.ui.patients.view",
    "app.ui.products.view",
    "app.ui.stock.view",
    "app.ui.documents.viewer",
    "app.ui.care.form",
    "app.ui.care.view",
    "app.ui.cash.closings",
    "app.ui.cash.view",
    "app.ui.documents.view",
    "app.ui.trace.insi_page",
    "app.ui.registers.view",
    "app.ui.settings.cards",
    "app.ui.settings.checks",
    "app.ui.settings.identity",
    "app.ui.settings.insi",
    "app.ui.settings.keyboard",
    "app.ui.settings.pharmacy",
    "app.ui.settings.printers",
    "app.ui.settings.secrets",
    "app.ui.settings.care",
    "app.ui.settings.view",
    "app.ui.staff.view",
)
"""The code of the screens, in steps that each fit between two frames: see ``preload``."""


@dataclass(frozen=True, slots=True)
class Room:
    """One room: its id, its title and icon in the rail, its key, what builds its screen, and who may enter.

    ``right`` is that of whoever may see what the room shows; empty for everybody.
    """

    id: str
    title: str
    icon: str
    key: str
    build: Callable[[Ui], QWidget]
    right: str = ""

    @property
    def act(self) -> Act:
        """The act that enters the room."""
        words = ("aller", "écran", "ouvrir")
        return Act(f"room.{self.id}", self.title, self.key, synonyms=words, icon=self.icon, right=self.right)


class UnbuiltView(QWidget):
    """A room that is not built yet: it says so, and what it will hold."""

    def __init__(self, icon: str, title: str, promise: str) -> None:
        """Say that ``title`` is not built, and what it will hold."""
        super().__init__()
        self.room_title = title
        column = QVBoxLayout(self)
        column.addWidget(EmptyState(icon, f"{title}\u00a0: cet écran n’est pas encore construit", promise))


def preload() -> Iterator[str]:
    """Load the code of the screens, one step at each call: building one then takes no longer than a frame or two.

    On the thread of the screens only: PySide6 makes each of its types where it is first named, and two threads that do
    so at once end the process.
    """
    for module in SCREENS:
        importlib.import_module(module)
        yield module


def _counter(ui: Ui) -> QWidget:
    from app.ui.counter.view import CounterView  # noqa: PLC0415 -- built when first entered

    return CounterView(ui)


def _patients(ui: Ui) -> QWidget:
    from app.ui.patients.view import PatientsView  # noqa: PLC0415 -- built when first entered

    return PatientsView(ui)


def _products(ui: Ui) -> QWidget:
    from app.ui.products.view import ProductsView  # noqa: PLC0415 -- built when first entered

    return ProductsView(ui)


def _stock(ui: Ui) -> QWidget:
    from app.ui.stock.view import StockView  # noqa: PLC0415 -- built when first entered

    return StockView(ui)


def _care(ui: Ui) -> QWidget:
    from app.ui.care.view import CareView  # noqa: PLC0415 -- built when first entered

    return CareView(ui)


def _cash(ui: Ui) -> QWidget:
    from app.ui.cash.view import CashView  # noqa: PLC0415 -- built when first entered

    return CashView(ui)


def _registers(ui: Ui) -> QWidget:
    from app.ui.registers.view import RegistersView  # noqa: PLC0415 -- built when first entered

    return RegistersView(ui)


def _settings(ui: Ui) -> QWidget:
    from app.ui.settings.view import SettingsView  # noqa: PLC0415 -- built when first entered

    return SettingsView(ui)


def _staff(ui: Ui) -> QWidget:
    from app.ui.staff.view import StaffView  # noqa: PLC0415 -- built when first entered

    return StaffView(ui)


def _documents(ui: Ui) -> QWidget:
    from app.ui.documents.view import DocumentsView  # noqa: PLC0415 -- built when first entered

    return DocumentsView(ui)


def _messaging(_ui: Ui) -> QWidget:
    return UnbuiltView(
        "messaging",
        "Messagerie",
        "Il tiendra les messages sécurisés de santé (MSSanté)\u00a0: boîtes de l’officine, rattachement au dossier "
        "du patient, réponses. Rien n’est relevé ni envoyé pour l’instant.",
    )


ROOMS = (
    Room("counter", "Comptoir", "counter", "Alt+1", _counter, Right.DELIVER),
    Room("patients", "Patients", "patients", "Alt+2", _patients, Right.READ_PATIENT),
    Room("products", "Produits", "products", "Alt+3", _products),
    Room("stock", "Stock", "stock", "Alt+4", _stock, Right.RECEIVE_STOCK),
    Room("registers", "Registres", "list", "Alt+5", _registers, Right.READ_REGISTERS),
    Room("cash", "Caisse", "euro", "Alt+6", _cash, Right.DELIVER),
    Room("care", "Soins", "prescription", "Alt+=", _care, Right.READ_PATIENT),
    Room("documents", "Documents", "documents", "Alt+7", _documents, Right.READ_DOCUMENTS),
    Room("messaging", "Messagerie", "messaging", "Alt+8", _messaging),
    Room("staff", "Équipe", "user", "Alt+0", _staff),
    Room("settings", "Réglages", "settings", "Alt+9", _settings),
)
TITLES = {room.id: room.title for room in ROOMS}
ROOM_ACTS = (
    *COUNTER_ACTS,
    *PATIENTS_ACTS,
    *PRODUCTS_ACTS,
    *STOCK_ACTS,
    *REGISTERS_ACTS,
    *CASH_ACTS,
    *CARE_ACTS,
    *DOCUMENTS_ACTS,
    *SETTINGS_ACTS,
    *STAFF_ACTS,
)

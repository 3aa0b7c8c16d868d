"""Who is in the team, with what does each sign in, and what may each role do?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.staff.acts import PAGES
from app.ui.staff.rights import RightsPage
from app.ui.staff.sheet import MemberRecord, StaffSheet, means_words, state_words
from app.ui.widgets.basics import ActButton, Button, EmptyState, Text
from app.ui.widgets.flow import Flow
from app.ui.widgets.lists import Column, ListTable
from app.ui.widgets.stack import Stack

if TYPE_CHECKING:
    from app.kernel.events import Changed
    from app.officine.scan.model import Scan
    from app.officine.staff.session import Factors
    from app.ui.context import Services, Ui

_TONES = {"danger": "danger", "warning": "warning", "success": "success"}
_OWN = "Le pharmacien titulaire gère l’équipe. Vous changez ici votre mot de passe, votre PIN et votre application."


def read_records(services: Services) -> list[MemberRecord]:
    """Return the members with what is known of each; run in the background."""
    sessions = services.sign_in.open_sessions()
    accounts = services.staff_accounts
    return [
        MemberRecord(member, accounts.factors(member.id), tuple(one for one in sessions if one.member_id == member.id))
        for member in services.staff.members()
    ]


class StaffView(QWidget):
    """The team on the left, a member on the right; the table of rights on a page of its own."""

    room_title = "Équipe"

    def __init__(self, ui: Ui) -> None:
        """Read and write the team of the services of ``ui``."""
        super().__init__()
        self._ui = ui
        columns: list[Column[MemberRecord]] = [
            Column("Membre", lambda one: one.member.name, second=lambda one: one.member.role.label, strong=True),
            Column("S’identifie par", lambda one: means_words(one.factors), 26, tone=lambda _one: "muted", spare=True),
            Column("Compte", lambda one: state_words(one.factors)[0], 12, tone=_tone),
        ]
        empty = EmptyState("user", "L’équipe est vide", "Ajoutez le premier membre avec Ctrl+N.")
        self.list: ListTable[MemberRecord] = ListTable("Équipe", columns, empty)
        self.sheet = StaffSheet(ui)
        self.note = Text("", "caption", wrap=True)
        self.members, self.rights = QWidget(), RightsPage()
        left = QVBoxLayout()
        left.setSpacing(theme.S)
        left.addWidget(self.list, 1)
        self.add = Flow([ActButton(ui.acts, "staff.add", kind="primary")])
        left.addWidget(self.add)
        left.addWidget(self.note)
        line = QHBoxLayout(self.members)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.L)
        line.addLayout(left, 1)
        line.addWidget(self.sheet, 1)
        self.stack = Stack()
        self.stack.addWidget(self.members)
        self.stack.addWidget(self.rights)
        self.tabs: dict[str, Button] = {}
        for name, title, _key in PAGES:
            tab = Button(title, kind="tab")
            tab.setCheckable(True)
            tab.key = ui.acts.key_text_of(f"staff.{name}")
            tab.clicked.connect(partial(self._clicked, name))
            self.tabs[name] = tab
            ui.acts.bind(f"staff.{name}", partial(self.open_page, name), self)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.L, theme.M, theme.L, theme.L)
        column.setSpacing(theme.M)
        column.addWidget(Flow(list(self.tabs.values())))
        column.addWidget(self.stack, 1)
        self.list.pointed.connect(self._point)
        self.sheet.changed.connect(self.read)
        for name, act in (
            ("add", self.sheet.add),
            ("edit", self.sheet.edit),
            ("leave", self.sheet.leave),
            ("password", self.sheet.password),
            ("pin", self.sheet.pin),
            ("totp", self.sheet.enrol),
            ("card", self.sheet.bind_card),
            ("card_out", self.sheet.unbind_card),
            ("reset", lambda: self.sheet.password(is_reset=True)),
            ("unlock", self.sheet.unlock),
            ("save", self.sheet.save),
            ("back", self._back),
        ):
            ui.acts.bind(f"staff.{name}", act, self.members)
        ui.operator_changed.connect(self._operator_changed)
        ui.locked.connect(self.sheet.close_forms)
        self.sheet.close_forms()
        self.open_page("members", focus=False)

    def open_page(self, name: str, *, focus: bool = True) -> None:
        """Show a page by name."""
        for other, tab in self.tabs.items():
            tab.setChecked(other == name)
        page = self.members if name == "members" else self.rights
        self.stack.setCurrentWidget(page)
        proxy = self.list if page is self.members else self.rights
        self.setFocusProxy(proxy)
        if focus:
            proxy.setFocus(Qt.FocusReason.OtherFocusReason)

    def read(self) -> None:
        """Read the team anew: all of it for who manages it, oneself otherwise."""
        services = self._ui.services
        self._ui.tasks.run(lambda _progress: read_records(services), done=self._show, owner=self, key="team")

    def refresh(self, change: Changed | None) -> None:
        """Read the team when the room is entered, and when it changed."""
        if change is None or (change.touches("staff") and self.isVisible()):
            self.read()

    def take_scan(self, scan: Scan) -> bool:
        """Take the badge scanned into the form, or point at its holder; leave other codes to the counter."""
        badge = scan.fields.get("badge") or ""
        if not badge:
            return False
        if self.sheet.form is self.sheet.member_form:
            self.sheet.member_form.take_badge(badge)
            return True
        places = [place for place, one in enumerate(self.list.records) if one.member.badge == badge]
        if not places:
            return False
        self.open_page("members")
        self.list.point(places[0])
        return True

    def _show(self, records: list[MemberRecord]) -> None:
        operator = self._ui.operator
        manages = self._ui.acts.allowed("staff.edit")
        if not manages:
            records = [one for one in records if operator is not None and one.member.id == operator.id]
        self.note.setText("" if manages else _OWN)
        self.note.setVisible(not manages)
        self.add.setVisible(manages)
        shown = self.list.current_record
        self.list.set_records(records)
        ids = [one.member.id for one in records]
        wanted = shown.member.id if shown is not None else operator.id if operator is not None else None
        if wanted in ids:
            self.list.point(ids.index(wanted))

    def _point(self, record: MemberRecord | None) -> None:
        if self.sheet.form is None or record is None:
            self.sheet.show_record(record)
        elif self.sheet.record is not None and record.member.id != self.sheet.record.member.id:
            self.sheet.close_forms()
            self.sheet.show_record(record)

    def _operator_changed(self) -> None:
        self.sheet.close_forms()
        if self.isVisible():
            self.read()

    def _back(self) -> None:
        self.sheet.close_forms()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _clicked(self, name: str, *_checked: bool) -> None:
        self.open_page(name)


def _tone(record: MemberRecord) -> str:
    factors: Factors = record.factors
    return _TONES.get(state_words(factors)[1], "muted")

"""A long day at one window, in which a NIR, a PIN, passwords and a token are typed, kept, and in every error's words.

Arguments: the data folder, the file for what only the window sees (titles, clipboard), and ``work`` or ``plant``.
The process dies by SIGKILL in the middle of a sale. ``plant`` lets each seed out on purpose, one channel after another.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
import json
import os
import signal
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import p12_files
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from leaks import SEEDS
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from sqlalchemy import text
from ui_keys import type_text

from app import bootstrap, cli
from app.cards import imitations
from app.cards.vitale import Identity
from app.jobs import OutboxDrain
from app.kernel.outcome import Done
from app.logs import guard_process
from app.officine.staff.model import Role
from app.officine.staff.service import actor_of
from app.ui.failures import FailureDialog
from app.ui.pictures import Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.bootstrap import Services

GS = "\x1d"
NIR, PIN, PASSWORD, TOKEN = (SEEDS[name] for name in ("nir", "pin", "password", "token"))
WORDS = f"NIR {NIR}, code {PIN}, mot de passe {PASSWORD}, jeton {TOKEN}"
"""What an error of ours, or of a library, may well say."""

INS = (
    f"IS010000000000000000000000S1{NIR}S21.2.250.1.213.1.4.10S3LEURRE{GS}S4LEURRETITRE{GS}S5FS631-12-1999S799999"
)  # fmt: skip
BOX = "3400935955838"


class Witness(QObject):
    """Keeps every title that a window ever had, what was ever on the clipboard, and the secrets made that day."""

    def __init__(self, app: QApplication, file: Path) -> None:
        super().__init__(app)
        self.titles: set[str] = set()
        self.made: dict[str, str] = {}
        self.clipboard: list[str] = []
        self._file = file
        app.installEventFilter(self)
        app.clipboard().dataChanged.connect(self._copied)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 -- Qt’s own name
        """Note a title when it changes, and when its window is shown."""
        if event.type() in {QEvent.Type.WindowTitleChange, QEvent.Type.Show}:
            if isinstance(watched, QWidget):
                self.titles.add(watched.windowTitle())
            elif isinstance(watched, QWindow):
                self.titles.add(watched.title())
        return False

    def keep(self) -> None:
        """Write what was seen: the process is about to die."""
        told = {"titles": sorted(self.titles), "clipboard": self.clipboard, "made": self.made}
        self._file.write_text(json.dumps(told, ensure_ascii=False), "utf-8")

    def _copied(self) -> None:
        data = QApplication.clipboard().mimeData()
        self.clipboard += [bytes(data.data(kind).data()).decode("utf-8", "replace") for kind in data.formats()]


class Day:
    """What is done at the window."""

    def __init__(self, services: Services, witness: Witness) -> None:
        self.services = services
        self.witness = witness
        self.stage = Stage(services, "light", 100)
        # As the program does when it starts by itself.
        sys.excepthook = self.stage.desktop.hook

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key."""
        QTest.keyClick(QApplication.focusWidget() or self.stage.window, key, modifiers)
        self.stage.settle()

    def type(self, words: str) -> None:
        """Type into whatever has the focus, and press Entrée."""
        type_text(QApplication.focusWidget() or self.stage.window, words)
        self.stage.settle()
        self.press(Qt.Key.Key_Return)

    def keep_secrets(self) -> None:
        """Keep a token and a PIN, change the keys, ask for codes."""
        vault, actor = self.services.vault, self.services.system_actor
        vault.put("token:mss", TOKEN.encode())
        sealed = vault.encrypt(PIN.encode(), "pin:1")
        vault.rotate(actor)
        vault.renew(actor)
        for name, outcome in (
            ("transfer code", vault.transfer_code(actor)),
            ("recovery code", vault.recovery_code(actor)),
        ):
            assert isinstance(outcome, Done)
            self.witness.made[name] = outcome.value
        assert vault.decrypt(sealed, "pin:1").decode() == PIN
        assert vault.get("token:mss") == TOKEN.encode()

    def sign_in(self) -> None:
        """Give the titulaire a password, a PIN and an authenticator; sign in rightly and wrongly with each."""
        services, accounts = self.services, self.services.staff_accounts
        member = next(one for one in services.staff.members() if one.role is Role.HOLDER)
        actor = actor_of(member, services.settings.station)
        assert isinstance(accounts.set_password(member.id, PASSWORD, actor), Done)
        assert isinstance(accounts.set_pin(member.id, PIN, actor, PASSWORD), Done)
        enrolment = accounts.begin_totp(member.id, actor)
        assert isinstance(enrolment, Done)
        self.witness.made["totp"] = enrolment.value.secret_base32
        totp = TOTP(base64.b32decode(enrolment.value.secret_base32), 6, SHA1(), 30)
        now = int(services.clock.now().timestamp())
        assert isinstance(accounts.confirm_totp(member.id, totp.generate(now).decode(), actor), Done)
        services.sign_in.by_password(member.id, f"{PASSWORD}x", "000000")
        # The code of the enrolment served once: the next one is the phone's, a little ahead.
        opened = services.sign_in.by_password(member.id, PASSWORD, totp.generate(now + 30).decode())
        assert isinstance(opened, Done), opened
        services.sign_in.switch(member.id, f"{PIN}0", opened.value)
        assert isinstance(services.sign_in.switch(member.id, PIN, opened.value), Done)

    def serve(self) -> None:
        """Read the INS of a patient, a Vitale, a box; be mistaken in the field; sell, print, lock."""
        scanner = self.stage.ui.scanner
        scanner.accept(INS)
        self.stage.settle()
        self.press(Qt.Key.Key_Escape)
        cards = self.services.demo_cards
        assert cards is not None
        reader = self.services.cards.state.readers[0]
        cards.transport.insert(
            reader, imitations.vitale_card([Identity("LEURRETITRE", "LEURRE", "19991231", NIR, "FR")])
        )
        self.stage.settle()
        self.press(Qt.Key.Key_Escape)
        cards.transport.pull(reader)
        for mistaken in (NIR, f"{NIR[0]} {NIR[1:3]} {NIR[3:5]} {NIR[5:7]} {NIR[7:]}", PIN, PASSWORD, TOKEN):
            self.type(mistaken)
            self.press(Qt.Key.Key_Escape)
            self.press(Qt.Key.Key_Escape)
        self.stage.clear()
        scanner.accept(f"010{BOX}1728123110LOT7{GS}21SN0001")
        self.stage.settle()
        for key in (Qt.Key.Key_F10, Qt.Key.Key_Return, Qt.Key.Key_F9, Qt.Key.Key_F11):
            self.press(key)
        self.stage.act("counter.back")

    def print_papers(self) -> None:
        """Write every paper of the last deliveries, and draw their first page."""
        services = self.services
        for summary in services.counter.deliveries(limit=3):
            for offer in services.prints.offers(summary.number):
                with suppress(Exception):  # a paper that this delivery has not
                    printed = services.prints.write(summary.number, offer.kind, services.system_actor)
                    services.prints.picture(printed.file, 0, 96)

    def fail_everywhere(self) -> None:
        """Let a slot, a task, a thread, the base and the outbox fail with the seeds in their words."""
        QTimer.singleShot(0, _raise)
        self.stage.settle()
        for dialog in self.stage.dialogs():
            if isinstance(dialog, FailureDialog):
                dialog._copy()
        self.stage.clear()
        for act in (_raise, self._break_a_rule):
            self.stage.ui.tasks.run(lambda _progress, act=act: act(), done=lambda _: None, owner=self.stage.window)
            self.stage.settle()
            self.stage.clear()
        thread = threading.Thread(target=_raise)
        thread.start()
        thread.join()
        with self.services.db.write(self.services.system_actor) as work:
            work.enqueue("mss", "message", "leurre", {"to": TOKEN})
        OutboxDrain(self.services.outbox, {"message": _raise}).drain_lane("mss")

    def _break_a_rule(self) -> None:
        """Make the database refuse a row that holds the seeds."""
        with self.services.db.write(self.services.system_actor) as work:
            work.session.execute(
                text("INSERT INTO fact (name, value) VALUES (:name, :value)"), {"name": "mode", "value": WORDS}
            )

    def lock(self) -> None:
        """Lock the workstation, and type a secret at its window."""
        self.press(Qt.Key.Key_F12)
        self.type(PASSWORD)
        self.stage.clear()


def _raise(*_given: object) -> None:
    raise ValueError(WORDS)


def command_lines(folder: Path, saves: Path) -> None:
    """Run commands of the technician, one of which fails with the seeds in its words."""
    key = p12_files.new_key()
    face = p12_files.certificate(key, dt.datetime.now(dt.UTC) - p12_files.DAY, 400)
    saves.mkdir(exist_ok=True)
    file = saves.parent / "officine.p12"
    file.write_bytes(p12_files.p12(PASSWORD, key, face))
    for words, typed in (
        (["secrets", "import-p12", str(file), "cachet"], PASSWORD),
        (["secrets", "import-p12", str(file), "cachet"], SEEDS["passphrase"]),
        (["secrets", "import-p12", str(file), "cachet", "--password", PASSWORD], ""),
        (["secrets", "enrol"], TOKEN),
        (["secrets", "state", PIN], ""),
        ([TOKEN], ""),
        (["--mode", PASSWORD], ""),
        (["queue", "retry", NIR], ""),
        (["queue", "retry", f"n{NIR}"], ""),
        (["registers", "balance", "--month", NIR], ""),
        (["queue", "list"], ""),
        (["doctor"], ""),
        (["verify"], ""),
        (["backup", str(saves)], ""),
        (["cards", "read", "--reader", "9"], ""),
    ):
        sys.stdin = io.TextIOWrapper(io.BytesIO(typed.encode() + b"\n"))
        cli.main([*words, "--data", str(folder)])
    usual = bootstrap.open_services
    bootstrap.open_services = _raise  # type: ignore[assignment]
    cli.main(["queue", "list", "--data", str(folder)])
    bootstrap.open_services = usual


def plant(folder: Path, day: Day) -> None:
    """Let one seed out by each channel: the search must find every one of them."""
    (folder / "logs" / "galien.log").write_text(f"patient {NIR[:1]} {NIR[1:3]} {NIR[3:]}\n", "utf-8")
    (folder / "logs" / "crash-leurre.txt").write_bytes(base64.b64encode(f"xx{PASSWORD}".encode()))
    (folder / "prints" / f"ticket-{NIR}.pdf").write_bytes(b"")
    (folder / "settings.json.old").write_bytes(TOKEN.encode("utf-16-le"))
    Path(tempfile.gettempdir(), "galien-leurre").write_text(PIN.encode().hex(), "ascii")
    sys.stdout.write(f"{PASSWORD}\n")
    sys.stderr.write(f"{NIR}\n")
    day.stage.window.setWindowTitle(f"Galien — {NIR}")
    QApplication.clipboard().setText(PASSWORD)


def main(folder: Path, seen: Path, what: str) -> None:
    """Spend the day, then die without a word."""
    guard_process()
    services = bootstrap.create_demo(folder)
    witness = Witness(QApplication.instance() or _application(), seen)
    day = Day(services, witness)
    steps: list[Callable[[], Any]] = [
        day.keep_secrets,
        day.sign_in,
        day.serve,
        day.print_papers,
        day.fail_everywhere,
        day.lock,
    ]
    for step in steps if what == "work" else [lambda: plant(folder, day)]:
        step()
        day.stage.settle()
    if what == "work":
        command_lines(folder, folder.parent / "saves")
        day.stage.ui.scanner.accept(INS)
        day.stage.settle()
    witness.keep()
    sys.stdout.flush()
    sys.stderr.flush()
    os.kill(os.getpid(), signal.SIGKILL)


def _application() -> QApplication:
    from app.ui.app import make_application  # noqa: PLC0415 -- made once

    return make_application([])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])

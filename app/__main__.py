"""How is the desktop client started: only what its first paint needs is imported here."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from app import settings as settings_module
from app.paths import DataFolder
from app.ui import app as desktop

if TYPE_CHECKING:
    from pathlib import Path

    from app.bootstrap import Services
    from app.kernel.mode import Mode


def run(root: Path, mode: Mode | None = None) -> int:
    """Open the desktop client on the data folder ``root``; return its exit code.

    A simulation that is still empty is given its fictitious people first.
    ``mode`` makes it judge as another mode would; the folder keeps its own. Raises FileUnusable where the
    settings of the folder can't be read.
    """
    folder = DataFolder(root)
    settings = settings_module.load(folder.settings_file)
    folder.make()

    def open_services() -> Services:
        from app import bootstrap  # noqa: PLC0415 -- the services load while the window is already there

        begin = bootstrap.create_demo if settings.mode.is_simulated else bootstrap.open_services
        services = begin(root, mode=mode)
        if services.mode.is_simulated and settings.mode.is_simulated:
            from app import demo_people  # noqa: PLC0415 -- only demonstrations need it

            demo_people.give_pins(services)
        services.go_live()
        return services

    return desktop.run(settings, mode or settings.mode, open_services, folder.client_lock)


if __name__ == "__main__":
    from app.cli import main

    sys.exit(main())

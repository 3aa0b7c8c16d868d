"""Is this workstation in order, and what should be done where it is not?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import settings
from app.cli import frame, probe, probes_data, probes_machine
from app.kernel.errors import GalienError
from app.paths import DataFolder

if TYPE_CHECKING:
    import argparse

SECONDS = 12.0
PROBES = {
    "versions": probes_machine.versions,
    "qt": probes_machine.qt,
    "data_folder": probes_machine.data_folder,
    "settings": probes_data.settings,
    "database": probes_data.database,
    "registers": probes_data.registers,
    "pharmacy": probes_data.pharmacy,
    "catalog": probes_data.catalog,
    "safety": probes_data.safety,
    "cda_kit": probes_data.cda_kit,
    "backup": probes_data.last_backup,
    "postgresql": probes_data.postgresql,
    "outbox": probes_data.outbox,
    "clock": probes_machine.clock,
    "memory": probes_machine.memory,
    "printer": probes_machine.printer,
    "scanner": probes_machine.scanner,
    "cards": probes_machine.cards,
    "secrets": probes_data.secrets,
    "professional_cards": probes_machine.professional_cards,
}
LABELS = {
    "versions": "versions",
    "qt": "fenêtres",
    "data_folder": "dossier",
    "settings": "réglages",
    "database": "base",
    "registers": "registres",
    "pharmacy": "pharmacie",
    "catalog": "médicaments",
    "safety": "contrôles",
    "cda_kit": "kit CDA",
    "backup": "sauvegarde",
    "postgresql": "serveur",
    "outbox": "envois",
    "clock": "horloge",
    "memory": "mémoire",
    "printer": "imprimante",
    "scanner": "lecteur",
    "cards": "cartes",
    "secrets": "secrets",
    "professional_cards": "cartes CPS",
}
_SIGNS = {probe.OK: "ok       ", probe.WARN: "attention", probe.FAIL: "DÉFAUT   "}


def subject_of(folder: DataFolder) -> probe.Subject:
    """Return what is to be examined in a data folder; nothing is made or changed there."""
    try:
        return probe.Subject(folder, settings.load(folder.settings_file))
    except GalienError:
        return probe.Subject(folder, None)


def _configure(parser: frame.CommandParser) -> None:
    del parser


def _run(args: argparse.Namespace, out: frame.Output) -> int:
    answers = probe.run_all(PROBES, subject_of(DataFolder(frame.data_root(args))), SECONDS)
    shown = [{"name": name, **answer.as_json()} for name, answer in answers.items()]
    is_ok = all(answer.status != probe.FAIL for answer in answers.values())
    out.result({"ok": is_ok, "probes": shown})
    for line in shown:
        out.line(f"{_SIGNS[line['status']]}  {LABELS[line['name']]:<12} {line['detail']}")
        if line["advice"] and line["status"] != probe.OK:
            out.line(f"{'':<24} → {line['advice']}")
    if not is_ok:
        out.message("GAL-DIA-01", "Le diagnostic a trouvé au moins un défaut.")
    return frame.DONE if is_ok else frame.REFUSED


COMMANDS = (frame.Command("doctor", "Examine le poste et ses données, sans rien changer.", _configure, _run),)

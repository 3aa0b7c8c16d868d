"""Which themes of entretien are there, and with which parts does each open?

The accompaniments that the Assurance Maladie pays (avenants to the convention of 2022: oral anticoagulants, asthma,
oral cancer medicines, pregnant woman, opioids of level II) and those that officines hold besides. The titles are a
beginning: parts are renamed, added and taken out at will.
"""

from __future__ import annotations

from typing import Final

from app.officine.care.model import EntretienTheme

OTHER: Final = "Autre"
_HEARD, _NEXT = "Ce que dit le patient", "Suite à donner"

THEMES: Final = (
    EntretienTheme(
        "Anticoagulants oraux : antivitamine K (AVK)",
        (
            "Connaissance du traitement et de l’indication",
            "Prise, horaires et conduite en cas d’oubli",
            "Surveillance de l’INR",
            "Signes de surdosage et de sous-dosage",
            "Alimentation et autres médicaments",
            _NEXT,
        ),
    ),
    EntretienTheme(
        "Anticoagulants oraux d’action directe (AOD)",
        (
            "Connaissance du traitement et de l’indication",
            "Prise, horaires et conduite en cas d’oubli",
            "Fonction rénale et surveillance",
            "Signes de saignement et conduite à tenir",
            "Autres médicaments, automédication",
            _NEXT,
        ),
    ),
    EntretienTheme(
        "Asthme",
        (
            "Contrôle de l’asthme",
            "Traitement de fond et traitement de crise",
            "Technique d’inhalation",
            "Facteurs déclenchants et environnement",
            "Conduite à tenir en cas de crise",
            _NEXT,
        ),
    ),
    EntretienTheme(
        "Anticancéreux oraux : entretien initial",
        (
            "Connaissance de la maladie et du traitement",
            "Schéma de prise et conduite en cas d’oubli",
            "Manipulation et conservation",
            "Effets indésirables attendus et conduite à tenir",
            "Interactions : médicaments, plantes, alimentation",
            "Vie quotidienne",
            _NEXT,
        ),
    ),
    EntretienTheme(
        "Anticancéreux oraux : suivi de l’observance",
        ("Observance et difficultés de prise", "Effets indésirables", "Vie quotidienne et entourage", _NEXT),
    ),
    EntretienTheme(
        "Femme enceinte",
        (
            "Médicaments et automédication pendant la grossesse",
            "Tabac, alcool et autres substances",
            "Vaccinations",
            "Vitamines et compléments",
            _NEXT,
        ),
    ),
    EntretienTheme(
        "Opioïdes de palier II",
        (
            "Douleur et soulagement obtenu",
            "Prise, doses et durée",
            "Effets indésirables",
            "Risque de dépendance et de mésusage",
            "Arrêt du traitement",
            _NEXT,
        ),
    ),
    EntretienTheme(
        "Sevrage tabagique",
        (
            "Consommation et dépendance",
            "Motivation et tentatives passées",
            "Traitement proposé et mode d’emploi",
            "Situations à risque et soutien",
            _NEXT,
        ),
    ),
    EntretienTheme(
        "Diabète",
        (
            "Connaissance du traitement",
            "Autosurveillance et résultats",
            "Hypoglycémie : signes et conduite à tenir",
            "Alimentation, activité physique, pieds",
            _NEXT,
        ),
    ),
    EntretienTheme("Sortie d’hospitalisation", ("Traitement avant et après", "Divergences relevées", _HEARD, _NEXT)),
    EntretienTheme(OTHER, ("Motif de l’entretien", _HEARD, "Conseils donnés", _NEXT)),
)
"""The themes, in the order in which they are proposed; the last is for all that has no theme of its own."""

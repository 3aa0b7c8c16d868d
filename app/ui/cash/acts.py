"""Which acts belong to the room of the till?"""

from __future__ import annotations

from app.officine.staff.model import Right
from app.ui.shortcuts import Act

PAGES = (
    ("sales", "Ventes du jour"),
    ("drawer", "Tiroir"),
    ("closings", "Clôtures"),
    ("debts", "Débiteurs"),
    ("journal", "Journal"),
    ("advances", "Avances"),
    ("accounts", "Comptes"),
)
ACTS = (
    *(
        Act(f"cash.{name}", f"Caisse\u00a0: {title.lower()}", f"Ctrl+{place}", ("aller",), room="cash")
        for place, (name, title) in enumerate(PAGES, start=1)
    ),
    Act(
        "cash.cancel", "Annuler", "F6", ("annulation", "erreur"), room="cash", icon="undo", right=Right.REVERSE_DELIVERY
    ),
    Act(
        "cash.credit",
        "Avoir",
        "F9",
        ("retour", "remboursement"),
        room="cash",
        icon="minus",
        right=Right.REVERSE_DELIVERY,
    ),
    Act("cash.reprint", "Duplicata", "F11", ("réimprimer", "ticket"), room="cash", icon="print"),
    Act("cash.float", "Fond de caisse", "F2", ("ouvrir", "fond"), room="cash", icon="plus", right=Right.DELIVER),
    Act("cash.in", "Entrée", "Ctrl+E", ("monnaie", "espèces"), room="cash", icon="plus", right=Right.DELIVER),
    Act("cash.out", "Sortie", "Ctrl+S", ("prélèvement", "espèces"), room="cash", icon="minus", right=Right.DELIVER),
    Act("cash.open", "Ouvrir sans vente", "Ctrl+O", ("tiroir",), room="cash", icon="lock", right=Right.DELIVER),
    Act("cash.count", "Compter", "F4", ("comptage", "écart", "remise"), room="cash", icon="edit", right=Right.DELIVER),
    Act("cash.z", "Clôturer la journée", "F7", ("Z", "clôture"), room="cash", icon="check", right=Right.CLOSE_CASH),
    Act("cash.month", "Clôturer le mois", "Ctrl+M", ("Z", "mois"), room="cash", right=Right.CLOSE_CASH),
    Act("cash.year", "Clôturer l’exercice", "Ctrl+Shift+A", ("Z", "année"), room="cash", right=Right.CLOSE_CASH),
    Act("cash.print", "Z en PDF", "Ctrl+P", ("imprimer", "A4"), room="cash", icon="print"),
    Act(
        "cash.archive",
        "Archiver",
        "Ctrl+Shift+S",
        ("archive", "fiscal", "contrôle"),
        room="cash",
        icon="folder",
        right=Right.CLOSE_CASH,
    ),
    Act(
        "cash.settle", "Encaisser un différé", "F8", ("dette", "crédit"), room="cash", icon="euro", right=Right.DELIVER
    ),
    Act("cash.deposit", "Recevoir un acompte", "Ctrl+D", ("avance",), room="cash", icon="plus", right=Right.DELIVER),
    Act(
        "cash.return", "Rendre un acompte", "Ctrl+R", ("remboursement",), room="cash", icon="minus", right=Right.DELIVER
    ),
    Act(
        "cash.advance_bill",
        "Facturer au comptoir",
        "Ctrl+F",
        ("avance", "régulariser"),
        room="cash",
        icon="euro",
        right=Right.DELIVER,
    ),
    Act(
        "cash.advance_back",
        "Boîte rapportée",
        "Ctrl+B",
        ("avance", "retour"),
        room="cash",
        icon="undo",
        right=Right.REVERSE_DELIVERY,
    ),
    Act("cash.advance_days", "Délai des avances", "Ctrl+J", ("retard",), room="cash", right=Right.ADVANCE),
    Act(
        "cash.account_pay",
        "Encaisser le compte",
        "Ctrl+L",
        ("compte", "règlement"),
        room="cash",
        icon="euro",
        right=Right.DELIVER,
    ),
    Act(
        "cash.account_invoice",
        "Facturer le compte",
        "Ctrl+G",
        ("compte", "facture récapitulative"),
        room="cash",
        icon="check",
        right=Right.KEEP_ACCOUNTS,
    ),
    Act("cash.account_print", "Réimprimer la facture", "Ctrl+Shift+F", ("duplicata",), room="cash", icon="print"),
    Act(
        "cash.account_statement", "Relevé de compte", "Ctrl+Shift+R", ("compte", "imprimer"), room="cash", icon="print"
    ),
    Act(
        "cash.account_new",
        "Nouveau compte",
        "Ctrl+I",
        ("client", "collectivité"),
        room="cash",
        icon="plus",
        right=Right.KEEP_ACCOUNTS,
    ),
    Act(
        "cash.account_edit",
        "Modifier le compte",
        "Ctrl+Shift+M",
        ("compte", "plafond"),
        room="cash",
        icon="edit",
        right=Right.KEEP_ACCOUNTS,
    ),
    Act("cash.save", "Enregistrer", "F10", ("valider",), room="cash", icon="save"),
    Act("cash.back", "Fermer la saisie", "Esc", ("annuler", "retour"), room="cash"),
)

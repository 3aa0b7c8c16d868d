"""What does each action of the trace mean, in plain French?"""

from __future__ import annotations

from app.kernel.text import fold

SENTENCES = {
    # --- Counter -----------------------------------------------------------------------------------------------
    "delivery.validate": "Délivrance validée",
    "delivery.cancel": "Vente annulée",
    "delivery.credit": "Avoir établi",
    "session.abandon": "Vente abandonnée",
    "promise.hand": "Promis remis au patient",
    "promise.cancel": "Promis annulé",
    "promise.settle": "Reste d’un promis facturé et remis",
    "promise.setting": "Réglage des promis changé",
    "advance.setting": "Règle des avances changée",
    "intervention.record": "Intervention pharmaceutique enregistrée",
    "intervention.complete": "Issue d’une intervention notée",
    "recall.force": "Rappel de lot passé outre",
    "print": "Document imprimé",
    "print.duplicate": "Duplicata imprimé",
    # --- People ------------------------------------------------------------------------------------------------
    "patient.open": "Dossier patient ouvert",
    "patient.read": "Dossier patient lu",
    "patient.create": "Dossier patient créé",
    "patient.update": "Dossier patient modifié",
    "identity.change": "Identité modifiée",
    "identity.review": "Identité à revoir",
    "patient.merge": "Dossiers fusionnés",
    "patient.unmerge": "Fusion de dossiers annulée",
    "patient.distinct": "Dossiers reconnus distincts",
    "identity.settle": "Identité revue",
    "ins.print": "Matricule INS imprimé",
    "identity.types": "Liste des pièces d’identité changée",
    "places.load": "Liste des lieux de naissance chargée",
    "identity.options": "Affichage de l’identité réglé",
    "insi.call": "INSi interrogé",
    "insi.decide": "Réponse d’INSi non reprise",
    "insi.exchange": "Échange avec INSi relu",
    "insi.export": "Journal d’appels INSi exporté",
    "insi.inject": "Réponse d’essai donnée à l’INSi simulé",
    "insi.settings": "Réglage d’INSi changé",
    "patient.load_fictitious": "Patients fictifs chargés",
    "allergy.add": "Allergie notée",
    "allergy.end": "Allergie levée",
    "allergy.none": "Absence d’allergie notée",
    "prescriber.create": "Prescripteur créé",
    "prescription_copy.add": "Copie d’ordonnance jointe",
    "prescription_copy.read": "Copie d’ordonnance lue",
    "prescription_copy.remove": "Copie d’ordonnance écartée",
    "identity_paper.switch": "Conservation des copies de titres réglée",
    "identity_paper.add": "Copie d’un titre d’identité gardée",
    "identity_paper.view": "Copie d’un titre d’identité vue",
    "identity_paper.delete": "Copie d’un titre d’identité détruite",
    "identity_paper.purge": "Copie d’un titre d’identité détruite à son échéance",
    "identity_paper.strays": "Restes chiffrés de copies de titres détruits",
    # --- Team, sessions, secrets -------------------------------------------------------------------------------
    "staff.add": "Membre ajouté à l’équipe",
    "staff.first": "Premier titulaire enregistré",
    "staff.deactivate": "Compte fermé",
    "staff.reset": "Accès d’un membre remis à zéro",
    "staff.password": "Mot de passe changé",
    "staff.pin": "Code rapide changé",
    "staff.totp": "Code à usage unique installé",
    "staff.totp-begin": "Code à usage unique préparé",
    "staff.card": "Carte rattachée à un membre",
    "staff.card-unbind": "Carte détachée d’un membre",
    "staff.edit": "Membre de l’équipe modifié",
    "staff.certificate": "Certificat d’inscription d’un étudiant noté",
    "staff.locked": "Compte bloqué après des essais faux",
    "staff.unlock": "Compte débloqué",
    "session.open": "Session ouverte",
    "session.switch": "Changement d’opérateur",
    "session.confirm": "Code PIN confirmé",
    "session.end": "Session fermée",
    "session.refused": "Ouverture de session refusée",
    "secret.begin": "Coffre des secrets créé",
    "secret.put": "Secret enregistré",
    "secret.delete": "Secret effacé",
    "secret.enrol": "Poste admis au coffre des secrets",
    "secret.revoke": "Poste retiré du coffre des secrets",
    "secret.transfer_code": "Code de transfert des secrets émis",
    "secret.recovery_code": "Code de secours des secrets émis",
    "secret.renew": "Clé du coffre renouvelée",
    "secret.rotate": "Clé maîtresse changée",
    "locks.set": "Réglage des verrous changé",
    "cards.set": "Réglage des cartes changé",
    "certificate.import": "Certificat importé",
    # --- Stock, recalls, quarantine ----------------------------------------------------------------------------
    "stock.receive": "Commande reçue",
    "stock.adjust": "Stock corrigé",
    "stock.edit": "Fiche de stock modifiée",
    "stock.relocate": "Produit rangé ailleurs",
    "stock.open_box.discard": "Boîte entamée jetée",
    "recall.record": "Rappel de lot enregistré",
    "recall.import": "Rappels de lots importés",
    "recall.acknowledge": "Rappel de lot acquitté",
    "recall.lift": "Rappel de lot levé",
    "quarantine.enter": "Boîtes mises en quarantaine",
    "quarantine.leave": "Boîtes sorties de quarantaine",
    # --- Registers ---------------------------------------------------------------------------------------------
    "register.write": "Écriture au registre des stupéfiants",
    "register.close": "Balance des stupéfiants arrêtée",
    "register.units": "Unités par boîte indiquées",
    "register.derived": "Médicament dit dérivé du sang, ou non",
    "register.export": "Registre exporté",
    "narcotics.count": "Inventaire de stupéfiants",
    "narcotics.cession": "Stupéfiants cédés",
    "narcotics.destruction": "Stupéfiants détruits",
    "narcotics.loss": "Perte de stupéfiants déclarée",
    "narcotics.theft": "Vol de stupéfiants déclaré",
    "narcotics.return": "Stupéfiants retournés au fournisseur",
    # --- Money -------------------------------------------------------------------------------------------------
    "cash.float": "Fond de caisse compté",
    "cash.cash_in": "Apport à la caisse",
    "cash.cash_out": "Retrait de la caisse",
    "cash.drawer": "Tiroir-caisse ouvert",
    "cash.bank": "Remise en banque",
    "cash.count": "Caisse comptée",
    "cash.settle": "Différé réglé",
    "cash.deposit": "Acompte reçu",
    "cash.deposit.return": "Acompte rendu",
    "cash.close": "Caisse clôturée",
    "cash.archive": "Caisse archivée",
    "account.add": "Compte client ouvert",
    "account.edit": "Compte client modifié",
    "account.invoice": "Compte client facturé",
    "account.receive": "Règlement d’un compte client",
    "billing.tfr": "Liste des TFR chargée",
    # --- Reference data ----------------------------------------------------------------------------------------
    "catalog.import": "Base des médicaments mise en vigueur",
    "catalog.rollback": "Base des médicaments précédente remise en vigueur",
    "catalog.cards": "Fiches de produits reclassées",
    "safety.import": "Thésaurus des interactions mis en vigueur",
    "safety.table": "Table de contrôle remplacée",
    "safety.switch": "Aide à la délivrance arrêtée ou remise en marche",
    # --- The base itself ---------------------------------------------------------------------------------------
    "install": "Base créée",
    "backup": "Sauvegarde faite",
    "outbox.waiting": "Envoi relancé",
    "outbox.cancelled": "Envoi abandonné",
    "seal.make": "Registres scellés",
    "seal.aside": "Scellés du poste mis de côté",
    "trace.export": "Trace exportée",
    "trace.log_purge": "Journaux techniques échus effacés",
}
"""The sentence of each action code that Galien writes."""

OPENING = ("patient.open", "patient.read", "patient.create", "patient.update", "prescription_copy.read")
"""The actions by which somebody saw a patient's file for itself, not for a sale."""


def sentence(code: str) -> str:
    """Return what an action means; the code itself for one that a later Galien wrote."""
    return SENTENCES.get(code, code)


def codes_answering(text: str) -> tuple[str, ...]:
    """Return the codes whose sentence holds every word of ``text``, or that are ``text``; none for an empty one."""
    words = fold(text).split()
    if not words:
        return ()
    return tuple(code for code, said in SENTENCES.items() if code == text or all(word in fold(said) for word in words))

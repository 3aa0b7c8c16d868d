"""What does an archive of the till say of itself, to who has no Galien?"""

README = """\
ARCHIVE DE CAISSE{banner}
{pharmacy}
Période : {period_name} — écritures n° {first_seq} à {last_seq} — mode : {mode}

Cette archive répond à l’article 286, I-3° bis du code général des impôts (inaltérabilité, sécurisation,
conservation et archivage des données d’encaissement). Elle se lit sans Galien. À conserver six ans au moins
(livre des procédures fiscales, art. L. 102 B).

FICHIERS
  journal.csv     le journal : une ligne par événement (tableur : séparateur « ; », UTF-8)
  journal.json    le même, en JSON, un objet par ligne ; c’est lui que le chaînage protège
  clotures.csv    les clôtures (Z) de la période
  clotures.json   les mêmes, en JSON
  manifest.json   la période, le chaînage, l’empreinte SHA-256 de chaque fichier
  SHA256SUMS      les empreintes ; « sha256sum -c SHA256SUMS » les contrôle toutes

COLONNES DU JOURNAL (montants en centimes d’euro, moments en UTC)
  seq              numéro de l’écriture, sans trou
  at, day          moment, et jour en France
  station          poste de caisse
  operator_id, operator_name   qui
  mode             production, ou demo / training : sans valeur
  kind             sale vente · payment règlement · change rendu · reversal annulation ou avoir · refund remboursement
                   settlement règlement d’un différé · deposit acompte reçu · float fond de caisse
                   cash_in, cash_out entrée, sortie d’espèces · drawer ouverture sans vente · reprint duplicata
                   bank remise en banque · count comptage du tiroir · closing clôture · archive archive
  delivery_number  numéro du ticket
  patient_id       numéro interne du client, sans nom
  means            cash espèces · card carte · cheque chèque · deferred différé · deposit acompte
                   account en compte (facturé plus tard) · transfer virement, qui règle un compte
  amount           montant TTC signé : positif pour ce qui entre
  reason           motif
  details          JSON : pour une vente, parts amo, amc, patient, et vat = [taux en centièmes de %, HT, taxe]
  gross, net       grands totaux perpétuels après l’écriture : ventes, et ventes moins reprises ; jamais remis à zéro
  prev_hash, hash  chaînage

COLONNES DES CLÔTURES
  period, start, number       day, month ou year ; premier jour ; numéro
  first_seq, last_seq         écritures couvertes : chacune est dans une seule clôture de chaque période
  gross, net                  grands totaux perpétuels à la clôture
  tickets, first_ticket, last_ticket   nombre de ventes, premier et dernier numéro
  sales, reversals            ventes, reprises
  amo, amc, patient           parts des payeurs
  vat, means, moves, counts   par taux de TVA, par moyen, mouvements du tiroir, nombre d’écritures par sorte
  difference                  écarts de comptage
  seq, hash                   l’écriture de la clôture elle-même

VÉRIFIER LE CHAÎNAGE
  L’empreinte d’une écriture est SHA-256( prev_hash + texte ), « texte » étant l’objet JSON de l’écriture sans
  prev_hash ni hash, clés triées, sans espaces, en UTF-8. prev_hash est l’empreinte de l’écriture précédente ;
  celle qui précède la première est prev_hash dans manifest.json. En Python :

    import hashlib, json, pathlib
    rows = json.loads(pathlib.Path("journal.json").read_bytes())
    previous = json.loads(pathlib.Path("manifest.json").read_bytes())["prev_hash"]
    for row in rows:
        said, before = row.pop("hash"), row.pop("prev_hash")
        text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert before == previous, row["seq"]
        assert hashlib.sha256((before + text).encode()).hexdigest() == said, row["seq"]
        previous = said

  Ou, avec Galien : galien cash verify-archive FICHIER
"""
"""Text of the file, in French; its fields are those of the manifest."""

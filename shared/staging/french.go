package staging

import "backroom/shared/language"

// French is what refusals of decisions say. States and decisions stay.
var French = language.Phrases{
	"It has changed since its document was made: settle the conflict, and repeat this.":                      "Elle a changé depuis la création de son document : réglez le conflit, et recommencez.",
	"It has no document yet: have it processed, or close it (orders done, orders dismiss), and repeat this.": "Elle n'a pas encore de document : faites-la traiter, ou classez-la (orders done, orders dismiss), et recommencez.",
	"A refund of it has no credit memo yet: have it made, and repeat this.":                                  "Un de ses remboursements n'a pas encore d'avoir : faites-le créer, et recommencez.",
	"Its document is just being made: repeat this in half an hour.":                                          "Son document est en cours de création : recommencez dans une demi-heure.",
	"e-mail":             "e-mail",
	"phone":              "téléphone",
	"note":               "note",
	"attributes":         "attributs",
	"customer":           "client",
	"customer's address": "adresse du client",
	"shipping address":   "adresse de livraison",
	"billing address":    "adresse de facturation",
	"that cannot be decided about the order as it is":                                                       "cela ne peut pas être décidé sur la commande dans son état",
	"no such order is imported":                                                                             "aucune commande de ce nom n'est importée",
	"several orders are called so":                                                                          "plusieurs commandes s'appellent ainsi",
	"it has changed since it was looked at: {}":                                                             "elle a changé depuis : {}",
	"it is being changed at this moment; nothing was decided: repeat it":                                    "elle est en cours de modification ; rien n'a été décidé : recommencez",
	"the create of its document was sent, and what became of it is known within half an hour: {}":           "la création de son document a été envoyée, et le résultat en est connu d'ici une demi-heure : {}",
	"it needs the number of the document: {}":                                                               "il faut le numéro du document : {}",
	"its sales order is in Business Central and differs: accept it, or delete it there and retry first: {}": "sa commande vente est dans Business Central et diffère : acceptez-la, ou supprimez-la là-bas et réessayez d'abord : {}",
	"its sales order is in Business Central, or may be: {}":                                                 "sa commande vente est dans Business Central, ou peut l'être : {}",
	"{} is the document of order {}: {}":                                                                    "{!} est le document de la commande {!} : {}",
	"order {}: {}":                                                                                          "commande {!} : {}",
	"order {}: {}: {}":                                                                                      "commande {!} : {} : {}",
	"order {} is {}: {}":                                                                                    "la commande {!} est {!} : {}",
	"order {} is {}: {}: {}":                                                                                "la commande {!} est {!} : {!} : {}",
	"order {} does not wait with {} any more: {}":                                                           "la commande {!} n'attend plus avec {!} : {}",
	"decision {}: must be one of {}: {}":                                                                    "décision {!} : doit être parmi {!} : {}",
	"no totals that were compared are kept of order {}; retry it to have them compared: {}":                 "aucun total comparé n'est gardé pour la commande {!} ; réessayez-la pour les faire comparer : {}",
}

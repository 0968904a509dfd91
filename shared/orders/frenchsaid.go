package orders

import "backroom/shared/language"

// French is what is said beside reasons: why an order is filtered or held, what is wrong
// with parameters, what runs say, and what rights are for.
var French = language.Joined(frenchPhrases, language.Phrases{
	// filtered
	"financial status {}":   "statut de paiement {!}",
	"fulfillment status {}": "statut d'expédition {!}",
	"not fully paid":        "pas entièrement payée",
	"none of the tags {}":   "aucune des balises {!}",
	"one of the tags {}":    "l'une des balises {!}",
	"channel {}":            "canal {!}",
	"country {}":            "pays {!}",
	"risk {}":               "risque {!}",
	"risk not known yet":    "risque pas encore connu",
	"number below {}":       "numéro inférieur à {!}",
	"number above {}":       "numéro supérieur à {!}",

	// held
	"a person has put it on hold":       "une personne l'a suspendue",
	"the first {} minutes are not over": "les {!} premières minutes ne sont pas écoulées",
	"{} of {} is received":              "{!} sur {!} est reçu",
	"its risk is {}":                    "son risque est {!}",
	"its risk is not known yet":         "son risque n'est pas encore connu",
	"it has the tag {}":                 "elle a la balise {!}",

	// parameters
	"{} {}: must be {}": "{!} {!} : doit être {}",
	"one of {}":         "parmi {!}",
	"an ISO 3166-1 code of two capital letters, such as DE":                         "un code ISO 3166-1 de deux majuscules, tel que DE",
	"text, for nothing has an empty one; leave the list out to let everything pass": "un texte, car rien n'en a de vide ; omettez la liste pour tout laisser passer",
	"an order number, or 0 for any":                                                 "un numéro de commande, ou 0 pour n'importe lequel",
	"fromNumber or larger, or 0 for any":                                            "fromNumber ou plus, ou 0 pour n'importe lequel",
	"the name of an order, such as #1001":                                           "le nom d'une commande, tel que #1001",
	"at most 100 names":                                                             "100 noms au plus",
	"the id of an order in Shopify, digits alone":                                   "l'id d'une commande dans Shopify, des chiffres seulement",

	"at most {} ids":       "{!} ids au plus",
	"with placedFrom":      "avec placedFrom",
	"after placedFrom":     "après placedFrom",
	"parameters of {}: {}": "paramètres de {!} : {}",

	// runs
	"importing orders":                                         "import des commandes",
	"those placed {} are hidden":                               "celles passées {!} sont cachées",
	"returns that have begun are not listed":                   "les retours qui ont commencé ne sont pas listés",
	"hidden of them: {}":                                       "caché de celles-ci : {!}",
	"{} found, {} of them new, {} have their document already": "{!} trouvées, dont {!} nouvelles, {!} ont déjà leur document",
	"Orders that were placed before {} are hidden from the app: grant it read_all_orders, or begin later.": "Les commandes passées avant le {!} sont cachées à l'application : accordez-lui read_all_orders, ou commencez plus tard.",
	"There is no order {} in Shopify. One that was just placed is found some seconds later.":               "Il n'y a pas de commande {!} dans Shopify. Une commande qui vient d'être passée se trouve quelques secondes plus tard.",
	"the range begins before what the app may read":                                                        "la période commence avant ce que l'application peut lire",
	"orders {}: the shop has none of that name or id that the app may read":                                "commandes {!} : la boutique n'en a aucune de ce nom ou de cet id que l'application puisse lire",

	// rights
	"orders":                  "commandes",
	"who has placed them":     "qui les a passées",
	"what their lines are of": "de quoi sont leurs lignes",
	"orders that were placed more than 60 days ago": "commandes passées il y a plus de 60 jours",
	"returns, where refundsAndReturns wants them":   "retours, si refundsAndReturns les demande",
	"payment terms of orders":                       "conditions de paiement des commandes",
	"the channel that an order came by":             "le canal par lequel une commande est venue",
	"the staff members who have placed orders, where salespeople maps them; on the plans Advanced and Plus alone": "les membres du personnel qui ont passé des commandes, lorsque salespeople les associe ; avec les forfaits Advanced et Plus seulement",
	"the place of sale, and the names of locations":                                                               "le lieu de vente, et les noms des emplacements",
	"where lines ship from": "d'où les lignes sont expédiées",
})

package inventory

import "backroom/shared/language"

// French is what the task says beside its reasons: of its runs, and of the rights that it needs.
var French = language.Phrases{
	"Without the companion extension, stock per location, of item variants and in other units than the base unit is not known: an item's total goes to a location that stands for the whole company, and all other stock in Shopify stays as it is.": "Sans l'extension d'accompagnement, le stock par magasin, celui des variantes d'articles et celui dans d'autres unités que l'unité de base ne sont pas connus : le total d'un article va à un emplacement qui représente toute la société, et tout autre stock dans Shopify reste tel quel.",
	"sending stock": "envoi du stock",
	"{} times a variant whose stock Shopify does not track":                                        "{!} fois une variante dont Shopify ne suit pas le stock",
	"no location is mapped: stockLocations on the shop card says of which locations stock is sent": "aucun emplacement n'est associé : stockLocations sur la fiche boutique dit de quels emplacements le stock est envoyé",
	"Shopify has not answered whether it has taken the stock; it is asked again.":                  "Shopify n'a pas répondu s'il a pris le stock ; la question lui est posée de nouveau.",
	"what is available; without it no stock is sent":                                               "ce qui est disponible ; sans ce droit aucun stock n'est envoyé",
	"what is available from now on; without it no stock is sent":                                   "ce qui est disponible désormais ; sans ce droit aucun stock n'est envoyé",
	"where, and whether a fulfilment service keeps it; without it no stock is sent":                "où, et si un service d'exécution le tient ; sans ce droit aucun stock n'est envoyé",
	"what orders have sold that Business Central does not know yet; without it no stock is sent":   "ce que des commandes ont vendu et que Business Central ne connaît pas encore ; sans ce droit aucun stock n'est envoyé",
	"the company": "la société",
	"items and sales orders, and stock per location where the companion API is installed": "articles et commandes vente, et le stock par emplacement si l'API complémentaire est installée",
}

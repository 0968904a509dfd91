package shipments

import "backroom/shared/language"

// French is what the task says beside its reasons: of its runs, and of the rights that it needs.
var French = language.Phrases{
	"sending shipments; {}":          "envoi des expéditions ; {}",
	"sending shipments":              "envoi des expéditions",
	"{} without tracking number":     "{} sans numéro de suivi",
	"{} without tracking number; {}": "{} sans numéro de suivi ; {}",
	"{} without tracking number: the company has no companion API, and no line of the order begins with {}": "{} sans numéro de suivi : la société n'a pas l'API complémentaire, et aucune ligne de la commande ne commence par {}",
	"{}; parcels not sent, since another carrier has the same goods or nobody says what they hold: {}":      "{} ; colis non envoyés, car un autre transporteur a les mêmes marchandises ou personne ne dit ce qu'ils contiennent : {}",
	"{}; parcels of another carrier than the one that their goods were fulfilled with: {}":                  "{} ; colis d'un autre transporteur que celui avec lequel leurs marchandises ont été traitées : {}",
	"{}; parcels not sent yet, since the shipment has none of their goods: {}":                              "{} ; colis pas encore envoyés, car l'expédition n'a aucune de leurs marchandises : {}",
	"{}; parcels without their address, since another one of the same fulfilment has none: {}":              "{} ; colis sans leur adresse, car un autre du même envoi n'en a pas : {!}",
	"{}; parcels with an address that is none: {}":                                                          "{} ; colis dont l'adresse n'est pas une adresse : {}",

	"fulfilments and tracking numbers":                                                  "exécutions et numéros de suivi",
	"orders that were placed more than 60 days ago":                                     "commandes passées il y a plus de 60 jours",
	"posted shipments, and their tracking numbers where the companion API is installed": "expéditions enregistrées, et leurs numéros de suivi si l'API complémentaire est installée",
	"the company": "la société",
	"what a fulfilment service ships, so that it is left alone": "ce qu'un service d'exécution expédie, pour ne pas y toucher",
	"what is still to ship":   "ce qui reste à expédier",
	"what was sent of orders": "ce qui a été envoyé des commandes",
	"where goods ship from, and whether a fulfilment service ships them": "d'où partent les marchandises, et si un service d'exécution les expédie",
}

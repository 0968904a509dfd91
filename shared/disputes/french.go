package disputes

import "backroom/shared/issue"

// french are the texts of this package's reasons.
var french = issue.Texts{
	Wanted:  {Text: "{} demande des preuves.", WayOut: "Répondez-y dans l'interface de Shopify, sous la commande, avant l'échéance."},
	DueSoon: {Text: "{} demande des preuves sous trois jours.", WayOut: "Répondez-y maintenant dans l'interface de Shopify, sous la commande : sans preuves, il est perdu."},
	Overdue: {Text: "{} demandait des preuves, et le délai est écoulé.", WayOut: "Consultez-le dans l'interface de Shopify : ce qui y a été enregistré est envoyé automatiquement."},
	Undated: {Text: "{} demande une réponse.", WayOut: "Répondez-y dans l'interface de Shopify, sous la commande."},
}

// frenchPhrases are what its reasons say of disputes beside numbers.
var frenchPhrases = issue.Phrases{
	"Dispute {} of order {}": "Le litige {} de la commande {}",
	"Dispute {}":             "Le litige {}",
	"{}, {}, by {}":          "{}, {}, avant le {}",
}

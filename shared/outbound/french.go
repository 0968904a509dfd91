package outbound

import "backroom/shared/issue"

// french are the texts of this package's reasons.
var french = issue.Texts{
	OutcomeUnknown: {Text: "Business Central n'a pas répondu à temps pour {} ; le résultat sera connu sous 20 minutes.", WayOut: "Il n'y a rien à faire : le résultat est vérifié et la suite se fait automatiquement."},
}

// frenchPhrases say what its things say beside names and values.
var frenchPhrases = issue.Phrases{
	"the buyer of order {}":    "l'acheteur de la commande {}",
	"Shopify customer {}":      "le client Shopify {}",
	"{} (Shopify customer {})": "{} (client Shopify {})",
}

package payments

import "backroom/shared/issue"

// french are the texts of this package's reasons.
var french = issue.Texts{
	Unbalanced:   {Text: "{} n'est pas la somme de ses transactions.", WayOut: "Rien à faire pendant un jour ou deux : Shopify ajoute des transactions en retard, et chaque exécution vérifie à nouveau. Si cela persiste, comparez le versement avec ses transactions dans l'interface de Shopify."},
	OtherMoney:   {Text: "{} a une transaction dans une autre devise, de sorte que sa somme n'est pas connue.", WayOut: "Comparez le versement avec ses transactions dans l'interface de Shopify, et prévenez l'assistance."},
	PayoutFailed: {Text: "{} a échoué : la banque ne l'a pas accepté.", WayOut: "Vérifiez le compte bancaire dans les paramètres de paiement de Shopify ; Shopify réessaie avec un versement ultérieur."},
}

// frenchPhrases are what its reasons say of payouts beside numbers.
var frenchPhrases = issue.Phrases{
	"Payout {} of {} ({})":                           "Le versement {} du {} ({})",
	"it is {}, they come to {}, which differs by {}": "il est de {}, elles font {}, soit un écart de {}",
}

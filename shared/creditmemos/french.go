package creditmemos

import "backroom/shared/issue"

// french are the texts of this package's reasons.
var french = issue.Texts{
	RefundAccountMissing:     {Text: "Aucun compte n'est défini pour ce qui a été remboursé ({}).", WayOut: "Indiquez dans refundAccount, sur la fiche boutique, un compte général qui autorise l'imputation directe."},
	NonRestockAccountMissing: {Text: "Aucun compte n'est défini pour les unités remboursées qui ne retournent pas en stock ({}).", WayOut: "Indiquez dans nonRestockAccount, sur la fiche boutique, un compte général qui autorise l'imputation directe."},
	RefundExceedsOrder:       {Text: "Il y a plus d'unités remboursées que la commande n'en a : {}.", WayOut: "Vérifiez les remboursements dans Shopify, et faites l'avoir à la main."},
	MemoRefused:              {Text: "Business Central a refusé l'avoir : {}.", WayOut: "Corrigez ce que Business Central nomme ; le remboursement est réessayé automatiquement."},
	MemoDiffers:              {Text: "Business Central fait un autre avoir de ce remboursement : {}.", WayOut: "Corrigez le paramétrage d'où Business Central le tire, ou taxCodes et roundingAccount sur la fiche boutique ; le remboursement est réessayé automatiquement."},
	AdoptedMemoDiffers:       {Text: "L'avoir {} a le numéro de ce remboursement et dit autre chose.", WayOut: "Corrigez l'avoir, ou supprimez son brouillon pour qu'il soit refait ; il est revu automatiquement."},
	TwoMemosFound:            {Text: "Business Central a plusieurs avoirs pour ce remboursement : {}.", WayOut: "Gardez-en un et supprimez les autres ; ils sont revus automatiquement."},
	RefundOfAConflict:        {Text: "Le remboursement de {} n'a pas d'avoir tant que la commande est en conflit avec son document.", WayOut: "Réglez le conflit de la commande ; l'avoir est alors fait automatiquement."},
}

// frenchPhrases say what its things say beside names and values.
var frenchPhrases = issue.Phrases{
	"{} units of {}": "{} unités de {}",
}

package receipts

import "backroom/shared/issue"

// french are the texts of this package's reasons.
var french = issue.Texts{
	GatewayUnmapped: {Text: "Un paiement de {} n'est pas proposé : la fiche de la boutique n'a pas de compte pour sa passerelle.", WayOut: "Ajoutez à paymentAccounts une ligne pour la passerelle, ou une ligne * pour toutes les autres ; il est ensuite proposé automatiquement."},
	CurrencyDiffers: {Text: "Un paiement de {} n'est pas proposé : sa facture est dans une devise dans laquelle la commande n'a pas été payée.", WayOut: "Enregistrez le paiement à la main dans Business Central."},
	CardDiffers:     {Text: "Un paiement de {} n'est pas proposé : la fiche du client payeur est dans une autre devise que la facture.", WayOut: "Enregistrez le paiement à la main dans Business Central : son API ne prend que des paiements dans la devise de la fiche du client."},
	Refused:         {Text: "Business Central a refusé un paiement de {}.", WayOut: "Corrigez ce qu'il nomme ; il est proposé à nouveau automatiquement."},
	JournalTaken:    {Text: "Les paiements de {} ne sont pas proposés : quelqu'un d'autre a une feuille de paiements clients du code de la nôtre.", WayOut: "Renommez cette feuille dans Business Central."},
	AccountRefused:  {Text: "Les paiements de {} ne sont pas proposés : Business Central n'a pas créé de feuille qui s'équilibre sur leur compte.", WayOut: "Corrigez paymentAccounts dans la fiche de la boutique, ou le compte dans Business Central : il autorise l'imputation directe et n'est pas bloqué."},
	LineGone:        {Text: "Un paiement proposé de {} n'est plus ni dans sa feuille ni dans la comptabilité.", WayOut: "Rien à faire si quelqu'un a supprimé la ligne ou l'a validée sous un autre numéro : il n'est pas proposé à nouveau. S'il manque, enregistrez-le à la main."},
	PaidBack:        {Text: "Il est proposé comme payé de {} plus que l'acheteur n'a payé, déduction faite de ce qui lui a été rendu.", WayOut: "Corrigez la ligne dans sa feuille si elle n'est pas validée, ou ce qui en est validé, dans Business Central."},
}

// frenchPhrases are what its reasons say of payments beside names.
var frenchPhrases = issue.Phrases{"order {}": "la commande {}"}

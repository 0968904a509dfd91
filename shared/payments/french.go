package payments

import "backroom/shared/issue"

// french are the texts of this package's reasons.
var french = issue.Texts{
	Unbalanced:   {Text: "{} n'est pas la somme de ses transactions.", WayOut: "Rien à faire pendant un jour ou deux : Shopify ajoute des transactions en retard, et chaque exécution vérifie à nouveau. Si cela persiste, comparez le versement avec ses transactions dans l'interface de Shopify."},
	OtherMoney:   {Text: "{} a une transaction dans une autre devise, de sorte que sa somme n'est pas connue.", WayOut: "Comparez le versement avec ses transactions dans l'interface de Shopify, et prévenez l'assistance."},
	PayoutFailed: {Text: "{} a échoué : la banque ne l'a pas accepté.", WayOut: "Vérifiez le compte bancaire dans les paramètres de paiement de Shopify ; Shopify réessaie avec un versement ultérieur."},

	AccountMissing:  {Text: "{} n'est pas comptabilisé : la fiche de la boutique manque d'un compte.", WayOut: "Ajoutez une ligne à payoutAccounts ou, pour une devise, à payoutBankAccounts ; il est ensuite comptabilisé automatiquement."},
	BankUnknown:     {Text: "{} n'est pas comptabilisé : Business Central n'a pas ce compte bancaire, ou il est bloqué.", WayOut: "Corrigez payoutBankAccounts dans la fiche de la boutique, ou le compte bancaire dans Business Central."},
	BankCurrency:    {Text: "{} n'est pas comptabilisé : son compte bancaire est dans une autre devise.", WayOut: "Indiquez dans payoutBankAccounts un compte bancaire dans la devise du versement ; si Business Central ne connaît pas la devise, créez-la d'abord."},
	DateClosed:      {Text: "{} n'est pas comptabilisé : son jour est clôturé dans Business Central.", WayOut: "Autorisez la comptabilisation ce jour-là dans la configuration de la comptabilité, et il est comptabilisé automatiquement ; ou enregistrez-le à la main."},
	JournalRefused:  {Text: "Business Central a refusé la feuille de {}.", WayOut: "Corrigez ce qu'il nomme : un compte bloqué, sans imputation directe ou qui exige un axe analytique ; un nouvel essai se fait automatiquement."},
	JournalTaken:    {Text: "{} n'est pas comptabilisé : quelqu'un d'autre a une feuille de son code.", WayOut: "Renommez cette feuille dans Business Central."},
	JournalChanged:  {Text: "{} n'est pas comptabilisé : quelqu'un a modifié les lignes de sa feuille.", WayOut: "Validez la feuille, ou supprimez-la et elle est refaite."},
	BookedOtherwise: {Text: "{} est dans la comptabilité, mais pas comme prévu.", WayOut: "Comparez les écritures de son numéro de document dans Business Central avec la feuille que le versement affiche, et corrigez-les là ; il n'est pas comptabilisé une seconde fois."},
	NotProved:       {Text: "La feuille de {} a disparu, et la comptabilité n'a aucune écriture de son numéro de document.", WayOut: "Vérifiez dans Business Central si elle a été validée sous un autre numéro ; sinon, enregistrez-le à la main sous son numéro de document."},
	FailedBooked:    {Text: "{} a échoué après sa comptabilisation : la banque ne l'a pas accepté.", WayOut: "Contrepassez ses écritures dans Business Central, ou virez le montant du compte bancaire au compte des transferts ; Shopify le paie avec un versement ultérieur."},
	MovedBooked:     {Text: "{} a d'autres transactions que lors de sa comptabilisation.", WayOut: "Comparez ses écritures dans Business Central avec la feuille que le versement affiche, et corrigez-les là."},
}

// frenchPhrases are what its reasons say of payouts beside numbers.
var frenchPhrases = issue.Phrases{
	"Payout {} of {} ({})":                           "Le versement {} du {} ({})",
	"it is {}, they come to {}, which differs by {}": "il est de {}, elles font {}, soit un écart de {}",
	"{} is in {}":                                    "{} est en {}",
	"{} is blocked":                                  "{} est bloqué",
}

package completeness

import (
	"backroom/shared/issue"
	"backroom/shared/language"
)

// french are the texts of this package's reasons.
var french = issue.Texts{
	NotKnown:       {Text: "{} est dans Shopify, et Backroom ne la connaît pas.", WayOut: "Faites-la importer par son identifiant ; son document suit automatiquement."},
	DocumentGone:   {Text: "Le document de {} n'est plus dans Business Central.", WayOut: "Retirez le lien (orders unlink) et faites traiter la commande à nouveau (orders retry), ou acceptez-le si le document a été supprimé à dessein."},
	Doubled:        {Text: "Business Central a plus d'un document de {}.", WayOut: "Supprimez ou annulez dans Business Central ceux qui sont de trop."},
	TotalDiffers:   {Text: "Les totaux de la commande et de son document diffèrent : {}.", WayOut: "Corrigez le document dans Business Central, ou acceptez-le s'il a été modifié à dessein."},
	TaxDiffers:     {Text: "La taxe de la commande et celle de son document diffèrent : {}.", WayOut: "Corrigez le document dans Business Central, ou acceptez-le s'il a été modifié à dessein."},
	OrderMissing:   {Text: "Business Central a {} d'une commande que la boutique n'a pas.", WayOut: "Supprimez ou annulez-le dans Business Central s'il a été créé par erreur, ou acceptez-le si la commande a été supprimée dans Shopify."},
	RefundUnbooked: {Text: "Un remboursement de {} n'a pas d'avoir.", WayOut: "Faites importer la commande à nouveau par son identifiant ; l'avoir suit automatiquement."},
	MemoDoubled:    {Text: "Business Central a plus d'un avoir d'un remboursement de {}.", WayOut: "Supprimez ou annulez dans Business Central ceux qui sont de trop."},
	MemoDiffers:    {Text: "Un remboursement et son avoir diffèrent : {}.", WayOut: "Corrigez l'avoir dans Business Central, ou acceptez-le s'il a été modifié à dessein."},
	MemoTaxDiffers: {Text: "La taxe d'un remboursement et celle de son avoir diffèrent : {}.", WayOut: "Corrigez l'avoir dans Business Central, ou acceptez-le s'il a été modifié à dessein."},
	NotFulfilled:   {Text: "Plus a été expédié que Shopify n'a traité : {}.", WayOut: "Faites envoyer l'expédition par son numéro, ou traitez-la à la main dans Shopify."},
}

// frenchPhrases are how the things that differ are called.
var frenchPhrases = issue.Phrases{
	"{}: {} in Shopify, {} in Business Central": "{} : {} dans Shopify, {} dans Business Central",
	"{}: {} units in {}, {} in Shopify":         "{} : {} unités dans {}, {} dans Shopify",
	"sales order {}":                            "la commande client {}",
	"invoice {}":                                "la facture {}",
	"credit memo {}":                            "l'avoir {}",
	"shipment {}":                               "l'expédition {}",
	"{}: {}":                                    "{} : {}",
}

// French is what the task says beside its reasons: of its runs, and of the rights that it needs.
var French = language.Phrases{
	"orders, their refunds and fulfilments, by their totals":              "commandes, leurs remboursements et exécutions, par leurs totaux",
	"orders that were placed more than 60 days ago":                       "commandes passées il y a plus de 60 jours",
	"returns of orders that do not agree":                                 "retours de commandes qui ne concordent pas",
	"the company":                                                         "la société",
	"sales orders, invoices, credit memos and shipments, by their totals": "commandes vente, factures, avoirs et expéditions, par leurs totaux",
	"Orders that were placed before {} are hidden from the app: grant it read_all_orders, or begin later.": "Les commandes passées avant le {!} sont cachées à l'application : accordez-lui read_all_orders, ou commencez plus tard.",
	"The proof has found no difference of {} that could be accepted.":                                      "La preuve n'a trouvé aucune différence de {!} qui puisse être acceptée.",
	"The window has more than {} orders: prove it in parts, by from and to.":                               "La période a plus de {!} commandes : prouvez-la par parties, avec from et to.",
}

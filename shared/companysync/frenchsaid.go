package companysync

import "backroom/shared/language"

// French are the phrases that the task says beside its reasons.
var French = language.Phrases{
	"the company":                                 "la société",
	"all companies of the shop":                   "toutes les entreprises de la boutique",
	"payment terms of companies":                  "conditions de paiement des entreprises",
	"the companies that were asked for":           "les entreprises demandées",
	"customers that are created or updated":       "clients créés ou mis à jour",
	"companies of the shop that have ordered":     "les entreprises de la boutique qui ont commandé",
	"companies that Business Central has changed": "les entreprises que Business Central a modifiées",

	"which companies have changed in the shop, with their locations and main contacts": "quelles entreprises ont changé dans la boutique, avec leurs emplacements et leurs contacts principaux",

	"what Business Central changes, with canUpdateShopifyCompanies, and companies that are added": "ce que Business Central modifie, avec canUpdateShopifyCompanies, et les entreprises ajoutées",

	"customers, and the codes of templates and payment terms": "clients, et codes des modèles et des conditions de paiement",

	"nothing is kept in step: companyImport and canUpdateShopifyCompanies on the shop card say so": "rien n'est tenu à jour : companyImport et canUpdateShopifyCompanies le disent sur la fiche boutique",
}

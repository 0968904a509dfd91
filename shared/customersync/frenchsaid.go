package customersync

import "backroom/shared/language"

// French are the phrases that the task says beside its reasons.
var French = language.Phrases{
	"It is just being sent: repeat this in half an hour.": "Il est en cours d'envoi : recommencez dans une demi-heure.",
	"the customers that were asked for":                   "les clients demandés",
	"nothing is kept in step: customerImport, shopifyCanUpdateCustomer and canUpdateShopifyCustomer on the shop card say so": "rien n'est tenu à jour : customerImport, shopifyCanUpdateCustomer et canUpdateShopifyCustomer le disent sur la fiche boutique",
	"all customers of the shop":                   "tous les clients de la boutique",
	"customers of the shop that are linked":       "les clients de la boutique qui sont liés",
	"customers that Business Central has changed": "les clients que Business Central a modifiés",
	"who has changed in the shop":                 "qui a changé dans la boutique",
	"what Business Central changes, with canUpdateShopifyCustomer, and customers that are added": "ce que Business Central modifie, avec canUpdateShopifyCustomer, et les clients ajoutés",
	"the company":                           "la société",
	"customers, and the codes of templates": "clients, et codes des modèles",
	"customers that are created or updated": "clients créés ou mis à jour",
}

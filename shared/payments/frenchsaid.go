package payments

import "backroom/shared/language"

// French is what the task says beside its reasons: of its runs, and of the rights that it needs.
var French = language.Phrases{
	"booking payouts": "comptabilisation des versements",
	"the ledger entries that prove that a payout is posted, and bank accounts":      "les écritures qui prouvent qu'un versement est comptabilisé, et les comptes bancaires",
	"the journal batches of payouts, where the shop card says that they are posted": "les feuilles de saisie des versements, si la fiche de la boutique demande leur comptabilisation",
	"posting them":                           "leur validation",
	"reading payouts":                        "lecture des versements",
	"the shop does not use Shopify Payments": "la boutique n'utilise pas Shopify Payments",
	"whether the shop uses Shopify Payments; without it there are no payouts here": "savoir si la boutique utilise Shopify Payments ; sans ce droit il n'y a pas de versements ici",
	"payouts and the transactions of the balance; without it there are none here":  "versements et transactions du solde ; sans ce droit il n'y en a pas ici",
}

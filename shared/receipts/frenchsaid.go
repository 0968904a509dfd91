package receipts

import "backroom/shared/language"

// French is what the task says beside its reasons: of its runs, and of the rights that it needs.
var French = language.Phrases{
	"reading payments":    "lecture des paiements",
	"suggesting payments": "proposition des paiements",
	"payments of orders":  "les paiements des commandes",
	"invoices, and the ledger entries that prove that a payment is posted": "les factures, et les écritures qui prouvent qu'un paiement est comptabilisé",
	"batches of the customer payment journal":                              "les feuilles de paiements clients",
}

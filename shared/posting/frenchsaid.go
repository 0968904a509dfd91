package posting

import "backroom/shared/language"

// French is what the tasks say beside their reasons: of runs, and of the rights that they need.
var French = language.Phrases{
	"The job posts a part of each order ({}), which was not seen with a live Business Central yet: switch postByQuantities on on the shop card, or let the job ship and invoice.": "La tâche valide une partie de chaque commande ({!}), ce qui n'a pas encore été vu avec un vrai Business Central : activez postByQuantities sur la fiche de la boutique, ou laissez la tâche livrer et facturer.",
	"posting documents":                    "validation des documents",
	"posting":                              "la validation",
	"posting dates and quantities to post": "dates de validation et quantités à valider",
	"the documents, and the ledger entries that prove a posting": "les documents, et les écritures qui prouvent une validation",
}

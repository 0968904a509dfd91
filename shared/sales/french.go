package sales

import "backroom/shared/issue"

// French says differences of documents, and what is said beside them.
var French = issue.Phrases{
	"{} is {} in Shopify, {} in Business Central": "{} vaut {} dans Shopify et {} dans Business Central",
	"the line {} is missing in Business Central":  "la ligne {} manque dans Business Central",
	"Business Central has added the line {}":      "Business Central a ajouté la ligne {}",
	"{} of {}":                                    "{} de {}",
	"{} at {} %":                                  "{} à {} %",
	"Item {}":                                     "article {}",
	"Account {}":                                  "compte {}",
	"blank":                                       "rien",
	"and more":                                    "et d'autres",
	"Business Central says: {}":                   "Business Central dit : {}",
}

package link

import "backroom/shared/language"

// French is what links say.
var French = language.Phrases{
	"{} {} is just being made in Business Central for {}, and may appear there until {}: repeat it then": "{!} {!} est en train d'être créé dans Business Central pour {!}, et peut y apparaître jusqu'à {!} : recommencez alors",
	"link of {} {}: a link leads to a number":                                                            "lien de {!} {!} : un lien mène à un numéro",
	"link of {} {}: {}": "lien de {!} {!} : {}",
	"links of {}: {}":   "liens de {!} : {}",
	"link {} of {}: {}": "lien {!} de {!} : {}",
	"of {}":             "de {!}",
	"by hand":           "à la main",
	"Its customer is just being made in Business Central: repeat this in half an hour.": "Son client est en cours de création dans Business Central : recommencez dans une demi-heure.",
	"of the e-mail address or telephone number":                                         "de l'adresse électronique ou du numéro de téléphone",
	"id in Shopify":              "id dans Shopify",
	"number in Business Central": "numéro dans Business Central",
}

package prices

import (
	"backroom/shared/issue"
	"backroom/shared/language"
)

// French is what the task says beside its reasons.
var French = language.Phrases{
	"the company":            "la société",
	"what variants cost now": "ce que les variantes coûtent actuellement",
	"what they cost from now on; without it no price is sent":     "ce qu'elles coûtent désormais ; sans lui, aucun prix n'est envoyé",
	"the unit costs of variants; without it no price is sent":     "les coûts unitaires des variantes ; sans lui, aucun prix n'est envoyé",
	"items, and price lists where the companion API is installed": "les articles, et les listes de prix là où l'API d'accompagnement est installée",
	"no price is sent: sendPrices on the shop card is off":        "aucun prix n'est envoyé : sendPrices est désactivé sur la fiche de la boutique",
	"looking at prices": "examen des prix",
	"sending prices":    "envoi des prix",
	"The app may not change prices in Shopify; grant it the scope write_products.":                                                                                                        "L'application n'a pas le droit de modifier les prix dans Shopify ; accordez-lui l'autorisation write_products.",
	"The app may not see products in Shopify; grant it the scope read_products.":                                                                                                          "L'application n'a pas le droit de voir les produits dans Shopify ; accordez-lui l'autorisation read_products.",
	"Without the companion extension, price lists and line discounts of Business Central are not known: an item's unit price is sent, and compare-at prices in Shopify stay as they are.": "Sans l'extension d'accompagnement, les listes de prix et les remises ligne de Business Central ne sont pas connues : le prix unitaire de l'article est envoyé, et les prix avant réduction dans Shopify restent tels quels.",
	"Shopify has not carried out the bulk operation; it is tried again.":                                                                                                                  "Shopify n'a pas exécuté l'opération en masse ; elle est réessayée.",
}

var french = issue.Texts{
	NoPrice:         {Text: "{} n'a pas de prix dans Business Central, si bien que son prix dans Shopify reste tel quel.", WayOut: "Saisissez un prix unitaire sur l'article, ou une ligne dans une liste de prix."},
	Unusable:        {Text: "Le prix de {} dans Business Central ne peut pas être un prix dans Shopify.", WayOut: "Corrigez le prix dans Business Central : il doit être supérieur à 0 et inférieur à 1 000 000 000."},
	CurrencyUnknown: {Text: "{} n'a pas de prix dans la devise de la boutique.", WayOut: "Ajoutez une ligne dans la devise de la boutique à une liste de prix de Business Central, ou indiquez le code de cette devise dans priceCurrency sur la fiche de la boutique ; les listes de prix demandent l'API d'accompagnement."},
	TaxUnknown:      {Text: "Le prix de {} est avec taxe d'un côté et sans taxe de l'autre.", WayOut: "Indiquez dans priceTaxPercent sur la fiche de la boutique combien de pour cent les séparent, ou utilisez la même forme des deux côtés."},
	UnitUnknown:     {Text: "{} se vend dans une unité de mesure qui n'a pas de prix.", WayOut: "Ajoutez une ligne avec cette unité à une liste de prix de Business Central ; les listes de prix demandent l'API d'accompagnement."},
	Edited:          {Text: "Le prix de {} a été modifié dans Shopify, et reste jusqu'à ce que celui de Business Central change.", WayOut: "Rien à faire, si c'est voulu ; sinon, saisissez de nouveau dans Shopify le prix de Business Central."},
	Refused:         {Text: "Shopify refuse le prix de {}.", WayOut: "Corrigez ce que le détail nomme ; un nouvel essai se fait automatiquement."},
	Rounded:         {Text: "Le prix de {} a plus de chiffres dans Business Central que Shopify n'en montre, et a été arrondi.", WayOut: "Saisissez dans Business Central un prix que la devise de la boutique connaît ; rien à faire, si le prix arrondi est voulu."},
	Unread:          {Text: "Le prix de {} n'a pas pu être lu dans Shopify.", WayOut: "Rien à faire : un nouvel essai se fait automatiquement."},
}

package shopify

import "backroom/shared/language"

// French is what is said of refusals of Shopify, whose own words are quoted.
var French = language.Phrases{
	"Shopify no longer accepts the app's access to the shop; connect the shop again.":                    "Shopify n'accepte plus l'accès de l'application à la boutique ; reconnectez la boutique.",
	"The shop is frozen because a Shopify bill is unpaid; settle it in Shopify.":                         "La boutique est gelée parce qu'une facture de Shopify est impayée ; réglez-la dans Shopify.",
	"Shopify has locked the shop; the Shopify support can say why.":                                      "Shopify a verrouillé la boutique ; l'assistance de Shopify peut dire pourquoi.",
	"There is no shop at this address any more; connect the shop again.":                                 "Il n'y a plus de boutique à cette adresse ; reconnectez la boutique.",
	"The app lacks a permission in Shopify; grant it and reconnect the shop.":                            "Il manque une autorisation à l'application dans Shopify ; accordez-la et reconnectez la boutique.",
	"The app lacks a permission in Shopify ({}); grant it and reconnect the shop.":                       "Il manque une autorisation à l'application dans Shopify ({!}) ; accordez-la et reconnectez la boutique.",
	"Shopify refuses a value that was sent to it.":                                                       "Shopify refuse une valeur qui lui a été envoyée.",
	"Shopify refuses the request: {}":                                                                    "Shopify refuse la requête : {!}",
	"Shopify refuses {}: {}":                                                                             "Shopify refuse {} : {!}",
	"The app is not installed in the shop any more; install it again.":                                   "L'application n'est plus installée dans la boutique ; réinstallez-la.",
	"The app and the shop belong to different organisations; use an app of the shop's own organisation.": "L'application et la boutique appartiennent à des organisations différentes ; utilisez une application de l'organisation de la boutique.",
	"the stock": "le stock",
}

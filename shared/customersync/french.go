package customersync

import "backroom/shared/issue"

// french are the texts of this package's reasons.
var french = issue.Texts{
	Unread:        {Text: "{} n'a pas pu être lu dans Shopify.", WayOut: "Il n'y a rien à faire : un nouvel essai se fait automatiquement."},
	Merged:        {Text: "Shopify a fusionné des clients dont Business Central a encore deux : {}.", WayOut: "Fusionnez les deux dans Business Central, ou bloquez celui qui ne sert plus."},
	NoContact:     {Text: "Le client {} de Business Central n'a ni adresse e-mail ni numéro de téléphone que Shopify accepte : la boutique n'a personne à ajouter.", WayOut: "Inscrivez une adresse e-mail sur le client dans Business Central ; un nouvel essai se fait automatiquement."},
	ContactTaken:  {Text: "L'adresse e-mail ou le numéro de téléphone du client {} de Business Central est à un autre client de la boutique.", WayOut: "Corrigez-le d'un des deux côtés, ou fusionnez les clients dans Shopify ; un nouvel essai se fait automatiquement."},
	PhoneUnclear:  {Text: "Le numéro de téléphone du client {} de Business Central ne peut pas être composé depuis l'étranger : la boutique garde le sien.", WayOut: "Inscrivez-le dans Business Central avec l'indicatif du pays, par exemple +49 30 123456."},
	StateUnclear:  {Text: "Le client {} de Business Central a une région pour laquelle Shopify n'a pas de code : la boutique garde son adresse.", WayOut: "Inscrivez le code de la région dans Business Central, ou videz-la là où le pays n'en a pas."},
	ChangeRefused: {Text: "Shopify a refusé ce que Business Central a modifié du client {}.", WayOut: "Corrigez dans Business Central ce que le détail nomme ; un nouvel essai se fait automatiquement."},
	FieldsRefused: {Text: "Shopify a refusé des champs personnalisés du client {} de Business Central.", WayOut: "Corrigez customerMetafields sur la fiche boutique, ou la définition du champ dans Shopify ; un nouvel essai se fait automatiquement."},
	NumberUnknown: {Text: "Business Central n'a pas de client {}, que la tâche devait ajouter à la boutique.", WayOut: "Corrigez le numéro dans les paramètres de la tâche."},
	ChangeUnknown: {Text: "Shopify n'a pas répondu à temps au sujet du client {} de Business Central ; ce qu'il en est sera clair dans 20 minutes.", WayOut: "Il n'y a rien à faire : la suite est vérifiée et terminée automatiquement."},
	GoneFromShop:  {Text: "La boutique n'a plus de client pour le client {} de Business Central.", WayOut: "Il n'y a rien à faire s'il a été supprimé exprès ; sinon, ajoutez de nouveau le client à la boutique."},
}

// frenchPhrases say what its things say beside names and values.
var frenchPhrases = issue.Phrases{
	"{} and {}": "{} et {}",
}

package businesscentral

import said "backroom/shared/language"

// French is what is said of refusals of Business Central, whose own words are quoted.
var French = said.Phrases{
	"{} Business Central says: {}": "{} Business Central dit : {!}",
	" Business Central says: {}":   " Business Central dit : {!}",
	"Business Central refuses the credentials; check that the app is registered and enabled there.":                     "Business Central refuse les identifiants ; vérifiez que l'application y est enregistrée et activée.",
	"The app lacks a permission or licence in Business Central; check its permission sets.":                             "Il manque à l'application une autorisation ou une licence dans Business Central ; vérifiez ses ensembles d'autorisations.",
	"The Business Central subscription has expired.":                                                                    "L'abonnement à Business Central a expiré.",
	"The company can no longer be found in Business Central; choose the company again.":                                 "La société est introuvable dans Business Central ; choisissez-la de nouveau.",
	"Business Central does not know this environment or company; check the connection.":                                 "Business Central ne connaît pas cet environnement ou cette société ; vérifiez la connexion.",
	"An extension in Business Central asks a question that nobody can answer here; tell your Business Central partner.": "Une extension de Business Central pose une question à laquelle personne ne peut répondre ici ; dites-le à votre partenaire Business Central.",
	"Business Central offers the app no reason codes (customerReturnReasons), by which several programs exclude each other: they are part of API v2.0, so update the environment, or check the connection if nothing else can be read.": "Business Central n'offre pas à l'application de codes motif (customerReturnReasons), par lesquels plusieurs programmes s'excluent : ils font partie de l'API v2.0 ; mettez l'environnement à jour, ou vérifiez la connexion si rien d'autre ne peut être lu.",
	"Microsoft refuses the credentials of this connection; check the app's client id and secret.":                                                                                                                                       "Microsoft refuse les identifiants de cette connexion ; vérifiez l'id client et le secret de l'application.",
	"The credit memo has been released or posted and is left as it is.":                                                                                                                                                                 "L'avoir a été lancé ou validé et reste tel quel.",
	"The document has been released, shipped or invoiced and is left as it is.":                                                                                                                                                         "Le document a été lancé, livré ou facturé et reste tel quel.",
}

package identity

import "backroom/shared/language"

// French is what refusals of callers say.
var French = language.Phrases{
	"the request names no caller":                          "la requête ne dit pas qui appelle",
	"the token is wrong":                                   "le jeton est faux",
	"the session token has been used for a change already": "le jeton de session a déjà servi à une modification",
	"session token: {}":                                    "jeton de session : {}",
	"this is the last owner of the shop":                   "c'est le dernier propriétaire de la boutique",
	"no role is set for that user":                         "aucun rôle n'est défini pour cet utilisateur",
	"roles of {}: {}":                                      "rôles de {!} : {}",
	"role {} of {}: {}":                                    "rôle {!} de {!} : {}",
	"trail of {}: {}":                                      "historique de {!} : {}",
	"the session token cannot be read":                     "le jeton de session est illisible",
	"the session token is not signed with HS256":           "le jeton de session n'est pas signé avec HS256",
	"the session token is for another app":                 "le jeton de session est pour une autre application",
	"the session token's signature is wrong":               "la signature du jeton de session est fausse",
	"the session token has expired":                        "le jeton de session a expiré",
	"the session token is not valid yet":                   "le jeton de session n'est pas encore valable",
	"the session token names no shop, or two":              "le jeton de session ne désigne aucune boutique, ou deux",
}

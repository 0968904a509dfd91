package api

import "fmt"

var french = map[ProblemCode]kind{
	ProblemCodeBadRequest:      {"La requête est illisible", "Corrigez ce que le détail nomme et renvoyez-la."},
	ProblemCodeBadQuery:        {"Les paramètres sont illisibles", "N'envoyez que des paramètres que l'opération nomme, chacun une fois, avec des valeurs de leur forme."},
	ProblemCodeBadBody:         {"Le corps est illisible", "Corrigez ce que le détail nomme et renvoyez la requête."},
	ProblemCodeBodyTooLarge:    {"Le corps est trop grand", fmt.Sprintf("Envoyez %d octets au plus.", MaxBody)},
	ProblemCodeMediaType:       {"Le corps est d'un autre type", "Envoyez du JSON, avec Content-Type: application/json."},
	ProblemCodeNoToken:         {"La requête ne dit pas qui appelle", "Envoyez Authorization: Bearer, avec un jeton de session d'App Bridge, ou avec BACKROOM_TOKEN ou le jeton que le serveur a affiché."},
	ProblemCodeBadToken:        {"Le jeton est faux", "Envoyez un jeton de session de cette application, ou BACKROOM_TOKEN ou le jeton que le serveur a affiché."},
	ProblemCodeExpiredToken:    {"Le jeton n'est pas valable en ce moment", "Renvoyez la requête avec un nouveau jeton de session."},
	ProblemCodeReplayedToken:   {"Le jeton a déjà servi", "Renvoyez la requête avec un nouveau jeton de session : chacun ne fait qu'une modification."},
	ProblemCodeWrongHost:       {"La requête est pour un autre serveur", "Utilisez l'adresse que le serveur a affichée."},
	ProblemCodeWrongOrigin:     {"Une page de cette origine n'a pas le droit d'appeler", "Appelez depuis l'application dans l'admin de Shopify, ou sans page."},
	ProblemCodeOtherShop:       {"La boutique n'est pas celle de l'appelant", "Utilisez le code d'une boutique que GET /v1/shops énumère."},
	ProblemCodeRole:            {"Le rôle de l'appelant ne le permet pas", "Demandez à un propriétaire de la boutique, ou à l'opérateur."},
	ProblemCodeNoRoute:         {"Cette adresse n'existe pas", "Utilisez une adresse du document, openapi.yaml."},
	ProblemCodeMethod:          {"L'adresse n'accepte pas cette méthode", "Utilisez une méthode que Allow nomme."},
	ProblemCodeNotFound:        {"Cela n'existe pas", "Énumérez ce qui existe, et utilisez-en un nom ou un id."},
	ProblemCodeConflict:        {"Quelqu'un l'a modifié entre-temps", "Relisez, et refaites la modification."},
	ProblemCodeRefused:         {"Ce n'est pas possible dans l'état actuel", "Faites d'abord ce que dit le détail."},
	ProblemCodeKeyReused:       {"La clé appartient à une autre requête", "Envoyez une nouvelle Idempotency-Key avec une nouvelle requête."},
	ProblemCodeTooManyRuns:     {"Trop d'exécutions attendent leur départ", "Attendez que l'une d'elles ait commencé, ou annulez-en."},
	ProblemCodeTooManyRequests: {"Trop de requêtes de cette boutique", "Attendez aussi longtemps que le dit Retry-After."},
	ProblemCodeDiskFull:        {"Le disque est plein", "Libérez de la place sur le disque, et refaites la requête."},
	ProblemCodeInternal:        {"Une défaillance de notre côté", "Réessayez ; si cela dure, posez la question avec l'id de la requête."},
	ProblemCodeUpstream:        {"L'autre côté a refusé ou n'a pas répondu", "Faites ce que dit le détail, et refaites la requête."},
}

const failedInFrench = "La requête a échoué de notre côté. L'historique, et ce dont il s'agit, disent si une modification a été faite."

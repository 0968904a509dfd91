package images

import "backroom/shared/language"

// French says in French what the task says beside its reasons.
var French = language.Phrases{
	"Without the companion extension, it is not known which pictures of items are as they were: those of items whose stock has moved are read again, and nothing is left out.": "Sans l'extension d'accompagnement, on ne sait pas quelles images d'articles sont restées telles quelles : celles des articles dont le stock a bougé sont relues, et rien n'est omis.",
	"comparing pictures":                "comparaison des images",
	"the pictures of products":          "les images des produits",
	"pictures of products and variants": "les images des produits et des variantes",
	"the files that they are":           "les fichiers qu'elles sont",
	"the company":                       "la société",
	"items and their pictures":          "les articles et leurs images",
	"a picture is added":                "une image est ajoutée",
	"the picture is replaced":           "l'image est remplacée",
	"the picture is deleted":            "l'image est supprimée",
	"the item gets the picture":         "l'article reçoit l'image",
	"the item's picture is replaced":    "l'image de l'article est remplacée",
	"the item's picture is deleted":     "l'image de l'article est supprimée",
}

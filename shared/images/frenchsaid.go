package images

import "backroom/shared/language"

// French says in French what the task says beside its reasons.
var French = language.Phrases{
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

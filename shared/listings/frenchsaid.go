package listings

import "backroom/shared/language"

// French is what the task says beside its reasons: of its runs, and of the rights that it
// needs.
var French = language.Phrases{
	"looking at products":                                           "examen des produits",
	"looking for products that are gone":                            "recherche des produits disparus",
	"looking at items, {} left":                                     "examen des articles, {!} restants",
	"looking at products and items":                                 "examen des produits et des articles",
	"products and their variants":                                   "les produits et leurs variantes",
	"what changes of them, and products that are made":              "ce qui change en eux, et les produits créés",
	"the inventory items of variants; without it nothing is linked": "les articles de stock des variantes ; sans cela rien n'est lié",
	"the sales channels that productChannels names":                 "les canaux de vente que nomme productChannels",
	"showing products there that are made":                          "y montrer les produits créés",
	"the company":                                                   "la société",
	"items, their variants and categories":                          "les articles, leurs variantes et leurs catégories",
	"to show the product in its sales channels":                     "d'afficher le produit dans ses canaux de vente",
	"the change of the product":                                     "la modification du produit",
	"the change of the variant":                                     "la modification de la variante",
	"the new variants":                                              "les nouvelles variantes",
	"the product {}":                                                "le produit {!}",
}

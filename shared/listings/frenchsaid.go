package listings

import "backroom/shared/language"

// French is what the task says beside its reasons: of its runs, and of the rights that it
// needs.
var French = language.Phrases{
	"Without the companion extension, vendors, descriptions, weights, tariff numbers, origins and vendors' numbers of items are not known: what a product has of them in Shopify stays as it is, and a SKU that is a vendor's number finds no item.": "Sans l'extension d'accompagnement, les fournisseurs, descriptions, poids, nomenclatures douanières, origines et références fournisseur des articles ne sont pas connus : ce qu'un produit en a dans Shopify reste tel quel, et un SKU qui est une référence fournisseur ne trouve aucun article.",
	"Without the companion extension, bar codes of item variants are not known: those of their variants in Shopify stay as they are.":                                                                                                                "Sans l'extension d'accompagnement, les codes-barres des variantes d'articles ne sont pas connus : ceux de leurs variantes dans Shopify restent tels quels.",
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

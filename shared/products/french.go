package products

import "backroom/shared/issue"

// french are the texts of this package's reasons.
var french = issue.Texts{
	ItemUnmapped:    {Text: "Aucun article de Business Central n'est connu pour {}.", WayOut: "Donnez à l'article dans Business Central le SKU ou le code-barres du produit (skuMapping et findMappingByGTIN sur la fiche boutique disent lesquels comptent), ou faites correspondre la variante par son id dans variants."},
	VariantUnmapped: {Text: "Business Central n'a pas cette variante d'article pour {}.", WayOut: "Créez la variante dans Business Central, corrigez le SKU dans Shopify, ou faites correspondre la variante par son id dans variants sur la fiche boutique."},
	ItemBlocked:     {Text: "L'article est bloqué dans Business Central pour {}.", WayOut: "Débloquez l'article dans Business Central, ou faites correspondre la variante par son id à un autre article dans variants sur la fiche boutique."},
	ItemAmbiguous:   {Text: "Plusieurs articles de Business Central correspondent à {}.", WayOut: "Laissez le code à un seul de ces articles dans Business Central, ou faites correspondre la variante par son id dans variants sur la fiche boutique."},
}

// frenchPhrases say what its things say beside names and values.
var frenchPhrases = issue.Phrases{
	"{} (SKU {}, variant {})":          "{} (SKU {}, variante {})",
	"{} (variant {})":                  "{} (variante {})",
	"{} (variant {}), bar code {}: {}": "{} (variante {}), code-barres {} : {}",
	"{} (variant {}), SKU {}: {}":      "{} (variante {}), SKU {} : {}",
	"{} and {}":                        "{} et {}",
}

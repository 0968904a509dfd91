package listings

import "backroom/shared/issue"

// french are the texts of this package's reasons.
var french = issue.Texts{
	Unreadable:    {Text: "{} n'a pas pu être lu en entier dans Shopify.", WayOut: "Il n'y a rien à faire : un nouvel essai se fait automatiquement ; informez l'assistance si cela dure."},
	Ambiguous:     {Text: "Plusieurs articles de Business Central correspondent à {}.", WayOut: "Laissez le code à un seul de ces articles dans Business Central, ou faites correspondre la variante par son id dans variants sur la fiche boutique."},
	Twice:         {Text: "Deux variantes du produit correspondent au même article : {}.", WayOut: "Corrigez le SKU de l'une d'elles dans Shopify."},
	Elsewhere:     {Text: "Deux produits correspondent au même article : {}.", WayOut: "Corrigez le SKU de l'un d'eux dans Shopify, ou faites correspondre la variante par son id dans variants sur la fiche boutique si les deux doivent vendre l'article."},
	ItemGone:      {Text: "Business Central n'a plus l'article auquel correspond {}.", WayOut: "Archivez le produit dans Shopify, ou corrigez son SKU ; removedProducts sur la fiche boutique le fait automatiquement."},
	ItemIsBlocked: {Text: "L'article auquel correspond {} est bloqué dans Business Central.", WayOut: "Débloquez l'article, ou archivez le produit dans Shopify ; removedProducts sur la fiche boutique le fait automatiquement."},
	ItemMissing:   {Text: "Aucun article de Business Central ne peut être créé à partir de {}.", WayOut: "Donnez à la variante un SKU qui puisse être un numéro d'article (skuMapping sur la fiche boutique dit comment il est lu), ou faites-la correspondre par son id dans variants."},
	Conflicting:   {Text: "Les deux côtés ont modifié {}.", WayOut: "Il n'y a rien à faire si la valeur retenue est la bonne ; sinon saisissez la bonne du côté que nomme productFieldOwners sur la fiche boutique."},
	ShopRefused:   {Text: "Shopify refuse une modification de {}.", WayOut: "Corrigez dans Business Central ce que le détail nomme ; un nouvel essai se fait automatiquement."},
	BCRefused:     {Text: "Business Central refuse une modification de {}.", WayOut: "Corrigez dans Shopify ce que le détail nomme ; un nouvel essai se fait automatiquement."},
	NotSellable:   {Text: "L'article ne peut pas devenir un produit : {}.", WayOut: "Corrigez l'article dans Business Central ; un nouvel essai se fait automatiquement."},
	HandleTaken:   {Text: "Un autre produit a l'adresse que recevrait {}.", WayOut: "Donnez un autre identifiant d'URL à ce produit dans Shopify, ou à sa variante le SKU de cet article."},
	ItemShared:    {Text: "Plusieurs variantes correspondent à un même article, si bien que {} n'est pas repris de Shopify.", WayOut: "N'en laissez qu'une avec cet article, ou nommez business-central ou first comme propriétaire du champ dans productFieldOwners sur la fiche boutique."},
	NoUse:         {Text: "Shopify ne peut pas reprendre ce que dit Business Central : {}.", WayOut: "Corrigez-le dans Business Central, ou nommez nobody comme propriétaire du champ dans productFieldOwners sur la fiche boutique."},
	NoChannel:     {Text: "La boutique n'a pas ce canal de vente : {}.", WayOut: "Corrigez productChannels sur la fiche boutique."},
}

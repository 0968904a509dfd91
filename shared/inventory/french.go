package inventory

import "backroom/shared/issue"

// french are the texts of this package's reasons.
var french = issue.Texts{
	ItemUnstocked:    {Text: "Business Central ne tient pas de stock de l'article de {}.", WayOut: "Rien à faire s'il s'agit d'un service ; sinon faites-en un article de type Stock, ou arrêtez le suivi du stock dans Shopify."},
	CompanionMissing: {Text: "Business Central ne donne pas le stock par emplacement, dont {} a besoin.", WayOut: "Installez l'extension compagnon, ou associez un emplacement de Shopify à toute la société (codes [\"*\"] dans stockLocations)."},
	VariantsUntold:   {Text: "Business Central ne donne pas le stock par variante, dont {} a besoin.", WayOut: "Installez l'extension compagnon, ou tenez ce stock à la main dans Shopify."},
	UnitUnknown:      {Text: "On ne sait pas combien d'unités de base contient l'unité de mesure de {}.", WayOut: "Installez l'extension compagnon, donnez cette unité à l'article, ou associez la variante à l'unité de base."},
	Negative:         {Text: "Business Central a un stock négatif de {}, qui est proposé comme épuisé.", WayOut: "Enregistrez ce qui a été reçu, ou corrigez le stock dans Business Central."},
	BundleParent:     {Text: "{} est un lot, dont Shopify calcule le stock à partir de ses composants.", WayOut: "Retirez son lien, et liez ses composants."},
	LocationUnknown:  {Text: "{} n'existe pas dans Shopify ou y est désactivé, et ne reçoit donc aucun stock.", WayOut: "Corrigez stockLocations sur la fiche boutique, ou activez l'emplacement dans Shopify."},
	ServiceLocation:  {Text: "Un service de traitement tient le stock de {}, qui est laissé tel quel.", WayOut: "Retirez l'emplacement de stockLocations sur la fiche boutique."},
	ItemGone:         {Text: "{} n'est plus dans Shopify.", WayOut: "Retirez son lien si le produit a été supprimé volontairement."},
	Unstocked:        {Text: "{} a du stock dans Business Central et n'est pas stocké à son emplacement dans Shopify.", WayOut: "Stockez-le à cet emplacement dans Shopify s'il doit s'y vendre ; sinon il est laissé tel quel."},
	ItemUnread:       {Text: "Le stock de {} n'a pas pu être lu dans Shopify.", WayOut: "Rien à faire : un nouvel essai suit automatiquement ; prévenez l'assistance si cela dure."},
	Refused:          {Text: "Shopify n'a pas accepté le stock de {}.", WayOut: "Regardez le produit dans Shopify et corrigez ce que nomme le détail ; un nouvel essai suit automatiquement."},
}

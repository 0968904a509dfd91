package shipments

import "backroom/shared/issue"

// french are the texts of this package's reasons.
var french = issue.Texts{
	OrderNotImported: {Text: "{} est d'une commande qui n'est pas importée.", WayOut: "Faites importer la commande, ou traitez-la à la main dans Shopify."},
	OrderUnlinked:    {Text: "{} est d'une commande dont Backroom ne connaît pas la commande vente.", WayOut: "Liez la commande à son document, ou traitez-la à la main dans Shopify."},
	OrderGone:        {Text: "{} est d'une commande que Shopify ne montre pas.", WayOut: "Rien à faire si la commande a été supprimée ; si elle a plus de 60 jours, accordez à l'application le droit read_all_orders."},
	OrderCancelled:   {Text: "{} est d'une commande qui a été annulée dans Shopify.", WayOut: "Annulez l'expédition dans Business Central si la marchandise est encore là."},
	OrderUnreadable:  {Text: "{} attend, car sa commande n'a pas pu être lue dans Shopify.", WayOut: "Rien à faire : un nouvel essai suit automatiquement ; prévenez l'assistance si cela dure."},
	LineUnknown:      {Text: "{} ne correspond à aucune ligne de la commande dans Shopify.", WayOut: "Traitez à la main dans Shopify ce que cette ligne remplace."},
	LineReplaced:     {Text: "{} est un autre article que celui de la commande.", WayOut: "Traitez à la main dans Shopify ce que cette ligne remplace, si l'acheteur le reçoit à la place de l'article commandé."},
	PartOfUnit:       {Text: "{} n'est pas un nombre entier d'unités, et Shopify n'en prend pas d'autre.", WayOut: "Expédiez le reste de l'unité, ou traitez-la à la main dans Shopify."},
	UndoUnclear:      {Text: "{} est repris, et l'on ne sait pas de quelle ligne.", WayOut: "Annulez à la main dans Shopify ce qui n'est pas parti."},
	TooMuch:          {Text: "{} dépasse ce qui reste à expédier dans Shopify.", WayOut: "Modifiez la commande dans Shopify si l'acheteur reçoit davantage, ou annulez ce qui a été expédié par erreur."},
	OnHold:           {Text: "{} ne peut pas être traité : c'est en attente dans Shopify.", WayOut: "Levez la mise en attente dans Shopify ; le traitement suit automatiquement."},
	Scheduled:        {Text: "{} ne peut pas encore être traité : Shopify le prévoit pour plus tard.", WayOut: "Ouvrez le traitement dans Shopify, ou attendez ; il suit automatiquement."},
	AtService:        {Text: "{} a été demandé à un service de traitement et lui est laissé.", WayOut: "Annulez la demande dans Shopify si Business Central l'expédie ; le traitement suit automatiquement."},
	PickupSilent:     {Text: "{} est prêt à être retiré, et Shopify n'en est pas informé, car il écrirait à l'acheteur.", WayOut: "Marquez le retrait comme prêt dans Shopify, ou mettez sendShippingConfirmation à true."},
	PickupPartial:    {Text: "{} n'est qu'une partie d'un retrait, que Shopify prépare en une fois.", WayOut: "Expédiez le reste ; le retrait est alors préparé automatiquement."},
	CancelledByHand:  {Text: "{} a été annulé dans Shopify, alors que Business Central l'a expédié.", WayOut: "Annulez l'expédition dans Business Central, ou traitez la commande à la main dans Shopify."},
	UndoneByHand:     {Text: "{} a été annulé, et quelqu'un d'autre l'a traité dans Shopify.", WayOut: "Annulez ce traitement dans Shopify si la marchandise n'est pas partie."},
	UndoneReady:      {Text: "{} a été annulé, et son retrait est prêt dans Shopify, qui l'a dit à l'acheteur.", WayOut: "Prévenez l'acheteur si la marchandise n'est pas là ; expédiez de nouveau dans Business Central dès qu'elle l'est."},
	Refused:          {Text: "Shopify n'a pas accepté {}.", WayOut: "Regardez la commande dans Shopify et corrigez ce que nomme le détail ; un nouvel essai suit automatiquement."},
	Unsettled:        {Text: "On ne sait pas encore si Shopify a pris {}.", WayOut: "Rien à faire : la vérification suit automatiquement."},
}

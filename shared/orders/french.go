package orders

import "backroom/shared/issue"

// french are the texts of this package's reasons.
var french = issue.Texts{
	ChangedAfterProcessing:   {Text: "La commande {} a été modifiée dans Shopify après la création de sa commande vente.", WayOut: "Adaptez la commande vente à la main, ou supprimez-la et détachez la commande (orders unlink) pour qu'elle soit recréée."},
	CancelledAfterProcessing: {Text: "La commande {} a été annulée dans Shopify après la création de sa commande vente.", WayOut: "Supprimez la commande vente si rien n'est expédié."},
	OrderUnreadable:          {Text: "La commande {} n'a pas pu être lue dans Shopify.", WayOut: "Il n'y a rien à faire : elle est réessayée automatiquement ; prévenez l'assistance si cela dure."},
	OrderDenied:              {Text: "La commande {} ne peut pas être lue en entier : il manque à l'application une autorisation dans Shopify.", WayOut: "Accordez à l'application l'autorisation que le détail nomme ; la commande est réessayée automatiquement."},
	OrdersHidden:             {Text: "Les commandes passées {} sont cachées à l'application.", WayOut: "Accordez à l'application l'autorisation read_all_orders, et elles sont importées automatiquement sous un jour ; ou faites commencer l'import plus tard (importFrom sur la fiche boutique)."},
	FieldHidden:              {Text: "Les commandes sont importées sans un champ : {}.", WayOut: "Accordez à l'application l'autorisation qui lui manque ; dès lors, les commandes sont importées en entier."},
}

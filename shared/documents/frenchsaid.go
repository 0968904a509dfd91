package documents

import "backroom/shared/language"

// French is what the task says beside its reasons: of its runs, and of the rights that it needs.
var French = language.Phrases{
	"Another Backroom makes the documents of this shop in Business Central at the moment; this one waits for it.": "Un autre Backroom crée en ce moment les documents de cette boutique dans Business Central ; celui-ci l'attend.",
	"creating sales orders":                             "création des commandes vente",
	"a last look at an order that was read a while ago": "un dernier regard sur une commande lue il y a quelque temps",
	"the document's number on the order, if orderAttributesToShop is on, and archiving it, if archiveProcessedOrders is": "le numéro du document sur la commande, si orderAttributesToShop est actif, et son archivage, si archiveProcessedOrders l'est",
	"the company, and the return reason by which programs exclude each other":                                            "la société, et le motif de retour par lequel les programmes s'excluent",
	"items, customers, accounts and codes":                                                                               "articles, clients, comptes et codes",
	"sales orders, invoices and credit memos":                                                                            "commandes vente, factures et avoirs",
	"customers that are created of buyers":                                                                               "clients créés à partir des acheteurs",
}

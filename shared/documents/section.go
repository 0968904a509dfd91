package documents

import "backroom/shared/shop"

// Section is the card's section of documents.
var Section = shop.SectionOf(
	"Documents", DocumentSettings{}, checkSettings,
	shop.Setting{Names: []string{"currencyHandling"}, Does: "the amounts of a document: `shop`, those of the shop's currency, or `presentment`, those that the buyer saw", New: "blank, which is `shop`", Theirs: "the shop's currency"},
	shop.Setting{Names: []string{"currencies"}, Does: "the company's codes of currencies, where they are not the ISO code: `[{\"from\": \"EUR\", \"to\": \"EURO\"}]`; the local currency too", Theirs: "-"},
	shop.Setting{Names: []string{"taxMode"}, Does: "how a document carries tax: `vat-included`, `vat-on-top` or `sales-tax`; blank: as the order does", Theirs: "-"},
	shop.Setting{Names: []string{"taxCodes"}, Does: "the tax code (VAT product posting group or tax group) of lines by their rate: `[{\"rate\": \"0.19\", \"code\": \"VAT19\"}]`; a rate without a row leaves Business Central's own choice", Theirs: "-"},
	shop.Setting{Names: []string{"createInvoicesFromOrders"}, Does: "an order of which everything is shipped when its document is made becomes a draft of a sales invoice, which a job for invoices posts; off, it becomes a sales order like any", New: "off: an invoice has nothing left to ship", Theirs: "on"},
	shop.Setting{Names: []string{"useShopifyOrderNo"}, Does: "the number of the sales order is the Shopify name; the number series must allow manual numbers"},
	shop.Setting{Names: []string{"shopifyOrderNoOnDocLine"}, Does: "the first line is a comment with the Shopify name"},
	shop.Setting{Names: []string{"commentLines"}, Does: "what else of the order stands on comment lines at the end of its document: `note`, the order's note, and `dueDate`, the due date of its payment terms, which a sales order has no field for; and `bundles`, the name of each bundle over the lines of its components, which have its price; an order that was read in the ten minutes before `bundles` was set may be without. A purchase order number always stands on a line at the top", Theirs: "-"},
	shop.Setting{Names: []string{"shippingChargesAccount", "tipAccount", "soldGiftCardAccount", "cashRoundingsAccount"}, Does: "the G/L accounts of shipping charges, tips, sold gift cards and cash roundings; an order that needs one that is blank waits. This and every other account of a line may be an item in its place, one of which no stock is kept: `item:` and its number"},
	shop.Setting{Names: []string{"feeAccount"}, Does: "the account of additional fees, and of duties where `dutiesAccount` is blank", Theirs: "-"},
	shop.Setting{Names: []string{"dutiesAccount"}, Does: "the account of import duties", New: "blank, which is `feeAccount`", Theirs: "-"},
	shop.Setting{Names: []string{"salesTaxAccount"}, Does: "the account of taxes with `taxMode` `sales-tax`", Theirs: "-"},
	shop.Setting{Names: []string{"channelTaxAccount"}, Does: "the account of taxes that the sales channel owes", Theirs: "-"},
	shop.Setting{Names: []string{"unknownItemAccount"}, Does: "the account of lines without product", Theirs: "-"},
	shop.Setting{Names: []string{"roundingAccount", "tolerance"}, Does: "the account of what the totals differ by, and the largest difference that it takes; a larger one waits", Theirs: "-"},
	shop.Setting{Names: []string{"refundedOrders"}, Does: "what becomes of an order that was refunded before it had its document, if `refundsAndReturns` makes credit memos: blank, its document in full and credit memos; `what-is-left`, a document of that alone", Theirs: "-"},
	shop.Setting{Names: []string{"locations"}, Does: "location codes of Shopify's locations: `[{\"locationID\": \"61234567890\", \"code\": \"EAST\"}]`"},
	shop.Setting{Names: []string{"defaultLocationID"}, Does: "the id of the Shopify location of lines that have none", Theirs: "-"},
	shop.Setting{Names: []string{"shipmentMethods"}, Does: "shipment method code and account by the title of the shipping line: `[{\"title\": \"Express\", \"code\": \"EXP\", \"account\": \"6611\"}]`"},
	shop.Setting{Names: []string{"paymentTerms"}, Does: "payment terms codes by Shopify's type (`FIXED`, `FULFILLMENT`, `NET`, `RECEIPT`, `UNKNOWN`) and name: `[{\"type\": \"NET\", \"name\": \"Net 30\", \"code\": \"30D\"}]`; a row without name takes all of its type and comes last"},
	shop.Setting{Names: []string{"salespeople"}, Does: "salesperson codes by the staff member who placed an order, by numeric id or name: `[{\"staff\": \"Ann Lee\", \"code\": \"AL\"}]`; any other document has its customer's. Shopify shows staff members to apps with `read_users`, on the plans Advanced and Plus alone: without it orders are imported without, which an issue says", Theirs: "-"},
	shop.Setting{Names: []string{"bcWins"}, Does: "fields of a document that Business Central decides: they are neither sent nor compared", Theirs: "-"},
)

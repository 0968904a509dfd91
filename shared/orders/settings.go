package orders

import (
	"fmt"
	"time"

	"backroom/shared/shop"
)

// OrderSettings are the settings of the shop card about the import of orders, how
// it is asked for, and what is done to orders in the shop. Missing fields of an older card have working
// zero values.
type OrderSettings struct {
	// ImportFrom is where the first import starts; zero means ConnectedAt.
	ImportFrom            time.Time `json:"importFrom,omitzero"`
	OrderAttributesToShop bool      `json:"orderAttributesToShop,omitempty"` // write the BC number back; off by default
	// AmendOrders has the document of an order that was changed amended where that is safe.
	AmendOrders bool `json:"amendOrders,omitempty"`
	// ArchiveProcessedOrders archives orders in the shop that are finished; with
	// ArchiveOnlyPosted once their document is posted.
	ArchiveProcessedOrders bool `json:"archiveProcessedOrders,omitempty"`
	ArchiveOnlyPosted      bool `json:"archiveOnlyPosted,omitempty"`
	// KeepProcessedOrders is for how many days the copy of an order that has its
	// document is kept; 0 is 90, -1 keeps it for ever.
	KeepProcessedOrders int `json:"keepProcessedOrders,omitempty"`
	// RefundsAndReturns says what is done about what was given back.
	RefundsAndReturns RefundHandling `json:"refundsAndReturns,omitempty"`
	// AllowBackgroundSyncs says that who asks for a run does not wait for it.
	AllowBackgroundSyncs shop.OnByDefault `json:"allowBackgroundSyncs,omitempty"`
}

// RefundHandling says what is done about refunds and returns. Its text is stored.
type RefundHandling string

// Stored values; "" is that nothing is done.
const (
	ImportRefunds RefundHandling = "import"
	BookRefunds   RefundHandling = "credit-memo"
)

// Books reports whether refunds get documents of their own.
func (s OrderSettings) Books() bool { return s.RefundsAndReturns == BookRefunds }

const maxKeptDays = 36_500

// Section is the card's section of them.
var Section = shop.SectionOf(
	"Import of orders", OrderSettings{}, checkSettings,
	shop.Setting{Names: []string{"importFrom"}, Does: "orders that were placed before are not imported; `null` is the time at which the shop was connected", Theirs: "-"},
	shop.Setting{Names: []string{"orderAttributesToShop"}, Does: "the number of the document is written to the order in Shopify; needs the scope `write_orders`", New: "off: it writes to the shop", Theirs: "on"},
	shop.Setting{Names: []string{"amendOrders"}, Does: "an order that is changed or cancelled in Shopify after its sales order was made has it amended by itself: an untouched draft is deleted and made anew of the order as it is now (of a cancelled one it is only deleted). One that a person has changed, released, shipped or invoiced stays, and the order waits for a person, as it does while this is off", New: "off", Theirs: "-"},
	shop.Setting{Names: []string{"archiveProcessedOrders"}, Does: "an order is archived (closed) in Shopify when it has its document, all of it is shipped and paid, nothing comes back and nobody has to look at it; once only: one that somebody opens again stays open. Orders that were finished before this was switched on are left. Needs the scope `write_orders`", New: "off: it writes to the shop", Theirs: "on"},
	shop.Setting{Names: []string{"archiveOnlyPosted"}, Does: "they are archived once their document is posted in Business Central; a posted invoice that kept its number looks like a released one, and its order is not archived", New: "off", Theirs: "-"},
	shop.Setting{Names: []string{"keepProcessedOrders"}, Does: "for how many days the copy of an order is kept after it got its document, -1 for ever", New: "0, which is 90", Theirs: "-"},
	shop.Setting{Names: []string{"refundsAndReturns"}, Does: "what is done about refunds and returns: blank, nothing; `import`, their details are imported with the order; `credit-memo`, each refund becomes a credit memo as well, once its order has its document", New: "blank", Theirs: "import"},
	shop.Setting{Names: []string{"allowBackgroundSyncs"}, Does: "who asks for a run over HTTP gets its address at once; off, the answer waits for the end of the run, as long as the host lets it (25 seconds)", New: "on"},
)

func checkSettings(c *shop.Checker, s OrderSettings) {
	if s.KeepProcessedOrders < -1 || s.KeepProcessedOrders > maxKeptDays {
		c.Bad("keepProcessedOrders", fmt.Sprint(s.KeepProcessedOrders), fmt.Sprintf("a number of days up to %d, 0 for 90 days, or -1 for ever", maxKeptDays))
	}
	c.Word("refundsAndReturns", string(s.RefundsAndReturns), string(ImportRefunds), string(BookRefunds))
	if y := s.ImportFrom.Year(); !s.ImportFrom.IsZero() && (y < 2000 || y > 9999) {
		c.Bad("importFrom", s.ImportFrom.Format("2006-01-02"), "a time since 2000, such as 2026-07-01T00:00:00Z")
	}
}

package completeness

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/bcapi"
	"backroom/shared/documents"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/privacy"
	"backroom/shared/recurrence"
	"backroom/shared/shop"
	"backroom/shared/task"
)

// TaskName is what the proof is called among the tasks.
const TaskName = "prove-completeness"

// Parameters of a run.
type Parameters struct {
	// Days is how many days up to now are proved, today with them; 0 is 14.
	Days int `json:"days"`
	// From and To are a range of days (2006-01-02) in the shop's time zone, both with
	// it, in place of Days. Without To it goes up to now.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	// Accept names records of the proof, such as #1001, whose differences are accepted as
	// they are now. The run looks at these alone.
	Accept []string `json:"accept,omitempty"`
}

const (
	defaultDays = 14
	maxDays     = 3660
	maxAccept   = 100
)

// Check implements task.Checked.
func (p Parameters) Check() error {
	from, err := time.Parse(time.DateOnly, p.From)
	to, err2 := time.Parse(time.DateOnly, p.To)
	switch {
	case p.Days < 0 || p.Days > maxDays:
		return fmt.Errorf("days: %d, must be 0 to %d", p.Days, maxDays)
	case p.From != "" && err != nil:
		return fmt.Errorf("from: %.40q, must be a day such as 2026-07-01", p.From)
	case p.To != "" && err2 != nil:
		return fmt.Errorf("to: %.40q, must be a day such as 2026-07-31", p.To)
	case p.To != "" && p.From == "":
		return fmt.Errorf("to: %s, must come with from", p.To)
	case p.To != "" && to.Before(from):
		return fmt.Errorf("to: %s, must not be before from", p.To)
	case len(p.Accept) > maxAccept || slices.Contains(p.Accept, ""):
		return fmt.Errorf("accept: must be at most %d names, none of them blank", maxAccept)
	}
	return nil
}

// Task is prove-completeness. One Task serves all shops, and is safe for concurrent use
// for different ones.
type Task struct {
	task.Deps

	Store   *Store
	Known   Known
	Connect func(shop.Shop) (Sides, error)
	// Elsewhere reports whether another shop of the card's company has imported an
	// order; nil: no shop shares its company.
	Elsewhere func(ctx context.Context, card shop.Shop, order string) (bool, error)
	// Shared reports whether another shop has the same company; nil: none has.
	Shared func(ctx context.Context, card shop.Shop) (bool, error)
}

// Definition is the proof as a task.
func (t *Task) Definition() task.Definition {
	return task.Definition{
		Name: TaskName, Title: "Prove that nothing is missing",
		Parameters: task.Schema(TaskName, Parameters{Days: defaultDays}),
		Entry: jobqueue.Entry{
			Category: "proof", Rule: recurrence.Rule{Every: 24 * time.Hour, StartingTime: recurrence.At(3, 0)}, MaxAttempts: 3, RerunDelay: 10 * time.Minute, Resume: true,
		},
		Scopes: []task.Scope{
			{Name: "read_orders", For: "orders, their refunds and fulfilments, by their totals"},
			{Name: "read_all_orders", For: "orders that were placed more than 60 days ago", Optional: true},
			{Name: "read_returns", For: "returns of orders that do not agree", Optional: true},
		},
		Permissions: []task.Permission{
			{Set: "D365 BASIC", For: "the company"},
			{Set: "D365 READ", For: "sales orders, invoices, credit memos and shipments, by their totals"},
		},
		Lists:    "its issues, the shipments of an order, and the shops of its company",
		MemoryMB: 256, MemoryWhy: "80 bytes an order of the part of the window that it is at, and a page of documents",
		Uses: func(json.RawMessage) []jobqueue.Use {
			return slices.Concat(jobqueue.Reads(task.ShopCard, orders.Imported, "documents in Business Central"), jobqueue.Writes("issues of the proof"))
		},
		Stored:   []privacy.Kind{{Name: "accepted differences", At: []privacy.Shape{{PK: "SHOP#{shop}#PROOF", SK: "{kind}#{record}"}}, Kept: privacy.AsConnected}},
		Sections: shop.Sections{Section}, Kinds: []string{ofOrder, ofRefund, ofShipment}, Reasons: Reasons, French: French,
		Run: task.New(TaskName, t.Deps, t.Connect, t.run),
	}
}

// Settings are the settings of the shop card about the proof. Missing fields of an
// older card have working zero values.
type Settings struct {
	// ProveShipments has posted shipments compared with fulfilments.
	ProveShipments shop.OnByDefault `json:"proveShipments,omitempty"`
}

// Section is the card's section of them.
var Section = shop.SectionOf(
	"Proof", Settings{}, func(*shop.Checker, Settings) {},
	shop.Setting{Names: []string{"proveShipments"}, Does: "the proof of completeness asks whether what was shipped in Business Central is fulfilled in Shopify", New: "on", Theirs: "-"},
)

// goesBy is what a card says about the proof, in its own section and in those of orders
// and documents.
type goesBy struct {
	Rules

	codes   map[string]string // ISO code by the company's currency code, where they differ
	charges []string          // codes of items that stand in the place of accounts
}

func cardOf(card shop.Shop) (g goesBy, err error) {
	own, err := shop.Of[Settings](card)
	if err != nil {
		return g, err
	}
	os, err := shop.Of[orders.OrderSettings](card)
	if err != nil {
		return g, err
	}
	ds, err := shop.Of[documents.DocumentSettings](card)
	if err != nil {
		return g, err
	}
	g.Rules = Rules{Books: os.Books(), Tolerance: decimal.Max(ds.Tolerance, decimal.Zero), SalesTax: ds.TaxMode == documents.SalesTax, Fulfils: own.ProveShipments.On()}
	if g.Since = os.ImportFrom; g.Since.IsZero() {
		g.Since = card.ConnectedAt
	}
	g.charges = documents.Card{DocumentSettings: ds}.BookedItems()
	g.codes = map[string]string{}
	for _, c := range ds.Currencies {
		g.codes[bcapi.Code(c.To)] = strings.ToUpper(c.From)
	}
	return g, nil
}

// iso is the ISO code of a currency code of the company.
func (g goesBy) iso(code string) string {
	code = bcapi.Code(code)
	if iso, ok := g.codes[code]; ok {
		return iso
	}
	return code
}

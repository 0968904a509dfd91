package api_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"backroom/shared/api"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/record"
	"backroom/shared/shipments"
	"backroom/shared/table"
)

// cue is one of what the connector counts for a shop, and what stands for it here.
type cue struct {
	name         string // the connector's, or what ours is of
	count        func(api.Cues) int
	raise, solve func(t *testing.T, r *rig)
}

// aboutIssue is a cue that an issue of a kind and reason counts for.
func aboutIssue(name, kind string, reason issue.Reason, count func(api.Cues) int) cue {
	return cue{
		name, count, func(t *testing.T, r *rig) {
			t.Helper()
			i := issue.Issue{Shop: "acme", Kind: kind, Record: "9", Name: "x", Reason: reason, FirstSeen: r.Now(), LastSeen: r.Now()}
			op, err := r.host.Issues.Put(t.Context(), i)
			if err == nil {
				err = r.host.Table.Write(t.Context(), op)
			}
			if err != nil {
				t.Fatal(err)
			}
		}, func(t *testing.T, r *rig) {
			t.Helper()
			if err := r.host.Table.Write(t.Context(), issue.Clear("acme", kind, "9")); err != nil {
				t.Fatal(err)
			}
		},
	}
}

// aboutOrder is a cue that counts orders of a state.
func aboutOrder(name string, state orders.State) cue {
	put := func(s orders.State) func(t *testing.T, r *rig) {
		return func(t *testing.T, r *rig) {
			t.Helper()
			o := orders.Order{ID: "5009", Name: "#1009", CreatedAt: r.Now(), UpdatedAt: r.Now(), Currency: "EUR", PresentmentCurrency: "EUR", Confirmed: true}
			hash, err := o.Hash()
			if err != nil {
				t.Fatal(err)
			}
			had, err := r.host.Orders.Known(t.Context(), "acme", []string{o.ID})
			if err != nil {
				t.Fatal(err)
			}
			known := orders.Known{ID: o.ID}
			if len(had) > 0 {
				known = had[0]
			}
			st := orders.Staged{Known: known, State: s, Order: &o, UpdatedAt: o.UpdatedAt, Hash: hash, ReadAt: r.Now()}
			if err := r.host.Orders.Put(t.Context(), unguarded{r.host.Table}, jobqueue.Lease{}, "acme", []orders.Staged{st}, r.Now()); err != nil {
				t.Fatal(err)
			}
		}
	}
	return cue{name, func(c api.Cues) int { return c.Orders[string(state)] }, put(state), put(orders.Skipped)}
}

func ofReason(r string) func(api.Cues) int { return func(c api.Cues) int { return c.Issues[r] } }

func ofKind(k string) func(api.Cues) int { return func(c api.Cues) int { return c.Records[k] } }

// all is how many records have an issue.
func all(c api.Cues) (n int) {
	for _, k := range c.Records {
		n += k
	}
	return n
}

var openShipment = table.Key{PK: "SHOP#acme#SHIP", SK: "5009#S1"}

// counted are the connector's cues, and that of disputes.
var counted = []cue{
	aboutIssue("Unmapped Customers", "order", "customer-unmapped", ofReason("customer-unmapped")),
	aboutIssue("Unmapped Companies", "order", "company-unmapped", ofReason("company-unmapped")),
	aboutIssue("Unmapped Products", "order", "item-unmapped", ofReason("item-unmapped")),
	aboutOrder("Unprocessed Orders", orders.Ready),
	aboutOrder("Unprocessed Order Updates", orders.Conflict),
	{
		"Unprocessed Shipments", func(c api.Cues) int { return c.Shipments }, func(t *testing.T, r *rig) {
			t.Helper()
			s := record.Put(openShipment, 1, shipments.Record{State: shipments.Open}, table.Always)
			s.Item.Index2 = table.IndexKey{PK: "SHOP#acme#SHIP#OPEN", SK: "1"}
			if err := r.host.Table.Write(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}, func(t *testing.T, r *rig) {
			t.Helper()
			if err := r.host.Table.Write(t.Context(), table.Delete(openShipment, table.Always)); err != nil {
				t.Fatal(err)
			}
		},
	},
	aboutIssue("Shipment Errors", "shipment", "shipment-refused", ofKind("shipment")),
	{
		"Synchronization Errors", func(c api.Cues) int { return c.Jobs[string(jobqueue.InError)] }, func(t *testing.T, r *rig) {
			t.Helper()
			store := r.host.Jobs.Client.Store
			e, err := store.Entry(t.Context(), "acme", "sync-orders")
			if e.Status = jobqueue.InError; err == nil {
				err = store.SaveEntry(t.Context(), e)
			}
			if err != nil {
				t.Fatal(err)
			}
		}, func(t *testing.T, r *rig) {
			t.Helper()
			r.want(200, "POST", "/v1/shops/acme/jobs/sync-orders/actions", `{"action":"restart"}`)
		},
	},
	aboutIssue("Skipped Records", "product", "item-cannot-be-a-product", all),
	aboutIssue("API Errors", "order", issue.SystemFailure, ofReason(string(issue.SystemFailure))),
	aboutIssue("disputes", "dispute", "dispute-evidence-wanted", ofKind("dispute")),
}

// TestEachCueGoesDown: each is one more with what it counts, and as it was once that is
// solved.
func TestEachCueGoesDown(t *testing.T) {
	r := newRig(t)
	r.stage()
	for _, c := range counted {
		count := func() int {
			t.Helper()
			return c.count(into[api.Cues](t, r.want(200, "GET", "/v1/shops/acme/cues", "")))
		}
		was := count()
		c.raise(t, r)
		if got := count(); got != was+1 {
			t.Errorf("%s: %d, want one more than %d", c.name, got, was)
		}
		c.solve(t, r)
		if got := count(); got != was {
			t.Errorf("%s: %d when it is solved, %d before", c.name, got, was)
		}
	}
}

var cueRow = regexp.MustCompile(`(?m)^\| ([A-Z][A-Za-z ]+) \|`)

// TestCuesAreWhole: each of the connector's cues stands above.
func TestCuesAreWhole(t *testing.T) {
	dir := os.Getenv("BACKROOM_SHARED")
	if dir == "" {
		t.Skip("BACKROOM_SHARED is not set: it names the folder with the reference data")
	}
	b, err := os.ReadFile(filepath.Join(dir, "reference", "connector-behaviour.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(b), "\n## 6. ")
	section, _, ended := strings.Cut(after, "\n## 7. ")
	rows := cueRow.FindAllStringSubmatch(section, -1)
	if !found || !ended || len(rows) < 2 {
		t.Fatal("the reference has no table of cues")
	}
	for _, row := range rows[1:] { // the first is the head
		if !slices.ContainsFunc(counted, func(c cue) bool { return c.name == row[1] }) {
			t.Errorf("nothing stands for %q", row[1])
		}
	}
}

package system_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/documents"
	"backroom/shared/issue"
	"backroom/shared/orders"
	"backroom/shared/staging"
)

// requestID is how the simulator numbers its answers.
var requestID = regexp.MustCompile(`[0-9a-f]{8}-0000-4000-8000-[0-9a-f]{12}`)

// TestOneOrderThatCannotBeRead imports a shop in which one order spoils each
// answer that it is in, in one way after the other. All others get their
// documents at once; that one waits under an issue that names it, and gets its
// own when it can be read again.
func TestOneOrderThatCannotBeRead(t *testing.T) {
	const bad = 17
	for _, c := range []struct {
		name  string
		fault shopify.FieldFault
	}{
		{"all of its lines", shopify.FieldFault{Field: "lineItems"}},
		{"inside one of its lines", shopify.FieldFault{Field: "lineItems.nodes.title"}},
		{"the whole answer, each time", shopify.FieldFault{Field: "lineItems", Whole: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := worldOf(t, 0, data.Bulk(begin, 40), func(c *documents.Card) {
				worlds.Accounts(c)
				c.DefaultCustomerNo, c.OrderAttributesToShop = "WEB", false
			})
			sim := w.Shopify.Shop("")
			o := sim.Orders()[bad]
			c.fault.ID = fmt.Sprintf("gid://shopify/Order/%d", o.ID)
			if err := sim.FailField(c.fault); err != nil {
				t.Fatal(err)
			}
			store := &staging.Store{Table: w.table, Issues: &issue.Store{Table: w.table}, Now: w.Now}
			states := func() map[orders.State]int {
				vs, _, err := store.List(t.Context(), "sample", "", "", 0)
				if err != nil || len(vs) != 40 {
					t.Fatalf("%d orders, %v", len(vs), err)
				}
				n := map[orders.State]int{}
				for _, v := range vs {
					if n[v.State]++; v.State != orders.Unread {
						continue
					}
					if v.ID != fmt.Sprint(o.ID) || v.Issue == nil || !strings.Contains(v.Issue.Text, o.Name) && !strings.Contains(v.Issue.Text, v.ID) {
						t.Errorf("order %s is unread, issue %+v", v.Name, v.Issue)
					} else if !requestID.MatchString(v.Issue.Detail) {
						t.Errorf("the issue names no request: %s", v.Issue.Detail)
					}
				}
				return n
			}
			w.live(12*time.Minute, 12*time.Minute)
			if n := states(); n[orders.Processed] != 39 || n[orders.Unread] != 1 {
				t.Fatalf("while it cannot be read: %v", n)
			}
			asked := sim.Meter().Requests
			w.live(8*time.Hour, 8*time.Hour)
			if n := states(); n[orders.Unread] != 1 {
				t.Errorf("hours later: %v", n)
			}
			if n := sim.Meter().Requests - asked; n > 500 {
				t.Errorf("%d requests in 8 hours for one order", n)
			}
			sim.ClearFields()
			w.live(8*time.Hour, 8*time.Hour)
			if n := states(); n[orders.Processed] != 40 {
				t.Errorf("when it can be read again: %v", n)
			}
			if got := len(w.BC.Companies()[0].SalesOrders()); got != 40 {
				t.Errorf("%d documents of 40 orders", got)
			}
		})
	}
}

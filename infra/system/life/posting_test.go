package life_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	"backroom/infra/system/world"
	"backroom/shared/posting"
)

// sent has every fourth order shipped by the shop itself, before it is imported.
func sent(all []*data.Order) {
	next := int64(970_000)
	for i, o := range all {
		if i%4 != 0 {
			continue
		}
		for _, f := range o.FulfillmentOrders {
			var parts []data.Part
			for _, l := range f.Lines {
				parts = append(parts, data.Part{From: f, Line: l, Units: l.Remaining})
			}
			o.Ship(o.CreatedAt, parts, func() int64 { next++; return next })
		}
	}
}

// serve has items in the place of accounts, and the goods of every third order be
// components of a bundle that its document names.
func serve(s *world.Setup) {
	for _, of := range []struct {
		number  string
		setting *string
	}{{"SVC-SHIP", &s.Card.ShippingChargesAccount}, {"SVC-ROUND", &s.Card.RoundingAccount}, {"SVC-BACK", &s.CreditMemos.RefundAccount}, {"SVC-SCRAP", &s.CreditMemos.NonRestockAccount}} {
		*of.setting = "item:" + of.number
		s.Company.Items = append(s.Company.Items, businesscentral.Item{Number: of.number, DisplayName: "Service", Type: "Service", UnitPrice: decimal.NewFromInt(9), VATProdGroup: "VAT25"})
	}
	s.Card.CommentLines = []string{"bundles"}
	for i, o := range s.Shop.Orders {
		for _, l := range o.Lines {
			if i%3 == 0 {
				l.Group = &data.Group{ID: o.ID, Title: "Kit", Quantity: 1}
			}
		}
	}
}

// postAll starts the tasks that post all there is.
func (h *histories) postAll() {
	h.tb.Helper()
	start(h.tb, h.World, posting.OrdersTask)
	start(h.tb, h.World, posting.InvoicesTask)
}

// closes are the orders that a request archives.
func (h *histories) closes(r *http.Request) (ls []*life) {
	if r.Body == nil || !strings.HasSuffix(r.URL.Path, "/graphql.json") {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		h.tb.Error(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if !bytes.Contains(body, []byte("orderClose")) {
		return nil
	}
	for _, l := range h.lives {
		if bytes.Contains(body, fmt.Appendf(nil, "/Order/%d\"", l.id)) {
			ls = append(ls, l)
		}
	}
	return ls
}

// finished: all of an order is shipped and paid, and nothing comes back.
func finished(o *data.Order) bool {
	back := slices.ContainsFunc(o.Returns, func(r *data.Return) bool { return r.Status == "OPEN" || r.Status == "REQUESTED" })
	return o.FulfillmentStatus == "FULFILLED" && !back && o.CancelledAt.IsZero() && !o.Totals().Outstanding.Shop.IsPositive()
}

// filed is what is wrong with how often an order was archived.
func (h *histories) filed(l *life, a *amounts) (wrong []string) {
	switch {
	case l.archived > 1:
		wrong = append(wrong, fmt.Sprintf("archived %d times", l.archived))
	case l.archived > 0 && !h.card.ArchiveProcessedOrders:
		wrong = append(wrong, "archived, and nobody wants that")
	case l.archived == 0 && h.card.ArchiveProcessedOrders && finished(h.order(l)) && (!h.card.ArchiveOnlyPosted || !a.open):
		wrong = append(wrong, "finished, and never archived")
	case l.archived > 0:
		h.count["archived"]++
	}
	return wrong
}

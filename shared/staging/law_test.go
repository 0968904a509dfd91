package staging_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"backroom/shared/documents"
	"backroom/shared/faulty"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/orders/orderstest"
	"backroom/shared/staging"
)

// printOf stands for the fingerprint of a try; that of what is sent never changes here.
func printOf(p documents.Pending) string { return fmt.Sprint("print ", p.Accepted) }

// stuck reports whether process-orders will not try the order.
func stuck(p documents.Pending) bool { return p.Tried == printOf(p) }

// settleAll does for each order that waits what process-orders would do, or
// refuses it. It answers whether all went well.
func (r *rig) settleAll(p *rapid.T) bool {
	ps, _, err := r.Stage.Pending(r.T.Context(), "acme", "", 0)
	if err != nil {
		return false
	}
	for _, pe := range ps {
		if stuck(pe) {
			continue // as process-orders does with a try that has been refused
		}
		o := documents.Outcome{Pending: pe}
		switch rapid.SampledFrom([]string{"link", "send", "refuse", "skip", "hold", "leave"}).Draw(p, "outcome") {
		case "link":
			o.Link = &documents.Link{Type: "Order", ID: "guid" + pe.ID, Number: "SO" + pe.ID, Total: orderstest.Amount("10").Shop}
		case "send":
			o.SentAt = r.Now()
		case "refuse":
			i, total := documents.Explained.New(documents.TotalDiffers, "10 and 11"), orderstest.Amount("11").Shop
			i.Kind, i.Record, i.Name, i.Shop = "order", pe.ID, pe.Name, pe.Shop
			o.Issue, o.Differs, o.Tried, o.NotBefore = &i, &total, printOf(pe), r.Now().AddDate(10, 0, 0)
		case "skip":
			i := documents.Explained.New(documents.Unconfirmed, pe.Name)
			i.Kind, i.Record, i.Name, i.Shop = "order", pe.ID, pe.Name, pe.Shop
			o.Issue = &i
		case "hold":
			if !pe.SentAt.IsZero() {
				continue // it may have its document
			}
			o.Held = &orders.Hold{Why: "a gate", Until: r.Now().Add(time.Minute)}
		default:
			continue
		}
		if _, err := r.Stage.Save(r.T.Context(), r.Jobs, r.Lease, []documents.Outcome{o}); err != nil {
			return false
		}
	}
	return true
}

// TestNothingIsForgotten: whatever is filtered, unreadable, refused, decided,
// linked or lost in a crash, and however the lists trail: once all can be read
// and no filter is set, every copy is Shopify's, no order is kept out or set
// aside, what waits is either tried or says why not, and each issue is that of
// an order that has one.
func TestNothingIsForgotten(t *testing.T) {
	rapid.Check(t, func(p *rapid.T) {
		const most = 3 // few, so that much happens to each
		r := newRig(t, rapid.SampledFrom([]time.Duration{0, 20 * time.Second, 5 * time.Minute}).Draw(p, "lag"), 0)
		r.Source.Page = rapid.IntRange(1, 6).Draw(p, "page")
		id := func() string { return strconv.Itoa(5000 + rapid.IntRange(0, most-1).Draw(p, "order")) }
		filters := []string{`{}`, `{"fullyPaid":true}`, `{"tags":["gift"]}`}
		filter := filters[0]
		for range rapid.IntRange(3, 40).Draw(p, "steps") {
			r.At = r.At.Add(time.Duration(rapid.SampledFrom([]int{1, 20, 400}).Draw(p, "seconds")) * time.Second)
			switch rapid.IntRange(0, 9).Draw(p, "event") {
			case 0, 1, 2:
				i := rapid.IntRange(0, most-1).Draw(p, "order")
				r.Touch(i, 0)
				r.Change(i, func(o *orders.Order) {
					o.FullyPaid = rapid.Bool().Draw(p, "paid")
					o.Tags = rapid.SampledFrom([][]string{nil, {"gift"}}).Draw(p, "tags")
					o.CurrentTotal = orderstest.Amount(rapid.SampledFrom([]string{"10", "12"}).Draw(p, "total"))
					o.ShippingTotal = orderstest.Amount(rapid.SampledFrom([]string{"0", "0", "4.90"}).Draw(p, "shipping"))
				})
			case 3:
				r.Source.Broken[id()] = true
			case 4:
				clear(r.Source.Broken)
			case 5:
				filter = rapid.SampledFrom(filters).Draw(p, "filter")
			case 6:
				r.settleAll(p)
			case 7:
				w := staging.Wish{Decision: rapid.SampledFrom([]staging.Decision{staging.Accept, staging.Retry, staging.Unlink, staging.Done, staging.Dismiss, staging.Reopen, staging.Hold, staging.Release}).Draw(p, "decision")}
				order := id()
				if w.Decision == staging.Done {
					w.Document = &orders.HandMade{Type: "Order", ID: "hand" + order, Number: "H" + order}
				}
				if _, err := r.Stage.DecideBy(t.Context(), "acme", order, w); err != nil && !errors.Is(err, staging.ErrNotNow) && !errors.Is(err, staging.ErrNotFound) {
					p.Fatal(err)
				}
			default:
				if n := rapid.IntRange(0, 5).Draw(p, "fails"); n > 0 {
					r.Injector.Arm(n, rapid.SampledFrom([]faulty.Mode{faulty.Before, faulty.After}).Draw(p, "mode"), true)
				}
				q := jobqueue.Request{Parameters: []byte(filter)}
				for done := false; !done; {
					q.MaxPages = rapid.IntRange(1, 3).Draw(p, "pages")
					res, err := r.Slice(q)
					done, q.Checkpoint = res.Done || err != nil, res.Checkpoint
				}
				r.Injector.Revive()
				r.Open()
			}
		}
		// All is well again. The second run is for what could not be read so often
		// that it is tried only every six hours, the third for what the lists showed
		// late. The daily sweep is still to come.
		clear(r.Source.Broken)
		for _, wait := range []time.Duration{15 * time.Minute, 6 * time.Hour, 15 * time.Minute} {
			r.At = r.At.Add(wait)
			r.Run(`{}`)
		}
		r.At = r.At.Add(time.Hour)
		if lost := r.Behind(); len(lost) > 0 {
			p.Fatalf("%d copies are not Shopify's, one is of %s", len(lost), lost[0].Name)
		}
		vs, _, err := r.Stage.List(t.Context(), "acme", "", "", 0)
		if err != nil || len(vs) != len(r.Source.Sold) {
			p.Fatalf("%d of %d orders, %v", len(vs), len(r.Source.Sold), err)
		}
		is, err := r.Stage.Issues.List(t.Context(), "acme")
		if err != nil {
			p.Fatal(err)
		}
		ps, _, err := r.Stage.Pending(t.Context(), "acme", "", 0)
		if err != nil {
			p.Fatal(err)
		}
		for _, v := range vs {
			has := slices.ContainsFunc(is, func(i issue.Issue) bool { return i.Record == v.ID })
			at := slices.IndexFunc(ps, func(x documents.Pending) bool { return x.ID == v.ID })
			switch v.State {
			case orders.Filtered, orders.Unread:
				p.Fatalf("order %s is still %s", v.Name, v.State)
			case orders.Ready:
				if at < 0 || stuck(ps[at]) || v.Document != nil {
					p.Fatalf("order %s is ready, and not going to be tried: %+v", v.Name, ps)
				}
			case orders.Creating:
				if at < 0 || ps[at].SentAt.IsZero() {
					p.Fatalf("order %s is being created, and nobody will look: %+v", v.Name, ps)
				}
			case orders.Attention, orders.Conflict:
				if v.Issue == nil || v.Issue.Reason == orders.OrderUnreadable {
					p.Fatalf("order %s is %s with %+v", v.Name, v.State, v.Issue)
				}
			case orders.Processed:
				if v.Document == nil || has {
					p.Fatalf("order %s is processed with document %+v and an issue: %v", v.Name, v.Document, has)
				}
			case orders.Held:
				if v.Reason == "" || has || at >= 0 {
					p.Fatalf("order %s is held for %q, has an issue: %v, and is tried: %v", v.Name, v.Reason, has, at >= 0)
				}
			case orders.Skipped:
				if v.Reason == "" || has {
					p.Fatalf("order %s is skipped for %q and has an issue: %v", v.Name, v.Reason, has)
				}
			case orders.Done, orders.Dismissed:
				if v.Closed == nil || v.Closed.State != v.State || (v.Closed.Document != nil) != (v.State == orders.Done) || v.Document != nil || at >= 0 || has {
					p.Fatalf("order %s is %s: %+v, waits at %d, has an issue: %v", v.Name, v.State, v, at, has)
				}
			}
		}
	})
}

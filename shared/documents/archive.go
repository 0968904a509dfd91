package documents

import (
	"context"
	"slices"
	"strings"
	"time"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/outbound"
	"backroom/shared/shopifyapi"
)

const (
	// archiveSize is how many orders one request archives.
	archiveSize = 50
	// An order that somebody has to look at first, that is not posted yet, or of which a
	// refund has no credit memo yet, is looked at again after these; so is one that
	// Shopify did not archive.
	unfitAgain      = 6 * time.Hour
	unpostedAgain   = time.Hour
	unbookedAgain   = time.Hour
	unarchivedAgain = 24 * time.Hour
)

// Archiving is an order on its way into Shopify's archive.
type Archiving struct {
	Shop, ID, Name string
	Version        int64 // of what is stored; SaveArchiving writes only if it is unchanged
	// Fit: it has its document, nobody has to look at it, and it was finished when it was
	// read last. Done: it was archived before, or found open again.
	Fit, Done bool
	// Waits: not Fit, but it may become so without a change in Shopify.
	Waits  bool
	Refund bool         // for the credit memo of a refund
	Order  orders.Order // with Fit
	Link   Link         // with Fit
	// SentAt is of the request whose outcome is not known; zero: none. SentThere is the
	// same by the other side's clock.
	SentAt, SentThere time.Time
	Log               outbound.Log

	// What is stored: with Done it is never archived again. Next is when it is looked at
	// again; zero: when the order changes. Issue is why Shopify has not archived it.
	Next  time.Time
	Issue *issue.Issue
	// Before and UpdatedAt are the order's update times around our own request. Without
	// UpdatedAt it is not known whether anything was changed.
	Before, UpdatedAt time.Time
}

// Archives is where orders wait to be archived.
type Archives interface {
	// Archivings lists orders whose time has come, at most limit.
	Archivings(ctx context.Context, shop string, limit int) ([]Archiving, error)
	// SaveArchiving stores what became of them under the lease, at most 45, and answers
	// them as they are stored; one that somebody has changed meanwhile is left out.
	SaveArchiving(ctx context.Context, g jobqueue.Guard, l jobqueue.Lease, as []Archiving) ([]Archiving, error)
}

// OpenOrder is an order as Shopify shows it before it is archived.
type OpenOrder struct {
	ID        string
	Missing   bool // it is not there, or not ours to see
	Closed    bool
	Finished  bool // all of it is shipped and paid, nothing comes back, and it is not cancelled
	Edited    bool
	UpdatedAt time.Time
}

// Archiver archives orders in Shopify. Errors carry a fault.Kind.
type Archiver interface {
	// OpenOrders reads orders from the database, at most 50, in the order of the ids.
	OpenOrders(ctx context.Context, ids []string) ([]OpenOrder, error)
	// Archive closes orders, at most 50, by one request; one that is closed stays so. The
	// answers are in the order of the ids, with the update times after it.
	Archive(ctx context.Context, ids []string) ([]outbound.Created[time.Time], error)
}

// archives reports whether w's order is to be archived as soon as it has its document.
func (s *slice) archives(w work) bool {
	return s.card.ArchiveProcessedOrders && w.order.Finished()
}

// archive archives the orders whose time has come. It reports false when the slice's
// time is over before all are.
func (s *slice) archive(ctx context.Context) (done bool, err error) {
	if s.Archives == nil || s.Archiver == nil || s.Request.DryRun || !s.card.ArchiveProcessedOrders {
		return true, nil
	}
	seen := map[string]bool{} // a list may trail what was stored
	for {
		if s.Over(s.Timeout) {
			return false, nil
		}
		as, err := s.Archives.Archivings(ctx, s.Request.Shop, min(archiveSize, transaction))
		if err != nil {
			return false, err
		}
		as = slices.DeleteFunc(as, func(a Archiving) bool { return seen[a.ID] })
		if len(as) == 0 {
			return true, nil
		}
		for _, a := range as {
			seen[a.ID] = true
		}
		s.Step()
		if err := s.archivePage(ctx, as); err != nil {
			return false, err
		}
	}
}

func (s *slice) archivePage(ctx context.Context, as []Archiving) error {
	var fit, rest []Archiving
	for _, a := range as {
		if a.Fit && !a.Done {
			fit = append(fit, a)
		} else {
			switch {
			case a.Waits && a.Refund:
				a.Next = s.Now().Add(unbookedAgain)
			case a.Waits:
				a.Next = s.Now().Add(unfitAgain)
			}
			rest = append(rest, a) // else it waits for its order to change
		}
	}
	if len(rest) > 0 {
		if _, err := s.Archives.SaveArchiving(ctx, s.Guard, s.Request.Lease, rest); err != nil {
			return err
		}
	}
	fit, err := s.onlyPosted(ctx, fit)
	if err != nil || len(fit) == 0 {
		return err
	}
	to, err := s.Archiver(s.Card)
	if err != nil {
		return err
	}
	return s.close(ctx, to, fit)
}

// onlyPosted are those of as whose document is posted, where the card wants that. The
// others are looked at again later.
func (s *slice) onlyPosted(ctx context.Context, as []Archiving) ([]Archiving, error) {
	if !s.card.ArchiveOnlyPosted || len(as) == 0 {
		return as, nil
	}
	var numbers []string
	for _, a := range as {
		numbers = append(numbers, ExternalNumber(a.Order), EarlierExternalNumber(a.Order))
	}
	os, is, err := s.target.Documents.FindDocuments(ctx, numbers)
	if err != nil {
		return nil, err
	}
	open, posted := map[string]bool{}, map[string]bool{}
	for _, o := range os {
		open[orderOf(o.Header.ExternalNumber)] = true
	}
	for _, i := range is {
		if id := orderOf(i.ExternalNumber); i.posted(as) {
			posted[id] = true
		} else {
			open[id] = true
		}
	}
	var out, wait []Archiving
	for _, a := range as {
		if posted[a.ID] && !open[a.ID] {
			out = append(out, a)
			continue
		}
		a.Next = s.Now().Add(unpostedAgain)
		wait = append(wait, a)
	}
	if len(wait) > 0 {
		_, err = s.Archives.SaveArchiving(ctx, s.Guard, s.Request.Lease, wait)
	}
	return out, err
}

// posted reports whether an invoice of one of as is certainly posted: it is of a sales
// order, or what was a draft of ours has another number now.
func (i Invoice) posted(as []Archiving) bool {
	if i.OrderNumber != "" {
		return true
	}
	n := slices.IndexFunc(as, func(a Archiving) bool { return a.Link.ID == i.ID })
	return !i.Draft && n >= 0 && !strings.EqualFold(as[n].Link.Number, i.Number)
}

// close archives those of as that Shopify shows open, and as they were when they were
// found finished.
func (s *slice) close(ctx context.Context, to Archiver, as []Archiving) error {
	there, err := outbound.There(ctx, nil, s.Now())
	if err != nil {
		return err
	}
	ids := make([]string, len(as))
	for i, a := range as {
		ids[i] = a.ID
	}
	seen, err := to.OpenOrders(ctx, ids)
	if err != nil {
		return err
	}
	var send, settled []Archiving
	for i, a := range as {
		if a.standsOpen(seen[i], there) {
			send = append(send, a)
		} else {
			settled = append(settled, a)
		}
	}
	if len(settled) > 0 {
		if _, err := s.Archives.SaveArchiving(ctx, s.Guard, s.Request.Lease, settled); err != nil {
			return err
		}
	}
	if len(send) == 0 {
		return nil
	}
	return outbound.Actions[Archiving, time.Time]{Hold: s.Hold(), Records: &archival{slice: s, to: to}}.Act(ctx, send)
}

// standsOpen reports whether a is to be archived, seen how the order is at now; else a is
// then as it is to be stored. An order that is open although a request of ours was
// sent, and that was changed since, may have been opened by a person: it is left.
func (a *Archiving) standsOpen(is OpenOrder, now time.Time) bool {
	shown := outbound.Undone
	if is.Closed {
		shown = outbound.Done
	}
	sent := outbound.Sent(!a.SentAt.IsZero(), a.SentThere, now)
	before := a.Before
	a.Before = time.Time{}
	switch {
	case is.Missing:
		a.Done = true
	case outbound.Due(sent, shown, now) == outbound.Finish:
		a.Log = a.Log.With(outbound.Event{At: now, Did: outbound.DidFind, Says: "archived"})
		a.Done, a.SentAt, a.SentThere = true, time.Time{}, time.Time{}
	case outbound.Due(sent, shown, now) == outbound.Await:
		a.Next, a.Before = now.Add(outbound.Settle), before
	case !sent.IsZero() && is.UpdatedAt.After(before):
		a.Log = a.Log.With(outbound.Event{At: now, Did: outbound.DidFind, Says: "open, and changed since"})
		a.Done, a.SentAt, a.SentThere = true, time.Time{}, time.Time{}
	case !is.Finished || is.Edited && !a.Order.Edited:
		a.SentAt, a.SentThere = time.Time{}, time.Time{} // it has changed: the import reads it, and says what it is
	default:
		a.Before = is.UpdatedAt
		return true
	}
	return false
}

// archival is one batch of orders that are archived.
type archival struct {
	*slice
	to Archiver
}

// Intend implements outbound.Records, as do the three below.
func (r *archival) Intend(ctx context.Context, as []Archiving, i outbound.Intent) ([]Archiving, error) {
	for n := range as {
		as[n].SentAt, as[n].SentThere, as[n].Next = i.At, i.There, i.At.Add(outbound.Settle)
		as[n].Log = as[n].Log.With(i.Event())
	}
	return r.Archives.SaveArchiving(ctx, r.Guard, r.Request.Lease, as)
}

func (r *archival) Send(ctx context.Context, as []Archiving) ([]outbound.Created[time.Time], error) {
	ids := make([]string, len(as))
	for i, a := range as {
		ids[i] = a.ID
	}
	return r.to.Archive(ctx, ids)
}

func (r *archival) Withdraw(ctx context.Context, as []Archiving) error {
	for i := range as {
		as[i].SentAt, as[i].SentThere, as[i].Next = time.Time{}, time.Time{}, r.Now()
		as[i].Log = as[i].Log.With(outbound.Event{At: r.Now(), Did: outbound.DidWithdraw})
	}
	_, err := r.Archives.SaveArchiving(ctx, r.Guard, r.Request.Lease, as)
	return err
}

func (r *archival) Answered(ctx context.Context, as []outbound.Answer[Archiving, time.Time]) error {
	out := make([]Archiving, len(as))
	for n, a := range as {
		w := a.Item
		w.Log = w.Log.With(a.Log...)
		switch {
		case a.Verdict == outbound.Lost: // the intent stays, and a look tells
		case a.Verdict == outbound.Made:
			w.Done, w.UpdatedAt, w.Next = true, a.Entity, time.Time{}
			w.SentAt, w.SentThere = time.Time{}, time.Time{}
		case a.Verdict == outbound.Unsent && !shopifyapi.Denied(a.Err):
			w.SentAt, w.SentThere, w.Next = time.Time{}, time.Time{}, r.Now()
		default:
			w.SentAt, w.SentThere, w.Next = time.Time{}, time.Time{}, r.Now().Add(unarchivedAgain)
			w.Issue = r.unarchived(w, a.Err)
		}
		out[n] = w
	}
	_, err := r.Archives.SaveArchiving(ctx, r.Guard, r.Request.Lease, out)
	return err
}

// unarchived is the issue of an order that Shopify has not archived. Its document is in order.
func (r *archival) unarchived(a Archiving, err error) *issue.Issue {
	reason := ArchiveRefused
	if fault.KindOf(err) == fault.Blocked {
		reason = ArchiveDenied
	}
	r.Counts.Failed++
	i := r.newIssue(Pending{Shop: a.Shop, ID: a.ID, Name: a.Name}, reason, a.Name)
	i.Detail = strings.TrimSpace(merchant(err) + "\n" + err.Error())
	return &i
}

package shipments

import (
	"context"
	"slices"
	"strings"
	"time"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/outbound"
	"backroom/shared/table"
)

// work is a shipment that is worked on.
type work struct {
	shipment Shipment
	record   Record
	document Document
	order    Order // as it was read last
	plan     plan
	detail   string // of what went wrong, for an operator
	rounds   int
	stopped  bool // nothing more is sent of it in this run
	open     bool // something is left, without a problem
	stored   bool // what has become of it is stored
}

// minID is how many digits an order's id has at least: fewer are somebody else's
// number. So many as sureID are nothing else.
const minID, sureID = 8, 12

// names reports whether an external document number whose id no order has can be that of
// an order: a date behind a word, such as PO-20261123, is not. Each order's name has its
// number.
func names(external, id string) bool {
	return len(id) >= sureID || strings.ContainsAny(strings.TrimSuffix(strings.TrimSpace(external), id), "0123456789")
}

// orderOf is the id of the order that an external document number names, "" if it
// names none.
func orderOf(external string) string {
	i := strings.LastIndexByte(external, '-')
	id := strings.TrimSpace(external[i+1:])
	if i < 1 || len(id) < minID || strings.Trim(id, "0123456789") != "" {
		return ""
	}
	return id
}

// handle brings shipments to Shopify, however many: all of a page may have been posted
// in one moment. again looks at those too that have not changed since they were done.
func (s *slice) handle(ctx context.Context, ss []Shipment, again bool) error {
	for part := range slices.Chunk(ss, MaxSendings) {
		if err := s.some(ctx, part, again); err != nil {
			return err
		}
	}
	return nil
}

// some brings shipments to Shopify, as many as one request takes.
func (s *slice) some(ctx context.Context, ss []Shipment, again bool) error {
	var works []*work
	for _, sh := range ss {
		s.Counts.Read++
		id := orderOf(sh.External)
		if id == "" {
			continue
		}
		w, err := s.begun(ctx, sh, id, again)
		if err != nil {
			return err
		}
		if w != nil {
			works = append(works, w)
		}
	}
	if len(works) == 0 {
		return nil
	}
	complete := make([]Shipment, len(works))
	for i, w := range works {
		complete[i] = w.shipment
	}
	tells, err := s.Source.Complete(ctx, complete)
	if err != nil {
		return err
	}
	s.told = tells
	for i, w := range works {
		w.shipment = complete[i]
		for _, l := range w.shipment.Lines {
			if p, ok := ParcelOf(l); ok {
				w.shipment.add(p)
			}
		}
		w.record.Texts = w.shipment.byTexts()
	}
	slices.SortStableFunc(works, func(a, b *work) int { return a.record.compare(b.record) })
	return s.rounds(ctx, works)
}

// begun is a shipment with what is known of it, nil if nothing is to be done: it has
// not changed, or it is another shop's.
func (s *slice) begun(ctx context.Context, sh Shipment, order string, again bool) (*work, error) {
	r, err := s.Store.Get(ctx, s.Request.Shop, order, sh.Number)
	if err != nil {
		return nil, err
	}
	if !again && r.Version > 0 && r.Stamp.Equal(sh.ModifiedAt) {
		return nil, nil
	}
	w := &work{shipment: sh, record: r}
	var known bool
	if w.document, known, err = s.Orders.Document(ctx, s.Request.Shop, order); err != nil {
		return nil, err
	}
	if !known && s.Elsewhere != nil {
		foreign, err := s.Elsewhere(ctx, s.Card, order)
		if err != nil {
			return nil, err
		}
		if foreign {
			var said *issue.Issue
			if r.Trouble != "" { // the other shop had not imported it yet
				said = &issue.Issue{}
			}
			r.settle()
			r.State, r.Stamp = Foreign, sh.ModifiedAt
			return nil, s.put(ctx, &r, said)
		}
	}
	if !known && r.Version == 0 && !names(sh.External, order) {
		return nil, nil
	}
	w.record.Name, w.record.Posted, w.record.Stamp = w.document.Order, sh.Posted, sh.ModifiedAt
	if w.record.State == "" {
		w.record.State = Open
	}
	switch {
	case !known:
		w.plan.Problems = []Problem{{OrderNotImported, "Shipment " + sh.Number}}
	case !w.document.Made:
		w.plan.Problems = []Problem{{OrderUnlinked, "Shipment " + sh.Number}}
	}
	return w, nil
}

// rounds makes one change after the other. In a round each order has one shipment's
// turn, and is read anew before the next.
func (s *slice) rounds(ctx context.Context, works []*work) error {
	for len(works) > 0 {
		var now, next, later, busy []*work
		seen := map[string]bool{}
		for _, w := range works {
			if seen[w.record.Order] {
				later = append(later, w)
				continue
			}
			seen[w.record.Order] = true
			now = append(now, w)
		}
		if err := s.look(ctx, now); err != nil {
			return err
		}
		for _, w := range now {
			if w.rounds++; !s.Request.DryRun && !w.stopped && (w.plan.Step != nil || w.plan.More) {
				busy = append(busy, w)
			}
		}
		if err := s.act(ctx, busy); err != nil {
			return err
		}
		for _, w := range now {
			switch {
			case w.stored:
			case slices.Contains(busy, w) && w.plan.More && !w.stopped && w.rounds < maxRounds:
				next = append(next, w)
			default:
				if err := s.finish(ctx, w); err != nil {
					return err
				}
			}
		}
		works = append(next, later...)
	}
	return nil
}

// look reads the orders of works, and decides about each.
func (s *slice) look(ctx context.Context, works []*work) error {
	var ids []string
	for _, w := range works {
		if !slices.Contains(ids, w.record.Order) {
			ids = append(ids, w.record.Order)
		}
	}
	read, err := s.Target.Orders(ctx, ids)
	if err != nil {
		return err
	}
	there, err := outbound.There(ctx, s.Clock, s.Now())
	if err != nil {
		return err
	}
	for _, w := range works {
		i := slices.IndexFunc(read.Orders, func(o Order) bool { return o.ID == w.record.Order })
		unread := read.Unread[w.record.Order]
		thing := "Shipment " + w.shipment.Number
		switch {
		case unread != nil:
			w.stop(Problem{OrderUnreadable, thing})
			w.detail = unread.Error()
		case i < 0:
			w.stop(Problem{OrderGone, thing})
		case !w.document.Made: // said already
			w.stopped = true
		default:
			w.order = read.Orders[i]
			if err := s.decide(ctx, w, there); err != nil {
				return err
			}
		}
	}
	return nil
}

// stop says why nothing is sent of a shipment in this run.
func (w *work) stop(ps ...Problem) { w.plan, w.stopped = plan{Problems: ps}, true }

// decide settles what was sent before, and plans what comes next.
func (s *slice) decide(ctx context.Context, w *work, there time.Time) error {
	others, err := s.Store.Of(ctx, s.Request.Shop, w.record.Order)
	if err != nil {
		return err
	}
	claimed := map[string]map[string]int{}
	for _, o := range others {
		if o.Number == w.record.Number {
			continue
		}
		if o.Pending != nil { // what it has made cannot be told from what this one has
			w.stop(Problem{Unsettled, "shipment " + o.Number})
			return nil
		}
		o.claims(claimed)
	}
	if p := w.record.Pending; p != nil {
		shown, part := p.shown(w.order, claimed)
		switch outbound.Due(outbound.Sent(true, p.There, there), shown, there) {
		case outbound.Finish:
			w.record.apply(p.Do, part)
			w.record.Log = w.record.Log.With(outbound.Event{At: s.Now(), Did: outbound.DidFind, Says: part.Name})
		case outbound.Act:
			w.record.Pending = nil
		case outbound.Await:
			w.stop(Problem{Unsettled, "shipment " + w.record.Number})
			return nil
		}
	}
	notes, sh := Notes{}, w.shipment
	sh.Parcels = own(sh.Parcels, w.record, others)
	w.plan = decide(facts{
		Record: w.record, Shipment: sh, Document: w.document, Order: w.order, Claimed: claimed,
		Carriers: s.card.ShippingAgents, Locations: s.card.locations, Notify: s.notify(w.shipment),
	}, &notes)
	w.record.Pickup = w.plan.Pickup
	for _, part := range w.plan.Found {
		w.record.found(part)
	}
	s.noted(notes)
	return nil
}

// noted adds what one plan says of parcels.
func (s *slice) noted(n Notes) {
	all := &s.Checkpoint.Notes
	all.None += n.None
	for _, list := range []struct {
		all  *[]string
		more []string
	}{{&all.Left, n.Left}, {&all.Address, n.Address}, {&all.Late, n.Late}, {&all.Bare, n.Bare}, {&all.Apart, n.Apart}} {
		for _, l := range list.more {
			if !slices.Contains(*list.all, l) && len(*list.all) < table.MaxTransactionOps {
				*list.all = append(*list.all, l)
			}
		}
	}
}

// notify reports whether Shopify writes to the buyer about a shipment. One that was
// posted long ago is no news.
func (s *slice) notify(sh Shipment) bool {
	if !s.card.SendShippingConfirmation.On() {
		return false
	}
	posted, err := time.ParseInLocation("2006-01-02", sh.Posted, s.Card.Location())
	return err != nil || s.Now().Sub(posted) <= mailFor
}

// claims adds what r holds of fulfilments, and has waiting for a pickup.
func (r Record) claims(to map[string]map[string]int) {
	for id, units := range r.Pickup {
		if to[id] == nil {
			to[id] = map[string]int{}
		}
		for item, n := range units {
			to[id][item] += n
		}
	}
	for _, p := range r.Parts {
		if p.Cancelled {
			continue
		}
		if to[p.ID] == nil {
			to[p.ID] = map[string]int{}
		}
		for item, n := range p.Units {
			to[p.ID][item] += n
		}
	}
}

// finish stores what has become of a shipment, with its issue.
func (s *slice) finish(ctx context.Context, w *work) error {
	if s.row(w); s.Request.DryRun {
		return nil
	}
	r := &w.record
	if len(w.plan.Problems) == 0 && !w.plan.More && !w.open && r.Pending == nil {
		return s.settled(ctx, w)
	}
	trouble := issue.Reason("")
	if len(w.plan.Problems) > 0 {
		trouble = w.plan.Problems[0].Reason
		s.count(trouble)
	}
	r.State, r.Trouble, r.Tries = Open, string(trouble), r.Tries+1
	r.NotBefore = s.Now().Add(retry(*r))
	i := issueOf(*r, w.plan.Problems, w.detail)
	return s.put(ctx, r, &i)
}

// count counts a shipment that has trouble. One whose outcome is not known yet has
// failed in nothing.
func (s *slice) count(trouble issue.Reason) {
	if trouble == Unsettled {
		s.Counts.Skipped++
		return
	}
	if s.Counts.Failed++; Reasons[trouble].Side == fault.System {
		s.Counts.SystemFailed++
	}
}

// retry is how long a shipment waits for its next turn.
func retry(r Record) time.Duration {
	most := 30 * time.Minute
	if r.Trouble == "" || r.Trouble == string(Unsettled) {
		return time.Minute
	}
	if r.Trouble == string(Refused) {
		most = 6 * time.Hour
	}
	return min(time.Minute<<min(r.Tries, 10), most)
}

// settled stores that Shopify has a shipment as it was posted.
func (s *slice) settled(ctx context.Context, w *work) error {
	r := &w.record
	if r.Version == 0 && len(r.Parts) == 0 {
		s.Counts.Skipped++ // nothing of it is for Shopify
	} else {
		s.Counts.Unchanged++
	}
	had := r.Trouble != ""
	r.settle()
	if had {
		i := issueOf(*r, nil, "")
		return s.put(ctx, r, &i)
	}
	return s.put(ctx, r, nil)
}

// put stores a record under the lease, with its issue; nil leaves the issue as it is.
func (s *slice) put(ctx context.Context, r *Record, i *issue.Issue) error {
	if s.Request.DryRun {
		return nil
	}
	op, err := r.op()
	if err != nil {
		return err
	}
	ops := []table.Op{op}
	if i != nil {
		more, err := s.issueOp(ctx, *r, *i)
		if err != nil {
			return err
		}
		ops = append(ops, more)
	}
	if err := s.Guard.Write(ctx, s.Request.Lease, ops...); err != nil {
		return err
	}
	r.Version++
	return nil
}

func (s *slice) issueOp(ctx context.Context, r Record, i issue.Issue) (table.Op, error) {
	if i.Reason == "" {
		return issue.Clear(s.Request.Shop, kind, r.Number), nil
	}
	return s.Issues.Put(ctx, s.Issue(kind, r.Number, i.Name, i))
}

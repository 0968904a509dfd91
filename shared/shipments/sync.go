package shipments

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/outbound"
	"backroom/shared/task"
)

// Sides are where shipments come from and fulfilments go to.
type Sides struct {
	Source Source
	Target Target
	Clock  outbound.Clocked // of the company; nil: it does not tell the time
}

// Echo is a change of an order by ourselves: what it meets is known, so that it is
// no change for the import.
type Echo struct {
	Order             string
	Before, UpdatedAt time.Time // of the order; Before is what the change has met
}

// Orders are the imported orders. Echo is under the lease; where it cannot be noted
// the order is imported once more, which does no harm.
type Orders interface {
	// Document is the document of an order; false: the order is not imported.
	Document(ctx context.Context, shop, order string) (Document, bool, error)
	Echo(ctx context.Context, g jobqueue.Guard, l jobqueue.Lease, shop string, e Echo) error
}

const (
	// overlap is how far the company's stamps may trail: a posting is visible when
	// it ends.
	overlap = 20 * time.Minute
	// young is how old the shipment date of a line may be that each run looks for,
	// whole how often all are looked for.
	young, whole = 60 * 24 * time.Hour, 24 * time.Hour
	// maxRounds is how many changes of one order a run makes, one after the other.
	maxRounds = 8
	// mailFor is how long after its posting a buyer is written to about a shipment.
	mailFor = 14 * 24 * time.Hour
)

// phase is which shipments a run looks at. Its text is stored.
type phase string

const (
	changed phase = "changed" // since the last run
	undone  phase = "undone"  // lines that take others back
	open    phase = "open"    // what an earlier run has left
	ended   phase = "ended"
)

// position is where a run is.
type position struct {
	Phase   phase     `json:"phase,omitempty"`
	From    time.Time `json:"from,omitzero"` // of what is listed next
	Limit   int       `json:"limit,omitempty"`
	Next    cursor    `json:"next"`              // of the run that follows
	Numbers []string  `json:"numbers,omitempty"` // of shipments to look at
	Notes   Notes     `json:"notes"`
}

// slice is the work of one invocation.
type slice struct {
	*Task
	*task.Slice[Parameters, position]
	Sides
	card goesBy
	told bool // the company tells parcels
}

// run goes on where the last slice or, in the first, the last run has ended.
func (t *Task) run(ctx context.Context, sl *task.Slice[Parameters, position], sides Sides) (bool, error) {
	card, err := cardOf(sl.Card)
	if err != nil {
		return false, err
	}
	s := &slice{Task: t, Slice: sl, Sides: sides, card: card, told: true}
	if s.Checkpoint.Phase == "" {
		if err := s.begin(ctx); err != nil {
			return false, err
		}
	}
	for s.Checkpoint.Phase != ended {
		if s.Over(2 * s.Timeout) {
			return false, nil
		}
		s.Step()
		if err := s.step(ctx); err != nil {
			return false, err
		}
		s.Progress(ctx, jobqueue.Progress{Done: s.Counts.Read, Note: s.note()})
	}
	return true, s.end(ctx)
}

func (s *slice) begin(ctx context.Context) error {
	at := &s.Checkpoint
	if len(s.Parameters.Shipments) > 0 {
		*at = position{Phase: open, Numbers: s.Parameters.Shipments}
		return nil
	}
	c, err := s.Store.cursor(ctx, s.Request.Shop)
	if err != nil {
		return err
	}
	from := s.Card.ConnectedAt
	if !c.UpTo.IsZero() {
		from = c.UpTo.Add(-overlap)
	}
	*at = position{Phase: changed, From: from, Limit: MaxSendings, Next: c}
	at.Next.UpTo = maxTime(c.UpTo, s.Card.ConnectedAt)
	return nil
}

// step looks at a page of shipments.
func (s *slice) step(ctx context.Context) error {
	switch at := &s.Checkpoint; at.Phase {
	case changed:
		return s.changed(ctx, at)
	case undone:
		return s.taken(ctx, at)
	case open, ended:
	}
	return s.left(ctx)
}

// changed lists what has changed since the cursor. A page that ends where it begins
// is asked for again, larger.
func (s *slice) changed(ctx context.Context, at *position) error {
	ss, err := s.Source.Changed(ctx, at.From, at.Limit)
	if err != nil {
		return err
	}
	if err := s.handle(ctx, ss, false); err != nil {
		return err
	}
	if len(ss) < at.Limit {
		at.Phase = undone
	}
	if len(ss) == 0 {
		return nil
	}
	last := ss[len(ss)-1].ModifiedAt
	at.Next.UpTo = maxTime(at.Next.UpTo, last)
	if at.Limit = MaxSendings; !last.After(at.From) {
		at.Limit = 2 * len(ss)
	}
	at.From = maxTime(at.From, last)
	return nil
}

// taken looks at shipments of which a line was taken back since the last run: the
// time of their header does not tell.
func (s *slice) taken(ctx context.Context, at *position) error {
	if len(at.Numbers) == 0 {
		from := s.Now().Add(-young)
		all := s.Now().Sub(at.Next.Whole) >= whole || at.Next.Whole.After(s.Now())
		if all {
			from = time.Time{}
		}
		lines, err := s.Source.Undone(ctx, from)
		if err != nil {
			return err
		}
		var ids []string
		for _, l := range lines {
			ids = append(ids, l.ID)
			if !slices.Contains(at.Next.Undone, l.ID) && !slices.Contains(at.Numbers, l.Shipment) {
				at.Numbers = append(at.Numbers, l.Shipment)
			}
		}
		if all {
			at.Next.Undone, at.Next.Whole = ids, s.Now()
		} else {
			at.Next.Undone = append(at.Next.Undone, ids...)
		}
		slices.Sort(at.Next.Undone)
		at.Next.Undone = slices.Compact(at.Next.Undone)
	}
	n := min(len(at.Numbers), MaxSendings)
	if err := s.byNumber(ctx, at.Numbers[:n]); err != nil {
		return err
	}
	if at.Numbers = at.Numbers[n:]; len(at.Numbers) == 0 {
		at.Phase = open
	}
	return nil
}

// left looks at what an earlier run has left, or at what the run was asked for.
func (s *slice) left(ctx context.Context) error {
	at := &s.Checkpoint
	if len(at.Numbers) > 0 {
		numbers := at.Numbers
		at.Numbers, at.Phase = nil, ended
		return s.byNumber(ctx, numbers)
	}
	rs, err := s.Store.due(ctx, s.Request.Shop, s.Now(), MaxSendings)
	if err != nil {
		return err
	}
	numbers := make([]string, len(rs))
	for i, r := range rs {
		numbers[i] = r.Number
	}
	if err := s.byNumber(ctx, numbers, rs...); err != nil {
		return err
	}
	// Whatever still waits after its turn has a later one.
	if len(rs) < MaxSendings || s.Request.DryRun {
		at.Phase = ended
	}
	return nil
}

// byNumber looks at shipments by their numbers. Of rs, what the company has no more,
// or has for another order, is over.
func (s *slice) byNumber(ctx context.Context, numbers []string, rs ...Record) error {
	if len(numbers) == 0 {
		return nil
	}
	ss, err := s.Source.ByNumber(ctx, numbers)
	if err != nil {
		return err
	}
	for _, r := range rs {
		if slices.ContainsFunc(ss, func(sh Shipment) bool { return sh.Number == r.Number && orderOf(sh.External) == r.Order }) {
			continue
		}
		i := issueOf(r, nil, "")
		r.settle()
		if err := s.put(ctx, &r, &i); err != nil {
			return err
		}
	}
	return s.handle(ctx, ss, true)
}

// end moves the cursor: what was seen is stored, whatever came of it.
func (s *slice) end(ctx context.Context) error {
	if s.Request.DryRun || len(s.Parameters.Shipments) > 0 {
		return nil
	}
	was, err := s.Store.cursor(ctx, s.Request.Shop)
	if err != nil {
		return err
	}
	next := s.Checkpoint.Next
	if was.UpTo.Equal(next.UpTo) && was.Whole.Equal(next.Whole) && slices.Equal(was.Undone, next.Undone) {
		return nil
	}
	return s.Guard.Write(ctx, s.Request.Lease, next.op(s.Request.Shop))
}

// note says what of parcels Shopify is not told.
func (s *slice) note() string {
	n, says := s.Checkpoint.Notes, []string{"sending shipments"}
	if n.None > 0 {
		text := fmt.Sprintf("%d without tracking number", n.None)
		if !s.told {
			text += ": the company has no companion API, and no line of the order begins with " + TextOfParcel
		}
		says = append(says, text)
	}
	if len(n.Left) > 0 {
		says = append(says, "parcels not sent, since another carrier has the same goods or nobody says what they hold: "+list(n.Left))
	}
	if len(n.Late) > 0 {
		says = append(says, "parcels of another carrier than the one that their goods were fulfilled with: "+list(n.Late))
	}
	if len(n.Address) > 0 {
		says = append(says, "parcels with an address that is none: "+list(n.Address))
	}
	if len(n.Apart) > 0 {
		says = append(says, "parcels not sent yet, since the shipment has none of their goods: "+list(n.Apart))
	}
	if len(n.Bare) > 0 {
		says = append(says, "parcels without their address, since another one of the same fulfilment has none: "+list(n.Bare))
	}
	return strings.Join(says, "; ")
}

// maxListed is how many names a note has.
const maxListed = 5

func list(names []string) string {
	if n := len(names) - maxListed; n > 0 {
		return strings.Join(names[:maxListed], ", ") + fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(names, ", ")
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// issueOf is what is wrong with a shipment; without problems nothing is.
func issueOf(r Record, ps []Problem, detail string) issue.Issue {
	var parts []issue.Part
	for _, p := range ps {
		i := slices.IndexFunc(parts, func(o issue.Part) bool { return o.Reason == p.Reason })
		if i < 0 {
			parts, i = append(parts, issue.Part{Reason: p.Reason}), len(parts)
		}
		if !slices.Contains(parts[i].Things, p.Thing) {
			parts[i].Things = append(parts[i].Things, p.Thing)
		}
	}
	out := issue.Issue{}
	if len(parts) > 0 {
		out = Reasons.Of(parts...)
	}
	out.Detail = detail
	out.Name = cmp.Or(strings.TrimSpace(r.Number+" "+r.Name), r.Number)
	return out
}

package customersync

import (
	"context"
	"slices"
	"strings"
	"time"

	"backroom/shared/cursor"
	"backroom/shared/customers"
	"backroom/shared/insync"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/task"
)

// Marks of how far either side was read. Their text is part of keys.
const (
	marksAll   = "customers"
	marksKnown = "known-customers" // of a card that has known ones looked at alone
	marksOut   = "company-customers"
	marksThere = "customers-there" // when it was last looked which of the linked ones there still are
)

const (
	// overlap is how far the company's stamps may trail: a change is visible when its
	// transaction ends.
	overlap = 20 * time.Minute
	// pageOut is how many of the company's customers are listed at once.
	pageOut = 500
	// checkEvery is how often it is looked which linked customers the shop still has.
	checkEvery = 24 * time.Hour
	// maxWaiting is how many of those that wait are looked at together.
	maxWaiting = MaxRead
)

// epoch is before any shop was.
var epoch = time.Date(2004, 1, 1, 0, 0, 0, 0, time.UTC)

// phase is what a run looks at. Its text is stored.
type phase string

const (
	arrivals phase = "in"          // customers of the shop that have changed
	late     phase = "in-waiting"  // those that an earlier run has left
	leavers  phase = "out"         // customers of the company that have changed
	unsent   phase = "out-waiting" // those that an earlier run has left
	gone     phase = "gone"        // linked ones that the shop may not have any more
	ended    phase = "ended"
)

// position is where a run is.
type position struct {
	cursor.Walk

	Phase phase `json:"phase,omitempty"`
	// Of the company's customers: what is listed next, and the mark of the run that
	// follows.
	OutFrom time.Time `json:"outFrom,omitzero"`
	OutUpTo time.Time `json:"outUpTo,omitzero"`
	Limit   int       `json:"limit,omitempty"`
	Links   string    `json:"links,omitempty"` // page of links
	Left    []string  `json:"left,omitempty"`  // ids or numbers that the run was asked for, and has not looked at
}

// Row is what a dry run says about one customer.
type Row struct {
	To     string       `json:"to"` // "company" or "shop"
	Name   string       `json:"name"`
	ID     string       `json:"id,omitempty"`
	Number string       `json:"number,omitempty"`
	Does   string       `json:"does"` // create, link, update, nothing or wait
	Parts  []string     `json:"parts,omitempty"`
	Reason issue.Reason `json:"reason,omitempty"`
	Text   string       `json:"text,omitempty"`
}

// slice is the work of one invocation.
type slice struct {
	*Task
	*task.Slice[Parameters, position]
	Sides

	card     card
	resolver *customers.Resolver
	walker   *cursor.Walker
	home     string // the company's country, ISO; "" until it is asked for
	asked    bool   // for home
}

// run goes on where the last slice has ended.
func (t *Task) run(ctx context.Context, sl *task.Slice[Parameters, position], sides Sides) (bool, error) {
	c, err := cardOf(sl.Card)
	if err != nil {
		return false, err
	}
	s := &slice{Task: t, Slice: sl, Sides: sides, card: c}
	s.resolver = &customers.Resolver{
		Target: sides.Company, Clock: sides.Clock, Links: t.Links, Guard: t.Guard, Now: t.Now, Timeout: t.Timeout,
	}
	s.walker = &cursor.Walker{Op: TaskName, Feed: sides.Shop, Now: t.Now, Walk: &sl.Checkpoint.Walk}
	if s.Checkpoint.Phase == "" {
		s.begin()
	}
	for s.Checkpoint.Phase != ended {
		if s.Over(2 * s.Timeout) {
			return false, nil
		}
		s.Step()
		if err := s.step(ctx); err != nil {
			return false, err
		}
		s.Progress(ctx, jobqueue.Progress{Done: s.Checkpoint.Done, Total: s.Checkpoint.Total, Note: s.note()})
	}
	return true, nil
}

// begin says what the run looks at first.
func (s *slice) begin() {
	at := &s.Checkpoint
	switch p := s.Parameters; {
	case len(p.Customers) > 0:
		at.Phase, at.Left = late, slices.Clone(p.Customers)
	case len(p.Add) > 0:
		at.Phase, at.Left = unsent, slices.Clone(p.Add)
	default:
		at.Phase = arrivals
	}
}

// named reports whether the run looks at what it was asked for, and no more.
func (s *slice) named() bool { return len(s.Parameters.Customers)+len(s.Parameters.Add) > 0 }

// step makes one step, and moves the phase on where nothing is left of it.
func (s *slice) step(ctx context.Context) error {
	at := &s.Checkpoint
	done, err := true, error(nil)
	switch at.Phase {
	case arrivals:
		if s.card.imports() != importsNone {
			done, err = s.arrive(ctx)
		}
	case late:
		if s.card.imports() != importsNone || s.named() {
			done, err = s.waiting(ctx)
		}
	case leavers:
		if s.card.CanUpdateShopifyCustomer {
			done, err = s.leave(ctx)
		}
	case unsent:
		done, err = s.unsent(ctx)
	case gone:
		done, err = s.gone(ctx)
	case ended:
	}
	if err != nil || !done {
		return err
	}
	order := []phase{arrivals, late, leavers, unsent, gone, ended}
	if at.Phase = order[slices.Index(order, at.Phase)+1]; s.named() {
		at.Phase = ended
	}
	return nil
}

// note says what the run does by the card.
func (s *slice) note() string {
	switch {
	case s.named():
		return "the customers that were asked for"
	case s.card.imports() == importsNone && !s.card.CanUpdateShopifyCustomer:
		return "nothing is kept in step: customerImport, shopifyCanUpdateCustomer and canUpdateShopifyCustomer on the shop card say so"
	}
	var says []string
	switch s.card.imports() {
	case importsAll:
		says = append(says, "all customers of the shop")
	case importsKnown:
		says = append(says, "customers of the shop that are linked")
	case importsNone:
	}
	if s.card.CanUpdateShopifyCustomer {
		says = append(says, "customers that Business Central has changed")
	}
	return strings.Join(says, "; ")
}

// marks is the kind of marks of the walk through the shop.
func (s *slice) marks() string {
	if s.card.imports() == importsKnown {
		return marksKnown
	}
	return marksAll
}

// homeCountry is the ISO code of the company's own country.
func (s *slice) homeCountry(ctx context.Context) (string, error) {
	if s.asked {
		return s.home, nil
	}
	code, err := s.Company.HomeCountry(ctx)
	if err == nil {
		s.home, s.asked = s.card.ISO(code), true
	}
	return s.home, err
}

// put stores records; a run without effect stores nothing.
func (s *slice) put(ctx context.Context, rs ...*insync.Record) error {
	if s.Request.DryRun {
		return nil
	}
	return s.Store.Put(ctx, s.Guard, s.Request.Lease, rs...)
}

// say stores what is wrong with a record; without parts nothing is.
func (s *slice) say(ctx context.Context, kind, id, name, detail string, parts ...issue.Part) error {
	i := issue.Issue{}
	if len(parts) > 0 {
		i = Reasons.Of(parts...)
	}
	i.Detail = detail
	_, err := s.Say(ctx, s.Issue(kind, id, name, i))
	return err
}

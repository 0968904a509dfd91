package companysync

import (
	"context"
	"slices"
	"strings"
	"time"

	"backroom/shared/bcapi"
	"backroom/shared/cursor"
	"backroom/shared/customers"
	"backroom/shared/insync"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/task"
)

// Marks of how far the shop was read. Their text is part of keys.
const (
	marksCompanies = "companies"
	marksPlaces    = "company-places"
	marksOut       = "company-exports"
	marksThere     = "companies-there" // when all linked ones were looked at last
)

const (
	// checkEvery is how often all linked companies are looked at, whatever has changed.
	checkEvery = 24 * time.Hour
	// maxWaiting is how many of those that wait are looked at together.
	maxWaiting = 100
	// overlap is how far BC's stamps may trail: a change is visible when its transaction
	// ends. pageOut is how many of its customers are listed at once.
	overlap = 20 * time.Minute
	pageOut = 500
)

// epoch is before any shop was.
var epoch = time.Date(2004, 1, 1, 0, 0, 0, 0, time.UTC)

// phase is what a run looks at. Its text is stored.
type phase string

const (
	arrivals phase = "in"        // companies of the shop that have changed
	places   phase = "in-places" // those of which a location has
	late     phase = "in-waiting"
	leavers  phase = "out"         // customers that have changed
	unsent   phase = "out-waiting" // those that an earlier run has left
	linked   phase = "linked"      // all that are linked, once a day
	apart    phase = "apart"       // linked locations that the shop may not have any more
	ended    phase = "ended"
)

// position is where a run is.
type position struct {
	cursor.Walk

	Phase phase       `json:"phase,omitempty"`
	Place cursor.Walk `json:"place,omitzero"` // the walk through locations
	Links string      `json:"links,omitempty"`
	// Of BC's customers: what is listed next, and the mark of the run that follows.
	OutFrom time.Time `json:"outFrom,omitzero"`
	OutUpTo time.Time `json:"outUpTo,omitzero"`
	Limit   int       `json:"limit,omitempty"`
	Left    []string  `json:"left,omitempty"` // ids or numbers that the run was asked for, and has not looked at
}

// Row is what a dry run says about one company, or a location of one.
type Row struct {
	To       string       `json:"to"` // "company" or "shop"
	Name     string       `json:"name"`
	ID       string       `json:"id,omitempty"`
	Location string       `json:"location,omitempty"` // its id
	Number   string       `json:"number,omitempty"`
	Does     string       `json:"does"` // create, link, update, nothing or wait
	Parts    []string     `json:"parts,omitempty"`
	Reason   issue.Reason `json:"reason,omitempty"`
	Text     string       `json:"text,omitempty"`
}

// slice is the work of one invocation.
type slice struct {
	*Task
	*task.Slice[Parameters, position]
	Sides

	card     card
	resolver *customers.Resolver
	walks    map[phase]*cursor.Walker
	codes    map[string]string // ids of BC's payment terms, by code; nil: not read
	// templates are the shop's payment terms; nil: not read.
	templates map[customers.Terms]string
	home      *string // the company's country, ISO; nil: not asked for
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
	companies, locations := s.Shop.Feeds()
	s.walks = map[phase]*cursor.Walker{
		arrivals: {Op: TaskName, Feed: companies, Now: t.Now, Walk: &sl.Checkpoint.Walk},
		places:   {Op: TaskName, Feed: locations, Now: t.Now, Walk: &sl.Checkpoint.Place},
	}
	if at := &s.Checkpoint; at.Phase == "" {
		switch at.Phase = arrivals; {
		case len(s.Parameters.Companies) > 0:
			at.Phase, at.Left = late, slices.Clone(s.Parameters.Companies)
		case s.adds():
			at.Phase, at.Left = unsent, slices.Clone(s.Parameters.Add)
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
		s.Progress(ctx, jobqueue.Progress{Done: s.Checkpoint.Done, Note: s.note()})
	}
	return true, nil
}

// named reports whether the run looks at what it was asked for, and no more.
func (s *slice) named() bool { return len(s.Parameters.Companies)+len(s.Parameters.Add) > 0 }

// adds reports whether the run was asked to add companies to the shop.
func (s *slice) adds() bool { return len(s.Parameters.Companies) == 0 && len(s.Parameters.Add) > 0 }

// off reports whether the card has no companies of the shop looked at.
func (s *slice) off() bool { return s.card.CompanyImport == ImportNone && !s.named() }

// step makes one step, and moves the phase on where nothing is left of it.
func (s *slice) step(ctx context.Context) (err error) {
	at, done := &s.Checkpoint, true
	switch {
	case at.Phase == leavers:
		if s.card.CanUpdateShopifyCompanies {
			done, err = s.leave(ctx)
		}
	case at.Phase == unsent:
		done, err = s.unsent(ctx)
	case s.off():
	case at.Phase == arrivals:
		done, err = s.arrive(ctx, s.walks[arrivals], marksCompanies)
	case at.Phase == places:
		done, err = s.arrive(ctx, s.walks[places], marksPlaces)
	case at.Phase == late:
		done, err = s.waiting(ctx)
	case at.Phase == linked:
		done, err = s.linked(ctx)
	case at.Phase == apart:
		done, err = s.apart(ctx)
	}
	if err != nil || !done {
		return err
	}
	order := []phase{arrivals, places, late, leavers, unsent, linked, apart, ended}
	if at.Phase, at.Links = order[slices.Index(order, at.Phase)+1], ""; s.named() {
		at.Phase = ended
	}
	return nil
}

// note says what the run does by the card.
func (s *slice) note() string {
	switch {
	case s.named():
		return "the companies that were asked for"
	case s.off() && !s.card.CanUpdateShopifyCompanies:
		return "nothing is kept in step: companyImport and canUpdateShopifyCompanies on the shop card say so"
	}
	var says []string
	switch {
	case s.off():
	case s.card.CompanyImport == AllCompanies:
		says = append(says, "all companies of the shop")
	default:
		says = append(says, "companies of the shop that have ordered")
	}
	if s.card.CanUpdateShopifyCompanies {
		says = append(says, "companies that Business Central has changed")
	}
	return strings.Join(says, "; ")
}

// termsID is the id of BC's payment terms of a location; unknown is the code that the card
// maps them to where BC has none.
func (s *slice) termsID(ctx context.Context, t *customers.Terms) (id, unknown string, err error) {
	code := s.card.termsCode(t)
	if code == "" {
		return "", "", nil
	}
	if err := s.readTerms(ctx); err != nil {
		return "", "", err
	}
	if id = s.codes[code]; id == "" {
		return "", code, nil
	}
	return id, "", nil
}

// readTerms reads BC's payment terms, once.
func (s *slice) readTerms(ctx context.Context) error {
	if s.codes != nil {
		return nil
	}
	rows, err := s.Company.Codes(ctx, bcapi.PaymentTerms)
	if err != nil {
		return err
	}
	s.codes = map[string]string{}
	for _, r := range rows {
		s.codes[strings.ToUpper(r.Code)] = r.ID
	}
	return nil
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

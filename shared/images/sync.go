package images

import (
	"context"
	"fmt"
	"slices"
	"time"

	"backroom/shared/cursor"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/outbound"
	"backroom/shared/shop"
	"backroom/shared/task"
)

const (
	// overlap is how far the company's stamps may trail.
	overlap = 20 * time.Minute
	// soon is when Shopify is asked again about a file that it still works on, later when
	// what failed for the moment is tried again, nextDay what only a person changes.
	soon    = 5 * time.Minute
	later   = 20 * time.Minute
	nextDay = 24 * time.Hour
	// most is how many items one request lists.
	most = 1000
	// rounds is how often a run looks at what is left.
	rounds = 50
)

// phase is what a run looks at. Its text is stored.
type phase string

const (
	items    phase = "items"    // of the company, that have changed since the last run
	variants phase = "variants" // the same
	listed   phase = "products" // of the shop, that have changed
	open     phase = "open"     // what is left of earlier pages and runs
	ended    phase = "ended"
)

// Kinds of marks.
const (
	itemMark    = "images"
	variantMark = "variant-images"
	productMark = "product-images"
)

// position is where a run is.
type position struct {
	cursor.Walk

	Phase  phase     `json:"phase,omitempty"`
	Since  time.Time `json:"since,omitzero"` // of the company's items listed next
	Limit  int       `json:"limit,omitempty"`
	Rounds int       `json:"rounds,omitempty"` // of the phase open
}

// Planned is what a dry run would do about a picture.
type Planned struct {
	Product string `json:"product"` // its name
	Item    string `json:"item"`
	Does    string `json:"does"`
}

// slice is the work of one invocation.
type slice struct {
	*Task
	*task.Slice[Parameters, position]
	Sides
	Settings
	walking *cursor.Walker
}

// run goes on where the last slice or, in the first, the last run has ended.
func (t *Task) run(ctx context.Context, sl *task.Slice[Parameters, position], sides Sides) (bool, error) {
	settings, err := shop.Of[Settings](sl.Card)
	if err != nil {
		return false, err
	}
	s := &slice{Task: t, Slice: sl, Sides: sides, Settings: settings}
	if settings.SyncItemImages == "" {
		return true, nil
	}
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
		s.Progress(ctx, jobqueue.Progress{Done: s.Counts.Read, Note: "comparing pictures"})
	}
	return true, nil
}

func (s *slice) begin(ctx context.Context) error {
	at := &s.Checkpoint
	switch {
	case len(s.Parameters.Items) > 0:
		if err := s.asked(ctx); err != nil {
			return err
		}
		at.Phase = open
	case s.SyncItemImages == ToShopify:
		at.Phase = items
		return s.from(ctx, itemMark)
	default:
		at.Phase = listed
		m, err := s.Marks.Get(ctx, s.Request.Shop, productMark)
		if err != nil {
			return err
		}
		return s.walker().Begin(ctx, m.Mark, time.Time{})
	}
	return nil
}

// from has the next list of the company begin where the last run's has ended.
func (s *slice) from(ctx context.Context, mark string) error {
	m, err := s.Marks.Get(ctx, s.Request.Shop, mark)
	if err != nil {
		return err
	}
	s.Checkpoint.Limit, s.Checkpoint.Since = most, time.Time{}
	if !m.UpTo.IsZero() {
		s.Checkpoint.Since = m.UpTo.Add(-overlap)
	}
	return nil
}

func (s *slice) walker() *cursor.Walker {
	if s.walking == nil {
		s.walking = &cursor.Walker{Op: TaskName, Feed: s.Products, Now: s.Now, Walk: &s.Checkpoint.Walk}
	}
	return s.walking
}

func (s *slice) step(ctx context.Context) error {
	switch at := &s.Checkpoint; at.Phase {
	case items:
		is, err := s.Company.ChangedItems(ctx, at.Since, at.Limit)
		if err != nil {
			return err
		}
		return s.page(ctx, is, itemMark, variants)
	case variants:
		is, told, err := s.Company.ChangedVariants(ctx, at.Since, at.Limit)
		if err != nil {
			return err
		}
		if !told {
			at.Phase = open
			return nil
		}
		return s.page(ctx, is, variantMark, open)
	case listed:
		return s.products(ctx)
	case open, ended:
	}
	return s.left(ctx)
}

// page takes in items of a list by time of change. A page that ends where it begins is
// asked for again, larger.
func (s *slice) page(ctx context.Context, is []Item, mark string, next phase) error {
	at := &s.Checkpoint
	s.Counts.Read += len(is)
	if err := s.take(ctx, is); err != nil {
		return err
	}
	end := len(is) < at.Limit
	if len(is) > 0 {
		last := is[len(is)-1].ModifiedAt
		if at.Limit = most; !last.After(at.Since) {
			at.Limit = 2 * len(is)
		}
		if last.After(at.Since) {
			at.Since = last
		}
		if !s.Request.DryRun {
			if err := s.mark(ctx, mark, func(m *cursor.Stored) { m.Reach(last) }); err != nil {
				return err
			}
		}
	}
	if !end {
		return nil
	}
	if at.Phase = next; next == variants {
		return s.from(ctx, variantMark)
	}
	return nil
}

// mark moves a mark, unless it stays where it is.
func (s *slice) mark(ctx context.Context, kind string, change func(*cursor.Stored)) error {
	m, err := s.Marks.Get(ctx, s.Request.Shop, kind)
	if err != nil {
		return err
	}
	was := m.Mark
	if change(&m); m.Mark == was {
		return nil
	}
	return s.Marks.Change(ctx, s.Guard, s.Request.Lease, s.Request.Shop, kind, change)
}

// take compares the pictures of items that are linked.
func (s *slice) take(ctx context.Context, is []Item) error {
	for part := range slices.Chunk(is, MaxItems) {
		var numbers []string
		for _, i := range part {
			numbers = append(numbers, i.Number)
		}
		slices.Sort(numbers)
		ps, err := s.Links.OfItems(ctx, s.Request.Shop, slices.Compact(numbers))
		if err != nil {
			return err
		}
		var ws []*work
		for _, p := range ps {
			n := slices.IndexFunc(part, func(i Item) bool { return i.Number == p.Item && i.Code == p.Code })
			if n < 0 {
				continue
			}
			r, err := s.Store.Get(ctx, s.Request.Shop, p)
			if err != nil {
				return err
			}
			if !r.Open && r.Version > 0 && r.Stamp.Equal(part[n].ModifiedAt) {
				s.Counts.Unchanged++ // the overlap of two lists
				continue
			}
			ws = append(ws, &work{Record: r, item: part[n]})
		}
		if err := s.send(ctx, ws); err != nil {
			return err
		}
	}
	return nil
}

// asked takes in the items that the run was asked for.
func (s *slice) asked(ctx context.Context) error {
	ps, err := s.Links.OfItems(ctx, s.Request.Shop, s.Parameters.Items)
	if err != nil {
		return err
	}
	s.Counts.Read += len(ps)
	for part := range slices.Chunk(ps, MaxItems) {
		var rs []Record
		for _, p := range part {
			r, err := s.Store.Get(ctx, s.Request.Shop, p)
			if err != nil {
				return err
			}
			r.Seen, r.Stamp, r.LookedStamp = "", time.Time{}, "" // whatever it was
			rs = append(rs, r)
		}
		if err := s.again(ctx, rs); err != nil {
			return err
		}
	}
	return nil
}

// again looks at pictures anew, whatever has changed.
func (s *slice) again(ctx context.Context, rs []Record) error {
	if len(rs) == 0 {
		return nil
	}
	ps := make([]Pair, len(rs))
	for i, r := range rs {
		ps[i] = r.pair()
	}
	is, err := s.Company.ItemsOf(ctx, ps)
	if err != nil {
		return err
	}
	var ws []*work
	for _, r := range rs {
		n := slices.IndexFunc(is, func(i Item) bool { return i.Number == r.Item && i.Code == r.Code })
		if n >= 0 {
			ws = append(ws, &work{Record: r, item: is[n]})
			continue
		}
		// The item is gone: nothing is left to do.
		r.Open, r.Pending = false, nil
		if r.Version > 0 {
			if err := s.put(ctx, &r); err != nil {
				return err
			}
		}
	}
	if s.SyncItemImages == ToShopify {
		return s.send(ctx, ws)
	}
	return s.receive(ctx, ws)
}

// left looks at what is left of earlier pages and runs: what still waits after its turn has
// a later one.
func (s *slice) left(ctx context.Context) error {
	at := &s.Checkpoint
	if s.Request.DryRun {
		at.Phase = ended
		return nil
	}
	rs, err := s.Store.due(ctx, s.Request.Shop, s.Now(), MaxFiles)
	if err != nil {
		return err
	}
	var settle, anew []Record
	for _, r := range rs {
		if s.SyncItemImages == ToShopify && r.Media != "" && r.Pending == nil && r.Sum != "" {
			settle = append(settle, r)
		} else {
			anew = append(anew, r)
		}
	}
	if err := s.settle(ctx, settle); err != nil {
		return err
	}
	if err := s.again(ctx, anew); err != nil {
		return err
	}
	if at.Rounds++; len(rs) == 0 || at.Rounds >= rounds {
		at.Phase = ended
	}
	return nil
}

// work is one picture with what is known of it.
type work struct {
	Record
	item    Item
	content []byte // nil: there is none
	facts   facts
	sum     string // of content
	staged  string // where it was uploaded to
	unread  error  // why it could not be read, or uploaded
}

// put stores r under the lease.
func (s *slice) put(ctx context.Context, r *Record) error {
	if err := s.Guard.Write(ctx, s.Request.Lease, r.op()); err != nil {
		return err
	}
	r.Version++
	return nil
}

// say stores r, and what is wrong with its picture; "": nothing is.
func (s *slice) say(ctx context.Context, r *Record, wrong issue.Reason, more, detail string) error {
	i := issue.Issue{}
	if wrong != "" {
		thing := r.pair().words()
		if more != "" {
			thing += ": " + more
		}
		i = Reasons.New(wrong, thing)
		s.Counts.Failed++
	}
	i.Detail = detail
	if !s.Request.DryRun {
		if err := s.put(ctx, r); err != nil {
			return err
		}
	}
	_, err := s.Say(ctx, s.Issue(kind, r.id(), r.pair().words(), i))
	return err
}

// plan shows what a dry run would do.
func (s *slice) plan(w *work, does string) {
	s.Row(Planned{Product: w.Name, Item: w.Item + " " + w.Code, Does: does})
}

// wrong is why a file cannot be a picture in a shop; "" if it can.
func (w *work) wrong() (issue.Reason, string) {
	switch {
	case w.facts.Mime == "":
		return NoPicture, "it is " + w.facts.Name
	case len(w.content) > MaxBytes:
		return TooLarge, fmt.Sprintf("%d bytes", len(w.content))
	case w.facts.Width*w.facts.Height > maxPixels:
		return TooLarge, fmt.Sprintf("%d by %d pixels", w.facts.Width, w.facts.Height)
	}
	return "", ""
}

// clock is the time by which creates of files are dated.
func (s *slice) clock(ctx context.Context) (time.Time, error) {
	return outbound.There(ctx, s.Clock, s.Now())
}

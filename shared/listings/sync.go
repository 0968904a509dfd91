package listings

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"backroom/shared/bcapi"
	"backroom/shared/cursor"
	"backroom/shared/jobqueue"
	"backroom/shared/task"
)

// What the marks are of, among those of a shop.
const (
	markProducts = "products" // by Shopify's clock
	markWhole    = "products-whole"
)

const (
	// fullEvery is how often all products and items are looked at: some changes move no
	// time, such as a renamed category.
	fullEvery = 24 * time.Hour
	// trails is how far the company's stamps may trail: a change is visible when its
	// transaction ends.
	trails = 20 * time.Minute
	// quiet is how long after the last change nothing can trail behind it any more,
	// whatever the two clocks differ.
	quiet = 4 * trails
)

// founded is before all products of Shopify.
var founded = time.Date(2006, 1, 1, 0, 0, 0, 0, time.UTC)

// phase is what a run is at. Its text is stored.
type phase string

const (
	walking  phase = "products" // through products that have changed
	checking phase = "listings" // whether products of listings are gone, in a full check
	itemwise phase = "items"    // items that have changed, and those of no product
	again    phase = "again"    // products that could not be done before
	ended    phase = "ended"
)

// position is where a run is.
type position struct {
	cursor.Walk

	Phase  phase     `json:"phase,omitempty"`
	Full   bool      `json:"full,omitempty"`
	Asked  bool      `json:"asked,omitempty"`  // for Items alone
	List   string    `json:"list,omitempty"`   // the page of listings that is next
	After  string    `json:"after,omitempty"`  // the item that was done last, in a full check
	Items  []string  `json:"items,omitempty"`  // numbers that are left
	Known  bool      `json:"known,omitempty"`  // what has changed in the company is in Items
	From   time.Time `json:"from,omitzero"`    // of items; zero: all
	UpTo   time.Time `json:"upTo,omitzero"`    // up to which items are known then
	Listed string    `json:"listed,omitempty"` // as that of reached
	Begun  time.Time `json:"begun,omitzero"`   // by our clock
}

// slice is the work of one invocation.
type slice struct {
	*Task
	*task.Slice[Parameters, position]
	Sides

	rules      rules
	shelf      *shelf
	feed       *feed
	walker     *cursor.Walker
	channels   []Channel         // nil: not read yet
	categories map[string]string // names by code; nil: not read yet
	missed     map[string]string // of this step: ids of products that could not be done, or "item " and a number; why
	found      map[string]bool   // those that could
	learned    map[string]bool   // products whose listings were written when another was handled, in this step
}

// feed is the shop's products as a walk reads them: whole ones, which are kept until
// they are worked off.
type feed struct {
	shop Shop
	page ProductPage
}

// Clock implements cursor.Feed, as do the two below.
func (f *feed) Clock() time.Time { return f.shop.Clock() }

func (f *feed) Count(ctx context.Context, w cursor.Window, limit int) (int, error) {
	return f.shop.CountProducts(ctx, all(w), limit)
}

func (f *feed) Changed(ctx context.Context, w cursor.Window, page string) (p cursor.Page, err error) {
	if f.page, err = f.shop.ChangedProducts(ctx, all(w), page); err != nil {
		return p, err
	}
	p.Next = f.page.Next
	for _, product := range f.page.Products {
		p.Changes = append(p.Changes, cursor.Change{ID: product.ID, UpdatedAt: product.UpdatedAt})
	}
	return p, nil
}

// all is w without a beginning that is before everything.
func all(w cursor.Window) cursor.Window {
	if !w.From.After(founded) {
		w.From = time.Time{}
	}
	return w
}

// run goes on where the last slice or, in the first, the last run has ended.
func (t *Task) run(ctx context.Context, sl *task.Slice[Parameters, position], sides Sides) (bool, error) {
	r, err := rulesOf(sl.Card)
	if err != nil {
		return false, err
	}
	s := &slice{Task: t, Slice: sl, Sides: sides, rules: r, shelf: newShelf(sides.Company, r.asksDetails()), feed: &feed{shop: sides.Shop}}
	s.walker = &cursor.Walker{Op: TaskName, Feed: s.feed, Now: t.Now, Walk: &s.Checkpoint.Walk}
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
		s.Progress(ctx, jobqueue.Progress{Done: s.Counts.Read, Total: max(s.Checkpoint.Total, 0), Note: s.note()})
	}
	if t.Next != nil && !s.Request.DryRun {
		s.FollowUps, err = t.Next(s.Card)
	}
	return true, err
}

func (s *slice) begin(ctx context.Context) error {
	at := &s.Checkpoint
	*at = position{Phase: walking, Begun: s.Now()}
	if len(s.Parameters.Items) > 0 {
		at.Phase, at.Asked = itemwise, true
		for _, n := range s.Parameters.Items {
			at.Items = append(at.Items, bcapi.Code(n))
		}
		return nil
	}
	whole, err := s.Marks.Get(ctx, s.Request.Shop, markWhole)
	if err != nil {
		return err
	}
	products, err := s.Marks.Get(ctx, s.Request.Shop, markProducts)
	if err != nil {
		return err
	}
	items, err := s.Store.reached(ctx, s.Request.Shop)
	if err != nil {
		return err
	}
	age := s.Now().Sub(whole.SweptAt)
	at.Full = s.Parameters.Full || whole.SweptAt.IsZero() || age >= fullEvery || age < 0
	if !at.Full {
		if at.From = items.UpTo.Add(-trails); items.Settled {
			at.From = items.UpTo.Add(time.Millisecond)
		}
	}
	if at.Full {
		return s.walker.BeginAt(ctx, founded)
	}
	// The days that a walk lists again once a day are in the full check.
	return s.walker.BeginAt(ctx, products.UpTo.Add(-cursor.Overlap))
}

func (s *slice) step(ctx context.Context) error {
	s.missed, s.found, s.learned = map[string]string{}, map[string]bool{}, map[string]bool{}
	clear(s.shelf.texts)
	if s.Checkpoint.Full && !s.shelf.whole {
		if err := s.shelf.load(ctx); err != nil {
			return err
		}
		if s.Checkpoint.UpTo.IsZero() { // what changes from now on is not on the shelf
			s.Checkpoint.UpTo = s.shelf.latest
			s.Checkpoint.Listed = s.shelf.listed()
		}
	}
	if !s.Checkpoint.Full {
		was := s.shelf
		s.shelf = newShelf(s.Company, was.wantsDetails) // as the items are now
		s.shelf.mute = was.mute
	}
	switch s.Checkpoint.Phase {
	case walking:
		return s.walk(ctx)
	case checking:
		return s.check(ctx)
	case itemwise:
		return s.itemwise(ctx)
	case again, ended:
	}
	return s.again(ctx)
}

// walk does a page of products.
func (s *slice) walk(ctx context.Context) error {
	at := &s.Checkpoint
	page, last, err := s.walker.Page(ctx)
	if err != nil {
		return err
	}
	whole, err := s.unseen(ctx, s.feed.page)
	if err != nil {
		return err
	}
	if err := s.products(ctx, whole); err != nil {
		return err
	}
	at.Done += len(page.Changes)
	upTo := s.walker.Behind(page.Changes, last)
	err = s.mark(ctx, markProducts, func(m *cursor.Stored) { m.Reach(upTo) })
	if err != nil {
		return err
	}
	if !last {
		return s.walker.Turn(ctx, page)
	}
	if at.Phase = itemwise; at.Full {
		at.Phase = checking
	}
	return nil
}

// unseen is a page without the products that were in step as they are: walks overlap.
func (s *slice) unseen(ctx context.Context, p ProductPage) (ProductPage, error) {
	if s.Checkpoint.Full {
		return p, nil
	}
	out := ProductPage{Unread: p.Unread}
	for _, product := range p.Products {
		l, err := s.Store.Get(ctx, s.Request.Shop, product.ID)
		if err != nil {
			return out, err
		}
		if l.Version == 0 || !l.SeenAt.Equal(product.UpdatedAt) {
			out.Products = append(out.Products, product)
		}
	}
	return out, nil
}

// check looks whether the products of listings are still there.
func (s *slice) check(ctx context.Context) error {
	at := &s.Checkpoint
	ls, next, err := s.Store.Page(ctx, s.Request.Shop, at.List, MaxExisting)
	if err != nil {
		return err
	}
	ids := make([]string, len(ls))
	for i, l := range ls {
		ids[i] = l.Product
	}
	there, err := s.Shop.Existing(ctx, ids)
	if err != nil {
		return err
	}
	for _, l := range ls {
		if there[l.Product] {
			continue
		}
		if err := s.gone(ctx, l); err != nil {
			return err
		}
	}
	if at.List = next; next == "" {
		at.Phase = itemwise
	}
	return nil
}

// gone forgets the listing of a product that Shopify has no more.
func (s *slice) gone(ctx context.Context, l Listing) error {
	s.found[l.Product] = true
	if s.Request.DryRun {
		return nil
	}
	l.Variants = nil
	if l.Version > 0 {
		if _, err := s.Store.Put(ctx, s.Guard, s.Request.Lease, l); err != nil {
			return err
		}
	}
	_, err := s.Say(ctx, s.Issue(kindProduct, l.Product, l.Title, noIssue))
	return err
}

// maxRedone is how many products that could not be done before a step tries again.
const maxRedone = MaxByID

// again does what could not be done before, and ends the run.
func (s *slice) again(ctx context.Context) error {
	at := &s.Checkpoint
	m, err := s.Marks.Get(ctx, s.Request.Shop, markProducts)
	if err != nil {
		return err
	}
	var ids, numbers []string
	for _, id := range m.Missed.Due(s.Now()) {
		if number, ok := itemRecord(id); ok {
			numbers = append(numbers, number)
		} else {
			ids = append(ids, id)
		}
	}
	at.Phase = ended
	// What was missed in this run waits for the next.
	ids = slices.DeleteFunc(ids, func(id string) bool { return m.Missed[id].RetryAt.After(at.Begun) || s.Request.DryRun })
	if len(ids) > maxRedone {
		ids = ids[:maxRedone]
	}
	if err := s.byID(ctx, ids); err != nil {
		return err
	}
	if len(numbers) > maxRedone {
		numbers = numbers[:maxRedone]
	}
	if err := s.items(ctx, numbers); err != nil {
		return err
	}
	if err := s.mark(ctx, markProducts, func(*cursor.Stored) {}); err != nil {
		return err
	}
	if !at.Full {
		return nil
	}
	return s.mark(ctx, markWhole, func(m *cursor.Stored) { m.SweptAt = s.Now() })
}

const itemPrefix = "item "

func itemRecord(id string) (number string, ok bool) {
	if len(id) > len(itemPrefix) && id[:len(itemPrefix)] == itemPrefix {
		return id[len(itemPrefix):], true
	}
	return "", false
}

// mark changes a mark of the shop, and notes with that of products what of this step
// could not be done.
func (s *slice) mark(ctx context.Context, kind string, change func(*cursor.Stored)) error {
	if s.Request.DryRun {
		return nil
	}
	was, err := s.Marks.Get(ctx, s.Request.Shop, kind)
	if err != nil {
		return err
	}
	next, missErr := was, error(nil)
	next.Missed = cursor.Missed{}
	maps.Copy(next.Missed, was.Missed)
	change(&next)
	if kind == markProducts {
		for id := range s.found {
			next.Missed.Found(id)
		}
		for id := range s.missed {
			if err := next.Missed.Miss(TaskName, id, s.Now()); err != nil {
				missErr = err
			}
		}
		s.found, s.missed = map[string]bool{}, map[string]string{}
	}
	if missErr != nil {
		return missErr
	}
	if next.UpTo.Equal(was.UpTo) && next.SweptAt.Equal(was.SweptAt) && sameMisses(was.Missed, next.Missed) {
		return nil
	}
	return s.Marks.Change(ctx, s.Guard, s.Request.Lease, s.Request.Shop, kind, func(m *cursor.Stored) { m.Mark, m.Missed = next.Mark, next.Missed })
}

func sameMisses(a, b cursor.Missed) bool {
	if len(a) != len(b) {
		return false
	}
	for id, m := range a {
		if o, ok := b[id]; !ok || o != m {
			return false
		}
	}
	return true
}

func (s *slice) note() string {
	at := s.Checkpoint
	switch at.Phase {
	case walking:
		return "looking at products"
	case checking:
		return "looking for products that are gone"
	case itemwise:
		return fmt.Sprintf("looking at items, %d left", len(at.Items))
	case again, ended:
	}
	return "looking at products and items"
}

// byID does products by their ids.
func (s *slice) byID(ctx context.Context, ids []string) error {
	for part := range slices.Chunk(ids, MaxByID) {
		p, err := s.Shop.ProductsByID(ctx, part)
		if err != nil {
			return err
		}
		for _, id := range part {
			read := slices.ContainsFunc(p.Products, func(p Product) bool { return p.ID == id })
			if _, unread := p.Unread[id]; read || unread {
				continue
			}
			l, err := s.Store.Get(ctx, s.Request.Shop, id)
			if err == nil {
				err = s.gone(ctx, l)
			}
			if err != nil {
				return err
			}
		}
		if err := s.products(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

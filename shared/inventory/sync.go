package inventory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/bcapi"
	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/task"
)

const (
	// allEvery is how often all pairs are looked at: what somebody has changed in the
	// shop moves no figure of the company.
	allEvery = 24 * time.Hour
	// againAfter is how long a pair waits that the shop has refused.
	againAfter = time.Hour
	// overlap is how far the import of orders may trail what it has reached.
	overlap = 30 * time.Minute
	// perGroup is how many goods are read before anything of them is sent.
	perGroup = 1000
	// maxRounds is how often a pair is read anew that has changed meanwhile.
	maxRounds = 3
)

// position is where a run is.
type position struct {
	Gen       int    `json:"gen,omitempty"`   // of the look at all pairs that this run is; 0: it is none
	After     string `json:"after,omitempty"` // variants up to this one are handled
	Began     bool   `json:"began,omitempty"`
	Looked    int    `json:"looked,omitempty"`    // pairs
	Untracked int    `json:"untracked,omitempty"` // pairs that the shop does not count
}

// slice is the work of one invocation.
type slice struct {
	*Task
	*task.Slice[Parameters, position]
	Sides
	store store
	card  Settings

	began    time.Time // what was known when the company's stock was read
	unbooked Unbooked
	goods    []Good
	of       map[string]Good // goods by variant
	ledger   ledger
	marks    *marks
	booked   *[]Promise      // of the unbooked orders; nil: not read yet
	sums     promises        // of them, where any mark is of a promise, or goods share an item
	shared   map[string]bool // items and variants that several goods are of, see stockKey
	places   map[string]issue.Reason
	names    map[string]string // of locations
	lost     bool              // the outcome of a batch is not known
}

// run goes on where the last slice has ended. What is handled is marked, so that a
// later slice or run compares anew and finds what is left.
func (t *Task) run(ctx context.Context, sl *task.Slice[Parameters, position], sides Sides) (bool, error) {
	card, err := cardOf(sl.Card)
	if err != nil {
		return false, err
	}
	s := &slice{Task: t, Slice: sl, Sides: sides, store: store{t.Table}, card: card, places: map[string]issue.Reason{}, names: map[string]string{}}
	if len(card.StockLocations) == 0 {
		s.Progress(ctx, jobqueue.Progress{Note: "no location is mapped: stockLocations on the shop card says of which locations stock is sent"})
		return true, nil
	}
	if err := s.settle(ctx); err != nil {
		return false, err
	}
	if err := s.load(ctx); err != nil {
		return false, err
	}
	groups := s.due()
	for len(groups) > 0 {
		if s.Over(2 * s.Timeout) {
			return false, nil
		}
		s.Step()
		if err := s.group(ctx, groups[0]); err != nil {
			return false, err
		}
		groups = groups[1:]
		s.Progress(ctx, jobqueue.Progress{Done: s.Checkpoint.Looked, Note: s.note()})
	}
	return true, s.end(ctx)
}

// load reads what the shop's pairs are compared by. Which orders have no document is
// asked before the company's stock is: one that gets it in between is counted twice
// for a while, never not at all.
func (s *slice) load(ctx context.Context) (err error) {
	shop := s.Request.Shop
	if !s.Checkpoint.Began {
		h, err := s.store.head(ctx, shop)
		if err != nil {
			return err
		}
		since := s.Now().Sub(h.At)
		if len(s.Parameters.Items) == 0 && (s.Parameters.All || h.Gen == 0 || since >= allEvery || since < 0) {
			s.Checkpoint.Gen = h.Gen + 1
		}
		s.Checkpoint.Began = true
	}
	s.began = s.Now()
	if s.unbooked, err = s.Orders.Unbooked(ctx, shop); err != nil {
		return err
	}
	if s.goods, err = s.Links.Goods(ctx, shop, s.items()); err != nil {
		return err
	}
	s.goods = slices.DeleteFunc(s.goods, func(g Good) bool { return g.InventoryItem == "" || g.Item == "" })
	slices.SortFunc(s.goods, func(a, b Good) int { return strings.Compare(a.Variant, b.Variant) })
	if s.marks, err = s.store.marks(ctx, shop); err != nil || len(s.goods) == 0 {
		return err
	}
	s.of = make(map[string]Good, len(s.goods))
	asked, goods := Asked{Items: s.items()}, map[string]bool{}
	s.shared = map[string]bool{}
	for _, g := range s.goods {
		key := stockKey(g.Item, g.Code)
		if goods[key] {
			s.shared[key] = true
		}
		goods[key] = true
		s.of[g.Variant] = g
		asked.Units = asked.Units || g.Unit != ""
	}
	st, err := s.Source.Stock(ctx, asked)
	if s.ledger = ledgerOf(st, s.card); err != nil || !s.marks.promised() && len(s.shared) == 0 {
		return err
	}
	ps, err := s.waiting(ctx)
	s.sums = promisesOf(ps, s.of, s.ledger)
	return err
}

// items are the numbers that the run is limited to, nil for all.
func (s *slice) items() (numbers []string) {
	for _, n := range s.Parameters.Items {
		numbers = append(numbers, bcapi.Code(n))
	}
	return numbers
}

// due are the pairs to look at, in groups: those whose figure has moved, those that
// were refused a while ago, and all of them where the run is for all.
func (s *slice) due() (groups [][]*pair) {
	size := cmp.Or(s.Group, perGroup)
	n := size
	for _, g := range s.goods {
		if g.Variant <= s.Checkpoint.After {
			continue
		}
		var ps []*pair
		for _, place := range s.card.StockLocations {
			f := s.ledger.figure(g, place)
			if f.Wrong == "" && s.wants(g, place, f) {
				ps = append(ps, &pair{good: g, place: place, figure: f})
			}
		}
		if len(ps) == 0 {
			continue
		}
		if n++; n > size {
			groups, n = append(groups, nil), 1
		}
		last := len(groups) - 1
		groups[last] = append(groups[last], ps...)
	}
	return groups
}

func (s *slice) wants(g Good, p Place, f figure) bool {
	m, ok := s.marks.get(g.Variant, p.LocationID)
	since := s.Now().Sub(m.At)
	// What the shop sells of a good it takes off by itself, but not of another good of
	// the same item.
	sold := (m.Promised != "" || s.shared[stockKey(g.Item, g.Code)]) && m.Promised != text(s.sums[promiseKey(g, p.LocationID)])
	return !ok || len(s.Parameters.Items) > 0 || sold || m.Figure != f.print() || m.Gen < s.Checkpoint.Gen ||
		m.Reason != "" && (since >= againAfter || since < 0)
}

// mark notes what was made of a pair.
func (s *slice) mark(p *pair, reason issue.Reason, detail string) {
	m := mark{Figure: p.figure.print(), Gen: s.Checkpoint.Gen, Promised: text(p.promised), Reason: reason, Detail: detail}
	if was, ok := s.marks.get(p.good.Variant, p.place.LocationID); ok && m.Gen == 0 {
		m.Gen = was.Gen
	}
	switch reason {
	case "":
	case ItemUnread, Refused:
		m.Figure, m.At = "", s.Now()
	default:
		m.At = s.Now()
	}
	s.marks.put(p.good.Variant, p.place.LocationID, m)
}

// text is n, "" for 0.
func text(n decimal.Decimal) string {
	if n.IsZero() {
		return ""
	}
	return n.String()
}

// end stores when all was looked at, and says what is wrong.
func (s *slice) end(ctx context.Context) error {
	if s.Request.DryRun {
		return nil
	}
	if err := s.says(ctx); err != nil || s.Checkpoint.Gen == 0 {
		return err
	}
	pairs := map[string]bool{}
	for _, g := range s.goods {
		for _, p := range s.card.StockLocations {
			pairs[pairKey(g.Variant, p.LocationID)] = true
		}
	}
	if s.marks.keep(pairs); len(s.goods) == 0 && len(s.marks.pages) == 0 {
		return nil
	}
	if err := s.marks.store(ctx, s.Guard, s.Request.Lease); err != nil {
		return err
	}
	h := head{Gen: s.Checkpoint.Gen, At: s.Now()}
	return s.Guard.Write(ctx, s.Request.Lease, h.op(s.Request.Shop))
}

// note says what of the stock is not sent, without being an issue.
func (s *slice) note() string {
	says := []string{"sending stock"}
	if n := s.Checkpoint.Untracked; n > 0 {
		says = append(says, fmt.Sprintf("%d times a variant whose stock Shopify does not track", n))
	}
	return strings.Join(says, "; ")
}

// unsettled is that nobody knows what became of a batch: its run is tried again.
func unsettled() error {
	return &fault.Error{Op: TaskName, Kind: fault.Transient, Merchant: "Shopify has not answered whether it has taken the stock; it is asked again.", Err: errUnsettled}
}

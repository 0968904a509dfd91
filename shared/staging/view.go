package staging

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"backroom/shared/creditmemos"
	"backroom/shared/documents"
	"backroom/shared/issue"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/outbound"
	"backroom/shared/record"
	"backroom/shared/table"
)

// View is a staged order as a person sees it.
type View struct {
	ID        string          `json:"id"`
	Name      string          `json:"name"`
	CreatedAt time.Time       `json:"createdAt,omitzero"`
	State     orders.State    `json:"state"`
	Reason    string          `json:"reason,omitempty"`
	HeldUntil time.Time       `json:"heldUntil,omitzero"` // of a held order, if that ends by itself
	Total     money.Amount    `json:"total"`              // the document's once there is one
	Document  *documents.Link `json:"document,omitempty"`
	Issue     *issue.Issue    `json:"issue,omitempty"`
	// Changes are what an order in conflict has changed in since its document was made.
	Changes   []orders.Difference `json:"changes,omitempty"`
	Log       outbound.Log        `json:"log,omitempty"` // of the creates of its document
	Decisions []Decided           `json:"decisions,omitempty"`
	Closed    *orders.Closed      `json:"closed,omitempty"` // by a person
	Memos     []creditmemos.Memo  `json:"memos,omitempty"`  // what its refunds became, or are to become
}

func (s *Store) view(ctx context.Context, shop, id string, h head) (View, error) {
	v := View{ID: id, Name: h.Name, CreatedAt: h.CreatedAt, State: h.State, Reason: h.Reason, Total: h.Total, Document: h.Link, Log: h.Log, Decisions: h.Decisions, Closed: h.Closed}
	v.HeldUntil, v.Changes, v.Memos = h.hold().Until, h.Changes, h.Memos
	if h.Link != nil && h.Link.Total.Currency != "" {
		v.Total = h.Link.Total
	}
	if h.Missed || h.Refused || h.State == orders.Attention || h.State == orders.Conflict || h.State == orders.Creating {
		i, ok, err := s.Issues.Get(ctx, shop, "order", id)
		if err != nil {
			return v, err
		}
		if ok {
			v.Issue = &i
		}
	}
	return v, nil
}

// List pages through the orders of a shop, at most limit a page (0: all);
// state "" is all. All and processed ones come by number, largest first, the
// others by the time they were placed, newest first.
func (s *Store) List(ctx context.Context, shop string, state orders.State, page string, limit int) (vs []View, next string, err error) {
	q := table.IndexQuery{N: 1, PK: listKey(shop, "ALL"), Reverse: true, Page: page}
	if l := listOf(state); l != "" {
		q.N, q.PK = 2, listKey(shop, l)
	}
	for {
		if limit > 0 {
			q.Limit = limit - len(vs)
		}
		p, err := s.Table.Index(ctx, q)
		if err != nil {
			return nil, "", fmt.Errorf("staging: orders of %s: %w", shop, err)
		}
		for _, it := range p.Items {
			h, err := s.head(ctx, shop, it.SK)
			if err != nil {
				return nil, "", err
			}
			if h.Version == 0 || state != "" && h.State != state {
				continue
			}
			v, err := s.view(ctx, shop, it.SK, h)
			if err != nil {
				return nil, "", err
			}
			vs = append(vs, v)
		}
		if q.Page = p.Next; q.Page == "" || limit > 0 && len(vs) >= limit {
			return vs, q.Page, nil
		}
	}
}

// Detail is an order with everything that is known of it.
type Detail struct {
	View

	ReadAt    time.Time     // when Shopify last said what the order is; zero: an earlier release read it
	Processed time.Time     // when it got its document; zero: it has none
	Copy      *orders.Order // nil once it has been dropped
}

// Detail is the order that a person calls name, see [Store.Find].
func (s *Store) Detail(ctx context.Context, shop, name string) (Detail, error) {
	id, h, err := s.find(ctx, shop, name)
	if err != nil {
		return Detail{}, err
	}
	d := Detail{ReadAt: h.ReadAt, Processed: h.Processed}
	if d.View, err = s.view(ctx, shop, id, h); err != nil || h.Parts.Count == 0 {
		return d, err
	}
	c, err := s.load(ctx, shop, id, h)
	d.Copy = &c
	return d, err
}

// MaxCounted is how many orders of a state are counted; so many stand for more.
const MaxCounted = 100

// Counts is how many orders of a shop are in each state in which something is
// still to be done, by one query a list whatever the size of the shop. It may trail by
// moments.
func (s *Store) Counts(ctx context.Context, shop string) (map[orders.State]int, error) {
	out := map[orders.State]int{}
	seen := map[string]bool{}
	for _, st := range []orders.State{orders.Filtered, orders.Ready, orders.Held, orders.Creating, orders.Attention, orders.Conflict, orders.Unread} {
		l := listOf(st)
		if seen[l] { // states share lists
			continue
		}
		seen[l] = true
		p, err := s.Table.Index(ctx, table.IndexQuery{N: 2, PK: listKey(shop, l), Limit: MaxCounted})
		if err != nil {
			return nil, fmt.Errorf("staging: orders of %s: %w", shop, err)
		}
		for _, it := range p.Items {
			var h head
			if err := record.Decode(it.Data, schema, &h); err != nil {
				return nil, fmt.Errorf("staging: order %s of %s: %w", it.SK, shop, err)
			}
			out[h.State]++
		}
	}
	return out, nil
}

// ErrNotFound means that no order of that name or id is staged.
var ErrNotFound = errors.New("no such order is imported")

// ErrSeveral means that several orders are called so.
var ErrSeveral = errors.New("several orders are called so")

// Find is the order that a person calls name: by its name or number with or
// without the shop's prefix and suffix ("#1042", "1042", "EU-1042-X"), by its
// id, or by the external number of its document, which ends in the id.
func (s *Store) Find(ctx context.Context, shop, name string) (View, error) {
	id, h, err := s.find(ctx, shop, name)
	if err != nil {
		return View{}, err
	}
	return s.view(ctx, shop, id, h)
}

func (s *Store) find(ctx context.Context, shop, name string) (string, head, error) {
	if id := idIn(name); id != "" {
		if h, err := s.head(ctx, shop, id); err != nil || h.Version > 0 {
			return id, h, err
		}
	}
	type hit struct {
		id string
		h  head
	}
	var hits []hit
	for _, number := range numbers(name) {
		p, err := s.Table.Index(ctx, table.IndexQuery{N: 1, PK: listKey(shop, "ALL"), Prefix: fmt.Sprintf("%012d#", number)})
		if err != nil {
			return "", head{}, fmt.Errorf("staging: order %s of %s: %w", name, shop, err)
		}
		for _, it := range p.Items {
			h, err := s.head(ctx, shop, it.SK)
			if err != nil {
				return "", h, err
			}
			if bare(h.Name) == bare(name) {
				return it.SK, h, nil
			}
			if called(h.Name, name, number) {
				hits = append(hits, hit{it.SK, h})
			}
		}
	}
	if len(hits) == 1 {
		return hits[0].id, hits[0].h, nil
	}
	if len(hits) == 0 {
		return "", head{}, fmt.Errorf("order %q: %w", name, ErrNotFound)
	}
	var names []string
	for _, h := range hits {
		names = append(names, h.h.Name)
	}
	return "", head{}, fmt.Errorf("order %q: %w: %s", name, ErrSeveral, strings.Join(names, ", "))
}

// idIn is the id of an order that name is, or ends in after a hyphen as the external
// number of a document does; "" if there is none.
func idIn(name string) string {
	id := name[strings.LastIndexByte(name, '-')+1:]
	if whole := id == name; id != "" && len(id) <= 20 && (whole || len(id) >= 9) && strings.Trim(id, digits) == "" {
		return id
	}
	return ""
}

const digits = "0123456789"

// numbers are the order numbers that may be in name, likely ones first. A
// name is a prefix, the number and a suffix, which may have digits too.
func numbers(name string) []int64 {
	var out []int64
	add := func(s string) {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil && !slices.Contains(out, n) && len(out) < 30 {
			out = append(out, n)
		}
	}
	runs := strings.FieldsFunc(name, func(r rune) bool { return r < '0' || r > '9' })
	slices.Reverse(runs)
	for _, run := range runs {
		add(run)
	}
	for _, run := range runs {
		for i := range run {
			add(run[i:])
		}
	}
	return out
}

// called reports whether text is the name of an order of that number, with parts
// of the prefix and the suffix left out.
func called(name, text string, number int64) bool {
	name, text = bare(name), bare(text)
	digits := strconv.FormatInt(number, 10)
	for at := 0; ; at++ {
		i := strings.Index(name[at:], digits)
		if i < 0 {
			return false
		}
		at += i
		before, after, ok := strings.Cut(text, digits)
		if ok && strings.HasSuffix(name[:at], before) && strings.HasPrefix(name[at+len(digits):], after) {
			return true
		}
	}
}

// bare is a name as it is compared: without its first "#", blanks and case.
func bare(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.TrimSpace(name), "#"))
}

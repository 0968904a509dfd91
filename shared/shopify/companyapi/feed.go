package companyapi

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"backroom/shared/cursor"
	"backroom/shared/fault"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/wire"
)

// listed is a page of a list by update time.
type listed struct {
	changes []cursor.Change
	info    wire.PageInfo
}

// feed is a list by update time. Shopify cannot count companies by time: the list is begun
// anew, from the time that it has come to, before it has shown as many as it can.
type feed struct {
	core *shopify.Client
	op   string
	page func(ctx context.Context, q, after *string) (listed, error)
	most int // entries of a list that is walked through, below cursor.MaxObjects
}

var _ cursor.Feed = feed{}

// Clock implements cursor.Feed.
func (f feed) Clock() time.Time { return f.core.Clock() }

// Count implements cursor.Feed: a window of any size can be walked through.
func (feed) Count(context.Context, cursor.Window, int) (int, error) { return 0, nil }

// place is where a walk is: its list begins at from, has shown n entries, and goes on
// after a cursor; zero at its beginning. anew: the cursor before was not accepted.
type place struct {
	from  time.Time
	n     int
	anew  bool
	after string
}

func (p place) text() string {
	return fmt.Sprintf("%s|%d|%t|%s", p.from.UTC().Format(time.RFC3339), p.n, p.anew, p.after)
}

func placeOf(text string) (p place, err error) {
	if text == "" {
		return p, nil
	}
	parts := strings.SplitN(text, "|", 4)
	if len(parts) == 4 {
		p.after = parts[3]
		if p.from, err = time.Parse(time.RFC3339, parts[0]); err == nil {
			p.n, err = strconv.Atoi(parts[1])
		}
		p.anew = parts[2] == "true"
		return p, err
	}
	return p, fmt.Errorf("no page of companies: %q", text)
}

// Changed implements cursor.Feed with pages of 250. A cursor that Shopify no longer
// accepts starts the walk anew, once.
func (f feed) Changed(ctx context.Context, w cursor.Window, page string) (cursor.Page, error) {
	at, err := placeOf(page)
	if err != nil {
		return cursor.Page{}, &fault.Error{Op: "shopify." + f.op, Kind: fault.Bug, Err: err}
	}
	if at.from.After(w.From) {
		w.From = at.from
	}
	q := window(w)
	l, err := f.page(ctx, q, given(at.after))
	if fault.Of(err).Code == "BAD_REQUEST" && at.after != "" && !at.anew {
		at = place{from: at.from, anew: true}
		l, err = f.page(ctx, q, nil)
	}
	if err != nil {
		return cursor.Page{}, err
	}
	out := cursor.Page{Changes: l.changes}
	next, err := wire.CursorsAfter(given(at.after)).Next(f.op, l.info)
	if err != nil || next == nil {
		return out, err
	}
	at.n, at.after = at.n+len(l.changes), *next
	if at.n >= f.most {
		last := l.changes[len(l.changes)-1].UpdatedAt
		if !last.After(w.From) {
			err := fmt.Errorf("%d or more were updated in one second, at %v", at.n, last)
			return out, &fault.Error{Op: "shopify." + f.op, Kind: fault.Bug, Err: err}
		}
		at = place{from: last}
	}
	out.Next = at.text()
	return out, nil
}

func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// window is the search for w. Shopify's stamps have whole seconds: the bounds are
// widened to those.
func window(w cursor.Window) *string {
	var terms []string
	if !w.From.IsZero() {
		terms = append(terms, "updated_at:>='"+stamp(w.From)+"'")
	}
	if !w.To.IsZero() {
		terms = append(terms, "updated_at:<'"+stamp(w.To.Add(time.Second-time.Nanosecond))+"'")
	}
	return given(strings.Join(terms, " "))
}

func stamp(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }

package shopify

import (
	"regexp"
	"time"

	"backroom/infra/sim/shopify/data"
)

var (
	floodFrom = regexp.MustCompile(`created_at:>='?([0-9TZ:.+-]+)'?`)
	floodTo   = regexp.MustCompile(`created_at:<'?([0-9TZ:.+-]+)'?`)
	floodSpan = regexp.MustCompile(`^created_at:>='([0-9TZ:.+-]+)' created_at:<'([0-9TZ:.+-]+)'$`)
)

// span is the places of the orders of the flood that a search may find: all that it
// does not leave out by the time of placing.
func (s *Shop) span(query string) (from, to int) {
	bound := func(p *regexp.Regexp, otherwise int) int {
		if m := p.FindStringSubmatch(query); m != nil {
			if t, err := time.Parse(time.RFC3339, m[1]); err == nil {
				return s.flood.Since(t)
			}
		}
		return otherwise
	}
	return bound(floodFrom, 0), bound(floodTo, s.flood.Len())
}

// flooded are the orders of the flood that a search may find.
func (s *Shop) flooded(query string) (out []*data.Order) {
	if s.flood == nil {
		return nil
	}
	from, to := s.span(query)
	for i := from; i < to; i++ {
		out = append(out, s.flood.At(i))
	}
	return out
}

// countFlood counts a span of the flood without making its orders; not ok: the search
// asks for more than a span.
func (x *execution) countFlood(args map[string]any) (n int, ok bool) {
	q := asString(args["query"])
	if x.shop.flood == nil || q != "" && !floodSpan.MatchString(q) {
		return 0, false
	}
	from, to := x.shop.span(q)
	limit, limited := asInt(args["limit"])
	if n = max(to-from, 0); limited {
		n = min(n, limit)
	}
	return n, true
}

// floodNode is an order of the flood by the id of itself or of a part, nil if none is.
func (s *Shop) floodNode(typ string, id int64) *data.Order {
	if s.flood == nil {
		return nil
	}
	if i := s.flood.Of(typ, id); i >= 0 {
		return s.flood.At(i)
	}
	return nil
}

package documents

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/outbound"
	"backroom/shared/testsize"
)

// The log tells what became of the create of an order, whichever write failed.
func TestLogOfTheCreate(t *testing.T) {
	seen := map[string]bool{}
	for n := 0; n <= testsize.Of(20, 20, 8); n++ {
		for _, when := range []string{"before", "after"} {
			ss := sold(14)
			w := crashWorld(t, ss)
			w.fail = plan{n, when, false}
			_, _ = w.drain()
			for range 5 {
				w.advance(7 * time.Minute)
				w.must()
			}
			r, err := w.row(ss[0].id())
			if err != nil || r.Link == nil {
				t.Fatalf("write %d %s: %+v, %v", n, when, r, err)
			}
			var did []string
			for _, e := range r.Log {
				did = append(did, string(e.Did))
			}
			last := r.Log[len(r.Log)-1]
			if last.Says != "order "+r.Link.Number || last.Did != outbound.DidMake && last.Did != outbound.DidFind || r.Log[0].Did != outbound.DidIntend {
				t.Errorf("write %d %s: the log of order %s is\n%s", n, when, r.Link.Number, r.Log)
			}
			if !slices.IsSortedFunc(r.Log, func(a, b outbound.Event) int { return a.At.Compare(b.At) }) {
				t.Errorf("write %d %s: not in the order of time:\n%s", n, when, r.Log)
			}
			seen[strings.Join(did, ", ")] = true
		}
	}
	for _, want := range []string{
		"intended, sent, made",
		"intended, sent, no answer, found",                // it has taken effect
		"intended, sent, no answer, intended, sent, made", // it has not, and has settled
		"intended, found",                                 // the answer could not be stored
	} {
		if !seen[want] {
			t.Errorf("no log says %q; there are\n%s", want, fmt.Sprint(seen))
		}
	}
}

package cursor_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"backroom/shared/cursor"
	"backroom/shared/fault"
)

var start = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// source is records whose index trails: each is listed under the time that the index
// knows, with the update time that the database does.
type source struct {
	now     time.Time
	records map[string]*indexed
	page    int
	told    bool   // it tells its clock
	repeat  string // the page that follows every page; "": none
	counts  int
}

type indexed struct {
	at     time.Time
	shown  []shown // oldest first
	stored time.Time
}

type shown struct{ stamp, from time.Time } // stamp is in the index from then on

func (s *source) touch(id string, lag time.Duration) {
	r := s.records[id]
	if r == nil {
		r = &indexed{}
		s.records[id] = r
	}
	r.at = s.now.Truncate(time.Second)
	r.shown = append(r.shown, shown{r.at, s.now.Add(lag)})
}

// row is a record at its place in the index.
type row struct {
	place string // time and id
	cursor.Change
}

func (s *source) in(w cursor.Window) []row {
	var rows []row
	for id, r := range s.records {
		var place time.Time
		for _, v := range r.shown {
			if !v.from.After(s.now) {
				place = v.stamp
			}
		}
		if place.IsZero() || place.Before(w.From) || !w.To.IsZero() && !place.Before(w.To) {
			continue
		}
		rows = append(rows, row{place.Format(time.RFC3339) + " " + id, cursor.Change{ID: id, UpdatedAt: r.at}})
	}
	slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.place, b.place) })
	return rows
}

func (s *source) Clock() time.Time {
	if !s.told {
		return time.Time{}
	}
	return s.now
}

func (s *source) Count(_ context.Context, w cursor.Window, limit int) (int, error) {
	s.counts++
	return min(len(s.in(w)), limit), nil
}

func (s *source) Changed(_ context.Context, w cursor.Window, page string) (cursor.Page, error) {
	if s.repeat != "" {
		return cursor.Page{Next: s.repeat}, nil
	}
	var p cursor.Page
	for _, r := range s.in(w) { // pages go on behind a place, whatever has left it
		if r.place <= page {
			continue
		}
		if len(p.Changes) == s.page {
			return p, nil
		}
		p.Changes, p.Next = append(p.Changes, r.Change), r.place
	}
	p.Next = ""
	return p, nil
}

// TestNothingIsLost: whatever changes while walks go on, in pages and windows that are
// cut small, and wherever a run is given up, the mark passes no record that is not
// stored as it is by more than the overlap, and a walk after the last change stores all.
func TestNothingIsLost(t *testing.T) {
	rapid.Check(t, func(p *rapid.T) {
		s := &source{now: start, records: map[string]*indexed{}, page: rapid.IntRange(1, 7).Draw(p, "page"), told: rapid.Bool().Draw(p, "clock told")}
		most := rapid.IntRange(5, 40).Draw(p, "objects")
		later := func(seconds int) {
			s.now = s.now.Add(time.Duration(rapid.IntRange(1, seconds).Draw(p, "seconds")) * time.Second)
		}
		change := func() {
			s.touch(fmt.Sprint("r", rapid.IntRange(0, 25).Draw(p, "record")), time.Duration(rapid.IntRange(0, 590).Draw(p, "lag"))*time.Second)
		}
		var mark cursor.Mark
		walk := func(pages int, changes bool) {
			at := cursor.Walk{}
			w := &cursor.Walker{Op: "test", Feed: s, Now: func() time.Time { return s.now }, Walk: &at, Max: most}
			if err := w.Begin(p.Context(), mark, start.Add(-time.Hour)); err != nil {
				p.Fatal(err)
			}
			for range pages {
				page, last, err := w.Page(p.Context())
				if err != nil {
					p.Fatal(err)
				}
				for _, c := range page.Changes {
					s.records[c.ID].stored = c.UpdatedAt
				}
				if mark.Reach(w.Behind(page.Changes, last)); last {
					mark.Swept(at, s.now)
					return
				}
				if later(60); changes {
					change()
				}
				if err := w.Turn(p.Context(), page); err != nil {
					p.Fatal(err)
				}
			}
		}
		for range rapid.IntRange(1, 12).Draw(p, "runs") {
			for range rapid.IntRange(0, 5).Draw(p, "changes") {
				later(300)
				change()
			}
			walk(rapid.IntRange(1, 5).Draw(p, "pages"), true)
			for id, r := range s.records {
				if !r.stored.Equal(r.at) && r.at.Before(mark.UpTo.Add(-cursor.Overlap)) {
					p.Fatalf("the mark %v has passed %s of %v", mark.UpTo, id, r.at)
				}
			}
		}
		s.now = s.now.Add(cursor.Overlap)
		walk(1000, false)
		for id, r := range s.records {
			if !r.stored.Equal(r.at) {
				p.Fatalf("%s of %v is lost; the mark is %v", id, r.at, mark.UpTo)
			}
		}
	})
}

func TestStart(t *testing.T) {
	day := 24 * time.Hour
	for _, tt := range []struct {
		name  string
		mark  cursor.Mark
		first time.Time
		want  time.Time
		sweep bool
	}{
		{"the very first", cursor.Mark{}, start.Add(-day), start.Add(-day), true},
		{"the very first, of all", cursor.Mark{}, time.Time{}, time.Time{}, true},
		{"a later one", cursor.Mark{UpTo: start, SweptAt: start}, time.Time{}, start.Add(-cursor.Overlap), false},
		{"the sweep is due", cursor.Mark{UpTo: start, SweptAt: start.Add(-day)}, time.Time{}, start.Add(-3 * day), true},
		{"the sweep is not due yet", cursor.Mark{UpTo: start, SweptAt: start.Add(time.Second - day)}, time.Time{}, start.Add(-cursor.Overlap), false},
		{"swept by a clock that was ahead", cursor.Mark{UpTo: start, SweptAt: start.Add(day)}, time.Time{}, start.Add(-3 * day), true},
		{"the sweep goes back to the first start", cursor.Mark{UpTo: start, SweptAt: start.Add(-day)}, start.Add(-day), start.Add(-day), true},
		{"the overlap ends at the first start", cursor.Mark{UpTo: start, SweptAt: start}, start.Add(-time.Minute), start.Add(-time.Minute), false},
		{"a first start that was moved behind the mark", cursor.Mark{UpTo: start, SweptAt: start}, start.Add(time.Minute), start.Add(-cursor.Overlap), false},
		{"the same, when the sweep is due", cursor.Mark{UpTo: start, SweptAt: start.Add(-day)}, start.Add(time.Minute), start.Add(-cursor.Overlap), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var at cursor.Walk
			w := cursor.Walker{Walk: &at, Now: func() time.Time { return start }}
			if got := w.Start(tt.mark, tt.first); !got.Equal(tt.want) || at.Sweep != tt.sweep {
				t.Errorf("starts at %v, a sweep: %v; want %v, %v", got, at.Sweep, tt.want, tt.sweep)
			}
		})
	}
}

func TestAListWithoutEnd(t *testing.T) {
	s := &source{now: start, records: map[string]*indexed{}, repeat: "same"}
	var at cursor.Walk
	w := &cursor.Walker{Op: "test", Feed: s, Now: func() time.Time { return start }, Walk: &at}
	page, _, err := w.Page(t.Context())
	if err == nil {
		err = w.Turn(t.Context(), page)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err = w.Page(t.Context()); fault.KindOf(err) != fault.Transient {
		t.Errorf("the second page is the first: %v", err)
	}
}

func TestASecondWithTooMany(t *testing.T) {
	s := &source{now: start, records: map[string]*indexed{}, page: 5, told: true}
	for i := range 9 {
		s.touch(fmt.Sprint("r", i), 0)
	}
	s.now = start.Add(time.Hour)
	var at cursor.Walk
	w := &cursor.Walker{Op: "test", Feed: s, Now: func() time.Time { return s.now }, Walk: &at, Max: 9}
	if err := w.Begin(t.Context(), cursor.Mark{}, start.Add(-time.Second)); fault.KindOf(err) != fault.Bug || s.counts > 20 {
		t.Errorf("%v, after %d counts", err, s.counts)
	}
}

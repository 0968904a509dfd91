package jobstore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/table"
)

// LogQuery asks for the runs of a shop, newest first. The zero value of a
// field asks for all.
type LogQuery struct {
	Shop     string
	Entry    string
	Outcomes []jobqueue.Outcome // any of these; runs without an outcome have none
	// Open asks for accepted runs and those in progress, beside Outcomes.
	Open bool
	// Notes asks for runs alone that have a note of their success.
	Notes bool
	// Since and Until bound the time by which runs are listed: the start, or
	// the acceptance of one that has not started. Until is not included.
	Since, Until time.Time
	Limit        int    // runs a page, beside those in progress; 0 is 50
	Page         string // the Next of the page before
}

// LogPage is part of the log. An empty page with a Next is possible: rows that
// do not match were many.
type LogPage struct {
	Runs []jobqueue.Run
	Next string // "" on the last
}

// readsPerPage bounds what one page of the log costs when little matches.
const readsPerPage = 20

// Log reads a page of the log. It may trail by moments; a page's token stays
// good while runs come and go, and means the same with the same query. Runs
// past their time ([Store.Keep]) are left out, whether deleted yet or not.
// Errors: table.ErrInvalid for a token of something else.
func (s *Store) Log(ctx context.Context, q LogQuery) (LogPage, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	var page LogPage
	ask := table.IndexQuery{N: 1, PK: runsIndex(q.Shop), Prefix: q.prefix(), Reverse: true, Page: q.Page}
	going, err := s.Running(ctx, q.Shop)
	if err != nil {
		return page, err
	}
	isGoing := func(r jobqueue.Run) bool {
		return !r.Done() && slices.ContainsFunc(going, func(g jobqueue.Run) bool { return g.ID == r.ID })
	}
	if q.Page == "" {
		page.Runs = slices.DeleteFunc(slices.Clone(going), func(r jobqueue.Run) bool { return !q.matches(r) })
		slices.SortFunc(page.Runs, func(a, b jobqueue.Run) int { return b.Started.Compare(a.Started) })
	}
	running := len(page.Runs)
	for range readsPerPage {
		// No more than are still wanted: so the page ends where the table's does.
		if ask.Limit = q.Limit - (len(page.Runs) - running); ask.Limit == 0 {
			break
		}
		p, err := s.Table.Index(ctx, ask)
		if err != nil {
			return page, fmt.Errorf("jobqueue: log of %s: %w", q.Shop, err)
		}
		kept := slices.DeleteFunc(p.Items, func(it table.Item) bool { return !it.Expires.IsZero() && !it.Expires.After(s.Now()) })
		rows, err := runs(kept)
		if err != nil {
			return page, err
		}
		for _, r := range rows {
			if !q.Since.IsZero() && listed(r).Before(q.Since) {
				return page, nil
			}
			if !isGoing(r) && q.matches(r) { // those in progress are on the first page
				page.Runs = append(page.Runs, r)
			}
		}
		page.Next, ask.Page = p.Next, p.Next
		if p.Next == "" {
			break
		}
	}
	return page, nil
}

// matches reports whether r is asked for.
func (q LogQuery) matches(r jobqueue.Run) bool {
	at := listed(r)
	switch {
	case q.Entry != "" && r.Entry != q.Entry,
		q.Notes && r.Note == "",
		!q.Since.IsZero() && at.Before(q.Since),
		!q.Until.IsZero() && !at.Before(q.Until):
		return false
	case !q.Open && len(q.Outcomes) == 0:
		return true
	}
	return q.Open && !r.Done() || r.Done() && slices.Contains(q.Outcomes, r.Outcome)
}

// prefix is what the index keys of all runs between Since and Until begin
// with: with it, a look far back does not read all that came after.
func (q LogQuery) prefix() string {
	if q.Since.IsZero() || q.Until.IsZero() {
		return ""
	}
	a, b := sortable(q.Since), sortable(q.Until)
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return a[:n]
}

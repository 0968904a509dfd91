package jobqueue

import (
	"errors"
	"maps"
	"time"

	"backroom/shared/fault"
	"backroom/shared/record"
)

// Category is the stored state of one category of a scope: its lock, the run
// in progress, and what the runs of its entries left behind.
//
// Slices write it: a run starts, goes on and ends by one write of this item, and
// each changes the version that guards the writes of a task. What people say is
// in the entry, so that nothing they do fences a slice; that there is an entry,
// and its priority, is noted here while no run is in process.
type Category struct {
	record.Rest // of a newer release; not that of Run, which is the release's that began it

	Version int64 `json:"-"`     // of the stored item; 0: not stored
	Fence   int64 `json:"fence"` // rises with every acquisition
	// Owner is the token of the slice that holds it; "" between two slices of
	// a run (Yields), and when it is free.
	Owner string `json:"owner,omitempty"`
	// Until is the end of the lease as of its acquisition; renewals are on the
	// beat, so that they do not change this item's version.
	Until  time.Time `json:"until,omitzero"`
	Since  time.Time `json:"since,omitzero"`   // of this slice
	At     time.Time `json:"at,omitzero"`      // when this item was written; zero by an earlier release
	Yields bool      `json:"yields,omitempty"` // only Run may go on

	Shop string `json:"shop,omitempty"` // of Run
	ID   string `json:"id,omitempty"`   // of Run
	Row  int64  `json:"row,omitempty"`  // version of Run's row; 0: it has none yet
	Run  *Run   `json:"run,omitempty"`  // in progress; nil: the category is free
	// Resume is when Run may go on, if it was asked to wait.
	Resume time.Time `json:"resume,omitzero"`
	// End is the outcome of the slice that ran last, until it is recorded.
	End *SliceEnd `json:"end,omitempty"`

	Entries map[string]History `json:"entries,omitempty"` // by stateKey
}

// Beat is the renewal of a category's lease, and how far its run is.
type Beat struct {
	Version int64     `json:"-"`     // of the stored item; 0: not stored
	Fence   int64     `json:"fence"` // of the lease that it renews
	Until   time.Time `json:"until"`
	// Right: the category's own Until was later than it can be, and counts no more.
	Right    bool      `json:"right,omitempty"`
	Progress *Progress `json:"progress,omitempty"`
}

// stateKey names an entry in its category: the id, with the shop before it where shops share a scope.
func stateKey(scope, shop, entry string) string {
	if shop == scope {
		return entry
	}
	return shop + "/" + entry
}

// With is c with the entry's history changed, and c's own map left alone.
func (c Category) With(e Entry, h History) Category {
	c.Entries = maps.Clone(c.Entries)
	if c.Entries == nil {
		c.Entries = map[string]History{}
	}
	c.Entries[stateKey(e.Scope, e.Shop, e.ID)] = h
	return c
}

// Without is c when the entry is gone.
func (c Category) Without(e Entry) Category {
	c.Entries = maps.Clone(c.Entries)
	delete(c.Entries, stateKey(e.Scope, e.Shop, e.ID))
	return c
}

// Running is the run in progress as others see it.
func (c Category) Running() Run {
	r := *c.Run
	r.Shop, r.ID, r.Version = c.Shop, c.ID, c.Row
	return r
}

// ClaimedBy is c in the hands of a new slice of r.
func (c Category) ClaimedBy(r Run, owner string, now time.Time) Category {
	c.Fence++
	c.Owner, c.Until, c.Since, c.Yields, c.End, c.Resume = owner, now.Add(LeaseTime), now, false, nil, time.Time{}
	c.Shop, c.ID, c.Row, c.Run = r.Shop, r.ID, r.Version, &r
	return c
}

// Yielded is c between two slices of r, which may go on at a time; it is kept
// for r the time of a lease longer.
func (c Category) Yielded(r Run, resume time.Time) Category {
	c.Owner, c.Yields, c.Resume, c.Until, c.End, c.Run = "", true, resume, resume.Add(LeaseTime), nil, &r
	return c
}

// Free is c when its run has ended.
func (c Category) Free() Category {
	return Category{Rest: c.Rest, Version: c.Version, Fence: c.Fence, Entries: c.Entries}
}

// LeaseEnd is the end of the lease, renewals counted.
func LeaseEnd(c Category, b Beat) time.Time {
	if b.Fence == c.Fence && (b.Right || b.Until.After(c.Until)) {
		return b.Until
	}
	return c.Until
}

// History is what runs have left behind of their entry. A run with parameters of
// its own leaves nothing. The zero History is that of an entry that never ran.
type History struct {
	// CoveredUntil is the time up to which every slot is satisfied: the later of
	// the last run's start and of the slot it ran for. They differ when the
	// scheduler's clock is ahead.
	CoveredUntil time.Time `json:"through,omitzero"`
	Started      time.Time `json:"started,omitzero"`
	Ended        time.Time `json:"ended,omitzero"`    // also of a run that found nothing
	Last         string    `json:"last,omitempty"`    // run started last
	Logged       string    `json:"logged,omitempty"`  // run that ended last and has a row
	Outcome      Outcome   `json:"outcome,omitempty"` // of the run that ended last
	Empty        int       `json:"empty,omitempty"`   // runs in a row that found nothing to do
	Rank         int       `json:"rank,omitempty"`    // of the entry's priority, as of its last start or change
}

// History is what the runs of e have left behind in c. Runs of a deleted entry of
// the same id do not count.
func (c Category) History(e Entry) History {
	h := c.Entries[stateKey(e.Scope, e.Shop, e.ID)]
	if e.Forgets != "" && h.Last == e.Forgets {
		return History{}
	}
	return h
}

// AfterRun is the history after a run that ended at now.
func (h History) AfterRun(r Run, logged, empty bool, now time.Time) History {
	h.Ended, h.Outcome = now, r.Outcome
	if now.Before(h.Started) {
		h.Ended = h.Started // the clocks of dispatcher and task differ
	}
	if logged {
		h.Logged = r.ID
	}
	switch r.Outcome {
	case Succeeded:
		if empty {
			h.Empty++
			break
		}
		h.Empty = 0
	case SucceededWithIssues, Failed, Cancelled, Lost, Rejected, Skipped:
		h.Empty = 0
	}
	return h
}

// SliceEnd is the durable outcome of a slice.
type SliceEnd struct {
	Run    string        `json:"run"`
	Slice  int           `json:"slice"` // 1 for the first
	Result Result        `json:"result"`
	Kind   fault.Kind    `json:"kind,omitempty"` // "": no error
	Retry  time.Duration `json:"retry,omitempty"`
	Code   string        `json:"code,omitempty"`
	Text   string        `json:"text,omitempty"`
	Say    string        `json:"say,omitempty"`   // to the merchant
	Apart  bool          `json:"apart,omitempty"` // it is large: the rest is in an item of its own
}

// EndOf is the outcome of the slice of r that gave res and err.
func EndOf(r Request, res Result, err error) SliceEnd {
	res.Stored, res.Closed = 0, false
	end := SliceEnd{Run: r.Run, Slice: r.Slice, Result: res, Kind: fault.KindOf(err), Retry: fault.RetryAfter(err)}
	if err != nil {
		e := fault.Of(err)
		end.Code, end.Text, end.Say = e.Code, err.Error(), e.Merchant
	}
	return end
}

// Err is the slice's error again, for decisions: a [fault.Error] of its kind.
func (e SliceEnd) Err() error {
	if e.Kind == "" {
		return nil
	}
	return &fault.Error{Op: "slice", Kind: e.Kind, Code: e.Code, RetryAfter: e.Retry, Merchant: e.Say, Err: errors.New(e.Text)}
}

// FoundNothing reports whether a run has found nothing to do: it leaves no row.
func FoundNothing(r Run, end SliceEnd) bool {
	c := r.Counts.Add(end.Result.Counts)
	return end.Kind == "" && end.Result.Done && c.Created+c.Updated+c.Failed == 0 &&
		len(end.Result.FollowUps)+len(end.Result.Report)+len(r.Report) == 0
}

// ClosesItself reports whether the slice's side may end the run by itself: nobody
// asked for it, it found nothing, and no failure was before it.
func ClosesItself(r Run, end SliceEnd) bool {
	return FoundNothing(r, end) && r.Trigger == BySchedule && r.NobodyWaits()
}

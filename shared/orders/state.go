package orders

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"backroom/shared/cursor"
	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/record"
)

// State of a staged order. It is stored: never renamed.
type State string

// The states.
const (
	Filtered  State = "filtered"  // a filter keeps it out for now
	Ready     State = "ready"     // wants a document
	Held      State = "held"      // waits for a gate of the shop card or a person, see Hold
	Creating  State = "creating"  // a create was sent, its outcome is not known yet
	Attention State = "attention" // an issue keeps it from a document; tried again by itself
	Skipped   State = "skipped"   // gets no document: test, cancelled, unconfirmed
	Processed State = "processed" // has its document
	Conflict  State = "conflict"  // has its document, and changed in Shopify since
	Unread    State = "unread"    // it, or its last change, could not be read; tried again by the next import
	Done      State = "done"      // a person has made its document, see [Closed]
	Dismissed State = "dismissed" // a person has decided that it gets no document, see [Closed]
)

var states = []State{Filtered, Ready, Held, Creating, Attention, Skipped, Processed, Conflict, Unread, Done, Dismissed}

// States are all of them, in the order of an order's way.
func States() []State { return slices.Clone(states) }

// ParseState reads the name of a state; "" is none.
func ParseState(text string) (State, error) {
	if text == "" || slices.Contains(states, State(text)) {
		return State(text), nil
	}
	var names []string
	for _, s := range states {
		names = append(names, string(s))
	}
	return "", fmt.Errorf("state %.40q: must be one of %s", text, strings.Join(names, ", "))
}

// Waits reports whether an order in state s wants a document.
func (s State) Waits() bool { return s == Ready || s == Creating || s == Attention }

// Facts are what a change after processing is judged by.
type Facts struct {
	Quantity  int    `json:"quantity"` // of the lines, current
	Lines     string `json:"lines"`    // hash of the line ids
	Shipping  string `json:"shipping"` // total, in the shop's currency
	Cancelled bool   `json:"cancelled,omitempty"`
	// Print is of what the document was made of; nil in facts of 0.1.0, which had
	// the others alone.
	Print *Print `json:"print,omitempty"`
	// Without are the ids of refunds that had been made by then and that the document
	// is made without, by commas: it is of what they have left.
	Without string `json:"without,omitempty"`
	// Back is a digest of what had been paid back; only in the facts of orders that
	// a person has closed.
	Back string `json:"back,omitempty"`
}

// FactsOf takes the facts from an order.
func FactsOf(o Order) Facts {
	f := Facts{Shipping: o.ShippingTotal.Shop.Value.String(), Cancelled: !o.CancelledAt.IsZero(), Print: PrintOf(o)}
	ids := make([]string, 0, len(o.Lines))
	for _, l := range o.Lines {
		f.Quantity += l.CurrentQuantity
		ids = append(ids, l.ID)
	}
	slices.Sort(ids)
	f.Lines = digest([]byte(strings.Join(ids, ",")))
	f.Without = strings.Join(refundsOf(o), ",")
	return f
}

// refundsOf are the ids of refunds that o is what is left of.
func refundsOf(o Order) (ids []string) {
	for _, r := range o.Refunds {
		if o.Standing(r) != Removal {
			ids = append(ids, r.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// Counts reports whether a document with facts f was made without the refund, so
// that the refund is to have a document of its own. Facts of an earlier release say
// nothing of single refunds: where there were any, it is false.
func (f Facts) Counts(refund string) bool {
	if f.Print == nil || f.Without == "" && movedMoney.MatchString(f.Print.Head["refunded"]) {
		return false
	}
	return !slices.Contains(strings.Split(f.Without, ","), refund)
}

// movedMoney finds an amount that is not zero in the words of one.
var movedMoney = regexp.MustCompile(`[1-9]`)

// View is o as a document with facts f is held against: the refunds that booked picks
// have documents of their own, so that they are no change of it.
func (f Facts) View(o Order, booked func(Refund) bool) Order {
	v, _ := o.Sold(func(r Refund) bool { return f.Counts(r.ID) && booked(r) })
	return v
}

// IsZero reports whether nothing has been taken yet.
func (f Facts) IsZero() bool { return f == Facts{} }

// Completed are facts of 0.1.0 completed by the copy that is stored beside them, so
// that what changes from here on is seen whole. What has changed between the
// document and that copy is judged by the facts alone.
func (f Facts) Completed(o Order) Facts {
	if f.Print == nil {
		f.Print = PrintOf(o)
	}
	return f
}

// ConflictWith is [Facts.Update] with the changes in words.
func (f Facts) ConflictWith(now Facts) (issue.Reason, []string) {
	reason, changes := f.Update(now)
	return reason, Words(changes)
}

// Update says why an order that became a document with facts f would give another
// one now, "" if it would not, and what has changed.
func (f Facts) Update(now Facts) (issue.Reason, []Difference) {
	var changes []Difference
	if f.Print != nil && now.Print != nil {
		changes = f.Print.Changes(now.Print)
	}
	switch {
	case now.Cancelled && !f.Cancelled:
		return CancelledAfterProcessing, changes
	case len(changes) > 0:
		return ChangedAfterProcessing, changes
	case now.Quantity > f.Quantity:
		changes = append(changes, Difference{What: "quantity", Before: fmt.Sprint(f.Quantity), After: fmt.Sprint(now.Quantity)})
	case now.Lines != f.Lines:
		changes = append(changes, Difference{What: "lines"})
	case now.Shipping != f.Shipping:
		changes = append(changes, Difference{What: "shipping", Before: f.Shipping, After: now.Shipping})
	default:
		return "", nil
	}
	return ChangedAfterProcessing, changes
}

// maxChanges is how many changes the sentence of a conflict names.
const maxChanges = 5

// ConflictIssue is the issue of an order that changed after it was processed,
// for its shop to be set.
func ConflictIssue(r issue.Reason, id, name string, changes []string, at time.Time) issue.Issue {
	part := issue.Part{Reason: r, Things: []string{name}, More: strings.Join(changes[:min(len(changes), maxChanges)], "; ")}
	more := len(changes) - maxChanges
	if more > 0 {
		part.More += fmt.Sprintf("; and %d more", more)
	}
	i := Reasons.Of(part)
	i.Kind, i.Record, i.Name, i.FirstSeen, i.LastSeen = "order", id, name, at, at
	if more > 0 {
		i.Detail = strings.Join(changes, "; ")
	}
	return i
}

// Hash is of all that o says, except when it was updated and what we have
// written to it.
func (o Order) Hash() (string, error) {
	o.UpdatedAt = time.Time{}
	o.Attributes = slices.DeleteFunc(slices.Clone(o.Attributes), func(a Attr) bool { return a.Key == DocumentAttribute })
	js, err := json.Marshal(o)
	if err != nil {
		return "", fmt.Errorf("order %s: %w", o.ID, err)
	}
	return digest(js), nil
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:12])
}

// Known is what is stored of an order, its copy left out. Version 0: nothing.
type Known struct {
	ID        string
	Version   int64
	Name      string
	State     State
	Reason    string    // of Filtered, Held and Skipped, in words
	UpdatedAt time.Time // of the stored copy, or of our own write after it
	Hash      string
	// Facts are of the copy that became a document, once it has one; those of 0.1.0
	// are completed by the copy that is stored.
	Facts  Facts
	Pinned bool // a create may be under way: the state is the processing's to change
	// Young: the copy was read in the second of its update time or soon after,
	// so that a later change of that second may be missing from it.
	Young bool
	// Missed: what changed last could not be read, Misses times in a row; an import
	// from RetryAt on tries again.
	Missed  bool
	Misses  int
	RetryAt time.Time
	Named   bool // a person has asked for it by name: no filter keeps it out
	// Refunds are the ids of refunds that have documents of their own. Books says that
	// all others are to get some.
	Refunds []string
	Books   bool
	// Returning: by its copy, a return of it is under way.
	Returning bool
	// Closed: a person has handled it; Facts are of the copy that the person closed,
	// and zero if there was none.
	Closed *Closed
}

// booked reports whether a refund has a document of its own, or is to get one.
func (k Known) booked(r Refund) bool { return k.Books || slices.Contains(k.Refunds, r.ID) }

// waits reports whether an order that could not be read is to be left alone at now.
func (k Known) waits(now time.Time) bool { return k.Missed && !ReadAgain(k.RetryAt, now) }

// ReadAgain reports whether an order that could not be read is to be read once
// more at now, when it was to wait until at.
func ReadAgain(at, now time.Time) bool { return cursor.ReadAgain(at, now) }

// Staged is one order to store, only if what is stored is still as Known.
type Staged struct {
	Known  Known
	State  State
	Reason string // of Filtered, in words
	// Order is the new copy; nil: the stored one stays, only UpdatedAt moves.
	Order     *Order
	UpdatedAt time.Time
	Hash      string
	Facts     Facts // of a processed order: those that it was judged by; zero leaves what is stored
	Young     bool
	Missed    bool
	Misses    int
	RetryAt   time.Time
	ReadAt    time.Time // when it was read, on our clock; zero leaves what is stored
	Named     bool
	// Issue is stored with it; nil with Clear removes the one that is stored.
	Issue *issue.Issue
	Clear bool
	// Changes are what the issue of a conflict is about; Amend: its document is amended
	// if it can be.
	Changes []Difference
	Amend   bool
	// Archive: it is to be archived in Shopify.
	Archive bool
}

// Cursor is how far the import of a shop has come.
type Cursor struct {
	record.Rest // of a newer release

	cursor.Mark

	Filters string `json:"filters,omitempty"` // hash of the filters that judged them
	// JudgedAt is when the filtered orders were judged again because the filters
	// had changed. The list of them may have trailed then, so that they are
	// judged once more; zero when that is done.
	JudgedAt time.Time `json:"judgedAt,omitzero"`
	// HiddenFrom is the import's start while orders from then on are hidden from
	// the app; they are listed from there as soon as they are not.
	HiddenFrom time.Time `json:"hiddenFrom,omitzero"`
	// WalkedAt is when a walk began that has come to the end, by our clock: what is held was then as it is
	// stored. Noted while a held order is due alone.
	WalkedAt time.Time `json:"walkedAt,omitzero"`
	// Gates tells by which gates the held orders were judged last, see GateSettings.Gates.
	Gates string `json:"gates,omitempty"`
	// GatesAt is when they were judged because the gates had changed. The list of them may have trailed
	// then, so that they are judged once more; zero when that is done.
	GatesAt time.Time `json:"gatesAt,omitzero"`
	// ReturnsAt is when orders were looked for whose returns have begun; zero: never.
	ReturnsAt time.Time `json:"returnsAt,omitzero"`
	// By are the filters; nil in what 0.1.0 has stored.
	By *Parameters `json:"by,omitempty"`
}

// Stage is where the import puts orders.
type Stage interface {
	// Known reads what is stored of the orders, in the order of ids.
	Known(ctx context.Context, shop string, ids []string) ([]Known, error)
	// Kept reads the stored copies of the orders that have one, by id.
	Kept(ctx context.Context, shop string, ids []string) (map[string]Order, error)
	// Put stores orders under the lease, in as many transactions as that
	// takes, and moves the cursor to upTo with the last one, never back.
	// Errors: table.ErrConflict when an order has changed meanwhile.
	Put(ctx context.Context, g jobqueue.Guard, l jobqueue.Lease, shop string, os []Staged, upTo time.Time) error
	// Cursor is how far the import has come; zero at first.
	Cursor(ctx context.Context, shop string) (Cursor, error)
	// Mark changes what the cursor says beside how far the import has come.
	Mark(ctx context.Context, g jobqueue.Guard, l jobqueue.Lease, shop string, change func(*Cursor)) error
	// Filtered pages through the orders that a filter keeps out, with their copies.
	Filtered(ctx context.Context, shop, page string, limit int) (ks []Known, os []Order, next string, err error)
	// Unread lists the orders of which something could not be read, those of
	// [Known.Missed], that are due; one of the last seconds may be left to the next call.
	Unread(ctx context.Context, shop string) ([]string, error)
	// Unsettled lists orders whose returns or refunds are under way and that were read
	// a while ago: their changes do not move update times.
	Unsettled(ctx context.Context, shop string) ([]string, error)
	// RefundsWait reports whether a refund of an order that has its document waits for
	// its own.
	RefundsWait(ctx context.Context, shop string) (bool, error)
	// ArchivesWait reports whether an order is to be looked at for Shopify's archive now.
	ArchivesWait(ctx context.Context, shop string) (bool, error)
	// Shrink drops the copies of orders that got their document before a time:
	// link, hash and facts stay.
	Shrink(ctx context.Context, g jobqueue.Guard, l jobqueue.Lease, shop string, before time.Time) error
	// Waiting reports whether an order wants a document or, with numbers, has
	// one whose number is not in Shopify yet.
	Waiting(ctx context.Context, shop string, numbers bool) (bool, error)
	// Due reports whether a held order is to be judged again: its time has come, or
	// other gates than these have held it.
	Due(ctx context.Context, shop, gates string) (bool, error)
}

// settle is how long after its update time an order must be read for the copy
// to have all of it: stamps have whole seconds, and a read may be answered by a
// database that is a little behind.
const settle = 5 * time.Second

// decide says what becomes of an order that was read at a time of the source's
// clock. now is of ours, for what is stored.
func decide(p Parameters, k Known, o Order, hash string, at, now time.Time) Staged {
	// What could not be read is cleared up, unless the issue has become another one since.
	s := Staged{
		Known: k, Order: &o, UpdatedAt: o.UpdatedAt, Hash: hash, State: Ready, ReadAt: now,
		Young: at.Sub(o.UpdatedAt) < settle, Clear: k.Missed && k.State != Conflict && k.State != Attention, Named: k.Named || p.Demanded(),
	}
	changed := k.Version == 0 || k.Hash != hash
	if !changed {
		s.Order = nil
	}
	switch {
	case k.Closed != nil:
		return k.judgeClosed(s, o, changed, now)
	case k.State == Processed || k.State == Conflict:
		s.Facts = k.Facts
		reason, changes := k.Facts.Judge(o, k.booked)
		if reason == "" {
			s.State, s.Clear = Processed, s.Clear || k.State == Conflict
			return s
		}
		i := ConflictIssue(reason, o.ID, o.Name, Words(changes), now)
		s.State, s.Issue, s.Changes = Conflict, &i, changes
		if k.State == Conflict && !changed {
			s.Issue = nil
		}
		return s
	case k.Pinned:
		s.State = k.State
		return s
	}
	if !changed && (k.State == Ready || k.State == Held || k.State == Attention || k.State == Skipped) {
		s.State, s.Reason = k.State, k.Reason
		return s
	}
	if !s.Named {
		s.Reason = p.Refuses(o)
	}
	switch {
	case s.Reason != "":
		s.State, s.Clear = Filtered, true
	case k.State == Attention:
		// What changed may not be what it was refused for: until it is tried again, its issue stands.
		s.State = Attention
	}
	return s
}

// SetAside is what becomes of an order that cannot be read or stored, so that
// the cursor may pass it without losing it. A document is never made of a copy
// that is known to be out of date; an order that has its document keeps its state.
func SetAside(k Known, cause error, now time.Time) Staged {
	if k.Name == "" {
		k.Name = "Order " + k.ID
	}
	g := Staged{
		Known: k, State: Unread, UpdatedAt: k.UpdatedAt, Hash: k.Hash, Young: k.Young, Missed: true, Misses: k.Misses + 1, Named: k.Named,
	}
	g.RetryAt = cursor.Retry(g.Misses, now)
	if k.Pinned || k.State == Processed || k.State == Conflict || k.Closed != nil {
		g.State = k.State
	}
	if g.State == Conflict || g.State == Dismissed {
		return g // its issue is the one to see, or it needs nobody
	}
	reason := OrderUnreadable
	if fault.KindOf(cause) == fault.Blocked {
		reason = OrderDenied
	}
	i := Reasons.New(reason, k.Name)
	i.Kind, i.Record, i.Name, i.Detail, i.FirstSeen, i.LastSeen = "order", k.ID, k.Name, cause.Error(), now, now
	g.Issue = &i
	return g
}

// gone is the reason of an order that does not exist any more.
const gone = "not in Shopify any more"

// Gone is what becomes of an order without document that does not exist any more.
func Gone(k Known) Staged {
	return Staged{Known: k, State: Skipped, Reason: gone, UpdatedAt: k.UpdatedAt, Hash: k.Hash, Named: k.Named, Clear: true}
}

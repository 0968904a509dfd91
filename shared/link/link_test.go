package link_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/link"
	"backroom/shared/memory"
	"backroom/shared/outbound"
	"backroom/shared/table"
)

// desk is a store with a lease that is always good, unless it fails.
type desk struct {
	*link.Store
	jobqueue.Guard

	table *memory.Table
	now   time.Time
	ops   []int // of each write
	fails error
}

func newDesk() *desk {
	d := &desk{now: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}
	d.table = memory.NewTable(func() time.Time { return d.now })
	d.Store = &link.Store{Table: d.table}
	return d
}

func (d *desk) Write(ctx context.Context, _ jobqueue.Lease, ops ...table.Op) error {
	d.ops = append(d.ops, len(ops))
	if len(ops) > table.MaxTransactionOps-1 {
		return table.ErrTooLarge
	}
	if d.fails != nil {
		return d.fails
	}
	return d.table.Write(ctx, ops...)
}

func (d *desk) get(t *testing.T, l link.Link) link.Link {
	t.Helper()
	got, err := d.Get(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func (d *desk) put(t *testing.T, ls ...link.Link) {
	t.Helper()
	if err := d.Put(t.Context(), d, jobqueue.Lease{}, ls...); err != nil {
		t.Fatal(err)
	}
}

// holders are the claims on number of the company, sorted.
func (d *desk) holders(t *testing.T, l link.Link, number string) string {
	t.Helper()
	h, err := d.Held(t.Context(), l, number)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for k, c := range h.Claims {
		out = append(out, k+" "+c.Mark)
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func eva() link.Link {
	return link.Link{Shop: "acme", Company: "co", Kind: link.Customer, ID: "7"}
}

// Items that release 7a35f02 wrote.
func TestEarlierItemsAreRead(t *testing.T) {
	sent := time.Date(2026, 7, 2, 7, 55, 0, 0, time.UTC)
	for _, tt := range []struct {
		js     string
		number string
		sent   time.Time
		linked bool
	}{
		{`{"number":"S7"}`, "S7", time.Time{}, true},
		{`{"number":"S7","sentAt":"2026-07-02T07:55:00Z"}`, "S7", sent, false},
		{`{}`, "", time.Time{}, false},
		{`{"number":"S7","how":"e-mail","colour":"red"}`, "S7", time.Time{}, true}, // of a newer one
	} {
		d := newDesk()
		it := table.Item{Key: table.Key{PK: "SHOP#acme#CUST", SK: "7"}, Data: append([]byte{'j', 1}, tt.js...)}
		if err := d.table.Write(t.Context(), table.Put(it, table.Absent)); err != nil {
			t.Fatal(err)
		}
		l := d.get(t, eva())
		if l.Number != tt.number || !l.SentAt.Equal(tt.sent) || l.Linked() != tt.linked || l.Version != 1 {
			t.Errorf("%s is read as %+v", tt.js, l)
		}
		d.put(t, l)
		it, err := d.table.Get(t.Context(), it.Key)
		if err != nil || string(it.Data[2:]) != tt.js {
			t.Errorf("%s is stored again as %s, %v", tt.js, it.Data[2:], err)
		}
	}
}

func TestClaimsFollowLinks(t *testing.T) {
	d := newDesk()
	a, b := eva(), link.Link{Shop: "other", Company: "co", Kind: link.Customer, ID: "8"}
	la := d.get(t, a).To("C1", link.ByEmail, d.now)
	la.Mark = "m7"
	lb := d.get(t, b).To("c1", link.ByPhone, d.now)
	d.put(t, la, lb)
	if got := d.holders(t, a, "C1"); got != "acme/7 m7, other/8 " {
		t.Fatalf("C1 is of %s", got)
	}
	h, err := d.Held(t.Context(), a, "C1")
	if err != nil || len(h.Others(a)) != 1 || h.Others(a)[0].Mark != "" || len(h.Others(link.Link{Shop: "x", ID: "7"})) != 2 {
		t.Errorf("others of %+v: %+v, %v", h, h.Others(a), err)
	}
	// The same again changes no claim: one write of the link alone.
	d.ops = nil
	d.put(t, d.get(t, a))
	if !slices.Equal(d.ops, []int{1}) {
		t.Errorf("writes of %v operations", d.ops)
	}
	moved := d.get(t, a).To("C2", link.ByHand, d.now)
	d.put(t, moved)
	if got := d.holders(t, a, "C1") + " | " + d.holders(t, a, "C2"); got != "other/8  | acme/7 m7" {
		t.Errorf("after the move: %s", got)
	}
	// Other kinds and other companies have claims of their own.
	if got := d.holders(t, link.Link{Shop: "acme", Company: "co2", Kind: link.Customer}, "C2") + d.holders(t, link.Link{Shop: "acme", Company: "co", Kind: "item"}, "C2"); got != "" {
		t.Errorf("elsewhere: %s", got)
	}
	d.put(t, d.get(t, b).To("", link.Undone, d.now))
	if h, err := d.Held(t.Context(), a, "C1"); err != nil || h.Version != 0 {
		t.Errorf("nobody has C1: %+v, %v", h, err)
	}
}

func TestIntent(t *testing.T) {
	d := newDesk()
	l := d.get(t, eva()).Intends("S7", d.now, d.now.Add(-time.Minute))
	if l.Linked() || !l.SentAt.Equal(d.now) || !l.SentThere.Equal(d.now.Add(-time.Minute)) || !l.Unsettled || l.How != link.Created {
		t.Fatalf("intent %+v", l)
	}
	d.put(t, l)
	if got := d.holders(t, l, "S7"); got != "acme/7 " {
		t.Errorf("an intent claims its number: %q", got)
	}
	l = l.Stored()
	done := l.To("S7", link.Created, d.now.Add(time.Minute))
	if !done.Linked() || !done.Unsettled || !done.At.Equal(d.now.Add(time.Minute)) || len(done.Trail) != 0 {
		t.Errorf("done %+v", done)
	}
	d.put(t, l.Forgotten())
	if got := d.holders(t, l, "S7"); got != "" || d.get(t, eva()).Number != "" {
		t.Errorf("taken back, and claimed by %q", got)
	}
}

func TestTrail(t *testing.T) {
	d := newDesk()
	l := d.get(t, eva())
	var err error
	for n := range 12 {
		at := d.now.Add(time.Duration(n) * time.Hour)
		if l, err = d.Set(t.Context(), eva(), fmt.Sprintf("C%d", n), fmt.Sprintf("id-%d", n), "anna", at); err != nil {
			t.Fatal(err)
		}
		if l.By != "anna" || !l.At.Equal(at) || l.How != link.ByHand || l.RecordID != fmt.Sprintf("id-%d", n) {
			t.Fatalf("set %+v", l)
		}
	}
	if len(l.Trail) != 10 || l.Trail[0].Number != "C1" || l.Trail[9].Number != "C10" || l.Trail[9].By != "anna" || !l.Trail[9].At.Equal(d.now.Add(10*time.Hour)) {
		t.Errorf("trail %+v", l.Trail)
	}
	if l, err = d.Remove(t.Context(), eva(), "bob", d.now.Add(24*time.Hour)); err != nil || l.Linked() || l.By != "bob" || l.Trail[9].Number != "C11" {
		t.Errorf("removed %+v, %v", l, err)
	}
	if got := d.get(t, eva()); got.Linked() || got.How != link.Undone || len(got.Trail) != 10 {
		t.Errorf("stored %+v", got)
	}
	if got := d.holders(t, l, "C11"); got != "" {
		t.Errorf("C11 is claimed by %s", got)
	}
	// Somebody's word after an intent: the number counts at once.
	if _, err := d.Set(t.Context(), eva(), "C1", "", "bob", d.now); err != nil {
		t.Fatal(err)
	}
	if got := d.get(t, eva()); !got.Linked() || got.RecordID != "" {
		t.Errorf("stored %+v", got)
	}
}

// What is just being made for somebody is not given away meanwhile.
func TestNobodySpeaksAboutWhatIsUnderWay(t *testing.T) {
	d := newDesk()
	d.put(t, d.get(t, eva()).Intends("S7", d.now, d.now))
	for _, tt := range []struct {
		name    string
		at      time.Duration
		refused bool
	}{
		{"at once", 0, true},
		{"the second before it has settled", outbound.Settle - time.Second, true},
		{"on a clock that was set back an hour", -time.Hour, false}, // nobody waits for a clock
		{"settled", outbound.Settle, false},
	} {
		for what, say := range map[string]func(time.Time) (link.Link, error){
			"set":    func(at time.Time) (link.Link, error) { return d.Set(t.Context(), eva(), "C1", "", "anna", at) },
			"remove": func(at time.Time) (link.Link, error) { return d.Remove(t.Context(), eva(), "anna", at) },
		} {
			was := d.get(t, eva())
			_, err := say(d.now.Add(tt.at))
			under, ok := errors.AsType[*link.UnderWayError](err)
			if ok != tt.refused || !ok && err != nil || ok && (!under.Until.Equal(d.now.Add(outbound.Settle)) || !strings.Contains(err.Error(), "until 08:20 UTC")) {
				t.Errorf("%s, %s: %v", what, tt.name, err)
			}
			if is := d.get(t, eva()); ok && is.Version != was.Version {
				t.Errorf("%s, %s: refused, and written", what, tt.name)
			}
			d.put(t, d.get(t, eva()).Intends("S7", d.now, d.now))
		}
	}
	if _, err := d.Set(t.Context(), link.Link{Shop: "acme", Kind: link.Customer, ID: "8"}, "", "", "anna", d.now); err == nil {
		t.Error("a link to no number was set")
	}
}

// A person's word binds those that work: who has read the link before conflicts.
func TestAPersonsWordConflicts(t *testing.T) {
	d := newDesk()
	d.put(t, d.get(t, eva()).To("C1", link.ByEmail, d.now))
	read := d.get(t, eva())
	if _, err := d.Set(t.Context(), eva(), "C2", "id-2", "anna", d.now); err != nil {
		t.Fatal(err)
	}
	if err := d.Put(t.Context(), d, jobqueue.Lease{}, read.To("C3", link.ByPhone, d.now)); !errors.Is(err, table.ErrConflict) {
		t.Errorf("a run that had read it before: %v", err)
	}
	if got := d.get(t, eva()); got.Number != "C2" || got.By != "anna" || d.holders(t, got, "C2") != "acme/7 " || d.holders(t, got, "C1") != "" {
		t.Errorf("stored %+v", got)
	}
}

// Every kind is kept and listed apart, with all that a link says.
func TestKindsAreApart(t *testing.T) {
	d := newDesk()
	item := link.Link{Shop: "acme", Company: "co", Kind: "item", ID: "7"}
	l := d.get(t, item).To("I1", link.Created, d.now)
	l.RecordID, l.Hash, l.Mark = "guid", "h1", "m1"
	d.put(t, l, d.get(t, eva()).To("C1", link.ByEmail, d.now))
	for kind, want := range map[link.Kind]string{"item": "I1", link.Customer: "C1", "variant": ""} {
		ls, next, err := d.List(t.Context(), "acme", kind, "", 0)
		if err != nil || next != "" || len(ls) > 1 || (len(ls) == 1) != (want != "") || want != "" && (ls[0].Number != want || ls[0].Kind != kind || ls[0].ID != "7") {
			t.Errorf("%s: %+v, %v", kind, ls, err)
		}
	}
	got := d.get(t, item)
	if got.RecordID != "guid" || got.Hash != "h1" || got.Mark != "m1" || got.How != link.Created || !got.At.Equal(d.now) || got.By != "" {
		t.Errorf("read %+v", got)
	}
	// Another record is not what was written last.
	if moved := got.To("I2", link.Created, d.now); moved.Hash != "" || moved.RecordID != "" || len(moved.Trail) != 1 {
		t.Errorf("moved %+v", moved)
	}
}

func TestPutManyAndList(t *testing.T) {
	d := newDesk()
	var ls []link.Link
	for n := range 250 {
		ls = append(ls, link.Link{Shop: "acme", Company: "co", Kind: "item", ID: fmt.Sprintf("%04d", n)}.To(fmt.Sprintf("I%d", n%7), link.Created, d.now))
	}
	d.put(t, ls...)
	var got []link.Link
	for page, first := "", true; first || page != ""; first = false {
		var part []link.Link
		var err error
		if part, page, err = d.List(t.Context(), "acme", "item", page, 100); err != nil {
			t.Fatal(err)
		}
		got = append(got, part...)
	}
	if len(got) != 250 || got[249].ID != "0249" || got[249].Number != "I4" || slices.Max(d.ops) > 99 {
		t.Errorf("%d links, writes of %v", len(got), d.ops)
	}
	if n := len(strings.Split(d.holders(t, ls[0], "I0"), ", ")); n != 36 {
		t.Errorf("I0 is claimed by %d, want 36", n)
	}
	if cs, _, err := d.List(t.Context(), "acme", link.Customer, "", 0); err != nil || len(cs) != 0 {
		t.Errorf("customers: %v, %v", cs, err)
	}
}

func TestPutIsConditional(t *testing.T) {
	d := newDesk()
	old := d.get(t, eva())
	d.put(t, old.To("C1", link.ByEmail, d.now))
	if err := d.Put(t.Context(), d, jobqueue.Lease{}, old.To("C2", link.ByEmail, d.now)); !errors.Is(err, table.ErrConflict) {
		t.Errorf("over a link that was stored meanwhile: %v", err)
	}
	if got := d.holders(t, old, "C2"); got != "" {
		t.Errorf("a link that was not stored claims C2 for %s", got)
	}
	d.fails = jobqueue.ErrFenced
	if err := d.Put(t.Context(), d, jobqueue.Lease{}, d.get(t, eva()).To("C3", link.ByHand, d.now)); !errors.Is(err, jobqueue.ErrFenced) {
		t.Errorf("without the lease: %v", err)
	}
	if err := d.Put(t.Context(), d, jobqueue.Lease{}); err != nil {
		t.Errorf("nothing to write: %v", err)
	}
}

func TestUnreadableItems(t *testing.T) {
	d := newDesk()
	for _, k := range []table.Key{{PK: "SHOP#acme#CUST", SK: "7"}, {PK: "COMPANY#co#customer", SK: "C1"}} {
		if err := d.table.Write(t.Context(), table.Put(table.Item{Key: k, Data: []byte("?")}, table.Always)); err != nil {
			t.Fatal(err)
		}
	}
	other := link.Link{Shop: "acme", Company: "co", Kind: link.Customer, ID: "8"}
	_, e1 := d.Get(t.Context(), eva())
	_, e2 := d.Held(t.Context(), eva(), "c1")
	_, _, e3 := d.List(t.Context(), "acme", link.Customer, "", 0)
	_, e4 := d.Set(t.Context(), eva(), "C2", "", "anna", d.now)
	e5 := d.Put(t.Context(), d, jobqueue.Lease{}, other.To("C1", link.ByHand, d.now))
	for i, err := range []error{e1, e2, e3, e4, e5} {
		if err == nil {
			t.Errorf("call %d reads what is no item of ours", i+1)
		}
	}
}

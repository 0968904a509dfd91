// Package tabletest is the contract suite of table.Table: every adapter passes
// it, every saboteur in its own tests fails it.
package tabletest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"backroom/shared/contract"
	"backroom/shared/table"
)

// Harness is an empty table and, where index reads may trail, a way to wait
// until they have caught up.
type Harness struct {
	Table  table.Table
	Settle func() // nil: index reads do not trail
}

func (h Harness) settle() {
	if h.Settle != nil {
		h.Settle()
	}
}

// Run checks the whole contract. open gives a fresh, empty table each time.
func Run(t *testing.T, open func(t *testing.T) Harness) {
	t.Helper()
	contract.Run(t, Cases, open)
}

// Cases are the promises of the contract.
var Cases = []contract.Case[Harness]{
	{Name: "get answers what was put, or not found", Check: getPut},
	{Name: "versions count the writes of an item", Check: versions},
	{Name: "conditions decide, and a refused write changes nothing (I2, I3, I12)", Check: conditions},
	{Name: "delete honours its condition and is repeatable", Check: deletes},
	{Name: "a transaction writes all or nothing (I6)", Check: transactions},
	{Name: "a check makes the others depend on it (I5)", Check: checks},
	{Name: "query answers a prefix in byte order, both ways", Check: queryOrder},
	{Name: "pages neither lose nor repeat items", Check: paging},
	{Name: "a page ends before a megabyte", Check: pageBytes},
	{Name: "the index is sparse, ordered and follows changes", Check: index},
	{Name: "index pages neither lose nor repeat items", Check: indexPaging},
	{Name: "the limits hold to the byte", Check: limits},
	{Name: "wrong calls are refused", Check: wrongCalls},
	{Name: "bytes and expiry come back as they were", Check: bytesAndExpiry},
	{Name: "the caller's slices stay the caller's", Check: aliasing},
	{Name: "concurrent conditional writes lose nothing (I1, I2)", Check: counters},
	{Name: "concurrent transactions keep two items in step", Check: pairs},
}

func key(pk, sk string) table.Key { return table.Key{PK: pk, SK: sk} }

func item(pk, sk, data string) table.Item {
	return table.Item{Key: key(pk, sk), Data: []byte(data)}
}

func mustWrite(t contract.T, h Harness, ops ...table.Op) {
	t.Helper()
	if err := h.Table.Write(t.Context(), ops...); err != nil {
		t.Fatalf("Write: %v", err)
	}
}

func mustGet(t contract.T, h Harness, k table.Key) table.Item {
	t.Helper()
	it, err := h.Table.Get(t.Context(), k)
	if err != nil {
		t.Fatalf("Get(%v): %v", k, err)
	}
	return it
}

func wantErr(t contract.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func wantData(t contract.T, h Harness, k table.Key, data string, version int64) {
	t.Helper()
	if it := mustGet(t, h, k); string(it.Data) != data || it.Version != version || it.Key != k {
		t.Errorf("%v holds %q in version %d, want %q in version %d", k, it.Data, it.Version, data, version)
	}
}

func wantGone(t contract.T, h Harness, k table.Key) {
	t.Helper()
	_, err := h.Table.Get(t.Context(), k)
	wantErr(t, fmt.Sprintf("Get(%v)", k), err, table.ErrNotFound)
}

func getPut(t contract.T, h Harness) {
	wantGone(t, h, key("a", "1"))
	mustWrite(t, h, table.Put(item("a", "1", "one"), table.Always))
	wantData(t, h, key("a", "1"), "one", 1)
	mustWrite(t, h, table.Put(item("a", "1", "two"), table.Always))
	wantData(t, h, key("a", "1"), "two", 2)
	wantGone(t, h, key("a", "2"))
	wantGone(t, h, key("b", "1"))
}

func versions(t contract.T, h Harness) {
	it := item("a", "1", "x")
	it.Version = 40 // ignored
	mustWrite(t, h, table.Put(it, table.Absent))
	wantData(t, h, it.Key, "x", 1)
	mustWrite(t, h, table.Put(it, table.VersionIs(1)))
	mustWrite(t, h, table.Put(it, table.Always))
	wantData(t, h, it.Key, "x", 3)
	mustWrite(t, h, table.Delete(it.Key, table.VersionIs(3)))
	mustWrite(t, h, table.Put(it, table.Absent))
	wantData(t, h, it.Key, "x", 1)
}

func conditions(t contract.T, h Harness) {
	ctx := t.Context()
	wantErr(t, "version 1 of nothing", h.Table.Write(ctx, table.Put(item("a", "1", "no"), table.VersionIs(1))), table.ErrConflict)
	wantGone(t, h, key("a", "1"))
	mustWrite(t, h, table.Put(item("a", "1", "yes"), table.Absent))
	wantErr(t, "absent, but present", h.Table.Write(ctx, table.Put(item("a", "1", "no"), table.Absent)), table.ErrConflict)
	wantErr(t, "an earlier version", h.Table.Write(ctx, table.Put(item("a", "1", "no"), table.VersionIs(2))), table.ErrConflict)
	wantData(t, h, key("a", "1"), "yes", 1)
}

func deletes(t contract.T, h Harness) {
	ctx := t.Context()
	mustWrite(t, h, table.Delete(key("a", "1"), table.Always))
	mustWrite(t, h, table.Put(item("a", "1", "x"), table.Always), table.Put(item("a", "2", "y"), table.Always))
	wantErr(t, "delete of another version", h.Table.Write(ctx, table.Delete(key("a", "1"), table.VersionIs(2))), table.ErrConflict)
	wantErr(t, "delete of nothing where something is", h.Table.Write(ctx, table.Delete(key("a", "1"), table.Absent)), table.ErrConflict)
	wantData(t, h, key("a", "1"), "x", 1)
	mustWrite(t, h, table.Delete(key("a", "1"), table.VersionIs(1)))
	wantGone(t, h, key("a", "1"))
	wantData(t, h, key("a", "2"), "y", 1)
}

func transactions(t contract.T, h Harness) {
	mustWrite(t, h, table.Put(item("a", "1", "one"), table.Absent), table.Put(item("b", "1", "two"), table.Absent))
	err := h.Table.Write(t.Context(),
		table.Put(item("a", "1", "changed"), table.VersionIs(1)),
		table.Put(item("c", "1", "new"), table.Absent),
		table.Put(item("b", "1", "no"), table.VersionIs(7)),
		table.Put(item("d", "1", "new"), table.Absent))
	wantErr(t, "one condition of four fails", err, table.ErrConflict)
	wantData(t, h, key("a", "1"), "one", 1)
	wantData(t, h, key("b", "1"), "two", 1)
	wantGone(t, h, key("c", "1"))
	wantGone(t, h, key("d", "1"))
	var ops []table.Op
	for i := range table.MaxTransactionOps {
		ops = append(ops, table.Put(item("many", fmt.Sprintf("%03d", i), "x"), table.Absent))
	}
	mustWrite(t, h, ops...)
	wantData(t, h, key("many", "099"), "x", 1)
}

func checks(t contract.T, h Harness) {
	ctx := t.Context()
	mustWrite(t, h, table.Put(item("lock", "1", "me"), table.Absent))
	mustWrite(t, h, table.Check(key("lock", "1"), table.VersionIs(1)), table.Put(item("a", "1", "x"), table.Absent))
	wantData(t, h, key("lock", "1"), "me", 1)
	err := h.Table.Write(ctx, table.Put(item("a", "2", "x"), table.Absent), table.Check(key("lock", "1"), table.VersionIs(2)))
	wantErr(t, "check of another version", err, table.ErrConflict)
	wantGone(t, h, key("a", "2"))
	err = h.Table.Write(ctx, table.Check(key("lock", "2"), table.VersionIs(1)), table.Put(item("a", "2", "x"), table.Absent))
	wantErr(t, "check of what is not there", err, table.ErrConflict)
	mustWrite(t, h, table.Check(key("lock", "2"), table.Absent), table.Put(item("a", "2", "x"), table.Absent))
	wantGone(t, h, key("lock", "2"))
}

func keysOf(items []table.Item) []string {
	var out []string
	for _, i := range items {
		out = append(out, i.SK)
	}
	return out
}

func queryOrder(t contract.T, h Harness) {
	order := []string{"A", "B#1", "B#10", "B#2", "B#é", "B#Ω", "B#\U0001f600", "C", "b#1"}
	for _, sk := range []string{"C", "B#\U0001f600", "B#10", "b#1", "B#Ω", "A", "B#2", "B#é", "B#1"} {
		mustWrite(t, h, table.Put(item("p", sk, sk), table.Absent), table.Put(item("other", sk, "x"), table.Absent))
	}
	tests := []struct {
		q    table.Query
		want []string
	}{
		{table.Query{PK: "p"}, order},
		{table.Query{PK: "p", Prefix: "B#"}, order[1:7]},
		{table.Query{PK: "p", Prefix: "B#1"}, order[1:3]},
		{table.Query{PK: "p", Prefix: "zzz"}, nil},
		{table.Query{PK: "nobody"}, nil},
		{table.Query{PK: "p", Prefix: "B", Limit: 2}, order[1:3]},
		{table.Query{PK: "p", Prefix: "B", Reverse: true, Limit: 2}, []string{"B#\U0001f600", "B#Ω"}},
	}
	for _, tt := range tests {
		p, err := h.Table.Query(t.Context(), tt.q)
		if err != nil || !slices.Equal(keysOf(p.Items), tt.want) {
			t.Errorf("Query(%+v) = %q, %v; want %q", tt.q, keysOf(p.Items), err, tt.want)
		}
	}
}

func paging(t contract.T, h Harness) {
	var want []string
	for i := range 57 {
		sk := fmt.Sprintf("k%02d", i)
		want = append(want, sk)
		mustWrite(t, h, table.Put(item("p", sk, "x"), table.Absent))
	}
	for _, reverse := range []bool{false, true} {
		var got []string
		q := table.Query{PK: "p", Prefix: "k", Limit: 10, Reverse: reverse}
		for n := 0; ; n++ {
			p, err := h.Table.Query(t.Context(), q)
			if err != nil || len(p.Items) > 10 || n > 10 {
				t.Fatalf("page %d: %d items, %v", n, len(p.Items), err)
			}
			got = append(got, keysOf(p.Items)...)
			if q.Page = p.Next; q.Page == "" {
				break
			}
		}
		if reverse {
			slices.Reverse(got)
		}
		if !slices.Equal(got, want) {
			t.Errorf("reverse %v: pages give %q", reverse, got)
		}
	}
}

func pageBytes(t contract.T, h Harness) {
	big := strings.Repeat("x", 300<<10)
	for i := range 8 {
		mustWrite(t, h, table.Put(item("p", fmt.Sprint(i), big), table.Absent))
	}
	q := table.Query{PK: "p"}
	seen, pages := 0, 0
	for {
		p, err := h.Table.Query(t.Context(), q)
		if err != nil {
			t.Fatalf("Query: %v", err)
		}
		size := 0
		for _, i := range p.Items {
			size += i.Size()
		}
		if size > table.MaxPageBytes {
			t.Errorf("a page of %d bytes", size)
		}
		seen += len(p.Items)
		pages++
		if q.Page = p.Next; q.Page == "" || pages > 20 {
			break
		}
	}
	if seen != 8 || pages < 3 {
		t.Errorf("%d items on %d pages, want 8 on at least 3", seen, pages)
	}
}

func indexed(pk, sk, x1, x2 string) table.Item {
	i := item(pk, sk, pk+sk)
	if x1 != "" {
		i.Index1 = table.IndexKey{PK: "I", SK: x1}
	}
	if x2 != "" {
		i.Index2 = table.IndexKey{PK: "I", SK: x2}
	}
	return i
}

func wantIndex(t contract.T, h Harness, q table.IndexQuery, want ...string) {
	t.Helper()
	h.settle()
	p, err := h.Table.Index(t.Context(), q)
	var got []string
	for _, i := range p.Items {
		got = append(got, string(i.Data))
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("Index(%+v) = %q, %v; want %q", q, got, err, want)
	}
}

func index(t contract.T, h Harness) {
	mustWrite(t, h,
		table.Put(indexed("a", "1", "m", "z"), table.Absent), table.Put(indexed("a", "2", "k", ""), table.Absent),
		table.Put(indexed("b", "1", "m", ""), table.Absent), table.Put(indexed("c", "1", "", "y"), table.Absent),
		table.Put(item("d", "1", "in no index"), table.Absent))
	wantIndex(t, h, table.IndexQuery{N: 1, PK: "I"}, "a2", "a1", "b1")
	wantIndex(t, h, table.IndexQuery{N: 2, PK: "I"}, "c1", "a1")
	wantIndex(t, h, table.IndexQuery{N: 1, PK: "I", Prefix: "m"}, "a1", "b1")
	wantIndex(t, h, table.IndexQuery{N: 1, PK: "I", Reverse: true}, "b1", "a1", "a2")
	wantIndex(t, h, table.IndexQuery{N: 1, PK: "J"})
	mustWrite(t, h, table.Put(indexed("a", "1", "c", ""), table.VersionIs(1)), table.Delete(key("b", "1"), table.Always))
	wantIndex(t, h, table.IndexQuery{N: 1, PK: "I"}, "a1", "a2")
	wantIndex(t, h, table.IndexQuery{N: 2, PK: "I"}, "c1")
}

func indexPaging(t contract.T, h Harness) {
	var want []string
	for i := range 31 {
		sk := fmt.Sprintf("%02d", i)
		want = append(want, "p"+sk)
		mustWrite(t, h, table.Put(indexed("p", sk, "same", ""), table.Absent))
	}
	h.settle()
	var got []string
	q := table.IndexQuery{N: 1, PK: "I", Limit: 7}
	for range 10 {
		p, err := h.Table.Index(t.Context(), q)
		if err != nil || len(p.Items) > 7 {
			t.Fatalf("%d items, %v", len(p.Items), err)
		}
		for _, i := range p.Items {
			got = append(got, string(i.Data))
		}
		if q.Page = p.Next; q.Page == "" {
			break
		}
	}
	// The index does not order items of one sort key.
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("pages give %q", got)
	}
}

func limits(t contract.T, h Harness) {
	ctx := t.Context()
	full := item("p", "s", strings.Repeat("x", table.MaxItemBytes-2))
	mustWrite(t, h, table.Put(full, table.Always))
	over := full
	over.Data = append(slices.Clone(full.Data), 'x')
	wantErr(t, "an item one byte too large", h.Table.Write(ctx, table.Put(over, table.Always)), table.ErrTooLarge)
	wantData(t, h, full.Key, string(full.Data), 1)
	over = full
	over.Index1 = table.IndexKey{PK: "i", SK: "i"}
	wantErr(t, "index keys count too", h.Table.Write(ctx, table.Put(over, table.Always)), table.ErrTooLarge)

	var ops []table.Op
	for i := range 11 {
		ops = append(ops, table.Put(item("t", fmt.Sprintf("%02d", i), strings.Repeat("x", 390_000)), table.Absent))
	}
	wantErr(t, "a transaction over 4 MB", h.Table.Write(ctx, ops...), table.ErrTooLarge)
	wantGone(t, h, key("t", "00"))
	mustWrite(t, h, ops[:10]...)

	ops = nil
	for i := range table.MaxTransactionOps + 1 {
		ops = append(ops, table.Put(item("n", fmt.Sprint(i), ""), table.Absent))
	}
	wantErr(t, "101 operations", h.Table.Write(ctx, ops...), table.ErrTooLarge)
	wantGone(t, h, key("n", "0"))
	mustWrite(t, h, table.Put(item(strings.Repeat("p", 2048), strings.Repeat("s", 1024), ""), table.Absent))
	wantErr(t, "a sort key too long", h.Table.Write(ctx, table.Put(item("p", strings.Repeat("s", 1025), ""), table.Absent)), table.ErrTooLarge)
}

func wrongCalls(t contract.T, h Harness) {
	ctx := t.Context()
	wantErr(t, "an empty key", h.Table.Write(ctx, table.Put(item("p", "", ""), table.Always)), table.ErrInvalid)
	wantErr(t, "a key twice", h.Table.Write(ctx, table.Put(item("p", "s", ""), table.Always), table.Delete(key("p", "s"), table.Always)), table.ErrInvalid)
	wantGone(t, h, key("p", "s"))
	unmade := table.Put(item("p", "unmade", ""), table.Always)
	unmade.Err = errors.New("it cannot be encoded")
	wantErr(t, "an operation that could not be made", h.Table.Write(ctx, unmade), unmade.Err)
	wantErr(t, "one beside another", h.Table.Write(ctx, table.Put(item("p", "s", ""), table.Always), unmade), unmade.Err)
	wantGone(t, h, key("p", "s"))
	wantGone(t, h, key("p", "unmade"))
	mustWrite(t, h, table.Put(item("p", "s", ""), table.AsRead(0)))
	wantErr(t, "what was not there and is", h.Table.Write(ctx, table.Put(item("p", "s", ""), table.AsRead(0))), table.ErrConflict)
	read := mustGet(t, h, key("p", "s"))
	mustWrite(t, h, table.Put(item("p", "s", "2"), table.AsRead(read.Version)))
	wantErr(t, "what has changed since", h.Table.Write(ctx, table.Put(item("p", "s", "3"), table.AsRead(read.Version))), table.ErrConflict)
	_, err := h.Table.Query(ctx, table.Query{PK: "p", Page: "not a token"})
	wantErr(t, "a foreign token", err, table.ErrInvalid)
	_, err = h.Table.Index(ctx, table.IndexQuery{N: 3, PK: "p"})
	wantErr(t, "a third index", err, table.ErrInvalid)
}

func bytesAndExpiry(t contract.T, h Harness) {
	var all []byte
	for i := range 256 {
		all = append(all, byte(i))
	}
	at := time.Date(2027, 1, 2, 3, 4, 5, 678, time.UTC)
	mustWrite(t, h, table.Put(table.Item{Key: key("p", "s\x01\xc3\xa9"), Data: all, Expires: at}, table.Absent), table.Put(item("p", "never", ""), table.Absent))
	it := mustGet(t, h, key("p", "s\x01\xc3\xa9"))
	if !slices.Equal(it.Data, all) || !it.Expires.Equal(at.Truncate(time.Second)) {
		t.Errorf("%d bytes, expiry %v", len(it.Data), it.Expires)
	}
	if it := mustGet(t, h, key("p", "never")); !it.Expires.IsZero() {
		t.Errorf("expires %v, want never", it.Expires)
	}
	// The whole item is replaced: an expiry of before does not stay on it.
	for n, cond := range []table.Cond{table.Always, table.VersionIs(3)} {
		it := item("p", "again", "")
		it.Expires = at
		mustWrite(t, h, table.Put(it, table.Always))
		mustWrite(t, h, table.Put(item("p", "again", ""), cond))
		if it := mustGet(t, h, key("p", "again")); !it.Expires.IsZero() {
			t.Errorf("put %d without an expiry: expires %v, want never", n+1, it.Expires)
		}
	}
}

func aliasing(t contract.T, h Harness) {
	it := item("p", "s", "mine")
	mustWrite(t, h, table.Put(it, table.Always))
	it.Data[0] = 'X'
	wantData(t, h, it.Key, "mine", 1)
	got := mustGet(t, h, it.Key)
	got.Data[0] = 'Y'
	wantData(t, h, it.Key, "mine", 1)
}

// maxTries bounds the loops below: on a good table each conflict means that
// another worker has gone on.
const maxTries = 5000

var errLivelock = errors.New("conditional writes never succeed")

func counters(t contract.T, h Harness) {
	const workers, each = 8, 20
	mustWrite(t, h, table.Put(item("p", "n", ""), table.Absent))
	var wg sync.WaitGroup
	errs := make(chan error, workers)
	for range workers {
		wg.Go(func() {
			for done, tries := 0, 0; done < each; tries++ {
				if tries > maxTries {
					errs <- errLivelock
					return
				}
				it, err := h.Table.Get(t.Context(), key("p", "n"))
				if err == nil {
					next := it
					next.Data = append(slices.Clone(it.Data), 'x')
					err = h.Table.Write(t.Context(), table.Put(next, table.VersionIs(it.Version)))
				}
				switch {
				case err == nil:
					done++
				case !errors.Is(err, table.ErrConflict):
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		t.Errorf("%v", err)
	}
	wantData(t, h, key("p", "n"), strings.Repeat("x", workers*each), workers*each+1)
}

func pairs(t contract.T, h Harness) {
	const workers, each = 6, 15
	mustWrite(t, h, table.Put(item("p", "a", ""), table.Absent), table.Put(item("q", "b", ""), table.Absent))
	var wg sync.WaitGroup
	errs := make(chan error, workers)
	for w := range workers {
		wg.Go(func() {
			for done, tries := 0, 0; done < each; tries++ {
				if tries > maxTries {
					errs <- errLivelock
					return
				}
				a, err := h.Table.Get(t.Context(), key("p", "a"))
				if err != nil {
					errs <- err
					return
				}
				a.Data = append(a.Data, 'x')
				b := table.Item{Key: key("q", "b"), Data: a.Data}
				ops := []table.Op{table.Put(a, table.VersionIs(a.Version)), table.Put(b, table.VersionIs(a.Version))}
				if w%2 == 0 {
					slices.Reverse(ops)
				}
				switch err := h.Table.Write(t.Context(), ops...); {
				case err == nil:
					done++
				case !errors.Is(err, table.ErrConflict):
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		t.Errorf("%v", err)
	}
	want := strings.Repeat("x", workers*each)
	wantData(t, h, key("p", "a"), want, workers*each+1)
	wantData(t, h, key("q", "b"), want, workers*each+1)
}

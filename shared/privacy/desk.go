package privacy

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"backroom/shared/record"
	"backroom/shared/table"
)

// schema of everything stored here: 1, since the first release.
const schema = 1

// Own are the items of this package.
var Own = Kind{
	Name: "erasures under way", At: []Shape{{"SHOP#{shop}", "ERASURE#{request}"}},
	Holds: "all by which the customer is found", Kept: "until the erasure is complete, 30 days at most",
	Keeper: nothing{},
}

// nothing is the keeper of what is looked after otherwise.
type nothing struct{}

func (nothing) Walk(context.Context, *Job, string) (string, error) { return "", nil }

// Nothing is a keeper that has nothing to do: what its kind holds is erased with others.
var Nothing Keeper = nothing{}

// keptFor is how long a request that nobody goes on with is kept.
var keptFor = map[Does]time.Duration{Finds: 24 * time.Hour, Erases: 30 * 24 * time.Hour}

// Desk finds and erases. Safe for concurrent use.
type Desk struct {
	Table table.Table
	Kinds []Kind
	Now   func() time.Time
	// Purge takes what was deleted off the disk; nil: the store does that by itself.
	Purge func(ctx context.Context) error
}

// work is how far a request has come. It is stored before the first thing is erased, so that
// a repeat after a crash still knows by what the person is found.
type work struct {
	Person Person `json:"person"`
	Phase  int    `json:"phase"` // place in phases
	Kind   int    `json:"kind"`
	Page   string `json:"page,omitempty"`
	Size   int    `json:"size,omitempty"` // what was known of the person when this gathering began
	Answer Answer `json:"answer"`

	version int64
}

// phases of a request: an erasure ends with a second look, at what was written meanwhile.
var phases = map[Does][]Does{Finds: {Gathers, Finds}, Erases: {Gathers, Erases, Erases}}

func workKey(shop string, does Does, w Who) (table.Key, error) {
	js, err := json.Marshal(w)
	sum := sha256.Sum256(append([]byte(does), js...))
	return table.Key{PK: "SHOP#" + shop, SK: "ERASURE#" + hex.EncodeToString(sum[:16])}, err
}

// Find says what is stored of a customer. over is asked between steps whether to stop: the
// answer is not Done then, and the same call goes on. nil: it never stops. Errors:
// [ErrNobody]; those of the table.
func (d *Desk) Find(ctx context.Context, shop string, w Who, over func() bool) (Answer, error) {
	return d.do(ctx, Finds, shop, w, over)
}

// Erase erases a customer, as [Desk.Find] finds them. It may be repeated at any time: after a
// crash, and after it was complete. Errors are those of Find, and of Purge.
func (d *Desk) Erase(ctx context.Context, shop string, w Who, over func() bool) (Answer, error) {
	return d.do(ctx, Erases, shop, w, over)
}

func (d *Desk) do(ctx context.Context, does Does, shop string, who Who, over func() bool) (Answer, error) {
	person, err := personOf(who)
	if err != nil {
		return Answer{}, err
	}
	key, err := workKey(shop, does, who)
	if err != nil {
		return Answer{}, err
	}
	w := work{Person: person}
	if w.version, err = record.Get(ctx, d.Table, key, schema, &w); err != nil {
		return Answer{}, err
	}
	for w.Phase < len(phases[does]) {
		if err := d.step(ctx, shop, phases[does][w.Phase], &w); err != nil {
			return w.Answer, err
		}
		begins := w.Phase == 1 && w.Kind == 0 && w.Page == "" && does == Erases
		stops := over != nil && over() && w.Phase < len(phases[does])
		if begins || stops {
			if err := d.keep(ctx, key, &w, keptFor[does]); err != nil {
				return w.Answer, err
			}
		}
		if stops {
			return w.Answer, nil
		}
	}
	if does == Erases && d.Purge != nil {
		if err := d.Purge(ctx); err != nil {
			return w.Answer, err
		}
	}
	w.Answer.Done = true
	if err := d.Table.Write(ctx, table.Delete(key, table.Always)); err != nil {
		return w.Answer, err
	}
	if does == Erases && d.Purge != nil {
		return w.Answer, d.Purge(ctx) // of what was kept of the request
	}
	return w.Answer, nil
}

// keep stores how far a request has come.
func (d *Desk) keep(ctx context.Context, key table.Key, w *work, kept time.Duration) error {
	op := record.Put(key, schema, w, table.AsRead(w.version))
	op.Item.Expires = d.Now().Add(kept).Truncate(time.Second)
	err := d.Table.Write(ctx, op)
	w.version++
	return err
}

// step is one page of one kind.
func (d *Desk) step(ctx context.Context, shop string, does Does, w *work) error {
	k := d.Kinds[w.Kind]
	j := &Job{Shop: shop, Does: does, Person: &w.Person, kind: k.Name, answer: &w.Answer}
	if w.Kind == 0 && w.Page == "" {
		if does == Gathers {
			w.Size = w.Person.size()
		} else {
			w.Answer.Left = nil // the last look counts
		}
	}
	next := ""
	if keeper := d.keeper(k); keeper != nil {
		var err error
		if next, err = keeper.Walk(ctx, j, w.Page); err != nil {
			return fmt.Errorf("privacy: %s of %s: %w", k.Name, shop, err)
		}
	}
	if w.Page = next; next != "" {
		return nil
	}
	if w.Kind++; w.Kind < len(d.Kinds) {
		return nil
	}
	w.Kind = 0
	if does == Gathers && w.Person.size() != w.Size {
		return nil // whom somebody is known by may be found by what is known now
	}
	w.Phase++
	return nil
}

// keeper is who finds and erases in a kind, nil where there is nothing to find.
func (d *Desk) keeper(k Kind) Keeper {
	switch {
	case k.Keeper != nil:
		return k.Keeper
	case k.Holds != "":
		return texts{d.Table, k}
	}
	return nil
}

// EraseShop erases everything of a shop but what kinds say that stays. The shop must be
// disconnected, and nothing of it running. It may be repeated, and goes on where it was: over is that
// of Find. Errors: those of the table, of keepers and of Purge.
func (d *Desk) EraseShop(ctx context.Context, shop string, over func() bool) (Answer, error) {
	var a Answer
	for _, k := range d.Kinds {
		if e, ok := k.Keeper.(Emptier); ok {
			if err := e.Empty(ctx, shop); err != nil {
				return a, fmt.Errorf("privacy: %s of %s: %w", k.Name, shop, err)
			}
		}
	}
	// What tells where other items are goes last.
	for _, below := range []bool{true, false} {
		for _, k := range d.Kinds {
			if k.Stays != "" {
				continue
			}
			if done, err := d.clear(ctx, shop, k, below, &a, over); err != nil || !done {
				return a, err
			}
		}
	}
	a.Done = true
	if d.Purge != nil {
		return a, d.Purge(ctx)
	}
	return a, nil
}

// clear deletes the items of a kind: those in partitions that others tell, or those of its shapes.
func (d *Desk) clear(ctx context.Context, shop string, k Kind, below bool, a *Answer, over func() bool) (done bool, err error) {
	var qs []table.Query
	if below && k.Below != nil {
		pks, err := k.Below(ctx, shop)
		if err != nil {
			return false, err
		}
		for _, pk := range pks {
			qs = append(qs, table.Query{PK: pk})
		}
	}
	for _, s := range k.At {
		if below {
			break
		}
		if pk, ok := s.of(shop); ok {
			qs = append(qs, table.Query{PK: pk, Prefix: s.prefix()})
		}
		if s.SK == "{shop}" {
			if err := d.Table.Write(ctx, table.Delete(table.Key{PK: s.PK, SK: shop}, table.Always)); err != nil {
				return false, err
			}
		}
	}
	for _, q := range qs {
		for {
			q.Limit = pageSize
			p, err := d.Table.Query(ctx, q)
			if err != nil {
				return false, err
			}
			var ops []table.Op
			for _, it := range p.Items {
				if k.Spares == nil || !k.Spares(it) {
					ops = append(ops, table.Delete(it.Key, table.Always))
				}
			}
			if len(ops) > 0 {
				if err := d.Table.Write(ctx, ops...); err != nil {
					return false, fmt.Errorf("privacy: %s of %s: %w", k.Name, shop, err)
				}
			}
			a.Count += len(ops)
			if p.Next == "" {
				break
			}
			if q.Page = ""; len(ops) == 0 { // what is deleted is not read again
				q.Page = p.Next
			}
			if over != nil && over() {
				return false, nil
			}
		}
	}
	return true, nil
}

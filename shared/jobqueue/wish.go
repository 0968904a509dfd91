package jobqueue

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"backroom/shared/table"
)

// ErrBusy is what every *Busy is.
var ErrBusy = errors.New("too many runs wait to start")

// Busy says that so many accepted runs of an entry wait to start that no more
// are accepted: nothing was changed.
type Busy struct {
	Shop, Entry string
	Waiting     int
}

// Error is one sentence for a person.
func (b *Busy) Error() string {
	return fmt.Sprintf("run: %d runs of job %s of %s wait to start already: wait until one of them has started, or cancel some", b.Waiting, b.Entry, b.Shop)
}

// Is makes it an ErrRefused and an ErrBusy.
func (b *Busy) Is(target error) bool { return target == ErrRefused || target == ErrBusy }

// wish notes an accepted run with e, which bounds them: whoever accepts another
// one at the same time changes the same item. It costs a read for each of them
// when they are many, and gives a *Busy when too many have not started.
func (d *Dispatcher) wish(ctx context.Context, e Entry, run string) (table.Op, error) {
	if len(e.Wishes) >= MaxWaiting {
		var left []string
		for _, id := range e.Wishes {
			r, err := d.Store.row(ctx, e.Shop, id)
			switch {
			case err == nil && r.Started.IsZero() && !r.Done():
				left = append(left, id)
			case err != nil && !errors.Is(err, ErrNotFound):
				return table.Op{}, err
			}
		}
		if e.Wishes = left; len(left) >= MaxWaiting {
			return table.Op{}, &Busy{Shop: e.Shop, Entry: e.ID, Waiting: len(left)}
		}
	}
	e.Wishes = append(slices.Clone(e.Wishes), run)
	return d.Store.putEntry(e)
}

package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"backroom/shared/sqlite"
)

// disk says once that the disk of the data file fails, and once that it works
// again, however many calls meet it. Safe for concurrent use.
type disk struct {
	log *slog.Logger
	now func() time.Time

	mu     sync.Mutex
	failed time.Time // last; zero: it works
}

// diskQuiet is how long no call has failed before a disk works again: on one that
// is almost full small writes succeed between large ones that do not.
const diskQuiet = time.Minute

// seen takes how a call on the data file has ended; see [sqlite.WithOnWrite].
func (d *disk) seen(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now, said := d.now(), !d.failed.IsZero()
	switch {
	case err != nil:
		d.failed = now
		if !said {
			d.log.Error("nothing can be stored", "err", err)
		}
	case said && now.Sub(d.failed) >= diskQuiet:
		d.failed = time.Time{}
		d.log.Info("the data file is written again")
	}
}

// withoutDisk leaves out the records that a failing disk is the cause of, which
// [disk] has said.
type withoutDisk struct{ slog.Handler }

func (h withoutDisk) Handle(ctx context.Context, r slog.Record) error {
	known := false
	r.Attrs(func(a slog.Attr) bool {
		err, ok := a.Value.Any().(error)
		known = known || ok && errors.Is(err, sqlite.ErrDisk)
		return !known
	})
	if known {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

func (h withoutDisk) WithAttrs(as []slog.Attr) slog.Handler {
	return withoutDisk{h.Handler.WithAttrs(as)}
}

func (h withoutDisk) WithGroup(name string) slog.Handler {
	return withoutDisk{h.Handler.WithGroup(name)}
}

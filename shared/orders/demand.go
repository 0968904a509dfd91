package orders

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"backroom/shared/fault"
)

// Demanded reports whether the run imports certain orders, whatever the filters say
// and however old they are, and moves no cursor.
func (p Parameters) Demanded() bool { return len(p.Names) > 0 || len(p.IDs) > 0 || p.ranged() }

func (p Parameters) ranged() bool { return !p.PlacedFrom.IsZero() }

// maxIDs is how many ids one run takes.
const maxIDs = 1000

func (p Parameters) checkDemand(bad func(field string, value any, want string)) {
	for _, n := range p.Names {
		if strings.TrimSpace(n) == "" || len(n) > 100 {
			bad("names", n, "the name of an order, such as #1001")
		}
	}
	if len(p.Names) > 100 {
		bad("names", len(p.Names), "at most 100 names")
	}
	for _, id := range p.IDs {
		if id == "" || len(id) > 20 || strings.Trim(id, "0123456789") != "" {
			bad("ids", id, "the id of an order in Shopify, digits alone")
		}
	}
	if len(p.IDs) > maxIDs {
		bad("ids", len(p.IDs), fmt.Sprintf("at most %d ids", maxIDs))
	}
	switch to := p.PlacedTo; {
	case to.IsZero():
	case p.PlacedFrom.IsZero():
		bad("placedTo", to.Format(time.RFC3339), "with placedFrom")
	case !to.After(p.PlacedFrom):
		bad("placedTo", to.Format(time.RFC3339), "after placedFrom")
	}
}

// Found counts the orders that a run was to import.
type Found struct {
	Found      int `json:"found"`
	New        int `json:"new"`        // not known before
	Documented int `json:"documented"` // have their document already
}

func (f *Found) add(k Known) {
	f.Found++
	switch {
	case k.Version == 0:
		f.New++
	case k.State == Processed, k.State == Conflict:
		f.Documented++
	}
}

func (f Found) String() string {
	return fmt.Sprintf("%d found, %d of them new, %d have their document already", f.Found, f.New, f.Documented)
}

// demand imports the orders that the parameters name, and those placed in their
// range, and reports whether all are.
func (s *importing) demand(ctx context.Context) (bool, error) {
	if s.pos.Found == nil {
		s.pos.Found = &Found{}
		if err := s.named(ctx); err != nil {
			return false, err
		}
		if s.Parameters.ranged() {
			if err := s.seen(ctx); err != nil {
				return false, err
			}
			if err := s.walker().Narrow(ctx, s.Parameters.PlacedFrom); err != nil {
				return false, err
			}
		}
	}
	if s.Parameters.ranged() {
		if done, err := s.list(ctx); err != nil || !done {
			return false, err
		}
	}
	s.Row(Planned{Found: s.pos.Found})
	return true, nil
}

// seen is an error if the range begins before what the app may read: what it does
// not show looks as if it did not exist.
func (s *importing) seen(ctx context.Context) error {
	horizon, err := s.source.Horizon(ctx)
	if err != nil || !s.Parameters.PlacedFrom.Before(horizon) {
		return err
	}
	return &fault.Error{
		Op: TaskName, Kind: fault.Rejected,
		Merchant: "Orders that were placed before " + horizon.UTC().Format(time.DateOnly) + " are hidden from the app: grant it read_all_orders, or begin later.",
		Err:      errors.New("the range begins before what the app may read"),
	}
}

// named imports the orders of the parameters' names and ids.
func (s *importing) named(ctx context.Context) error {
	ids := slices.Clone(s.Parameters.IDs)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	asked := slices.Clone(ids)
	var unknown []string
	for _, name := range s.Parameters.Names {
		found, err := s.find(ctx, name)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			unknown = append(unknown, name)
		}
		for _, id := range found {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	if err := s.take(ctx, ids); err != nil {
		return err
	}
	for _, id := range asked {
		if !s.there[id] {
			unknown = append(unknown, id)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	return &fault.Error{
		Op: TaskName, Kind: fault.Rejected,
		Merchant: "There is no order " + strings.Join(unknown, ", ") + " in Shopify. One that was just placed is found some seconds later.",
		Err:      fmt.Errorf("orders %q: the shop has none of that name or id that the app may read", unknown),
	}
}

// placed takes in what a page of a range lists. What is known as it is, and is not kept
// out, is not read again; a dry run counts.
func (s *importing) placed(ctx context.Context, part []Changed) error {
	ids := make([]string, len(part))
	for i, c := range part {
		ids[i] = c.ID
	}
	known, err := s.Stage.Known(ctx, s.Request.Shop, ids)
	if err != nil {
		return err
	}
	var need []Known
	for i, k := range known {
		stale := k.Version == 0 || k.Missed || k.Young || k.State == Filtered || part[i].UpdatedAt.After(k.UpdatedAt)
		if stale && !s.Request.DryRun {
			need = append(need, k)
			continue
		}
		s.pos.Found.add(k)
		s.Counts.Read++
		if !stale {
			s.Counts.Unchanged++
		}
	}
	return s.read(ctx, need, time.Time{})
}

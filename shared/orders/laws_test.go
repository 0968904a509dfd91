package orders_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/orders/orderstest"
	"backroom/shared/shop"
	"backroom/shared/staging"
	"backroom/shared/task"
	"backroom/shared/task/tasktest"
)

// faulted is a shop of small pages in the hands of a suite.
type faulted struct {
	*orderstest.Source
	kit *tasktest.Kit
}

// openFaulted places orders so far apart, and if later is set such a time after the
// first import, that a cursor which passes one is saved neither by the overlap nor by
// the daily sweep.
func openFaulted(k *tasktest.Kit, n, bad int, later bool) tasktest.World {
	const apart = 20 * time.Minute
	f := &faulted{orderstest.NewSource(k.Now), k}
	if later {
		f.Put(orderstest.Order(n, k.Now())) // beside the records
		k.Play(orders.TaskName, f.Task())
		k.Pass(time.Duration(n+1) * apart)
	}
	for i := range n {
		f.Put(orderstest.Order(i, k.Now().Add(time.Duration(i-n)*apart)))
	}
	if bad >= 0 {
		f.Failing[strconv.Itoa(5000+bad)] = errors.New("internal error")
	}
	return f
}

func called[T any](k *tasktest.Kit, do func() (T, error)) (out T, err error) {
	err = k.Call(false, func() (err error) { out, err = do(); return err })
	return out, err
}

// CountChanged implements orders.Source.
func (f *faulted) CountChanged(ctx context.Context, w orders.Window, limit int) (int, error) {
	return called(f.kit, func() (int, error) { return f.Source.CountChanged(ctx, w, limit) })
}

// Changed implements orders.Source.
func (f *faulted) Changed(ctx context.Context, w orders.Window, page string) (orders.ChangedPage, error) {
	return called(f.kit, func() (orders.ChangedPage, error) { return f.Source.Changed(ctx, w, page) })
}

// Orders implements orders.Source.
func (f *faulted) Orders(ctx context.Context, ids []string) (orders.Read, error) {
	return called(f.kit, func() (orders.Read, error) { return f.Source.Orders(ctx, ids) })
}

// Task implements tasktest.World.
func (f *faulted) Task() jobqueue.Task {
	issues := &issue.Store{Table: f.kit.Table()}
	imports := &orders.Import{
		Deps: task.Deps{
			Card: func(context.Context, string) (shop.Shop, error) {
				return shop.Shop{Code: tasktest.Shop, ConnectedAt: orderstest.Start.AddDate(0, 0, -30)}, nil
			},
			Guard: f.kit.Guard(), Now: f.kit.Now, Issues: issues,
		},
		Source: func(shop.Shop) (orders.Source, error) { return f, nil },
		Stage:  &staging.Store{Table: f.kit.Table(), Issues: issues, Now: f.kit.Now}, Next: "next-task",
	}
	return imports.Definition().Run
}

// Heal implements tasktest.World.
func (f *faulted) Heal() { clear(f.Failing) }

// Echo implements tasktest.World: the number of its document is written to each order.
func (f *faulted) Echo() {
	for _, o := range f.Sold {
		o.Attributes = append(o.Attributes, orders.Attr{Key: orders.DocumentAttribute, Value: "SO1"})
		o.UpdatedAt = f.kit.Now().Truncate(time.Second)
		f.Put(o)
	}
}

// Holds implements tasktest.World.
func (f *faulted) Holds() map[int][]string {
	stage := &staging.Store{Table: f.kit.Stored(), Issues: &issue.Store{Table: f.kit.Stored()}, Now: f.kit.Now}
	vs, _, err := stage.List(f.kit.T.Context(), tasktest.Shop, "", "", 0)
	if err != nil {
		f.kit.T.Fatalf("%v", err)
	}
	h := map[int][]string{}
	for _, v := range vs {
		id, err := strconv.Atoi(v.ID)
		if err != nil {
			f.kit.T.Errorf("%v", err)
		}
		h[id-5000] = append(h[id-5000], fmt.Sprintf("%s of %s is %s %s, with an issue %t", v.Name, v.Total, v.State, v.Reason, v.Issue != nil))
	}
	return h
}

func TestEveryLaw(t *testing.T) {
	for name, writes := range map[string]int{"first import": 4, "later import": 2} {
		t.Run(name, func(t *testing.T) {
			s := tasktest.Suite{Task: orders.TaskName, Records: 12, Paged: 25, Idle: 3, Writes: writes}
			s.Open = func(k *tasktest.Kit, n, bad int) tasktest.World {
				return openFaulted(k, n, bad, name == "later import")
			}
			tasktest.Run(t, s)
		})
	}
}

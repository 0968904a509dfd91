package listings_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/listings"
	"backroom/shared/task/tasktest"
)

// faulted is a world in the hands of a suite. Each record is an item: an even one
// becomes a product with two variants, an odd one has a product whose title is another.
type faulted struct {
	*world
	kit *tasktest.Kit
}

func number(i int) string { return fmt.Sprintf("I%03d", i) }

func open(_ *testing.T, k *tasktest.Kit, n, bad int) *faulted {
	f := &faulted{newWorld(k.T, `"productSync":"to-shopify","addProducts":true,"productChannels":["online store"]`), k}
	f.Clock, f.table, f.guard = k.Clock, k.Table(), k.Guard()
	f.call = k.Call
	for i := range n {
		name := fmt.Sprintf("Shoe %03d", i)
		if i == bad {
			f.refused = name
		}
		f.item(number(i), name)
		if i%2 == 0 {
			f.variant(number(i), "RED", "Red")
			f.variant(number(i), "BLUE", "")
		} else {
			f.product("As it was", number(i))
		}
	}
	return f
}

func (f *faulted) Task() jobqueue.Task {
	f.table = f.kit.Table()
	return f.task()
}

func (f *faulted) Heal() { f.refused = "" }

func (f *faulted) Echo() {
	for _, p := range f.products {
		p.UpdatedAt = f.Now()
	}
	for _, i := range f.items {
		i.ModifiedAt = f.Now()
	}
}

func (f *faulted) Holds() map[int][]string {
	h := map[int][]string{}
	stands := f.links()
	for i := range len(f.items) {
		for _, p := range f.products {
			if !strings.Contains(p.Title, fmt.Sprintf("Shoe %03d", i)) {
				continue
			}
			for _, v := range p.Variants {
				h[i] = append(h[i], fmt.Sprintf("%s: %s %s stands for %s", p.Title, v.Name, v.SKU, stands[v.ID]))
			}
			if i%2 == 0 {
				h[i] = append(h[i], fmt.Sprintf("shown %v", f.shown[p.ID]))
			}
		}
	}
	is, err := (&issue.Store{Table: f.kit.Stored()}).List(context.Background(), tasktest.Shop)
	if err != nil {
		f.kit.T.Fatalf("%v", err)
	}
	for _, i := range is {
		h[tasktest.Common] = append(h[tasktest.Common], i.Kind+" "+string(i.Reason))
	}
	maps.DeleteFunc(h, func(_ int, what []string) bool { return len(what) == 0 })
	return h
}

// links are what variants stand for, by their ids.
func (f *faulted) links() map[string]string {
	out := map[string]string{}
	for l, err := range (&listings.Store{Table: f.kit.Stored()}).All(context.Background(), tasktest.Shop) {
		if err != nil {
			f.kit.T.Fatalf("%v", err)
		}
		for _, v := range l.Variants {
			out[v.ID] = v.Item + v.Code
		}
	}
	return out
}

func TestTask(t *testing.T) {
	tasktest.Run(t, tasktest.Suite{
		Task: listings.TaskName, Records: 4, Paged: 7, Idle: 6, Writes: 6, Stride: 1, Parameters: json.RawMessage(`{}`),
		Open: func(k *tasktest.Kit, n, bad int) tasktest.World { return open(t, k, n, bad) },
	})
}

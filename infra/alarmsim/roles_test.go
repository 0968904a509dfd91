package alarmsim_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"backroom/infra/plan"
	"backroom/shared/table"
)

// roled is the table as a function's role lets it be used.
type roled struct {
	inner  table.Table
	w      *world
	role   string
	allows map[string]bool
}

func (t roled) may(action string) error {
	if t.allows == nil || t.allows[action] {
		return nil
	}
	t.w.refused[t.role+" "+action] = true
	return errors.New("AccessDeniedException: not authorized to perform: " + action)
}

func (t roled) Get(ctx context.Context, k table.Key) (table.Item, error) {
	if err := t.may("dynamodb:GetItem"); err != nil {
		return table.Item{}, err
	}
	return t.inner.Get(ctx, k)
}

func (t roled) Query(ctx context.Context, q table.Query) (table.Page, error) {
	if err := t.may("dynamodb:Query"); err != nil {
		return table.Page{}, err
	}
	return t.inner.Query(ctx, q)
}

func (t roled) Index(ctx context.Context, q table.IndexQuery) (table.Page, error) {
	if err := t.may(fmt.Sprintf("dynamodb:Query on index%d", q.N)); err != nil {
		return table.Page{}, err
	}
	return t.inner.Index(ctx, q)
}

func (t roled) Write(ctx context.Context, ops ...table.Op) error {
	for _, op := range ops {
		action := map[table.Verb]string{table.VerbPut: "PutItem", table.VerbDelete: "DeleteItem", table.VerbCheck: "ConditionCheckItem"}[op.Verb]
		if _, follows := op.Cond.Version(); op.Verb == table.VerbPut && !follows && !op.Cond.IsAbsent() {
			action = "UpdateItem" // it counts up from what it finds
		}
		if err := t.may("dynamodb:" + action); err != nil {
			return err
		}
	}
	return t.inner.Write(ctx, ops...)
}

// rightsOf are a function's rights by the plan, in the words of the guard.
func rightsOf(f plan.Function) map[string]bool {
	out := map[string]bool{}
	for _, r := range f.Rights {
		for _, a := range r.Actions {
			switch r.On {
			case plan.TableIndex1:
				a += " on index1"
			case plan.TableIndex2:
				a += " on index2"
			default:
			}
			out[a] = true
		}
	}
	return out
}

// take takes a right from a function's role, as a deployment that went wrong does.
func (w *world) take(function, action string) {
	w.taken[function+" "+action] = true
	delete(w.guards[function].Allows, action)
}

// giveBack gives back what was taken.
func (w *world) giveBack() {
	for r := range w.taken {
		function, action, _ := strings.Cut(r, " ")
		w.guards[function].Allows[action] = true
	}
	w.given = len(w.taken) > 0
}

// lacked are the rights that functions did not have, those that the scenario took left out.
func (w *world) lacked() (out []string) {
	for name, g := range w.guards {
		for _, a := range g.Refused() {
			w.refused[name+" "+a] = true
		}
	}
	for r := range w.refused {
		if !w.taken[r] {
			out = append(out, r)
		}
	}
	return out
}

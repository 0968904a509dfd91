package connect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"backroom/shared/fault"
	"backroom/shared/shop"
	"backroom/shared/task"
	"backroom/shared/wiring"
)

// The sides, as reports name them.
const (
	Shopify         = "Shopify"
	BusinessCentral = "Business Central"
)

// Side is whether one side answers for a shop.
type Side struct {
	Name    string
	Answers bool
	Text    string // one sentence: what is wrong; "" if it answers
	WayOut  string // and what mends it
}

// Grant says whether the app has a right.
type Grant string

// The grants.
const (
	Given   Grant = "given"
	Missing Grant = "missing"
	Untold  Grant = "untold" // the side does not tell
)

// Right is an access scope of Shopify, or a permission set of Business Central, that
// tasks need.
type Right struct {
	Side     string
	Name     string
	For      string   // what it is needed for
	Tasks    []string // by name, which tasks need it
	Optional bool     // without it a task does less, as For says
	Given    Grant
	WayOut   string // one sentence; "" if nothing is to be done
}

// Report is all that a check of the connection says.
type Report struct {
	Sides    []Side    // both
	Rights   []Right   // those of Shopify first
	Findings []Finding // none unless both sides answer
}

// Check reads both sides of a shop, and reports of each whether it answers, which
// rights it gives, and what the card leaves open. An error is ours: no side is asked.
func Check(ctx context.Context, o wiring.Options, names Names, stored shop.Shop) (Report, error) {
	card, found, err := Read(ctx, o, names, stored)
	if ctx.Err() != nil {
		return Report{}, ctx.Err()
	}
	r := Report{Sides: sides(err), Rights: Rights(wiring.Tasks(o).Definitions, found)}
	lacks, scopes := errors.AsType[*scopesError](err)
	if scopes {
		r.Findings = append(r.Findings, Finding{
			Weight: Stops, Text: fmt.Sprintf("No run succeeds, because the app lacks %s in Shopify.", and(lacks.missing)),
			WayOut: "Grant the app these access scopes in its settings, and install it again.",
		})
	}
	if err == nil {
		r.Findings = Findings(card, found)
	}
	return r, nil
}

// sides are both, with what err of a [Read] says is wrong.
func sides(err error) []Side {
	out := []Side{{Name: Shopify, Answers: true}, {Name: BusinessCentral, Answers: true}}
	for _, e := range parts(err) {
		if _, answered := errors.AsType[*scopesError](e); answered {
			continue
		}
		said, refused := errors.AsType[*RefusedError](e)
		for i := range out {
			switch {
			case refused && said.Side == out[i].Name:
				out[i] = Side{Name: said.Side, Text: said.Text, WayOut: said.WayOut}
			case !refused: // it is of no side: neither was asked
				out[i] = Side{Name: out[i].Name, Text: cmp.Or(fault.Of(e).Merchant, capital(e.Error())+"."), WayOut: "Do what it says, and check again."}
			}
		}
	}
	return out
}

// parts are the errors that err joins.
func parts(err error) []error {
	if err == nil {
		return nil
	}
	if j, ok := err.(interface{ Unwrap() []error }); ok {
		return j.Unwrap()
	}
	return []error{err}
}

func capital(text string) string {
	text = strings.TrimRight(text, ".")
	return strings.ToUpper(text[:min(1, len(text))]) + text[min(1, len(text)):]
}

// Rights are what the tasks of ds need, each once, in view of what was found. It reads
// nothing but its arguments.
func Rights(ds []task.Definition, found Found) []Right {
	var out []Right
	need := func(r Right, by string) {
		i := slices.IndexFunc(out, func(o Right) bool { return o.Side == r.Side && o.Name == r.Name })
		if i < 0 {
			r.Tasks = []string{by}
			out = append(out, r)
			return
		}
		o := &out[i]
		o.Tasks, o.Optional = append(o.Tasks, by), o.Optional && r.Optional
		if !strings.Contains(o.For, r.For) {
			o.For += "; " + r.For
		}
	}
	for _, d := range ds {
		for _, s := range d.Scopes {
			need(Right{Side: Shopify, Name: s.Name, For: s.For, Optional: s.Optional}, d.Name)
		}
	}
	for _, d := range ds {
		for _, p := range d.Permissions {
			need(Right{Side: BusinessCentral, Name: p.Set, For: p.For}, d.Name)
		}
	}
	for i := range out {
		out[i].judge(found)
	}
	return out
}

// judge says whether r is given. Business Central tells an app nothing of its
// permission sets: what they lack is seen by what it refuses.
func (r *Right) judge(found Found) {
	switch r.Given = Untold; {
	case r.Side == BusinessCentral:
		r.WayOut = "Look at the app's card in Business Central (Microsoft Entra Applications), under User Permission Sets."
	case found.Shop.Scopes == nil:
		r.WayOut = "Look at the app's access scopes in its settings."
	case len(found.Shop.Missing(r.Name)) > 0:
		r.Given, r.WayOut = Missing, "Grant it in the app's settings, and install the app again."
		if r.Optional {
			r.WayOut = "Grant it in the app's settings and install the app again, if this is wanted."
		}
	default:
		r.Given = Given
	}
}

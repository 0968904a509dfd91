package jobqueue

import (
	"fmt"
	"slices"
	"strings"
)

// Use is data that a task works on, as people call it: "imported orders".
type Use struct {
	Data   string
	Writes bool // else it reads it only
}

// Reads and Writes make the uses of a task.
func Reads(data ...string) []Use { return uses(data, false) }

// Writes are uses of data that the task changes.
func Writes(data ...string) []Use { return uses(data, true) }

func uses(data []string, writes bool) []Use {
	out := make([]Use, len(data))
	for i, d := range data {
		out[i] = Use{Data: d, Writes: writes}
	}
	return out
}

// Conflict warns of two entries whose runs may overlap, for they have different
// categories, and which write the same data.
type Conflict struct {
	Entry, With string
	Shop        string   // of With, if it is another one
	Data        []string // that both write, ordered
}

// String is a sentence for a person.
func (c Conflict) String() string {
	with, same := c.With, "category and scope"
	if c.Shop != "" {
		with, same = c.With+" of shop "+c.Shop, "category"
	}
	return fmt.Sprintf("jobs %s and %s may run at the same time, and both write %s: give them one %s", c.Entry, with, list(c.Data), same)
}

func list(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}

// ConflictsOf decides about e beside others, of which e itself may be one.
func ConflictsOf(tasks *Registry, e Entry, others []Entry) []Conflict {
	mine := writes(tasks, e)
	var out []Conflict
	for _, o := range others {
		if o.Shop == e.Shop && o.ID == e.ID || o.Group() == e.Group() || o.Status == Finished || e.Status == Finished {
			continue
		}
		var both []string
		for _, d := range writes(tasks, o) {
			if slices.Contains(mine, d) {
				both = append(both, d)
			}
		}
		if len(both) > 0 {
			c := Conflict{Entry: e.ID, With: o.ID, Data: both}
			if o.Shop != e.Shop {
				c.Shop = o.Shop
			}
			out = append(out, c)
		}
	}
	return out
}

// writes is the data that an entry's runs write, ordered.
func writes(tasks *Registry, e Entry) []string {
	reg, ok := tasks.Get(e.Task)
	if !ok || reg.Uses == nil {
		return nil
	}
	parameters, wrong := reg.Parameters.Fill(e.Parameters)
	if len(wrong) > 0 {
		return nil // it does not start
	}
	var out []string
	for _, u := range reg.Uses(parameters) {
		if u.Writes {
			out = append(out, u.Data)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

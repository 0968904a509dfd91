// Package privacy finds and erases what is stored of one customer, or of a whole shop.
//
// Every kind of stored records has a [Kind], which says what it has of people and for how
// long, and how that is found. A task names those of its own in its definition. docs/privacy.md
// is the list of them.
//
// What a later run needs to make nothing twice stays, without the person: which order
// has which document.
package privacy

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"backroom/shared/table"
)

// Shape is the form of the keys of a kind of items: {shop} stands for the code of the
// shop, another word in braces for what differs.
type Shape struct{ PK, SK string }

// Kind is a kind of stored records, and what it has of a shop's customers.
type Kind struct {
	Name string // "orders"
	At   []Shape
	// Holds is what it has of a customer, in a phrase; "": nothing.
	Holds string
	Kept  string // for how long, in a phrase
	// Keeper finds and erases it. nil, where Holds is set: in the texts of the records
	// the person is taken out, and the records stay.
	Keeper Keeper
	// Stays says why it is left when all of a shop is erased; "": it goes.
	Stays string
	// Spares says which of its items are left then; nil: none.
	Spares func(table.Item) bool
	// Below are the partitions of a shop that no shape names alone; nil: there are none.
	Below func(ctx context.Context, shop string) ([]string, error)
}

// AsConnected is how long most kinds are kept.
const AsConnected = "as long as the shop is connected, and after that until all of it is erased"

// Does is what a walk is for.
type Does string

// What walks are for.
const (
	Gathers Does = "gather" // by what else the person is known
	Finds   Does = "find"   // what is stored of them
	Erases  Does = "erase"
)

// Keeper knows the records of one kind. Safe for concurrent use.
type Keeper interface {
	// Walk goes through a part of the records of j's shop, from page on, and gives the page
	// that follows; "" after the last. A repeat of it does the rest.
	Walk(ctx context.Context, j *Job, page string) (next string, err error)
}

// Emptier is a keeper that empties itself when all of a shop is erased, because it has
// items outside of the shop's own. Safe for concurrent use.
type Emptier interface {
	Empty(ctx context.Context, shop string) error
}

// Found is one record that has something of the person.
type Found struct {
	Kind   string `json:"kind"`
	Record string `json:"record"`         // its id or key
	Name   string `json:"name,omitempty"` // what people call it: "#1001"
	// Has is what it has of the person, by the words for it.
	Has map[string]string `json:"has,omitempty"`
	// Why it was not erased, a sentence; "" for one that was, or is only looked at.
	Why string `json:"why,omitempty"`
}

// maxFound is how many records an answer names; the others are counted.
const maxFound = 500

// Job is one walk through all kinds. Not safe for concurrent use.
type Job struct {
	Shop   string
	Does   Does
	Person *Person

	kind   string
	answer *Answer
}

// Answer is what was found, or erased.
type Answer struct {
	// Done: it is complete. Otherwise it goes on where it was when it is asked for again.
	Done  bool    `json:"done"`
	Count int     `json:"count"` // records that were found, or erased
	Found []Found `json:"found,omitempty"`
	Left  []Found `json:"left,omitempty"` // those that are still needed, and why
}

// Has notes a record with something of the person, found or erased.
func (j *Job) Has(rec, name string, has map[string]string) {
	j.answer.Count++
	if len(j.answer.Found) < maxFound {
		f := Found{Kind: j.kind, Record: rec, Name: name}
		if j.Does == Finds {
			f.Has = has
		}
		j.answer.Found = append(j.answer.Found, f)
	}
}

// Leaves notes a record that cannot be erased now, and why.
func (j *Job) Leaves(rec, name, why string) {
	if len(j.answer.Left) < maxFound {
		j.answer.Left = append(j.answer.Left, Found{Kind: j.kind, Record: rec, Name: name, Why: why})
	}
}

// ErrNobody means that a request names nobody.
var ErrNobody = errors.New("name the customer: by the id in Shopify, the e-mail address or the telephone number")

var hole = regexp.MustCompile(`\{[a-z ]+\}`)

// of is the shape's PK in a shop, and false if the code is not all that differs.
func (s Shape) of(shop string) (pk string, ok bool) {
	pk = strings.ReplaceAll(s.PK, "{shop}", shop)
	return pk, pk != s.PK && !hole.MatchString(pk)
}

// prefix is what all sort keys of the shape begin with.
func (s Shape) prefix() string {
	if at := hole.FindStringIndex(s.SK); at != nil {
		return s.SK[:at[0]]
	}
	return s.SK
}

// Match reports whether an item of that key is of the shape.
func (s Shape) Match(pk, sk string) bool { return fits(s.PK, pk) && fits(s.SK, sk) }

func fits(shape, key string) bool {
	var b strings.Builder
	rest := shape
	for {
		at := hole.FindStringIndex(rest)
		if at == nil {
			break
		}
		b.WriteString(regexp.QuoteMeta(rest[:at[0]]))
		if rest[at[0]:at[1]] == "{shop}" {
			b.WriteString(`[^#]+`)
		} else {
			b.WriteString(`.*`)
		}
		rest = rest[at[1]:]
	}
	b.WriteString(regexp.QuoteMeta(rest))
	return regexp.MustCompile(`(?s)^` + b.String() + `$`).MatchString(key)
}

package wire

import (
	"fmt"
	"slices"
	"strings"

	"backroom/shared/fault"
)

// GIDs are the global ids of objects of one type.
func GIDs(kind string, ids []string) []string {
	out := slices.Clone(ids)
	for i, id := range out {
		out[i] = GID(kind, id)
	}
	return out
}

// GID is the global id of an object of a type by its numeric one.
func GID(kind, id string) string { return "gid://shopify/" + kind + "/" + id }

// Tail is the numeric end of a global id.
func Tail(id string) string {
	id, _, _ = strings.Cut(id, "?")
	return id[strings.LastIndexByte(id, '/')+1:]
}

// Missing is an answer that lacks what is always there.
func Missing(op, what string) error {
	return &fault.Error{Op: "shopify." + op, Kind: fault.Transient, Code: "INCOMPLETE", Err: fmt.Errorf("%s is missing from the answer", what)}
}

// Cursors are those that a walk through a list has come by.
type Cursors map[string]bool

// CursorsAfter are those of a walk that goes on after one.
func CursorsAfter(after *string) Cursors {
	if after == nil {
		return Cursors{}
	}
	return Cursors{*after: true}
}

// Next is the cursor of the page after, nil at the end. A list that repeats a
// cursor would be read for ever.
func (c Cursors) Next(op string, i PageInfo) (*string, error) {
	if !i.HasNextPage {
		return nil, nil
	}
	if i.EndCursor == nil || c[*i.EndCursor] {
		return nil, Missing(op, "the next page's cursor")
	}
	c[*i.EndCursor] = true
	return i.EndCursor, nil
}

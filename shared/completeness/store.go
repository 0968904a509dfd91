package completeness

import (
	"context"
	"fmt"

	"backroom/shared/issue"
	"backroom/shared/record"
	"backroom/shared/table"
)

// schema of everything stored here: 1, since the first release.
const schema = 1

// Store keeps which differences people have accepted, beside the issues. Safe for
// concurrent use.
//
//	SHOP#<shop>#PROOF   <kind>#<record>   what is accepted of a record
type Store struct {
	Table  table.Table
	Issues *issue.Store
}

// accepted is a difference that a person has accepted. Another one of the same record
// is a difference again.
type accepted struct {
	record.Rest

	What string `json:"what"` // reasons and things
}

func acceptKey(shop, kind, rec string) table.Key {
	return table.Key{PK: "SHOP#" + shop + "#PROOF", SK: kind + "#" + rec}
}

func (s *Store) accepted(ctx context.Context, shop, kind, rec string) (string, error) {
	var a accepted
	if _, err := record.Get(ctx, s.Table, acceptKey(shop, kind, rec), schema, &a); err != nil {
		return "", fmt.Errorf("completeness: what is accepted of %s %s: %w", kind, rec, err)
	}
	return a.What, nil
}

// issues are those of the proof.
func (s *Store) issues(ctx context.Context, shop string) (out []issue.Issue, err error) {
	all, err := s.Issues.List(ctx, shop)
	for _, i := range all {
		if i.Kind == ofOrder || i.Kind == ofRefund || i.Kind == ofShipment {
			out = append(out, i)
		}
	}
	return out, err
}

package customersync

import (
	"context"
	"slices"

	"backroom/shared/insync"
	"backroom/shared/privacy"
	"backroom/shared/table"
)

// People finds and erases what is known of customers beside their links. It is a
// privacy.Keeper.
type People struct{ *insync.Store }

var _ privacy.Keeper = People{}

// NewStore keeps what is known of customers that are kept in step.
func NewStore(t table.Table) *insync.Store { return &insync.Store{Table: t, Part: "CUSTSYNC"} }

// Stored is what s has of customers.
func Stored(s *insync.Store) privacy.Kind {
	return privacy.Kind{
		Name: "customers in step", At: []privacy.Shape{{PK: "SHOP#{shop}#CUSTSYNC", SK: "{side}#{customer}"}},
		Holds: "the customer's ids, digests of what was sent, and what happened to it", Kept: privacy.AsConnected, Keeper: People{s},
	}
}

// Walk implements privacy.Keeper.
func (s People) Walk(ctx context.Context, j *privacy.Job, _ string) (string, error) {
	if j.Does == privacy.Gathers {
		return "", nil
	}
	var rs []insync.Record
	for of, ids := range map[insync.Side][]string{insync.Arriving: j.Person.Customers, insync.Leaving: j.Person.Numbers} {
		for _, id := range ids {
			r, err := s.Get(ctx, j.Shop, of, id)
			if err != nil {
				return "", err
			}
			if r.Version > 0 {
				rs = append(rs, r)
			}
		}
	}
	for r := range slices.Values(rs) {
		switch {
		case j.Does == privacy.Finds:
			j.Has(string(r.Side)+"#"+r.ID, r.ID, map[string]string{"id": r.ID})
		case !r.SentAt.IsZero():
			j.Leaves(string(r.Side)+"#"+r.ID, r.ID, "It is just being sent: repeat this in half an hour.")
		default:
			if err := s.Table.Write(ctx, table.Delete(r.Key(), table.VersionIs(r.Version))); err != nil {
				return "", err
			}
			j.Has(string(r.Side)+"#"+r.ID, r.ID, nil)
		}
	}
	return "", nil
}

// The kinds of issues that are about one customer: by the id in Shopify, and by the number in
// Business Central.
var (
	IssuesByID     = []string{kindShop}
	IssuesByNumber = []string{kindCompany}
)

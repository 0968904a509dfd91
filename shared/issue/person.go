package issue

import (
	"context"
	"slices"

	"backroom/shared/privacy"
	"backroom/shared/record"
	"backroom/shared/table"
)

// People finds and erases customers in issues: those about a customer go, of the others the
// texts. It is a privacy.Keeper.
type People struct {
	*Store
	// Customers are the kinds of issues whose record is a customer's id in Shopify, Numbers those
	// whose record is a number of a customer in Business Central.
	Customers, Numbers []string
}

var _ privacy.Keeper = People{}

// Stored is what is stored here.
func (s People) Stored() privacy.Kind {
	return privacy.Kind{
		Name: "issues", At: []privacy.Shape{{PK: "SHOP#{shop}#ISSUE", SK: "{kind}#{record}"}},
		Holds: "names, addresses and numbers that the sentence or its detail quotes", Kept: "until the record is in order", Keeper: s,
	}
}

// Walk implements privacy.Keeper.
func (s People) Walk(ctx context.Context, j *privacy.Job, page string) (string, error) {
	p, err := s.Table.Query(ctx, table.Query{PK: keyOf(j.Shop, "", "").PK, Limit: 50, Page: page})
	if err != nil {
		return "", err
	}
	for _, it := range p.Items {
		var i Issue
		if err := record.Decode(it.Data, schema, &i); err != nil {
			return "", err
		}
		about := slices.Contains(s.Customers, i.Kind) && slices.Contains(j.Person.Customers, i.Record) ||
			slices.Contains(s.Numbers, i.Kind) && slices.Contains(j.Person.Numbers, i.Record)
		switch {
		case !about:
			if j.Does != privacy.Gathers {
				err = privacy.Texts(ctx, s.Table, j, it, i.Name)
			}
		case j.Does == privacy.Gathers:
			j.Person.Written(i.Name)
		case j.Does == privacy.Finds:
			j.Has(it.SK, i.Name, map[string]string{"text": i.Text})
		default:
			if err = s.Table.Write(ctx, table.Delete(it.Key, table.VersionIs(it.Version))); err == nil {
				j.Has(it.SK, "", nil)
			}
		}
		if err != nil {
			return "", err
		}
	}
	return p.Next, nil
}

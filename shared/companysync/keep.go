package companysync

import (
	"cmp"
	"context"

	"backroom/shared/customers"
	"backroom/shared/insync"
	"backroom/shared/issue"
)

// asCompany are the reasons of companies for those of buyers.
var asCompany = map[issue.Reason]issue.Reason{
	customers.CustomerAmbiguous: Ambiguous, customers.CustomerDoubtful: Doubtful, customers.CustomerShared: Shared, customers.CustomerRefused: Refused, customers.CustomerOfSeveral: OfSeveral,
}

// halfMade reports whether a company in this trouble has a customer that something is
// missing of, which is brought as soon as it can be.
func (*slice) halfMade(r issue.Reason) bool {
	return r == customers.CountryUnknown || r == TermsUnknown || r == LongTaxID
}

func named(c Here) string { return customers.NamedCompany(c.Company) }

// keep has the company have companies of the shop, and stores what came of it.
func (s *slice) keep(ctx context.Context, cs []Here, records map[string]*insync.Record, update bool) error {
	var whole []customers.Company
	unknown := map[string]string{}
	ids := map[customers.Terms]string{}
	for _, c := range cs {
		if len(c.Locations) == 0 {
			r := records[c.ID]
			r.SeenAt = c.UpdatedAt
			if err := s.trouble(ctx, r, named(c), "", issue.Part{Reason: WithoutLocation, Things: []string{named(c)}}); err != nil {
				return err
			}
			continue
		}
		for _, l := range c.Locations {
			id, code, err := s.termsID(ctx, l.Terms)
			if err != nil {
				return err
			}
			if l.Terms != nil {
				ids[*l.Terms] = id
			}
			if code != "" {
				unknown[c.ID] = code
			}
		}
		whole = append(whole, c.Company)
	}
	if len(whole) == 0 {
		return nil
	}
	kept, err := s.resolver.KeepCompanies(ctx, s.Request.Lease, s.card.Card, whole, customers.CompanyRules{
		Create: s.card.AutoCreateUnknownCompanies, Update: update, Dry: s.Request.DryRun, Terms: func(t *customers.Terms) string { return ids[*t] },
	})
	err = changedMeanwhile(err)
	for i, k := range kept {
		if k.Left {
			continue
		}
		switch c := whole[i]; {
		case k.Number == "" || k.Reason != "":
		case unknown[c.ID] != "":
			k.Reason, k.Thing = TermsUnknown, unknown[c.ID]
		case customers.LongTaxID(c.Locations[0].TaxID):
			k.Reason, k.Thing = LongTaxID, customers.NamedCompany(c)
		}
		if failed := s.brought(ctx, whole[i], k, records[whole[i].ID]); failed != nil {
			return cmp.Or(err, failed)
		}
	}
	return err
}

// brought stores what came of one company of the shop.
func (s *slice) brought(ctx context.Context, c customers.Company, k customers.KeptCompany, r *insync.Record) error {
	name := customers.NamedCompany(c)
	parts := s.broughtPlaces(c, k)
	switch k.Did {
	case customers.Make:
		s.Counts.Created++
	case customers.Join, customers.Renew:
		s.Counts.Updated++
	case customers.Nothing:
	}
	r.SeenAt = c.UpdatedAt
	row := Row{To: "company", Name: name, ID: c.ID, Number: k.Number, Does: cmp.Or(string(k.Did), "nothing"), Parts: k.Parts}
	switch {
	case k.Reason == customers.CustomerUnmapped: // nobody is it, and the card has none created
	case k.Reason != "":
		part := issue.Part{Reason: cmp.Or(asCompany[k.Reason], k.Reason), Things: []string{k.Thing}}
		parts = append([]issue.Part{part}, parts...)
	}
	if len(parts) > 0 {
		if k.Did == customers.Nothing {
			row.Does = "wait"
		}
		row.Reason, row.Text = parts[0].Reason, Reasons.Of(parts...).Text
		s.Row(row)
		return s.trouble(ctx, r, name, "", parts...)
	}
	switch {
	case k.Reason == customers.CustomerUnmapped:
		row.Reason = k.Reason
		s.Counts.Skipped++
	case k.Did == customers.Nothing:
		s.Counts.Unchanged++
	}
	s.Row(row)
	return s.settle(ctx, r, name)
}

// broughtPlaces are what is wrong with locations that have a customer of their own.
func (s *slice) broughtPlaces(c customers.Company, k customers.KeptCompany) (parts []issue.Part) {
	for _, l := range c.Locations {
		p, ok := k.Locations[l.ID]
		if !ok || p.Reason == customers.CustomerUnmapped {
			continue // it is its company's
		}
		row := Row{To: "company", Name: customers.NamedCompany(c), ID: c.ID, Location: l.ID, Number: p.Number, Does: cmp.Or(string(p.Did), "nothing"), Parts: p.Parts}
		if p.Reason != "" {
			part := issue.Part{Reason: cmp.Or(asCompany[p.Reason], p.Reason), Things: []string{p.Thing}}
			parts = append(parts, part)
			row.Does, row.Reason, row.Text = "wait", part.Reason, Reasons.Of(part).Text
		}
		s.Row(row)
	}
	return parts
}

package api

import (
	"cmp"

	"backroom/shared/creditmemos"
	"backroom/shared/shipments"
)

// memosOf are what the refunds of an order became.
func memosOf(ms []creditmemos.Memo) (out []CreditMemo) {
	for _, m := range ms {
		c := CreditMemo{Refund: m.Refund, State: CreditMemoState(cmp.Or(m.State, "waiting")), ID: m.ID, Number: m.Number}
		if m.Total != nil {
			c.Total = amountOf(*m.Total)
		}
		out = append(out, c)
	}
	return out
}

// fulfilmentsOf are what the posted shipments of an order became, one without a
// fulfilment too; those of other shops' orders are none of its.
func fulfilmentsOf(rs []shipments.Record) (out []Fulfilment) {
	for _, r := range rs {
		if r.State == shipments.Foreign {
			continue
		}
		f := Fulfilment{Shipment: r.Number, Posted: r.Posted, Open: r.State == shipments.Open}
		if len(r.Parts) == 0 {
			out = append(out, f)
		}
		for _, p := range r.Parts {
			f.ID, f.Name, f.Cancelled, f.Ready, f.Found, f.Parcels = p.ID, p.Name, p.Cancelled, p.Ready, p.Found, nil
			for _, t := range p.Parcels {
				f.Parcels = append(f.Parcels, Parcel{Number: t.Number, Company: cmp.Or(t.Company, p.Company), URL: t.URL})
			}
			out = append(out, f)
		}
	}
	return out
}

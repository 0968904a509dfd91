package shipments

import "backroom/shared/issue"

// Planned is what a run without effect would do about a shipment.
type Planned struct {
	Shipment string         `json:"shipment"`
	Order    string         `json:"order,omitempty"`
	Do       string         `json:"do,omitempty"` // "" is nothing
	Units    map[string]int `json:"units,omitempty"`
	Parcels  []Tracking     `json:"parcels,omitempty"`
	Notify   bool           `json:"notify,omitempty"`
	More     bool           `json:"more,omitempty"` // another change follows
	Problems []issue.Issue  `json:"problems,omitempty"`
}

func (s *slice) row(w *work) {
	p := Planned{Shipment: w.shipment.Number, Order: w.record.Name, More: w.plan.More}
	if st := w.plan.Step; st != nil {
		p.Do, p.Units, p.Parcels, p.Notify = st.Do, st.Part.Units, st.Part.Parcels, st.Notify || st.Send.Notify
	}
	if len(w.plan.Problems) > 0 {
		p.Problems = []issue.Issue{issueOf(w.record, w.plan.Problems, w.detail)}
	}
	if p.Do != "" || len(p.Problems) > 0 {
		s.Row(p)
	}
}

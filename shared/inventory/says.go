package inventory

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/table"
)

// says brings the issues of variants and locations up to date: of all, or of the items
// that the run is limited to.
func (s *slice) says(ctx context.Context) error {
	had := map[string]issue.Issue{}
	all, err := s.Issues.List(ctx, s.Request.Shop)
	if err != nil {
		return err
	}
	for _, i := range all {
		if i.Kind == kind || i.Kind == kindPlace {
			had[i.Kind+"/"+i.Record] = i
		}
	}
	want := s.issues(had)
	var ops []table.Op
	for key, i := range want {
		s.count(i)
		if was, ok := had[key]; ok && was.Reason == i.Reason && was.Name == i.Name && was.Text == i.Text {
			continue
		}
		op, err := s.Issues.Put(ctx, i)
		if err != nil {
			return err
		}
		ops = append(ops, op)
	}
	for key, i := range had {
		if _, still := want[key]; !still && s.about(i) {
			ops = append(ops, issue.Clear(s.Request.Shop, i.Kind, i.Record))
		}
	}
	for part := range slices.Chunk(ops, table.MaxTransactionOps-1) {
		if err := s.Guard.Write(ctx, s.Request.Lease, part...); err != nil {
			return err
		}
	}
	return nil
}

func (s *slice) count(i issue.Issue) {
	if i.Reason == Negative {
		return // it is offered, as sold out
	}
	if s.Counts.Failed++; Reasons[i.Reason].Side == fault.System {
		s.Counts.SystemFailed++
	}
}

// about reports whether this run can tell that nothing is wrong any more with what an
// issue is about.
func (s *slice) about(i issue.Issue) bool {
	_, is := s.of[i.Record]
	return i.Kind == kindPlace || is || len(s.Parameters.Items) == 0
}

// issues are what is wrong now, by kind and record. Of a variant it is one: the first
// reason that is found. had are those of before.
func (s *slice) issues(had map[string]issue.Issue) map[string]issue.Issue {
	out := map[string]issue.Issue{}
	add := func(kind, record, name, thing string, reason issue.Reason, detail string) {
		if _, ok := out[kind+"/"+record]; ok {
			return
		}
		i := Reasons.New(reason, thing)
		i.Detail = detail
		out[kind+"/"+record] = s.Issue(kind, record, name, i)
	}
	for _, p := range s.card.StockLocations {
		if reason := s.placeReason(p, had); reason != "" {
			name := cmp.Or(s.names[p.LocationID], had[kindPlace+"/"+p.LocationID].Name, p.LocationID)
			add(kindPlace, p.LocationID, name, "The Shopify location "+name, reason, "")
		}
	}
	for _, g := range s.goods {
		name := nameOf(g)
		for _, p := range s.card.StockLocations {
			f := s.ledger.figure(g, p)
			m, _ := s.marks.get(g.Variant, p.LocationID)
			switch {
			case f.Wrong == CompanionMissing || m.Reason == LocationUnknown || m.Reason == ServiceLocation: // said of the location
			case f.Wrong != "":
				add(kind, g.Variant, name, name, f.Wrong, "")
			case m.Reason != "":
				add(kind, g.Variant, name, name, m.Reason, m.Detail)
			case f.Negative:
				add(kind, g.Variant, name, name, Negative, "")
			}
		}
	}
	return out
}

// placeReason is what is wrong with a location: as the shop has shown it to this run,
// or to the one that has looked last.
func (s *slice) placeReason(p Place, had map[string]issue.Issue) issue.Reason {
	if len(s.goods) > 0 && !s.ledger.Located && !p.whole() {
		return CompanionMissing
	}
	if reason, looked := s.places[p.LocationID]; looked {
		return reason
	}
	if was := had[kindPlace+"/"+p.LocationID].Reason; was != CompanionMissing {
		return was
	}
	return ""
}

// nameOf is what a person calls a good.
func nameOf(g Good) string {
	item := "item " + g.Item
	if g.Code != "" {
		item += " " + g.Code
	}
	if g.Name == "" {
		return fmt.Sprintf("variant %s (%s)", g.Variant, item)
	}
	return fmt.Sprintf("%s (%s)", g.Name, item)
}

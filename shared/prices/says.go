package prices

import (
	"context"
	"fmt"
	"slices"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/table"
)

// says brings the issues of prices up to date: of all, or of the items that the run is
// limited to.
func (s *slice) says(ctx context.Context) error {
	if s.Request.DryRun {
		return nil
	}
	had := map[string]issue.Issue{}
	all, err := s.Issues.List(ctx, s.Request.Shop)
	if err != nil {
		return err
	}
	for _, i := range all {
		if i.Kind == kind {
			had[i.Record] = i
		}
	}
	var ops []table.Op
	for _, p := range s.goods {
		want := s.wrong(p)
		was, is := had[p.Variant]
		delete(had, p.Variant)
		switch {
		case want.Reason == "" && is:
			ops = append(ops, issue.Clear(s.Request.Shop, kind, p.Variant))
			continue
		case want.Reason == "":
			continue
		case Reasons[want.Reason].Side == fault.System:
			s.Counts.Failed++
			s.Counts.SystemFailed++
		case want.Reason != Edited && want.Reason != Rounded:
			s.Counts.Failed++
		}
		if is && was.Reason == want.Reason && was.Name == want.Name && was.Detail == want.Detail {
			continue
		}
		op, err := s.Issues.Put(ctx, want)
		if err != nil {
			return err
		}
		ops = append(ops, op)
	}
	if len(s.Parameters.Items) == 0 { // of what stands for nothing any more
		for record := range had {
			ops = append(ops, issue.Clear(s.Request.Shop, kind, record))
		}
	}
	for part := range slices.Chunk(ops, table.MaxTransactionOps-1) {
		if err := s.Guard.Write(ctx, s.Request.Lease, part...); err != nil {
			return err
		}
	}
	return nil
}

// wrong is the issue of a good, without a reason if there is none.
func (s *slice) wrong(p priced) issue.Issue {
	reason, detail := p.wrong, p.detail
	if k := s.printOf(p.Variant); reason == "" {
		reason, detail = k.Reason, k.Detail
	}
	if reason == "" && p.whole != "" {
		reason, detail = Rounded, p.whole+" -> "+p.meant.Price
	}
	name := nameOf(p.Good)
	if reason == "" {
		return s.Issue(kind, p.Variant, name, issue.Issue{})
	}
	i := Reasons.New(reason, name)
	i.Detail = detail
	return s.Issue(kind, p.Variant, name, i)
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

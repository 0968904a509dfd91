package orders

import (
	"context"
	"maps"
	"slices"

	"backroom/shared/fault"
)

// mergers finds the orders with documents whose customer was merged into another: the
// order has another customer, and its e-mail, and the one that its document was made for
// is not there any more. That is no change of the order: ks are judged as if they had
// always been the other's. Where it cannot be found out the order is in conflict.
func (s *importing) mergers(ctx context.Context, ks []Known, os []Order) error {
	now := map[string]*Print{} // by order
	var was []string
	for _, k := range ks {
		i := slices.IndexFunc(os, func(o Order) bool { return o.ID == k.ID })
		if i < 0 || k.Facts.Print == nil || k.State != Processed && k.State != Conflict {
			continue
		}
		if p := PrintOf(os[i]); k.Facts.Print.Head["customer"] != "" && k.Facts.Print.merged(p) {
			now[k.ID] = p
			if id := k.Facts.Print.Head["customer"]; !slices.Contains(was, id) {
				was = append(was, id)
			}
		}
	}
	if len(was) == 0 {
		return nil
	}
	there, err := s.source.CustomersThere(ctx, was)
	if err != nil {
		if ctx.Err() == nil && fault.KindOf(err) != fault.Throttled {
			err = nil
		}
		return err
	}
	for i, k := range ks {
		p := now[k.ID]
		if p == nil || there[k.Facts.Print.Head["customer"]] {
			continue
		}
		made := *k.Facts.Print
		made.Head = maps.Clone(made.Head)
		for _, word := range []string{"customer", "e-mail", customerMail} {
			made.Head[word] = p.Head[word]
		}
		ks[i].Facts.Print = &made
	}
	return nil
}

package listings

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"time"

	"backroom/shared/bcapi"
	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/products"
)

// noIssue says that nothing is wrong with a record.
var noIssue = issue.Issue{}

// conflictLife is how long a conflict is shown.
const conflictLife = 7 * 24 * time.Hour

// handling is a product at work.
type handling struct {
	*slice
	was, l   Listing
	p        Product
	problems []Problem
	details  []string // what the two sides say of problems
	missed   string   // why it is to be tried again; "": it is not
}

// products does products that were read.
func (s *slice) products(ctx context.Context, page ProductPage) error {
	for id, err := range page.Unread {
		s.missed[id] = err.Error()
		s.Counts.Failed++
		i := Reasons.New(Unreadable, "product "+id)
		i.Detail = err.Error()
		if _, err := s.Say(ctx, s.Issue(kindProduct, id, id, i)); err != nil {
			return err
		}
	}
	var numbers, gtins, codes, vendors []string
	hs := make([]*handling, 0, len(page.Products))
	for _, p := range page.Products {
		s.Counts.Read++
		if p.GiftCard {
			continue
		}
		l, err := s.Store.Get(ctx, s.Request.Shop, p.ID)
		if err != nil {
			return err
		}
		if p.UpdatedAt.Before(l.ReadAt) {
			continue // the index shows it as it was, and once more as it is
		}
		hs = append(hs, &handling{slice: s, was: l, l: l, p: p})
		numbers = append(append(numbers, l.Items()...), l.Made)
		for _, v := range p.Variants {
			w := s.rules.wanted(v)
			numbers, gtins, vendors = append(numbers, w.ItemNo), append(gtins, w.GTIN), append(vendors, w.VendorItem)
			if w.ItemNo == "" {
				codes = append(codes, w.VariantCode)
			}
		}
	}
	err := s.shelf.fetch(ctx, numbers, gtins, codes, vendors)
	if err == nil && s.rules.owner(Body) == OwnerBC {
		err = s.shelf.text(ctx, numbers)
	}
	if err != nil {
		return err
	}
	for _, h := range hs {
		if s.learned[h.p.ID] {
			if err := h.reread(ctx); err != nil {
				return err
			}
		}
		if err := h.do(ctx); err != nil {
			return err
		}
	}
	return nil
}

// do brings one product and its items into step. An error is the run's.
func (h *handling) do(ctx context.Context) error {
	var misses []miss
	h.l, misses = h.rules.relink(h.l, h.p, h.shelf, h.Now())
	misses, err := h.makeItems(ctx, misses)
	if err != nil {
		return err
	}
	for _, m := range misses {
		if m.why == products.MissSeveral {
			h.problem(Ambiguous, h.l.NameOf(Variant{Name: m.Name}), m.by.By+": "+strings.Join(m.by.Several, ", "))
		}
	}
	h.problems = append(h.problems, h.l.twins()...)
	if err := h.elsewhere(ctx); err != nil {
		return err
	}
	if h.rules.ProductSync != "" {
		if err := h.addVariants(ctx); err != nil {
			return err
		}
		if err := h.settle(ctx); err != nil {
			return err
		}
		if err := h.removed(ctx); err != nil {
			return err
		}
		if err := h.show(ctx); err != nil {
			return err
		}
	}
	return h.store(ctx)
}

func (h *handling) problem(r issue.Reason, thing, detail string) {
	if h.problems = append(h.problems, Problem{r, thing}); detail != "" {
		h.details = append(h.details, detail)
	}
}

// refused judges the error of a write: what is the record's own becomes a problem, or has
// it tried again; the rest is the run's.
func (h *handling) refused(err error, r issue.Reason, thing string) error {
	switch fault.KindOf(err) {
	case fault.Rejected, fault.Bug:
		h.problem(r, thing, fault.Say(err))
		return nil
	case fault.Unknown, fault.Transient:
		if !errors.Is(err, context.Canceled) && fault.Of(err).Op != "" {
			h.missed = err.Error()
			return nil
		}
	case fault.Throttled, fault.Blocked:
	}
	return err
}

// store keeps what was done, and says what is wrong.
func (h *handling) store(ctx context.Context) error {
	h.l.Conflicts = slices.DeleteFunc(slices.Clone(h.l.Conflicts), func(c Conflict) bool { return h.Now().Sub(c.At) >= conflictLife })
	for _, c := range h.l.Conflicts {
		v, _ := h.l.Variant(c.Variant)
		h.problem(Conflicting, string(c.Field)+" of "+h.l.NameOf(v),
			"Business Central had "+quote(c.BC)+", Shopify had "+quote(c.Shopify)+"; that of "+string(c.Kept)+" counts")
	}
	if len(h.problems) > 0 {
		h.Counts.Failed++
	}
	if h.missed != "" || slices.ContainsFunc(h.problems, func(p Problem) bool { return p.Reason == ShopRefused || p.Reason == BCRefused }) {
		h.slice.missed[h.p.ID] = h.missed
	} else {
		h.found[h.p.ID] = true
	}
	if h.Request.DryRun {
		return nil
	}
	if len(h.l.Conflicts) == 0 {
		h.l.Conflicts = nil
	}
	h.l.ReadAt = later(h.l.ReadAt, h.p.UpdatedAt)
	if h.l.SeenAt = h.p.UpdatedAt; len(h.problems) > 0 || h.missed != "" {
		h.l.SeenAt = time.Time{}
	}
	if (h.l.Version > 0 || len(h.l.Variants) > 0) && !reflect.DeepEqual(h.was, h.l) {
		if _, err := h.Store.Put(ctx, h.Guard, h.Request.Lease, h.l); err != nil {
			return err
		}
	}
	_, err := h.Say(ctx, h.Issue(kindProduct, h.p.ID, h.p.Title, issueOf(h.problems, h.details)))
	return err
}

func quote(s string) string { return "\"" + s + "\"" }

// issueOf is what is wrong; without problems nothing is.
func issueOf(ps []Problem, details []string) issue.Issue {
	var parts []issue.Part
	for _, p := range ps {
		i := slices.IndexFunc(parts, func(o issue.Part) bool { return o.Reason == p.Reason })
		if i < 0 {
			parts, i = append(parts, issue.Part{Reason: p.Reason}), len(parts)
		}
		if !slices.Contains(parts[i].Things, p.Thing) {
			parts[i].Things = append(parts[i].Things, p.Thing)
		}
	}
	if len(parts) == 0 {
		return noIssue
	}
	out := Reasons.Of(parts...)
	out.Detail = strings.Join(details, "; ")
	return out
}

// removed looks after variants whose items are blocked or gone.
func (h *handling) removed(ctx context.Context) error {
	var ps []Problem
	linked, left := 0, 0
	for _, v := range h.l.Variants {
		if v.Item == "" || v.Components {
			continue
		}
		linked++
		switch {
		case !h.shelf.has(v):
			ps = append(ps, Problem{ItemGone, h.l.NameOf(v)})
		case h.shelf.items[bcapi.Code(v.Item)].Blocked:
			ps = append(ps, Problem{ItemIsBlocked, h.l.NameOf(v)})
		default:
			left++
		}
	}
	hidden := h.p.Status == "ARCHIVED" || h.p.Status == "DRAFT"
	if len(ps) == 0 || hidden && left == 0 {
		return nil
	}
	if linked == 0 || left > 0 || h.rules.RemovedProducts == "" || h.rules.ProductSync == FromShop {
		h.problems = append(h.problems, ps...)
		return nil
	}
	status := map[string]string{archive: "ARCHIVED", draft: "DRAFT"}[h.rules.RemovedProducts]
	if h.Row(row{Product: h.p.ID, Name: h.p.Title, Does: "status " + status}); h.Request.DryRun {
		return nil
	}
	if err := h.Hold().Ensure(ctx); err != nil {
		return err
	}
	if _, err := h.Shop.UpdateProduct(ctx, h.p.ID, ProductChange{Status: &status}); err != nil {
		return h.refused(err, ShopRefused, h.p.Title)
	}
	h.Counts.Updated++
	return nil
}

// row is what a dry run would do about a product or an item.
type row struct {
	Product string `json:"product,omitempty"`
	Item    string `json:"item,omitempty"`
	Name    string `json:"name"`
	Does    string `json:"does"`
}

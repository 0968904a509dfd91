package images

import (
	"context"
	"slices"
	"strings"

	"backroom/shared/fault"
	"backroom/shared/issue"
)

// settle ties files to products and variants that Shopify has processed.
func (s *slice) settle(ctx context.Context, rs []Record) error {
	if len(rs) == 0 {
		return nil
	}
	ids := make([]string, len(rs))
	for i, r := range rs {
		ids[i] = r.Media
	}
	fs, err := s.Files.Read(ctx, ids)
	if err != nil {
		return err
	}
	if err := s.Hold().Ensure(ctx); err != nil {
		return err
	}
	var usable []*Record
	for i := range rs {
		r := &rs[i]
		switch f := fs[i]; {
		case f.ID == "": // somebody has deleted it: with the item's next picture there is another one
			r.Media, r.Tied, r.Open = "", false, false
			err = s.put(ctx, r)
		case f.State == Working:
			r.NotBefore = s.Now().Add(soon)
			err = s.put(ctx, r)
		case f.State == Useless:
			err = s.useless(ctx, r, f)
		case r.Tied:
			r.Open = false
			err = s.put(ctx, r)
		default:
			usable = append(usable, r)
		}
		if err != nil {
			return err
		}
	}
	return s.tie(ctx, usable)
}

// useless is about a file that Shopify could not process. What is tied to nothing goes.
func (s *slice) useless(ctx context.Context, r *Record, f File) error {
	r.Refusal, r.Sum, r.Open = r.Sum, "", false
	if !r.Tied {
		if err := s.Files.Delete(ctx, []string{r.Media}); err != nil && fault.KindOf(err) != fault.Rejected {
			return err
		}
		r.Media = ""
	}
	return s.say(ctx, r, Refused, "", f.Problem)
}

// tie has products show files, then their variants.
func (s *slice) tie(ctx context.Context, rs []*Record) error {
	if len(rs) == 0 {
		return nil
	}
	cs := make([]Change, len(rs))
	for i, r := range rs {
		cs[i] = Change{ID: r.Media, Product: r.Product}
	}
	errs, err := s.Ties.Change(ctx, cs)
	if err != nil {
		return err
	}
	var done []*Record
	for i, r := range rs {
		if errs[i] == nil {
			done = append(done, r)
			continue
		}
		if err := s.untied(ctx, r, errs[i]); err != nil {
			return err
		}
	}
	slices.SortStableFunc(done, func(a, b *Record) int { return strings.Compare(a.Product, b.Product) })
	for len(done) > 0 {
		n := 1
		for n < len(done) && done[n].Product == done[0].Product {
			n++
		}
		if err := s.show(ctx, done[:n]); err != nil {
			return err
		}
		done = done[n:]
	}
	return nil
}

// show has the variants of one product show their files.
func (s *slice) show(ctx context.Context, rs []*Record) error {
	files := map[string]string{}
	for _, r := range rs {
		if r.Variant != "" {
			files[r.Variant] = r.Media
		}
	}
	var errs map[string]error
	if len(files) > 0 {
		var err error
		if errs, err = s.Ties.Show(ctx, rs[0].Product, files); err != nil {
			return err
		}
	}
	for _, r := range rs {
		wrong, detail := issue.Reason(""), ""
		switch err := errs[r.Variant]; {
		case err == nil:
			r.Tied, r.Open = true, false
		case fault.Of(err).Code == Own:
			r.Tied, r.Open, wrong = true, false, OwnOfVariant
		default:
			if err := s.untied(ctx, r, err); err != nil {
				return err
			}
			continue
		}
		if err := s.say(ctx, r, wrong, "", detail); err != nil {
			return err
		}
	}
	return nil
}

// untied is about a file that is not tied for now, or for good.
func (s *slice) untied(ctx context.Context, r *Record, why error) error {
	if fault.KindOf(why) != fault.Rejected {
		r.NotBefore = s.Now().Add(later)
		return s.put(ctx, r)
	}
	r.Refusal, r.Open = r.Sum, false
	return s.say(ctx, r, Refused, "", why.Error())
}

package listings

import "context"

// detail reads details of items, of all for nil, unless nobody asks for them or the
// company has no companion API.
func (s *shelf) detail(ctx context.Context, numbers []string) error {
	if !s.wantsDetails || s.mute {
		return nil
	}
	if numbers != nil {
		if numbers = s.fresh("detail ", numbers); len(numbers) == 0 {
			return nil
		}
	}
	ds, known, err := s.company.Details(ctx, numbers)
	if err != nil {
		return err
	}
	s.mute = !known
	for _, d := range ds {
		if _, known := s.details[d.Item]; !known && d.VendorItem != "" {
			s.catalog.Vendors[d.VendorItem] = append(s.catalog.Vendors[d.VendorItem], d.Item)
		}
		s.details[d.Item] = d
	}
	return nil
}

// text reads the descriptions of items, as they can stand in a shop. They are large: a
// step begins without.
func (s *shelf) text(ctx context.Context, numbers []string) error {
	if s.mute {
		return nil
	}
	var missing []string
	for _, n := range s.distinct(numbers) {
		if _, known := s.texts[n]; !known {
			missing = append(missing, n)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	texts, err := s.company.Texts(ctx, missing)
	if err != nil {
		return err
	}
	for _, n := range missing {
		s.texts[n] = SafeHTML(texts[n])
	}
	return nil
}

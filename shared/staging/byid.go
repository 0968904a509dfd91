package staging

import "context"

// ByID is the order of an id, and reports false if none is staged. Unlike [Store.Find]
// it looks for no order that is called so.
func (s *Store) ByID(ctx context.Context, shop, id string) (v View, ok bool, err error) {
	h, err := s.head(ctx, shop, id)
	if err != nil || h.Version == 0 {
		return v, false, err
	}
	v, err = s.view(ctx, shop, id, h)
	return v, true, err
}

package staging

import (
	"context"

	"backroom/shared/completeness"
	"backroom/shared/creditmemos"
)

// Fates implements completeness.Known but for shipments.
func (s *Store) Fates(ctx context.Context, shop string, ids []string) (map[string]completeness.Fate, error) {
	out := map[string]completeness.Fate{}
	for _, id := range ids {
		h, err := s.head(ctx, shop, id)
		if err != nil {
			return nil, err
		}
		if h.Version == 0 {
			continue
		}
		f := completeness.Fate{Known: true, State: h.State, Accepted: h.Accepted, Refunds: map[string]completeness.RefundFate{}}
		if h.Link != nil {
			f.Document = h.Link.Number
		}
		for _, m := range h.Memos {
			f.Refunds[m.Refund] = completeness.RefundFate{Waits: m.State == creditmemos.Waiting, Needs: m.State != creditmemos.Nothing}
		}
		out[id] = f
	}
	return out, nil
}

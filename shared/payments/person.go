package payments

import (
	"context"

	"backroom/shared/table"
)

// balances are the partitions of the movements of all payouts of a shop.
func (s *Store) balances(ctx context.Context, shop string) (pks []string, err error) {
	pks = append(pks, balanceKey(shop, "", "").PK)
	for it, err := range table.All(ctx, s.Table, table.Query{PK: payoutKey(shop, "").PK}) {
		if err != nil {
			return nil, err
		}
		p, err := payoutOf(shop, it)
		if err != nil {
			return nil, err
		}
		pks = append(pks, balanceKey(shop, p.ID, "").PK)
	}
	return pks, nil
}

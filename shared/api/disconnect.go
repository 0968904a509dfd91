package api

import (
	"context"
	"fmt"

	"backroom/shared/shop"
)

// GetShop implements GET /v1/shops/{shop}.
func (s *server) GetShop(ctx context.Context, q GetShopRequestObject) (GetShopResponseObject, error) {
	card, err := s.Cards.Get(ctx, q.Shop)
	return GetShop200JSONResponse(s.shopOf(card)), err
}

// DisconnectShop implements DELETE /v1/shops/{shop}. The card comes first: from then
// on no slice reaches either side, whatever becomes of the rest, which a repeat does.
func (s *server) DisconnectShop(ctx context.Context, q DisconnectShopRequestObject) (DisconnectShopResponseObject, error) {
	was, err := s.Cards.Hold(ctx, q.Shop)
	if err == nil && !was.Stored() {
		err = fmt.Errorf("shop %s: %w", q.Shop, shop.ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	card, err := s.Cards.Disconnect(ctx, was, s.Now())
	if err != nil {
		return nil, err
	}
	if s.Forget != nil {
		s.Forget(q.Shop)
	}
	held, ending, err := s.Jobs.Client.Disconnect(ctx, q.Shop)
	if err != nil {
		return nil, err
	}
	out := Disconnection{Shop: s.shopOf(card), Held: append([]string{}, held...), Ending: append([]string{}, ending...), Remains: []string{}}
	for _, text := range s.Remains {
		out.Remains = append(out.Remains, s.say(ctx)(text))
	}
	return DisconnectShop200JSONResponse(out), noted(ctx, fmt.Sprintf("disconnected, %d jobs held", len(held)), nil)
}

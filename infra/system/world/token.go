package world

import (
	"context"
	"sync"
	"time"

	shopifyclient "backroom/shared/shopify"
)

// tokens issues a new token of the shop once the last one has come to its end, which is
// after a day. Safe for concurrent use.
type tokens struct {
	w *World

	mu   sync.Mutex
	last shopifyclient.Secret
	ends time.Time
}

// Token implements shopify.TokenSource.
func (t *tokens) Token(context.Context) (shopifyclient.Secret, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.w.Now().Before(t.ends) {
		t.last, t.ends = shopifyclient.Secret(t.w.Shopify.Shop("").IssueToken()), t.w.Now().Add(23*time.Hour)
	}
	return t.last, nil
}

// Refresh implements shopify.TokenSource: a token that is refused was taken away.
func (t *tokens) Refresh(ctx context.Context, refused shopifyclient.Secret) (shopifyclient.Secret, error) {
	return shopifyclient.StaticToken{Secret: refused}.Refresh(ctx, refused)
}

package identity

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"backroom/shared/table"
)

// ErrReplayed means that a session token has made a change already.
var ErrReplayed = errors.New("the session token has been used for a change already")

// Replays lets each session token make one change. Safe for concurrent use.
type Replays struct{ Table table.Table }

// Use spends a token. It is stored by a hash of shop and token id, under PK
// TOKEN#<hash>, until it has expired for certain. Errors: ErrReplayed. After any other error
// it may be spent or not.
func (r *Replays) Use(ctx context.Context, s Session) error {
	sum := sha256.Sum256([]byte(s.App + "\x00" + s.Shop + "\x00" + s.ID))
	it := table.Item{Key: table.Key{PK: "TOKEN#" + hex.EncodeToString(sum[:16]), SK: "USED"}, Expires: s.Expires.Add(2 * Skew).Add(time.Minute)}
	err := r.Table.Write(ctx, table.Put(it, table.Absent))
	if errors.Is(err, table.ErrConflict) {
		return ErrReplayed
	}
	if err != nil {
		return fmt.Errorf("session token: %w", err)
	}
	return nil
}

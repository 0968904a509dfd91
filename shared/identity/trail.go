package identity

import (
	"context"
	"fmt"
	"time"

	"backroom/shared/record"
	"backroom/shared/table"
)

// trailDays is for how many days a change stays in the trail.
const trailDays = 90

// Change is one change that a caller has asked for. Stored under PK
// SHOP#<shop>#TRAIL, SK <time>#<request>; changes of all shops under TRAIL.
type Change struct {
	At        time.Time `json:"at"`
	Kind      Kind      `json:"kind"`
	By        string    `json:"by"`
	Operation string    `json:"operation"` // an operationId
	Path      string    `json:"path"`
	// Status of the answer; 0 while the change goes on, or for ever if the host
	// has ended in it.
	Status int    `json:"status,omitempty"`
	Effect string `json:"effect,omitempty"`

	key     table.Key
	version int64
}

// Trail keeps who has changed what. Safe for concurrent use.
type Trail struct {
	Table table.Table
	Now   func() time.Time
}

func trailPK(shop string) string {
	if shop == "" {
		return "TRAIL"
	}
	return "SHOP#" + shop + "#TRAIL"
}

// Begin stores a change before it is made, so that none goes unseen.
func (t *Trail) Begin(ctx context.Context, shop, request string, c Change) (Change, error) {
	c.At = t.Now().UTC().Truncate(time.Millisecond)
	c.key = table.Key{PK: trailPK(shop), SK: c.At.Format("2006-01-02T15:04:05.000Z") + "#" + request}
	return t.put(ctx, c, table.Absent)
}

// End stores what has become of a change.
func (t *Trail) End(ctx context.Context, c Change, status int, effect string) error {
	c.Status, c.Effect = status, effect
	_, err := t.put(ctx, c, table.VersionIs(c.version))
	return err
}

func (t *Trail) put(ctx context.Context, c Change, cond table.Cond) (Change, error) {
	data, err := record.Encode(schema, c)
	if err == nil {
		err = t.Table.Write(ctx, table.Put(table.Item{Key: c.key, Data: data, Expires: c.At.AddDate(0, 0, trailDays)}, cond))
	}
	if err != nil {
		return c, fmt.Errorf("trail of %s: %w", c.key.PK, err)
	}
	c.version++
	return c, nil
}

// List is a page of a shop's changes, newest first; next is the page after it.
func (t *Trail) List(ctx context.Context, shop, page string, limit int) (cs []Change, next string, err error) {
	p, err := t.Table.Query(ctx, table.Query{PK: trailPK(shop), Reverse: true, Page: page, Limit: limit})
	if err != nil {
		return nil, "", fmt.Errorf("trail of %s: %w", shop, err)
	}
	for _, it := range p.Items {
		var c Change
		if err := record.Decode(it.Data, schema, &c); err != nil {
			return nil, "", fmt.Errorf("trail of %s: %w", shop, err)
		}
		cs = append(cs, c)
	}
	return cs, p.Next, nil
}

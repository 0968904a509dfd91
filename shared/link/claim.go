package link

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"backroom/shared/record"
	"backroom/shared/table"
)

// Held says which Shopify objects are linked with one BC record.
type Held struct {
	record.Rest

	Version int64  `json:"-"` // 0: not stored
	Number  string `json:"-"`

	// Claims are by "<shop>/<Shopify id>". Links that an earlier release stored
	// are missing until they are written again.
	Claims map[string]Claim `json:"claims,omitempty"`
}

// Claim is one Shopify object that is linked with the record.
type Claim struct {
	Mark string `json:"mark,omitempty"` // as of its link
}

// maxClaims keeps the item below the table's limit: so many are remembered of
// one record.
const maxClaims = 2000

// Others are the claims of all but l.
func (h Held) Others(l Link) []Claim {
	var out []Claim
	for k, c := range h.Claims {
		if k != l.claimant() {
			out = append(out, c)
		}
	}
	return out
}

// Of are the ids of the Shopify objects of a shop that are linked with the record,
// sorted.
func (h Held) Of(shop string) (ids []string) {
	for k := range h.Claims {
		if id, ok := strings.CutPrefix(k, shop+"/"); ok {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func (l Link) claimant() string { return l.Shop + "/" + l.ID }

// heldKey is where the claims of a BC record are. A shop whose company has no
// id (in tests) is a company of its own.
func (l Link) heldKey(number string) table.Key {
	company := l.Company
	if company == "" {
		company = "of " + l.Shop
	}
	return table.Key{PK: "COMPANY#" + company + "#" + string(l.Kind), SK: strings.ToUpper(number)}
}

// Held reads who is linked with the record of number in l's company. Errors: those of
// the table.
func (s *Store) Held(ctx context.Context, l Link, number string) (Held, error) {
	h := Held{Number: number}
	var err error
	if h.Version, err = record.Get(ctx, s.Table, l.heldKey(number), schema, &h); err != nil {
		return h, fmt.Errorf("link.Held(%s %s): %w", l.Kind, number, err)
	}
	return h, nil
}

// claims collects the changes that links make to the claims of records.
type claims struct {
	store *Store
	held  map[table.Key]Held
	dirty map[table.Key]bool
}

// move gives up what l's link claimed, and claims what it leads to now.
func (c *claims) move(ctx context.Context, l Link) error {
	if l.was != "" && !strings.EqualFold(l.was, l.Number) {
		if err := c.change(ctx, l, l.was, func(h *Held) bool {
			_, had := h.Claims[l.claimant()]
			delete(h.Claims, l.claimant())
			return had
		}); err != nil {
			return err
		}
	}
	if l.Number == "" {
		return nil
	}
	return c.change(ctx, l, l.Number, func(h *Held) bool {
		had, ok := h.Claims[l.claimant()]
		if ok && had.Mark == l.Mark || !ok && len(h.Claims) >= maxClaims {
			return false
		}
		if h.Claims == nil {
			h.Claims = map[string]Claim{}
		}
		h.Claims[l.claimant()] = Claim{Mark: l.Mark}
		return true
	})
}

func (c *claims) change(ctx context.Context, l Link, number string, f func(*Held) bool) error {
	k := l.heldKey(number)
	h, ok := c.held[k]
	if !ok {
		var err error
		if h, err = c.store.Held(ctx, l, number); err != nil {
			return err
		}
	}
	if f(&h) {
		c.dirty[k] = true
	}
	c.held[k] = h
	return nil
}

// ops are the writes of what has changed.
func (c *claims) ops() []table.Op {
	var out []table.Op
	for k := range c.dirty {
		switch h := c.held[k]; {
		case len(h.Claims) > 0:
			out = append(out, record.Put(k, schema, &h, table.AsRead(h.Version)))
		case h.Version > 0:
			out = append(out, table.Delete(k, table.VersionIs(h.Version)))
		}
	}
	return out
}

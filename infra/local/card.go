package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"backroom/shared/clock"
	"backroom/shared/connect"
	"backroom/shared/documents"
	"backroom/shared/orders"
	"backroom/shared/products"
	"backroom/shared/record"
	"backroom/shared/shop"
	"backroom/shared/table"
	"backroom/shared/wiring"
)

func shopCommand() *cobra.Command {
	c := &cobra.Command{Use: "shop", Short: "the shop card", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	c.AddCommand(&cobra.Command{
		Use: "show", Short: "print the shop card", Args: cobra.NoArgs,
		Long: `Prints the settings of the shop card as they are stored, all of them, as the
JSON that BACKROOM_SHOP_FILE names: change it, set the variable to it, and start
anew. A list is taken as a whole: print it, add to it, and pass it back.

  backroom shop show > card.json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return with(cmd, false, func(ctx context.Context, d *desk) error {
				card, err := d.Card(ctx)
				return either2(err, cmd, card)
			})
		},
	})
	tellsJSON(c.Commands()...) // which it prints in any case
	c.AddCommand(setShopCommand(), diffShopCommand())
	return c
}

// newCard is the card of a shop that is connected for the first time. That of a
// simulated shop fits the simulated company.
func (s settings) newCard(sections shop.Sections, code string) (shop.Shop, error) {
	fresh, err := sections.New(code, time.Now())
	if err != nil || s.sims == nil {
		return fresh, err
	}
	card, err := documents.CardOf(fresh)
	if err != nil {
		return fresh, err
	}
	card = sampleCard(card)
	for variant, item := range s.sims.Items {
		card.Variants = append(card.Variants, products.VariantMap{VariantID: variant, ItemNo: item})
	}
	return card.Stored()
}

// connect makes or refreshes the shop card, and gives the shop its job entries.
func (e *engine) connect(ctx context.Context, s settings, o wiring.Options, others []string) error {
	code := s.code()
	card, err := e.Cards.Get(ctx, code)
	known := err == nil
	if err != nil && !errors.Is(err, shop.ErrNotFound) {
		return err
	}
	if !known {
		if card, err = s.newCard(e.Sections, code); err != nil {
			return err
		}
	}
	again := known && !card.Connected()
	if again && !s.reconnect {
		e.card = card
		e.say(ctx, fmt.Sprintf("The shop %s was disconnected at %s, and nothing of it runs. To connect it again: backroom serve --reconnect", card.Domain, when(card.DisconnectedAt)))
		return e.own(ctx, s, others)
	}
	card.DisconnectedAt = time.Time{}
	was, err := mark(card)
	if err != nil {
		return err
	}
	if err := s.apply(&card); err != nil {
		return err
	}
	applied, err := e.applyFile(ctx, s, &card)
	if err != nil {
		return err
	}
	seen, err := e.judged(ctx, code, was)
	if err != nil {
		return err
	}
	is, err := mark(card)
	if err != nil {
		return err
	}
	judged := true
	// The first time, both sides must answer; later the runs tell. A changed card
	// is held against them again, and at each start until they have answered.
	if !known || again || is != seen || clock.Ahead(card.ConnectedAt, time.Now()) > 0 {
		if card, judged, err = e.hold(ctx, s, o, card, known && !again); err != nil {
			return err
		}
	} else if e.findings, err = connect.Ahead(card, time.Now()); err != nil {
		return err
	}
	if err := e.Cards.Put(ctx, card); err != nil {
		return err
	}
	if err := applied(); err != nil {
		return err
	}
	e.card = card
	if err := e.own(ctx, s, others); err != nil {
		return err
	}
	if judged {
		if seen, err = mark(card); err != nil {
			return err
		}
	}
	if err := e.setJudged(ctx, code, seen); err != nil {
		return err
	}
	e.anchor = s.first(time.Now())
	if err := e.jobs.Ensure(ctx, card.Code, card.Company.ID, e.anchor); err != nil || !again {
		return err
	}
	e.say(ctx, "The shop "+card.Domain+" is connected again, and goes on where it was.")
	return e.jobs.Reconnect(ctx, card.Code)
}

// hold holds card against both sides, and reports whether they have told all.
func (e *engine) hold(ctx context.Context, s settings, o wiring.Options, card shop.Shop, known bool) (shop.Shop, bool, error) {
	next, found, err := connect.Read(ctx, o, s.names(), card)
	switch {
	case err == nil:
		e.findings = connect.Findings(next, found)
		return next.Shop, len(found.Unread) == 0, nil
	case !known:
		return card, false, fmt.Errorf("connecting %s with %s:\n%w", card.Domain, s.company(), err)
	}
	var unread error
	if e.findings, unread = connect.Ahead(card, time.Now()); unread != nil {
		return card, false, unread
	}
	e.say(ctx, "The shop card was changed, and whether both sides have what it names is not known; they are asked again at the next start. "+err.Error())
	return card, false, nil
}

// mark tells a card from another one.
func mark(c shop.Shop) (string, error) {
	js, err := json.Marshal([]any{c, record.Fields(c.Rest)})
	sum := sha256.Sum256(js)
	return hex.EncodeToString(sum[:16]), err
}

// judgedCard is the mark of the card that was held against both sides last.
type judgedCard struct {
	Mark string `json:"mark"`
}

const judgedSchema = 1

func judgedKey(code string) table.Key { return table.Key{PK: "SHOP#" + code, SK: "JUDGED"} }

// judged is the mark of the card that was held against both sides last. A file of
// an earlier release does not say: it is the stored one's.
func (e *engine) judged(ctx context.Context, code, stored string) (string, error) {
	j := judgedCard{stored}
	_, err := record.Get(ctx, e.db.Table(), judgedKey(code), judgedSchema, &j)
	return j.Mark, err
}

func (e *engine) setJudged(ctx context.Context, code, m string) error {
	return e.db.Table().Write(ctx, record.Put(judgedKey(code), judgedSchema, judgedCard{m}, table.Always))
}

// names are what the settings of the connection are called here.
func (s settings) names() connect.Names {
	n := connect.Names{
		Domain: "SHOPIFY_SHOP", ShopifyKey: "SHOPIFY_CLIENT_ID", ShopifyProof: "SHOPIFY_CLIENT_SECRET", ShopifyURL: "SHOPIFY_BASE_URL",
		Tenant: "BC_TENANT", Environment: "BC_ENVIRONMENT", Company: "BC_COMPANY_ID", BCKey: "BC_CLIENT_ID", BCProof: "BC_CLIENT_SECRET", BCURL: "BC_BASE_URL",
	}
	if s.Shopify != nil && s.Shopify.AccessToken != "" {
		n.ShopifyKey, n.ShopifyProof = "", "SHOPIFY_ACCESS_TOKEN"
	}
	return n
}

// apply brings the environment into the card, which wins over what is stored.
func (s settings) apply(card *shop.Shop) error {
	card.Domain = s.domain()
	card.Company.Tenant, card.Company.Environment, card.Company.ID = s.bc().Tenant, s.bc().Environment, s.bc().Company
	if s.Import.IsZero() {
		return nil
	}
	return shop.Change(card, func(o *orders.OrderSettings) { o.ImportFrom = s.Import })
}

// elsewhere are the fields of the card that the environment sets: a file may not
// say something else of them.
func (s settings) elsewhere() []shop.Elsewhere {
	out := []shop.Elsewhere{
		{Field: "domain", By: "SHOPIFY_SHOP"},
		{Field: "company.tenant", By: "BC_TENANT"},
		{Field: "company.environment", By: "BC_ENVIRONMENT"},
		{Field: "company.id", By: "BC_COMPANY_ID"},
	}
	if !s.Import.IsZero() {
		out = append(out, shop.Elsewhere{Field: "importFrom", By: "BACKROOM_IMPORT_FROM"})
	}
	return out
}

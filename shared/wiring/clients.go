package wiring

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"backroom/shared/businesscentral"
	"backroom/shared/creditmemos"
	"backroom/shared/documents"
	"backroom/shared/fault"
	"backroom/shared/orders"
	"backroom/shared/shop"
	"backroom/shared/shopify"
	"backroom/shared/shopify/orderapi"
)

// ConnectShopify makes clients of the card's shop. They draw on the points of
// app and shop, which all clients with this Table share.
func (o Options) ConnectShopify(card shop.Shop) (*Storefront, error) {
	return newClients(o).shop(card)
}

// ConnectBC makes clients of the card's company. They draw on the budget of
// tenant, environment and client id, which all clients with this Table share.
func (o Options) ConnectBC(card shop.Shop) (*Company, error) {
	return newClients(o).company(card)
}

// clients keeps the clients of each shop. Safe for concurrent use.
type clients struct {
	options Options
	budgets *businesscentral.Budgets // of this process, on ledgers in the table

	mu      sync.Mutex
	shopify map[string]kept[shopifyIdentity, *Storefront]
	bc      map[string]kept[bcIdentity, *Company]
}

func newClients(o Options) *clients {
	open := func(key string) businesscentral.Ledger {
		return businesscentral.NewTableLedger(o.Table, key, businesscentral.Limits{})
	}
	return &clients{
		options: o, budgets: businesscentral.NewBudgets(open, businesscentral.BudgetOptions{Now: o.Now, Wait: o.Wait}),
		shopify: map[string]kept[shopifyIdentity, *Storefront]{}, bc: map[string]kept[bcIdentity, *Company]{},
	}
}

// kept is a client with what it was made from. One that was made from something
// else is never used: its orders would go to the company of before, its requests
// would be paid from the budget of another app.
type kept[I comparable, C any] struct {
	from I
	made C
}

// shopifyIdentity and bcIdentity are what a client is bound to. The quota of each
// side belongs to a part of it.
type (
	shopifyIdentity struct{ domain, app string }
	bcIdentity      struct{ tenant, environment, company, app string }
)

// of is the kept client of the shop called code if it was made from these, else a
// new one.
func of[I comparable, C any](all map[string]kept[I, C], code string, from I, create func() (C, error)) (C, error) {
	if was, ok := all[code]; ok && was.from == from {
		return was.made, nil
	}
	made, err := create()
	if err != nil {
		return made, err
	}
	all[code] = kept[I, C]{from, made}
	return made, nil
}

var errDisconnected = errors.New("the shop is disconnected")

// connected refuses a card of which nothing is to be sent any more.
func connected(card shop.Shop) error {
	if card.Connected() {
		return nil
	}
	says := fmt.Sprintf("The shop %s was disconnected at %s: connect it again first.", card.Code, card.DisconnectedAt.Format(time.RFC3339))
	return &fault.Error{Op: "wiring.connect", Kind: fault.Blocked, Merchant: says, Err: errDisconnected}
}

// forget drops the clients of a shop, with their tokens.
func (c *clients) forget(code string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.shopify, code)
	delete(c.bc, code)
}

func (c *clients) shopifyConfig(card shop.Shop) (shopify.Config, error) {
	if err := connected(card); err != nil {
		return shopify.Config{}, err
	}
	cfg, err := c.options.Shopify(card)
	if err != nil {
		return cfg, err
	}
	cfg.Now, cfg.Wait, cfg.Budget = c.options.Now, c.options.Wait, shopify.NewGrantsInTable(c.options.Table, cfg.Domain, cfg.App)
	return cfg, nil
}

func (c *clients) bcConfig(card shop.Shop) (businesscentral.Config, error) {
	if err := connected(card); err != nil {
		return businesscentral.Config{}, err
	}
	cfg, err := c.options.BC(card)
	if err != nil {
		return cfg, err
	}
	cfg.Now, cfg.Wait, cfg.Budget = c.options.Now, c.options.Wait, c.budgets.For(cfg.Tenant, cfg.Environment, cfg.ClientID)
	return cfg, nil
}

func (c *clients) shop(card shop.Shop) (*Storefront, error) {
	cfg, err := c.shopifyConfig(card)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return of(c.shopify, card.Code, shopifyIdentity{cfg.Domain, cfg.App}, func() (*Storefront, error) {
		client, err := shopify.New(cfg)
		if err != nil {
			return nil, err
		}
		return NewStorefront(client), nil
	})
}

func (c *clients) source(card shop.Shop) (orders.Source, error) { return c.orders(card) }
func (c *clients) writer(card shop.Shop) (orders.Writer, error) { return c.orders(card) }

func (c *clients) orders(card shop.Shop) (*orderapi.Client, error) {
	s, err := c.shop(card)
	if err != nil {
		return nil, err
	}
	settings, err := shop.Of[documents.DocumentSettings](card)
	if err != nil {
		return nil, err
	}
	return s.Orders.With(orderapi.Extras{Bundles: settings.ShowsBundles(), Staff: len(settings.Salespeople) > 0}), nil
}

func (c *clients) target(card shop.Shop) (documents.Target, error) {
	bc, err := c.company(card)
	if err != nil {
		return documents.Target{}, err
	}
	return bc.Target(), nil
}

func (c *clients) memos(card shop.Shop) (creditmemos.Target, error) {
	bc, err := c.company(card)
	if err != nil {
		return nil, err
	}
	return bc.Memos, nil
}

func (c *clients) company(card shop.Shop) (*Company, error) {
	cfg, err := c.bcConfig(card)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	from := bcIdentity{cfg.Tenant, cfg.Environment, cfg.CompanyID, cfg.ClientID}
	return of(c.bc, card.Code, from, func() (*Company, error) {
		client, err := businesscentral.New(cfg)
		if err != nil {
			return nil, err
		}
		return NewCompany(client), nil
	})
}

package connect

import (
	"context"
	"fmt"
	"strings"
	"time"

	"backroom/shared/businesscentral/entity"
	"backroom/shared/shop"
	"backroom/shared/shopify"
	"backroom/shared/wiring"
)

// Found is what the connection finds on both sides. A nil list was not read,
// and no rule judges by it; an empty one was.
type Found struct {
	At     time.Time // when both sides were read
	Shop   shopify.Shop
	Places []shopify.Location // of the shop, active or not; nil without read_locations

	LCY       string // of the company
	Accounts  []entity.Account
	Customers []entity.Customer // those that the card names, as far as they exist
	// Tables are the codes of the reference tables, by entity set, as BC spells them.
	Tables map[string][]string
}

// wanted are the scopes without which nothing works.
var wanted = []string{"read_orders", "read_customers", "read_products"}

// Read asks both sides, and returns card with what only they know: the shop's
// currency and time zone, and the company's currency. An error names the side
// and what to do; its kind is that of the failed request.
func Read(ctx context.Context, o wiring.Options, card shop.Shop) (shop.Shop, Found, error) {
	found := Found{At: o.Now()}
	sc, err := o.ConnectShopify(card)
	if err != nil {
		return card, found, err
	}
	if found.Shop, err = sc.Shop(ctx); err != nil {
		return card, found, err
	}
	if missing := found.Shop.Missing(wanted...); len(missing) > 0 {
		return card, found, &scopesError{missing}
	}
	if len(found.Shop.Missing("read_locations")) == 0 {
		if found.Places, err = sc.Locations(ctx); err != nil {
			return card, found, err
		}
		if found.Places == nil {
			found.Places = []shopify.Location{}
		}
	}
	card.Currency, card.TimeZone = found.Shop.Currency, found.Shop.TimeZone
	bc, err := o.ConnectBC(card)
	if err != nil {
		return card, found, err
	}
	if err := found.company(ctx, bc, card); err != nil {
		return card, found, err
	}
	card.Company.LCY = found.LCY
	return card, found, nil
}

// company is the part of a BC client that the connection reads with.
type company interface {
	GeneralLedgerSetup(ctx context.Context) (entity.GeneralLedgerSetup, error)
	Accounts(ctx context.Context) ([]entity.Account, error)
	References(ctx context.Context, set string) ([]entity.Reference, error)
	CustomersByNumber(ctx context.Context, numbers []string) ([]entity.Customer, error)
}

func (f *Found) company(ctx context.Context, bc company, card shop.Shop) error {
	setup, err := bc.GeneralLedgerSetup(ctx)
	if err != nil {
		return err
	}
	f.LCY = setup.LocalCurrencyCode
	if f.Accounts, err = bc.Accounts(ctx); err != nil {
		return fmt.Errorf("accounts: %w", err)
	}
	var numbers []string
	for _, n := range named(card) {
		numbers = append(numbers, n.value)
	}
	if len(numbers) > 0 {
		if f.Customers, err = bc.CustomersByNumber(ctx, numbers); err != nil {
			return fmt.Errorf("customers: %w", err)
		}
	}
	if f.Customers == nil {
		f.Customers = []entity.Customer{}
	}
	if f.Accounts == nil {
		f.Accounts = []entity.Account{}
	}
	f.Tables = map[string][]string{}
	for _, set := range sets(card) {
		rows, err := bc.References(ctx, set)
		if err != nil {
			return fmt.Errorf("%s: %w", set, err)
		}
		f.Tables[set] = []string{}
		for _, r := range rows {
			f.Tables[set] = append(f.Tables[set], r.Code)
		}
	}
	return nil
}

// sets are the reference tables that the card's settings point into.
func sets(card shop.Shop) []string {
	out := []string{"currencies"}
	for _, s := range []struct {
		name string
		used bool
	}{
		{"locations", len(card.Locations) > 0},
		{"shipmentMethods", len(card.ShipmentMethods) > 0},
		{"paymentTerms", len(card.PaymentTerms) > 0},
		{"countriesRegions", len(card.Countries) > 0},
	} {
		if s.used {
			out = append(out, s.name)
		}
	}
	return out
}

type scopesError struct{ missing []string }

func (e *scopesError) Error() string {
	return "the Shopify app lacks the access scopes " + strings.Join(e.missing, ", ") + ": grant them in the app's settings and install it again"
}

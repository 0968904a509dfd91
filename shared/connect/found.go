package connect

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"backroom/shared/bcapi"
	"backroom/shared/creditmemos"
	"backroom/shared/customers"
	"backroom/shared/documents"
	"backroom/shared/fault"
	"backroom/shared/products"
	"backroom/shared/shop"
	"backroom/shared/wiring"
)

// Found is what the connection finds on both sides. A nil list was not read,
// and no rule judges by it; an empty one was.
type Found struct {
	At time.Time // when both sides were read, by the shop's clock if it tells the time
	// Ahead is how far this machine's clock is ahead of that; negative: behind it.
	// 0: not much.
	Ahead  time.Duration
	there  time.Time // the shop's clock; zero: it does not tell the time
	Shop   shop.Profile
	Places []shop.Location // of the shop, active or not; nil without read_locations

	LCY       string // of the company
	Accounts  []bcapi.Account
	Customers []customers.Customer // those that the card names, as far as they exist
	Items     []products.Item      // those that the card names, as far as they exist
	Variants  []products.Variant
	// Tables are the codes of the reference tables, by entity set, as BC spells them.
	Tables map[bcapi.Set][]string
	// Lacks are what the card asks for that the company's companion API does not tell.
	Lacks []Lack
	// Unread is what BC could not be asked for, in a person's words, with the cause.
	Unread []Unread
}

// Unread is one thing that the card names and BC did not tell about.
type Unread struct {
	What string // in the plural: "accounts"
	Err  error
}

// wanted are the scopes without which no task works, in the order in which tasks
// name them.
func wanted(o wiring.Options) (names []string) {
	for _, d := range wiring.Tasks(o).Definitions {
		for _, s := range d.Scopes {
			if !s.Optional && !slices.Contains(names, s.Name) {
				names = append(names, s.Name)
			}
		}
	}
	return names
}

// Read asks both sides, and returns the card with what only they know: the shop's
// currency and time zone, and the company's currency. An error joins what is wrong
// on both sides, [RefusedError]s that name the settings; the kind of the first is
// that of the failed request. What BC does not tell about while it tells the rest
// is in Found.Unread.
func Read(ctx context.Context, o wiring.Options, names Names, stored shop.Shop) (documents.Card, Found, error) {
	card, err := documents.CardOf(stored)
	if err != nil {
		return card, Found{}, err
	}
	found := Found{At: o.Now()}
	shopErr := found.shop(ctx, o, names, card)
	bc, bcErr := o.ConnectBC(card.Shop)
	if bcErr == nil {
		if bcErr = found.company(ctx, bc, card); bcErr != nil {
			bcErr = names.bcs(ctx, bc, card, bcErr)
		} else {
			bcErr = found.lacks(ctx, bc, wiring.Tasks(o).Definitions, card)
		}
	}
	if err := errors.Join(shopErr, bcErr); err != nil {
		return card, found, err
	}
	card.Currency, card.TimeZone, card.Company.LCY = found.Shop.Currency, found.Shop.TimeZone, found.LCY
	card = found.clocked(card, found.there)
	return card, found, nil
}

// shop reads the shop's side.
func (f *Found) shop(ctx context.Context, o wiring.Options, names Names, card documents.Card) error {
	sc, err := o.ConnectShopify(card.Shop)
	if err != nil {
		return err
	}
	if f.Shop, err = sc.Shop(ctx); err != nil {
		return names.shopifys(card, err)
	}
	f.there = sc.Clock()
	if is := f.Shop.Domain; is != "" && !strings.EqualFold(is, card.Domain) {
		return names.otherShop(card, is)
	}
	if missing := f.Shop.Missing(wanted(o)...); len(missing) > 0 {
		return &scopesError{missing}
	}
	if len(f.Shop.Missing("read_locations")) > 0 {
		return nil
	}
	if f.Places, err = sc.Locations(ctx); err != nil {
		return names.shopifys(card, err)
	}
	if f.Places == nil {
		f.Places = []shop.Location{}
	}
	return nil
}

// company is the part of a BC client that the connection reads with. Errors carry a
// fault.Kind.
type company interface {
	setUp
	records
}

// setUp is what all of a company is booked with.
type setUp interface {
	LocalCurrency(ctx context.Context) (string, error)
	Accounts(ctx context.Context) ([]bcapi.Account, error)
	References(ctx context.Context, set bcapi.Set) ([]bcapi.Reference, error)
}

// records are those that a card may name.
type records interface {
	CustomersByNumber(ctx context.Context, numbers []string) ([]customers.Customer, error)
	ItemsByNumber(ctx context.Context, numbers []string) ([]products.Item, error)
	VariantsByItem(ctx context.Context, numbers []string) ([]products.Variant, error)
}

// company reads the company's side. Without the ledger's set-up nothing of it can
// be read; another part that fails is left unread.
func (f *Found) company(ctx context.Context, bc company, card documents.Card) error {
	var err error
	if f.LCY, err = bc.LocalCurrency(ctx); err != nil {
		return err
	}
	f.Accounts = read(f, "accounts", func() ([]bcapi.Account, error) { return bc.Accounts(ctx) })
	var customers, parents []string
	if s, err := shop.Of[creditmemos.Settings](card.Shop); err == nil && card.Books() {
		card.AlsoBooked = s.Booked()
	}
	items := card.BookedItems()
	for _, n := range named(card) {
		customers = append(customers, n.value)
	}
	for _, m := range card.Variants {
		items = append(items, m.ItemNo)
		if m.VariantCode != "" {
			parents = append(parents, m.ItemNo)
		}
	}
	f.Customers = some(ctx, f, "customers", customers, bc.CustomersByNumber)
	f.Items = some(ctx, f, "items", items, bc.ItemsByNumber)
	f.Variants = some(ctx, f, "item variants", parents, bc.VariantsByItem)
	f.Tables = map[bcapi.Set][]string{}
	for _, set := range sets(card) {
		rows := read(f, set.what, func() ([]bcapi.Reference, error) { return bc.References(ctx, set.name) })
		if rows == nil {
			continue
		}
		f.Tables[set.name] = []string{}
		for _, r := range rows {
			f.Tables[set.name] = append(f.Tables[set.name], r.Code)
		}
	}
	return ctx.Err()
}

// askedAtOnce is how many numbers one question names.
const askedAtOnce = 100

// some reads the records of keys, and asks for nothing where there are none.
func some[T any](ctx context.Context, f *Found, what string, keys []string, ask func(context.Context, []string) ([]T, error)) []T {
	if len(keys) == 0 {
		return []T{}
	}
	return read(f, what, func() ([]T, error) {
		var out []T
		for chunk := range slices.Chunk(keys, askedAtOnce) {
			got, err := ask(ctx, chunk)
			if err != nil {
				return nil, err
			}
			out = append(out, got...)
		}
		return out, nil
	})
}

// read is what ask answers, nil if it fails, which f keeps. Once BC is down or
// throttles, the rest is not asked: each would wait as long.
func read[T any](f *Found, what string, ask func() ([]T, error)) []T {
	if n := len(f.Unread); n > 0 {
		if k := fault.KindOf(f.Unread[n-1].Err); k == fault.Transient || k == fault.Throttled {
			f.Unread = append(f.Unread, Unread{what, f.Unread[n-1].Err})
			return nil
		}
	}
	got, err := ask()
	if err != nil {
		f.Unread = append(f.Unread, Unread{what, err})
		return nil
	}
	if got == nil {
		got = []T{}
	}
	return got
}

// set is a reference table.
type set struct {
	name bcapi.Set
	what string
}

// sets are the reference tables that the card's settings point into.
func sets(card documents.Card) []set {
	out := []set{{bcapi.Currencies, "currencies"}}
	uom := slices.ContainsFunc(card.Variants, func(m products.VariantMap) bool { return m.UoM != "" })
	for _, s := range []struct {
		set
		used bool
	}{
		{set{bcapi.Locations, "locations"}, len(card.Locations) > 0},
		{set{bcapi.ShipmentMethods, "shipment methods"}, len(card.ShipmentMethods) > 0},
		{set{bcapi.PaymentTerms, "payment terms"}, len(card.PaymentTerms) > 0},
		{set{bcapi.Countries, "countries"}, len(card.Countries) > 0},
		{set{bcapi.TaxGroups, "tax codes"}, len(card.TaxCodes) > 0},
		{set{bcapi.Units, "units of measure"}, uom},
	} {
		if s.used {
			out = append(out, s.set)
		}
	}
	return out
}

type scopesError struct{ missing []string }

func (e *scopesError) Error() string {
	return "the Shopify app lacks the access scopes " + strings.Join(e.missing, ", ") + ": grant them in the app's settings and install it again"
}

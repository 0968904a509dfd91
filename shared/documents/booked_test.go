package documents

import (
	"slices"
	"strings"
	"testing"

	"backroom/shared/orders"
	"backroom/shared/products"
	"backroom/shared/sales"
)

// everything is an order that needs every account: of a custom line, a gift card, a tip,
// a fee, duties, shipping, a tax that the channel owes, a cash rounding of the amount,
// and two cents that no line explains.
func everything(rounding string) orders.Order {
	o := order()
	one := func(id, title string, price string) orders.Line {
		return orders.Line{ID: id, Title: title, Quantity: 1, CurrentQuantity: 1, UnitPrice: eur(price)}
	}
	custom, card, tip := one("2", "Engraving", "7"), one("3", "Gift card", "25"), one("4", "Tip", "3")
	custom.TaxLines = []orders.TaxLine{{Title: "Marketplace", Rate: dec("0.25"), ChannelLiable: true, Price: eur("1.40")}}
	card.GiftCard, tip.Tip = true, true
	card.Quantity, card.CurrentQuantity = 2, 2
	o.Lines = append(o.Lines, custom, card, tip)
	o.Fees = []orders.Fee{{Name: "Wrapping", Price: eur("4")}}
	duties := eur("5")
	o.Duties, o.CashRounding, o.Total = &duties, eur(rounding), eur("259.02")
	return o
}

// Every account may be an item in its place: the lines are of the same amounts, taxes and
// places, and what is negative takes units back, for no item has a negative price.
func TestItemsInThePlaceOfAccounts(t *testing.T) {
	r := refs()
	accounts := Card{DocumentSettings: DocumentSettings{
		ShippingChargesAccount: "6100", TipAccount: "6200", SoldGiftCardAccount: "2400", CashRoundingsAccount: "9140", FeeAccount: "6300",
		DutiesAccount: "6300", SalesTaxAccount: "5600", ChannelTaxAccount: "5690", RoundingAccount: "9140", UnknownItemAccount: "6200",
	}}
	for _, rounding := range []string{"0.03", "-0.02"} {
		for _, mode := range []TaxMode{TaxAuto, VATOnTop, SalesTax} {
			c, o := card(), everything(rounding)
			c.DutiesAccount, c.UnknownItemAccount, c.TaxMode = accounts.DutiesAccount, accounts.UnknownItemAccount, mode
			plain, problems := Map(c, o, "C1", r)
			if len(problems) > 0 {
				t.Fatalf("%s %s: %v", rounding, mode, problems)
			}
			plain = complete(c, o.Name, plain)
			for i, set := range []*string{
				&c.ShippingChargesAccount, &c.TipAccount, &c.SoldGiftCardAccount, &c.CashRoundingsAccount, &c.FeeAccount, &c.DutiesAccount,
				&c.SalesTaxAccount, &c.ChannelTaxAccount, &c.RoundingAccount, &c.UnknownItemAccount,
			} {
				number := "C" + string(rune('0'+i))
				*set = "Item:" + strings.ToLower(number)
				r.Items.Items[number] = products.Item{Number: number, Type: "Service"}
			}
			d, problems := Map(c, o, "C1", r)
			if len(problems) > 0 {
				t.Fatalf("%s %s: %v", rounding, mode, problems)
			}
			d = complete(c, o.Name, d)
			if len(d.Lines) != len(plain.Lines) || !d.Foreseen().Equal(plain.Foreseen()) || !d.Total.Value.Equal(plain.Total.Value) {
				t.Fatalf("%s %s: %d lines that come to %s of %s; with accounts %d, %s of %s", rounding, mode, len(d.Lines), d.Foreseen(), d.Total, len(plain.Lines), plain.Foreseen(), plain.Total)
			}
			for i, l := range d.Lines {
				was := plain.Lines[i]
				switch {
				case l.Kind == sales.AccountLine:
					t.Errorf("%s %s: line %q is of account %s", rounding, mode, l.Description, l.Object)
				case !l.Amount(2).Equal(was.Amount(2)) || !l.Net.Equal(was.Net) || !l.Tax.Equal(was.Tax) || l.TaxCode != was.TaxCode || l.Sequence != was.Sequence:
					t.Errorf("%s %s: %+v, with an account %+v", rounding, mode, l, was)
				case l.UnitPrice.IsNegative():
					t.Errorf("%s %s: item %s for %s", rounding, mode, l.Object, l.UnitPrice)
				case was.Kind == sales.AccountLine && (!l.Charge || l.Description != was.Description || l.Location != "" || !strings.HasPrefix(l.Object, "C")):
					t.Errorf("%s %s: %+v in the place of %+v", rounding, mode, l, was)
				}
			}
			laid(t, d)
			for i := range 10 {
				number := "C" + string(rune('0'+i))
				if there := slices.ContainsFunc(d.Lines, func(l sales.Line) bool { return l.Object == number }); there != (i != 6 || mode == SalesTax) {
					t.Errorf("%s %s: item %s is in the document: %t", rounding, mode, number, there)
				}
			}
		}
	}
}

// laid: nothing of an item in the place of an account waits to be shipped.
func laid(t *testing.T, d sales.Document) {
	t.Helper()
	lines, objects := linesOf(d), objectsOf(d)
	for _, l := range d.Lines {
		if !l.Charge {
			continue
		}
		item, known := lines[l.Sequence]
		if object, made := objects[l.Sequence]; !known || item != l.Of || !made || object != "" {
			t.Errorf("line %q stands for %q (%t) and %q (%t), want %q and nothing", l.Description, item, known, object, made, l.Of)
		}
	}
}

// A charge is of no item that is blocked, is not there, or waits for stock.
func TestItemsThatAreNoCharges(t *testing.T) {
	for _, tt := range []struct {
		name string
		item products.Item
		want []Problem
	}{
		{"a service", products.Item{Number: "SHIP", Type: "Service"}, nil},
		{"without stock", products.Item{Number: "SHIP", Type: "Non_x002D_Inventory"}, nil},
		{"of a company that does not tell", products.Item{Number: "SHIP"}, nil},
		{"with stock", products.Item{Number: "SHIP", Type: "Inventory"}, []Problem{{ChargeItemUnusable, "SHIP"}}},
		{"blocked", products.Item{Number: "SHIP", Type: "Service", Blocked: true}, []Problem{{ChargeItemUnusable, "SHIP"}}},
		{"another one", products.Item{Number: "OTHER", Type: "Service"}, []Problem{{ChargeItemUnusable, "SHIP"}}},
	} {
		r, c := refs(), card()
		r.Items.Items[tt.item.Number] = tt.item
		c.ShipmentMethods = []ShipmentMap{{Title: "Standard", Account: "item:ship"}}
		if _, got := Map(c, order(), "C1", r); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// Items in the place of accounts are looked up, once, whoever names them.
func TestItemsOfChargesAreLookedUp(t *testing.T) {
	c := card()
	c.TipAccount, c.FeeAccount, c.AlsoBooked = "item:tip", "ITEM: tip", []string{"item:BACK", "6100"}
	c.ShipmentMethods = []ShipmentMap{{Title: "Express", Account: "item:X"}, {Title: "Slow", Account: "6100"}}
	if got, want := c.BookedItems(), []string{"TIP", "X", "BACK"}; !slices.Equal(got, want) {
		t.Errorf("items %q, want %q", got, want)
	}
	bc := shelves{items: []products.Item{{Number: "TIP"}, {Number: "X", Type: "Service"}, {Number: "BACK", Blocked: true}}}
	r := reader{target: Target{Items: bc, Tables: bc}}
	got, err := r.load(t.Context(), c, nil)
	if err != nil || len(got.Items.Items) != 3 || got.Items.Items["X"].Type != "Service" || !got.Items.Items["BACK"].Blocked {
		t.Errorf("%+v, %v", got.Items.Items, err)
	}
}

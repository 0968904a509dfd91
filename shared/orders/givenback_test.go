package orders_test

import (
	"errors"
	"testing"
	"time"

	"backroom/shared/fault"
	"backroom/shared/orders"
	"backroom/shared/orders/orderstest"
)

// What was given back is asked for of orders alone that have some of it, and where
// the card wants it; an order that changes between the two requests is read again.
func TestRefundsAreImported(t *testing.T) {
	back := func(o *orders.Order) {
		o.Refunds = []orders.Refund{{ID: "81", Amount: orderstest.Amount("5")}}
		o.RefundCount = 1
	}
	details := orders.GivenBack{
		Refunds: []orders.Refund{{ID: "81", ReturnID: "7", Lines: []orders.RefundLine{{LineID: "1", Quantity: 1, RestockType: "RETURN"}}}},
		Returns: []orders.Return{{ID: "7", Name: "#1002-R1", Status: "OPEN"}},
	}
	for _, tt := range []struct {
		name     string
		handling orders.RefundHandling
		moved    bool
		fails    error
		asked    int
		state    orders.State
		detailed bool
	}{
		{"nobody wants it", "", false, nil, 0, orders.Ready, false},
		{"it is imported", orders.ImportRefunds, false, nil, 1, orders.Ready, true},
		{"the order changed meanwhile", orders.ImportRefunds, true, nil, 1, orders.Unread, false},
		{"it cannot be read", orders.ImportRefunds, false, &fault.Error{Op: "shopify.Refunds", Kind: fault.Bug, Err: errors.New("amount is no number")}, 1, orders.Unread, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, 0, 3)
			r.Settings.RefundsAndReturns = tt.handling
			o := orderstest.Order(7, r.Now().Add(-time.Minute))
			back(&o)
			r.Source.Put(o)
			g := details
			if tt.moved {
				g.UpdatedAt = o.UpdatedAt.Add(time.Second)
			}
			r.Source.Back = map[string]orders.GivenBack{o.ID: g}
			if tt.fails != nil {
				r.Source.BackFails = map[string]error{o.ID: tt.fails}
			}
			r.Run("")
			v := r.View(o.Name)
			if v.State != tt.state || r.Source.Asked != tt.asked {
				t.Fatalf("%s, asked about %d", v.State, r.Source.Asked)
			}
			if v.State == orders.Unread {
				delete(r.Source.BackFails, o.ID)
				r.Source.Back[o.ID] = details
				r.At = r.At.Add(time.Hour)
				if r.Run(""); r.View(o.Name).State != orders.Ready {
					t.Errorf("once it can be read it is %s", r.View(o.Name).State)
				}
				return
			}
			got := r.Load(o.ID)
			if one := got.Refunds[0]; one.Detailed != tt.detailed || !one.Amount.Shop.Value.Equal(o.Refunds[0].Amount.Shop.Value) || (got.Return("7") != nil) != tt.detailed {
				t.Errorf("%+v, returns %+v", one, got.Returns)
			}
		})
	}
}

// What a refund gave back is what its transactions did that succeeded, whatever it says
// itself; what it says counts where not all of them are known.
func TestMoneyThatWentBack(t *testing.T) {
	tx := func(id, kind, status, sum string) orders.Transaction {
		return orders.Transaction{ID: id, Kind: kind, Status: status, Amount: orderstest.Amount(sum)}
	}
	for _, tt := range []struct {
		name string
		says string
		of   []string
		txs  []orders.Transaction
		want string
	}{
		{"it succeeded", "5", []string{"1"}, []orders.Transaction{tx("1", "REFUND", "SUCCESS", "5")}, "5"},
		{"it failed", "5", []string{"1"}, []orders.Transaction{tx("1", "REFUND", "FAILURE", "5")}, "0"},
		{"it failed, and says so", "0", []string{"1"}, []orders.Transaction{tx("1", "REFUND", "ERROR", "5")}, "0"},
		{"one of two failed", "8", []string{"1", "2"}, []orders.Transaction{tx("1", "REFUND", "FAILURE", "5"), tx("2", "REFUND", "SUCCESS", "3")}, "3"},
		{"it failed and was made again", "10", []string{"1", "2"}, []orders.Transaction{tx("1", "REFUND", "FAILURE", "5"), tx("2", "REFUND", "SUCCESS", "5")}, "5"},
		{"another refund's", "5", []string{"1"}, []orders.Transaction{tx("1", "REFUND", "SUCCESS", "5"), tx("2", "REFUND", "SUCCESS", "3")}, "5"},
		{"one is not known", "8", []string{"1", "2"}, []orders.Transaction{tx("2", "REFUND", "SUCCESS", "3")}, "8"},
		{"none", "5", nil, []orders.Transaction{tx("1", "SALE", "SUCCESS", "100")}, "5"},
	} {
		o := orders.Order{Refunds: []orders.Refund{{ID: "7", Amount: orderstest.Amount(tt.says)}}, Transactions: tt.txs}
		got := o.With(orders.GivenBack{Refunds: []orders.Refund{{ID: "7", Transactions: tt.of}}}).Refunds[0]
		if want := orderstest.Amount(tt.want); !got.Detailed || !got.Amount.Shop.Value.Equal(want.Shop.Value) || got.Amount.Shop.Currency != want.Shop.Currency || !got.Amount.Presentment.Value.Equal(want.Presentment.Value) {
			t.Errorf("%s: %+v, want %s", tt.name, got.Amount, tt.want)
		}
	}
}

func TestStanding(t *testing.T) {
	five, none := orderstest.Amount("5"), orderstest.Amount("0")
	tx := func(status string) []orders.Transaction {
		return []orders.Transaction{{ID: "9", Kind: "REFUND", Status: status, Amount: five}}
	}
	lines := func(kind string) []orders.RefundLine {
		return []orders.RefundLine{{LineID: "1", Quantity: 1, RestockType: kind}}
	}
	for _, tt := range []struct {
		name   string
		refund orders.Refund
		txs    []orders.Transaction
		want   orders.Standing
	}{
		{"money went back", orders.Refund{Amount: five, Transactions: []string{"9"}}, tx("SUCCESS"), orders.Due},
		{"money is on its way", orders.Refund{Amount: none, Transactions: []string{"9"}}, tx("PENDING"), orders.Unsettled},
		{"nobody knows of the money", orders.Refund{Amount: none, Transactions: []string{"9"}}, tx("UNKNOWN"), orders.Unsettled},
		{"the money did not arrive", orders.Refund{Amount: none, Transactions: []string{"9"}, Lines: lines("CANCEL")}, tx("FAILURE"), orders.Removal},
		{"units that an edit removed", orders.Refund{Amount: none, Lines: lines("CANCEL")}, nil, orders.Removal},
		{"units that an edit removed, not to be restocked", orders.Refund{Amount: none, Lines: lines("NO_RESTOCK")}, nil, orders.Removal},
		{"goods that came back for nothing, without a return", orders.Refund{Amount: none, Lines: lines("RETURN")}, nil, orders.Due},
		{"goods of a return, for nothing", orders.Refund{Amount: none, ReturnID: "7"}, nil, orders.Due},
		{"another refund's money is on its way", orders.Refund{Amount: five, Transactions: []string{"8"}}, tx("PENDING"), orders.Due},
	} {
		if got := (orders.Order{Transactions: tt.txs}).Standing(tt.refund); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

// A tax that was given back in one sum is cut as it was charged, to the cent.
func TestSplitTax(t *testing.T) {
	by := func(ps ...string) (out []orders.TaxLine) {
		for _, p := range ps {
			out = append(out, orders.TaxLine{Title: p, Price: orderstest.Amount(p)})
		}
		return out
	}
	for _, tt := range []struct {
		sum  string
		by   []orders.TaxLine
		want []string
	}{
		{"0", by("1"), nil},
		{"1.00", nil, []string{"1"}},
		{"1.00", by("3"), []string{"1"}},
		{"1.00", by("1", "1", "1"), []string{"0.33", "0.34", "0.33"}},
		{"0.05", by("2", "1"), []string{"0.03", "0.02"}},
		{"0.07", by("0", "0"), []string{"0.07", "0"}},
		{"-1.00", by("1", "3"), []string{"-0.25", "-0.75"}},
	} {
		got := orders.SplitTax(orderstest.Amount(tt.sum), tt.by)
		var said []string
		for _, g := range got {
			said = append(said, g.Price.Shop.Value.String())
		}
		if len(said) != len(tt.want) {
			t.Errorf("%s by %v: %v, want %v", tt.sum, tt.by, said, tt.want)
			continue
		}
		for i := range said {
			if said[i] != tt.want[i] {
				t.Errorf("%s by %v: %v, want %v", tt.sum, tt.by, said, tt.want)
				break
			}
		}
	}
}

package connect

import (
	"testing"

	"backroom/shared/bcapi"
	"backroom/shared/creditmemos"
	"backroom/shared/documents"
	"backroom/shared/orders"
	"backroom/shared/products"
)

func TestAccountsOfCreditMemosAreChecked(t *testing.T) {
	found := Found{Items: []products.Item{{Number: "back"}}, Accounts: []bcapi.Account{{Number: "6620", AccountType: bcapi.Posting, DirectPosting: true}, {Number: "6999", AccountType: bcapi.Posting, DirectPosting: true, Blocked: true}}}
	for _, tt := range []struct {
		name  string
		books orders.RefundHandling
		set   creditmemos.Settings
		want  []string // settings that are named
	}{
		{"nobody wants credit memos", orders.ImportRefunds, creditmemos.Settings{}, nil},
		{"no accounts", orders.BookRefunds, creditmemos.Settings{}, []string{"refundAccount", "nonRestockAccount"}},
		{"one is blocked, one is not there", orders.BookRefunds, creditmemos.Settings{RefundAccount: "6999", NonRestockAccount: "1"}, []string{"refundAccount", "nonRestockAccount"}},
		{"one is an item that is not there", orders.BookRefunds, creditmemos.Settings{RefundAccount: "item:BACK", NonRestockAccount: "item:6620"}, []string{"nonRestockAccount"}},
		{"all is well", orders.BookRefunds, creditmemos.Settings{RefundAccount: "6620", NonRestockAccount: "6620"}, nil},
	} {
		stored, err := documents.Card{}.With(orders.OrderSettings{RefundsAndReturns: tt.books}, tt.set)
		if err != nil {
			t.Fatal(err)
		}
		card, err := documents.CardOf(stored)
		if err != nil {
			t.Fatal(err)
		}
		got := refunds(card, found)
		if len(got) != len(tt.want) {
			t.Errorf("%s: %+v, want %v", tt.name, got, tt.want)
			continue
		}
		for i, f := range got {
			if f.Settings[0] != tt.want[i] || f.Weight != Waits || f.Text == "" || f.WayOut == "" {
				t.Errorf("%s: %+v, want %s", tt.name, f, tt.want[i])
			}
		}
	}
}

package customers_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/customers"
)

// documentOfCompany is what is looked at of a sales order: whose it is, and its lines.
type documentOfCompany struct {
	CustomerNumber, BillToCustomerNumber string
	SalesOrderLines                      []documentLine
}

type documentLine struct{ LineType, Description string }

// Orders of companies wait until the card says whose they are, and then go on by
// themselves, as documents of the location's customer, else of the company's, paid by whom the card names. The number
// that the buyer ordered under stays on the document as a comment.
func TestOrdersOfCompanies(t *testing.T) {
	w := open(t, []*data.Customer{customerOf(7000000001, "Eva", "Berg", "eva@berg.example")}, func(s *setup) {
		s.Card.CustomerImport = customers.WithOrderImport
		s.Shop.Companies = []*data.Company{{
			ID: 5000001, Name: "Werft GmbH", CreatedAt: begin, UpdatedAt: begin,
			Locations: []data.CompanyLocation{{ID: 6000001, Name: "Kiel"}, {ID: 6000002, Name: "Husum"}},
		}}
		s.Company.Customers = append(s.Company.Customers, businesscentral.Customer{Number: "W-ALL", DisplayName: "Werft", Country: "DE"}, businesscentral.Customer{Number: "W-HUSUM", DisplayName: "Werft Husum", Country: "DE"}, businesscentral.Customer{Number: "W-PAYS", DisplayName: "Werft Holding", Country: "DE"})
	})
	w.Live(2 * time.Minute)
	v := w.shop().Products()[0].Variants[0]
	var orders []*data.Order
	for _, location := range []int64{6000001, 6000002} {
		o, err := w.shop().AddOrder(&data.Order{
			Customer: 7000000001, Email: "eva@berg.example", FinancialStatus: "PAID", PONumber: fmt.Sprintf("4500-%d", location), Company: &data.Purchase{CompanyID: 5000001, LocationID: location},
			Lines: []*data.Line{{Title: "Rope", SKU: v.SKU, Variant: v.ID, Quantity: 1}},
		})
		if err != nil {
			t.Fatal(err)
		}
		orders = append(orders, o)
	}
	w.Live(25 * time.Minute)
	for _, o := range orders {
		if f := w.Fate(o); f.Reason != string(customers.CompanyUnmapped) {
			t.Fatalf("%s is %+v", o.Name, f)
		}
	}
	w.Card.CompanyCustomers = []customers.CompanyMap{{CompanyID: "5000001", CustomerNo: "W-ALL"}, {CompanyID: "5000001", LocationID: "6000002", CustomerNo: "W-HUSUM", BillToNo: "w-pays"}}
	stored, err := w.Card.Stored()
	if err == nil {
		err = w.Wired.Cards.Put(t.Context(), stored)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.Live(8 * time.Hour)
	for i, number := range []string{"W-ALL", "W-HUSUM"} {
		docs := worlds.Read[documentOfCompany](w.World, worlds.DocumentOf("salesOrders", orders[i])+"&$expand=salesOrderLines")
		if len(docs) != 1 || docs[0].CustomerNumber != number {
			t.Errorf("%s: %+v, want one of %s; it is %+v", orders[i].Name, docs, number, w.Fate(orders[i]))
			continue
		}
		if payer := []string{"W-ALL", "W-PAYS"}[i]; docs[0].BillToCustomerNumber != payer {
			t.Errorf("%s is paid by %s, want %s", orders[i].Name, docs[0].BillToCustomerNumber, payer)
		}
		po := "PO No.: " + orders[i].PONumber
		if !slices.ContainsFunc(docs[0].SalesOrderLines, func(l documentLine) bool { return l.LineType == "Comment" && l.Description == po }) {
			t.Errorf("%s: %+v has no comment %q", orders[i].Name, docs[0], po)
		}
	}
}

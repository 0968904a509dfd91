package wiring

import (
	"context"
	"errors"

	"backroom/shared/customers"
	"backroom/shared/customersync"
	"backroom/shared/issue"
	"backroom/shared/link"
	"backroom/shared/privacy"
	"backroom/shared/record"
	"backroom/shared/shop"
	"backroom/shared/staging"
	"backroom/shared/table"
)

// people are all kinds of stored records, by which customers are found and erased.
func (w Wired) people(o Options) *privacy.Desk {
	links := link.People{Store: &link.Store{Table: o.Table}, Mark: customers.Mark, Company: func(ctx context.Context, code string) (string, error) {
		card, err := w.Cards.Get(ctx, code)
		if errors.Is(err, shop.ErrNotFound) {
			return "", nil
		}
		return card.Company.Key(), err
	}}
	ks := append(orderKinds(w.Orders), linkKinds(links)...)
	ks = append(ks, issue.People{Store: w.Issues, Customers: customersync.IssuesByID, Numbers: customersync.IssuesByNumber}.Stored())
	ks = append(ks, queueKinds...)
	ks = append(ks, deskKinds...)
	for _, d := range w.Definitions {
		for _, k := range d.Stored {
			if !hasKind(ks, k.Name) {
				ks = append(ks, k)
			}
		}
	}
	return &privacy.Desk{Table: o.Table, Kinds: append(ks, cardKinds...), Now: o.Now}
}

func hasKind(ks []privacy.Kind, name string) bool {
	for _, k := range ks {
		if k.Name == name {
			return true
		}
	}
	return false
}

// orderKinds are what is stored of orders.
func orderKinds(s *staging.Store) []privacy.Kind {
	return []privacy.Kind{
		{
			Name: "orders", At: []privacy.Shape{{PK: "SHOP#{shop}#ORD", SK: "{order}"}},
			Holds: "the copy of the order: name, e-mail address, telephone number, addresses, note and attributes; beside it digests of them, and what was decided",
			Kept:  "the copy 90 days after the order is settled (keepProcessedOrders); what it became " + privacy.AsConnected, Keeper: staging.People{Store: s},
		},
		{
			Name: "marks of orders", At: []privacy.Shape{
				{PK: "SHOP#{shop}#DOC", SK: "{number}#{order}"},
				{PK: "SHOP#{shop}#MISS", SK: "{order}"},
				{PK: "SHOP#{shop}#AMEND", SK: "{order}"},
				{PK: "SHOP#{shop}#BACK", SK: "{order}"},
				{PK: "SHOP#{shop}#ARCHIVE", SK: "{order}"},
				{PK: "SHOP#{shop}", SK: "DOCUMENTS"},
			}, Kept: privacy.AsConnected,
		},
	}
}

// linkKinds are what is stored of links.
func linkKinds(s link.People) []privacy.Kind {
	return []privacy.Kind{
		{
			Name: "links of customers", At: []privacy.Shape{{PK: "SHOP#{shop}#CUST", SK: "{customer}"}},
			Holds: "the customer's ids in Shopify and Business Central, who linked them, and a digest of the e-mail address",
			Kept:  privacy.AsConnected, Keeper: s,
		},
		{
			Name: "links of companies", At: []privacy.Shape{{PK: "SHOP#{shop}#LINK#company", SK: "{id}"}, {PK: "SHOP#{shop}#LINK#company-location", SK: "{id}"}},
			Holds: "digests of four bytes of the main contact's e-mail address and telephone number",
			Kept:  privacy.AsConnected, Keeper: link.Firms{People: s, Digest: customers.Digest},
		},
		{Name: "links of other objects", At: []privacy.Shape{{PK: "SHOP#{shop}#LINK#{kind}", SK: "{id}"}}, Kept: privacy.AsConnected},
		{
			Name: "what is linked with a record", At: []privacy.Shape{{PK: "COMPANY#{company}#{kind}", SK: "{number}"}},
			Holds: "ids of customers in Shopify, and digests of their e-mail addresses", Kept: "as long as the link", Keeper: privacy.Nothing,
			Stays: "records of the company, which other shops may use: the shop's links go from them",
		},
	}
}

// queueKinds are what the job queue stores.
var queueKinds = []privacy.Kind{
	{
		Name: "runs", At: []privacy.Shape{{PK: "SHOP#{shop}", SK: "RUN#{run}"}, {PK: "SHOP#{shop}", SK: "PARTS#{run}"}, {PK: "SHOP#{shop}", SK: "SLICE#{run}#{number}"}},
		Holds: "names that a dry run's rows, a detail or the parameters have", Kept: "30 days (BACKROOM_RUN_DAYS)",
	},
	{
		Name: "jobs", At: []privacy.Shape{{PK: "SHOP#{shop}", SK: "ENTRY#{job}"}},
		Holds: "customers that parameters name", Kept: privacy.AsConnected,
	},
	{
		Name: "locks of the job queue", At: []privacy.Shape{{PK: "SCOPE#{scope}", SK: "LOCK#{category}"}, {PK: "SCOPE#{scope}", SK: "BEAT#{category}"}, {PK: "CONTROL", SK: "PAUSES"}},
		Kept: "for ever", Stays: "a number of a lease must never come again",
	},
}

// deskKinds are what is stored of those who work with a shop.
var deskKinds = []privacy.Kind{
	{
		Name: "trail", At: []privacy.Shape{{PK: "SHOP#{shop}#TRAIL", SK: "{time}#{request}"}},
		Holds: "ids of customers in the addresses of operations, and what people wrote", Kept: "90 days",
		Spares: erasesShop,
	},
	{Name: "trail of all shops", At: []privacy.Shape{{PK: "TRAIL", SK: "{time}#{request}"}}, Kept: "90 days", Stays: "it is about all shops"},
	{Name: "who set mappings", At: []privacy.Shape{{PK: "SHOP#{shop}#MAPPED", SK: "{list}#{row}"}}, Kept: privacy.AsConnected},
	{Name: "roles of the shop's staff", At: []privacy.Shape{{PK: "SHOP#{shop}", SK: "ROLE#{user}"}}, Kept: privacy.AsConnected},
	{
		Name: "requests", At: []privacy.Shape{{PK: "SHOP#{shop}", SK: "KEY#{digest}"}, {PK: "SHOP#{shop}", SK: "PRESSED#{job}"}, {PK: "TOKEN#{digest}", SK: "USED"}},
		Kept: "24 hours",
	},
}

// erasesShop reports whether an item of the trail says who erased the shop, which stays.
func erasesShop(it table.Item) bool {
	var change struct {
		Operation string `json:"operation"`
	}
	return record.Decode(it.Data, 1, &change) == nil && change.Operation == "eraseShop"
}

// cardKinds are what says which shop it is: the last that is erased of it.
var cardKinds = []privacy.Kind{
	privacy.Own,
	{Name: "lists of shops", At: []privacy.Shape{{PK: "SHOPS", SK: "{shop}"}, {PK: "SHOPS#DISCONNECTED", SK: "{shop}"}}, Kept: privacy.AsConnected},
	{
		Name: "how far lists were read", At: []privacy.Shape{{PK: "SHOP#{shop}", SK: "CURSOR#{list}"}},
		Holds: "ids of customers that could not be read", Kept: privacy.AsConnected,
	},
	{
		Name: "shop card", At: []privacy.Shape{
			{PK: "SHOP#{shop}", SK: "EVERY"}, {PK: "SHOP#{shop}", SK: "FILE"}, {PK: "SHOP#{shop}", SK: "JUDGED"}, {PK: "SHOP#{shop}", SK: "CARD"},
		}, Kept: privacy.AsConnected,
	},
	{
		Name: "which code a shop has", At: []privacy.Shape{{PK: "PAIR#{pair}", SK: "CODE"}, {PK: "FILE", SK: "OWNER"}},
		Kept: "for ever", Stays: "no customer is in it, and it keeps data of two shops apart",
	},
	{
		Name: "budgets of both sides", At: []privacy.Shape{{PK: "SHOPIFY#{domain}", SK: "POINTS#{app}"}, {PK: "BCBUDGET#{company}", SK: "LEDGER"}},
		Kept: "for minutes", Stays: "shared by all who call the same side",
	},
}

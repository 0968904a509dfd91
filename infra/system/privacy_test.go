package system_test

import (
	"bytes"
	"compress/flate"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/awsfault/awswire"
	"backroom/shared/companysync"
	"backroom/shared/completeness"
	"backroom/shared/creditmemos"
	"backroom/shared/customers"
	"backroom/shared/customersync"
	"backroom/shared/disputes"
	"backroom/shared/dynamo"
	"backroom/shared/dynamo/dynamotest"
	"backroom/shared/identity"
	"backroom/shared/images"
	"backroom/shared/inventory"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/listings"
	"backroom/shared/memory"
	"backroom/shared/orders"
	"backroom/shared/payments"
	"backroom/shared/posting"
	"backroom/shared/privacy"
	"backroom/shared/shipments"
	"backroom/shared/sqlite"
	"backroom/shared/table"
)

// private is a world on a data file, or a table of the cloud, that is read as bytes.
type private struct {
	*worlds.World

	t    *testing.T
	db   *sqlite.DB // nil: on a table of the cloud
	path string
	aws  *dynamotest.Server
	log  bytes.Buffer // of everything, down to what is for debugging
	eva  *data.Customer
	hers []*data.Order
}

// openPrivate is a shop of 20 orders, one of its customers being Eva.
func openPrivate(t *testing.T, cloud bool) *private {
	t.Helper()
	s := worlds.Plain(begin)
	p := &private{t: t, path: filepath.Join(t.TempDir(), "private.db")}
	s.Shop.Orders = s.Shop.Orders[:20]
	p.eva = s.Shop.Customers[0]
	p.eva.FirstName, p.eva.LastName, p.eva.Email, p.eva.Phone, p.eva.Note = "Evangeline", "Ørsted-Krüger", "Eva.Privat@example.org", "+4943112345678", "likes blue"
	for i := range p.eva.Addresses {
		a := &p.eva.Addresses[i]
		a.FirstName, a.LastName, a.Address1, a.Phone = p.eva.FirstName, p.eva.LastName, "Geheimgang 17b", "0431 / 123 456 78"
	}
	for _, i := range []int{0, 7, 9, 10, 17} {
		o := s.Shop.Orders[i]
		a := p.eva.Addresses[0]
		o.Customer, o.Email, o.Phone, o.Shipping, o.Billing, o.Note = p.eva.ID, p.eva.Email, p.eva.Phone, &a, &a, "for Evangeline Ørsted-Krüger"
		o.Attributes = []data.Attr{{Key: "gift for", Value: "Evangeline Ørsted-Krüger"}}
		p.hers = append(p.hers, o)
	}
	s.Shop.Shop.Scopes = append(s.Shop.Shop.Scopes, "write_customers", "read_companies", "write_companies")
	a := p.eva.Addresses[0]
	s.Shop.Companies = append(s.Shop.Companies, &data.Company{
		ID: 5001, Name: "Werft GmbH", CreatedAt: begin.Add(-48 * time.Hour), UpdatedAt: begin.Add(-48 * time.Hour),
		Locations: []data.CompanyLocation{{ID: 6001, Name: "Kai", TaxID: "DE123456789", Billing: &data.Address{ID: 7001, Address1: "Kai 1", City: a.City, Zip: a.Zip, Country: a.Country, Phone: a.Phone}}},
		Contacts:  []data.CompanyContact{{ID: 8001, Customer: p.eva.ID}},
	})
	s.Card.CustomerImport = customers.AllCustomers
	s.Card.RoundingAccount, s.Card.RefundsAndReturns, s.CreditMemos = businesscentral.AccountRounding, orders.BookRefunds, creditmemos.Settings{RefundAccount: businesscentral.AccountFee, NonRestockAccount: businesscentral.AccountFee}
	s.Settings = []any{customersync.Settings{CanUpdateShopifyCustomer: true}, companysync.Settings{CompanyImport: companysync.AllCompanies, AutoCreateUnknownCompanies: true}}
	s.Log = slog.New(slog.NewJSONHandler(&p.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s.Engine = func(w *worlds.World) worlds.Engine {
		if cloud {
			p.aws = dynamotest.New(w.Now)
			q := memory.NewQueue(w.Now)
			tb := dynamo.New(dynamodb.NewFromConfig(awswire.Config(&awswire.Transport{Handler: p.aws})), "backroom")
			return worlds.Engine{Table: tb, Queue: q, Schedules: memory.NewSchedules(w.Now, q)}
		}
		db, err := sqlite.Open(t.Context(), p.path, sqlite.WithNow(w.Host))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() }) // of a world that is gone
		p.db = db
		q := db.Queue("jobs")
		return worlds.Engine{Table: db.Table(), Queue: q, Schedules: db.Schedules(q)}
	}
	p.World = worlds.New(t, s)
	return p
}

// run has a job run now, and comes to its end.
func (p *private) run(job string, parameters any, dry bool) {
	p.t.Helper()
	js, err := json.Marshal(parameters)
	if err != nil {
		p.t.Fatal(err)
	}
	q := jobs.TriggerRequest{Shop: p.Card.Code, Entry: job, Trigger: jobqueue.ByHand, DryRun: dry}
	if string(js) != "null" {
		q.Parameters = js
	}
	if _, err := p.Jobs.Trigger(p.t.Context(), q); err != nil {
		p.t.Fatal(err)
	}
	p.Live(3 * time.Minute)
}

// fill has all stores that know customers filled by runs.
func (p *private) fill() {
	p.t.Helper()
	id := fmt.Sprint(p.eva.ID)
	p.run(companysync.TaskName, nil, false)
	p.run(customersync.TaskName, nil, true)
	p.Live(30 * time.Minute)
	p.run(customersync.TaskName, customersync.Parameters{Customers: []string{id}}, false)
	shop := p.Shopify.Shop("")
	o := p.hers[0]
	if _, err := shop.RefundOrder(o.ID, data.Reversal{Units: map[int64]int{shop.Order(o.ID).Lines[0].ID: 1}}); err != nil {
		p.t.Fatal(err)
	}
	if _, err := shop.FulfilOrder(p.hers[1].ID, shopify.Fulfilling{Do: "ship"}); err != nil {
		p.t.Fatal(err)
	}
	p.Live(30 * time.Minute)
	p.ship(p.hers[2])
	p.complain(p.hers[3])
	for _, job := range []string{posting.OrdersTask, listings.TaskName, inventory.TaskName, images.TaskName, payments.TaskName, disputes.TaskName, shipments.TaskName, completeness.TaskName} {
		p.run(job, nil, false)
	}
	p.move()
	p.run(customersync.TaskName, nil, false)
	p.press(id)
	if err := p.Queue.Send(p.t.Context(), p.Card.Code, "", []byte("no message of ours")); err != nil { // which is logged
		p.t.Fatal(err)
	}
	p.Live(2 * time.Minute)
	// A customer whom both sides have, with another e-mail each, and an issue about her.
	if err := p.Wired.Cards.Table.Write(p.t.Context(), p.issue(id)); err != nil {
		p.t.Fatal(err)
	}
}

// ship posts a shipment of an order's document, as a person does.
func (p *private) ship(o *data.Order) {
	p.t.Helper()
	v, err := p.Wired.Orders.Find(p.t.Context(), p.Card.Code, o.Name)
	if err != nil || v.Document == nil {
		p.t.Fatalf("%s has no document: %+v, %v", o.Name, v, err)
	}
	if err := p.BC.Companies()[0].Ship(v.Document.Number, nil); err != nil {
		p.t.Fatal(err)
	}
}

// move has the company write down another town of hers, which the shop is told.
func (p *private) move() {
	p.t.Helper()
	for _, c := range worlds.Read[struct{ Number, Email string }](p.World, "customers") {
		if !strings.EqualFold(c.Email, p.eva.Email) {
			continue
		}
		if err := p.BC.Companies()[0].EditCustomer(c.Number, func(c *businesscentral.Customer) { c.City = "Husum" }); err != nil {
			p.t.Fatal(err)
		}
		return
	}
	p.t.Fatal("the company does not know her")
}

// complain has the bank want evidence about an order, and pays the shop for it.
func (p *private) complain(o *data.Order) {
	p.t.Helper()
	s, now := p.Shopify.Shop(""), p.Now().Add(-time.Hour)
	s.AddDispute(&data.Dispute{Status: "NEEDS_RESPONSE", Amount: decimal.NewFromInt(10), Currency: "EUR", Reason: "FRAUDULENT", InitiatedAt: now, EvidenceDueBy: now.AddDate(0, 0, 9), Order: o.ID})
	paid := s.AddPayout(&data.Payout{Status: "PAID", Currency: "EUR", Net: decimal.NewFromInt(100), IssuedAt: now})
	s.AddBalance(&data.BalanceTransaction{Type: "CHARGE", Amount: decimal.NewFromInt(103), Fee: decimal.NewFromInt(3), Order: o.ID, Currency: "EUR", Payout: paid.ID, At: now})
}

// press leaves in the trail that somebody has written about her.
func (p *private) press(id string) {
	p.t.Helper()
	trail := identity.Trail{Table: p.Table, Now: p.Now}
	c, err := trail.Begin(p.t.Context(), p.Card.Code, "r1", identity.Change{By: "owner", Operation: "setLink", Path: "/v1/shops/" + p.Card.Code + "/links/customer/" + id})
	if err == nil {
		err = trail.End(p.t.Context(), c, 200, "for Evangeline Ørsted-Krüger")
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// raw is every item of the file, and the bytes of the file and its log, as text in small
// letters; of a table of the cloud all that its server holds.
func (p *private) raw() (keys [][2]string, text string) {
	p.t.Helper()
	if p.aws != nil {
		var b strings.Builder
		p.aws.Stored(func(pk, sk string, data []byte) {
			keys = append(keys, [2]string{pk, sk})
			fmt.Fprintf(&b, "%s %s %s\n", pk, sk, plainText(data))
		})
		return keys, strings.ToLower(b.String())
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: p.path}).EscapedPath()+"?mode=ro")
	if err != nil {
		p.t.Fatal(err)
	}
	defer db.Close()
	var b strings.Builder
	rows, err := db.QueryContext(p.t.Context(), `SELECT pk, sk, data FROM items UNION ALL SELECT queue, grp||id, body FROM messages`)
	if err != nil {
		p.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var k [2]string
		var js []byte
		if err := rows.Scan(&k[0], &k[1], &js); err != nil {
			p.t.Fatal(err)
		}
		keys = append(keys, k)
		fmt.Fprintf(&b, "%s %s %s\n", k[0], k[1], plainText(js))
	}
	if err := rows.Err(); err != nil {
		p.t.Fatal(err)
	}
	for _, name := range []string{p.path, p.path + "-wal"} {
		bs, err := os.ReadFile(name)
		if err != nil && !os.IsNotExist(err) {
			p.t.Fatal(err)
		}
		b.Write(bs)
		for i := 0; i+2 < len(bs); i++ { // what was compressed, as far as it lies together
			if bs[i] == 'z' && bs[i+1] < 8 {
				js, _ := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(bs[i+2:])), 1<<18))
				b.Write(js)
			}
		}
	}
	return keys, strings.ToLower(b.String())
}

func plainText(data []byte) string {
	if len(data) > 2 && data[0] == 'z' {
		if js, err := io.ReadAll(flate.NewReader(bytes.NewReader(data[2:]))); err == nil {
			return string(js)
		}
	}
	return string(data)
}

// What links of companies have of Eva, their main contact.
var (
	digestOfEmail = "." + customers.Digest("eva.privat@example.org") + "."
	digestOfPhone = "." + customers.Digest("+4943112345678") + "."
)

// words are what tells who Eva is, in the ways in which it may be written.
func (p *private) words() []string {
	return []string{
		"evangeline", "ørsted-krüger", `\u00f8rsted`, "%c3%b8rsted", "eva.privat@example.org", "eva.privat%40example.org", "12345678", "123 456 78", "geheimgang",
		"likes blue", fmt.Sprintf("#cust %d", p.eva.ID), fmt.Sprintf(`"%d"`, p.eva.ID), digestOfEmail, digestOfPhone,
	}
}

// TestOneCustomerIsErasedEverywhere fills the stores by real runs, erases somebody, and looks
// for her in all bytes that are stored.
func TestOneCustomerIsErasedEverywhere(t *testing.T) {
	for _, engine := range []string{"a data file", "a table of the cloud"} {
		t.Run(engine, func(t *testing.T) { erasedEverywhere(t, openPrivate(t, engine != "a data file")) })
	}
}

// filled: each kind of records that has something of customers has some.
func (p *private) filled(keys [][2]string) {
	p.t.Helper()
	for _, kind := range p.Wired.People.Kinds {
		if kind.Holds == "" || kind.Name == privacy.Own.Name {
			continue
		}
		if !slices.ContainsFunc(keys, func(k [2]string) bool {
			return slices.ContainsFunc(kind.At, func(s privacy.Shape) bool { return s.Match(k[0], k[1]) })
		}) {
			p.t.Errorf("there are no %s: the test shows nothing of them", kind.Name)
		}
	}
}

func erasedEverywhere(t *testing.T, p *private) {
	t.Helper()
	p.fill()
	keys, before := p.raw()
	for _, k := range keys {
		if k[0] != "jobs" && !slices.ContainsFunc(p.Wired.People.Kinds, func(kind privacy.Kind) bool {
			return slices.ContainsFunc(kind.At, func(s privacy.Shape) bool { return s.Match(k[0], k[1]) })
		}) {
			t.Errorf("%s %s is of no kind of records", k[0], k[1])
		}
	}
	p.filled(keys)
	for _, word := range []string{"evangeline", "eva.privat@example.org", "geheimgang", "12345678", fmt.Sprintf("#cust %d", p.eva.ID), digestOfEmail, digestOfPhone} {
		if !strings.Contains(before, word) {
			t.Errorf("%q is not stored before: the test shows nothing", word)
		}
	}
	documents := len(worlds.Read[json.RawMessage](p.World, "salesOrders"))
	desk := *p.Wired.People
	if p.db != nil {
		desk.Purge = p.db.Purge
	}
	who := privacy.Who{Email: "EVA.privat@example.org"}
	found, err := desk.Find(t.Context(), p.Card.Code, who, nil)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, f := range found.Found {
		kinds[f.Kind]++
	}
	for kind, least := range map[string]int{"orders": 5, "links of customers": 1, "links of companies": 1, "runs": 1, "issues": 1} {
		if kinds[kind] < least {
			t.Errorf("%d %s are found, want %d at least: %v", kinds[kind], kind, least, kinds)
		}
	}
	p.eraseAll(&desk, who)
	p.gone()
	// What runs do afterwards makes nothing twice, and brings nobody back.
	p.Live(70 * time.Minute)
	if n := len(worlds.Read[json.RawMessage](p.World, "salesOrders")); n != documents {
		t.Errorf("%d sales orders, there were %d", n, documents)
	}
	p.gone()
	p.shopGone(&desk)
	if !strings.Contains(p.log.String(), "message rejected") {
		t.Error("nothing is logged: the test shows nothing")
	}
	for _, word := range p.words() {
		if text := strings.ToLower(p.log.String()); strings.Contains(text, word) {
			t.Errorf("the log names her: %q", word)
		}
	}
}

// eraseAll erases somebody of whose orders none is open.
func (p *private) eraseAll(desk *privacy.Desk, who privacy.Who) {
	p.t.Helper()
	a, err := desk.Erase(p.t.Context(), p.Card.Code, who, nil)
	if err != nil || !a.Done || a.Count < 8 {
		p.t.Fatalf("%+v, %v", a, err)
	}
	for _, l := range a.Left {
		p.t.Errorf("left: %+v", l)
	}
	for _, o := range p.hers {
		v, err := p.Wired.Orders.Find(p.t.Context(), p.Card.Code, o.Name)
		if err != nil || v.Document == nil || v.Issue != nil {
			p.t.Errorf("%s is %s with %+v, %v", o.Name, v.State, v.Document, err)
		}
	}
}

// gone: nothing in the file tells who Eva is.
func (p *private) gone() {
	p.t.Helper()
	_, text := p.raw()
	for _, word := range p.words() {
		if at := strings.Index(text, word); at >= 0 {
			p.t.Errorf("%q is stored still: …%q…", word, text[max(0, at-300):min(len(text), at+80)])
		}
	}
}

// shopGone: of an erased shop that is left which kinds say that it stays.
func (p *private) shopGone(desk *privacy.Desk) {
	p.t.Helper()
	stops := 0
	for {
		a, err := desk.EraseShop(p.t.Context(), p.Card.Code, func() bool { stops++; return stops%3 == 0 })
		if err != nil {
			p.t.Fatal(err)
		}
		if a.Done {
			break
		}
	}
	keys, _ := p.raw()
	for _, k := range keys {
		if k[0] == "jobs" || k[0] == "SHOP#-" { // of a message that names no shop
			continue
		}
		if !slices.ContainsFunc(desk.Kinds, func(kind privacy.Kind) bool {
			return kind.Stays != "" && slices.ContainsFunc(kind.At, func(s privacy.Shape) bool { return s.Match(k[0], k[1]) })
		}) {
			p.t.Errorf("%s %s is left of the shop", k[0], k[1])
		}
	}
}

// issue is one about the customer of an id, as sync-customers writes it.
func (p *private) issue(id string) table.Op {
	p.t.Helper()
	i := customersync.Reasons.New(customersync.ContactTaken, "Evangeline Ørsted-Krüger")
	i.Shop, i.Kind, i.Record, i.Name, i.Detail = p.Card.Code, customersync.IssuesByID[0], id, "Evangeline Ørsted-Krüger", "EVA.PRIVAT@EXAMPLE.ORG is there twice"
	op, err := p.Wired.Issues.Put(p.t.Context(), i)
	if err != nil {
		p.t.Fatal(err)
	}
	return op
}

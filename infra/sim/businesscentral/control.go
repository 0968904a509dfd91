package businesscentral

import (
	"cmp"
	"encoding/json"
	"html/template"
	"io"
	"net/http"
	"strings"

	"github.com/shopspring/decimal"
)

// serveControl is for people and tests, not part of the API. Paths, with
// ?company=NAME or id where there are several:
//
//	GET    /                              a page to look into
//	GET    /_sim/state                    meters, and totals of every company
//	DELETE /_sim/meters                   count from 0 again
//	GET    /_sim/orders                   orders with their totals
//	GET    /_sim/orders/NUMBER            one order with its lines
//	POST   /_sim/orders/NUMBER/release    release it
//	POST   /_sim/orders/NUMBER/post       ship and invoice it
//	GET    /_sim/invoices                 invoices with their totals
//	GET    /_sim/customers                customers
//	POST   /_sim/masters                  add the masters and rules in the body, a part of [Data]
//	POST   /_sim/companies                add the company in the body, a [Data]
//	GET    /_sim/switches                 the readings in force
//	PUT    /_sim/switches                 choose others: {"pageOrder": true}, what is left out is off
//	POST   /_sim/items                    stock the items in the body
//	PATCH  /_sim/items/NUMBER             change it, as a person does: {"description": "Tea", "blocked": true, "unitPrice": "4.90"}
//	POST   /_sim/items/NUMBER/stock       post an item journal: {"location": "MAIN", "quantity": "-3"}
//	POST   /_sim/server                   {"status": 503, "revokeTokens": true, "runDue": true}
//	PUT    /_sim/companion        install the companion API: ["shipments", "shipmentLines", "orderExtras"]; [] removes it
//	GET    /_sim/shipments        posted shipments with their lines
//	POST   /_sim/shipments/NUMBER/undo      undo the lines with these sequences: [10000]; [] are all
//	POST   /_sim/shipments/NUMBER/tracking  enter the [Parcel] in the body
//	POST   /_sim/orders/NUMBER/ship         ship only: units by sequence, {"10000": 2}; {} is all
//	*      /_sim/faults                   see package fault
func (s *Server) serveControl(w http.ResponseWriter, r *http.Request) {
	path := strings.Split(strings.TrimPrefix(r.URL.Path, "/_sim/"), "/")
	c := s.Company(r.URL.Query().Get("company"))
	switch {
	case r.URL.Path == "/":
		s.servePage(w)
	case path[0] == "faults":
		s.faults.ServeHTTP(w, r)
	case path[0] == "server" && r.Method == http.MethodPost:
		s.controlServer(w, r)
	case path[0] == "meters" && r.Method == http.MethodDelete:
		s.ResetMeters()
		control(w, s.state())
	case path[0] == "companion":
		s.controlCompanion(w, r)
	case path[0] == "switches":
		s.controlSwitches(w, r)
	case path[0] == "companies" && r.Method == http.MethodPost:
		s.controlData(w, r, s.AddCompany)
	case path[0] == "state" && r.Method == http.MethodGet:
		control(w, s.state())
	case c == nil:
		http.Error(w, "no such company", http.StatusNotFound)
	case path[0] == "shipments":
		c.controlShipments(w, r, path[1:]) //nolint:contextcheck // does no I/O
	case path[0] == "orders":
		c.controlOrders(w, r, path[1:]) //nolint:contextcheck // does no I/O
	case path[0] == "invoices" && r.Method == http.MethodGet:
		control(w, c.shorten(c.SalesInvoices()))
	case path[0] == "customers" && r.Method == http.MethodGet:
		control(w, c.Customers())
	case path[0] == "masters" && r.Method == http.MethodPost:
		s.controlData(w, r, c.Add)
	case path[0] == "items" && len(path) == 3 && path[2] == "stock" && r.Method == http.MethodPost:
		c.controlStock(w, r, path[1]) //nolint:contextcheck // does no I/O
	case path[0] == "items" && len(path) == 2 && r.Method == http.MethodPatch:
		c.controlItem(w, r, path[1]) //nolint:contextcheck // does no I/O
	case path[0] == "items" && len(path) == 3 && path[2] == "picture" && r.Method == http.MethodPut:
		c.controlPicture(w, r, path[1]) //nolint:contextcheck // does no I/O
	case path[0] == "items" && r.Method == http.MethodPost:
		var items []Stock
		err := json.NewDecoder(io.LimitReader(r.Body, maxBody)).Decode(&items)
		if err == nil {
			err = c.AddItems(items...) //nolint:contextcheck // does no I/O
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		control(w, s.state())
	default:
		http.Error(w, "no such control", http.StatusNotFound)
	}
}

// controlSwitches shows the switches, or chooses them.
func (s *Server) controlSwitches(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
	case http.MethodPut:
		var sw Switches
		d := json.NewDecoder(io.LimitReader(r.Body, 1<<16))
		d.DisallowUnknownFields()
		if err := d.Decode(&sw); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s.SetSwitches(sw)
	default:
		http.Error(w, "want GET or PUT", http.StatusMethodNotAllowed)
		return
	}
	control(w, s.Switches())
}

// controlData gives add the data in the body.
func (s *Server) controlData(w http.ResponseWriter, r *http.Request, add func(*Data) error) {
	var d Data
	dec := json.NewDecoder(io.LimitReader(r.Body, maxBody))
	dec.DisallowUnknownFields()
	err := dec.Decode(&d)
	if err == nil {
		err = add(&d)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	control(w, s.state())
}

func control(w http.ResponseWriter, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	response{http.StatusOK, map[string]string{"Content-Type": "application/json; charset=utf-8"}, b}.write(w)
}

// CompanyState is a company in short.
type CompanyState struct {
	ID        string          `json:"id"`
	Name      string          `json:"name"`
	Customers int             `json:"customers"`
	Items     int             `json:"items"`
	Variants  int             `json:"variants"`
	Orders    int             `json:"salesOrders"`
	Invoices  int             `json:"salesInvoices"`
	Shipments int             `json:"salesShipments"`
	Total     decimal.Decimal `json:"orderTotal"` // of orders in local currency
}

// State is what GET /_sim/state tells.
type State struct {
	Meters      Meters         `json:"meters"`
	Pending     int            `json:"pending"` // late effects still to come
	Tenant      string         `json:"tenant"`
	Environment string         `json:"environment"`
	Companies   []CompanyState `json:"companies"`
}

func (s *Server) state() State {
	st := State{Meters: s.Meters(), Pending: s.faults.Pending() + s.inner.Pending(), Tenant: s.o.Tenant, Environment: s.o.Environment}
	for _, c := range s.Companies() {
		st.Companies = append(st.Companies, c.State())
	}
	return st
}

// State counts what the company holds.
func (c *Company) State() CompanyState {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := func(set string) int { return len(c.tables[set].rows) }
	st := CompanyState{
		ID: c.id, Name: c.name, Customers: n(setCustomers), Items: n(setItems), Variants: n(setVariants),
		Orders: n(setOrders), Invoices: n(setInvoices), Shipments: n(setShipments),
	}
	for _, r := range c.tables[setOrders].rows {
		if d, ok := r.(*SalesDocument); ok && d.CurrencyCode == "" {
			st.Total = st.Total.Add(d.TotalAmountIncludingTax)
		}
	}
	return st
}

// shortDocument is an order or invoice in short.
type shortDocument struct {
	ID       string          `json:"id"`
	Number   string          `json:"number"`
	External string          `json:"externalDocumentNumber"`
	Customer string          `json:"customerNumber"`
	Name     string          `json:"customerName"`
	Date     string          `json:"postingDate"`
	Status   string          `json:"status"`
	Currency string          `json:"currencyCode"`
	Net      decimal.Decimal `json:"totalAmountExcludingTax"`
	Total    decimal.Decimal `json:"totalAmountIncludingTax"`
	Order    string          `json:"orderNumber,omitempty"`
}

func (c *Company) shorten(ds []SalesDocument) []shortDocument {
	out := []shortDocument{}
	for _, d := range ds {
		out = append(out, shortDocument{
			d.ID, d.Number, d.ExternalDocumentNumber, d.CustomerNumber, d.CustomerName, d.PostingDate, d.Status, cmp.Or(d.CurrencyCode, c.lcy()),
			d.TotalAmountExcludingTax, d.TotalAmountIncludingTax, d.OrderNumber,
		})
	}
	return out
}

func (c *Company) controlOrders(w http.ResponseWriter, r *http.Request, rest []string) {
	if len(rest) == 0 || rest[0] == "" {
		control(w, c.shorten(c.SalesOrders()))
		return
	}
	var err error
	switch {
	case len(rest) == 1 && r.Method == http.MethodGet:
		for _, d := range c.SalesOrders() {
			if d.Number == rest[0] {
				control(w, map[string]any{"order": d, "lines": c.Lines(d.ID)})
				return
			}
		}
		http.Error(w, "no order "+rest[0], http.StatusNotFound)
		return
	case len(rest) == 2 && r.Method == http.MethodPost && rest[1] == "release":
		err = c.Release(rest[0])
	case len(rest) == 2 && r.Method == http.MethodPost && rest[1] == "ship":
		units := map[int]decimal.Decimal{}
		if err = json.NewDecoder(io.LimitReader(r.Body, 1<<16)).Decode(&units); err == nil {
			err = c.Ship(rest[0], units)
		}
	case len(rest) == 2 && r.Method == http.MethodPost && rest[1] == "post":
		err = c.Post(rest[0])
	default:
		http.Error(w, "want GET, or POST …/release or …/post", http.StatusMethodNotAllowed)
		return
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	control(w, c.State())
}

func (s *Server) controlServer(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Status       *int `json:"status"`
		RevokeTokens bool `json:"revokeTokens"`
		RunDue       bool `json:"runDue"`
	}
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<16)).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if in.Status != nil {
		s.SetDown(*in.Status)
	}
	if in.RevokeTokens {
		s.RevokeTokens()
	}
	if in.RunDue {
		s.RunDue() //nolint:contextcheck // what is due belongs to calls that are long over
	}
	control(w, s.state())
}

// pageRows is how many orders and invoices the page shows of each company.
const pageRows = 200

var pageTemplate = template.Must(template.New("index").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Simulated Business Central</title>
<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin:1rem 0}td,th{text-align:left;padding:.25rem .6rem;border-bottom:1px solid #ddd}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}</style></head><body>
<h1>Simulated Business Central</h1>
<p>The API answers at <code>/v2.0/{{.State.Tenant}}/{{.State.Environment}}/api/v2.0/</code>, tokens come from
<code>/{{.State.Tenant}}/oauth2/v2.0/token</code>. Control: <code>/_sim/state</code>, <code>/_sim/orders</code>, <code>/_sim/faults</code>.</p>
<p>{{with .State.Meters}}{{.Outer}} requests with {{.Inner}} operations ({{.Writes}} writes, {{.Refused}} refused), {{.Throttled}} throttled.{{end}}</p>
{{range .Companies}}<h2>{{.State.Name}}</h2>
<p>Id <code>{{.State.ID}}</code>. {{.State.Customers}} customers, {{.State.Items}} items with {{.State.Variants}} variants,
{{.State.Orders}} sales orders, {{.State.Invoices}} invoices, {{.State.Shipments}} shipments.</p>
{{range .Lists}}<h3>{{.Title}}</h3>
<table><tr><th>number</th><th>external number</th><th>customer</th><th>date</th><th>status</th><th class="n">without tax</th><th class="n">total</th><th></th></tr>
{{range .Rows}}<tr><td>{{.Number}}</td><td>{{.External}}</td><td>{{.Customer}} {{.Name}}</td><td>{{.Date}}</td><td>{{.Status}}</td>
<td class="n">{{.Net.StringFixed 2}}</td><td class="n">{{.Total.StringFixed 2}}</td><td>{{.Currency}}</td></tr>{{else}}<tr><td colspan="8">none</td></tr>{{end}}</table>
{{end}}{{end}}</body></html>
`))

func (s *Server) servePage(w http.ResponseWriter) {
	type list struct {
		Title string
		Rows  []shortDocument
	}
	type company struct {
		State CompanyState
		Lists []list
	}
	v := struct {
		State     State
		Companies []company
	}{State: s.state()}
	for i, c := range s.Companies() {
		p := company{State: v.State.Companies[i]}
		for _, l := range []list{{"Sales orders", c.shorten(c.SalesOrders())}, {"Sales invoices", c.shorten(c.SalesInvoices())}} {
			if n := len(l.Rows); n > pageRows {
				l.Rows, l.Title = l.Rows[n-pageRows:], l.Title+", the last ones"
			}
			p.Lists = append(p.Lists, l)
		}
		v.Companies = append(v.Companies, p)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	if err := pageTemplate.Execute(w, v); err != nil {
		return // the client has gone
	}
}

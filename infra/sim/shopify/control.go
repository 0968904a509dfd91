package shopify

import (
	"cmp"
	"encoding/json"
	"html/template"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"backroom/infra/sim/shopify/data"
)

// serveControl is for people and tests, not part of the API. Paths, with
// ?shop=DOMAIN where there are several shops:
//
//	GET  /                          a page to look into
//	GET  /_sim/state                totals of every shop
//	GET  /_sim/orders               orders, short
//	POST /_sim/orders               add the order in the body
//	GET  /_sim/orders/ID            one order in full
//	PATCH /_sim/orders/ID           change fields of it, as in the body
//	POST /_sim/orders/ID/cancel     cancel it
//	POST /_sim/orders/ID/edit       commit the [data.Edit] in the body
//	POST /_sim/orders/ID/refund     give back the [data.Reversal] in the body
//	POST /_sim/orders/ID/return     do with a return what the [Returning] in the body says
//	POST /_sim/orders/ID/settle     let a transaction end: {"ID": 1, "Status": "SUCCESS"}
//	POST /_sim/orders/ID/fulfilment do with a fulfilment order what the [Fulfilling] in the body says
//	DELETE /_sim/orders/ID          delete it
//	GET  /_sim/requests             the GraphQL calls with their points
//	GET  /_sim/meter                requests and points so far; DELETE counts from 0 again
//	POST /_sim/shop                 {"status": 402, "indexLag": "30s", "drain": 500, "revokeTokens": true}
//	*    /_sim/faults               see package fault
//	GET  /_sim/fields               what goes wrong inside of answers; POST adds a [FieldFault], DELETE removes all
func (s *Server) serveControl(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/" {
		s.servePage(w)
		return
	}
	if r.URL.Path == "/_sim/faults" {
		s.faults.ServeHTTP(w, r)
		return
	}
	shop := s.Shop(r.URL.Query().Get("shop"))
	if shop == nil {
		http.Error(w, "no such shop", http.StatusNotFound)
		return
	}
	path := strings.Split(strings.TrimPrefix(r.URL.Path, "/_sim/"), "/")
	switch {
	case path[0] == "orders":
		shop.controlOrders(w, r, path[1:]) //nolint:contextcheck // webhooks outlive the request
	case path[0] == "requests" && r.Method == http.MethodGet:
		writeJSON(w, http.StatusOK, shop.Log())
	case path[0] == "meter":
		shop.controlMeter(w, r)
	case path[0] == "fields":
		shop.controlFields(w, r)
	case path[0] == "state" && r.Method == http.MethodGet:
		writeJSON(w, http.StatusOK, s.state())
	case path[0] == "shop" && r.Method == http.MethodPost:
		shop.controlShop(w, r)
	default:
		http.Error(w, "no such control", http.StatusNotFound)
	}
}

type shopState struct {
	Domain        string         `json:"domain"`
	Orders        int            `json:"orders"`
	Products      int            `json:"products"`
	Customers     int            `json:"customers"`
	Meter         Meter          `json:"meter"`
	Throttle      throttleStatus `json:"throttleStatus"`
	Subscriptions int            `json:"webhookSubscriptions"`
	FailedHooks   int            `json:"failedWebhooks"`
}

func (s *Server) state() []shopState {
	var out []shopState
	for _, sh := range s.shops {
		sh.mu.Lock()
		sh.bucket.refill(s.cfg.Now())
		out = append(out, shopState{
			sh.info.Domain, len(sh.database()), len(sh.products), len(sh.customers), sh.meter,
			sh.bucket.status(), len(sh.subs), sh.failed,
		})
		sh.mu.Unlock()
	}
	return out
}

type shortOrder struct {
	ID        int64     `json:"id"`
	Name      string    `json:"name"`
	UpdatedAt time.Time `json:"updatedAt"`
	Financial string    `json:"financialStatus"`
	Total     string    `json:"total"`
	Currency  string    `json:"currency"`
	Tags      []string  `json:"tags"`
	Attrs     int       `json:"attributes"`
}

func short(o *data.Order) shortOrder {
	return shortOrder{
		o.ID, o.Name, o.UpdatedAt, o.FinancialStatus, amount(o.Totals().Price.Shop), o.Currency, o.Tags, len(o.Attributes),
	}
}

func (s *Shop) controlOrders(w http.ResponseWriter, r *http.Request, rest []string) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 8<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if len(rest) == 0 || rest[0] == "" {
		s.controlAll(w, r, body)
		return
	}
	id, err := strconv.ParseInt(rest[0], 10, 64)
	if err != nil || s.Order(id) == nil {
		http.Error(w, "no order "+rest[0], http.StatusNotFound)
		return
	}
	event := ""
	if len(rest) > 1 {
		event = rest[1]
	}
	switch {
	case r.Method == http.MethodGet:
		tell(w, s.Order(id), nil)
	case r.Method == http.MethodDelete:
		tell(w, nil, s.DeleteOrder(id))
	case r.Method == http.MethodPatch:
		var bad error
		o, err := s.UpdateOrder(id, func(o *data.Order) {
			bad = json.Unmarshal(body, o)
			o.ID = id
		})
		tell(w, o, cmp.Or(bad, err))
	case r.Method == http.MethodPost && event == "cancel":
		o, err := s.CancelOrder(id, r.URL.Query().Get("reason"))
		tell(w, o, err)
	case r.Method == http.MethodPost && event == "edit":
		order(w, body, func(e data.Edit) (*data.Order, error) { return s.EditOrder(id, e) })
	case r.Method == http.MethodPost && event == "refund":
		order(w, body, func(e data.Reversal) (*data.Order, error) { return s.RefundOrder(id, e) })
	case r.Method == http.MethodPost && event == "return":
		order(w, body, func(e Returning) (*data.Order, error) { return s.ReturnOrder(id, e) })
	case r.Method == http.MethodPost && event == "settle":
		order(w, body, func(e Settling) (*data.Order, error) { return s.SettleTransaction(id, e) })
	case r.Method == http.MethodPost && event == "fulfilment":
		order(w, body, func(e Fulfilling) (*data.Order, error) { return s.FulfilOrder(id, e) })
	default:
		http.Error(w, "want GET, PATCH, DELETE or POST …/cancel, …/edit, …/refund, …/return, …/settle, …/fulfilment", http.StatusMethodNotAllowed)
	}
}

// controlAll lists orders and adds one.
func (s *Shop) controlAll(w http.ResponseWriter, r *http.Request, body []byte) {
	switch r.Method {
	case http.MethodGet:
		out := []shortOrder{}
		for _, o := range s.Orders() {
			out = append(out, short(o))
		}
		writeJSON(w, http.StatusOK, out)
	case http.MethodPost:
		order(w, body, func(o data.Order) (*data.Order, error) { return s.AddOrder(&o) })
	default:
		http.Error(w, "want GET or POST", http.StatusMethodNotAllowed)
	}
}

// order does what the body says to an order, and tells it.
func order[T any](w http.ResponseWriter, body []byte, do func(T) (*data.Order, error)) {
	var in T
	if err := json.Unmarshal(body, &in); err != nil {
		tell(w, nil, err)
		return
	}
	o, err := do(in)
	tell(w, o, err)
}

func tell(w http.ResponseWriter, o *data.Order, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	writeJSON(w, http.StatusOK, o)
}

func (s *Shop) controlShop(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Status       *int   `json:"status"`
		IndexLag     string `json:"indexLag"`
		Drain        int    `json:"drain"`
		RevokeTokens bool   `json:"revokeTokens"`
		Uninstall    bool   `json:"uninstall"`
	}
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<16)).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if in.IndexLag != "" {
		d, err := time.ParseDuration(in.IndexLag)
		if err != nil {
			http.Error(w, "indexLag: want a duration such as 30s", http.StatusBadRequest)
			return
		}
		s.SetIndexLag(d)
	}
	if in.Status != nil {
		s.SetStatus(*in.Status)
	}
	if in.Drain > 0 {
		s.Drain(in.Drain)
	}
	if in.RevokeTokens {
		s.RevokeTokens()
	}
	if in.Uninstall {
		s.Uninstall()
	}
	writeJSON(w, http.StatusOK, s.srv.state())
}

var pageTemplate = template.Must(template.New("index").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Simulated Shopify</title>
<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin:1rem 0}td,th{text-align:left;padding:.25rem .6rem;border-bottom:1px solid #ddd}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}</style></head><body>
<h1>Simulated Shopify</h1>
<p>The Admin API answers at <code>/admin/api/{{.Version}}/graphql.json</code>. Control: <code>/_sim/state</code>, <code>/_sim/orders</code>,
<code>/_sim/requests</code>, <code>/_sim/meter</code>, <code>/_sim/faults</code>, <code>/_sim/fields</code>.</p>
{{range .Shops}}<h2>{{.State.Domain}}</h2>
<p>{{.State.Orders}} orders, {{.State.Products}} products, {{.State.Customers}} customers; {{.State.Meter.Requests}} requests, {{.State.Meter.Charged}} points used,
{{.State.Throttle.CurrentlyAvailable}} of {{.State.Throttle.MaximumAvailable}} points available.</p>
<h3>Latest requests</h3>
<table><tr><th>time</th><th>operation</th><th class="n">requested</th><th class="n">actual</th><th class="n">bytes</th><th>errors</th></tr>
{{range .Log}}<tr><td>{{.At.Format "15:04:05"}}</td><td>{{.Operation}}</td><td class="n">{{.Requested}}</td><td class="n">{{.Actual}}</td>
<td class="n">{{.Bytes}}</td><td>{{range .Errors}}{{.}} {{end}}</td></tr>{{else}}<tr><td colspan="6">none yet</td></tr>{{end}}</table>
<h3>Orders changed last</h3>
<table><tr><th>order</th><th>changed</th><th>payment</th><th class="n">total</th><th>tags</th></tr>
{{range .Orders}}<tr><td><a href="/_sim/orders/{{.ID}}?shop={{.Domain}}">{{.Name}}</a></td><td>{{.UpdatedAt.Format "2006-01-02 15:04:05"}}</td><td>{{.Financial}}</td>
<td class="n">{{.Total}} {{.Currency}}</td><td>{{range .Tags}}{{.}} {{end}}</td></tr>{{end}}</table>{{end}}
</body></html>
`))

// pageRows is how many requests and orders the page shows.
const pageRows = 50

func (s *Server) servePage(w http.ResponseWriter) {
	type row struct {
		shortOrder
		Domain string
	}
	type view struct {
		State  shopState
		Log    []LogEntry
		Orders []row
	}
	v := struct {
		Version string
		Shops   []view
	}{Version: apiVersion}
	states := s.state()
	for i, sh := range s.shops {
		p := view{State: states[i]}
		log := sh.Log()
		for j := len(log) - 1; j >= max(0, len(log)-pageRows); j-- {
			p.Log = append(p.Log, log[j])
		}
		orders := sh.Orders()
		sortByChange(orders)
		for _, o := range orders[:min(len(orders), pageRows)] {
			p.Orders = append(p.Orders, row{short(o), sh.info.Domain})
		}
		v.Shops = append(v.Shops, p)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	if err := pageTemplate.Execute(w, v); err != nil {
		return // the client has gone
	}
}

// Package host serves the two simulators on loopback addresses, for the
// simulators' own program and for the embedded host's demonstration.
package host

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
)

// Options say what is served. An empty address leaves that simulator out.
type Options struct {
	Shopify string // host:port, port 0 for any
	BC      string
	Catalog string // product CSV to fill the shop from; "" is the sample shop
	Orders  int    // > 0: so many plain orders instead, for measurements
	Now     time.Time
	// Latency is added to every call of the Admin API.
	Latency time.Duration
}

// Info is how to reach what is served.
type Info struct {
	Instance string `json:"instance"` // different for every start: what one start knew, the next does not
	PID      int    `json:"pid"`

	Shopify      string `json:"shopify,omitempty"` // base URL
	Domain       string `json:"domain,omitempty"`
	ClientID     string `json:"clientID,omitempty"`
	ClientSecret string `json:"clientSecret,omitempty"`
	Orders       int    `json:"orders,omitempty"`
	Products     int    `json:"products,omitempty"`
	Customers    int    `json:"customers,omitempty"`

	// Items are item numbers by variant, of goods that have no SKU to go by.
	Items map[string]string `json:"items,omitempty"`

	BC          string `json:"bc,omitempty"` // base URL of the API, without tenant
	TokenURL    string `json:"tokenURL,omitempty"`
	Tenant      string `json:"tenant,omitempty"`
	Environment string `json:"environment,omitempty"`
	Company     string `json:"company,omitempty"` // guid
	BCClient    string `json:"bcClient,omitempty"`
	BCSecret    string `json:"bcSecret,omitempty"`
}

const (
	bcTenant      = "contoso.com"
	bcEnvironment = "Production"
	bcClient      = "backroom"
	bcSecret      = "secret"
)

// load makes the shop.
func load(o Options) (*data.Data, error) {
	switch {
	case o.Orders > 0:
		return data.Bulk(o.Now, o.Orders), nil
	case o.Catalog == "":
		return data.Sample(o.Now), nil
	}
	f, err := os.Open(o.Catalog)
	if err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	d, err := data.Catalog(f, o.Now)
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("catalogue %s: %w", o.Catalog, err)
	}
	return d, nil
}

// Stock is what the back office of a shop has of its goods. Numbers of items
// have at most 20 characters in Business Central: longer SKUs are left out, and
// what is ordered of them needs attention.
func Stock(d *data.Data) []businesscentral.Stock {
	seen := map[string]bool{}
	var out []businesscentral.Stock
	for _, g := range d.Goods() {
		no := strings.ToUpper(g.SKU)
		if no == "" {
			no = byHand(g)
		}
		if len(no) > 20 || seen[no] {
			continue
		}
		seen[no] = true
		title := g.Title
		if g.VariantTitle != "" && g.VariantTitle != "Default Title" {
			title += ", " + g.VariantTitle
		}
		if r := []rune(title); len(r) > 90 {
			title = string(r[:90])
		}
		gtin := g.Barcode
		if len(gtin) > 14 {
			gtin = ""
		}
		out = append(out, businesscentral.Stock{
			Number: no, GTIN: gtin, Description: title, UnitPrice: g.Price, IncludesTax: g.IncludesTax, Inventory: decimal.NewFromInt(100),
		})
	}
	return out
}

// byHand is the item number of a good without SKU.
func byHand(g data.Good) string { return "P" + strconv.FormatInt(g.Variant, 10) }

// mapped are the goods without SKU that somebody has mapped by hand: all but one in twenty.
func mapped(d *data.Data) map[string]string {
	m := map[string]string{}
	n := 0
	for _, g := range d.Goods() {
		if g.SKU != "" {
			continue
		}
		if n++; n%20 != 0 {
			m[strconv.FormatInt(g.Variant, 10)] = byHand(g)
		}
	}
	return m
}

// Serve serves until ctx ends. It calls ready once both listen.
func Serve(ctx context.Context, o Options, log *slog.Logger, ready func(Info)) error {
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	var id [8]byte
	if _, err := rand.Read(id[:]); err != nil {
		return fmt.Errorf("simulators: %w", err)
	}
	info := Info{Instance: hex.EncodeToString(id[:]), PID: os.Getpid()}
	d, err := load(o)
	if err != nil {
		return err
	}
	var ls []listener
	if o.Shopify != "" {
		s, err := shopify.New(shopify.Config{Shops: []*data.Data{d}, Latency: o.Latency, IndexLag: 500 * time.Millisecond, LocalWebhooks: true, Log: log})
		if err != nil {
			return err
		}
		l, url, err := listen(ctx, o.Shopify)
		if err != nil {
			return err
		}
		info.Shopify, info.Domain, info.ClientID, info.ClientSecret = url, d.Shop.Domain, d.Shop.ClientID, d.Shop.ClientSecret
		info.Orders, info.Products, info.Customers = len(d.Orders), len(d.Products), len(d.Customers)
		info.Items = mapped(d)
		ls = append(ls, listener{l, s})
	}
	if o.BC != "" {
		s, err := businesscentral.New(businesscentral.Options{
			Tenant: bcTenant, Environment: bcEnvironment, Clients: []businesscentral.Client{{ID: bcClient, Secret: bcSecret}}, Log: log,
		})
		if err != nil {
			return err
		}
		c := s.Companies()[0]
		if err := c.AddItems(Stock(d)...); err != nil { //nolint:contextcheck // does no I/O
			return err
		}
		l, url, err := listen(ctx, o.BC)
		if err != nil {
			return err
		}
		info.BC, info.TokenURL = url+"/v2.0", url+"/"+bcTenant+"/oauth2/v2.0/token"
		info.Tenant, info.Environment, info.Company = bcTenant, bcEnvironment, c.ID()
		info.BCClient, info.BCSecret = bcClient, bcSecret
		ls = append(ls, listener{l, s})
	}
	return serve(ctx, ls, info, log, ready)
}

type listener struct {
	net.Listener
	handler http.Handler
}

func listen(ctx context.Context, addr string) (net.Listener, string, error) {
	host, _, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err == nil && (ip == nil || !ip.IsLoopback()) {
		err = errors.New("want a loopback address such as 127.0.0.1:8421")
	}
	if err != nil {
		return nil, "", fmt.Errorf("simulators: address %q: %w", addr, err)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, "", fmt.Errorf("simulators: %w", err)
	}
	return l, "http://" + l.Addr().String(), nil
}

func serve(ctx context.Context, ls []listener, info Info, log *slog.Logger, ready func(Info)) error {
	js, err := json.Marshal(info) //nolint:gosec // a simulator's secrets are public
	if err != nil {
		return fmt.Errorf("simulators: %w", err)
	}
	failed := make(chan error, len(ls))
	var servers []*http.Server
	for _, l := range ls {
		mux := http.NewServeMux()
		mux.HandleFunc("GET /_sim/instance", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			if _, err := w.Write(js); err != nil {
				log.WarnContext(ctx, "answer not sent", "err", err)
			}
		})
		mux.Handle("/", l.handler)
		s := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
		servers = append(servers, s)
		go func() { failed <- s.Serve(l) }()
	}
	ready(info)
	select {
	case <-ctx.Done():
		err = nil
	case err = <-failed:
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	for _, s := range servers {
		if e := s.Shutdown(end); e != nil && !errors.Is(e, context.DeadlineExceeded) {
			err = errors.Join(err, e)
		}
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// Ask reads the Info of simulators that run at a base URL.
func Ask(ctx context.Context, baseURL string) (Info, error) {
	var info Info
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, baseURL+"/_sim/instance", http.NoBody)
	if err != nil {
		return info, fmt.Errorf("simulators: %w", err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return info, fmt.Errorf("simulators: %w", err)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<16))
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return info, fmt.Errorf("simulators: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return info, fmt.Errorf("simulators: %s answers %s: something else listens there", baseURL, resp.Status)
	}
	if err := json.Unmarshal(body, &info); err != nil {
		return info, fmt.Errorf("simulators: %w", err)
	}
	return info, nil
}

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
	"syscall"
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
	// Keep is a file that keeps both sides from the end of one start to the next;
	// "" keeps nothing. One process at a time has it; another one waits a moment.
	Keep string
	// AnyPort takes a free port where that of an address is taken.
	AnyPort bool
}

// Info is how to reach what is served.
type Info struct {
	Instance string `json:"instance"` // of the shop and its company: what one of them knew, another does not
	PID      int    `json:"pid"`
	Restored bool   `json:"restored,omitempty"` // they were kept by an earlier start
	Lost     string `json:"lost,omitempty"`     // why what an earlier start has kept cannot be used

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

// Serve serves until ctx ends. It calls ready once both listen. What is to be
// kept ([Options.Keep]) is written when ctx has ended and nobody is served any
// more.
func Serve(ctx context.Context, o Options, log *slog.Logger, ready func(Info)) (err error) {
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	if o.Keep != "" && (o.Shopify == "" || o.BC == "") {
		return errors.New("simulators: only both sides together can be kept")
	}
	k, err := newKeeper(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.close()) }()
	w, err := o.world(log, k.had) //nolint:contextcheck // does no I/O
	if err != nil && k.had != nil {
		k.had, k.lost = nil, err.Error()
		w, err = o.world(log, nil) //nolint:contextcheck // see above
	}
	if err != nil {
		return err
	}
	w.info.Restored, w.info.Lost = k.had != nil, k.lost
	ls, err := w.listen(ctx, o)
	if err != nil {
		return err
	}
	if err := k.taken(); err != nil {
		return err
	}
	if err := serve(ctx, ls, w.info, log, ready); err != nil {
		return err
	}
	return w.keep(k)
}

// world is what is served.
type world struct {
	shopify *shopify.Server
	bc      *businesscentral.Server
	goods   string
	info    Info
}

// world makes both sides as far as they are wanted: new ones, or those that had
// was kept of.
func (o Options) world(log *slog.Logger, had *keeping) (*world, error) {
	d, err := load(o)
	if err != nil {
		return nil, err
	}
	w := &world{}
	if had != nil {
		w.goods, w.info.Instance, w.info.Items = had.Goods, had.Instance, had.Items
	} else {
		var id [8]byte
		if _, err := rand.Read(id[:]); err != nil {
			return nil, fmt.Errorf("simulators: %w", err)
		}
		if w.goods, err = o.goods(); err != nil {
			return nil, err
		}
		w.info.Instance, w.info.Items = hex.EncodeToString(id[:]), mapped(d)
	}
	w.info.PID = os.Getpid()
	if o.Shopify != "" {
		if err := w.sell(o, d, log, had); err != nil {
			return nil, err
		}
	}
	if o.BC != "" {
		if err := w.account(d, log, had); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func (w *world) sell(o Options, d *data.Data, log *slog.Logger, had *keeping) error {
	s, err := shopify.New(shopify.Config{Shops: []*data.Data{d}, Latency: o.Latency, IndexLag: 500 * time.Millisecond, LocalWebhooks: true, Log: log})
	if err == nil && had != nil {
		err = s.Restore(had.Shopify)
	}
	if err != nil {
		return err
	}
	sh := s.Shop("")
	w.info.Domain, w.info.ClientID, w.info.ClientSecret = sh.Info().Domain, sh.Info().ClientID, sh.Info().ClientSecret
	w.info.Orders, w.info.Products, w.info.Customers = len(sh.Orders()), len(sh.Products()), len(sh.Customers())
	w.shopify = s
	return nil
}

func (w *world) account(d *data.Data, log *slog.Logger, had *keeping) error {
	s, err := businesscentral.New(businesscentral.Options{
		Tenant: bcTenant, Environment: bcEnvironment, Clients: []businesscentral.Client{{ID: bcClient, Secret: bcSecret}}, Log: log,
	})
	switch {
	case err != nil:
	case had != nil:
		err = s.Restore(had.BC)
	default:
		err = s.Companies()[0].AddItems(Stock(d)...)
	}
	if err != nil {
		return err
	}
	w.info.Tenant, w.info.Environment, w.info.Company = bcTenant, bcEnvironment, s.Companies()[0].ID()
	w.info.BCClient, w.info.BCSecret = bcClient, bcSecret
	w.bc = s
	return nil
}

func (w *world) listen(ctx context.Context, o Options) (ls []listener, err error) {
	if w.shopify != nil {
		l, url, err := o.listen(ctx, o.Shopify)
		if err != nil {
			return nil, err
		}
		w.info.Shopify = url
		ls = append(ls, listener{l, w.shopify})
	}
	if w.bc != nil {
		l, url, err := o.listen(ctx, o.BC)
		if err != nil {
			return nil, err
		}
		w.info.BC, w.info.TokenURL = url+"/v2.0", url+"/"+bcTenant+"/oauth2/v2.0/token"
		ls = append(ls, listener{l, w.bc})
	}
	return ls, nil
}

// keep writes both sides, as they are now, where the next start finds them.
func (w *world) keep(k *keeper) error {
	if k.path == "" {
		return nil
	}
	what := keeping{Form: keepForm, Instance: w.info.Instance, Goods: w.goods, Items: w.info.Items}
	var a, b error
	what.Shopify, a = w.shopify.Shop("").Keep()
	what.BC, b = w.bc.Keep()
	if err := errors.Join(a, b); err != nil {
		return fmt.Errorf("simulators: the shop is not kept: %w", err)
	}
	return k.keep(what)
}

type listener struct {
	net.Listener

	handler http.Handler
}

func (o Options) listen(ctx context.Context, addr string) (net.Listener, string, error) {
	host, _, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err == nil && (ip == nil || !ip.IsLoopback()) {
		err = errors.New("want a loopback address such as 127.0.0.1:8421")
	}
	if err != nil {
		return nil, "", fmt.Errorf("simulators: address %q: %w", addr, err)
	}
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) && o.AnyPort {
		l, err = c.Listen(ctx, "tcp", net.JoinHostPort(host, "0"))
	}
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

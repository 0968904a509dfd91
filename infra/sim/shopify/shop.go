package shopify

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"backroom/infra/sim/shopify/data"
)

// Shop is one shop of a [Server]. Its methods are safe for concurrent use.
// Orders that it hands out must not be changed; see [Shop.UpdateOrder].
type Shop struct {
	srv *Server

	mu        sync.RWMutex
	info      data.Shop
	zone      *time.Location
	locations []*data.Location
	companies []*data.Company
	products  []*data.Product
	customers []*data.Customer

	orders   map[int64]*record
	orderIDs []int64           // in the order they were added
	owner    map[part]int64    // the id of the order that something is part of
	variants map[int64]variant // also by inventory item
	byNumber map[int64]*data.Customer
	// customerHist is what the index may still show of customers that have changed.
	customerHist map[int64][]customerVersion
	// productHist is the same of products.
	productHist map[int64][]productVersion

	payments payments

	lag         time.Duration
	bucket      bucket
	down        int // HTTP status that every call gets; 0 is none
	tokens      map[string]time.Time
	seq         int64
	subs        []*subscription
	keys        map[string]*keyUse
	groups      map[int64]*adjustment
	log         []LogEntry
	gallery     gallery
	uninstalled bool
	failed      int // webhook deliveries that were not answered with 2xx
	meter       Meter
	fields      fieldFaults
	bulks       []*bulkOperation
	flood       data.Flood // nil: none
	bulkFails   string     // the error code of bulk operations to come
	keyCode     string     // see KeyTrouble
	keyTimes    int        // calls that are still answered by it
}

// part is what an order consists of: {"FulfillmentOrder", 7}.
type part struct {
	typ string
	id  int64
}

type variant struct {
	p *data.Product
	v *data.Variant
}

// record is an order with what the search index may still show of it.
type record struct {
	cur  *data.Order // nil: deleted
	hist []version   // ascending; the last one is cur
}

type version struct {
	at    time.Time
	order *data.Order
}

func newShop(srv *Server, d *data.Data) (*Shop, error) {
	s := &Shop{
		srv: srv, info: d.Shop, locations: d.Locations, companies: d.Companies, products: d.Products, customers: d.Customers,
		orders: map[int64]*record{}, owner: map[part]int64{}, variants: map[int64]variant{}, byNumber: map[int64]*data.Customer{}, customerHist: map[int64][]customerVersion{},
		productHist: map[int64][]productVersion{},
		lag:         srv.cfg.IndexLag, tokens: map[string]time.Time{}, keys: map[string]*keyUse{}, groups: map[int64]*adjustment{}, gallery: newGallery(),
		bucket: bucket{max: srv.cfg.Max, rate: srv.cfg.Rate, level: srv.cfg.Max, at: srv.cfg.Now()},
		seq:    900_000_000_000, flood: d.Flood,
	}
	s.payments.Payments = d.Payments
	if !hostPattern.MatchString(d.Shop.Domain) {
		return nil, fmt.Errorf("shopify: shop domain %q: want name.myshopify.com", d.Shop.Domain)
	}
	zone, err := time.LoadLocation(d.Shop.Timezone)
	if err != nil {
		return nil, fmt.Errorf("shopify: shop %s: time zone: %w", d.Shop.Domain, err)
	}
	s.zone = zone
	if d.Shop.ClientID == "" || d.Shop.ClientSecret == "" {
		return nil, fmt.Errorf("shopify: shop %s: ClientID and ClientSecret must be set", d.Shop.Domain)
	}
	for _, p := range d.Products {
		for _, v := range p.Variants {
			s.variants[v.ID] = variant{p, v}
		}
	}
	for _, c := range d.Customers {
		s.byNumber[c.ID] = c
	}
	for _, o := range d.Orders {
		if s.orders[o.ID] != nil {
			return nil, fmt.Errorf("shopify: order id %d occurs twice", o.ID)
		}
		s.put(o, o.UpdatedAt)
	}
	return s, nil
}

// Info is the shop's own data.
func (s *Shop) Info() data.Shop { return s.info }

// Customers are the shop's customers.
func (s *Shop) Customers() []*data.Customer {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.customers)
}

// Products are the shop's products.
func (s *Shop) Products() []*data.Product {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.products)
}

// Order is the order with id as the database has it, or nil.
func (s *Shop) Order(id int64) *data.Order {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if r := s.orders[id]; r != nil {
		return r.cur
	}
	return nil
}

// Orders are all orders in the order they were added.
func (s *Shop) Orders() []*data.Order {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.database()
}

func (s *Shop) database() []*data.Order {
	out := make([]*data.Order, 0, len(s.orderIDs))
	for _, id := range s.orderIDs {
		if o := s.orders[id].cur; o != nil {
			out = append(out, o)
		}
	}
	return out
}

// indexed is what the search index knows at now.
func (s *Shop) indexed(now time.Time) []*data.Order {
	if s.lag == 0 {
		return s.database()
	}
	known := now.Add(-s.lag)
	out := make([]*data.Order, 0, len(s.orderIDs))
	for _, id := range s.orderIDs {
		hist := s.orders[id].hist
		for _, h := range slices.Backward(hist) {
			if !h.at.After(known) {
				if h.order != nil {
					out = append(out, h.order)
				}
				break
			}
		}
	}
	return out
}

// put stores o as it is from at on. The caller holds the lock.
func (s *Shop) put(o *data.Order, at time.Time) {
	r := s.orders[o.ID]
	if r == nil {
		r = &record{}
		s.orders[o.ID] = r
		s.orderIDs = append(s.orderIDs, o.ID)
	}
	r.cur = o
	r.push(at, o, s.lag)
	own := func(typ string, id int64) { s.owner[part{typ, id}] = o.ID }
	for _, l := range o.Lines {
		own("LineItem", l.ID)
	}
	for _, t := range o.Transactions {
		own("OrderTransaction", t.ID)
	}
	for _, f := range o.FulfillmentOrders {
		own("FulfillmentOrder", f.ID)
	}
	for _, f := range o.Fulfillments {
		own("Fulfillment", f.ID)
	}
	for _, f := range o.Refunds {
		own("Refund", f.ID)
	}
	for _, f := range o.Returns {
		own("Return", f.ID)
		for _, x := range f.ReverseOrders() {
			own("ReverseFulfillmentOrder", x.ID)
		}
	}
}

// push keeps the versions that an index with this lag can still show.
func (r *record) push(at time.Time, o *data.Order, lag time.Duration) {
	if lag == 0 {
		r.hist = r.hist[:0]
	}
	for len(r.hist) > 1 && !r.hist[1].at.After(at.Add(-lag)) {
		r.hist = r.hist[1:]
	}
	r.hist = append(r.hist, version{at, o})
}

// AddOrder adds an order, numbers what has no id, stamps what has no time, and
// sends orders/create. The order belongs to the shop from then on.
func (s *Shop) AddOrder(o *data.Order) (*data.Order, error) {
	now := s.srv.cfg.Now().UTC().Truncate(time.Second)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.orders[o.ID] != nil {
		return nil, fmt.Errorf("shopify: AddOrder: id %d is taken", o.ID)
	}
	data.Complete(o, s.next)
	if o.Number == 0 {
		o.Number = 1001 + len(s.orderIDs)
	}
	o.Name = cmp.Or(o.Name, cmp.Or(s.info.OrderPrefix, "#")+strconv.Itoa(o.Number))
	o.Currency = cmp.Or(o.Currency, s.info.Currency)
	for _, t := range []*time.Time{&o.CreatedAt, &o.UpdatedAt, &o.ProcessedAt} {
		if t.IsZero() {
			*t = now
		}
	}
	s.sell(nil, o)
	s.put(o, now)
	s.notify("ORDERS_CREATE", o, now)
	return o, nil
}

// UpdateOrder changes a copy of an order by f, stamps and stores it, and
// sends orders/updated.
func (s *Shop) UpdateOrder(id int64, f func(*data.Order)) (*data.Order, error) {
	return s.change(id, func(o *data.Order, _ time.Time) (string, error) { f(o); return "", nil })
}

// EditOrder commits an edit now, and sends orders/edited and orders/updated.
func (s *Shop) EditOrder(id int64, e data.Edit) (*data.Order, error) {
	return s.change(id, func(o *data.Order, now time.Time) (string, error) {
		e.At = now
		return "ORDERS_EDITED", o.Edit(e, s.next)
	})
}

// RefundOrder gives back now, and sends refunds/create and orders/updated.
func (s *Shop) RefundOrder(id int64, r data.Reversal) (*data.Order, error) {
	return s.change(id, func(o *data.Order, now time.Time) (string, error) {
		r.At = now
		return "REFUNDS_CREATE", o.GiveBack(r, s.next)
	})
}

// quietly changes a copy of an order by f without moving its update time, and
// sends nothing.
func (s *Shop) quietly(id int64, f func(o *data.Order, now time.Time) error) (*data.Order, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.orders[id]
	if r == nil || r.cur == nil {
		return nil, fmt.Errorf("shopify: no order %d in %s", id, s.info.Domain)
	}
	o, err := data.Clone(r.cur)
	if err != nil {
		return nil, err
	}
	now := s.srv.cfg.Now().UTC()
	if err := f(o, now.Truncate(time.Second)); err != nil {
		return nil, fmt.Errorf("shopify: order %s: %w", o.Name, err)
	}
	s.sell(r.cur, o)
	s.put(o, now)
	return o, nil
}

// change changes a copy of an order by f, at the whole second now. f names a
// webhook topic of its own, if there is one.
func (s *Shop) change(id int64, f func(o *data.Order, now time.Time) (topic string, err error)) (*data.Order, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.orders[id]
	if r == nil || r.cur == nil {
		return nil, fmt.Errorf("shopify: no order %d in %s", id, s.info.Domain)
	}
	o, err := data.Clone(r.cur)
	if err != nil {
		return nil, err
	}
	cancelled := o.CancelledAt
	now := s.srv.cfg.Now().UTC()
	topic, err := f(o, now.Truncate(time.Second))
	if err != nil {
		return nil, fmt.Errorf("shopify: order %s: %w", o.Name, err)
	}
	data.Complete(o, s.next)
	s.save(o, now)
	if topic != "" {
		s.notify(topic, o, now)
	}
	s.notify("ORDERS_UPDATED", o, now)
	if cancelled.IsZero() && !o.CancelledAt.IsZero() {
		s.notify("ORDERS_CANCELLED", o, now)
	}
	return o, nil
}

// CancelOrder cancels an order and what is still to ship of it. What was paid
// stays paid.
func (s *Shop) CancelOrder(id int64, reason string) (*data.Order, error) {
	return s.change(id, func(o *data.Order, now time.Time) (string, error) {
		o.Cancel(now, reason, false, s.next)
		return "", nil
	})
}

// DeleteOrder removes an order: it reads null at once, the index shows it a
// little longer.
func (s *Shop) DeleteOrder(id int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.orders[id]
	if r == nil || r.cur == nil {
		return fmt.Errorf("shopify: DeleteOrder: no order %d in %s", id, s.info.Domain)
	}
	now := s.srv.cfg.Now()
	s.notify("ORDERS_DELETE", r.cur, now)
	r.cur = nil
	r.push(now, nil, s.lag)
	return nil
}

// save stores a changed order with a new update time: whole seconds, and never
// before the last one.
func (s *Shop) save(o *data.Order, now time.Time) {
	at := now.UTC().Truncate(time.Second)
	if at.After(o.UpdatedAt) {
		o.UpdatedAt = at
	}
	if r := s.orders[o.ID]; r != nil && r.cur != nil {
		s.sell(r.cur, o)
	}
	s.put(o, now)
}

// SetIndexLag sets how far lists trail the database from now on. What the index
// shows already it goes on showing.
func (s *Shop) SetIndexLag(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d = max(d, 0)
	now := s.srv.cfg.Now()
	for _, r := range s.orders {
		for i, h := range slices.Backward(r.hist) {
			if h.at.After(now.Add(-s.lag)) {
				continue
			}
			if known := now.Add(-d); h.at.After(known) {
				r.hist[i].at = known
			}
			r.hist = r.hist[i:]
			break
		}
	}
	if d == 0 {
		clear(s.customerHist)
		clear(s.productHist)
	}
	s.lag = d
}

// SetStatus makes every call fail with an HTTP status (402 frozen, 403, 404,
// 423 locked, …); 0 ends it.
func (s *Shop) SetStatus(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = status
}

// SetScopes changes what the app may do.
func (s *Shop) SetScopes(scopes []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.info.Scopes = slices.Clone(scopes)
}

// RevokeTokens makes all access tokens invalid.
func (s *Shop) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens = map[string]time.Time{}
}

// Drain takes points out of the bucket, as another client of the shop would.
func (s *Shop) Drain(points int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bucket.refill(s.srv.cfg.Now())
	s.bucket.level = max(s.bucket.level-float64(points), 0)
}

func (s *Shop) next() int64 {
	s.seq++
	return s.seq
}

// has tells whether the app was granted scope; a write scope implies its read scope.
func (s *Shop) has(scope string) bool {
	return slices.Contains(s.info.Scopes, scope) ||
		strings.HasPrefix(scope, "read_") && slices.Contains(s.info.Scopes, "write_"+strings.TrimPrefix(scope, "read_"))
}

// visible tells whether the app may see an order at all: those older than 60
// days need read_all_orders, and are absent without an error.
func (s *Shop) visible(o *data.Order, now time.Time) bool {
	return s.has("read_all_orders") || now.Sub(o.CreatedAt) <= 60*24*time.Hour
}

func (s *Shop) location(id int64) *data.Location {
	for _, l := range s.locations {
		if l.ID == id {
			return l
		}
	}
	return nil
}

// owned finds the order that holds an object.
func (s *Shop) owned(typ string, id int64) *data.Order {
	r := s.orders[s.owner[part{typ, id}]]
	if r == nil {
		return nil
	}
	return r.cur
}

// sortByChange puts the order that changed last first.
func sortByChange(os []*data.Order) {
	slices.SortStableFunc(os, func(a, b *data.Order) int { return b.UpdatedAt.Compare(a.UpdatedAt) })
}

package shopify

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"backroom/infra/sim/shopify/data"
)

// customerVersion is a customer as it was from at on; nil: deleted.
type customerVersion struct {
	at time.Time
	c  *data.Customer
}

// putCustomer stores c as it is from at on. The caller holds the lock.
func (s *Shop) putCustomer(c *data.Customer, at time.Time) {
	if was := s.byNumber[c.ID]; was != nil && s.lag > 0 && len(s.customerHist[c.ID]) == 0 {
		s.customerHist[c.ID] = []customerVersion{{c: was}}
	}
	i := slices.IndexFunc(s.customers, func(o *data.Customer) bool { return o.ID == c.ID })
	if i < 0 {
		s.customers = append(s.customers, c)
	} else {
		s.customers[i] = c
	}
	s.byNumber[c.ID] = c
	s.pushCustomer(c.ID, at, c)
}

func (s *Shop) pushCustomer(id int64, at time.Time, c *data.Customer) {
	if s.lag == 0 {
		delete(s.customerHist, id)
		return
	}
	h := s.customerHist[id]
	for len(h) > 1 && !h[1].at.After(at.Add(-s.lag)) {
		h = h[1:]
	}
	s.customerHist[id] = append(h, customerVersion{at, c})
}

// indexedCustomers is what the search index knows at now. A customer that has never
// changed is known.
func (s *Shop) indexedCustomers(now time.Time) []*data.Customer {
	if s.lag == 0 {
		return s.customers
	}
	known, out := now.Add(-s.lag), make([]*data.Customer, 0, len(s.customers))
	for _, c := range s.customers {
		if len(s.customerHist[c.ID]) == 0 {
			out = append(out, c)
		}
	}
	for _, h := range s.customerHist {
		for _, v := range slices.Backward(h) {
			if !v.at.After(known) {
				if v.c != nil {
					out = append(out, v.c)
				}
				break
			}
		}
	}
	return out
}

// searchableCustomers is where a list of customers looks: with a query in the index.
func (x *execution) searchableCustomers(args map[string]any) []*data.Customer {
	if asString(args["query"]) != "" {
		return x.shop.indexedCustomers(x.now)
	}
	return x.shop.customers
}

// saveCustomer stores a changed customer with a new update time, whole seconds and
// never before the last one.
func (s *Shop) saveCustomer(c *data.Customer, now time.Time) {
	if at := now.UTC().Truncate(time.Second); at.After(c.UpdatedAt) {
		c.UpdatedAt = at
	}
	s.putCustomer(c, now)
}

// Customer is the customer with id as the database has it, or nil.
func (s *Shop) Customer(id int64) *data.Customer {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.byNumber[id]
}

// AddCustomer adds a customer and numbers it if need be.
func (s *Shop) AddCustomer(c *data.Customer) *data.Customer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.ID == 0 {
		c.ID = s.next()
	}
	now := s.srv.cfg.Now()
	if c.CreatedAt.IsZero() {
		c.CreatedAt = now.UTC().Truncate(time.Second)
		c.UpdatedAt = c.CreatedAt
	}
	s.putCustomer(c, now)
	return c
}

// UpdateCustomer changes a copy of a customer by f, as its owner or the merchant would,
// and stamps it.
func (s *Shop) UpdateCustomer(id int64, f func(*data.Customer)) (*data.Customer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.byNumber[id]
	if c == nil {
		return nil, fmt.Errorf("shopify: no customer %d in %s", id, s.info.Domain)
	}
	c = copyOf(c)
	f(c)
	s.saveCustomer(c, s.srv.cfg.Now())
	return c, nil
}

func copyOf(c *data.Customer) *data.Customer {
	n := *c
	n.Addresses, n.Tags, n.Metafields = slices.Clone(c.Addresses), slices.Clone(c.Tags), slices.Clone(c.Metafields)
	return &n
}

// DeleteCustomer removes a customer without orders: it reads null at once, the index
// shows it a little longer.
func (s *Shop) DeleteCustomer(id int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byNumber[id] == nil {
		return fmt.Errorf("shopify: no customer %d in %s", id, s.info.Domain)
	}
	for _, o := range s.database() {
		if o.Customer == id {
			return fmt.Errorf("shopify: customer %d can't be deleted because they have associated orders", id)
		}
	}
	s.dropCustomer(id)
	return nil
}

func (s *Shop) dropCustomer(id int64) {
	if s.lag > 0 && len(s.customerHist[id]) == 0 {
		s.customerHist[id] = []customerVersion{{c: s.byNumber[id]}}
	}
	s.customers = slices.DeleteFunc(slices.Clone(s.customers), func(c *data.Customer) bool { return c.ID == id })
	delete(s.byNumber, id)
	s.pushCustomer(id, s.srv.cfg.Now(), nil)
}

// MergeCustomers makes one customer of two (21.10): the orders of gone move to kept,
// with the e-mail address of kept, tags and notes are joined, what kept lacks it takes
// from gone, and gone reads null.
func (s *Shop) MergeCustomers(gone, kept int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, to := s.byNumber[gone], s.byNumber[kept]
	if from == nil || to == nil || gone == kept {
		return fmt.Errorf("shopify: customers %d and %d cannot be merged", gone, kept)
	}
	now := s.srv.cfg.Now()
	c := copyOf(to)
	for _, f := range []struct{ to, from *string }{{&c.Email, &from.Email}, {&c.Phone, &from.Phone}, {&c.FirstName, &from.FirstName}, {&c.LastName, &from.LastName}} {
		if *f.to == "" {
			*f.to = *f.from
		}
	}
	c.Note = strings.TrimSpace(c.Note + " " + from.Note)
	c.Tags = normalTags(c.Tags, nil)
	for _, t := range from.Tags {
		c.Tags = normalTags(c.Tags, []any{t})
	}
	c.Addresses = append(c.Addresses, from.Addresses...)
	s.dropCustomer(gone)
	s.saveCustomer(c, now)
	for _, o := range s.database() {
		if o.Customer == gone {
			moved := *o
			moved.Customer, moved.Email = kept, c.Email
			s.save(&moved, now)
		}
	}
	return nil
}

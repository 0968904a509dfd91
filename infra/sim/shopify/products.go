package shopify

import (
	"fmt"
	"slices"
	"time"

	"backroom/infra/sim/shopify/data"
)

// productByID is the product with id as the database has it, or nil.
func (s *Shop) productByID(id int64) *data.Product {
	for _, p := range s.products {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// saveProduct stores a product in place of the one of its id, with a new update time,
// whole seconds and never before the last one. The caller holds the lock.
func (s *Shop) saveProduct(p *data.Product, now time.Time) {
	if at := now.UTC().Truncate(time.Second); at.After(p.UpdatedAt) {
		p.UpdatedAt = at
	}
	at := slices.IndexFunc(s.products, func(o *data.Product) bool { return o.ID == p.ID })
	s.products = slices.Clone(s.products) // others may hold the list
	var was *data.Product
	if at < 0 {
		s.products = append(s.products, p)
	} else {
		was = s.products[at]
		for _, v := range s.products[at].Variants {
			delete(s.variants, v.ID)
		}
		s.products[at] = p
	}
	s.indexProduct(p.ID, was, p, now)
	for _, v := range p.Variants {
		s.variants[v.ID] = variant{p, v}
	}
}

// copyOfProduct shares nothing that a change would show in.
func copyOfProduct(p *data.Product) *data.Product {
	n := *p
	n.Tags, n.Options, n.Images, n.Channels = slices.Clone(p.Tags), slices.Clone(p.Options), slices.Clone(p.Images), slices.Clone(p.Channels)
	n.Variants = make([]*data.Variant, len(p.Variants))
	for i, v := range p.Variants {
		c := *v
		c.Values = slices.Clone(v.Values)
		n.Variants[i] = &c
	}
	return &n
}

// AddProduct adds a product, and numbers it and its variants if need be.
func (s *Shop) AddProduct(p *data.Product) *data.Product {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.numberProduct(p, s.srv.cfg.Now())
	return p
}

func (s *Shop) numberProduct(p *data.Product, now time.Time) {
	if p.ID == 0 {
		p.ID = s.next()
	}
	for _, v := range p.Variants {
		if v.ID == 0 {
			v.ID = s.next()
		}
	}
	if p.CreatedAt.IsZero() {
		p.CreatedAt = now.UTC().Truncate(time.Second)
	}
	s.saveProduct(p, now)
}

// UpdateProduct changes a product as somebody in the admin would.
func (s *Shop) UpdateProduct(id int64, f func(*data.Product)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.productByID(id)
	if p == nil {
		return fmt.Errorf("shopify: no product %d in %s", id, s.info.Domain)
	}
	p = copyOfProduct(p)
	f(p)
	s.numberProduct(p, s.srv.cfg.Now())
	return nil
}

// DeleteProduct removes a product: it reads null at once, and is in lists with a query until the index
// knows.
func (s *Shop) DeleteProduct(id int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.productByID(id)
	if p == nil {
		return fmt.Errorf("shopify: no product %d in %s", id, s.info.Domain)
	}
	for _, v := range p.Variants {
		delete(s.variants, v.ID)
	}
	s.products = slices.DeleteFunc(slices.Clone(s.products), func(o *data.Product) bool { return o.ID == id })
	s.indexProduct(id, p, nil, s.srv.cfg.Now())
	return nil
}

// publications are the sales channels of every shop: their catalogs' titles, by id.
var publications = []publication{{901, "Online Store"}, {902, "Point of Sale"}}

type publication struct {
	id    int64
	title string
}

func (publication) typeName() string { return "Publication" }

func (p publication) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "id":
		return gid("Publication", p.id)
	case "catalog":
		return catalogOf(p)
	}
	return unresolved("Publication", name)
}

type catalogOf publication

func (catalogOf) typeName() string { return "AppCatalog" }

func (c catalogOf) field(_ *execution, name string, _ map[string]any) any {
	if name == "id" {
		return gid("AppCatalog", c.id)
	}
	return c.title
}

func (x *execution) productByIdentifier(id map[string]any) any {
	switch {
	case len(id) != 1:
		return fail(codeOneOf, "'ProductIdentifierInput' requires exactly one argument, but %d were provided.", len(id))
	case id["id"] != nil:
		return nilable(x.node(id["id"]))
	case id["handle"] == nil:
		return fail("NOT_FOUND", "Metafield definition of type 'id' is required when using custom ids.")
	}
	for _, p := range x.shop.products {
		if p.Handle == asString(id["handle"]) {
			return productObj{p}
		}
	}
	return nil
}

package companyapi

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"strings"
	"time"

	"backroom/shared/companysync"
	"backroom/shared/cursor"
	"backroom/shared/customers"
	"backroom/shared/fault"
	"backroom/shared/orders"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// Client reads and writes companies. Safe for concurrent use.
type Client struct{ core *shopify.Client }

var (
	_ companysync.Source = (*Client)(nil)
	_ companysync.Writer = (*Client)(nil)
)

// New makes a client of the companies of c's shop.
func New(c *shopify.Client) *Client { return &Client{core: c} }

// mostListed is where a list is begun anew: Shopify says nothing of what lies behind
// cursor.MaxObjects.
const mostListed = cursor.MaxObjects - 1000

// Feeds implements companysync.Source.
func (c *Client) Feeds() (companies, places cursor.Feed) {
	companies = feed{c.core, "CompaniesChanged", func(ctx context.Context, q, after *string) (l listed, err error) {
		r, err := gql.CompaniesChanged(ctx, c.core.Read("CompaniesChanged"), q, after)
		if err != nil {
			return l, err
		}
		for _, n := range r.Companies.Nodes {
			l.changes = append(l.changes, cursor.Change{ID: wire.Tail(n.Id), UpdatedAt: n.UpdatedAt.UTC()})
		}
		l.info = r.Companies.PageInfo
		return l, nil
	}, mostListed}
	places = feed{c.core, "CompanyLocationsChanged", func(ctx context.Context, q, after *string) (l listed, err error) {
		r, err := gql.CompanyLocationsChanged(ctx, c.core.Read("CompanyLocationsChanged"), q, after)
		if err != nil {
			return l, err
		}
		for _, n := range r.CompanyLocations.Nodes {
			l.changes = append(l.changes, cursor.Change{ID: wire.Tail(n.Company.Id), UpdatedAt: n.UpdatedAt.UTC()})
		}
		l.info = r.CompanyLocations.PageInfo
		return l, nil
	}, mostListed}
	return companies, places
}

// company is a company as CompanyBatch selects it.
type company struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	ExternalID  *string   `json:"externalId"`
	UpdatedAt   time.Time `json:"updatedAt"`
	OrdersCount *struct {
		Count int `json:"count"`
	} `json:"ordersCount"`
	MainContact *struct {
		Customer *contact `json:"customer"`
	} `json:"mainContact"`
	Locations places `json:"locations"`
}

type contact struct {
	ID                  string  `json:"id"`
	FirstName           *string `json:"firstName"`
	LastName            *string `json:"lastName"`
	DefaultEmailAddress *struct {
		EmailAddress string `json:"emailAddress"`
	} `json:"defaultEmailAddress"`
	DefaultPhoneNumber *struct {
		PhoneNumber string `json:"phoneNumber"`
	} `json:"defaultPhoneNumber"`
}

type places struct {
	PageInfo wire.PageInfo `json:"pageInfo"`
	Nodes    []location    `json:"nodes"`
}

type location struct {
	ID              string    `json:"id"`
	Name            string    `json:"name"`
	ExternalID      *string   `json:"externalId"`
	Phone           *string   `json:"phone"`
	UpdatedAt       time.Time `json:"updatedAt"`
	BillingAddress  *address  `json:"billingAddress"`
	ShippingAddress *address  `json:"shippingAddress"`
	TaxSettings     struct {
		TaxRegistrationID *string `json:"taxRegistrationId"`
	} `json:"taxSettings"`
	BuyerExperienceConfiguration *struct {
		PaymentTermsTemplate *struct {
			Name             string `json:"name"`
			PaymentTermsType string `json:"paymentTermsType"`
		} `json:"paymentTermsTemplate"`
	} `json:"buyerExperienceConfiguration"`
}

type address struct {
	FirstName   *string `json:"firstName"`
	LastName    *string `json:"lastName"`
	Address1    string  `json:"address1"`
	Address2    *string `json:"address2"`
	City        *string `json:"city"`
	Zip         *string `json:"zip"`
	Province    *string `json:"province"`
	ZoneCode    *string `json:"zoneCode"`
	CountryCode string  `json:"countryCode"`
	Phone       *string `json:"phone"`
}

// Companies implements companysync.Source. An answer that is of no use as a whole is
// asked for in halves.
func (c *Client) Companies(ctx context.Context, ids []string) (companysync.Read, error) {
	out := companysync.Read{Unread: map[string]error{}}
	if len(ids) == 0 {
		return out, nil
	}
	x := c.core.Do(shopify.Call{Op: "CompanyBatch", PerNode: true, Split: len(ids) > 1})
	r, err := gql.CompanyBatch(ctx, x, wire.GIDs("Company", ids))
	if err != nil {
		if len(ids) > 1 && (shopify.TooHeavy(err) || shopify.OfContent(err)) {
			return c.halves(ctx, ids)
		}
		if len(ids) == 1 && shopify.OfContent(err) && ctx.Err() == nil {
			out.Unread[ids[0]] = err
			return out, nil
		}
		return out, err
	}
	nodes, err := list("CompanyBatch", r.Nodes, len(ids))
	if err != nil {
		return out, err
	}
	bad, _ := x.PerNode()
	for i, id := range ids {
		if bad[i] != nil {
			if fault.KindOf(bad[i]) == fault.Blocked {
				return out, bad[i] // a permission: so would every other
			}
			out.Unread[id] = bad[i]
			continue
		}
		var n *company
		if err := json.Unmarshal(nodes[i], &n); err != nil {
			out.Unread[id] = x.Unexpected(err)
			continue
		}
		if n == nil || n.ID == "" {
			continue
		}
		if err := c.rest(ctx, n); err != nil {
			return out, err
		}
		out.Companies = append(out.Companies, here(n))
	}
	return out, nil
}

// rest reads the locations of n that its answer had no room for.
func (c *Client) rest(ctx context.Context, n *company) error {
	const op = "CompanyPlaces"
	for cursors := (wire.Cursors{}); ; {
		after, err := cursors.Next(op, n.Locations.PageInfo)
		if err != nil || after == nil {
			return err
		}
		r, err := gql.CompanyPlaces(ctx, c.core.Read(op), n.ID, after)
		if err != nil {
			return err
		}
		if r.Company == nil { // deleted meanwhile: what was read of it counts
			return nil
		}
		var more places
		if err := json.Unmarshal(r.Company.Locations, &more); err != nil {
			return wire.Missing(op, "a list of locations")
		}
		n.Locations.Nodes, n.Locations.PageInfo = append(n.Locations.Nodes, more.Nodes...), more.PageInfo
	}
}

// list are the nodes of an answer, one for each id that was asked for.
func list(op string, raw json.RawMessage, n int) (nodes []json.RawMessage, err error) {
	if err := json.Unmarshal(raw, &nodes); err != nil || len(nodes) != n {
		return nil, wire.Missing(op, "an entry")
	}
	return nodes, nil
}

func (c *Client) halves(ctx context.Context, ids []string) (companysync.Read, error) {
	out, err := c.Companies(ctx, ids[:len(ids)/2])
	if err != nil {
		return out, err
	}
	rest, err := c.Companies(ctx, ids[len(ids)/2:])
	out.Companies = append(out.Companies, rest.Companies...)
	maps.Copy(out.Unread, rest.Unread)
	return out, err
}

// here is n in the domain's words.
func here(n *company) companysync.Here {
	out := companysync.Here{Company: customers.Company{
		ID: wire.Tail(n.ID), Name: strings.TrimSpace(n.Name), ExternalID: text(n.ExternalID), UpdatedAt: n.UpdatedAt.UTC(),
	}, Ordered: n.OrdersCount != nil && n.OrdersCount.Count > 0}
	if m := n.MainContact; m != nil && m.Customer != nil {
		k := orders.Customer{ID: wire.Tail(m.Customer.ID), FirstName: text(m.Customer.FirstName), LastName: text(m.Customer.LastName)}
		if e := m.Customer.DefaultEmailAddress; e != nil {
			k.Email = e.EmailAddress
		}
		if p := m.Customer.DefaultPhoneNumber; p != nil {
			k.Phone = p.PhoneNumber
		}
		out.Contact = &k
	}
	for _, l := range n.Locations.Nodes {
		if l.UpdatedAt.After(out.UpdatedAt) {
			out.UpdatedAt = l.UpdatedAt.UTC()
		}
		out.Locations = append(out.Locations, placed(l))
	}
	return out
}

func placed(l location) customers.Location {
	out := customers.Location{
		ID: wire.Tail(l.ID), Name: strings.TrimSpace(l.Name), ExternalID: text(l.ExternalID), Phone: text(l.Phone),
		TaxID: text(l.TaxSettings.TaxRegistrationID),
	}
	b, s := l.BillingAddress, l.ShippingAddress
	out.Ships = b == nil || s == nil || said(b) == said(s)
	if a := cmp.Or(l.BillingAddress, l.ShippingAddress); a != nil {
		at := said(a)
		out.Address = &at
	}
	if b := l.BuyerExperienceConfiguration; b != nil && b.PaymentTermsTemplate != nil {
		out.Terms = &customers.Terms{Type: b.PaymentTermsTemplate.PaymentTermsType, Name: b.PaymentTermsTemplate.Name}
	}
	return out
}

// said is an address in the domain's words.
func said(a *address) orders.Address {
	return orders.Address{
		FirstName: text(a.FirstName), LastName: text(a.LastName), Address1: a.Address1, Address2: text(a.Address2), City: text(a.City), Zip: text(a.Zip),
		Province: text(a.Province), ProvinceCode: text(a.ZoneCode), Country: strings.ToUpper(a.CountryCode), Phone: text(a.Phone),
	}
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Places implements companysync.Source.
func (c *Client) Places(ctx context.Context, ids []string) (map[string]bool, error) {
	r, err := gql.CompanyLocationsThere(ctx, c.core.Read("CompanyLocationsThere"), wire.GIDs("CompanyLocation", ids))
	if err != nil {
		return nil, err
	}
	nodes, err := list("CompanyLocationsThere", r.Nodes, len(ids))
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for i, id := range ids {
		var n *struct {
			ID string `json:"id"`
		}
		if err := json.Unmarshal(nodes[i], &n); err != nil {
			return nil, &fault.Error{Op: "shopify.CompanyLocationsThere", Kind: fault.Bug, Err: err}
		}
		out[id] = n != nil && n.ID != ""
	}
	return out, nil
}

package customerapi

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/Khan/genqlient/graphql"

	"backroom/shared/cursor"
	"backroom/shared/customers"
	"backroom/shared/customersync"
	"backroom/shared/fault"
	"backroom/shared/orders"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// Client reads and writes customers. Safe for concurrent use.
type Client struct{ core *shopify.Client }

var (
	_ customersync.Source = (*Client)(nil)
	_ customersync.Writer = (*Client)(nil)
)

// New makes a client of the customers of c's shop.
func New(c *shopify.Client) *Client { return &Client{core: c} }

// Clock implements cursor.Feed.
func (c *Client) Clock() time.Time { return c.core.Clock() }

// Count implements cursor.Feed.
func (c *Client) Count(ctx context.Context, w cursor.Window, limit int) (int, error) {
	r, err := gql.CustomersCount(ctx, c.core.Read("CustomersCount"), window(w), limit)
	if err != nil {
		return 0, err
	}
	if r.CustomersCount == nil {
		return 0, wire.Missing("CustomersCount", "customersCount")
	}
	return min(r.CustomersCount.Count, limit), nil
}

// again marks the page token of a walk that has been started anew once.
const again = "again:"

// Changed implements cursor.Feed with pages of 250. A cursor that Shopify no longer
// accepts starts the walk anew, once.
func (c *Client) Changed(ctx context.Context, w cursor.Window, page string) (cursor.Page, error) {
	token, restarted := strings.CutPrefix(page, again)
	var after *string
	if token != "" {
		after = &token
	}
	r, err := gql.CustomersChanged(ctx, c.core.Read("CustomersChanged"), window(w), after)
	if fault.Of(err).Code == "BAD_REQUEST" && after != nil && !restarted {
		restarted, after = true, nil
		r, err = gql.CustomersChanged(ctx, c.core.Read("CustomersChanged"), window(w), nil)
	}
	if err != nil {
		return cursor.Page{}, err
	}
	p := cursor.Page{Changes: make([]cursor.Change, 0, len(r.Customers.Nodes))}
	for _, n := range r.Customers.Nodes {
		p.Changes = append(p.Changes, cursor.Change{ID: wire.Tail(n.Id), UpdatedAt: n.UpdatedAt.UTC()})
	}
	following, err := wire.CursorsAfter(after).Next("CustomersChanged", r.Customers.PageInfo)
	if err != nil || following == nil {
		return p, err
	}
	if p.Next = *following; restarted {
		p.Next = again + p.Next
	}
	return p, nil
}

// window is the search for w. Shopify's stamps have whole seconds: the bounds are
// widened to those.
func window(w cursor.Window) *string {
	var terms []string
	if !w.From.IsZero() {
		terms = append(terms, "updated_at:>='"+stamp(w.From)+"'")
	}
	if !w.To.IsZero() {
		terms = append(terms, "updated_at:<'"+stamp(w.To.Add(time.Second-time.Nanosecond))+"'")
	}
	if len(terms) == 0 {
		return nil
	}
	q := strings.Join(terms, " ")
	return &q
}

func stamp(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }

// customer is a customer as CustomerBatch selects it.
type customer struct {
	ID                  string    `json:"id"`
	UpdatedAt           time.Time `json:"updatedAt"`
	FirstName           *string   `json:"firstName"`
	LastName            *string   `json:"lastName"`
	TaxExempt           bool      `json:"taxExempt"`
	DefaultEmailAddress *struct {
		EmailAddress string `json:"emailAddress"`
	} `json:"defaultEmailAddress"`
	DefaultPhoneNumber *struct {
		PhoneNumber string `json:"phoneNumber"`
	} `json:"defaultPhoneNumber"`
	DefaultAddress *address `json:"defaultAddress"`
	AddressesV2    struct {
		Nodes []address `json:"nodes"`
	} `json:"addressesV2"`
}

type address struct {
	ID string `json:"id"`
	wire.Address
}

// People implements customersync.Source. An answer that is of no use as a whole is
// asked for in halves.
func (c *Client) People(ctx context.Context, ids []string) (customersync.Read, error) {
	out := customersync.Read{Unread: map[string]error{}}
	if len(ids) == 0 {
		return out, nil
	}
	x := c.core.Do(shopify.Call{Op: "CustomerBatch", PerNode: true, Split: len(ids) > 1})
	r, err := gql.CustomerBatch(ctx, x, wire.GIDs("Customer", ids))
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
	nodes, err := list("CustomerBatch", r.Nodes, len(ids))
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
		var n *customer
		if err := json.Unmarshal(nodes[i], &n); err != nil {
			out.Unread[id] = x.Unexpected(err)
			continue
		}
		if n != nil && n.ID != "" {
			out.People = append(out.People, person(n))
		}
	}
	return out, nil
}

// list are the nodes of an answer, one for each id that was asked for.
func list(op string, raw json.RawMessage, n int) (nodes []json.RawMessage, err error) {
	if err := json.Unmarshal(raw, &nodes); err != nil || len(nodes) != n {
		return nil, wire.Missing(op, "an entry")
	}
	return nodes, nil
}

func (c *Client) halves(ctx context.Context, ids []string) (customersync.Read, error) {
	out, err := c.People(ctx, ids[:len(ids)/2])
	if err != nil {
		return out, err
	}
	rest, err := c.People(ctx, ids[len(ids)/2:])
	out.People = append(out.People, rest.People...)
	maps.Copy(out.Unread, rest.Unread)
	return out, err
}

func person(n *customer) customersync.Person {
	p := customersync.Person{Shopper: customers.Shopper{UpdatedAt: n.UpdatedAt.UTC(), Customer: orders.Customer{
		ID: wire.Tail(n.ID), FirstName: text(n.FirstName), LastName: text(n.LastName), TaxExempt: n.TaxExempt,
	}}}
	if n.DefaultEmailAddress != nil {
		p.Email = n.DefaultEmailAddress.EmailAddress
	}
	if n.DefaultPhoneNumber != nil {
		p.Phone = n.DefaultPhoneNumber.PhoneNumber
	}
	all := n.AddressesV2.Nodes
	d := n.DefaultAddress
	if d == nil && len(all) > 0 {
		d = &all[0] // without a default one, the first
	}
	if d != nil {
		p.Default, p.AddressID = place(d), d.ID
	}
	p.Several = len(all) > 1
	return p
}

func place(a *address) *orders.Address {
	return &orders.Address{
		FirstName: text(a.FirstName), LastName: text(a.LastName), Company: text(a.Company),
		Address1: text(a.Address1), Address2: text(a.Address2), City: text(a.City), Zip: text(a.Zip),
		Province: text(a.Province), ProvinceCode: text(a.ProvinceCode), Country: strings.ToUpper(text(a.CountryCodeV2)), Phone: text(a.Phone),
	}
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// There implements customersync.Source.
func (c *Client) There(ctx context.Context, ids []string) (map[string]bool, error) {
	r, err := gql.CustomersThere(ctx, c.core.Read("CustomersThere"), wire.GIDs("Customer", ids))
	if err != nil {
		return nil, err
	}
	nodes, err := list("CustomersThere", r.Nodes, len(ids))
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for i, id := range ids {
		var n *struct {
			ID string `json:"id"`
		}
		if err := json.Unmarshal(nodes[i], &n); err != nil {
			return nil, &fault.Error{Op: "shopify.CustomersThere", Kind: fault.Bug, Err: err}
		}
		out[id] = n != nil && n.ID != ""
	}
	return out, nil
}

// findPoints is the cost of one look-up, findOperation names the document of many.
const (
	findPoints    = 1
	findOperation = "FindCustomers"
)

// findDocument looks n contacts up, by e-mail address under the aliases e0, e1 and so on
// and by phone number under p0, p1 and so on. A look-up that is left out is skipped.
func findDocument(n int) string {
	var vars, body strings.Builder
	for i := range n {
		for _, by := range []string{"e", "p"} {
			field := map[string]string{"e": "emailAddress", "p": "phoneNumber"}[by]
			fmt.Fprintf(&vars, "$%s%d: String!, $has_%s%d: Boolean!, ", by, i, by, i)
			fmt.Fprintf(&body, "  %s%d: customerByIdentifier(identifier: {%s: $%s%d}) @include(if: $has_%s%d) { id }\n", by, i, field, by, i, by, i)
		}
	}
	return "query " + findOperation + "(" + strings.TrimSuffix(vars.String(), ", ") + ") {\n" + body.String() + "}\n"
}

// Find implements customersync.Source.
func (c *Client) Find(ctx context.Context, contacts []customersync.Contact) ([]customersync.Found, error) {
	vars, asked := map[string]any{}, 0
	for i, k := range contacts {
		for by, v := range map[string]string{"e": k.Email, "p": k.Phone} {
			vars[fmt.Sprintf("%s%d", by, i)], vars[fmt.Sprintf("has_%s%d", by, i)] = v, v != ""
			if v != "" {
				asked++
			}
		}
	}
	out := make([]customersync.Found, len(contacts))
	if asked == 0 {
		return out, nil
	}
	var result map[string]*struct {
		ID string `json:"id"`
	}
	req := &graphql.Request{OpName: findOperation, Query: findDocument(len(contacts)), Variables: vars}
	if err := c.core.Send(ctx, c.core.Read(findOperation), req, float64(asked*findPoints), &result); err != nil {
		return nil, err
	}
	for i := range out {
		if r := result[fmt.Sprintf("e%d", i)]; r != nil {
			out[i].ByEmail = wire.Tail(r.ID)
		}
		if r := result[fmt.Sprintf("p%d", i)]; r != nil {
			out[i].ByPhone = wire.Tail(r.ID)
		}
	}
	return out, nil
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"backroom/shared/api"
	"backroom/shared/api/client"
	"backroom/shared/connect"
	"backroom/shared/wiring"
)

// Mappings are the rows of a list of the shop card, "" for those of all.
func (d *desk) Mappings(ctx context.Context, list api.MappingName) ([]api.Mapping, error) {
	ms, _, err := allPages("", 0, func(page string, limit int) ([]api.Mapping, string, error) {
		var l api.MappingList
		err := d.ask(&l, func(c *client.Client) (*http.Response, error) {
			return c.ListMappings(ctx, d.Shop, &api.ListMappingsParams{List: list, Page: page, Limit: new(limit)})
		})
		return l.Mappings, l.Next, err
	})
	return ms, err
}

// Links are those of customers.
func (d *desk) Links(ctx context.Context, kind api.LinkKind) ([]api.Link, error) {
	ls, _, err := allPages("", 0, func(page string, limit int) ([]api.Link, string, error) {
		var l api.LinkList
		err := d.ask(&l, func(c *client.Client) (*http.Response, error) {
			return c.ListLinks(ctx, d.Shop, kind, &api.ListLinksParams{Page: page, Limit: new(limit)})
		})
		return l.Links, l.Next, err
	})
	return ls, err
}

// SetCard changes settings of the shop card.
func (d *desk) SetCard(ctx context.Context, settings any) error {
	js, err := json.Marshal(settings)
	if err != nil {
		return err
	}
	var card json.RawMessage
	return d.ask(&card, func(c *client.Client) (*http.Response, error) { return c.SetCard(ctx, d.Shop, js) })
}

// mappable is what "map" calls a list of the shop card, and its rows.
type mappable struct {
	name   string
	list   api.MappingName
	key    string   // what a row is found by, as a person knows it
	values []string // the rest of a row, the first without a name before it
	says   string
}

var mappables = []mappable{
	{"variant", api.Variants, "VARIANT-ID", []string{"itemNo", "variantCode", "uom"}, "the item of a variant"},
	{"location", api.Locations, "LOCATION-ID", []string{"code", "name"}, "the location code of a Shopify location"},
	{"shipment-method", api.ShipmentMethods, "TITLE", []string{"code", "account"}, "the shipment method of a shipping line's title"},
	{"payment-terms", api.PaymentTerms, "TYPE", []string{"code", "name"}, "the payment terms of Shopify's type of them"},
	{"tax", api.TaxCodes, "RATE", []string{"code"}, "the tax code of a rate, such as 0.19"},
	{"country", api.Countries, "FROM", []string{"to"}, "the country code in Business Central"},
	{"country-customer", api.CountryCustomers, "COUNTRY", []string{"customerNo"}, "the customer that orders of a country are booked on"},
	{"currency", api.Currencies, "FROM", []string{"to"}, "the currency code in Business Central"},
}

func mapCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "map", Short: "what of Business Central belongs to what of Shopify, row by row", Args: cobra.NoArgs,
		Long: `What of Business Central belongs to what of Shopify, row by row. A change holds
at once, in a server that runs too: retry the orders that wait for it.

  backroom map variant list
  backroom map variant set 40000152 NOTEBOOK     itemNo; further: variantCode=A4
  backroom map variant rm 40000152
  backroom map variant linked                    whoever has linked them
  backroom map customer set 40000271 D00070      a customer's id and number
  backroom map account set tipAccount 8510       an account of the shop card`,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	long := c.Long
	c.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		if cmd == c {
			c.Long = long + "\n\n" + strings.TrimSpace(connect.Paragraph("", "Lists of the shop card without a verb here are set whole, by shop set NAME=ROWS: "+listed(otherLists())+"."))
		}
		c.Parent().HelpFunc()(cmd, args)
	})
	for _, m := range mappables {
		c.AddCommand(m.command())
	}
	c.AddCommand(
		mapLinkCommand(api.Customer, "customer", "CUSTOMER-ID", "the customer's number that a Shopify customer is booked on"),
		mapLinkCommand(api.Company, "company", "COMPANY-ID", "the customer's number that a company of the shop is booked on"),
		mapLinkCommand(api.CompanyLocation, "company-location", "COMPANY-LOCATION-ID", "the same of a location of a company"),
		mapAccountCommand(),
	)
	return c
}

// otherLists are the lists of rows of the shop card that have no verb of their own.
func otherLists() (names []string) {
	for _, s := range wiring.Tasks(wiring.Options{Now: time.Now}).Sections {
		for _, d := range s.Docs {
			if name := d.Names[0]; strings.Contains(d.Does, "`[{") && !slices.ContainsFunc(mappables, func(m mappable) bool { return string(m.list) == name }) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// rows is the command of one kind of rows.
func rows(name, says, setUse string, list, set, rm func(*cobra.Command, []string) error, least int) *cobra.Command {
	c := &cobra.Command{Use: name, Short: says, Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	key, _, _ := strings.Cut(setUse, " ")
	listing := &cobra.Command{Use: "list", Short: "list the rows", Args: cobra.NoArgs, RunE: list}
	listing.Flags().Bool("json", false, "print JSON")
	setting := &cobra.Command{Use: "set " + setUse, Short: "set a row", Args: cobra.MinimumNArgs(least), RunE: set}
	setting.Flags().Bool("json", false, "print the row as JSON")
	removing := &cobra.Command{Use: "rm " + key, Short: "remove a row", Args: cobra.ExactArgs(1), RunE: rm}
	asksFirst(removing)
	tellsJSON(removing)
	c.AddCommand(listing, setting, removing)
	return c
}

func (m mappable) command() *cobra.Command {
	use := []string{m.key, strings.ToUpper(m.values[0])}
	for _, v := range m.values[1:] {
		use = append(use, "["+v+"=…]")
	}
	c := rows(m.name, m.says, strings.Join(use, " "), m.show, m.set, m.remove, 2)
	for _, sub := range c.Commands() {
		if sub.Name() != "list" {
			completes(sub, m.keys)
		}
	}
	if m.list == api.Variants {
		c.AddCommand(linkedCommand())
	}
	return c
}

func (m mappable) show(cmd *cobra.Command, _ []string) error {
	return with(cmd, false, func(ctx context.Context, d *desk) error {
		ms, err := d.Mappings(ctx, m.list)
		if err != nil || asJSON(cmd) {
			return either2(err, cmd, ms)
		}
		t := newTable(append(append([]string{m.key}, uppers(m.values)...), "SINCE", "BY")...)
		for _, r := range ms {
			cells := []any{r.Key}
			for _, v := range m.values {
				cells = append(cells, either(r.Values[v], "-"))
			}
			t.row(append(cells, when(r.At), either(r.By, "-"))...)
		}
		t.print(cmd.OutOrStdout())
		return nil
	})
}

func uppers(names []string) (out []string) {
	for _, n := range names {
		out = append(out, strings.ToUpper(n))
	}
	return out
}

// valuesOf reads the values of a row: the first by itself, the others as name=value.
func (m mappable) valuesOf(args []string) (map[string]string, error) {
	values := map[string]string{}
	for i, a := range args {
		name, value, named := strings.Cut(a, "=")
		switch {
		case named && slices.Contains(m.values, name):
			values[name] = value
		case i == 0:
			values[m.values[0]] = a
		default:
			return nil, fmt.Errorf("%q: must be a value such as %s=…", a, strings.Join(m.values, "=…, "))
		}
	}
	return values, nil
}

func (m mappable) set(cmd *cobra.Command, args []string) error {
	values, err := m.valuesOf(args[1:])
	if err != nil {
		return err
	}
	return with(cmd, false, func(ctx context.Context, d *desk) error {
		var r api.Mapping
		err := d.ask(&r, func(c *client.Client) (*http.Response, error) {
			return c.SetMapping(ctx, d.Shop, m.list, args[0], values)
		})
		if err != nil || asJSON(cmd) {
			return either2(err, cmd, r)
		}
		var said []string
		for _, k := range slices.Sorted(maps.Keys(r.Values)) {
			if r.Values[k] != "" {
				said = append(said, k+" "+r.Values[k])
			}
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s %s: %s.\n", m.name, r.Key, listed(said))
		return nil
	})
}

func (m mappable) remove(cmd *cobra.Command, args []string) error {
	return with(cmd, false, func(ctx context.Context, d *desk) error {
		if err := asked(cmd, "Remove "+m.name+" "+args[0]+" of "+d.Shop+"?"); err != nil {
			return err
		}
		var r api.Mapping
		if err := d.ask(&r, func(c *client.Client) (*http.Response, error) { return c.RemoveMapping(ctx, d.Shop, m.list, args[0]) }); err != nil {
			return err
		}
		return told(cmd, r, m.name+" "+args[0]+": removed.")
	})
}

// linkedCommand lists which variants stand for which items, whoever has linked them.
func linkedCommand() *cobra.Command {
	var at paging
	c := &cobra.Command{
		Use: "linked", Short: "which item each variant stands for, by whom, and its price sent", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return with(cmd, false, func(ctx context.Context, d *desk) error {
				ls, more, err := pageOf(at, func(page string, limit int) ([]api.Link, string, error) {
					var l api.LinkList
					err := d.ask(&l, func(c *client.Client) (*http.Response, error) {
						return c.ListLinks(ctx, d.Shop, api.Variant, &api.ListLinksParams{Page: page, Limit: new(limit)})
					})
					return l.Links, l.Next, err
				})
				if err != nil || asJSON(cmd) {
					err = either2(err, cmd, ls)
				} else {
					t := newTable("VARIANT-ID", "ITEM", "HOW", "SINCE", "BY", "PRICE", "SENT")
					for _, l := range ls {
						price, sent := "-", "-"
						if l.Price.Price != "" {
							price, sent = l.Price.Price, when(l.Price.SentAt)
						}
						t.row(l.ID, l.Number, l.How, when(l.At), either(l.By, "-"), price, sent)
					}
					t.print(cmd.OutOrStdout())
				}
				if more {
					fmt.Fprintln(cmd.ErrOrStderr(), at.of(len(ls), total{}))
				}
				return err
			})
		},
	}
	at.flags(c, 50)
	tellsJSON(c)
	return c
}

// mapLinkCommand is about the links of a kind of objects, whose ids are called key.
func mapLinkCommand(kind api.LinkKind, noun, key, says string) *cobra.Command {
	list := func(cmd *cobra.Command, _ []string) error {
		return with(cmd, false, func(ctx context.Context, d *desk) error {
			ls, err := d.Links(ctx, kind)
			if err != nil || asJSON(cmd) {
				return either2(err, cmd, ls)
			}
			t := newTable(key, "NUMBER", "HOW", "SINCE", "BY")
			for _, l := range ls {
				t.row(l.ID, either(l.Number, "-"), l.How, when(l.At), either(l.By, "-"))
			}
			t.print(cmd.OutOrStdout())
			return nil
		})
	}
	set := func(cmd *cobra.Command, args []string) error {
		return with(cmd, false, func(ctx context.Context, d *desk) error {
			var l api.Link
			err := d.ask(&l, func(c *client.Client) (*http.Response, error) {
				return c.SetLink(ctx, d.Shop, kind, args[0], api.LinkTarget{Number: args[1]})
			})
			if err != nil || asJSON(cmd) {
				return either2(err, cmd, l)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s %s: number %s.\n", noun, l.ID, l.Number)
			return nil
		})
	}
	rm := func(cmd *cobra.Command, args []string) error {
		return with(cmd, false, func(ctx context.Context, d *desk) error {
			if err := asked(cmd, "Forget the number of "+noun+" "+args[0]+" of "+d.Shop+"? The next run looks for one."); err != nil {
				return err
			}
			var l api.Link
			if err := d.ask(&l, func(c *client.Client) (*http.Response, error) {
				return c.RemoveLink(ctx, d.Shop, kind, args[0])
			}); err != nil {
				return err
			}
			return told(cmd, l, noun+" "+l.ID+": removed.")
		})
	}
	return rows(noun, says, key+" NUMBER", list, set, rm, 2)
}

// accounts are the accounts of a shop card, by the names that they have there.
func accounts(card json.RawMessage) (map[string]string, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(card, &all); err != nil {
		return nil, err
	}
	out := map[string]string{}
	for name, v := range all {
		if text := ""; strings.HasSuffix(name, "Account") && json.Unmarshal(v, &text) == nil {
			out[name] = text
		}
	}
	return out, nil
}

// mapAccountCommand is about the accounts of the shop card.
func mapAccountCommand() *cobra.Command {
	list := func(cmd *cobra.Command, _ []string) error {
		return with(cmd, false, func(ctx context.Context, d *desk) error {
			card, err := d.Card(ctx)
			if err != nil {
				return err
			}
			as, err := accounts(card)
			if err != nil || asJSON(cmd) {
				return either2(err, cmd, as)
			}
			t := newTable("NAME", "ACCOUNT")
			for _, name := range slices.Sorted(maps.Keys(as)) {
				t.row(name, either(as[name], "-"))
			}
			t.print(cmd.OutOrStdout())
			return nil
		})
	}
	put := func(cmd *cobra.Command, name, account string) error {
		return with(cmd, false, func(ctx context.Context, d *desk) error {
			card, err := d.Card(ctx)
			if err != nil {
				return err
			}
			as, err := accounts(card)
			if err != nil {
				return err
			}
			if _, ok := as[name]; !ok {
				return fmt.Errorf("account %q: must be one of %s", name, listed(slices.Sorted(maps.Keys(as))))
			}
			if account == "" {
				if err := asked(cmd, "Leave "+name+" of "+d.Shop+" without an account?"); err != nil {
					return err
				}
			}
			if err := d.SetCard(ctx, map[string]string{name: account}); err != nil {
				return err
			}
			if asJSON(cmd) {
				return printJSON(cmd.OutOrStdout(), map[string]string{name: account})
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %s.\n", name, either(account, "removed"))
			return nil
		})
	}
	return rows("account", "an account of the shop card", "NAME ACCOUNT", list,
		func(cmd *cobra.Command, args []string) error { return put(cmd, args[0], args[1]) },
		func(cmd *cobra.Command, args []string) error { return put(cmd, args[0], "") }, 2)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"backroom/shared/api"
	"backroom/shared/api/client"
	"backroom/shared/jobqueue/jobstore"
)

// found is something that a number belongs to.
type found struct {
	Kind string `json:"kind"` // order, document, credit memo, item, customer or run
	ID   string `json:"id"`
	Says string `json:"says"`
	Show string `json:"show"` // the command that shows it
}

// search finds what a number, a name or an id belongs to.
func (d *desk) search(ctx context.Context, number string) ([]found, error) {
	out := []found{}
	for _, look := range []func(context.Context, string) ([]found, error){d.searchOrders, d.searchItems, d.searchCustomers, d.searchRuns} {
		fs, err := look(ctx, number)
		if err != nil {
			return nil, err
		}
		out = append(out, fs...)
	}
	return out, nil
}

// searchOrders finds the order of a name, an id or an external number, and those
// with a document of the number.
func (d *desk) searchOrders(ctx context.Context, number string) (out []found, err error) {
	if o, err := d.Order(ctx, number); err == nil {
		out = append(out, foundOrder("order", o.Order))
	} else if r, ok := errors.AsType[refusal](err); !ok || r.status >= 500 {
		return nil, err
	}
	if utf8.RuneCountInString(number) > longestNumber {
		return out, nil
	}
	var l api.OrderList
	err = d.ask(&l, func(c *client.Client) (*http.Response, error) {
		return c.ListOrders(ctx, d.Shop, &api.ListOrdersParams{Document: number})
	})
	for _, o := range l.Orders {
		f := foundOrder("document", o)
		for _, m := range o.CreditMemos {
			if strings.EqualFold(m.Number, number) {
				f.Kind, f.Says = "credit memo", fmt.Sprintf("%s of refund %s of %s", m.Number, m.Refund, o.Name)
			}
		}
		out = append(out, f)
	}
	return out, err
}

// longestNumber is how many characters a number in Business Central has at most.
const longestNumber = 20

func foundOrder(kind string, o orderView) found {
	says := o.Name + " is " + string(o.State)
	if o.Document.Number != "" {
		says += ", " + o.Document.Type + " " + o.Document.Number
	} else if m := o.Closed.Document; m.Number != "" {
		says += ", " + string(m.Type) + " " + m.Number
	}
	return found{kind, o.ID, says, fmt.Sprintf("backroom orders %q", o.Name)}
}

// searchItems finds the variants that are mapped to an item or linked with it, or the item of one.
func (d *desk) searchItems(ctx context.Context, number string) (out []found, err error) {
	ms, err := d.Mappings(ctx, api.Variants)
	if err != nil {
		return nil, err
	}
	for _, m := range ms {
		if m.Key == number || strings.EqualFold(m.Values["itemNo"], number) {
			out = append(out, found{"item", m.Key, "variant " + m.Key + " is item " + m.Values["itemNo"], "backroom map variant list"})
		}
	}
	ls, err := d.linked(ctx, api.Variant, number)
	for _, l := range ls {
		if !slices.ContainsFunc(out, func(f found) bool { return f.ID == l.ID }) {
			out = append(out, found{"item", l.ID, "variant " + l.ID + " is item " + l.Number + " (" + l.How + ")", "backroom map variant linked"})
		}
	}
	return out, err
}

func (d *desk) searchCustomers(ctx context.Context, number string) (out []found, err error) {
	ls, err := d.linked(ctx, api.Customer, number)
	for _, l := range ls {
		out = append(out, found{"customer", l.ID, "customer " + l.ID + " is " + either(l.Number, "nobody yet") + " (" + l.How + ")", "backroom map customer list"})
	}
	return out, err
}

// linked are the links of the object of an id in Shopify, and those with the record of a number.
func (d *desk) linked(ctx context.Context, kind api.LinkKind, number string) (ls []api.Link, err error) {
	var one api.Link
	err = d.ask(&one, func(c *client.Client) (*http.Response, error) { return c.GetLink(ctx, d.Shop, kind, number) })
	if r, ok := errors.AsType[refusal](err); err == nil {
		ls = append(ls, one)
	} else if !ok || r.status >= 500 {
		return nil, err
	}
	if utf8.RuneCountInString(number) > longestNumber {
		return ls, nil
	}
	more, _, err := allPages("", 0, func(page string, limit int) ([]api.Link, string, error) {
		var l api.LinkList
		err := d.ask(&l, func(c *client.Client) (*http.Response, error) {
			return c.ListLinks(ctx, d.Shop, kind, &api.ListLinksParams{Number: number, Page: page, Limit: new(limit)})
		})
		return l.Links, l.Next, err
	})
	for _, l := range more {
		if l.ID != one.ID {
			ls = append(ls, l)
		}
	}
	return ls, err
}

func (d *desk) searchRuns(ctx context.Context, id string) ([]found, error) {
	r, err := d.Run(ctx, id)
	if errors.Is(err, jobstore.ErrNotFound) || isBad(err) {
		return nil, nil
	}
	return []found{{"run", r.ID, "run of " + r.Entry + ": " + either(string(r.Outcome), string(r.State)), "backroom runs " + r.ID}}, err
}

// isBad reports whether what was asked for has not the form of such a thing.
func isBad(err error) bool {
	if r, ok := errors.AsType[*api.Refusal](err); ok {
		return r.Status == http.StatusBadRequest
	}
	r, ok := errors.AsType[refusal](err)
	return ok && slices.Contains([]api.ProblemCode{api.ProblemCodeBadRequest, api.ProblemCodeBadQuery}, r.code)
}

func findCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "find NUMBER", Short: "what a number belongs to: order, document, item, customer, run", Args: cobra.ExactArgs(1),
		Long: `What a number, a name or an id belongs to, in Shopify's words or in Business
Central's: orders, their documents, items, customers and runs.

  backroom find 1042
  backroom find SO-1005`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return with(cmd, false, func(ctx context.Context, d *desk) error {
				fs, err := d.search(ctx, args[0])
				if err != nil {
					return err
				}
				if asJSON(cmd) {
					return printJSON(cmd.OutOrStdout(), fs)
				}
				if len(fs) == 0 {
					return fmt.Errorf("%q: no order, document, item, customer or run that is known here", args[0])
				}
				t := newTable("KIND", "WHAT", "TO SEE IT")
				for _, f := range fs {
					t.row(f.Kind, f.Says, f.Show)
				}
				t.print(cmd.OutOrStdout())
				return nil
			})
		},
	}
	c.Flags().Bool("json", false, "print JSON")
	return c
}

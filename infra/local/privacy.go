package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"backroom/shared/api"
	"backroom/shared/api/client"
	"backroom/shared/connect"
)

func privacyCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "privacy", Short: "what is stored of a customer: find it, erase it; erase a shop", Args: cobra.NoArgs,
		Long: `Finds and erases what is stored of one customer, or of a whole shop.

  backroom privacy find eva@example.com
  backroom privacy erase 7310120052
  backroom privacy erase-shop SHOP`,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(findPersonCommand(), erasePersonCommand(), eraseShopCommand())
	return c
}

// customerNamed is the customer that a person names in one word: an e-mail address, a
// telephone number that begins with +, or an id in Shopify.
func customerNamed(text string, orders []string) api.CustomerNamed {
	b := api.CustomerNamed{Orders: orders}
	switch text = strings.TrimSpace(text); {
	case strings.Contains(text, "@"):
		b.Email = text
	case strings.HasPrefix(text, "+"):
		b.Phone = text
	default:
		b.Customer = text
	}
	return b
}

const whoHelp = `CUSTOMER is the id in Shopify, the e-mail address, or the telephone number with
+ and the country's code.`

func findPersonCommand() *cobra.Command {
	var orders []string
	c := &cobra.Command{
		Use: "find CUSTOMER", Short: "what is stored of a customer, for an answer to their request", Args: cobra.ExactArgs(1),
		Long: "Says what is stored of a customer, record by record.\n\n" + whoHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			return with(cmd, false, func(ctx context.Context, d *desk) error {
				b := customerNamed(args[0], orders)
				a, err := d.untilDone(func(out *api.CustomerData) error {
					return d.ask(out, func(c *client.Client) (*http.Response, error) { return c.FindCustomerData(ctx, d.Shop, b) })
				})
				if err != nil || asJSON(cmd) {
					return either2(err, cmd, a)
				}
				printFound(cmd.OutOrStdout(), a)
				return nil
			})
		},
	}
	c.Flags().StringSliceVar(&orders, "order", nil, "the id in Shopify of an order that is theirs in any case")
	c.Flags().Bool("json", false, "print JSON")
	return c
}

func erasePersonCommand() *cobra.Command {
	var orders []string
	c := &cobra.Command{
		Use: "erase CUSTOMER", Short: "erase what is stored of a customer, for good", Args: cobra.ExactArgs(1),
		Long: `Erases what is stored of a customer. Which order has which document stays,
without the person, so that nothing is made twice. Records that somebody still
has to see to are left and named: do what they say, and repeat it. The status is
3 then.

Erase the customer in Shopify first: what Shopify has is read again when it
changes. Backups, and what Business Central has, are yours to see to. It asks
first, or takes --yes.

` + whoHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			return with(cmd, false, func(ctx context.Context, d *desk) error {
				w := customerNamed(args[0], orders)
				if err := asked(cmd, fmt.Sprintf("Erase all that is stored of customer %s in %s? This cannot be undone.", args[0], d.Shop)); err != nil {
					return err
				}
				b := api.CustomerErasure{Customer: w.Customer, Email: w.Email, Phone: w.Phone, Orders: w.Orders, Confirm: true}
				a, err := d.untilDone(func(out *api.CustomerData) error {
					return d.ask(out, func(c *client.Client) (*http.Response, error) { return c.EraseCustomerData(ctx, d.Shop, b) })
				})
				if err != nil {
					return err
				}
				if asJSON(cmd) {
					err = either2(nil, cmd, a)
				} else {
					printErased(cmd.OutOrStdout(), a)
				}
				if err == nil && len(a.Left) > 0 {
					err = &exit{status: statusIssues}
				}
				return err
			})
		},
	}
	c.Flags().StringSliceVar(&orders, "order", nil, "the id in Shopify of an order that is theirs in any case")
	c.Flags().Bool("json", false, "print JSON")
	asksFirst(c)
	return c
}

func eraseShopCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "erase-shop SHOP", Short: "erase everything of a shop that is disconnected, for good", Args: cobra.ExactArgs(1),
		Long: `Erases everything that is stored of a shop: orders, links, issues, log, jobs and
card. It must be disconnected (shops disconnect). A later connection of the same
shop knows nothing of it; documents that exist are found by their external
numbers, and not made twice. It asks first, or takes --yes.`,
		Annotations: map[string]string{aboutAll: "yes"},
		RunE: func(cmd *cobra.Command, args []string) error {
			return with(cmd, false, func(ctx context.Context, d *desk) error {
				if err := api.CheckID("shop", args[0]); err != nil {
					return err
				}
				if err := asked(cmd, fmt.Sprintf("Erase everything that is stored of %s? This cannot be undone.", args[0])); err != nil {
					return err
				}
				a, err := d.untilDone(func(out *api.CustomerData) error {
					return d.ask(out, func(c *client.Client) (*http.Response, error) {
						return c.EraseShop(ctx, args[0], api.ShopErasure{Confirm: args[0]})
					})
				})
				if err != nil || asJSON(cmd) {
					return either2(err, cmd, a)
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s is erased.\n", args[0])
				return nil
			})
		},
	}
	completes(c, shopCodes)
	c.Flags().Bool("json", false, "print JSON")
	asksFirst(c)
	return c
}

// untilDone repeats a request until its answer is complete.
func (d *desk) untilDone(ask func(*api.CustomerData) error) (a api.CustomerData, err error) {
	for !a.Done && err == nil {
		a = api.CustomerData{}
		err = ask(&a)
	}
	return a, err
}

func printFound(w io.Writer, a api.CustomerData) {
	if a.Count == 0 {
		fmt.Fprintln(w, "Nothing is stored of this customer.")
		return
	}
	for _, r := range a.Records {
		fmt.Fprintf(w, "%s %s\n", r.Kind, either(r.Name, r.Record))
		for _, word := range slices.Sorted(maps.Keys(r.Has)) {
			fmt.Fprint(w, connect.Paragraph("  "+word+"  ", r.Has[word]))
		}
	}
	fmt.Fprintf(w, "%d of %d records\n", len(a.Records), a.Count)
}

func printErased(w io.Writer, a api.CustomerData) {
	kinds := map[string]int{}
	for _, r := range a.Records {
		kinds[r.Kind]++
	}
	var of []string
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		of = append(of, fmt.Sprintf("%d %s", kinds[k], k))
	}
	fmt.Fprintf(w, "Erased in %d records: %s.\n", a.Count, either(strings.Join(of, ", "), "none"))
	for _, r := range a.Left {
		fmt.Fprint(w, connect.Paragraph(fmt.Sprintf("Left: %s %s  ", r.Kind, either(r.Name, r.Record)), r.Why))
	}
}

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"backroom/shared/api"
	"backroom/shared/api/client"
	"backroom/shared/connect"
)

func shopsCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "shops", Short: "the shops: list, show, disconnect",
		Long: `Lists the shops, shows one, and disconnects one. On one machine there is one
shop, which serve connects; a stage's are connected with operate.`,
		Args: cobra.NoArgs, RunE: listShops,
	}
	c.Flags().Bool("json", false, "print JSON")
	list := &cobra.Command{Use: "list", Short: "the shops, those that were disconnected too", Args: cobra.NoArgs, RunE: listShops}
	list.Flags().Bool("json", false, "print JSON")
	c.AddCommand(list, showShopCommand(), disconnectCommand())
	for _, c := range append(c.Commands(), c) {
		c.Annotations = map[string]string{aboutAll: "yes"}
	}
	return c
}

func listShops(cmd *cobra.Command, _ []string) error {
	return with(cmd, false, func(ctx context.Context, d *desk) error {
		ss, err := d.Shops(ctx)
		if err != nil || asJSON(cmd) {
			return either2(err, cmd, ss)
		}
		t := newTable("SHOP", "DOMAIN", "STATE", "TENANT", "COMPANY", "ENVIRONMENT")
		t.spare = []string{"TENANT", "COMPANY"}
		for _, s := range ss {
			state := "connected"
			if !s.DisconnectedAt.IsZero() {
				state = "disconnected"
			}
			t.row(s.Code, s.Domain, state, s.Tenant, s.Company, s.Environment)
		}
		t.print(cmd.OutOrStdout())
		return nil
	})
}

func showShopCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "show SHOP", Short: "one shop: what it is connected with, and since when", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return with(cmd, false, func(ctx context.Context, d *desk) error {
				s, err := d.ShopOf(ctx, args[0])
				if err != nil || asJSON(cmd) {
					return either2(err, cmd, s)
				}
				shown(cmd.OutOrStdout(), s)
				return nil
			})
		},
	}
	completes(c, shopCodes)
	c.Flags().Bool("json", false, "print JSON")
	return c
}

func shown(w io.Writer, s api.Shop) {
	state := "connected since " + when(s.ConnectedAt)
	if !s.DisconnectedAt.IsZero() {
		state = "disconnected at " + when(s.DisconnectedAt)
	}
	fmt.Fprintf(w, "shop         %s\nstate        %s\nShopify      %s\ncompany      %s\nenvironment  %s\ntenant       %s\ncurrency     %s\ntime zone    %s\n",
		s.Code, state, s.Domain, s.Company, s.Environment, s.Tenant, either(s.Currency, "-"), either(s.TimeZone, "UTC"))
}

func disconnectCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "disconnect SHOP", Short: "stop everything of a shop, and send nothing more to either side", Args: cobra.ExactArgs(1),
		Long: `Holds all jobs of a shop, deletes their schedules, stops its runs, and sends
nothing more to Shopify or Business Central. What is stored of its orders and
links stays: a new connection under the same code goes on with it, and makes
nothing twice (serve --reconnect; operate connect for a stage's shop).

It asks first, or takes --yes, and says what remains to be done elsewhere.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return with(cmd, false, func(ctx context.Context, d *desk) error {
				s, err := d.ShopOf(ctx, args[0])
				if err != nil {
					return err
				}
				if err := asked(cmd, fmt.Sprintf("Disconnect %s (%s) from company %s?", s.Code, s.Domain, s.Company)); err != nil {
					return err
				}
				var done api.Disconnection
				err = d.ask(&done, func(c *client.Client) (*http.Response, error) { return c.DisconnectShop(ctx, s.Code) })
				if err != nil || asJSON(cmd) {
					return either2(err, cmd, done)
				}
				parted(cmd.OutOrStdout(), done)
				return nil
			})
		},
	}
	completes(c, shopCodes)
	c.Flags().Bool("json", false, "print JSON")
	asksFirst(c)
	return c
}

func parted(w io.Writer, done api.Disconnection) {
	fmt.Fprintf(w, "%s is disconnected since %s.\n", done.Shop.Code, when(done.Shop.DisconnectedAt))
	fmt.Fprintf(w, "Jobs on hold: %s.\n", either(listed(done.Held), "none"))
	if len(done.Ending) > 0 {
		fmt.Fprintf(w, "Runs that stop at their next step: %s.\n", listed(done.Ending))
	}
	if len(done.Remains) > 0 {
		fmt.Fprintln(w, "What remains:")
	}
	for _, text := range done.Remains {
		fmt.Fprint(w, connect.Paragraph("- ", text))
	}
}

// ShopOf is the shop of a code.
func (d *desk) ShopOf(ctx context.Context, code string) (s api.Shop, err error) {
	if err := api.CheckID("shop", code); err != nil {
		return s, err
	}
	return s, d.ask(&s, func(c *client.Client) (*http.Response, error) { return c.GetShop(ctx, code) })
}

func shopCodes(ctx context.Context, d *desk) ([]string, error) {
	ss, err := d.Shops(ctx)
	var out []string
	for _, s := range ss {
		out = append(out, s.Code+"\t"+s.Domain)
	}
	return out, err
}

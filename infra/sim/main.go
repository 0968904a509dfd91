// Command sim runs the simulators of Shopify's Admin API and of Business
// Central's API v2.0 on loopback addresses, to look into and to develop against.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"backroom/infra/sim/host"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "sim:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to undo
	}
}

func command() *cobra.Command {
	var o host.Options
	c := &cobra.Command{
		Use:   "sim",
		Short: "simulate Shopify's Admin API and Business Central's API v2.0",
		Long: `Simulates a Shopify shop and a Business Central company on loopback addresses.

Open the printed addresses in a browser to look inside. Faults on demand:
  curl -X POST localhost:8422/_sim/faults -d '{"mode":"lost-after","writes":true}'`,
		SilenceUsage: true, SilenceErrors: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.Shopify == "" && o.BC == "" {
				return errors.New("nothing to serve: give --shopify, --bc or both an address such as 127.0.0.1:8421")
			}
			log := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
			return host.Serve(cmd.Context(), o, log, func(i host.Info) { announce(cmd.OutOrStdout(), i) })
		},
	}
	f := c.Flags()
	f.StringVar(&o.Shopify, "shopify", "", "address of the Admin API's simulator, such as 127.0.0.1:8421")
	f.StringVar(&o.BC, "bc", "", "address of Business Central's simulator, such as 127.0.0.1:8422")
	f.StringVar(&o.Catalog, "catalog", "", "product CSV in Shopify's export format to fill the shop from")
	f.IntVar(&o.Orders, "orders", 0, "so many plain orders instead of the sample shop")
	f.DurationVar(&o.Latency, "latency", 0, "added to every call of the Admin API")
	return c
}

func announce(w io.Writer, i host.Info) {
	if i.Shopify != "" {
		fmt.Fprintf(w, "Shopify simulator: %s  shop %s, client id %s, client secret %s\n", i.Shopify, i.Domain, i.ClientID, i.ClientSecret)
	}
	if i.BC != "" {
		fmt.Fprintf(w, "Business Central simulator: %s  tenant %s, environment %s, company %s, client id %s, client secret %s, tokens %s\n",
			i.BC, i.Tenant, i.Environment, i.Company, i.BCClient, i.BCSecret, i.TokenURL)
	}
}

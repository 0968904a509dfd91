package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"backroom/shared/api"
	"backroom/shared/api/client"
)

func disputesCommand() *cobra.Command {
	var at paging
	c := &cobra.Command{
		Use: "disputes", Short: "the disputes of Shopify Payments, and which want evidence by when", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return with(cmd, false, func(ctx context.Context, d *desk) error {
				ds, more, err := pageOf(at, func(page string, limit int) ([]api.Dispute, string, error) {
					var l api.DisputeList
					err := d.ask(&l, func(c *client.Client) (*http.Response, error) {
						return c.ListDisputes(ctx, d.Shop, &api.ListDisputesParams{Page: page, Limit: new(limit)})
					})
					return l.Disputes, l.Next, err
				})
				if err != nil || asJSON(cmd) {
					err = either2(err, cmd, ds)
				} else {
					printDisputes(cmd.OutOrStdout(), ds)
				}
				if more {
					fmt.Fprintln(cmd.ErrOrStderr(), at.of(len(ds), total{}))
				}
				return err
			})
		},
	}
	c.Flags().Bool("json", false, "print JSON")
	at.flags(c, 50)
	return c
}

func printDisputes(w io.Writer, ds []api.Dispute) {
	t := newTable("DISPUTE", "ORDER", "SINCE", "STATUS", "AMOUNT", "REASON", "EVIDENCE-DUE")
	words := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", " ")) }
	for _, d := range ds {
		t.row(d.ID, either(d.Order, "-"), d.InitiatedAt.Local().Format(time.DateOnly), words(d.Status), amount(d.Amount), words(d.Reason), when(d.DueBy))
	}
	t.print(w)
}

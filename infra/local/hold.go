package main

import (
	"context"

	"github.com/spf13/cobra"

	"backroom/shared/api"
)

// waits is why an order is held, and until when.
func waits(o orderView) string {
	if o.Reason == "" || o.HeldUntil.IsZero() {
		return o.Reason
	}
	return o.Reason + "; until " + when(o.HeldUntil)
}

// amendCommand has the document of a changed order made anew.
func amendCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "amend ORDER", Short: "make a changed order's document anew", Args: cobra.ExactArgs(1),
		Long: `Has the sales order of an order that was changed in Shopify deleted and made
anew, of the order as it is now: only while it is a draft of which nothing is
shipped or invoiced. What was changed in it by hand is lost.

  backroom orders --state conflict
  backroom orders amend "#1042"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return with(cmd, true, func(ctx context.Context, d *desk) error {
				if err := asked(cmd, "Delete the sales order of "+args[0]+" and make it anew, of the order as it is now?"); err != nil {
					return err
				}
				return d.decideOne(ctx, cmd, args[0], api.OrderDecision{Decision: api.OrderDecisionDecisionAmend})
			})
		},
	}
	tellsJSON(c)
	asksFirst(c)
	completes(c, orderNames)
	return c
}

package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"backroom/shared/api"
	"backroom/shared/staging"
)

// decideCommands are those by which a person decides about orders.
func decideCommands() []*cobra.Command {
	unlink := &cobra.Command{
		Use: "unlink ORDER", Short: "forget an order's document, so that it is made anew", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return with(cmd, true, func(ctx context.Context, d *desk) error {
				if err := asked(cmd, "Forget the document of "+args[0]+", so that it is made anew?"); err != nil {
					return err
				}
				return d.decideOne(ctx, cmd, args[0], api.OrderDecision{Decision: api.OrderDecisionDecisionUnlink})
			})
		},
	}
	asksFirst(unlink)
	tellsJSON(unlink)
	completes(unlink, orderNames)
	return []*cobra.Command{
		decideCommand(staging.Accept, "take the difference that the issue names"),
		decideCommand(staging.Retry, "try an order again now"), unlink, doneCommand(), amendCommand(),
		decideCommand(staging.Hold, "have an order wait until it is released"),
		decideCommand(staging.Release, "let a held order go on, whatever the shop card has it wait for"),
		decideCommand(staging.Dismiss, "close an order that is to have no document"),
		decideCommand(staging.Reopen, "have a document made of an order that was closed"),
	}
}

func doneCommand() *cobra.Command {
	var document, reason string
	c := &cobra.Command{
		Use: "done ORDER", Short: "close an order whose document you have made by hand", Args: cobra.ExactArgs(1),
		Long: `Closes an order whose document you have made by hand. Its number is looked up in
Business Central; a document that another order has is refused. If the order
changes in Shopify later, an issue says so.

  backroom orders done "#1042" --document SO1234 --reason "booked by hand"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return with(cmd, false, func(ctx context.Context, d *desk) error {
				return d.decideOne(ctx, cmd, args[0], api.OrderDecision{Decision: api.OrderDecisionDecisionDone, Document: document, Because: reason})
			})
		},
	}
	c.Flags().StringVar(&document, "document", "", "the number of the sales order or invoice")
	c.Flags().StringVar(&reason, "reason", "", "why, for whoever meets the order")
	_ = c.MarkFlagRequired("document")
	tellsJSON(c)
	completes(c, orderNames)
	return c
}

// reopenOne reopens one order, once somebody has said that its hand-made document is
// no more.
func (d *desk) reopenOne(ctx context.Context, cmd *cobra.Command, order string) error {
	o, err := d.Order(ctx, order)
	if err != nil {
		return err
	}
	if n := o.Order.Closed.Document.Number; n != "" {
		if err := asked(cmd, o.Order.Name+" has the document "+n+", made by hand. Is that deleted, so that another may be made?"); err != nil {
			return err
		}
	}
	return d.decideOne(ctx, cmd, o.Order.ID, api.OrderDecision{Decision: api.OrderDecisionDecisionReopen})
}

func (d *desk) decideOne(ctx context.Context, cmd *cobra.Command, order string, wish api.OrderDecision) error {
	v, err := d.Decide(ctx, order, wish)
	if err != nil {
		return err
	}
	return told(cmd, v, fmt.Sprintf("%s: %s%s.", v.Name, v.State, madeByHand(v.Closed.Document)))
}

// madeByHand is what is known of a document that a person has made.
func madeByHand(d api.HandMade) string {
	if d.Number == "" {
		return ""
	}
	whose := "has no external number"
	switch {
	case d.Ours:
		whose = "has the external number of this order"
	case d.External != "":
		whose = fmt.Sprintf("has the external number %q, of no order that is known here", d.External)
	}
	kind := map[api.HandMadeType]string{api.HandMadeTypeOrder: "sales order", api.HandMadeTypeInvoice: "invoice"}[d.Type]
	return fmt.Sprintf(", with %s %s of %s, which %s", kind, d.Number, amount(d.Total), whose)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/spf13/cobra"

	"backroom/shared/api"
	"backroom/shared/api/client"
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
				return d.decideOne(ctx, cmd, args[0], staging.Unlink)
			})
		},
	}
	asksFirst(unlink)
	tellsJSON(unlink)
	completes(unlink, orderNames)
	return []*cobra.Command{
		decideCommand(staging.Accept, "take the difference that the issue names"),
		decideCommand(staging.Retry, "try an order again now"), unlink, releaseOrderCommand(), amendCommand(),
	}
}

// decideCommand decides about one order, or about all that wait with a reason.
func decideCommand(wish staging.Decision, short string) *cobra.Command {
	var reason string
	var dry bool
	c := &cobra.Command{
		Use: string(wish) + " [ORDER]", Short: short, Args: cobra.MaximumNArgs(1),
		Long: fmt.Sprintf(`Decides about one order, or about all that wait with a reason: these are
counted and named first.

  backroom orders %[1]s "#1042"
  backroom orders %[1]s --reason total-differs --dry-run`, wish),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (len(args) == 1) == (reason != "") || dry && reason == "" {
				return fmt.Errorf("orders %s: name one order, or all that wait with a reason with --reason", wish)
			}
			return with(cmd, !dry, func(ctx context.Context, d *desk) error {
				if reason == "" {
					return d.decideOne(ctx, cmd, args[0], wish)
				}
				return d.decideAll(ctx, cmd, api.OrdersDecision{Decision: api.OrdersDecisionDecision(wish), Reason: reason}, dry)
			})
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "all orders that wait with this reason, as issues names it")
	c.Flags().BoolVar(&dry, "dry-run", false, "with --reason: change nothing; say which orders these are")
	tellsJSON(c)
	asksFirst(c)
	completes(c, orderNames)
	return c
}

func (d *desk) decideOne(ctx context.Context, cmd *cobra.Command, order string, wish staging.Decision) error {
	v, err := d.Decide(ctx, order, wish)
	if err != nil {
		return err
	}
	return told(cmd, v, fmt.Sprintf("%s: %s.", v.Name, v.State))
}

// decideAll previews a decision about many orders, and makes it if that is agreed
// to, until none is left.
func (d *desk) decideAll(ctx context.Context, cmd *cobra.Command, wish api.OrdersDecision, dry bool) error {
	send := func(wish api.OrdersDecision) (out api.DecidedOrders, err error) {
		return out, d.ask(&out, func(c *client.Client) (*http.Response, error) { return c.DecideOrders(ctx, d.Shop, wish) })
	}
	wish.DryRun = true
	would, err := send(wish)
	if err != nil {
		return err
	}
	w := cmd.OutOrStdout()
	if !asJSON(cmd) {
		fmt.Fprintf(w, "%d orders wait with %s and can be decided about: %s\n", would.Count+would.Left, wish.Reason, some(would.Orders))
		for _, r := range would.Refused {
			fmt.Fprintf(w, "%s: %s\n", r.Order, r.Detail)
		}
	}
	if dry || would.Count == 0 {
		if asJSON(cmd) {
			return printJSON(w, would)
		}
		return nil
	}
	if err := asked(cmd, fmt.Sprintf("%s them?", wish.Decision)); err != nil {
		return err
	}
	wish.DryRun = false
	all := api.DecidedOrders{Orders: []string{}, Refused: []api.NotDecided{}}
	for {
		did, err := send(wish)
		if err != nil {
			return errors.Join(err, decidedSoFar(all.Count))
		}
		all.Orders = append(all.Orders, did.Orders...)
		all.Refused = slices.DeleteFunc(did.Refused, func(r api.NotDecided) bool { return slices.Contains(all.Orders, r.Order) })
		all.Count, all.Left = len(all.Orders), did.Left
		if did.Left == 0 || did.Count == 0 {
			break
		}
	}
	if asJSON(cmd) {
		return printJSON(w, all)
	}
	fmt.Fprintf(w, "%s: %d orders.\n", wish.Decision, all.Count)
	for _, r := range all.Refused {
		fmt.Fprintf(w, "%s: %s\n", r.Order, r.Detail)
	}
	return nil
}

// decidedSoFar says that a decision about many orders was made about some.
func decidedSoFar(n int) error {
	if n == 0 {
		return nil
	}
	return fmt.Errorf("%d orders were decided about before that", n)
}

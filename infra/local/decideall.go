package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"

	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"

	"backroom/shared/api"
	"backroom/shared/api/client"
	"backroom/shared/staging"
)

// decideCommand decides about one order, or about all that fit a filter.
func decideCommand(wish staging.Decision, short string) *cobra.Command {
	w := api.OrdersDecision{Decision: api.OrdersDecisionDecision(wish)}
	var reason, state string
	c := &cobra.Command{
		Use: string(wish) + " [ORDER]", Short: short, Args: cobra.MaximumNArgs(1),
		Long: fmt.Sprintf(`Decides about one order, or about all that fit a filter: these are counted and
named first, and decided about as they were then. What has changed meanwhile is
left out and named. Repeated after it broke off, it does the rest.

  backroom orders %[1]s "#1042"
  backroom orders %[1]s --reason total-differs --up-to 0.05 --dry-run
  backroom orders %[1]s --name "EU-*" --placed-before 2026-11-01`, wish),
		RunE: func(cmd *cobra.Command, args []string) error {
			one := len(args) == 1
			if !one {
				w.Reason = reason // of one order it is why
			}
			w.State = api.OrderState(state)
			if one == hasFilter(w) || w.DryRun && one || one && reason != "" && wish != staging.Dismiss {
				return fmt.Errorf("orders %s: name one order, or all that fit a filter with --reason, --state, --up-to, --name, --customer, --placed-from or --placed-before", wish)
			}
			return with(cmd, !w.DryRun, func(ctx context.Context, d *desk) error {
				switch {
				case one && wish == staging.Reopen:
					return d.reopenOne(ctx, cmd, args[0])
				case one:
					return d.decideOne(ctx, cmd, args[0], api.OrderDecision{Decision: api.OrderDecisionDecision(wish), Because: either(w.Because, reason)})
				}
				return d.decideAll(ctx, cmd, w)
			})
		},
	}
	f := c.Flags()
	says := "all orders that wait with this reason, as issues names it"
	if wish == staging.Dismiss {
		says = "why, of one order; without an order: all that wait with this reason, as issues names it"
		f.StringVar(&w.Because, "because", "", "why, for whoever meets the orders")
	}
	f.StringVar(&reason, "reason", "", says)
	f.StringVar(&state, "state", "", "all orders of this state: "+listed(stateNames()))
	f.StringVar(&w.UpTo, "up-to", "", "those whose totals differ by no more, in the order's currency")
	f.StringVar(&w.Name, "name", "", "those of this name, with * for any characters")
	f.StringVar(&w.Customer, "customer", "", "those of this customer: the id in Shopify, or the e-mail address")
	f.StringVar(&w.PlacedFrom, "placed-from", "", "those placed since then: a time, a day, or a duration before now")
	f.StringVar(&w.PlacedBefore, "placed-before", "", "those placed before then")
	f.BoolVar(&w.DryRun, "dry-run", false, "with a filter: change nothing; say which orders these are")
	tellsJSON(c)
	asksFirst(c)
	completes(c, orderNames)
	return c
}

// hasFilter reports whether a wish is about many orders.
func hasFilter(w api.OrdersDecision) bool {
	return w.Reason != "" || w.State != "" || w.UpTo != "" || w.Name != "" || w.Customer != "" || w.PlacedFrom != "" || w.PlacedBefore != ""
}

// parts are the answers to one wish, part by part.
type parts struct {
	api.DecidedOrders // of all of them

	seen [][]api.SeenOrder
}

func (p *parts) add(d api.DecidedOrders) {
	p.Count += d.Count
	p.Orders, p.Refused, p.Changed = append(p.Orders, d.Orders...), append(p.Refused, d.Refused...), append(p.Changed, d.Changed...)
	p.Amounts = summed(p.Amounts, d.Amounts)
	if len(d.Seen) > 0 {
		p.seen = append(p.seen, d.Seen)
	}
}

func newParts() *parts {
	return &parts{DecidedOrders: api.DecidedOrders{Orders: []string{}, Amounts: []api.Amount{}, Refused: []api.NotDecided{}, Changed: []string{}, Seen: []api.SeenOrder{}}}
}

// summed are amounts together, by currency.
func summed(a, b []api.Amount) []api.Amount {
	sums := map[string]decimal.Decimal{}
	for _, x := range slices.Concat(a, b) {
		if d, err := decimal.NewFromString(x.Value); err == nil {
			sums[x.Currency] = sums[x.Currency].Add(d)
		}
	}
	out := []api.Amount{}
	for _, c := range slices.Sorted(maps.Keys(sums)) {
		out = append(out, api.Amount{Value: sums[c].String(), Currency: c})
	}
	return out
}

// decideAll previews a decision about many orders, and makes it about these if that
// is agreed to.
func (d *desk) decideAll(ctx context.Context, cmd *cobra.Command, wish api.OrdersDecision) error {
	send := func(w api.OrdersDecision) (out api.DecidedOrders, err error) {
		return out, d.ask(&out, func(c *client.Client) (*http.Response, error) { return c.DecideOrders(ctx, d.Shop, w) })
	}
	would, look := newParts(), wish
	look.DryRun = true
	for {
		p, err := send(look)
		if err != nil {
			return err
		}
		would.add(p)
		if look.Page = p.Next; p.Next == "" {
			break
		}
	}
	w := cmd.OutOrStdout()
	if (wish.DryRun || would.Count == 0) && asJSON(cmd) {
		return printJSON(w, would.DecidedOrders)
	}
	if !asJSON(cmd) {
		preview(w, wish, would.DecidedOrders)
	}
	if wish.DryRun || would.Count == 0 {
		return nil
	}
	if err := asked(cmd, fmt.Sprintf("%s them?", wish.Decision)); err != nil {
		return err
	}
	did := newParts()
	for _, seen := range would.seen {
		p, err := send(api.OrdersDecision{Decision: wish.Decision, Because: wish.Because, Orders: seen})
		if err != nil {
			return errors.Join(err, decidedSoFar(did.Count))
		}
		did.add(p)
	}
	did.Refused = append(would.Refused, did.Refused...)
	if asJSON(cmd) {
		return printJSON(w, did.DecidedOrders)
	}
	fmt.Fprintf(w, "%s: %d orders.\n", wish.Decision, did.Count)
	if len(did.Changed) > 0 {
		fmt.Fprintf(w, "%d have changed meanwhile and were left out: %s\n", len(did.Changed), some(did.Changed))
	}
	refusals(w, did.Refused[len(would.Refused):])
	return nil
}

// preview says which orders a decision would be about, and what they come to.
func preview(w io.Writer, wish api.OrdersDecision, would api.DecidedOrders) {
	var sums []string
	for _, a := range would.Amounts {
		sums = append(sums, amount(a))
	}
	fit := ""
	if wish.Reason != "" {
		fit = " wait with " + wish.Reason + " and"
	}
	fmt.Fprintf(w, "%d orders%s can be decided about", would.Count, fit)
	if would.Count > 0 {
		fmt.Fprintf(w, ", of %s together: %s", listed(sums), some(would.Orders))
	}
	fmt.Fprintln(w)
	refusals(w, would.Refused)
}

// refusals says of orders why they cannot be decided about.
func refusals(w io.Writer, rs []api.NotDecided) {
	const most = 10
	for _, r := range rs[:min(len(rs), most)] {
		fmt.Fprintf(w, "%s: %s\n", r.Order, r.Detail)
	}
	if len(rs) > most {
		fmt.Fprintf(w, "and %d more that cannot be decided about\n", len(rs)-most)
	}
}

// decidedSoFar says that a decision about many orders was made about some.
func decidedSoFar(n int) error {
	if n == 0 {
		return nil
	}
	return fmt.Errorf("%d orders were decided about before that; the same command does the rest", n)
}

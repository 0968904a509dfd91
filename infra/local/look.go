package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"backroom/shared/orders"
)

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func either2(err error, cmd *cobra.Command, v any) error {
	if err != nil {
		return err
	}
	return printJSON(cmd.OutOrStdout(), v)
}

func ordersCommand() *cobra.Command {
	var asJSON bool
	var at paging
	var text string
	c := &cobra.Command{
		Use: "orders [ORDER]", Short: "the imported orders and their documents; decide about one",
		Long: `The imported orders and their documents, newest first.

  backroom orders --state attention
  backroom orders "#1042"
  backroom orders import "#1001"     import it now, whatever the filters say
  backroom orders accept "#1042"     take the difference that the issue names
  backroom orders retry "#1042"      try again now
  backroom orders hold "#1042"       no document before it is released
  backroom orders release "#1042"    whatever the shop card has it wait for
  backroom orders unlink "#1042"     make its document, which you deleted, anew
  backroom orders done "#1042" --document SO1234    you made it by hand
  backroom orders dismiss "#1042"    it is to have none; reopen takes it back`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := orders.ParseState(text)
			if err != nil {
				return err
			}
			return with(cmd, false, func(ctx context.Context, d *desk) error {
				if len(args) == 1 {
					v, err := d.Order(ctx, args[0])
					if err != nil || asJSON {
						return either2(err, cmd, v)
					}
					printOrder(cmd.OutOrStdout(), v)
					return nil
				}
				vs, more, n, err := d.OrdersOf(ctx, s, at)
				if err != nil || asJSON {
					err = either2(err, cmd, vs)
				} else {
					printOrders(cmd.OutOrStdout(), vs)
				}
				if more {
					fmt.Fprintln(cmd.ErrOrStderr(), at.of(len(vs), n))
				}
				return err
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	at.flags(c, 50)
	c.Flags().StringVar(&text, "state", "", "only orders of this state: "+listed(stateNames()))
	completes(c, orderNames)
	c.AddCommand(importCommand())
	c.AddCommand(decideCommands()...)
	return c
}

func printOrders(w io.Writer, vs []orderView) {
	t := newTable("ORDER", "STATE", "TOTAL", "DOCUMENT", "")
	t.spare = []string{"TOTAL"}
	for _, v := range vs {
		doc, why := "-", waits(v)
		if v.Document.ID != "" {
			doc = v.Document.Type + " " + v.Document.Number
		} else if m := v.Closed.Document; m.Number != "" {
			doc = string(m.Type) + " " + m.Number
		}
		why = either(why, v.Closed.Because)
		if v.Issue.Reason != "" {
			why = v.Issue.Text + " " + v.Issue.WayOut
		}
		t.row(v.Name, v.State, amount(v.Total), doc, why)
	}
	t.print(w)
}

func importCommand() *cobra.Command {
	var o runOptions
	var p orders.Parameters
	var from, to string
	c := &cobra.Command{
		Use: "import [ORDER...]", Short: "import orders by name, id or date now",
		Long: `Imports orders by the names that people call them, by their ids in Shopify, or
all that were placed in a time, now and whatever the job's filters say: archived
ones too, and those that the import has passed. With --dry-run they are counted.

  backroom orders import "#1001" "#1007"
  backroom orders import --id 5820001,5820002
  backroom orders import --from 2026-01-01 --to 2026-02-01 --dry-run
` + statusHelpText,
		RunE: func(cmd *cobra.Command, args []string) error {
			p.Names = args
			for _, d := range []struct {
				text string
				at   *time.Time
			}{{from, &p.PlacedFrom}, {to, &p.PlacedTo}} {
				var err error
				if *d.at, err = day(d.text); err != nil {
					return err
				}
			}
			if !p.Demanded() {
				return errors.New("orders import: name orders, or give --id or --from")
			}
			if err := p.Check(); err != nil {
				return err
			}
			js, err := json.Marshal(p)
			if err != nil {
				return err
			}
			o.parameters = string(js)
			return runTask(cmd, imports, o)
		},
	}
	c.Flags().StringSliceVar(&p.IDs, "id", nil, "orders with these ids in Shopify")
	c.Flags().StringVar(&from, "from", "", "orders that were placed from this day or time on")
	c.Flags().StringVar(&to, "to", "", "orders that were placed before this day or time")
	o.flags(c)
	return c
}

// day reads a day of this machine's zone, or a time; zero for nothing.
func day(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, time.Local)
	if err != nil {
		return t, fmt.Errorf("%q: must be a day such as 2026-07-01, or a time such as 2026-07-01T08:00:00Z", text)
	}
	return t, nil
}

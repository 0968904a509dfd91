package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"backroom/shared/orders"
	"backroom/shared/plain"
	"backroom/shared/staging"
)

// table prints rows in columns.
type textTable struct{ rows [][]string }

func newTable(head ...string) *textTable { return &textTable{rows: [][]string{head}} }

func (t *textTable) row(cells ...any) {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = plain.Text(strings.Join(strings.Fields(fmt.Sprint(c)), " ")) // one line a row, whatever a shop calls its things
	}
	t.rows = append(t.rows, out)
}

func (t *textTable) print(w io.Writer) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range t.rows {
		fmt.Fprintln(tw, strings.Join(r, "\t"))
	}
	_ = tw.Flush()
}

func when(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04:05")
}

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

func issuesCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "issues", Short: "what needs somebody's attention, why, and what to do", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return with(cmd, false, func(ctx context.Context, b backend) error {
				is, err := b.Issues(ctx)
				if err != nil || asJSON {
					return either2(err, cmd, is)
				}
				t := newTable("ORDER", "REASON", "SINCE", "WHAT", "WAY OUT")
				for _, i := range is {
					t.row(i.Name, i.Reason, when(i.FirstSeen), i.Text, i.WayOut)
				}
				t.print(cmd.OutOrStdout())
				return nil
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func ordersCommand() *cobra.Command {
	var asJSON bool
	var limit int
	var text, page string
	c := &cobra.Command{
		Use: "orders [ORDER]", Short: "the imported orders and their documents; decide about one",
		Long: `The imported orders and their documents, newest first.

  backroom orders --state attention
  backroom orders "#1042"
  backroom orders import "#1001"     import it now, whatever the filters say
  backroom orders accept "#1042"     take the difference that the issue names
  backroom orders retry "#1042"      try again now
  backroom orders unlink "#1042"     make its document, which you deleted, anew`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := orders.ParseState(text)
			if err != nil {
				return err
			}
			return with(cmd, false, func(ctx context.Context, b backend) error {
				if len(args) == 1 {
					v, err := b.Order(ctx, args[0])
					return either2(err, cmd, v)
				}
				vs, next, err := b.Orders(ctx, s, page, limit)
				if err != nil || asJSON {
					err = either2(err, cmd, vs)
				} else {
					printOrders(cmd.OutOrStdout(), vs)
				}
				if next != "" {
					fmt.Fprintf(cmd.ErrOrStderr(), "there are more than these %d: --limit shows up to %d, older ones: --page %s\n", len(vs), mostListed, next)
				}
				return err
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().IntVar(&limit, "limit", 50, "at most so many")
	c.Flags().StringVar(&page, "page", "", "go on where the page before ended")
	c.Flags().StringVar(&text, "state", "", "only filtered, ready, creating, attention, skipped, processed, conflict or unread ones")
	c.AddCommand(importCommand())
	c.AddCommand(decideCommands()...)
	return c
}

// decideCommands are those by which a person decides about an order.
func decideCommands() (out []*cobra.Command) {
	for _, d := range []struct {
		use      staging.Decision
		short    string
		position int
	}{
		{staging.Accept, "take the difference that the issue names", 0},
		{staging.Retry, "try an order again now", 0},
		{staging.Unlink, "forget an order's document, so that it is made anew", 0},
	} {
		out = append(out, &cobra.Command{
			Use: string(d.use) + " ORDER", Short: d.short, Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				return with(cmd, true, func(ctx context.Context, b backend) error {
					v, err := b.Decide(ctx, args[0], d.use)
					if err != nil {
						return err
					}
					fmt.Fprintf(cmd.OutOrStdout(), "%s: %s.\n", v.Name, v.State)
					return nil
				})
			},
		})
	}
	return out
}

func printOrders(w io.Writer, vs []staging.View) {
	t := newTable("ORDER", "STATE", "TOTAL", "DOCUMENT", "")
	for _, v := range vs {
		doc, why := "-", v.Reason
		if v.Document != nil {
			doc = v.Document.Type + " " + v.Document.Number
		}
		if v.Issue != nil {
			why = v.Issue.Text + " " + v.Issue.WayOut
		}
		t.row(v.Name, v.State, v.Total, doc, why)
	}
	t.print(w)
}

func importCommand() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use: "import ORDER...", Short: "import orders by name now", Args: cobra.MinimumNArgs(1),
		Long: `Imports orders by the names that people call them, now and whatever the job's
filters say.

  backroom orders import "#1001" "#1007"
` + statusHelpText,
		RunE: func(cmd *cobra.Command, args []string) error {
			js, err := json.Marshal(orders.Parameters{Names: args})
			if err != nil {
				return err
			}
			o.parameters = string(js)
			return runTask(cmd, imports, o)
		},
	}
	o.flags(c)
	return c
}

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"backroom/shared/api"
	"backroom/shared/api/client"
	"backroom/shared/completeness"
	"backroom/shared/connect"
	"backroom/shared/orders"
	"backroom/shared/shipments"
)

var (
	decision = regexp.MustCompile(`\borders (accept|retry|unlink|reopen)\b`)
	variant  = regexp.MustCompile(`\bvariant ([0-9]+)\b`)
	// A setting's name has a capital within, or is one of these.
	setting = regexp.MustCompile(`\b(?:[a-z]+[A-Z][A-Za-z]*|locations|countries|currencies|tolerance)\b`)
)

// commandsFor are the commands of an issue's ways out, with the ids filled in. What
// only a person knows is in capitals.
func commandsFor(i api.Issue) (out []string) {
	order := fmt.Sprintf("%q", i.Name)
	said := map[string]bool{}
	add := func(command string) {
		if !said[command] {
			said[command] = true
			out = append(out, command)
		}
	}
	if m := variant.FindStringSubmatch(i.Text); m != nil && strings.Contains(i.WayOut, "map the variant") {
		add("backroom map variant set " + m[1] + " ITEM-NUMBER")
		if i.Kind != "product" {
			add("backroom orders retry " + order)
		}
	}
	for _, c := range proven(i) {
		add(c)
	}
	for _, m := range decision.FindAllStringSubmatch(i.WayOut, -1) {
		add("backroom orders " + m[1] + " " + order)
	}
	for _, m := range setting.FindAllString(i.WayOut, -1) {
		if c := commandOf(m); c != "" {
			add(c)
		}
	}
	return out
}

// proven are the commands for what a proof of completeness has found. Its records are
// an order's id, with "-R" and a refund's or "-S" and the number of a shipment.
func proven(i api.Issue) (out []string) {
	if !strings.HasPrefix(i.Kind, "proof-") {
		return nil
	}
	run := func(task, parameter, value string) string {
		return fmt.Sprintf("backroom run %s --parameters '{%q:[%q]}'", task, parameter, value)
	}
	order, shipment, sent := strings.Cut(i.Record, "-S")
	order, _, _ = strings.Cut(order, "-R")
	switch {
	case sent:
		out = append(out, run(shipments.TaskName, "shipments", shipment))
	case strings.Contains(i.WayOut, "imported"):
		out = append(out, run(orders.TaskName, "ids", order))
	}
	if strings.Contains(i.WayOut, "accept") {
		out = append(out, run(completeness.TaskName, "accept", i.Record))
	}
	return out
}

// commandOf is the command that changes a setting of the shop card, "" if name is none.
func commandOf(name string) string {
	if name == "orderDate" {
		return "" // a value of bcWins
	}
	for _, m := range mappables {
		if string(m.list) == name {
			return "backroom map " + m.name + " set " + m.key + " " + strings.ToUpper(m.values[0])
		}
	}
	if strings.HasSuffix(name, "Account") {
		return "backroom map account set " + name + " ACCOUNT"
	}
	return "backroom shop set " + name + "=VALUE"
}

// Issues are a page of at most limit issues (0: all), and how many there are.
func (d *desk) Issues(ctx context.Context, reason string, limit int) (is []api.Issue, total int, err error) {
	is, _, err = allPages("", limit, func(page string, limit int) ([]api.Issue, string, error) {
		var l api.IssueList
		err := d.ask(&l, func(c *client.Client) (*http.Response, error) {
			return c.ListIssues(ctx, d.Shop, &api.ListIssuesParams{Reason: reason, Page: page, Limit: new(limit)})
		})
		total = l.Total
		return l.Issues, l.Next, err
	})
	return is, total, err
}

func issuesCommand() *cobra.Command {
	var limit int
	var reason string
	c := &cobra.Command{
		Use: "issues", Short: "what needs somebody's attention, why, and what to do", Args: cobra.NoArgs,
		Long: `What needs somebody's attention, why, and what to do: those with the same way
out stand together, with the commands for each.

  backroom issues --reason total-differs`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return with(cmd, false, func(ctx context.Context, d *desk) error {
				is, total, err := d.Issues(ctx, reason, limit)
				if err != nil || asJSON(cmd) {
					err = either2(err, cmd, is)
				} else {
					printIssues(cmd.OutOrStdout(), is)
				}
				if err == nil && len(is) < total {
					fmt.Fprintf(cmd.ErrOrStderr(), "%d of %d: --limit shows more\n", len(is), total)
				}
				return err
			})
		},
	}
	c.Flags().Bool("json", false, "print JSON")
	c.Flags().IntVar(&limit, "limit", 50, "at most so many")
	c.Flags().StringVar(&reason, "reason", "", "only of this reason")
	return c
}

// printIssues prints issues, those that have the same way out together.
func printIssues(w io.Writer, is []api.Issue) {
	if len(is) == 0 {
		fmt.Fprintln(w, "Nothing needs anybody.")
	}
	var ways []string
	by := map[string][]api.Issue{}
	for _, i := range is {
		way := string(i.Reason) + "\n" + i.WayOut
		if by[way] == nil {
			ways = append(ways, way)
		}
		by[way] = append(by[way], i)
	}
	for n, way := range ways {
		if n > 0 {
			fmt.Fprintln(w)
		}
		reason, wayOut, _ := strings.Cut(way, "\n")
		fmt.Fprintf(w, "%s (%d)\n", reason, len(by[way]))
		for _, i := range by[way] {
			fmt.Fprint(w, connect.Paragraph(fmt.Sprintf("  %-7s", i.Name), i.Text+" Since "+when(i.FirstSeen)+"."))
			for _, c := range commandsFor(i) {
				fmt.Fprintln(w, "         "+c)
			}
		}
		fmt.Fprint(w, connect.Paragraph("  -> ", wayOut))
	}
}

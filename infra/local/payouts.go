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
	"backroom/shared/connect"
)

func payoutsCommand() *cobra.Command {
	var at paging
	c := &cobra.Command{
		Use: "payouts [PAYOUT]", Short: "the payouts of Shopify Payments, and what each consists of", Args: cobra.MaximumNArgs(1),
		Long: `The payouts of Shopify Payments that were read, the latest first; of one, by its
id, the transactions that it consists of.

  backroom payouts
  backroom payouts 104857600123`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return with(cmd, false, func(ctx context.Context, d *desk) error {
				if len(args) == 1 {
					return d.payout(ctx, cmd, args[0], at.limit)
				}
				ps, more, err := d.payouts(ctx, at)
				if err != nil || asJSON(cmd) {
					err = either2(err, cmd, ps)
				} else {
					printPayouts(cmd.OutOrStdout(), ps)
				}
				if more {
					fmt.Fprintln(cmd.ErrOrStderr(), at.of(len(ps), total{}))
				}
				return err
			})
		},
	}
	c.Flags().Bool("json", false, "print JSON")
	at.flags(c, 50)
	return c
}

// payouts are a page of them.
func (d *desk) payouts(ctx context.Context, p paging) (ps []api.Payout, more bool, err error) {
	return pageOf(p, func(page string, limit int) ([]api.Payout, string, error) {
		var l api.PayoutList
		err := d.ask(&l, func(c *client.Client) (*http.Response, error) {
			return c.ListPayouts(ctx, d.Shop, &api.ListPayoutsParams{Page: page, Limit: new(limit)})
		})
		return l.Payouts, l.Next, err
	})
}

// payout prints one payout with at most limit of its transactions; 0: all.
func (d *desk) payout(ctx context.Context, cmd *cobra.Command, id string, limit int) error {
	var p struct {
		api.PayoutDetail
		api.BalanceTransactionList
	}
	if err := d.ask(&p.PayoutDetail, func(c *client.Client) (*http.Response, error) { return c.GetPayout(ctx, d.Shop, id) }); err != nil {
		return err
	}
	ts, next, err := allPages("", limit, func(page string, limit int) ([]api.BalanceTransaction, string, error) {
		var l api.BalanceTransactionList
		err := d.ask(&l, func(c *client.Client) (*http.Response, error) {
			return c.ListBalanceTransactions(ctx, d.Shop, id, &api.ListBalanceTransactionsParams{Page: page, Limit: new(limit)})
		})
		return l.Transactions, l.Next, err
	})
	if p.Transactions = ts; err != nil || asJSON(cmd) {
		return either2(err, cmd, p)
	}
	printPayout(cmd.OutOrStdout(), p.PayoutDetail, ts)
	if next != "" {
		fmt.Fprintf(cmd.ErrOrStderr(), "%d of %d transactions: --limit shows more\n", len(ts), p.Payout.Transactions)
	}
	return nil
}

func printPayouts(w io.Writer, ps []api.Payout) {
	t := newTable("PAYOUT", "ISSUED", "STATUS", "NET", "")
	for _, p := range ps {
		t.row(p.ID, p.IssuedAt.Local().Format(time.DateOnly), strings.ToLower(p.Status), amount(p.Net), p.Issue.Text)
	}
	t.print(w)
}

func printPayout(w io.Writer, d api.PayoutDetail, ts []api.BalanceTransaction) {
	p := d.Payout
	fmt.Fprintf(w, "payout %s is %s\nkind      %s\nissued    %s\nnet       %s\nread      %s in %d transactions\n",
		p.ID, strings.ToLower(p.Status), p.Kind, when(p.IssuedAt), amount(p.Net), amount(p.Moved), p.Transactions)
	if p.Trace != "" {
		fmt.Fprintf(w, "bank's id %s\n", p.Trace)
	}
	if p.Issue.Reason != "" {
		fmt.Fprint(w, connect.Paragraph("issue     ", p.Issue.Text), connect.Paragraph("  -> ", p.Issue.WayOut))
	}
	fmt.Fprintln(w)
	sums := newTable("KIND", "NUMBER", "GROSS", "FEES")
	for _, s := range d.Sums {
		sums.row(s.Kind, s.Count, s.Gross, s.Fee)
	}
	sums.print(w)
	printJournal(w, d)
	fmt.Fprintln(w)
	t := newTable("TRANSACTION", "AT", "TYPE", "ORDER", "AMOUNT", "FEE", "NET")
	for _, b := range ts {
		t.row(b.ID, when(b.At), b.Type, either(b.Order, "-"), b.Amount, b.Fee, b.Net)
	}
	t.print(w)
}

// printJournal prints what a payout is to be booked by.
func printJournal(w io.Writer, d api.PayoutDetail) {
	if len(d.Lacks) > 0 {
		fmt.Fprint(w, "\n", connect.Paragraph("", "No journal: payoutAccounts and payoutBankAccounts of the shop card lack "+listed(d.Lacks)+"."))
	}
	if len(d.Journal) == 0 {
		return
	}
	fmt.Fprintln(w, "\nIt is to be booked by (nothing is posted):")
	t := newTable("ACCOUNT", "", "AMOUNT", "BALANCED-BY")
	for _, l := range d.Journal {
		t.row(l.Account, l.Description, l.Amount, either(l.Balancing, "-"))
	}
	t.print(w)
}

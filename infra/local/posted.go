package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/shopspring/decimal"

	"backroom/shared/posting"
)

// postings prints what a dry run would post, and how much it would invoice in each
// currency.
func postings(w io.Writer, report json.RawMessage) {
	var rows []struct {
		posting.Row
		Documents int             `json:"documents"` // of a row that sums a currency up
		Amount    decimal.Decimal `json:"amount"`
	}
	if json.Unmarshal(report, &rows) != nil {
		return
	}
	t := newTable("DOCUMENT", "ORDER", "CUSTOMER", "ON", "SHIPS", "INVOICES", "TOTAL", "NOT POSTED")
	var sums []string
	for _, r := range rows {
		if r.Document == "" {
			sums = append(sums, fmt.Sprintf("Together %s %s in %d of them.", r.Amount.StringFixed(2), r.Currency, r.Documents))
			continue
		}
		t.row(r.Document, r.Order, r.Customer, r.PostingDate, r.Ship, r.Invoice, r.Total.StringFixed(2)+" "+r.Currency, r.Not)
	}
	t.print(w)
	for _, s := range sums {
		fmt.Fprintln(w, s)
	}
	if len(sums) == 0 {
		fmt.Fprintln(w, "Nothing would be posted.")
	}
}

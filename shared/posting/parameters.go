package posting

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/shop"
)

// Part is what of an order is posted.
type Part string

// The parts.
const (
	Both        Part = "ship-and-invoice" // as its lines say
	ShipOnly    Part = "ship"
	InvoiceOnly Part = "invoice"
)

// OrderParameters are those of a run that posts orders.
type OrderParameters struct {
	Post        Part     `json:"post"`
	PostingDate string   `json:"postingDate"` // keep, today, or a date
	OnlyShopify bool     `json:"onlyShopify"`
	Status      string   `json:"status"`    // any, draft, released
	From        string   `json:"from"`      // of the document's date
	To          string   `json:"to"`        // of the document's date
	Customers   []string `json:"customers"` // numbers; none: all
	Retry       bool     `json:"retry"`
}

// InvoiceParameters are those of a run that posts invoices.
type InvoiceParameters struct {
	PostingDate string   `json:"postingDate"`
	OnlyShopify bool     `json:"onlyShopify"`
	Status      string   `json:"status"`
	From        string   `json:"from"`
	To          string   `json:"to"`
	Customers   []string `json:"customers"`
	Retry       bool     `json:"retry"`
}

const (
	keepDate  = "keep"
	todayDate = "today"
)

func (p InvoiceParameters) of() OrderParameters {
	return OrderParameters{
		Post: Both, PostingDate: p.PostingDate, OnlyShopify: p.OnlyShopify, Status: p.Status, From: p.From, To: p.To, Customers: p.Customers, Retry: p.Retry,
	}
}

// Check implements task.Checked.
func (p InvoiceParameters) Check() error { return p.of().Check() }

// Check implements task.Checked.
func (p OrderParameters) Check() error {
	var errs []error
	bad := func(field, value, want string) {
		errs = append(errs, jobqueue.Problem{Field: field, Value: value, Want: want})
	}
	word := func(field, value string, words ...string) {
		if value != "" && !slices.Contains(words, value) {
			bad(field, value, "one of "+strings.Join(words, ", "))
		}
	}
	word("post", string(p.Post), string(Both), string(ShipOnly), string(InvoiceOnly))
	word("status", p.Status, "any", "draft", "released")
	if d := p.PostingDate; d != "" && d != keepDate && d != todayDate && !isDate(d) {
		bad("postingDate", d, "keep, today, or a date such as 2026-03-01")
	}
	for _, f := range []struct{ name, value string }{{"from", p.From}, {"to", p.To}} {
		if f.value != "" && !isDate(f.value) {
			bad(f.name, f.value, "a date such as 2026-03-01, or nothing")
		}
	}
	if isDate(p.From) && isDate(p.To) && p.From > p.To {
		bad("to", p.To, "not before from, "+p.From)
	}
	for i, c := range p.Customers {
		if strings.TrimSpace(c) == "" || len(c) > 20 {
			bad(fmt.Sprintf("customers[%d]", i), c, "a customer's number in Business Central")
		}
	}
	return errors.Join(errs...)
}

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// query is what the other side may leave out of the list.
func (p OrderParameters) query() Query {
	return Query{Drafts: p.Status != "released", Released: p.Status != "draft", From: p.From, To: p.To}
}

// wants reports whether the filters let a document in.
func (p OrderParameters) wants(d Document) bool {
	switch {
	case p.Status == "draft" && d.Status != Draft, p.Status == "released" && d.Status != Released:
		return false
	case p.From != "" && d.Date < p.From, p.To != "" && d.Date > p.To:
		return false
	}
	return len(p.Customers) == 0 || slices.ContainsFunc(p.Customers, func(c string) bool { return strings.EqualFold(strings.TrimSpace(c), d.Customer) })
}

// date is the posting date that a document is to have; "": its own.
func (p OrderParameters) date(now time.Time, card shop.Shop) string {
	switch p.PostingDate {
	case "", keepDate:
		return ""
	case todayDate:
		return now.In(card.Location()).Format(time.DateOnly)
	}
	return p.PostingDate
}

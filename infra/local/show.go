package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"backroom/shared/api"
	"backroom/shared/connect"
	"backroom/shared/orders"
)

// amount is one as people read it.
func amount(a api.Amount) string { return strings.TrimSpace(a.Value + " " + a.Currency) }

// printOrder prints an order for a person.
func printOrder(w io.Writer, d api.OrderDetail) {
	o := d.Order
	fmt.Fprintf(w, "%s is %s\nid        %s\nplaced    %s\ntotal     %s\n", o.Name, o.State, o.ID, when(o.CreatedAt), amount(o.Total))
	if o.Reason != "" {
		fmt.Fprint(w, connect.Paragraph("waits     ", waits(o)))
	}
	if o.Document.Number != "" {
		fmt.Fprintf(w, "document  %s %s, %s\n", o.Document.Type, o.Document.Number, amount(o.Document.Total))
	}
	if c := o.Closed; c.State != "" {
		said := fmt.Sprintf("%s by a person (%s) at %s%s", c.State, either(c.By, "unknown"), when(c.At), madeByHand(c.Document))
		if c.Because != "" {
			said += ": " + c.Because
		}
		fmt.Fprint(w, connect.Paragraph("closed    ", said))
	}
	if o.Issue.Reason != "" {
		fmt.Fprint(w, connect.Paragraph("issue     ", o.Issue.Text))
		fmt.Fprint(w, connect.Paragraph("       -> ", o.Issue.WayOut))
		for _, c := range commandsFor(o.Issue) {
			fmt.Fprintln(w, "          "+c)
		}
	}
	if len(o.Changes) > 0 {
		fmt.Fprintln(w)
		t := newTable("CHANGED", "OF", "BEFORE", "NOW")
		for _, c := range o.Changes {
			t.row(c.What, either(c.Of, "the order"), either(c.Before, "-"), either(c.After, "-"))
		}
		t.print(w)
	}
	if len(d.Copy.Lines) > 0 {
		fmt.Fprintln(w)
		t := newTable("QUANTITY", "SKU", "PRICE", "DISCOUNT", "TAX", "LINE")
		t.spare = []string{"SKU", "DISCOUNT"}
		for _, l := range d.Copy.Lines {
			t.row(quantity(l), either(l.SKU, "-"), amount(l.UnitPrice.Shop), amount(l.Discount.Shop), taxes(l.TaxLines), strings.TrimSpace(l.Title+" "+l.VariantTitle))
		}
		for _, l := range d.Copy.ShippingLines {
			t.row(1, "-", amount(l.Price.Shop), amount(l.Discount.Shop), taxes(l.TaxLines), l.Title)
		}
		t.print(w)
		printCopy(w, d.Copy)
	}
	printBecame(w, d)
	if len(d.History) > 0 {
		fmt.Fprintln(w)
		t := newTable("WHEN", "WHAT", "RUN", "")
		for _, e := range d.History {
			t.row(when(e.At), e.What, either(e.Run, "-"), strings.TrimSpace(e.Says+" "+e.By))
		}
		t.print(w)
	}
}

// printBecame prints what refunds and shipments of an order became.
func printBecame(w io.Writer, d api.OrderDetail) {
	if len(d.Order.CreditMemos) > 0 {
		fmt.Fprintln(w)
		t := newTable("REFUND", "CREDIT MEMO", "TOTAL")
		for _, m := range d.Order.CreditMemos {
			total := "-"
			if m.Number != "" {
				total = amount(m.Total)
			}
			t.row(m.Refund, either(m.Number, string(m.State)), total)
		}
		t.print(w)
	}
	if len(d.Fulfilments) > 0 {
		fmt.Fprintln(w)
		t := newTable("SHIPMENT", "FULFILMENT", "PARCELS", "")
		for _, f := range d.Fulfilments {
			var parcels []string
			for _, p := range f.Parcels {
				parcels = append(parcels, strings.TrimSpace(p.Company+" "+p.Number))
			}
			t.row(f.Shipment, either(f.Name, either(f.ID, "-")), either(strings.Join(parcels, ", "), "-"), fulfilmentState(f))
		}
		t.print(w)
	}
}

// fulfilmentState says what is special about a fulfilment.
func fulfilmentState(f api.Fulfilment) string {
	switch {
	case f.Cancelled:
		return "cancelled"
	case f.Ready:
		return "ready for pickup"
	case f.Open:
		return "open"
	case f.Found:
		return "made by somebody else"
	}
	return ""
}

// printCopy prints the rest of an order: its taxes and addresses, and what the app may
// not read of it.
func printCopy(w io.Writer, c api.OrderCopy) {
	fmt.Fprintln(w)
	for _, x := range c.TaxLines {
		fmt.Fprintf(w, "tax       %s\n", taxes([]api.TaxLine{x}))
	}
	for _, a := range []struct {
		name string
		orders.Address
	}{{"bill to   ", c.Billing}, {"ship to   ", c.Shipping}} {
		var parts []string
		for _, p := range []string{strings.TrimSpace(a.FirstName + " " + a.LastName), a.Company, a.Address1, a.Address2, strings.TrimSpace(a.Zip + " " + a.City), a.Province, a.Country, a.Phone} {
			if p != "" {
				parts = append(parts, p)
			}
		}
		if len(parts) > 0 {
			fmt.Fprint(w, connect.Paragraph(a.name, listed(parts)))
		}
	}
	if len(c.Hidden) > 0 {
		fmt.Fprint(w, connect.Paragraph("hidden    ", listed(c.Hidden)+": the app may not read this"))
	}
}

// taxes are those of a line: what each comes to, and its title with its rate.
func taxes(ts []api.TaxLine) string {
	var out []string
	for _, x := range ts {
		out = append(out, fmt.Sprintf("%s (%s %s)", amount(x.Price.Shop), x.Title, x.Rate))
	}
	return either(listed(out), "-")
}

// quantity is that of a line, and how many of it were ordered if that is more.
func quantity(l api.Line) string {
	if l.CurrentQuantity == l.Quantity {
		return fmt.Sprint(l.Quantity)
	}
	return fmt.Sprintf("%d of %d", l.CurrentQuantity, l.Quantity)
}

// printRun prints a run for a person.
func printRun(w io.Writer, r runView) {
	fmt.Fprintf(w, "run       %s of %s, by %s\nstarted   %s\n", r.ID, r.Entry, r.Trigger, when(r.Started))
	if len(r.Parameters) > 0 && string(r.Parameters) != "null" {
		fmt.Fprintf(w, "with      %s\n", r.Parameters)
	}
	switch r.State {
	case api.Ended:
		fmt.Fprintf(w, "ended     %s, after %v\n", when(r.Ended), r.Ended.Sub(r.Started).Round(time.Millisecond))
		summary(w, r)
	case api.Accepted:
		fmt.Fprintln(w, "It has not started yet.")
	case api.Running:
		fmt.Fprintln(w, "It goes on: "+progress(r))
	}
	if r.Detail != "" && r.Outcome != "failed" {
		fmt.Fprint(w, connect.Paragraph("detail    ", r.Detail))
	}
	if r.RetriedBy != "" {
		fmt.Fprintf(w, "again by  run %s\n", r.RetriedBy)
	}
	if !r.RetryAt.IsZero() {
		fmt.Fprintf(w, "again     %s\n", when(r.RetryAt))
	}
}

// progress says how far a run is.
func progress(r runView) string {
	text := fmt.Sprintf("%d done", r.Progress.Done)
	if r.Progress.Total > 0 {
		text = fmt.Sprintf("%d of %d", r.Progress.Done, r.Progress.Total)
	}
	if r.Progress.Note != "" {
		text = r.Progress.Note + ": " + text
	}
	return text
}

// Command cost prints what Backroom costs on AWS in a month: of what is built,
// of all-empty runs, and, apart and marked assumed, of what is not built yet.
// Prices and shops come from inputs.json, the units of a run from measured.json.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"text/tabwriter"
)

func main() {
	shops := flag.String("shops", "10000", "number of shops")
	every := flag.String("cadence", "mix", "mix, or minutes between the runs of every task")
	flag.Parse()
	if err := report(os.Stdout, *shops, *every); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func report(w io.Writer, shops, every string) error {
	n, err := strconv.Atoi(shops)
	if err != nil || n < 1 || n > 10_000_000 {
		return fmt.Errorf("SHOPS %q: must be a whole number, 1 to 10000000", shops)
	}
	c, err := parseCadence(every)
	if err != nil {
		return err
	}
	in, m, err := read()
	if err != nil {
		return err
	}
	b := compute(in, m, float64(n), c)
	return print(w, in, b, n, every)
}

func print(w io.Writer, in inputs, b bill, shops int, every string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "Backroom on AWS, dollars a month. %d shops, cadence %s, %.0f orders a shop and day.\n", shops, every, in.Workload.OrdersADay)
	fmt.Fprintf(w, "Prices of %s, %s.\n\n", in.Dated, in.Region)
	fmt.Fprintf(w, "%.2f million runs a month, %.0f %% of them find something; an empty one takes %.2f s, a busy one %.1f s.\n", b.Runs/1e6, 100*b.Busy/b.Runs, b.EmptyS, b.BusyS)
	fmt.Fprintf(w, "Not built yet, and assumed: %.2f million runs, and %.2f million webhooks of %.1f GB.\n\n", b.AssumedRuns/1e6, b.WebhooksAMonth/1e6, b.WebhookGBAMonth)
	fmt.Fprintln(t, "\ttoday\tif all were empty\tnot built yet (assumed)\t")
	for _, l := range b.Lines {
		fmt.Fprintf(t, "%s\t%.2f\t%.2f\t%.2f\t\n", l.Name, l.Today, l.Floor, l.Assumed)
	}
	fmt.Fprintf(t, "all\t%.2f\t%.2f\t%.2f\t\n", b.Today, b.Floor, b.Assumed)
	fmt.Fprintf(t, "a shop\t%.4f\t%.4f\t%.4f\t\n", b.Today/float64(shops), b.Floor/float64(shops), b.Assumed/float64(shops))
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprint(w, "\nLargest drivers today:")
	for i, l := range b.Lines[:min(5, len(b.Lines))] {
		sep := ","
		if i == 0 {
			sep = ""
		}
		fmt.Fprintf(w, "%s %s %.0f %%", sep, l.Name, 100*l.Today/b.Today)
	}
	_, err := fmt.Fprintln(w, ".")
	return err
}

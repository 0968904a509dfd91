package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"backroom/shared/api"
	"backroom/shared/connect"
	"backroom/shared/documents"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/orders"
	"backroom/shared/plain"
	"backroom/shared/posting"
)

// Exit statuses by outcome; 1 is for every other error.
const (
	statusFailed   = 2
	statusIssues   = 3
	statusNotRun   = 4
	statusHelpText = `
Exit status: 0 succeeded, 2 failed, 3 succeeded with issues, 4 did not run
(on hold, cancelled), 1 anything else.`
)

func runCommand() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use:   "run TASK",
		Short: "one run of a task now, through the queue",
		Long: `Runs a task once, through the queue: handed to the running server if there is
one, else with an engine of its own.

  backroom run ` + imports + `
  backroom run ` + makesDocuments + ` --dry-run
  backroom run ` + imports + ` --parameters '{"fullyPaid":true}' --json
` + statusHelpText,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.parameters != "" && !json.Valid([]byte(o.parameters)) {
				return fmt.Errorf("--parameters %q: must be a JSON object", o.parameters)
			}
			return runTask(cmd, args[0], o)
		},
	}
	o.flags(c)
	c.Flags().StringVar(&o.parameters, "parameters", "", "JSON object that replaces the job's own parameters")
	completes(c, jobNames)
	return c
}

type runOptions struct {
	json, dry  bool
	parameters string
}

func (o *runOptions) flags(c *cobra.Command) {
	c.Flags().BoolVar(&o.json, "json", false, "print the ended run as JSON")
	c.Flags().BoolVar(&o.dry, "dry-run", false, "change nothing; print what would be done")
}

func runTask(cmd *cobra.Command, task string, o runOptions) error {
	return runFollowed(cmd, o, func(ctx context.Context, d *desk) (runView, error) {
		a := ask{DryRun: o.dry}
		if o.parameters != "" {
			a.Parameters = json.RawMessage(o.parameters)
		}
		r, err := d.Trigger(ctx, task, a)
		if errors.Is(err, jobstore.ErrNotFound) {
			err = unknownTask(ctx, d, task)
		}
		return r, err
	})
}

// runFollowed starts a run, waits for its end, and says how it went.
func runFollowed(cmd *cobra.Command, o runOptions, start func(context.Context, *desk) (runView, error)) error {
	return with(cmd, true, func(ctx context.Context, d *desk) error {
		r, err := start(ctx, d)
		if errors.Is(err, jobs.ErrRefused) { // held, paused, or what its status forbids
			return &exit{status: statusNotRun, err: err}
		}
		if err != nil {
			return err
		}
		if r, err = follow(ctx, cmd.ErrOrStderr(), d, r, !o.json); err != nil {
			return err
		}
		if o.json {
			if err := printJSON(cmd.OutOrStdout(), r); err != nil {
				return err
			}
		} else {
			summary(cmd.OutOrStdout(), r)
		}
		if d.own && !o.dry {
			if err := followUps(ctx, cmd, d, r.Started, o.json); err != nil {
				return err
			}
		}
		return outcome(r)
	})
}

// followUps waits for the runs that a run has triggered: nobody else would do
// them before the next start.
func followUps(ctx context.Context, cmd *cobra.Command, d *desk, since time.Time, quiet bool) error {
	seen := map[string]bool{}
	for {
		rs, _, err := d.Runs(ctx, "", 20)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(rs, func(r runView) bool {
			return !seen[r.ID] && r.Trigger == jobqueue.ByFollowUp && !r.Accepted.Before(since)
		})
		if i < 0 {
			return nil
		}
		seen[rs[i].ID] = true
		r, err := follow(ctx, cmd.ErrOrStderr(), d, rs[i], !quiet)
		if err != nil {
			return err
		}
		if !quiet {
			summary(cmd.OutOrStdout(), r)
		}
	}
}

func unknownTask(ctx context.Context, d *desk, task string) error {
	js, err := d.Jobs(ctx)
	if err != nil {
		return err
	}
	var names []string
	for _, j := range js {
		names = append(names, j.ID)
	}
	return fmt.Errorf("task %q: must be one of %s", task, listed(names))
}

// listed is a list within a sentence.
func listed(names []string) string { return strings.Join(names, ", ") }

func outcome(r runView) error {
	switch r.Outcome {
	case jobqueue.Succeeded:
		return nil
	case jobqueue.SucceededWithIssues:
		return &exit{status: statusIssues}
	case jobqueue.Failed, jobqueue.Lost:
		return &exit{status: statusFailed}
	case jobqueue.Cancelled, jobqueue.Skipped, jobqueue.Rejected:
	}
	return &exit{status: statusNotRun}
}

// with gives a command its desk: the running server, else what is stored, or
// an engine of its own at work, if the command needs that.
func with(cmd *cobra.Command, work bool, f func(context.Context, *desk) error) (err error) {
	quiet := slog.LevelWarn
	s, err := load(cmd, quiet)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	address, code, err := far(cmd, s)
	if err != nil {
		return err
	}
	if address != "" {
		d, err := stage(address)
		if err == nil && !ofAll(cmd) {
			err = d.choose(ctx, code)
		}
		if err != nil {
			return err
		}
		return f(ctx, d)
	}
	if _, d := find(ctx, s.Data); d != nil {
		if err := d.answers(ctx, s); err != nil {
			return err
		}
		sayIfSimulated(cmd, d.simulated)
		return f(ctx, d)
	}
	if !work {
		e, err := lookInto(ctx, s)
		if err != nil {
			return err
		}
		sayIfSimulated(cmd, e.simulated)
		return errors.Join(f(ctx, e.desk), e.close())
	}
	if s.Shopify == nil && (exists(realFile(s.Data)) || !exists(keepFile(s.Data))) {
		return s.errNoConnection()
	}
	p, err := standIn(ctx, &s, func() (*sims, error) { return owned(ctx, s.Data) })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	e, err := open(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	sayIfSimulated(cmd, e.simulated)
	for _, text := range e.said {
		fmt.Fprintln(cmd.ErrOrStderr(), text)
	}
	if err := connect.Write(cmd.ErrOrStderr(), e.findings); err != nil {
		return err
	}
	engineCtx, stopEngine := context.WithCancel(ctx)
	stopped, err := e.start(engineCtx)
	if err != nil {
		stopEngine()
		return err
	}
	err = f(ctx, e.desk)
	stopEngine()
	<-stopped
	return err
}

// sayIfSimulated says that nothing of what a command prints is real: above a
// list, and beside what programs read.
func sayIfSimulated(cmd *cobra.Command, simulated bool) {
	if !simulated {
		return
	}
	w := cmd.ErrOrStderr()
	if asJSON, err := cmd.Flags().GetBool("json"); err == nil && !asJSON && cmd.Flags().NArg() == 0 {
		w = cmd.OutOrStdout()
	}
	fmt.Fprintln(w, "Simulated data, of no real shop.")
}

// barOn is a progress bar on a terminal, without colours.
func barOn(w io.Writer, entry string) *progressbar.ProgressBar {
	return progressbar.NewOptions(-1, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(plain.Text(entry)),
		progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionSpinnerType(14))
}

// follow waits until the run has ended, showing how far it is.
func follow(ctx context.Context, w io.Writer, d *desk, r runView, show bool) (runView, error) {
	var bar *progressbar.ProgressBar
	if f := terminal(w); show && f != nil {
		bar = barOn(f, r.Entry)
	}
	var err error
	for told := time.Now(); r.State != api.Ended; {
		pause(ctx, d.poll)
		if ctx.Err() != nil {
			return r, left(r, d)
		}
		if r, err = d.Run(ctx, r.ID); err != nil {
			return r, err
		}
		if show && bar == nil && time.Since(told) >= progressEvery {
			told = time.Now()
			fmt.Fprintf(w, "%s: %s\n", r.Entry, progress(r))
			if f, ok := w.(interface{ Flush() error }); ok {
				_ = f.Flush()
			}
		}
		if bar == nil || r.Progress == (api.Progress{}) {
			continue
		}
		bar.Describe(plain.Text(r.Progress.Note))
		if r.Progress.Total > 0 {
			bar.ChangeMax(r.Progress.Total)
		}
		_ = bar.Set(r.Progress.Done)
	}
	if bar != nil {
		_ = bar.Finish()
	}
	return r, nil
}

// left is the error of somebody who does not wait for the end of a run.
func left(r runView, d *desk) error {
	if d.own {
		return fmt.Errorf("run %s of %s stops here, with the engine of this command, and goes on at its checkpoint when one runs again: backroom serve", r.ID, r.Entry)
	}
	return fmt.Errorf("run %s of %s goes on: backroom runs %s shows it, backroom jobs cancel %s stops it", r.ID, r.Entry, r.ID, r.Entry)
}

// terminal is the terminal behind w, nil if there is none: a progress bar steers it.
func terminal(w io.Writer) *os.File {
	if p, ok := w.(*plain.Writer); ok {
		w = p.To()
	}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return f
	}
	return nil
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// summary prints what a run has done, its counts in a line of their own: both fit a
// terminal of 80 columns.
func summary(w io.Writer, r runView) {
	c := r.Counts
	fmt.Fprintf(w, "%s: %s in %v; %d API calls, %d points\n  %d read, %d created, %d updated, %d unchanged, %d skipped, %d failed\n",
		r.Entry, r.Outcome, r.Ended.Sub(r.Started).Round(time.Millisecond), c.Requests, c.Points, c.Read, c.Created, c.Updated, c.Unchanged, c.Skipped, c.Failed)
	if r.Merchant != "" {
		fmt.Fprintln(w, r.Merchant)
	}
	if r.Outcome == jobqueue.Failed && r.Detail != "" {
		fmt.Fprintln(w, "  "+r.Detail)
	}
	if r.DryRun && len(r.Report) > 0 {
		report(w, r)
	}
}

// report prints what a dry run would have done.
func report(w io.Writer, r runView) {
	defer func() {
		if r.RowsLeft > 0 {
			fmt.Fprintf(w, "There are %d more, which are not listed.\n", r.RowsLeft)
		}
	}()
	if r.Task == posting.OrdersTask || r.Task == posting.InvoicesTask {
		postings(w, r.Report)
		return
	}
	if r.Task == documents.TaskName {
		var ps []documents.Planned
		if json.Unmarshal(r.Report, &ps) != nil {
			return
		}
		t := newTable("ORDER", "WOULD BE", "CUSTOMER", "LINES", "TOTAL")
		for _, p := range ps {
			if p.Document == nil {
				if p.Held != "" {
					t.row(p.Order, "held", p.Held, "", "")
				} else if len(p.Problems) > 0 {
					t.row(p.Order, "-", p.Problems[0].Text, "", p.Total)
				} else {
					t.row(p.Order, "sales order", "", "", p.Total)
				}
				continue
			}
			t.row(p.Order, "sales order", p.Document.CustomerNumber, len(p.Document.Lines), p.Total)
		}
		t.print(w)
		return
	}
	var ps []orders.Planned
	if json.Unmarshal(r.Report, &ps) != nil {
		return
	}
	t := newTable("ORDER", "WOULD BE", "WHY")
	var found *orders.Found
	for _, p := range ps {
		if p.Found != nil {
			found = p.Found
			continue
		}
		t.row(p.Order, p.State, p.Reason)
	}
	if found == nil || len(ps) > 1 {
		t.print(w)
	}
	if found != nil {
		fmt.Fprintf(w, "%v.\n", found)
	}
}

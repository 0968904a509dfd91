package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"backroom/shared/api"
	"backroom/shared/api/client"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
)

// many is an action on all jobs, or all runs, that fit a filter.
type many struct {
	action, what string // such as hold and jobs
	dryRun, all  bool   // of all shops
	// some reports whether a filter is given.
	some func() bool
	// send asks for a part: of the filter from a page on, or of what was seen.
	send func(ctx context.Context, d *desk, dry bool, page string, seen []api.Seen) (acted, error)
}

// acted is an answer about jobs or runs.
type acted struct {
	Shop    string         `json:"shop"`
	Count   int            `json:"count"`
	Jobs    []actedOn      `json:"jobs,omitempty"`
	Runs    []actedOn      `json:"runs,omitempty"`
	Refused []api.NotActed `json:"refused"`
	Changed []string       `json:"changed"`

	seen [][]api.Seen
	next string
}

// actedOn is one of them, and the run that was started for it.
type actedOn struct {
	ID  string `json:"id"`
	Job string `json:"job,omitempty"` // of a run
	Run string `json:"run,omitempty"`
}

func (a *acted) add(b acted) {
	a.Count += b.Count
	a.Jobs, a.Runs = append(a.Jobs, b.Jobs...), append(a.Runs, b.Runs...)
	a.Refused, a.Changed = append(a.Refused, b.Refused...), append(a.Changed, b.Changed...)
	for _, s := range b.seen {
		if len(s) > 0 {
			a.seen = append(a.seen, s)
		}
	}
}

func newActed(shop string) acted {
	return acted{Shop: shop, Refused: []api.NotActed{}, Changed: []string{}}
}

// orOne has a verb that does one thing do it to all that fit a filter, too.
func (m *many) orOne(c *cobra.Command) {
	one := c.RunE
	c.Args = cobra.MaximumNArgs(1)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if err := m.wrong(args); err != nil {
			return err
		}
		if len(args) == 1 {
			return one(cmd, args)
		}
		return m.run(cmd)
	}
}

// flags gives a verb those of an action on many.
func (m *many) flags(c *cobra.Command) {
	c.Flags().BoolVar(&m.dryRun, "dry-run", false, "with a filter: change nothing; say which "+m.what+" these are")
	c.Flags().BoolVar(&m.all, allShops, false, "with a filter: of all shops of a stage, one after the other")
	c.Flags().Bool("yes", false, "do not ask, with a filter")
}

// allShops is the flag of a verb that goes through all shops.
const allShops = "all-shops"

// wrong says why a command's arguments name neither one thing nor many.
func (m *many) wrong(args []string) error {
	if one := len(args) == 1; one == m.some() || one && (m.dryRun || m.all) {
		return fmt.Errorf("%s: name one, or all that fit a filter (--help lists them)", m.action)
	}
	return nil
}

// run previews the action, and does it on what was seen if that is agreed to.
func (m *many) run(cmd *cobra.Command) error {
	return with(cmd, !m.dryRun && m.starts(), func(ctx context.Context, d *desk) error {
		shops := []string{d.Shop}
		if m.all {
			ss, err := d.Shops(ctx)
			if err != nil {
				return err
			}
			shops = nil
			for _, s := range ss {
				if s.DisconnectedAt.IsZero() {
					shops = append(shops, s.Code)
				}
			}
		}
		would, err := m.preview(ctx, d, shops)
		if err != nil {
			return err
		}
		n := 0
		for _, w := range would {
			n += w.Count
		}
		if !asJSON(cmd) {
			m.say(cmd.OutOrStdout(), "can be acted on", would)
		}
		if m.dryRun || n == 0 {
			return m.print(cmd, would)
		}
		if err := asked(cmd, fmt.Sprintf("%s %d %s?", m.action, n, m.what)); err != nil {
			return err
		}
		did, err := m.act(ctx, d, would)
		if err != nil {
			return err
		}
		if !asJSON(cmd) {
			m.say(cmd.OutOrStdout(), "done", did)
		}
		if err := m.print(cmd, did); err != nil || !d.own {
			return err
		}
		return m.await(ctx, cmd.ErrOrStderr(), d, did)
	})
}

// await waits for the runs that were started: nobody else would do them before the
// next start of an engine.
func (m *many) await(ctx context.Context, w io.Writer, d *desk, did []acted) error {
	seen := map[string]bool{"": true}
	for _, a := range did {
		for _, x := range append(a.Jobs, a.Runs...) {
			if seen[x.Run] || !m.starts() {
				continue
			}
			seen[x.Run] = true
			r, err := d.Run(ctx, x.Run)
			if err == nil {
				_, err = follow(ctx, w, d, r, false)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// starts reports whether the action has runs start, for which an engine must be there.
func (m *many) starts() bool {
	return m.action == string(jobs.Restart) || m.action == string(api.RunsActionActionRetry)
}

func (m *many) preview(ctx context.Context, d *desk, shops []string) (out []acted, err error) {
	for _, code := range shops {
		d.Shop = code
		all, page := newActed(code), ""
		for more := true; more; more = page != "" {
			part, err := m.send(ctx, d, true, page, nil)
			if err != nil {
				return nil, err
			}
			all.add(part)
			page = part.next
		}
		out = append(out, all)
	}
	return out, nil
}

// act acts on what was seen, and on nothing else.
func (m *many) act(ctx context.Context, d *desk, would []acted) (out []acted, err error) {
	n := 0
	for _, w := range would {
		d.Shop = w.Shop
		did := newActed(w.Shop)
		for _, seen := range w.seen {
			part, err := m.send(ctx, d, false, "", seen)
			if err != nil {
				if n > 0 {
					err = errors.Join(err, fmt.Errorf("%d %s were done before that; the same command does the rest", n, m.what))
				}
				return nil, err
			}
			n += part.Count
			did.add(part)
		}
		out = append(out, did)
	}
	return out, nil
}

// print prints as JSON what programs read.
func (m *many) print(cmd *cobra.Command, as []acted) error {
	switch {
	case !asJSON(cmd):
		return nil
	case m.all:
		return printJSON(cmd.OutOrStdout(), append([]acted{}, as...))
	}
	return printJSON(cmd.OutOrStdout(), as[0])
}

// say says for people which these are, and which not.
func (m *many) say(w io.Writer, how string, as []acted) {
	for _, a := range as {
		in := ""
		if m.all {
			in = a.Shop + ": "
		}
		var names []string
		for _, x := range append(a.Jobs, a.Runs...) {
			names = append(names, strings.TrimSpace(x.ID+" "+x.Job))
		}
		text := fmt.Sprintf("%s%s: %d %s %s", in, m.action, a.Count, m.what, how)
		if a.Count > 0 {
			text += ": " + some(names)
		}
		fmt.Fprintln(w, text)
		var rs []api.NotDecided
		for _, r := range a.Refused {
			rs = append(rs, api.NotDecided{Order: in + r.ID, Detail: r.Detail})
		}
		refusals(w, rs)
		if len(a.Changed) > 0 {
			fmt.Fprintf(w, "%s%d have changed meanwhile and were left out: %s\n", in, len(a.Changed), some(a.Changed))
		}
	}
}

// manyJobs is an action on all jobs that fit the filter of a verb's flags.
func manyJobs(c *cobra.Command, a jobs.Action, reason *string) *many {
	b := api.JobsAction{Action: api.JobsActionAction(a)}
	var status string
	f := c.Flags()
	f.StringVar(&status, "status", "", "all jobs of this status: "+listed(statusNames()))
	f.StringVar(&b.Task, "task", "", "all jobs of this task")
	f.StringVar(&b.Category, "category", "", "all jobs of this category")
	f.StringVar(&b.Job, "name", "", "all jobs of this id, with * for any characters")
	m := &many{action: c.Name(), what: "jobs"}
	m.some = func() bool {
		return status != "" || b.Task != "" || b.Category != "" || b.Job != ""
	}
	m.send = func(ctx context.Context, d *desk, dry bool, page string, seen []api.Seen) (out acted, err error) {
		q := api.JobsAction{Action: b.Action, Jobs: seen}
		if reason != nil {
			q.Reason = *reason
		}
		if len(seen) == 0 {
			q.Status, q.Task, q.Category, q.Job, q.DryRun, q.Page = jobqueue.Status(status), b.Task, b.Category, b.Job, dry, page
		}
		var p api.ActedJobs
		err = d.ask(&p, func(c *client.Client) (*http.Response, error) { return c.ActOnJobs(ctx, d.Shop, q) })
		for _, j := range p.Jobs {
			out.Jobs = append(out.Jobs, actedOn{ID: j.Job, Run: j.Run})
		}
		out.Count, out.Refused, out.Changed, out.seen, out.next = p.Count, p.Refused, p.Changed, [][]api.Seen{p.Seen}, p.Next
		return out, err
	}
	m.flags(c)
	return m
}

func statusNames() (out []string) {
	for _, s := range jobs.Statuses {
		out = append(out, string(s))
	}
	return out
}

// manyRuns is an action on all runs that fit the filter of a verb's flags.
func manyRuns(c *cobra.Command, a api.RunsActionAction) *many {
	b := api.RunsAction{Action: a}
	f := c.Flags()
	if a == api.RunsActionActionRetry {
		f.StringVar(&b.Outcome, "outcome", "", "all runs with these outcomes: failed, lost, cancelled or skipped")
	}
	f.StringVar(&b.Job, "entry", "", "all runs of this job, with * for any characters")
	f.StringVar(&b.Task, "task", "", "all runs of this task")
	f.StringVar(&b.Category, "category", "", "all runs of jobs of this category")
	f.StringVar(&b.Since, "since", "", "all runs since then: a time, a day, or a duration before now")
	f.StringVar(&b.Until, "until", "", "all runs before then")
	m := &many{action: string(a), what: "runs"}
	m.some = func() bool {
		return b.Outcome != "" || b.Job != "" || b.Task != "" || b.Category != "" || b.Since != "" || b.Until != ""
	}
	m.send = func(ctx context.Context, d *desk, dry bool, page string, seen []api.Seen) (out acted, err error) {
		q := b
		if q.DryRun, q.Page = dry, page; len(seen) > 0 {
			q = api.RunsAction{Action: a, Runs: seen}
		}
		var p api.ActedRuns
		err = d.ask(&p, func(c *client.Client) (*http.Response, error) { return c.ActOnRuns(ctx, d.Shop, q) })
		for _, r := range p.Runs {
			out.Runs = append(out.Runs, actedOn{ID: r.Run, Job: r.Job, Run: r.By})
		}
		out.Count, out.Refused, out.Changed, out.seen, out.next = p.Count, p.Refused, p.Changed, [][]api.Seen{p.Seen}, p.Next
		return out, err
	}
	m.flags(c)
	return m
}

// retryRunsCommand retries one run and follows it, or all that fit a filter.
func retryRunsCommand() *cobra.Command {
	c := retryCommand()
	c.Use = "retry [RUN]"
	c.Short = "a run that failed again, or all that fit a filter"
	c.Long = `Makes a new run with the input of one that ended without success, or of all that
fit a filter: these are counted and named first. Without --outcome these are the
failed and the lost ones; what was retried already is left out. Runs with the
input of their job have one new run in common.

  backroom runs retry 06h0eqq40000000108
  backroom runs retry --since 24h --dry-run
  backroom runs retry --entry "sync-*" --outcome failed,cancelled

` + statusHelpText
	manyRuns(c, api.RunsActionActionRetry).orOne(c)
	return c
}

// cancelRunsCommand stops one run, or all that fit a filter.
func cancelRunsCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "cancel [RUN]", Short: "stop a run, or all that fit a filter",
		Long: `Stops a run at its next step, or before it starts; or all that fit a filter:
these are counted and named first.

  backroom runs cancel 06h0eqq40000000108
  backroom runs cancel --category orders --dry-run`,
	}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		return with(cmd, false, func(ctx context.Context, d *desk) error {
			if err := d.Cancel(ctx, args[0]); err != nil {
				return err
			}
			r, err := d.Run(ctx, args[0])
			if err != nil {
				return err
			}
			return told(cmd, r, "Run "+args[0]+" is asked to stop.")
		})
	}
	manyRuns(c, api.RunsActionActionCancel).orOne(c)
	tellsJSON(c)
	return c
}

package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"backroom/shared/api"
	"backroom/shared/api/client"
	"backroom/shared/connect"
	"backroom/shared/jobqueue"
)

// look is a shop at one look.
type look struct {
	Shop   api.Shop  `json:"shop"`
	Engine string    `json:"engine"` // where it is; "" if none runs
	Cues   api.Cues  `json:"cues"`
	Jobs   []api.Job `json:"jobs"`
	Next   string    `json:"next"` // what a person does next; "" for nothing
}

// look reads it.
func (d *desk) look(ctx context.Context) (l look, err error) {
	ss, err := d.Shops(ctx)
	if err != nil {
		return l, err
	}
	for _, s := range ss {
		if s.Code == d.Shop {
			l.Shop = s
		}
	}
	if !d.own {
		l.Engine = d.at
	}
	if l.Cues, err = d.Cues(ctx); err != nil {
		return l, err
	}
	if l.Jobs, err = d.Jobs(ctx); err != nil {
		return l, err
	}
	l.Next = l.next()
	return l, nil
}

func (l look) orders(state api.OrderState) int { return l.Cues.Orders[string(state)] }

// issues is how many there are of each kind of record, and shipments that are open.
func (l look) issues() string {
	var out []string
	for _, kind := range slices.Sorted(maps.Keys(l.Cues.Records)) {
		if n := l.Cues.Records[kind]; n > 0 {
			out = append(out, fmt.Sprintf("%d of kind %s", n, kind))
		}
	}
	if l.Cues.More {
		out = append(out, "and more")
	}
	if n := l.Cues.Shipments; n > 0 {
		out = append(out, fmt.Sprintf("%d shipments are open", n))
	}
	return listed(out)
}

// told reports whether there is an issue, of whatever kind of record.
func (l look) told() bool {
	for _, n := range l.Cues.Records {
		if n > 0 {
			return true
		}
	}
	return l.Cues.More
}

// ailing are the jobs that stand still or whose last run has failed.
func (l look) ailing() (out []string) {
	for _, j := range l.Jobs {
		if j.Status == jobqueue.InError || j.LastOutcome == jobqueue.Failed || j.LastOutcome == jobqueue.Lost {
			out = append(out, j.ID)
		}
	}
	return out
}

// next is what a person does next: what keeps most from working comes first.
func (l look) next() string {
	ailing := l.ailing()
	switch {
	case l.parted() && l.Shop.Simulated:
		return "backroom serve --reconnect"
	case l.parted():
		return "connect the shop again: backroom serve --reconnect on this machine, operate connect for a stage"
	case l.Engine == "":
		return "backroom serve"
	case l.Cues.Paused:
		return "backroom jobs resume"
	case len(ailing) > 0:
		return "backroom runs --outcome failed,lost --limit 1, then backroom doctor"
	case l.orders(api.OrderStateAttention)+l.orders(api.OrderStateConflict) > 0 || l.told():
		return "backroom issues"
	}
	return ""
}

// parted reports whether the shop was disconnected.
func (l look) parted() bool { return !l.Shop.DisconnectedAt.IsZero() }

// status is the program's for it.
func (l look) status() int {
	switch {
	case l.Engine == "" || l.Cues.Paused || l.parted():
		return statusNotRun
	case len(l.ailing()) > 0:
		return statusFailed
	case l.orders(api.OrderStateAttention)+l.orders(api.OrderStateConflict)+l.orders(api.OrderStateUnread) > 0 || l.told():
		return statusIssues
	}
	return 0
}

func statusCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "status", Short: "the shop at one look, and what to do next", Args: cobra.NoArgs,
		Long: `The shop at one look: engine, jobs, what waits, and what to do next.

Exit status: 0 all is well, 2 a job has failed, 3 something waits for somebody,
4 nothing runs (no engine, paused or disconnected), 1 anything else.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return with(cmd, false, func(ctx context.Context, d *desk) error {
				l, err := d.look(ctx)
				if err != nil {
					return err
				}
				if asJSON(cmd) {
					err = printJSON(cmd.OutOrStdout(), l)
				} else {
					l.print(cmd.OutOrStdout())
				}
				if n := l.status(); err == nil && n != 0 {
					return &exit{status: n}
				}
				return err
			})
		},
	}
	c.Flags().Bool("json", false, "print JSON")
	return c
}

func (l look) print(w io.Writer) {
	engine := either(l.Engine, "none runs: nothing starts by itself")
	if l.Cues.Paused {
		engine += ", paused"
	}
	fmt.Fprint(w, connect.Paragraph("Shop      ", fmt.Sprintf("%s, with company %s of %s", l.Shop.Domain, l.Shop.Company, l.Shop.Environment)))
	if l.parted() {
		fmt.Fprintf(w, "          disconnected at %s\n", when(l.Shop.DisconnectedAt))
	}
	fmt.Fprint(w, connect.Paragraph("Engine    ", engine))
	label := "Jobs      "
	for _, j := range l.Jobs {
		said := fmt.Sprintf("%s %s", j.ID, j.Status)
		if j.Why != "" {
			said += " (" + j.Why + ")"
		}
		if j.LastOutcome != "" {
			said += fmt.Sprintf(", last %s at %s", j.LastOutcome, when(j.LastStarted))
		}
		if !j.Next.IsZero() || !j.RetryAt.IsZero() {
			said += ", next " + nextOf(j)
		}
		fmt.Fprint(w, connect.Paragraph(label, said))
		label = "          "
	}
	var waits []string
	for _, s := range slices.Sorted(maps.Keys(l.Cues.Orders)) {
		if n := l.Cues.Orders[s]; n > 0 {
			waits = append(waits, fmt.Sprintf("%d %s", n, s))
		}
	}
	fmt.Fprint(w, connect.Paragraph("Orders    ", either(listed(waits), "none waits")))
	if issues := l.issues(); issues != "" {
		fmt.Fprint(w, connect.Paragraph("Issues    ", issues))
	}
	if l.Next != "" {
		fmt.Fprint(w, connect.Paragraph("Next      ", l.Next))
	}
}

func doctorCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "doctor", Short: "read both sides now, and say what is wrong and how it is mended", Args: cobra.NoArgs,
		Long: `Reads Shopify and Business Central now, with the connection of the server that
runs, and says of each whether it answers, of each right that a task needs
whether the app has it, and what the shop card leaves open, worst first.

Exit status: 0 nothing is wrong, 2 a side refuses, or nothing can run, 3 some
orders will wait, 1 anything else.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return with(cmd, false, func(ctx context.Context, d *desk) error {
				var k api.Check
				err := d.ask(&k, func(c *client.Client) (*http.Response, error) { return c.CheckConnection(ctx, d.Shop) })
				if r, ok := err.(refusal); ok && r.code == api.ProblemCodeUpstream { //nolint:errorlint // ask does not wrap it
					return &exit{status: statusFailed, err: err}
				}
				if err != nil || asJSON(cmd) {
					err = either2(err, cmd, k)
				} else {
					diagnosis(cmd.OutOrStdout(), k)
				}
				if n := gravity(k); err == nil && n != 0 {
					return &exit{status: n}
				}
				return err
			})
		},
	}
	c.Flags().Bool("json", false, "print JSON")
	return c
}

// gravity is the exit status that a check makes.
func gravity(k api.Check) (status int) {
	for _, s := range k.Sides {
		if !s.Answers {
			return statusFailed
		}
	}
	for _, f := range k.Findings {
		switch f.Weight {
		case api.Stops:
			return statusFailed
		case api.Waits, api.Hidden:
			status = statusIssues
		case api.Note:
		}
	}
	return status
}

func diagnosis(w io.Writer, k api.Check) {
	for _, s := range k.Sides {
		if s.Answers {
			fmt.Fprintln(w, s.Name+" answers.")
			continue
		}
		fmt.Fprint(w, connect.Paragraph(s.Name+": ", s.Text+" "+s.WayOut))
	}
	rights(w, k.Rights)
	heads := map[api.FindingWeight]string{
		api.Stops: "Nothing can run:", api.Waits: "Some orders will wait for a person:", api.Hidden: "The app may not read all of an order:", api.Note: "Good to know:",
	}
	said := api.FindingWeight("")
	for _, f := range k.Findings {
		if f.Weight != said {
			fmt.Fprintln(w, heads[f.Weight])
			said = f.Weight
		}
		fmt.Fprint(w, connect.Paragraph("- ", strings.TrimSpace(f.Text+" "+f.WayOut)))
	}
}

// rights says of each right that tasks need whether the app has it, and how it is given.
func rights(w io.Writer, rs []api.Right) {
	t := newTable("RIGHT", "GIVEN", "FOR")
	t.spare = []string{"GIVEN"}
	ways := map[string][]string{} // rights by way out
	var order []string
	for _, r := range rs {
		given := map[string]string{string(connect.Given): "yes", string(connect.Missing): "no", string(connect.Untold): "not told"}[r.Given]
		purpose := r.For
		if r.Optional {
			purpose += " (if wanted)"
		}
		t.row(r.Name, given, purpose)
		if r.WayOut == "" {
			continue
		}
		if ways[r.WayOut] == nil {
			order = append(order, r.WayOut)
		}
		ways[r.WayOut] = append(ways[r.WayOut], r.Name)
	}
	t.print(w)
	for _, way := range order {
		fmt.Fprint(w, connect.Paragraph("-> ", listed(ways[way])+": "+way))
	}
}

func trailCommand() *cobra.Command {
	var at paging
	c := &cobra.Command{
		Use: "trail", Short: "who changed what, when, and with which effect, newest first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return with(cmd, false, func(ctx context.Context, d *desk) error {
				cs, more, err := pageOf(at, func(page string, limit int) ([]api.TrailEntry, string, error) {
					var l api.TrailList
					err := d.ask(&l, func(c *client.Client) (*http.Response, error) {
						return c.ListTrail(ctx, d.Shop, &api.ListTrailParams{Page: page, Limit: new(limit)})
					})
					return l.Changes, l.Next, err
				})
				if err != nil || asJSON(cmd) {
					err = either2(err, cmd, cs)
				} else {
					t := newTable("WHEN", "WHO", "WHAT", "ON", "EFFECT")
					for _, c := range cs {
						t.row(when(c.At), c.By, c.Operation, subject(c.Path), either(c.Effect, "-"))
					}
					t.print(cmd.OutOrStdout())
				}
				if more {
					fmt.Fprintln(cmd.ErrOrStderr(), at.of(len(cs), total{}))
				}
				return err
			})
		},
	}
	c.Flags().Bool("json", false, "print JSON")
	at.flags(c, 50)
	return c
}

// subject is what a change was about: its path in the shop.
func subject(path string) string {
	parts := strings.Split(path, "/")
	if len(parts) > 4 && parts[2] == "shops" {
		parts = parts[4:]
	}
	text := strings.Join(parts, "/")
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}

// progressEvery is how often a run that is followed without a progress bar says
// how far it is.
const progressEvery = 5 * time.Second

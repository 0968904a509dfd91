package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"backroom/infra/sim/host"
	"backroom/shared/api"
	"backroom/shared/config"
	"backroom/shared/connect"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
)

func demoCommand() *cobra.Command {
	var catalog string
	c := &cobra.Command{
		Use:   "demo",
		Short: "a whole sync in front of your eyes, against simulated shops",
		Long: `Starts the simulators and an engine of its own on free loopback ports, lets the
schedule import the shop's orders and make sales orders of them, and shows what
happened. Nothing is kept.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return demo(cmd, catalog) },
	}
	c.Flags().StringVar(&catalog, "catalog", "", "fill the shop from a product CSV in Shopify's export format")
	return c
}

func demo(cmd *cobra.Command, catalog string) (err error) {
	ctx, cancel := context.WithTimeout(cmd.Context(), 2*time.Minute)
	defer cancel()
	w := cmd.OutOrStdout()
	begin := time.Now()
	folder, err := os.MkdirTemp("", "backroom-demo-")
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	s := settings{
		Config: config.Config{Data: folder, Listen: "127.0.0.1:0", Workers: 4, Every: 10 * time.Minute},
		log:    slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	p, err := standIn(ctx, &s, func() (*sims, error) { return spawn(ctx, "--catalog", catalog) })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	tellSimulators(w, s.sims)
	s.anchor = time.Now() // the first slot is a second after both sides are read
	e, err := open(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	h, err := listen(ctx, s)
	if err != nil {
		return err
	}
	h.answerFor(e)
	go func() { _ = h.Serve(h.listener) }()
	defer func() { _ = h.Close() }()
	engineCtx, stopEngine := context.WithCancel(ctx)
	stopped, err := e.start(engineCtx)
	if err != nil {
		stopEngine()
		return err
	}
	defer func() { stopEngine(); <-stopped }()
	fmt.Fprintf(w, "Backroom                    http://%s\n  %s starts at %s\n\n", h.addr, imports, e.anchor.Format("15:04:05"))
	if err := foretell(w, e); err != nil {
		return err
	}
	for _, task := range []string{imports, makesDocuments} {
		r, err := await(ctx, e, task)
		if err != nil {
			return err
		}
		if r, err = showProgress(ctx, w, e.desk, r); err != nil {
			return err
		}
		summary(w, r)
	}
	if err := immediate(ctx, w, h); err != nil {
		return err
	}
	if err := quiet(ctx, e); err != nil {
		return err
	}
	if err := tell(ctx, w, e, begin); err != nil {
		return err
	}
	d, err := (&running{Address: h.addr, Token: h.token}).desk(ctx)
	if err != nil {
		return err
	}
	single, err := soldOut(ctx, w, d, s.sims.BC)
	if err != nil {
		return fmt.Errorf("demo: stock: %w", err)
	}
	if err := catalogue(ctx, w, d, s.sims.BC, single); err != nil {
		return fmt.Errorf("demo: catalogue: %w", err)
	}
	return nil
}

func tellSimulators(w io.Writer, i *host.Info) {
	fmt.Fprintf(w, "Shopify simulator           %s\n  %s: %d products, %d customers, %d orders\n", i.Shopify, i.Domain, i.Products, i.Customers, i.Orders)
	fmt.Fprintf(w, "Business Central simulator  %s\n", strings.TrimSuffix(i.BC, "/v2.0"))
}

// foretell says what the connection has found.
func foretell(w io.Writer, e *engine) error {
	err := connect.Write(w, e.findings)
	if len(e.findings) > 0 {
		fmt.Fprintln(w)
	}
	return err
}

// quiet waits until nothing runs any more: a run that has ended may have started
// another one.
func quiet(ctx context.Context, e *engine) error {
	for ctx.Err() == nil {
		rs, _, err := e.desk.Runs(ctx, "", 20)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(rs, func(r runView) bool { return r.State != api.Ended }) {
			return nil
		}
		pause(ctx, 20*time.Millisecond)
	}
	return ctx.Err()
}

// await waits for the first run of a task.
func await(ctx context.Context, e *engine, task string) (runView, error) {
	for ctx.Err() == nil {
		rs, _, err := e.desk.Runs(ctx, "", 20)
		if err != nil {
			return runView{}, err
		}
		if i := slices.IndexFunc(rs, func(r runView) bool { return r.Task == task }); i >= 0 {
			return rs[i], nil
		}
		pause(ctx, 20*time.Millisecond)
	}
	return runView{}, fmt.Errorf("%s did not start: %w", task, ctx.Err())
}

// showProgress prints how far a run is, a line now and then, so that it reads
// well in a log too.
func showProgress(ctx context.Context, w io.Writer, d *desk, r runView) (runView, error) {
	fmt.Fprintf(w, "%s started by %s\n", r.Entry, r.Trigger)
	last := 0
	var err error
	for r.State != api.Ended {
		pause(ctx, 100*time.Millisecond)
		if r, err = d.Run(ctx, r.ID); err != nil {
			return r, err
		}
		if p := r.Progress; p.Done > last {
			last = p.Done
			fmt.Fprintf(w, "  %s: %d\n", p.Note, p.Done)
		}
	}
	return r, ctx.Err()
}

// immediate asks for one run over HTTP, as a merchant's button does.
func immediate(ctx context.Context, w io.Writer, h listening) error {
	r, err := (&running{Address: h.addr, Token: h.token}).desk(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\nOne run now, over HTTP:\n  $ curl -X POST -H 'Authorization: Bearer %s…' \\\n      http://%s/v1/shops/%s/jobs/%s/runs\n", h.token[:6], h.addr, r.Shop, imports)
	run, err := r.Trigger(ctx, imports, ask{})
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "202 Accepted: run %s\n", run.ID)
	if run, err = follow(ctx, io.Discard, r, run, false); err != nil {
		return err
	}
	summary(w, run)
	return nil
}

// tell prints what happened, and fails if it is not what should have.
func tell(ctx context.Context, w io.Writer, e *engine, begin time.Time) error {
	all, _, err := e.desk.Orders(ctx, "", "", 0)
	if err != nil {
		return err
	}
	by := map[api.OrderState][]orderView{}
	for _, o := range all {
		by[o.State] = append(by[o.State], o)
	}
	if att := by[api.OrderState(orders.Attention)]; len(att) > 0 {
		fmt.Fprintf(w, "\nOrders that need attention:\n")
		attention(w, att)
	}
	cues, err := e.desk.Cues(ctx)
	if err != nil {
		return err
	}
	o := cues.Used
	fmt.Fprintln(w)
	t := newTable("What happened", "")
	t.row("orders imported", len(all))
	t.row("sales orders created", len(by[api.OrderState(orders.Processed)]))
	t.row("orders without document by their nature", fmt.Sprintf("%d (test, cancelled, not confirmed)", len(by[api.OrderState(orders.Skipped)])))
	t.row("orders that need attention", len(by[api.OrderState(orders.Attention)]))
	t.row("Shopify", fmt.Sprintf("%d calls, %d points (%.1f an order)", o.ShopifyRequests, o.ShopifyPoints, ratio(o.ShopifyPoints, len(all))))
	t.row("Business Central", fmt.Sprintf("%d calls (%.2f a sales order)", o.BCRequests, ratio(o.BCRequests, len(by[api.OrderState(orders.Processed)]))))
	t.row("time", time.Since(begin).Round(100*time.Millisecond))
	t.print(w)
	rs, _, err := e.desk.Runs(ctx, "", 20)
	if err != nil {
		return err
	}
	for _, r := range rs {
		if r.Outcome != jobqueue.Succeeded && r.Outcome != jobqueue.SucceededWithIssues {
			return fmt.Errorf("run %s of %s: %s: %s", r.ID, r.Task, either(string(r.Outcome), string(r.State)), either(r.Detail, r.Merchant))
		}
	}
	if len(all) == 0 || len(by[api.OrderState(orders.Processed)]) == 0 || len(by[api.OrderState(orders.Ready)])+len(by[api.OrderState(orders.Creating)]) > 0 {
		return fmt.Errorf("of %d orders, %d have a document and %d still wait", len(all), len(by[api.OrderState(orders.Processed)]), len(by[api.OrderState(orders.Ready)])+len(by[api.OrderState(orders.Creating)]))
	}
	return nil
}

// attention prints what is wrong with each order, and each way out once below
// those that have it.
func attention(w io.Writer, os []orderView) {
	var ways []string
	by := map[string][]orderView{}
	for _, o := range os {
		if by[o.Issue.WayOut] == nil {
			ways = append(ways, o.Issue.WayOut)
		}
		by[o.Issue.WayOut] = append(by[o.Issue.WayOut], o)
	}
	for _, way := range ways {
		for _, o := range by[way] {
			fmt.Fprint(w, connect.Paragraph(fmt.Sprintf("%-7s", o.Name), o.Issue.Text))
		}
		fmt.Fprint(w, connect.Paragraph("    -> ", way))
	}
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

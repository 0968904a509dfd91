package jobs_test

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/memory"
)

// A job is made, run by hand, and held.
func Example() {
	ctx := context.Background()
	now := func() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }
	tasks := jobqueue.NewRegistry(jobqueue.Registration{
		Name:    "count",
		Default: jobqueue.Entry{Category: "numbers", MaxAttempts: 3},
		Task: jobqueue.TaskFunc(func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
			return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Read: 7}}, nil
		}),
	})
	log := slog.New(slog.DiscardHandler)
	store, queue := jobstore.New(memory.NewTable(now), now), memory.NewQueue(now)
	client := jobs.New(store, tasks, queue, memory.NewSchedules(now, queue), log)

	_, err := client.Save(ctx, jobqueue.Entry{Shop: "acme", ID: "nightly", Task: "count", Scope: "acme", Category: "numbers", MaxAttempts: 3, Status: jobqueue.Ready})
	fmt.Println("saved:", err)
	run, err := client.Trigger(ctx, jobs.TriggerRequest{Shop: "acme", Entry: "nightly", Trigger: jobqueue.ByHand})
	fmt.Println("accepted:", err)

	dispatcher := dispatch.New(client, dispatch.NewExecutor(tasks, store, log))
	_, err = dispatcher.Next(ctx, 0)
	fmt.Println("handled:", err)
	run, err = store.Run(ctx, "acme", run.ID)
	fmt.Println(run.Outcome, run.Counts.Read, err)

	_, err = client.Hold(ctx, "acme", "nightly", "stocktaking")
	fmt.Println("held:", err)
	_, err = client.Trigger(ctx, jobs.TriggerRequest{Shop: "acme", Entry: "nightly", Trigger: jobqueue.ByHand})
	fmt.Println(err)
	// Output:
	// saved: <nil>
	// accepted: <nil>
	// handled: <nil>
	// succeeded 7 <nil>
	// held: <nil>
	// run: job nightly of acme is on hold: stocktaking: make it ready first, or restart it
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"backroom/shared/api"
	"backroom/shared/jobqueue/jobs"
)

func jobsCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "jobs", Short: "the jobs, and when they run next; hold, restart, change them",
		Long: `The jobs: what should run, its status, and when it runs next.

A job is ready, in process, waiting (it is due, and another run holds its
category), on hold (by a person), in error (its attempts are used up), or
finished (it has expired).

  backroom jobs                                    what they do or wait for
  backroom jobs hold ` + imports + ` --reason "stocktaking"
  backroom jobs release ` + imports + `                ready again, at its next time
  backroom jobs release --failed                   all that are in error
  backroom jobs hold --category orders --dry-run   all that fit a filter
  backroom jobs restart ` + makesDocuments + `             ready again, and one run now
  backroom jobs cancel ` + imports + `                 stop the run in process
  backroom jobs retry RUN                          a failed run again, as it was
  backroom jobs pause --reason "moving house"      nothing starts until resume
  backroom jobs set ` + imports + ` --every 5m
  backroom jobs show ` + imports + ` > job.json        as a file, to be changed …
  backroom jobs save job.json                      … and saved

What a job's status forbids is refused with a sentence that says the way out.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return with(cmd, false, func(ctx context.Context, d *desk) error {
				js, err := d.Jobs(ctx)
				if err != nil || asJSON {
					return either2(err, cmd, js)
				}
				p, err := d.Paused(ctx)
				if err != nil {
					return err
				}
				w := cmd.OutOrStdout()
				if p.Paused {
					fmt.Fprintln(w, paused(p))
				}
				t := newTable("JOB", "STATUS", "EVERY", "NEXT", "LAST STARTED", "LAST OUTCOME", "")
				t.spare = []string{"LAST STARTED", "EVERY"}
				for _, j := range js {
					t.row(j.ID, j.Status, either(j.Every, "follow-up"), nextOf(j), when(j.LastStarted), either(string(j.LastOutcome), "-"), j.Why)
				}
				t.print(w)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.AddCommand(showCommand(), setJobCommand(), saveCommand(), holdCommand(), releaseCommand(), restartCommand(), runJobCommand(),
		actCommand(jobs.ToCancel, "stop the job's run: at its next heartbeat, or before it starts"),
		actCommand(jobs.ToDelete, "delete a job of your own; its runs stay in the log"),
		retryCommand(), pauseCommand(), resumeCommand())
	for _, sub := range c.Commands() {
		if sub.Flags().Lookup("json") == nil {
			tellsJSON(sub)
		}
		switch _, what, _ := strings.Cut(sub.Use, " "); what {
		case "JOB", "[JOB]":
			completes(sub, jobNames)
		case "RUN", "[RUN]":
			completes(sub, runNames)
		}
	}
	return c
}

// nextOf says when a job runs next, and which attempt that is after a failure.
func nextOf(j api.Job) string {
	if j.RetryAt.IsZero() || !j.Next.IsZero() && j.Next.Before(j.RetryAt) {
		return when(j.Next)
	}
	return fmt.Sprintf("retry %d of %d at %s", j.Attempts+1, j.MaxAttempts, j.RetryAt.Local().Format("15:04 MST"))
}

func paused(p api.Pause) string {
	what, flag := "The jobs of this shop are", ""
	if p.Everything {
		what, flag = "All jobs are", " --everything"
	}
	why := ""
	if p.Pause.Reason != "" {
		why = ": " + p.Pause.Reason
	}
	return fmt.Sprintf("%s paused since %s%s. Nothing starts until: backroom jobs resume%s", what, when(p.Pause.Since), why, flag)
}

func showCommand() *cobra.Command {
	return &cobra.Command{
		Use: "show JOB", Short: "a job as JSON, as save takes it", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return with(cmd, false, func(ctx context.Context, d *desk) error {
				f, err := d.Form(ctx, args[0])
				return either2(err, cmd, f)
			})
		},
	}
}

func saveCommand() *cobra.Command {
	return &cobra.Command{
		Use: "save FILE", Short: "make or change a job from a JSON file (- is standard input)", Args: cobra.ExactArgs(1),
		Long: `Makes a job, or changes the one with the same id. All that is wrong with it is
said at once, each with field, value and what is allowed, and nothing is saved.
Warnings name jobs that may run at the same time and write the same data.

  {
    "id": "night-orders", "task": "` + imports + `",
    "every": "15m", "startingTime": "22:00", "endingTime": "06:00",
    "weekdays": ["mon", "tue", "wed", "thu", "fri"], "zone": "Europe/Berlin",
    "idleLimit": "2h", "maxAttempts": 5, "rerunDelay": "1m",
    "parameters": {"financialStatus": ["PAID"]}
  }

Instead of "every", "formula" takes a date formula such as 1D or CM+1D; with
"once": true and "earliestStart" the job runs once and is gone. What is left out
of a new job is as its task suggests. A "version", as show prints it, refuses to
overwrite what somebody else has changed since.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			var form []byte
			var err error
			if args[0] == "-" {
				form, err = io.ReadAll(cmd.InOrStdin())
			} else {
				form, err = os.ReadFile(args[0])
			}
			if err != nil {
				return err
			}
			return with(cmd, false, func(ctx context.Context, d *desk) error {
				s, err := d.Save(ctx, form)
				if err != nil || asJSON(cmd) {
					return either2(err, cmd, s)
				}
				saved(cmd.OutOrStdout(), s)
				return nil
			})
		},
	}
}

func saved(w io.Writer, s api.SavedJob) {
	for _, warning := range s.Warnings {
		fmt.Fprintln(w, "warning:", warning)
	}
	fmt.Fprintf(w, "%s: saved, version %d.\n", s.Job.ID, s.Job.Version)
}

func act(cmd *cobra.Command, entry string, a jobs.Action, o api.ActionRequest) error {
	return with(cmd, false, func(ctx context.Context, d *desk) error {
		if a == jobs.ToDelete {
			if err := asked(cmd, "Delete job "+entry+" of "+d.Shop+"?"); err != nil {
				return err
			}
		}
		done, err := d.Act(ctx, entry, a, o)
		if err != nil {
			return err
		}
		said := map[jobs.Action]string{
			jobs.ToHold: "on hold; a run in process goes on to its end", jobs.ToReady: "ready",
			jobs.ToCancel: "run " + done.Run + " is asked to stop", jobs.ToDelete: "deleted; its runs stay in the log",
		}
		return told(cmd, done, entry+": "+said[a]+".")
	})
}

func actCommand(a jobs.Action, short string) *cobra.Command {
	c := &cobra.Command{
		Use: string(a) + " JOB", Short: short, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return act(cmd, args[0], a, api.ActionRequest{}) },
	}
	if a == jobs.ToDelete {
		asksFirst(c)
		return c
	}
	c.Use = string(a) + " [JOB]"
	manyJobs(c, a, nil).orOne(c)
	return c
}

func holdCommand() *cobra.Command {
	var o api.ActionRequest
	c := &cobra.Command{
		Use: "hold [JOB]", Short: "keep a job from starting until it is released",
		Long: `Keeps a job from starting until it is released: by schedule, by hand and as a
follow-up. What comes meanwhile is skipped, not stored up. A run in process goes
on to its end; cancel stops it.
` + manyHelpText,
		RunE: func(cmd *cobra.Command, args []string) error { return act(cmd, args[0], jobs.ToHold, o) },
	}
	c.Flags().StringVar(&o.Reason, "reason", "", "shown to whoever meets the job")
	manyJobs(c, jobs.ToHold, &o.Reason).orOne(c)
	return c
}

func releaseCommand() *cobra.Command {
	var failed bool
	c := &cobra.Command{
		Use: "release [JOB]", Short: "make a job ready that is on hold, in error or finished",
		Long: `Makes a job ready that is on hold, in error or finished: it runs at its next
time, with all its attempts. restart runs it now as well. --failed is --status
error without a question.
` + manyHelpText,
		RunE: func(cmd *cobra.Command, args []string) error {
			return act(cmd, args[0], jobs.ToReady, api.ActionRequest{})
		},
	}
	m := manyJobs(c, jobs.ToReady, nil)
	m.orOne(c)
	others := c.RunE
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if !failed {
			return others(cmd, args)
		}
		if len(args) == 1 || m.some() || m.dryRun || m.all {
			return errors.New("release: --failed stands alone")
		}
		return with(cmd, false, func(ctx context.Context, d *desk) error {
			f, err := d.ReleaseFailed(ctx)
			if err != nil {
				return err
			}
			text := ""
			if f.Count > 0 {
				text = ": " + strings.Join(f.Ready, ", ")
			}
			return told(cmd, f, fmt.Sprintf("%d made ready%s.", f.Count, text))
		})
	}
	c.Flags().BoolVar(&failed, "failed", false, "all that are in error")
	return c
}

func restartCommand() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use: "restart [JOB]", Short: "make a job ready that stopped, and run it now",
		Long: "Makes a job ready that is on hold, in error or finished, and runs it now.\n" + manyHelpText + "\n" + statusHelpText,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runFollowed(cmd, o, func(ctx context.Context, d *desk) (runView, error) {
				done, err := d.Act(ctx, args[0], jobs.Restart, api.ActionRequest{})
				if err != nil {
					return runView{}, err
				}
				return d.Run(ctx, done.Run)
			})
		},
	}
	c.Flags().BoolVar(&o.json, "json", false, "print the ended run as JSON")
	manyJobs(c, jobs.Restart, nil).orOne(c)
	return c
}

// manyHelpText says how a verb is about many jobs.
const manyHelpText = `
Without a job it is about all that fit a filter: these are counted and named
first, and acted on as they were then. What somebody has changed meanwhile is
left out and named.`

func runJobCommand() *cobra.Command {
	c := runCommand()
	c.Use = "run JOB"
	return c
}

func retryCommand() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use: "retry RUN", Short: "a run that failed again, with the same input", Args: cobra.ExactArgs(1),
		Long: "Makes a new run with the input of one that ended without success. backroom runs\n--outcome failed lists those.\n" + statusHelpText,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runFollowed(cmd, o, func(ctx context.Context, d *desk) (runView, error) { return d.Retry(ctx, args[0]) })
		},
	}
	c.Flags().BoolVar(&o.json, "json", false, "print the ended run as JSON")
	return c
}

func pauseCommand() *cobra.Command {
	var o api.ActionRequest
	c := &cobra.Command{
		Use: "pause", Short: "keep all jobs of the shop from starting", Args: cobra.NoArgs,
		Long: `Keeps all jobs of the shop from starting until resume, within seconds and
whatever their status. What comes meanwhile is skipped, not stored up; what is
still due when the pause ends runs once. Runs in process go on to their end;
"backroom jobs cancel" stops them.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return with(cmd, false, func(ctx context.Context, d *desk) error {
				p, err := d.Pause(ctx, o)
				if err != nil {
					return err
				}
				return told(cmd, p, paused(p))
			})
		},
	}
	c.Flags().StringVar(&o.Reason, "reason", "", "shown to whoever meets it")
	c.Flags().BoolVar(&o.Everything, "everything", false, "all shops")
	return c
}

func resumeCommand() *cobra.Command {
	var o api.ActionRequest
	c := &cobra.Command{
		Use: "resume", Short: "end a pause", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return with(cmd, false, func(ctx context.Context, d *desk) error {
				p, err := d.Resume(ctx, o)
				switch {
				case err != nil:
					return err
				case p.Paused:
					return told(cmd, p, paused(p))
				}
				return told(cmd, p, "Jobs start again.")
			})
		},
	}
	c.Flags().BoolVar(&o.Everything, "everything", false, "the pause of all shops")
	return c
}

// printRuns prints a page of the log.
func printRuns(w io.Writer, rs []runView) {
	t := newTable("RUN", "JOB", "TRIGGER", "STARTED", "TOOK", "READ", "CREATED", "FAILED", "CALLS", "POINTS", "OUTCOME")
	t.spare = []string{"POINTS", "CALLS", "TRIGGER", "TOOK", "READ", "CREATED", "FAILED"}
	for _, r := range rs {
		took := "-"
		if r.State == api.Ended {
			took = r.Ended.Sub(r.Started).Round(time.Millisecond).String()
		}
		why := either(r.Merchant, r.Note)
		if r.Repeats != "" {
			why = strings.TrimSpace(why + " Repeats run " + r.Repeats + ".")
		}
		ended := either(string(r.Outcome), string(r.State))
		if why != "" {
			ended += ": " + why
		}
		t.row(r.ID, r.Entry, r.Trigger, when(r.Started), took, r.Counts.Read, r.Counts.Created, r.Counts.Failed, r.Counts.Requests, r.Counts.Points, ended)
	}
	t.print(w)
}

func runsCommand() *cobra.Command {
	var asJSON bool
	var at paging
	var q struct {
		entry, since, until string
		outcome             []string
		notes               bool
	}
	c := &cobra.Command{
		Use: "runs [RUN]", Short: "the log of runs, newest first, or one of them in full", Args: cobra.MaximumNArgs(1),
		Long: `The log of runs, newest first, or one of them in full. Runs by schedule that
find nothing to do are not in it; "backroom jobs" says when a job last looked.

  backroom runs --since 24h
  backroom runs --outcome failed,lost --since 2026-11-01
  backroom runs --entry ` + imports + ` --outcome open    accepted and in process
  backroom runs --notes             what went well, of jobs with notifySuccess
  backroom runs 06h0eqq40000000108
  backroom runs retry --outcome failed --since 24h

Outcomes: succeeded, succeeded with issues, failed, cancelled, lost, rejected,
skipped, and open for runs that have not ended.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return with(cmd, false, func(ctx context.Context, d *desk) error {
				if len(args) == 1 {
					r, err := d.Run(ctx, args[0])
					if err != nil || asJSON {
						return either2(err, cmd, r)
					}
					printRun(cmd.OutOrStdout(), r)
					return nil
				}
				rs, more, n, err := d.Log(ctx, url.Values{
					"entry": {q.entry}, "since": {q.since}, "until": {q.until}, "outcome": q.outcome, "notes": {strconv.FormatBool(q.notes)},
				}, at)
				if asJSON || err != nil {
					err = either2(err, cmd, rs)
				} else {
					printRuns(cmd.OutOrStdout(), rs)
				}
				if more {
					fmt.Fprintln(cmd.ErrOrStderr(), at.of(len(rs), n))
				}
				return err
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	at.flags(c, 20)
	c.Flags().StringVar(&q.entry, "entry", "", "only this job's")
	c.Flags().StringSliceVar(&q.outcome, "outcome", nil, "only with these outcomes")
	c.Flags().BoolVar(&q.notes, "notes", false, "only those whose success somebody wants to know of")
	c.Flags().StringVar(&q.since, "since", "", "only since then: a time, a day, or a duration before now")
	c.Flags().StringVar(&q.until, "until", "", "only before then")
	completes(c, runNames)
	c.AddCommand(retryRunsCommand(), cancelRunsCommand())
	for _, sub := range c.Commands() {
		completes(sub, runNames)
	}
	return c
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"maps"

	"github.com/spf13/cobra"
)

// jobSettings are the flags of jobs set, by the fields of a job that they are.
var jobSettings = []struct{ flag, field, says string }{
	{"every", "every", "how often, such as 30m"},
	{"formula", "formula", "a date formula in place of every, such as 1D"},
	{"from", "startingTime", "not before this time of day"},
	{"to", "endingTime", "not after this time of day"},
	{"zone", "zone", "time zone of these times"},
	{"idle-limit", "idleLimit", "how rare runs get that find nothing"},
	{"rerun-delay", "rerunDelay", "how long until the second attempt"},
	{"run-timeout", "runTimeout", "how long a run may last"},
	{"description", "description", "for people"},
}

func setJobCommand() *cobra.Command {
	var weekdays []string
	var attempts int
	c := &cobra.Command{
		Use: "set JOB", Short: "change when a job runs", Args: cobra.ExactArgs(1),
		Long: `Changes when a job runs and how it goes on after a failure; what is not named
stays. show and save change everything else. An empty value takes a setting
away.

  backroom jobs set ` + imports + ` --every 5m
  backroom jobs set ` + imports + ` --from 06:00 --to 22:00 --weekdays mon,tue,sat`,
		RunE: func(cmd *cobra.Command, args []string) error {
			changed := map[string]any{}
			for _, s := range jobSettings {
				if cmd.Flags().Changed(s.flag) {
					changed[s.field] = cmd.Flags().Lookup(s.flag).Value.String()
				}
			}
			if cmd.Flags().Changed("weekdays") {
				changed["weekdays"] = weekdays
			}
			if cmd.Flags().Changed("max-attempts") {
				changed["maxAttempts"] = attempts
			}
			if len(changed) == 0 {
				return errors.New("jobs set: nothing is to be changed: name a setting, such as --every 5m")
			}
			return setJob(cmd, args[0], changed)
		},
	}
	for _, s := range jobSettings {
		c.Flags().String(s.flag, "", s.says)
	}
	c.Flags().StringSliceVar(&weekdays, "weekdays", nil, "on these days alone")
	c.Flags().IntVar(&attempts, "max-attempts", 0, "runs that may fail one after another")
	c.Flags().Bool("json", false, "print the saved job as JSON")
	return c
}

// setJob saves a job with some of its fields changed, unless somebody else changes
// it at the same moment.
func setJob(cmd *cobra.Command, job string, changed map[string]any) error {
	return with(cmd, false, func(ctx context.Context, d *desk) error {
		f, err := d.Form(ctx, job)
		if err != nil {
			return err
		}
		js, err := json.Marshal(f)
		if err != nil {
			return err
		}
		form := map[string]any{}
		if err := json.Unmarshal(js, &form); err != nil {
			return err
		}
		if _, ok := changed["every"]; ok {
			delete(form, "formula")
		}
		if _, ok := changed["formula"]; ok {
			delete(form, "every")
		}
		maps.Copy(form, changed)
		if js, err = json.Marshal(form); err != nil {
			return err
		}
		s, err := d.Save(ctx, js)
		if err != nil || asJSON(cmd) {
			return either2(err, cmd, s.Job)
		}
		saved(cmd.OutOrStdout(), s)
		return nil
	})
}

package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"backroom/shared/config"
	"backroom/shared/orders"
)

// completes names what an argument of a command can be, as the server that runs
// knows it; without one nothing is named.
func completes(c *cobra.Command, names func(ctx context.Context, d *desk) ([]string, error)) {
	c.ValidArgsFunction = func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 && c.Args != nil && c.Args(cmd, append(args, "one more")) != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		out, err := quietly(cmd, names)
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}

// quietly asks the server that runs, or the stage, and says nothing beside.
func quietly(cmd *cobra.Command, names func(ctx context.Context, d *desk) ([]string, error)) ([]string, error) {
	c, err := config.Load(os.LookupEnv, config.Names(os.Environ()))
	if err != nil {
		return nil, err
	}
	s := settings{Config: c, log: slog.New(slog.DiscardHandler)}
	address, code, err := far(cmd, s)
	if err != nil {
		return nil, err
	}
	ctx := cmd.Context()
	if ctx == nil {
		return nil, nil
	}
	if address != "" {
		d, err := stage(address)
		if err == nil && !ofAll(cmd) {
			err = d.choose(ctx, code)
		}
		if err != nil {
			return nil, err
		}
		return names(ctx, d)
	}
	if _, d := find(ctx, s.Data); d != nil {
		return names(ctx, d)
	}
	return nil, nil
}

func jobNames(ctx context.Context, d *desk) (out []string, err error) {
	js, err := d.Jobs(ctx)
	for _, j := range js {
		out = append(out, j.ID+"\t"+string(j.Status))
	}
	return out, err
}

func runNames(ctx context.Context, d *desk) (out []string, err error) {
	rs, _, err := d.Runs(ctx, "", 30)
	for _, r := range rs {
		out = append(out, r.ID+"\t"+r.Entry+" "+either(string(r.Outcome), string(r.State)))
	}
	return out, err
}

func orderNames(ctx context.Context, d *desk) (out []string, err error) {
	os, _, err := d.Orders(ctx, orders.Attention, "", 100)
	for _, o := range os {
		out = append(out, o.Name+"\t"+string(o.Issue.Reason))
	}
	return out, err
}

// stateNames are the states of orders.
func stateNames() (out []string) {
	for _, s := range orders.States() {
		out = append(out, string(s))
	}
	return out
}

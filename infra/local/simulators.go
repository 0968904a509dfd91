package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"backroom/infra/sim/host"
)

// The simulators' ports when they stay up.
const (
	shopifyAddr = "127.0.0.1:8421"
	bcAddr      = "127.0.0.1:8422"
)

// simulators is the hidden command that runs them in a process of their own.
func simulatorsCommand() *cobra.Command {
	var o host.Options
	var tied bool
	c := &cobra.Command{
		Use: "simulators", Hidden: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := context.WithCancel(cmd.Context())
			defer stop()
			if tied {
				go func() { // ends with the process that holds the other end
					_, _ = io.Copy(io.Discard, cmd.InOrStdin())
					stop()
				}()
			}
			log := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
			return host.Serve(ctx, o, log, func(i host.Info) {
				if err := json.NewEncoder(cmd.OutOrStdout()).Encode(i); err != nil { //nolint:gosec // a simulator's secrets are public
					log.ErrorContext(ctx, "not announced", "err", err)
				}
			})
		},
	}
	c.Flags().StringVar(&o.Shopify, "shopify", "127.0.0.1:0", "")
	c.Flags().StringVar(&o.BC, "bc", "127.0.0.1:0", "")
	c.Flags().StringVar(&o.Catalog, "catalog", "", "")
	c.Flags().IntVar(&o.Orders, "orders", 0, "")
	c.Flags().DurationVar(&o.Latency, "latency", 0, "")
	c.Flags().BoolVar(&tied, "tied", false, "")
	return c
}

// spawn starts the simulators. Tied ones end with this process, others stay.
func spawn(ctx context.Context, tied bool, args ...string) (info host.Info, stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return info, nil, fmt.Errorf("simulators: %w", err)
	}
	args = append([]string{"simulators", "--tied=" + strconv.FormatBool(tied)}, args...)
	cmd := exec.CommandContext(context.WithoutCancel(ctx), self, args...) //nolint:gosec // our own program
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}                 // a Ctrl-C is for this process, which then ends them
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return info, nil, fmt.Errorf("simulators: %w", err)
	}
	var in io.WriteCloser
	if tied {
		if in, err = cmd.StdinPipe(); err != nil {
			return info, nil, fmt.Errorf("simulators: %w", err)
		}
	}
	if err := cmd.Start(); err != nil {
		return info, nil, fmt.Errorf("simulators: %w", err)
	}
	stop = func() {
		if in != nil {
			_ = in.Close()
		}
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &info)
	}
	if err != nil {
		stop()
		return info, nil, fmt.Errorf("simulators did not start: %w", err)
	}
	return info, stop, nil
}

// lasting finds the simulators that stay up, or starts them.
func lasting(ctx context.Context, args ...string) (info host.Info, stop func(), err error) {
	if info, err := host.Ask(ctx, "http://"+shopifyAddr); err == nil && info.BC != "" {
		return info, func() {
			if p, err := os.FindProcess(info.PID); err == nil {
				_ = p.Signal(syscall.SIGTERM)
			}
		}, nil
	}
	return spawn(ctx, false, append([]string{"--shopify", shopifyAddr, "--bc", bcAddr}, args...)...)
}

// prepare completes settings by simulators where no connection is set.
func prepare(ctx context.Context, s *settings, find func() (host.Info, func(), error)) (stop func(), err error) {
	if s.Shopify != nil {
		return func() {}, nil
	}
	info, stop, err := find()
	if err != nil {
		return nil, err
	}
	s.sims = &info
	// Freshly started they answer at once; a second look costs nothing.
	for range 50 {
		if _, err = host.Ask(ctx, info.Shopify); err == nil || ctx.Err() != nil {
			break
		}
		pause(ctx, 20*time.Millisecond)
	}
	return stop, errors.Join(err, ctx.Err())
}

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
	"path/filepath"
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
	c.Flags().StringVar(&o.Keep, "keep", "", "")
	c.Flags().BoolVar(&o.AnyPort, "any-port", false, "")
	c.Flags().BoolVar(&tied, "tied", false, "")
	return c
}

// sims are the simulators of this process, in a process of their own. They end
// with it, however it ends.
type sims struct {
	info  host.Info
	ended <-chan struct{}

	in  io.Closer
	cmd *exec.Cmd
	err *error // how they have ended
}

// stop ends the simulators and waits until they have kept what they keep. It may
// be called again, and without simulators.
func (p *sims) stop() error {
	if p == nil {
		return nil
	}
	_ = p.in.Close()
	_ = askToEnd(p.cmd.Process)
	<-p.ended
	if err := *p.err; err != nil {
		return fmt.Errorf("simulators: %w", err)
	}
	return nil
}

// spawn starts simulators.
func spawn(ctx context.Context, args ...string) (*sims, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("simulators: %w", err)
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), self, append([]string{"simulators", "--tied"}, args...)...) //nolint:gosec // our own program
	apart(cmd)                                                                                                         // a Ctrl-C is for this process, which then ends them
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("simulators: %w", err)
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("simulators: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("simulators: %w", err)
	}
	var how error
	ended := make(chan struct{})
	p := &sims{ended: ended, in: in, cmd: cmd, err: &how}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	go func() { how = cmd.Wait(); close(ended) }()
	if err == nil {
		err = json.Unmarshal(line, &p.info)
	}
	if err != nil {
		return nil, errors.Join(errors.New("the simulators did not start"), p.stop())
	}
	return p, nil
}

// keepFile is where the simulators of a data folder keep their shop.
func keepFile(data string) string { return filepath.Join(data, "simulated.json") }

// owned starts the simulators of a data folder, with the shop that they have kept
// there or with a new one.
func owned(ctx context.Context, data string, args ...string) (*sims, error) {
	if err := private(data); err != nil {
		return nil, fmt.Errorf("BACKROOM_DATA: %w", err)
	}
	return spawn(ctx, append([]string{"--keep", keepFile(data)}, args...)...)
}

// standIn completes settings by simulators where no connection is set.
func standIn(ctx context.Context, s *settings, start func() (*sims, error)) (*sims, error) {
	if s.Shopify != nil {
		return nil, nil //nolint:nilnil // none are needed
	}
	p, err := start()
	if err != nil {
		return nil, err
	}
	s.sims = &p.info
	// Freshly started they answer at once; a second look costs nothing.
	for range 50 {
		if _, err = host.Ask(ctx, p.info.Shopify); err == nil || ctx.Err() != nil {
			break
		}
		pause(ctx, 20*time.Millisecond)
	}
	if err = errors.Join(err, ctx.Err()); err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return p, nil
}

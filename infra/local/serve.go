package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"backroom/infra/sim/host"
	"backroom/shared/connect"
)

func serveCommand() *cobra.Command {
	var catalog string
	c := &cobra.Command{
		Use:   "serve",
		Short: "run the engine and its HTTP interface until stopped",
		Long: `Runs the engine and its HTTP interface until stopped. Jobs, runs and orders are
kept in a file under .local (BACKROOM_DATA): stopped at any moment, even by
force, it goes on where it was. Without SHOPIFY_* and BC_* settings it starts
the simulators on 127.0.0.1:8421 and 127.0.0.1:8422, in a process of their own.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := load(cmd, nil)
			if err != nil {
				return err
			}
			ctx := cmd.Context()
			stop, err := prepare(ctx, &s, func() (host.Info, func(), error) { return lasting(ctx, "--catalog", catalog) })
			if err != nil {
				return err
			}
			err = serve(ctx, cmd, s)
			if err == nil { // asked to stop, not failed: the simulators stop too
				stop()
			}
			return err
		},
	}
	c.Flags().StringVar(&catalog, "catalog", "", "fill the simulated shop from a product CSV in Shopify's export format")
	return c
}

func serve(ctx context.Context, cmd *cobra.Command, s settings) (err error) {
	e, err := open(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	if err := e.pace(ctx, s.Every); err != nil {
		return err
	}
	h, err := listen(ctx, e, s)
	if err != nil {
		return err
	}
	if err := (&remote{Address: h.addr, Token: h.token, PID: os.Getpid()}).announce(s.Data); err != nil {
		return err
	}
	engineCtx, stopEngine := context.WithCancel(ctx)
	stopped, err := e.start(engineCtx)
	defer func() {
		stopEngine()
		if stopped != nil {
			<-stopped
		}
	}()
	if err != nil {
		return err
	}
	w := cmd.OutOrStdout()
	fmt.Fprintf(w, "shop      %s, with %s\n", e.card.Domain, s.company())
	if i := s.sims; i != nil {
		fmt.Fprintf(w, "simulated %s (Shopify), %s (Business Central)\n", i.Shopify, i.BC)
	}
	fmt.Fprintf(w, "data      %s\n", s.file())
	shown, quote := h.token, "'"
	if s.Token != "" { // known to whoever has set it, and nobody else's
		shown, quote = "$BACKROOM_TOKEN", `"`
	}
	fmt.Fprintf(w, "HTTP      http://%s   token %s\n\n", h.addr, shown)
	fmt.Fprintf(w, "  curl -X POST -H %sAuthorization: Bearer %s%s http://%s/v1/jobs/sync-orders/runs\n\n", quote, shown, quote, h.addr)
	for _, text := range e.said {
		fmt.Fprintln(w, text)
	}
	if err := connect.Write(w, e.findings); err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- h.Serve(h.listener) }()
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if e := h.Shutdown(end); err == nil && e != nil && !errors.Is(e, context.DeadlineExceeded) {
		err = e
	}
	_ = os.Remove(serverFile(s.Data))
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

// listening is the HTTP interface, bound to its address.
type listening struct {
	*http.Server

	listener    net.Listener
	addr, token string
}

func listen(ctx context.Context, e *engine, s settings) (listening, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.Listen)
	if err != nil {
		return listening{}, fmt.Errorf("BACKROOM_LISTEN: %w", err)
	}
	if a, ok := l.Addr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
		return listening{}, errors.Join(fmt.Errorf("BACKROOM_LISTEN=%q is %s, which other machines reach: set an address of this machine alone, such as 127.0.0.1:8420",
			s.Listen, l.Addr()), l.Close())
	}
	h := listening{listener: l, addr: l.Addr().String(), token: s.Token.Reveal()}
	if h.token == "" {
		var b [16]byte
		if _, err := rand.Read(b[:]); err != nil {
			return h, err
		}
		h.token = hex.EncodeToString(b[:])
	}
	h.Server = server(api(e, h.addr, h.token))
	return h, nil
}

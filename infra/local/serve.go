package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"backroom/shared/connect"
)

func serveCommand() *cobra.Command {
	var catalog string
	var reconnect bool
	c := &cobra.Command{
		Use:   "serve",
		Short: "run the engine and its HTTP interface until stopped",
		Long: `Runs the engine and its HTTP interface until stopped. Jobs, runs and orders are
kept in a file under .local (BACKROOM_DATA): stopped at any moment, even by
force, it goes on where it was.

Without SHOPIFY_* and BC_* settings it starts simulators of its own, on
127.0.0.1:8421 and 127.0.0.1:8422 if these ports are free. They end with it and
keep their shop in simulated.json beside the data, for the next start; delete
that file to start with a new shop.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := load(cmd, nil)
			if err != nil {
				return err
			}
			s.reconnect = reconnect
			return serveWith(cmd, s, "--catalog", catalog)
		},
	}
	c.Flags().BoolVar(&reconnect, "reconnect", false, "connect a shop again that was disconnected (shops disconnect)")
	c.Flags().StringVar(&catalog, "catalog", "", "fill a new simulated shop from a product CSV in Shopify's export format")
	return c
}

// serveWith serves what is set, or simulators, which args are for.
func serveWith(cmd *cobra.Command, s settings, args ...string) (err error) {
	ctx := cmd.Context()
	if r, _ := find(ctx, s.Data); r != nil {
		return fmt.Errorf("a server runs on %s already, at http://%s: stop it (process %d), or give this one another BACKROOM_DATA and BACKROOM_LISTEN", s.Data, r.Address, r.PID)
	}
	if real := realFile(s.Data); s.Shopify == nil && exists(real) {
		return fmt.Errorf("%s holds the data of a real shop, and no connection is set: set SHOPIFY_* and BC_*, or give simulators another BACKROOM_DATA", real)
	}
	h, err := listen(ctx, s)
	if err != nil {
		return err
	}
	p, err := standIn(ctx, &s, func() (*sims, error) {
		return owned(ctx, s.Data, append([]string{"--shopify", shopifyAddr, "--bc", bcAddr, "--any-port"}, args...)...)
	})
	if err != nil {
		return errors.Join(err, h.listener.Close())
	}
	err = serve(ctx, cmd, s, h, p)
	_ = h.Close() // if it was not shut down
	if e := p.stop(); err == nil {
		err = e
	}
	if err == nil && p != nil {
		fmt.Fprintf(cmd.OutOrStdout(), "The simulated shop is kept in %s and comes back at the next start.\n", keepFile(s.Data))
	}
	return err
}

func serve(ctx context.Context, cmd *cobra.Command, s settings, h listening, p *sims) (err error) {
	e, err := open(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	if err := e.pace(ctx, s.Every); err != nil {
		return err
	}
	h.answerFor(e)
	if err := (&running{Address: h.addr, Token: h.token, PID: os.Getpid()}).announce(s.Data); err != nil {
		return err
	}
	defer func() { _ = os.Remove(serverFile(s.Data)) }()
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
	if err := e.greet(cmd.OutOrStdout(), s, h); err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- h.Serve(h.listener) }()
	var gone <-chan struct{}
	if p != nil {
		gone = p.ended
	}
	select {
	case <-ctx.Done():
	case err = <-failed:
	case <-gone:
		err = errors.New("the simulators have ended, and their shop with them: start serve again for a new one")
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if e := h.Shutdown(end); err == nil && e != nil && !errors.Is(e, context.DeadlineExceeded) {
		err = e
	}
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

// greet says what is served, where, and what the start has found.
func (e *engine) greet(w io.Writer, s settings, h listening) error {
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
	fmt.Fprintf(w, "  curl -X POST -H %sAuthorization: Bearer %s%s http://%s/v1/shops/%s/jobs/%s/runs\n\n", quote, shown, quote, h.addr, e.card.Code, imports)
	for _, text := range e.said {
		fmt.Fprint(w, connect.Paragraph("", text))
	}
	return connect.Write(w, e.findings)
}

// listening is the HTTP interface, bound to its address.
type listening struct {
	*http.Server

	listener    net.Listener
	addr, token string
}

// listen binds the address that is set, and makes the token if none is.
func listen(ctx context.Context, s settings) (listening, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.Listen)
	if errors.Is(err, errInUse) {
		return listening{}, fmt.Errorf("BACKROOM_LISTEN: %s is taken, by another program or a server on other data: name another port (127.0.0.1:0 takes a free one)", s.Listen)
	}
	if err != nil {
		return listening{}, fmt.Errorf("BACKROOM_LISTEN: %w", err)
	}
	if a, ok := l.Addr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
		return listening{}, errors.Join(fmt.Errorf("BACKROOM_LISTEN=%q is %s, which other machines reach: set an address of this machine alone, such as 127.0.0.1:8420",
			s.Listen, l.Addr()), l.Close())
	}
	h := listening{Server: server(nil), listener: l, addr: l.Addr().String(), token: s.Token.Reveal()}
	if h.token == "" {
		var b [16]byte
		if _, err := rand.Read(b[:]); err != nil {
			return h, err
		}
		h.token = hex.EncodeToString(b[:])
	}
	return h, nil
}

// answerFor makes e what the requests are about.
func (h listening) answerFor(e *engine) { h.Handler = e.api(h.addr, h.token) }

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"backroom/infra/sim/host"
	"backroom/shared/businesscentral"
	"backroom/shared/shop"
	"backroom/shared/shopify"
	"backroom/shared/wiring"
)

// Data files in a data folder: one of a real shop, and one of each simulated one.

func realFile(data string) string { return filepath.Join(data, "backroom.db") }

const simulatedPrefix = "simulated-"

func simulatedFile(data, instance string) string {
	return filepath.Join(data, simulatedPrefix+instance+".db")
}

func isSimulated(file string) bool { return strings.HasPrefix(filepath.Base(file), simulatedPrefix) }

func exists(file string) bool {
	_, err := os.Stat(file) //nolint:gosec // in the data folder that the settings name
	return err == nil
}

// stored is the data file that a command looks into without a server: the real
// shop's, else that of the simulated shop that is kept, else the newest; "" if
// there is none. A shop whose connection is set is a real one.
func (s settings) stored() string {
	if file := realFile(s.Data); s.Shopify != nil || exists(file) {
		if exists(file) {
			return file
		}
		return ""
	}
	if instance, err := host.Kept(keepFile(s.Data)); err == nil && exists(simulatedFile(s.Data, instance)) {
		return simulatedFile(s.Data, instance)
	}
	files, err := filepath.Glob(filepath.Join(s.Data, simulatedPrefix+"*.db"))
	if err != nil {
		return ""
	}
	newest, at := "", time.Time{}
	for _, f := range files {
		if st, err := os.Stat(f); err == nil && st.ModTime().After(at) {
			newest, at = f, st.ModTime()
		}
	}
	return newest
}

// errNothing says how to start where there is nothing to look at.
func (s settings) errNothing() error {
	start := `Start "backroom serve" in another terminal`
	if s.Shopify == nil {
		start += " (a simulated shop, without an account anywhere), or set SHOPIFY_* and BC_* for a real one (.env.example)"
	}
	return fmt.Errorf("no server runs on the data folder %s, and nothing is stored there. %s, or name another folder with BACKROOM_DATA", s.Data, start)
}

// errNoConnection says why nothing can run on what is stored.
func (s settings) errNoConnection() error {
	switch file := s.stored(); {
	case file == "":
		return s.errNothing()
	case isSimulated(file):
		return fmt.Errorf("no server runs on the data folder %s, and the simulated shop that %s belongs to was not kept: its simulators ended without being asked to. Start \"backroom serve\" for a new one", s.Data, file)
	default:
		return fmt.Errorf("no server runs on the data folder %s, and no connection is set for %s: start \"backroom serve\" with SHOPIFY_* and BC_* set (.env.example), or set them here", s.Data, file)
	}
}

// lookInto opens the engine of a data file to look and to steer, without
// connecting anybody: its card is as the last start has left it.
func lookInto(ctx context.Context, s settings) (*engine, error) {
	file := s.stored()
	if file == "" {
		return nil, s.errNothing()
	}
	if err := private(s.Data); err != nil {
		return nil, fmt.Errorf("BACKROOM_DATA: %w", err)
	}
	e, err := openFile(ctx, s, file)
	if err != nil {
		return nil, err
	}
	e.wire(e.store(s), wiring.Options{
		Table: e.db.Table(), Now: time.Now, Every: s.Every,
		Shopify: func(shop.Shop) (shopify.Config, error) { return shopify.Config{}, errLooking },
		BC:      func(shop.Shop) (businesscentral.Config, error) { return businesscentral.Config{}, errLooking },
	})
	o, _, err := storedOwner(ctx, e.db)
	switch {
	case err != nil:
		err = fmt.Errorf("owner of %s: %w", file, err)
	case o == (owner{}): // begun, and the connection failed
		err = s.errNothing()
	case s.Shopify != nil:
		err = o.against(s.owner(), "the data file "+file)
	}
	if err == nil {
		e.card, err = e.Cards.Get(ctx, o.Code)
	}
	if err == nil {
		e.desk, err = e.inside()
	}
	if err != nil {
		return nil, errors.Join(err, e.close())
	}
	return e, nil
}

var errLooking = errors.New("this command works on the data file alone")

package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"backroom/shared/plain"
)

func TestFolderIsItsOwnersAlone(t *testing.T) {
	for _, c := range []struct {
		name string
		mode os.FileMode // 0: there is none
		want os.FileMode // 0: refused
	}{
		{"new", 0, 0o700},
		{"own", 0o700, 0o700},
		{"to be read by all", 0o755, 0o700},
		{"to be written by the group", 0o770, 0o700},
		{"of all", 0o777 | os.ModeSticky, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "a", "b")
			if c.mode != 0 {
				if err := errors.Join(os.MkdirAll(folder, 0o700), os.Chmod(folder, c.mode)); err != nil {
					t.Fatal(err)
				}
			}
			err := private(folder)
			st, e := os.Stat(folder)
			if e != nil {
				t.Fatal(e)
			}
			if c.want == 0 {
				if err == nil || st.Mode()&^os.ModeDir != c.mode {
					t.Errorf("%s, %v; want it refused as it was", st.Mode(), err)
				}
			} else if err != nil || st.Mode().Perm() != c.want {
				t.Errorf("%s, %v", st.Mode(), err)
			}
		})
	}
}

// What serve prints names no token that the environment has given; one that it
// has made it must print.
func TestGivenTokenIsNotPrinted(t *testing.T) {
	i := simulate(t, 1)
	for _, given := range []string{"", "a-token-that-the-environment-gives"} {
		folder := t.TempDir()
		for _, kv := range environment(t, i, folder) {
			if k, v, _ := strings.Cut(kv, "="); strings.HasPrefix(k, "SHOPIFY_") || strings.HasPrefix(k, "BC_") || strings.HasPrefix(k, "BACKROOM_") {
				t.Setenv(k, v)
			}
		}
		t.Setenv("BACKROOM_LOG", "debug")
		t.Setenv("BACKROOM_TOKEN", given)
		ctx, stop := context.WithCancel(t.Context())
		var out, errs bytes.Buffer
		ended := make(chan int, 1)
		go func() { ended <- execute(ctx, []string{"serve"}, plain.NewWriter(&out), plain.NewWriter(&errs)) }()
		var r *running
		for r == nil {
			if r, _ = find(ctx, folder); len(ended) > 0 {
				t.Fatalf("it ended: %d\n%s%s", <-ended, out.String(), errs.String())
			}
			pause(ctx, 10*time.Millisecond)
		}
		stop()
		if status := <-ended; status != 0 {
			t.Fatalf("%d, %s%s", status, out.String(), errs.String())
		}
		if said := out.String() + errs.String(); strings.Contains(said, r.Token) != (given == "") || given != "" && (r.Token != given || !strings.Contains(said, "$BACKROOM_TOKEN")) {
			t.Errorf("given %q, used %q, said\n%s", given, r.Token, said)
		}
	}
}

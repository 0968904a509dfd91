package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var release = flag.String("release", "", "version whose data file to add to testdata, such as 0.1.0")

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestAddRelease writes the data file of a release: the sample shop, synced.
//
//	go test ./infra/local -run TestAddRelease -release 0.1.0
func TestAddRelease(t *testing.T) {
	if *release == "" {
		t.Skip("adds a file for a release: -release says which")
	}
	to := filepath.Join("testdata", "release-"+*release+".db")
	if _, err := os.Stat(to); err == nil {
		t.Fatalf("%s exists: the file of a release is never changed", to)
	}
	info := simulate(t, 0)
	folder := t.TempDir()
	e := at(t, info)
	stop := work(t, e)
	if _, err := e.desk.Trigger(t.Context(), "sync-orders", ask{}); err != nil {
		t.Fatal(err)
	}
	settled(t, e)
	stop()
	if err := e.db.Backup(t.Context(), filepath.Join(folder, "copy.db")); err != nil {
		t.Fatal(err)
	}
	copyFile(t, filepath.Join(folder, "copy.db"), to)
}

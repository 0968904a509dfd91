package lambdafntest

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// Sample reads events/<name>.json, for a test in a folder two below the root,
// and decodes it into v: a field that v does not know fails the test.
func Sample(tb testing.TB, name string, v any) []byte {
	tb.Helper()
	js, err := os.ReadFile(filepath.Join("..", "..", "events", filepath.Base(name)+".json"))
	if err != nil {
		tb.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(js))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		tb.Fatalf("events/%s.json: %v", name, err)
	}
	return js
}

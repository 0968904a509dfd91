package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"backroom/shared/secret"
)

// TestNoWayOfWritingShowsIt: the fields of a struct are written in other ways than
// the text alone.
func TestNoWayOfWritingShowsIt(t *testing.T) {
	text := secret.Text("hush-hush")
	held := struct {
		S secret.Text `json:"s"`
	}{text}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "secret", text, "held", held)
	js, err := json.Marshal(held)
	if err != nil {
		t.Fatal(err)
	}
	for _, said := range []string{fmt.Sprint(text), fmt.Sprintf("%v %+v %#v %s %q", held, held, held, text, text), string(js), log.String()} {
		if strings.Contains(said, "hush") || !strings.Contains(said, "***") {
			t.Errorf("said: %s", said)
		}
	}
	if got := fmt.Sprint(secret.Text("")); got != "" || text.Reveal() != "hush-hush" {
		t.Errorf("an empty one is %q, the secret %q", got, text.Reveal())
	}
}

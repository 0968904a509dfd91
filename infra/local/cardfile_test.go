package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"backroom/shared/documents"
)

// TestShopFileAndPeople: a start takes what the file says anew. What somebody has
// changed since stays, and is named, until the file says something else of it.
func TestShopFileAndPeople(t *testing.T) {
	s := credentials(t)
	path := cardFile(t, "")
	for _, step := range []struct {
		name, file, set            string // set: by somebody before the start; file "": none is named
		tip, fee, tolerance, named string // after it; named: what the start says is kept
	}{
		{"first", `{"tipAccount":"6630","tolerance":"0.05"}`, "", "6630", "", "0.05", ""},
		{"again", `{"tolerance": "0.05", "tipAccount": "6630"}`, "", "6630", "", "0.05", ""},
		{"a person", `{"tipAccount":"6630","tolerance":"0.05"}`, `{"tipAccount":"6640","feeAccount":"6650"}`, "6640", "6650", "0.05", "tipAccount"},
		{"it is still so", `{"tipAccount":"6630","tolerance":"0.05"}`, "", "6640", "6650", "0.05", "tipAccount"},
		{"the file changes something else", `{"tipAccount":"6630","tolerance":"0.10"}`, "", "6640", "6650", "0.1", "tipAccount"},
		{"the file changes it, too", `{"tipAccount":"6660","tolerance":"0.10"}`, "", "6660", "6650", "0.1", ""},
		{"the file leaves it out", `{"tolerance":"0.10"}`, "", "6660", "6650", "0.1", ""},
		{"a person takes the file's value", `{"tolerance":"0.10"}`, `{"tolerance":"0.2"}`, "6660", "6650", "0.2", "tolerance"},
		{"no file", "", "", "6660", "6650", "0.2", ""},
		{"the file is named again", `{"tolerance":"0.10"}`, "", "6660", "6650", "0.1", ""},
		{"the file unsets", `{"tolerance":"0.10","feeAccount":null}`, "", "6660", "", "0.1", ""},
	} {
		if s.Card = ""; step.file != "" {
			s.Card = path
			if err := os.WriteFile(path, []byte(step.file), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if step.set != "" {
			e := begin(t, s)
			if err := e.desk.SetCard(t.Context(), json.RawMessage(step.set)); err != nil {
				t.Fatal(err)
			}
			if err := e.close(); err != nil {
				t.Fatal(err)
			}
		}
		e := begin(t, s)
		card, err := documents.CardOf(e.card)
		if err != nil || card.TipAccount != step.tip || card.FeeAccount != step.fee || card.Tolerance.String() != step.tolerance {
			t.Errorf("%s: tip %s, fee %s, tolerance %s, %v", step.name, card.TipAccount, card.FeeAccount, card.Tolerance, err)
		}
		said := strings.Join(e.said, " ")
		if strings.Contains(said, "other values of") != (step.named != "") || !strings.Contains(said, step.named) {
			t.Errorf("%s: the start says %q, want %q named", step.name, said, step.named)
		}
		if err := e.close(); err != nil {
			t.Fatal(err)
		}
	}
	// A file that cannot be is refused as a whole, also where nothing of it is new.
	if err := os.WriteFile(path, []byte(`{"tolerance":"0.10","tipAccount":"12345678901234567890123"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t.Context(), s); err == nil || !strings.Contains(err.Error(), "tipAccount") {
		t.Errorf("a value that cannot be: %v", err)
	}
}

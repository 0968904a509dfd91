package life_test

import (
	"fmt"
	"strings"

	"backroom/shared/completeness"
)

// proofs is what the kinds of issues of the proof begin with.
const proofs = "proof-"

// prove starts the proof of completeness, and is what it says of orders that agree for
// all that anybody has said, by their ids.
func (h *histories) prove() map[string][]string {
	h.tb.Helper()
	start(h.tb, h.World, completeness.TaskName)
	is, err := h.Wired.Issues.List(h.tb.Context(), h.Card.Code)
	if err != nil {
		h.tb.Fatal(err)
	}
	out := map[string][]string{}
	for _, i := range is {
		if strings.HasPrefix(i.Kind, proofs) {
			id, _, _ := strings.Cut(i.Record, "-")
			out[id] = append(out[id], fmt.Sprintf("the proof says %s: %s", i.Reason, i.Text))
		}
	}
	runs := h.Runs(completeness.TaskName)
	if len(runs) == 0 || runs[len(runs)-1].Counts.Read == 0 {
		h.tb.Errorf("the proof read nothing: %+v", runs)
	}
	return out
}

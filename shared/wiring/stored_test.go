package wiring_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"backroom/shared/documents"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/memory"
	"backroom/shared/orders"
	"backroom/shared/table"
	"backroom/shared/wiring"
)

var errReached = errors.New("the card is asked for")

// noCards is a table that has no card: a task that asks for it has read the rest.
type noCards struct{ table.Table }

func (noCards) Get(context.Context, table.Key) (table.Item, error) {
	return table.Item{}, errReached
}

// Parameters and checkpoints as the first release stored them, in each state of a run,
// are read by the tasks; nothing else is taken for one.
func TestStoredFormsAreRead(t *testing.T) {
	stored := noCards{memory.NewTable(time.Now)}
	w := wiring.Tasks(wiring.Options{Table: stored, Now: time.Now, Jobs: jobstore.New(stored, time.Now)})
	for _, tt := range []struct {
		task, parameters, checkpoint string
		read                         bool
	}{
		{orders.TaskName, ``, ``, true},
		{orders.TaskName, `{}`, `{"judging":true,"page":"p2"}`, true},
		{orders.TaskName, `{"from":"2026-01-01T00:00:00Z","names":["#1001"],"financialStatus":["PAID"],"fulfillmentStatus":["UNFULFILLED"],"fullyPaid":true,"tags":["a"],"notTags":["b"],"channels":["Online Store"],"countries":["DE"],"maxRisk":"LOW","fromNumber":1,"toNumber":9}`, `{"from":"2026-11-23T08:00:00Z","to":"2026-11-23T09:00:00Z","page":"p3","split":true,"sweep":true,"began":"2026-11-23T08:10:00Z","seen":"2026-11-23T08:09:00Z","ready":true,"hidden":"before 2026-09-24","unhidden":true,"done":250,"total":900}`, true},
		{orders.TaskName, `{}`, `{"from":1}`, false},
		{orders.TaskName, `{"names":"#1001"}`, ``, false},
		{documents.TaskName, ``, ``, true},
		{documents.TaskName, `{"orders":["5000","5001"]}`, `{"page":"p2","next":100,"writing":true}`, true},
		{documents.TaskName, `{}`, `{}`, true},
		{documents.TaskName, `{}`, `{"next":"100"}`, false},
		{documents.TaskName, `{"order":"5000"}`, ``, false},
	} {
		reg, ok := w.Tasks.Get(tt.task)
		if !ok {
			t.Fatal(tt.task)
		}
		_, err := reg.Task.Run(t.Context(), jobqueue.Request{Shop: "acme", Parameters: []byte(tt.parameters), Checkpoint: []byte(tt.checkpoint)})
		if errors.Is(err, errReached) != tt.read || err == nil {
			t.Errorf("%s of %s from %s: %v", tt.task, tt.parameters, tt.checkpoint, err)
		}
		if _, wrong := reg.Parameters.Fill([]byte(tt.parameters)); len(wrong) > 0 && tt.read {
			t.Errorf("%s: parameters %s are refused: %v", tt.task, tt.parameters, wrong)
		}
	}
}

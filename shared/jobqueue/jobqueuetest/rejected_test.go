package jobqueuetest_test

import (
	"testing"

	"backroom/shared/jobqueue"
)

// A trigger that makes no sense is told as an end, once however often it comes.
func TestARejectedTriggerIsCountedOnce(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", done))
	var ended []jobqueue.Run
	r.d.OnEnd = func(run jobqueue.Run) { ended = append(ended, run) }
	for range 2 {
		disp, err := r.d.Handle(t.Context(), messageOf(r, []byte(`{"v":1,"shop":"acme","entry":"sync-orders","trigger":"whim"}`)))
		if err != nil || !disp.Ack {
			t.Fatal(disp, err)
		}
	}
	if len(ended) != 1 || ended[0].Outcome != jobqueue.Rejected || ended[0].Detail == "" {
		t.Errorf("told of %+v, want one that was rejected", ended)
	}
}

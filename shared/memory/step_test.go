package memory_test

import (
	"testing"
	"time"

	"backroom/shared/memory"
	"backroom/shared/queue/queuetest"
	"backroom/shared/testclock"
)

func TestQueueWhoseClockIsSetBack(t *testing.T) {
	c := testclock.New(testclock.Monday)
	queuetest.SetBack(t, queuetest.Harness{Queue: memory.NewQueue(c.Now), Advance: c.Advance}, func(d time.Duration) { c.Advance(-d) })
}

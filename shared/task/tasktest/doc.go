// Package tasktest is the suite that every task passes: what it does is done once
// and whole, whatever write fails, whoever dies or takes over, and whatever a side
// refuses; and what is done already costs nothing.
//
// The suite knows records, runs and writes. What a record is, and what the sides
// are, is the affair of a small harness, a [World]: it has records to work on, and
// lists what has come of them. A law compares that list with the list of a world in
// which nothing has gone wrong, so that what was lost is missing in it, and what was
// done twice stands in it twice.
package tasktest

import (
	"encoding/json"
	"fmt"
	"testing"

	"backroom/shared/contract"
	"backroom/shared/jobqueue"
	"backroom/shared/table"
)

// World is a world of one task: both of its sides, and what it has stored. All of
// its calls to the sides and all of its table go through the [Kit] it was opened
// with. The suite uses it from one goroutine.
type World interface {
	// Task is the task as a new process has it: it knows what is stored and nothing else.
	Task() jobqueue.Task
	// Holds lists what the task has made or changed, by the number of the record that
	// it was made of, from 0, or under [Common] if that is no single one: one thing an
	// entry, in any order and with all that must be right of it. What may differ
	// without harm between two worlds (numbers by turn, times, ids) is left out. It
	// asks no [Kit].
	Holds() map[int][]string
	// Heal mends the record that the world was opened with as a bad one.
	Heal()
	// Echo lets what the task has written come back to it as a change at its source,
	// where that happens by the work of others. Where nothing comes back it does nothing.
	Echo()
}

// Common is the record of what belongs to several.
const Common = -1

// Shop is the code of the shop that tasks run for.
const Shop = "acme"

// Suite is what the suite must know of a task.
type Suite struct {
	// Task is its name.
	Task       string
	Parameters json.RawMessage
	// Open makes a world with n records that the task has not seen, one of which, if
	// bad is not negative, cannot be read or worked on for a cause of its own.
	Open func(k *Kit, n, bad int) World
	// Records is how many records a run works on, at least 2; Paged how many take
	// several slices of one page, 0: what needs such a run is not played here.
	Records, Paged int
	// Fails is how many records fail in a run with which nothing goes wrong, beside
	// those that the suite knows.
	Fails int
	// Idle is how many API calls a run makes that has nothing to do.
	Idle int
	// Writes is how many writes a run makes at least. A write that is not seen any
	// more is not tested.
	Writes int
	// Shared reports whether a key of the table is shared by all runs of all tasks,
	// such as a quota's: what is written there is no write of the run. Nil: none is.
	Shared func(table.Key) bool
	// Stride plays each Stride-th failure of a write only; 0 plays all.
	Stride int
	// Calls has each Calls-th call refused only, and an owner sleep at each Calls-th
	// step; 0 is all.
	Calls int
}

// Cases are the laws.
var Cases = []contract.Case[Suite]{
	law("a run does all", works),
	law("nothing to do costs nothing", idle),
	law("own echo costs nothing", echo),
	law("dry run writes nothing", dry),
	law("a record that cannot be read", bad),
	law("each write fails", writes),
	law("delivered twice", twice),
	law("throttled in mid-page", throttled),
	law("lease lost", lost),
	law("killed and resumed", killed),
}

// Run holds a task against every law.
func Run(t *testing.T, s Suite) {
	t.Helper()
	for _, c := range Cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			c.Check(t, s)
		})
	}
}

// law is a case that begins with a run with which nothing goes wrong.
func law(name string, check func(*judge, Suite, clean)) contract.Case[Suite] {
	return contract.Case[Suite]{Name: name, Check: func(t contract.T, s Suite) {
		t.Helper()
		j := &judge{T: t}
		check(j, s, undisturbed(j, s, s.Records))
	}}
}

// judge says what is wrong, and at which point of a law.
type judge struct {
	contract.T
	point string
	said  int // how often
}

// at names the point that what follows is about, and answers whether the law goes
// on: what is wrong at a few points is not said of each.
func (j *judge) at(format string, args ...any) bool {
	j.point = fmt.Sprintf(format, args...) + ": "
	return j.said < 5
}

// Errorf is the test's, with the point.
func (j *judge) Errorf(format string, args ...any) {
	j.Helper()
	j.said++
	j.T.Errorf("%s", j.point+fmt.Sprintf(format, args...))
}

// Fatalf is the test's, with the point.
func (j *judge) Fatalf(format string, args ...any) {
	j.Helper()
	j.T.Fatalf("%s", j.point+fmt.Sprintf(format, args...))
}

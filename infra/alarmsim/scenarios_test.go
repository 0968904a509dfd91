package alarmsim_test

import (
	"time"

	"backroom/shared/documents"
	"backroom/shared/fault"
	"backroom/shared/orders"
	"backroom/shared/wiring"
)

// who is told of a scenario.
const (
	pages    = "pages"
	warnings = "warnings"
)

// bar says that somebody is told, not before a time and within another, both
// from the first run that failed, or from the beginning of a trouble without runs.
type bar struct {
	who            string
	notYet, within time.Duration
}

// scenario is one row of what the cloud team is told.
type scenario struct {
	name   string
	fleets []fleet
	begin  func(w *world)               // at its beginning
	again  func(w *world, at time.Time) // each minute of it; nil: nothing
	exact  bool                         // it lasts as long as it says, however much time there is
	lasts  time.Duration                // 0: to the end, after the longest bar; afterwards nothing is out of order
	bars   []bar
	// once: one page, however long it lasts.
	once bool
	// others may be told, too, of what follows from it.
	others bool
	// afterEnd is for how long somebody may be told of what the trouble leaves
	// behind; 0 is settles.
	afterEnd time.Duration
}

var (
	one   = fleet{0, 1, 1, 1, 0}
	sixty = fleet{4, 15, 1, 1, 0}
	tenK  = fleet{4, 2500, 1, 1, 0}
	few   = fleet{2, 1, 1, 1, 0}
)

var (
	pageIn = func(d time.Duration) []bar { return []bar{{pages, 0, d}} }
	warnIn = func(d time.Duration) []bar { return []bar{{warnings, 0, d}} }
	slow   = []bar{{warnings, time.Hour, 75 * time.Minute}, {pages, 4 * time.Hour, 4*time.Hour + 15*time.Minute}}
	nobody = []bar{}
)

// killedWhenPressed has a row for each task but the two that have rows of their own: its
// schedule may come once a night, or not at all, so that somebody asks for it.
func killedWhenPressed() (rows []scenario) {
	for _, reg := range wiring.Tasks(wiring.Options{}).Tasks.All() {
		if reg.Name == orders.TaskName || reg.Name == documents.TaskName {
			continue
		}
		rows = append(rows, scenario{
			name: "a bug that kills " + reg.Name, fleets: []fleet{one}, lasts: time.Hour, bars: pageIn(15 * time.Minute),
			begin: func(w *world) { w.kills = reg.Name },
			again: pressed(reg.Name),
		})
	}
	return rows
}

// scenarios are the rows of the table, each with more of its kind.
var scenarios = append(killedWhenPressed(), []scenario{
	{name: "quiet night", fleets: []fleet{{}, one, few, sixty, tenK}, begin: quietly, again: deployed, bars: nobody},
	{name: "a bug", fleets: []fleet{one, sixty, tenK, {2, 1, 5, 10, 0}}, begin: failing(fault.Bug, ""), lasts: 90 * time.Minute, bars: pageIn(10 * time.Minute)},
	{name: "a bug that kills the function", fleets: []fleet{one, sixty}, begin: func(w *world) { w.kills = "sync-orders" }, lasts: time.Hour, bars: pageIn(15 * time.Minute)},
	{name: "a bug that kills the other function", fleets: []fleet{one}, begin: func(w *world) { w.kills = "process-orders" }, lasts: time.Hour, bars: pageIn(15 * time.Minute)},
	{name: "a bug of one task", fleets: []fleet{one, sixty}, begin: failing(fault.Bug, "", "process-orders"), lasts: 90 * time.Minute, bars: pageIn(10 * time.Minute)},
	{name: "passing, of one task", fleets: []fleet{one}, begin: failing(fault.Transient, "", "process-orders"), bars: slow},
	{name: "passing, one shop", fleets: []fleet{one, sixty, tenK}, begin: failing(fault.Transient, ""), bars: slow},
	{name: "passing, two shops of two", fleets: []fleet{{0, 1, 2, 1, 0}}, begin: failing(fault.Transient, ""), bars: slow},
	{name: "passing, two of twenty", fleets: []fleet{{3, 6, 2, 1, 0}}, begin: failing(fault.Transient, ""), bars: slow},
	{name: "passing, unknown outcome", fleets: []fleet{one}, begin: failing(fault.Unknown, ""), bars: slow},
	{name: "passing, once a day", fleets: []fleet{{3, 20, 1, 1, 24 * time.Hour}}, begin: daily, bars: slow},
	{name: "passing, for fifty minutes", fleets: []fleet{one, sixty}, begin: failing(fault.Transient, ""), lasts: 50 * time.Minute, exact: true, bars: nobody},
	{name: "passing, three of a hundred", fleets: []fleet{{4, 24, 3, 1, time.Hour}}, begin: failing(fault.Transient, ""), bars: slow},
	{name: "passing, more than one in twenty", fleets: []fleet{{3, 30, 6, 1, 0}, {4, 2300, 3, 330, 0}, {4, 9, 3, 1, 0}}, begin: beyond(0.05, failing(fault.Transient, "")), lasts: 2 * time.Hour, bars: pageIn(15 * time.Minute)},
	{name: "merchant's", fleets: []fleet{one, sixty, {4, 1, 3, 1, 0}, {6, 1000, 4, 900, 0}}, begin: failing(fault.Rejected, ""), lasts: 150 * time.Minute, bars: nobody},
	{name: "merchant's, neighbors in time", fleets: []fleet{{6, 1000, 4, 900, time.Hour}}, begin: failing(fault.Rejected, ""), lasts: 150 * time.Minute, bars: nobody},
	{name: "merchant's access", fleets: []fleet{one, sixty, {4, 1, 3, 1, 0}, {0, 1, 2, 1, 0}}, begin: failing(fault.Blocked, "REVOKED"), lasts: 150 * time.Minute, bars: nobody},
	{name: "our app's secret", fleets: []fleet{one, sixty, tenK, {0, 1, 6, 10, 0}}, begin: failing(fault.Blocked, "invalid_client"), lasts: 90 * time.Minute, bars: pageIn(15 * time.Minute)},
	{name: "every shop refused", fleets: []fleet{{0, 1, 3, 1, 0}, {0, 1, 6, 10, 0}, {0, 1, 6, 1666, 0}}, begin: failing(fault.Blocked, "REVOKED"), lasts: 90 * time.Minute, bars: pageIn(15 * time.Minute)},
	{name: "a side is down", fleets: []fleet{{0, 1, 3, 1, 0}, {0, 1, 6, 1666, 0}, {0, 1, 6, 10, time.Hour}}, begin: failing(fault.Transient, ""), lasts: 5 * time.Hour, bars: pageIn(15 * time.Minute), once: true},
	{name: "a side is down for twenty minutes", fleets: []fleet{{0, 1, 3, 1, 0}, {0, 1, 6, 10, 0}}, begin: failing(fault.Transient, ""), lasts: 20 * time.Minute, exact: true, bars: pageIn(15 * time.Minute), once: true, afterEnd: time.Hour},
	{name: "the side of one task is down", fleets: []fleet{{0, 1, 3, 1, 0}, {0, 1, 6, 10, 0}}, begin: failing(fault.Transient, "", "process-orders"), lasts: 2 * time.Hour, bars: pageIn(15 * time.Minute), once: true},
	{name: "a side always says wait", fleets: []fleet{{0, 1, 3, 1, 0}}, begin: failing(fault.Throttled, ""), lasts: 2 * time.Hour, bars: warnIn(2 * time.Hour), others: true, afterEnd: time.Hour},
	{name: "a long import", fleets: []fleet{one, sixty}, begin: goesOn, lasts: 3 * time.Hour, bars: nobody},
	{name: "held", fleets: []fleet{one, few}, begin: held, lasts: 90 * time.Minute, bars: nobody},
	{name: "paused", fleets: []fleet{one, few}, begin: paused, lasts: 90 * time.Minute, bars: nobody},
	{name: "nothing delivered: the mapping is disabled", fleets: []fleet{one, sixty}, begin: faulty(faults{noDelivery: true}), lasts: 2 * time.Hour, bars: pageIn(15 * time.Minute), afterEnd: time.Hour},
	{name: "nothing delivered: no schedule fires", fleets: []fleet{one, sixty}, begin: faulty(faults{noSchedules: true}), lasts: 2 * time.Hour, bars: pageIn(15 * time.Minute)},
	{name: "dispatcher dies at once", fleets: []fleet{one, sixty}, begin: faulty(faults{dispatchDies: true}), lasts: 2 * time.Hour, bars: pageIn(15 * time.Minute), afterEnd: time.Hour},
	{name: "dispatcher hangs", fleets: []fleet{one, sixty}, begin: faulty(faults{dispatchHangs: true}), lasts: 2 * time.Hour, bars: pageIn(15 * time.Minute), afterEnd: time.Hour},
	{name: "nobody calls the sweep", fleets: []fleet{one, sixty}, begin: faulty(faults{noSweep: true}), lasts: 2 * time.Hour, bars: pageIn(15 * time.Minute)},
	{name: "sweep dies at once", fleets: []fleet{one}, begin: faulty(faults{sweepDies: true}), lasts: 2 * time.Hour, bars: pageIn(15 * time.Minute)},
	{name: "sweep hangs", fleets: []fleet{one}, begin: faulty(faults{sweepHangs: true}), lasts: 2 * time.Hour, bars: pageIn(15 * time.Minute)},
	{name: "a retry cannot be armed by the dispatcher", fleets: []fleet{one}, begin: unarmed("dispatch"), lasts: 2 * time.Hour, bars: warnIn(75 * time.Minute), others: true, afterEnd: time.Hour},
	{name: "a retry cannot be armed", fleets: []fleet{one, sixty}, begin: unarmed("dispatch", "sweep"), lasts: 2 * time.Hour, bars: pageIn(20 * time.Minute), afterEnd: time.Hour},
	{name: "a run goes on and its message is gone", fleets: []fleet{one, sixty}, begin: strand, lasts: 2 * time.Hour, bars: pageIn(20 * time.Minute), afterEnd: time.Hour},
	{name: "sweep sees nothing", fleets: []fleet{one}, begin: lacking("sweep", "dynamodb:Query"), lasts: 2 * time.Hour, bars: pageIn(15 * time.Minute)},
	{name: "sweep sees no schedules", fleets: []fleet{one, sixty}, begin: lacking("sweep", "scheduler:GetSchedule"), lasts: 2 * time.Hour, bars: warnIn(time.Hour)},
	{name: "dispatcher reads nothing", fleets: []fleet{one, sixty}, begin: lacking("dispatch", "dynamodb:GetItem"), lasts: 2 * time.Hour, bars: pageIn(15 * time.Minute), afterEnd: time.Hour},
	{name: "dispatcher writes nothing", fleets: []fleet{one, sixty}, begin: lacking("dispatch", "dynamodb:PutItem"), lasts: 2 * time.Hour, bars: pageIn(15 * time.Minute), afterEnd: time.Hour},
	{name: "dispatcher calls nothing", fleets: []fleet{one, sixty}, begin: lacking("dispatch", "lambda:InvokeFunction"), lasts: 2 * time.Hour, bars: pageIn(20 * time.Minute), afterEnd: time.Hour},
	{name: "task keeps nothing", fleets: []fleet{one, sixty}, begin: lacking("sync-orders", "dynamodb:PutItem"), lasts: 2 * time.Hour, bars: pageIn(20 * time.Minute), afterEnd: time.Hour},
	{name: "no next run follows", fleets: []fleet{one, few}, begin: noNext, lasts: time.Hour, bars: pageIn(15 * time.Minute)},
	{name: "rejected trigger", fleets: []fleet{one, sixty}, begin: nonsense, lasts: time.Minute, bars: pageIn(15 * time.Minute), afterEnd: time.Hour},
	{name: "dead letter", fleets: []fleet{one, few}, begin: faulty(faults{deadLetters: 1}), lasts: 2 * time.Hour, bars: pageIn(15 * time.Minute)},
	{name: "dead schedule", fleets: []fleet{one}, begin: faulty(faults{deadSchedules: 1}), lasts: 2 * time.Hour, bars: pageIn(15 * time.Minute)},
	{name: "table throttled", fleets: []fleet{one}, begin: faulty(faults{throttled: 5}), lasts: 30 * time.Minute, bars: pageIn(15 * time.Minute)},
	{name: "index throttled", fleets: []fleet{one}, begin: faulty(faults{throttled: 5, index: "index2"}), lasts: 30 * time.Minute, bars: pageIn(15 * time.Minute)},
	{name: "table throttled for two minutes", fleets: []fleet{one}, begin: faulty(faults{throttled: 5}), lasts: 2 * time.Minute, exact: true, bars: nobody},
	{name: "API fails", fleets: []fleet{one}, begin: faulty(faults{apiFails: 2}), lasts: time.Hour, bars: pageIn(15 * time.Minute)},
	{name: "API dies", fleets: []fleet{one}, begin: faulty(faults{apiDies: true}), lasts: time.Hour, bars: pageIn(15 * time.Minute)},
	{name: "lines that are no metrics", fleets: []fleet{one}, begin: faulty(faults{badLines: true}), lasts: time.Hour, bars: warnIn(time.Hour)},
	{name: "no room", fleets: []fleet{one, sixty}, begin: faulty(faults{noRoom: true}), lasts: time.Hour, bars: warnIn(time.Hour), others: true, afterEnd: time.Hour},
	{name: "firings dropped", fleets: []fleet{one}, begin: faulty(faults{noSchedules: true, dropped: true}), lasts: time.Hour, bars: pageIn(15 * time.Minute)},
	{name: "functions near their time-out", fleets: []fleet{one}, begin: faulty(faults{slow: true}), lasts: time.Hour, bars: warnIn(time.Hour)},
	{name: "stopped as a loop", fleets: []fleet{one}, begin: faulty(faults{loops: true}), lasts: time.Hour, bars: pageIn(15 * time.Minute)},
	{name: "sent twice", fleets: []fleet{one}, begin: faulty(faults{doubles: true}), lasts: 2 * time.Hour, bars: warnIn(2 * time.Hour), afterEnd: time.Hour},
}...)

package sweep

import (
	"maps"
)

// sumOf adds what is counted by task.
func sumOf(a, b map[string]Ends) map[string]Ends {
	if len(a) == 0 {
		return b
	}
	out := maps.Clone(a)
	for task, ends := range b {
		sum := out[task]
		for i := range sum {
			sum[i] = sum[i].add(ends[i])
		}
		out[task] = sum
	}
	return out
}

// Swept is what one sweep saw and mended.
type Swept struct {
	Shops   int `json:"shops"`   // walked
	Entries int `json:"entries"` // of theirs
	InError int `json:"inError"` // entries in Error for a cause on our side
	Failing int `json:"failing"` // shops with an entry that failed last, for such a cause

	// What is so at this moment, whether or not the sweep can do something about it.
	Late     int `json:"late"`     // slots, accepted runs and retries long without a run, though their category is free
	Stuck    int `json:"stuck"`    // categories whose run makes no progress, long after its lease
	Stranded int `json:"stranded"` // entries in Error because no next run follows from them
	// Shops that fail for a passing cause for an hour and for four, and those for
	// which the app's own credentials are refused.
	FailingHour      int `json:"failingHour"`
	FailingFourHours int `json:"failingFourHours"` // in FailingHour, too
	AppRefused       int `json:"appRefused"`       // in shops
	// Tasks is how the last runs of shops ended, by task.
	Tasks map[string]Ends `json:"tasks,omitempty"`
	// Messages in the two queues of dead letters, as whoever has them counts.
	DeadLetters int `json:"deadLetters"`
	Undelivered int `json:"undelivered"` // of the schedules
	// Postponed are runs that wait for a message and are left to the next sweep.
	Postponed int `json:"postponed"`

	Armed    int `json:"armed"`    // schedules that had vanished
	Aligned  int `json:"aligned"`  // schedules, and priorities their category knew, that were not what their entry says
	Resent   int `json:"resent"`   // accepted runs that had not started
	Recorded int `json:"recorded"` // outcomes that nobody had recorded
	Revived  int `json:"revived"`  // runs without a live lease whose message was sent again
	Lost     int `json:"lost"`     // runs closed, for no message brought them back
	Overdue  int `json:"overdue"`  // slots that had gone by without a run
	Retried  int `json:"retried"`  // retries that had not come
	Cleared  int `json:"cleared"`  // entries that waited for a run that is over
	Righted  int `json:"righted"`  // items whose times were ahead of the clock
}

// Mended is the sum of all repairs.
func (s Swept) Mended() int {
	return s.Armed + s.Aligned + s.Resent + s.Recorded + s.Revived + s.Lost + s.Overdue + s.Retried + s.Cleared + s.Righted
}

// Add is the sum of two sweeps.
func (s Swept) Add(o Swept) Swept {
	return Swept{
		Shops: s.Shops + o.Shops, Entries: s.Entries + o.Entries, InError: s.InError + o.InError, Failing: s.Failing + o.Failing,
		Late: s.Late + o.Late, Stuck: s.Stuck + o.Stuck, Stranded: s.Stranded + o.Stranded,
		FailingHour: s.FailingHour + o.FailingHour, FailingFourHours: s.FailingFourHours + o.FailingFourHours, AppRefused: s.AppRefused + o.AppRefused,
		Tasks: sumOf(s.Tasks, o.Tasks), DeadLetters: s.DeadLetters + o.DeadLetters, Undelivered: s.Undelivered + o.Undelivered, Postponed: s.Postponed + o.Postponed,
		Armed: s.Armed + o.Armed, Aligned: s.Aligned + o.Aligned,
		Resent: s.Resent + o.Resent, Recorded: s.Recorded + o.Recorded, Revived: s.Revived + o.Revived, Lost: s.Lost + o.Lost,
		Overdue: s.Overdue + o.Overdue, Retried: s.Retried + o.Retried, Cleared: s.Cleared + o.Cleared,
		Righted: s.Righted + o.Righted,
	}
}

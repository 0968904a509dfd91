package sweep

import (
	"reflect"
	"strconv"
	"testing"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// kept is an entry, and when the last run of it ended.
type kept struct {
	jobqueue.Entry

	ended time.Time
}

// ago is an entry of sync-orders whose last run ended so long ago.
func ago(d time.Duration, e jobqueue.Entry) kept {
	e.Task = "sync-orders"
	return kept{e, noon.Add(-d)}
}

// health is what the entries of one shop say at noon.
func health(ks []kept) Swept {
	c := jobqueue.Category{}
	es := make([]jobqueue.Entry, len(ks))
	for i, k := range ks {
		es[i] = k.Entry
		es[i].ID = strconv.Itoa(i)
		c = c.With(es[i], jobqueue.History{Ended: k.ended})
	}
	return healthOf(es, map[string]jobqueue.Category{jobqueue.Entry{}.Group(): c}, noon)
}

// What the sweep counts for alarms, of one shop.
func TestHealthOfAShop(t *testing.T) {
	since := func(d time.Duration) time.Time { return noon.Add(-d) }
	tests := []struct {
		name    string
		entries []kept
		want    Swept // without tasks
	}{
		{"no entries", nil, Swept{}},
		{"all is well", []kept{{Entry: jobqueue.Entry{Status: jobqueue.Ready}}, {Entry: jobqueue.Entry{Status: jobqueue.OnHold}}}, Swept{}},
		{"tried again by itself", []kept{{Entry: jobqueue.Entry{Status: jobqueue.Ready, Attempts: 1, Whose: "system", Cause: jobqueue.Passing, FailingSince: since(time.Minute)}}}, Swept{Failing: 1}},
		{"for an hour", []kept{{Entry: jobqueue.Entry{Status: jobqueue.Ready, Attempts: 4, Cause: jobqueue.Passing, FailingSince: since(time.Hour)}}}, Swept{Failing: 1, FailingHour: 1}},
		{"for less than an hour", []kept{{Entry: jobqueue.Entry{Status: jobqueue.InError, Attempts: 5, Cause: jobqueue.Passing, FailingSince: since(time.Hour - time.Second)}}}, Swept{Failing: 1, InError: 1}},
		{"for four hours", []kept{{Entry: jobqueue.Entry{Status: jobqueue.InError, Attempts: 5, Cause: jobqueue.Passing, FailingSince: since(4 * time.Hour)}}}, Swept{Failing: 1, InError: 1, FailingHour: 1, FailingFourHours: 1}},
		{"for hours, and it runs once more", []kept{{Entry: jobqueue.Entry{Status: jobqueue.Ready, Cause: jobqueue.Passing, FailingSince: since(5 * time.Hour)}}}, Swept{Failing: 1, FailingHour: 1, FailingFourHours: 1}},
		{"for hours, and nobody wants it to run", []kept{{Entry: jobqueue.Entry{Status: jobqueue.OnHold, Attempts: 4, Cause: jobqueue.Passing, FailingSince: since(5 * time.Hour)}}}, Swept{}},
		{"two entries of a shop", []kept{
			{Entry: jobqueue.Entry{Status: jobqueue.InError, Attempts: 5, Cause: jobqueue.Passing, FailingSince: since(5 * time.Hour)}}, {Entry: jobqueue.Entry{Status: jobqueue.InError, Attempts: 5, Cause: jobqueue.Passing, FailingSince: since(2 * time.Hour)}},
		}, Swept{Failing: 1, InError: 2, FailingHour: 1, FailingFourHours: 1}},
		{"a bug is told of when it happens", []kept{{Entry: jobqueue.Entry{Status: jobqueue.InError, Attempts: 1, Cause: jobqueue.OurBug, FailingSince: since(5 * time.Hour)}}}, Swept{Failing: 1, InError: 1}},
		{"the app's credentials", []kept{{Entry: jobqueue.Entry{Status: jobqueue.InError, Attempts: 1, Cause: jobqueue.OurApp, FailingSince: since(time.Minute)}}}, Swept{Failing: 1, InError: 1, AppRefused: 1}},
		{"the merchant's cause", []kept{{Entry: jobqueue.Entry{Status: jobqueue.InError, Attempts: 1, Whose: "merchant", Cause: jobqueue.TheMerchants, FailingSince: since(9 * time.Hour)}}}, Swept{}},
		{"nothing follows from its schedule", []kept{{Entry: jobqueue.Entry{Status: jobqueue.InError, Whose: "system", Cause: jobqueue.NoNextRun, FailingSince: noon}}}, Swept{Failing: 1, InError: 1, Stranded: 1}},
		{"put in error by hand", []kept{{Entry: jobqueue.Entry{Status: jobqueue.InError}}}, Swept{}},
		{"of an earlier release, the merchant's", []kept{{Entry: jobqueue.Entry{Status: jobqueue.InError, Attempts: 1, Whose: "merchant"}}}, Swept{}},
		{"of an earlier release", []kept{ago(2*time.Hour, jobqueue.Entry{Status: jobqueue.InError, Attempts: 3})}, Swept{Failing: 1, InError: 1, FailingHour: 1}},
		{"of an earlier release, stranded", []kept{{Entry: jobqueue.Entry{Status: jobqueue.InError, Whose: "system"}}}, Swept{Failing: 1, InError: 1, Stranded: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := health(tt.entries)
			if got.Tasks = nil; !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%+v\nwant %+v", got, tt.want)
			}
		})
	}
}

// fleet is what the sweep sees of shops, each with the entries given.
func fleet(shops ...[]kept) Ends {
	var sum Swept
	for _, es := range shops {
		sum = sum.Add(health(es))
	}
	return sum.Tasks["sync-orders"]
}

func times(n int, e ...kept) (out [][]kept) {
	for range n {
		out = append(out, e)
	}
	return out
}

// Shares of the shops that ran, and never of one or two.
func TestSharesOfShops(t *testing.T) {
	good := func(d time.Duration) kept { return ago(d, jobqueue.Entry{Status: jobqueue.Ready}) }
	bad := func(d time.Duration) kept {
		return ago(d, jobqueue.Entry{Status: jobqueue.Ready, Attempts: 1, Cause: jobqueue.Passing, FailingSince: noon.Add(-d)})
	}
	again := func(d, since time.Duration) kept {
		return ago(d, jobqueue.Entry{Status: jobqueue.Ready, Attempts: 9, Cause: jobqueue.Passing, FailingSince: noon.Add(-since)})
	}
	refused := func(d, since time.Duration) kept {
		return ago(d, jobqueue.Entry{Status: jobqueue.InError, Attempts: 1, Whose: "merchant", Cause: jobqueue.TheMerchants, FailingSince: noon.Add(-since)})
	}
	const m = time.Minute
	join := func(parts ...[][]kept) (out [][]kept) {
		for _, p := range parts {
			out = append(out, p...)
		}
		return out
	}
	tests := []struct {
		name                   string
		shops                  [][]kept
		failing, down, refused float64
	}{
		{"no shops", nil, 0, 0, 0},
		{"one of one", times(1, bad(m)), 0, 0, 0},
		{"two of two", times(2, bad(m)), 0, 0, 0},
		{"three of three", times(3, bad(m)), 100, 100, 0},
		{"one of sixty", join(times(59, good(m)), times(1, bad(m))), 0, 0, 0},
		{"three of sixty", join(times(57, good(m)), times(3, bad(m))), 5, 5, 0},
		{"those that ran since, of shops that ran well before", join(times(90, good(10*m)), times(10, bad(m))), 100, 100, 0},
		{"some that ran since", join(times(92, good(20*m)), times(4, good(m)), times(4, bad(m))), 4, 50, 0},
		{"a few of many are all that ran for an hour", join(times(57, good(2*time.Hour)), times(3, bad(m))), 5, 5, 0},
		{"a few more", join(times(57, good(2*time.Hour)), times(4, bad(m))), 100, 100, 0},
		{"long failing, tried again more often than others run", join(times(900, good(time.Hour)), times(80, good(m)), times(20, again(m, 2*time.Hour))), 2, 20, 0},
		{"nearly all", join(times(1, good(m)), times(9, bad(m))), 90, 90, 0},
		{"they wait for their next attempt, and others go on", join(times(90, good(m)), times(10, bad(30*m))), 10, 0, 0},
		{"all wait for their next attempt", times(50, bad(3*time.Hour)), 100, 100, 0},
		{"it is over for those that ran last", join(times(40, bad(30*m)), times(10, good(m))), 80, 0, 0},
		{"long refused, and nobody else runs now", join(times(57, good(2*time.Hour)), times(3, refused(m, 9*time.Hour))), 0, 0, 5},
		{"all that ran since are refused, a few", join(times(57, good(20*m)), times(3, refused(m, m))), 0, 0, 5},
		{"all that ran since are refused, fewer than half", join(times(31, good(20*m)), times(29, refused(m, m))), 0, 0, 2900.0 / 60},
		{"all that ran since are refused, half", join(times(30, good(20*m)), times(30, refused(m, m))), 0, 0, 100},
		{"half are refused, some ran since", join(times(20, good(20*m)), times(20, refused(20*m, 20*m)), times(3, refused(m, m))), 0, 0, 100},
		{"the same beside long refused ones", join(times(3, good(20*m)), times(3, refused(m, m)), times(4, refused(m, 9*time.Hour))), 0, 0, 100},
		{"half are refused, and long refused ones beside a few that run well", join(
			times(27, good(20*m)), times(30, refused(20*m, 20*m)), times(3, good(m)), times(6, refused(m, 9*time.Hour)),
		), 0, 0, 100.0 * 36 / 66},
		{"fewer than half", join(times(40, good(m)), times(20, refused(m, m))), 0, 0, 100.0 / 3},
		{"all, for days", times(60, refused(10*m, 48*time.Hour)), 0, 0, 100},
		{"two refused of two", times(2, refused(m, m)), 0, 0, 0},
		{"two entries of a task are one shop", times(3, good(m), bad(m)), 100, 100, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := fleet(tt.shops...)
			if f, d, r := e.FailingPercent(), e.DownPercent(), e.RefusedPercent(); f != tt.failing || d != tt.down || r != tt.refused {
				t.Errorf("failing %v, down %v, refused %v; want %v, %v, %v: %+v", f, d, r, tt.failing, tt.down, tt.refused, e)
			}
		})
	}
}

// The entry remembers why it fails, and since when, until it succeeds.
func TestFailuresAreKeptUntilItSucceeds(t *testing.T) {
	e := jobqueue.Entry{Status: jobqueue.Ready, MaxAttempts: 3}
	fail := func(at time.Time, kind fault.Kind, whose fault.Side) {
		was := e
		e = e.After(jobqueue.Run{Outcome: jobqueue.Failed, ErrorKind: kind, Whose: whose, Ended: at}, jobqueue.Ending{Outcome: jobqueue.Failed, Retry: whose == "system", Whose: whose})
		if e.SameItem(was) {
			t.Error("the failure is not stored")
		}
	}
	want := func(what string, cause jobqueue.Cause, since time.Time, attempts int) {
		t.Helper()
		if e.Cause != cause || !e.FailingSince.Equal(since) || e.Attempts != attempts {
			t.Errorf("%s: %+v", what, e)
		}
	}
	fail(noon, fault.Blocked, "merchant")
	want("the merchant's", jobqueue.TheMerchants, noon, 1)
	fail(noon.Add(time.Hour), fault.Transient, "system")
	want("a passing one after it", jobqueue.Passing, noon.Add(time.Hour), 2)
	fail(noon.Add(2*time.Hour), fault.Bug, "system")
	want("a bug after it", jobqueue.OurBug, noon.Add(time.Hour), 3)
	fail(noon.Add(3*time.Hour), fault.Blocked, "system")
	want("the app's credentials", jobqueue.OurApp, noon.Add(time.Hour), 4)
	e = e.After(jobqueue.Run{Outcome: jobqueue.Succeeded}, jobqueue.Ending{Outcome: jobqueue.Succeeded})
	want("after a success", "", time.Time{}, 0)
	fail(noon.Add(4*time.Hour), "", "system")
	want("records that all failed", jobqueue.Passing, noon.Add(4*time.Hour), 1)
	e = e.Mended()
	want("made ready", "", time.Time{}, 0)
}

// Sums do not change what they are made from.
func TestSumsOfSweeps(t *testing.T) {
	one := health([]kept{ago(time.Minute, jobqueue.Entry{Status: jobqueue.Ready})})
	two := one.Add(one).Add(Swept{Tasks: map[string]Ends{"other": {}}})
	if one.Tasks["sync-orders"][0].Shops != 1 || two.Tasks["sync-orders"][0].Shops != 2 || len(one.Tasks) != 1 || len(two.Tasks) != 2 {
		t.Errorf("%+v, then %+v", one, two)
	}
}

// A failure that a clock ahead of now has stored is as old as it is seen.
func TestFailuresFromAClockAhead(t *testing.T) {
	e := jobqueue.Entry{Cause: jobqueue.Passing, FailingSince: noon.Add(400 * 24 * time.Hour)}
	got, ahead := entryAsOf(e, noon)
	if !got.FailingSince.Equal(noon) || ahead != 400*24*time.Hour {
		t.Errorf("%v, ahead %v", got.FailingSince, ahead)
	}
	if got, ahead = entryAsOf(jobqueue.Entry{Cause: jobqueue.Passing, FailingSince: noon.Add(-time.Hour)}, noon); !got.FailingSince.Equal(noon.Add(-time.Hour)) || ahead != 0 {
		t.Errorf("%v, ahead %v", got.FailingSince, ahead)
	}
}

package api_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"backroom/shared/api"
	"backroom/shared/documents"
	"backroom/shared/faulty"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/shop"
)

const runs = "/v1/shops/acme/jobs/sync-orders/runs"

func (r *rig) press(key, body string, more ...string) reply {
	r.tb.Helper()
	h := map[string]string{"Idempotency-Key": key}
	for i := 0; i < len(more); i += 2 {
		h[more[i]] = more[i+1]
	}
	return r.do(call{method: "POST", path: runs, body: body, bearer: "k9-of-the-host", header: h})
}

// log is the runs of the shop that somebody has asked for.
func (r *rig) logged() []api.Run {
	r.tb.Helper()
	l := into[api.RunList](r.tb, r.want(200, "GET", "/v1/shops/acme/runs", ""))
	var out []api.Run
	for _, v := range l.Runs {
		if v.Trigger == jobqueue.ByHand {
			out = append(out, v)
		}
	}
	return out
}

// TestAKeyIsOneRun: for 24 hours, whatever became of the run.
func TestAKeyIsOneRun(t *testing.T) {
	for _, body := range []string{"", `{"dryRun":true}`, `{"parameters":{"tags":["a"]}}`} {
		t.Run(body, func(t *testing.T) {
			r := newRig(t)
			first := into[api.Run](t, r.press("k", body))
			for range 3 {
				if again := into[api.Run](t, r.press("k", body)); again.ID != first.ID {
					t.Errorf("run %s, want %s", again.ID, first.ID)
				}
			}
			r.work()
			a := r.press("k", body)
			if again := into[api.Run](t, a); again.ID != first.ID || a.status != 200 || again.State != api.Ended {
				t.Errorf("after its end: %d %+v", a.status, again)
			}
			if a := r.press("k", `{"dryRun":true,"parameters":{}}`); a.status != 422 || a.problem(t).Code != api.ProblemCodeKeyReused {
				t.Errorf("another body: %d %s", a.status, a.body)
			}
			if a := r.do(call{method: "POST", path: "/v1/shops/acme/jobs/process-orders/runs", body: body, bearer: "k9-of-the-host", header: map[string]string{"Idempotency-Key": "k"}}); a.status != 422 {
				t.Errorf("another job: %d", a.status)
			}
			if other := into[api.Run](t, r.press("k2", body)); other.ID == first.ID {
				t.Error("another key has the same run")
			}
			r.Advance(api.KeyKept)
			if later := into[api.Run](t, r.press("k", `{"dryRun":true}`)); later.ID == first.ID {
				t.Error("the key is kept for longer than a day")
			}
		})
	}
}

// TestSpacesMakeNoOtherBody: what is compared is what the body says.
func TestSpacesMakeNoOtherBody(t *testing.T) {
	r := newRig(t)
	first := into[api.Run](t, r.press("k", `{"parameters":{"tags":["a"]},"dryRun":false}`))
	if again := into[api.Run](t, r.press("k", "{ \"parameters\" : { \"tags\" : [ \"a\" ] } }\n")); again.ID != first.ID {
		t.Errorf("run %s, want %s", again.ID, first.ID)
	}
}

// TestACrashLosesNoRunAndMakesNoSecond: the process ends at each write of a
// request in turn, before it and after it. A repeat with the same key makes exactly one run, which runs.
func TestACrashLosesNoRunAndMakesNoSecond(t *testing.T) {
	for _, body := range []string{"", `{"dryRun":true}`} {
		for _, mode := range []faulty.Mode{faulty.Before, faulty.After} {
			for n := 1; ; n++ {
				r := newRig(t)
				r.injector.Arm(n, mode, true)
				r.press("k", body)
				if !r.injector.Struck() {
					if n < 4 { // trail, run, message, trail
						t.Errorf("a request has %d writes", n-1)
					}
					break
				}
				r.injector.Revive()
				a := r.press("k", body)
				if a.status != http.StatusAccepted {
					t.Fatalf("%s write %d: %d %s", mode, n, a.status, a.body)
				}
				run := into[api.Run](t, a)
				r.work()
				ls := r.logged()
				if len(ls) != 1 || ls[0].ID != run.ID || ls[0].Outcome != jobqueue.Succeeded {
					t.Errorf("body %q, %s write %d: runs %+v, want %s alone, ended", body, mode, n, ls, run.ID)
				}
			}
		}
	}
}

// TestAKeyThatJoinedAnothersRun names that run from then on.
func TestAKeyThatJoinedAnothersRun(t *testing.T) {
	r := newRig(t)
	first := into[api.Run](t, r.press("k1", ""))
	second := into[api.Run](t, r.press("k2", ""))
	r.work()
	again := into[api.Run](t, r.press("k2", ""))
	if first.ID != second.ID || again.ID != first.ID {
		t.Errorf("runs %s, %s, %s", first.ID, second.ID, again.ID)
	}
}

// TestForegroundAndBackground: who asks waits where the card allows no background
// syncs or where they prefer to, never longer than the gateway lets them.
func TestForegroundAndBackground(t *testing.T) {
	for _, c := range []struct {
		name, card, prefer string
		slow               time.Duration // until the run is worked on
		status             int
		applied            string
		atMost             time.Duration
	}{
		{"background", `{}`, "", time.Hour, 202, "", 0},
		{"foreground", `{"allowBackgroundSyncs":false}`, "", 0, 200, "", 5 * time.Second},
		{"foreground, too long", `{"allowBackgroundSyncs":false}`, "", time.Hour, 202, "", 26 * time.Second},
		{"background, waits", `{"allowBackgroundSyncs":true}`, "wait=10", 0, 200, "wait=10", 5 * time.Second},
		{"background, waits in vain", `{}`, "respond-async, wait=10", time.Hour, 202, "wait=10", 11 * time.Second},
		{"waits longer than it can", `{}`, "wait=3600", time.Hour, 202, "wait=25", 26 * time.Second},
		{"foreground, does not wait", `{"allowBackgroundSyncs":false}`, "wait=0", time.Hour, 202, "", 0},
		{"nobody knows what", `{}`, "wait=soon, mood=good", time.Hour, 202, "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.want(200, "PATCH", "/v1/shops/acme/card", c.card)
			began := r.Now()
			r.host.Wait = r.Wait // nobody works on it
			if c.slow == 0 {
				r.host.Wait = r.wait
			}
			r.handler = api.New(r.host)
			a := r.press("", "", "Prefer", c.prefer)
			if a.status != c.status || a.header.Get("Preference-Applied") != c.applied || r.Now().Sub(began) > c.atMost {
				t.Errorf("%d %s, %v after %v", a.status, a.body, a.header, r.Now().Sub(began))
			}
			if v := into[api.Run](t, a); a.header.Get("Location") != "/v1/shops/acme/runs/"+v.ID || v.ID == "" {
				t.Errorf("Location %q of %+v", a.header.Get("Location"), v)
			}
		})
	}
}

// TestCoolDown: a merchant's plain request names the run of the one before for half
// a minute. Others, and requests for something else, do not wait.
func TestCoolDown(t *testing.T) {
	r := newRig(t)
	n := 0
	press := func(body, key string) (api.Run, reply) {
		n++
		a := r.do(call{method: "POST", path: runs, body: body, bearer: r.good("1", fmt.Sprint(n)).String(), header: map[string]string{"Idempotency-Key": key}})
		return into[api.Run](t, a), a
	}
	first, a := press("", "")
	if a.status != 202 || a.header.Get("Retry-After") != "" {
		t.Errorf("%d %v", a.status, a.header)
	}
	r.work() // it has ended
	r.Advance(9 * time.Second)
	if again, a := press("", ""); again.ID != first.ID || a.status != 200 {
		t.Errorf("within the cool-down: %d %+v", a.status, again)
	}
	keyed, _ := press("", "k")
	if dry, _ := press(`{"dryRun":true}`, ""); dry.ID == first.ID {
		t.Error("a dry run is the plain one")
	}
	if person := into[api.Run](t, r.press("", "")); person.ID == first.ID {
		t.Error("the cool-down is for the person too")
	}
	r.work()
	r.Advance(25 * time.Second)
	second, _ := press("", "")
	if second.ID == first.ID {
		t.Error("after the cool-down there is no other run")
	}
	if same, _ := press("", "k"); same.ID != keyed.ID || keyed.ID != first.ID {
		t.Errorf("the key names %s, then %s, want %s", keyed.ID, same.ID, first.ID)
	}
}

// TestOlderCardsAllowBackgroundSyncs: a stored card that does not say, as those
// of earlier releases.
func TestOlderCardsAllowBackgroundSyncs(t *testing.T) {
	var c shop.Shop
	for _, step := range []struct {
		set     string
		on, bad bool
	}{{`{}`, true, false}, {`{"allowBackgroundSyncs":false}`, false, false}, {`{"allowBackgroundSyncs":"no"}`, false, true}, {`{"allowBackgroundSyncs":null}`, true, false}} {
		err := documents.Sections.Set(&c, []byte(step.set))
		got, ofErr := shop.Of[orders.OrderSettings](c)
		if (err != nil) != step.bad || ofErr != nil || got.AllowBackgroundSyncs.On() != step.on {
			t.Errorf("%s: %v, %v, %v", step.set, got.AllowBackgroundSyncs.On(), err, ofErr)
		}
	}
}

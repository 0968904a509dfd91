package api_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"backroom/shared/api"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/memory"
	"backroom/shared/table"
)

// TestFirstRunOfANewJob: what is saved without an earliest start runs soon, and
// at the date and time of its formula if it has one.
func TestFirstRunOfANewJob(t *testing.T) {
	now := func() time.Time { return time.Date(2026, 11, 23, 22, 30, 20, 0, time.UTC) } // 23:30 in Berlin
	task := jobqueue.Registration{
		Name: "a", Default: jobqueue.Entry{Category: "a", MaxAttempts: 1, RerunDelay: time.Minute},
		Task: taskFunc(func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
			return jobqueue.Result{Done: true}, nil
		}),
	}
	zone := func(_ context.Context, shop string) (string, error) {
		return map[string]string{"acme": "Europe/Berlin"}[shop], nil
	}
	for _, tt := range []struct{ name, form, want string }{
		{"a cadence", `"every":"10m"`, "2026-11-23T22:31:00Z"},
		{"a formula alone is at midnight", `"formula":"1D"`, "2026-11-23T23:00:00Z"},
		{"later today, in another zone", `"formula":"1D","startingTime":"23:00","zone":"UTC"`, "2026-11-23T23:00:00Z"},
		{"later today, where the shop is", `"formula":"1D","startingTime":"23:45"`, "2026-11-23T22:45:00Z"},
		{"tomorrow, where the shop is", `"formula":"1D","startingTime":"02:00"`, "2026-11-24T01:00:00Z"},
		{"a day of the month", `"formula":"D15","startingTime":"06:00"`, "2026-12-15T05:00:00Z"},
		{"the day after the month's end", `"formula":"CM+1D"`, "2026-11-30T23:00:00Z"},
		{"what is said counts", `"formula":"1D","earliestStart":"2026-11-30T10:00:00Z"`, "2026-11-30T10:00:00Z"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			jobs := &api.Jobs{Zone: zone, Client: clientOf(memory.NewTable(now), now, task)}
			body := json.RawMessage(`{"id":"x","task":"a",` + tt.form + `}`)
			if _, err := jobs.Save(t.Context(), "acme", body); err != nil {
				t.Fatal(err)
			}
			js, err := jobs.List(t.Context(), "acme")
			if err != nil || len(js) != 1 || js[0].Next.Format(time.RFC3339) != tt.want {
				t.Errorf("%+v, %v; want the first run at %s", js, err, tt.want)
			}
		})
	}
}

// TestAllThatIsWrongAtOnce: a name that is none, fields that are none and texts
// that cannot be read hide nothing of the rest, and nothing is wrong only for them.
func TestAllThatIsWrongAtOnce(t *testing.T) {
	task := jobqueue.Registration{Name: "a", Default: jobqueue.Entry{Category: "a", MaxAttempts: 1, RerunDelay: time.Minute}, Task: taskFunc(nil)}
	jobs := &api.Jobs{Client: clientOf(memory.NewTable(time.Now), time.Now, task)}
	for _, tt := range []struct {
		name, form string
		want       []string
	}{
		{"texts", `{"id":"x y","task":"sync-horses","every":"soon","zone":"Mars","startingTime":"08:00","endingTime":"08:00","expiration":"now"}`, []string{
			`job entry "x y"`, `task "sync-horses"`, `every "soon"`, `zone "Mars"`, `ending time "08:00"`, `expiration "now"`,
		}},
		{"kinds", `{"id":7,"task":"a","every":5,"zone":"Mars","once":"yes","maxAttempts":"many","weekdays":"mon"}`, []string{
			`id "7": must be text`, `every "5": must be text`, `zone "Mars"`, `once "\"yes\"": must be true or false`,
			`maximum attempts "\"many\"": must be a whole number`, `weekdays "\"mon\"": must be a list such as`,
		}},
		{"fields", `{"id":"x","task":"a","evry":"5m","cron":"* * * * *","rerunDelay":"2h"}`, []string{
			`field "evry": must be one of category,`, `field "cron"`, `rerun delay "2h0m0s"`,
		}},
		{"only the start", `{"id":"x","task":"a","every":"1h","earliestStart":"soon","expiration":"2030-01-01T00:00:00Z"}`, []string{`earliest start "soon"`}},
		{"only the cadence", `{"id":"x","task":"a","every":"often","idleLimit":"2h","weekdays":["mon"]}`, []string{`every "often"`}},
		{"only the task", `{"id":"x","every":"1h"}`, []string{`task "": must be one of a`}},
		{"only the name", `{"task":"a","every":"1h"}`, []string{`job entry ""`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := jobs.Save(t.Context(), "acme", []byte(tt.form))
			if err == nil {
				t.Fatal("saved")
			}
			for _, want := range tt.want {
				if strings.Count(err.Error(), want) != 1 {
					t.Errorf("not once %s in: %v", want, err)
				}
			}
			if n := strings.Count(err.Error(), "\n") + 1; n != len(tt.want) {
				t.Errorf("%d complaints, want %d: %v", n, len(tt.want), err)
			}
			if got := api.Status(err); got != 400 {
				t.Errorf("status %d", got)
			}
		})
	}
}

// TestNullIsAsIfLeftOut in a form; a body that is no object is refused.
func TestNullIsAsIfLeftOut(t *testing.T) {
	f, ps, err := api.ParseForm([]byte(`{"id":"x","every":null,"parameters":null}`))
	if err != nil || len(ps) != 0 || f.ID != "x" || f.Every != "" || f.Parameters != nil {
		t.Errorf("%+v, %v, %v", f, ps, err)
	}
	for _, body := range []string{`[]`, `"x"`, `{"id":`, `{} {}`} {
		if _, _, err := api.ParseForm([]byte(body)); err == nil {
			t.Errorf("%s was read", body)
		}
	}
}

type taskFunc func(context.Context, jobqueue.Request) (jobqueue.Result, error)

func (f taskFunc) Run(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
	return f(ctx, r)
}

// overtaken is a table in which somebody else is first with every write.
type overtaken struct{ table.Table }

func (overtaken) Write(context.Context, ...table.Op) error { return table.ErrConflict }

// Who saves at the same moment as somebody else is told so, in no word of the store's.
func TestSavedByTwoAtOnce(t *testing.T) {
	task := jobqueue.Registration{Name: "a", Default: jobqueue.Entry{Category: "a", MaxAttempts: 1, RerunDelay: time.Minute}, Task: taskFunc(nil)}
	jobs := &api.Jobs{Client: clientOf(overtaken{memory.NewTable(time.Now)}, time.Now, task)}
	_, err := jobs.Save(t.Context(), "acme", []byte(`{"id":"x","task":"a","every":"10m"}`))
	if api.Status(err) != http.StatusConflict || !strings.Contains(err.Error(), "read it again") || strings.Contains(err.Error(), table.ErrConflict.Error()) {
		t.Errorf("%d, %v", api.Status(err), err)
	}
}

// clientOf is a client of a table and one task.
func clientOf(t table.Table, now func() time.Time, task jobqueue.Registration) *jobs.Client {
	queue := memory.NewQueue(now)
	return jobs.New(jobstore.New(t, now), jobqueue.NewRegistry(task), queue, memory.NewSchedules(now, queue), slog.New(slog.DiscardHandler))
}

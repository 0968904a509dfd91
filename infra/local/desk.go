package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"backroom/shared/api"
	"backroom/shared/api/client"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/language"
	"backroom/shared/orders"
)

// desk is what commands work with: the interface of one shop, of a server that
// runs, of a stage, or of an engine in this process. Safe for concurrent use.
type desk struct {
	*client.Client

	at        string // where the interface is, as an error names it
	Shop      string // its code
	simulated bool
	own       bool          // it is of an engine in this process
	poll      time.Duration // between two looks at a run
}

// deskAt gives the desk of the interface at an address. It is asked in the language
// of the environment.
func deskAt(address string, to doer) (*desk, error) {
	speaks := string(language.OfEnvironment(os.Getenv))
	c, err := client.NewClient(address, client.WithHTTPClient(to), client.WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.Header.Set("Accept-Language", speaks)
		return nil
	}))
	return &desk{Client: c, at: address, poll: 50 * time.Millisecond}, err
}

// ask sends one request and reads its answer into out. A problem of the interface
// is a refusal.
func (d *desk) ask(out any, send func(*client.Client) (*http.Response, error)) error {
	resp, err := send(d.Client)
	if err != nil {
		return fmt.Errorf("%s: %w", d.at, err)
	}
	js, err := io.ReadAll(io.LimitReader(resp.Body, 64<<20))
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return fmt.Errorf("%s: %w", d.at, err)
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return d.refused(resp, js)
	}
	return json.Unmarshal(js, out)
}

// refused is the error of an answer that is none: a problem document, or what a
// gateway says by itself.
func (d *desk) refused(resp *http.Response, body []byte) error {
	var p api.Problem
	if json.Unmarshal(body, &p) == nil && p.Detail != "" {
		text := p.Detail
		if slices.Contains([]int{http.StatusUnauthorized, http.StatusForbidden}, p.Status) {
			text += ". " + p.Remedy
		}
		return refusal{resp.StatusCode, p.Code, text}
	}
	var g struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &g) == nil && g.Message != "" {
		return fmt.Errorf("%s: %s: %s%s", d.at, resp.Status, g.Message, ofGateway(resp.StatusCode))
	}
	return fmt.Errorf("%s: %s", d.at, resp.Status)
}

// ofGateway says what to do about what API Gateway answers by itself.
func ofGateway(status int) string {
	switch status {
	case http.StatusForbidden:
		return ". Sign with credentials that may call it (execute-api:Invoke, docs/deploy.md): AWS_PROFILE chooses them"
	case http.StatusNotFound:
		return ". Is this the APIAddress of the stage?"
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return ". Try again in a minute"
	}
	return ""
}

// refusal is an answer of the server that says what is wrong.
type refusal struct {
	status int
	code   api.ProblemCode
	text   string
}

func (r refusal) Error() string { return r.text }

// Is makes errors of the server those of an engine in this process.
func (r refusal) Is(target error) bool {
	switch target {
	case jobstore.ErrNotFound:
		return r.status == http.StatusNotFound
	case jobs.ErrRefused:
		return r.status == http.StatusConflict || r.code == api.ProblemCodeTooManyRuns
	case jobs.ErrBusy:
		return r.code == api.ProblemCodeTooManyRuns
	}
	return false
}

// Shops are those that the caller reaches.
func (d *desk) Shops(ctx context.Context) ([]api.Shop, error) {
	ss, _, err := allPages("", 0, func(page string, limit int) ([]api.Shop, string, error) {
		var l api.ShopList
		err := d.ask(&l, func(c *client.Client) (*http.Response, error) {
			return c.ListShops(ctx, &api.ListShopsParams{Page: page, Limit: new(limit)})
		})
		return l.Shops, l.Next, err
	})
	return ss, err
}

// Cues are the shop at one look.
func (d *desk) Cues(ctx context.Context) (q api.Cues, err error) {
	return q, d.ask(&q, func(c *client.Client) (*http.Response, error) { return c.GetCues(ctx, d.Shop) })
}

func (d *desk) Card(ctx context.Context) (js json.RawMessage, err error) {
	return js, d.ask(&js, func(c *client.Client) (*http.Response, error) { return c.GetCard(ctx, d.Shop) })
}

// pageSize is how many rows are asked for at once.
const pageSize = 1000

// allPages reads a list from page on, page by page, until it has limit rows (0: all).
func allPages[V any](page string, limit int, read func(page string, limit int) (rows []V, next string, err error)) (all []V, next string, err error) {
	all, next = []V{}, page // never nil: as JSON it is a list
	for {
		size := pageSize
		if limit > 0 {
			size = min(size, limit-len(all))
		}
		rows, after, err := read(next, size)
		if err != nil {
			return nil, "", err
		}
		all, next = append(all, rows...), after
		if next == "" || limit > 0 && len(all) >= limit {
			return all, next, nil
		}
	}
}

func (d *desk) Jobs(ctx context.Context) ([]jobView, error) {
	js, _, err := allPages("", 0, func(page string, limit int) ([]jobView, string, error) {
		var l api.JobList
		err := d.ask(&l, func(c *client.Client) (*http.Response, error) {
			return c.ListJobs(ctx, d.Shop, &api.ListJobsParams{Page: page, Limit: new(limit)})
		})
		return l.Jobs, l.Next, err
	})
	return js, err
}

func (d *desk) Runs(ctx context.Context, page string, limit int) ([]runView, string, error) {
	return allPages(page, limit, func(page string, limit int) ([]runView, string, error) {
		var l api.RunList
		err := d.ask(&l, func(c *client.Client) (*http.Response, error) {
			return c.ListRuns(ctx, d.Shop, &api.ListRunsParams{Page: page, Limit: new(limit)})
		})
		return l.Runs, l.Next, err
	})
}

func (d *desk) Run(ctx context.Context, id string) (v runView, err error) {
	if err := api.CheckID("run", id); err != nil {
		return v, err
	}
	return v, d.ask(&v, func(c *client.Client) (*http.Response, error) { return c.GetRun(ctx, d.Shop, id, &api.GetRunParams{}) })
}

func (d *desk) Trigger(ctx context.Context, entry string, a ask) (v runView, err error) {
	if err := api.CheckID("job", entry); err != nil {
		return v, err
	}
	return v, d.ask(&v, func(c *client.Client) (*http.Response, error) {
		return c.RunJob(ctx, d.Shop, entry, &api.RunJobParams{Prefer: "wait=0"}, a) // the command follows the run itself
	})
}

func (d *desk) Cancel(ctx context.Context, run string) error {
	if err := api.CheckID("run", run); err != nil {
		return err
	}
	var v runView
	return d.ask(&v, func(c *client.Client) (*http.Response, error) { return c.CancelRun(ctx, d.Shop, run) })
}

// Orders are at most limit orders of a state (0: all), from a page's token on.
func (d *desk) Orders(ctx context.Context, state orders.State, page string, limit int) ([]orderView, string, error) {
	var t total
	return allPages(page, limit, d.ordersOf(ctx, state, &t))
}

// total is how many rows a list has; more: at least so many. 0: it is not known.
type total struct {
	n    int
	more bool
}

// OrdersOf are a page of those of Orders, and how many there are.
func (d *desk) OrdersOf(ctx context.Context, state orders.State, p paging) (os []orderView, more bool, t total, err error) {
	os, more, err = pageOf(p, d.ordersOf(ctx, state, &t))
	return os, more, t, err
}

// ordersOf reads a part of a list, and how long that is.
func (d *desk) ordersOf(ctx context.Context, state orders.State, t *total) func(page string, limit int) ([]orderView, string, error) {
	return func(page string, limit int) ([]orderView, string, error) {
		var l api.OrderList
		err := d.ask(&l, func(c *client.Client) (*http.Response, error) {
			return c.ListOrders(ctx, d.Shop, &api.ListOrdersParams{State: api.OrderState(state), Page: page, Limit: new(limit)})
		})
		if l.Total > 0 {
			*t = total{l.Total, l.More}
		}
		return l.Orders, l.Next, err
	}
}

func (d *desk) Order(ctx context.Context, name string) (o api.OrderDetail, err error) {
	if err := api.CheckName(name); err != nil {
		return o, err
	}
	return o, d.ask(&o, func(c *client.Client) (*http.Response, error) { return c.GetOrder(ctx, d.Shop, name) })
}

func (d *desk) Decide(ctx context.Context, name string, wish api.OrderDecision) (o orderView, err error) {
	if err := api.CheckName(name); err != nil {
		return o, err
	}
	return o, d.ask(&o, func(c *client.Client) (*http.Response, error) {
		return c.DecideOrder(ctx, d.Shop, name, wish)
	})
}

func (d *desk) Form(ctx context.Context, entry string) (f api.Form, err error) {
	if err := api.CheckID("job", entry); err != nil {
		return f, err
	}
	return f, d.ask(&f, func(c *client.Client) (*http.Response, error) { return c.GetJob(ctx, d.Shop, entry) })
}

func (d *desk) Save(ctx context.Context, form []byte) (s api.SavedJob, err error) {
	f, _, err := api.ParseForm(form) // what is wrong with it as a whole, and where
	if err != nil {
		return s, err
	}
	if f.ID == "" {
		return s, errNoID
	}
	return s, d.ask(&s, func(c *client.Client) (*http.Response, error) {
		return c.SaveJobWithBody(ctx, d.Shop, f.ID, "application/json", bytes.NewReader(form))
	})
}

var errNoID = errors.New("job entry: its id is missing")

func (d *desk) Act(ctx context.Context, entry string, a jobs.Action, o api.ActionRequest) (g api.JobChange, err error) {
	if err := api.CheckID("job", entry); err != nil {
		return g, err
	}
	switch a {
	case jobs.ToDelete:
		return g, d.ask(&g, func(c *client.Client) (*http.Response, error) { return c.DeleteJob(ctx, d.Shop, entry) })
	case jobs.RunNow:
		v, err := d.Trigger(ctx, entry, ask{})
		return api.JobChange{Job: entry, Run: v.ID}, err
	default:
		return g, d.ask(&g, func(c *client.Client) (*http.Response, error) {
			return c.ActOnJob(ctx, d.Shop, entry, api.JobAction{Action: api.JobActionAction(a), Reason: o.Reason})
		})
	}
}

func (d *desk) ReleaseFailed(ctx context.Context) (f api.Released, err error) {
	return f, d.ask(&f, func(c *client.Client) (*http.Response, error) { return c.ReleaseFailed(ctx, d.Shop) })
}

func (d *desk) Retry(ctx context.Context, run string) (v runView, err error) {
	if err := api.CheckID("run", run); err != nil {
		return v, err
	}
	return v, d.ask(&v, func(c *client.Client) (*http.Response, error) { return c.RetryRun(ctx, d.Shop, run) })
}

func (d *desk) Pause(ctx context.Context, o api.ActionRequest) (p api.Pause, err error) {
	return p, d.ask(&p, func(c *client.Client) (*http.Response, error) {
		if o.Everything {
			return c.PauseAll(ctx, api.Reason{Reason: o.Reason})
		}
		return c.PauseShop(ctx, d.Shop, api.Reason{Reason: o.Reason})
	})
}

func (d *desk) Resume(ctx context.Context, o api.ActionRequest) (p api.Pause, err error) {
	return p, d.ask(&p, func(c *client.Client) (*http.Response, error) {
		if o.Everything {
			return c.ResumeAll(ctx)
		}
		return c.ResumeShop(ctx, d.Shop)
	})
}

func (d *desk) Paused(ctx context.Context) (p api.Pause, err error) {
	return p, d.ask(&p, func(c *client.Client) (*http.Response, error) { return c.GetPause(ctx, d.Shop) })
}

// Log is a page of the runs that q asks for, those in process on the first, and how
// many there are.
func (d *desk) Log(ctx context.Context, q url.Values, p paging) (rs []runView, more bool, t total, err error) {
	q.Set("limit", strconv.Itoa(p.limit))
	w, err := api.ParseLog(q, time.Now()) // what is wrong with it, before a server is asked
	if err != nil {
		return nil, false, t, err
	}
	ask := api.ListRunsParams{Job: q.Get("entry"), Outcome: strings.Join(q["outcome"], ","), Notes: w.Notes, Since: q.Get("since"), Until: q.Get("until")}
	rs, more, err = pageOf(p, func(page string, limit int) ([]runView, string, error) {
		var l api.RunList
		ask.Page, ask.Limit = page, new(limit)
		err := d.ask(&l, func(c *client.Client) (*http.Response, error) { return c.ListRuns(ctx, d.Shop, &ask) })
		if l.Total > 0 {
			t = total{l.Total, l.More}
		}
		return l.Runs, l.Next, err
	})
	return rs, more, t, err
}

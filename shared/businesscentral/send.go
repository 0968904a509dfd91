package businesscentral

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"backroom/shared/bcapi"
	"backroom/shared/fault"
	"backroom/shared/usage"
)

// Request is a single request to BC.
type Request struct {
	Op     string // names it in errors and logs
	Method string // "": GET
	Path   string // as [Client.Path] gives it
	Body   any    // sent as JSON; nil for none
	Raw    []byte // sent as it is, in place of Body: the content of a stream
	Record bool   // Path names one record
	Match  string // as that of an [Operation]
	// Absent is what a merchant is told when there is no such set; "": that the
	// connection is wrong.
	Absent string
	Date   *time.Time // where the answer's own time goes, if it has one; nil: nowhere
}

func (r Request) call(c *Client) call {
	k := call{
		about:  about{op: r.Op, write: r.Method != "" && r.Method != http.MethodGet, record: r.Record, absent: r.Absent},
		method: r.Method, url: c.root + r.Path, body: r.Body, ops: 1, date: r.Date,
	}
	if r.Method == http.MethodPatch || r.Method == http.MethodDelete {
		k.header = map[string]string{"If-Match": cmp.Or(r.Match, "*")}
	}
	if r.Raw != nil {
		k.raw, k.header["Content-Type"] = r.Raw, "application/octet-stream"
	}
	return k
}

// Send makes one attempt and gives the body of a 2xx answer. A refused token is
// replaced once; nothing else is repeated.
func (c *Client) Send(ctx context.Context, r Request) ([]byte, error) { return c.send(ctx, r.call(c)) }

// Get reads r into v, unless that is nil, and repeats what failed for the moment.
func (c *Client) Get(ctx context.Context, r Request, v any) error { return c.get(ctx, r.call(c), v) }

// call is one HTTP request to BC.
type call struct {
	about
	method string
	url    string // absolute
	body   any    // sent as JSON; nil for none
	raw    []byte // sent in its place
	header map[string]string
	ops    int           // that it counts for the budget
	hold   time.Duration // how long it is expected to run
	date   *time.Time    // where the answer's own time goes, if it has one; nil: nowhere
}

// The headers of every request and of every operation in a batch.
const (
	jsonType = "application/json"
	language = "en-US" // error texts are compared with those of rules
)

func (c *Client) send(ctx context.Context, k call) ([]byte, error) {
	body := k.raw
	if k.body != nil {
		var err error
		if body, err = json.Marshal(k.body); err != nil {
			return nil, Bug(k.op, "encode the request: %w", err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, CallTimeout)
	defer cancel()
	token := ""
	for {
		// Token and budget first: what fails here has reached nobody.
		next, err := c.tokens.get(ctx, token)
		if err != nil {
			return nil, err
		}
		again := token != ""
		if next == token { // the same one again: asking once more changes nothing
			return nil, classify(k.about, reply{status: http.StatusUnauthorized, code: bcapi.CodeUnknownApp + "InvalidCredentials"})
		}
		token = next
		answer, p, err := c.attempt(ctx, k, body, token)
		if err != nil || p.status < 300 {
			return answer, err
		}
		if p.status == http.StatusUnauthorized && !again {
			continue
		}
		e := classify(k.about, p)
		if e.Kind == fault.Throttled {
			c.budget.Pause(e.RetryAfter)
		}
		return nil, e
	}
}

// attempt sends k once. A reply of 2xx comes with its body, any other one
// without; err is for what has no reply.
func (c *Client) attempt(ctx context.Context, k call, body []byte, token string) ([]byte, reply, error) {
	release, err := c.budget.Acquire(ctx, k.ops, k.hold)
	if err != nil {
		return nil, reply{}, err
	}
	defer release()
	req, err := http.NewRequestWithContext(ctx, k.method, k.url, bytes.NewReader(body))
	if err != nil {
		return nil, reply{}, Bug(k.op, "make the request: %w", plain(err))
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept", jsonType)
	req.Header.Set("Accept-Language", language)
	if body != nil {
		req.Header.Set("Content-Type", jsonType)
	}
	for name, v := range k.header {
		req.Header.Set(name, v)
	}
	if err := ctx.Err(); err != nil { // nothing was sent, so nothing is unknown
		return nil, reply{}, &fault.Error{Op: k.op, Kind: fault.Transient, Err: err}
	}
	usage.Add(ctx, usage.Count{BCRequests: 1, BCOperations: k.ops})
	began := c.now()
	resp, err := c.http.Do(req)
	if err != nil {
		err = plain(err)
		c.log.DebugContext(ctx, "business central request lost", "op", k.op, "took", c.now().Sub(began), "err", err)
		return nil, reply{}, lost(k.about, err)
	}
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		c.heard.tell(at, began)
		if k.date != nil {
			*k.date = at
		}
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end or given up
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	c.log.DebugContext(ctx, "business central request", "op", k.op, "operations", k.ops, "status", resp.StatusCode, "took", c.now().Sub(began))
	if token != "" && bytes.Contains(answer, []byte(token)) { // what an answer says may become part of an error
		answer = bytes.ReplaceAll(answer, []byte(token), []byte("***"))
	}
	if resp.StatusCode >= 300 || resp.StatusCode < 200 {
		// An error whose text is cut off is judged by its status.
		return nil, parseReply(resp.StatusCode, resp.Header.Get("Retry-After"), answer, c.now()), nil
	}
	if err != nil {
		return nil, reply{}, lost(k.about, err)
	}
	if len(answer) > maxAnswer {
		e := lost(k.about, errTooLarge)
		if !k.write {
			e.Kind = fault.Bug
		}
		return nil, reply{}, e
	}
	return answer, reply{status: resp.StatusCode}, nil
}

var errTooLarge = errors.New("the answer is larger than 32 MB")

// TooLarge reports whether err says that the answer to a read was too large to be held:
// less is to be asked for at once.
func TooLarge(err error) bool { return errors.Is(err, errTooLarge) }

// plain takes the address out of an error of net/http: filters hold customer data.
func plain(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

const (
	readTries = 4
	firstWait = time.Second
	slowReads = 30 * time.Second // reads that took longer are not repeated: BC is in trouble, not unlucky
)

// again runs f, which must be safe to repeat, until it succeeds, fails for
// good or has used up the time that a caller may be kept waiting.
func (c *Client) again(ctx context.Context, f func() error) error {
	waited := time.Duration(0)
	began := c.now()
	for n := range readTries {
		err := f()
		kind := fault.KindOf(err)
		if err == nil || kind != fault.Transient && kind != fault.Throttled || n == readTries-1 || ctx.Err() != nil ||
			c.now().Sub(began) > slowReads || errors.Is(err, errOverBudget) { // that has waited already
			return err
		}
		wait := fault.RetryAfter(err)
		if wait == 0 {
			wait = jitter(firstWait << n)
		}
		if waited += wait; waited > maxInside {
			return err
		}
		if c.wait(ctx, wait) != nil {
			return err
		}
	}
	return nil // not reached: the last round returns
}

func (c *Client) get(ctx context.Context, k call, v any) error {
	return c.again(ctx, func() error {
		body, err := c.send(ctx, k)
		if err != nil || v == nil {
			return err
		}
		return decode(k.about, body, v)
	})
}

// decode reads a 2xx answer. One that cannot be read is a lost one.
func decode(a about, body []byte, v any) error {
	if err := json.Unmarshal(body, v); err != nil {
		return lost(a, err)
	}
	return nil
}

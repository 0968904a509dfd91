package businesscentral

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"backroom/shared/fault"
	"backroom/shared/outbound"
)

// operation is one request inside a $batch.
type operation struct {
	Method string // GET, or a write
	URL    string // relative to the root
	Body   any    // nil for none
	record bool   // URL names one record
	match  string // ETag that a change goes under
}

func (o operation) about(op string) about {
	return about{op: op, write: o.Method != http.MethodGet, record: o.record}
}

// answer is what an operation came to: the body of a 2xx, or an error.
type answer struct {
	body json.RawMessage
	text string // BC's text, if it refused
	err  error
}

// The JSON form of a batch. Nothing is inherited from the outer request, so
// each operation carries its headers.
type batchRequest struct {
	Requests []batchOperation `json:"requests"`
}

type batchOperation struct {
	ID      string            `json:"id"`
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    any               `json:"body,omitempty"`
}

type batchAnswer struct {
	Responses []struct {
		ID      string            `json:"id"`
		Status  int               `json:"status"`
		Headers map[string]string `json:"headers"`
		Body    json.RawMessage   `json:"body"`
	} `json:"responses"`
}

var errNoAnswer = errors.New("the batch's answer does not mention the operation")

// batch sends at most 100 operations in one request. All are tried, in order;
// the answers are in the order of ops. err is for the batch as a whole.
func (c *Client) batch(ctx context.Context, op string, ops []operation, expect time.Duration) ([]answer, error) {
	outer := about{op: op}
	req := batchRequest{Requests: make([]batchOperation, len(ops))}
	for i, o := range ops {
		h := map[string]string{"Accept": jsonType, "Accept-Language": language}
		if o.Body != nil {
			h["Content-Type"] = jsonType
		} else if !o.record {
			h["Prefer"] = preferPage // a page of each lookup keeps the answer small
		}
		if o.match != "" {
			h["If-Match"] = o.match
		}
		req.Requests[i] = batchOperation{ID: strconv.Itoa(i), Method: o.Method, URL: o.URL, Headers: h, Body: o.Body}
		outer.write = outer.write || o.Method != http.MethodGet
	}
	body, err := c.send(ctx, call{
		about: outer, method: http.MethodPost, url: c.root + "$batch", body: req, ops: len(ops), hold: expect + expect/2,
		header: map[string]string{"Prefer": "odata.continue-on-error"},
	})
	if err != nil {
		return nil, err
	}
	var got batchAnswer
	if err := decode(outer, body, &got); err != nil {
		return nil, err
	}
	answers := make([]answer, len(ops))
	for i, o := range ops {
		answers[i].err = lost(o.about(op), errNoAnswer)
	}
	seen := make([]bool, len(ops))
	for _, r := range got.Responses {
		i, err := strconv.Atoi(r.ID)
		if err != nil || i < 0 || i >= len(ops) || strconv.Itoa(i) != r.ID {
			continue // the operation it should belong to stays without an answer
		}
		if seen[i] { // two answers contradict each other at worst: believe neither
			answers[i] = answer{err: lost(ops[i].about(op), errors.New("the batch's answer mentions the operation twice"))}
			continue
		}
		seen[i] = true
		if r.Status >= 200 && r.Status < 300 {
			answers[i] = answer{body: r.Body}
			continue
		}
		p := parseReply(r.Status, header(r.Headers, "Retry-After"), r.Body, c.now())
		e := classify(ops[i].about(op), p)
		if e.Kind == fault.Throttled {
			c.budget.Pause(e.RetryAfter)
		}
		answers[i] = answer{text: p.text, err: e}
	}
	return answers, nil
}

func header(h map[string]string, name string) string {
	for k, v := range h {
		if strings.EqualFold(k, name) {
			return v
		}
	}
	return ""
}

// measured is batch, from whose duration z learns.
func (c *Client) measured(ctx context.Context, op string, z *sizes, ops []operation) ([]answer, error) {
	began := c.now()
	answers, err := c.batch(ctx, op, ops, z.get().Expect(len(ops)))
	took := c.now().Sub(began)
	switch {
	case err == nil:
		z.learn(func(s Sizer) Sizer { return s.Observe(len(ops), took) })
	case took >= batchTarget:
		z.learn(func(s Sizer) Sizer { return s.Lost(len(ops), took) })
	}
	return answers, err
}

// readBatch answers GETs, all or an error. What failed for the moment is
// asked again.
func (c *Client) readBatch(ctx context.Context, op string, ops []operation) ([]answer, error) {
	answers := make([]answer, len(ops))
	open := make([]int, len(ops)) // without an answer yet
	for i := range open {
		open[i] = i
	}
	err := c.again(ctx, func() error {
		var failed error
		var left []int
		for len(open) > 0 {
			n := min(len(open), c.reads.get().Size())
			part := make([]operation, n)
			for i, at := range open[:n] {
				part[i] = ops[at]
			}
			got, err := c.measured(ctx, op, &c.reads, part)
			if err != nil {
				open = append(left, open...)
				return err
			}
			for i, at := range open[:n] {
				answers[at] = got[i]
				if got[i].err != nil {
					left = append(left, at)
					failed = worse(failed, got[i].err)
				}
			}
			open = open[n:]
		}
		open = left
		return failed
	})
	if err != nil {
		return nil, err
	}
	return answers, nil
}

// worse is the error that repeating helps least.
func worse(a, b error) error {
	if a == nil || fault.KindOf(a) == fault.Transient {
		return b
	}
	return a
}

// errNotSent is for operations that no batch has held.
var errNotSent = errors.New("not sent: the time for this call is used up, or an earlier batch got no answer")

// writeBatch sends independent writes once each. Answers are in the order of
// ops; err is for the call as a whole and has the kind of every operation. All
// is over within CallTimeout: what does not fit any more is Transient, unsent.
// Operations stay together in groups of step.
func (c *Client) writeBatch(ctx context.Context, op string, z *sizes, step int, ops []operation) ([]answer, error) {
	groups := make([]int, len(ops)/step)
	for i := range groups {
		groups[i] = step
	}
	return c.writeGroups(ctx, op, z, groups, ops)
}

// writeGroups is writeBatch for groups of so many operations, each at most
// maxBatch.
func (c *Client) writeGroups(ctx context.Context, op string, z *sizes, groups []int, ops []operation) ([]answer, error) {
	began := c.now()
	ctx, cancel := context.WithTimeout(ctx, CallTimeout)
	defer cancel()
	answers := make([]answer, 0, len(ops))
	for first := true; len(groups) > 0; first = false {
		rest := ops[len(answers):]
		sizer := z.get()
		size := sizer.Size()
		if !first {
			// A later batch has half of the time that is left, to be safe.
			left := CallTimeout - c.now().Sub(began)
			size = min(size, int(left/2/sizer.Expect(1)))
			if left < CallTimeout/3 || size < groups[0] {
				return append(answers, refused(op, len(rest))...), nil
			}
		}
		n := groups[0]
		for groups = groups[1:]; len(groups) > 0 && n+groups[0] <= size; groups = groups[1:] {
			n += groups[0]
		}
		got, err := c.measured(ctx, op, z, rest[:n])
		if err == nil {
			answers = append(answers, got...)
			continue
		}
		kind := fault.KindOf(err)
		if first && (kind != fault.Unknown || n == len(ops)) {
			return nil, err
		}
		for range n {
			answers = append(answers, answer{err: err})
		}
		return append(answers, refused(op, len(rest)-n)...), nil
	}
	return answers, nil
}

func refused(op string, n int) []answer {
	as := make([]answer, n)
	for i := range as {
		as[i].err = &fault.Error{Op: op, Kind: fault.Transient, Err: errNotSent}
	}
	return as
}

// created decodes the answers to creates. A success that cannot be read has
// happened all the same: its outcome is unknown.
func created[T any](op string, answers []answer, id func(T) string) []outbound.Created[T] {
	a := about{op: op, write: true}
	out := make([]outbound.Created[T], len(answers))
	for i, got := range answers {
		err := got.err
		if err == nil {
			err = unpack(a, got.body, &out[i].Entity)
		}
		if err == nil && id(out[i].Entity) == "" {
			err = lost(a, errors.New("the answer has no id"))
		}
		out[i].Err = err
	}
	return out
}

// unpack is decode for an answer that must have a body.
func unpack(a about, body []byte, v any) error {
	if len(body) == 0 {
		return lost(a, errors.New("the answer has no body"))
	}
	return decode(a, body, v)
}

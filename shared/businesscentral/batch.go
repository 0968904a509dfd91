package businesscentral

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"backroom/shared/fault"
	"backroom/shared/outbound"
)

// Operation is one request inside a $batch.
type Operation struct {
	Method string // GET, or a write
	Path   string // as [Client.Path] gives it
	Body   any    // sent as JSON; nil for none
	Record bool   // Path names one record
	// Match is the ETag that a change of a record goes under; "" is any. It is of no
	// meaning for other methods than PATCH and DELETE.
	Match string
}

func (o Operation) about(op string) about {
	return about{op: op, write: o.Method != http.MethodGet, record: o.Record}
}

// Answer is what an operation came to: the body of a 2xx, or an error.
type Answer struct {
	Body json.RawMessage
	Text string // BC's text, if it refused
	Err  error
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
func (c *Client) batch(ctx context.Context, op string, ops []Operation, expect time.Duration) ([]Answer, error) {
	outer := about{op: op}
	req := batchRequest{Requests: make([]batchOperation, len(ops))}
	for i, o := range ops {
		h := map[string]string{"Accept": jsonType, "Accept-Language": language}
		if o.Body != nil || o.Method == http.MethodPost { // an action has no body
			h["Content-Type"] = jsonType
		} else if !o.Record {
			h["Prefer"] = preferPage // a page of each lookup keeps the answer small
		}
		if o.Method == http.MethodPatch || o.Method == http.MethodDelete {
			h["If-Match"] = cmp.Or(o.Match, "*")
		}
		req.Requests[i] = batchOperation{ID: strconv.Itoa(i), Method: o.Method, URL: o.Path, Headers: h, Body: o.Body}
		outer.write = outer.write || o.Method != http.MethodGet
	}
	body, err := c.send(ctx, call{
		about: outer, method: http.MethodPost, url: c.root + "$batch", body: req, ops: len(ops), hold: expect + expect/2,
		header: map[string]string{"Prefer": "odata.continue-on-error"},
	})
	if err != nil {
		return nil, err
	}
	answers, err := answersOf(op, ops, outer, body, c.now())
	for _, a := range answers {
		if fault.KindOf(a.Err) == fault.Throttled {
			c.budget.Pause(fault.RetryAfter(a.Err))
		}
	}
	return answers, err
}

// answersOf reads the answer of a batch: one for each of ops, in their order.
// err is for an answer that cannot be read at all.
func answersOf(op string, ops []Operation, outer about, body []byte, now time.Time) ([]Answer, error) {
	var got batchAnswer
	if err := decode(outer, body, &got); err != nil {
		return nil, err
	}
	answers := make([]Answer, len(ops))
	for i, o := range ops {
		answers[i].Err = lost(o.about(op), errNoAnswer)
	}
	seen := make([]bool, len(ops))
	for _, r := range got.Responses {
		i, err := strconv.Atoi(r.ID)
		if err != nil || i < 0 || i >= len(ops) || strconv.Itoa(i) != r.ID {
			continue // the operation it should belong to stays without an answer
		}
		if seen[i] { // two answers contradict each other at worst: believe neither
			answers[i] = Answer{Err: lost(ops[i].about(op), errors.New("the batch's answer mentions the operation twice"))}
			continue
		}
		seen[i] = true
		if r.Status >= 200 && r.Status < 300 {
			answers[i] = Answer{Body: r.Body}
			continue
		}
		p := parseReply(r.Status, header(r.Headers, "Retry-After"), r.Body, now)
		answers[i] = Answer{Text: p.text, Err: classify(ops[i].about(op), p)}
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
func (c *Client) measured(ctx context.Context, op string, z *Sizes, ops []Operation) ([]Answer, error) {
	began := c.now()
	answers, err := c.batch(ctx, op, ops, z.get().expect(len(ops)))
	took := c.now().Sub(began)
	switch {
	case err == nil:
		z.learn(func(s sizer) sizer { return s.observe(len(ops), took) })
	case took >= batchTarget:
		z.learn(func(s sizer) sizer { return s.lost(len(ops), took) })
	}
	return answers, err
}

// Read answers GETs in the order of ops, all or an error. What failed for the
// moment is asked again.
func (c *Client) Read(ctx context.Context, op string, ops []Operation) ([]Answer, error) {
	answers := make([]Answer, len(ops))
	open := make([]int, len(ops)) // without an answer yet
	for i := range open {
		open[i] = i
	}
	err := c.again(ctx, func() error {
		var failed error
		var left []int
		for len(open) > 0 {
			n := min(len(open), c.reads.Size())
			part := make([]Operation, n)
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
				if got[i].Err != nil {
					left = append(left, at)
					failed = worse(failed, got[i].Err)
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

// ReadEach is Read for GETs that may fail each by itself for good: each has its
// own answer, and nothing is asked again.
func (c *Client) ReadEach(ctx context.Context, op string, ops []Operation) ([]Answer, error) {
	answers := make([]Answer, 0, len(ops))
	for len(ops) > len(answers) {
		rest := ops[len(answers):]
		got, err := c.measured(ctx, op, &c.reads, rest[:min(len(rest), c.reads.Size())])
		if err != nil {
			return nil, err
		}
		answers = append(answers, got...)
	}
	return answers, nil
}

// Write sends independent writes once each. Answers are in the order of ops; err is
// for the call as a whole and has the kind of every operation. All is over within
// CallTimeout: what does not fit any more is Transient, unsent.
func (c *Client) Write(ctx context.Context, op string, z *Sizes, ops []Operation) ([]Answer, error) {
	return c.WriteGroups(ctx, op, z, slices.Repeat([]int{1}, len(ops)), ops)
}

// WriteGroups is Write for operations that stay together, in groups of so many, each
// at most [MaxBatch].
func (c *Client) WriteGroups(ctx context.Context, op string, z *Sizes, groups []int, ops []Operation) ([]Answer, error) {
	began := c.now()
	ctx, cancel := context.WithTimeout(ctx, CallTimeout)
	defer cancel()
	answers := make([]Answer, 0, len(ops))
	for first := true; len(groups) > 0; first = false {
		rest := ops[len(answers):]
		learnt := z.get()
		size := learnt.next()
		if !first {
			// A later batch has half of the time that is left, to be safe.
			left := CallTimeout - c.now().Sub(began)
			size = min(size, int(left/2/learnt.expect(1)))
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
			answers = append(answers, Answer{Err: err})
		}
		return append(answers, refused(op, len(rest)-n)...), nil
	}
	return answers, nil
}

func refused(op string, n int) []Answer {
	as := make([]Answer, n)
	for i := range as {
		as[i].Err = &fault.Error{Op: op, Kind: fault.Transient, Err: errNotSent}
	}
	return as
}

// Created decodes the answers to creates. A success that cannot be read has
// happened all the same: its outcome is unknown.
func Created[T, N any](op string, answers []Answer, id func(T) string, noun func(T) (N, error)) []outbound.Created[N] {
	out := make([]outbound.Created[N], len(answers))
	for i, got := range answers {
		var row T
		err := got.Err
		if err == nil {
			err = Unpack(op, got.Body, &row)
		}
		if err == nil && id(row) == "" {
			err = Lost(op, errors.New("the answer has no id"))
		}
		if err == nil {
			if out[i].Entity, err = noun(row); err != nil {
				err = &fault.Error{Op: op, Kind: fault.Unknown, Err: err}
			}
		}
		out[i].Err = err
	}
	return out
}

// Unpack reads the answer to a write, which must have a body. One that cannot be
// read is a lost one, of kind Unknown.
func Unpack(op string, body []byte, v any) error {
	if len(body) == 0 {
		return Lost(op, errors.New("the answer has no body"))
	}
	return decode(about{op: op, write: true}, body, v)
}

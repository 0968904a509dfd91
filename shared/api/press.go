package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"time"

	"backroom/shared/identity"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/record"
	"backroom/shared/table"
)

type runOfQueue = jobqueue.Run

// KeyKept is for how long an Idempotency-Key names its run.
const KeyKept = 24 * time.Hour

// schema of what is stored here: 1, since the first release that stores it.
const schema = 1

// pressed is what a run request has led to. Stored under PK SHOP#<shop>, by an
// Idempotency-Key as SK KEY#<hash of it>, and for the cool-down as SK
// PRESSED#<job>.
type pressed struct {
	Request string    `json:"request,omitempty"` // a hash of job and body
	Run     string    `json:"run"`
	At      time.Time `json:"at"`

	version int64
}

func keyOf(shop, key string) table.Key {
	return table.Key{PK: "SHOP#" + shop, SK: "KEY#" + hash([]byte(key))}
}

func pressedKey(shop, job string) table.Key {
	return table.Key{PK: "SHOP#" + shop, SK: "PRESSED#" + job}
}

func hash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// errKeyed means that another request of the same key has stored its run meanwhile.
var errKeyed = errors.New("the key has its run by now")

// press accepts one run, or finds the one that a request like this has led to
// already. again is in how many seconds a merchant may have another; 0: now.
//
// The run, its key and the cool-down are stored in one transaction, before the run is
// sent. A repeat after a crash before it finds nothing and starts anew; a repeat
// after it finds the run and sends it again.
func (s *server) press(ctx context.Context, shop, job string, body RunRequest, key string) (r jobqueue.Run, again int, err error) {
	if err := CheckID("job", job); err != nil {
		return r, 0, err
	}
	if len(key) > 255 {
		return r, 0, refuse(http.StatusBadRequest, "Idempotency-Key: %d bytes, 255 at most", len(key))
	}
	request, err := requestHash(job, body)
	if err != nil {
		return r, 0, err
	}
	for range 3 {
		if key != "" {
			if r, ok, err := s.ofKey(ctx, shop, key, request); err != nil || ok {
				return r, 0, err
			}
		}
		if r, again, err = s.cooling(ctx, shop, job, body); err != nil {
			return r, 0, err
		}
		if again == 0 {
			r, err = s.accept(ctx, shop, job, body, key, request)
		}
		if err == nil && key != "" {
			err = s.bind(ctx, shop, key, request, r.ID)
		}
		if !errors.Is(err, errKeyed) {
			return r, again, err
		}
	}
	return r, 0, fmt.Errorf("job %s of %s: %w", job, shop, table.ErrConflict)
}

// requestHash is what two requests of one key must have in common.
func requestHash(job string, body RunRequest) (string, error) {
	var b bytes.Buffer
	if len(body.Parameters) > 0 {
		if err := json.Compact(&b, body.Parameters); err != nil {
			return "", refuseAs(http.StatusBadRequest, ProblemCodeBadBody, "parameters: %w", err)
		}
	}
	return hash(fmt.Appendf(nil, "%s\x00%t\x00%s", job, body.DryRun, b.Bytes())), nil
}

// ofKey is the run that a key has led to, sent again if it has not started.
func (s *server) ofKey(ctx context.Context, shop, key, request string) (r jobqueue.Run, ok bool, err error) {
	p, err := s.pressed(ctx, keyOf(shop, key))
	if err != nil || p.version == 0 || !p.At.Add(KeyKept).After(s.Now()) {
		return r, false, err
	}
	if p.Request != request {
		return r, false, refuseAs(http.StatusUnprocessableEntity, ProblemCodeKeyReused, "Idempotency-Key: it named another request, which led to run %s", p.Run)
	}
	r, err = s.Jobs.Client.Store.Run(ctx, shop, p.Run)
	if errors.Is(err, jobstore.ErrNotFound) {
		return r, false, refuseAs(http.StatusConflict, ProblemCodeRefused, "run %s: %w", p.Run, errGone)
	}
	if err == nil && r.Started.IsZero() && !r.Done() {
		if err := s.Jobs.Client.Resend(ctx, r); err != nil { // the sweep sends it too
			s.Log.WarnContext(ctx, "accepted run not sent again yet", "run", r.ID, "err", err)
		}
	}
	return r, err == nil, err
}

// cools reports whether a request is one of those that the cool-down is for: a
// merchant's, for a plain run.
func (s *server) cools(ctx context.Context, body RunRequest) bool {
	return s.CoolDown > 0 && stateOf(ctx).caller.Kind == identity.Merchant && body.Parameters == nil && !body.DryRun
}

// cooling is the run of an earlier request within the cool-down, and in how many
// seconds that is over; 0 if there is none.
func (s *server) cooling(ctx context.Context, shop, job string, body RunRequest) (r jobqueue.Run, again int, err error) {
	if !s.cools(ctx, body) {
		return r, 0, nil
	}
	p, err := s.pressed(ctx, pressedKey(shop, job))
	if err != nil || p.version == 0 {
		return r, 0, err
	}
	// A time of the future is of a clock that was set back.
	left := p.At.Add(s.CoolDown).Sub(s.Now())
	if left <= 0 || left > s.CoolDown {
		return r, 0, nil
	}
	r, err = s.Jobs.Client.Store.Run(ctx, shop, p.Run)
	if errors.Is(err, jobstore.ErrNotFound) {
		return r, 0, nil
	}
	return r, int(math.Ceil(left.Seconds())), err
}

// accept stores a run with its key and the cool-down, and sends it.
func (s *server) accept(ctx context.Context, shop, job string, body RunRequest, key, request string) (jobqueue.Run, error) {
	return s.Jobs.Client.Trigger(ctx, jobs.TriggerRequest{
		Shop: shop, Entry: job, Trigger: jobqueue.ByHand, Parameters: body.Parameters, DryRun: body.DryRun,
		With: func(r jobqueue.Run) (ops []table.Op, err error) {
			if key != "" {
				op, err := s.keyOp(ctx, shop, key, request, r.ID)
				if err != nil {
					return nil, err
				}
				ops = append(ops, op)
			}
			if s.cools(ctx, body) {
				op, err := putPressed(pressedKey(shop, job), pressed{Run: r.ID, At: s.Now().UTC()}, s.CoolDown, table.Always)
				if err != nil {
					return nil, err
				}
				ops = append(ops, op)
			}
			return ops, nil
		},
	})
}

// bind gives a key its run where no run was stored for it: the request has joined
// another's.
func (s *server) bind(ctx context.Context, shop, key, request, run string) error {
	op, err := s.keyOp(ctx, shop, key, request, run)
	if errors.Is(err, errKeyed) {
		p, err := s.pressed(ctx, keyOf(shop, key))
		if err == nil && p.Run == run {
			return nil // stored with it
		}
		return errors.Join(err, errKeyed)
	}
	if err != nil {
		return err
	}
	err = s.Table.Write(ctx, op)
	if errors.Is(err, table.ErrConflict) {
		return errKeyed
	}
	return err
}

// keyOp stores the run of a key. Errors: errKeyed if it has one.
func (s *server) keyOp(ctx context.Context, shop, key, request, run string) (table.Op, error) {
	p, err := s.pressed(ctx, keyOf(shop, key))
	if err != nil {
		return table.Op{}, err
	}
	cond := table.Absent
	if p.version > 0 {
		if p.At.Add(KeyKept).After(s.Now()) {
			return table.Op{}, errKeyed
		}
		cond = table.VersionIs(p.version) // past its time, and not deleted yet
	}
	return putPressed(keyOf(shop, key), pressed{Request: request, Run: run, At: s.Now().UTC()}, KeyKept, cond)
}

func putPressed(k table.Key, p pressed, kept time.Duration, cond table.Cond) (table.Op, error) {
	data, err := record.Encode(schema, p)
	return table.Put(table.Item{Key: k, Data: data, Expires: p.At.Add(kept).Truncate(time.Second)}, cond), err
}

// pressed reads what a request has led to; version 0 if nothing is stored.
func (s *server) pressed(ctx context.Context, k table.Key) (p pressed, err error) {
	it, err := s.Table.Get(ctx, k)
	if errors.Is(err, table.ErrNotFound) {
		return p, nil
	}
	if err == nil {
		err = record.Decode(it.Data, schema, &p)
	}
	p.version = it.Version
	return p, err
}

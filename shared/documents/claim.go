package documents

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"backroom/shared/clock"
	"backroom/shared/fault"
	"backroom/shared/outbound"
	"backroom/shared/table"
)

// Claimer is a BC company in which engines can exclude each other.
type Claimer interface {
	// Claim lets change decide about the mark of a code: by what it says, "" if it is
	// not there, and by how long ago that was written, by BC's clock. What change
	// answers with true is written unless somebody else has written meanwhile; then,
	// and after a write of which it is not known whether it was made, change is
	// asked again. A mark that this process wrote last has the age 0.
	Claim(ctx context.Context, code string, change func(says string, age time.Duration) (next string, write bool)) error
}

const (
	// claimRenewed is how old a claim may be when a batch of creates begins. The
	// batch goes out within outbound.SendWithin and is over within Task.Timeout.
	claimRenewed = 3 * time.Minute
	// claimBeats is when an engine that has not renewed its claim sends no create any
	// more: more than all three together.
	claimBeats = 10 * time.Minute
)

// abandoned reports whether a claim that was last renewed so long ago binds nobody
// any more: what its engine has sent by then can no longer take effect.
func abandoned(age time.Duration) bool { return age >= claimBeats+outbound.Settle }

// Engine is what one set of stored data is called in the companies it writes to.
// Safe for concurrent use.
type Engine struct {
	Table table.Table

	mu sync.Mutex
	id string
}

// ID is the name, made at the first call and then stored.
func (e *Engine) ID(ctx context.Context) (string, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.id != "" {
		return e.id, nil
	}
	key := table.Key{PK: "ENGINE", SK: "id"}
	it, err := e.Table.Get(ctx, key)
	if errors.Is(err, table.ErrNotFound) {
		it = table.Item{Key: key, Data: []byte(rand.Text()[:12])}
		err = e.Table.Write(ctx, table.Put(it, table.Absent))
		if errors.Is(err, table.ErrConflict) || errors.Is(err, table.ErrUnknown) { // somebody's is stored, or ours
			it, err = e.Table.Get(ctx, key)
		}
	}
	if err != nil {
		return "", fmt.Errorf("the engine's name: %w", err)
	}
	e.id = string(it.Data)
	return e.id, nil
}

// claim is what one slice knows of its claim to the company.
type claim struct {
	says string    // what it has written; "": it has none
	at   time.Time // before that was sent
	// doubt: a create may still take effect. The claim is then kept until it is
	// abandoned, or this engine comes back.
	doubt bool
}

// claimCode is the code of the mark of a shop: at most 10 characters.
func claimCode(domain string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(domain)))
	return "BR" + base32.StdEncoding.EncodeToString(sum[:5])
}

const (
	claimWrites = " writes sales orders, "
	claimDone   = " is done"
)

// claimed makes sure that no other engine makes documents of this shop. A claim
// that this slice has lost since it took it ends the slice: what it has looked up
// may be out of date.
func (s *slice) claimed(ctx context.Context) error {
	if s.target.Claims == nil || s.Engine == nil {
		return nil
	}
	now, had := s.Now(), s.claim.says
	if age := clock.Since(s.claim.at, now); had != "" && age >= 0 && age < claimRenewed {
		return nil
	}
	id, err := s.Engine.ID(ctx)
	if err != nil {
		return err
	}
	me := "Backroom " + id
	next := me + claimWrites + now.UTC().Format(time.RFC3339Nano)
	var age time.Duration
	taken := false
	err = s.target.Claims.Claim(ctx, claimCode(s.card.Domain), func(says string, old time.Duration) (string, bool) {
		age = old
		switch {
		case says == next: // written by the try before
			taken = false
		case had != "":
			taken = says != had
		default:
			taken = says != "" && !strings.HasSuffix(says, claimDone) && !strings.HasPrefix(says, me+" ") && !abandoned(old)
		}
		return next, !taken
	})
	switch {
	case err != nil:
		return err
	case taken:
		s.claim.says = ""
		return &fault.Error{
			Op: TaskName, Kind: fault.Throttled, RetryAfter: min(max(age/4, 5*time.Second), time.Minute),
			Merchant: "Another Backroom makes the documents of this shop in Business Central at the moment; this one waits for it.",
			Err:      errors.New("another engine has claimed the company"),
		}
	}
	s.claim.says, s.claim.at = next, now
	if age := clock.Since(now, s.Now()); age < 0 || age >= claimRenewed {
		return s.claimed(ctx) // slept over the answer: it may be somebody else's by now
	}
	return nil
}

// binds reports whether others wait for a request that starts now and is over
// within timeout.
func (c claim) binds(now time.Time, timeout time.Duration) bool {
	age := clock.Since(c.at, now)
	return c.says == "" || age >= 0 && age+timeout < claimBeats
}

// release gives the claim up at the end of a run, unless a create is in doubt. An
// error is no reason to fail: the claim is then abandoned in time.
func (s *slice) release(ctx context.Context) {
	had := s.claim.says
	if s.target.Claims == nil || had == "" || s.claim.doubt {
		return
	}
	done := had[:strings.Index(had, claimWrites)] + claimDone
	s.claim.says = ""
	_ = s.target.Claims.Claim(context.WithoutCancel(ctx), claimCode(s.card.Domain), func(says string, _ time.Duration) (string, bool) {
		return done, says == had
	})
}

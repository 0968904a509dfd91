package jobqueue

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// Message is what travels on the queue. A schedule's message has At, every
// other one the Run that was stored before it was sent.
type Message struct {
	V       int     `json:"v"` // 1: who reads it must know all of it
	Shop    string  `json:"shop"`
	Entry   string  `json:"entry"`
	Trigger Trigger `json:"trigger"`
	At      string  `json:"at,omitempty"`  // RFC 3339
	Run     string  `json:"run,omitempty"` // run id
	// Retry names the failed run that this one repeats; the retry is void once
	// a later run of the entry has started.
	Retry string `json:"retry,omitempty"`
	Made  string `json:"made,omitempty"` // of the entry that a schedule is of
	Part  int    `json:"part,omitempty"` // raised when a long run hands itself over to a new message
}

// ParseMessage reads a message strictly; the error is a sentence that says what is
// wrong with it. Fields
// that it does not know are a newer release's, whose schedules outlive a
// rollback: one that must not be ignored comes with a higher V.
func ParseMessage(body []byte) (Message, error) {
	var m Message
	d := json.NewDecoder(strings.NewReader(string(body)))
	if err := d.Decode(&m); err != nil {
		return m, fmt.Errorf("message: byte %d: %w", d.InputOffset(), err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return m, fmt.Errorf("message: more than one JSON value at byte %d", d.InputOffset())
	}
	switch {
	case m.V != 1:
		return m, fmt.Errorf("message: version %d: this release reads version 1", m.V)
	case !idPattern.MatchString(m.Shop):
		return m, fmt.Errorf("message: shop %.50q is no shop code", m.Shop)
	case !idPattern.MatchString(m.Entry):
		return m, fmt.Errorf("message: entry %.50q is no entry id", m.Entry)
	case m.Run != "" && !idPattern.MatchString(m.Run):
		return m, fmt.Errorf("message: run %.50q is no run id", m.Run)
	case m.Made != "" && !idPattern.MatchString(m.Made):
		return m, fmt.Errorf("message: made %.50q is no id of an entry's making", m.Made)
	case m.Retry != "" && !idPattern.MatchString(m.Retry):
		return m, fmt.Errorf("message: retry %.50q is no run id", m.Retry)
	}
	switch m.Trigger {
	case BySchedule, ByRetry:
		if m.Trigger == ByRetry && m.Retry == "" && m.Run == "" {
			return m, fmt.Errorf("message: trigger %s needs a run, or one to repeat", m.Trigger)
		}
		if _, err := time.Parse(time.RFC3339, m.At); err != nil {
			return m, fmt.Errorf("message: at %.50q is no RFC 3339 time", m.At)
		}
	case ByHand, ByFollowUp, ByWebhook:
		if m.Run == "" {
			return m, fmt.Errorf("message: trigger %s needs a run", m.Trigger)
		}
	default:
		return m, fmt.Errorf("message: trigger %.50q is unknown", m.Trigger)
	}
	return m, nil
}

// RunID is the id of the run that a message asks for: stored with an accepted
// trigger, else derived, so that a message delivered or sent twice means one run.
func (m Message) RunID() string {
	if m.Run != "" {
		return m.Run
	}
	parts := []string{m.Shop, m.Entry, string(m.Trigger), m.At, m.Retry}
	if m.Made != "" {
		parts = append(parts, m.Made)
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:10])
}

// Tick is the message of a slot of e, at a time as RFC 3339 has it or as the
// schedule fills it in.
func (e Entry) Tick(at string) Message {
	return Message{V: 1, Shop: e.Shop, Entry: e.ID, Trigger: BySchedule, At: at, Made: e.Made}
}

// RetryOf is the message that has r tried again, the run of e that failed last.
func (e Entry) RetryOf(r Run) Message {
	return Message{V: 1, Shop: e.Shop, Entry: e.ID, Trigger: ByRetry, At: Stamp(r.RetryAt), Retry: r.ID}
}

// Stamp is a time as messages have it: RFC 3339, UTC, whole seconds.
func Stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// ScheduledAt is the parsed At; the message must have been parsed.
func (m Message) ScheduledAt() time.Time {
	t, err := time.Parse(time.RFC3339, m.At)
	if err != nil {
		return time.Time{}
	}
	return t
}

// Encode is the message as JSON; HTML escaping would hide the time's placeholder.
func (m Message) Encode() []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m); err != nil {
		panic(err) // of texts and numbers there is nothing that JSON cannot say
	}
	return bytes.TrimSpace(b.Bytes())
}

// NewID makes an id whose text orders by time: 48 bits of milliseconds and 40
// of chance.
func NewID(now time.Time, random func(int64) int64) string {
	var b [11]byte
	binary.BigEndian.PutUint64(b[:8], uint64(now.UnixMilli())<<16)
	binary.BigEndian.PutUint32(b[6:10], uint32(random(1<<32))) //nolint:gosec // below 2^32
	b[10] = byte(random(256))                                  //nolint:gosec // below 256
	return strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
}

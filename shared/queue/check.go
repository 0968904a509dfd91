package queue

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
	"unicode/utf8"
)

// CheckSend refuses what SQS would refuse of a Send, with ErrInvalid.
func CheckSend(group, dedup string, body []byte) error {
	switch {
	case group == "" || utf8.RuneCountInString(group) > maxIDRunes:
		return fmt.Errorf("queue.Send: group %.20q must have 1 to %d characters: %w", group, maxIDRunes, ErrInvalid)
	case utf8.RuneCountInString(dedup) > maxIDRunes:
		return fmt.Errorf("queue.Send: deduplication id %.20q must have at most %d characters: %w", dedup, maxIDRunes, ErrInvalid)
	case len(body) == 0 || len(body) > MaxBodyBytes:
		return fmt.Errorf("queue.Send: body of %d bytes, want 1 to %d: %w", len(body), MaxBodyBytes, ErrInvalid)
	}
	return nil
}

// CheckReceive refuses what SQS would refuse of a Receive, with ErrInvalid.
func CheckReceive(maxMessages int, visibility time.Duration) error {
	if maxMessages < 1 || maxMessages > MaxReceive || visibility < 0 || visibility > MaxVisibility {
		return fmt.Errorf("queue.Receive: %d messages hidden for %v, want 1 to %d and 0 to %v: %w", maxMessages, visibility, MaxReceive, MaxVisibility, ErrInvalid)
	}
	return nil
}

// CheckExtend refuses a visibility that would pass MaxVisibility since the receive, with
// ErrInvalid.
func CheckExtend(received, now time.Time, d time.Duration) error {
	if d < 0 || now.Add(d).Sub(received) > MaxVisibility {
		return fmt.Errorf("queue.Extend: %v, received %v ago, at most %v in all: %w", d, now.Sub(received), MaxVisibility, ErrInvalid)
	}
	return nil
}

// DedupID is the deduplication id that counts: dedup, or a hash of the body.
func DedupID(dedup string, body []byte) string {
	if dedup != "" {
		return "id " + dedup
	}
	sum := sha256.Sum256(body)
	return "body " + hex.EncodeToString(sum[:])
}

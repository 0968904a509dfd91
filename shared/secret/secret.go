// Package secret keeps what must not be printed out of texts, logs and JSON.
package secret

import "log/slog"

// Text is a password, a token or the like: it formats, logs and marshals as "***",
// and as "" where it is empty.
type Text string

// String hides the secret, also from fmt.
func (t Text) String() string {
	if t == "" {
		return ""
	}
	return "***"
}

// GoString hides the secret from %#v.
func (t Text) GoString() string { return t.String() }

// LogValue hides the secret from slog.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText hides the secret from JSON.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// Reveal is the secret itself, for the one place that sends it.
func (t Text) Reveal() string { return string(t) }

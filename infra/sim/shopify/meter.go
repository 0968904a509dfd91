package shopify

import (
	"net/http"
	"slices"
)

// Meter counts what was asked of a shop since it was made or last reset.
type Meter struct {
	Requests  int `json:"requests"`  // GraphQL calls with a good token
	Mutations int `json:"mutations"` // of these
	Refused   int `json:"refused"`   // of these, what did not run: throttled, too dear, malformed
	Throttled int `json:"throttled"` // of the refused
	Requested int `json:"requestedPoints"`
	// Charged is the actual cost. Requested and Charged leave out answers that
	// carry no cost and those of an empty bucket, which took nothing. An input
	// that is too long carries one: it did not run and was charged in full.
	Charged int   `json:"chargedPoints"`
	Bytes   int64 `json:"bytes"`  // of the answers
	Tokens  int   `json:"tokens"` // access tokens issued
}

// Plus is the sum of both.
func (m Meter) Plus(o Meter) Meter {
	return Meter{
		m.Requests + o.Requests, m.Mutations + o.Mutations, m.Refused + o.Refused, m.Throttled + o.Throttled,
		m.Requested + o.Requested, m.Charged + o.Charged, m.Bytes + o.Bytes, m.Tokens + o.Tokens,
	}
}

// count adds one answered call. The caller holds the lock.
func (m *Meter) count(e LogEntry, ran bool, cost *costReport) {
	m.Requests++
	m.Bytes += int64(e.Bytes)
	if e.Mutation {
		m.Mutations++
	}
	if e.Throttled {
		m.Throttled++
	}
	if !ran {
		m.Refused++
	}
	if cost == nil || e.Throttled {
		return
	}
	m.Requested += e.Requested
	m.Charged += e.Actual
}

// Meter is what was asked of the shop so far.
func (s *Shop) Meter() Meter {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.meter
}

// ResetMeter counts from 0 again and empties the log. The bucket stays as it is.
func (s *Shop) ResetMeter() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.meter, s.log = Meter{}, nil
}

// Meter is the sum of all shops' meters.
func (s *Server) Meter() Meter {
	var m Meter
	for _, sh := range s.shops {
		m = m.Plus(sh.Meter())
	}
	return m
}

func (s *Shop) controlMeter(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
	case http.MethodDelete:
		s.ResetMeter()
	default:
		http.Error(w, "want GET or DELETE", http.StatusMethodNotAllowed)
		return
	}
	writeJSON(w, http.StatusOK, s.Meter())
}

// Log is what was asked of the shop, oldest first; the last 10,000 calls.
func (s *Shop) Log() []LogEntry {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.log)
}

// maxLog bounds the memory of a simulator that runs for days.
const maxLog = 10_000

// note logs and counts one answered call.
func (s *Shop) note(e LogEntry, ran bool, cost *costReport) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.log) >= maxLog {
		s.log = slices.Delete(s.log, 0, maxLog/10)
	}
	s.log = append(s.log, e)
	s.meter.count(e, ran, cost)
}

package alarmsim

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Limits of the embedded metric format.
const (
	maxMetrics    = 100 // a directive
	maxDimensions = 30  // a set
	maxText       = 1024
	maxValues     = 100 // an array
	oldest        = 14 * 24 * time.Hour
	ahead         = 2 * time.Hour
)

// Units that CloudWatch knows, as far as anybody here uses them.
var units = []string{"", "None", "Count", "Seconds", "Milliseconds", "Bytes", "Kilobytes", "Percent", "Count/Second"}

// sample are values of one metric in one minute.
type sample struct {
	series string
	at     time.Time
	values []float64
}

// Series names one metric: dimensions are name and value in turn, in any order.
func Series(namespace, name string, dimensions ...string) string {
	var ds []string
	for i := 0; i+1 < len(dimensions); i += 2 {
		ds = append(ds, dimensions[i]+"="+dimensions[i+1])
	}
	slices.Sort(ds)
	return namespace + " " + name + " {" + strings.Join(ds, ", ") + "}"
}

var (
	errNotEMF = errors.New("no line of the embedded metric format")
	errParse  = errors.New("not parsed")
)

// directive is one of CloudWatchMetrics.
type directive struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []struct {
		Name, Unit        string
		StorageResolution int
	}
}

// extract reads one log line that arrived at now. A line that is none of the
// format is errNotEMF; one that means to be and fails gives no value at all.
func extract(line []byte, now time.Time) ([]sample, error) {
	var root map[string]json.RawMessage
	if json.Unmarshal(line, &root) != nil || root["_aws"] == nil {
		return nil, errNotEMF
	}
	var meta struct {
		Timestamp         *int64
		CloudWatchMetrics []directive
	}
	if err := json.Unmarshal(root["_aws"], &meta); err != nil { //nolint:musttag // CloudWatch's own names
		return nil, fmt.Errorf("%w: %w", errParse, err)
	}
	if meta.Timestamp == nil {
		return nil, errors.New("_aws has no Timestamp")
	}
	at := time.UnixMilli(*meta.Timestamp)
	if at.Before(now.Add(-oldest)) || at.After(now.Add(ahead)) {
		return nil, fmt.Errorf("the Timestamp %v is too far from %v", at, now)
	}
	var out []sample
	for _, d := range meta.CloudWatchMetrics {
		some, err := d.samples(root, at)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

func (d directive) samples(root map[string]json.RawMessage, at time.Time) (out []sample, err error) {
	switch {
	case d.Namespace == "" || strings.HasPrefix(d.Namespace, "AWS/"):
		return nil, fmt.Errorf("namespace %q", d.Namespace)
	case len(d.Metrics) > maxMetrics:
		return nil, fmt.Errorf("%d metrics in a directive", len(d.Metrics))
	case len(d.Dimensions) == 0:
		return nil, errors.New("a directive without dimension sets")
	}
	for _, set := range d.Dimensions {
		if len(set) > maxDimensions {
			return nil, fmt.Errorf("%d dimensions in a set", len(set))
		}
		var dims []string
		for _, name := range set {
			var v string
			if err := json.Unmarshal(root[name], &v); err != nil || v == "" || len(v) > maxText {
				return nil, fmt.Errorf("dimension %s is %s", name, root[name])
			}
			dims = append(dims, name, v)
		}
		for _, m := range d.Metrics {
			if !slices.Contains(units, m.Unit) || m.StorageResolution != 0 && m.StorageResolution != 60 {
				return nil, fmt.Errorf("metric %s has unit %q and resolution %d, which is not modelled", m.Name, m.Unit, m.StorageResolution)
			}
			vs, err := numbers(root[m.Name])
			if err != nil {
				return nil, fmt.Errorf("metric %s: %w", m.Name, err)
			}
			out = append(out, sample{Series(d.Namespace, m.Name, dims...), at, vs})
		}
	}
	return out, nil
}

// numbers are a number, or an array of them: one value each.
func numbers(js json.RawMessage) ([]float64, error) {
	var one float64
	if err := json.Unmarshal(js, &one); err == nil {
		return []float64{one}, nil
	}
	var many []float64
	if err := json.Unmarshal(js, &many); err != nil || len(many) == 0 || len(many) > maxValues {
		return nil, fmt.Errorf("%.40q is neither a number nor an array of 1 to %d", js, maxValues)
	}
	return many, nil
}

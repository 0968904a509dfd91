// Package record is the form of stored payloads: JSON, compressed when that
// helps, behind a header with a schema number, split over items when large. All
// of it is safe for concurrent use.
package record

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"backroom/shared/table"
)

// maxBytes is the largest payload before compression. It bounds what a
// corrupt or hostile item can make a reader allocate.
const maxBytes = 32 << 20

// compressFrom is the size below which compression costs more than it saves.
const compressFrom = 200

var (
	// ErrNewer means that a later release wrote the payload.
	ErrNewer = errors.New("stored by a newer release")
	// ErrCorrupt means that the bytes are not a payload of ours.
	ErrCorrupt = errors.New("stored payload is corrupt")
)

// The first byte says how the rest is kept; the schema number follows as a uvarint.
const (
	plain      = 'j'
	compressed = 'z'
)

var writers = sync.Pool{New: func() any {
	w, err := flate.NewWriter(io.Discard, flate.BestSpeed)
	if err != nil { // only for a level out of range
		panic(err)
	}
	return w
}}

// inflater is what flate.NewReader makes; a new one costs 40 KB.
type inflater interface {
	io.Reader
	flate.Resetter
}

var inflaters = sync.Pool{New: func() any { return flate.NewReader(bytes.NewReader(nil)) }}

// Encode is v as bytes, marked with the schema number (≥ 1). Errors:
// table.ErrTooLarge for more than 32 MB of JSON; that of a v that JSON cannot say.
func Encode(schema int, v any) ([]byte, error) {
	js, err := json.Marshal(v)
	if err == nil {
		js, err = withRest(js, v)
	}
	if err != nil {
		return nil, fmt.Errorf("record.Encode: %w", err)
	}
	if len(js) > maxBytes {
		return nil, fmt.Errorf("record.Encode: payload of %d bytes, at most %d: %w", len(js), maxBytes, table.ErrTooLarge)
	}
	head := binary.AppendUvarint([]byte{plain}, uint64(max(schema, 1)))
	if len(js) < compressFrom {
		return append(head, js...), nil
	}
	head[0] = compressed
	buf := bytes.NewBuffer(head)
	w, ok := writers.Get().(*flate.Writer)
	if !ok {
		return nil, errors.New("record.Encode: pool holds something else")
	}
	defer writers.Put(w)
	w.Reset(buf)
	if _, err := w.Write(js); err != nil {
		return nil, fmt.Errorf("record.Encode: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("record.Encode: %w", err)
	}
	return buf.Bytes(), nil
}

// Decode reads data into v, a pointer. The JSON of an older schema is read as it is,
// which is right as long as every new field has a working zero value. Errors:
// [ErrNewer] for a schema above current, [ErrCorrupt].
func Decode(data []byte, current int, v any) error {
	schema, js, err := open(data)
	if err != nil {
		return err
	}
	if schema > current {
		return fmt.Errorf("record.Decode: schema %d, this release reads up to %d: %w", schema, current, ErrNewer)
	}
	err = json.Unmarshal(js, v)
	if err == nil {
		err = keepRest(js, v)
	}
	if err != nil {
		return fmt.Errorf("record.Decode: %w: %w", ErrCorrupt, err)
	}
	return nil
}

func open(data []byte) (schema int, js []byte, err error) {
	if len(data) < 2 || data[0] != plain && data[0] != compressed {
		return 0, nil, fmt.Errorf("record.Decode: %w", ErrCorrupt)
	}
	n, size := binary.Uvarint(data[1:])
	if size <= 0 || n == 0 || n > 1<<20 {
		return 0, nil, fmt.Errorf("record.Decode: schema number: %w", ErrCorrupt)
	}
	body := data[1+size:]
	if data[0] == plain {
		return int(n), body, nil
	}
	r, ok := inflaters.Get().(inflater)
	if !ok {
		return 0, nil, errors.New("record.Decode: pool holds something else")
	}
	defer inflaters.Put(r)
	if err := r.Reset(bytes.NewReader(body), nil); err != nil {
		return 0, nil, fmt.Errorf("record.Decode: %w: %w", ErrCorrupt, err)
	}
	var out bytes.Buffer
	out.Grow(4 * len(body))
	if _, err := out.ReadFrom(io.LimitReader(r, maxBytes+1)); err != nil || out.Len() > maxBytes {
		return 0, nil, fmt.Errorf("record.Decode: %w: %w", ErrCorrupt, err)
	}
	return int(n), out.Bytes(), nil
}

// Parts describes a payload that is split over items. It is stored in the head
// item, so that a torn or mixed set is noticed.
type Parts struct {
	Count int    `json:"n"` // of items
	Hash  string `json:"h"` // of all parts together
}

// partBytes leaves room in an item for its keys.
const partBytes = table.MaxItemBytes - 4096

// MaxParts keeps all parts of one payload inside one transaction.
const MaxParts = 9

// Split cuts data into items under head's PK, with SK "<sk>#p1" and so on. Errors:
// table.ErrTooLarge for more than MaxParts.
func Split(head table.Key, data []byte) ([]table.Item, Parts, error) {
	n := (len(data) + partBytes - 1) / partBytes
	if n > MaxParts {
		return nil, Parts{}, fmt.Errorf("record.Split: %d bytes need %d items, at most %d: %w", len(data), n, MaxParts, table.ErrTooLarge)
	}
	items := make([]table.Item, 0, n)
	for i := range n {
		part := data[i*partBytes : min((i+1)*partBytes, len(data))]
		items = append(items, table.Item{Key: PartKey(head, i+1), Data: part})
	}
	return items, Parts{Count: n, Hash: hash(data)}, nil
}

// PartKey is the key of part i, from 1.
func PartKey(head table.Key, i int) table.Key {
	return table.Key{PK: head.PK, SK: fmt.Sprintf("%s#p%d", head.SK, i)}
}

// Join puts the items of one payload together, in the order of their parts. Errors:
// ErrCorrupt when they are not the parts that p describes.
func Join(p Parts, items []table.Item) ([]byte, error) {
	if len(items) != p.Count {
		return nil, fmt.Errorf("record.Join: %d of %d parts: %w", len(items), p.Count, ErrCorrupt)
	}
	var data []byte
	for _, it := range items {
		data = append(data, it.Data...)
	}
	if hash(data) != p.Hash {
		return nil, fmt.Errorf("record.Join: parts of different payloads: %w", ErrCorrupt)
	}
	return data, nil
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

package table

import (
	"encoding/base64"
	"errors"
	"fmt"
)

// ErrInvalid means that the call itself is wrong (an empty key, a foreign page
// token, a key twice): nothing was written.
var ErrInvalid = errors.New("invalid call")

// CheckWrite refuses what DynamoDB would refuse of a Write, with ErrInvalid or
// ErrTooLarge, and an operation that could not be made, with its Err. Adapters
// call it before they touch anything.
func CheckWrite(ops []Op) error {
	if len(ops) == 0 || len(ops) > MaxTransactionOps {
		return fmt.Errorf("table.Write: %d operations, want 1 to %d: %w", len(ops), MaxTransactionOps, ErrTooLarge)
	}
	seen := make(map[Key]bool, len(ops))
	total := 0
	for i, op := range ops {
		if op.Err != nil {
			return fmt.Errorf("table.Write: operation %d, %v: %w", i, op.Item.Key, op.Err)
		}
		if err := CheckKey(op.Item.Key); err != nil {
			return fmt.Errorf("table.Write: operation %d: %w", i, err)
		}
		if seen[op.Item.Key] {
			return fmt.Errorf("table.Write: operation %d: key %v occurs twice: %w", i, op.Item.Key, ErrInvalid)
		}
		seen[op.Item.Key] = true
		if op.Verb != VerbPut {
			continue
		}
		for _, x := range []IndexKey{op.Item.Index1, op.Item.Index2} {
			if x == (IndexKey{}) {
				continue
			}
			if err := CheckKey(Key(x)); err != nil {
				return fmt.Errorf("table.Write: operation %d: index key: %w", i, err)
			}
		}
		n := op.Item.Size()
		if n > MaxItemBytes {
			return fmt.Errorf("table.Write: operation %d: item of %d bytes, at most %d: %w", i, n, MaxItemBytes, ErrTooLarge)
		}
		total += n
	}
	if total > MaxTransactionBytes {
		return fmt.Errorf("table.Write: %d bytes in all, at most %d: %w", total, MaxTransactionBytes, ErrTooLarge)
	}
	return nil
}

// CheckKey refuses a key with an empty part (ErrInvalid) or an over-long one
// (ErrTooLarge).
func CheckKey(k Key) error {
	if k.PK == "" || k.SK == "" {
		return fmt.Errorf("key %q, %q: both parts must be set: %w", k.PK, k.SK, ErrInvalid)
	}
	if len(k.PK) > 2*maxKeyBytes || len(k.SK) > maxKeyBytes {
		return fmt.Errorf("key of %d and %d bytes, at most %d and %d: %w", len(k.PK), len(k.SK), 2*maxKeyBytes, maxKeyBytes, ErrTooLarge)
	}
	return nil
}

// Size is what the limits count: keys, index keys and data.
func (i Item) Size() int {
	return len(i.PK) + len(i.SK) + len(i.Index1.PK) + len(i.Index1.SK) + len(i.Index2.PK) + len(i.Index2.SK) + len(i.Data)
}

// Index gives the index key n, 1 or 2.
func (i Item) Index(n int) IndexKey {
	if n == 2 {
		return i.Index2
	}
	return i.Index1
}

// Token packs a position for Page.Next; ParseToken unpacks it into n parts.
func Token(parts ...string) string {
	var raw []byte
	for _, p := range parts {
		raw = fmt.Appendf(raw, "%d:%s", len(p), p)
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// ParseToken gives the n parts of a token, or ErrInvalid.
func ParseToken(token string, n int) ([]string, error) {
	bad := fmt.Errorf("page token %.20q: %w", token, ErrInvalid)
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return nil, bad
	}
	parts := make([]string, 0, n)
	for rest := string(raw); rest != ""; {
		var size int
		if _, err := fmt.Sscanf(rest, "%d:", &size); err != nil {
			return nil, bad
		}
		head := len(fmt.Sprintf("%d:", size))
		if size < 0 || len(rest) < head+size {
			return nil, bad
		}
		parts = append(parts, rest[head:head+size])
		rest = rest[head+size:]
	}
	if len(parts) != n {
		return nil, bad
	}
	return parts, nil
}

package record

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Edit is data with the JSON that edit makes of its own, under the same schema number;
// data itself, and false, where edit gives back what it was given. Errors: [ErrCorrupt];
// those of edit and of [Encode].
func Edit(data []byte, edit func(js []byte) ([]byte, error)) (out []byte, changed bool, err error) {
	schema, js, err := open(data)
	if err != nil {
		return nil, false, err
	}
	now, err := edit(js)
	if err != nil {
		return nil, false, fmt.Errorf("record.Edit: %w", err)
	}
	if bytes.Equal(now, js) {
		return data, false, nil
	}
	out, err = Encode(schema, json.RawMessage(now))
	return out, true, err
}

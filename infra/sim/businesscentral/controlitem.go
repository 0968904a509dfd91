package businesscentral

import (
	"encoding/json"
	"io"
	"net/http"

	"github.com/shopspring/decimal"
)

// itemEdit is what a person enters on the card of an item; nil stays.
type itemEdit struct {
	Description *string          `json:"description,omitempty"`
	Blocked     *bool            `json:"blocked,omitempty"`
	UnitPrice   *decimal.Decimal `json:"unitPrice,omitempty"` // in local currency
}

// controlItem has a person change an item: {"description": "Tea", "blocked": true,
// "unitPrice": "4.90"}.
func (c *Company) controlItem(w http.ResponseWriter, r *http.Request, number string) {
	var e itemEdit
	d := json.NewDecoder(io.LimitReader(r.Body, 1<<16))
	d.DisallowUnknownFields()
	err := d.Decode(&e)
	if err == nil {
		err = c.EditItem(number, func(i *Item) {
			if e.Description != nil {
				i.DisplayName = *e.Description
			}
			if e.Blocked != nil {
				i.Blocked = *e.Blocked
			}
			if e.UnitPrice != nil {
				i.UnitPrice = *e.UnitPrice
			}
		})
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	control(w, e)
}

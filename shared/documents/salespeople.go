package documents

import (
	"cmp"
	"fmt"
	"strings"

	"backroom/shared/orders"
	"backroom/shared/shop"
)

// SalespersonMap maps a staff member of the shop, by numeric Shopify id or by name, to
// a salesperson code of BC.
type SalespersonMap struct {
	Staff string `json:"staff"`
	Code  string `json:"code"`
}

// Salesperson is the code of the staff member's row, "" if there is none. A row with the
// id is taken before one with the name: names need not be of one person alone.
func (s DocumentSettings) Salesperson(who *orders.Staff) string {
	if who == nil {
		return ""
	}
	var byID, byName string
	for _, m := range s.Salespeople {
		key := strings.TrimSpace(m.Staff)
		switch {
		case key == who.ID:
			byID = m.Code
		case strings.EqualFold(key, strings.TrimSpace(who.Name)):
			byName = m.Code
		}
	}
	return strings.ToUpper(strings.TrimSpace(cmp.Or(byID, byName)))
}

func checkSalespeople(c *shop.Checker, ms []SalespersonMap) {
	for i, m := range ms {
		c.Number(fmt.Sprintf("salespeople[%d].code", i), m.Code)
	}
	c.List("salespeople", len(ms), func(i int) shop.Row {
		return shop.Row{Key: ms[i].Staff, KeyName: "staff", Value: ms[i].Code, ValueName: "code"}
	})
}

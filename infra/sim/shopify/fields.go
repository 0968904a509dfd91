package shopify

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"backroom/infra/sim/shopify/data"
)

// What can be searched for, by the API's documentation. A field that is not
// listed is unknown: the query fails open.

var orderFields = map[string]searchField[*data.Order]{
	"id":           {id: func(o *data.Order) int64 { return o.ID }},
	"customer_id":  {id: func(o *data.Order) int64 { return o.Customer }},
	"location_id":  {id: func(o *data.Order) int64 { return o.RetailLocation }},
	"created_at":   {time: func(o *data.Order) time.Time { return o.CreatedAt }},
	"processed_at": {time: func(o *data.Order) time.Time { return o.ProcessedAt }},
	"updated_at":   {time: func(o *data.Order) time.Time { return o.UpdatedAt }},
	"name": {text: func(o *data.Order) []string {
		return []string{o.Name, strings.TrimPrefix(o.Name, "#"), strconv.Itoa(o.Number)}
	}},
	"email":             {text: func(o *data.Order) []string { return []string{o.Email} }},
	"po_number":         {text: func(o *data.Order) []string { return []string{o.PONumber} }},
	"source_name":       {text: func(o *data.Order) []string { return []string{o.SourceName} }},
	"source_identifier": {text: func(o *data.Order) []string { return []string{o.SourceIdentifier} }},
	"discount_code":     {text: func(o *data.Order) []string { return o.DiscountCodes }},
	"tag":               {text: func(o *data.Order) []string { return o.Tags }},
	"tag_not": {exact: func(o *data.Order, v string) bool {
		return !matchText(o.Tags, v)
	}},
	"sku": {text: func(o *data.Order) []string {
		var out []string
		for _, l := range o.Lines {
			out = append(out, l.SKU)
		}
		return out
	}},
	"gateway": {text: func(o *data.Order) []string {
		var out []string
		for _, t := range o.Transactions {
			out = append(out, t.Gateway)
		}
		return out
	}},
	"fulfillment_location_id": {exact: func(o *data.Order, v string) bool {
		for _, f := range o.FulfillmentOrders {
			if strconv.FormatInt(f.Location, 10) == v {
				return true
			}
		}
		return false
	}},
	"test": {
		text: func(o *data.Order) []string { return []string{strconv.FormatBool(o.Test)} },
		enum: []string{"true", "false"},
	},
	"status": {
		text: func(o *data.Order) []string {
			switch {
			case !o.CancelledAt.IsZero():
				return []string{"cancelled"}
			case !o.ClosedAt.IsZero():
				return []string{"closed"}
			}
			return []string{"open", "not_closed"}
		},
		enum: []string{"open", "closed", "cancelled", "not_closed"},
	},
	"financial_status": {
		text: func(o *data.Order) []string { return []string{o.FinancialStatus} },
		enum: []string{"pending", "authorized", "partially_paid", "partially_refunded", "voided", "paid", "refunded", "expired"},
	},
	"fulfillment_status": {
		text: func(o *data.Order) []string {
			switch o.FulfillmentStatus {
			case "FULFILLED":
				return []string{"fulfilled", "shipped"}
			case "PARTIALLY_FULFILLED":
				return []string{"partial", "partially_fulfilled"}
			}
			return []string{o.FulfillmentStatus, "unfulfilled", "unshipped"}
		},
		enum: []string{
			"unshipped", "shipped", "fulfilled", "partial", "partially_fulfilled", "scheduled", "on_hold", "unfulfilled", "request_declined", "in_progress",
		},
	},
	"return_status": {
		text: func(o *data.Order) []string { return []string{or(o.ReturnStatus, "NO_RETURN")} },
		enum: []string{"return_requested", "in_progress", "inspection_complete", "returned", "return_failed", "no_return"},
	},
	"risk_level": {text: func(o *data.Order) []string {
		var out []string
		for _, r := range o.Risks {
			out = append(out, r.Level)
		}
		return out
	}, enum: []string{"high", "medium", "low", "none", "pending"}},
}

func orderFree(o *data.Order) []string {
	out := []string{o.Name, strings.TrimPrefix(o.Name, "#"), o.Email}
	if o.Shipping != nil {
		out = append(out, o.Shipping.FirstName, o.Shipping.LastName, o.Shipping.City)
	}
	return out
}

var customerFields = map[string]searchField[*data.Customer]{
	"id":         {id: func(c *data.Customer) int64 { return c.ID }},
	"created_at": {time: func(c *data.Customer) time.Time { return c.CreatedAt }},
	"updated_at": {time: func(c *data.Customer) time.Time { return c.UpdatedAt }},
	"email":      {text: func(c *data.Customer) []string { return []string{c.Email} }},
	"phone":      {text: func(c *data.Customer) []string { return []string{c.Phone} }},
	"first_name": {text: func(c *data.Customer) []string { return []string{c.FirstName} }},
	"last_name":  {text: func(c *data.Customer) []string { return []string{c.LastName} }},
	"tag":        {text: func(c *data.Customer) []string { return c.Tags }},
	"country": {text: func(c *data.Customer) []string {
		var out []string
		for _, a := range c.Addresses {
			out = append(out, a.Country, countryNames[a.Country])
		}
		return out
	}},
}

func customerFree(c *data.Customer) []string {
	return append(words(c.FirstName+" "+c.LastName), c.Email, c.Phone)
}

var productFields = map[string]searchField[*data.Product]{
	"id":           {id: func(p *data.Product) int64 { return p.ID }},
	"created_at":   {time: func(p *data.Product) time.Time { return p.CreatedAt }},
	"updated_at":   {time: func(p *data.Product) time.Time { return p.UpdatedAt }},
	"published_at": {time: func(p *data.Product) time.Time { return p.PublishedAt }},
	"title":        {text: func(p *data.Product) []string { return words(p.Title) }},
	"handle":       {text: func(p *data.Product) []string { return []string{p.Handle} }},
	"vendor":       {text: func(p *data.Product) []string { return []string{p.Vendor} }},
	"product_type": {text: func(p *data.Product) []string { return []string{p.Type} }},
	"tag":          {text: func(p *data.Product) []string { return p.Tags }},
	"status":       {text: func(p *data.Product) []string { return []string{p.Status} }, enum: []string{"active", "archived", "draft"}},
	"gift_card":    {text: func(p *data.Product) []string { return []string{strconv.FormatBool(p.GiftCard)} }, enum: []string{"true", "false"}},
	"sku": {text: func(p *data.Product) []string {
		var out []string
		for _, v := range p.Variants {
			out = append(out, v.SKU)
		}
		return out
	}},
	"barcode": {text: func(p *data.Product) []string {
		var out []string
		for _, v := range p.Variants {
			out = append(out, v.Barcode)
		}
		return out
	}},
}

func productFree(p *data.Product) []string { return words(p.Title, p.Vendor) }

var variantFields = map[string]searchField[variant]{
	"id":         {id: func(v variant) int64 { return v.v.ID }},
	"product_id": {id: func(v variant) int64 { return v.p.ID }},
	"updated_at": {time: func(v variant) time.Time { return v.p.UpdatedAt }},
	"title":      {text: func(v variant) []string { return []string{v.v.Title} }},
	"vendor":     {text: func(v variant) []string { return []string{v.p.Vendor} }},
	"barcode":    {text: func(v variant) []string { return []string{v.v.Barcode} }},
	// By tokens: sku:A-1 also finds A-1-RED.
	"sku": {exact: func(v variant, want string) bool {
		sku := strings.ToLower(v.v.SKU)
		return sku != "" && (sku == want || strings.HasPrefix(sku, strings.TrimSuffix(want, "*")+"-") || matchText([]string{sku}, want))
	}},
}

func variantFree(v variant) []string { return append(words(v.v.Title, v.p.Title), v.v.SKU) }

// Locations have no name filter.
var locationFields = map[string]searchField[*data.Location]{
	"id": {id: func(l *data.Location) int64 { return l.ID }},
	"active": {
		text: func(l *data.Location) []string { return []string{strconv.FormatBool(!l.Inactive)} },
		enum: []string{"true", "false"},
	},
}

func locationFree(l *data.Location) []string { return words(l.Name) }

// words are the texts as they are and word by word.
func words(texts ...string) []string {
	out := texts
	for _, t := range texts {
		out = append(out, strings.FieldsFunc(t, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })...)
	}
	return out
}

package itemapi

// item is products.Item as BC writes it.
type item struct {
	Number  string `json:"number"`
	Blocked bool   `json:"blocked"`
	GTIN    string `json:"gtin"`
	Type    string `json:"type"`
}

// variant is products.Variant as BC writes it.
type variant struct {
	ID         string `json:"id"`
	ItemNumber string `json:"itemNumber"`
	Code       string `json:"code"`
}

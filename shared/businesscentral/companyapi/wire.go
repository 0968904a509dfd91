package companyapi

// The rows of small tables as BC writes them; package bcapi says what they are.

type account struct {
	ID            string `json:"id"`
	Number        string `json:"number"`
	DisplayName   string `json:"displayName"`
	Blocked       bool   `json:"blocked"`
	AccountType   string `json:"accountType"`
	DirectPosting bool   `json:"directPosting"`
}

type reference struct {
	ID          string `json:"id"`
	Code        string `json:"code"`
	DisplayName string `json:"displayName"`
}

type company struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
}

type ledgerSetup struct {
	LocalCurrencyCode string `json:"localCurrencyCode"`
}

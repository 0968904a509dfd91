package bcapi

import "errors"

// Codes of BC's refusals that more than the API clients go by.
const (
	CodeExists     = "Internal_EntityWithSameKeyExists" // a record with this key is there already
	CodeNoRelation = "Internal_InvalidTableRelation"    // a field names a record that is not there
	CodeNoCompany  = "Internal_CompanyNotFound"
	// CodeUnknownApp is how the codes of a refused app begin.
	CodeUnknownApp = "Authentication_"
)

// ErrNumberForbidden is in the chain of the error of a create whose document number
// the company's number series does not take.
var ErrNumberForbidden = errors.New("the number series forbids manual numbers")

// Posting is the AccountType of an account that lines may be posted to; others are
// headings and totals.
const Posting = "Posting"

// Set is a small table of codes, by the name of its entity set.
type Set string

// The tables that a shop card's settings point into.
const (
	Countries       Set = "countriesRegions"
	Currencies      Set = "currencies"
	Locations       Set = "locations"
	PaymentMethods  Set = "paymentMethods"
	PaymentTerms    Set = "paymentTerms"
	ShipmentMethods Set = "shipmentMethods"
	TaxAreas        Set = "taxAreas"
	TaxGroups       Set = "taxGroups"
	Units           Set = "unitsOfMeasure"
)

// Reference is a row of one of them.
type Reference struct {
	ID          string // guid
	Code        string // in upper case
	DisplayName string
}

// Account is a G/L account.
type Account struct {
	ID            string // guid
	Number        string
	DisplayName   string
	Blocked       bool
	AccountType   string // such as [Posting]
	DirectPosting bool
}

// Postable reports whether a line may be posted to the account.
func (a Account) Postable() bool { return !a.Blocked && a.DirectPosting && a.AccountType == Posting }

// Company is a company of an environment.
type Company struct {
	ID          string // guid
	Name        string
	DisplayName string
}

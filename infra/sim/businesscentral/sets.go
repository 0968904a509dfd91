package businesscentral

import (
	"fmt"
	"strings"
)

// nav is a navigation property: to many rows of set whose link is the owner's
// id, or to the one row that the owner's link names.
type nav struct {
	set  string
	many bool
	deep bool // can be part of the owner's POST
	link string
}

// set is an entity set. It holds no logic: see tx.
type set struct {
	name   string
	schema *schema
	navs   map[string]nav
	verbs  string // of POST, PATCH, DELETE
	fresh  func() row
	// view makes the rows of a set that has no table of its own; write changes what
	// one of them shows. nil: it has a table.
	view  func(*tx) []row
	write func(*tx, row, input) error
}

func (st *set) allows(method string) bool {
	return method == "GET" || strings.Contains(" "+st.verbs+" ", " "+method+" ")
}

func define[T any, P interface {
	*T
	row
}](name, entity, verbs string, navs map[string]nav) *set {
	return &set{name: name, schema: schemaOf[T](entity, name), verbs: verbs, navs: navs, fresh: func() row { return P(new(T)) }}
}

const (
	readOnly = ""
	crud     = "POST PATCH DELETE"
)

// Names that occur often.
const (
	setOrders     = "salesOrders"
	setOrderLines = "salesOrderLines"
	setInvoices   = "salesInvoices"
	setInvLines   = "salesInvoiceLines"
	setMemos      = "salesCreditMemos"
	setMemoLines  = "salesCreditMemoLines"
	setShipments  = "salesShipments"
	setShipLines  = "salesShipmentLines"
	setCustomers  = "customers"
	setItems      = "items"
	setVariants   = "itemVariants"
	setAccounts   = "accounts"
	setCurrencies = "currencies"
	setTerms      = "paymentTerms"
	setMethods    = "shipmentMethods"
	setPayments   = "paymentMethods"
	setTaxGroups  = "taxGroups"
	setTaxAreas   = "taxAreas"
	setUnits      = "unitsOfMeasure"
	setCountries  = "countriesRegions"
	setCategories = "itemCategories"
	setLocations  = "locations"
	setLedger     = "generalLedgerSetup"
	setInfo       = "companyInformation"
	setCompanies  = "companies"
	setReasons    = "customerReturnReasons"
	setEntries    = "generalLedgerEntries"
)

// referenceSets are the small tables with their entity and the length of their code.
var referenceSets = map[string]struct {
	entity string
	code   int
	title  string
}{
	setCountries: {"countryRegion", 10, "Country/Region"}, setCurrencies: {"currency", 10, "Currency"}, setCategories: {"itemCategory", 20, "Item Category"},
	setLocations: {"location", 10, "Location"}, setPayments: {"paymentMethod", 10, "Payment Method"}, setTerms: {"paymentTerm", 10, "Payment Terms"},
	setMethods: {"shipmentMethod", 10, "Shipment Method"}, setTaxAreas: {"taxArea", 20, "VAT Business Posting Group"},
	setTaxGroups: {"taxGroup", 20, "VAT Product Posting Group"}, setUnits: {"unitOfMeasure", 10, "Unit of Measure"},
}

// sets are all entity sets of the API.
var sets = allSets()

func allSets() map[string]*set {
	document := func(lines string) map[string]nav {
		return map[string]nav{
			lines: {set: lines, many: true, deep: true, link: "documentId"}, "customer": {set: setCustomers, link: "customerId"},
			"currency": {set: setCurrencies, link: "currencyId"}, "paymentTerm": {set: setTerms, link: "paymentTermsId"},
			"shipmentMethod": {set: setMethods, link: "shipmentMethodId"},
		}
	}
	line := func(parent, owner string) map[string]nav {
		return map[string]nav{
			parent: {set: owner, link: "documentId"}, "item": {set: setItems, link: "itemId"}, "account": {set: setAccounts, link: "accountId"},
			"unitOfMeasure": {set: setUnits, link: "unitOfMeasureId"}, "itemVariant": {set: setVariants, link: "itemVariantId"},
			"location": {set: setLocations, link: "locationId"},
		}
	}
	all := map[string]*set{}
	for _, st := range []*set{
		define[CompanyInfo](setCompanies, "company", readOnly, nil),
		define[Information](setInfo, "companyInformation", readOnly, nil),
		define[LedgerSetup](setLedger, "generalLedgerSetup", readOnly, nil),
		define[Account](setAccounts, "account", readOnly, nil),
		define[Customer](setCustomers, "customer", crud, map[string]nav{
			"currency": {set: setCurrencies, link: "currencyId"}, "paymentTerm": {set: setTerms, link: "paymentTermsId"},
			"shipmentMethod": {set: setMethods, link: "shipmentMethodId"}, "paymentMethod": {set: setPayments, link: "paymentMethodId"},
		}),
		define[Item](setItems, "item", crud, map[string]nav{
			"itemVariants": {set: setVariants, many: true, link: "itemId"}, "baseUnitOfMeasure": {set: setUnits, link: "baseUnitOfMeasureId"}, "picture": {set: setPictures, link: "id"},
		}),
		define[Variant](setVariants, "itemVariant", crud, map[string]nav{"item": {set: setItems, link: "itemId"}, "picture": {set: setPictures, link: "id"}}),
		define[Picture](setPictures, "picture", readOnly, nil),
		define[SalesDocument](setOrders, "salesOrder", crud, document(setOrderLines)),
		define[SalesDocument](setInvoices, "salesInvoice", crud, document(setInvLines)),
		define[SalesLine](setOrderLines, "salesOrderLine", crud, line("salesOrder", setOrders)),
		define[SalesDocument](setMemos, "salesCreditMemo", crud, document(setMemoLines)),
		define[SalesLine](setMemoLines, "salesCreditMemoLine", crud, line("salesCreditMemo", setMemos)),
		define[SalesLine](setInvLines, "salesInvoiceLine", crud, line("salesInvoice", setInvoices)),
		define[Shipment](setShipments, "salesShipment", readOnly, map[string]nav{
			setShipLines: {set: setShipLines, many: true, link: "documentId"}, "customer": {set: setCustomers, link: "customerId"},
		}),
		define[ShipmentLine](setShipLines, "salesShipmentLine", readOnly, nil),
		define[ReturnReason](setReasons, "customerReturnReason", crud, nil),
		define[BankAccount](setBanks, "bankAccount", crud, map[string]nav{"currency": {set: setCurrencies, link: "currencyId"}}),
		define[Journal](setJournals, "journal", crud, map[string]nav{setJournalLines: {set: setJournalLines, many: true, deep: true, link: "journalId"}}),
		define[JournalLine](setJournalLines, "journalLine", crud, map[string]nav{"account": {set: setAccounts, link: "accountId"}}),
		define[PaymentJournal](setPaymentJournals, "customerPaymentJournal", crud, map[string]nav{setCustomerPayments: {set: setCustomerPayments, many: true, deep: true, link: "journalId"}}),
		define[CustomerPayment](setCustomerPayments, "customerPayment", crud, map[string]nav{"customer": {set: setCustomers, link: "customerId"}}),
		define[LedgerEntry](setEntries, "generalLedgerEntry", readOnly, map[string]nav{"account": {set: setAccounts, link: "accountId"}}),
	} {
		all[st.name] = st
	}
	for name, r := range referenceSets {
		st := define[Reference](name, r.entity, crud, nil)
		code := *st.schema.byName["code"]
		code.max = r.code
		st.schema.replace(&code)
		all[name] = st
	}
	return all
}

func (s *schema) replace(p *prop) {
	s.byName[p.name] = p
	for i, old := range s.props {
		if old.name == p.name {
			s.props[i] = p
		}
	}
}

// keyOf is the primary key: unique within the set, and its order.
func keyOf(r row) string {
	switch r := r.(type) {
	case *CompanyInfo:
		return r.Name
	case *Reference:
		return r.Code
	case *ReturnReason:
		return r.Code
	case *LedgerEntry:
		return fmt.Sprintf("%012d", r.EntryNumber)
	case *Account:
		return r.Number
	case *Customer:
		return r.Number
	case *Item:
		return r.Number
	case *Variant:
		return r.ItemNumber + "\x00" + r.Code
	case *SalesDocument:
		if r.Posted { // a table of its own
			return r.Number + "\x00posted"
		}
		return r.Number
	case *SalesLine:
		return fmt.Sprintf("%s %012d", r.DocumentID, r.Sequence)
	case *Shipment:
		return r.Number
	case *ShipmentLine:
		return fmt.Sprintf("%s %012d", r.DocumentID, r.Sequence)
	case *BankAccount:
		return r.Number
	case *Journal:
		return r.TemplateDisplayName + "\x00" + r.Code
	case *PaymentJournal:
		return r.Code
	case *CustomerPayment:
		return fmt.Sprintf("%s %012d", r.JournalID, r.LineNumber)
	case *JournalLine:
		return fmt.Sprintf("%s %012d", r.JournalID, r.LineNumber)
	}
	return r.base().ID
}

// parentOf is the id of the row that r belongs to, "" for none.
func parentOf(r row) string {
	switch r := r.(type) {
	case *Variant:
		return r.ItemID
	case *SalesLine:
		return r.DocumentID
	case *ShipmentLine:
		return r.DocumentID
	case *JournalLine:
		return r.JournalID
	case *CustomerPayment:
		return r.JournalID
	}
	return ""
}

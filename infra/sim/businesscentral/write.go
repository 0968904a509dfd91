package businesscentral

import (
	"context"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// try does one operation and says why it cannot.
func (s *Server) try(ctx context.Context, client Client, o operation, t *tx) (response, error) {
	switch o.method {
	case http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete:
	default:
		return response{}, notAllowed(o.method, "the API")
	}
	a, err := s.resolve(o)
	if err != nil {
		return response{}, err
	}
	if a.target == nil {
		if o.companion {
			return metadata(companionSets, s.Companion()), nil
		}
		return metadata(sets, slices.Sorted(maps.Keys(sets))), nil
	}
	if a.set.name == setCompanies {
		if o.method != http.MethodGet {
			return response{}, notAllowed(o.method, setCompanies)
		}
		return s.listCompanies(a, o)
	}
	if t == nil || t.Company != a.company {
		a.company.mu.Lock()
		defer a.company.mu.Unlock()
		t = a.company.begin(ctx)
		resp, err := t.do(client, a, o)
		if err != nil {
			t.rollback()
		}
		return resp, err
	}
	return t.do(client, a, o)
}

func (s *Server) companyOf(ops []operation) *Company {
	for _, o := range ops {
		if a, err := s.resolve(o); err == nil && a.company != nil {
			return a.company
		}
	}
	return nil
}

func (s *Server) listCompanies(a *address, o operation) (response, error) {
	var rows []row
	for _, c := range s.Companies() {
		if a.id == "" || a.id == c.id {
			rows = append(rows, c.info)
		}
	}
	if a.id != "" {
		t := &tx{Company: s.Company(a.id)}
		return t.record(http.StatusOK, a, rows[0], o)
	}
	t := &tx{Company: s.Companies()[0]}
	return t.collection(a, rows, o)
}

// ifMatch checks an ETag. A PATCH needs one.
func ifMatch(o operation, r row, needed bool) error {
	v := o.header.Get("If-Match")
	switch {
	case v == "" && !needed || v == "*":
		return nil
	case !strings.HasPrefix(v, `W/"`) || !strings.HasSuffix(v, `"`) || len(v) < 5:
		return refuse(http.StatusBadRequest, "BadRequest_InvalidToken", "The request needs an If-Match header with a valid ETag.")
	case v != etag(r):
		return refuse(http.StatusConflict, "Request_EntityChanged", "Another user has already changed the record.")
	}
	return nil
}

// do is one operation within the transaction.
func (t *tx) do(client Client, a *address, o operation) (response, error) {
	if a.stream != "" {
		return t.picture(client, a, o)
	}
	if o.method == http.MethodGet {
		if a.action != "" {
			return response{}, notAllowed(o.method, a.action)
		}
		return t.get(a, o)
	}
	if strings.EqualFold(o.header.Get("Data-Access-Intent"), "ReadOnly") {
		return response{}, badRequest("Data-Access-Intent ReadOnly is for GET only.").in("1.4")
	}
	if client.NoRights {
		return response{}, refuse(http.StatusForbidden, "Authorization_RequestDenied", "You do not have the following permissions on TableData %s: Modify.", a.target.schema.entity)
	}
	if a.action != "" {
		return t.act(a, o)
	}
	if !a.target.allows(o.method) {
		return response{}, notAllowed(o.method, a.target.name)
	}
	if o.method != http.MethodDelete && !isJSON(o.header.Get("Content-Type")) {
		return response{}, refuse(http.StatusUnsupportedMediaType, codeBadRequest, "The content type must be application/json.")
	}
	if o.method == http.MethodPost {
		return t.post(a, o)
	}
	if a.id == "" || a.nav != nil {
		return response{}, notAllowed(o.method, a.target.name)
	}
	r, err := t.named(a)
	if err != nil {
		return response{}, err
	}
	if err := ifMatch(o, r, o.method == http.MethodPatch); err != nil {
		return response{}, err
	}
	if o.method == http.MethodDelete {
		return response{status: http.StatusNoContent}, t.remove(a.set, r)
	}
	in, err := a.set.bind(o.body, false)
	if err != nil {
		return response{}, err
	}
	if a.set.write != nil {
		if err := a.set.write(t, r, in); err != nil {
			return response{}, err
		}
		if r, err = t.named(a); err != nil {
			return response{}, err
		}
		return t.record(http.StatusOK, a, r, o)
	}
	r, err = t.change(a.set, r, in)
	if err != nil {
		return response{}, err
	}
	return t.record(http.StatusOK, a, r, o)
}

func (t *tx) post(a *address, o operation) (response, error) {
	if a.id != "" && (a.nav == nil || !a.nav.many) {
		return response{}, notAllowed(o.method, a.set.name+"("+a.id+")")
	}
	in, err := a.target.bind(o.body, true)
	if err != nil {
		return response{}, err
	}
	var owner row
	if a.id != "" {
		if owner = t.tables[a.set.name].rows[a.id]; owner == nil {
			return response{}, noRecord(a.set.schema.entity, a.id)
		}
	}
	r, err := t.insert(a.target, owner, in)
	if err != nil {
		return response{}, err
	}
	resp, err := t.record(http.StatusCreated, a, t.answered(r, in), o)
	if err == nil {
		resp.header["Location"] = o.root + "companies(" + t.id + ")/" + a.target.name + "(" + r.base().ID + ")"
	}
	return resp, err
}

// answered is what the answer to a POST shows of r: with [Switches.HeaderFirst]
// a header's totals from before its lines.
func (t *tx) answered(r row, in input) row {
	d, ok := r.(*SalesDocument)
	if !ok || len(in.children) == 0 || !t.srv.Switches().HeaderFirst {
		return r
	}
	d = clone(d)
	d.TotalAmountExcludingTax, d.TotalTaxAmount, d.TotalAmountIncludingTax = decimal.Zero, decimal.Zero, decimal.Zero
	d.RemainingAmount, d.DiscountAmount = decimal.Zero, decimal.Zero
	return d
}

// pairs are the fields that name the same thing twice.
var pairs = []struct{ id, key, set string }{
	{"customerId", "customerNumber", setCustomers},
	{"billToCustomerId", "billToCustomerNumber", setCustomers},
	{"currencyId", "currencyCode", setCurrencies},
	{"taxGroupId", "taxGroupCode", setTaxGroups},
	{"baseUnitOfMeasureId", "baseUnitOfMeasureCode", setUnits},
	{"unitOfMeasureId", "unitOfMeasureCode", setUnits},
	{"itemId", "itemNumber", setItems},
	{"itemId", "lineObjectNumber", setItems},
	{"accountId", "lineObjectNumber", setAccounts},
}

// agree refuses pairs that contradict each other.
func (t *tx) agree(in input) error {
	get := func(name string) (string, bool) {
		for _, c := range in.changes {
			if c.name == name {
				s, ok := c.v.(string)
				return s, ok
			}
		}
		return "", false
	}
	if in.has("itemId") && in.has("accountId") {
		return dialog("Both the itemId and the accountId are specified; only one of them can be.").in("4.5")
	}
	for _, p := range pairs {
		id, ok := get(p.id)
		key, ok2 := get(p.key)
		if !ok || !ok2 {
			continue
		}
		if r := t.tables[p.set].rows[id]; r == nil || keyOf(r) != key {
			return dialog("The %s and the %s values do not match to a specific %s.", p.id, p.key, sets[p.set].schema.entity)
		}
	}
	return nil
}

// assign writes the noted fields of a body in their order, those that differ at
// that moment (9.1).
func (t *tx) assign(r row, in input) error {
	if err := t.agree(in); err != nil {
		return err
	}
	for _, c := range t.noted(in) {
		if err := c.checkLength(c.v); err != nil {
			return err
		}
		if t.unchanged(r, c, in.creating) {
			continue
		}
		if err := t.validate(r, c, in.creating); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) validate(r row, c change, creating bool) error {
	switch r := r.(type) {
	case *Customer:
		return t.validateCustomer(r, c)
	case *Item:
		return t.validateItem(r, c)
	case *Variant:
		return t.validateVariant(r, c)
	case *SalesDocument:
		return t.validateDocument(r, c, creating)
	case *SalesLine:
		return t.validateLine(r, c)
	}
	c.set(r, c.v)
	return nil
}

// insert creates a row and its children.
func (t *tx) insert(st *set, owner row, in input) (row, error) {
	r := st.fresh()
	r.base().ID = t.srv.guid()
	var err error
	switch r := r.(type) {
	case *SalesDocument:
		err = t.insertDocument(st, r, in)
	case *SalesLine:
		err = t.insertLine(st, r, owner, in)
	case *Customer:
		err = t.insertCustomer(r, in)
	case *Item:
		err = t.insertItem(r, in)
	case *Journal:
		err = t.insertJournal(st, r, in)
	case *JournalLine:
		err = t.insertJournalLine(r, owner, in)
	case *PaymentJournal:
		err = t.insertPaymentJournal(st, r, in)
	case *CustomerPayment:
		err = t.insertPayment(r, owner, in)
	case *Variant:
		if i, ok := owner.(*Item); ok {
			r.ItemID, r.ItemNumber = i.ID, i.Number
		}
		if err = t.assign(r, in); err == nil && (r.ItemNumber == "" || r.Code == "") {
			err = dialog("The item and the code of a variant must be specified.")
		}
	default:
		if err = t.assign(r, in); err == nil && keyOf(r) == "" {
			err = testField("Code must have a value in %s. It cannot be zero or empty.", st.schema.entity)
		}
	}
	if err != nil {
		return nil, err
	}
	switch r.(type) {
	case *SalesDocument, *SalesLine, *Journal, *PaymentJournal:
		return t.tables[st.name].rows[r.base().ID], nil // stored with their totals, or before their lines
	}
	return r, t.store(st, r)
}

// store puts a new row unless its key is taken.
func (t *tx) store(st *set, r row) error {
	if t.tables[st.name].byKey(keyOf(r)) != nil {
		err := sameKey(st.schema.entity, strings.ReplaceAll(keyOf(r), "\x00", ","))
		switch r.(type) {
		case *SalesDocument:
			return err.in("9.6")
		case *Customer:
			return err.in("4.2")
		case *Item, *Variant:
			return err.in("4.3")
		case *Journal, *JournalLine, *PaymentJournal, *CustomerPayment:
			return err.in("4.10")
		}
		return err
	}
	t.put(st.name, r)
	return nil
}

// change is a PATCH.
func (t *tx) change(st *set, old row, in input) (row, error) {
	r := clone(old)
	switch r := r.(type) {
	case *SalesDocument:
		return t.changeDocument(st, r, in)
	case *SalesLine:
		return t.changeLine(st, r, in)
	}
	var err error
	switch r := r.(type) {
	case *Journal:
		err = t.assignJournal(r, in)
	case *JournalLine:
		err = t.assignJournalLine(r, in)
	case *PaymentJournal:
		err = t.assignPaymentJournal(r, in)
	case *CustomerPayment:
		err = t.assignPayment(r, in)
	default:
		err = t.assign(r, in)
	}
	if err != nil {
		return nil, err
	}
	if keyOf(r) != keyOf(old) && t.tables[st.name].byKey(keyOf(r)) != nil {
		return nil, sameKey(st.schema.entity, keyOf(r))
	}
	t.put(st.name, r)
	return r, nil
}

// remove is a DELETE.
func (t *tx) remove(st *set, r row) error {
	switch r := r.(type) {
	case *SalesDocument:
		return t.removeDocument(st, r)
	case *SalesLine:
		return t.removeLine(st, r)
	case *Customer:
		for _, name := range []string{setOrders, setInvoices, setMemos} {
			for _, d := range t.tables[name].rows {
				if d, ok := d.(*SalesDocument); ok && d.CustomerID == r.ID {
					return dialog("You cannot delete Customer %s because there is at least one outstanding document for this customer.", r.Number).in("4.2")
				}
			}
		}
	case *Item:
		for _, name := range []string{setOrderLines, setInvLines, setMemoLines} {
			for _, l := range t.tables[name].rows {
				if l, ok := l.(*SalesLine); ok && l.ItemID == r.ID {
					return dialog("You cannot delete Item %s because there is at least one outstanding document that includes this item.", r.Number).in("4.3")
				}
			}
		}
		for _, v := range t.tables[setVariants].of(r.ID) {
			t.drop(setVariants, v)
		}
	case *Journal:
		for _, l := range t.tables[setJournalLines].of(r.ID) {
			t.drop(setJournalLines, l)
		}
	case *PaymentJournal:
		for _, l := range t.tables[setCustomerPayments].of(r.ID) {
			t.drop(setCustomerPayments, l)
		}
	}
	t.drop(st.name, r)
	return nil
}

var (
	letters  = regexp.MustCompile(`\pL`)
	address1 = regexp.MustCompile(`^[^@\s;]+@[^@\s;]+\.[^@\s;]+$`)
)

// checkContact is what BC checks of phone numbers, addresses of mail and
// countries in any table.
func (t *tx) checkContact(c change) error {
	text, ok := c.v.(string)
	if !ok || text == "" {
		return nil
	}
	switch c.name {
	case "phoneNumber":
		if letters.MatchString(text) {
			return testField("Phone No. must not contain letters: %s.", text).in("4.2")
		}
	case "email":
		for m := range strings.SplitSeq(text, ";") {
			if !address1.MatchString(strings.TrimSpace(m)) {
				return dialog("The email address \"%s\" is not valid.", m).in("4.2")
			}
		}
	case "country", "sellToCountry", "shipToCountry", "billToCountry":
		return t.exists(setCountries, c.name, text)
	case "salespersonCode", "salesperson":
		if !slices.Contains(t.rules.salespeople, text) {
			return noRelation(c.name, text, "Salesperson/Purchaser")
		}
	}
	return nil
}

// exists: a code that its table must have.
func (t *tx) exists(set, field, code string) error {
	if code != "" && t.tables[set].byKey(code) == nil {
		return noRelation(field, code, referenceSets[set].title)
	}
	return nil
}

// referenced checks an id of another set; the zero id clears.
func (t *tx) referenced(c change) error {
	set := map[string]string{
		"paymentTermsId": setTerms, "shipmentMethodId": setMethods, "paymentMethodId": setPayments, "taxAreaId": setTaxAreas,
		"locationId": setLocations,
	}[c.name]
	id, _ := c.v.(string)
	if set == "" || id == zeroGUID || t.tables[set].rows[id] != nil {
		return nil
	}
	return dialog("The \"%s\" does not match to a %s.", c.name, referenceSets[set].title).in("4.5")
}

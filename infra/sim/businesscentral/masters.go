package businesscentral

import (
	"cmp"
	"fmt"
	"slices"
)

func none(id string) bool { return id == "" || id == zeroGUID }

// setPair sets both halves of a reference by whichever c is about.
func (t *tx) setPair(c change, id, key *string, idName, keyName, set string) error {
	text, _ := c.v.(string)
	switch c.name {
	case idName:
		if none(text) {
			*id, *key = zeroGUID, ""
			return nil
		}
		found := t.tables[set].rows[text]
		if found == nil {
			return dialog("The \"%s\" does not match to a %s.", c.name, sets[set].schema.entity).in("4.0")
		}
		*id, *key = text, keyOf(found)
	case keyName:
		if text == "" {
			*id, *key = zeroGUID, ""
			return nil
		}
		if err := t.exists(set, c.name, text); err != nil {
			return err
		}
		*id, *key = t.tables[set].keys[text], text
	}
	return nil
}

func (t *tx) insertCustomer(r *Customer, in input) error {
	r.Type, r.Blocked = "Company", blankEnum
	if err := t.assign(r, in); err != nil {
		return err
	}
	if r.DisplayName == "" {
		return dialog("The blank \"displayName\" is not allowed.").in("4.2")
	}
	if r.Number == "" {
		r.Number = t.next(t.series.Customers, setCustomers)
	}
	t.applyTemplate(r)
	return nil
}

// applyTemplate gives a customer the posting groups of the first template that
// fits. Without one it has none.
func (t *tx) applyTemplate(r *Customer) {
	i := slices.IndexFunc(t.rules.templates, func(m Template) bool { return len(m.Countries) == 0 || slices.Contains(m.Countries, r.Country) })
	if i < 0 {
		return
	}
	r.GenBusGroup = t.rules.templates[i].GenBusGroup
	if r.VATBusGroup == "" {
		r.VATBusGroup = t.rules.templates[i].VATBusGroup
	}
	if none(r.PaymentTermsID) {
		r.PaymentTermsID = t.tables[setTerms].keys[t.rules.templates[i].PaymentTerms]
	}
}

func (t *tx) validateCustomer(r *Customer, c change) error {
	if err := t.checkContact(c); err != nil {
		return err
	}
	text, _ := c.v.(string)
	switch c.name {
	case "number":
		return t.manual(r, c, t.series.Customers)
	case "currencyId", "currencyCode":
		if c.name == "currencyCode" && text == t.lcy() {
			r.CurrencyID, r.CurrencyCode = zeroGUID, ""
			return nil
		}
		return t.setPair(c, &r.CurrencyID, &r.CurrencyCode, "currencyId", "currencyCode", setCurrencies)
	case "taxAreaId":
		if err := t.referenced(c); err != nil {
			return err
		}
		a := t.tables[setTaxAreas].rows[text]
		switch {
		case t.rules.salesTax && a == nil:
			r.TaxArea = ""
		case t.rules.salesTax:
			r.TaxArea = keyOf(a)
		case a != nil:
			r.VATBusGroup = keyOf(a)
		}
	case "postalCode":
		c.set(r, c.v)
		t.postCode(r.PostalCode, &r.City, &r.State, &r.Country) // as on documents (9.2)
		return nil
	default:
		if err := t.referenced(c); err != nil {
			return err
		}
	}
	c.set(r, c.v)
	return nil
}

// manual takes a number that the client chose.
func (t *tx) manual(r row, c change, s *Series) error {
	if !s.Manual {
		return dialog("You may not enter numbers manually. If you want to enter numbers manually, please activate Manual Nos. in No. Series %s.", s.Code).in("9.6")
	}
	c.set(r, c.v)
	return nil
}

func (t *tx) insertItem(r *Item, in input) error {
	r.Type = "Inventory"
	for _, c := range in.changes {
		if c.name == "inventory" {
			return dialog("The inventory of a new item cannot be set.").in("4.3")
		}
	}
	if err := t.assign(r, in); err != nil {
		return err
	}
	if r.Number == "" {
		r.Number = t.next(t.series.Items, setItems)
	}
	t.itemDefaults(r)
	return nil
}

// itemDefaults are the item template.
func (t *tx) itemDefaults(r *Item) {
	if r.BaseUnitOfMeasureCode == "" {
		r.BaseUnitOfMeasureCode = "PCS"
	}
	r.BaseUnitOfMeasureID = t.tables[setUnits].keys[r.BaseUnitOfMeasureCode]
	if r.GenProdGroup == "" {
		r.GenProdGroup = "RETAIL"
	}
	if r.VATProdGroup == "" {
		r.VATProdGroup = cmp.Or(r.TaxGroupCode, t.rules.standardTax)
	}
	r.TaxGroupCode = ""
	if t.rules.salesTax { // in VAT companies the API does not show the item's group (10.5)
		r.TaxGroupCode = r.VATProdGroup
	}
	r.TaxGroupID = t.tables[setTaxGroups].keys[r.TaxGroupCode]
}

func (t *tx) validateItem(r *Item, c change) error {
	switch c.name {
	case "number":
		return t.manual(r, c, t.series.Items)
	case "taxGroupId", "taxGroupCode":
		if !t.rules.salesTax { // no sales-tax group is there: taxGroups lists VAT groups (10.5)
			return noRelation(c.name, fmt.Sprint(c.v), "Tax Group").in("10.5")
		}
		if err := t.setPair(c, &r.TaxGroupID, &r.TaxGroupCode, "taxGroupId", "taxGroupCode", setTaxGroups); err != nil {
			return err
		}
		r.VATProdGroup = r.TaxGroupCode
		return nil
	case "baseUnitOfMeasureId", "baseUnitOfMeasureCode":
		return t.setPair(c, &r.BaseUnitOfMeasureID, &r.BaseUnitOfMeasureCode, "baseUnitOfMeasureId", "baseUnitOfMeasureCode", setUnits)
	case "itemCategoryCode":
		if s, ok := c.v.(string); ok {
			if err := t.exists(setCategories, c.name, s); err != nil {
				return err
			}
		}
	}
	c.set(r, c.v)
	return nil
}

func (t *tx) validateVariant(r *Variant, c change) error {
	text, _ := c.v.(string)
	var i *Item
	var ok bool
	switch c.name {
	case "itemId":
		i, ok = byID[*Item](t.Company, setItems, text)
	case "itemNumber":
		i, ok = lookup[*Item](t.Company, setItems, text)
	default:
		c.set(r, c.v)
		return nil
	}
	if !ok {
		return noRelation(c.name, text, "Item")
	}
	r.ItemID, r.ItemNumber = i.ID, i.Number
	return nil
}

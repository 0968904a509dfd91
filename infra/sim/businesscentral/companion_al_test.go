package businesscentral

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// base are the types of the base application's fields that the companion shows, which
// its text does not say.
var base = map[string]string{
	"Sales Shipment Header.No.": "Code[20]", "Sales Shipment Header.Order No.": "Code[20]", "Sales Shipment Header.External Document No.": "Code[35]",
	"Sales Shipment Header.Posting Date": "Date", "Sales Shipment Header.Package Tracking No.": "Text[50]", "Sales Shipment Header.Shipping Agent Code": "Code[10]",
	"Sales Shipment Header.Shipping Agent Service Code": "Code[10]", "Sales Shipment Header.Location Code": "Code[10]",
	"Sales Shipment Line.Order No.": "Code[20]", "Sales Shipment Line.Order Line No.": "Integer", "Sales Shipment Line.Variant Code": "Code[10]",
	"Sales Shipment Line.Location Code": "Code[10]", "Sales Shipment Line.Quantity": "Decimal",
	"Sales Header.No.": "Code[20]", "Sales Header.Your Reference": "Text[35]", "Sales Header.Payment Method Code": "Code[10]", "Sales Header.Shipping Agent Code": "Code[10]",
	"Sales Header.Shipping Agent Service Code": "Code[10]", "Sales Header.Tax Area Code": "Code[20]", "Sales Header.Tax Liable": "Boolean", "Sales Header.Location Code": "Code[10]",
	"Price List Line.Source No.": "Code[20]", "Price List Line.Asset No.": "Code[20]", "Price List Line.Variant Code": "Code[10]", "Price List Line.Unit of Measure Code": "Code[10]",
	"Price List Line.Currency Code": "Code[10]", "Price List Line.Minimum Quantity": "Decimal", "Price List Line.Starting Date": "Date", "Price List Line.Ending Date": "Date",
	"Price List Line.Unit Price": "Decimal", "Price List Line.Price Includes VAT": "Boolean", "Price List Line.Line Discount %": "Decimal",
	"Item Reference.Item No.": "Code[20]", "Item Reference.Variant Code": "Code[10]", "Item Reference.Unit of Measure": "Code[10]", "Item Reference.Reference No.": "Code[50]",
	"Item.No.": "Code[20]", "Item.Vendor Item No.": "Text[50]", "Item.Gross Weight": "Decimal", "Item.Tariff No.": "Code[20]", "Item.Sales Blocked": "Boolean",
	"Item Unit of Measure.Item No.": "Code[20]", "Item Unit of Measure.Code": "Code[10]", "Item Unit of Measure.Qty. per Unit of Measure": "Decimal",
}

// alTypes are the kinds of AL's types.
var alTypes = map[string]kind{
	"Code": kindCode, "Text": kindText, "Guid": kindGUID, "Decimal": kindDecimal, "Integer": kindInt, "Boolean": kindBool, "Date": kindDate, "DateTime": kindTime,
}

var (
	alObject   = regexp.MustCompile(`(?m)^(page|table|tableextension|query|permissionset) (\d+) "([^"]+)"(?: extends "([^"]+)")?`)
	alProperty = regexp.MustCompile(`(?m)^    (\w+) = '?([^';]+)'?;`)
	alShown    = regexp.MustCompile(`(?m)^ +field\((\w+); (?:Rec\.)?(?:"([^"]+)"|(\w+))\)( \{ Editable = false; \})?`)
	alField    = regexp.MustCompile(`(?m)^ +field\(\d+; (?:"([^"]+)"|(\w+)); (\w+(?:\[\d+\])?)\)`)
	alVar      = regexp.MustCompile(`(?m)^        (\w+): (\w+(?:\[\d+\])?);`)
)

// companionText is the text of the extension's objects, by file.
func companionText(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../../businesscentral-companion/src/*.al")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	out := map[string]string{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(f)] = strings.ReplaceAll(string(text), "\r\n", "\n")
	}
	return out
}

// The pages of the companion extension and the sets of the simulator are one contract:
// names, types, lengths, and what can be written.
func TestCompanionIsTheExtension(t *testing.T) {
	texts := companionText(t)
	types := maps.Clone(base)
	for _, text := range texts { // fields of its own
		o := alObject.FindStringSubmatch(text)
		if o == nil {
			continue
		}
		owner := o[3]
		if o[4] != "" {
			owner = o[4]
		}
		for _, f := range alField.FindAllStringSubmatch(text, -1) {
			types[owner+"."+f[1]+f[2]] = f[3]
		}
	}
	seen := map[string]bool{}
	for name, text := range texts {
		properties := map[string]string{}
		for _, p := range alProperty.FindAllStringSubmatch(text, -1) {
			properties[p[1]] = strings.Trim(p[2], `"`)
		}
		if properties["PageType"] != "API" {
			continue
		}
		set := properties["EntitySetName"]
		seen[set] = true
		st := companionSets[set]
		if st == nil {
			t.Errorf("%s: the simulator has no set %q", name, set)
			continue
		}
		if root := properties["APIPublisher"] + "/" + properties["APIGroup"] + "/" + properties["APIVersion"]; root != "backroom/shopify/v1.0" {
			t.Errorf("%s stands at %s", name, root)
		}
		if properties["EntityName"] != st.schema.entity || (properties["Editable"] == "false") != (st.verbs == readOnly) {
			t.Errorf("%s: entity %s, editable %q; the simulator has %s with %q", name, properties["EntityName"], properties["Editable"], st.schema.entity, st.verbs)
		}
		vars := map[string]string{"SystemId": "Guid", "SystemModifiedAt": "DateTime"}
		for _, v := range alVar.FindAllStringSubmatch(text, -1) {
			vars[v[1]] = v[2]
		}
		var shown []string
		for _, f := range alShown.FindAllStringSubmatch(text, -1) {
			shown = append(shown, f[1])
			typ := types[properties["SourceTable"]+"."+f[2]+f[3]]
			if typ == "" {
				typ = vars[f[3]]
			}
			p := st.schema.byName[f[1]]
			if p == nil {
				t.Errorf("%s: the simulator's %s has no %s", name, set, f[1])
				continue
			}
			if want := alType(p); typ != want {
				t.Errorf("%s: %s is %s, the simulator has %s", name, f[1], typ, want)
			}
			if fixed := properties["Editable"] == "false" || f[4] != ""; fixed != p.ro && f[1] != "id" && f[1] != "lastModifiedDateTime" {
				t.Errorf("%s: %s is fixed %t, the simulator has %t", name, f[1], fixed, p.ro)
			}
		}
		for _, p := range st.schema.props {
			if !slices.Contains(shown, p.name) {
				t.Errorf("%s does not show %s, which the simulator has", name, p.name)
			}
		}
	}
	for set := range companionSets {
		if !seen[set] {
			t.Errorf("no page of the extension is %s", set)
		}
	}
}

// alType is the type of a property in AL.
func alType(p *prop) string {
	for name, k := range alTypes {
		if k != p.kind {
			continue
		}
		if p.max > 0 {
			return name + "[" + strconv.Itoa(p.max) + "]"
		}
		return name
	}
	return fmt.Sprint(p.kind)
}

// Ids of objects are of the extension's range, each once, and the permission set has
// every object that can be run.
func TestCompanionObjects(t *testing.T) {
	texts := companionText(t)
	ids := map[string]string{}
	for name, text := range texts {
		for _, o := range alObject.FindAllStringSubmatch(text, -1) {
			n, err := strconv.Atoi(o[2])
			if err != nil || n < 50100 || n > 50149 {
				t.Errorf("%s: id %s", name, o[2])
			}
			if was := ids[o[1]+o[2]]; was != "" {
				t.Errorf("%s and %s are both %s %s", name, was, o[1], o[2])
			}
			ids[o[1]+o[2]] = name
			if (o[1] == "page" || o[1] == "query") && !strings.Contains(texts["Backroom.PermissionSet.al"], o[1]+` "`+o[3]+`" = X`) {
				t.Errorf("the permission set lacks %s %s", o[1], o[3])
			}
		}
		if strings.Count(text, "{") != strings.Count(text, "}") || strings.Count(text, "(") != strings.Count(text, ")") {
			t.Errorf("%s: brackets do not match", name)
		}
	}
	if len(ids) < 9 {
		t.Errorf("%d objects", len(ids))
	}
}

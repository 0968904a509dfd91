package shopify

import (
	"fmt"
	"regexp"
	"strconv"

	"backroom/infra/sim/shopify/data"
)

// grams are how many a unit of weight has.
var grams = map[string]float64{"GRAMS": 1, "KILOGRAMS": 1000, "POUNDS": 453.59237, "OUNCES": 28.349523125}

// massObj is the weight of a variant in the unit that it was given in.
type massObj struct{ v *data.Variant }

func (massObj) typeName() string { return "Weight" }

func (m massObj) field(_ *execution, name string, _ map[string]any) any {
	unit := m.v.WeightUnit
	if unit == "" {
		unit = "GRAMS"
	}
	if name == "unit" {
		return unit
	}
	return round(float64(m.v.Grams)/grams[unit], 4)
}

func round(f float64, places int) float64 {
	p := 1.0
	for range places {
		p *= 10
	}
	return float64(int64(f*p+0.5)) / p
}

// hsCode is what a code of the harmonized system looks like.
var hsCode = regexp.MustCompile(`^[0-9]{6,13}$`)

// setCustoms sets what is given of weight, HS code and origin of an inventory item.
func setCustoms(v *data.Variant, item map[string]any) (errs []userError) {
	if code, given := item["harmonizedSystemCode"]; given {
		if text := asString(code); text != "" && !hsCode.MatchString(text) {
			errs = append(errs, userError{code: "INVALID_INPUT", message: "Harmonized system code must be a number between 6 and 13 digits"})
		} else {
			v.HSCode = text
		}
	}
	if origin, given := item["countryCodeOfOrigin"]; given {
		v.Origin = asString(origin)
	}
	weight := asMap(asMap(item["measurement"])["weight"])
	if len(weight) == 0 {
		return errs
	}
	value, err := strconv.ParseFloat(fmt.Sprint(weight["value"]), 64)
	if err != nil || value < 0 {
		return append(errs, userError{code: "INVALID_INPUT", message: "Weight must be greater than or equal to 0"})
	}
	v.WeightUnit = asString(weight["unit"])
	v.Grams = int(value*grams[v.WeightUnit] + 0.5)
	return errs
}

package businesscentral

import "strings"

// postCode overwrites city, state and country if the company's table knows the
// post code: its best match, the same country first, then the same city (9.2).
func (t *tx) postCode(code string, city, state, country *string) {
	rows := t.rules.postCodes[strings.ToUpper(code)]
	if len(rows) == 0 {
		return
	}
	best, points := rows[0], -1
	for _, r := range rows {
		p := 0
		if r.Country == *country {
			p += 2
		}
		if strings.EqualFold(r.City, *city) {
			p++
		}
		if p > points {
			best, points = r, p
		}
	}
	*city, *state, *country = best.City, best.County, best.Country
}

// clearCounty blanks the state of a country whose address format has no county (9.2).
func (t *tx) clearCounty(country string, state *string) {
	if r, ok := lookup[*Reference](t.Company, setCountries, country); !ok || !r.County {
		*state = ""
	}
}

package businesscentral

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// maxPage is BC's limit on the rows of a page.
const maxPage = 20_000

// etag is a row's version as the API shows it.
func etag(r row) string {
	b := r.base()
	return `W/"` + base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "19;%s1;%02d;", b.ID, b.Rev)) + `"`
}

// prefer reads a number or text out of the Prefer header.
func prefer(h http.Header, name string) string {
	for _, v := range h.Values("Prefer") {
		for p := range strings.SplitSeq(v, ",") {
			if k, n, _ := strings.Cut(strings.TrimSpace(p), "="); strings.EqualFold(k, name) {
				return n
			}
		}
	}
	return ""
}

// rowsOf are the rows that an address means, without filter and order.
func (t *tx) rowsOf(a *address) ([]row, error) {
	if a.set.name == setCompanies {
		return nil, nil // not kept in a company
	}
	if a.target.name == setPictures {
		return nil, dialog("You must get to the parent first to get to the picture.").in("4.4")
	}
	if a.id == "" {
		if (a.target.name == setOrderLines || a.target.name == setInvLines || a.target.name == setMemoLines) && !a.o.byDocument {
			return nil, dialog("You must specify an Id or a Document Id to get the lines.")
		}
		if a.target.view != nil {
			return a.target.view(t), nil
		}
		rows := slices.Collect(maps.Values(t.tables[a.target.name].rows))
		if a.target.name == setJournals {
			return journalRows(a, rows), nil
		}
		return rows, nil
	}
	owner, err := t.named(a)
	if err != nil {
		return nil, err
	}
	if a.nav == nil {
		return []row{owner}, nil
	}
	return t.linked(a.set, owner, *a.nav), nil
}

// named is the row that an address names by its id.
func (t *tx) named(a *address) (row, error) {
	if a.set.view != nil {
		for _, r := range a.set.view(t) {
			if r.base().ID == a.id {
				return r, nil
			}
		}
		return nil, noRecord(a.set.schema.entity, a.id)
	}
	r := t.tables[a.set.name].rows[a.id]
	if r == nil || a.owner != "" && parentOf(r) != a.owner {
		return nil, noRecord(a.set.schema.entity, a.id)
	}
	return r, nil
}

// linked are the rows behind a navigation property.
func (t *tx) linked(st *set, owner row, n nav) []row {
	if n.set == setPictures {
		return []row{pictureRow(owner)}
	}
	if n.many {
		return t.tables[n.set].of(owner.base().ID)
	}
	id, _ := st.schema.byName[n.link].value(owner).(string)
	if r := t.tables[n.set].rows[id]; r != nil {
		return []row{r}
	}
	return nil
}

// get answers a GET.
func (t *tx) get(a *address, o operation) (response, error) {
	rows, err := t.rowsOf(a)
	if err != nil {
		return response{}, err
	}
	if strings.Contains(o.header.Get("Accept"), "odata.metadata=none") {
		a.o.metadata = "none"
	}
	if a.id != "" && (a.nav == nil || !a.nav.many) {
		if len(rows) == 0 {
			return response{status: http.StatusNoContent}, nil
		}
		return t.record(http.StatusOK, a, rows[0], o)
	}
	return t.collection(a, rows, o)
}

func (t *tx) record(status int, a *address, r row, o operation) (response, error) {
	body := t.render(a.target, r, a.o)
	if a.o.metadata != "none" {
		context := o.root + "$metadata#companies(" + t.id + ")/" + a.target.name + "/$entity"
		body = append(object{{"@odata.context", quoteJSON(context)}}, body...)
	}
	b, err := body.MarshalJSON()
	if err != nil {
		return response{}, err
	}
	return jsonResponse(status, b), nil
}

func (t *tx) collection(a *address, rows []row, o operation) (response, error) {
	opt := a.o
	if opt.filter != nil {
		rows = slices.DeleteFunc(rows, func(r row) bool { return !opt.filter(r) })
	}
	size, err := pageSize(o)
	if err != nil {
		return response{}, err
	}
	if t.flooded(a) {
		rows = t.ofFlood(a, rows, size+1)
	}
	opt.sort(rows)
	if a.count {
		return response{http.StatusOK, map[string]string{"Content-Type": "text/plain"}, fmt.Append(nil, len(rows))}, nil
	}
	total := len(rows)
	rows, left, err := opt.cut(rows)
	if err != nil {
		return response{}, err
	}
	next := ""
	if len(rows) > size {
		next = t.nextLink(a, rows[size-1], left-size, o)
		rows = rows[:size]
	}
	var out []object
	for _, r := range rows {
		out = append(out, t.render(a.target, r, opt))
	}
	return collectionOf(o.root+"$metadata#companies("+t.id+")/"+a.target.name, out, opt, total, next)
}

// pageSize is how many rows a page has.
func pageSize(o operation) (int, error) {
	v := prefer(o.header, "odata.maxpagesize")
	if v == "" {
		return maxPage, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		return 0, badURL("The page size '%s' is not a number.", v)
	}
	if n > maxPage {
		return 0, refuse(http.StatusRequestEntityTooLarge, "Unknown", "A page has at most %d rows.", maxPage).in("2")
	}
	return n, nil
}

// tokenKey is the key that a page begins behind.
func tokenKey(after string) (key string, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(after)
	kind, rest, _ := strings.Cut(string(b), ":")
	_, key, ok = strings.Cut(rest, ":")
	return key, err == nil && kind == "k" && ok
}

// collectionOf is the JSON form of a page.
func collectionOf(context string, rows []object, opt *options, total int, next string) (response, error) {
	values := make([][]byte, len(rows))
	for i, r := range rows {
		b, err := r.MarshalJSON()
		if err != nil {
			return response{}, err
		}
		values[i] = b
	}
	body := object{}
	if opt.metadata != "none" {
		body.add("@odata.context", quoteJSON(context))
	}
	if opt.count {
		body.add("@odata.count", fmt.Append(nil, total))
	}
	body.add("value", array(values))
	if next != "" {
		body.add("@odata.nextLink", quoteJSON(next))
	}
	b, err := body.MarshalJSON()
	if err != nil {
		return response{}, err
	}
	return jsonResponse(http.StatusOK, b), nil
}

func (o *options) sort(rows []row) {
	slices.SortFunc(rows, func(x, y row) int {
		for _, by := range o.orderBy {
			c := compare(by.prop, by.value(x), by.value(y))
			if by.down {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return byKeyOrder(x, y)
	})
}

// cut applies $skip, $skiptoken and $top; left is what $top still allows. In
// the order of the keys a token is a key. With $orderby it is a place, so that
// rows changed meanwhile are missed or seen twice, as in BC.
func (o *options) cut(rows []row) (page []row, left int, err error) {
	left = o.top
	if o.after == "" {
		rows = rows[min(o.skip, len(rows)):]
	} else {
		b, err := base64.RawURLEncoding.DecodeString(o.after)
		kind, rest, ok := strings.Cut(string(b), ":")
		number, key, ok2 := strings.Cut(rest, ":")
		n, err2 := strconv.Atoi(number)
		if err != nil || !ok || !ok2 || err2 != nil {
			return nil, 0, badURL("The $skiptoken is not valid.")
		}
		if left >= 0 {
			left = n
		}
		if kind == "k" {
			i := slices.IndexFunc(rows, func(r row) bool { return keyOf(r) > key })
			if i < 0 {
				i = len(rows)
			}
			rows = rows[i:]
		} else {
			at, err := strconv.Atoi(key)
			if err != nil || at < 0 {
				return nil, 0, badURL("The $skiptoken is not valid.")
			}
			rows = rows[min(at, len(rows)):]
			o.skip = at
		}
	}
	if left >= 0 {
		rows = rows[:min(left, len(rows))]
	}
	return rows, left, nil
}

func (t *tx) nextLink(a *address, last row, left int, o operation) string {
	token := fmt.Sprintf("k:%d:%s", max(left, 0), keyOf(last))
	if len(a.o.orderBy) > 0 {
		size, err := strconv.Atoi(prefer(o.header, "odata.maxpagesize"))
		if err != nil {
			size = maxPage
		}
		token = fmt.Sprintf("p:%d:%d", max(left, 0), a.o.skip+size)
	}
	pairs := append(slices.Clone(a.o.raw), "$skiptoken="+base64.RawURLEncoding.EncodeToString([]byte(token)), "aid=FIN")
	return o.root + a.rawPath + "?" + strings.Join(pairs, "&")
}

// render is a row in JSON.
func (t *tx) render(st *set, r row, o *options) object {
	var out object
	if o.metadata != "none" {
		out.add("@odata.etag", quoteJSON(etag(r)))
	}
	shown := t.shown(r)
	for _, p := range st.schema.props {
		if o.selected == nil || slices.Contains(o.selected, p.name) {
			out.add(p.name, p.encode(shown))
		}
	}
	for _, x := range o.expand {
		child := sets[x.nav.set]
		x.o.metadata = o.metadata
		rows := t.linked(st, r, x.nav)
		if !x.nav.many {
			if len(rows) == 0 {
				out.add(x.name, []byte("null"))
				continue
			}
			if b, err := t.render(child, rows[0], x.o).MarshalJSON(); err == nil {
				out.add(x.name, b)
			}
			continue
		}
		if x.o.filter != nil {
			rows = slices.DeleteFunc(rows, func(r row) bool { return !x.o.filter(r) })
		}
		x.o.sort(rows)
		if x.o.top >= 0 {
			rows = rows[:min(x.o.top, len(rows))]
		}
		values := make([][]byte, 0, len(rows))
		for _, r := range rows {
			if b, err := t.render(child, r, x.o).MarshalJSON(); err == nil {
				values = append(values, b)
			}
		}
		out.add(x.name, array(values))
	}
	return out
}

// shown is r with what the page computes: the local currency's code for a blank one.
func (t *tx) shown(r row) row {
	switch r := r.(type) {
	case *Customer:
		if r.CurrencyCode == "" {
			c := *r
			c.CurrencyCode = t.lcy()
			return &c
		}
	case *SalesDocument:
		if r.CurrencyCode == "" {
			d := *r
			d.CurrencyCode = t.lcy()
			return &d
		}
	}
	return r
}

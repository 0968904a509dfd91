package businesscentral

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// address is a parsed URL below the API's root.
type address struct {
	path    string // decoded
	company *Company
	sets    map[string]*set // of the API that is asked
	set     *set
	id      string   // "" is the whole set
	owner   string   // id of the parent that the address names before id
	nav     *nav     // what follows the id
	target  *set     // of nav, else set
	rawPath string   // for nextLink
	action  string   // without Microsoft.NAV.
	stream  stream   // of what id names; "": the record itself
	count   bool     // /$count
	o       *options // of the target
}

// options are the system query options.
type options struct {
	filter     condition
	filterText string
	selected   []string
	expand     []expansion
	orderBy    []ordering
	top, skip  int // top < 0: none
	count      bool
	after      string // skiptoken
	raw        []string
	byDocument bool // the filter names a documentId or an id
	metadata   string
}

type expansion struct {
	name string
	nav  nav
	o    *options
}

type ordering struct {
	*prop
	down bool
}

var segment = regexp.MustCompile(`^([A-Za-z]+)(?:\((.*)\))?$`)

func badURL(format string, args ...any) *apiError { return refuse(400, codeBadURL, format, args...) }

// splitQuery reads a query. A + is a +, as BC has it in places.
func splitQuery(raw string) (pairs [][2]string, err error) {
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		k, v, _ := strings.Cut(part, "=")
		name, err1 := url.PathUnescape(k)
		value, err2 := url.PathUnescape(v)
		if err1 != nil || err2 != nil {
			return nil, badURL("The query is not encoded as it must be.")
		}
		pairs = append(pairs, [2]string{name, value})
	}
	return pairs, nil
}

// resolve reads an operation's URL.
func (s *Server) resolve(o operation) (*address, error) {
	path, query, _ := strings.Cut(o.url, "?")
	a := &address{rawPath: path, sets: sets}
	if o.companion {
		a.sets = s.companionSets()
	}
	pairs, err := splitQuery(query)
	if err != nil {
		return nil, err
	}
	if a.path, err = url.PathUnescape(path); err != nil {
		return nil, badURL("The address is not encoded as it must be.")
	}
	parts := strings.Split(strings.Trim(a.path, "/"), "/")
	for _, p := range pairs {
		if p[0] == "company" && len(parts) > 0 && !strings.HasPrefix(parts[0], setCompanies) {
			parts = append([]string{setCompanies + "(" + p[1] + ")"}, parts...)
		}
	}
	parts, a.stream = cutStream(parts)
	if err := s.walk(a, parts); err != nil {
		return nil, err
	}
	if a.target == nil { // $metadata
		return a, nil
	}
	a.o, err = s.parseOptions(a.target, pairs)
	if err != nil {
		return nil, err
	}
	return a, nil
}

func (s *Server) walk(a *address, parts []string) error {
	for i, p := range parts {
		m := segment.FindStringSubmatch(p)
		switch {
		case p == "$metadata" && len(parts) == 1:
			return nil
		case p == "$count" && i > 0 && i == len(parts)-1:
			a.count = true
			return nil
		case strings.HasPrefix(strings.ToLower(p), "microsoft.nav.") && a.id != "" && i == len(parts)-1:
			a.action = strings.ToLower(p[len("microsoft.nav."):])
			return nil
		case m == nil:
			return refuse(404, codeNotFound, "Resource not found for the segment '%s'.", p)
		case i == 0 && m[1] == setCompanies:
			a.set, a.target = sets[setCompanies], sets[setCompanies]
			if m[2] == "" {
				continue
			}
			a.company = s.Company(strings.Trim(m[2], "'"))
			if a.company == nil {
				return refuse(404, "Internal_CompanyNotFound", "The company '%s' does not exist.", m[2])
			}
			a.id = a.company.id
		case a.company != nil && a.set == sets[setCompanies]:
			a.set = a.sets[m[1]]
			if a.set == nil || m[1] == setCompanies {
				return refuse(404, codeNotFound, "Resource not found for the segment '%s'.", m[1])
			}
			a.target, a.id = a.set, ""
			if m[2] != "" {
				if !guidPattern.MatchString(m[2]) {
					return badRequest("The key '%s' is not a guid.", m[2]).in("1.5")
				}
				a.id = strings.ToLower(m[2])
			}
		case a.id != "" && a.nav == nil:
			n, ok := a.set.navs[m[1]]
			if !ok {
				return refuse(404, codeNotFound, "Resource not found for the segment '%s'.", m[1])
			}
			a.nav, a.target = &n, sets[n.set]
			if m[2] == "" {
				continue
			}
			if !guidPattern.MatchString(m[2]) {
				return badRequest("The key '%s' is not a guid.", m[2]).in("1.5")
			}
			// A child by its id is the child itself.
			a.owner, a.set, a.nav, a.id = a.id, a.target, nil, strings.ToLower(m[2])
		default:
			return refuse(404, codeNotFound, "Resource not found for the segment '%s'.", p)
		}
	}
	if a.set == nil {
		return refuse(404, codeNotFound, "A company must be named.")
	}
	return nil
}

func (s *Server) parseOptions(st *set, pairs [][2]string) (*options, error) {
	o := &options{top: -1}
	newer := false
	for _, p := range pairs {
		newer = newer || strings.EqualFold(p[0], "$schemaversion") && p[1] == "2.1"
	}
	for _, p := range pairs {
		name, v := p[0], p[1]
		if name != "$skiptoken" {
			o.raw = append(o.raw, escapeOption(name)+"="+escapeOption(v))
		}
		if err := s.option(o, st, name, v, newer); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// escapeOption writes a blank as %20.
func escapeOption(v string) string { return strings.ReplaceAll(url.QueryEscape(v), "+", "%20") }

func (s *Server) option(o *options, st *set, name, v string, newer bool) (err error) {
	switch name {
	case "$filter":
		f := &filter{schema: st.schema, text: v, newer: newer, noCase: s.o.NoCaseFunctions, most: s.Switches().FilterValues}
		o.filterText = v
		o.byDocument = strings.Contains(v, "documentId eq ") || strings.HasPrefix(v, "id eq ")
		o.filter, err = f.parse()
	case "$select":
		for f := range strings.SplitSeq(v, ",") {
			f = strings.TrimSpace(f)
			if _, isNav := st.navs[f]; st.schema.byName[f] == nil && !isNav {
				return badRequest("Could not find a property named '%s' on type 'Microsoft.NAV.%s'.", f, st.schema.entity)
			}
			o.selected = append(o.selected, f)
		}
	case "$orderby":
		for f := range strings.SplitSeq(v, ",") {
			n, dir, _ := strings.Cut(strings.TrimSpace(f), " ")
			p := st.schema.byName[n]
			if p == nil || dir != "" && dir != "asc" && dir != "desc" {
				return badRequest("Could not find a property named '%s' on type 'Microsoft.NAV.%s'.", n, st.schema.entity)
			}
			if p.computed {
				return badURL("The field '%s' is computed and cannot be sorted.", n)
			}
			o.orderBy = append(o.orderBy, ordering{p, dir == "desc"})
		}
	case "$top", "$skip":
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 {
			return badURL("The value '%s' of %s is not a number.", v, name)
		}
		if name == "$top" {
			o.top = n
		} else {
			o.skip = n
		}
	case "$count":
		o.count = v == "true"
	case "$expand":
		o.expand, err = s.parseExpand(st, v, newer)
	case "$skiptoken":
		o.after = v
	case "company", "tenant", "$schemaversion", "schemaversion":
	default:
		if strings.HasPrefix(name, "$") {
			return refuse(400, codeUnimplemented, "The query option '%s' is not supported.", name)
		}
	}
	return err
}

// splitTop cuts at sep where no parenthesis or quote is open.
func splitTop(s string, sep byte) []string {
	var parts []string
	depth, quoted, start := 0, false, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == sep && depth == 0:
			parts = append(parts, s[start:i])
			start = i + 1
		}
	}
	return append(parts, s[start:])
}

func (s *Server) parseExpand(st *set, text string, newer bool) ([]expansion, error) {
	var out []expansion
	for _, part := range splitTop(text, ',') {
		name, inner, nested := strings.Cut(strings.TrimSpace(part), "(")
		n, ok := st.navs[name]
		if !ok || n.set == setPictures && !s.expandable(st) {
			return nil, badRequest("Could not find a property named '%s' on type 'Microsoft.NAV.%s'.", name, st.schema.entity)
		}
		x := expansion{name: name, nav: n, o: &options{top: -1}}
		if nested {
			if !strings.HasSuffix(inner, ")") {
				return nil, badURL("The $expand is not closed.")
			}
			for _, p := range splitTop(strings.TrimSuffix(inner, ")"), ';') {
				k, v, _ := strings.Cut(p, "=")
				if !slices.Contains([]string{"$select", "$filter", "$expand", "$orderby", "$top"}, k) {
					return nil, badURL("The option '%s' is not possible inside $expand.", k)
				}
				if err := s.option(x.o, sets[n.set], k, v, newer); err != nil {
					return nil, err
				}
			}
		}
		out = append(out, x)
	}
	return out, nil
}

package privacy

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"backroom/shared/phone"
)

// Who names a customer as a request does, by as much as is known.
type Who struct {
	Customer string   `json:"customer,omitempty"` // the id in Shopify
	Email    string   `json:"email,omitempty"`
	Phone    string   `json:"phone,omitempty"`
	Orders   []string `json:"orders,omitempty"` // ids in Shopify of orders that are theirs in any case
}

// Person is a customer by all that they are known by. It is stored while it is erased. Not
// safe for concurrent use.
type Person struct {
	Customers []string `json:"customers,omitempty"` // ids in Shopify
	Emails    []string `json:"emails,omitempty"`    // in small letters
	Phones    []string `json:"phones,omitempty"`    // E.164, or digits where that is not known
	Orders    []string `json:"orders,omitempty"`    // ids of orders
	Numbers   []string `json:"numbers,omitempty"`   // of the customers in Business Central
	// Texts are names, streets and telephone numbers as they were written.
	Texts []string `json:"texts,omitempty"`

	marks []mark
	made  int // how many words marks are of
}

// mark is a text that tells who somebody is.
type mark struct {
	text string
	find *regexp.Regexp
	lone bool // a single word, which may be one of others too: taken out of sentences alone
}

// Erased stands where something of a person was.
const Erased = "erased"

// personOf is the person that a request names.
func personOf(w Who) (Person, error) {
	p := Person{Orders: slices.Clone(w.Orders)}
	p.Known(w.Customer, w.Email, w.Phone, "")
	if len(p.Customers)+len(p.Emails)+len(p.Phones)+len(p.Orders) == 0 {
		return p, ErrNobody
	}
	return p, nil
}

// add puts text on a list, once and in order; "" never.
func add(list []string, text string) []string {
	if text = strings.TrimSpace(text); text == "" {
		return list
	}
	if at, had := slices.BinarySearch(list, text); !had {
		return slices.Insert(list, at, text)
	}
	return list
}

func has(list []string, text string) bool {
	return text != "" && slices.Contains(list, text)
}

// Known notes what Shopify knows the customer by: id, e-mail and telephone number, of
// which no two customers have the same.
func (p *Person) Known(id, email, tel, country string) {
	p.Customers, p.Emails = add(p.Customers, id), add(p.Emails, strings.ToLower(email))
	p.Phones = add(p.Phones, dialled(tel, country))
	p.Written(tel)
}

// Written notes texts that tell who the person is: names and streets as they are written.
func (p *Person) Written(texts ...string) {
	for _, t := range texts {
		if t = strings.TrimSpace(t); len([]rune(t)) > 2 {
			p.Texts = add(p.Texts, t)
		}
	}
}

// Named notes a person's name, in the orders in which it is written, and the last name alone.
func (p *Person) Named(first, last string) {
	first, last = strings.TrimSpace(first), strings.TrimSpace(last)
	p.Written(last)
	if first != "" && last != "" {
		p.Written(first+" "+last, last+" "+first, last+", "+first)
	} else {
		p.Written(first)
	}
}

// Is reports whether somebody with that id, one of these addresses or one of these numbers
// is the person; the numbers are of the country.
func (p *Person) Is(id string, emails, tels []string, country string) bool {
	if has(p.Customers, id) {
		return true
	}
	return slices.ContainsFunc(emails, func(e string) bool { return has(p.Emails, strings.ToLower(strings.TrimSpace(e))) }) ||
		slices.ContainsFunc(tels, func(t string) bool { return has(p.Phones, dialled(t, country)) })
}

// HasOrder reports whether an order is the person's by its id.
func (p *Person) HasOrder(id string) bool { return has(p.Orders, id) }

// HasOrdered notes an order of the person.
func (p *Person) HasOrdered(id string) { p.Orders = add(p.Orders, id) }

// Number notes a customer of the company that stands for the person.
func (p *Person) Number(n string) { p.Numbers = add(p.Numbers, n) }

// size tells whether something was learned.
func (p *Person) size() int {
	return len(p.Customers) + len(p.Emails) + len(p.Phones) + len(p.Orders) + len(p.Numbers) + len(p.Texts)
}

// dialled is a telephone number as it is compared.
func dialled(text, country string) string {
	if n, ok := phone.E164(text, country); ok {
		return n
	}
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
	if len(digits) < 6 {
		return ""
	}
	return digits
}

// shortestID is of ids that are taken out of texts: shorter numbers may be anything.
const shortestID = 6

// all are the person's marks, the longest first.
func (p *Person) all() []mark {
	if p.marks != nil && p.made == p.size() {
		return p.marks
	}
	texts := slices.Concat(p.Emails, p.Phones, p.Texts)
	for _, id := range p.Customers {
		if len(id) >= shortestID {
			texts = append(texts, id)
		}
	}
	slices.SortFunc(texts, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	p.marks, p.made = []mark{}, p.size()
	for _, t := range slices.Compact(texts) {
		p.marks = append(p.marks, mark{t, regexp.MustCompile(`(?i)` + regexp.QuoteMeta(t)), !strings.ContainsFunc(t, func(r rune) bool { return !unicode.IsLetter(r) })})
	}
	return p.marks
}

// Scrub is text without what tells who the person is. A lone name is taken out where the text
// has several words.
func (p *Person) Scrub(text string) string {
	return p.scrub(text, strings.ContainsFunc(strings.TrimSpace(text), unicode.IsSpace))
}

func (p *Person) scrubData(text string) string { return p.scrub(text, false) }

func (p *Person) scrub(text string, lone bool) string {
	for _, m := range p.all() {
		if lone || !m.lone {
			text = m.out(text)
		}
	}
	return text
}

// out replaces the mark where it stands as words of its own.
func (m mark) out(text string) string {
	var b strings.Builder
	rest := 0
	for _, at := range m.find.FindAllStringIndex(text, -1) {
		before, _ := utf8.DecodeLastRuneInString(text[:at[0]])
		after, _ := utf8.DecodeRuneInString(text[at[1]:])
		if word(before) && at[0] > 0 || word(after) && at[1] < len(text) {
			continue
		}
		b.WriteString(text[rest:at[0]])
		b.WriteString(Erased)
		rest = at[1]
	}
	if rest == 0 {
		return text
	}
	b.WriteString(text[rest:])
	return b.String()
}

func word(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

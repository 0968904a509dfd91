package bcapi

import "strings"

// Form is what BC makes of a text field.
type Form string

const (
	TextForm  Form = "text"  // without blanks around it, cut
	CodeForm  Form = "code"  // in upper case, cut
	KeyForm   Form = "key"   // in upper case, never cut: a shortened key names something else
	EmailForm Form = "email" // left out when too long: half an address is a wrong one
	PhoneForm Form = "phone" // see [Phone]
	PlainForm Form = "plain" // as it is: dates and ids
)

// Fit is s in the form, and in the length of the field in UTF-16 units. A key keeps
// its length, and a plain text and a phone number have none here.
func (f Form) Fit(s string, length int) string {
	switch f {
	case TextForm:
		return trim(s, length)
	case CodeForm:
		return trim(Code(s), length)
	case KeyForm:
		return Code(s)
	case EmailForm:
		if s = strings.TrimSpace(s); Cut(s, length) != s {
			return ""
		}
	case PhoneForm:
		return Phone(s)
	case PlainForm:
	}
	return s
}

// Same reports whether a text that was meant is the one found: what BC stores in
// upper case, e-mail addresses and ids are equal in any case.
func (f Form) Same(meant, found string) bool {
	if f == CodeForm || f == KeyForm || f == EmailForm || f == PlainForm {
		return strings.EqualFold(meant, found)
	}
	return meant == found
}

// trim is s without blanks around it and cut to n UTF-16 units.
func trim(s string, n int) string { return strings.TrimSpace(Cut(strings.TrimSpace(s), n)) }

package listings

import (
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// keptTags are the tags that stay in a description, with the attributes that do.
var keptTags = map[string][]string{
	"p": nil, "br": nil, "hr": nil, "div": nil, "span": nil, "blockquote": nil, "b": nil, "strong": nil, "i": nil, "em": nil, "u": nil, "s": nil, "sub": nil, "sup": nil,
	"ul": nil, "ol": nil, "li": nil, "dl": nil, "dt": nil, "dd": nil, "h1": nil, "h2": nil, "h3": nil, "h4": nil, "h5": nil, "h6": nil,
	"table": nil, "thead": nil, "tbody": nil, "tfoot": nil, "tr": nil, "th": {"colspan", "rowspan"}, "td": {"colspan", "rowspan"}, "caption": nil,
	"a": {"href", "title"}, "img": {"src", "alt"},
}

// voidTags are the tags without an end.
var voidTags = []string{"br", "hr", "img"}

// goneTags are the tags that go with all that is in them.
var goneTags = []string{"script", "style", "iframe", "object", "embed", "noscript", "template", "svg", "math", "form", "textarea", "select", "title", "head", "xmp", "noembed", "noframes", "plaintext"}

var (
	tag       = regexp.MustCompile(`^<(/?)([A-Za-z][A-Za-z0-9]*)((?:[\s/]+[^\s"'<>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>=` + "`" + `]+))?)*)[\s/]*>`)
	attribute = regexp.MustCompile(`([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>=` + "`" + `]+)))?`)
	comment   = regexp.MustCompile(`(?s)^<(?:!--.*?(?:-->|$)|[!?][^>]*(?:>|$))`)
)

// SafeHTML is a text of HTML as it can stand on a shop's page: tags that mark up text,
// and links and pictures by https. Scripts, handlers, styles and whatever else a tag may
// do are left out, tags that are open at the end are closed, and what is no tag is text.
// SafeHTML of it is the same.
func SafeHTML(s string) string {
	var out strings.Builder
	var open []string
	for s != "" {
		at := strings.IndexAny(s, "<>")
		if at < 0 {
			at = len(s)
		}
		out.WriteString(s[:at])
		if s = s[at:]; s == "" {
			break
		}
		if c := comment.FindString(s); c != "" {
			s = s[len(c):]
			continue
		}
		m := tag.FindStringSubmatch(s)
		if m == nil {
			out.WriteString(html.EscapeString(s[:1]))
			s = s[1:]
			continue
		}
		s = s[len(m[0]):]
		name := strings.ToLower(m[2])
		if slices.Contains(goneTags, name) && m[1] == "" {
			s = after(s, name)
			continue
		}
		open = turn(&out, open, name, m[1] != "", m[3])
	}
	for _, name := range slices.Backward(open) {
		out.WriteString("</" + name + ">")
	}
	return strings.TrimSpace(out.String())
}

// after is what follows the end of a tag.
func after(s, name string) string {
	at := strings.Index(strings.ToLower(s), "</"+name)
	if at < 0 || len(strings.ToLower(s)) != len(s) {
		return ""
	}
	s = s[at:]
	end := strings.IndexByte(s, '>')
	if end < 0 {
		return ""
	}
	return s[end+1:]
}

// turn writes a tag that stays, and answers what is open after it.
func turn(out *strings.Builder, open []string, name string, end bool, attributes string) []string {
	allowed, ok := keptTags[name]
	switch {
	case !ok, end && !slices.Contains(open, name):
		return open
	case end:
		for {
			last := open[len(open)-1]
			out.WriteString("</" + last + ">")
			if open = open[:len(open)-1]; last == name {
				return open
			}
		}
	}
	out.WriteString("<" + name)
	said := map[string]bool{}
	for _, a := range attribute.FindAllStringSubmatch(attributes, -1) {
		attr, value := strings.ToLower(a[1]), html.UnescapeString(a[2]+a[3]+a[4])
		if said[attr] || !slices.Contains(allowed, attr) || (attr == "href" || attr == "src") && !linked(attr, value) {
			continue
		}
		said[attr] = true
		out.WriteString(" " + attr + `="` + html.EscapeString(value) + `"`)
	}
	out.WriteString(">")
	if slices.Contains(voidTags, name) {
		return open
	}
	return append(open, name)
}

// linked reports whether an address may be linked.
func linked(attr, value string) bool {
	u, err := url.Parse(strings.TrimSpace(value))
	if err != nil {
		return false
	}
	switch strings.ToLower(u.Scheme) {
	case "https":
		return u.Host != ""
	case "http", "mailto", "tel":
		return attr == "href"
	}
	return false
}

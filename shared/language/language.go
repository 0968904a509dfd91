// Package language chooses among the languages that texts for people are written in.
package language

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// Tag is a language that texts are written in.
type Tag string

// The languages.
const (
	English Tag = "en"
	French  Tag = "fr"
)

// All are the languages; the first stands in for those that are none.
var All = []Tag{English, French}

// longest is how much of what a caller accepts is read, in bytes.
const longest = 500

var matcher = func() language.Matcher {
	var tags []language.Tag
	for _, t := range All {
		tags = append(tags, language.Make(string(t)))
	}
	return language.NewMatcher(tags)
}()

// Of is the language for who accepts what accept says, in the form of Accept-Language
// (RFC 9110 12.5.4); English when it names no language of ours. What of it cannot be
// read is left out.
func Of(accept string) Tag {
	if len(accept) > longest {
		accept = accept[:longest]
	}
	type wish struct {
		tag    language.Tag
		weight float32
	}
	var wishes []wish
	for part := range strings.SplitSeq(accept, ",") {
		if tags, weights, err := language.ParseAcceptLanguage(part); err == nil && len(tags) == 1 {
			wishes = append(wishes, wish{tags[0], weights[0]})
		}
	}
	slices.SortStableFunc(wishes, func(a, b wish) int { return cmp.Compare(b.weight, a.weight) })
	for _, w := range wishes {
		if _, i, sure := matcher.Match(w.tag); sure != language.No {
			return All[i]
		}
	}
	return English
}

// OfEnvironment is the language of a program whose environment get reads: by LC_ALL,
// else LC_MESSAGES, else LANG, each a locale such as fr_CH.UTF-8.
func OfEnvironment(get func(name string) string) Tag {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale := get(name); locale != "" {
			locale, _, _ = strings.Cut(locale, ".")
			locale, _, _ = strings.Cut(locale, "@")
			return Of(strings.ReplaceAll(locale, "_", "-"))
		}
	}
	return English
}

package language_test

import (
	"slices"
	"strings"
	"testing"

	"backroom/shared/language"
)

func TestOf(t *testing.T) {
	for accept, want := range map[string]language.Tag{
		"":      language.English,
		"fr":    language.French,
		"FR-fr": language.French,
		"fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5": language.French,
		"de-DE, de;q=0.9, fr;q=0.4, en;q=0.3":          language.French,
		"en-GB, fr;q=0.9":                              language.English,
		"fr;q=0.2, en;q=0.7":                           language.English,
		"fr;q=0, en":                                   language.English,
		"de":                                           language.English,
		"*":                                            language.English,
		"ja, zh-Hant;q=0.5":                            language.English,
		"fr;q=x":                                       language.English,
		"\x00,,;;":                                     language.English,
		"fr, " + strings.Repeat("xx-yy, ", 5000):       language.French,
		strings.Repeat("a-", 5000):                     language.English,
	} {
		if got := language.Of(accept); got != want {
			t.Errorf("%.60q is %s, want %s", accept, got, want)
		}
	}
}

func TestOfEnvironment(t *testing.T) {
	for _, tt := range []struct {
		env  map[string]string
		want language.Tag
	}{
		{nil, language.English},
		{map[string]string{"LANG": "fr_CH.UTF-8"}, language.French},
		{map[string]string{"LANG": "fr_FR@euro"}, language.French},
		{map[string]string{"LANG": "C.UTF-8"}, language.English},
		{map[string]string{"LANG": "POSIX"}, language.English},
		{map[string]string{"LANG": "de_DE"}, language.English},
		{map[string]string{"LANG": "fr_FR", "LC_MESSAGES": "en_US.UTF-8"}, language.English},
		{map[string]string{"LANG": "en_US", "LC_ALL": "fr_BE"}, language.French},
		{map[string]string{"LANG": "fr_FR", "LC_ALL": "C"}, language.English},
	} {
		if got := language.OfEnvironment(func(name string) string { return tt.env[name] }); got != tt.want {
			t.Errorf("%v is %s, want %s", tt.env, got, tt.want)
		}
	}
}

// FuzzOf: whatever a caller accepts, the language is one of ours, and one that is
// named alone is taken.
func FuzzOf(f *testing.F) {
	for _, accept := range []string{"fr-CH, fr;q=0.9, en;q=0.8, *;q=0.5", "de", "fr;q=0", "*", "en-US-u-ca-buddhist", "fr;q=1.5,,;", "x-klingon"} {
		f.Add(accept)
	}
	f.Fuzz(func(t *testing.T, accept string) {
		if got := language.Of(accept); !slices.Contains(language.All, got) {
			t.Errorf("%q: %q", accept, got)
		}
	})
}

// What is quoted stays, lists are lists, and sentences that stand together are said one
// by one; what no phrase says stays as it is.
func TestSpeaker(t *testing.T) {
	s := language.Speaking(func() language.Phrases {
		return language.Joined(language.Phrases{
			" and ": " et ", "{} says: {}": "{} dit : {!}", "the shop": "la boutique", "It lacks {}.": "Il manque {&}.", "Wait.": "Attendez.", "{} of {}": "{2} : {1}",
			"{} is {}: {}": "{!} est {} : {}",
		}, language.Phrases{"{} is held by {}": "{2} retient {!1}"})
	})
	for text, want := range map[string]string{
		"the shop says: the shop":      "la boutique dit : the shop",
		"It lacks a.":                  "Il manque a.",
		"It lacks a, the shop and b.":  "Il manque a, la boutique et b.",
		"Wait. It lacks a and b. Now.": "Attendez. Il manque a et b. Now.",
		"Wait.\nNow.\nWait.":           "Attendez.\nNow.\nAttendez.",
		"a of b of c":                  "c : b : a", // the first is as short as can be
		"the shop is held by the shop": "la boutique retient the shop",
		"x is y: z: w":                 "x est y : z: w",
		"is : ":                        "is : ", // nothing stands for {}
		"":                             "",
	} {
		if got := s.Text(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := (*language.Speaker)(nil).Text("Wait."); got != "Wait." {
		t.Errorf("nobody says %q", got)
	}
}

// FuzzSpeaker: whatever is said ends, and what no phrase says stays.
func FuzzSpeaker(f *testing.F) {
	s := language.Speaking(func() language.Phrases {
		return language.Phrases{"{} of {}": "{2} de {1}", "{}: {}": "{} : {!}", "{} and {}": "{&}", "x": "y"}
	})
	for _, text := range []string{"a of b: c and d. x", "{} of {}", ": of and \n. x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := s.Text(text)
		if !strings.ContainsAny(text, ":x") && !strings.Contains(text, " of ") && !strings.Contains(text, " and ") && got != text {
			t.Errorf("%q: %q", text, got)
		}
	})
}

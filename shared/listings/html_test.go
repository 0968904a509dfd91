package listings_test

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"backroom/shared/listings"
)

func TestSafeHTML(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"plain text", "Soft & warm", "Soft & warm"},
		{"an entity stays", "5 &lt; 6 &amp; 7", "5 &lt; 6 &amp; 7"},
		{"marked up", "<P>Soft<br/>and <strong>warm</strong></P>", "<p>Soft<br>and <strong>warm</strong></p>"},
		{"a script goes with its text", "<p>a</p><SCRIPT type='x'>alert(1)</script ><p>b</p>", "<p>a</p><p>b</p>"},
		{"a script without end", "a<script>alert(1)", "a"},
		{"a script in a script", "<scr<script>ipt>alert(1)</script>", "&lt;scr"},
		{"handlers and styles", `<p onclick="x()" style='y' class=z>a</p>`, "<p>a</p>"},
		{"a handler behind a slash", `<img/src="https://cdn.example/a.png"/onerror=alert(1)>`, `<img src="https://cdn.example/a.png">`},
		{"links", `<a href="https://shop.example/a?b=1&amp;c=2" target=_blank>x</a>`, `<a href="https://shop.example/a?b=1&amp;c=2">x</a>`},
		{"javascript", `<a href="java&#115;cript:alert(1)">x</a><a href=" javascript:alert(1)">y</a>`, `<a>x</a><a>y</a>`},
		{"data as a picture", `<img src="data:text/html,x" alt='a "b"'>`, `<img alt="a &#34;b&#34;">`},
		{"comments", "a<!-- <script>x</script> -->b<!doctype html>c<!-- d", "abc"},
		{"what is no tag", "a < b > c <3 <'x", "a &lt; b &gt; c &lt;3 &lt;'x"},
		{"a frame", `<iframe src="https://a.example"><p>x</p></iframe>y`, "y"},
		{"closed at the end", "<ul><li>a<li><b>b", "<ul><li>a<li><b>b</b></li></li></ul>"},
		{"an end too many", "</div></section>a</p>", "a"},
		{"unknown tags leave their text", "<blink>a</blink><my-tag>b</my-tag>", "a&lt;my-tag&gt;b&lt;/my-tag&gt;"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := listings.SafeHTML(tt.in); got != tt.want {
				t.Errorf("%q\nwant %q", got, tt.want)
			}
		})
	}
}

// Whatever comes in, only tags of a few kinds come out, and of those no attribute but a
// link, a picture and words; the same again is the same.
func TestSafeHTMLLetsNothingElseThrough(t *testing.T) {
	piece := rapid.SampledFrom([]string{
		"<", ">", "/", "=", `"`, "'", "`", " ", "\n", "<!--", "-->", "<script", "</script>", "<p", "<a href=", "<img src=", "onerror=", "javascript:", "https://a.example",
		"alert(1)", "<svg/onload=", "&lt;", "&#106;", "İ", "</p>", "</a>", "<style>", "<b>", "x", "<textarea>", "<plaintext>", "\x00",
	})
	harmless := regexp.MustCompile(`^(?:[^<>]|</?(?:p|b|a|img)>|<(?:a|img)(?: (?:href|title|src|alt)="[^"<>]*")*>)*$`)
	link := regexp.MustCompile(`(?:href|src)="([^"]*)"`)
	inTags := regexp.MustCompile(`<[^>]*>`)
	rapid.Check(t, func(rt *rapid.T) {
		in := strings.Join(rapid.SliceOfN(piece, 0, 30).Draw(rt, "pieces"), "")
		out := listings.SafeHTML(in)
		if !harmless.MatchString(out) {
			rt.Fatalf("%q makes %q", in, out)
		}
		for _, m := range link.FindAllStringSubmatch(strings.Join(inTags.FindAllString(out, -1), ""), -1) {
			if !regexp.MustCompile(`^(?:https?|mailto|tel):`).MatchString(strings.TrimSpace(m[1])) {
				rt.Fatalf("%q links %q", in, m[1])
			}
		}
		if again := listings.SafeHTML(out); again != out {
			rt.Fatalf("%q makes %q, which makes %q", in, out, again)
		}
	})
}

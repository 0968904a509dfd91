package images

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"image"
	_ "image/gif" // their sizes are read
	_ "image/jpeg"
	_ "image/png"
	"net/url"
	"path"
	"strings"
)

// What Shopify takes of a picture, see its documentation of product media.
const (
	MaxBytes  = 20 << 20   // of the file
	maxPixels = 25_000_000 // width times height
	maxAlt    = 512        // characters of a description
)

// format is a kind of picture file.
type format struct {
	Mime      string
	Extension string // with its dot
}

var formats = map[string]format{
	"jpeg": {"image/jpeg", ".jpg"}, "png": {"image/png", ".png"}, "gif": {"image/gif", ".gif"}, "webp": {"image/webp", ".webp"},
}

// facts are what a file's own bytes say of it.
type facts struct {
	format
	Width, Height int    // pixels; 0: the file does not tell
	Name          string // what a person calls what it is
}

// look reads what a file is from its bytes: names and content types that others give it
// do not count. An unknown one has no Mime.
func look(content []byte) facts {
	if w, h, ok := webp(content); ok {
		return facts{formats["webp"], w, h, "a WebP picture"}
	}
	if c, name, err := image.DecodeConfig(bytes.NewReader(content)); err == nil {
		return facts{formats[name], c.Width, c.Height, "a " + strings.ToUpper(name) + " picture"}
	}
	for _, k := range []struct{ begin, name string }{
		{"%PDF-", "a PDF document"},
		{"BM", "a bitmap (BMP)"},
		{"II*\x00", "a TIFF picture"},
		{"MM\x00*", "a TIFF picture"},
		{"<svg", "an SVG drawing"},
		{"<?xml", "an XML document"},
		{"<!DOCTYPE", "a web page"},
		{"<html", "a web page"},
		{"PK\x03\x04", "a ZIP archive"},
		{"\xff\xd8\xff", "a damaged JPEG picture"},
		{"\x89PNG", "a damaged PNG picture"},
		{"GIF8", "a damaged GIF picture"},
	} {
		if bytes.HasPrefix(bytes.TrimLeft(content, " \t\r\n\ufeff"), []byte(k.begin)) {
			return facts{Name: k.name}
		}
	}
	return facts{Name: "no picture that is known"}
}

// webp reads the head of a WebP file: RIFF, its length, WEBP, and a first chunk that says
// how large the picture is.
func webp(b []byte) (width, height int, ok bool) {
	if len(b) < 30 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WEBP" {
		return 0, 0, false
	}
	switch string(b[12:16]) {
	case "VP8X": // canvas, 24 bits each, less one
		at := func(i int) int { return int(b[i]) | int(b[i+1])<<8 | int(b[i+2])<<16 }
		return at(24) + 1, at(27) + 1, true
	case "VP8 ": // key frame, 14 bits each
		return int(binary.LittleEndian.Uint16(b[26:]) & 0x3fff), int(binary.LittleEndian.Uint16(b[28:]) & 0x3fff), true
	case "VP8L": // 14 bits each, less one
		bits := binary.LittleEndian.Uint32(b[21:])
		return int(bits&0x3fff) + 1, int(bits>>14&0x3fff) + 1, b[20] == 0x2f
	}
	return 0, 0, false
}

// hash is what pictures are compared by: SHA-256 of the file, in hex; "" without one.
func hash(content []byte) string {
	if len(content) == 0 {
		return ""
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// fileName is what the file of a picture is called in Shopify. It is the same for the same
// picture of the same product or variant, and no other's: one that is there already
// under it is found by it. extension is that of the content.
func fileName(p Pair, sum string, extension string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(p.Item + "-" + p.Code) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		} else if !strings.HasSuffix(b.String(), "-") {
			b.WriteByte('-')
		}
	}
	name := strings.Trim(b.String(), "-")
	owner := p.Product
	if p.Variant != "" {
		owner += "-" + p.Variant
	}
	return strings.Trim(name+"-"+owner, "-") + "-" + sum[:12] + extension
}

// version is the address of a picture without what only asks for another size of it: it
// changes when the picture does.
func version(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	v := u.Query().Get("v")
	return path.Base(u.Path) + "?v=" + v
}

// described is a description as Shopify takes it.
func described(text string) string {
	rs := []rune(strings.TrimSpace(text))
	return strings.TrimSpace(string(rs[:min(len(rs), maxAlt)]))
}

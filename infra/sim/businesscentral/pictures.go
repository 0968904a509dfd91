package businesscentral

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	_ "image/gif" // their sizes are shown
	_ "image/jpeg"
	_ "image/png"
	"io"
	"net/http"
	"slices"
	"strings"
)

// Picture is what the API shows of the pictures of an item or a variant: the first (4.4, 10.6).
type Picture struct {
	Record
	ParentType  string `json:"parentType" bc:"text:20,ro"`
	Width       int    `json:"width" bc:"int,ro"`
	Height      int    `json:"height" bc:"int,ro"`
	ContentType string `json:"contentType" bc:"text:100,ro"`
}

const setPictures = "picture"

// PictureSwitches say what a company does not do of what nobody has seen live.
type PictureSwitches struct {
	NoExpand   bool `json:"noExpand"`   // lists tell nothing of pictures beside their owners
	NoVariants bool `json:"noVariants"` // variants have none, as before version 28
	NoStreams  bool `json:"noStreams"`  // batches refuse streams
}

// stream is the part of an address that is a picture: itself, or its content.
type stream string

const (
	streamFacts   stream = "picture"
	streamContent stream = "pictureContent"
)

// cutStream takes the picture off an address, which then names its owner.
func cutStream(parts []string) ([]string, stream) {
	n := len(parts)
	switch {
	case n > 2 && parts[n-1] == string(streamContent) && parts[n-2] == setPictures:
		return parts[:n-2], streamContent
	case n > 2 && parts[n-1] == setPictures:
		return parts[:n-1], streamFacts
	}
	return parts, ""
}

// picturesOf are the pictures of an item or a variant; false: rows of the kind have none.
func picturesOf(r row) ([][]byte, bool) {
	switch r := r.(type) {
	case *Item:
		return r.Pictures, true
	case *Variant:
		return r.Pictures, true
	}
	return nil, false
}

// pictureRow is what is told of the first picture of an owner.
func pictureRow(owner row) *Picture {
	p := &Picture{Record: *owner.base(), ParentType: "Item"}
	if _, ok := owner.(*Variant); ok {
		p.ParentType = "Item_x0020_Variant"
	}
	if ps, _ := picturesOf(owner); len(ps) > 0 {
		p.ContentType = http.DetectContentType(ps[0])
		if c, _, err := image.DecodeConfig(bytes.NewReader(ps[0])); err == nil {
			p.Width, p.Height = c.Width, c.Height
		} else {
			p.Width, p.Height = 1, 1 // whatever it is, it is there
		}
	}
	return p
}

// picture is an operation on the picture of the record that a names.
func (t *tx) picture(client Client, a *address, o operation) (response, error) {
	sw := t.srv.PictureSwitches()
	owner, err := t.named(a)
	if err != nil {
		return response{}, err
	}
	ps, ok := picturesOf(owner)
	if _, variant := owner.(*Variant); !ok || variant && sw.NoVariants {
		return response{}, refuse(http.StatusNotFound, codeNotFound, "Resource not found for the segment 'picture'.")
	}
	if o.method != http.MethodGet && client.NoRights {
		return response{}, refuse(http.StatusForbidden, "Authorization_RequestDenied", "You do not have the following permissions on TableData Item: Modify.")
	}
	switch {
	case o.method == http.MethodGet && a.stream == streamFacts:
		facts := *a
		facts.target = sets[setPictures]
		return t.record(http.StatusOK, &facts, pictureRow(owner), o)
	case o.method == http.MethodGet && len(ps) == 0:
		return response{status: http.StatusNoContent}, nil
	case o.method == http.MethodGet:
		return response{http.StatusOK, map[string]string{"Content-Type": octets}, ps[0]}, nil
	case o.method == http.MethodPatch && a.stream == streamContent:
		if o.header.Get("Content-Type") != octets {
			return response{}, refuse(http.StatusUnsupportedMediaType, codeBadRequest, "The content type must be application/octet-stream.").in("4.4")
		}
		ps = [][]byte{bytes.Clone(o.body)} // it takes the place of all
	case o.method == http.MethodDelete && a.stream == streamFacts:
		ps = nil
	default:
		return response{}, notAllowed(o.method, "picture").in("4.4")
	}
	if err := ifMatch(o, owner, true); err != nil {
		return response{}, err
	}
	t.put(a.set.name, withPictures(owner, ps))
	return response{status: http.StatusNoContent}, nil
}

const octets = "application/octet-stream"

// withPictures is a copy of an owner that has others.
func withPictures(owner row, ps [][]byte) row {
	switch r := owner.(type) {
	case *Item:
		r = clone(r)
		r.show(ps)
		return r
	case *Variant:
		r = clone(r)
		r.Pictures = ps
		return r
	}
	return owner
}

// inText is the body of an answer as a batch holds it: a stream as text in base64.
func (s *Server) inText(r response) response {
	if r.header["Content-Type"] != octets {
		return r
	}
	if s.PictureSwitches().NoStreams {
		return s.errorResponse(badRequest("A stream cannot be part of a batch."), "")
	}
	r.body = quoteJSON(base64.StdEncoding.EncodeToString(r.body))
	return r
}

// SetPictureSwitches chooses for requests to come.
func (s *Server) SetPictureSwitches(sw PictureSwitches) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.o.Pictures = sw
}

// PictureSwitches are those in force.
func (s *Server) PictureSwitches() PictureSwitches {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.o.Pictures
}

// SetPictures gives an item, or its variant, pictures, as a person does; none takes all
// away. It moves the stamp of the item, or of the variant.
func (c *Company) SetPictures(number, variant string, pictures ...[]byte) error {
	if variant != "" {
		return edit(c, setVariants, number+"\x00"+variant, func(v *Variant) { v.Pictures = slices.Clone(pictures) })
	}
	return edit(c, setItems, number, func(i *Item) { i.show(slices.Clone(pictures)) })
}

// Pictures are the pictures of an item, or of its variant.
func (c *Company) Pictures(number, variant string) [][]byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	var owner row
	if variant != "" {
		owner = c.tables[setVariants].byKey(number + "\x00" + variant)
	} else {
		owner = c.tables[setItems].byKey(number)
	}
	ps, _ := picturesOf(owner)
	return ps
}

// controlPicture gives an item the picture in the body; an empty one takes all away.
func (c *Company) controlPicture(w http.ResponseWriter, r *http.Request, number string) {
	content, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	var pictures [][]byte
	if len(content) > 0 {
		pictures = append(pictures, content)
	}
	if err == nil {
		err = c.SetPictures(number, r.URL.Query().Get("variant"), pictures...)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	control(w, map[string]string{"item": number, "is": strings.TrimSpace(fmt.Sprintf("%d bytes %s", len(content), http.DetectContentType(content)))})
}

// expandable reports whether the pictures of a set are told beside its rows.
func (s *Server) expandable(st *set) bool {
	sw := s.PictureSwitches()
	return !sw.NoExpand && (st.name != setVariants || !sw.NoVariants)
}

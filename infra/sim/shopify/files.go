package shopify

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	_ "image/gif" // their sizes decide
	_ "image/jpeg"
	_ "image/png"
	"io"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"backroom/infra/sim/shopify/data"
)

// Limits of pictures (16, 21.9).
const (
	maxImageBytes  = 20 << 20
	maxImagePixels = 25_000_000
	maxAltRunes    = 512
	maxFiles       = 250
	filesWork      = 800 * time.Millisecond // until Shopify has processed one
)

// File is a picture among the files of the shop.
type File struct {
	ID        int64     `json:"id"`
	Name      string    `json:"name"` // with its extension
	Alt       string    `json:"alt,omitempty"`
	Content   []byte    `json:"content"`
	Version   int       `json:"version"` // of the content, in its address
	ReadyAt   time.Time `json:"readyAt"`
	CreatedAt time.Time `json:"createdAt"`
	Failed    string    `json:"failed,omitempty"` // why it could not be processed, a FileErrorCode
	Replaced  bool      `json:"replaced,omitempty"`
}

// gallery is what of files is shown where.
type gallery struct {
	Files    map[int64]*File   `json:"files"`
	Products map[int64][]int64 `json:"products"` // files by product, in order
	Variants map[int64]int64   `json:"variants"` // the file by variant
	Staged   map[string]*stage `json:"staged"`   // by path
}

// stage is where a picture is uploaded to.
type stage struct {
	Filename string `json:"filename"`
	Mime     string `json:"mime"`
	Content  []byte `json:"content,omitempty"`
}

func newGallery() gallery {
	return gallery{Files: map[int64]*File{}, Products: map[int64][]int64{}, Variants: map[int64]int64{}, Staged: map[string]*stage{}}
}

// status is how far Shopify is with a file.
func (f *File) status(now time.Time) string {
	switch {
	case now.Before(f.ReadyAt):
		return "PROCESSING"
	case f.Failed != "":
		return "FAILED"
	}
	return "READY"
}

// judge is why a picture cannot be processed, "" if it can.
func judge(content []byte) string {
	c, _, err := image.DecodeConfig(bytes.NewReader(content))
	webp := len(content) > 12 && string(content[8:12]) == "WEBP"
	switch {
	case len(content) > maxImageBytes:
		return "INVALID_IMAGE_FILE_SIZE"
	case err != nil && !webp:
		return "UNSUPPORTED_IMAGE_FILE_TYPE"
	case c.Width*c.Height > maxImagePixels:
		return "INVALID_IMAGE_RESOLUTION"
	}
	return ""
}

const (
	stagedPath   = "/_staged/"
	cdnPath      = "/_cdn/"
	originalPath = "/_original/"
)

// isFilePath reports whether a path is one of those that Shopify's other hosts serve.
func isFilePath(p string) bool {
	return strings.HasPrefix(p, stagedPath) || strings.HasPrefix(p, cdnPath) || strings.HasPrefix(p, originalPath)
}

// serveFile takes an upload, or shows a picture. No token is asked for.
func (s *Shop) serveFile(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == bulkUploadPath && r.Method == http.MethodPost:
		s.serveForm(w, r)
		return
	case strings.HasPrefix(r.URL.Path, stagedPath) && r.Method == http.MethodPut:
		content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 2*maxImageBytes))
		s.mu.Lock()
		defer s.mu.Unlock()
		st := s.gallery.Staged[r.URL.Path]
		switch {
		case err != nil:
			s.srv.refuseEdge(w, r, http.StatusRequestEntityTooLarge, "EntityTooLarge", "the upload is too large (16)")
		case st == nil:
			s.srv.refuseEdge(w, r, http.StatusForbidden, "SignatureDoesNotMatch", "nothing is to be uploaded to this address (16)")
		case r.Header.Get("Content-Type") != st.Mime:
			s.srv.refuseEdge(w, r, http.StatusForbidden, "SignatureDoesNotMatch", "the content type is not the one that the address was signed for (16)")
		default:
			st.Content = content
			w.WriteHeader(http.StatusOK)
		}
		return
	case r.Method != http.MethodGet:
		s.srv.refuseEdge(w, r, http.StatusMethodNotAllowed, "Method Not Allowed", "want GET, or PUT of an upload")
		return
	}
	rest := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, cdnPath), originalPath)
	id, err := strconv.ParseInt(strings.SplitN(rest, "/", 2)[0], 10, 64)
	s.mu.RLock()
	defer s.mu.RUnlock()
	f := s.gallery.Files[id]
	if err != nil || f == nil {
		s.srv.refuseEdge(w, r, http.StatusNotFound, "Not Found", "no file has this address (16)")
		return
	}
	w.Header().Set("Content-Type", http.DetectContentType(f.Content))
	_, _ = w.Write(f.Content) //nolint:gosec // a picture, marked as what it is; a client that has gone is no affair of ours
}

// mediaImage is a file in an answer.
type mediaImage struct{ f *File }

func (mediaImage) typeName() string { return "MediaImage" }

func (o mediaImage) field(x *execution, name string, _ map[string]any) any {
	f, status := o.f, o.f.status(x.now)
	switch name {
	case "id":
		return gid("MediaImage", f.ID)
	case "alt":
		return str(f.Alt)
	case "fileStatus", "status":
		return status
	case "createdAt", "updatedAt":
		return f.CreatedAt
	case "mediaContentType":
		return "IMAGE"
	case "fileErrors", "mediaErrors":
		if status != "FAILED" {
			return []object{}
		}
		return []object{fileError{f.Failed}}
	case "image":
		if status != "READY" {
			return nil
		}
		return fileImage{f, x.base + cdnPath + fmt.Sprintf("%d/%s?v=%d", f.ID, f.Name, f.Version)}
	case "originalSource":
		if status == "PROCESSING" {
			return nil
		}
		return fileOriginal{f, x.base + originalPath + fmt.Sprintf("%d/%d", f.ID, f.Version)}
	}
	return unresolved("MediaImage", name)
}

type fileError struct{ code string }

func (fileError) typeName() string { return "FileError" }

func (e fileError) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "code":
		return e.code
	case "message":
		return "The file could not be processed: " + strings.ToLower(strings.ReplaceAll(e.code, "_", " ")) + "."
	}
	return nil
}

type fileImage struct {
	f   *File
	url string
}

func (fileImage) typeName() string { return "Image" }

func (o fileImage) field(_ *execution, name string, _ map[string]any) any {
	c, _, _ := image.DecodeConfig(bytes.NewReader(o.f.Content)) // zero where it does not tell
	switch name {
	case "url":
		return o.url
	case "width":
		return c.Width
	case "height":
		return c.Height
	case "altText":
		return str(o.f.Alt)
	}
	return nil
}

type fileOriginal struct {
	f   *File
	url string
}

func (fileOriginal) typeName() string { return "MediaImageOriginalSource" }

func (o fileOriginal) field(_ *execution, name string, _ map[string]any) any {
	if name == "fileSize" {
		return len(o.f.Content)
	}
	return o.url
}

func (s *Shop) file(id any) *File {
	typ, n := splitGID(id)
	if typ != "MediaImage" {
		return nil
	}
	return s.gallery.Files[n]
}

// mediaOf are the files that a product shows, in order.
func (s *Shop) mediaOf(p *data.Product) (fs []*File) {
	for _, id := range s.gallery.Products[p.ID] {
		if f := s.gallery.Files[id]; f != nil {
			fs = append(fs, f)
		}
	}
	return fs
}

// mediaOfVariant is the file that a variant shows, none or one.
func (s *Shop) mediaOfVariant(v *data.Variant) []*File {
	if f := s.gallery.Files[s.gallery.Variants[v.ID]]; f != nil {
		return []*File{f}
	}
	return nil
}

func asMedia(f *File) object { return mediaImage{f} }

var fileFields = map[string]searchField[*File]{
	"id":         {id: func(f *File) int64 { return f.ID }},
	"created_at": {time: func(f *File) time.Time { return f.CreatedAt }},
	"updated_at": {time: func(f *File) time.Time { return f.CreatedAt }},
	"filename":   {text: func(f *File) []string { return []string{f.Name} }},
	"media_type": {text: func(*File) []string { return []string{"image"} }, enum: []string{"image", "video", "generic_file", "model_3d", "external_video"}},
}

func (s *Shop) allFiles() []*File {
	fs := make([]*File, 0, len(s.gallery.Files))
	for _, f := range s.gallery.Files {
		fs = append(fs, f)
	}
	slices.SortFunc(fs, func(a, b *File) int { return int(a.ID - b.ID) })
	return fs
}

// Files are the shop's files, in the order of their ids. They must not be changed.
func (s *Shop) Files() []*File {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.allFiles()
}

// Shows are the ids of the files that a product shows, in order, and by variant.
func (s *Shop) Shows(product int64) (own []int64, byVariant map[int64]int64) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	byVariant = map[int64]int64{}
	for _, p := range s.products {
		if p.ID != product {
			continue
		}
		for _, v := range p.Variants {
			if f := s.gallery.Variants[v.ID]; f != 0 {
				byVariant[v.ID] = f
			}
		}
	}
	return slices.Clone(s.gallery.Products[product]), byVariant
}

// AddPicture has a person give a product a picture, first of all, or one of its variants; it
// is processed at once. It moves the product's time of change.
func (s *Shop) AddPicture(product, variant int64, name string, content []byte) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.products, func(p *data.Product) bool { return p.ID == product })
	if i < 0 {
		return 0, fmt.Errorf("no product %d", product)
	}
	now := s.srv.cfg.Now()
	f := &File{ID: s.next(), Name: name, Content: content, Version: 1, ReadyAt: now, CreatedAt: now, Failed: judge(content)}
	s.gallery.Files[f.ID] = f
	s.gallery.Products[product] = append([]int64{f.ID}, s.gallery.Products[product]...)
	if variant != 0 {
		s.gallery.Variants[variant] = f.ID
	}
	s.products[i].UpdatedAt = now.UTC().Truncate(time.Second)
	return f.ID, nil
}

// RemovePicture has a person delete a file; what shows it shows it no more.
func (s *Shop) RemovePicture(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(id, s.srv.cfg.Now())
}

func (s *Shop) forget(id int64, now time.Time) {
	delete(s.gallery.Files, id)
	for p, ids := range s.gallery.Products {
		if slices.Contains(ids, id) {
			s.gallery.Products[p] = slices.DeleteFunc(slices.Clone(ids), func(i int64) bool { return i == id })
			s.moved(p, now)
		}
	}
	for v, f := range s.gallery.Variants {
		if f == id {
			delete(s.gallery.Variants, v)
		}
	}
}

// moved moves a product's time of change.
func (s *Shop) moved(product int64, now time.Time) {
	for _, p := range s.products {
		if p.ID == product {
			p.UpdatedAt = now.UTC().Truncate(time.Second)
		}
	}
}

// stagedUploads answers stagedUploadsCreate.
func (x *execution) stagedUploads(args map[string]any) any {
	const payloadType = "StagedUploadsCreatePayload"
	var targets []object
	for i, in := range asList(args["input"]) {
		m := asMap(in)
		name, mime := asString(m["filename"]), asString(m["mimeType"])
		if asString(m["resource"]) == bulkVariables {
			t, wrong := x.stageBulk(m, i)
			if wrong != nil {
				return refused(payloadType, *wrong)
			}
			targets = append(targets, t)
			continue
		}
		if asString(m["resource"]) == "IMAGE" && !strings.HasPrefix(mime, "image/") {
			return refused(payloadType, userError{path: []string{"input", strconv.Itoa(i), "mimeType"}, message: mime + " is not a recognized format"})
		}
		sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", x.shop.next(), name))
		at := stagedPath + hex.EncodeToString(sum[:8]) + "/" + name
		x.shop.gallery.Staged[at] = &stage{Filename: name, Mime: mime}
		targets = append(targets, stagedTarget{x.base + at, mime})
	}
	return payload{typ: payloadType, fields: map[string]any{"stagedTargets": targets}}
}

type stagedTarget struct{ url, mime string }

func (stagedTarget) typeName() string { return "StagedMediaUploadTarget" }

func (t stagedTarget) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "url":
		return t.url + "?signature=s"
	case "resourceUrl":
		return t.url
	}
	return []object{stagedParameter{"content_type", t.mime}, stagedParameter{"acl", "private"}}
}

type stagedParameter struct{ name, value string }

func (stagedParameter) typeName() string { return "StagedUploadParameter" }

func (p stagedParameter) field(_ *execution, name string, _ map[string]any) any {
	if name == "name" {
		return p.name
	}
	return p.value
}

func filesError(code, message string, at ...string) userError {
	return userError{path: at, message: message, code: code, typ: "FilesUserError"}
}

// source is the content that an address stands for.
func (x *execution) source(address, base string) ([]byte, string, bool) {
	p := strings.TrimPrefix(address, base)
	if st := x.shop.gallery.Staged[p]; st != nil && st.Content != nil {
		return st.Content, st.Filename, true
	}
	return nil, "", false
}

// fileCreate makes the files of the rows that are right (21.9).
func (x *execution) fileCreate(args map[string]any) any {
	const payloadType = "FileCreatePayload"
	rows := asList(args["files"])
	if len(rows) > maxFiles {
		return fail(codeInputSize, "The input array size of %d is greater than the maximum allowed of %d.", len(rows), maxFiles)
	}
	var made []object
	var errs []userError
	for i, r := range rows {
		m, n := asMap(r), strconv.Itoa(i)
		content, staged, ok := x.source(asString(m["originalSource"]), x.base)
		name := or(asString(m["filename"]), staged)
		mode := or(asString(m["duplicateResolutionMode"]), "APPEND_UUID")
		taken := slices.ContainsFunc(x.shop.allFiles(), func(f *File) bool { return f.Name == name })
		switch {
		case !ok:
			errs = append(errs, filesError("INVALID_IMAGE_SOURCE_URL", "File URL is invalid", "files", n, "originalSource"))
		case len([]rune(asString(m["alt"]))) > maxAltRunes:
			errs = append(errs, filesError("ALT_VALUE_LIMIT_EXCEEDED", "The alt value exceeds the maximum limit of 512 characters.", "files", n, "alt"))
		case path.Ext(name) != path.Ext(staged): // with case
			errs = append(errs, filesError("MISMATCHED_FILENAME_AND_ORIGINAL_SOURCE", "Provided filename extension must match original source.", "files", n, "filename"))
		case mode == "REPLACE" && asString(m["contentType"]) == "":
			errs = append(errs, filesError("INVALID_DUPLICATE_MODE_FOR_TYPE", "Duplicate resolution mode 'REPLACE' is not supported for 'MISSING' media type.", "files", n, "duplicateResolutionMode"))
		case mode == "REPLACE" && asString(m["filename"]) == "":
			errs = append(errs, filesError("MISSING_FILENAME_FOR_DUPLICATE_MODE_REPLACE", "Missing filename argument when attempting to use REPLACE duplicate mode.", "files", n, "duplicateResolutionMode"))
		case mode == "RAISE_ERROR" && taken:
			errs = append(errs, filesError("FILENAME_ALREADY_EXISTS", "A file with this name already exists.", "files", n, "filename"))
		default:
			made = append(made, mediaImage{x.newFile(name, asString(m["alt"]), content, mode, taken)})
		}
	}
	p := refused(payloadType, errs...)
	p.fields["files"] = append([]object{}, made...)
	return p
}

func (x *execution) newFile(name, alt string, content []byte, mode string, taken bool) *File {
	s := x.shop
	if taken && mode == "REPLACE" {
		for _, f := range s.allFiles() {
			if f.Name == name {
				f.replace(content, x.now)
				return f
			}
		}
	}
	id := s.next()
	if taken {
		ext := path.Ext(name)
		name = fmt.Sprintf("%s_%08x-0000-4000-8000-000000000000%s", strings.TrimSuffix(name, ext), id, ext)
	}
	f := &File{ID: id, Name: name, Alt: alt, Content: content, Version: 1, ReadyAt: x.now.Add(filesWork), CreatedAt: x.now, Failed: judge(content)}
	s.gallery.Files[id] = f
	return f
}

func (f *File) replace(content []byte, now time.Time) {
	f.Content, f.Failed, f.ReadyAt, f.Replaced = content, judge(content), now.Add(filesWork), true
	f.Version++
}

// fileUpdate changes files row by row; a file that does not exist refuses all (21.9).
func (x *execution) fileUpdate(args map[string]any) any {
	const payloadType = "FileUpdatePayload"
	rows := asList(args["files"])
	var missing []string
	for _, r := range rows {
		if id := asString(asMap(r)["id"]); x.shop.file(id) == nil {
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		return refused(payloadType, filesError("FILE_DOES_NOT_EXIST", "File ids "+strings.Join(missing, ",")+" do not exist.", "files"))
	}
	var changed []object
	var errs []userError
	for i, r := range rows {
		m, n := asMap(r), strconv.Itoa(i)
		f := x.shop.file(m["id"])
		if e := x.updateFile(f, m, n); e != nil {
			errs = append(errs, *e)
			continue
		}
		changed = append(changed, mediaImage{f})
	}
	p := refused(payloadType, errs...)
	p.fields["files"] = append([]object{}, changed...)
	return p
}

func (x *execution) updateFile(f *File, m map[string]any, n string) *userError {
	refuse := func(code, message, field string) *userError {
		e := filesError(code, message, "files", n, field)
		return &e
	}
	switch status := f.status(x.now); {
	case status == "FAILED":
		return refuse("INVALID_FAILED_MEDIA_STATE", "File cannot be updated in a failed state.", "id")
	case status != "READY":
		return refuse("NON_READY_STATE", "Non-ready files cannot be updated.", "id")
	case len([]rune(asString(m["alt"]))) > maxAltRunes:
		return refuse("ALT_VALUE_LIMIT_EXCEEDED", "The alt value exceeds the maximum limit of 512 characters.", "alt")
	}
	var content []byte
	if address := asString(m["originalSource"]); address != "" {
		var ok bool
		if content, _, ok = x.source(address, x.base); !ok {
			return refuse("INVALID_IMAGE_SOURCE_URL", "File URL is invalid", "originalSource")
		}
	}
	var products []*data.Product
	for _, id := range asList(m["referencesToAdd"]) {
		p, ok := x.node(id).(productObj)
		if !ok {
			return refuse("REFERENCE_TARGET_DOES_NOT_EXIST", "The reference target does not exist.", "referencesToAdd")
		}
		if len(x.shop.gallery.Products[p.p.ID]) >= maxFiles {
			return refuse("PRODUCT_MEDIA_LIMIT_EXCEEDED", "Exceeded the limit of media per product.", "referencesToAdd")
		}
		products = append(products, p.p)
	}
	if content != nil {
		f.replace(content, x.now)
	}
	if alt, ok := m["alt"]; ok {
		f.Alt = asString(alt)
	}
	for _, p := range products {
		if ids := x.shop.gallery.Products[p.ID]; !slices.Contains(ids, f.ID) {
			x.shop.gallery.Products[p.ID] = append(slices.Clone(ids), f.ID)
		}
		x.shop.moved(p.ID, x.now)
	}
	return nil
}

// fileDelete deletes files, with what shows them (21.9).
func (x *execution) fileDelete(args map[string]any) any {
	const payloadType = "FileDeletePayload"
	ids := asList(args["fileIds"])
	for _, id := range ids {
		if x.shop.file(id) == nil {
			return refused(payloadType, filesError("FILE_DOES_NOT_EXIST", "File id "+asString(id)+" does not exist.", "fileIds"))
		}
	}
	for _, id := range ids {
		_, n := splitGID(id)
		x.shop.forget(n, x.now)
	}
	return payload{typ: payloadType, fields: map[string]any{"deletedFileIds": ids}}
}

func mediaError(code, message string, at ...string) userError {
	return userError{path: at, message: message, code: code, typ: "MediaUserError"}
}

// appendMedia has variants show files of their product; one that is wrong refuses all (16).
func (x *execution) appendMedia(args map[string]any) any {
	const payloadType = "ProductVariantAppendMediaPayload"
	p, ok := x.node(args["productId"]).(productObj)
	if !ok {
		return refused(payloadType, mediaError("PRODUCT_DOES_NOT_EXIST", "Product does not exist", "productId"))
	}
	rows := asList(args["variantMedia"])
	if len(rows) > 100 {
		return refused(payloadType, mediaError("MAXIMUM_VARIANT_MEDIA_PAIRS_EXCEEDED", "Exceeded the maximum number of 100 variant-media pairs per mutation call.", "variantMedia"))
	}
	type pair struct{ variant, file int64 }
	var pairs []pair
	for i, r := range rows {
		m, at := asMap(r), []string{"variantMedia", strconv.Itoa(i)}
		v, ok := x.node(m["variantId"]).(variantObj)
		ids := asList(m["mediaIds"])
		switch {
		case !ok || v.p != p.p:
			return refused(payloadType, mediaError("PRODUCT_VARIANT_DOES_NOT_EXIST_ON_PRODUCT", "Product variant does not exist on the product", append(at, "variantId")...))
		case len(ids) != 1:
			return refused(payloadType, mediaError("TOO_MANY_MEDIA_PER_INPUT_PAIR", "Only one mediaId is allowed per variant-media pair.", append(at, "mediaIds")...))
		case x.shop.gallery.Variants[v.v.ID] != 0:
			return refused(payloadType, mediaError("PRODUCT_VARIANT_ALREADY_HAS_MEDIA", "The given variant already has attached media", append(at, "variantId")...))
		}
		f := x.shop.file(ids[0])
		switch {
		case f == nil || !slices.Contains(x.shop.gallery.Products[p.p.ID], f.ID):
			return refused(payloadType, mediaError("MEDIA_DOES_NOT_EXIST_ON_PRODUCT", "The specified media is not attached to the specified product", append(at, "mediaIds")...))
		case f.status(x.now) != "READY":
			return refused(payloadType, mediaError("NON_READY_MEDIA", "Non-ready media cannot be attached to variants.", append(at, "mediaIds")...))
		}
		pairs = append(pairs, pair{v.v.ID, f.ID})
	}
	for _, q := range pairs {
		x.shop.gallery.Variants[q.variant] = q.file
	}
	x.shop.moved(p.p.ID, x.now)
	return payload{typ: payloadType, fields: map[string]any{"product": p}}
}

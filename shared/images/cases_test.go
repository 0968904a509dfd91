package images_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/images"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/task/tasktest"
)

// run plays a run.
func (w *world) run(t *testing.T, dry bool, items ...string) jobqueue.Result {
	t.Helper()
	r := w.kit.Request(images.TaskName)
	r.DryRun = dry
	var err error
	if r.Parameters, err = json.Marshal(images.Parameters{Items: items}); err != nil {
		t.Fatal(err)
	}
	res, err := w.Task().Run(t.Context(), r)
	if err != nil || !res.Done {
		t.Fatalf("done %v, %v", res.Done, err)
	}
	return res
}

// touch lets an item have changed, with its product.
func (w *world) touch(number, code string) {
	w.kit.Advance(time.Hour)
	w.items[key(number, code)].ModifiedAt = w.kit.Now()
	for _, p := range w.pairs {
		if p.Item == number {
			w.updated[p.Product] = w.kit.Now()
		}
	}
	w.kit.Advance(time.Minute)
}

func (w *world) give(number, code string, content []byte) {
	s := w.items[key(number, code)]
	s.picture, s.Has = content, content != nil
	w.touch(number, code)
}

// said is what is wrong, by record.
func (w *world) said(t *testing.T) map[string]issue.Issue {
	t.Helper()
	is, err := (&issue.Store{Table: w.kit.Stored()}).List(t.Context(), tasktest.Shop)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]issue.Issue{}
	for _, i := range is {
		out[i.Record] = i
	}
	return out
}

// out is a world that sends, with one item, or more.
func out(t *testing.T, n int, set images.Settings) *world {
	t.Helper()
	set.SyncItemImages = images.ToShopify
	w := newWorld(tasktest.Calm(t), n, set)
	w.run(t, false)
	return w
}

func (w *world) of(product string) (fs []*shown) {
	for _, f := range w.files {
		if f.products[product] {
			fs = append(fs, f)
		}
	}
	return fs
}

func TestANewPictureTakesThePlaceOfTheOld(t *testing.T) {
	w := out(t, 2, images.Settings{})
	before := w.of("7001")
	if len(before) != 1 || !strings.HasPrefix(before[0].name, "i001-7001-") || !strings.HasSuffix(before[0].name, ".png") {
		t.Fatalf("%d files, %+v", len(before), before)
	}
	id := before[0].id
	for n := range 3 { // back and forth: there is never a second one
		w.give("I001", "", picture(40+n%2))
		if c := w.run(t, false).Counts; c.Updated != 1 || c.Created+c.Failed > 0 {
			t.Errorf("%+v", c)
		}
		if now := w.of("7001"); len(now) != 1 || now[0].id != id || !bytes.Equal(now[0].content, picture(40+n%2)) {
			t.Errorf("change %d: %d files", n, len(now))
		}
	}
}

// Where the company tells pictures apart, one that is as it was is not read, whatever else
// of its item has changed; another one is, and so is one of which something is to be sent.
func TestStampsSpareReads(t *testing.T) {
	w := newWorld(tasktest.Calm(t), 4, images.Settings{SyncItemImages: images.ToShopify})
	w.stamped = true
	w.give("I002", "", []byte("%PDF-1.7 ..."))
	w.run(t, false)
	for _, number := range []string{"I001", "I002"} {
		w.touch(number, "")
	}
	reads := w.reads
	if c := w.run(t, false).Counts; c.Created+c.Updated > 0 || c.Failed != 1 || w.reads != reads {
		t.Errorf("%+v, %d pictures were read", c, w.reads-reads)
	}
	if is := w.said(t); is["7002#"].Reason != images.NoPicture {
		t.Errorf("%+v", is)
	}
	w.give("I001", "", picture(90))
	if c := w.run(t, false).Counts; c.Updated != 1 || w.reads != reads+1 {
		t.Errorf("%+v, %d pictures were read", c, w.reads-reads)
	}
	w.give("I002", "", picture(91))
	if c := w.run(t, false).Counts; c.Created != 1 || len(w.said(t)) > 0 {
		t.Errorf("%+v, %v", c, w.said(t))
	}
	// Somebody deletes the file: what was sent counts no more, and the next change makes another.
	w.files = slices.DeleteFunc(w.files, func(f *shown) bool { return f.products["7001"] })
	w.give("I001", "", picture(92))
	w.run(t, false)
	if fs := w.of("7001"); len(fs) != 1 || !bytes.Equal(fs[0].content, picture(92)) {
		t.Errorf("%d files", len(fs))
	}
	reads = w.reads
	w.run(t, false, "I001")
	if w.reads != reads+1 {
		t.Errorf("an item that was asked for: %d pictures were read", w.reads-reads)
	}
}

// Stock moves an item's time of change: the picture is read again, and nothing is written.
func TestMovedStampsCostARead(t *testing.T) {
	w := out(t, 2, images.Settings{})
	w.touch("I001", "")
	reads, files := w.reads, len(w.files)
	if c := w.run(t, false).Counts; c.Unchanged == 0 || c.Created+c.Updated+c.Failed > 0 {
		t.Errorf("%+v", c)
	}
	if w.reads != reads+1 || len(w.files) != files {
		t.Errorf("%d pictures were read, there are %d files", w.reads-reads, len(w.files))
	}
	w.run(t, false)
	if w.reads != reads+1 {
		t.Errorf("within the overlap of two lists %d were read again", w.reads-reads-1)
	}
}

func TestAltIsTheNameOfTheItem(t *testing.T) {
	for _, tt := range []struct {
		set  images.Description
		want string
	}{{images.ByName, "The hat I000"}, {"", "The hat I000"}, {images.Nothing, ""}} {
		w := newWorld(tasktest.Calm(t), 1, images.Settings{SyncItemImages: images.ToShopify, ImageDescription: tt.set})
		w.run(t, false)
		if got := w.of("7000")[0].alt; got != tt.want {
			t.Errorf("%q: %q", tt.set, got)
		}
	}
}

// wide is a picture of so many pixels, in the form that its encoder makes.
func wide(encode func(*bytes.Buffer, image.Image) error, w, h int) []byte {
	var b bytes.Buffer
	if err := encode(&b, image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.Black, color.White})); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func asJPEG(b *bytes.Buffer, m image.Image) error { return jpeg.Encode(b, m, nil) }
func asGIF(b *bytes.Buffer, m image.Image) error  { return gif.Encode(b, m, nil) }

// webp is the head of a WebP picture, extended form.
func webp(w, h int) []byte {
	b := append([]byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00"), byte(w-1), byte((w-1)>>8), byte((w-1)>>16), byte(h-1), byte((h-1)>>8), byte((h-1)>>16))
	return append(b, make([]byte, 8)...)
}

func TestWhatIsNoPictureIsNotSent(t *testing.T) {
	for name, tt := range map[string]struct {
		content []byte
		want    issue.Reason // "": it is sent
		says    string
	}{
		"a JPEG":              {wide(asJPEG, 20, 10), "", ".jpg"},
		"a GIF":               {wide(asGIF, 20, 10), "", ".gif"},
		"a WebP":              {webp(20, 10), "", ".webp"},
		"a WebP, too wide":    {webp(10_000, 2_501), images.TooLarge, "10000 by 2501 pixels"},
		"25 megapixels":       {wide(asGIF, 5_000, 5_000), "", ".gif"},
		"a row more":          {wide(asGIF, 5_000, 5_001), images.TooLarge, "5000 by 5001 pixels"},
		"20 MB":               {append(picture(1), make([]byte, images.MaxBytes-len(picture(1)))...), "", ".png"},
		"a byte more":         {append(picture(1), make([]byte, images.MaxBytes+1-len(picture(1)))...), images.TooLarge, "20971521 bytes"},
		"a PDF":               {[]byte("%PDF-1.7 ..."), images.NoPicture, "it is a PDF document"},
		"a TIFF":              {[]byte("II*\x00........"), images.NoPicture, "it is a TIFF picture"},
		"a bitmap":            {[]byte("BM............"), images.NoPicture, "it is a bitmap (BMP)"},
		"an SVG":              {[]byte("\ufeff <svg xmlns='...'>"), images.NoPicture, "it is an SVG drawing"},
		"a web page":          {[]byte("<!DOCTYPE html>"), images.NoPicture, "it is a web page"},
		"a cut-off PNG":       {picture(3)[:20], images.NoPicture, "it is a damaged PNG picture"},
		"text":                {[]byte("hello"), images.NoPicture, "it is no picture that is known"},
		"a single byte":       {[]byte("x"), images.NoPicture, "it is no picture that is known"},
		"a WebP without head": {[]byte("RIFF\x00\x00\x00\x00WEBP"), images.NoPicture, "it is no picture that is known"},
	} {
		w := newWorld(tasktest.Calm(t), 2, images.Settings{SyncItemImages: images.ToShopify})
		w.give("I001", "", tt.content)
		c := w.run(t, false).Counts
		is := w.said(t)["7001#"]
		if is.Reason != tt.want || tt.want != "" && (!strings.Contains(is.Text, tt.says) || !strings.Contains(is.Text, "Hat 1 (item I001)")) {
			t.Errorf("%s: %q %q", name, is.Reason, is.Text)
		}
		sent := w.of("7001")
		if (len(sent) == 1) != (tt.want == "") || len(w.of("7000")) != 2 || len(sent) == 1 && !strings.HasSuffix(sent[0].name, tt.says) {
			t.Errorf("%s: %d files, %+v", name, len(sent), c)
		}
		// It is not looked at again before it changes, and then it goes.
		w.touch("I001", "")
		if c := w.run(t, false).Counts; c.Created > 0 || (c.Failed > 0) != (tt.want != "") {
			t.Errorf("%s, again: %+v", name, c)
		}
		w.give("I001", "", picture(77))
		w.run(t, false)
		if is := w.said(t); len(is) > 0 || len(w.of("7001")) != 1 {
			t.Errorf("%s, mended: %v, %d files", name, is, len(w.of("7001")))
		}
	}
}

func TestWhatWasNoPictureGoes(t *testing.T) {
	w := newWorld(tasktest.Calm(t), 2, images.Settings{SyncItemImages: images.ToShopify})
	w.give("I001", "", []byte("%PDF-"))
	w.run(t, false)
	w.give("I001", "", nil)
	if w.run(t, false); len(w.said(t)) > 0 {
		t.Errorf("%v", w.said(t))
	}
}

func TestAPictureThatGoes(t *testing.T) {
	for _, deletes := range []bool{false, true} {
		w := out(t, 2, images.Settings{DeleteImages: deletes})
		own := w.file("by-hand", picture(99))
		own.products["7001"] = true
		w.give("I001", "", nil)
		w.run(t, false)
		want := 2
		if deletes {
			want = 1
		}
		if got := w.of("7001"); len(got) != want || got[len(got)-1] != own {
			t.Errorf("%t: %d files", deletes, len(got))
		}
		w.give("I001", "", picture(1)) // the same as before
		w.run(t, false)
		if got := w.of("7001"); len(got) != 2 {
			t.Errorf("%t, back again: %d files", deletes, len(got))
		}
	}
}

// The answer of a create is lost, and the file is found by its name: by its content and
// nobody else's, it is made once.
func TestAFileThatIsThereIsFound(t *testing.T) {
	w := newWorld(tasktest.Calm(t), 1, images.Settings{SyncItemImages: images.ToShopify})
	w.run(t, false)
	name := w.of("7000")[0].name
	w = newWorld(tasktest.Calm(t), 1, images.Settings{SyncItemImages: images.ToShopify})
	w.file(name, picture(0)) // of a data file that is lost
	w.run(t, false)
	w.kit.Advance(time.Hour)
	w.run(t, false)
	if got := w.of("7000"); len(w.files) != 2 || len(got) != 2 {
		t.Errorf("%d files, %d of the product", len(w.files), len(got))
	}
}

func TestAFileThatIsGone(t *testing.T) {
	w := out(t, 2, images.Settings{})
	w.files = slices.DeleteFunc(w.files, func(f *shown) bool { return f.products["7001"] })
	w.touch("I001", "")
	if w.run(t, false); len(w.of("7001")) != 0 {
		t.Error("what a person took away comes back")
	}
	w.give("I001", "", picture(61))
	w.run(t, false)
	w.kit.Advance(time.Hour)
	w.run(t, false)
	if got := w.of("7001"); len(got) != 1 || !bytes.Equal(got[0].content, picture(61)) || len(w.said(t)) > 0 {
		t.Errorf("another picture: %d files, %v", len(got), w.said(t))
	}
}

func TestRefusedPictures(t *testing.T) {
	w := newWorld(tasktest.Calm(t), 3, images.Settings{SyncItemImages: images.ToShopify})
	w.refused["i001"] = true
	w.run(t, false)
	if is := w.said(t); len(is) != 1 || is["7001#"].Reason != images.Refused || len(w.of("7002")) != 1 {
		t.Errorf("%v", is)
	}
	// The same one is not sent again when the item has changed.
	w.touch("I001", "")
	uploads := len(w.staged)
	if c := w.run(t, false).Counts; c.Failed != 1 || len(w.staged) != uploads || len(w.said(t)) != 1 {
		t.Errorf("a refused picture: %+v, %d uploads", c, len(w.staged)-uploads)
	}
	// One that Shopify cannot process is not left lying about.
	w.broken = "the resolution is too high"
	w.give("I002", "", picture(62))
	w.give("I001", "", picture(63))
	w.refused = map[string]bool{}
	w.run(t, false)
	if is := w.said(t); is["7001#"].Reason != images.Refused || !strings.Contains(is["7001#"].Detail, "resolution") || len(w.of("7001")) != 0 {
		t.Errorf("%v", is)
	}
	for _, f := range w.files {
		if len(f.products) == 0 {
			t.Errorf("%s is shown nowhere", f.name)
		}
	}
	w.broken = ""
	w.give("I001", "", picture(64))
	w.run(t, false)
	if len(w.of("7001")) != 1 {
		t.Errorf("another picture is not sent: %v", w.said(t))
	}
}

func TestAVariantWithAPictureOfItsOwn(t *testing.T) {
	w := newWorld(tasktest.Calm(t), 1, images.Settings{SyncItemImages: images.ToShopify})
	own := w.file("by-hand", picture(98))
	own.products["7000"] = true
	w.variants["8000"] = own.id
	w.run(t, false)
	if is := w.said(t); w.variants["8000"] != own.id || len(is) != 1 || is["7000#8000"].Reason != images.OwnOfVariant {
		t.Errorf("%v, %v", w.variants, is)
	}
}

func TestACompanyWithoutPicturesOfVariants(t *testing.T) {
	w := newWorld(tasktest.Calm(t), 1, images.Settings{SyncItemImages: images.ToShopify})
	w.mute = true
	w.run(t, false)
	if len(w.of("7000")) != 1 || len(w.variants) > 0 {
		t.Errorf("%d files, %v", len(w.of("7000")), w.variants)
	}
}

func TestNothingIsDoneWithoutADirection(t *testing.T) {
	w := newWorld(tasktest.Calm(t), 1, images.Settings{})
	before := len(w.files)
	w.items[key("I000", "")].picture = picture(5)
	w.run(t, false)
	if len(w.files) != before || w.reads > 0 {
		t.Errorf("%d files, %d reads", len(w.files), w.reads)
	}
}

func TestDryRunsSayWhatTheyWouldDo(t *testing.T) {
	for _, dir := range []images.Direction{images.ToShopify, images.FromShopify} {
		w := newWorld(tasktest.Calm(t), 1, images.Settings{SyncItemImages: dir})
		before := fmt.Sprint(w.Holds())
		res := w.run(t, true)
		var rows []images.Planned
		if err := json.Unmarshal(res.Report, &rows); err != nil || len(rows) != 2 || rows[0].Product != "Hat 0" || rows[0].Does == "" {
			t.Errorf("%s: %s, %v", dir, res.Report, err)
		}
		if after := fmt.Sprint(w.Holds()); after != before {
			t.Errorf("%s: %s became %s", dir, before, after)
		}
	}
}

// in is a world that takes pictures over.
func in(t *testing.T, n int, set images.Settings) *world {
	t.Helper()
	set.SyncItemImages = images.FromShopify
	w := newWorld(tasktest.Calm(t), n, set)
	w.run(t, false)
	return w
}

func TestAnItemsOwnPictureStays(t *testing.T) {
	for _, replaces := range []bool{false, true} {
		w := newWorld(tasktest.Calm(t), 2, images.Settings{SyncItemImages: images.FromShopify, ReplaceItemPictures: replaces})
		s := w.items[key("I001", "")]
		s.picture, s.Has = picture(70), true
		w.run(t, false)
		is := w.said(t)["7001#"]
		if replaced := bytes.Equal(s.picture, picture(1)); replaced != replaces || (is.Reason == images.Occupied) == replaces {
			t.Errorf("%t: %t, %+v", replaces, replaced, is)
		}
		if replaces {
			continue
		}
		// It is taken away, which nothing of the product tells.
		s.picture, s.Has = nil, false
		w.kit.Advance(25 * time.Hour)
		if w.run(t, false); !bytes.Equal(s.picture, picture(1)) || len(w.said(t)) > 0 {
			t.Errorf("freed: %v", w.said(t))
		}
	}
}

// The item has the picture that came from Shopify: it follows, and one that a person has put
// there meanwhile does not.
func TestPicturesFollow(t *testing.T) {
	w := in(t, 2, images.Settings{})
	s := w.items[key("I001", "")]
	w.of("7001")[0].content = picture(71)
	w.touch("I001", "")
	if w.run(t, false); !bytes.Equal(s.picture, picture(71)) {
		t.Fatal("the item has another picture than the product")
	}
	s.picture = picture(72)
	w.of("7001")[0].content = picture(73)
	w.touch("I001", "")
	if w.run(t, false); !bytes.Equal(s.picture, picture(72)) || w.said(t)["7001#"].Reason != images.Occupied {
		t.Errorf("%v", w.said(t))
	}
}

// What moves a product and not its picture costs no download.
func TestMovedProductsCostALook(t *testing.T) {
	w := in(t, 3, images.Settings{})
	written := maps.Clone(w.written)
	w.touch("I001", "")
	if c := w.run(t, false).Counts; c.Created+c.Updated+c.Failed > 0 || c.Unchanged == 0 {
		t.Errorf("%+v", c)
	}
	if !maps.Equal(w.written, written) {
		t.Errorf("%v", w.written)
	}
}

func TestAProductWithoutAPicture(t *testing.T) {
	for _, deletes := range []bool{false, true} {
		w := in(t, 2, images.Settings{DeleteImages: deletes})
		s := w.items[key("I001", "")]
		w.files = slices.DeleteFunc(w.files, func(f *shown) bool { return f.products["7001"] })
		w.touch("I001", "")
		if w.run(t, false); (s.picture == nil) != deletes {
			t.Errorf("%t: %d bytes", deletes, len(s.picture))
		}
	}
	w := in(t, 2, images.Settings{DeleteImages: true})
	s := w.items[key("I001", "")]
	s.picture = picture(74) // a person's
	w.files = slices.DeleteFunc(w.files, func(f *shown) bool { return f.products["7001"] })
	w.touch("I001", "")
	if w.run(t, false); s.picture == nil {
		t.Error("a person's picture was deleted")
	}
}

func TestItemsAreAskedFor(t *testing.T) {
	for _, dir := range []images.Direction{images.ToShopify, images.FromShopify} {
		w := newWorld(tasktest.Calm(t), 3, images.Settings{SyncItemImages: dir})
		if c := w.run(t, false, "I001", "none").Counts; c.Created != 1 {
			t.Errorf("%s: %+v", dir, c)
		}
	}
}

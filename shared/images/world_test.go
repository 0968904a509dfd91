package images_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"backroom/shared/cursor"
	"backroom/shared/fault"
	"backroom/shared/images"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/outbound"
	"backroom/shared/shop"
	"backroom/shared/task"
	"backroom/shared/task/tasktest"
	"backroom/shared/testsize"
)

// picture is a small picture, another one for each number.
func picture(n int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 4, 3))
	m.Set(n%4, n/4%3, color.RGBA{uint8(n), uint8(n >> 8), 9, 255})
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// stock is an item of the company.
type stock struct {
	images.Item
	picture []byte
}

// shown is a file of the shop, with where it is shown.
type shown struct {
	id, name string
	alt      string
	content  []byte
	ready    time.Time
	broken   string
	products map[string]bool
}

// world is both sides as values, reached by a kit.
type world struct {
	kit   *tasktest.Kit
	card  shop.Shop
	items map[string]*stock // by number and code
	pairs []images.Pair

	files    []*shown
	variants map[string]string    // file by variant
	updated  map[string]time.Time // of products
	staged   map[string][]byte
	unread   map[string]error // by item
	refused  map[string]bool  // by file name's beginning
	mute     bool             // the company tells no pictures of variants
	stamped  bool             // it tells stamps of pictures
	broken   string           // why no new file can be processed
	reads    int              // of pictures
	ids      int
	written  map[string]int
}

func key(number, code string) string { return number + "|" + code }

// newWorld has n items with a picture, each with a product; each third has a variant with a
// picture of its own, too.
func newWorld(k *tasktest.Kit, n int, set images.Settings) *world {
	w := &world{
		kit: k, items: map[string]*stock{}, variants: map[string]string{}, updated: map[string]time.Time{}, staged: map[string][]byte{},
		unread: map[string]error{}, refused: map[string]bool{}, written: map[string]int{},
	}
	w.setCard(set)
	for i := range n {
		p := images.Pair{Item: fmt.Sprintf("I%03d", i), Product: strconv.Itoa(7000 + i), Name: fmt.Sprintf("Hat %d", i)}
		w.item(p, i, set.SyncItemImages == images.ToShopify)
		if i%3 == 0 {
			p.Code, p.Variant = "RED", strconv.Itoa(8000+i)
			w.item(p, 500+i, set.SyncItemImages == images.ToShopify)
		}
	}
	return w
}

func (w *world) setCard(set images.Settings) {
	card, err := shop.Shop{Code: tasktest.Shop, Enabled: true, ConnectedAt: w.kit.Now()}.With(set)
	if err != nil {
		panic(err)
	}
	w.card = card
}

// item adds a pair, with a picture at the item or at the product.
func (w *world) item(p images.Pair, n int, there bool) {
	at := w.kit.Now().Add(-time.Hour + time.Duration(len(w.items))*time.Second)
	s := &stock{Item: images.Item{ID: fmt.Sprintf("%08d-0000-4000-8000-000000000000", len(w.items)), Number: p.Item, Code: p.Code, Name: "The hat " + p.Item, ModifiedAt: at, Has: there}}
	w.items[key(p.Item, p.Code)] = s
	w.pairs = append(w.pairs, p)
	w.updated[p.Product] = at
	if there {
		s.picture = picture(n)
		return
	}
	f := w.file("own-"+p.Product+p.Variant, picture(n))
	f.ready = at
	if p.Variant != "" {
		w.variants[p.Variant] = f.id
	}
	f.products[p.Product] = true
}

func (w *world) file(name string, content []byte) *shown {
	w.ids++
	f := &shown{id: strconv.Itoa(9000 + w.ids), name: name, content: content, ready: w.kit.Now().Add(3 * time.Second), products: map[string]bool{}}
	w.files = append(w.files, f)
	return f
}

func (w *world) find(id string) *shown {
	i := slices.IndexFunc(w.files, func(f *shown) bool { return f.id == id })
	if i < 0 {
		return nil
	}
	return w.files[i]
}

func (w *world) Task() jobqueue.Task {
	t := &images.Task{
		Deps: task.Deps{
			Card:  func(context.Context, string) (shop.Shop, error) { return w.card, nil },
			Guard: w.kit.Guard(), Now: w.kit.Now, Timeout: time.Minute, Issues: &issue.Store{Table: w.kit.Table()},
		},
		Store: &images.Store{Table: w.kit.Table()}, Marks: &cursor.Store{Table: w.kit.Table()}, Links: w,
		Connect: func(shop.Shop) (images.Sides, error) {
			return images.Sides{Company: w, Files: w, Ties: w, Products: w}, nil
		},
	}
	return t.Definition().Run
}

func (w *world) record(number string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(number, "I"))
	if err != nil {
		return tasktest.Common
	}
	return n
}

// Holds lists which pictures stand where: by their content, as often as they stand there.
func (w *world) Holds() map[int][]string {
	h := map[int][]string{}
	for _, p := range w.pairs {
		r := w.record(p.Item)
		if s := w.items[key(p.Item, p.Code)]; s.picture != nil {
			h[r] = append(h[r], fmt.Sprintf("item %q shows %x", p.Code, s.picture[len(s.picture)-24:]))
		}
	}
	for _, f := range w.files {
		shows := slices.Sorted(maps.Keys(f.products))
		for v, id := range w.variants {
			if id == f.id {
				shows = append(shows, "variant "+v)
			}
		}
		r := tasktest.Common
		for _, p := range w.pairs {
			if slices.Contains(shows, p.Product) || strings.Contains(f.name, p.Product) {
				r = w.record(p.Item)
			}
		}
		h[r] = append(h[r], fmt.Sprintf("%q shows %x", shows, f.content[len(f.content)-24:]))
	}
	is, err := (&issue.Store{Table: w.kit.Stored()}).List(context.Background(), tasktest.Shop)
	if err != nil {
		panic(err)
	}
	for _, i := range is {
		product, _, _ := strings.Cut(i.Record, "#")
		n, _ := strconv.Atoi(product)
		h[n-7000] = append(h[n-7000], string(i.Reason))
	}
	return h
}

func (w *world) Heal() {
	for item := range w.unread {
		w.items[item].ModifiedAt = w.kit.Now()
		if i := slices.IndexFunc(w.pairs, func(p images.Pair) bool { return key(p.Item, p.Code) == item }); i >= 0 {
			w.updated[w.pairs[i].Product] = w.kit.Now()
		}
	}
	clear(w.unread)
}

// Echo lets what was written come back as a change.
func (w *world) Echo() {
	for _, p := range w.pairs {
		w.items[key(p.Item, p.Code)].ModifiedAt = w.kit.Now()
		w.updated[p.Product] = w.kit.Now()
	}
}

func (w *world) OfItems(_ context.Context, _ string, numbers []string) (ps []images.Pair, err error) {
	for _, p := range w.pairs {
		if slices.Contains(numbers, p.Item) {
			ps = append(ps, p)
		}
	}
	return ps, nil
}

func (w *world) OfProducts(_ context.Context, _ string, ids []string) (ps []images.Pair, err error) {
	for _, p := range w.pairs {
		if slices.Contains(ids, p.Product) {
			ps = append(ps, p)
		}
	}
	return ps, nil
}

func (w *world) changed(from time.Time, limit int, which func(*stock) bool) (is []images.Item) {
	for _, s := range w.items {
		if which(s) && !s.ModifiedAt.Before(from) {
			is = append(is, s.Item)
		}
	}
	slices.SortFunc(is, func(a, b images.Item) int {
		return 2*a.ModifiedAt.Compare(b.ModifiedAt) + strings.Compare(a.Number, b.Number)
	})
	return is[:min(limit, len(is))]
}

func (w *world) ChangedItems(_ context.Context, from time.Time, limit int) (is []images.Item, err error) {
	err = w.kit.Call(false, func() error {
		is = w.changed(from, limit, func(s *stock) bool { return s.Code == "" })
		return nil
	})
	return is, err
}

func (w *world) ChangedVariants(_ context.Context, from time.Time, limit int) (is []images.Item, told bool, err error) {
	if w.mute {
		return nil, false, nil
	}
	err = w.kit.Call(false, func() error {
		is = w.changed(from, limit, func(s *stock) bool { return s.Code != "" })
		return nil
	})
	return is, true, err
}

func (w *world) ItemsOf(_ context.Context, ps []images.Pair) (is []images.Item, err error) {
	err = w.kit.Call(false, func() error {
		is = nil
		for _, p := range ps {
			if s := w.items[key(p.Item, p.Code)]; s != nil {
				is = append(is, s.Item)
			}
		}
		return nil
	})
	return is, err
}

func (w *world) byID(id string) *stock {
	for _, s := range w.items {
		if s.ID == id {
			return s
		}
	}
	return nil
}

func (w *world) Pictures(_ context.Context, is []images.Item) (ps []images.Picture, err error) {
	err = w.kit.Call(false, func() error {
		ps = nil
		for _, i := range is {
			w.reads++
			ps = append(ps, images.Picture{Content: w.byID(i.ID).picture, Err: w.unread[key(i.Number, i.Code)]})
		}
		return nil
	})
	return ps, err
}

// Stamps tells pictures of items by their bytes, where the company tells them.
func (w *world) Stamps(_ context.Context, is []images.Item) (stamps map[string]string, err error) {
	if !w.stamped {
		return nil, nil
	}
	err = w.kit.Call(false, func() error {
		stamps = map[string]string{}
		for _, i := range is {
			if s := w.byID(i.ID); i.Code == "" && s.picture != nil {
				stamps[i.ID] = fmt.Sprintf("%x", s.picture)
			}
		}
		return nil
	})
	return stamps, err
}

func (w *world) SetPicture(_ context.Context, i images.Item, content []byte) error {
	return w.kit.Call(true, func() error {
		s := w.byID(i.ID)
		s.picture, s.Has, s.ModifiedAt = content, true, w.kit.Now()
		w.written[key(i.Number, i.Code)]++
		return nil
	})
}

func (w *world) DeletePicture(_ context.Context, i images.Item) error {
	return w.kit.Call(true, func() error {
		s := w.byID(i.ID)
		s.picture, s.Has, s.ModifiedAt = nil, false, w.kit.Now()
		return nil
	})
}

func (w *world) Upload(_ context.Context, us []images.Upload) (out []outbound.Created[string], err error) {
	err = w.kit.Call(false, func() error { // what is uploaded is nothing before a file is made of it
		out = nil
		for _, u := range us {
			at := fmt.Sprintf("staged/%d", len(w.staged))
			w.staged[at] = u.Content
			out = append(out, outbound.Created[string]{Entity: at})
		}
		return nil
	})
	return out, err
}

func (w *world) state(f *shown) images.File {
	out := images.File{ID: f.id, State: images.Usable, Address: fmt.Sprintf("https://cdn.example/%s?v=%x", f.id, f.content[len(f.content)-24:]), Bytes: int64(len(f.content))}
	out.Source = out.Address
	switch {
	case f.broken != "":
		out.State, out.Problem = images.Useless, f.broken
	case w.kit.Now().Before(f.ready):
		out.State, out.Address, out.Source, out.Bytes = images.Working, "", "", 0
	}
	return out
}

func rejected(code string) error {
	return &fault.Error{Op: "shopify", Kind: fault.Rejected, Code: code, Err: errors.New(code)}
}

func (w *world) Create(_ context.Context, us []images.Upload, staged []string) (out []outbound.Created[images.File], err error) {
	make := func(n int) func() error {
		return func() error {
			out = nil
			for i, u := range us[:n] {
				switch {
				case slices.ContainsFunc(w.files, func(f *shown) bool { return f.name == u.File }):
					out = append(out, outbound.Created[images.File]{Err: rejected(images.NameTaken)})
				case w.refused[u.File[:4]]:
					out = append(out, outbound.Created[images.File]{Err: rejected("UNACCEPTABLE_ASSET")})
				default:
					f := w.file(u.File, w.staged[staged[i]])
					f.alt, f.broken = u.Alt, w.broken
					out = append(out, outbound.Created[images.File]{Entity: w.state(f)})
				}
			}
			return nil
		}
	}
	err = w.kit.Write(make(len(us)), make(len(us)/2))
	return out, err
}

func (w *world) Named(_ context.Context, names []string) (out []images.File, err error) {
	err = w.kit.Call(false, func() error {
		out = make([]images.File, len(names))
		for i, n := range names {
			for _, f := range w.files {
				if f.name == n {
					out[i] = w.state(f)
				}
			}
		}
		return nil
	})
	return out, err
}

func (w *world) Read(_ context.Context, ids []string) (out []images.File, err error) {
	w.kit.Advance(4 * time.Second)
	err = w.kit.Call(false, func() error {
		out = make([]images.File, len(ids))
		for i, id := range ids {
			if f := w.find(id); f != nil {
				out[i] = w.state(f)
			}
		}
		return nil
	})
	return out, err
}

func (w *world) Delete(_ context.Context, ids []string) error {
	return w.kit.Call(true, func() error {
		w.files = slices.DeleteFunc(w.files, func(f *shown) bool { return slices.Contains(ids, f.id) })
		maps.DeleteFunc(w.variants, func(_, id string) bool { return slices.Contains(ids, id) })
		return nil
	})
}

func (w *world) Change(_ context.Context, cs []images.Change) (errs []error, err error) {
	do := func(n int) func() error {
		return func() error {
			errs = make([]error, len(cs))
			for i, c := range cs[:n] {
				f := w.find(c.ID)
				switch {
				case f == nil:
					errs[i] = rejected(images.Gone)
				case w.kit.Now().Before(f.ready):
					errs[i] = &fault.Error{Op: "shopify", Kind: fault.Transient, Code: "NON_READY_STATE", Err: errors.New("not ready")}
				default:
					if c.Staged != "" {
						f.content, f.ready = w.staged[c.Staged], w.kit.Now().Add(3*time.Second)
					}
					if c.Product != "" {
						f.products[c.Product] = true
					}
				}
			}
			return nil
		}
	}
	err = w.kit.Write(do(len(cs)), do(len(cs)/2))
	return errs, err
}

func (w *world) Show(_ context.Context, product string, files map[string]string) (errs map[string]error, err error) {
	err = w.kit.Call(true, func() error {
		errs = map[string]error{}
		for v, id := range files {
			switch {
			case !w.find(id).products[product]:
				return fmt.Errorf("file %s is not of product %s", id, product)
			case w.variants[v] != "" && w.variants[v] != id:
				errs[v] = rejected(images.Own)
			default:
				w.variants[v] = id
			}
		}
		return nil
	})
	return errs, err
}

func (w *world) Clock() time.Time { return w.kit.Now() }

func (w *world) listed(win cursor.Window) (cs []cursor.Change) {
	for id, at := range w.updated {
		if !at.Before(win.From) && (win.To.IsZero() || at.Before(win.To)) {
			cs = append(cs, cursor.Change{ID: id, UpdatedAt: at})
		}
	}
	slices.SortFunc(cs, func(a, b cursor.Change) int {
		return 2*a.UpdatedAt.Compare(b.UpdatedAt) + strings.Compare(a.ID, b.ID)
	})
	return cs
}

func (w *world) Count(_ context.Context, win cursor.Window, limit int) (n int, err error) {
	err = w.kit.Call(false, func() error {
		n = min(limit, len(w.listed(win)))
		return nil
	})
	return n, err
}

func (w *world) Changed(_ context.Context, win cursor.Window, page string) (out cursor.Page, err error) {
	err = w.kit.Call(false, func() error {
		cs := w.listed(win)
		from := 0
		if page != "" {
			from, _ = strconv.Atoi(page)
		}
		end := min(from+3, len(cs))
		out = cursor.Page{Changes: cs[min(from, end):end]}
		if end < len(cs) {
			out.Next = strconv.Itoa(end)
		}
		return nil
	})
	return out, err
}

// Shown is the first file of each.
func (w *world) Shown(_ context.Context, ps []images.Pair) (out []images.File, err error) {
	err = w.kit.Call(false, func() error {
		out = make([]images.File, len(ps))
		for i, p := range ps {
			for _, f := range w.files {
				own := slices.Contains(slices.Collect(maps.Values(w.variants)), f.id)
				if out[i].ID == "" && (p.Variant != "" && w.variants[p.Variant] == f.id || p.Variant == "" && f.products[p.Product] && !own) {
					out[i] = w.state(f)
				}
			}
		}
		return nil
	})
	return out, err
}

func (w *world) Download(_ context.Context, address string, most int64) (content []byte, err error) {
	err = w.kit.Call(false, func() error {
		for _, f := range w.files {
			if w.state(f).Address == address {
				content = f.content
			}
		}
		if content == nil || int64(len(content)) > most {
			return rejected("IMAGE")
		}
		return nil
	})
	return content, err
}

// Whatever fails, each picture stands once where it belongs.
func TestTasks(t *testing.T) {
	for _, dir := range []images.Direction{images.ToShopify, images.FromShopify} {
		t.Run(string(dir), func(t *testing.T) {
			t.Parallel()
			idle := 2
			if dir == images.FromShopify {
				idle = 3 // the count, and two pages
			}
			tasktest.Run(t, tasktest.Suite{
				Task: images.TaskName, Records: 4, Paged: 7, Idle: idle, Writes: 4, Stride: testsize.Of(1, 2, 11), Calls: testsize.Of(1, 1, 7),
				Open: func(k *tasktest.Kit, n, bad int) tasktest.World {
					w := newWorld(k, n, images.Settings{SyncItemImages: dir})
					if bad >= 0 {
						w.unread[key(fmt.Sprintf("I%03d", bad), "")] = rejected("unreadable")
					}
					return w
				},
			})
		})
	}
}

package shopify

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// FieldFault makes one field of one object go wrong in answers that are good
// otherwise, as a record that the database cannot read does.
//
// It strikes where a document asks for the field: the field is null, and an
// error names its path. What must not be null takes its parent with it, up to
// the entry of a list that may be null. A mutation is struck by the name of its
// root field, before it runs.
type FieldFault struct {
	// ID is the object's gid. Without it Type names the objects, and with
	// neither the fault strikes a root field whatever its arguments are.
	ID   string `json:"id,omitempty"`
	Type string `json:"type,omitempty"`
	// Field is the way to the field by the schema's names, through lists and
	// connections: "customer", "lineItems.nodes.taxLines". "" is the object
	// itself, in lists of ids too. The name of a root field, such as "orderUpdate", strikes calls that
	// have ID anywhere in their arguments.
	Field string `json:"field,omitempty"`
	// Code and Message of the error; "" is INTERNAL_SERVER_ERROR with its text.
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	// Null answers null and says nothing.
	Null bool `json:"null,omitempty"`
	// Repeat makes a connection answer its first page whatever the cursor is, and
	// that more follows: a walk through it never ends.
	Repeat bool `json:"repeat,omitempty"`
	// UserError refuses a mutation with this message; the order that ID names
	// stands beside it as it is.
	UserError string `json:"userError,omitempty"`
	// Whole makes an internal error of the whole answer: no data, no cost. With
	// Status it is that HTTP status with a page of HTML.
	Whole  bool `json:"whole,omitempty"`
	Status int  `json:"status,omitempty"`
	// Times is how many answers it spoils; 0 is all.
	Times int `json:"times,omitempty"`
}

func (f FieldFault) check() error {
	switch {
	case f.ID == "" && f.Type == "" && f.Field == "":
		return errors.New("a field fault needs an id, a type or a field")
	case f.ID != "" && !gidPattern.MatchString(f.ID):
		return errors.New("id: want gid://shopify/Type/number")
	case f.Status != 0 && (!f.Whole || f.Status < 400 || f.Status > 599):
		return errors.New("status: want 400 to 599, with whole")
	case f.Times < 0:
		return errors.New("times: want 0 or more")
	}
	return nil
}

// fieldFaults are the faults of a shop. Answers are made at the same time.
type fieldFaults struct {
	mu  sync.Mutex
	all []*armedFault
}

type armedFault struct {
	FieldFault

	spoilt int // answers
}

// FailField makes a field go wrong from now on. Faults are tried in the order
// in which they were added.
func (s *Shop) FailField(f FieldFault) error {
	if err := f.check(); err != nil {
		return err
	}
	s.fields.mu.Lock()
	defer s.fields.mu.Unlock()
	s.fields.all = append(s.fields.all, &armedFault{FieldFault: f})
	return nil
}

// ClearFields removes all field faults.
func (s *Shop) ClearFields() {
	s.fields.mu.Lock()
	defer s.fields.mu.Unlock()
	s.fields.all = nil
}

// armed are the faults that can strike an answer which begins now.
func (f *fieldFaults) armed() (out []*armedFault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range f.all {
		if a.Times == 0 || a.spoilt < a.Times {
			out = append(out, a)
		}
	}
	return out
}

// frame is an object with an id that an answer is inside of.
type frame struct {
	id, typ string
	depth   int // of names when it was entered
}

// faulty is what an execution knows of field faults. It is empty, and costs
// nothing, while there are none.
type faulty struct {
	faults []*armedFault
	struck map[*armedFault]bool
	names  []string // of the fields from the root to here
	within []frame
	whole  *armedFault // spoils the whole answer
}

// enter notes that fields of obj follow. leave takes that back.
func (x *execution) enter(obj object) (leave func()) {
	if len(x.faults) == 0 {
		return func() {}
	}
	if id := x.identity(obj); id != "" {
		x.within = append(x.within, frame{id, obj.typeName(), len(x.names)})
		return func() { x.within = x.within[:len(x.within)-1] }
	}
	return func() {}
}

// step notes the field that is read next. back takes that back.
func (x *execution) step(name string) (back func()) {
	if len(x.faults) == 0 {
		return func() {}
	}
	x.names = append(x.names, name)
	return func() { x.names = x.names[:len(x.names)-1] }
}

func (x *execution) identity(obj object) string {
	t := x.schema.Types[obj.typeName()]
	if t == nil || t.Fields.ForName("id") == nil {
		return ""
	}
	return asString(obj.field(x, "id", nil))
}

// resolve reads a field, unless a fault strikes it.
func (x *execution) resolve(f *selected, obj object) any {
	args := x.arguments(f)
	if len(x.faults) > 0 {
		if v, struck := x.strike(f, args, obj); struck {
			return v
		}
	}
	return obj.field(x, f.name, args)
}

// strike finds the fault of the field that is read now. Its name is the last of
// x.names.
func (x *execution) strike(f *selected, args map[string]any, obj object) (any, bool) {
	_, query := obj.(queryRoot)
	_, mutation := obj.(mutationRoot)
	for _, a := range x.faults {
		if (query || mutation) && a.Field == f.name && a.Type == "" && (a.ID == "" || mentions(args, a.ID)) {
			return x.spoil(a, f, args, obj), true
		}
		for _, w := range x.within {
			if a.of(w.id, w.typ) && a.Field != "" && a.Field == strings.Join(x.names[w.depth:], ".") {
				return x.spoil(a, f, args, obj), true
			}
		}
	}
	return nil, false
}

// strikeObject finds the fault of an object itself.
func (x *execution) strikeObject(f *selected, obj object) (any, bool) {
	if len(x.faults) == 0 {
		return nil, false
	}
	id := x.identity(obj)
	for _, a := range x.faults {
		if id != "" && a.Field == "" && a.of(id, obj.typeName()) {
			return x.spoil(a, f, nil, obj), true
		}
	}
	return nil, false
}

func (a *armedFault) of(id, typ string) bool {
	return a.ID == id || a.ID == "" && a.Type != "" && a.Type == typ
}

// mentions tells whether id is one of the values.
func mentions(v any, id string) bool {
	switch v := v.(type) {
	case string:
		return v == id
	case []any:
		return slices.ContainsFunc(v, func(e any) bool { return mentions(e, id) })
	case map[string]any:
		for _, e := range v {
			if mentions(e, id) {
				return true
			}
		}
	}
	return false
}

// spoil counts the fault once an answer and is the value in its place.
func (x *execution) spoil(a *armedFault, f *selected, args map[string]any, obj object) any {
	if !x.struck[a] {
		if x.struck == nil {
			x.struck = map[*armedFault]bool{}
		}
		x.struck[a] = true
		x.shop.fields.mu.Lock()
		a.spoilt++
		x.shop.fields.mu.Unlock()
	}
	switch {
	case a.Whole:
		x.whole = a
		return nil
	case a.UserError != "" && f.def != nil && isPayload(x.schema.Types[f.def.Type.Name()]):
		return x.refuse(f.def.Type.Name(), args, userError{message: a.UserError})
	case a.Null:
		return nil
	case a.Repeat:
		return x.again(f, args, obj)
	}
	e := fail(or(a.Code, codeInternal), "%s", or(a.Message, faultText(or(a.Code, codeInternal), f.name)))
	e.explain = "a field fault on demand strikes " + or(a.ID, or(a.Type, "every object")) + " " + a.Field
	return e
}

// again is the first page of a connection, with more to follow.
func (x *execution) again(f *selected, args map[string]any, obj object) any {
	first := maps.Clone(args)
	delete(first, "after")
	v := obj.field(x, f.name, first)
	if p, ok := v.(*page); ok {
		p.hasNext = true
	}
	return v
}

func faultText(code, field string) string {
	if code == codeAccessDenied {
		return "Access denied for " + field + " field."
	}
	return "Something went wrong"
}

// controlFields: GET tells the field faults, POST adds the one in the body,
// DELETE removes all.
func (s *Shop) controlFields(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
	case http.MethodPost:
		var f FieldFault
		d := json.NewDecoder(io.LimitReader(r.Body, 1<<16))
		d.DisallowUnknownFields()
		err := d.Decode(&f)
		if err == nil {
			err = s.FailField(f)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	case http.MethodDelete:
		s.ClearFields()
	default:
		http.Error(w, "want GET, POST or DELETE", http.StatusMethodNotAllowed)
		return
	}
	out := []FieldFault{}
	for _, a := range s.fields.armed() {
		out = append(out, a.FieldFault)
	}
	writeJSON(w, http.StatusOK, out)
}

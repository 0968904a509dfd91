// Package dynamotest is a fake of DynamoDB on the wire: the operations and
// expressions that package dynamo sends, as strict about them as the service,
// and nothing else.
package dynamotest

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"backroom/shared/awsfault/awswire"
)

// The service's limits.
const (
	maxItem        = 400 << 10
	maxTransaction = 4 << 20
	maxPage        = 1 << 20
	maxActions     = 100
	tokenTime      = 10 * time.Minute
)

// Server is one table with the keys of package dynamo. Safe for concurrent use.
type Server struct {
	// IndexLag makes index reads answer as of that long ago. Set before use.
	IndexLag time.Duration

	now func() time.Time

	mu     sync.Mutex
	items  map[[2]string]item
	past   []change // within IndexLag, oldest first
	tokens map[string]done
}

// Stored calls f with the keys and the payload of each item that the server holds, those
// included that have expired or whose deletion an index does not show yet, in no order.
func (s *Server) Stored(f func(pk, sk string, data []byte)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	each := func(k [2]string, i item) {
		var data []byte
		for _, v := range i {
			if v.B != nil {
				data = append(data, *v.B...)
			}
		}
		f(k[0], k[1], data)
	}
	for k, i := range s.items {
		each(k, i)
	}
	for _, c := range s.past {
		each(c.key, c.was)
	}
}

// change is what an item was before a write; nil: it was not there.
type change struct {
	at  time.Time
	key [2]string
	was item
}

type done struct {
	sum [sha256.Size]byte
	at  time.Time
}

// New makes an empty table.
func New(now func() time.Time) *Server {
	return &Server{now: now, items: map[[2]string]item{}, tokens: map[string]done{}}
}

type item map[string]value

// value is an attribute: exactly one field is set.
type value struct {
	S *string `json:"S,omitempty"`
	N *string `json:"N,omitempty"`
	B *[]byte `json:"B,omitempty"`
}

func (v value) size() int {
	switch {
	case v.S != nil:
		return len(*v.S)
	case v.B != nil:
		return len(*v.B)
	case v.N != nil:
		return len(*v.N)/2 + 2
	}
	return 0
}

func (v value) text() string {
	if v.S == nil {
		return ""
	}
	return *v.S
}

func (i item) size() (n int) {
	for name, v := range i {
		n += len(name) + v.size()
	}
	return n
}

// request holds the fields of every operation and of a transaction's actions.
type request struct {
	TableName                 string
	Key                       item
	Item                      item
	ConsistentRead            bool
	ConditionExpression       string
	UpdateExpression          string
	KeyConditionExpression    string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues item
	IndexName                 string
	ScanIndexForward          *bool
	Limit                     int
	ExclusiveStartKey         item
	ClientRequestToken        string
	TransactItems             []struct{ Put, Update, Delete, ConditionCheck *request }
}

// refusal is an error answer.
type refusal struct {
	status  int
	code    string
	message string
	reasons []reason
}

type reason struct {
	Code    string
	Message string `json:",omitempty"`
}

func (r *refusal) Error() string { return r.code + ": " + r.message }

func invalid(format string, args ...any) *refusal {
	return &refusal{status: http.StatusBadRequest, code: "ValidationException", message: fmt.Sprintf(format, args...)}
}

var errCondition = &refusal{status: http.StatusBadRequest, code: "ConditionalCheckFailedException", message: "The conditional request failed"}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in request
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()             // what the fake does not know it must not ignore
	if err := d.Decode(&in); err != nil { //nolint:musttag // the service's own names
		awswire.Refuse(w, http.StatusBadRequest, "SerializationException", err.Error())
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var out any = struct{}{}
	var err error
	switch op := awswire.Operation(r); op {
	case "GetItem":
		out, err = s.get(in)
	case "PutItem", "UpdateItem", "DeleteItem":
		err = s.single(op, &in)
	case "Query":
		out, err = s.query(in)
	case "TransactWriteItems":
		err = s.transact(in)
	default:
		err = &refusal{status: http.StatusBadRequest, code: "UnknownOperationException", message: op}
	}
	if e, ok := errors.AsType[*refusal](err); ok {
		w.Header().Set("X-Amzn-ErrorType", e.code)
		awswire.Reply(w, e.status, struct {
			Type                string `json:"__type"`
			Message             string
			CancellationReasons []reason `json:",omitempty"`
		}{"com.amazonaws.dynamodb.v20120810#" + e.code, e.message, e.reasons})
		return
	}
	awswire.Reply(w, http.StatusOK, out)
}

func (s *Server) get(in request) (any, error) {
	k, err := key(in.Key)
	if err != nil {
		return nil, err
	}
	if !in.ConsistentRead {
		return nil, invalid("this adapter promises consistent reads")
	}
	return struct {
		Item item `json:",omitempty"`
	}{s.items[k]}, nil
}

func key(k item) ([2]string, error) {
	pk, sk := k["pk"].text(), k["sk"].text()
	if len(k) != 2 {
		return [2]string{}, invalid("The number of conditions on the keys is invalid")
	}
	return [2]string{pk, sk}, checkKey(pk, sk)
}

func checkKey(pk, sk string) error {
	if pk == "" || sk == "" || len(pk) > 2048 || len(sk) > 1024 {
		return invalid("One or more parameter values are not valid: key of %d and %d bytes", len(pk), len(sk))
	}
	return nil
}

// effect is what a write does to one key.
type effect struct {
	key   [2]string
	after item // nil: nothing is stored
	size  int
}

func (s *Server) single(op string, in *request) error {
	e, err := s.effect(op, in)
	if err == nil {
		s.apply(e)
	}
	return err
}

func (s *Server) apply(e effect) {
	if s.IndexLag > 0 {
		s.past = append(s.past, change{s.now(), e.key, s.items[e.key]})
	}
	if e.after == nil {
		delete(s.items, e.key)
	} else {
		s.items[e.key] = e.after
	}
}

// effect decides one write without doing it.
func (s *Server) effect(op string, in *request) (e effect, err error) {
	x := expressions{names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues, used: map[string]bool{}}
	keyed := in.Key
	if op == "PutItem" {
		keyed = item{"pk": in.Item["pk"], "sk": in.Item["sk"]}
	}
	if e.key, err = key(keyed); err != nil {
		return e, err
	}
	old := s.items[e.key]
	if in.ConditionExpression != "" {
		holds, err := x.condition(in.ConditionExpression, old)
		if err == nil && !holds {
			err = errCondition
		}
		if err != nil {
			return e, err
		}
	}
	switch op {
	case "PutItem":
		e.after = in.Item
	case "UpdateItem":
		e.after = maps.Clone(old)
		if e.after == nil {
			e.after = maps.Clone(in.Key)
		}
		if err := x.update(in.UpdateExpression, e.after); err != nil {
			return e, err
		}
	case "ConditionCheck":
		e.after = old
		if in.ConditionExpression == "" {
			return e, invalid("The expression can not be empty")
		}
	}
	if err := x.unused(); err != nil {
		return e, err
	}
	for n := 1; n <= 2 && e.after != nil; n++ {
		pk, hasPK := e.after[fmt.Sprintf("x%dpk", n)]
		sk, hasSK := e.after[fmt.Sprintf("x%dsk", n)]
		if hasPK && hasSK {
			if err := checkKey(pk.text(), sk.text()); err != nil {
				return e, err
			}
		}
	}
	e.size = e.after.size()
	if e.size > maxItem {
		return e, invalid("Item size has exceeded the maximum allowed size")
	}
	return e, nil
}

func (s *Server) transact(in request) error {
	switch {
	case len(in.TransactItems) == 0 || len(in.TransactItems) > maxActions:
		return invalid("Member must have length less than or equal to %d", maxActions)
	case in.ClientRequestToken == "":
		return invalid("a client must send a token with a transaction")
	}
	js, err := json.Marshal(in.TransactItems) //nolint:musttag // the service's own names
	if err != nil {
		return invalid("%v", err)
	}
	sum := sha256.Sum256(js)
	if d, ok := s.tokens[in.ClientRequestToken]; ok && s.now().Before(d.at.Add(tokenTime)) {
		if d.sum != sum {
			return &refusal{status: http.StatusBadRequest, code: "IdempotentParameterMismatchException"}
		}
		return nil
	}
	effects, err := s.effects(in)
	if err != nil {
		return err
	}
	for _, e := range effects {
		s.apply(e)
	}
	s.tokens[in.ClientRequestToken] = done{sum, s.now()}
	return nil
}

// effects are those of a transaction, all of them or none.
func (s *Server) effects(in request) ([]effect, error) {
	var effects []effect
	seen := map[[2]string]bool{}
	reasons := make([]reason, len(in.TransactItems))
	cancelled, total := false, 0
	for i, a := range in.TransactItems {
		reasons[i] = reason{Code: "None"}
		var op string
		var one *request
		switch {
		case a.Put != nil:
			op, one = "PutItem", a.Put
		case a.Update != nil:
			op, one = "UpdateItem", a.Update
		case a.Delete != nil:
			op, one = "DeleteItem", a.Delete
		case a.ConditionCheck != nil:
			op, one = "ConditionCheck", a.ConditionCheck
		default:
			return nil, invalid("action %d is empty", i)
		}
		e, err := s.effect(op, one)
		if errors.Is(err, errCondition) {
			reasons[i], cancelled = reason{"ConditionalCheckFailed", errCondition.message}, true
			continue
		}
		if err != nil {
			return nil, err
		}
		if seen[e.key] {
			return nil, invalid("Transaction request cannot include multiple operations on one item")
		}
		seen[e.key] = true
		total += e.size
		effects = append(effects, e)
	}
	switch {
	case total > maxTransaction:
		return nil, invalid("Transaction request size has exceeded 4 MB")
	case cancelled:
		return nil, &refusal{http.StatusBadRequest, "TransactionCanceledException", "Transaction cancelled", reasons}
	}
	return effects, nil
}

// indexed is what the indexes show: the items of IndexLag ago.
func (s *Server) indexed() map[[2]string]item {
	if s.IndexLag == 0 {
		return s.items
	}
	then := s.now().Add(-s.IndexLag)
	s.past = slices.DeleteFunc(s.past, func(c change) bool { return !c.at.After(then) })
	old := maps.Clone(s.items)
	for _, c := range slices.Backward(s.past) { // the oldest change counts
		if c.was == nil {
			delete(old, c.key)
		} else {
			old[c.key] = c.was
		}
	}
	return old
}

type page struct {
	Items            []item
	Count            int
	ScannedCount     int
	LastEvaluatedKey item `json:",omitempty"`
}

func (s *Server) query(in request) (any, error) {
	pk, sk, items := "pk", "sk", s.items
	switch in.IndexName {
	case "index1", "index2":
		pk, sk = "x"+in.IndexName[5:]+"pk", "x"+in.IndexName[5:]+"sk"
		items = s.indexed()
		if in.ConsistentRead {
			return nil, invalid("Consistent reads are not supported on global secondary indexes")
		}
	case "":
		if !in.ConsistentRead {
			return nil, invalid("this adapter promises consistent reads")
		}
	default:
		return nil, invalid("The table does not have the specified index: %s", in.IndexName)
	}
	x := expressions{names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues, used: map[string]bool{}}
	match, err := x.keyCondition(in.KeyConditionExpression, pk, sk)
	if err == nil {
		err = x.unused()
	}
	if err != nil {
		return nil, err
	}
	order := func(a, b item) int {
		return cmp.Or(cmp.Compare(a[sk].text(), b[sk].text()), cmp.Compare(a["pk"].text(), b["pk"].text()), cmp.Compare(a["sk"].text(), b["sk"].text()))
	}
	var hits []item
	for _, i := range items {
		_, hasPK := i[pk]
		if _, hasSK := i[sk]; hasPK && hasSK && match(i) {
			hits = append(hits, i)
		}
	}
	slices.SortFunc(hits, order)
	forward := in.ScanIndexForward == nil || *in.ScanIndexForward
	if !forward {
		slices.Reverse(hits)
	}
	if len(in.ExclusiveStartKey) > 0 {
		if in.ExclusiveStartKey["pk"].text() == "" || in.ExclusiveStartKey[sk].text() == "" || in.ExclusiveStartKey[pk].text() == "" {
			return nil, invalid("The provided starting key is invalid")
		}
		hits = slices.DeleteFunc(hits, func(i item) bool {
			c := order(i, in.ExclusiveStartKey)
			return c == 0 || (c < 0) == forward
		})
	}
	p := page{Items: []item{}}
	size := 0
	for n, i := range hits {
		size += i.size()
		if full := in.Limit > 0 && n == in.Limit; full || n > 0 && size > maxPage {
			last := hits[n-1]
			p.LastEvaluatedKey = item{"pk": last["pk"], "sk": last["sk"], pk: last[pk], sk: last[sk]}
			break
		}
		p.Items = append(p.Items, i)
	}
	p.Count, p.ScannedCount = len(p.Items), len(p.Items)
	return p, nil
}

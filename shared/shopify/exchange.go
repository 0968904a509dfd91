package shopify

import (
	"errors"
	"slices"
	"strings"

	"backroom/shared/fault"
	"backroom/shared/shopify/internal/gql"
)

// Bytes is the size of the last answer.
func (x *Exchange) Bytes() int { return x.reply.bytes }

// Requested is what the last answer says that the request was to cost in points, 0 if
// it does not say so.
func (x *Exchange) Requested() float64 {
	if x.reply.cost == nil {
		return 0
	}
	return x.reply.cost.Requested
}

// PerNode sorts the errors of an answer by the node that they are inside of:
// one for each that is of no use, and the fields that the others lack.
func (x *Exchange) PerNode() (bad map[int]error, hidden map[int][]string) {
	bad, hidden = map[int]error{}, map[int][]string{}
	for _, e := range x.reply.errs {
		i, _ := e.node()
		if !x.call.withheld(e) {
			if bad[i] == nil {
				bad[i] = x.call.named(x.call.judgeError(e, x.reply.cost), x.reply)
			}
			continue
		}
		for _, f := range e.Path {
			if slices.Contains(x.call.Optional, f) && !slices.Contains(hidden[i], f) {
				hidden[i] = append(hidden[i], f)
			}
		}
	}
	for _, h := range hidden {
		slices.Sort(h)
	}
	return bad, hidden
}

// Unexpected is the error of an object whose content is not as agreed.
func (x *Exchange) Unexpected(err error) error {
	return x.call.named(&fault.Error{Kind: fault.Bug, Code: "UNEXPECTED_ANSWER", Err: err}, x.reply)
}

// Root is the answer's own error of the root field called alias, nil if it has none.
func (x *Exchange) Root(alias string) *fault.Error {
	for _, e := range x.reply.errs {
		if e.Path[0] == alias {
			return x.call.judgeError(e, x.reply.cost)
		}
	}
	return nil
}

// Incomplete is the error of a part that the answer lacks.
func (x *Exchange) Incomplete(what string) *fault.Error {
	return x.call.lost("INCOMPLETE", errors.New(what))
}

// Refused is the error of what, in a merchant's words, that Shopify refuses.
func Refused(what string, errs []gql.UserError) *fault.Error {
	var texts []string
	for _, u := range errs {
		texts = append(texts, Clip(strings.Join(u.Field, ".")+": "+u.Message, 200))
	}
	all := strings.Join(texts, "; ")
	return &fault.Error{Kind: fault.Rejected, Code: "USER_ERROR", Merchant: "Shopify refuses " + what + ": " + all, Err: errors.New(all)}
}

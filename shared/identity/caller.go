package identity

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
)

// Kind says what kind of caller one is.
type Kind string

// The kinds.
const (
	Merchant Kind = "merchant" // a user of a shop, by session token
	Operator Kind = "operator" // a principal of IAM, by the gateway's word
	Person   Kind = "person"   // whoever knows the token that the host prints
)

// Role is what a caller may do. Each may do what the ones before it may.
type Role string

// The roles, from least to most.
const (
	Viewer       Role = "viewer"   // looks
	OperatorRole Role = "operator" // runs and steers jobs, decides about orders
	Owner        Role = "owner"    // changes the shop card, mappings and roles
)

var order = []Role{Viewer, OperatorRole, Owner}

// Valid reports whether r is one of the roles.
func (r Role) Valid() bool { return slices.Contains(order, r) }

// Allows reports whether a caller of role r may do what needs the role least.
func (r Role) Allows(least Role) bool {
	return r.Valid() && slices.Index(order, r) >= slices.Index(order, least)
}

// Caller is who a request comes from.
type Caller struct {
	Kind Kind
	// Name is a merchant's user id in Shopify, a principal's ARN, or "local".
	Name string
	// Role of callers of other kinds than Merchant; a merchant's depends on the
	// shop, see [Roles.Of].
	Role Role
	// Domain is the one Shopify shop that a merchant reaches, "" of others, who
	// reach all.
	Domain string
	// Session is a merchant's, for telling a replay.
	Session Session
}

type operatorKey struct{}

// WithOperator marks a request of a principal that IAM has let through. Only the
// adapter of a gateway calls it, from the gateway's own request context.
func WithOperator(ctx context.Context, arn string) context.Context {
	return context.WithValue(ctx, operatorKey{}, arn)
}

// ErrNone means that a request says nothing of who it comes from.
var ErrNone = errors.New("the request names no caller")

// ErrToken means that the token is not the one that the host has printed.
var ErrToken = errors.New("the token is wrong")

// Gateway tells the callers behind API Gateway: operators by what the gateway
// says, everybody else by session tokens. bearer is "" without one.
type Gateway struct{ Sessions *Sessions }

// Caller is who a request comes from. Errors: ErrNone, those of [Sessions.Verify].
func (g *Gateway) Caller(ctx context.Context, bearer string) (Caller, error) {
	if arn, ok := ctx.Value(operatorKey{}).(string); ok {
		return Caller{Kind: Operator, Name: arn, Role: Owner}, nil
	}
	if bearer == "" {
		return Caller{}, ErrNone
	}
	s, err := g.Sessions.Verify(bearer)
	if err != nil {
		return Caller{}, err
	}
	return Caller{Kind: Merchant, Name: s.User, Domain: s.Shop, Session: s}, nil
}

// Machine tells the person at one machine by the token that the host prints.
type Machine struct{ Token string }

// Caller is who a request comes from. Errors: ErrNone, ErrToken.
func (m *Machine) Caller(_ context.Context, bearer string) (Caller, error) {
	switch {
	case bearer == "":
		return Caller{}, ErrNone
	case m.Token == "" || subtle.ConstantTimeCompare([]byte(bearer), []byte(m.Token)) != 1:
		return Caller{}, ErrToken
	}
	return Caller{Kind: Person, Name: "local", Role: Owner}, nil
}

// String is the caller as a trail and a log have it.
func (c Caller) String() string { return fmt.Sprintf("%s %s", c.Kind, c.Name) }

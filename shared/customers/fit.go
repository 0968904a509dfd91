package customers

import (
	"slices"

	"backroom/shared/link"
)

// names reports whether c has b's e-mail address among its own.
func names(c Customer, b buyer) bool {
	return b.Email != "" && slices.Contains(mailboxes(c.Email), b.Email)
}

// contradicts: both have e-mail addresses, and none in common.
func contradicts(c Customer, b buyer) bool {
	return b.Email != "" && len(mailboxes(c.Email)) > 0 && !names(c, b)
}

// marked reports whether c has the e-mail address that m remembers.
func marked(c Customer, m string) bool {
	return m != "" && slices.ContainsFunc(mailboxes(c.Email), func(e string) bool { return mark(e) == m })
}

// shared reports whether c would be shared by buyers with different e-mail
// addresses. That BC itself gives c the addresses of both is no doubt: it says
// that both belong there.
func shared(c Customer, b buyer, others []link.Claim) bool {
	return b.Email != "" && slices.ContainsFunc(others, func(o link.Claim) bool {
		return o.Mark != "" && o.Mark != mark(b.Email) && (!names(c, b) || !marked(c, o.Mark))
	})
}

// trusted is what a stored link is worth.
type trusted int

const (
	trustSound    trusted = iota + 1 // used as it is
	trustRenewed                     // used, and stored again with what is known now
	trustDoubtful                    // not used: the customer has another e-mail address
	trustDisputed                    // not used: the customer is another buyer's
)

// trust judges the link l of b to c, which exists. others are the claims on c
// of other buyers; they are asked for only if it depends on them. own says that
// c has the number that we give b's customer.
//
// A link is beyond doubt while the buyer's e-mail address is the one that it was
// made or looked at with: what BC changes at the customer later is BC's affair.
// Otherwise the customer's addresses must not contradict the buyer's, unless it
// was proved to be theirs earlier: we created it, it had their e-mail address,
// or a person said so. A link of an earlier release proves nothing by itself, for
// it may come from the phone number of a recipient.
func trust(l link.Link, b buyer, c Customer, own bool, others func() ([]link.Claim, error)) (trusted, error) {
	switch {
	case l.How == link.ByHand, l.How == link.ByBillTo:
		return trustSound, nil
	case l.How != "" && (b.Email == "" || l.Mark == mark(b.Email)):
		return trustSound, nil
	}
	proved := own || l.How == link.Created || l.How == link.ByEmail || marked(c, l.Mark)
	if contradicts(c, b) && !proved {
		return trustDoubtful, nil
	}
	claims, err := others()
	if err != nil {
		return 0, err
	}
	if shared(c, b, claims) {
		return trustDisputed, nil
	}
	return trustRenewed, nil
}

// candidates are the BC customers that may be a buyer's. A list that was not
// looked for is nil.
type candidates struct {
	own     *Customer  // has the number that we give the buyer's customer
	mail    []Customer // have the buyer's e-mail address
	phone   []Customer // have the buyer's phone number
	address []Customer // have the name and billing address
	claims  func(number string) ([]link.Claim, error)
}

// choice is what a search comes to: one customer, several of whom none is
// chosen, one that is in doubt, or none.
type choice struct {
	found Customer
	how   link.How // "" if none is chosen

	several []string // numbers
	doubt   trusted  // trustDoubtful or trustDisputed, about the customer found
}

// choose decides. ours says that a create of the buyer's customer was sent.
//
// The number that we give comes first: it is what an earlier create, forgotten or
// unanswered, has left behind. An e-mail address comes before a phone number. Who
// has an e-mail address is taken by phone number only for a customer without
// one that is nobody else's yet; who has none, for any customer.
func choose(b buyer, c candidates, ours bool) (choice, error) {
	if c.own != nil && (ours || !contradicts(*c.own, b)) {
		return settle(b, *c.own, link.Created, c)
	}
	if c.address != nil {
		return one(c.address, func(x Customer) (choice, error) { return choice{found: x, how: link.ByBillTo}, nil })
	}
	if len(c.mail) > 0 {
		return one(c.mail, func(x Customer) (choice, error) { return settle(b, x, link.ByEmail, c) })
	}
	if c.own != nil {
		return choice{found: *c.own, doubt: trustDoubtful}, nil // somebody else's has the number
	}
	fits := c.phone
	if b.Email != "" {
		fits = nil
		for _, x := range c.phone {
			if len(mailboxes(x.Email)) > 0 {
				continue // another address: the search by e-mail has not found it
			}
			claims, err := c.claims(x.Number)
			if err != nil {
				return choice{}, err
			}
			if !slices.ContainsFunc(claims, func(o link.Claim) bool { return o.Mark != mark(b.Email) }) {
				fits = append(fits, x)
			}
		}
	}
	return one(fits, func(x Customer) (choice, error) { return choice{found: x, how: link.ByPhone}, nil })
}

// settle is the choice of x, unless it is another buyer's.
func settle(b buyer, x Customer, how link.How, c candidates) (choice, error) {
	claims, err := c.claims(x.Number)
	if err != nil {
		return choice{}, err
	}
	if shared(x, b, claims) {
		return choice{found: x, doubt: trustDisputed}, nil
	}
	return choice{found: x, how: how}, nil
}

func one(cs []Customer, take func(Customer) (choice, error)) (choice, error) {
	switch len(cs) {
	case 0:
		return choice{}, nil
	case 1:
		return take(cs[0])
	}
	var out choice
	for _, c := range cs {
		out.several = append(out.several, c.Number)
	}
	return out, nil
}

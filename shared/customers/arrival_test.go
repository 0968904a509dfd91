package customers

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"backroom/shared/orders"
)

// person is a buyer of a small world, as the test knows them. Phones are p or q.
type person struct{ id, email, phone string }

var phones = map[string]string{"p": "+46701234567", "q": "+46707654321", "": ""}

func (p person) String() string {
	return fmt.Sprintf("%s(%s %s)", cmp.Or(p.id, "guest"), p.email, p.phone)
}

// order is one of p. Another person, who is a BC customer at times, gets the parcel.
func (p person) order(n int) orders.Order {
	away := &orders.Address{FirstName: "Rita", Country: "SE", Phone: phones["q"]}
	o := orders.Order{ID: fmt.Sprint(n), Name: fmt.Sprintf("#%d", n), Shipping: away}
	if p.id == "" {
		o.Email, o.Phone = p.email, phones[p.phone]
		return o
	}
	o.Customer = &orders.Customer{ID: p.id, FirstName: p.id, Email: p.email, Phone: phones[p.phone]}
	return o
}

// small are worlds of people who are easily taken for each other.
var small = [][]person{
	{{"1", "a@x", "p"}, {"2", "b@x", "p"}, {"3", "", "p"}},
	{{"1", "a@x", "p"}, {"2", "b@x", "p"}, {"", "c@x", "p"}, {"3", "", "p"}},
	{{"1", "a@x", ""}, {"2", "", "p"}, {"", "", "p"}, {"3", "c@x", "p"}},
	{{"1", "a@x", "q"}, {"2", "b@x", "p"}, {"3", "c@x", ""}, {"", "b@x", "q"}},
	{{"1", "", "p"}, {"2", "", "q"}, {"3", "a@x", "p"}, {"4", "b@x", "q"}},
}

// companies are what BC has before anybody buys.
var companies = [][]Customer{
	nil,
	{{Number: "C1", PhoneNumber: "070-123 45 67", Country: "SE"}},
	{{Number: "C1", PhoneNumber: "+46701234567", Email: "A@x"}, {Number: "C2", PhoneNumber: "0046701234567"}},
	{{Number: "C1", Email: "b@x;z@x"}, {Number: "C2", PhoneNumber: "+46707654321"}, {Number: "C3", PhoneNumber: "+46707654321", Email: "r@x"}},
}

// Two buyers with different e-mail addresses never share a customer, and one
// known by phone number alone whom two customers fit waits, in whatever order and
// batches their orders arrive.
func TestArrival(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	runs := 0
	for _, people := range small {
		for _, bc := range companies {
			for arrival := range permutations(len(people)) {
				for range 3 {
					live(t, rng, people, bc, arrival)
					runs++
				}
			}
		}
	}
	t.Logf("%d histories", runs)
}

// live is one history: everybody orders twice, in the order of arrival, in
// batches cut at random.
func live(t *testing.T, rng *rand.Rand, people []person, bc []Customer, arrival []int) {
	t.Helper()
	var queue []person
	for range 2 {
		for _, i := range arrival {
			queue = append(queue, people[i])
		}
	}
	w := newWorld(slices.Clone(bc)...)
	h := history{settled: map[person]string{}}
	for n := 0; len(queue) > 0; {
		size := 1 + rng.IntN(len(queue))
		before := slices.Collect(maps.Values(w.customers))
		var os []orders.Order
		for _, p := range queue[:size] {
			n++
			os = append(os, p.order(n))
		}
		got, err := w.resolve(t, creating, false, os...)
		if err != nil {
			t.Fatal(err)
		}
		h.lines = append(h.lines, fmt.Sprint(queue[:size]))
		made := map[string]bool{} // numbers that this batch has made for buyers with an e-mail address, by phone
		for i, p := range queue[:size] {
			if n := got[os[i].ID].Number; p.email != "" && n == "S"+p.id && !slices.ContainsFunc(before, func(c Customer) bool { return c.Number == n }) {
				made[p.phone+" "+n] = true
			}
		}
		for i, p := range queue[:size] {
			h.answer(p, got[os[i].ID], before, made)
		}
		h.nobodyShares(w.customers)
		queue = queue[size:]
	}
	if len(h.wrong) > 0 {
		t.Fatalf("BC had %v\nbatches\n  %s\n%s", bc, strings.Join(h.lines, "\n  "), strings.Join(h.wrong, "\n"))
	}
}

type history struct {
	settled map[person]string // the number of each who has one
	lines   []string
	wrong   []string
}

func (h *history) say(format string, args ...any) {
	h.wrong = append(h.wrong, fmt.Sprintf(format, args...))
}

// answer judges one answer by what BC had before the batch, and who is in it.
func (h *history) answer(p person, got Resolved, before []Customer, made map[string]bool) {
	h.lines = append(h.lines, fmt.Sprintf("    %s: %s%s", p, got.Number, got.Reason))
	if was, ok := h.settled[p]; ok && p.id != "" && was != got.Number {
		h.say("%s was %s, and is %s%s", p, was, got.Number, got.Reason)
	}
	if got.Number != "" {
		defer func() { h.settled[p] = got.Number }()
	}
	_, known := h.settled[p]
	var byMail, byPhone []string
	for _, c := range before {
		if p.email != "" && slices.Contains(strings.Split(strings.ToLower(c.Email), ";"), p.email) {
			byMail = append(byMail, c.Number)
		}
		if p.phone != "" && reads(c.PhoneNumber) == phones[p.phone] {
			byPhone = append(byPhone, c.Number)
		}
	}
	switch {
	case len(byMail) == 1 && got.Number != byMail[0] && !known:
		h.say("%s has the e-mail address of %s, and is %s%s", p, byMail[0], got.Number, got.Reason)
	case p.email == "" && p.phone != "" && !known:
		for m := range made { // those are made before anybody is looked for by phone alone
			if phone, number, _ := strings.Cut(m, " "); phone == p.phone {
				byPhone = append(byPhone, number)
			}
		}
		if len(byPhone) >= 2 && got.Reason != CustomerAmbiguous {
			h.say("%s fits %v, and is %s%s", p, byPhone, got.Number, got.Reason)
		}
	case p.id != "" && got.Number == "":
		h.say("%s has no customer: %s", p, got.Reason)
	}
}

// reads is a phone number as the test's few spellings mean it.
func reads(s string) string {
	s = strings.NewReplacer(" ", "", "-", "").Replace(s)
	if rest, ok := strings.CutPrefix(s, "00"); ok {
		return "+" + rest
	}
	if rest, ok := strings.CutPrefix(s, "0"); ok {
		return "+46" + rest
	}
	return s
}

func (h *history) nobodyShares(bc map[string]Customer) {
	for a, x := range h.settled {
		for b, y := range h.settled {
			if x != y || a.email == b.email || a.email == "" || b.email == "" {
				continue
			}
			h.say("%s and %s share %s (%s)", a, b, x, bc[x].Email)
		}
	}
}

// permutations yields every order of n things.
func permutations(n int) func(func([]int) bool) {
	return func(yield func([]int) bool) {
		var grow func(have []int) bool
		grow = func(have []int) bool {
			if len(have) == n {
				return yield(have)
			}
			for i := range n {
				if !slices.Contains(have, i) && !grow(append(slices.Clone(have), i)) {
					return false
				}
			}
			return true
		}
		grow(nil)
	}
}

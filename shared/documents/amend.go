package documents

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/orders"
	"backroom/shared/outbound"
	"backroom/shared/sales"
)

// amend brings the documents of orders that were changed after it to what they are
// now: an untouched draft is deleted and made anew, with all that a create is held
// to. It reports false when the slice's time is over before all are.
func (s *slice) amend(ctx context.Context, cp *checkpoint) (done bool, err error) {
	for !cp.Amended && !s.Request.DryRun {
		if s.Over(s.Timeout) {
			return false, nil
		}
		ps, next, err := s.Staging.Amending(ctx, s.Request.Shop, cp.Amending, readSize)
		if err != nil {
			return false, err
		}
		if len(ps) > 0 {
			s.Step()
			if err := s.amendAll(ctx, ps); err != nil {
				return false, err
			}
		}
		cp.Amending, cp.Amended = next, next == ""
	}
	return true, nil
}

// amendAll deletes the documents of ps that can be amended, and makes them anew.
func (s *slice) amendAll(ctx context.Context, ps []Pending) error {
	os, err := s.Staging.Load(ctx, ps)
	if err != nil {
		return err
	}
	against, err := s.unmakable(ctx, ps, os)
	if err != nil {
		return err
	}
	if err := s.claimed(ctx); err != nil {
		return err
	}
	refs := make([]Ref, len(ps))
	for i, p := range ps {
		refs[i] = p.Link.ref()
	}
	read, err := s.target.Documents.ReadDocuments(ctx, refs)
	if err != nil {
		return err
	}
	if err := s.whatIsPosted(ctx, ps, os, read, against); err != nil {
		return err
	}
	var free []Pending
	for i, p := range ps {
		s.Counts.Read++
		p, err := s.amendOne(ctx, p, against[p.ID], read[i])
		if err != nil {
			return err
		}
		if p.ID != "" {
			free = append(free, p)
		}
	}
	s.Counts.Read -= len(free) // they are counted where they are made
	return s.batch(ctx, free)
}

// whatIsPosted says of documents that are not there any more whether they are posted: they
// are no drafts to make anew.
func (s *slice) whatIsPosted(ctx context.Context, ps []Pending, os []orders.Order, read []Created[sales.Found], against map[string]string) error {
	var numbers []string
	for i, p := range ps {
		if against[p.ID] == "" && outbound.Kind(read[i].Err) == fault.Rejected {
			numbers = append(numbers, ExternalNumber(os[i]))
			if e := EarlierExternalNumber(os[i]); e != numbers[len(numbers)-1] {
				numbers = append(numbers, e)
			}
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	_, is, err := s.target.Documents.FindDocuments(ctx, numbers)
	if err != nil {
		return err
	}
	for _, i := range is {
		if id := orderOf(i.ExternalNumber); !i.Draft && against[id] == "" {
			against[id] = "it is posted as invoice " + i.Number
		}
	}
	return nil
}

// amendOne deletes the document of p, which was read as read, unless something is
// against it. It answers p as it is then to be made anew; zero: it is not.
func (s *slice) amendOne(ctx context.Context, p Pending, against string, read Created[sales.Found]) (Pending, error) {
	// One that is not there, and not posted, was deleted: by a try of ours, or by a person.
	gone := outbound.Kind(read.Err) == fault.Rejected
	if against == "" && read.Err == nil {
		against = p.standing(read.Entity)
	}
	if against != "" && (gone || read.Err == nil) {
		return Pending{}, s.notAmended(ctx, p, against, nil)
	}
	err := read.Err
	if err == nil {
		if err = s.Hold().Ensure(ctx); err != nil {
			return Pending{}, err
		}
		err = s.target.Documents.DeleteDocument(ctx, read.Entity)
	}
	switch kind := outbound.Kind(err); {
	case err == nil, gone:
		p.Log = p.Log.With(outbound.Event{At: s.Now(), Did: outbound.DidWithdraw, Says: called(read.Entity.Header.Kind, p.Link.Number) + " is made anew after a change"})
		stored, err := s.save(ctx, []Outcome{{Pending: p, Amended: true}})
		if err != nil {
			return Pending{}, err
		}
		return stored[0], nil
	case kind == fault.Rejected, kind == fault.Bug:
		return Pending{}, s.notAmended(ctx, p, merchant(err), err)
	case kind == fault.Throttled, kind == fault.Blocked:
		return Pending{}, err
	}
	s.Counts.Skipped++ // changed at this moment, or nobody knows: the next run looks again
	return Pending{}, nil
}

// released says of a document of each kind that it is no draft any more.
var released = map[sales.Kind]string{sales.Order: "it is released or in review", sales.Invoice: "it is released, in review or posted"}

// standing is why a document is not deleted to be made anew, "" if nothing is against
// it. Without a person's word it has to be as it was when it was linked.
func (p Pending) standing(got sales.Found) string {
	switch {
	case got.Touched():
		return "something of it is shipped or invoiced"
	case !got.Draft:
		return released[got.Header.Kind]
	case p.Asked:
		return ""
	case p.Link.Mark == "" || p.Link.Mark != version(got) || !got.Total().Value.Equal(p.Link.Total.Value):
		return "it was changed in Business Central since it was made"
	}
	return ""
}

// version tells whether somebody has changed a document or one of its lines.
func version(f sales.Found) string {
	marks := []string{f.Mark}
	for _, l := range f.Lines {
		marks = append(marks, l.ID+" "+l.Mark)
	}
	sum := sha256.Sum256([]byte(strings.Join(marks, "\n")))
	return hex.EncodeToString(sum[:12])
}

// unmakable is, by order, why no document could be made of it as it is now. What is
// cancelled, or has nothing left, needs none.
func (s *slice) unmakable(ctx context.Context, ps []Pending, os []orders.Order) (map[string]string, error) {
	out := map[string]string{}
	var open []orders.Order
	for i, o := range os {
		switch r := s.bar(ps[i], o); {
		case paidBack(o): // what went back may have a document of its own
			out[o.ID] = "money was paid back of it"
		case r == "":
			open = append(open, o)
		case r != Cancelled && r != NothingLeft:
			out[o.ID] = Explained.New(r, o.Name).Text
		}
	}
	if len(open) == 0 {
		return out, nil
	}
	who, err := s.customers.Resolve(ctx, s.Request.Lease, s.card.customers(), open, true)
	if err != nil {
		return nil, err
	}
	refs, err := s.reader.load(ctx, s.card, open)
	if err != nil {
		return nil, err
	}
	for _, o := range open {
		c := who[o.ID]
		doc, problems := Map(s.card, o, c.Number, refs)
		if c.Reason != "" {
			problems = append([]Problem{{c.Reason, c.Thing}}, problems...)
		}
		if len(problems) > 0 {
			out[o.ID] = Explained.New(problems[0].Reason, problems[0].Thing).Text
		} else if ds := doc.Unfaithful(); len(ds) > 0 {
			out[o.ID] = ds[0].String()
		}
	}
	return out, nil
}

// notAmended stores why a document stays as it is.
func (s *slice) notAmended(ctx context.Context, p Pending, why string, cause error) error {
	s.Counts.Failed++
	i := Explained.Of(issue.Part{Reason: NotAmended, Things: []string{p.Name}, More: strings.TrimSuffix(why, ".")})
	i = s.Issue("order", p.ID, p.Name, i)
	if cause != nil {
		i.Detail = cause.Error()
	}
	_, err := s.save(ctx, []Outcome{{Pending: p, Issue: &i}})
	return err
}

package completeness

import (
	"context"
	"slices"
	"strings"

	"backroom/shared/bcapi"
	"backroom/shared/creditmemos"
	"backroom/shared/documents"
	"backroom/shared/issue"
	"backroom/shared/orders"
	"backroom/shared/record"
	"backroom/shared/table"
)

// judge reads records whole, by id, from both systems, and says what is wrong with
// them. counts: they are of the window.
func (s *slice) judge(ctx context.Context, ds []doubt, counts bool) error {
	cases, unread, err := s.cases(ctx, ds)
	if err != nil {
		return err
	}
	for _, c := range cases {
		t := &s.Checkpoint.Tally
		if unread[c.ID] != "" { // nothing is known of it: what is said of it stays
			if counts {
				t.reason("cannot be read", 1)
				s.Counts.Failed++
			}
			continue
		}
		v := Judge(c, s.card.Rules)
		if err := s.say(ctx, c, &v); err != nil {
			return err
		}
		switch {
		case !counts:
		case len(v.Differences) > 0:
			t.Differ++
			s.Counts.Failed++
		case v.Excuse != "":
			t.reason(v.Excuse, 1)
			s.Counts.Skipped++
		default:
			t.Sound++
			s.Counts.Unchanged++
		}
	}
	return nil
}

// cases reads what is known of records. unread are the orders that the shop has and
// does not show, with the reason.
func (s *slice) cases(ctx context.Context, ds []doubt) (cases []Case, unread map[string]string, err error) {
	var ids []string
	for _, d := range ds {
		cases = append(cases, Case{ID: d.ID, Name: d.External, Hidden: !s.horizon.IsZero(), external: d.External})
		if !strings.HasPrefix(d.ID, "R") {
			ids = append(ids, d.ID)
		}
	}
	if unread, err = s.shopSays(ctx, cases, ids); err != nil {
		return nil, nil, err
	}
	if err := s.companySays(ctx, cases); err != nil {
		return nil, nil, err
	}
	return cases, unread, s.storeSays(ctx, cases, ids)
}

// shopSays reads orders with their refunds.
func (s *slice) shopSays(ctx context.Context, cases []Case, ids []string) (unread map[string]string, err error) {
	unread = map[string]string{}
	if err := s.repaidStill(ctx, cases); err != nil || len(ids) == 0 {
		return unread, err
	}
	read, err := s.Copies.Orders(ctx, ids)
	if err != nil {
		return nil, err
	}
	var back []orders.Order
	for _, o := range read.Orders {
		if len(o.Refunds) > 0 {
			back = append(back, o)
		}
	}
	given, err := s.Copies.Refunds(ctx, back)
	if err != nil {
		return nil, err
	}
	for _, u := range slices.Concat(read.Unread, given.Unread) {
		unread[u.ID] = u.Err.Error()
	}
	for i := range cases {
		at := slices.IndexFunc(read.Orders, func(o orders.Order) bool { return o.ID == cases[i].ID })
		if at < 0 {
			continue
		}
		o := read.Orders[at]
		if g, ok := given.Of[o.ID]; ok {
			o = o.With(g)
		}
		cases[i].Order, cases[i].Name = &o, o.Name
	}
	return unread, nil
}

// repaidStill marks the refunds among cases that the shop has.
func (s *slice) repaidStill(ctx context.Context, cases []Case) error {
	var ids []string
	for _, c := range cases {
		if id, ok := strings.CutPrefix(c.ID, "R"); ok {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	of, err := s.Heads.Refunds(ctx, ids)
	for i := range cases {
		if id, ok := strings.CutPrefix(cases[i].ID, "R"); ok {
			cases[i].Repaid = of[id] != ""
		}
	}
	return err
}

// externals are the external numbers by which documents of a case are looked for.
func externals(c Case) (docs, memos []string) {
	external := c.external
	isRefund := strings.HasPrefix(c.ID, "R")
	if external != "" && !isRefund && strings.HasSuffix(external, "-"+c.ID) {
		docs = append(docs, external)
	}
	if external != "" && isRefund && strings.HasSuffix(external, "-"+c.ID) {
		memos = append(memos, external)
	}
	if c.Order == nil {
		return docs, memos
	}
	docs = append(docs, documents.ExternalNumber(*c.Order), documents.EarlierExternalNumber(*c.Order))
	for _, r := range c.Order.Refunds {
		memos = append(memos, creditmemos.ExternalNumber(*c.Order, r.ID))
	}
	return docs, memos
}

// companySays finds the documents of cases by their external numbers.
func (s *slice) companySays(ctx context.Context, cases []Case) error {
	var docs, memos []string
	of := map[string]int{} // which case, by external number
	for i, c := range cases {
		d, m := externals(c)
		for _, x := range slices.Concat(d, m) {
			of[x] = i
		}
		docs, memos = append(docs, d...), append(memos, m...)
	}
	found, err := s.Finds.DocumentsOf(ctx, distinct(docs))
	if err != nil {
		return err
	}
	repaid, err := s.Finds.MemosOf(ctx, distinct(memos))
	if err != nil {
		return err
	}
	for _, d := range found {
		if i, ok := of[strings.ToUpper(d.External)]; ok {
			d.Currency = s.card.iso(d.Currency)
			cases[i].Documents = append(cases[i].Documents, d)
		}
	}
	for _, d := range repaid {
		if i, ok := of[strings.ToUpper(d.External)]; ok {
			d.Currency = s.card.iso(d.Currency)
			cases[i].Memos = append(cases[i].Memos, d)
		}
	}
	return s.shipped(ctx, cases, docs, of)
}

func distinct(values []string) []string {
	values = slices.Clone(values)
	slices.Sort(values)
	return slices.Compact(values)
}

// shipped reads what was shipped and fulfilled of cases.
func (s *slice) shipped(ctx context.Context, cases []Case, docs []string, of map[string]int) error {
	if !s.card.Fulfils {
		return nil
	}
	ships, err := s.Finds.ShipmentsOf(ctx, distinct(docs))
	if err != nil {
		return err
	}
	until := s.Now().Add(-settle)
	var numbers, ids []string
	for _, sh := range ships {
		i, ok := of[strings.ToUpper(sh.External)]
		if !ok || !sh.ModifiedAt.Before(until) || slices.Contains(cases[i].Shipments, sh.Number) {
			continue
		}
		cases[i].Shipments = append(cases[i].Shipments, sh.Number)
		numbers = append(numbers, sh.Number)
		if cases[i].Order != nil && !slices.Contains(ids, cases[i].ID) {
			ids = append(ids, cases[i].ID)
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	units, err := s.Finds.Shipped(ctx, distinct(numbers))
	if err != nil {
		return err
	}
	sent := map[string]Goods{}
	if len(ids) > 0 {
		if sent, err = s.Heads.Units(ctx, ids); err != nil {
			return err
		}
	}
	for i := range cases {
		c := &cases[i]
		slices.Sort(c.Shipments)
		c.Fulfilled = sent[c.ID]
		for _, n := range c.Shipments {
			c.Shipped = c.Shipped.add(units[n])
		}
		c.withoutCharges(s.card.charges)
	}
	return nil
}

// withoutCharges takes out of what was shipped the items that stand in the place of
// accounts, which are no goods, unless the order has a line of one.
func (c *Case) withoutCharges(items []string) {
	for _, code := range items {
		if c.Order == nil || !slices.ContainsFunc(c.Order.Lines, func(l orders.Line) bool { return bcapi.Code(l.SKU) == code }) {
			delete(c.Shipped, code)
		}
	}
}

// storeSays reads what Backroom knows of cases, and looks for documents by the numbers
// that it has stored: somebody may have changed an external number.
func (s *slice) storeSays(ctx context.Context, cases []Case, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	fates, err := s.Known.Fates(ctx, s.Request.Shop, ids)
	if err != nil {
		return err
	}
	var numbers []string
	of := map[string]int{}
	for i := range cases {
		c := &cases[i]
		c.Fate = fates[c.ID]
		if n := c.Fate.Document; n != "" && c.Order != nil && len(c.Documents) == 0 {
			numbers, of[n] = append(numbers, n), i
		}
		if c.Order == nil && s.Elsewhere != nil && !strings.HasPrefix(c.ID, "R") {
			if c.Elsewhere, err = s.Elsewhere(ctx, s.Card, c.ID); err != nil {
				return err
			}
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	found, err := s.Finds.DocumentsBy(ctx, distinct(numbers))
	if err != nil {
		return err
	}
	for _, d := range found {
		i, ok := of[GroupOf(d)]
		if !ok {
			i, ok = of[d.Number]
		}
		same := func(o Document) bool { return o.Kind == d.Kind && o.Number == d.Number }
		if ok && !slices.ContainsFunc(cases[i].Documents, same) {
			d.Currency = s.card.iso(d.Currency)
			cases[i].Documents = append(cases[i].Documents, d)
		}
	}
	return nil
}

// say stores what is wrong with a case, each record once, and takes back what is not
// any more. Differences that a person has accepted are left out of v.
func (s *slice) say(ctx context.Context, c Case, v *Verdict) error {
	byRecord := map[[2]string][]Difference{}
	var order [][2]string
	for _, d := range v.Differences {
		key := [2]string{d.Kind, recordOf(c, d)}
		if byRecord[key] == nil {
			order = append(order, key)
		}
		byRecord[key] = append(byRecord[key], d)
	}
	v.Differences = nil
	for _, key := range order {
		ds := byRecord[key]
		var what strings.Builder
		var parts []issue.Part
		for _, d := range ds {
			what.WriteString(string(d.Reason) + " " + d.Thing + "\n")
			parts = append(parts, issue.Part{Reason: d.Reason, Things: []string{d.Thing}})
		}
		ok, err := s.isAccepted(ctx, key, c, what.String())
		if err != nil {
			return err
		}
		if ok {
			v.Excuse = "a person has accepted the difference"
			delete(byRecord, key)
			continue
		}
		v.Differences = append(v.Differences, ds...)
		s.Row(Found{Order: c.Name, Text: Reasons.Of(parts...).Text})
		i := Reasons.Of(parts...)
		if c.external != c.Name && strings.HasSuffix(c.external, "-"+c.ID) {
			i.Detail = c.external // by which it is found again
		}
		isNew, err := s.Say(ctx, s.Issue(key[0], key[1], c.Name, i))
		if err != nil {
			return err
		}
		if isNew {
			s.Counts.Created++
		}
	}
	return s.clear(ctx, c, byRecord)
}

// Found is a row of a dry run.
type Found struct {
	Order string `json:"order"`
	Text  string `json:"text"`
}

// recordOf is the record of a difference: the order's id, and what of it.
func recordOf(c Case, d Difference) string {
	switch d.Kind {
	case ofRefund:
		return c.ID + "-R" + d.Record
	case ofShipment:
		return c.ID + "-S" + d.Record
	}
	return c.ID
}

// clear takes back the issues of a case that are not there any more.
func (s *slice) clear(ctx context.Context, c Case, still map[[2]string][]Difference) error {
	if s.known == nil {
		known, err := s.Store.issues(ctx, s.Request.Shop)
		if err != nil {
			return err
		}
		s.known = map[string][][2]string{}
		for _, i := range known {
			id := doubtOf(i).ID
			s.known[id] = append(s.known[id], [2]string{i.Kind, i.Record})
		}
	}
	for _, key := range s.known[c.ID] {
		if still[key] != nil {
			continue
		}
		s.Row(Found{Order: c.Name, Text: "It agrees again."})
		if _, err := s.Say(ctx, s.Issue(key[0], key[1], c.Name, issue.Issue{})); err != nil {
			return err
		}
		s.Counts.Updated++
	}
	delete(s.known, c.ID)
	return nil
}

// isAccepted reports whether a person has accepted what a record differs in, by this
// run or an earlier one.
func (s *slice) isAccepted(ctx context.Context, key [2]string, c Case, what string) (bool, error) {
	if slices.ContainsFunc(s.Parameters.Accept, func(n string) bool { return means(n, c.Name, key[1]) }) {
		if s.Request.DryRun {
			return true, nil
		}
		return true, s.Guard.Write(ctx, s.Request.Lease, record.Put(acceptKey(s.Request.Shop, key[0], key[1]), schema, accepted{What: what}, table.Always))
	}
	was, err := s.Store.accepted(ctx, s.Request.Shop, key[0], key[1])
	return was == what, err
}

// means reports whether a person who says n means a record.
func means(n, name, rec string) bool {
	n = strings.TrimSpace(n)
	return n == rec || strings.EqualFold(n, name) || strings.EqualFold("#"+n, name)
}

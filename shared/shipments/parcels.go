package shipments

import (
	"cmp"
	"slices"
	"strings"

	"backroom/shared/bcapi"
)

// TextOfParcel begins a text on the order by which a person or a warehouse names a
// parcel, where the company has no other way: TRACK:UPS:1Z999AA10123456784, and
// behind another colon the address where it can be followed. The second description
// of the line may list the numbers of the items that the parcel holds, with commas.
const TextOfParcel = "TRACK:"

// ParcelOf reads the parcel that a line's text names. It reports false for any other
// text.
func ParcelOf(l Line) (Parcel, bool) {
	text := strings.TrimSpace(l.Description)
	if l.Kind != Text || len(text) < len(TextOfParcel) || !strings.EqualFold(text[:len(TextOfParcel)], TextOfParcel) {
		return Parcel{}, false
	}
	carrier, rest, _ := strings.Cut(text[len(TextOfParcel):], ":")
	number, address, _ := strings.Cut(rest, ":")
	p := Parcel{Agent: strings.TrimSpace(carrier), Number: strings.TrimSpace(number), URL: strings.TrimSpace(address), ByText: true}
	for item := range strings.SplitSeq(l.Description2, ",") {
		if item = bcapi.Code(item); item != "" {
			p.Items = append(p.Items, item)
		}
	}
	return p, p.Number != "" || p.URL != ""
}

// parcel is one for Shopify, with the lines that it holds; nil: all, or not told.
type parcel struct {
	Tracking
	Lines []int
}

// Notes are what a run says of parcels.
type Notes struct {
	None    int      // fulfilments without tracking
	Left    []string // numbers that Shopify is not told: of another carrier, without the goods
	Address []string // numbers whose address is none
	Late    []string // numbers of another carrier than the fulfilment of their goods has
	Apart   []string // numbers that texts name with goods that are not in the shipment
	Bare    []string // numbers whose address is not sent: others of their fulfilment have none
}

// parcels are a shipment's parcels, and ws with the carrier of each. A fulfilment has
// one company: what another one carries needs a fulfilment of its own, so that its
// parcels count only if the source tells which goods they hold. Goods that two of them
// hold go with the first.
func parcels(s Shipment, ws []want, cs []Carrier, n *Notes) ([]want, []parcel) {
	var all []parcel
	for _, p := range s.Parcels {
		if p.ByText && !s.holds(p) {
			if len(ws) > 0 {
				n.Apart = append(n.Apart, p.mark())
			}
			continue
		}
		company, pattern := companyOf(cs, p.Agent, p.AgentName)
		t := parcel{Tracking: Tracking{Number: cleaned(p.Number), Company: company, URL: address(p, pattern)}}
		if t.URL == "" && strings.TrimSpace(p.URL) != "" {
			n.Address = append(n.Address, p.Number)
		}
		if t.Number == "" && t.URL == "" {
			continue
		}
		for _, w := range ws {
			if slices.Contains(p.Items, w.Object) || w.Tracking != "" && w.Tracking == strings.TrimSpace(p.Number) {
				t.Lines = append(t.Lines, w.Sequence)
			}
		}
		all = append(all, t)
	}
	if len(all) == 0 {
		return ws, nil
	}
	ws = slices.Clone(ws)
	for i := range ws {
		ws[i].Company = all[0].Company
		if at := slices.IndexFunc(all, func(p parcel) bool { return slices.Contains(p.Lines, ws[i].Sequence) }); at >= 0 {
			ws[i].Company = all[at].Company
		}
	}
	return ws, slices.DeleteFunc(all, func(p parcel) bool {
		goes := slices.ContainsFunc(ws, func(w want) bool {
			return w.Company == p.Company && (p.Lines == nil && p.Company == all[0].Company || slices.Contains(p.Lines, w.Sequence))
		})
		if !goes && len(ws) > 0 {
			n.Left = append(n.Left, cmp.Or(p.Number, p.URL))
		}
		return !goes
	})
}

// mark tells one parcel from another.
func (p Parcel) mark() string { return cmp.Or(cleaned(p.Number), strings.TrimSpace(p.URL)) }

// holds reports whether a parcel has goods of what is left of the shipment, as far as the
// source tells. Items that are on none of its lines tell nothing.
func (s Shipment) holds(p Parcel) bool {
	number := strings.TrimSpace(p.Number)
	in := func(l Line) bool {
		return l.Kind == Item && (slices.Contains(p.Items, bcapi.Code(l.Object)) || number != "" && strings.TrimSpace(l.Tracking) == number)
	}
	left, _, _ := net(s.Lines)
	return slices.ContainsFunc(left, in) || !slices.ContainsFunc(s.Lines, in)
}

// byTexts are the marks of the parcels that texts name; none of a shipment of which all
// items were taken back, nor of goods that it has not shipped.
func (s Shipment) byTexts() (marks []string) {
	if left, _, _ := net(s.Lines); !slices.ContainsFunc(left, func(l Line) bool { return l.Kind == Item }) {
		return nil
	}
	for _, l := range s.Lines {
		if p, ok := ParcelOf(l); ok && s.holds(p) && !slices.Contains(marks, p.mark()) {
			marks = append(marks, p.mark())
		}
	}
	return marks
}

// add adds a parcel that a text names. What it says of one that is known by its number
// completes that.
func (s *Shipment) add(p Parcel) {
	i := slices.IndexFunc(s.Parcels, func(o Parcel) bool { return cleaned(o.Number) != "" && cleaned(o.Number) == cleaned(p.Number) })
	if i < 0 {
		s.Parcels = append(s.Parcels, p)
		return
	}
	known := &s.Parcels[i]
	if known.URL = cmp.Or(known.URL, p.URL); known.Agent+known.AgentName == "" {
		known.Agent = p.Agent
	}
	known.Items = append(slices.Clip(known.Items), p.Items...)
}

// own leaves out of the parcels of r's shipment those that texts name and that are
// another one's, which was posted before: an order's text stands in every later
// shipment.
func own(ps []Parcel, r Record, others []Record) []Parcel {
	var theirs []string
	for _, o := range others {
		if o.compare(r) < 0 {
			theirs = append(theirs, o.parcels()...)
		}
	}
	return slices.DeleteFunc(slices.Clone(ps), func(p Parcel) bool { return p.ByText && slices.Contains(theirs, p.mark()) })
}

// cleaned is a tracking number without blanks around it and without characters that
// cannot be shown. Quotes and emoji are sent as they are.
func cleaned(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s))
}

// sends notes which addresses are not sent with these parcels: Shopify goes by their
// places among the numbers, so that it is told of all or of none.
func (n *Notes) sends(ps []Tracking) {
	if !slices.ContainsFunc(ps, func(p Tracking) bool { return p.URL == "" }) {
		return
	}
	for _, p := range ps {
		if p.URL != "" {
			n.Bare = append(n.Bare, cmp.Or(p.Number, p.URL))
		}
	}
}

// tracked are the parcels of a fulfilment of these lines by one company: those that
// hold some of its goods, and those of which nobody tells what they hold.
func tracked(all []parcel, company string, lines []int) (out []Tracking) {
	for _, p := range all {
		holds := p.Lines == nil || slices.ContainsFunc(p.Lines, func(n int) bool { return slices.Contains(lines, n) })
		if p.Company == company && holds && !slices.Contains(out, p.Tracking) {
			out = append(out, p.Tracking)
		}
	}
	return out
}

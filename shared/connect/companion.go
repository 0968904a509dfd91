package connect

import (
	"context"
	"slices"

	"backroom/shared/documents"
	"backroom/shared/task"
)

// Lack is what a card asks for that the company does not tell: its companion API, or a
// set of that, is not there.
type Lack struct {
	task.Told

	Settings []string // of the card that ask for it
}

// companion is what a company tells of its companion API. Errors carry a fault.Kind.
type companion interface {
	// Tells reports whether the companion API has a set that the app may read.
	Tells(ctx context.Context, set string) (bool, error)
}

// lacks asks for the sets of the companion API that the card asks for, each once.
func (f *Found) lacks(ctx context.Context, bc companion, ds []task.Definition, card documents.Card) error {
	tells := map[string]*bool{}
	for _, d := range ds {
		for _, t := range d.Told {
			by, err := t.By(card.Shop)
			if err != nil {
				return err
			}
			if len(by) == 0 {
				continue
			}
			if _, asked := tells[t.Set]; !asked {
				tells[t.Set] = nil
				if is := read(f, "companion extension", func() ([]bool, error) {
					is, err := bc.Tells(ctx, t.Set)
					return []bool{is}, err
				}); len(is) == 1 {
					tells[t.Set] = &is[0]
				}
			}
			if is := tells[t.Set]; is != nil && !*is {
				f.Lacks = append(f.Lacks, Lack{t, by})
			}
		}
	}
	return ctx.Err()
}

// untold: what the card asks for and the company does not tell.
func untold(_ documents.Card, found Found) (out []Finding) {
	for _, l := range found.Lacks {
		out = append(out, Finding{
			Weight: Note, Text: l.Without, Settings: slices.Clone(l.Settings),
			WayOut: "Install the companion extension in Business Central, and let the app read it, if this is wanted.",
		})
	}
	return out
}

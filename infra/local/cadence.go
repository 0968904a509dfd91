package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"backroom/shared/documents"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/orders"
	"backroom/shared/record"
	"backroom/shared/table"
)

// cadence is what BACKROOM_EVERY has given sync-orders last.
type cadence struct {
	Every time.Duration `json:"every"`
}

const cadenceSchema = 1

func cadenceKey(shop string) table.Key { return table.Key{PK: "SHOP#" + shop, SK: "EVERY"} }

// The tasks that commands name.
const (
	imports        = orders.TaskName // the one whose job BACKROOM_EVERY is of
	makesDocuments = documents.TaskName
)

// pace brings a changed BACKROOM_EVERY into the job entry, unless a person has
// changed when it runs, and says which of the two.
func (e *engine) pace(ctx context.Context, every time.Duration) error {
	j, err := e.jobs.Store.Entry(ctx, e.card.Code, imports)
	if errors.Is(err, jobstore.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	tab := e.db.Table()
	given := cadence{Every: j.Every} // a file of an earlier release does not say
	if _, err := record.Get(ctx, tab, cadenceKey(e.card.Code), cadenceSchema, &given); err != nil {
		return fmt.Errorf("BACKROOM_EVERY: %w", err)
	}
	switch {
	case j.Every == every, given.Every == every:
	case byPerson(j, given.Every):
		e.say(ctx, fmt.Sprintf("BACKROOM_EVERY is %s, and %s keeps the times that somebody has given it: %s. "+
			"To change them: backroom jobs show %s, then jobs save.", spell(every), imports, either(spell(j.Every), "a rule of its own"), imports))
		return nil
	default:
		was := given.Every
		j.Every = every
		if _, err := e.jobs.Save(ctx, j); err != nil {
			return fmt.Errorf("BACKROOM_EVERY: %w", err)
		}
		e.say(ctx, fmt.Sprintf("%s runs every %s from now on, as BACKROOM_EVERY says; it was every %s.", imports, spell(every), spell(was)))
	}
	return tab.Write(ctx, record.Put(cadenceKey(e.card.Code), cadenceSchema, cadence{Every: every}, table.Always))
}

// byPerson reports whether somebody has changed when j runs: its rule is more
// than the cadence that the settings gave it last.
func byPerson(j jobqueue.Entry, given time.Duration) bool {
	rule := j.Rule
	rule.Every, rule.EarliestStart = 0, time.Time{}
	return j.Every != given || rule != (jobqueue.Entry{}).Rule
}

// spell writes a cadence as people set it, "" if there is none.
func spell(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return fmt.Sprintf("%dm", d/time.Minute)
}

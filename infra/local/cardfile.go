package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"

	"backroom/shared/record"
	"backroom/shared/shop"
	"backroom/shared/table"
)

// appliedFile is what BACKROOM_SHOP_FILE has brought into the card last, by setting.
type appliedFile struct {
	Settings map[string]json.RawMessage `json:"settings"`
}

const appliedSchema = 1

func appliedKey(code string) table.Key { return table.Key{PK: "SHOP#" + code, SK: "FILE"} }

// applyFile brings into the card what BACKROOM_SHOP_FILE says anew: settings that it has
// said before stay as they are now, for somebody may have changed them since. Of both
// kinds it says which. The write is to be made with the card.
func (e *engine) applyFile(ctx context.Context, s settings, card *shop.Shop) (write func() error, err error) {
	key, tab := appliedKey(card.Code), e.db.Table()
	if s.Card == "" { // a file that is named again later says all of it anew
		return func() error { return tab.Write(ctx, table.Delete(key, table.Always)) }, nil
	}
	var before appliedFile
	if _, err := record.Get(ctx, tab, key, appliedSchema, &before); err != nil {
		return nil, fmt.Errorf("BACKROOM_SHOP_FILE: %w", err)
	}
	text, err := os.ReadFile(s.Card)
	if err != nil {
		return nil, fmt.Errorf("BACKROOM_SHOP_FILE: %w", err)
	}
	as := *card // as the file alone would have it
	if err := e.Sections.Set(&as, text, s.elsewhere()...); err != nil {
		return nil, fmt.Errorf("BACKROOM_SHOP_FILE: %s: %w", s.Card, err)
	}
	var now appliedFile
	if err := json.Unmarshal(text, &now.Settings); err != nil {
		return nil, fmt.Errorf("BACKROOM_SHOP_FILE: %s: %w", s.Card, err)
	}
	is, err := shownSettings(e.Sections, *card)
	if err != nil {
		return nil, err
	}
	meant, err := shownSettings(e.Sections, as)
	if err != nil {
		return nil, err
	}
	anew := map[string]json.RawMessage{}
	var kept []string
	for _, name := range slices.Sorted(maps.Keys(now.Settings)) {
		switch said, before := before.Settings[name]; {
		case !before || !sameJSON(said, now.Settings[name]):
			anew[name] = now.Settings[name]
		case !bytes.Equal(is[name], meant[name]):
			kept = append(kept, name)
		}
	}
	if len(kept) > 0 {
		e.say(ctx, fmt.Sprintf("The shop card has other values of %s than BACKROOM_SHOP_FILE: somebody has changed them since the file was taken, and that counts. "+
			"backroom shop diff %s shows both; shop set %s takes the file's.", listed(kept), s.Card, s.Card))
	}
	changed, err := json.Marshal(anew)
	if err == nil {
		err = e.Sections.Set(card, changed, s.elsewhere()...)
	}
	if err != nil {
		return nil, fmt.Errorf("BACKROOM_SHOP_FILE: %s: %w", s.Card, err)
	}
	return func() error { return tab.Write(ctx, record.Put(key, appliedSchema, now, table.Always)) }, nil
}

// shownSettings are the settings of a card as it is shown, by name.
func shownSettings(sections shop.Sections, card shop.Shop) (out map[string]json.RawMessage, err error) {
	js, err := sections.Show(card)
	if err == nil {
		err = json.Unmarshal(js, &out)
	}
	return out, err
}

// sameJSON reports whether two values are the same but for blanks and the order of fields.
func sameJSON(a, b json.RawMessage) bool {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	p, errP := json.Marshal(x)
	q, errQ := json.Marshal(y)
	return errP == nil && errQ == nil && bytes.Equal(p, q)
}

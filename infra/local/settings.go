package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"backroom/shared/strict"
)

// settingsOf reads settings of the shop card as a person gives them: FIELD=VALUE, or
// files of the form that shop show prints (- is standard input). A value that is no
// JSON, or whose setting holds a text now, is a text.
func settingsOf(in io.Reader, args []string, now map[string]json.RawMessage) (map[string]json.RawMessage, error) {
	out := map[string]json.RawMessage{}
	for _, a := range args {
		name, value, ok := strings.Cut(a, "=")
		if !ok {
			file, err := cardIn(in, a)
			if err != nil {
				return nil, err
			}
			maps.Copy(out, file)
			continue
		}
		js := json.RawMessage(value)
		if isText := strings.HasPrefix(string(now[name]), `"`); isText || !json.Valid(js) {
			var err error
			if js, err = json.Marshal(value); err != nil {
				return nil, err
			}
		}
		out[name] = js
	}
	return out, nil
}

// cardIn reads a file of settings.
func cardIn(in io.Reader, name string) (map[string]json.RawMessage, error) {
	var text []byte
	var err error
	if name == "-" {
		text, err = io.ReadAll(in)
	} else {
		text, err = os.ReadFile(name) //nolint:gosec // the file that the person names
	}
	if err != nil {
		return nil, fmt.Errorf("%q is neither FIELD=VALUE nor a file: %w", name, err)
	}
	out := map[string]json.RawMessage{}
	if err := strict.Decode(text, &out); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return out, nil
}

// change is a setting that a file or a command has otherwise.
type change struct {
	Field string          `json:"field"`
	Now   json.RawMessage `json:"now"`
	Would json.RawMessage `json:"would"`
}

// differences are the settings that given has otherwise than now.
func differences(now, given map[string]json.RawMessage) ([]change, error) {
	out := []change{}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		a, err := plainJSON(now[name])
		if err != nil {
			return nil, err
		}
		b, err := plainJSON(given[name])
		if err != nil {
			return nil, err
		}
		if a != b {
			out = append(out, change{name, json.RawMessage(a), json.RawMessage(b)})
		}
	}
	return out, nil
}

// plainJSON is JSON without what does not matter: space, and the order of fields.
func plainJSON(js json.RawMessage) (string, error) {
	if len(js) == 0 {
		return "null", nil
	}
	var v any
	if err := strict.Decode(js, &v); err != nil {
		return "", err
	}
	out, err := json.Marshal(v)
	return string(out), err
}

// current is the card by its fields.
func (d *desk) current(ctx context.Context) (map[string]json.RawMessage, error) {
	card, err := d.Card(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]json.RawMessage{}
	return out, json.Unmarshal(card, &out)
}

// changesOf are those that the arguments of a command make.
func changesOf(ctx context.Context, cmd *cobra.Command, d *desk, args []string) (map[string]json.RawMessage, []change, error) {
	now, err := d.current(ctx)
	if err != nil {
		return nil, nil, err
	}
	given, err := settingsOf(cmd.InOrStdin(), args, now)
	if err != nil {
		return nil, nil, err
	}
	cs, err := differences(now, given)
	return given, cs, err
}

func printChanges(w io.Writer, cs []change) {
	for _, c := range cs {
		fmt.Fprintf(w, "%s: %s -> %s\n", c.Field, c.Now, c.Would)
	}
}

func setShopCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "set FIELD=VALUE...", Short: "change settings of the shop card, at once", Args: cobra.MinimumNArgs(1),
		Long: `Changes settings of the shop card, at once and in a server that runs too. What
is not named stays; all that is wrong is said at once, and nothing is changed.
In place of a setting a file is taken as well, of the form that show prints. It
stays changed: of BACKROOM_SHOP_FILE a start takes what is new in it alone.

  backroom shop set defaultCompanyNo=D00070 tolerance=0.05
  backroom shop set card.json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return with(cmd, false, func(ctx context.Context, d *desk) error {
				given, cs, err := changesOf(ctx, cmd, d, args)
				if err != nil {
					return err
				}
				if len(cs) > 0 {
					if err := d.SetCard(ctx, given); err != nil {
						return err
					}
				}
				if asJSON(cmd) {
					return printJSON(cmd.OutOrStdout(), cs)
				}
				printChanges(cmd.OutOrStdout(), cs)
				if len(cs) == 0 {
					fmt.Fprintln(cmd.OutOrStdout(), "It is so already.")
				}
				return nil
			})
		},
	}
	c.Flags().Bool("json", false, "print the changes as JSON")
	return c
}

func diffShopCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "diff FILE", Short: "what a file would change on the shop card", Args: cobra.MinimumNArgs(1),
		Long: `What a file, or settings as set takes them, would change on the shop card.
Nothing is changed. Exit status: 0 nothing would change, 3 something would, 1
anything else.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return with(cmd, false, func(ctx context.Context, d *desk) error {
				_, cs, err := changesOf(ctx, cmd, d, args)
				switch {
				case err != nil:
					return err
				case asJSON(cmd):
					err = printJSON(cmd.OutOrStdout(), cs)
				default:
					printChanges(cmd.OutOrStdout(), cs)
				}
				if err == nil && len(cs) > 0 {
					return &exit{status: statusIssues}
				}
				return err
			})
		},
	}
	c.Flags().Bool("json", false, "print JSON")
	return c
}

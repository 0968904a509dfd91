package main

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"backroom/shared/api"
	"backroom/shared/api/client"
	"backroom/shared/jobqueue"
)

// offered is what can stand in a place of a command line, as the server that runs knows it.
type offered func(ctx context.Context, d *desk) ([]string, error)

// flagsOffer are what flags can be, by name. A flag of a verb has its path in front, where the
// same name is something else there; nil: anything.
var flagsOffer = map[string]offered{
	"state": words(stateNames), "status": words(statusNames), "outcome": words(outcomeNames), "weekdays": words(weekdayNames),
	"entry": jobNames, "task": taskNames, "category": distinct(func(j jobView) string { return j.Category }),
	"reason": reasonNames, "shop": shopCodes,
	"jobs hold reason": nil, "jobs pause reason": nil, "orders done reason": nil,
	"jobs hold name": jobNames, "jobs release name": jobNames, "jobs restart name": jobNames, "jobs cancel name": jobNames,
}

// argumentsOffer are what the first arguments of verbs can be that have nothing of their own, by
// the word for them.
var argumentsOffer = map[string]offered{
	"ORDER": orderNames, "JOB": jobNames, "RUN": runNames, "SHOP": shopCodes, "TASK": jobNames, "PAYOUT": payoutNames, "FIELD": fieldNames,
	"CUSTOMER-ID": linkedIDs(api.Customer), "COMPANY-ID": linkedIDs(api.Company), "COMPANY-LOCATION-ID": linkedIDs(api.CompanyLocation), "NAME": accountNames,
}

// completeAll gives all verbs of c what completes their flags and arguments.
func completeAll(c *cobra.Command) {
	path := strings.TrimPrefix(strings.TrimPrefix(c.CommandPath(), "backroom"), " ")
	c.Flags().VisitAll(func(f *pflag.Flag) {
		offer, ok := flagsOffer[path+" "+f.Name]
		if !ok {
			offer = flagsOffer[f.Name]
		}
		if _, has := c.GetFlagCompletionFunc(f.Name); offer != nil && !has {
			_ = c.RegisterFlagCompletionFunc(f.Name, func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
				return offers(cmd, offer)
			})
		}
	})
	if offer := argumentsOffer[firstArgument(c)]; offer != nil && c.ValidArgsFunction == nil {
		completes(c, offer)
	}
	for _, sub := range c.Commands() {
		completeAll(sub)
	}
}

// firstArgument is the word for the first argument of a verb; "" if it takes none.
func firstArgument(c *cobra.Command) string {
	_, args, _ := strings.Cut(c.Use, " ")
	args = strings.TrimLeft(args, "[")
	return args[:len(args)-len(strings.TrimLeft(args, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-"))]
}

// offers are the words that complete something; none without a server.
func offers(cmd *cobra.Command, offer offered) ([]string, cobra.ShellCompDirective) {
	out, err := quietly(cmd, offer)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

func words(of func() []string) offered {
	return func(context.Context, *desk) ([]string, error) { return of(), nil }
}

func weekdayNames() []string { return []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} }

// outcomeNames are the outcomes of runs.
func outcomeNames() (out []string) {
	for _, o := range []jobqueue.Outcome{
		jobqueue.Succeeded, jobqueue.SucceededWithIssues, jobqueue.Failed, jobqueue.Cancelled, jobqueue.Lost, jobqueue.Rejected, jobqueue.Skipped,
	} {
		out = append(out, string(o))
	}
	return out
}

// distinct are what jobs have of something, each once.
func distinct(of func(jobView) string) offered {
	return func(ctx context.Context, d *desk) ([]string, error) {
		js, err := d.Jobs(ctx)
		seen := map[string]bool{}
		for _, j := range js {
			seen[of(j)] = true
		}
		delete(seen, "")
		return slices.Sorted(maps.Keys(seen)), err
	}
}

// taskNames are the tasks that the jobs are of.
func taskNames(ctx context.Context, d *desk) ([]string, error) {
	js, err := d.Jobs(ctx)
	seen := map[string]bool{}
	for _, j := range js {
		var f api.JobDefinition
		if err := d.ask(&f, func(c *client.Client) (*http.Response, error) { return c.GetJob(ctx, d.Shop, j.ID) }); err != nil {
			return nil, err
		}
		seen[f.Task] = true
	}
	return slices.Sorted(maps.Keys(seen)), err
}

// reasonNames are the reasons that issues have now.
func reasonNames(ctx context.Context, d *desk) ([]string, error) {
	is, _, err := d.Issues(ctx, "", 0)
	seen := map[string]bool{}
	for _, i := range is {
		seen[string(i.Reason)] = true
	}
	return slices.Sorted(maps.Keys(seen)), err
}

func payoutNames(ctx context.Context, d *desk) (out []string, err error) {
	ps, _, err := d.payouts(ctx, paging{limit: 30})
	for _, p := range ps {
		out = append(out, p.ID+"\t"+strings.ToLower(p.Status)+" "+amount(p.Net))
	}
	return out, err
}

// linkedIDs are the ids of what is linked of a kind.
func linkedIDs(kind api.LinkKind) offered {
	return func(ctx context.Context, d *desk) (out []string, err error) {
		ls, err := d.Links(ctx, kind)
		for _, l := range ls {
			out = append(out, l.ID+"\t"+l.Number)
		}
		return out, err
	}
}

// fieldNames are the settings of the shop card.
func fieldNames(ctx context.Context, d *desk) (out []string, err error) {
	card, err := d.Card(ctx)
	if err != nil {
		return nil, err
	}
	var all map[string]json.RawMessage
	err = json.Unmarshal(card, &all)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		out = append(out, name+"=")
	}
	return out, err
}

func accountNames(ctx context.Context, d *desk) ([]string, error) {
	card, err := d.Card(ctx)
	if err != nil {
		return nil, err
	}
	as, err := accounts(card)
	return slices.Sorted(maps.Keys(as)), err
}

// keys are those of the rows of a list of the card, with what they lead to.
func (m mappable) keys(ctx context.Context, d *desk) (out []string, err error) {
	ms, err := d.Mappings(ctx, m.list)
	for _, r := range ms {
		out = append(out, r.Key+"\t"+r.Values[m.values[0]])
	}
	return out, err
}

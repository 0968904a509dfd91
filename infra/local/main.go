// Command backroom runs Backroom on one machine: the embedded engine with its
// HTTP interface, and the commands to look at and steer it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"backroom/shared/config"
	"backroom/shared/connect"
	"backroom/shared/plain"
)

// exit is an error that ends the program with a status of its own.
type exit struct {
	status int
	err    error
}

func (e *exit) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exit) Unwrap() error { return e.err }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := execute(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// execute is a run of backroom with its exit status. All that it prints goes
// through [plain.Writer]: shops and companies call their things as they like.
func execute(ctx context.Context, args []string, out, errs io.Writer) (status int) {
	stdout, stderr := plain.NewWriter(out), plain.NewWriter(errs)
	c := root() //nolint:contextcheck // commands get it from ExecuteContext
	c.SetArgs(args)
	c.SetOut(stdout)
	c.SetErr(stderr)
	if err := c.ExecuteContext(ctx); err != nil {
		status = 1
		if text := err.Error(); text != "" {
			fmt.Fprintln(stderr, "backroom:", text)
		}
		if e, ok := errors.AsType[*exit](err); ok {
			status = e.status
		}
	}
	if err := errors.Join(stdout.Flush(), stderr.Flush()); err != nil && status == 0 {
		status = 1
	}
	return status
}

func root() *cobra.Command {
	c := &cobra.Command{
		Use:   "backroom",
		Short: "keep a Shopify shop and Business Central in step",
		Long: `Backroom imports a Shopify shop's orders and makes Business Central sales orders
of them: on schedule, each exactly once, and with a sentence for every order
that needs somebody's attention.

Try it without an account anywhere:

  backroom demo                 a whole sync against simulated shops
  backroom serve                the same, staying up; then, in another terminal:
  backroom run ` + imports + `      one run now
  backroom orders --state attention
  backroom orders accept #1042  decide about an order

With SHOPIFY_* and BC_* settings it works with a real shop and a real company;
.env.example lists them all. Without any, simulators stand in.`,
		SilenceUsage: true, SilenceErrors: true, Version: version(),
	}
	c.CompletionOptions.HiddenDefaultCmd = true
	for _, flags := range []string{".LocalFlags", ".InheritedFlags"} { // a terminal has 80 columns
		c.SetUsageTemplate(strings.ReplaceAll(c.UsageTemplate(), flags+".FlagUsages ", fmt.Sprintf("(%s.FlagUsagesWrapped %d) ", flags, connect.Width)))
	}
	c.SetUsageTemplate(strings.ReplaceAll(c.UsageTemplate(), `Use "{{.CommandPath}} [command] --help" for more information about a command.`, "More about one: {{.CommandPath}} COMMAND --help"))
	c.PersistentFlags().String("api", "", "APIAddress of a deployed stage, in place of this machine (BACKROOM_API)")
	c.PersistentFlags().String("shop", "", "of a stage with several shops")
	c.AddCommand(demoCommand(), serveCommand(), runCommand(), ordersCommand(), jobsCommand(), runsCommand(), issuesCommand(), payoutsCommand(), disputesCommand(), statusCommand(), doctorCommand(),
		findCommand(), mapCommand(), trailCommand(), shopCommand(), shopsCommand(), privacyCommand(), backupCommand(), restoreCommand(), simulatorsCommand())
	completeAll(c)
	return c
}

// load reads the settings, or reports all that is wrong with them at once.
func load(cmd *cobra.Command, level slog.Leveler) (settings, error) {
	c, err := config.Load(os.LookupEnv, config.Names(os.Environ()))
	if err != nil {
		return settings{}, fmt.Errorf("settings:\n%w", err)
	}
	if level == nil {
		level = c.LogLevel
	}
	log := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: level}))
	return settings{Config: c, log: log}, nil
}

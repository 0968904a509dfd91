package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"backroom/shared/connect"
	"backroom/shared/sqlite"
)

func backupCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "write a copy of the data file, also while a server runs",
		Long: `Writes a copy of the data file to FILE, also while a server runs on it: jobs,
runs, orders, decisions and links, all of one moment. FILE must not exist; it is
its owner's alone, and holds the orders of customers. Secrets are not in it.

  backroom backup "backroom-$(date +%F).db"`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := load(cmd, nil)
			if err != nil {
				return err
			}
			file := s.stored()
			if file == "" {
				return s.errNothing()
			}
			if err := sqlite.Copy(cmd.Context(), file, args[0]); err != nil {
				return backupError(args[0], err)
			}
			st, err := os.Stat(args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "Wrote %s to %s.\nPut it back with: backroom restore %s\n", megabytes(st.Size()), args[0], args[0])
			return nil
		},
	}
}

func backupError(file string, err error) error {
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s exists, and no backup is overwritten: name another file", file)
	}
	return fmt.Errorf("no backup was written: %w", err)
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

func restoreCommand() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use:   "restore FILE",
		Short: "put a backup in the place of the data file",
		Long: `Puts a backup in the place of the data file, after it has been read through and
compared with the connection that is set. No server may run. What was there is
kept beside it, under a name with the time.

What happened after the backup is found again: orders are read anew from
Shopify, and documents that were made since are found in Business Central by
their external document number. None is made twice. Decisions of people, holds
and changes of jobs that are younger than the backup are gone.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := load(cmd, nil)
			if err != nil {
				return err
			}
			return restore(cmd, s, args[0], yes)
		},
	}
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return c
}

// restored is the data file that a backup comes to.
func (s settings) restored() string {
	if file := s.stored(); file != "" {
		return file
	}
	return realFile(s.Data)
}

func restore(cmd *cobra.Command, s settings, from string, yes bool) error {
	ctx, out, file := cmd.Context(), cmd.OutOrStdout(), s.restored()
	if r, _ := find(ctx, s.Data); r != nil {
		return fmt.Errorf("nothing was changed: a server runs on %s, at http://%s: stop it first (process %d)", s.Data, r.Address, r.PID)
	}
	st, err := os.Stat(from)
	if err != nil {
		return fmt.Errorf("nothing was changed: %w", err)
	}
	if err := private(s.Data); err != nil {
		return fmt.Errorf("BACKROOM_DATA: %w", err)
	}
	kept, err := sqlite.Restore(ctx, from, file, func(db *sqlite.DB) error {
		o, err := fits(ctx, s, db, from, file)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s (%s, written %s)\nis of %s with company %s.\n", from, megabytes(st.Size()), st.ModTime().Format("2006-01-02 15:04:05 MST"), o.Domain, o.Company)
		if yes {
			return nil
		}
		return agreed(cmd.InOrStdin(), out, "Put it in the place of "+file+"?")
	})
	if err != nil {
		return fmt.Errorf("nothing was changed: %w", err)
	}
	fmt.Fprintf(out, "%s is restored.\n", file)
	if kept != "" {
		fmt.Fprintf(out, "What was there is kept: %s\n", kept)
	}
	fmt.Fprint(out, connect.Paragraph("", "The next runs read what has happened since from Shopify and Business Central; no document is made twice."))
	return nil
}

// fits is whose data a backup holds, or why it must not come to the file.
func fits(ctx context.Context, s settings, backup *sqlite.DB, from, file string) (owner, error) {
	o, _, err := storedOwner(ctx, backup)
	switch {
	case err != nil:
		return o, fmt.Errorf("owner of %s: %w", from, err)
	case o == (owner{}):
		return o, fmt.Errorf("%s holds no shop yet", from)
	case s.Shopify != nil:
		if err := o.against(s.owner(), "the backup "+from); err != nil {
			return o, err
		}
	}
	there, err := ownerAt(ctx, file)
	if err != nil || there == (owner{}) {
		return o, nil //nolint:nilerr // a file that cannot be read is what a backup is for
	}
	if err := o.against(there, "the backup "+from); err != nil {
		return o, fmt.Errorf("the data file %s is another connection's: %w", file, err)
	}
	return o, nil
}

// ownerAt is whose the file is, read from a copy: the file may be damaged, and
// is not to be touched.
func ownerAt(ctx context.Context, file string) (o owner, err error) {
	if !exists(file) {
		return o, nil
	}
	folder, err := os.MkdirTemp("", "backroom-restore-")
	if err != nil {
		return o, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	copied := folder + "/copy.db"
	if err := sqlite.Copy(ctx, file, copied); err != nil {
		return o, err
	}
	db, err := sqlite.Open(ctx, copied)
	if err != nil {
		return o, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	o, _, err = storedOwner(ctx, db)
	return o, err
}

var errNotAgreed = errors.New("it was not agreed to")

// agreed asks whoever sits at the terminal, and takes yes for a yes alone.
func agreed(in io.Reader, out io.Writer, question string) error {
	if f, ok := in.(*os.File); ok && !term.IsTerminal(int(f.Fd())) {
		return errors.New("nobody can be asked here: pass --yes")
	}
	fmt.Fprint(out, question+" [y/N] ")
	if f, ok := out.(interface{ Flush() error }); ok {
		if err := f.Flush(); err != nil {
			return err
		}
	}
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes":
		return nil
	}
	return errNotAgreed
}

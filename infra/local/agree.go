package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// asksFirst gives a command that takes something away its --yes.
func asksFirst(c *cobra.Command) { c.Flags().Bool("yes", false, "do not ask") }

// asked asks whoever sits at the terminal, unless the command was given --yes.
func asked(cmd *cobra.Command, question string) error {
	if yes, err := cmd.Flags().GetBool("yes"); err != nil || yes {
		return err
	}
	out := cmd.OutOrStdout()
	if asJSON(cmd) {
		out = cmd.ErrOrStderr()
	}
	return agreed(cmd.InOrStdin(), out, question)
}

// asJSON reports whether a command is to print JSON.
func asJSON(cmd *cobra.Command) bool {
	js, err := cmd.Flags().GetBool("json")
	return err == nil && js
}

// tellsJSON gives a command its --json.
func tellsJSON(cs ...*cobra.Command) {
	for _, c := range cs {
		c.Flags().Bool("json", false, "print JSON")
	}
}

// told prints what a command has done: v as JSON, or text.
func told(cmd *cobra.Command, v any, text string) error {
	if asJSON(cmd) {
		return printJSON(cmd.OutOrStdout(), v)
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), text)
	return err
}

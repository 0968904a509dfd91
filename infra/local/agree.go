package main

import "github.com/spf13/cobra"

// asksFirst gives a command that takes something away its --yes.
func asksFirst(c *cobra.Command) { c.Flags().Bool("yes", false, "do not ask") }

// asked asks whoever sits at the terminal, unless the command was given --yes.
func asked(cmd *cobra.Command, question string) error {
	if yes, err := cmd.Flags().GetBool("yes"); err != nil || yes {
		return err
	}
	return agreed(cmd.InOrStdin(), cmd.OutOrStdout(), question)
}

// asJSON reports whether a command is to print JSON.
func asJSON(cmd *cobra.Command) bool {
	js, err := cmd.Flags().GetBool("json")
	return err == nil && js
}

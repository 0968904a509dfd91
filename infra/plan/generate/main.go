// Command generate writes template.yaml, the events and the mains of the tasks'
// functions from the plan.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"backroom/infra/plan"
)

func main() {
	files, err := plan.Deployed().Files()
	for name, data := range files {
		path := filepath.Join("..", "..", filepath.FromSlash(name))
		if err == nil {
			err = os.MkdirAll(filepath.Dir(path), 0o750)
		}
		if err == nil {
			err = os.WriteFile(path, data, 0o600)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Command generate writes what follows from the plan: template.yaml, the events, the
// mains and the pages of docs of the tasks, and README's table of them.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"backroom/infra/plan"
)

func main() {
	files, err := plan.Deployed().Files()
	if err == nil {
		files["README.md"], err = readme()
	}
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

func readme() ([]byte, error) {
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		return nil, err
	}
	return plan.Deployed().Readme(text)
}

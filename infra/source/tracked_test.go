package source

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestNothingBuiltIsTracked: what the repository keeps is source. A program that somebody has
// built beside it would come with every clone for ever.
func TestNothingBuiltIsTracked(t *testing.T) {
	root := filepath.Join("..", "..")
	list := exec.CommandContext(t.Context(), "git", "ls-files", "-z")
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Skip("there is no git, or no repository: ", err)
	}
	names := strings.Split(strings.TrimRight(string(out), "\x00"), "\x00")
	if len(names) < 1000 {
		t.Fatalf("%d files are tracked: is this the repository?", len(names))
	}
	for _, name := range names {
		info, err := os.Lstat(filepath.Join(root, name))
		if os.IsNotExist(err) { // it is just being removed
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > 1<<20 {
			t.Errorf("%s has %d bytes, at most 1 MiB: git rm --cached %[1]s, and name it in .gitignore if it is built", name, info.Size())
		}
	}
}

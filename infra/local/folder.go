package main

import (
	"fmt"
	"os"
)

// private makes the data folder its owner's alone. A folder that belongs to all
// (its sticky bit is set), or to somebody else, is refused instead.
func private(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	st, err := os.Stat(folder)
	if err != nil || st.Mode().Perm()&0o077 == 0 {
		return err
	}
	if st.Mode()&os.ModeSticky == 0 {
		err = os.Chmod(folder, 0o700) //nolint:gosec // a folder is entered
	}
	if err != nil || st.Mode()&os.ModeSticky != 0 {
		return fmt.Errorf("the folder %s is open to others (%s), and orders are kept in it: name one of your own", folder, st.Mode())
	}
	return nil
}

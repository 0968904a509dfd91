//go:build unix

package sqlite

import "golang.org/x/sys/unix"

// freeBytes is what may still be written to the disk of a folder.
func freeBytes(folder string) (uint64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(folder, &st); err != nil {
		return 0, err
	}
	return uint64(st.Bavail) * uint64(st.Bsize), nil //nolint:gosec,unconvert // sizes, of another type on each system
}

package main

import (
	"os"
	"path/filepath"
	"strings"
)

// makeDataDir makes the folder that a SQLite file needs. Only its owner may
// look in: it holds people's names, and the key beside them.
func makeDataDir(s settings) error {
	dir := s.dataDir
	if !strings.Contains(s.database, "://") {
		dir = filepath.Dir(s.database)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return sayf(err, "The folder %s cannot be made. Choose another with --data-dir.", dir)
	}
	return nil
}

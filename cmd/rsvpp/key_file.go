package main

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/rsvpp/rsvpp/internal/seal"
)

// keyFile is where the keys that seal come from: a setting, or a file.
type keyFile struct {
	path  string
	given string // the setting; then there is no file
}

func keysOf(s settings) keyFile {
	return keyFile{path: filepath.Join(s.dataDir, "seal.key"), given: s.sealKey}
}

// open reads the keys, or makes one for a database that has none yet.
func (k keyFile) open(mayMake bool) (string, error) {
	text, err := k.read()
	if !errors.Is(err, fs.ErrNotExist) {
		return text, err
	}
	if !mayMake {
		return "", sayf(err, "The database is sealed with a key, and the key file %s is not there: bring it back, or set seal-key.", k.path)
	}
	master, err := seal.NewMaster(rand.Reader)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(k.path), 0o700); err != nil {
		return "", sayf(err, "The folder of the key file %s cannot be made.", k.path)
	}
	text = seal.FormatMasters(master)
	return text, k.write(text)
}

// read reads the keys as they are now.
func (k keyFile) read() (string, error) {
	if k.given != "" {
		return k.given, nil
	}
	text, err := os.ReadFile(k.path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if err != nil {
		return "", sayf(err, "The key file %s cannot be read.", k.path)
	}
	return string(text), nil
}

// write replaces the file whole: whoever reads it finds the old one or the new.
func (k keyFile) write(text string) error {
	f, err := os.CreateTemp(filepath.Dir(k.path), ".seal.key-*") // readable by its owner only
	if err != nil {
		return sayf(err, "The key file %s cannot be written.", k.path)
	}
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), k.path)
	}
	if err != nil {
		return sayf(errors.Join(err, os.Remove(f.Name())), "The key file %s cannot be written.", k.path)
	}
	return nil
}

// changed says when the keys were last changed; the zero time for a setting.
func (k keyFile) changed() time.Time {
	info, err := os.Stat(k.path)
	if k.given != "" || err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

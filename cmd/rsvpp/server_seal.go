package main

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/rsvpp/rsvpp/internal/seal"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// openBox takes the master key from the settings, or from its file, which the
// first start makes. A key that is not the database's is refused, so that
// nothing is sealed that could never be opened.
func (v *server) openBox(ctx context.Context) error {
	canary, _, err := v.db.Setting(ctx, "seal-canary")
	if err != nil {
		return err
	}
	text := v.settings.sealKey
	if text == "" {
		if text, err = keyFile(filepath.Join(v.settings.dataDir, "seal.key"), canary == ""); err != nil {
			return err
		}
	}
	master, err := seal.ParseMaster(text)
	if err != nil {
		return err
	}
	if v.box, err = seal.New(master); err != nil {
		return err
	}
	if canary != "" {
		return v.box.Check(canary)
	}
	if canary, err = v.box.Canary(); err != nil {
		return err
	}
	return v.db.SaveSetting(ctx, vpp.Server, "seal-canary", canary, "Sealed with a new key", nil, nil)
}

// keyFile reads the key's file, or makes it for a database that has no key yet.
func keyFile(path string, mayMake bool) (string, error) {
	text, err := os.ReadFile(path)
	if err == nil {
		return string(text), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", sayf(err, "The key file %s cannot be read.", path)
	}
	if !mayMake {
		return "", sayf(err, "The database is sealed with a key, and the key file %s is not there: bring it back, or set seal-key.", path)
	}
	master, err := seal.NewMaster(rand.Reader)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", sayf(err, "The folder of the key file %s cannot be made.", path)
	}
	if err := os.WriteFile(path, []byte(seal.FormatMaster(master)+"\n"), 0o600); err != nil {
		return "", sayf(err, "The key file %s cannot be written.", path)
	}
	return seal.FormatMaster(master), nil
}

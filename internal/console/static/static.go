// Package static carries the console's style sheets, modules and mark.
//
// It owns their bytes and the name of their version. It never serves anything
// that is not ours, and nothing in it is fetched from elsewhere.
package static

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
)

//go:embed *.css *.js *.svg
var files embed.FS

// Version names the content of all files together; it changes when any does.
func Version() (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := files.ReadFile(name)
		sum.Write([]byte(name))
		sum.Write(body)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil))[:12], err
}

// Handler serves the files under prefix, such as "/static/3f2a91/". Browsers
// may keep them for ever, because the prefix carries the version.
func Handler(prefix string) http.Handler {
	inner := http.StripPrefix(prefix, http.FileServerFS(files))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		inner.ServeHTTP(w, r)
	})
}

package moving

import (
	"bufio"
	"crypto/ed25519"
	"crypto/sha512"
	"encoding/json"
	"hash"
	"io"
)

// Writer writes a file, person by person.
type Writer struct {
	out    *bufio.Writer
	hash   hash.Hash
	key    ed25519.PrivateKey
	people int
}

// NewWriter begins a file with its head; format, version and key are filled in.
func NewWriter(w io.Writer, key ed25519.PrivateKey, h Head) (*Writer, error) {
	f := &Writer{out: bufio.NewWriterSize(w, 64<<10), hash: sha512.New(), key: key}
	h.Format, h.Version = format, version
	h.Key = append([]byte(nil), key[ed25519.SeedSize:]...) // the public half
	return f, f.line(h)
}

func (f *Writer) line(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	text = append(text, '\n')
	_, _ = f.hash.Write(text)
	_, err = f.out.Write(text)
	return err
}

// Write adds a person.
func (f *Writer) Write(p Person) error {
	f.people++
	return f.line(p)
}

// Close signs the file. It does not close the writer beneath.
func (f *Writer) Close() error {
	signature := ed25519.Sign(f.key, signed(f.hash))
	if err := f.line(foot{f.people, signature}); err != nil {
		return err
	}
	return f.out.Flush()
}

// signed is what a signature is made over.
func signed(h hash.Hash) []byte { return h.Sum([]byte(domain)) }

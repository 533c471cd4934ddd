package moving

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha512"
	"encoding/json"
	"errors"
	"hash"
	"io"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// longestLine bounds what one person may take.
const longestLine = 1 << 20

// Reader reads a file. That its signature is right is known at its end: until
// then nothing that it said may be acted upon.
type Reader struct {
	in     *bufio.Reader
	hash   hash.Hash
	head   Head
	people int
}

// Is says whether a file begins as one of ours does.
func Is(beginning []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(beginning, []byte("\xef\xbb\xbf")), " \t\r\n"), []byte("{"))
}

// Open reads the head of a file.
func Open(r io.Reader) (*Reader, error) {
	f := &Reader{in: bufio.NewReaderSize(r, 64<<10), hash: sha512.New()}
	line, err := f.next()
	if errors.Is(err, io.EOF) {
		return nil, invalid("The hand-over file is empty.")
	}
	if err != nil {
		return nil, err
	}
	switch {
	case json.Unmarshal(line, &f.head) != nil || f.head.Format != format:
		return nil, invalid("This is not a hand-over file of rsvpp: take the one that was saved when the location was moved out, or a CSV file with a column client_user_id.")
	case f.head.Version != version:
		return nil, invalid("The hand-over file is of version %d, and this server knows version %d: update rsvpp.", f.head.Version, version)
	case len(f.head.Key) != ed25519.PublicKeySize:
		return nil, invalid("The hand-over file has no key by which its signature could be checked.")
	}
	_, _ = f.hash.Write(line)
	return f, nil
}

// Head is what the file says of itself.
func (f *Reader) Head() Head { return f.head }

// Fingerprint is that of the key which signed the file.
func (f *Reader) Fingerprint() string { return Fingerprint(f.head.Key) }

// Next returns the next person; io.EOF when all were read and the signature is
// right.
func (f *Reader) Next() (p Person, err error) {
	line, err := f.next()
	if errors.Is(err, io.EOF) {
		return p, invalid("The hand-over file is cut off after %d people: save it again.", f.people)
	}
	if err != nil {
		return p, err
	}
	var last struct {
		Signature *[]byte `json:"signature"`
		People    int     `json:"people"`
	}
	if bytes.Contains(line, []byte(`"signature":`)) && json.Unmarshal(line, &last) == nil && last.Signature != nil {
		return p, f.check(*last.Signature, last.People)
	}
	if json.Unmarshal(line, &p) != nil {
		return p, invalid("Line %d of the hand-over file cannot be read: the file was changed. Save it again.", f.people+2)
	}
	_, _ = f.hash.Write(line)
	f.people++
	return p, nil
}

// check ends the reading: io.EOF when all is well.
func (f *Reader) check(signature []byte, people int) error {
	if people != f.people || !ed25519.Verify(f.head.Key, signed(f.hash), signature) {
		return invalid("The signature of the hand-over file does not fit: the file was changed after it was made. Save it again, and do not edit it.")
	}
	if _, err := f.next(); !errors.Is(err, io.EOF) {
		return invalid("The hand-over file goes on after its signature: it was changed after it was made. Save it again.")
	}
	return io.EOF
}

// next reads a line with its end; io.EOF when there is none.
func (f *Reader) next() ([]byte, error) {
	var line []byte
	for {
		part, err := f.in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > longestLine:
			return nil, invalid("Line %d of the hand-over file is longer than any can be: this is not one of ours, or it was changed.", f.people+2)
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(line) > 0:
			return line, nil
		}
		return line, err
	}
}

func invalid(sentence string, args ...any) error {
	e := vpp.Errorf(vpp.Invalid, sentence, args...)
	e.Field = "file"
	return e
}

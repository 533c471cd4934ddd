package mail

import (
	"bytes"
	"io"
	"net/textproto"
	"testing"
)

// pipe is a connection whose writes are kept.
type pipe struct{ bytes.Buffer }

func (*pipe) Close() error { return nil }

// FuzzLetterWriter holds a letter on the wire equal to what the standard
// library makes of it, whichever way it goes.
func FuzzLetterWriter(f *testing.F) {
	for _, body := range []string{"", "a", "a\r\n", ".\r\n", "a\r\n.b\r\n", "a\n", "a\rb\r\n", "a\r\r\n", "a\r\n\r\nb.\r\n", "a\r\n.\r\nMAIL FROM:<x@y>\r\n"} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var got, want pipe
		for wire, writer := range map[*pipe]func(*textproto.Conn) io.WriteCloser{
			&got:  func(c *textproto.Conn) io.WriteCloser { return letterWriter(c, body) },
			&want: func(c *textproto.Conn) io.WriteCloser { return c.DotWriter() },
		} {
			w := writer(textproto.NewConn(wire))
			if _, err := w.Write(body); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(got.Bytes(), want.Bytes()) {
			t.Errorf("%q goes out as %q, want %q", body, got.Bytes(), want.Bytes())
		}
	})
}

package command

import (
	"bytes"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// deepest is how far property lists of devices nest at most; they need a few.
const deepest = 64

// Guard refuses what must not reach a parser of property lists: binary ones,
// of which 45 bytes can kill the process, and XML that nests without end or
// brings entities of its own.
func Guard(body []byte) error {
	body = bytes.TrimLeft(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case len(body) == 0:
		return vpp.Errorf(vpp.Invalid, "The message is empty.")
	case bytes.HasPrefix(body, []byte("bplist")):
		return vpp.Errorf(vpp.Invalid, "Binary property lists are not taken: devices send XML.")
	case body[0] != '<':
		return vpp.Errorf(vpp.Invalid, "The message is no property list.")
	}
	return shallow(body)
}

// shallow counts how deep elements nest, without taking them apart. Where one
// thing ends and the next begins is as encoding/xml sees it, which reads the
// message after us: a message that the two see differently could nest deep.
func shallow(body []byte) error {
	depth := 0
	for {
		i := bytes.IndexByte(body, '<')
		if i < 0 {
			return nil
		}
		body = body[i+1:]
		switch {
		case bytes.HasPrefix(body, []byte("!--")):
			body = after(body[len("!--"):], "-->")
		case bytes.HasPrefix(body, []byte("![CDATA[")):
			body = after(body[len("![CDATA["):], "]]>")
		case bytes.HasPrefix(body, []byte("!")):
			inside, rest := tag(body)
			if !bytes.HasPrefix(inside, []byte("!DOCTYPE")) || bytes.ContainsAny(inside, "[<") {
				return vpp.Errorf(vpp.Invalid, "The message brings entities of its own.")
			}
			body = rest
		case bytes.HasPrefix(body, []byte("?")):
			body = after(body[len("?"):], "?>")
		case bytes.HasPrefix(body, []byte("/")):
			depth--
		default:
			inside, rest := tag(body)
			if !bytes.HasSuffix(inside, []byte("/")) {
				depth++
			}
			body = rest
		}
		if depth < 0 {
			return vpp.Errorf(vpp.Invalid, "The message closes more than it opens.")
		}
		if depth > deepest {
			return vpp.Errorf(vpp.Invalid, "The message nests too deep.")
		}
	}
}

// after is what follows an end; nothing when there is none.
func after(body []byte, end string) []byte {
	_, rest, _ := bytes.Cut(body, []byte(end))
	return rest
}

// tag divides a message at the > that ends a tag: one in quotes does not.
func tag(body []byte) (inside, rest []byte) {
	var quote byte
	for i, b := range body {
		switch {
		case b == quote:
			quote = 0
		case quote != 0:
		case b == '"' || b == '\'':
			quote = b
		case b == '>':
			return body[:i], body[i+1:]
		}
	}
	return body, nil
}

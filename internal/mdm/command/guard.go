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

// shallow counts how deep elements nest, without taking them apart.
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
			body = after(body, "-->")
		case bytes.HasPrefix(body, []byte("![CDATA[")):
			body = after(body, "]]>")
		case bytes.HasPrefix(body, []byte("!ENTITY")), bytes.HasPrefix(body, []byte("!DOCTYPE")) && bytes.Contains(upTo(body, '>'), []byte("[")):
			return vpp.Errorf(vpp.Invalid, "The message brings entities of its own.")
		case bytes.HasPrefix(body, []byte("!")), bytes.HasPrefix(body, []byte("?")):
			body = after(body, ">")
		case bytes.HasPrefix(body, []byte("/")):
			depth--
		default:
			if tag := upTo(body, '>'); !bytes.HasSuffix(tag, []byte("/")) {
				depth++
			}
		}
		if depth > deepest {
			return vpp.Errorf(vpp.Invalid, "The message nests too deep.")
		}
	}
}

func after(body []byte, end string) []byte {
	_, rest, _ := bytes.Cut(body, []byte(end))
	return rest
}

func upTo(body []byte, end byte) []byte {
	if i := bytes.IndexByte(body, end); i >= 0 {
		return body[:i]
	}
	return body
}

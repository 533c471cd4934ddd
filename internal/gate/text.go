package gate

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// errNoText answers addresses that no room, and no database, could read.
var errNoText = &refusal{
	http.StatusBadRequest,
	vpp.Errorf(vpp.Invalid, "The address holds bytes that are no text: write it in UTF-8, percent-encoded, without NUL."),
}

// isText says whether a decoded part of an address is text.
func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

package appsandbooks

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

func foreign(what string) *TokenError {
	return &TokenError{TokenForeign, "This is no content token: " + what +
		". A content token is a .vpptoken file; download it from Apple Business Manager or Apple School Manager."}
}

// foreignKind names the kind of file that administrators take for a token by
// mistake, "" when it is none of these.
func foreignKind(text string) string {
	start := strings.TrimSpace(text)
	if len(start) > 4096 {
		start = start[:4096]
	}
	lower := strings.ToLower(start)
	switch {
	case strings.Contains(lower, "pkcs7-mime") || strings.Contains(lower, "smime.p7m"):
		return "it is the server token of automated device enrollment (.p7m)"
	case strings.HasPrefix(start, "-----BEGIN"):
		return "it is a certificate or a key (PEM)"
	case strings.HasPrefix(start, "0\x82") || strings.HasPrefix(start, "0\x80"):
		return "it is a certificate or a signed file (DER)"
	case strings.HasPrefix(start, "PK\x03\x04"):
		return "it is a ZIP archive or an Office document"
	case strings.HasPrefix(start, "%PDF"):
		return "it is a PDF"
	case strings.HasPrefix(start, "bplist") || strings.Contains(lower, "<plist"):
		return "it is a property list or a configuration profile"
	case strings.HasPrefix(start, "<"):
		return "it is a web page or XML"
	case strings.ContainsRune(start, 0):
		return "it is a binary file"
	}
	return ""
}

// plainText takes byte order marks away; text editors add them, and some
// write UTF-16.
func plainText(file []byte) string {
	text := string(file)
	switch {
	case strings.HasPrefix(text, "\xef\xbb\xbf"):
		return text[3:]
	case strings.HasPrefix(text, "\xff\xfe"):
		return fromUTF16(file[2:], binary.LittleEndian)
	case strings.HasPrefix(text, "\xfe\xff"):
		return fromUTF16(file[2:], binary.BigEndian)
	}
	return text
}

func fromUTF16(b []byte, order binary.ByteOrder) string {
	units := make([]uint16, 0, len(b)/2)
	for ; len(b) >= 2; b = b[2:] {
		units = append(units, order.Uint16(b))
	}
	return string(utf16.Decode(units))
}

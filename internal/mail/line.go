package mail

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// oneLine makes text from strangers fit to stand in one line: line breaks and
// other invisible characters become single spaces, direction overrides vanish
// (they could make a line read as something else), broken UTF-8 becomes U+FFFD,
// and what is longer than most characters ends in an ellipsis.
func oneLine(text string, most int) string {
	if isCleanLine(text, most) {
		return text
	}
	var line strings.Builder
	written, gap := 0, false
	for _, r := range text {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			gap = written > 0
			continue
		case isInvisible(r):
			continue
		}
		if gap && written < most-1 {
			line.WriteByte(' ')
			written++
		}
		gap = false
		if written >= most-1 {
			line.WriteRune('…')
			break
		}
		line.WriteRune(r)
		written++
	}
	return line.String()
}

// isCleanLine is the short way out for what nearly every line is.
func isCleanLine(text string, most int) bool {
	if len(text) > most-1 || strings.HasPrefix(text, " ") || strings.HasSuffix(text, " ") || strings.Contains(text, "  ") {
		return false
	}
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// isInvisible finds format characters that reorder or hide text. The two
// joiners stay: Persian, Hindi and many emoji are not right without them.
func isInvisible(r rune) bool {
	return unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d' || r == '\u2028' || r == '\u2029'
}

func hasControl(text string) bool {
	return !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	})
}

package program

import (
	"context"
	"slices"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// longestKept is how much of a notification is kept.
const longestKept = 16 << 10

const notKept = `"(not kept)"`

// keptOf is what is kept of a body: its beginning, without secrets. Apple's
// users come with their invite codes: the value of whatever is called so is
// left out, and where it does not end as one should, all that follows.
func keptOf(body []byte) string {
	rest := storable(string(body))
	var kept strings.Builder
	for kept.Len() <= longestKept {
		from := strings.IndexByte(rest, '"')
		if from < 0 {
			kept.WriteString(rest)
			break
		}
		to := from + stringEnd(rest[from:])
		value, named := memberValue(rest[to:])
		if !named || !isSecret(rest[from:to]) {
			kept.WriteString(rest[:to])
			rest = rest[to:]
			continue
		}
		at := len(rest) - len(value)
		kept.WriteString(rest[:at] + notKept)
		end := plainEnd(value)
		if end == 0 {
			break
		}
		rest = value[end:]
	}
	text := kept.String()
	return strings.ToValidUTF8(text[:min(len(text), longestKept)], "")
}

// stringEnd is how long the JSON string is that a text begins with; one that
// does not end is as long as the text.
func stringEnd(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// memberValue returns what follows a member's name, from its value on; false
// after a string that is none.
func memberValue(text string) (string, bool) {
	value, named := strings.CutPrefix(strings.TrimLeft(text, " \t\r\n"), ":")
	return strings.TrimLeft(value, " \t\r\n"), named
}

// isSecret goes by a member's name; one with an escape in it may be any.
func isSecret(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"invite", "token", "secret", "password", `\`}, func(w string) bool { return strings.Contains(name, w) })
}

// plainEnd is how long the string, number or word is that a text begins with,
// 0 where it is none of these, or does not end.
func plainEnd(text string) int {
	if strings.HasPrefix(text, `"`) {
		if end := stringEnd(text); end < len(text) {
			return end
		}
		return 0
	}
	end := strings.IndexFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("+-.E", r)
	})
	return max(end, 0)
}

// storable is a text as either database takes it.
func storable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// cutWord keeps what stands beside the body short.
func cutWord(s string) string {
	const longest = 300
	return strings.ToValidUTF8(storable(s[:min(len(s), longest)]), "")
}

// Notifications returns a page of Apple's latest notifications about a
// location, the newest first, as they came.
func (s *Service) Notifications(ctx context.Context, id vpp.LocationID, page vpp.Page) (vpp.List[vpp.Notification], error) {
	l, err := s.store.Location(ctx, id)
	if err != nil {
		return vpp.List[vpp.Notification]{}, err
	}
	return s.store.ListNotifications(ctx, l.ID, page)
}

package program

import (
	"context"
	"regexp"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Apple's users come with their invite codes, which are secrets. Whatever is
// called so is left out; where its value does not end as one should, so is all
// that follows.
var (
	secretMember = regexp.MustCompile(`(?i)"[^"\\]*(?:invite|token|secret|password)[^"\\]*"\s*:\s*`)
	plainValue   = regexp.MustCompile(`^(?:"(?:[^"\\]|\\.)*"|null|true|false|-?[0-9][0-9.eE+-]*)`)
)

const notKept = `"(not kept)"`

// keptOf is what is kept of a body: its beginning, without secrets.
func keptOf(body []byte) string {
	rest := storable(string(body))
	var kept strings.Builder
	for kept.Len() <= vpp.LongestKept {
		at := secretMember.FindStringIndex(rest)
		if at == nil {
			kept.WriteString(rest)
			break
		}
		kept.WriteString(rest[:at[1]] + notKept)
		value := plainValue.FindString(rest[at[1]:])
		if value == "" {
			break
		}
		rest = rest[at[1]+len(value):]
	}
	text := kept.String()
	return strings.ToValidUTF8(text[:min(len(text), vpp.LongestKept)], "")
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

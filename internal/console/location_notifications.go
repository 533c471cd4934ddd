package console

import (
	"net/http"
	"unicode/utf8"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// notificationsPage lists Apple's latest notifications about a location, as
// they came (pain 28).
func (d *Door) notificationsPage(w http.ResponseWriter, r *http.Request) error {
	l, err := d.Locations.Get(r.Context(), locationID(r))
	if err != nil {
		return err
	}
	list, err := d.Program.Notifications(r.Context(), l.ID, vpp.Page{After: r.URL.Query().Get("after"), Limit: 50})
	if err != nil {
		return err
	}
	m := view.Notifications{Page: d.page(r), Location: string(l.ID), Kept: vpp.KeptNotifications, Asks: l.NotifyURL == "", Pager: pager(r, "", list.Next, "")}
	m.Page.Title, m.Page.Crumbs = "Notifications, "+l.Name, []view.Link{{Text: "Locations", Href: "/locations"}}
	if m.Tabs, err = d.locationTabs(r.Context(), l.ID, tabNotified); err != nil {
		return err
	}
	for _, n := range list.Items {
		m.Lines = append(m.Lines, d.notificationLine(n))
	}
	return d.render(w, r, view.NotificationsPage(m))
}

func (d *Door) notificationLine(n vpp.Notification) view.NotificationLine {
	line := view.NotificationLine{
		At: d.when(n.At), Type: n.Type, ID: n.AppleID, Word: "Heeded", Tone: view.Good, Outcome: n.Outcome.Sentence(), Problem: n.Problem,
		Body: n.Body, Size: n.Size, Cut: len(n.Body) > vpp.LongestKept-utf8.UTFMax,
	}
	switch n.Outcome {
	case vpp.NotedTest:
		line.Word, line.Tone = "Test", view.Info
	case vpp.NotedRepeat:
		line.Word, line.Tone = "Told before", view.Info
	case vpp.NotedAnything:
		line.Word, line.Tone = "Unknown kind", view.Warn
	case vpp.NotedUnreadable, vpp.NotedElsewhere:
		line.Word, line.Tone = "Refused", view.Bad
	}
	return line
}

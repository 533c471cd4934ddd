package console

import (
	"net/http"

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
	line := view.NotificationLine{At: d.when(n.At), Type: n.Type, ID: n.AppleID, Outcome: n.Outcome.Sentence(), Problem: n.Problem, Body: n.Body, Size: n.Size, Cut: n.Size > len(n.Body), Tone: view.Good}
	switch n.Outcome {
	case vpp.NotedRepeat, vpp.NotedTest:
		line.Tone = view.Info
	case vpp.NotedAnything:
		line.Tone = view.Warn
	case vpp.NotedUnreadable, vpp.NotedElsewhere:
		line.Tone = view.Bad
	}
	return line
}

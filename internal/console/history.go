package console

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/roster/sheet"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func (d *Door) historyRoutes() []gate.Route {
	file := d.route("GET /history.csv", operator.ScopeRead, d.historyFile)
	file.Timeout = gate.NoTimeout // as long as the file is
	return []gate.Route{d.route("GET /history", operator.ScopeRead, d.historyPage), file}
}

func (d *Door) historyPage(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	filter := historyFilter(q)
	list, err := d.Operators.History(r.Context(), filter, stretch(r))
	if err != nil {
		return err
	}
	who, err := d.historyWho(r.Context(), filter.Actor)
	if err != nil {
		return err
	}
	m := view.History{
		Page: d.page(r), Who: who, What: historyWhat(filter.Action), From: q.Get("from"), To: q.Get("to"), Pager: pager(r, list.Prev, list.Next, ""),
		Export: address("/history.csv", "who", filter.Actor, "what", filter.Action, "object", filter.Object, "from", q.Get("from"), "to", q.Get("to")),
	}
	m.Page.Title = "History"
	for _, e := range list.Items {
		m.Entries = append(m.Entries, d.entry(e))
	}
	return d.render(w, r, view.HistoryPage(m))
}

// historyFilter reads the address. A date that is none narrows nothing; the
// last day is meant whole.
func historyFilter(q url.Values) operator.HistoryFilter {
	f := operator.HistoryFilter{Object: q.Get("object"), Action: q.Get("what"), Actor: q.Get("who")}
	if from, err := time.Parse(time.DateOnly, q.Get("from")); err == nil {
		f.From = from
	}
	if to, err := time.Parse(time.DateOnly, q.Get("to")); err == nil {
		f.To = to.AddDate(0, 0, 1)
	}
	return f
}

// historyWho are those who can have done something. Somebody who is gone, or a
// key, stands in the list while it is what is asked for.
func (d *Door) historyWho(ctx context.Context, now string) ([]view.Choice, error) {
	all, err := d.Operators.List(ctx)
	list := []view.Choice{{Text: "Everybody"}}
	for _, o := range all {
		list = append(list, view.Choice{Value: o.Name, Text: o.Name})
	}
	for _, name := range []string{vpp.Server.Name, "invited person"} {
		list = append(list, view.Choice{Value: name, Text: byWords(name)})
	}
	return withCurrent(list, now, byWords(now)), err
}

// withCurrent marks the current choice, and adds it where it is missing.
func withCurrent(list []view.Choice, value, text string) []view.Choice {
	if !slices.ContainsFunc(list, func(c view.Choice) bool { return c.Value == value }) {
		list = append(list, view.Choice{Value: value, Text: text})
	}
	for i := range list {
		list[i].Current = list[i].Value == value
	}
	return list
}

func historyWhat(now string) []view.Choice {
	return withCurrent([]view.Choice{
		{Text: "Everything"},
		{Value: "invite.start", Text: "Invitations"},
		{Value: "resend.start", Text: "Resends"},
		{Value: "invite.withdraw", Text: "Withdrawn invitations"},
		{Value: "invite.copy_link", Text: "Links copied"},
		{Value: "user.create", Text: "People added"},
		{Value: "user.update", Text: "People changed"},
		{Value: "user.remove", Text: "People removed"},
		{Value: "user.pause", Text: "People paused"},
		{Value: "user.resume", Text: "People resumed"},
		{Value: "mail.test", Text: "Test letters sent"},
		{Value: "import.start", Text: "Imports"},
		{Value: "sync.start", Text: "Syncs"},
		{Value: "delete.start", Text: "Deletions from VPP"},
		{Value: "task.cancel", Text: "Tasks cancelled"},
		{Value: "token.add", Text: "Tokens added"},
		{Value: "location.consent", Text: "Confirmations of what Apple gets"},
		{Value: "location.consent_anew", Text: "Asked anew what Apple gets"},
		{Value: "consent_text.save", Text: "What Apple gets, in other words"},
		{Value: "location.remove", Text: "Locations removed"},
		{Value: "token.renew", Text: "Tokens renewed"},
		{Value: "token.ended", Text: "Tokens refused by Apple"},
		{Value: "device.assign", Text: "Devices assigned"},
		{Value: "device.enroll", Text: "Devices enrolled"},
		{Value: "device.anew", Text: "Devices begun anew as others"},
		{Value: "device.gone", Text: "Devices gone"},
		{Value: "mdm.profile", Text: "Enrollment profiles"},
		{Value: "mdm.push_cert", Text: "Push certificates"},
		{Value: "mail.save", Text: "Mail settings"},
		{Value: "webhook.add", Text: "Webhooks added"},
		{Value: "webhook.change", Text: "Webhooks changed"},
		{Value: "webhook.given_up", Text: "Webhooks given up"},
		{Value: "letter.save", Text: "Invitation text"},
		{Value: "operator.create", Text: "Administrators added"},
		{Value: "operator.remove", Text: "Administrators removed"},
		{Value: "key.create", Text: "API keys made"},
		{Value: "key.revoke", Text: "API keys revoked"},
	}, now, now)
}

func (d *Door) entry(e vpp.Entry) view.Entry {
	return view.Entry{
		ID: e.ID, At: d.when(e.At), Who: byWords(e.Actor), From: e.From,
		What: view.Link{Text: e.Summary, Href: objectPath(e)}, Changes: changes(e.Before, e.After),
	}
}

// objectPath leads to what an entry is about, "" where there is no page.
func objectPath(e vpp.Entry) string {
	kind, id, _ := strings.Cut(e.Object, ":")
	if id == "" || strings.HasSuffix(e.Action, ".remove") {
		return ""
	}
	switch kind {
	case "user", "location", "task", "device":
		return "/" + kind + "s/" + url.PathEscape(id)
	case "mdm":
		return "/settings/mdm"
	case "webhook":
		return webhookPath(vpp.WebhookID(id))
	case "setting":
		return "/settings/mail"
	}
	return ""
}

// changes sets the fields of before and after side by side. What cannot be
// read as fields is left out: the sentence stands for it.
func changes(before, after string) []view.Change {
	was, is := fieldsIn(before), fieldsIn(after)
	names := maps.Clone(was)
	if names == nil {
		names = map[string]string{}
	}
	maps.Copy(names, is)
	var list []view.Change
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if was[name] != is[name] {
			list = append(list, view.Change{Field: fieldWords(name), Before: short(was[name]), After: short(is[name])})
		}
	}
	return list
}

func fieldsIn(text string) map[string]string {
	var raw map[string]any
	if text == "" || json.Unmarshal([]byte(text), &raw) != nil {
		return nil
	}
	fields := make(map[string]string, len(raw))
	for name, value := range raw {
		switch v := value.(type) {
		case nil:
		case string:
			fields[name] = v
		case float64, bool:
			fields[name] = fmt.Sprint(v)
		default:
			nested, err := json.Marshal(v)
			if err == nil {
				fields[name] = string(nested)
			}
		}
	}
	return fields
}

// fieldWords turns a field's name into words: "managed_apple_id", "FromName".
func fieldWords(name string) string {
	switch name {
	case "email":
		return "E-mail"
	case "managed_apple_id":
		return "Managed Apple Account"
	case "uid":
		return "Location id"
	}
	var words strings.Builder
	for i, r := range strings.ReplaceAll(name, "_", " ") {
		switch {
		case i == 0:
			r = unicode.ToUpper(r)
		case unicode.IsUpper(r) && unicode.IsLower(rune(name[i-1])):
			words.WriteByte(' ')
			r = unicode.ToLower(r)
		}
		words.WriteRune(r)
	}
	return words.String()
}

// short keeps a long value, such as a letter, from filling the page.
func short(value string) string {
	if r := []rune(value); len(r) > 200 {
		return string(r[:200]) + "…"
	}
	return value
}

// historyFile answers with all that match, as a file.
func (d *Door) historyFile(w http.ResponseWriter, r *http.Request) error {
	filter := historyFilter(r.URL.Query())
	return sendFile(w, r, "history-"+d.now().Format(time.DateOnly)+".csv", func(out io.Writer) error {
		table, err := sheet.NewTableWriter(out, sheet.Comma, "at", "who", "from", "action", "object", "summary", "before", "after")
		if err != nil {
			return err
		}
		for page := (vpp.Page{Limit: vpp.MaxPage}); ; {
			list, err := d.Operators.History(r.Context(), filter, page)
			if err != nil {
				return err
			}
			for _, e := range list.Items {
				if err := table.Write(e.At.UTC().Format(time.RFC3339), e.Actor, e.From, e.Action, e.Object, e.Summary, e.Before, e.After); err != nil {
					return err
				}
			}
			if page.After = list.Next; page.After == "" {
				return table.Close()
			}
		}
	})
}

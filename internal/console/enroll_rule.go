package console

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// rulePage shows who is invited because a device was enrolled (F-28).
func (d *Door) rulePage(w http.ResponseWriter, r *http.Request) error {
	rule, err := d.Inviter.EnrollRule(r.Context())
	if err != nil {
		return err
	}
	return d.render(w, r, view.EnrollRulePage(d.rule(r, rule)))
}

func (d *Door) rule(r *http.Request, rule vpp.EnrollRule) view.EnrollRule {
	m := view.EnrollRule{
		Page: d.page(r), On: rule.On, ElseMail: rule.ElseMail, May: caller(r).Scopes.Allow(operator.ScopeSettings),
		After:  view.Field{Name: "after", Label: "Minutes to wait", Type: "number", Value: strconv.Itoa(rule.AfterMinutes), Hint: "Counted from when the device can be reached; at most 10080, which is 7 days.", Autocomplete: "off"},
		Groups: view.Field{Name: "groups", Label: "Only members of these groups", Value: strings.Join(rule.Groups, "\n"), Hint: "One per line. Empty means everybody."},
	}
	if rule.On {
		m.Since = d.when(rule.Since)
	}
	m.Page.Title, m.Page.Path = "On enrollment", "/settings/enrollment"
	m.Page.Crumbs = []view.Link{{Text: "Devices", Href: "/devices"}}
	return m
}

func (d *Door) saveRule(w http.ResponseWriter, r *http.Request) error {
	rule := vpp.EnrollRule{On: typed(r, "on") != "", ElseMail: typed(r, "else_mail") != "", Groups: strings.Split(unixLines(typed(r, "groups")), "\n")}
	minutes, err := strconv.Atoi(typed(r, "after"))
	if typed(r, "after") != "" && err != nil {
		err = fault(vpp.Invalid, "after_minutes", "Type the minutes as a number.")
	} else {
		rule.AfterMinutes = minutes
		_, err = d.Inviter.SaveEnrollRule(r.Context(), actor(r), rule)
	}
	if wrong := faults(err); wrong != nil {
		m := d.rule(r, rule)
		m.After.Value = typed(r, "after")
		m.After.Error, m.Groups.Error, m.Error = wrong["after_minutes"], wrong["groups"], wrong[""]
		return d.refuse(w, r, view.EnrollRulePage(m))
	}
	if err != nil {
		return err
	}
	said := "People are invited when their devices enroll."
	if !rule.On {
		said = "Nobody is invited because a device was enrolled."
	}
	return d.done(w, r, "/settings/enrollment", view.Notice{Tone: view.Good, Text: said})
}

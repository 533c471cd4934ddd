package e2e

import (
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/console/viewtest"
)

// TestAccessible lets axe look at every page, in both lights and on both
// screens: nothing that it knows of may keep anybody from using them.
func TestAccessible(t *testing.T) {
	t.Parallel()
	axe := viewtest.Axe(t)
	d := startDemo(t, "--users", "40")
	p := &page{t: t, ctx: tabWithin(t, 8*time.Minute)} // axe takes its time over every page
	p.settle()
	holds := func(name string) { p.accessible(name, axe) }
	p.visit(d.url + "/")
	holds("sign-in")
	p.signIn(d)
	for _, path := range []string{
		"/", "/users", "/users?q=zzzz", "/users/new", "/users/import", "/devices", "/devices/assign", "/locations", "/locations/add", "/tasks?state=all", "/tasks/devices",
		"/conflicts", "/history", "/account", "/settings", "/settings/mail", "/settings/vpp", "/settings/mdm", "/settings/consent", "/settings/enrollment", "/settings/webhooks", "/settings/administrators", "/help/apple-errors",
	} {
		p.visit(d.url + path)
		holds(path)
	}
	p.visit(d.url + "/users?status=not_invited")
	p.click("tbody th a")
	p.wait(`location.pathname.startsWith("/users/")`)
	holds("a user")
	p.click("Edit")
	p.wait(`location.pathname.endsWith("/edit")`)
	holds("a user's form")
	p.visit(d.url + "/locations")
	p.click("main h2 a")
	p.wait(`location.pathname.startsWith("/locations/")`)
	holds("a location")
	p.click("Remove…")
	p.wait(`location.pathname.endsWith("/remove")`)
	holds("a location that is kept")
	p.visit(d.url + "/locations")
	p.click("main h2 a")
	p.wait(`document.querySelector("#token-title")`)
	p.click("Notifications")
	p.wait(`location.pathname.endsWith("/notifications")`)
	holds("notifications")
	inviteAccessibly(p, d, holds)
}

// inviteAccessibly goes through the wizard, and to the landing page.
func inviteAccessibly(p *page, d demo, holds func(string)) {
	p.visit(d.url + "/users")
	p.click("All 40 that match")
	p.click("VPP")
	p.wait(`document.querySelector("#vpp:popover-open")`)
	holds("the menu")
	p.click("Invite user to VPP…")
	p.says("can be reached")
	holds("who")
	p.click("Next: how")
	p.says("The link works for")
	holds("how")
	p.click("Next: text")
	p.says("Preview")
	holds("text")
	p.click("Next: review")
	p.says("will be sent")
	holds("review")
	p.send()
	p.finished()
	holds("result")
	p.visit(d.url + "/tasks?state=all")
	p.click("tbody th a")
	p.wait(`location.pathname.startsWith("/tasks/")`)
	holds("a task")
	p.visit(d.catcher)
	p.click(".letters li:first-child a")
	p.says("Links")
	p.visit(p.read(`document.querySelector('.links a[href*="/i/"]').href`))
	p.says("Continue to Apple")
	holds("the landing page")
}

// accessible fails where axe finds something on a page. Two looks see both
// lights and both screens: colours do not turn on the width, nor parts on the light.
func (p *page) accessible(name, axe string) {
	p.t.Helper()
	for _, v := range []view{views[0], views[3]} {
		look(p.t, p.ctx, v)
		found, err := viewtest.Violations(p.ctx, axe)
		p.must(err)
		for _, violation := range found {
			p.t.Errorf("%s, %s: %s", name, v.name, violation)
		}
	}
	look(p.t, p.ctx, views[0])
}

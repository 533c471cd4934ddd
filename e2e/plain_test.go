package e2e

import "testing"

// TestPlain shows that the invitation works where there is little: without
// scripts, and on a phone.
func TestPlain(t *testing.T) {
	t.Parallel()
	d := startDemo(t, "--users", "12")
	p := desk(t)
	p.signIn(d)
	t.Run("WithoutScripts", func(t *testing.T) { invitePlainly(p.as(t), d) })
	t.Run("Phone", func(t *testing.T) { inviteOnPhone(p.as(t).beside(), d) })
}

// invitePlainly goes through the wizard by forms alone (S0-14…S0-18).
func invitePlainly(p *page, d demo) {
	p = p.beside()
	p.withoutScripts()
	p.visit(d.url + "/users?status=not_invited")
	name := p.read(`document.querySelector("tbody tr:has(td[data-label='E-mail'] bdi) th a").innerText`)
	p.click("[aria-label=" + quote("Select "+name) + "]")
	p.click("VPP") // a popover needs no script
	p.click("Invite user to VPP…")
	p.says("1 of 1 can be reached")
	p.fits("60-plain-who")
	p.click("Next: how")
	p.click("Next: text")
	p.click("Next: review")
	p.says("1 invitation will be sent")
	p.click("main form .actions .primary")
	p.wait(`location.pathname.endsWith("/result")`)
	for range 100 { // nothing is live here: a person reloads
		if p.read(`document.querySelector(".task-head .tag").innerText.trim()`) == "Done" {
			break
		}
		p.visit(p.read("location.href"))
	}
	p.finished()
	p.visit(d.url + "/users?status=invited")
	p.says(name, "Invited")
}

// inviteOnPhone does the same with a thumb.
func inviteOnPhone(p *page, d demo) {
	look(p.t, p.ctx, views[2])
	p.visit(d.url + "/")
	p.click("Users")
	p.click(".chip[href*='status=not_invited']")
	p.wait(`location.search.includes("not_invited")`)
	name := p.read(`document.querySelector("tbody tr:has(td[data-label='E-mail'] bdi) th a").innerText`)
	p.click("[aria-label=" + quote("Select "+name) + "]")
	p.says("1 of")
	p.click("VPP")
	p.narrow("the menu")
	p.click("Invite user to VPP…")
	for _, step := range []string{"Next: how", "Next: text", "Next: review"} {
		p.narrow("before " + step)
		p.click(step)
	}
	p.says("1 invitation will be sent")
	p.narrow("the review")
	p.send()
	p.finished()
	p.narrow("the result")
	p.click("Close")
	p.wait(`location.pathname === "/users"`)
	p.visit(d.url + "/users?status=invited")
	p.says(name)
	p.click(name)
	p.says("The mail server took the letter")
	p.narrow("the person")
}

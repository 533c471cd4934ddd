package e2e

import (
	"strconv"
	"strings"
)

// theList shows chips with counts, search, remembered columns and keys (F-01, S0-06…S0-08).
func theList(p *page, d demo) {
	p.visit(d.url + "/users")
	sum := 0
	for _, status := range []string{"Not invited", "Invited", "Registered", "Removed"} {
		n := number(p.t, p.read(chip(status)))
		sum += n
		p.click(status)
		if n == 0 {
			p.says("Nobody matches")
			continue
		}
		p.wait(`[...document.querySelectorAll("td .badge")].length > 0 && [...document.querySelectorAll("td .badge")].every((b) => b.innerText.trim().startsWith("` + status + `"))`)
		p.wait(`document.querySelector("form[data-selection]").dataset.matching === "` + strconv.Itoa(n) + `"`)
	}
	if sum != 300 {
		p.t.Errorf("the chips count %d people of 300", sum)
	}
	p.visit(d.url + "/users")
	p.keys("/")
	p.wait(`document.activeElement?.name === "q"`)
	p.fill("[name=q]", "zzzz")
	p.says("Nobody matches")
	p.fits("30-nobody")

	p.visit(d.url + "/users")
	p.keys("j")
	p.keys("x")
	p.says("1 of 300 selected")

	p.click("Select columns")
	p.picture("31-columns")
	p.click("User name")
	p.click("Groups")
	p.click("Apply")
	p.wait(`[...document.querySelectorAll("th")].some((h) => h.innerText.trim().toLowerCase() === "user name")`)
	p.visit(d.url + "/users")
	heads := p.read(`[...document.querySelectorAll("th")].map((h) => h.innerText).join("|").toLowerCase()`)
	if !strings.Contains(heads, "user name") || strings.Contains(heads, "groups") || !strings.Contains(heads, "vpp status") {
		p.t.Errorf("the columns were not remembered: %s", heads)
	}
}

// importOne brings people in from a file with one bad row (F-02).
func importOne(p *page, d demo) {
	p.visit(d.url + "/users/import")
	p.fits("32-import")
	p.drop("input[type=file]", "new.csv", "External id,Full name,E-mail\nx-1,Ada Lovelace,ada@example.org\nx-2,Bad Address,not-an-address\nx-3,محمد بن عبد الله,mohammed@example.org\nx-4,Wolfeschlegelsteinhausenbergerdorff von und zu Hohenzollern-Sigmaringen,wolf@example.org\n")
	p.click("Upload and look at it")
	p.says("First values")
	p.fits("33-import-columns")
	p.click("Preview")
	p.says("Import 3 rows", "The failed row is left out", "not-an-address")
	p.fits("34-import-preview")
	p.click("Import 3 rows")
	p.says("Failed rows as CSV")
	p.fits("35-import-result")
	p.find(d, "Ada Lovelace")
	p.find(d, "Hohenzollern")
	p.fits("36-long-name")
	p.find(d, "محمد")
	p.click("tbody th a")
	p.fits("37-rtl-user")
}

// mailSettings tries the mail server step by step (F-39).
func mailSettings(p *page, d demo) {
	p.visit(d.url + "/settings/mail")
	p.fits("40-mail")
	p.fill("[name=to]", "me@example.org")
	p.click("Send test")
	p.says("The mail server took the test mail", "Recipient", "Hand-over")
	p.fits("41-mail-report")
}

// brokenToken gets a sentence that says what is wrong (F-50).
func brokenToken(p *page, d demo) {
	p.visit(d.url + "/locations")
	p.fits("42-locations")
	p.click("main h2 a")
	p.wait(`location.pathname.startsWith("/locations/")`)
	p.says("Content token", "Notifications from Apple")
	p.fits("43-location")
	p.visit(d.url + "/locations/add")
	p.drop("input[type=file]", "broken.vpptoken", "bm90IGEgdG9rZW4=")
	p.click("Read token")
	p.wait(`document.querySelector(".drop .error, [role=alert]")`)
	p.fits("44-broken-token")
}

// otherPages are looked at too.
func otherPages(p *page, d demo) {
	for name, path := range map[string]string{"50-tasks": "/tasks?state=all", "51-history": "/history", "52-account": "/account", "53-new-user": "/users/new", "54-nowhere": "/nowhere"} {
		if path == "/nowhere" {
			continue // the browser rightly complains about its status
		}
		p.visit(d.url + path)
		p.fits(name)
	}
	p.visit(d.url + "/users?status=not_invited")
	p.click("tbody th a")
	p.wait(`location.pathname.startsWith("/users/")`)
	p.fits("55-user-not-invited")
	p.click("Edit")
	p.wait(`location.pathname.endsWith("/edit")`)
	p.fits("56-user-edit")
	p.visit(d.url + "/users?status=invited")
	p.click("tbody th a")
	p.wait(`location.pathname.startsWith("/users/")`)
	p.fits("57-user-invited")
}

// atHand shows that a refresh which somebody else causes leaves the keyboard
// where it is: on the same person, not on the first row.
func atHand(p *page, d demo) {
	p.visit(d.url + "/users")
	p.wait(`!document.querySelector("[aria-busy]")`)
	id := p.read(`((box) => { box.focus(); return box.value; })(document.querySelectorAll("tbody input[name=user]")[6])`)
	other := p.beside()
	other.visit(d.url + "/users/new")
	other.fill("[name=full_name]", "Aaron Aaronson")
	other.fill("[name=email]", "aaron@example.org")
	other.click("main form .primary")
	other.wait(`/^\/users\/[^n]/.test(location.pathname)`)
	p.says("Aaron Aaronson")
	if at := p.read(`document.activeElement.value`); at != id {
		p.t.Errorf("the refresh moved the keyboard from %s to %s", id, at)
	}
}

package e2e

import (
	"fmt"
	"testing"
	"time"
)

// TestBusy watches a demo in which people accept, ignore and bounce by
// themselves; startDemo's clean-up sees that nothing went wrong meanwhile.
func TestBusy(t *testing.T) {
	t.Parallel()
	d := startDemo(t, "--people=busy", "--users", "120")
	p := desk(t)
	p.signIn(d)
	p.visit(d.url + "/users")
	p.click("All 120 that match")
	p.click("VPP")
	p.click("Invite user to VPP…")
	p.click("Next: how")
	p.click("Next: text")
	p.click("Next: review")
	p.send()
	p.visit(d.url + "/users")
	p.within(40*time.Second, chip("Invited")+" > 60")
	linked := number(t, p.read(chip("Registered")))
	// Nobody touches the page: it moves by itself.
	p.within(40*time.Second, fmt.Sprintf("%s > %d", chip("Registered"), linked+3))
	p.says("Mail problem")
	p.fits("70-busy")
	p.visit(d.url + "/users?attention=mail_problem")
	p.click("tbody th a")
	p.wait(`location.pathname.startsWith("/users/")`)
	// Refused at once, come back later, or complained of.
	p.wait(`/the mail server|the letter came back|reported the letter/i.test(document.body.innerText)`)
	p.fits("71-bounced")
}

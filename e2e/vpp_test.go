package e2e

// finished waits until the task on the page has ended well.
func (p *page) finished() {
	p.t.Helper()
	p.wait(`document.querySelector(".task-head .tag")?.innerText.trim() === "Done"`)
}

// send presses Send on the review page, and once more when it is asked for.
func (p *page) send() {
	p.t.Helper()
	p.wait(`location.pathname.endsWith("/review")`)
	p.click("main form .actions .primary")
	p.click("dialog[open] .primary")
	p.wait(`location.pathname.endsWith("/result")`)
}

// find searches the list and waits for the one who is meant.
func (p *page) find(d demo, words string) {
	p.t.Helper()
	p.visit(d.url + "/users")
	p.fill("[name=q]", words)
	p.wait(`document.querySelectorAll("tbody tr").length === 1`)
	p.says(words)
}

// resend offers another mail to those alone who have not accepted (S1-04, S1-14).
func resend(p *page, d demo) {
	p.visit(d.url + "/users")
	p.click("All 300 that match")
	p.click("VPP")
	p.click("Resend invitation…")
	p.says("Will get the invitation again", "Are registered already")
	p.fits("20-resend-who")
	p.click("Next: how")
	p.click("Next: text")
	p.click("Next: review")
	p.says("left out")
	p.fits("21-resend-review")
	p.send()
	p.finished()
	p.fits("22-resend-result")
}

// syncAll says what changed in which direction (S1-11, S1-22).
func syncAll(p *page, d demo) {
	p.visit(d.url + "/users")
	p.click("All 300 that match")
	p.click("VPP")
	p.click("Sync VPP…")
	p.says("To Apple", "From Apple")
	p.fits("23-sync")
	p.click("Sync VPP")
	p.finished()
	p.says("To Apple", "From Apple", "Left alone")
	p.fits("24-sync-result")
}

// deleteOne shows what the prompt promises, and Removed (S1-10, S1-17, S1-18, S0-13).
func deleteOne(p *page, d demo, name, address string) {
	p.find(d, address)
	p.click(`tbody input[name=user]`)
	p.click("VPP")
	p.click("Delete from VPP…")
	p.says("1 record will be retired at Apple", "back to your stock", "book license", name)
	p.fits("25-delete")
	p.click("Delete 1 user from VPP")
	p.says("1 user will be deleted from VPP at", "Nothing is sent to Apple before") // section 3, item 5
	p.fits("26-delete-undo")
	p.click("Undo")
	p.says("Undone: nothing was sent to Apple")
	p.find(d, address)
	p.wait(`!document.querySelector("tbody tr").innerText.includes("Removed")`)
	p.click(`tbody input[name=user]`)
	p.click("VPP")
	p.click("Delete from VPP…")
	p.click("Delete 1 user from VPP")
	p.click("Show the task")
	p.finished()
	p.fits("26-delete-result")
	p.find(d, address)
	p.says("Removed")
	p.click(name)
	p.says("Removed from VPP", "Register again")
	p.fits("27-user-removed")
}

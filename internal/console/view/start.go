package view

import "fmt"

// Start is the first page.
type Start struct {
	Page      Page
	Funnel    Funnel
	Attention []Notice    // what needs somebody, most urgent first
	Running   []TaskLine  // tasks running now
	First     []FirstStep // what a new installation still lacks; empty once it is complete
}

// Funnel counts people by how far they have come. Only those who are linked
// without an invitation reach the end without having opened a link.
type Funnel struct {
	People     int
	Reachable  int // an address, a Managed Apple Account or a device
	Invited    int // ever handed an invitation
	Opened     int // opened their link
	Registered int
}

// FirstStep is one thing a new installation has to do.
type FirstStep struct {
	Title string
	Text  string
	Href  string
	Done  bool
}

type stage struct {
	Word, Hint, Href string
	Count, Before    int
	Of               int // what the percentage is of
}

func (f Funnel) stages() []stage {
	return []stage{
		{"People", "everybody rsvpp knows", "/users", f.People, f.People, f.People},
		{"Reachable", "an address or a managed account", "/users", f.Reachable, f.People, f.People},
		{"Invited", "invited, or linked by Apple", "/users?status=invited", f.Invited, f.Reachable, f.Reachable},
		{"Opened", "opened their link", "/users?status=invited", f.Opened, f.Invited, f.Invited},
		// Managed Apple Accounts are linked without a link that could be opened.
		{"Registered", "have an Apple Account linked", "/users?status=registered", f.Registered, f.Opened, f.Invited},
	}
}

// band draws one stage of the flow: from the height of the stage before to
// its own, on a canvas of 100 by 100, smooth on both edges.
func (f Funnel) band(s stage) string {
	from, to := f.half(s.Before), f.half(s.Count)
	return fmt.Sprintf("M0 %.1fC45 %.1f 55 %.1f 100 %.1fV%.1fC55 %.1f 45 %.1f 0 %.1fZ",
		50-from, 50-from, 50-to, 50-to, 50+to, 50+to, 50+from, 50+from)
}

// half is half the height of a stage, never thinner than a thread.
func (f Funnel) half(n int) float64 {
	if f.People == 0 {
		return 0.8
	}
	return max(48*float64(n)/float64(f.People), 0.8)
}

func (f Funnel) alt() string {
	return fmt.Sprintf("Of %s, %s can be reached, %s were invited, %s opened their link and %s are registered.",
		plural(f.People, "person", "people"), number(f.Reachable), number(f.Invited), number(f.Opened), number(f.Registered))
}

// firstOpen is the index of the first step that is not done.
func firstOpen(steps []FirstStep) int {
	for i, s := range steps {
		if !s.Done {
			return i
		}
	}
	return len(steps)
}

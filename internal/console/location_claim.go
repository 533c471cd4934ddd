package console

import (
	"net/http"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// lost says on every page which locations another server has: their work
// stands still until somebody decides.
func (d *Door) lost(locations []vpp.Location) []view.Notice {
	var notices []view.Notice
	for _, l := range locations {
		switch l.ClaimState() {
		case vpp.ClaimTaken, vpp.ClaimOthers:
			notices = append(notices, view.Notice{Tone: view.Bad, Text: l.WhyElsewhere(), Action: view.Link{Text: "See what to do", Href: locationPath(l) + "#claim"}})
		}
	}
	return notices
}

func locationPath(l vpp.Location) string { return "/locations/" + string(l.ID) }

// claim is what the location's page says of who manages it.
func (d *Door) claim(l vpp.Location) view.Claim {
	m := view.Claim{Location: string(l.ID), Takes: l.Elsewhere() && l.Usable(d.now()), Verb: takeVerb(l)}
	state := view.Fact{Term: "State"}
	switch l.ClaimState() {
	case vpp.ClaimNobodys:
		state.Text, state.Tone = "Nobody claims it yet: this server does before it changes anything there.", view.Info
	case vpp.ClaimOurs:
		state.Text, state.Tone = "This server manages it", view.Good
	case vpp.ClaimOthers:
		state.Text, state.Tone = "Another server manages it", view.Bad
	case vpp.ClaimTaken:
		state.Text, state.Tone = "Another server took it over", view.Bad
	case vpp.ClaimMovedOut:
		state.Text, state.Tone = "Moved out", view.Warn
	}
	m.Facts = append(m.Facts, state)
	if !l.ReadFirst.IsZero() {
		m.Facts = append(m.Facts, view.Fact{Term: "Now", Text: "everything is read before anything is sent", Tone: view.Info})
	}
	m.Facts = append(m.Facts, view.Fact{Term: "Apple shows", Text: l.Claim.Title(), Title: l.Claim.Metadata})
	if l.Claim.ID != "" {
		m.Facts = append(m.Facts, view.Fact{Term: "Its id", Text: l.Claim.ID, Copy: true})
	}
	if !l.FrozenAt.IsZero() {
		m.Facts = append(m.Facts, view.Fact{Term: "Taken", Text: d.when(l.FrozenAt).Text + " by " + l.FrozenBy.Title(), Title: d.when(l.FrozenAt).Full})
	}
	if !l.MovedAt.IsZero() {
		m.Facts = append(m.Facts, view.Fact{Term: "Moved out", Text: d.when(l.MovedAt).Text, Title: d.when(l.MovedAt).Full})
	}
	if !l.ClaimedAt.IsZero() {
		m.Facts = append(m.Facts, view.Fact{Term: "Claimed by us", Text: d.when(l.ClaimedAt).Text, Title: d.when(l.ClaimedAt).Full})
	}
	return m
}

// takeVerb: what was never ours is taken over, not back.
func takeVerb(l vpp.Location) string {
	if l.ClaimState() == vpp.ClaimOthers {
		return "Take over"
	}
	return "Take back"
}

// askTakeBack names the server that would lose the location.
func (d *Door) askTakeBack(w http.ResponseWriter, r *http.Request) error {
	l, err := d.Locations.Get(r.Context(), locationID(r))
	if err != nil {
		return err
	}
	if !l.Elsewhere() {
		return d.done(w, r, locationPath(l), view.Notice{Tone: view.Good, Text: "This server manages " + l.Name + ": there is nobody to take it back from."})
	}
	return d.render(w, r, view.TakeBackPage(d.takeBackModel(r, l, "")))
}

func (d *Door) takeBackModel(r *http.Request, l vpp.Location, fault string) view.TakeBack {
	p := d.page(r)
	p.Title, p.Path = takeVerb(l)+" "+l.Name, locationPath(l)+"/take-back"
	p.Crumbs = []view.Link{{Text: "Locations", Href: "/locations"}, {Text: l.Name, Href: locationPath(l)}}
	return view.TakeBack{Page: p, Location: string(l.ID), Name: l.Name, Verb: takeVerb(l), From: l.Claim.Title(), Claim: l.Claim.ID, Nobody: l.Claim.None(), Error: fault}
}

func (d *Door) takeBack(w http.ResponseWriter, r *http.Request) error {
	l, err := d.Claims.TakeBack(r.Context(), actor(r), locationID(r), r.PostFormValue("claim"))
	if err != nil {
		if faults(err) == nil || l.ID == "" || !l.Elsewhere() {
			return err
		}
		return d.refuse(w, r, view.TakeBackPage(d.takeBackModel(r, l, vpp.MessageOf(err))))
	}
	return d.done(w, r, locationPath(l), view.Notice{Tone: view.Good, Text: "This server manages " + l.Name + ". Everything there is being read; then tasks go on."})
}

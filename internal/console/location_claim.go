package console

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/roster"
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

// askMoveOut says what moving out does, and where the file is.
func (d *Door) askMoveOut(w http.ResponseWriter, r *http.Request) error {
	l, err := d.Locations.Get(r.Context(), locationID(r))
	if err != nil {
		return err
	}
	p := d.page(r)
	p.Title, p.Path = "Move "+l.Name+" to another server", locationPath(l)+"/move-out"
	p.Crumbs = []view.Link{{Text: "Locations", Href: "/locations"}, {Text: l.Name, Href: locationPath(l)}}
	return d.render(w, r, view.MoveOutPage(view.MoveOut{
		Page: p, Location: string(l.ID), Name: l.Name, Moved: !l.MovedAt.IsZero(), Ours: l.ClaimState() == vpp.ClaimOurs, Fingerprint: d.Claims.Fingerprint(),
	}))
}

func (d *Door) moveOut(w http.ResponseWriter, r *http.Request) error {
	l, err := d.Claims.MoveOut(r.Context(), actor(r), locationID(r))
	if err != nil {
		if faults(err) == nil || l.ID == "" {
			return err
		}
		return d.done(w, r, locationPath(l)+"/move-out", view.Notice{Tone: view.Bad, Text: vpp.MessageOf(err)})
	}
	return d.done(w, r, locationPath(l)+"/move-out", view.Notice{Tone: view.Good, Text: l.Name + " is moved out. Save the hand-over file for the next server."})
}

func (d *Door) handOver(w http.ResponseWriter, r *http.Request) error {
	l, err := d.Locations.Get(r.Context(), locationID(r))
	if err != nil {
		return err
	}
	return sendFileAs(w, r, "application/jsonl", "hand-over-"+l.UID+".jsonl", func(out io.Writer) error { return d.Claims.HandOver(r.Context(), l.ID, out) })
}

// moveIn takes the file and goes on where every import does.
func (d *Door) moveIn(w http.ResponseWriter, r *http.Request) error {
	l, err := d.Locations.Get(r.Context(), locationID(r))
	if err != nil {
		return err
	}
	part, fingerprint, err := moveFile(r)
	if err == nil {
		var i roster.Import
		if i, err = d.Claims.MoveIn(r.Context(), actor(r), l.ID, part.FileName(), fingerprint, part); err == nil {
			return d.seeOther(w, r, importPath(i.ID, "preview"))
		}
	}
	if faults(err) == nil {
		return err
	}
	return d.done(w, r, locationPath(l), view.Notice{Tone: view.Bad, Text: vpp.MessageOf(err)})
}

// moveFile finds the file in a form, and the fingerprint that stands before it.
func moveFile(r *http.Request) (file *multipart.Part, fingerprint string, err error) {
	none := fault(vpp.Invalid, "file", "Choose a hand-over file first.")
	form, err := r.MultipartReader()
	if err != nil {
		return nil, "", none
	}
	for {
		part, err := form.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return nil, "", none
		case err != nil:
			return nil, "", vpp.Wrap(vpp.Invalid, err, "The file did not arrive whole: send it again.")
		case part.FormName() == "file" && part.FileName() != "":
			return part, fingerprint, nil
		case part.FormName() == "fingerprint":
			text, err := io.ReadAll(io.LimitReader(part, 100))
			if err != nil {
				return nil, "", vpp.Wrap(vpp.Invalid, err, "The form did not arrive whole: send it again.")
			}
			fingerprint = string(text)
		}
	}
}

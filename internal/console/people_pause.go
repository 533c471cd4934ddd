package console

import (
	"net/http"

	"github.com/rsvpp/rsvpp/internal/console/view"
)

// pausePeople asks first: whoever is chosen by mistake gets nothing any more.
func (d *Door) pausePeople(w http.ResponseWriter, r *http.Request) error {
	selection, gone, err := d.meant(w, r)
	if gone {
		return err
	}
	people, err := d.size(r.Context(), selection)
	if err != nil {
		return err
	}
	if sure, err := d.sure(w, r, view.Question{
		Title: "Pause " + users(people) + "?", Verb: "Pause", Back: "/users",
		Text: "Until somebody resumes them nothing is sent to them at any location, and no license is assigned to them. Records at Apple stay as they are, and links that were handed over go on working.",
	}); !sure {
		return err
	}
	n, err := d.People.Pause(r.Context(), actor(r), selection)
	if err != nil {
		return err
	}
	return d.done(w, r, backTo(r, "/users"), view.Notice{Tone: view.Good, Text: "Paused " + users(n) + "."})
}

func (d *Door) resumePeople(w http.ResponseWriter, r *http.Request) error {
	selection, gone, err := d.meant(w, r)
	if gone {
		return err
	}
	n, err := d.People.Resume(r.Context(), actor(r), selection)
	if err != nil {
		return err
	}
	return d.done(w, r, backTo(r, "/users"), view.Notice{Tone: view.Good, Text: "Resumed " + users(n) + ". What waited for them goes out."})
}

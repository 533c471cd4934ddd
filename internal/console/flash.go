package console

import (
	"encoding/base64"
	"encoding/json"
	"net/http"

	"github.com/rsvpp/rsvpp/internal/console/view"
)

// flash keeps a sentence for the next page. It travels in a cookie, so that it
// needs no store and lands in the browser that it is about.
func (d *Door) flash(w http.ResponseWriter, notices ...view.Notice) {
	text, err := json.Marshal(notices)
	if err != nil {
		return // plain strings always fit
	}
	d.setFlash(w, base64.RawURLEncoding.EncodeToString(text), 60)
}

// flashed returns the sentences that wait. A region that is fetched alone
// shows none, so it leaves them for the page.
func (d *Door) flashed(r *http.Request) []view.Notice {
	cookie, err := r.Cookie(d.flashName())
	if err != nil || r.Header.Get(FragmentHeader) != "" {
		return nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil {
		return nil
	}
	var notices []view.Notice
	if json.Unmarshal(text, &notices) != nil {
		return nil
	}
	for i, n := range notices {
		notices[i].Action.Href, notices[i].Undo = safePath(n.Action.Href), safePath(n.Undo)
	}
	return notices
}

func (d *Door) forgetFlash(w http.ResponseWriter, r *http.Request) {
	if _, err := r.Cookie(d.flashName()); err == nil && r.Header.Get(FragmentHeader) == "" {
		d.setFlash(w, "", -1)
	}
}

func (d *Door) setFlash(w http.ResponseWriter, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{Name: d.flashName(), Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: d.https(), SameSite: http.SameSiteLaxMode})
}

// flashName: with the prefix __Host- no neighbouring site can put words there.
func (d *Door) flashName() string {
	if d.https() {
		return "__Host-rsvpp_flash"
	}
	return "rsvpp_flash"
}

package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// A draft is what the wizard knows between its pages. It is kept with the
// operator's preferences: nobody else sees it, it works without scripts, and
// its id is the idempotency key of the run, so that sending twice sends once.
type draft struct {
	ID        string `json:"-"`
	Selection vpp.Selection
	Resend    bool
	Audience  vpp.Audience
	Channel   vpp.Channel
	ElseMail  bool        // by device: a letter where no device takes it
	TryAgain  bool        // letters to addresses that were refused before, too
	Days      int         // the links work for; 0 is the usual time
	Letter    *vpp.Letter // in place of the saved one
	Task      vpp.TaskID  // once it was sent
}

// keptDrafts is how many drafts an operator has at a time; the oldest goes
// when one more begins.
const (
	keptDrafts   = 6
	preferDrafts = "invite-drafts"
	preferDraft  = "invite-draft."
)

func (f draft) request() invite.Request {
	return invite.Request{
		Selection: f.Selection, Location: f.Selection.Filter.Location, Audience: f.Audience, Channel: f.Channel, Resend: f.Resend,
		TryAgain: f.TryAgain, ElseMail: f.ElseMail && f.Channel == vpp.ChannelDevice, Letter: f.Letter, ExpiresIn: time.Duration(f.Days) * 24 * time.Hour, IdempotencyKey: "console:" + f.ID,
	}
}

// mails says whether the run may send letters, whose text is then asked for.
func (f draft) mails() bool {
	return f.Channel == vpp.ChannelMail || f.Channel == vpp.ChannelBoth || f.Channel == vpp.ChannelDevice && f.ElseMail
}

func (f draft) path(step string) string { return "/invite/" + url.PathEscape(f.ID) + "/" + step }

// draft returns the draft that an address names.
func (d *Door) draft(r *http.Request) (draft, error) {
	f := draft{ID: r.PathValue("draft")}
	text, err := d.longPreference(r.Context(), preferDraft+f.ID)
	if err != nil {
		return f, err
	}
	if text == "" || json.Unmarshal([]byte(text), &f) != nil {
		return f, vpp.Errorf(vpp.NotFound, "This invitation is not being prepared any more. What was sent is under Tasks; to send another, choose people in the list of users.")
	}
	return f, nil
}

func (d *Door) keepDraft(r *http.Request, f draft) error {
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return d.preferLong(r.Context(), preferDraft+f.ID, string(text))
}

// beginDraft keeps a new draft and forgets the oldest.
func (d *Door) beginDraft(r *http.Request, f draft) error {
	ids := strings.FieldsFunc(d.preference(r.Context(), preferDrafts), func(c rune) bool { return c == ',' })
	ids = append(ids, f.ID)
	for len(ids) > keptDrafts {
		if err := d.preferLong(r.Context(), preferDraft+ids[0], ""); err != nil {
			return err
		}
		ids = slices.Delete(ids, 0, 1)
	}
	if err := d.prefer(r.Context(), preferDrafts, strings.Join(ids, ",")); err != nil {
		return err
	}
	return d.keepDraft(r, f)
}

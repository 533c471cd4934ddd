package console

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// createKey shows the new key in its very answer: it is kept nowhere, so no
// later page could.
func (d *Door) createKey(w http.ResponseWriter, r *http.Request) error {
	days, err := strconv.Atoi(r.PostFormValue("term"))
	if err != nil {
		days = 90
	}
	var secret string
	scopes, err := operator.ParseScopes(r.PostForm["scope"])
	if err == nil {
		_, secret, err = d.Operators.CreateKey(r.Context(), caller(r), operator.KeyInput{
			Name: typed(r, "name"), Scopes: scopes, ExpiresAt: d.now().Add(time.Duration(days) * 24 * time.Hour),
		})
	}
	if vpp.KindOf(err) == vpp.Invalid && err != nil {
		return d.refuseAccount(w, r, faults(err))
	}
	if err != nil {
		return err
	}
	m, err := d.account(r, nil)
	if err != nil {
		return err
	}
	m.NewKey = secret
	return d.render(w, r, view.AccountPage(m))
}

func (d *Door) revokeKey(w http.ResponseWriter, r *http.Request) error {
	return d.endKey(w, r, "/account")
}

// endKey revokes a key that stands on one of our pages, and leads back there.
func (d *Door) endKey(w http.ResponseWriter, r *http.Request, back string) error {
	if sure, err := d.sure(w, r, view.Question{
		Title: "Revoke this key?", Verb: "Revoke", Back: back,
		Text: "Programs that use it are turned away at once. A revoked key cannot be brought back, only a new one be made.",
	}); !sure {
		return err
	}
	if err := d.Operators.RevokeKey(r.Context(), caller(r), r.PathValue("id")); err != nil {
		return err
	}
	return d.done(w, r, back, view.Notice{Tone: view.Good, Text: "The key is revoked: it opens nothing any more."})
}

// keys leaves out those that were revoked; the history has them.
func (d *Door) keys(all []operator.Key) []view.Key {
	var list []view.Key
	for _, k := range all {
		if k.RevokedAt.IsZero() {
			list = append(list, d.key(k))
		}
	}
	return list
}

func (d *Door) key(k operator.Key) view.Key {
	return view.Key{
		ID: k.ID, Name: k.Name, Scopes: scopeWords(k.Scopes), Created: d.when(k.CreatedAt), Used: d.when(k.LastUsedAt),
		Expires: d.when(k.ExpiresAt), Expired: !d.now().Before(k.ExpiresAt),
	}
}

func keyTerms() []view.Choice {
	return []view.Choice{{Value: "30", Text: "30 days"}, {Value: "90", Text: "90 days", Current: true}, {Value: "365", Text: "a year"}}
}

func scopeWords(scopes operator.Scopes) string {
	if scopes.Allow(operator.ScopeOwner) {
		return "everything"
	}
	words := make([]string, len(scopes))
	for i, s := range scopes {
		words[i] = string(s)
	}
	return strings.Join(words, ", ")
}

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
	who := caller(r)
	days, err := strconv.Atoi(r.PostFormValue("term"))
	if err != nil {
		days = 90
	}
	_, secret, err := d.Operators.CreateKey(r.Context(), who, operator.KeyInput{
		Name: typed(r, "name"), Scopes: who.Scopes, ExpiresAt: d.now().Add(time.Duration(days) * 24 * time.Hour),
	})
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
	if sure, err := d.sure(w, r, view.Question{
		Title: "Revoke this key?", Verb: "Revoke", Back: "/account",
		Text: "Programs that use it are turned away at once. A revoked key cannot be brought back, only a new one be made.",
	}); !sure {
		return err
	}
	if err := d.Operators.RevokeKey(r.Context(), caller(r), r.PathValue("id")); err != nil {
		return err
	}
	return d.done(w, r, "/account", view.Notice{Tone: view.Good, Text: "The key is revoked: it opens nothing any more."})
}

// keys leaves out those that were revoked; the history has them.
func (d *Door) keys(all []operator.Key) []view.Key {
	var list []view.Key
	for _, k := range all {
		if !k.RevokedAt.IsZero() {
			continue
		}
		list = append(list, view.Key{
			ID: k.ID, Name: k.Name, Scopes: scopeWords(k.Scopes), Created: d.when(k.CreatedAt), Used: d.when(k.LastUsedAt),
			Expires: d.when(k.ExpiresAt), Expired: !d.now().Before(k.ExpiresAt),
		})
	}
	return list
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

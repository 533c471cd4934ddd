package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/connect"
	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/location"
	"github.com/rsvpp/rsvpp/internal/program"
	"github.com/rsvpp/rsvpp/internal/seal"
	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/vpp"
	"github.com/rsvpp/rsvpp/internal/webhook"
)

// rotation brings everything sealed under the first key of the key file, while
// servers run. It keeps nothing of its own: what begins with another key's name
// is still to do, so that it goes on where it was killed.
type rotation struct {
	db   *store.DB
	box  *seal.Box
	keys keyFile
	say  func(format string, args ...any) error
	wait func(context.Context, time.Duration) error
}

const resealBatch = 500

// contexts say for each place where its values are sealed for.
func contexts() map[vpp.SealedPlace]func(id string) string {
	notify := func(id string) string { return program.NotifyContext(vpp.LocationID(id)) }
	hookSecret := func(id string) string { return webhook.SecretContext(vpp.WebhookID(id)) }
	all := map[vpp.SealedPlace]func(string) string{
		vpp.SealedToken:  func(id string) string { return location.TokenContext(vpp.LocationID(id)) },
		vpp.SealedNotify: notify, vpp.SealedNotifyBefore: notify,
		vpp.SealedCode:       func(id string) string { return program.CodeContext(vpp.ProgramUserID(id)) },
		vpp.SealedServerKey:  func(id string) string { return connect.KeyContext(vpp.MDMID(id)) },
		vpp.SealedServerHook: func(id string) string { return connect.HookContext(vpp.MDMID(id)) },
		vpp.SealedStranger:   vpp.StrangerContext,
		vpp.SealedWebhookNow: hookSecret, vpp.SealedWebhookPast: hookSecret,
	}
	maps.Copy(all, store.MDMContexts())
	return all
}

// run makes a new key, unless two are there from a run that was cut off, and
// seals everything anew.
func (r *rotation) run(ctx context.Context) error {
	for _, purpose := range lastingPurposes() { // before the key changes from which they were derived
		if _, err := lastingKey(ctx, r.db, r.box, purpose); err != nil {
			return err
		}
	}
	if len(r.box.Keys()) == 1 {
		if err := r.newKey(); err != nil {
			return err
		}
	} else if err := r.say("There is more than one key in the key file: everything is brought under the first, %s.", r.box.Keys()[0]); err != nil {
		return err
	}
	total := 0
	for {
		began := time.Now()
		n, err := r.pass(ctx)
		if total += n; err != nil {
			return err
		}
		// Servers that run seal with the old key until they have seen the file.
		if seen := r.keys.changed().Add(3 * keyPoll); n == 0 && began.After(seen) {
			return r.say("%s are sealed with the new key %s. Nothing in this database needs the old ones (%s) any more; backups from before do.\nServers on other machines need the new key file, too. Then run: rsvpp seal forget",
				many(total, "secret", "secrets"), r.box.Keys()[0], strings.Join(r.box.Keys()[1:], ", "))
		}
		if n == 0 {
			if err := r.wait(ctx, keyPoll); err != nil {
				return err
			}
		}
	}
}

// newKey puts a new key before the present one.
func (r *rotation) newKey() error {
	if r.keys.given != "" {
		return vpp.Errorf(vpp.Conflict, "The key is set by seal-key, so this command cannot change it. Make one with `rsvpp seal new`, put it before the present one (both in seal-key, a space between) for every server, restart them, and run this again.")
	}
	text, err := r.keys.read()
	if err != nil {
		return err
	}
	masters, err := seal.ParseMasters(text)
	if err != nil {
		return err
	}
	fresh, err := seal.NewMaster(rand.Reader)
	if err != nil {
		return err
	}
	if err := r.keys.write(seal.FormatMasters(append([][]byte{fresh}, masters...)...)); err != nil {
		return err
	}
	if err := r.box.Reload(); err != nil {
		return err
	}
	return r.say("A new key %s was put before the old one in %s. Keep a copy of the file apart from the database.", r.box.Keys()[0], r.keys.path)
}

// pass seals anew whatever is sealed with another key, and says how much that was.
func (r *rotation) pass(ctx context.Context) (total int, err error) {
	for _, place := range slices.Sorted(maps.Keys(contexts())) {
		n, err := r.place(ctx, place)
		if total += n; err != nil {
			return total, err
		}
	}
	n, err := r.settings(ctx)
	return total + n, err
}

func (r *rotation) begins() string { return seal.SealedWith(r.box.Keys()[0]) }

func (r *rotation) place(ctx context.Context, place vpp.SealedPlace) (total int, err error) {
	after, told := "", time.Now()
	for {
		values, err := r.db.SealedOtherwise(ctx, place, r.begins(), after, resealBatch)
		if err != nil || len(values) == 0 {
			return total, err
		}
		after = values[len(values)-1].ID
		for i, v := range values {
			if values[i].Anew, err = r.anew(v.Sealed, contexts()[place](v.ID)); err != nil {
				return total, fmt.Errorf("%s of %s: %w", place, v.ID, err)
			}
		}
		n, err := r.db.Reseal(ctx, place, values)
		if total += n; err != nil {
			return total, err
		}
		if time.Since(told) > 2*time.Second {
			told = time.Now()
			if err := r.say("%s: %s", place, count(total)); err != nil {
				return total, err
			}
		}
	}
}

func (r *rotation) anew(sealed, context string) (string, error) {
	plain, err := r.box.Open(sealed, context)
	if err != nil {
		return "", err
	}
	return r.box.Seal(plain, context)
}

// settings seals anew what settings hold.
func (r *rotation) settings(ctx context.Context) (total int, err error) {
	all, err := r.db.SettingsLike(ctx, "")
	if err != nil {
		return 0, err
	}
	for name, value := range all {
		anew, err := r.setting(name, value)
		if err != nil {
			return total, fmt.Errorf("setting %s: %w", name, err)
		}
		if anew == value {
			continue
		}
		done, err := r.db.ReplaceSetting(ctx, name, value, anew)
		if err != nil {
			return total, err
		}
		if done {
			total++
		}
	}
	return total, nil
}

// setting is a setting's value with its secrets sealed anew.
func (r *rotation) setting(name, value string) (string, error) {
	switch {
	case name == canarySetting && !strings.HasPrefix(value, r.begins()):
		return r.box.Canary()
	case strings.HasPrefix(name, lastingPrefix) && !strings.HasPrefix(value, r.begins()):
		return r.anew(value, settingContext(name))
	case name == "mail":
		anew, err := r.within(value, "Sealed", invite.PasswordContext)
		if err != nil {
			return "", err
		}
		return r.within(anew, "SealedDKIM", invite.DKIMContext)
	case name == store.AuthoritySetting:
		return r.within(value, "Key", store.AuthorityContext)
	}
	return value, nil
}

// within seals anew one field of a setting that holds several.
func (r *rotation) within(value, field, context string) (string, error) {
	fields := map[string]json.RawMessage{}
	var sealed string
	if err := json.Unmarshal([]byte(value), &fields); err != nil {
		return "", err
	}
	if len(fields[field]) > 0 {
		if err := json.Unmarshal(fields[field], &sealed); err != nil {
			return "", err
		}
	}
	if sealed == "" || strings.HasPrefix(sealed, r.begins()) {
		return value, nil
	}
	anew, err := r.anew(sealed, context)
	if err != nil {
		return "", err
	}
	if fields[field], err = json.Marshal(anew); err != nil {
		return "", err
	}
	text, err := json.Marshal(fields)
	return string(text), err
}

// left counts what is still sealed with another key, up to a batch of each.
func (r *rotation) left(ctx context.Context) (total int, err error) {
	for place := range contexts() {
		values, err := r.db.SealedOtherwise(ctx, place, r.begins(), "", resealBatch)
		if total += len(values); err != nil {
			return total, err
		}
	}
	all, err := r.db.SettingsLike(ctx, "")
	for name, value := range all {
		anew, setErr := r.setting(name, value)
		if setErr != nil {
			return total, setErr
		}
		if anew != value {
			total++
		}
	}
	return total, err
}

// forget takes every key but the first out of the key file, when nothing needs
// them any more.
func (r *rotation) forget(ctx context.Context) error {
	if len(r.box.Keys()) == 1 {
		return r.say("There is one key, %s: nothing to forget.", r.box.Keys()[0])
	}
	left, err := r.left(ctx)
	if err != nil {
		return err
	}
	if left > 0 {
		return vpp.Errorf(vpp.Conflict, "There are still secrets that were sealed with an old key (%d or more): run `rsvpp seal rotate` first.", left)
	}
	if r.keys.given != "" {
		return r.say("Nothing needs the old keys any more: take all but the first out of seal-key.")
	}
	text, err := r.keys.read()
	if err != nil {
		return err
	}
	masters, err := seal.ParseMasters(text)
	if err != nil {
		return err
	}
	if err := r.keys.write(seal.FormatMasters(masters[0])); err != nil {
		return err
	}
	return r.say("The old keys were taken out of %s. Backups of the database from before need them: keep the copy that belongs to those.", r.keys.path)
}

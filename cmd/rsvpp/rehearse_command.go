package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
)

// rehearsalOptions are what `rsvpp rehearse` is asked for.
type rehearsalOptions struct {
	users        int
	devices      int
	faults       string
	seed         uint64
	database     string
	nodes, kills int
	rate         int
	unlimited    bool
	patience     time.Duration
	quirks       []string
}

func (p *cli) rehearseCommand() *cobra.Command {
	var o rehearsalOptions
	c := &cobra.Command{
		Use: "rehearse", Short: "Play a whole campaign and check it person by person", Args: cobra.NoArgs,
		Long: `Play a whole campaign with invented people against the pretend Apple and a real
mail exchange on this machine: import, invite, accept, resend, sync, change
addresses, delete, undo, register again. A few letters come back after they were
taken. Meanwhile licenses are given and taken,
records of an earlier server are adopted, the location is stolen by another
server and taken back, and its token expires and is revoked and renewed. At the end our state must equal Apple's, person
by person, and every letter that was due must have been sent once; otherwise
each difference is named and the exit status is 1.

With --devices people have iPhones, iPads, Macs, Apple TVs and Shared iPads that
enroll, are woken through a pretend push service, answer, refuse, leave and come
again; invitations then go by mail and on devices, and no prompt may be shown
twice, or where Apple has none. Who accepts is signed in on their devices, but on
some with another account or none: the server must know on which.

With --nodes the server runs as that many processes on one PostgreSQL, and
--kills ends one of them as kill -9 does, so many times.`,
		Example: `  rsvpp rehearse --users 2000 --faults many
  rsvpp rehearse --users 2000 --devices 3000 --faults many
  rsvpp rehearse --quirk SparsePages --quirk StatusLag=200ms
  rsvpp rehearse --users 2000 --database postgres://localhost/rehearsal --nodes 2 --kills 2`,
	}
	p.jsonFlag(c)
	f := c.Flags()
	f.IntVar(&o.users, "users", 200, "how many invented people")
	f.IntVar(&o.devices, "devices", 0, "how many pretend devices, of all kinds")
	f.StringVar(&o.faults, "faults", "none", "what goes wrong at Apple, in the mail and with devices: none, some or many")
	f.StringSliceVar(&o.quirks, "quirk", nil, "how Apple behaves where its pages say nothing, as in ReadLag=2s; may be given again (names: see rsvpp applesim --help)")
	f.Uint64Var(&o.seed, "seed", 1, "makes people, behaviour and faults repeatable")
	f.StringVar(&o.database, "database", "", "an empty database (postgres://…; default: a SQLite file that is thrown away)")
	f.IntVar(&o.nodes, "nodes", 0, "run the server as so many processes; needs PostgreSQL (default: inside this one)")
	f.IntVar(&o.kills, "kills", 0, "kill one of the processes so many times")
	f.IntVar(&o.rate, "rate", 15, "requests per second that Apple allows")
	f.BoolVar(&o.unlimited, "unlimited", false, "Apple allows any number of requests")
	f.DurationVar(&o.patience, "patience", 3*time.Minute, "give up when nothing moves for so long")
	c.RunE = p.does(func(ctx context.Context, _ []string) error {
		if err := o.check(); err != nil {
			return err
		}
		return p.rehearse(ctx, o)
	})
	return c
}

func (o rehearsalOptions) check() error {
	postgres := strings.HasPrefix(o.database, "postgres://") || strings.HasPrefix(o.database, "postgresql://")
	_, err := appleFaults(o.faults, o.seed)
	if err == nil {
		_, err = quirksOf(o.quirks)
	}
	switch {
	case err != nil:
		return err
	case o.users < 20:
		return usagef("--users is %d: a rehearsal needs at least 20 people to have some of each kind", o.users)
	case o.devices < 0 || o.devices > 100_000:
		return usagef("--devices is %d: up to 100,000 devices can be pretended", o.devices)
	case o.nodes < 0 || o.kills < 0 || o.rate < 1:
		return usagef("--nodes, --kills and --rate cannot be negative, and --rate not 0 (say --unlimited)")
	case o.nodes > 0 && !postgres:
		return usagef("--nodes needs --database postgres://…: several processes cannot share a SQLite file")
	case o.kills > 0 && o.nodes == 0:
		return usagef("--kills needs --nodes: there is no process to kill")
	}
	return nil
}

// stage says what the rehearsal plays on.
func (o rehearsalOptions) stage() stageOptions {
	rate := o.rate
	if o.unlimited {
		rate = 0
	}
	faults, _ := appleFaults(o.faults, o.seed) // checked before
	quirks, _ := quirksOf(o.quirks)            // likewise
	settings := quickly()
	settings["mdm-repush"], settings["mdm-account-every"] = "2s", accountEvery(o.devices)
	if o.database != "" {
		settings["database"] = o.database
	}
	// A schedule that can be waited for, and time to undo on a busy machine.
	settings["read-every"], settings["undo-time"] = "2s", "2s"
	return stageOptions{
		location: applesim.Location{UID: "2049000100000001", Name: "Rehearsal School", Country: "DE", Platform: applesim.PlatformEducation, ManagedDomains: []string{peopleManagedDomain}},
		apple: applesim.Options{
			Seed: o.seed, Limits: limitsOf(rate), Faults: faults, Quirks: quirks,
			EventDelay:  applesim.Range{Min: 50 * time.Millisecond, Max: 400 * time.Millisecond},
			NotifyRetry: []time.Duration{500 * time.Millisecond, 2 * time.Second},
		},
		mail:     mailtest.Options{Faults: mailFaults(o.faults, o.seed), Limits: mailtest.Limits{Letters: 200_000, Bytes: 1 << 30}},
		settings: settings, admin: "rehearsal", password: newPassword(), nodes: o.nodes,
		devices: o.devices > 0, trouble: troubleOf(o.faults), seed: o.seed,
	}
}

func troubleOf(word string) mdmtest.Trouble {
	switch word {
	case "some":
		return mdmtest.SomeTrouble()
	case "many":
		return mdmtest.MuchTrouble()
	}
	return mdmtest.Trouble{}
}

func mailFaults(word string, seed uint64) mailtest.Faults {
	switch word {
	case "some":
		return mailtest.Some(seed)
	case "many":
		return mailtest.Many(seed)
	}
	return mailtest.None()
}

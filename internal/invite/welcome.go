package invite

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// WelcomeStore is what the landing page reads and writes.
type WelcomeStore interface {
	// HeldInvitation reads an invitation; not found when there is none.
	HeldInvitation(ctx context.Context, id vpp.InvitationID) (vpp.HeldInvitation, error)
	// NoteVisit keeps what a reader did, a bounded number of times.
	NoteVisit(ctx context.Context, id vpp.InvitationID, what vpp.Visit, device string) error
	// RenewLink queues a letter to the address on record; a link that had
	// expired is replaced. Exhausted when the last one is too recent.
	RenewLink(ctx context.Context, id vpp.InvitationID, expires time.Time, device string) error
}

// Apple knows where an invitation leads in the end.
type Apple interface {
	// AppleLink returns Apple's address for a Registered user. It is a bearer
	// secret and stands in no log.
	AppleLink(ctx context.Context, id vpp.ProgramUserID) (string, error)
}

// WelcomeState is what the landing page has to say.
type WelcomeState string

// The states of the landing page.
const (
	WelcomeReady     WelcomeState = "ready"     // go on to Apple
	WelcomeDone      WelcomeState = "done"      // registered already
	WelcomePreparing WelcomeState = "preparing" // Apple has not confirmed the record yet
	WelcomeExpired   WelcomeState = "expired"
	WelcomeReplaced  WelcomeState = "replaced" // a newer link was sent
	WelcomeWithdrawn WelcomeState = "withdrawn"
	WelcomeNotMe     WelcomeState = "not_me" // the reader said that they are somebody else
)

// Welcome is what the invited person may see. Names are told only while the
// link is good.
type Welcome struct {
	State        WelcomeState
	FirstName    string
	FullName     string
	Organization string
	InvitedBy    string // the sender's name on letters, "" if there is none
	HelpContact  string
	ExpiresAt    time.Time
	Managed      bool   // the organization gave the person a Managed Apple Account
	Continued    bool   // the person went on to Apple before
	Asking       bool   // Apple is being asked whether the person has accepted
	URL          string // this page, for going on with on another device
	NewLink      bool   // a new link can be asked for
}

// errNoInvitation is one sentence for wrong, unknown and forged links.
var errNoInvitation = vpp.Errorf(vpp.NotFound, "This link does not work. Look whether it was cut off in the mail, or ask the people who invited you for a new one.")

// Peek shows the landing page without counting it as opened, for bots and
// previews.
func (s *Service) Peek(ctx context.Context, token string) (Welcome, error) {
	_, w, err := s.held(ctx, token)
	return w, err
}

// Open shows the landing page to a person on a kind of device (S0-18).
func (s *Service) Open(ctx context.Context, token, device string) (Welcome, error) {
	h, w, err := s.held(ctx, token)
	if err != nil {
		return w, err
	}
	return w, s.store.NoteVisit(ctx, h.Invitation.ID, vpp.VisitOpened, device)
}

// Continue returns Apple's address, to which the person goes on (S0-19).
func (s *Service) Continue(ctx context.Context, token, device string) (string, error) {
	h, w, err := s.held(ctx, token)
	if err != nil {
		return "", err
	}
	if w.State != WelcomeReady {
		return "", vpp.Errorf(vpp.Conflict, "This invitation cannot be accepted just now: open the link again to see why.")
	}
	link, err := s.apple.AppleLink(ctx, h.Place.ID)
	if err != nil {
		return "", err
	}
	if !s.leadsToApple(link) {
		return "", vpp.Errorf(vpp.Internal, "the invitation does not lead to Apple")
	}
	return link, s.store.NoteVisit(ctx, h.Invitation.ID, vpp.VisitContinued, device)
}

// Done lets Apple be asked for a person who says that they have accepted
// (pain 23). What they say proves nothing: Apple's answer does.
func (s *Service) Done(ctx context.Context, token, device string) error {
	h, w, err := s.held(ctx, token)
	if err != nil || w.State != WelcomeReady {
		return err // the page itself says how it stands
	}
	return s.store.NoteVisit(ctx, h.Invitation.ID, vpp.VisitDone, device)
}

// NotMe stops an invitation that reached somebody else, until it is sent again.
func (s *Service) NotMe(ctx context.Context, token, device string) (Welcome, error) {
	h, w, err := s.held(ctx, token)
	if err != nil || w.State == WelcomeDone || w.State == WelcomeWithdrawn || w.State == WelcomeReplaced {
		return w, err
	}
	if err := s.store.NoteVisit(ctx, h.Invitation.ID, vpp.VisitNotMe, device); err != nil {
		return w, err
	}
	return Welcome{State: WelcomeNotMe, Organization: w.Organization, HelpContact: w.HelpContact}, nil
}

// NewLink sends a fresh link to the address on record, never to one that the
// reader types.
func (s *Service) NewLink(ctx context.Context, token, device string) error {
	h, w, err := s.held(ctx, token)
	if err != nil {
		return err
	}
	switch {
	case w.State.renewable() && h.User.Paused():
		return vpp.Errorf(vpp.Unavailable, "Your invitation is paused just now, so no new link is sent: ask the people who invited you.")
	case !w.NewLink:
		return vpp.Errorf(vpp.Unavailable, "A new link cannot be sent from here: ask the people who invited you.")
	}
	return s.store.RenewLink(ctx, h.Invitation.ID, s.now().Add(s.config.LinkLife), device)
}

// held reads the invitation of a token and says how it stands.
func (s *Service) held(ctx context.Context, token string) (vpp.HeldInvitation, Welcome, error) {
	id, proof, ok := readToken(token)
	if !ok {
		return vpp.HeldInvitation{}, Welcome{}, errNoInvitation
	}
	h, err := s.store.HeldInvitation(ctx, vpp.InvitationID(id.String()))
	if vpp.KindOf(err) == vpp.NotFound {
		return h, Welcome{}, errNoInvitation
	}
	if err != nil {
		return h, Welcome{}, err
	}
	settings, err := s.MailSettings(ctx)
	if err != nil {
		return h, Welcome{}, err
	}
	w, err := s.welcome(h, id, proof, settings)
	return h, w, err
}

func (s *Service) welcome(h vpp.HeldInvitation, id uuid.UUID, proof []byte, settings MailSettings) (Welcome, error) {
	current, earlier := s.proves(h.Invitation, id, proof)
	if !current && !earlier {
		return Welcome{}, errNoInvitation
	}
	w := Welcome{State: welcomeState(h, earlier, s.now()), Organization: h.LocationName, InvitedBy: settings.FromName}
	if w.HelpContact = settings.ReplyTo; w.HelpContact == "" {
		w.HelpContact = settings.FromAddress
	}
	if w.State.renewable() {
		w.NewLink = settings.Configured() && h.User.Email != "" && !h.User.Paused() && h.Place.AppleStatus == vpp.AppleRegistered
	}
	if w.State == WelcomeReady {
		w.FirstName, w.FullName, w.ExpiresAt = h.User.FirstName, h.User.FullName, h.Invitation.ExpiresAt
		w.Managed = h.User.ManagedAppleID != "" && h.Place.ManagedError == 0 // what Apple refused is not asked for
		w.Continued, w.URL = !h.Invitation.ContinuedAt.IsZero(), s.linkOf(h.Invitation)
		w.Asking = h.LookWanted
	}
	return w, nil
}

// renewable says whether a new link would help.
func (s WelcomeState) renewable() bool {
	return s == WelcomeReady || s == WelcomeExpired || s == WelcomeReplaced
}

// welcomeState derives what the landing page says.
func welcomeState(h vpp.HeldInvitation, earlier bool, now time.Time) WelcomeState {
	i, p := h.Invitation, h.Place
	switch {
	case !i.WithdrawnAt.IsZero(), i.Generation != p.Generation, p.Pending == vpp.WriteRetire:
		return WelcomeWithdrawn
	case p.AppleStatus == vpp.AppleAssociated:
		return WelcomeDone
	case !i.NotMeAt.IsZero():
		return WelcomeNotMe
	case earlier:
		return WelcomeReplaced
	case p.AppleStatus == vpp.AppleRetired, p.AppleStatus == vpp.AppleDeleted:
		if p.Pending == vpp.WriteCreate { // registered anew
			return WelcomePreparing
		}
		return WelcomeWithdrawn
	case !i.ExpiresAt.IsZero() && !now.Before(i.ExpiresAt):
		return WelcomeExpired
	case p.AppleStatus != vpp.AppleRegistered || !p.HasCode:
		return WelcomePreparing
	}
	return WelcomeReady
}

// leadsToApple keeps the landing page from ever becoming an open redirect:
// https to Apple's hosts, or the pretend Apple on this very machine.
func (s *Service) leadsToApple(link string) bool {
	u, err := url.Parse(link)
	if err != nil || u.User != nil || u.Opaque != "" {
		return false
	}
	host := strings.ToLower(u.Hostname())
	if isLoopback(host) {
		return u.Scheme == "https" || u.Scheme == "http"
	}
	if u.Scheme != "https" {
		return false
	}
	for _, known := range s.config.AppleHost {
		if host == known || strings.HasPrefix(known, ".") && strings.HasSuffix(host, known) {
			return true
		}
	}
	return false
}

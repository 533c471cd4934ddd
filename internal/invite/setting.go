package invite

import (
	"context"
	"encoding/json"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// SettingsStore keeps the letter and the mail settings.
type SettingsStore interface {
	// Setting returns "" and the zero time for what was never saved.
	Setting(ctx context.Context, name string) (value string, savedAt time.Time, err error)
	// SaveSetting writes a setting and its history entry; before and after
	// hold no secrets.
	SaveSetting(ctx context.Context, by vpp.Actor, name, value, summary string, before, after any) error
	// RecordTrial writes down that somebody sends a test letter; vpp.Exhausted
	// after the most that there may be in a window.
	RecordTrial(ctx context.Context, by vpp.Actor, summary string, most int, window time.Duration) error
	// HurryLetters makes letters that were put off due now, and promises to send.
	HurryLetters(ctx context.Context) error
}

// Sealer locks secrets at rest; context ties a secret to its place.
type Sealer interface {
	Seal(plain []byte, context string) (string, error)
	Open(sealed, context string) ([]byte, error)
}

// Test letters go to any address, so they are rationed for each who sends them.
const (
	mostTrials  = 20
	trialWindow = 10 * time.Minute
)

const (
	letterSetting = "letter"
	mailSetting   = "mail"
)

// PasswordContext is where the password of the mail settings is sealed for.
const PasswordContext = "setting:mail:password"

// MailSettings say how letters leave and whom they come from.
type MailSettings struct {
	Mode     string // "none", "relay" or "direct"; "" is none
	Host     string
	Port     int    // 0 for the usual port of the security
	Security string // "none", "starttls", "starttls-required" or "tls"
	Username string

	Password       string `json:"-"` // goes in, never comes out; "" keeps the one there is
	HasPassword    bool
	ForgetPassword bool `json:"-"`

	FromName       string
	FromAddress    string
	ReplyTo        string
	HELO           string
	MaxConnections int
	TimeoutSeconds int
	TrustedCA      string // PEM

	BounceTo string // letters that cannot be delivered come back to it, each with a token of its own; "" for the sender's address

	DKIM         bool   // letters are signed
	DKIMDomain   string // "" for the domain of the sender's address
	DKIMSelector string // "" for the usual one

	Administrators []string // whom notices of this server go to
}

// Configured says whether letters can go out at all.
func (s MailSettings) Configured() bool { return s.Mode == "relay" || s.Mode == "direct" }

// sign adds what the sender's settings say to a letter.
func (s MailSettings) sign(d LetterData) LetterData {
	d.SenderName, d.ReplyTo = s.FromName, s.ReplyTo
	if d.ReplyTo == "" {
		d.ReplyTo = s.FromAddress
	}
	d.HelpContact = d.ReplyTo
	return d
}

// savedMail is how the settings are kept.
type savedMail struct {
	MailSettings
	Sealed     string
	SealedDKIM string    // the signing key
	DKIMRecord string    // what the DNS must say about it
	SignsBy    time.Time // when the key was made
}

// MailSettings returns the settings without the password.
func (s *Service) MailSettings(ctx context.Context) (MailSettings, error) {
	saved, _, err := s.savedMail(ctx)
	return saved.MailSettings, err
}

func (s *Service) savedMail(ctx context.Context) (savedMail, time.Time, error) {
	saved := savedMail{MailSettings: MailSettings{Mode: "none"}}
	text, at, err := s.store.Setting(ctx, mailSetting)
	if err == nil && text != "" {
		err = unmarshal(text, &saved)
	}
	saved.HasPassword = saved.Sealed != ""
	return saved, at, err
}

func (s *Service) mailReady(ctx context.Context) (bool, error) {
	saved, _, err := s.savedMail(ctx)
	return saved.Configured(), err
}

// SaveMailSettings checks and keeps new settings (F-39).
func (s *Service) SaveMailSettings(ctx context.Context, by vpp.Actor, next MailSettings) error {
	next, sealed, err := s.withPassword(ctx, next)
	if err != nil {
		return err
	}
	if err := s.carrier.Check(next); err != nil {
		return err
	}
	was, _, err := s.savedMail(ctx)
	if err != nil {
		return err
	}
	next.HasPassword = sealed != ""
	if next.DKIM && was.SealedDKIM == "" {
		return invalid("dkim", "There is no key yet to sign letters with: make one first, and publish its record.")
	}
	now := was
	now.MailSettings, now.Sealed = next, sealed
	if err := s.keepMail(ctx, by, "Changed the mail settings", was, now); err != nil {
		return err
	}
	// What was put off under the old settings may go under the new ones. If this
	// is lost in a crash, the letters go when their time comes.
	return s.store.HurryLetters(ctx)
}

func (s *Service) keepMail(ctx context.Context, by vpp.Actor, summary string, was, now savedMail) error {
	text, err := json.Marshal(now)
	if err != nil {
		return err
	}
	return s.store.SaveSetting(ctx, by, mailSetting, string(text), summary, was.MailSettings, now.MailSettings)
}

// TestMail sends a test letter under settings that need not be saved yet.
func (s *Service) TestMail(ctx context.Context, by vpp.Actor, settings MailSettings, to string) (TestReport, error) {
	settings, _, err := s.withPassword(ctx, settings)
	if err != nil {
		return TestReport{}, err
	}
	if err := s.carrier.Check(settings); err != nil {
		return TestReport{}, err
	}
	saved, _, err := s.savedMail(ctx)
	if err != nil {
		return TestReport{}, err
	}
	key, err := s.signingKey(saved, settings.DKIM)
	if err != nil {
		return TestReport{}, err
	}
	if err := s.store.RecordTrial(ctx, by, "Sent a test mail to "+to, mostTrials, trialWindow); err != nil {
		return TestReport{}, err
	}
	return s.carrier.Test(ctx, Outgoing{settings, key}, to), nil
}

// withPassword fills in the kept password, unless another server would get it.
func (s *Service) withPassword(ctx context.Context, next MailSettings) (MailSettings, string, error) {
	was, _, err := s.savedMail(ctx)
	if err != nil {
		return next, "", err
	}
	switch {
	case next.ForgetPassword:
		next.Password = ""
		return next, "", nil
	case next.Password != "":
		sealed, err := s.box.Seal([]byte(next.Password), PasswordContext)
		return next, sealed, err
	case was.Sealed == "":
		return next, "", nil
	case next.Username != was.Username || next.Host != was.Host || next.Mode != was.Mode:
		return next, "", invalid("password", "The server or the user name changed: type the password again.")
	}
	plain, err := s.box.Open(was.Sealed, PasswordContext)
	next.Password = string(plain)
	return next, was.Sealed, err
}

// usedSince is when the settings were saved that the carrier has.
func (s *Service) usedSince() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used
}

// useMail brings the carrier to the saved settings; another node may have
// changed them.
func (s *Service) useMail(ctx context.Context) (MailSettings, bool, error) {
	saved, at, err := s.savedMail(ctx)
	if err != nil || !saved.Configured() {
		return saved.MailSettings, false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used.Equal(at) {
		return saved.MailSettings, true, nil
	}
	settings := saved.MailSettings
	if saved.Sealed != "" {
		plain, err := s.box.Open(saved.Sealed, PasswordContext)
		if err != nil {
			return settings, false, err
		}
		settings.Password = string(plain)
	}
	key, err := s.signingKey(saved, saved.DKIM)
	if err != nil {
		return settings, false, err
	}
	if err := s.carrier.Use(Outgoing{settings, key}); err != nil {
		return settings, false, err
	}
	s.used = at
	settings.Password = ""
	return settings, true, nil
}

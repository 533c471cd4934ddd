package invite

import (
	"context"
	"encoding/json"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Letter returns the saved letter, or the one that everybody begins with.
func (s *Service) Letter(ctx context.Context) (vpp.Letter, error) {
	text, _, err := s.store.Setting(ctx, letterSetting)
	if err != nil || text == "" {
		return s.letters.Default(), err
	}
	var letter vpp.Letter
	return letter, unmarshal(text, &letter)
}

func unmarshal(text string, v any) error {
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return vpp.Wrap(vpp.Internal, err, "a saved setting is not readable")
	}
	return nil
}

// SaveLetter keeps a letter for all later runs. One without the link, or with
// a broken variable, is refused (F-33).
func (s *Service) SaveLetter(ctx context.Context, by vpp.Actor, letter vpp.Letter) error {
	if _, err := s.letters.Compile(letter); err != nil {
		return err
	}
	was, err := s.Letter(ctx)
	if err != nil {
		return err
	}
	text, err := json.Marshal(letter)
	if err != nil {
		return err
	}
	return s.store.SaveSetting(ctx, by, letterSetting, string(text), "Changed the invitation letter", was, letter)
}

// PreviewLetter fills a letter in: with the person's name if one is given, else
// with invented values. The link in it leads nowhere.
func (s *Service) PreviewLetter(ctx context.Context, letter vpp.Letter, user vpp.UserID, location vpp.LocationID) (vpp.Letter, error) {
	compiled, err := s.letters.Compile(letter)
	if err != nil {
		return vpp.Letter{}, err
	}
	data := s.letters.Sample()
	if user != "" {
		h, err := s.store.CaseHistory(ctx, user, location)
		if err != nil {
			return vpp.Letter{}, err
		}
		data.FullName, data.FirstName = h.User.FullName, h.User.FirstName
		data.Organization, data.Location = h.Location.Name, h.Location.Name
	}
	settings, err := s.MailSettings(ctx)
	if err != nil {
		return vpp.Letter{}, err
	}
	if settings.Configured() {
		data = settings.sign(data)
	}
	return compiled.Render(data)
}

// TestLetter sends a letter as PreviewLetter shows it to an administrator's own
// address, and says what became of it. Its link leads nowhere, and nobody
// counts as invited by it.
func (s *Service) TestLetter(ctx context.Context, by vpp.Actor, letter vpp.Letter, to string, user vpp.UserID, location vpp.LocationID) (Handover, error) {
	settings, ready, err := s.useMail(ctx)
	if err != nil {
		return Handover{}, err
	}
	if !ready {
		return Handover{}, vpp.Errorf(vpp.Conflict, "No mail is set up, so no test can be sent: choose a way for mail first.")
	}
	shown, err := s.PreviewLetter(ctx, letter, user, location)
	if err != nil {
		return Handover{}, err
	}
	if err := s.store.RecordTrial(ctx, by, "Sent the invitation letter as a test to "+to, mostTrials, trialWindow); err != nil {
		return Handover{}, err
	}
	return s.carrier.Send(ctx, Message{
		ToAddress: to, Subject: shown.Subject, Text: shown.Text, HTML: shown.HTML,
		MessageID: s.ids() + "@" + domainOf(settings.FromAddress), Date: s.now(),
		Headers: map[string]string{"Auto-Submitted": "auto-generated"},
	}), nil
}

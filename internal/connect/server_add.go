package connect

import (
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Input is a server to be connected.
type Input struct {
	Kind   string // "nanomdm", "micromdm", "fleet"
	Name   string
	URL    string
	Key    string // API key or token
	Signed bool   // it signs its reports, so others are refused
}

// Connected is a server with what must be set there, so that it reports.
type Connected struct {
	vpp.MDMServer
	ReportURL string // "" when it reports nothing
	SignKey   string // for reports that are signed, "" otherwise
}

// hook is what reports must show.
type hook struct {
	Path string `json:"path"` // in their address
	Sign string `json:"sign"` // key of their signature
}

// Add connects a server after it answered. Its devices are read soon.
func (s *Service) Add(ctx context.Context, by vpp.Actor, in Input) (Connected, error) {
	in.Name, in.URL, in.Key = strings.TrimSpace(in.Name), strings.TrimRight(strings.TrimSpace(in.URL), "/"), strings.TrimSpace(in.Key)
	if in.Name == "" || utf8.RuneCountInString(in.Name) > 100 {
		return Connected{}, &vpp.Error{Kind: vpp.Invalid, Field: "name", Message: "Give the server a name of up to 100 letters."}
	}
	if in.Signed && in.Kind != "nanomdm" {
		return Connected{}, &vpp.Error{Kind: vpp.Invalid, Field: "signed", Message: "Only NanoMDM signs its reports."}
	}
	m := vpp.MDMServer{
		ID: vpp.MDMID(s.config.IDs()), Kind: in.Kind, Name: in.Name, URL: in.URL, Signed: in.Signed, CreatedAt: s.config.Clock(), CheckedAt: s.config.Clock(),
	}
	server, err := s.dial(m.ID, m.Kind, m.URL, in.Key)
	if err != nil {
		return Connected{}, err
	}
	if err := server.Check(ctx); err != nil {
		return Connected{}, err
	}
	m.Abilities = server.Abilities()
	sealed, h, err := s.seal(m, in.Key)
	if err != nil {
		return Connected{}, err
	}
	if err := s.store.AddMDMServer(ctx, by, m, sealed); err != nil {
		return Connected{}, err
	}
	return s.connected(m, h), nil
}

func (s *Service) seal(m vpp.MDMServer, key string) (sealed vpp.SealedMDM, h hook, err error) {
	h = hook{Path: s.config.Secrets(), Sign: s.config.Secrets()}
	text, err := json.Marshal(h)
	if err != nil {
		return sealed, h, err
	}
	if sealed.Key, err = s.box.Seal([]byte(key), KeyContext(m.ID)); err != nil {
		return sealed, h, err
	}
	sealed.Hook, err = s.box.Seal(text, HookContext(m.ID))
	return sealed, h, err
}

func (s *Service) connected(m vpp.MDMServer, h hook) Connected {
	c := Connected{MDMServer: m}
	if m.Abilities.Results && !m.Abilities.Asked {
		c.ReportURL = s.config.URL + "/hooks/mdm/" + string(m.ID) + "/" + h.Path
	}
	if m.Signed {
		c.SignKey = h.Sign
	}
	return c
}

// Get returns one server with what must be set there.
func (s *Service) Get(ctx context.Context, id vpp.MDMID) (Connected, error) {
	m, sealed, err := s.store.MDMServer(ctx, id)
	if err != nil {
		return Connected{}, err
	}
	h, err := s.hook(m.ID, sealed)
	m.Abilities = s.abilities(m)
	return s.connected(m, h), err
}

func (s *Service) hook(id vpp.MDMID, sealed vpp.SealedMDM) (h hook, err error) {
	text, err := s.box.Open(sealed.Hook, HookContext(id))
	if err == nil {
		err = json.Unmarshal(text, &h)
	}
	if err != nil {
		return hook{}, vpp.Wrap(vpp.Internal, err, "the secret of the MDM server's reports cannot be unlocked")
	}
	return h, nil
}

// Test asks a server for something harmless, and notes how it answered.
func (s *Service) Test(ctx context.Context, id vpp.MDMID) (Connected, error) {
	server, err := s.Server(ctx, id)
	if err != nil {
		return Connected{}, err
	}
	if err := s.noted(ctx, id, server.Check(ctx)); err != nil {
		return Connected{}, err
	}
	return s.Get(ctx, id)
}

// noted notes how a server answered, and returns that.
func (s *Service) noted(ctx context.Context, id vpp.MDMID, answered error) error {
	problem := ""
	if answered != nil {
		problem = vpp.MessageOf(answered)
	}
	if err := s.store.MDMServerChecked(ctx, id, problem); err != nil {
		return err
	}
	return answered
}

// ChangeKey replaces the key for a server, which must accept the new one.
func (s *Service) ChangeKey(ctx context.Context, by vpp.Actor, id vpp.MDMID, key string) (Connected, error) {
	m, _, err := s.store.MDMServer(ctx, id)
	if err != nil {
		return Connected{}, err
	}
	key = strings.TrimSpace(key)
	server, err := s.dial(m.ID, m.Kind, m.URL, key)
	if err != nil {
		return Connected{}, err
	}
	if err := server.Check(ctx); err != nil {
		return Connected{}, err
	}
	sealed, err := s.box.Seal([]byte(key), KeyContext(m.ID))
	if err != nil {
		return Connected{}, err
	}
	if err := s.store.ChangeMDMKey(ctx, by, m, sealed); err != nil {
		return Connected{}, err
	}
	return s.Get(ctx, id)
}

// Remove disconnects a server. Its devices are gone here; there nothing changes.
func (s *Service) Remove(ctx context.Context, by vpp.Actor, id vpp.MDMID) error {
	m, _, err := s.store.MDMServer(ctx, id)
	if err != nil {
		return err
	}
	if err := s.store.RemoveMDMServer(ctx, by, m); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, id)
	return nil
}

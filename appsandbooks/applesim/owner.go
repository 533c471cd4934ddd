package applesim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Owner is who claims to manage a location: what a server writes as mdmInfo. Apple only echoes it; the last writer wins.
type Owner struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Metadata string `json:"metadata"`
}

// Stranger is a server that nobody here knows, for thefts.
func Stranger() Owner {
	return Owner{ID: "7c1f4f0e-51ea-4e11-9d3a-0b5a1e5e0a11", Name: "Another MDM", Metadata: "it took this location"}
}

// Owner says who claimed a location last; the zero value if nobody did.
func (a *Apple) Owner(uID string) Owner {
	a.lock()
	defer a.unlock()
	if l := a.locations[uID]; l != nil && l.config.MDMInfo != nil {
		return Owner(*l.config.MDMInfo)
	}
	return Owner{}
}

// SetOwner writes another mdmInfo behind every client's back: the location is taken. The zero value clears it.
func (a *Apple) SetOwner(uID string, o Owner) error {
	a.lock()
	defer a.unlock()
	l := a.locations[uID]
	if l == nil {
		return ErrNoLocation
	}
	next := l.config
	next.MDMInfo = nil
	if o != (Owner{}) {
		info := mdmInfo(o)
		next.MDMInfo = &info
	}
	a.put(line{Kind: lineConfig, UID: uID, Config: &next})
	return a.flush()
}

// Rival is a second server that was given a token of the same location, and comes in by the front door.
type Rival struct {
	BaseURL string // as in Server.BaseURL
	Token   Token
	Owner   Owner
	Client  *http.Client // nil: one with ten seconds' patience
}

// Rival mints a token of the location for a second server.
func (s *Server) Rival(uID string, o Owner) (Rival, error) {
	token, err := s.MintToken(uID, TokenOptions{})
	return Rival{BaseURL: s.BaseURL(), Token: token, Owner: o}, err
}

// Claim writes the rival's mdmInfo as any server would: with POST client/config and its own token.
func (r Rival) Claim(ctx context.Context) error {
	body, err := json.Marshal(map[string]Owner{"mdmInfo": r.Owner})
	if err != nil {
		return fmt.Errorf("applesim: rival: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.BaseURL+"/client/config", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("applesim: rival: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+r.Token.Content)
	client := r.Client
	if client == nil {
		client = &http.Client{Timeout: 10 * time.Second}
	}
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("applesim: rival: %w", err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
	if err != nil {
		return fmt.Errorf("applesim: rival: %w", err)
	}
	var refused wireError
	if err := json.Unmarshal(answer, &refused); err != nil || res.StatusCode != http.StatusOK || refused.Number != 0 {
		return fmt.Errorf("applesim: rival was refused: HTTP %d, error %d %s", res.StatusCode, refused.Number, refused.Message)
	}
	return nil
}

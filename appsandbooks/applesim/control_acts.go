package applesim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// done is an answer that has nothing to tell but a sentence for the page.
type done struct {
	Said string `json:"done"`
}

func (d done) say() string { return d.Said }

// tokenMade answers with a token, as vppsim did.
type tokenMade struct {
	Content string `json:"sToken"`
	UID     string `json:"uId"`
	Number  int    `json:"n"` // names it at change_token and vpptoken
}

func (tokenMade) say() string { return "A new token is there." }

// controlActs are the acts by the last part of their address.
func (a *Apple) controlActs() map[string]act {
	return map[string]act{
		"add_location":    a.actAddLocation,
		"new_token":       a.actNewToken,
		"change_token":    a.actChangeToken,
		"steal":           a.actSteal,
		"release":         a.actRelease,
		"outage":          a.actOutage,
		"quirk":           a.actQuirk,
		"faults":          a.actFaults,
		"inject":          a.actInject,
		"accept":          a.actAccept,
		"retire":          a.actRetire,
		"buy":             a.actBuy,
		"time_lapse":      a.actTimeLapse,
		"stop_time_lapse": a.actStopTimeLapse,
		"forget_versions": a.actForgetVersions,
		"limits":          a.actLimits,
		"latency":         a.actLatency,
		"event_delay":     a.actEventDelay,
		"service_config":  a.actServiceConfig,
		"notify":          a.actNotify,
		"inject_notes":    a.actInjectNotes,
		"inject_items":    a.actInjectItems,
		"block_account":   a.actBlockAccount,
		"assign":          a.actAssign,
		"unassign":        a.actUnassign,
		"add_asset":       a.actAddAsset,
	}
}

// controlToken is vppsim's get_stoken: a good token of the first location, or of the one named by uId.
func (a *Apple) controlToken(args v1Args, _ *http.Request) (any, error) {
	uID, _ := args.text("uId")
	if all := a.Locations(); uID == "" && len(all) > 0 {
		uID = all[0].UID
	}
	a.lock()
	defer a.unlock()
	for n, t := range slices.Backward(a.minted) {
		if t.UID == uID && t.State(a.options.Now()) == "good" {
			return tokenMade{t.Content, uID, n}, nil
		}
	}
	if a.locations[uID] == nil {
		return nil, ErrNoLocation
	}
	t := a.mintToken(uID, TokenOptions{}, a.options.Now())
	return tokenMade{t.Content, uID, len(a.minted) - 1}, a.flush()
}

func (a *Apple) actAddLocation(args v1Args, _ *http.Request) (any, error) {
	var l Location
	l.UID, _ = args.text("uId")
	l.Name, _ = args.text("name")
	l.Country, _ = args.text("country")
	l.Platform, _ = args.text("platform")
	domains, _ := args.text("managedDomains")
	l.ManagedDomains = strings.FieldsFunc(domains, func(r rune) bool { return r == ',' || r == ' ' })
	l, err := a.AddLocation(l)
	if err != nil {
		return nil, err
	}
	return a.actNewToken(v1Args{"uId": l.UID}, nil)
}

func (a *Apple) actNewToken(args v1Args, _ *http.Request) (any, error) {
	uID, _ := args.text("uId")
	var o TokenOptions
	o.ReadOnly = args.flag("readOnly")
	o.Legacy = args.flag("legacy")
	o.RevokeOlder = args.flag("revokeOlder")
	if days, given, refused := args.number("days"); refused != nil || days < 0 || days > 36500 {
		return nil, errors.New("applesim: days must be a number")
	} else if given {
		o.ExpiresAt = a.options.Now().AddDate(0, 0, int(days))
	}
	token, err := a.MintToken(uID, o)
	if err != nil {
		return nil, err
	}
	a.lock()
	defer a.unlock()
	return tokenMade{token.Content, uID, slices.Index(a.minted, a.tokens[token.Content])}, nil
}

// actChangeToken changes the token named by sToken or n, as "to" says; to "until" an RFC 3339 time, or a number of days from now.
func (a *Apple) actChangeToken(args v1Args, _ *http.Request) (any, error) {
	content, err := a.namedToken(args)
	if err != nil {
		return nil, err
	}
	to, _ := args.text("to")
	changes := map[string]func() error{
		"good":       func() error { return a.RestoreToken(content) },
		"revoked":    func() error { return a.RevokeToken(content) },
		"invalid":    func() error { return a.InvalidateToken(content) },
		"expired":    func() error { return a.ExpireToken(content) },
		"read-only":  func() error { return a.SetTokenReadOnly(content, true) },
		"read-write": func() error { return a.SetTokenReadOnly(content, false) },
		"legacy":     func() error { return a.SetTokenLegacy(content, true) },
		"both":       func() error { return a.SetTokenLegacy(content, false) },
		"until":      func() error { return a.setUntil(content, args) },
	}
	change := changes[to]
	if change == nil {
		return nil, fmt.Errorf("applesim: a token cannot be made %q", to)
	}
	return done{"The token was changed: " + to + "."}, change()
}

func (a *Apple) setUntil(content string, args v1Args) error {
	text, _ := args.text("until")
	if days, err := strconv.Atoi(text); err == nil && days >= 0 && days <= 36500 {
		return a.SetTokenExpiry(content, a.options.Now().AddDate(0, 0, days))
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return errors.New("applesim: until must be a time such as 2031-02-03T04:05:06Z, or a number of days")
	}
	return a.SetTokenExpiry(content, at)
}

// namedToken finds a token by its content, or by its number in the order of minting.
func (a *Apple) namedToken(args v1Args) (string, error) {
	if content, _ := args.text("sToken"); content != "" {
		return content, nil
	}
	n, given, refused := args.number("n")
	a.lock()
	defer a.unlock()
	if refused != nil || !given || n < 0 || n >= int64(len(a.minted)) {
		return "", ErrNoToken
	}
	return a.minted[n].Content, nil
}

// actSteal writes another server's mdmInfo: behind everybody's back, or by the front door with a token of its own.
func (a *Apple) actSteal(args v1Args, r *http.Request) (any, error) {
	uID, _ := args.text("uId")
	thief := Stranger()
	for _, member := range []struct {
		name string
		into *string
	}{{"id", &thief.ID}, {"name", &thief.Name}, {"metadata", &thief.Metadata}} {
		if text, given := args.text(member.name); given && text != "" {
			*member.into = text
		}
	}
	said := done{thief.Name + " has taken the location."}
	if front := args.flag("frontDoor"); !front {
		return said, a.SetOwner(uID, thief)
	}
	token, err := a.MintToken(uID, TokenOptions{})
	if err != nil {
		return nil, err
	}
	rival := Rival{
		BaseURL: a.origin(r) + strings.TrimSuffix(apiRoot, "/"), Token: token, Owner: thief,
		Client: &http.Client{Transport: doorway{a}},
	}
	ctx, cancel := context.WithTimeout(r.Context(), 10*time.Second)
	defer cancel()
	return said, rival.Claim(ctx)
}

// doorway is the front door from inside: our own address may be behind a certificate or a proxy that we do not know.
type doorway struct{ a *Apple }

func (d doorway) RoundTrip(r *http.Request) (*http.Response, error) {
	out := &doorAnswer{status: http.StatusOK, header: http.Header{}}
	d.a.ServeHTTP(out, r)
	return &http.Response{
		StatusCode: out.status, Header: out.header, Body: io.NopCloser(&out.body), Request: r, ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}

// doorAnswer keeps what is written to it.
type doorAnswer struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func (d *doorAnswer) Header() http.Header            { return d.header }
func (d *doorAnswer) Write(text []byte) (int, error) { return d.body.Write(text) }
func (d *doorAnswer) WriteHeader(status int)         { d.status = status }

func (a *Apple) actRelease(args v1Args, _ *http.Request) (any, error) {
	uID, _ := args.text("uId")
	return done{"Nobody claims the location now."}, a.SetOwner(uID, Owner{})
}

func (a *Apple) actForgetVersions(args v1Args, _ *http.Request) (any, error) {
	uID, _ := args.text("uId")
	return done{"Every versionId given out so far is unknown now."}, a.ForgetVersions(uID)
}

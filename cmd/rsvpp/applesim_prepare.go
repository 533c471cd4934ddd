package main

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

// outageNames lists the ways in which the pretend Apple can be away.
func outageNames() string {
	var names []string
	for _, o := range applesim.Outages() {
		names = append(names, string(o))
	}
	return strings.Join(names, ", ")
}

// lapse is what happens by itself: --time-lapse, with --accept-every beside it.
func (o pretend) lapse() (applesim.TimeLapse, error) {
	var out applesim.TimeLapse
	if text := strings.TrimSpace(o.timeLapse); text != "" {
		if !strings.HasPrefix(text, "{") {
			file, err := os.ReadFile(text)
			if err != nil {
				return out, sayf(err, "The file %s of --time-lapse cannot be read.", text)
			}
			text = string(file)
		}
		var err error
		if out, err = applesim.ParseTimeLapse([]byte(text)); err != nil {
			return out, usagef("--time-lapse: %s", err)
		}
	}
	if o.acceptEvery < 0 || o.acceptUsers < 0 || o.acceptEvents < 0 || o.acceptEvery > 0 && o.acceptEvery < time.Millisecond {
		return out, usagef("--accept-every must be a millisecond or more, and --accept-users and --accept-events no negative numbers")
	}
	if o.acceptEvery > 0 {
		out.Invitations = append(out.Invitations, applesim.Acceptances{
			UsersPerEvent: o.acceptUsers, Pace: applesim.Pace{Interval: applesim.Interval(o.acceptEvery), MaximumEvents: o.acceptEvents},
		})
	}
	return out, nil
}

// check finds what could not be done later.
func (o pretend) check() error {
	if !slices.Contains(applesim.Outages(), applesim.Outage(o.outage)) {
		return usagef("--outage is %q: it can be %s", o.outage, outageNames())
	}
	if tokenChanges(nil)[o.tokenState] == nil {
		return usagef("--token-state is %q: it can be good, expired, revoked, invalid, read-only or legacy", o.tokenState)
	}
	if o.tokenDays < 1 || o.tokenDays > 36500 {
		return usagef("--token-days is %d: it can be 1 to 36500", o.tokenDays)
	}
	if o.latency < 0 {
		return usagef("--latency is %s: it must be 0 or more", o.latency)
	}
	if o.pageSize < 1 {
		return usagef("--page-size is %d: it must be 1 or more", o.pageSize)
	}
	for _, text := range o.assets {
		if _, err := parseAsset(text); err != nil {
			return err
		}
	}
	return nil
}

// prepareApple puts the pretend Apple into the state that was asked for.
func (p *cli) prepareApple(apple *applesim.Apple, o pretend) error {
	for _, text := range o.assets {
		asset, err := parseAsset(text)
		if err != nil {
			return err
		}
		for _, l := range apple.Locations() {
			if _, has := apple.Asset(l.UID, asset.AssetKey); has {
				continue // from an earlier start: somebody may have bought more
			}
			if err := apple.AddAsset(l.UID, asset); err != nil {
				return sayf(err, "The asset %s cannot be added.", text)
			}
		}
	}
	if err := apple.SetOutage(applesim.Outage(o.outage)); err != nil {
		return sayf(err, "The outage cannot be begun.")
	}
	return p.writeTokens(apple, o)
}

// parseAsset reads 361309726=100 and book:12345=20.
func parseAsset(text string) (applesim.Asset, error) {
	rest, isBook := strings.CutPrefix(text, "book:")
	id, licenses, ok := strings.Cut(rest, "=")
	n, err := strconv.Atoi(licenses)
	if !ok || err != nil || n < 0 {
		return applesim.Asset{}, usagef("--asset is %q: write the number of the app and of its licenses, as in 361309726=100, or book:12345=20", text)
	}
	if isBook {
		return applesim.Book(id, n), nil
	}
	return applesim.App(id, n), nil
}

// token is the location's token from an earlier start, or a new one, in the state that was asked for.
func (o pretend) token(apple *applesim.Apple, uid string) (applesim.Token, error) {
	if o.tokenState == "good" && o.tokenDays == 365 {
		return tokenOf(apple, uid)
	}
	token, err := apple.MintToken(uid, applesim.TokenOptions{ExpiresAt: time.Now().AddDate(0, 0, o.tokenDays)})
	if err != nil {
		return token, err
	}
	return token, tokenChanges(apple)[o.tokenState](token.Content)
}

// tokenChanges are what --token-state can make of a token.
func tokenChanges(apple *applesim.Apple) map[string]func(content string) error {
	return map[string]func(content string) error{
		"good":      func(string) error { return nil },
		"expired":   func(content string) error { return apple.ExpireToken(content) },
		"revoked":   func(content string) error { return apple.RevokeToken(content) },
		"invalid":   func(content string) error { return apple.InvalidateToken(content) },
		"read-only": func(content string) error { return apple.SetTokenReadOnly(content, true) },
		"legacy":    func(content string) error { return apple.SetTokenLegacy(content, true) },
	}
}

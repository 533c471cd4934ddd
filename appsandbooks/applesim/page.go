package applesim

import (
	"bytes"
	_ "embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed page.html
var pageHTML string

// shownUsers is how many of a location's newest users, and events, are shown.
const shownUsers = 25

// worldState is everything the page shows, and GET /internal/state tells.
type worldState struct {
	Locations []locationState `json:"locations"`
	Outage    Outage          `json:"outage"`
	Lapses    []TimeLapse     `json:"timeLapses"`
	Faults    bool            `json:"faults"`
	Quirks    Quirks          `json:"quirks"`
	Limits    Limits          `json:"limits"`
	Announced Announcement    `json:"announced"` // what the service config says instead
}

type locationState struct {
	Location
	Owner    *Owner         `json:"mdmInfo,omitempty"`
	Context  string         `json:"clientContext,omitempty"`
	Notified string         `json:"notificationUrl,omitempty"`
	Users    map[string]int `json:"users"`
	Newest   []userState    `json:"newestUsers"`
	Tokens   []tokenState   `json:"tokens"`
	Assets   []assetState   `json:"assets"`
	Events   []eventState   `json:"newestEvents"`
	Notes    []Note         `json:"newestNotifications"`
}

// eventState is an event as it truly is.
type eventState struct {
	ID         string      `json:"eventId"`
	Type       EventType   `json:"eventType"`
	Status     string      `json:"eventStatus"`
	Requested  int         `json:"numRequested"`
	Completed  int         `json:"numCompleted"`
	Failures   []wireError `json:"failures,omitempty"`
	AcceptedAt time.Time   `json:"acceptedAt"`
	Fate       Fault       `json:"fault,omitempty"`
}

type userState struct {
	ClientUserID string `json:"clientUserIdStr"`
	Email        string `json:"email,omitempty"`
	Status       Status `json:"status"`
	Account      string `json:"account,omitempty"`
	Link         string `json:"inviteUrl,omitempty"`
}

type tokenState struct {
	Number  int       `json:"n"`
	State   string    `json:"state"`
	Expires time.Time `json:"expiresAt"`
}

type assetState struct {
	AssetKey
	Type      string `json:"productType"`
	Assigned  int    `json:"assignedCount"`
	Available int    `json:"availableCount"`
	Total     int    `json:"totalCount"`
}

func (a *Apple) controlState(_ v1Args, r *http.Request) (any, error) { return a.worldState(r), nil }

func (a *Apple) worldState(r *http.Request) worldState {
	now := a.lock()
	defer a.unlock()
	out := worldState{Locations: []locationState{}, Outage: a.outage, Lapses: []TimeLapse{}, Faults: len(a.faults.Chance) > 0, Quirks: a.quirks, Limits: a.limits, Announced: a.announced}
	if out.Outage == "" {
		out.Outage = OutageNone
	}
	for _, l := range a.lapses {
		out.Lapses = append(out.Lapses, l.TimeLapse)
	}
	for _, l := range a.ordered {
		out.Locations = append(out.Locations, a.locationState(l, r, now))
	}
	return out
}

func (a *Apple) locationState(l *location, r *http.Request, now time.Time) locationState {
	out := locationState{
		Location: l.Location, Context: l.clientContext(), Notified: l.config.URL, Users: map[string]int{},
		Newest: []userState{}, Tokens: []tokenState{}, Assets: []assetState{},
		Events: []eventState{}, Notes: l.post.latest(),
	}
	if l.config.MDMInfo != nil {
		owner := Owner(*l.config.MDMInfo)
		out.Owner = &owner
	}
	for i := range int32(l.n) {
		out.Users[string(l.at(i).state.status())]++
	}
	for i := int32(l.n) - 1; i >= max(0, int32(l.n)-shownUsers); i-- {
		out.Newest = append(out.Newest, a.userState(l, i, r))
	}
	for n, t := range a.minted {
		if t.UID == l.UID {
			out.Tokens = append(out.Tokens, tokenState{n, t.State(now), t.ExpiresAt})
		}
	}
	slices.Reverse(out.Tokens)
	for _, s := range l.assets {
		out.Assets = append(out.Assets, assetState{s.AssetKey, s.ProductType, s.Assigned, s.Available(), s.AllLicenses()})
	}
	slices.Reverse(out.Notes)
	for _, id := range slices.Backward(a.eventOrder) {
		e := a.events[id]
		if len(out.Events) == shownUsers {
			break
		}
		if e.UID == l.UID {
			out.Events = append(out.Events, eventState{e.ID, e.Type, e.Status, e.Requested, e.Completed, e.Failures, e.AcceptedAt, e.Fate})
		}
	}
	return out
}

func (a *Apple) userState(l *location, i int32, r *http.Request) userState {
	at := l.at(i)
	out := userState{ClientUserID: at.clientUserID, Email: at.email, Status: at.state.status(), Account: at.account}
	if at.state == stateRegistered {
		code := a.mint.code(l.index, i, at.rotation)
		out.Link = a.origin(r) + signInPath + "?inviteCode=" + hex.EncodeToString(code[:]) + "&mt=8"
	}
	return out
}

// servePage shows the whole pretend world, and a button for everything that may befall it.
func (a *Apple) servePage(w http.ResponseWriter, r *http.Request) {
	t, err := template.New("page").Funcs(template.FuncMap{
		"day": func(t time.Time) string { return t.UTC().Format("2 January 2006") },
	}).Parse(pageHTML)
	if err != nil {
		http.Error(w, "The page is broken.", http.StatusInternalServerError)
		return
	}
	var page bytes.Buffer
	err = t.Execute(&page, struct {
		worldState
		Base, Said, Problem string
		Kinds               []Outage
	}{a.worldState(r), a.origin(r), r.URL.Query().Get("said"), r.URL.Query().Get("problem"), Outages()})
	if err != nil {
		http.Error(w, "The page is broken.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	_, _ = page.WriteTo(w) // a person who left is their own affair
}

// serveTokenFile is the download of a .vpptoken file.
func (a *Apple) serveTokenFile(w http.ResponseWriter, r *http.Request) {
	content, err := a.namedToken(v1Args{"n": r.URL.Query().Get("n")})
	if err != nil {
		http.NotFound(w, r)
		return
	}
	a.lock()
	name := a.locations[a.tokens[content].UID].Name
	a.unlock()
	plain := strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' || strings.ContainsRune(` "\/:;<>|?*`, c) {
			return '-'
		}
		return c
	}, name)
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", `attachment; filename=`+strconv.Quote(plain+".vpptoken"))
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(content)) // a client that left is its own affair
}

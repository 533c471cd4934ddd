package main

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// invitee does with a letter's link what an invited person does: opens our
// page on an iPhone, goes on to Apple, and signs in there.
type invitee struct{ web *http.Client }

func newInvitee(together int) invitee {
	return invitee{&http.Client{
		Timeout:       30 * time.Second,
		Transport:     &http.Transport{MaxIdleConnsPerHost: together, IdleConnTimeout: 30 * time.Second},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (v invitee) close() { v.web.CloseIdleConnections() }

// errTryLater is an answer that another try may mend: a server that is being
// started again, or a page that is not ready yet.
var errTryLater = errors.New("not yet")

const iPhone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"

const largestPage = 1 << 20

var continueForm = regexp.MustCompile(`<form[^>]+action="([^"]+/continue)"`)

// accept follows an invitation to its end.
func (v invitee) accept(ctx context.Context, link, account string) error {
	page, _, err := v.ask(ctx, http.MethodGet, link, nil, http.StatusOK)
	if err != nil {
		return err
	}
	form := continueForm.FindStringSubmatch(page)
	if form == nil {
		return fmt.Errorf("the landing page offers no way on to Apple: %w", errTryLater)
	}
	next, err := resolveLink(link, html.UnescapeString(form[1]))
	if err != nil {
		return err
	}
	_, apple, err := v.ask(ctx, http.MethodPost, next, url.Values{}, http.StatusSeeOther, http.StatusFound)
	if err != nil {
		return err
	}
	return v.signIn(ctx, apple, account)
}

// errGone is Apple's word that an invitation is not good any more.
var errGone = errors.New("the invitation is no longer valid")

// signIn is the end of it, at Apple: where a letter's page leads, or a prompt.
func (v invitee) signIn(ctx context.Context, apple, account string) error {
	if _, _, err := v.ask(ctx, http.MethodGet, apple, nil, http.StatusOK); err != nil {
		return err
	}
	_, _, err := v.ask(ctx, http.MethodPost, apple, url.Values{"account": {account}}, http.StatusOK)
	return err
}

// ask makes one request and wants one of these answers.
func (v invitee) ask(ctx context.Context, method, address string, form url.Values, want ...int) (body, location string, err error) {
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return "", "", err
	}
	req.Header.Set("User-Agent", iPhone)
	req.Header.Set("Accept", "text/html")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := v.web.Do(req)
	if err != nil {
		return "", "", fmt.Errorf("%w: %w", errTryLater, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, largestPage))
	if err != nil {
		return "", "", fmt.Errorf("%w: %w", errTryLater, err)
	}
	if slices.Contains(want, res.StatusCode) {
		return string(text), res.Header.Get("Location"), nil
	}
	err = fmt.Errorf("%s %s answers %s", method, pathOf(address), res.Status)
	if res.StatusCode >= 500 || res.StatusCode == http.StatusConflict || res.StatusCode == http.StatusTooManyRequests {
		err = fmt.Errorf("%w: %w", errTryLater, err)
	}
	if res.StatusCode == http.StatusGone {
		err = fmt.Errorf("%w: %w", errGone, err)
	}
	return "", "", err
}

func resolveLink(base, ref string) (string, error) {
	b, err := url.Parse(base)
	if err != nil {
		return "", err
	}
	u, err := b.Parse(ref)
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

// pathOf leaves out what is secret in an invitation's address.
func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "?"
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	return "/" + first + "/…"
}

// linkIn is the address of our landing page among a letter's links.
func linkIn(links []string, publicURL string) string {
	for _, l := range links {
		if strings.HasPrefix(l, publicURL+"/i/") {
			return l
		}
	}
	return ""
}

// asIPhone lets every browser pass for an iPhone on the landing page, so that a
// demo can be clicked through on any computer.
func asIPhone(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/i/") {
			r = r.Clone(r.Context())
			r.Header.Set("User-Agent", iPhone)
		}
		h.ServeHTTP(w, r)
	})
}

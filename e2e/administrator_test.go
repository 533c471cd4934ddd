package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"

	"github.com/rogpeppe/go-internal/testscript"
)

var printedSetup = regexp.MustCompile(`https?://\S+/setup/\S+`)

// administrator does what the first administrator does with the printed link,
// and then makes an API key.
func administrator(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: administrator NAME FILE")
	}
	proc, ok := ts.Value(serverKey(args[0])).(*process)
	if !ok {
		ts.Fatalf("there is no server %s", args[0])
	}
	key, err := firstKey(proc.url, printedSetup.FindString(proc.out.String()))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(key+"\n"), 0o600))
}

func firstKey(server, setup string) (string, error) {
	if setup == "" {
		return "", fmt.Errorf("%s printed no set-up link", server)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return "", err
	}
	browser := &http.Client{Jar: jar}
	const password = "correct horse battery staple"
	res, err := browser.PostForm(setup, url.Values{"name": {"anna"}, "password": {password}, "again": {password}})
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("setting up answers %s", res.Status)
	}
	return newKey(browser, server)
}

func newKey(browser *http.Client, server string) (string, error) {
	res, err := browser.Post(server+"/api/v1/keys", "application/json", bytes.NewReader([]byte(`{"name":"scripts","scopes":["owner"]}`)))
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusCreated {
		return "", fmt.Errorf("making a key answers %s: %s: %w", res.Status, body, err)
	}
	var made struct {
		Secret string `json:"secret"`
	}
	if err := json.Unmarshal(body, &made); err != nil || made.Secret == "" {
		return "", fmt.Errorf("no key in %s: %w", body, err)
	}
	return made.Secret, nil
}

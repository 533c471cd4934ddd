package applesim

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// FuzzV1 sends strangers' bytes to every endpoint of version 1: the answer is always JSON with a status, whatever they say.
func FuzzV1(f *testing.F) {
	a, err := New(Options{Seed: 7, Limits: UnlimitedRate(), PageSize: 2, Locations: []Location{{UID: "1"}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = a.Close() })
	token, err := a.MintToken("1", TokenOptions{})
	if err != nil || a.AddAsset("1", App("42", 5)) != nil || a.Seed("1", 7, SeedOptions{RetiredEvery: 3}) != nil {
		f.Fatal(err)
	}
	place := a.mint.promise(v1UserLog+" batch", v1Place{Since: 0, Horizon: 1 << 40, Newest: -5, Batch: -3})
	for _, body := range []string{
		`{}`, `{"sToken":null}`, `{"clientUserIdStr":"u","email":"a@example.org"}`, `{"userId":"4294967297"}`, `{"userId":-1}`, `{"userId":1e99}`,
		`{"batchToken":"` + place + `","overrideIndex":-1}`, `{"sinceModifiedToken":"AAAA"}`, `{"adamIdStr":42,"associateSerialNumbers":["a",1,null,{}]}`,
		`{"adamIdStr":"42","disassociateLicenseIdStrs":["4294967297","9223372036854775807"]}`, `{"pageIndex":2147483647,"requestId":"x"}`,
		`clientUserIdStr=u&email=%40`, `a[]=1&a[]=2`, `[`, "{\"a\":\"\xff\"}", `{"clientContext":{"a":1}}`,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(body), "{"); ok { // so that it comes past the door
			body = `{"sToken":"` + token.Content + `",` + rest
		}
		for name := range a.legacy {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/mdm/"+name, strings.NewReader(body))
			w := httptest.NewRecorder()
			a.ServeHTTP(w, r)
			var out struct{ Status *int }
			if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || out.Status == nil || w.Code != http.StatusOK {
				t.Fatalf("%s: HTTP %d %s", name, w.Code, w.Body)
			}
		}
	})
}

// FuzzPromise hands back promises that were never made, and forged ones.
func FuzzPromise(f *testing.F) {
	key, _ := newKey(7)
	m, err := newMint(key)
	if err != nil {
		f.Fatal(err)
	}
	good := m.promise("batch", v1Place{Batch: 3})
	f.Add(good)
	f.Add("")
	f.Add("AAAA")
	f.Fuzz(func(t *testing.T, text string) {
		var p v1Place
		if m.keep("since", text, &p) {
			t.Error("a promise of another kind was kept")
		}
		if m.keep("batch", text, &p) && text != good && m.promise("batch", p) != text {
			t.Error("a forged promise was kept:", text)
		}
	})
}

// FuzzTimeLapse reads schedules: what is accepted can be written and read again.
func FuzzTimeLapse(f *testing.F) {
	f.Add(`{"invitations":[{"usersPerEvent":5,"interval":"10s","maximumEvents":7}],"purchases":[{"adamId":"42","interval":1}]}`)
	f.Add(`{"purchases":[{"interval":1e9}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		one, err := ParseTimeLapse([]byte(text))
		if err != nil {
			return
		}
		again, err := json.Marshal(one)
		if err == nil {
			_, err = ParseTimeLapse(again)
		}
		if err != nil {
			t.Fatalf("%s: %v", again, err)
		}
	})
}

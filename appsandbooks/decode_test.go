package appsandbooks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// samplePage is a page as full as Apple sends them.
func samplePage(users int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"uId":"2222222222222222","mdmInfo":{"id":"1","name":"n","metadata":"m"},"users":[`)
	for i := range users {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"clientUserId":"0f8fad5b-d9cb-469f-a165-%012d","email":"person.%d@example.com","inviteCode":"%032x","status":"Registered"}`, i, i, i)
	}
	fmt.Fprintf(&b, `],"currentPageIndex":0,"nextPageIndex":1,"totalPages":9,"size":%d,"versionId":"v"}`, users)
	return b.Bytes()
}

func BenchmarkDecodeUsersPage(b *testing.B) {
	page := samplePage(1000)
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		var a usersAnswer
		if err := decode(page, &a); err != nil || len(a.Users) != 1000 {
			b.Fatal(err)
		}
	}
}

// sampleAssignments is a page as full as Apple sends them.
func sampleAssignments(n int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"uId":"2222222222222222","mdmInfo":{"id":"1","name":"n","metadata":"m"},"assignments":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"adamId":"%d","pricingParam":"STDQ","clientUserId":"0f8fad5b-d9cb-469f-a165-%012d"}`, 400000000+i%50, i)
	}
	fmt.Fprintf(&b, `],"currentPageIndex":0,"nextPageIndex":1,"totalPages":9,"size":%d,"versionId":"v"}`, n)
	return b.Bytes()
}

func BenchmarkDecodeAssignmentsPage(b *testing.B) {
	page := sampleAssignments(1000)
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		var a assignmentsAnswer
		if err := decode(page, &a); err != nil || len(a.Assignments) != 1000 {
			b.Fatal(err)
		}
	}
}

// FuzzAnswers reads whatever a stranger sends as the answer to each call.
func FuzzAnswers(f *testing.F) {
	for kind := range answers() {
		f.Add(kind, 200, samplePage(2))
		f.Add(kind, 200, sampleAssignments(2))
		f.Add(kind, 200, []byte(`{"errorNumber":9622}`))
		f.Add(kind, 401, []byte(`{"errorNumber":9622,"errorInfo":{"clientUserIds":["a"],"assets":[{"adamId":1}]}}`))
		f.Add(kind, 403, []byte(`{"errors":[{"code":"40300"}]}`))
		f.Add(kind, 500, []byte("<html>"))
		f.Add(kind, 200, []byte(`{"uId":"2","assets":[{"adamId":"1","totalCount":2147483647,"supportedPlatforms":["iOS"],"revocable":true}],"unlimitedAssets":[{"adamId":2}]}`))
		f.Add(kind, 200, []byte(`{"uId":"2","eventId":"e","eventStatus":"FAILED","numRequested":2,"failures":[{"errorNumber":9709,"errorInfo":{"assets":[{"adamId":"1"}]}}]}`))
		f.Add(kind, 200, []byte(`{"uId":"2","mdmInfo":null,"notificationAuthToken":"t","tokenExpirationDate":"2031-02-03T04:05:06+0000","subscribedNotificationTypes":["X"]}`))
		f.Add(kind, 200, []byte(`{"limits":{"maxUsers":1,"x":null},"urls":{"getUsers":"https://vpp.example/users","y":7},"errorCodes":[{"errorNumber":1}]}`))
	}
	f.Fuzz(func(t *testing.T, kind, code int, body []byte) {
		got, ok := answers()[kind]
		if !ok {
			return
		}
		res := &http.Response{StatusCode: code, Header: http.Header{}, Body: http.NoBody}
		odd := func(reason string, err error) error {
			return &UnexpectedAnswerError{Status: code, Reason: reason, Err: err}
		}
		var err error
		if code/100 == 2 {
			err = readSuccess(res, body, got, 0, odd)
		} else {
			err = readRefusal(res, body, 0, odd)
		}
		if err != nil {
			_, apples := errors.AsType[*Error](err)
			_, odd := errors.AsType[*UnexpectedAnswerError](err)
			if !apples && !odd {
				t.Fatalf("an error of another type: %v", err)
			}
			return
		}
		if code/100 != 2 || got.lacks() != "" || got.problem() != nil || !json.Valid(body) {
			t.Fatalf("taken for success: HTTP %d, %+v", code, got)
		}
	})
}

// answers makes one answer of each kind, by number.
func answers() map[int]answer {
	return map[int]answer{
		0: new(usersAnswer), 1: new(assetsAnswer), 2: new(assignmentsAnswer), 3: new(eventAnswer),
		4: new(statusAnswer), 5: new(clientConfigAnswer), 6: new(serviceConfigAnswer),
	}
}

// FuzzRecordsLikeEncodingJSON holds what is read by hand against what
// encoding/json makes of it.
func FuzzRecordsLikeEncodingJSON(f *testing.F) {
	f.Add([]byte(`{"assets":[{"adamId":"1\u00e4","pricingParam":"\ud83d\ude00","assignedCount":-7,"revocable":true,"supportedPlatforms":["a","b"]},{}]}`))
	f.Add([]byte(` { "assets" : [ { "totalCount" : 2147483647 , "x" : [ { } , "]" ] } ] , "uId" : "2" } `))
	f.Add([]byte(`{"assets":[{"productType":"\\","retiredCount":1.5}]}`))
	f.Add([]byte("{\"assets\":[{\"productType\":\"\xff\u00e4\"}]}"))
	f.Add([]byte(`{"assets":[{"availableCount":99999999999999999999}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var got assetsAnswer
		err := decode(body, &got)
		if !json.Valid(body) || !isObject(body) {
			if err == nil {
				t.Fatal("broken JSON is taken for whole")
			}
			return
		}
		var all map[string]json.RawMessage
		var assets []map[string]json.RawMessage
		if json.Unmarshal(body, &all) != nil || json.Unmarshal(all["assets"], &assets) != nil && all["assets"] != nil || err != nil {
			return
		}
		if bytes.Contains(body, []byte("null")) {
			return // a later null leaves what an earlier member of the same name said
		}
		for name := range all {
			if name != "assets" && strings.EqualFold(name, "assets") {
				return // encoding/json takes one for the other
			}
		}
		if len(assets) != len(got.Assets) {
			t.Fatalf("%d records, not %d", len(got.Assets), len(assets))
		}
		for i, members := range assets {
			a := got.Assets[i]
			for name, value := range map[string]any{
				"pricingParam": a.PricingParam, "productType": a.ProductType, "assignedCount": a.AssignedCount, "availableCount": a.AvailableCount,
				"retiredCount": a.RetiredCount, "totalCount": a.TotalCount, "deviceAssignable": a.DeviceAssignable, "revocable": a.Revocable,
				"supportedPlatforms": a.SupportedPlatforms,
			} {
				want := reflect.New(reflect.TypeOf(value))
				if raw, ok := members[name]; ok {
					if err := json.Unmarshal(raw, want.Interface()); err != nil {
						t.Fatalf("%s is of a wrong type, and nobody says so: %v", name, err)
					}
				}
				if w := want.Elem(); w.Kind() == reflect.Slice && w.Len() == 0 && reflect.ValueOf(value).Len() == 0 {
					continue
				} else if !reflect.DeepEqual(w.Interface(), value) {
					t.Fatalf("%s is %q, not %q", name, value, want.Elem().Interface())
				}
			}
		}
	})
}

// Escapes, other letters, unknown members; null is as good as absent; what is marshalled shows no invite codes.
func TestRecordsOfAllSorts(t *testing.T) {
	var got usersAnswer
	body := `{"news":{"a":[1,{"b":"}"}]},"users":[null,{"clientUserId":"a\"\\b","email":"\u00e4@example.com","idHash":null,"inviteCode":"00ff","status":"Registered","news":[]},{"email":"ä@example.com","idHash":"h\\\\"}],"uId":"2","totalPages":1}`
	if err := decode([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	want := []User{{}, {ClientUserID: `a"\b`, Email: "ä@example.com", InviteCode: "00ff", Status: Registered}, {Email: "ä@example.com", IDHash: `h\\`}}
	if !slices.Equal(got.Users, want) || got.UID != "2" || got.TotalPages != 1 {
		t.Errorf("%+v", got)
	}
	text, err := json.Marshal(got.UsersPage)
	if err != nil || strings.Contains(string(text), "00ff") {
		t.Errorf("%s, %v", text, err)
	}
	if err := decode([]byte(`{"users":null,"uId":"2"}`), &got); err != nil || got.Users != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

// A value of a wrong type is an error, and hides nothing that stands behind it.
func TestWrongTypesHideNothing(t *testing.T) {
	for _, list := range []string{`7`, `"x"`, `{}`, `[7]`, `[[]]`, `["x"]`, `[{"status":7}]`, `[{"email":{}}]`, `[{"adamId":true}]`, `[{"adamId":-1}]`} {
		for _, name := range []string{"users", "assets", "assignments"} {
			for kind, a := range answers() {
				body := `{"` + name + `":` + list + `,"errorNumber":9622}`
				_ = decode([]byte(body), a)
				if p := a.problem(); p == nil || p.Number != InvalidToken {
					t.Errorf("%d: %s: %v", kind, body, p)
				}
			}
		}
	}
	var got assignmentsAnswer
	err := decode([]byte(`{"assignments":[{"adamId":"1","serialNumber":7}]}`), &got)
	if err == nil || !strings.Contains(complaint(err), `"serialNumber"`) {
		t.Errorf("got %v", err)
	}
}

func TestBrokenJSON(t *testing.T) {
	whole := `{"assets":[{"adamId":"1","assignedCount":1,"revocable":true,"supportedPlatforms":["iOS"],"x":[{}]}],"uId":"2"}`
	if err := decode([]byte(whole), new(assetsAnswer)); err != nil {
		t.Fatal(err)
	}
	for n := range len(whole) {
		if err := decode([]byte(whole[:n]), new(assetsAnswer)); err == nil {
			t.Errorf("cut after %d bytes: no error", n)
		}
	}
	deep := strings.Repeat("[", 1<<20)
	for _, body := range []string{
		whole + "x", whole + whole, `{"assets":[}`, `{"assets":[,]}`, `{"assets":[{},]}`, `{"assets":[{}{}]}`, `{"assets" [{}]}`, `{assets:[]}`,
		`{"assets":[{"adamId":01}]}`, `{"assets":[{"adamId":"\x"}]}`, "{\"assets\":[{\"adamId\":\"\n\"}]}", `{"assets":[{"x":[}]}]}`, `{"assets":[{"x":}]}`,
		`{"assets":[],}`, `{"uId":tru}`, `{"uId"}`, `{"assets":[{"":}]}`, `{"assets":` + deep, `{"assets":[{"x":` + deep, `{"x":` + deep + strings.Repeat("]", 1<<20) + `}`,
	} {
		if err := decode([]byte(body), new(assetsAnswer)); err == nil {
			t.Errorf("%.60s: no error", body)
		}
	}
}

func TestNotificationURLMustBeHTTPSForApple(t *testing.T) {
	apple, err := parseBase(BaseURL)
	if err != nil {
		t.Fatal(err)
	}
	if err := checkNotificationURL("http://127.0.0.1/hook", apple); !IsNumber(err, NotificationURLInvalid) {
		t.Errorf("got %v", err)
	}
	if err := checkNotificationURL("https://mdm.example/hook", apple); err != nil {
		t.Error(err)
	}
}

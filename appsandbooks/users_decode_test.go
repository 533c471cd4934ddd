package appsandbooks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
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

func FuzzReadUsersPage(f *testing.F) {
	f.Add(200, samplePage(2))
	f.Add(200, []byte(`{"errorNumber":9622}`))
	f.Add(401, []byte(`{"errorNumber":9622,"errorInfo":{"clientUserIds":["a"]}}`))
	f.Add(403, []byte(`{"errors":[{"code":"40300"}]}`))
	f.Add(500, []byte("<html>"))
	f.Fuzz(func(t *testing.T, code int, body []byte) {
		var got usersAnswer
		res := &http.Response{StatusCode: code, Header: http.Header{}, Body: http.NoBody}
		odd := func(reason string, err error) error {
			return &UnexpectedAnswerError{Status: code, Reason: reason, Err: err}
		}
		var err error
		if code/100 == 2 {
			err = readSuccess(res, body, &got, 0, odd)
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
		if code/100 != 2 || got.UID == "" || got.Number != 0 {
			t.Fatalf("taken for success: HTTP %d, %+v", code, got.UsersPage)
		}
		if again, err := json.Marshal(got.UsersPage); err != nil || len(got.Users) > 0 && got.Users[0].InviteCode != "" && strings.Contains(string(again), `"inviteCode":"`+got.Users[0].InviteCode.Reveal()+`"`) && got.Users[0].InviteCode != redacted {
			t.Fatalf("marshalled in clear: %v", err)
		}
	})
}

package appsandbooks_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/rsvpp/rsvpp/appsandbooks"
)

// Read a token file, walk over all users, and make links for those whose
// invitation is open. Against Apple, leave BaseURL out.
func Example() {
	apple := exampleServer()
	defer apple.Close()
	file := base64.StdEncoding.EncodeToString([]byte(
		`{"token":"invented","expDate":"2031-02-03T04:05:06+0000","orgName":"ORG12345"}`))

	token, err := appsandbooks.ParseContentToken([]byte(file))
	if err != nil {
		log.Fatal(err)
	}
	client, err := appsandbooks.New(appsandbooks.Config{Token: token.Bearer, BaseURL: apple.URL, UserAgent: "example/1.0"})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	walk, err := client.WalkUsers(ctx, appsandbooks.UsersQuery{ActiveOnly: true}, func(page *appsandbooks.UsersPage) error {
		for _, u := range page.Users {
			fmt.Println(u.ClientUserID, u.Status)
			if u.Status == appsandbooks.Registered {
				link, err := client.InvitationURL(ctx, u.InviteCode)
				if err != nil {
					return err
				}
				fmt.Println("send", link.Reveal(), "to", u.Email)
				fmt.Println("but log", link)
			}
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("next time, ask for changes since", walk.VersionID)

	// Output:
	// 7d0f Registered
	// send https://invite.example/join?inviteCode=00ff to anna@example.com
	// but log [redacted]
	// 81c2 Associated
	// next time, ask for changes since v1
}

func exampleServer() *httptest.Server {
	mux := http.NewServeMux()
	apple := httptest.NewServer(mux)
	mux.HandleFunc("GET /service/config", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"limits":{"maxUsers":100,"maxRequestPerSecond":15},"urls":{
			"getUsers":"%s/users","invitationEmail":"https://invite.example/join?inviteCode=%%25inviteCode%%25"}}`, apple.URL)
	})
	mux.HandleFunc("GET /users", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"uId":"2222222222222222","currentPageIndex":0,"totalPages":1,"size":2,"versionId":"v1","users":[
			{"clientUserId":"7d0f","email":"anna@example.com","inviteCode":"00ff","status":"Registered"},
			{"clientUserId":"81c2","idHash":"h","status":"Associated"}]}`)
	})
	return apple
}

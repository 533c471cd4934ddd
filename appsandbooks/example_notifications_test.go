package appsandbooks_test

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/rsvpp/rsvpp/appsandbooks"
)

// Receive notifications: check the secret, answer, and let them wake a read.
// Apple calls the address while SetClientConfig is still under way.
func ExampleDecodeNotification() {
	apple, client := newExampleClient(appsandbooks.Hooks{})
	defer apple.Close()

	secret := appsandbooks.Secret("cmFuZG9tIGJ5dGVzLCBhbmQgdGhpcnR5LXR3by4=")
	told := make(chan appsandbooks.Notification, 100)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		bearer := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		if subtle.ConstantTimeCompare([]byte(bearer), []byte(secret.Reveal())) != 1 {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		n, err := appsandbooks.DecodeNotification(body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		told <- n // a server would remember n.ID: Apple repeats itself
	}))
	defer hook.Close()

	_, err := client.SetClientConfig(context.Background(), appsandbooks.ClientConfigChange{
		NotificationURL:       new(hook.URL + "/apple"), // https, outside of tests
		NotificationAuthToken: &secret,
		NotificationTypes:     []appsandbooks.NotificationType{appsandbooks.UserManagement, appsandbooks.AssetCount},
	})
	if err != nil {
		log.Fatal(err) // NotificationUnreachable when Apple got no 2xx
	}
	fmt.Println((<-told).Type)

	if _, err := client.RetireUsers(context.Background(), []string{"anna"}); err != nil {
		log.Fatal(err)
	}
	n := <-told
	switch {
	case n.Managed != nil && n.Managed.Result == appsandbooks.Success:
		fmt.Println(n.Type, n.Managed.Type, n.Managed.Users[0].ClientUserID, n.Managed.Users[0].Status)
	case n.AssetCount != nil:
		fmt.Println(n.Type, n.AssetCount.Asset.AdamID, n.AssetCount.CountDelta)
	}
	// Output:
	// TEST_NOTIFICATION
	// USER_MANAGEMENT RETIRE anna Retired
}

// Claim an organizational unit, and stop when another service takes it. Every
// answer says who holds it; nothing else would tell.
func ExampleHooks() {
	const ours = "0b2f7a52-6a0e-4b7e-9a33-2a3c9d1f6c11" // of this installation, made once and kept
	frozen := false
	apple, client := newExampleClient(appsandbooks.Hooks{
		OnEnvelope: func(e appsandbooks.Envelope) {
			if e.MDMInfo != nil && e.MDMInfo.ID != ours {
				frozen = true // write nothing more; ask an administrator
				fmt.Println(e.UID, "was taken by", e.MDMInfo.Name)
			}
		},
	})
	defer apple.Close()
	ctx := context.Background()

	unit, err := client.ClientConfig(ctx)
	if err != nil {
		log.Fatal(err)
	}
	if unit.MDMInfo == nil { // nobody's: take it; somebody's: ask first
		_, err := client.SetClientConfig(ctx, appsandbooks.ClientConfigChange{
			MDMInfo: &appsandbooks.MDMInfo{ID: ours, Name: "Example", Metadata: "https://mdm.example.com"},
		})
		if err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println("frozen:", frozen)

	theft(apple)
	if _, err := client.Users(ctx, appsandbooks.UsersQuery{}); err != nil {
		log.Fatal(err)
	}
	fmt.Println("frozen:", frozen)
	// Output:
	// frozen: false
	// 1000000000000001 was taken by Another MDM
	// frozen: true
}

// Tell errors apart: by number, by what they mean for the token, by whether
// anything was done.
func Example_errors() {
	apple, client := newExampleClient(appsandbooks.Hooks{})
	defer apple.Close()
	ctx := context.Background()

	// Apple would refuse this: it is not even sent.
	_, err := client.CreateUsers(ctx, []appsandbooks.RequestUser{{ClientUserID: "emil"}, {ClientUserID: "emil"}})
	fmt.Println(explain(err))

	// Somebody downloaded a newer token.
	newerToken(apple)
	_, err = client.Users(ctx, appsandbooks.UsersQuery{})
	fmt.Println(explain(err))
	// Output:
	// given twice: [emil]
	// get a new token file
}

func explain(err error) string {
	if wait, ok := errors.AsType[*appsandbooks.WaitError](err); ok {
		return "again at " + wait.Until.String() // schedule it anew
	}
	if errors.Is(err, appsandbooks.ErrTokenRefused) {
		return "get a new token file" // 9601, 9621, 9622, 9625, 9722, or 401 without a word
	}
	if errors.Is(err, appsandbooks.ErrOutcomeUnknown) {
		return "read, and see what was done, before sending it again"
	}
	if e, ok := errors.AsType[*appsandbooks.Error](err); ok {
		switch e.Number {
		case appsandbooks.DuplicateUsers:
			return fmt.Sprint("given twice: ", e.Info.ClientUserIDs)
		case appsandbooks.NotAllowed:
			return "the content manager behind the token may not do this"
		}
	}
	if odd, ok := errors.AsType[*appsandbooks.UnexpectedAnswerError](err); ok {
		return "a proxy answered in Apple's place: " + odd.Reason
	}
	return err.Error()
}

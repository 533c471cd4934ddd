package appsandbooks_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
)

// Take an organizational unit on purpose, tell Apple where it reaches us, and
// let go of it in the end. What a change does not mention stays.
func ExampleClient_SetClientConfig() {
	apple, client := newExampleClient(appsandbooks.Hooks{})
	defer apple.Close()
	hook := notified()
	defer hook.Close()
	ctx := context.Background()

	secret := appsandbooks.Secret("random-and-of-this-unit-alone")
	unit, err := client.SetClientConfig(ctx, appsandbooks.ClientConfigChange{
		MDMInfo:               &appsandbooks.MDMInfo{ID: "0b2f7a52-6a0e-4b7e-9a33-2a3c9d1f6c11", Name: "Example", Metadata: "https://mdm.example.com"},
		NotificationURL:       &hook.URL, // must answer a TEST_NOTIFICATION while this call is still open
		NotificationAuthToken: &secret,
		NotificationTypes:     []appsandbooks.NotificationType{appsandbooks.AssetCount, appsandbooks.UserAssociated},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("held by", unit.MDMInfo.Name, unit.SubscribedNotificationTypes)

	nowhere, nothing := "", appsandbooks.Secret("")
	unit, err = client.SetClientConfig(ctx, appsandbooks.ClientConfigChange{NotificationURL: &nowhere, NotificationAuthToken: &nothing})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("still held by %s, who is told at %q\n", unit.MDMInfo.Name, unit.NotificationURL)
	// Output:
	// held by Example [ASSET_COUNT USER_ASSOCIATED]
	// still held by Example, who is told at ""
}

// Change an address. What is not given stays; a Managed Apple Account links
// the person at once.
func ExampleClient_UpdateUsers() {
	apple, client := newExampleClient(appsandbooks.Hooks{})
	defer apple.Close()
	ctx := context.Background()

	receipt, err := client.UpdateUsers(ctx, []appsandbooks.RequestUser{{ClientUserID: "anna", Email: "anna.b@example.com"}})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := client.EventStatus(ctx, receipt.EventID); err != nil { // see its own example
		log.Fatal(err)
	}
	page, err := client.Users(ctx, appsandbooks.UsersQuery{ClientUserID: "anna"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(page.Users[0].Email, page.Users[0].Status)
	// Output:
	// anna.b@example.com Registered
}

// Remove people: their apps come back, their books never do. A record that is
// gone already fails by itself; the others are retired all the same.
func ExampleClient_RetireUsers() {
	apple, client := newExampleClient(appsandbooks.Hooks{})
	defer apple.Close()
	ctx := context.Background()

	receipt, err := client.RetireUsers(ctx, []string{"ben", "nobody"})
	if err != nil {
		log.Fatal(err)
	}
	status, err := client.EventStatus(ctx, receipt.EventID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(status.State, status.NumCompleted, "of", status.NumRequested)
	for _, f := range status.Failures {
		fmt.Println(f.Number, f.Info.ClientUserIDs)
	}
	page, err := client.Users(ctx, appsandbooks.UsersQuery{RetiredOnly: true})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(page.Users[0].ClientUserID, page.Users[0].Status)
	// Output:
	// FAILED 1 of 2
	// 9609 [nobody]
	// ben Retired
}

// Take everything that can be taken from people and devices, whatever they
// have. Books stay.
func ExampleClient_RevokeAssets() {
	apple, client := newExampleClient(appsandbooks.Hooks{})
	defer apple.Close()
	ctx := context.Background()
	_, err := client.AssociateAssets(ctx, appsandbooks.ManageAssets{
		Assets:        []appsandbooks.AssetKey{{AdamID: "408709785"}, {AdamID: "1440501015"}},
		ClientUserIDs: []string{"ben"},
	})
	if err != nil {
		log.Fatal(err)
	}

	if _, err := client.RevokeAssets(ctx, appsandbooks.RevokeAssets{ClientUserIDs: []string{"ben"}}); err != nil {
		log.Fatal(err)
	}
	page, err := client.Assignments(ctx, appsandbooks.AssignmentsQuery{ClientUserID: "ben"})
	if err != nil {
		log.Fatal(err)
	}
	for _, a := range page.Assignments {
		fmt.Println(a.ClientUserID, "keeps", a.AdamID)
	}
	// Output:
	// ben keeps 1440501015
}

// Follow what was accepted until it is done: Apple asks for half a minute
// between two looks, and to send it again when it is still pending after ten.
func ExampleClient_EventStatus() {
	apple, client := newExampleClient(appsandbooks.Hooks{})
	defer apple.Close()
	ctx := context.Background()

	receipt, err := client.CreateUsers(ctx, []appsandbooks.RequestUser{{ClientUserID: "cleo", Email: "cleo@example.com"}})
	if err != nil {
		log.Fatal(err)
	}
	for {
		status, err := client.EventStatus(ctx, receipt.EventID)
		switch {
		case appsandbooks.IsNumber(err, appsandbooks.EventNotFound):
			fmt.Println("forgotten: read the users, and see")
			return
		case err != nil:
			log.Fatal(err)
		case status.State == appsandbooks.Pending:
			time.Sleep(appsandbooks.StatusEvery)
			continue
		}
		fmt.Println(status.Type, status.State, status.NumCompleted, "of", status.NumRequested)
		return
	}
	// Output:
	// CREATE COMPLETE 1 of 1
}

// Make the link of an open invitation. Apple sends it to nobody.
func ExampleClient_InvitationURL() {
	apple, client := newExampleClient(appsandbooks.Hooks{})
	defer apple.Close()
	ctx := context.Background()

	page, err := client.Users(ctx, appsandbooks.UsersQuery{ClientUserID: "anna"})
	if err != nil {
		log.Fatal(err)
	}
	anna := page.Users[0]
	link, err := client.InvitationURL(ctx, anna.InviteCode)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("a log shows", link)
	fmt.Println("it leads to Apple:", strings.Contains(link.Reveal(), "associateVPPUserWithITSAccount?inviteCode="+anna.InviteCode.Reveal()))
	// Output:
	// a log shows [redacted]
	// it leads to Apple: true
}

// sharedPacer counts calls where all machines that share a token can see it:
// here in memory, in earnest in a database.
type sharedPacer struct {
	mu    sync.Mutex
	calls int
}

// Wait is appsandbooks.Pacer's.
func (p *sharedPacer) Wait(ctx context.Context, perSecond int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls++
	fmt.Println("call", p.calls, "of", perSecond, "in a second")
	return ctx.Err()
}

// Keep Apple's requests per second across several machines.
func ExamplePacer() {
	apple, file := pretendApple()
	defer apple.Close()
	token, err := appsandbooks.ParseContentToken(file)
	if err != nil {
		log.Fatal(err)
	}
	client, err := appsandbooks.New(appsandbooks.Config{Token: token.Bearer, BaseURL: apple.BaseURL(), Pacer: &sharedPacer{}})
	if err != nil {
		log.Fatal(err)
	}
	for range 2 {
		if _, err := client.ClientConfig(context.Background()); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// call 1 of 15 in a second
	// call 2 of 15 in a second
}

// Pass on to other processes that Apple wants to be left alone: what
// Hooks.OnWait tells here is what Hold is told there.
func ExampleClient_Hold() {
	apple, client := newExampleClient(appsandbooks.Hooks{})
	defer apple.Close()

	client.Hold(time.Now().Add(time.Hour))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, err := client.ClientConfig(ctx)
	if wait, ok := errors.AsType[*appsandbooks.WaitError](err); ok {
		fmt.Println("try again then:", wait.Until.Equal(client.HeldUntil()))
	}
	// Output:
	// try again then: true
}

// notified stands for our own server, which Apple can reach.
func notified() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
}

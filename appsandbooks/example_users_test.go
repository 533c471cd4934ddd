package appsandbooks_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
)

// Read all users, and make links for those whose invitation is open.
func ExampleClient_WalkUsers() {
	apple, client := newExampleClient(appsandbooks.Hooks{})
	defer apple.Close()
	ctx := context.Background()

	walk, err := client.WalkUsers(ctx, appsandbooks.UsersQuery{ActiveOnly: true}, func(page *appsandbooks.UsersPage) error {
		for _, u := range page.Users {
			fmt.Println(u.ClientUserID, u.Status)
			if u.Status != appsandbooks.Registered {
				continue
			}
			link, err := client.InvitationURL(ctx, u.InviteCode)
			if err != nil {
				return err
			}
			send(u.Email, link.Reveal())
			fmt.Println("what is logged hides it:", link)
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(walk.Records, "users on", walk.Pages, "page")
	// Output:
	// ben Associated
	// anna Registered
	// mail to anna@example.com with a link
	// what is logged hides it: [redacted]
	// 2 users on 1 page
}

func send(address, link string) {
	if strings.HasPrefix(link, "http") {
		fmt.Println("mail to", address, "with a link")
	}
}

// Ask only for what changed since the last time.
func ExampleClient_WalkUsers_deltas() {
	apple, client := newExampleClient(appsandbooks.Hooks{})
	defer apple.Close()
	ctx := context.Background()

	var users map[string]appsandbooks.Status // what we know, by ClientUserID
	var version string                       // of what we know, "" when we know nothing

	read := func() error {
		if version == "" {
			users = map[string]appsandbooks.Status{}
		}
		walk, err := client.WalkUsers(ctx, appsandbooks.UsersQuery{SinceVersionID: version}, func(page *appsandbooks.UsersPage) error {
			fmt.Println(len(page.Users), "records")
			for _, u := range page.Users {
				users[u.ClientUserID] = u.Status
			}
			return nil
		})
		if err == nil {
			version = walk.VersionID // only now: of the first page, when all pages are read
		}
		if errors.Is(err, appsandbooks.ErrUnknownVersion) {
			version = "" // forgotten: read everything the next time
		}
		return err
	}

	must(read())
	_, err := client.RetireUsers(ctx, []string{"anna"})
	must(err)
	apple.Settle() // Apple works on it
	must(read())
	fmt.Println("anna is", users["anna"], "and ben is", users["ben"])
	// Output:
	// 2 records
	// 1 records
	// anna is Retired and ben is Associated
}

// Create users, follow the event, then see what became of each.
func ExampleClient_CreateUsers() {
	apple, client := newExampleClient(appsandbooks.Hooks{})
	defer apple.Close()
	ctx := context.Background()

	receipt, err := client.CreateUsers(ctx, []appsandbooks.RequestUser{
		{ClientUserID: "clara", Email: "clara@example.com"},
		{ClientUserID: "dora", ManagedAppleID: "dora@example.com"}, // linked at once, without an invitation
		{ClientUserID: "anna", Email: "anna@example.com"},          // exists
	})
	if err != nil {
		log.Fatal(err)
	}
	event, err := follow(ctx, client, receipt.EventID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(event.State, event.NumCompleted, "of", event.NumRequested)
	for _, f := range event.Failures {
		fmt.Println(f.Number, f.Info.ClientUserIDs)
	}
	for _, id := range []string{"clara", "dora"} {
		page, err := client.Users(ctx, appsandbooks.UsersQuery{ClientUserID: id, ActiveOnly: true})
		if err != nil {
			log.Fatal(err)
		}
		for _, u := range page.Users {
			fmt.Println(u.ClientUserID, u.Status)
		}
	}
	// Output:
	// FAILED 2 of 3
	// 9716 [anna]
	// clara Registered
	// dora Associated
}

// follow asks how far an event is until it ends, no more often than Apple
// wants. A server would wait for a notification first, and sleep in a job
// queue rather than here.
func follow(ctx context.Context, client *appsandbooks.Client, eventID string) (*appsandbooks.EventStatus, error) {
	for {
		event, err := client.EventStatus(ctx, eventID)
		if err != nil || event.State != appsandbooks.Pending {
			return event, err
		}
		select {
		case <-time.After(appsandbooks.StatusEvery):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

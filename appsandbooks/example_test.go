package appsandbooks_test

import (
	"context"
	"fmt"
	"log"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

// From the token file to the name of the organizational unit. Against Apple,
// leave BaseURL out.
func Example() {
	apple, file := pretendApple()
	defer apple.Close()

	token, err := appsandbooks.ParseContentToken(file)
	if err != nil {
		log.Fatal(err)
	}
	client, err := appsandbooks.New(appsandbooks.Config{
		Token:     token.Bearer,
		UserAgent: "example/1.0",
		BaseURL:   apple.BaseURL(),
	})
	if err != nil {
		log.Fatal(err)
	}
	unit, err := client.ClientConfig(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(unit.LocationName, unit.CountryISO2ACode, unit.UID)
	fmt.Println("whatever prints the token prints", token.Bearer)
	// Output:
	// Head Office DE 1000000000000001
	// whatever prints the token prints [redacted]
}

// pretendApple serves an organizational unit with one app of ten licenses, one
// book, and two users: anna, whose invitation is open, and ben, who accepted.
func pretendApple() (apple *applesim.Server, tokenFile []byte) {
	const uid = "1000000000000001"
	apple, err := applesim.NewServer(applesim.Options{
		Seed: 1, PlainHooks: true,
		Locations: []applesim.Location{{UID: uid, Name: "Head Office", Country: "DE", ManagedDomains: []string{"example.com"}}},
	})
	must(err)
	token, err := apple.MintToken(uid, applesim.TokenOptions{})
	must(err)
	must(apple.AddAsset(uid, applesim.App("408709785", 10)))
	must(apple.AddAsset(uid, applesim.Book("1440501015", 5)))
	people := []string{"ben", "anna"}
	must(apple.Seed(uid, 2, applesim.SeedOptions{
		ClientUserID:    func(n int) string { return people[n] },
		Email:           func(n int) string { return people[n] + "@example.com" },
		AssociatedEvery: 2,
	}))
	return apple, []byte(token.Content)
}

// newExampleClient makes a client of the pretended Apple.
func newExampleClient(hooks appsandbooks.Hooks) (*applesim.Server, *appsandbooks.Client) {
	apple, file := pretendApple()
	token, err := appsandbooks.ParseContentToken(file)
	must(err)
	client, err := appsandbooks.New(appsandbooks.Config{Token: token.Bearer, BaseURL: apple.BaseURL(), Hooks: hooks})
	must(err)
	return apple, client
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// theft lets another service claim the unit.
func theft(apple *applesim.Server) {
	must(apple.SetOwner(apple.Locations()[0].UID, applesim.Stranger()))
}

// newerToken is what a content manager does who downloads the token anew.
func newerToken(apple *applesim.Server) {
	_, err := apple.MintToken(apple.Locations()[0].UID, applesim.TokenOptions{RevokeOlder: true})
	must(err)
}

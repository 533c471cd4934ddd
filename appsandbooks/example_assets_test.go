package appsandbooks_test

import (
	"context"
	"fmt"
	"log"

	"github.com/rsvpp/rsvpp/appsandbooks"
)

// See which licenses there are, and how many are left.
func ExampleClient_WalkAssets() {
	apple, client := newExampleClient(appsandbooks.Hooks{})
	defer apple.Close()

	_, err := client.WalkAssets(context.Background(), appsandbooks.AssetsQuery{
		MinAvailableCount: new(1),
	}, func(page *appsandbooks.AssetsPage) error {
		for _, a := range page.Assets {
			fmt.Println(a.ProductType, a.AdamID, a.PricingParam, a.AvailableCount, "of", a.TotalCount, "left; for devices:", a.DeviceAssignable)
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// App 408709785 STDQ 10 of 10 left; for devices: true
	// Book 1440501015 STDQ 5 of 5 left; for devices: false
}

// Assign an app to a user and to a device, and see who has it.
func ExampleClient_AssociateAssets() {
	apple, client := newExampleClient(appsandbooks.Hooks{})
	defer apple.Close()
	ctx := context.Background()

	receipt, err := client.AssociateAssets(ctx, appsandbooks.ManageAssets{
		Assets:        []appsandbooks.AssetKey{{AdamID: "408709785"}},
		ClientUserIDs: []string{"ben"},
		SerialNumbers: []string{"C02XG2JHH7JY"},
	})
	if err != nil {
		log.Fatal(err)
	}
	event, err := follow(ctx, client, receipt.EventID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(event.State, event.NumCompleted, "of", event.NumRequested)

	_, err = client.WalkAssignments(ctx, appsandbooks.AssignmentsQuery{AdamID: "408709785"}, func(page *appsandbooks.AssignmentsPage) error {
		for _, a := range page.Assignments {
			if a.SerialNumber != "" {
				fmt.Println("device", a.SerialNumber)
			} else {
				fmt.Println("user", a.ClientUserID)
			}
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Unordered output:
	// COMPLETE 2 of 2
	// user ben
	// device C02XG2JHH7JY
}

// Take an app back from one person, then everything from a device. Books
// cannot be taken back, which Apple says before it does anything.
func ExampleClient_DisassociateAssets() {
	apple, client := newExampleClient(appsandbooks.Hooks{})
	defer apple.Close()
	ctx := context.Background()

	_, err := client.DisassociateAssets(ctx, appsandbooks.ManageAssets{
		Assets:        []appsandbooks.AssetKey{{AdamID: "1440501015"}},
		ClientUserIDs: []string{"ben"},
	})
	fmt.Println("a book:", appsandbooks.IsNumber(err, appsandbooks.AssetNotRevocable))

	receipt, err := client.RevokeAssets(ctx, appsandbooks.RevokeAssets{SerialNumbers: []string{"C02XG2JHH7JY"}})
	if err != nil {
		log.Fatal(err)
	}
	event, err := follow(ctx, client, receipt.EventID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("a device:", event.Type, event.State)
	// Output:
	// a book: true
	// a device: REVOKE COMPLETE
}

package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Notifications come while a location is read: both lock the location's rows
// in one order, so that neither has to be given up for the other.
func TestNotifiedWhileRead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url, time.Now)
		db.Use(forgetful{})
		storetest.AddLocation(t, db, "north", "uid")
		var all sync.WaitGroup
		for name, act := range map[string]func(i int) error{
			"notified": func(i int) error { _, err := db.Notified(t.Context(), came(fmt.Sprint("a", i)), ""); return err },
			"notified of licenses": func(i int) error {
				_, err := db.LicensesNotified(t.Context(), came(fmt.Sprint("b", i)), nil)
				return err
			},
			"notified of an event": func(i int) error {
				_, err := db.Notified(t.Context(), came(fmt.Sprint("c", i)), "event")
				return err
			},
			"a read goes on":          func(int) error { return db.KeepRead(t.Context(), "north", "walk", vpp.Progress{}) },
			"a read of licenses ends": func(int) error { return db.FinishLibraryRead(t.Context(), "north", vpp.LibraryResult{}) },
		} {
			all.Go(func() {
				for i := range 60 {
					if err := act(i); err != nil {
						t.Errorf("%s: %v", name, err)
						return
					}
				}
			})
		}
		all.Wait()
	})
}

func came(id string) vpp.Notification {
	return vpp.Notification{LocationID: "north", AppleID: id, Type: "X"}
}

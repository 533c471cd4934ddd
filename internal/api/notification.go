package api

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Notification is one of Apple's as it came, with what became of it.
type Notification struct {
	At      time.Time `json:"at"`
	AppleID string    `json:"notification_id,omitempty" doc:"Apple's notificationId; missing where none could be read."`
	Type    string    `json:"type,omitempty" doc:"Apple's notificationType."`
	Outcome string    `json:"outcome" enum:"event,users,licenses,anything,test,repeat,unreadable,elsewhere" doc:"What it woke, or why nothing."`
	Text    string    `json:"sentence" doc:"The same in a sentence."`
	Problem string    `json:"problem,omitempty" doc:"What could not be read of it."`
	Body    string    `json:"body" doc:"As it came: the first 16 KiB, without invite codes."`
	Size    int       `json:"size" doc:"Of the whole body, in bytes."`
}

func notificationOf(n vpp.Notification) Notification {
	return Notification{
		At: n.At.UTC(), AppleID: n.AppleID, Type: n.Type, Outcome: string(n.Outcome), Text: n.Outcome.Sentence(), Problem: n.Problem, Body: n.Body, Size: n.Size,
	}
}

type notificationsInput struct {
	LocationPath
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"How many at most."`
	After string `query:"after" maxLength:"2000" doc:"The next of the page before."`
}

func (d *Door) listNotifications(ctx context.Context, in *notificationsInput) (*answer[List[Notification]], error) {
	list, err := d.Program.Notifications(ctx, in.id(), vpp.Page{After: in.After, Limit: in.Limit})
	return listOf(list, err, notificationOf)
}

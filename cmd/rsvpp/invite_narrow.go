package main

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

// inviteNarrowing leaves people out of --all.
type inviteNarrowing struct {
	peopleFilter
	olderThan string
}

func (o *inviteNarrowing) flags(c *cobra.Command) {
	o.narrowingFlags(c)
	c.Flags().StringVar(&o.olderThan, "older-than", "", "with --all and --resend: only who was invited longer ago than this `time`, such as 14d or 36h")
}

// of narrows a request's selection. One that comes back without anybody means
// that nobody is old enough.
func (o *inviteNarrowing) of(ctx context.Context, c *client.Client, r client.InvitationRequest, now time.Time) (client.Selection, error) {
	who, filter := r.Selection, o.in(r.Location)
	switch {
	case filter == client.Filter{Location: r.Location} && o.olderThan == "":
		return who, nil
	case !who.All:
		return who, usagef("--status, --group, --attention, --search and --older-than narrow --all: say --all too")
	case o.olderThan == "":
		who.Filter = &filter
		return who, nil
	case !r.Resend || o.status != "" && o.status != client.Invited:
		return who, usagef("--older-than is about people who were invited: it goes with --resend, and with no other --status than invited")
	}
	age, err := ageOf(o.olderThan)
	if err != nil {
		return who, err
	}
	filter.Status = client.Invited
	who = client.Selection{}
	who.Users, err = olderThan(ctx, c, filter, now.Add(-age))
	return who, err
}

// mostChosen is how many people one request can name.
const mostChosen = 100_000

// olderThan finds who stands as the filter says since before a moment.
func olderThan(ctx context.Context, c *client.Client, f client.Filter, before time.Time) ([]string, error) {
	var ids []string
	for q, err := range c.Users(ctx, f, "since") {
		switch {
		case err != nil:
			return nil, err
		case q.Since.Before(before):
			ids = append(ids, q.ID)
		case f.Search == "": // the longest come first, but for what a search finds
			return ids, nil
		}
		if len(ids) > mostChosen {
			return nil, usagef("more than %s people are that old: narrow them with --group or --search, or leave --older-than out", count(mostChosen))
		}
	}
	return ids, nil
}

// ageOf reads a span of time, of which days are the usual one.
func ageOf(text string) (time.Duration, error) {
	span := text
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n < 10_000 {
			span = strconv.Itoa(n*24) + "h"
		}
	}
	age, err := time.ParseDuration(span)
	if err != nil || age < 0 {
		return 0, usagef("%q is no span of time, such as 14d or 36h", text)
	}
	return age, nil
}

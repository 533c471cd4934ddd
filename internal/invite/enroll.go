package invite

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// EnrollStore keeps the rule that invites people when their devices enroll,
// and whom it is to invite.
type EnrollStore interface {
	EnrollRule(ctx context.Context) (vpp.EnrollRule, error)
	SaveEnrollRule(ctx context.Context, by vpp.Actor, rule vpp.EnrollRule) error
	// EnrolledInvites lists who is due; each stays due until EnrolledInvited.
	EnrolledInvites(ctx context.Context, limit int) ([]vpp.EnrolledInvite, error)
	// EnrolledInvited notes that one is done with; a reason why nobody was
	// invited is put on record.
	EnrolledInvited(ctx context.Context, i vpp.EnrolledInvite, reason string) error
}

const (
	longestWait = 7 * 24 * 60 // minutes
	mostGroups  = 100
	sweepSize   = 500
)

// EnrollRule returns the rule by which people are invited when their devices
// enroll (F-28). It is off until somebody switches it on.
func (s *Service) EnrollRule(ctx context.Context) (vpp.EnrollRule, error) {
	return s.store.EnrollRule(ctx)
}

// SaveEnrollRule changes it. Devices that enrolled before it was switched on
// are left alone.
func (s *Service) SaveEnrollRule(ctx context.Context, by vpp.Actor, next vpp.EnrollRule) (vpp.EnrollRule, error) {
	var groups []string
	for _, g := range next.Groups {
		if g = strings.TrimSpace(g); g != "" && !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	next.Groups = groups
	switch {
	case next.AfterMinutes < 0 || next.AfterMinutes > longestWait:
		return next, invalid("after_minutes", "The invitation waits for 0 minutes to 7 days.")
	case len(groups) > mostGroups:
		return next, invalid("groups", "The rule names at most 100 groups.")
	}
	was, err := s.store.EnrollRule(ctx)
	if err != nil {
		return next, err
	}
	switch {
	case !next.On:
		next.Since = was.Since
	case was.On:
		next.Since = was.Since
	default:
		next.Since = s.now()
	}
	return next, s.store.SaveEnrollRule(ctx, by, next)
}

// sweepEnrolled invites those who are due because a device of theirs was
// enrolled. What is repeated after a crash is the run of then: nobody is
// invited twice for one enrollment.
func (s *Service) sweepEnrolled(ctx context.Context) error {
	due, err := s.store.EnrolledInvites(ctx, sweepSize)
	if err != nil || len(due) == 0 {
		return err
	}
	rule, err := s.store.EnrollRule(ctx)
	if err != nil {
		return err
	}
	for _, i := range due {
		reason, trouble := s.inviteEnrolled(ctx, rule, i)
		if trouble == nil {
			trouble = s.store.EnrolledInvited(ctx, i, reason)
		}
		err = errors.Join(err, trouble)
	}
	return err
}

// inviteEnrolled returns why the doctor left somebody out, "" when they were
// invited, or the rule no longer means them.
func (s *Service) inviteEnrolled(ctx context.Context, rule vpp.EnrollRule, i vpp.EnrolledInvite) (reason string, err error) {
	if !rule.On || i.EnrolledAt.Before(rule.Since) || !meant(rule, i.Groups) {
		return "", nil
	}
	_, err = s.InviteOn(ctx, vpp.Server, Request{
		Selection: vpp.Selection{IDs: []vpp.UserID{i.UserID}}, Location: i.LocationID, Devices: []vpp.DeviceID{i.DeviceID}, ElseMail: rule.ElseMail,
		IdempotencyKey: vpp.OurKey("enrolled:" + string(i.DeviceID) + ":" + string(i.UserID) + ":" + strconv.FormatInt(i.EnrolledAt.UnixMilli(), 10)),
	})
	switch vpp.KindOf(err) {
	case vpp.Conflict, vpp.Invalid, vpp.NotFound, vpp.Denied:
		return vpp.MessageOf(err), nil
	}
	return "", err
}

func meant(rule vpp.EnrollRule, groups []string) bool {
	return len(rule.Groups) == 0 || slices.ContainsFunc(rule.Groups, func(g string) bool {
		return slices.ContainsFunc(groups, func(has string) bool { return vpp.FoldKey(has) == vpp.FoldKey(g) })
	})
}

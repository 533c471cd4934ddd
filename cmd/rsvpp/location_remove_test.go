package main

import (
	"testing"
)

// A location that was added by mistake is removed by a command, which says
// before what goes; it can be added again.
func TestRemoveLocationCommand(t *testing.T) {
	t.Parallel()
	h := openSite(t, siteOptions{})
	h.pupils(1)
	h.finished(h.inviting())
	w := world{env: map[string]string{"RSVPP_SERVER": "http://" + h.address, "RSVPP_API_KEY": h.key}, files: map[string]string{"north.vpptoken": h.token.Content}}
	w.say(t, []saying{
		{"location remove North_School --yes", exitFailed, "1 person of North School has a living record at Apple (0 registered, 1 not yet): use Delete from VPP first"},
		{"vpp delete --user pupil0@north.example --at-once --yes --wait", exitOK, "done"},
		{"location remove North_School", exitUsage, "nobody is here to confirm"},
		{"location remove North_School --dry-run", exitOK, "1 person loses their place there; for 1 it is the only one."},
		{"location remove North_School --yes", exitOK, "Removed North School."},
		{"location remove North_School --yes", exitUsage, "there is no location"},
		{"users list", exitOK, "pupil0@north.example"},
		{"token add north.vpptoken --consent", exitOK, "North School"},
		{"history", exitOK, "North School was removed."},
	})
}

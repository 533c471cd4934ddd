package api

import (
	"context"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Health says whether the server can do its work.
type Health struct {
	Status string `json:"status" enum:"ok"`
}

func (d *Door) health(ctx context.Context, _ *none) (*answer[Health], error) {
	if err := d.config.Ready(ctx); err != nil {
		return nil, vpp.Wrap(vpp.Unavailable, err, "The server cannot do its work just now: its log says why.")
	}
	return answered(Health{"ok"}, nil)
}

// Version names the program.
type Version struct {
	Version string `json:"version"`
}

func (d *Door) version(context.Context, *none) (*answer[Version], error) {
	return answered(Version{d.config.Version}, nil)
}

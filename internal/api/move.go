package api

import (
	"context"
	"io"

	"github.com/danielgtaylor/huma/v2"
)

func (d *Door) moveOut(ctx context.Context, in *LocationPath) (*answer[Location], error) {
	l, err := d.Claims.MoveOut(ctx, actor(ctx), in.id())
	return answered(d.locationOf(l), err)
}

// handOver streams the hand-over file.
func (d *Door) handOver(ctx context.Context, in *LocationPath) (*huma.StreamResponse, error) {
	l, err := d.Locations.Get(ctx, in.id())
	if err != nil {
		return nil, err
	}
	return fileAs(ctx, "application/jsonl", "hand-over-"+l.UID+".jsonl", func(w io.Writer) error { return d.Claims.HandOver(ctx, l.ID, w) }), nil
}

type moveInInput struct {
	LocationPath
	Upload
	Fingerprint string `query:"fingerprint" maxLength:"64" doc:"Of the key that must have signed the file, as the other server shows it."`
}

func (d *Door) moveIn(ctx context.Context, in *moveInInput) (*answer[Import], error) {
	if in.File.fault != nil {
		return nil, in.File.fault
	}
	i, err := d.Claims.MoveIn(ctx, actor(ctx), in.id(), in.File.name, in.Fingerprint, in.File.r)
	return answered(importOf(i), err)
}

// Signer is the key by which this server signs.
type Signer struct {
	Fingerprint string `json:"fingerprint" doc:"Compare it with the one that the other server shows when people move in."`
}

func (d *Door) signer(context.Context, *none) (*answer[Signer], error) {
	return answered(Signer{d.Claims.Fingerprint()}, nil)
}
